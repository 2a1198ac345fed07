//! A commit is applied whole or not at all, and once.

use std::sync::Arc;
use std::time::Duration;

use crm_app::commit::change::Change;
use crm_app::commit::expect::Expect;
use crm_app::commit::{Commit, Verdict};
use crm_app::ports::commits::Commits;
use crm_app::ports::customers::Customers;
use crm_app::ports::leads::Leads;
use crm_app::ports::maintenance::Maintenance;
use crm_domain::access::role::Role;
use crm_domain::access::scope::Sight;
use crm_domain::activity::EntityRef;
use crm_domain::customer::Customer;
use crm_domain::ids::{SessionId, UserKind};
use crm_domain::lead::Lead;
use crm_domain::note::Note;
use crm_domain::password_hash::PasswordHash;
use crm_domain::session::Session;
use crm_domain::session::end::EndReason;
use crm_domain::task::Task;
use crm_domain::transfer::{Moved, Transfer};
use crm_domain::user::User;
use crm_domain::version::{Version, Versioned};

use super::StoreBuilder;
use super::replays::replay;
use super::support::observation::{feed, observe};
use super::support::race::race;
use super::support::world::{World, everything};
use crate::fixtures::Maker;
use crate::fixtures::commits::Draft;

/// A commit that does everything there is, and one thing that does not hold, writes nothing at all; where it stands
/// among the changes is all the same.
pub async fn a_commit_with_one_thing_that_does_not_hold_writes_nothing<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let there = There::prepare(&mut world).await;
    let make = world.make.clone();
    let stale = Versioned::stored(there.lead.record().clone(), Version::new(9));
    let bad: [Arc<Commit>; 9] = [
        make.commit().put_lead(&stale, stale.record().clone()),
        make.commit().insert_lead(there.lead.record()),
        make.commit()
            .insert_user(&User { email: there.user.record().email.clone(), ..make.user("x", Role::Agent) }),
        make.commit().change(Change::MarkSetUp).change(Change::MarkSetUp),
        make.commit().expect(Expect::UserActive(make.mint())),
        make.commit().expect(Expect::OpenTasks { customer: there.customer.record().id, count: 1 }),
        make.commit().expect(Expect::Unchanged(EntityRef::Lead(there.lead.record().id), Version::new(2))),
        make.commit().delete_task(&Versioned::stored(make.task("x", make.mint()), Version::FIRST)),
        make.commit().insert_session(&there.session).insert_session(&there.session),
    ]
    .map(Draft::done);
    let before = observe(&world).await;
    for bad in bad {
        let good = there.everything(&make);
        for at_the_end in [true, false] {
            let mut both = Commit { id: make.mint(), ..(*good).clone() };
            let mut parts = [both.changes, bad.changes.clone()];
            if !at_the_end {
                parts.reverse();
            }
            both.changes = parts.concat();
            both.expects.extend(bad.expects.iter().copied());
            both.events.extend(bad.events.iter().cloned());
            let verdict = world.commit(both.into()).await;
            assert_ne!(verdict, Verdict::Applied, "{bad:#?}");
            assert_eq!(observe(&world).await, before, "{bad:#?}");
            assert_eq!(world.store().recount(false).await.unwrap(), []);
        }
    }
    // And it was these that did not hold: the rest does, its session and its replay key included.
    let good = there.everything(&make);
    assert_eq!(world.commit(good).await, Verdict::Applied);
}

/// A commit that is handed in again is answered as applied and changes nothing, also after later ones.
pub async fn a_commit_that_is_handed_in_again_is_applied_once<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let there = There::prepare(&mut world).await;
    let make = world.make.clone();
    let commit = there.everything(&make);
    assert_eq!(world.commit(Arc::clone(&commit)).await, Verdict::Applied);
    let once = observe(&world).await;
    assert_eq!(world.commit(Arc::clone(&commit)).await, Verdict::Applied);
    assert_eq!(observe(&world).await, once);
    let lead = world.lead(there.lead.record().id).await;
    assert_eq!(
        world.commit(make.commit().put_lead(&lead, lead.record().clone()).done()).await,
        Verdict::Applied
    );
    let later = observe(&world).await;
    assert_eq!(world.commit(commit).await, Verdict::Applied);
    assert_eq!(observe(&world).await, later);
    assert_eq!(world.store().recount(false).await.unwrap(), []);
}

