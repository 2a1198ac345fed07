//! The power goes while clients write to the embedded store.

use crm_faults::suites::Suite;
use crm_faults::weakness::Weakness;

use crate::short::short;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_with_the_power_whichever_writes_are_taken_back() {
    for report in short(Suite::PowerLoss, 6, None).await {
        assert!(report.is_clean(), "{report:#?}");
        assert!(report.acknowledged > 100, "{report:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_store_that_answers_before_it_syncs_the_loss_is_found() {
    for report in short(Suite::PowerLoss, 2, Some(Weakness::NotSynced)).await {
        assert!(report.lost > 0, "{report:#?}");
    }
}
