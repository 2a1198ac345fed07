//! Three members of a MongoDB that are lost, frozen, or cut off from each other.

use crm_faults::report::Report;
use crm_faults::suites::replicas::{self, Trouble};
use crm_faults::suites::{Run, Size};
use crm_faults::weakness::Weakness;
use crm_testkit::mongod;
use crm_testkit::namespaces::{Purpose, enter};

use crate::short::{program, seed};

/// Does it once.
async fn once(trouble: Trouble, weakness: Option<Weakness>) -> Report {
    let run = Run { program: program(), weakness, rounds: 1, size: Size::Short, seed: seed() };
    replicas::run(&run, trouble).await.unwrap()
}

/// Whether the caller is where a network can be laid out, and does its work now. There is no way out of it: what starts a
/// member must be at hand before.
fn enter_network() -> bool {
    mongod::fetch();
    enter(Purpose::Network)
}

fn is_clean(report: &Report) {
    assert!(report.is_clean(), "{report:#?}");
    assert!(report.acknowledged > 150, "{report:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_done_twice_when_the_primary_is_killed() {
    is_clean(&once(Trouble::PrimaryKilled, None).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_and_everybody_is_answered_in_time_when_the_primary_freezes() {
    is_clean(&once(Trouble::PrimaryFrozen, None).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_when_the_primary_goes_on_alone_for_a_moment_and_dies() {
    is_clean(&once(Trouble::PrimaryAhead, None).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_store_that_answers_when_one_member_has_it_the_loss_is_found() {
    if !enter_network() {
        return;
    }
    let report = once(Trouble::PrimaryApart, Some(Weakness::OneMember)).await;
    assert!(report.lost > 0, "{report:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_when_all_members_and_the_server_are_killed_at_once() {
    is_clean(&once(Trouble::AllKilled, None).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_when_the_primary_is_cut_off_from_the_other_members() {
    if !enter_network() {
        return;
    }
    is_clean(&once(Trouble::PrimaryApart, None).await);
}
