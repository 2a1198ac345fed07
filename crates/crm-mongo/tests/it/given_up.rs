//! A commit whose caller was told that nothing was done, while it was on its way to a slow MongoDB.

use std::sync::Arc;
use std::time::Duration;

use crm_app::commit::Verdict;
use crm_app::error::StoreError;
use crm_app::mirror::Mirror;
use crm_app::ports::commits::Commits;
use crm_app::ports::leads::Leads;
use crm_domain::access::scope::Sight;
use crm_mongo::options::Options;
use crm_mongo::store::MongoStore;
use crm_testkit::actors::everything;
use crm_testkit::fixtures::Maker;
use crm_testkit::mongod::replica_set::ReplicaSet;
use crm_testkit::slow_line::{Line, SlowLine};

/// Of the commands of a commit some are through by then, and others are not.
const DEADLINE: Duration = Duration::from_millis(700);
const DELAYS: [u64; 4] = [100, 150, 200, 250];
/// Long enough for all of a commit on a line that is good again, had it gone on.
const ENOUGH: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_said_not_to_be_done_is_not_done_later() {
    let set = ReplicaSet::start(1).await;
    let line = SlowLine::to(set.nodes()[0].port()).await;
    let uri = format!("mongodb://127.0.0.1:{}/crm?directConnection=true", line.port());
    let options = Options { deadline: DEADLINE, ..Options::default() };
    let store = MongoStore::open(&uri, options, Arc::new(Mirror::empty())).await.unwrap();
    let (make, scope) = (Maker::new(), everything());
    let mut refused = Vec::new();
    for delay in DELAYS {
        line.be(Line::Slow(Duration::from_millis(delay)));
        let lead = make.lead("given up", None);
        match store.commit(make.commit().insert_lead(&lead).done()).await {
            Err(StoreError::Unavailable(_)) => refused.push(lead.id),
            Ok(Verdict::Applied) | Err(StoreError::OutcomeUnknown(_)) => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(!refused.is_empty(), "some commands were not through");
    line.be(Line::Good);
    tokio::time::sleep(ENOUGH).await;
    let last = make.commit().insert_lead(&make.lead("last", None)).done();
    assert_eq!(store.commit(last).await.unwrap(), Verdict::Applied);
    for id in refused {
        assert!(matches!(store.lead(&scope, id).await.unwrap(), Sight::Absent), "{id}");
    }
}