/// Also a commit that leaves no event is recognised when it is handed in again.
pub async fn a_commit_without_events_is_applied_once<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let user = world.add_user("user", Role::Agent).await.into_record();
    let commit = world.make.commit().insert_session(&world.make.session(&user)).done();
    for _ in 0..2 {
        assert_eq!(world.commit(Arc::clone(&commit)).await, Verdict::Applied);
    }
}

/// One commit that many hand in at once is applied once, and all are told so.
pub async fn a_commit_that_many_hand_in_at_once_is_applied_once<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let there = There::prepare(&mut world).await;
    let commit = there.everything(&world.make);
    let events = feed(world.store(), &everything()).await.len() + commit.events.len();
    let verdicts = race(&world.shared(), vec![commit; 16]).await;
    assert_eq!(verdicts, [Verdict::Applied; 16]);
    assert_eq!(feed(world.store(), &everything()).await.len(), events);
    assert_eq!(world.lead(there.lead.record().id).await.version(), Version::new(2));
    assert_eq!(world.store().recount(false).await.unwrap(), []);
}

/// A commit that was refused may be handed in again, and holds once what it rests on does.
pub async fn a_refused_commit_may_be_handed_in_again<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let user = make.user("later", Role::Agent);
    let lead = make.lead("x", Some(user.id));
    let commit = make.commit().insert_lead(&lead).expect(Expect::UserActive(user.id)).done();
    assert_eq!(world.commit(Arc::clone(&commit)).await, Verdict::Stale);
    world.write(make.commit().insert_user(&user).done()).await;
    assert_eq!(world.commit(commit).await, Verdict::Applied);
    assert_eq!(world.lead(lead.id).await.into_record(), lead);
}

/// Changes of one commit build on each other, in their order.
pub async fn changes_are_applied_in_their_order<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let user = make.user("user", Role::Agent);
    let session = make.session(&user);
    let customer = make.customer("customer", user.id);
    let first = Versioned::stored(customer.clone(), Version::FIRST);
    let note = make.note(customer.id, user.id, "note");
    let commit = make
        .commit()
        .insert_user(&user)
        .insert_session(&session)
        .change(Change::EndSession {
            id: session.id,
            user: session.user,
            at: make.now(),
            why: EndReason::Ended,
        })
        .insert_customer(&customer)
        .add_note(&first, &note);
    world.write(commit.done()).await;
    let found = world.customer(customer.id).await;
    assert_eq!((found.version(), found.record().notes_count), (Version::new(2), 1));
}

/// Commits whose callers go away while they run are applied whole or not at all; handed in again, they are applied.
pub async fn a_commit_whose_caller_goes_away_is_never_half<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    let make = world.make.clone();
    let mut commits = Vec::new();
    for round in 0..60 {
        let lead = make.lead(&format!("lead {round}"), None);
        let customer = make.customer(&format!("customer {round}"), make.mint());
        let commit = make.commit().insert_lead(&lead).insert_customer(&customer).done();
        let running = tokio::spawn({
            let (store, commit) = (world.shared(), Arc::clone(&commit));
            async move { store.commit(commit).await }
        });
        for _ in 0..round % 6 {
            tokio::task::yield_now().await;
        }
        running.abort();
        commits.push((lead.id, customer.id, commit));
    }
    for (lead, customer, commit) in commits {
        let scope = everything();
        let (store, id) = (world.store(), lead);
        // What is in flight is through once a later commit is.
        let later = make.commit().insert_lead(&make.lead("later", None)).done();
        assert_eq!(world.commit(later).await, Verdict::Applied);
        let lead_there = !matches!(store.lead(&scope, id).await.unwrap(), Sight::Absent);
        let customer_there = !matches!(store.customer(&scope, customer).await.unwrap(), Sight::Absent);
        assert_eq!(lead_there, customer_there);
        assert_eq!(world.commit(commit).await, Verdict::Applied);
        let (lead, customer) = (world.lead(lead).await, world.customer(customer).await);
        assert_eq!((lead.version(), customer.version()), (Version::FIRST, Version::FIRST));
    }
    assert_eq!(world.store().inventory().await.unwrap().customers, 60);
    assert_eq!(world.store().recount(false).await.unwrap(), []);
}

