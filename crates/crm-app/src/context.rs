//! What a use case is handed: the ports, the clock, the source of ids, and what is held in process.

use std::sync::Arc;
use std::time::Duration;

use crm_domain::access::actor::{Actor, SignedIn};
use crm_domain::calendar::Calendar;
use crm_domain::ids::{CommitId, Id, Kind};
use crm_domain::session::SessionLives;
use crm_domain::timestamp::Timestamp;

use crate::audit::trail::Trail;
use crate::auth::guard::Guard;
use crate::error::AppError;
use crate::mirror::Mirror;
use crate::ports::activities::Activities;
use crate::ports::audits::Audits;
use crate::ports::clock::Clock;
use crate::ports::commits::Commits;
use crate::ports::customers::Customers;
use crate::ports::dashboard::Dashboard;
use crate::ports::ids::Ids;
use crate::ports::leads::Leads;
use crate::ports::notes::Notes;
use crate::ports::passwords::Passwords;
use crate::ports::replays::Replays;
use crate::ports::sessions::Sessions;
use crate::ports::tasks::Tasks;
use crate::ports::throttles::Throttles;
use crate::ports::tokens::Tokens;
use crate::ports::users::Users;
use crate::ports::workspace::Workspaces;
use crate::queue::Queue;
use crate::repeat::keeping::Keeping;
use crate::repeat::running::Repeats;

/// The ports of one store.
#[derive(Clone)]
pub struct Stores {
    /// Writes.
    pub commits: Arc<dyn Commits>,
    /// Reads users.
    pub users: Arc<dyn Users>,
    /// Reads sessions.
    pub sessions: Arc<dyn Sessions>,
    /// Reads leads.
    pub leads: Arc<dyn Leads>,
    /// Reads customers.
    pub customers: Arc<dyn Customers>,
    /// Reads notes.
    pub notes: Arc<dyn Notes>,
    /// Reads tasks.
    pub tasks: Arc<dyn Tasks>,
    /// Reads the feed.
    pub activities: Arc<dyn Activities>,
    /// Reads the dashboard.
    pub dashboard: Arc<dyn Dashboard>,
    /// Reads the workspace.
    pub workspaces: Arc<dyn Workspaces>,
    /// Reads the audit log.
    pub audits: Arc<dyn Audits>,
    /// Keeps what is counted of wrong passwords.
    pub throttles: Arc<dyn Throttles>,
    /// Reads the answers that are kept for repeated requests.
    pub replays: Arc<dyn Replays>,
}

impl Stores {
    /// All ports of a store that implements every one.
    pub fn of<S>(store: Arc<S>) -> Self
    where
        S: Commits
            + Users
            + Sessions
            + Leads
            + Customers
            + Notes
            + Tasks
            + Activities
            + Dashboard
            + Workspaces
            + Audits
            + Throttles
            + Replays
            + 'static,
    {
        Self {
            commits: Arc::<S>::clone(&store),
            users: Arc::<S>::clone(&store),
            sessions: Arc::<S>::clone(&store),
            leads: Arc::<S>::clone(&store),
            customers: Arc::<S>::clone(&store),
            notes: Arc::<S>::clone(&store),
            tasks: Arc::<S>::clone(&store),
            activities: Arc::<S>::clone(&store),
            dashboard: Arc::<S>::clone(&store),
            workspaces: Arc::<S>::clone(&store),
            audits: Arc::<S>::clone(&store),
            throttles: Arc::<S>::clone(&store),
            replays: store,
        }
    }
}

/// How the use cases behave, from the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// How long sessions last.
    pub session_lives: SessionLives,
    /// How many open sessions a user may have: one more sign-in ends the one that was used least recently.
    pub max_sessions: u32,
    /// How long a use case may try before it gives up with [`AppError::Busy`].
    pub deadline: Duration,
    /// How long the answer to a deactivation waits for its hand-over. What takes longer goes on in the background.
    pub transfer_wait: Duration,
}

impl Default for Rules {
    fn default() -> Self {
        let day = Duration::from_hours(24);
        Self {
            session_lives: SessionLives { idle: 7 * day, longest: 30 * day },
            max_sessions: 50,
            deadline: Duration::from_secs(5),
            transfer_wait: Duration::from_secs(10),
        }
    }
}

/// Everything a use case works with. One per server, shared by all requests but those that may be repeated, which have
/// one of their own.
#[derive(Clone)]
pub struct Ctx {
    /// The store.
    pub stores: Stores,
    /// What is held in process; the store keeps it up to date.
    pub mirror: Arc<Mirror>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn Ids>,
    /// Password hashes.
    pub passwords: Arc<dyn Passwords>,
    /// Tokens.
    pub tokens: Arc<dyn Tokens>,
    /// What the audit log is sealed with, and what waits to be written to it.
    pub trail: Arc<Trail>,
    /// Who may try a password now.
    pub guard: Arc<Guard>,
    /// Where writers of one record wait for each other.
    pub queue: Queue,
    /// Which requests that may be repeated are being answered.
    pub repeats: Arc<Repeats>,
    /// Whether the answer of the use case is kept: that of a request that may be repeated. Nobody else's is.
    pub keeping: Keeping,
    /// How the use cases behave.
    pub rules: Rules,
}

impl Ctx {
    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The workspace's calendar now.
    pub fn calendar(&self) -> Calendar {
        self.mirror.calendar()
    }

    /// A new id.
    pub fn mint<K: Kind>(&self) -> Id<K> {
        Id::from_uuid(self.ids.next())
    }

    /// The id of a new commit.
    pub fn commit_id(&self) -> CommitId {
        self.mint()
    }

    /// The same, with this done about the answer.
    #[must_use]
    pub fn keeping(&self, keeping: Keeping) -> Self {
        Self { keeping, ..self.clone() }
    }

    /// The actor as they are by now: their name and role may have changed since they were let in.
    ///
    /// # Errors
    /// [`AppError::TokenRefused`] if they are not let in any more.
    pub fn current(&self, actor: &Actor) -> Result<Actor, AppError> {
        match actor {
            Actor::System { why } => Ok(Actor::system(why)),
            Actor::User(user) => {
                let card = self.mirror.user(user.id).ok_or(AppError::TokenRefused)?;
                let stands = card.active
                    && card.admits(user.session, user.access_version)
                    && !self.mirror.sessions().is_revoked(user.session);
                if !stands {
                    return Err(AppError::TokenRefused);
                }
                Ok(Actor::User(SignedIn {
                    id: card.id,
                    name: card.name.clone(),
                    role: card.role,
                    access_version: card.access_version,
                    session: user.session,
                }))
            }
        }
    }
}
