//! Conversions that race while the server is killed.

use crm_faults::suites::Suite;
use crm_faults::weakness::Weakness;

use crate::short::short;

#[tokio::test(flavor = "multi_thread")]
async fn of_sixteen_who_convert_each_lead_one_makes_its_customer_also_when_the_server_is_killed() {
    for report in short(Suite::Converts, 80, None).await {
        assert!(report.is_clean(), "{report:#?}");
        assert_eq!((&report.more["customers"], &report.more["kills"]), (&80.into(), &4.into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_conversions_that_do_not_look_whether_there_was_one_the_second_customers_are_found() {
    for report in short(Suite::Converts, 4, Some(Weakness::Unguarded)).await {
        assert!(report.twice > 0, "{report:#?}");
    }
}
