//! The HTTP contract, over a real socket. Every response of every test is held against the API document.
//!
//! What is in `suite.rs` also runs on MongoDB, in `crm-mongo` (`tests/http`). What is here beside it rests on no store:
//! `document` is about the API document, `ready` about a store in a file, the others about connections.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests: where something is not as it should be, they are to stop"
)]

mod document;
mod hostile_tokens;
mod mass_assignment;
mod panics;
mod raw;
mod ready;
mod slow;
mod smuggling;
mod store;
mod unread;
// With a path, so that its modules are found beside it from every crate that names it.
#[path = "suite.rs"]
mod suite;

use suite::support;
