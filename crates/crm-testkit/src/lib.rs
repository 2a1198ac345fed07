//! For tests only: what stands in for the outside world, records to test with, and the contract of the stores.
//!
//! # Where things are
//! - Stand-ins for ports: [`clock::FixedClock`], [`ids::SequentialIds`], [`passwords::PlainPasswords`],
//!   [`tokens::PlainTokens`].
//! - Random data that can be had again: [`random::Random`].
//! - Records with all or with no optional fields, and the commits that write them: [`fixtures::Maker`].
//! - Who asks, and scopes got through the policy: [`actors`]. What a folder holds: [`files`].
//! - Trouble that is real: [`small_disk`], which is soon full; [`slow_line`], between a server and its store.
//! - What a machine may not allow: [`namespaces`], in which a test is root; [`requirement`], to skip a test.
//! - A real MongoDB, found or fetched, started and ended: `mongod`, behind the feature of that name; with it,
//!   `node_backend`: databases as the Node.js backend made them.
//! - What every store must do: [`contract`], run with one line per adapter, [`contract_suite!`].
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::indexing_slicing,
    reason = "only tests use this crate: where something is not as it should be, they are to stop"
)]

pub mod actors;
pub mod blinding;
pub mod clock;
pub mod contract;
pub mod files;
pub mod fixtures;
pub mod ids;
#[cfg(feature = "mongod")]
pub mod mongod;
pub mod namespaces;
#[cfg(feature = "mongod")]
pub mod node_backend;
pub mod passwords;
pub mod random;
pub mod requirement;
pub mod slow_line;
pub mod small_disk;
pub mod tokens;
