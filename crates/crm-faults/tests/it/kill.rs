//! `kill -9` of the server on the embedded store.

use crm_faults::suites::Suite;
use crm_faults::weakness::Weakness;

use crate::short::short;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_missing_and_nothing_is_half_wherever_the_server_is_killed() {
    // Each of eleven points, and once at random.
    for report in short(Suite::Kill, 12, None).await {
        assert!(report.is_clean(), "{report:#?}");
        assert!(report.acknowledged > 1_000, "{report:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_store_that_writes_a_conversion_in_two_parts_the_halves_are_found() {
    for report in short(Suite::Kill, 3, Some(Weakness::Halved)).await {
        assert!(report.half > 0, "{report:#?}");
    }
}
