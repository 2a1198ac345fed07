//! Leads that are given to somebody who is deactivated at the same moment.

use crm_faults::suites::Suite;
use crm_faults::weakness::Weakness;

use crate::short::short;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_given_to_anybody_after_their_deactivation_and_nothing_stays_with_them() {
    for report in short(Suite::Reassign, 200, None).await {
        assert!(report.is_clean(), "{report:#?}");
        for first in ["given before", "refused"] {
            assert!(report.more[first].as_u64() > Some(0), "{report:#?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_store_that_does_not_look_who_is_active_what_stays_with_somebody_is_found() {
    for report in short(Suite::Reassign, 64, Some(Weakness::Careless)).await {
        assert!(report.twice > 0, "{report:#?}");
    }
}
