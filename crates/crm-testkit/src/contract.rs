//! What every store must do, as tests that are generic over it.
//!
//! An adapter implements [`StoreBuilder`] and runs everything with one line, [`crate::contract_suite!`]. Each property
//! is a public function in one of the modules below, named by a sentence; what the docs of the ports say with MUST has
//! a property of that name. Where data is random, a failing test prints its seed; `CRM_TEST_SEED` runs it again.

pub mod accounts;
pub mod archives;
pub mod atomicity;
pub mod audits;
pub mod authentication;
pub mod corruption;
pub mod durability;
pub mod events;
pub mod expectations;
pub mod feed;
pub mod lists;
pub mod maintenance;
pub mod mirrors;
pub mod moments;
pub mod notes;
pub mod races;
pub mod racing_expectations;
pub mod records;
pub mod refreshes;
pub mod replays;
pub mod scopes;
pub mod search;
pub mod sessions;
pub mod sights;
pub mod tallies;
pub mod thousands;
pub mod throttles;
pub mod totals;
pub mod transfers;
pub mod uniqueness;
pub mod versions;
pub mod walks;

mod support;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use crm_app::mirror::Mirror;
use crm_app::ports::activities::Activities;
use crm_app::ports::archive::Archive;
use crm_app::ports::audits::Audits;
use crm_app::ports::commits::Commits;
use crm_app::ports::customers::Customers;
use crm_app::ports::dashboard::Dashboard;
use crm_app::ports::leads::Leads;
use crm_app::ports::maintenance::Maintenance;
use crm_app::ports::notes::Notes;
use crm_app::ports::replays::Replays;
use crm_app::ports::sessions::Sessions;
use crm_app::ports::tasks::Tasks;
use crm_app::ports::throttles::Throttles;
use crm_app::ports::users::Users;
use crm_app::ports::workspace::Workspaces;
use uuid::Uuid;

/// A store that implements every port.
pub trait FullStore:
    Commits
    + Users
    + Sessions
    + Leads
    + Customers
    + Notes
    + Tasks
    + Activities
    + Dashboard
    + Workspaces
    + Audits
    + Throttles
    + Replays
    + Maintenance
    + Archive
    + Send
    + Sync
    + 'static
{
}

impl<S> FullStore for S where
    S: Commits
        + Users
        + Sessions
        + Leads
        + Customers
        + Notes
        + Tasks
        + Activities
        + Dashboard
        + Workspaces
        + Audits
        + Throttles
        + Replays
        + Maintenance
        + Archive
        + Send
        + Sync
        + 'static
{
}

/// An open store with what it keeps in process.
#[derive(Debug)]
pub struct Handle<S> {
    /// The store.
    pub store: Arc<S>,
    /// What it keeps up to date.
    pub mirror: Arc<Mirror>,
}

impl<S> Clone for Handle<S> {
    fn clone(&self) -> Self {
        Self { store: Arc::clone(&self.store), mirror: Arc::clone(&self.mirror) }
    }
}

/// Makes and opens the stores of one adapter.
#[async_trait]
pub trait StoreBuilder: Send + Sync {
    /// How much later than another handle that wrote it a handle may see something.
    const LAG: Duration = Duration::ZERO;

    /// The adapter's store.
    type Store: FullStore;
    /// Where the data of one store is, such as a temporary folder; gone when it is dropped.
    type Place: Send + Sync;

    /// A place for a store that no other test uses, with nothing in it.
    async fn place(&self) -> Self::Place;

    /// Opens the store that is there. Several handles may be open at once, as several servers have them, or a server
    /// and a command. A store that lives in memory has one, which this answers again.
    async fn open(&self, place: &Self::Place) -> Handle<Self::Store>;

    /// Spoils a stored record past the store, in such a way that it is still found but cannot be what it should be.
    async fn corrupt(&self, place: &Self::Place, kind: RecordKind, id: Uuid);
}

/// The kinds of record that can be spoiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordKind {
    /// A user.
    User,
    /// A session.
    Session,
    /// A lead.
    Lead,
    /// A customer.
    Customer,
    /// A note.
    Note,
    /// A task.
    Task,
    /// An event.
    Activity,
    /// A hand-over, by the id of whose records move.
    Transfer,
    /// A clean-up, by the id of its customer.
    Cleanup,
    /// An entry of the audit log.
    Audit,
}

/// The longest that one property may take; a hang is a failure, not a wait.
pub const DEADLINE: Duration = Duration::from_mins(2);

/// Runs one property, for [`crate::contract_suite!`].
///
/// # Panics
/// If it takes longer than [`DEADLINE`].
pub async fn in_time(property: impl Future<Output = ()>) {
    tokio::time::timeout(DEADLINE, property).await.expect("the property is checked in time");
}

