//! Tests of the distributed store, on a real MongoDB.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "where something is not as it should be, a test is to stop"
)]

mod abandoned;
mod contract;
mod counted;
mod direct;
mod failover;
mod given_up;
mod moment;
mod opening;
mod pieces;
mod plans;
mod recent;
mod support;
mod tampering;
