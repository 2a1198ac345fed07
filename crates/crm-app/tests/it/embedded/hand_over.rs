use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use crm_app::commit::{Commit, Verdict};
use crm_app::context::{Ctx, Stores};
use crm_app::error::StoreError;
use crm_app::ports::commits::Commits;
use crm_app::precondition::Precondition;
use crm_app::queue::Queue;
use crm_app::users::deactivate::{Deactivation, deactivate};
use crm_app::users::transfer::{read, resume};
use crm_app::{customers, leads, tasks};
use crm_domain::access::actor::Actor;
use crm_domain::access::role::Role;
use crm_domain::raw::{Members, Raw};
use crm_domain::transfer::Moved;
use crm_testkit::actors::everything;

use super::office::{Office, id_of};
use crate::support::said::{unavailable, why};
use crate::support::{moved, texts};

/// A store that goes away after so many commits.
pub(super) struct Failing {
    store: Arc<dyn Commits>,
    left: AtomicI64,
    /// The most changes that one commit had.
    pub(super) largest: AtomicUsize,
}

impl Failing {
    /// The office's store, which takes so many more commits; and a context that works with it.
    pub(super) fn after(commits: i64, office: &Office) -> (Arc<Self>, Ctx) {
        let store = Arc::clone(&office.ctx.stores.commits);
        let failing = Arc::new(Self { store, left: AtomicI64::new(commits), largest: AtomicUsize::new(0) });
        let stores = Stores { commits: Arc::<Self>::clone(&failing), ..office.ctx.stores.clone() };
        (failing, Ctx { stores, ..office.ctx.clone() })
    }
}

#[async_trait]
impl Commits for Failing {
    async fn commit(&self, commit: Arc<Commit>) -> Result<Verdict, StoreError> {
        self.largest.fetch_max(commit.changes.len(), Ordering::Relaxed);
        if self.left.fetch_sub(1, Ordering::Relaxed) > 0 {
            self.store.commit(commit).await
        } else {
            Err(unavailable())
        }
    }
}

/// Leads, customers and tasks of this agent's: more than two batches of open leads, and some of what stays.
async fn fill(office: &Office, agent: &Actor) {
    for number in 0..210 {
        office.lead(agent, &format!("lead {number}")).await;
    }
    for (status, archived) in [("Closed Won", false), ("Closed Lost", false), ("New", true)] {
        let lead = office.lead(agent, "stays").await;
        let body = texts([("status", status)]).with("archived", Raw::Bool(archived));
        office.change(agent, &lead, body).await.unwrap();
    }
    for number in 0..3 {
        let customer = office.customer(agent, &format!("customer {number}")).await;
        office.task(agent, "open", &customer).await;
        let done = office.task(agent, "stays", &customer).await.record().id.to_string();
        let body = texts([("status", "Done")]);
        tasks::change::change(&office.ctx, agent, &done, body, &Precondition::None).await.unwrap();
    }
}

/// How many leads, customers and tasks somebody owns.
async fn owned(office: &Office, root: &Actor, owner: &str) -> (u64, u64, u64) {
    let all = texts([("assignedAgent", owner), ("archived", "all")]);
    let leads = leads::list::list(&office.ctx, root, all).await.unwrap();
    let customers = customers::list::list(&office.ctx, root, texts([("owner", owner)])).await.unwrap();
    let tasks = tasks::list::list(&office.ctx, root, texts([("owner", owner)])).await.unwrap();
    (leads.total.count, customers.total.count, tasks.total.count)
}

#[tokio::test]
async fn what_is_open_moves_and_what_is_over_stays() {
    let office = Office::open();
    let root = office.hire("root", Role::Admin).await;
    let (ann, bob) = (office.hire("ann", Role::Agent).await, office.hire("bob", Role::Agent).await);
    fill(&office, &ann).await;
    let to_bob = texts([("transferTo", &id_of(&bob))]);
    let answer = deactivate(&office.ctx, &root, &id_of(&ann), to_bob, &Precondition::None).await.unwrap();
    assert_eq!(moved(answer), Some(Moved { leads: 210, customers: 3, tasks: 3 }));
    assert_eq!(owned(&office, &root, &id_of(&ann)).await, (3, 0, 3));
    assert_eq!(owned(&office, &root, &id_of(&bob)).await, (210, 3, 3));
    assert_eq!(office.ctx.stores.users.transfers(&everything()).await.unwrap(), []);
    let told = office.feed(&root, texts([("type", "lead_reassigned"), ("entityType", "lead")])).await;
    assert_eq!(told.len(), 100, "the feed's longest stretch");
    assert!(told.iter().all(|event| event.actor.name == "root"));
}

