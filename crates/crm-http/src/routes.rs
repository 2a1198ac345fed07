//! The handlers: each turns a request into what its use case takes, calls it, and writes down the answer.

pub(crate) mod activity;
pub(crate) mod audit;
pub(crate) mod auth;
pub(crate) mod customers;
pub(crate) mod dashboard;
pub(crate) mod leads;
pub(crate) mod notes;
pub(crate) mod service;
pub(crate) mod sessions;
pub(crate) mod setup;
pub(crate) mod tasks;
pub(crate) mod users;
