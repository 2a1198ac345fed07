//! A commit whose connection is forgotten half way, while its transaction stays open on the primary.

use std::sync::Arc;
use std::time::Duration;

use crm_app::commit::Verdict;
use crm_app::mirror::Mirror;
use crm_app::ports::commits::Commits;
use crm_domain::version::{Version, Versioned};
use crm_mongo::options::Options;
use crm_mongo::store::MongoStore;
use crm_testkit::fixtures::Maker;
use crm_testkit::mongod::replica_set::ReplicaSet;
use crm_testkit::slow_line::{Line, SlowLine};
use mongodb::Client;
use mongodb::bson::{Document, doc};

/// Between the commands of a commit there is time for that.
const DELAY: Duration = Duration::from_millis(100);
/// When it happens, in milliseconds: somewhere between its commands.
const MOMENTS: [u64; 3] = [500, 900, 1_300];
/// How soon nothing may be left of them: the driver waits ten seconds for a connection that was forgotten while it was made,
/// the primary sixty for a transaction.
const SOON: Duration = Duration::from_secs(30);
/// How long the commit is waited for.
const DEADLINE: Duration = Duration::from_millis(1_600);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_a_commit_has_touched_is_free_again_soon_after_its_connection_was_forgotten() {
    let set = ReplicaSet::start(1).await;
    let port = set.nodes()[0].port();
    let line = SlowLine::to(port).await;
    let open = async |port, options| {
        let uri = format!("mongodb://127.0.0.1:{port}/crm?directConnection=true");
        MongoStore::open(&uri, options, Arc::new(Mirror::empty())).await.unwrap()
    };
    let far = open(line.port(), Options { deadline: DEADLINE, ..Options::default() }).await;
    let near = open(port, Options::default()).await;
    let client = Client::with_uri_str(format!("mongodb://127.0.0.1:{port}/?directConnection=true"));
    let client = client.await.unwrap();
    let (make, mut left_open) = (Maker::new(), 0_usize);
    for moment in MOMENTS {
        let lead = make.lead("touched", None);
        near.commit(make.commit().insert_lead(&lead).done()).await.unwrap();
        let before = Versioned::stored(lead.clone(), Version::FIRST);
        let change = make.commit().put_lead(&before, lead.clone().archive(make.now())).done();
        line.be(Line::Slow(DELAY));
        let cut_off = tokio::spawn({
            let (far, change) = (Arc::clone(&far), Arc::clone(&change));
            async move { far.commit(change).await }
        });
        tokio::time::sleep(Duration::from_millis(moment)).await;
        line.be(Line::Forgetful);
        let answer = cut_off.await.unwrap();
        line.be(Line::Good);
        left_open += transactions(&client).await;
        until_none_is_open(&client).await;
        let again = near.commit(make.commit().put_lead(&before, lead.archive(make.now())).done()).await;
        match (answer, again) {
            // Its last command was heard, or not.
            (Ok(Verdict::Applied) | Err(_), Ok(Verdict::Stale)) | (Err(_), Ok(Verdict::Applied)) => {}
            other => panic!("forgotten after {moment} ms: {other:?}"),
        }
    }
    assert!(left_open > 0, "no transaction was left open");
}

/// Long before the primary ends them by itself.
async fn until_none_is_open(client: &Client) {
    let none = async {
        while transactions(client).await > 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(SOON, none).await.expect("what lost its connection stays open");
}

/// How many transactions are open and wait for their next command.
async fn transactions(client: &Client) -> usize {
    let pipeline = [
        doc! { "$currentOp": { "idleSessions": true } },
        doc! { "$match": { "type": "idleSession", "transaction": { "$exists": true } } },
    ];
    let mut cursor = client.database("admin").aggregate(pipeline).await.unwrap();
    let mut count = 0;
    while cursor.advance().await.unwrap() {
        let _idle: Document = cursor.deserialize_current().unwrap();
        count += 1;
    }
    count
}
