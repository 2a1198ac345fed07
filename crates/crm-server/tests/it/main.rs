//! The program as a whole, run as its users run it, and the shape of the workspace.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests: where something is not as it should be, they are to stop"
)]

mod architecture;
mod audit;
mod backups;
mod batches;
mod commands;
mod copying;
mod demo;
mod deployment;
mod doctor;
mod guesses;
mod import_on_mongodb;
mod kept;
mod keyed;
mod keys;
mod migrating;
mod on_mongodb;
mod planted;
mod production;
mod proxies;
mod secrets;
mod seeding;
mod serving;
mod setup_token;
mod stopping;
mod storm;
mod support;
mod tls;
mod trouble;
mod users;
