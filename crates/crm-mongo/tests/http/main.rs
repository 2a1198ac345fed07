//! The HTTP contract on MongoDB: the tests of `crm-http`, each on a database of its own.
//!
//! `differential` compares the two stores request by request; `servers` has two servers of one database. The rest are the files of `crm-http/tests/it` themselves, so that a test that is added there also runs here. Files that
//! are made from what the server answers are compared here and made there.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests: where something is not as it should be, they are to stop"
)]

mod differential;
mod servers;
mod store;
#[path = "../../../crm-http/tests/it/suite.rs"]
mod suite;
mod two_servers;

use suite::support;
