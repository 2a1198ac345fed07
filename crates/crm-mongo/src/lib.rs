//! The distributed store: implements the ports of `crm-app` on a MongoDB replica set.
//!
//! # Where things are
//! - What the rest of the program holds: [`store::MongoStore`]; how it is run: [`options`]; why it does not open:
//!   [`error::OpenError`]; what it asks of the server: `server.rs`; a look without opening it: [`mod@inspect`];
//!   what a connection string says of its security: [`connection`].
//! - Writing: `commit.rs`. A commit becomes a list of commands (`commit/plan.rs`), which run in one transaction
//!   (`commit/transaction.rs`). What others' decisions rest on is guarded by writes: `standings.rs`, `open_tasks.rs`.
//!   The counters, and why writers do not meet in them: `tallies.rs`, `lanes.rs`.
//! - Reading: `reader.rs`, and what it believes of a new primary: `primary.rs`; one file for each port; lists are planned in
//!   `list.rs`, with a `listing.rs` for each kind of record, which also declares its indexes. All indexes are made at start:
//!   `schema.rs`.
//! - Everything out of the store and into it: `archive.rs`.
//! - Search: `search.rs`. Documents and what they stand for: `documents.rs`.
//! - How MongoDB answers what is asked, for tests: [`plans`].
//! - What is held in process, and how it follows other servers: `following.rs`.

pub mod connection;
pub mod error;
pub mod inspect;
pub mod options;
pub mod plans;
pub mod store;

mod activities;
mod archive;
mod audits;
mod calls;
mod commit;
mod customers;
mod dashboard;
mod diagnosis;
mod documents;
mod following;
mod gates;
mod lanes;
mod leads;
mod list;
mod maintenance;
mod notes;
mod open_tasks;
mod outdated;
mod primary;
mod reader;
mod rebuild_search_keys;
mod replays;
mod schema;
mod search;
mod server;
mod sessions;
mod standings;
mod tallies;
mod tasks;
mod throttles;
mod users;
mod workspace;
