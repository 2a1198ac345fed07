//! Connections, before HTTP is read from them and after it was written.
//!
//! The framework parses what comes and sends what goes, and trusts its clients to hurry. This stands between it and the
//! socket: it lets only requests through that can be read in one way, answers those that cannot, and ends connections
//! whose clients send or take too slowly.
//!
//! # Where things are
//! - A connection comes in through the [`door`], with TLS or without, onto the [`wire`].
//! - [`guarded`] is what the framework sees of it. What comes passes the [`gate`], which judges each [`head`] and counts
//!   [`chunks`]; why it shut is [`refused`], and what the client is told of it [`refusal`].
//! - How long is waited is [`patience`].

mod chunks;
pub(crate) mod door;
mod gate;
pub(crate) mod guarded;
mod head;
pub(crate) mod patience;
pub(crate) mod refusal;
pub(crate) mod refused;
pub(crate) mod wire;
