//! The program that puts the parts together: configuration, command line, wiring, telemetry.
//!
//! It is a library with a thin `main`, so that its documentation and tests reach everything.
//!
//! # Where things are
//! - What can be typed: [`cli`]; what then happens: [`run`], with one file for each command: [`serve`], [`demo`],
//!   [`seed`], [`users`], [`timezone`], [`doctor`], [`healthcheck`], [`mod@copy`], [`import_node`],
//!   [`backup`], [`setup_token`].
//! - What an operator may decide: [`settings`]; every setting is described in `config/default.toml`.
//! - How the store, the clock, passwords and tokens come together: [`wiring`].
//! - How connections are encrypted: [`tls`].
//! - What the server tells about itself: [`telemetry`], [`numbers`].
//! - For programs that test it: [`alterations`].

/// The system's allocator takes twice as long for the many small pieces of a request.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub mod addresses;
pub mod alterations;
pub mod audit;
pub mod backup;
pub mod carry;
pub mod cli;
pub mod clock;
pub mod command_error;
pub mod copy;
pub mod demo;
pub mod doctor;
pub mod healthcheck;
pub mod ids;
pub mod import_node;
pub mod keys;
pub mod metered_passwords;
pub mod migrate;
pub mod numbers;
pub mod output;
pub mod progress;
pub mod run;
pub mod seed;
pub mod serve;
pub mod settings;
pub mod setup_token;
pub mod store;
pub mod telemetry;
pub mod timezone;
pub mod tls;
pub mod users;
pub mod wiring;
