//! `kill -9` of the server on the embedded store.

use crm_faults::suites::Suite;

use crate::short::short;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_missing_and_nothing_is_half_wherever_the_server_is_killed() {
    // Each of eleven points, and once at random.
    for report in short(Suite::Kill, 12, None).await {
        assert!(report.is_clean(), "{report:#?}");
        assert!(report.acknowledged > 1_000, "{report:#?}");
    }
}
