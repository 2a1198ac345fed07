//! Four people, a clock that stands still, ids in a row, and a mock of every port of the store.

use std::mem::take;
use std::sync::Arc;

use crm_app::audit::trail::Trail;
use crm_app::auth::guard::Guard;
use crm_app::commit::Verdict;
use crm_app::commit::change::Change;
use crm_app::commit::expect::Expect;
use crm_app::context::{Ctx, Rules, Stores};
use crm_app::error::StoreError;
use crm_app::mirror::Mirror;
use crm_app::ports::activities::MockActivities;
use crm_app::ports::audits::MockAudits;
use crm_app::ports::commits::MockCommits;
use crm_app::ports::customers::MockCustomers;
use crm_app::ports::dashboard::MockDashboard;
use crm_app::ports::leads::MockLeads;
use crm_app::ports::notes::MockNotes;
use crm_app::ports::passwords::{MockPasswords, Passwords};
use crm_app::ports::replays::MockReplays;
use crm_app::ports::sessions::MockSessions;
use crm_app::ports::tasks::MockTasks;
use crm_app::ports::throttles::MockThrottles;
use crm_app::ports::users::MockUsers;
use crm_app::ports::workspace::MockWorkspaces;
use crm_app::queue::Queue;
use crm_app::repeat::keeping::Keeping;
use crm_app::repeat::running::Repeats;
use crm_domain::access::actor::Actor;
use crm_domain::access::role::Role;
use crm_domain::activity::{Activity, ActivityActor, ActivityType, EntityRef};
use crm_domain::audit::chain::AuditKey;
use crm_domain::ids::{Id, Kind, SessionId};
use crm_domain::meta::Meta;
use crm_domain::throttle::limits::Limits;
use crm_domain::timestamp::Timestamp;
use crm_domain::user::User;
use crm_domain::version::{Replace, Version, Versioned};
use crm_testkit::actors::signed_in;
use crm_testkit::blinding::PlainBlinding;
use crm_testkit::fixtures::Maker;
use crm_testkit::fixtures::events::by;
use crm_testkit::ids::SequentialIds;
use crm_testkit::passwords::PlainPasswords;
use crm_testkit::tokens::PlainTokens;

use super::written::Written;

/// What a use case is tried on.
pub(crate) struct Stage {
    /// Makes records; its clock is the use case's clock.
    pub(crate) make: Maker,
    /// Holds the people below, and the calendar.
    pub(crate) mirror: Arc<Mirror>,
    /// An admin.
    pub(crate) root: User,
    /// An agent.
    pub(crate) ann: User,
    /// Another agent.
    pub(crate) bob: User,
    /// An agent who was deactivated.
    pub(crate) gone: User,
    pub(crate) commits: MockCommits,
    pub(crate) users: MockUsers,
    pub(crate) sessions: MockSessions,
    pub(crate) leads: MockLeads,
    pub(crate) customers: MockCustomers,
    pub(crate) notes: MockNotes,
    pub(crate) tasks: MockTasks,
    pub(crate) activities: MockActivities,
    pub(crate) dashboard: MockDashboard,
    pub(crate) workspaces: MockWorkspaces,
    pub(crate) audits: MockAudits,
    pub(crate) throttles: MockThrottles,
    pub(crate) replays: MockReplays,
    /// Instead of passwords that are written down.
    pub(crate) passwords: Option<MockPasswords>,
    pub(crate) rules: Rules,
    /// How many wrong passwords are borne.
    pub(crate) limits: Limits,
}

/// The ids of the use case begin after this one, so that they are known however many a test has used.
const MINTED_BEFORE: u64 = 0xa000;

/// The id that the use case mints as its `count`th, from 1.
pub(crate) fn minted<K: Kind>(count: u64) -> Id<K> {
    Id::from_uuid(SequentialIds::nth(MINTED_BEFORE + count))
}

/// The session of everybody on stage.
pub(crate) fn session() -> SessionId {
    SessionId::from_uuid(SequentialIds::nth(0xf000))
}

