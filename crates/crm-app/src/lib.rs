//! What the CRM does: one file per use case, the ports they need, and the commit they return.
//!
//! A use case is a plain function that takes the [`context::Ctx`], the actor and a command. It goes in five beats:
//! authorize, read, decide in pure code, commit, answer. A command carries what the client said; the use case parses
//! it, so that every bad field is found at once and after the right to ask was checked. What always holds:
//!
//! - **A write is a value.** Everything that one decision writes, with its events, is one [`commit::Commit`], which a
//!   store applies whole or not at all. Use cases write through [`decide::decide`] only, which decides again when
//!   something it rested on has changed.
//! - **A read of records needs a scope**, which only the policy makes. Lists, totals, search, feed and dashboard all
//!   obey it.
//! - **A role is never what a token said**, but what the [`mirror`] holds by now.
//!
//! # Where things are
//! - A lead becomes a customer in [`leads::convert`].
//! - Use cases: [`auth`], [`users`], [`leads`], [`customers`], [`notes`], [`tasks`], [`activity`], [`dashboard`],
//!   [`setup`], [`audit`]. Beside them, `form` is what clients may say of a record, and `events` what is told of it.
//! - What a store must do: [`ports`]; what is written: [`commit`]; what is asked: [`query`], [`paging`].
//! - Writers that meet: [`decide`] and [`queue`]; how long a request may ask its store: [`deadline`]; what is held in
//!   memory: [`mirror`], [`session_cache`]; counters: [`tally`].
//! - Requests that may be repeated: [`repeat`]. A store that is silent, and who is kept from waiting for it: [`breaker`].
//! - How far a rebuild of search keys has come: [`search_rebuild`].
//! - What can go wrong: [`error`]; what a client demands of a version: [`precondition`].
//! - Whether the server can do its work: [`readiness`].
//! - Everything a store holds, on its way out or in: [`archive`].
//! - What opening a store may change about its schema: [`open_mode`].
//! - Small steps that use cases share: [`input`], [`people`], [`events`]. Whose request it is: [`origin`].

pub mod activity;
pub mod archive;
pub mod audit;
pub mod auth;
pub mod breaker;
pub mod commit;
pub mod context;
pub mod customers;
pub mod dashboard;
pub mod deadline;
pub mod decide;
pub mod error;
pub mod events;
pub mod input;
pub mod jobs;
pub mod leads;
pub mod mirror;
pub mod notes;
pub mod open_mode;
pub mod origin;
pub mod paging;
pub mod people;
pub mod ports;
pub mod precondition;
pub mod query;
pub mod queue;
pub mod readiness;
pub mod repeat;
pub mod search_rebuild;
pub mod session_cache;
pub mod setup;
pub mod tally;
pub mod tasks;
pub mod users;
