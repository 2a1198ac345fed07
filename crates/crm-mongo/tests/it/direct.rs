//! A direct connection to a set whose member has another host name than the one it is reached by, as a MongoDB in a
//! container has for a server outside of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crm_app::commit::Verdict;
use crm_app::mirror::Mirror;
use crm_app::ports::commits::Commits;
use crm_app::ports::leads::Leads;
use crm_domain::access::role::Role;
use crm_domain::access::scope::Sight;
use crm_mongo::error::OpenError;
use crm_mongo::inspect::{Holds, inspect};
use crm_mongo::options::Options;
use crm_mongo::store::MongoStore;
use crm_testkit::actors::everything;
use crm_testkit::fixtures::Maker;
use crm_testkit::mongod::replica_set::ReplicaSet;

/// Generous: what a stream tells comes at once.
const SOON: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn a_direct_connection_reads_commits_and_follows_where_host_names_lead_nowhere() {
    let set = ReplicaSet::start_under_another_name().await;
    let address = format!("mongodb://127.0.0.1:{}/crm", set.nodes()[0].port());

    let by_name = format!("{address}?replicaSet=rs0");
    let quick = Options { selection_timeout: Duration::from_secs(2), ..Options::default() };
    let refused = MongoStore::open(&by_name, quick, Arc::new(Mirror::empty())).await.err();
    let Some(OpenError::NoPrimary { hosts }) = refused else { panic!("{refused:?}") };
    assert!(hosts.contains("localhost:"), "its host name leads nowhere: {hosts}");

    let direct = format!("{address}?directConnection=true");
    let open = async || {
        let mirror = Arc::new(Mirror::empty());
        let store = MongoStore::open(&direct, Options::default(), Arc::clone(&mirror)).await.unwrap();
        (store, mirror)
    };
    let ((one, _), (other, mirror)) = (open().await, open().await);
    let make = Maker::new();
    let (lead, user) = (make.lead("Direct", None), make.user("Dora", Role::Agent));
    let commit = make.commit().insert_lead(&lead).insert_user(&user).done();
    assert_eq!(one.commit(commit).await.unwrap(), Verdict::Applied);
    assert!(matches!(other.lead(&everything(), lead.id).await.unwrap(), Sight::Seen(_)));
    let begun = Instant::now();
    while mirror.user(user.id).is_none() {
        assert!(begun.elapsed() < SOON, "the other store does not follow");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let found = inspect(&direct, Options::default()).await.unwrap();
    assert!(matches!(found.holds, Holds::Store { .. }), "{found:?}");
}