/// Records that a commit can change.
struct There {
    user: Versioned<User>,
    lead: Versioned<Lead>,
    customer: Versioned<Customer>,
    note: Note,
    edited: Note,
    task: Versioned<Task>,
    gone: Versioned<Customer>,
    session: Session,
    ended: SessionId,
}

impl There {
    async fn prepare<B: StoreBuilder>(world: &mut World<'_, B>) -> Self {
        let make = world.make.clone();
        let user = world.add_user("user", Role::Admin).await;
        let owner = user.record().id;
        let customer = world.add_customer("customer", owner).await;
        let (note, edited) =
            (make.note(customer.record().id, owner, "one"), make.note(customer.record().id, owner, "two"));
        world.write(make.commit().add_note(&customer, &note).done()).await;
        let customer = world.customer(customer.record().id).await;
        world.write(make.commit().add_note(&customer, &edited).done()).await;
        let ended = make.session(user.record());
        world.write(make.commit().insert_session(&ended).done()).await;
        Self {
            lead: world.add_lead("lead", Some(owner)).await,
            customer: world.customer(customer.record().id).await,
            task: world.add_task(&make.task("task", owner)).await,
            gone: world.add_customer("gone", owner).await,
            session: make.session(user.record()),
            ended: ended.id,
            user,
            note,
            edited,
        }
    }

    /// A commit that does everything there is; each has new ids, and the same session and replay key.
    fn everything(&self, make: &Maker) -> Arc<Commit> {
        let owner = self.user.record().id;
        let now = make.now();
        let renamed = User { updated_at: now, ..self.user.record().clone() };
        let after_deletion = Versioned::stored(
            self.customer.record().clone().note_deleted(now),
            self.customer.version().next(),
        );
        let text = self.edited.text.clone();
        let transfer = Transfer {
            from: owner,
            to: make.mint(),
            by: owner,
            begun_at: now,
            moved: Moved::default(),
            finished_at: None,
        };
        make.commit()
            .insert_user(&make.user(&format!("new{}", make.mint::<UserKind>()), Role::Agent))
            .put_user(&self.user, renamed)
            .change(Change::RenewHash {
                user: owner,
                from: self.user.record().password.clone(),
                to: PasswordHash::new("renewed".to_owned()),
            })
            .insert_session(&self.session)
            .change(Change::TouchSession { id: self.session.id, at: now.plus(Duration::from_hours(25)) })
            .change(Change::EndSession { id: self.ended, user: owner, at: now, why: EndReason::Ended })
            .insert_lead(&make.lead("new", Some(owner)))
            .put_lead(&self.lead, self.lead.record().clone().archive(now))
            .insert_customer(&make.customer("new", owner))
            .delete_note(&self.customer, &self.note)
            .edit_note(&after_deletion, &self.edited.clone().edit(text, now))
            .delete_customer(&self.gone, &[])
            .insert_task(&make.task("new", owner))
            .put_task(&self.task, self.task.record().clone().complete(now))
            .change(Change::PutTransfer(transfer))
            .change(Change::MarkSetUp)
            .expect(Expect::OpenTasks { customer: self.customer.record().id, count: 0 })
            .replay(replay(make, owner, "key"))
            .done()
    }
}
