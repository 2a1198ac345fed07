//! What one read answers is of one moment, also while others write.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crm_app::commit::{Commit, Verdict};
use crm_app::paging::Start;
use crm_app::ports::customers::Customers;
use crm_app::ports::dashboard::{Dashboard, DashboardQuery};
use crm_app::ports::leads::Leads;
use crm_app::ports::notes::Notes;
use crm_domain::access::role::Role;
use crm_domain::version::{Version, Versioned};
use tokio::task::JoinHandle;

use super::support::listing::leads::LeadList;
use super::support::listing::{Ask, Listing, orders};
use super::support::world::{World, everything, seen};
use super::{FullStore, StoreBuilder};

/// A page of leads and its total are of one moment.
pub async fn a_page_and_its_total_are_of_one_moment<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    let make = world.make.clone();
    let commits = (0..150).map(|_| make.commit().insert_lead(&make.lead("x", None)).done()).collect();
    let writing = Writing::begin(world.shared(), commits);
    let sort = orders::<LeadList>().next().unwrap();
    let mut violations = 0;
    while writing.goes_on() {
        let ask = Ask { filter: LeadList::everything(), sort, start: Start::Offset(0), limit: 1_000 };
        let page = LeadList::list(world.store(), &everything(), ask).await;
        violations += usize::from(page.total.count != u64::try_from(page.slice.items.len()).unwrap());
    }
    writing.end().await;
    assert_eq!(violations, 0);
}

/// A lead and its history are of one moment: as many events as versions.
pub async fn a_lead_and_its_history_are_of_one_moment<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let lead = world.add_lead("x", None).await.into_record();
    let commits = (1..150).map(|version| {
        let before = Versioned::stored(lead.clone(), Version::new(version));
        make.commit().put_lead(&before, lead.clone()).done()
    });
    let writing = Writing::begin(world.shared(), commits.collect());
    let mut violations = 0;
    while writing.goes_on() {
        let found = world.store().lead_with_history(&everything(), lead.id, 1_000).await.unwrap();
        let (found, history) = seen(found);
        violations += usize::from(found.version().number() != u64::try_from(history.len()).unwrap());
    }
    writing.end().await;
    assert_eq!(violations, 0);
}

/// A customer and its notes are of one moment: as many notes as it says it has.
pub async fn a_customer_and_its_notes_are_of_one_moment<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let author = world.add_user("author", Role::Agent).await.record().id;
    let mut before = world.add_customer("x", author).await;
    let id = before.record().id;
    let mut commits = Vec::new();
    for _ in 0..150 {
        let note = make.note(id, author, "x");
        commits.push(make.commit().add_note(&before, &note).done());
        let after = before.record().clone().note_added(make.now());
        before = Versioned::stored(after, before.version().next());
    }
    let writing = Writing::begin(world.shared(), commits);
    let mut violations = 0;
    while writing.goes_on() {
        let (found, notes) = seen(world.store().customer_with_notes(&everything(), id, 1_000).await.unwrap());
        violations += usize::from(found.record().notes_count != u64::try_from(notes.len()).unwrap());
        let (found, notes) =
            seen(world.store().notes(&everything(), id, &Start::Offset(0), 1_000).await.unwrap());
        violations += usize::from(found.record().notes_count != u64::try_from(notes.items.len()).unwrap());
    }
    writing.end().await;
    assert_eq!(violations, 0);
}

/// The figures of the dashboard are of one moment: leads by status and by day make the same sum.
pub async fn the_figures_of_a_dashboard_are_of_one_moment<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    let make = world.make.clone();
    let commits = (0..150).map(|_| make.commit().insert_lead(&make.lead("x", None)).done()).collect();
    let writing = Writing::begin(world.shared(), commits);
    let now = make.now();
    let query = DashboardQuery { me: None, days: world.mirror().calendar().last_days(now, 14), now };
    let mut violations = 0;
    while writing.goes_on() {
        let figures = world.store().dashboard(&everything(), &query).await.unwrap();
        let (by_status, by_day) =
            (figures.leads_by_status.iter().sum::<u64>(), figures.leads_per_day.iter().sum::<u64>());
        violations += usize::from(by_status != by_day);
    }
    writing.end().await;
    assert_eq!(violations, 0);
}

/// Commits that are handed in one after the other in the background.
struct Writing {
    goes_on: Arc<AtomicBool>,
    running: JoinHandle<()>,
}

impl Writing {
    fn begin<S: FullStore>(store: Arc<S>, commits: Vec<Arc<Commit>>) -> Self {
        let goes_on = Arc::new(AtomicBool::new(true));
        let flag = Arc::clone(&goes_on);
        let running = tokio::spawn(async move {
            for commit in commits {
                let verdict = store.commit(commit).await.expect("the store answers");
                assert_eq!(verdict, Verdict::Applied);
            }
            flag.store(false, Ordering::Release);
        });
        Self { goes_on, running }
    }

    /// Whether some are left, or they failed.
    fn goes_on(&self) -> bool {
        self.goes_on.load(Ordering::Acquire) && !self.running.is_finished()
    }

    async fn end(self) {
        self.running.await.expect("all commits are applied");
    }
}
