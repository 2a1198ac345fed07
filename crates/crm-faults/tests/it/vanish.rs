//! Clients that vanish in the middle of a request.

use crm_faults::suites::Suite;

use crate::short::short;

#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_come_whole_is_not_done_and_what_did_is_done_once_also_if_nobody_reads_the_answer() {
    for report in short(Suite::Vanish, 4, None).await {
        assert!(report.is_clean(), "{report:#?}");
        for place in ["head", "body", "answer", "halfanswer"] {
            assert!(report.more[place].as_u64() > Some(0), "{report:#?}");
        }
    }
}
