//! A replica set of three that loses its primary: nothing that was acknowledged is lost, nothing is there twice, and
//! everybody is answered in time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crm_app::commit::{Commit, Verdict};
use crm_app::error::StoreError;
use crm_app::mirror::Mirror;
use crm_app::paging::{Direction, Sort, Start};
use crm_app::ports::commits::Commits;
use crm_app::ports::leads::Leads;
use crm_app::ports::maintenance::Maintenance;
use crm_app::ports::workspace::Workspaces;
use crm_app::query::leads::{LeadFilter, LeadQuery, LeadSort};
use crm_domain::access::scope::Sight;
use crm_domain::ids::LeadId;
use crm_domain::lead::Lead;
use crm_domain::values::search_query::SearchQuery;
use crm_mongo::options::Options;
use crm_mongo::store::MongoStore;
use crm_testkit::actors::everything;
use crm_testkit::fixtures::Maker;
use crm_testkit::fixtures::commits::Draft;
use crm_testkit::mongod::node::Node;
use crm_testkit::mongod::replica_set::ReplicaSet;
use rustix::process::Signal;
use tokio::task::JoinSet;

const WRITERS: usize = 16;

/// What the writers saw.
#[derive(Default)]
struct Seen {
    acknowledged: Vec<LeadId>,
    unknown: Vec<Arc<Commit>>,
    slowest: Duration,
    longest_gap: Duration,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_acknowledged_write_is_lost_when_the_primary_is_killed() {
    let set = ReplicaSet::start(3).await;
    let (store, make) = (open(&set).await, Maker::new());
    for round in 0..3 {
        let writing = Writing::begin(&store, &make);
        tokio::time::sleep(Duration::from_secs(1)).await;
        let primary = set.primary().await.expect("there is a primary");
        primary.signal(Signal::KILL);
        tokio::time::sleep(Duration::from_secs(7)).await;
        let seen = writing.end().await;
        println!(
            "round {round}: {} acknowledged, {} unknown, slowest {:?}, longest gap {:?}",
            seen.acknowledged.len(),
            seen.unknown.len(),
            seen.slowest,
            seen.longest_gap
        );
        set.restart(primary).await;
        all_are_there(&store, &seen).await;
        assert!(seen.slowest < Duration::from_secs(6), "{:?}", seen.slowest);
    }
    assert_eq!(store.recount(false).await.unwrap(), []);
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everybody_is_answered_within_six_seconds_when_the_primary_freezes() {
    let set = ReplicaSet::start(3).await;
    let (store, make) = (open(&set).await, Maker::new());
    let writing = Writing::begin(&store, &make);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let primary = set.primary().await.expect("there is a primary");
    primary.signal(Signal::STOP);
    tokio::time::sleep(Duration::from_secs(12)).await;
    primary.signal(Signal::CONT);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let seen = writing.end().await;
    println!(
        "frozen: {} acknowledged, {} unknown, slowest {:?}, longest gap {:?}",
        seen.acknowledged.len(),
        seen.unknown.len(),
        seen.slowest,
        seen.longest_gap
    );
    all_are_there(&store, &seen).await;
    assert!(seen.slowest < Duration::from_secs(6), "{:?}", seen.slowest);
    assert_eq!(store.recount(false).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_read_fails_because_the_primary_steps_down_or_is_killed() {
    let set = ReplicaSet::start(3).await;
    // So patient that an election ends in time on any machine: what fails then fails because of the change itself.
    let (deadline, selection_timeout) = (Duration::from_mins(1), Duration::from_secs(50));
    let options = Options { deadline, selection_timeout, ..Options::default() };
    let store =
        MongoStore::open(&set.uri(), options, Arc::new(Mirror::empty())).await.expect("the store opens");
    let make = Maker::new();
    let leads: Vec<Lead> = (0..300).map(|number| make.lead(&format!("lead {number}"), None)).collect();
    store.load(vec![leads.iter().fold(make.commit(), Draft::insert_lead).done()]).await.unwrap();
    let (over, answers) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut readers = JoinSet::new();
    for _ in 0..WRITERS {
        let id = leads[0].id;
        readers.spawn(read(Arc::clone(&store), id, Arc::clone(&over), Arc::clone(&answers)));
    }
    for round in 0..4 {
        more(&answers, 500).await;
        let primary = until_there_is_a_primary(&set).await;
        if round < 3 {
            set.step_down(primary).await;
        } else {
            primary.signal(Signal::KILL);
        }
        while set.is_primary(primary).await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        until_there_is_a_primary(&set).await;
    }
    more(&answers, 500).await;
    over.store(true, Ordering::Relaxed);
    let failures: Vec<String> = readers.join_all().await.into_iter().flatten().collect();
    println!("{} reads answered, {} failed", answers.load(Ordering::Relaxed), failures.len());
    assert_eq!(failures, Vec::<String>::new());
}

/// Waits until so many more reads were answered.
async fn more(answers: &AtomicUsize, count: usize) {
    let begun = answers.load(Ordering::Relaxed);
    while answers.load(Ordering::Relaxed) < begun + count {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn until_there_is_a_primary(set: &ReplicaSet) -> &Node {
    loop {
        if let Some(primary) = set.primary().await {
            return primary;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Reads in every way until it is told to stop: one document, several of one moment, a search that counts, and figures.
/// Gives what failed.
async fn read(
    store: Arc<MongoStore>,
    id: LeadId,
    over: Arc<AtomicBool>,
    answers: Arc<AtomicUsize>,
) -> Vec<String> {
    let scope = everything();
    let list = |search: Option<&str>| LeadQuery {
        filter: LeadFilter {
            search: search.map(|text| SearchQuery::parse(text).unwrap()),
            ..LeadFilter::everything()
        },
        sort: Sort { by: LeadSort::Name, direction: Direction::Ascending },
        start: Start::Offset(0),
        limit: 100,
    };
    let (all, searched) = (list(None), list(Some("lead 1")));
    let mut failures = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let answered = [
            store.lead(&scope, id).await.map(drop),
            store.leads(&scope, &all).await.map(drop),
            store.leads(&scope, &searched).await.map(drop),
            store.workspace().await.map(drop),
        ];
        for answer in answered {
            match answer {
                Ok(()) => drop(answers.fetch_add(1, Ordering::Relaxed)),
                Err(error) => failures.push(format!("{error:?}")),
            }
        }
    }
    failures
}

async fn open(set: &ReplicaSet) -> Arc<MongoStore> {
    let mirror = Arc::new(Mirror::empty());
    MongoStore::open(&set.uri(), Options::default(), mirror).await.expect("the store opens")
}

/// What was acknowledged is there once; what was left unknown is applied once when it is handed in again.
async fn all_are_there(store: &MongoStore, seen: &Seen) {
    let mut lost = 0;
    let scope = everything();
    for id in &seen.acknowledged {
        let found = patiently(|| store.lead(&scope, *id)).await;
        lost += usize::from(matches!(found, Sight::Absent));
    }
    assert_eq!(lost, 0);
    for commit in &seen.unknown {
        let verdict = patiently(|| store.commit(Arc::clone(commit))).await;
        assert_eq!(verdict, Verdict::Applied);
    }
}

async fn patiently<T, F: Future<Output = Result<T, StoreError>>>(call: impl Fn() -> F) -> T {
    for _ in 0..5 {
        if let Ok(answer) = call().await {
            return answer;
        }
    }
    call().await.expect("the store answers")
}

/// Some who write leads until they are told to stop.
struct Writing {
    over: Arc<AtomicBool>,
    writers: JoinSet<Seen>,
}

impl Writing {
    fn begin(store: &Arc<MongoStore>, make: &Maker) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let mut writers = JoinSet::new();
        for _ in 0..WRITERS {
            writers.spawn(write(Arc::clone(store), make.clone(), Arc::clone(&over)));
        }
        Self { over, writers }
    }

    async fn end(self) -> Seen {
        self.over.store(true, Ordering::Relaxed);
        let mut all = Seen::default();
        for seen in self.writers.join_all().await {
            all.acknowledged.extend(seen.acknowledged);
            all.unknown.extend(seen.unknown);
            all.slowest = all.slowest.max(seen.slowest);
            all.longest_gap = all.longest_gap.max(seen.longest_gap);
        }
        all
    }
}

async fn write(store: Arc<MongoStore>, make: Maker, over: Arc<AtomicBool>) -> Seen {
    let mut seen = Seen::default();
    let mut last = Instant::now();
    while !over.load(Ordering::Relaxed) {
        let lead = make.lead("lead", None);
        let commit = make.commit().insert_lead(&lead).done();
        let begun = Instant::now();
        let answer = store.commit(Arc::clone(&commit)).await;
        seen.slowest = seen.slowest.max(begun.elapsed());
        match answer {
            Ok(Verdict::Applied) => {
                seen.acknowledged.push(lead.id);
                seen.longest_gap = seen.longest_gap.max(last.elapsed());
                last = Instant::now();
            }
            Ok(verdict) => panic!("a new lead is never {verdict:?}"),
            Err(StoreError::Unavailable(_) | StoreError::OutcomeUnknown(_)) => {
                seen.unknown.push(commit);
                // It may be told so at once, and at full speed nobody else would be served.
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(error) => panic!("the store is at most unavailable, not {error:?}"),
        }
    }
    seen
}
