//! The embedded store: implements the ports of `crm-app` on SQLite, in one file beside the server.
//!
//! # Where things are
//! - What the rest of the program holds: [`store::SqliteStore`].
//! - The threads, the group commit and the file below it, which know no lead: [`engine`].
//! - The tables and what each index is for: `schema.rs` and `migrations/`.
//! - Writing: `commit.rs`, one file for each kind of record below it; the counters in `tallies.rs`.
//! - Reading: one file for each port; lists are planned in `list.rs`, with a `listing.rs` for each kind of record.
//! - Everything out of the store and into it: `archive.rs`.
//! - The whole file out of the way of harm, and back: [`backup`].
//! - Search: `search.rs`. Rows and what they stand for: `rows.rs`.
//! - What an older program has written otherwise, made anew as the store is opened: `rebuild_search_keys.rs`, `hours.rs`.
//! - Which lists must be fast, and the statements that answer them: [`shapes`].

pub mod backup;
pub mod engine;
pub mod shapes;
pub mod store;

mod activities;
mod archive;
mod audits;
mod commit;
mod customers;
mod dashboard;
mod db;
mod hours;
mod leads;
mod list;
mod maintenance;
mod notes;
mod rebuild_search_keys;
mod replays;
mod rows;
mod schema;
mod search;
mod sessions;
mod tallies;
mod tasks;
mod throttles;
mod users;
mod wait;
mod workspace;
