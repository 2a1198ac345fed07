//! The HTTP contract as a thin adapter over the use cases.
//!
//! No rule, no policy and no store is in here: a handler turns a request into a command, calls the use case and writes
//! down its answer.
//!
//! # Where things are
//! - All routes at a glance: [`app::routes`]. A handler: the file of its resource under `routes/`.
//! - What a connection must get past first: `connection` (framing, slowness, TLS).
//! - The way of a request: `edge` (names it, logs it, counts it) → `cors` → `dispatch` (token, limit, permission) →
//!   its handler, which reads the input through `call` and answers with an `answer`. What is refused before that has
//!   its body passed over: `unread`.
//! - Requests that may be repeated: `keyed` (on their way in), `reply` (on their way out).
//! - What clients see: `dto` (bodies), [`problem`] (failures), `etag`, [`openapi`] (the document that describes it all).
//! - Starting it: [`state`], [`options`], [`server`].

pub mod app;
pub mod dto;
pub mod openapi;
pub mod options;
pub mod problem;
pub mod route;
pub mod server;
pub mod state;
mod table;

mod answer;
mod body;
mod call;
mod client_address;
mod connection;
mod cors;
mod counted;
mod dispatch;
mod edge;
mod etag;
mod in_flight;
mod keyed;
mod query;
mod rate_limit;
mod refused;
mod reply;
mod request_id;
mod routes;
mod slices;
mod unread;

/// The target of the lines that tell of each request and its answer, by which the log knows them.
pub const ACCESS: &str = "crm_http::access";
