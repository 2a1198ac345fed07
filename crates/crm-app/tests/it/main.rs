//! The use cases over mocks, for failures and side effects on cue, and over the embedded store in memory, for whole
//! lifecycles. Mirrors the source tree.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "only tests: where something is not as it should be, they are to stop"
)]

mod activity;
mod archive;
mod auth;
mod customers;
mod dashboard;
mod decide;
mod embedded;
mod events;
mod leads;
mod mirror;
mod notes;
mod paging;
mod precondition;
mod queue;
mod repeat;
mod setup;
mod support;
mod tally;
mod tasks;
mod users;
