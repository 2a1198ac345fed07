//! The HTTP contract, on whatever store the test binary's own module `store` opens.
//!
//! Each store runs all of it: the embedded one in `crm-http` (`tests/it`), the one on MongoDB in `crm-mongo`
//! (`tests/http`). A new module is named here and runs on both.

pub(crate) mod support;

mod access_matrix;
mod accounts;
mod activity;
mod bodies;
mod conditional;
mod cors;
mod customers;
mod dashboard;
mod examples;
mod guessing;
mod imported;
mod leads;
mod limits;
mod lists;
mod notes;
mod old_client;
mod races;
mod random_walk;
mod refreshes;
pub(crate) mod repeats;
mod rival_admins;
mod routing;
mod search;
mod service;
mod sessions;
mod setup;
mod tasks;
mod timing;
mod users;
