//! What the CRM does: one file per use case, the ports they need, and the commit they return.
//!
//! A use case is a plain function that takes the [`context::Ctx`], the actor and a command. It goes in five beats:
//! authorize, read, decide in pure code, commit, answer. A command carries what the client said; the use case parses
//! it, so that every bad field is found at once and after the right to ask was checked.
//!
//! # Where things are
//! - A lead becomes a customer in [`leads::convert`].
//! - Use cases: [`auth`], [`users`], [`leads`], [`customers`], [`notes`], [`tasks`], [`activity`], [`dashboard`],
//!   [`setup`].
//! - What a store must do: [`ports`]; what is written: [`commit`]; what is asked: [`query`], [`paging`].
//! - Writers that meet: [`decide`] and [`queue`]; what is held in memory: [`mirror`]; counters: [`tally`].

pub mod activity;
pub mod auth;
pub mod commit;
pub mod context;
pub mod customers;
pub mod dashboard;
pub mod decide;
pub mod error;
pub mod events;
pub mod input;
pub mod leads;
pub mod mirror;
pub mod notes;
pub mod paging;
pub mod people;
pub mod ports;
pub mod precondition;
pub mod query;
pub mod queue;
pub mod setup;
pub mod tally;
pub mod tasks;
pub mod users;
