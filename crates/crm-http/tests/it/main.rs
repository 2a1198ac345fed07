//! The HTTP contract, over a real socket. Every response of every test is held against the API document.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests: where something is not as it should be, they are to stop"
)]

mod support;

mod access_matrix;
mod accounts;
mod activity;
mod bodies;
mod conditional;
mod cors;
mod customers;
mod dashboard;
mod document;
mod examples;
mod imported;
mod leads;
mod limits;
mod lists;
mod notes;
mod old_client;
mod races;
mod routing;
mod search;
mod service;
mod sessions;
mod setup;
mod tasks;
mod users;
