//! A replica set of three that loses its primary: nothing that was acknowledged is lost, nothing is there twice, and
//! everybody is answered in time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crm_app::commit::{Commit, Verdict};
use crm_app::error::StoreError;
use crm_app::mirror::Mirror;
use crm_app::ports::commits::Commits;
use crm_app::ports::leads::Leads;
use crm_app::ports::maintenance::Maintenance;
use crm_domain::access::scope::Sight;
use crm_domain::ids::LeadId;
use crm_mongo::options::Options;
use crm_mongo::store::MongoStore;
use crm_testkit::actors::everything;
use crm_testkit::fixtures::Maker;
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
