//! SIGTERM while clients write and read.

use crm_faults::suites::Suite;

use crate::short::short;

#[tokio::test(flavor = "multi_thread")]
async fn no_request_that_was_read_is_cut_off_when_the_server_is_told_to_stop() {
    for report in short(Suite::Sigterm, 4, None).await {
        assert!(report.is_clean(), "{report:#?}");
        assert!(report.more["read"].as_u64() > Some(0), "{report:#?}");
    }
}