impl Stage {
    pub(crate) fn new() -> Self {
        let make = Maker::new();
        let root = make.user("root", Role::Admin);
        let (ann, bob) = (make.user("ann", Role::Agent), make.user("bob", Role::Agent));
        let gone = User { active: false, ..make.user("gone", Role::Agent) };
        let mirror = Arc::new(Mirror::empty());
        mirror.apply(&[&root, &ann, &bob, &gone].map(|user| Change::InsertUser(user.clone())));
        Self {
            make,
            mirror,
            root,
            ann,
            bob,
            gone,
            commits: MockCommits::new(),
            users: MockUsers::new(),
            sessions: MockSessions::new(),
            leads: MockLeads::new(),
            customers: MockCustomers::new(),
            notes: MockNotes::new(),
            tasks: MockTasks::new(),
            activities: MockActivities::new(),
            dashboard: MockDashboard::new(),
            workspaces: MockWorkspaces::new(),
            audits: MockAudits::new(),
            throttles: MockThrottles::new(),
            replays: MockReplays::new(),
            passwords: None,
            rules: Rules::default(),
            limits: Limits::none(),
        }
    }

    /// The next commits get these answers.
    pub(crate) fn answers(
        &mut self,
        answers: impl IntoIterator<Item = Result<Verdict, StoreError>>,
    ) -> Written {
        Written::answering(&mut self.commits, answers)
    }

    /// The next commit is applied.
    pub(crate) fn applies(&mut self) -> Written {
        self.answers([Ok(Verdict::Applied)])
    }

    /// The context, with the mocks as they are by now.
    pub(crate) fn ctx(&mut self) -> Ctx {
        let passwords: Arc<dyn Passwords> = match self.passwords.take() {
            Some(mock) => Arc::new(mock),
            None => Arc::new(PlainPasswords),
        };
        // Every sign-in asks for them; what a test says of them comes first.
        self.sessions.expect_open_sessions().returning(|_, _, _| Ok(Vec::new()));
        Ctx {
            stores: Stores {
                commits: Arc::new(take(&mut self.commits)),
                users: Arc::new(take(&mut self.users)),
                sessions: Arc::new(take(&mut self.sessions)),
                leads: Arc::new(take(&mut self.leads)),
                customers: Arc::new(take(&mut self.customers)),
                notes: Arc::new(take(&mut self.notes)),
                tasks: Arc::new(take(&mut self.tasks)),
                activities: Arc::new(take(&mut self.activities)),
                dashboard: Arc::new(take(&mut self.dashboard)),
                workspaces: Arc::new(take(&mut self.workspaces)),
                audits: Arc::new(take(&mut self.audits)),
                throttles: Arc::new(take(&mut self.throttles)),
                replays: Arc::new(take(&mut self.replays)),
            },
            mirror: Arc::clone(&self.mirror),
            clock: Arc::<crm_testkit::clock::FixedClock>::clone(&self.make.clock),
            ids: Arc::new(SequentialIds::after(MINTED_BEFORE)),
            passwords,
            tokens: Arc::new(PlainTokens),
            trail: Arc::new(Trail::new(AuditKey::derive(b"tests"))),
            guard: Arc::new(Guard::new(self.limits, Arc::new(PlainBlinding))),
            queue: Queue::new(),
            repeats: Arc::new(Repeats::new(Arc::new(PlainBlinding))),
            keeping: Keeping::nothing(),
            rules: self.rules,
        }
    }

    pub(crate) fn root(&self) -> Actor {
        signed_in(&self.root, session())
    }

    pub(crate) fn ann(&self) -> Actor {
        signed_in(&self.ann, session())
    }

    pub(crate) fn bob(&self) -> Actor {
        signed_in(&self.bob, session())
    }

    /// An event that this user caused now, that only they may see, in which no field changed.
    pub(crate) fn event(
        &self,
        by: &User,
        kind: ActivityType,
        (entity, version): (EntityRef, u64),
        message: &str,
    ) -> Activity {
        Activity {
            id: minted(1),
            kind,
            actor: cause(by),
            entity,
            entity_version: Version::new(version),
            message: message.to_owned(),
            meta: Meta::new(),
            at: self.now(),
            audience: vec![by.id],
        }
    }

    /// The user is deactivated behind the back of everybody.
    pub(crate) fn deactivates(&self, user: &User) {
        let after = user.clone().deactivate(self.now());
        let before = Versioned::stored(user.clone(), Version::FIRST);
        self.mirror.apply(&[Change::PutUser(Replace { before, after })]);
    }

    /// What the clock shows.
    pub(crate) fn now(&self) -> Timestamp {
        self.make.now()
    }
}

/// What every commit of this user demands: that they still stand as they did.
pub(crate) fn stands(user: &User) -> Expect {
    Expect::ActorStands { user: user.id, role: user.role, access_version: user.access_version }
}

/// A user as the cause of an event.
pub(crate) fn cause(user: &User) -> ActivityActor {
    by(user)
}