/// Runs the whole contract on the stores that a [`StoreBuilder`] makes: one test for each property.
///
/// ```text
/// crm_testkit::contract_suite!(MyBuilder);
/// ```
///
/// Where nothing can reach a stored record past the store, `contract_suite!(MyBuilder, but corruption)` leaves out what
/// spoils one.
#[macro_export]
macro_rules! contract_suite {
    ($builder:expr) => {
        $crate::contract_suite!($builder, but corruption);
        $crate::contract_properties! { $builder;
            corruption::an_unreadable_lead_is_corrupt,
            corruption::an_unreadable_customer_is_corrupt,
            corruption::an_unreadable_note_is_corrupt,
            corruption::an_unreadable_task_is_corrupt,
            corruption::an_unreadable_user_is_corrupt,
            corruption::an_unreadable_session_is_corrupt,
            corruption::an_unreadable_event_is_corrupt,
            corruption::an_unreadable_transfer_is_corrupt,
            corruption::an_unreadable_cleanup_is_corrupt,
            corruption::an_unreadable_audit_entry_is_corrupt,
            corruption::an_unreadable_record_leaves_the_others_readable,
        }
    };
    ($builder:expr, but corruption) => {
        $crate::contract_properties! { $builder;
            accounts::a_user_is_found_by_their_email,
            accounts::another_active_admin_is_all_three,
            accounts::a_renewed_hash_takes_the_place_of_its_own_only,
            accounts::a_renewed_hash_never_undoes_a_change_of_the_password,
            archives::what_was_exported_and_imported_is_the_same,
            archives::an_imported_store_goes_on_as_any_other,
            archives::an_archive_is_in_order_and_in_small_batches,
            archives::an_archive_is_of_one_moment_while_others_write,
            archives::an_import_into_a_store_that_holds_something_is_refused,
            archives::an_unfinished_import_is_recognised_and_begun_anew,
            archives::an_import_that_was_overtaken_fails,
            archives::what_holds_a_key_twice_is_not_imported,
            archives::an_export_that_nobody_receives_ends,
            atomicity::a_commit_with_one_thing_that_does_not_hold_writes_nothing,
            atomicity::a_commit_that_is_handed_in_again_is_applied_once,
            atomicity::a_commit_without_events_is_applied_once,
            atomicity::a_commit_that_many_hand_in_at_once_is_applied_once,
            atomicity::a_refused_commit_may_be_handed_in_again,
            atomicity::changes_are_applied_in_their_order,
            atomicity::a_commit_whose_caller_goes_away_is_never_half,
            authentication::a_session_that_begins_on_one_server_is_good_on_another,
            authentication::a_token_of_no_session_of_its_user_is_refused,
            authentication::a_session_that_ends_during_its_look_up_is_not_held_as_open,
            authentication::the_end_of_a_known_session_is_heard_of_by_another_server,
            audits::the_entries_of_a_commit_are_sealed_with_it,
            audits::a_commit_that_is_not_applied_leaves_no_entry,
            audits::entries_that_are_handed_in_again_are_in_the_log_once,
            audits::entries_of_racing_commits_follow_one_another,
            audits::the_log_equals_a_naive_filter,
            audits::a_user_sees_the_entries_about_them_only,
            audits::what_is_pruned_leaves_the_log_whole,
            audits::clearing_leaves_the_audit_log,
            audits::entries_that_are_loaded_are_sealed,
            durability::a_store_that_is_opened_again_holds_what_it_held,
            durability::a_commit_is_recognised_after_the_store_was_opened_again,
            durability::what_one_handle_writes_another_reads,
            durability::of_racing_commits_through_two_handles_one_is_applied,
            durability::another_handle_hears_of_users_and_the_calendar,
            events::every_version_of_every_record_has_one_event,
            events::a_refused_commit_leaves_no_event,
            events::a_history_runs_from_the_latest_version_back,
            events::a_history_is_whole_for_whoever_sees_the_lead,
            expectations::a_record_of_another_version_is_not_unchanged,
            expectations::a_record_that_was_deleted_is_not_unchanged,
            expectations::a_deactivated_or_unknown_user_is_not_active,
            expectations::an_actor_whose_role_access_or_account_changed_does_not_stand,
            expectations::an_actor_who_was_renamed_still_stands,
            expectations::the_open_tasks_of_a_customer_are_counted,
            expectations::every_expectation_must_hold,
            expectations::what_is_expected_is_what_was_before_the_commit,
            feed::an_agent_sees_the_events_whose_audience_they_are_in,
            feed::the_feed_equals_a_naive_filter,
            feed::events_of_one_moment_stand_by_id,
            lists::leads_are_listed_as_by_a_naive_filter,
            lists::customers_are_listed_as_by_a_naive_filter,
            lists::tasks_are_listed_as_by_a_naive_filter,
            lists::users_are_listed_as_by_a_naive_filter,
            lists::every_order_breaks_ties_by_id_in_its_direction,
            lists::lists_follow_every_change,
            lists::what_was_deleted_leaves_nothing_behind,
            lists::a_page_beyond_the_end_is_empty_and_has_the_total,
            maintenance::the_inventory_counts_every_kind,
            maintenance::a_sound_store_passes_its_check,
            maintenance::clearing_leaves_nothing_but_the_calendar,
            maintenance::what_is_loaded_is_as_if_committed,
            maintenance::one_that_does_not_hold_and_nothing_is_loaded,
            maintenance::a_load_may_be_repeated,
            maintenance::a_repair_of_sound_counters_changes_nothing,
            maintenance::an_open_store_answers_a_ping,
            mirrors::the_mirror_holds_a_user_when_the_commit_answers,
            mirrors::the_mirror_holds_an_ended_session_when_the_commit_answers,
            mirrors::the_mirror_ignores_a_refused_commit,
            mirrors::the_mirror_holds_the_latest_of_racing_changes,
            mirrors::the_mirror_is_up_to_date_for_each_of_racing_commits,
            mirrors::the_mirror_is_filled_when_a_store_is_opened,
            moments::a_page_and_its_total_are_of_one_moment,
            moments::a_lead_and_its_history_are_of_one_moment,
            moments::a_customer_and_its_notes_are_of_one_moment,
            moments::the_figures_of_a_dashboard_are_of_one_moment,
            notes::notes_come_newest_first,
            notes::a_walk_over_notes_sees_each_once,
            notes::a_note_is_edited_and_deleted_with_its_customer,
            notes::notes_are_gone_with_their_customer,
            races::of_racing_conversions_one_makes_a_customer,
            races::of_racing_registrations_of_one_email_one_is_made,
            races::of_racing_changes_to_one_email_one_is_applied,
            races::of_racing_set_ups_one_makes_the_first_admin,
            races::of_racing_sessions_of_one_fingerprint_one_is_made,
            races::a_note_never_outlives_the_deletion_of_its_customer,
            races::refused_commits_leave_those_beside_them_alone,
            races::no_change_of_one_lead_is_lost,
            racing_expectations::of_a_reassignment_and_a_deactivation_one_is_applied,
            racing_expectations::of_two_last_admins_one_stays,
            racing_expectations::of_an_act_and_the_demotion_of_its_actor_one_is_applied,
            racing_expectations::of_a_new_task_and_the_deletion_of_its_customer_one_is_applied,
            racing_expectations::of_a_reopened_task_and_the_deletion_of_its_customer_one_is_applied,
            racing_expectations::of_commits_that_break_each_others_expectations_one_is_applied,
            records::a_full_record_of_every_kind_reads_back_equal,
            records::a_minimal_record_of_every_kind_reads_back_equal,
            records::a_full_and_a_minimal_event_read_back_equal,
            records::a_change_of_every_field_reads_back_equal,
            records::every_value_of_every_enumeration_reads_back_equal,
            records::the_extremes_of_time_read_back_equal,
            refreshes::of_many_refreshes_at_once_all_get_one_successor,
            refreshes::tabs_that_race_are_all_answered,
            refreshes::a_stolen_token_ends_its_session_on_every_server,
            replays::a_request_is_answered_once,
            replays::a_replay_key_belongs_to_one_user_and_target,
            replays::a_refused_commit_keeps_no_answer,
            replays::the_longest_answer_is_kept,
            replays::a_kept_answer_is_read_back_as_it_was,
            replays::an_answer_that_has_run_out_makes_room,
            replays::an_answer_alone_is_kept,
            replays::answers_that_have_run_out_are_forgotten,
            replays::of_racing_answers_in_the_place_of_an_old_one_one_is_kept,
            replays::of_racing_answers_to_one_request_one_is_kept,
            scopes::a_list_of_leads_holds_nothing_outside_the_scope,
            scopes::a_list_of_customers_holds_nothing_outside_the_scope,
            scopes::a_list_of_tasks_holds_nothing_outside_the_scope,
            scopes::a_list_of_users_holds_nothing_outside_the_scope,
            scopes::who_owns_nothing_sees_nothing,
            scopes::names_outside_the_scope_are_not_told,
            scopes::the_open_tasks_about_a_customer_are_all_that_are_not_done,
            search::a_search_of_leads_equals_a_naive_one,
            search::a_search_of_customers_equals_a_naive_one,
            search::a_search_of_tasks_equals_a_naive_one,
            search::a_search_of_users_equals_a_naive_one,
            search::what_is_searched_for_is_literal,
            search::a_number_is_found_by_its_digits,
            search::a_search_follows_every_change,
            search::a_search_of_ones_own_leads_follows_every_change,
            search::the_total_of_a_search_counts_all_that_is_found,
            search::a_long_term_is_more_than_its_parts,
            search::a_page_of_much_that_is_found_is_the_naive_one,
            sessions::a_touch_keeps_the_later_moment,
            sessions::an_end_keeps_the_first_moment,
            sessions::a_rotation_is_put_in_the_place_of_the_one_that_was_read,
            sessions::a_rotation_of_another_state_is_stale,
            sessions::of_racing_rotations_one_is_applied,
            sessions::a_session_that_is_gone_is_none_of_a_commits_business,
            sessions::of_racing_touches_the_latest_is_kept,
            sessions::open_sessions_are_the_live_ones_last_used_first,
            sessions::open_sessions_are_those_that_the_access_version_admits,
            sessions::a_session_that_is_over_is_still_found,
            sessions::sessions_that_are_over_are_found_and_forgotten,
            sights::a_lead_that_exists_outside_the_scope_is_hidden,
            sights::a_customer_that_exists_outside_the_scope_is_hidden,
            sights::a_note_is_not_found_under_another_customer,
            sights::a_task_that_exists_outside_the_scope_is_hidden,
            sights::a_user_that_exists_outside_the_scope_is_hidden,
            sights::a_session_that_exists_outside_the_scope_is_hidden,
            tallies::tallies_equal_a_recount_after_random_writes,
            tallies::tallies_equal_a_recount_where_clocks_change,
            tallies::tallies_follow_a_change_of_the_calendar,
            tallies::the_dashboard_cuts_days_at_local_midnight,
            tallies::my_open_tasks_are_those_of_the_asking_user,
            thousands::rare_and_common_terms_are_found_alike,
            thousands::rare_and_common_filters_are_answered_alike,
            throttles::what_was_kept_is_read_back_whole,
            throttles::of_two_entries_for_one_place_the_later_stays,
            throttles::what_is_gone_is_not_read_back,
            throttles::entries_are_told_from_a_moment_on,
            totals::totals_are_exact_from_tallies_and_else_up_to_ten_thousand,
            transfers::a_transfer_is_kept_as_it_stands,
            transfers::a_transfer_outside_the_scope_is_not_told,
            transfers::a_transfer_is_expected_as_it_was_read,
            transfers::of_racing_batches_of_one_transfer_one_is_applied,
            transfers::a_cleanup_is_kept_until_it_is_finished,
            uniqueness::an_id_is_given_once,
            uniqueness::an_email_belongs_to_one_user,
            uniqueness::an_email_that_was_given_up_is_free,
            uniqueness::a_fingerprint_belongs_to_one_session,
            uniqueness::a_store_is_set_up_once,
            uniqueness::a_setup_token_is_kept_until_there_is_an_admin,
            versions::a_put_holds_on_the_version_it_was_decided_upon_only,
            versions::a_put_on_a_future_version_is_stale,
            versions::a_change_of_what_is_not_there_is_stale,
            versions::a_deletion_on_a_past_version_is_stale,
            walks::a_page_walk_sees_each_record_once,
            walks::a_cursor_walk_sees_each_record_once,
            walks::a_cursor_outlives_its_record,
            walks::a_walk_over_leads_sees_each_unchanged_one_once_while_others_are_written,
            walks::a_walk_over_customers_sees_each_unchanged_one_once_while_others_are_written,
            walks::a_walk_over_tasks_sees_each_unchanged_one_once_while_others_are_written,
            walks::a_walk_through_the_feed_sees_each_event_once_while_others_are_written,
        }
    };
}

/// One test for each property named.
#[doc(hidden)]
#[macro_export]
macro_rules! contract_properties {
    ($builder:expr; $($module:ident::$property:ident,)*) => {$(
        #[::tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn $property() {
            $crate::contract::in_time($crate::contract::$module::$property(&$builder)).await;
        }
    )*};
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn every_property_is_in_the_suite_once() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let suite = std::fs::read_to_string(root.join("contract.rs")).unwrap();
        let mut missing = Vec::new();
        for file in std::fs::read_dir(root.join("contract")).unwrap() {
            let path = file.unwrap().path();
            let Some(module) = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".rs")) else {
                continue;
            };
            let source = std::fs::read_to_string(&path).unwrap();
            for property in source.lines().filter_map(|line| line.strip_prefix("pub async fn ")) {
                let name = property.split('<').next().unwrap();
                if suite.matches(&format!(" {module}::{name},\n")).count() != 1 {
                    missing.push(format!("{module}::{name}"));
                }
            }
        }
        assert_eq!(missing, Vec::<String>::new());
    }
}