#[tokio::test]
async fn a_hand_over_that_was_cut_short_is_finished_after_a_restart() {
    let office = Office::open();
    let root = office.hire("root", Role::Admin).await;
    let (ann, bob) = (office.hire("ann", Role::Agent).await, office.hire("bob", Role::Agent).await);
    fill(&office, &ann).await;
    let (_, failing) = Failing::after(3, &office);
    let to_bob = texts([("transferTo", &id_of(&bob))]);
    let answer = deactivate(&failing, &root, &id_of(&ann), to_bob, &Precondition::None).await;
    assert_eq!(why(answer), "store unavailable");
    assert_eq!(owned(&office, &root, &id_of(&bob)).await, (200, 0, 0), "two batches");
    assert!(!office.ctx.mirror.user(ann.user_id().unwrap()).unwrap().active);
    let [half] = office.ctx.stores.users.transfers(&everything()).await.unwrap().try_into().unwrap();
    assert_eq!(half.moved, Moved { leads: 200, ..Moved::default() });

    resume(&office.ctx).await.unwrap();
    assert_eq!(owned(&office, &root, &id_of(&ann)).await, (3, 0, 3));
    assert_eq!(owned(&office, &root, &id_of(&bob)).await, (210, 3, 3));
    assert_eq!(office.ctx.stores.users.transfers(&everything()).await.unwrap(), []);
    resume(&office.ctx).await.unwrap();
}

#[tokio::test]
async fn whoever_left_long_ago_can_still_be_succeeded() {
    let office = Office::open();
    let root = office.hire("root", Role::Admin).await;
    let (ann, bob) = (office.hire("ann", Role::Agent).await, office.hire("bob", Role::Agent).await);
    office.lead(&ann, "Ada").await;
    let id = id_of(&ann);
    let none = deactivate(&office.ctx, &root, &id, Members::new(), &Precondition::None).await.unwrap();
    assert_eq!(moved(none), None);
    let to_bob = texts([("transferTo", &id_of(&bob))]);
    let answer = deactivate(&office.ctx, &root, &id, to_bob.clone(), &Precondition::None).await.unwrap();
    assert_eq!(moved(answer), Some(Moved { leads: 1, ..Moved::default() }));
    let again = deactivate(&office.ctx, &root, &id, to_bob, &Precondition::None).await.unwrap();
    assert_eq!(moved(again), Some(Moved::default()));
}

#[tokio::test]
async fn a_hand_over_that_takes_long_goes_on_after_its_answer() {
    let mut office = Office::open();
    office.ctx.rules.transfer_wait = Duration::ZERO;
    let root = office.hire("root", Role::Admin).await;
    let (ann, bob) = (office.hire("ann", Role::Agent).await, office.hire("bob", Role::Agent).await);
    fill(&office, &ann).await;
    let (ctx, id) = (&office.ctx, id_of(&ann));
    assert_eq!(why(read(ctx, &root, &id).await), "no transfer");
    let to_bob = texts([("transferTo", &id_of(&bob))]);
    let answer = deactivate(ctx, &root, &id, to_bob, &Precondition::None).await.unwrap();
    let Deactivation::HandedOver(first) = answer else { panic!("{answer:?}") };
    assert!(first.is_running(), "{first:?}");
    assert_eq!(first.moved, Moved { leads: 100, ..Moved::default() }, "the first batch");
    let finished = async {
        loop {
            let stands = read(ctx, &root, &id).await.unwrap();
            if !stands.is_running() {
                return stands;
            }
            tokio::task::yield_now().await;
        }
    };
    let finished = tokio::time::timeout(Duration::from_mins(1), finished).await.unwrap();
    assert_eq!(finished.moved, Moved { leads: 210, customers: 3, tasks: 3 });
    assert_eq!(owned(&office, &root, &id_of(&bob)).await, (210, 3, 3));
    assert_eq!(why(read(ctx, &bob, &id).await), "denied");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn servers_that_resume_one_hand_over_at_once_move_and_count_everything_once() {
    let office = Office::open();
    let root = office.hire("root", Role::Admin).await;
    let (ann, bob) = (office.hire("ann", Role::Agent).await, office.hire("bob", Role::Agent).await);
    fill(&office, &ann).await;
    let (_, failing) = Failing::after(1, &office);
    let to_bob = texts([("transferTo", &id_of(&bob))]);
    deactivate(&failing, &root, &id_of(&ann), to_bob, &Precondition::None).await.unwrap_err();
    // Writers of other servers do not wait in the same line.
    let servers = (0..3).map(|_| {
        let ctx = Ctx { queue: Queue::new(), ..office.ctx.clone() };
        tokio::spawn(async move { resume(&ctx).await })
    });
    for server in servers.collect::<Vec<_>>() {
        server.await.unwrap().unwrap();
    }
    let finished = read(&office.ctx, &root, &id_of(&ann)).await.unwrap();
    assert!(!finished.is_running());
    assert_eq!(finished.moved, Moved { leads: 210, customers: 3, tasks: 3 });
    assert_eq!(owned(&office, &root, &id_of(&bob)).await, (210, 3, 3));
}

#[tokio::test]
async fn a_repeated_deactivation_joins_the_hand_over_that_is_running() {
    let office = Office::open();
    let root = office.hire("root", Role::Admin).await;
    let (ann, bob) = (office.hire("ann", Role::Agent).await, office.hire("bob", Role::Agent).await);
    fill(&office, &ann).await;
    let (_, failing) = Failing::after(2, &office);
    let to_bob = texts([("transferTo", &id_of(&bob))]);
    let (id, none) = (id_of(&ann), Precondition::None);
    deactivate(&failing, &root, &id, to_bob.clone(), &none).await.unwrap_err();
    let answer = deactivate(&office.ctx, &root, &id, to_bob, &none).await.unwrap();
    assert_eq!(moved(answer), Some(Moved { leads: 210, customers: 3, tasks: 3 }), "those before are counted");
}
