//! A clock that is put forwards and back while clients write.

use crm_faults::suites::Suite;

use crate::short::short;

#[tokio::test(flavor = "multi_thread")]
async fn no_step_of_the_clock_loses_a_change_or_signs_anybody_out() {
    for report in short(Suite::ClockSteps, 2, None).await {
        assert!(report.is_clean(), "{report:#?}");
        assert_eq!(report.more["steps"], 16, "{report:#?}");
    }
}
