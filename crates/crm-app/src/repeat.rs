//! Requests that may be repeated (`Idempotency-Key`): what is done under a key is done once, and answered alike for a
//! day.
//!
//! Whoever takes the request asks [`start`](start::start) first. If nothing is kept, the use case runs with a
//! [`Ctx`](crate::context::Ctx) that is [`keeping`] its answer: [`decide`](crate::decide::decide) has the answer rendered
//! and puts it into the commit, so that effect and answer are written together or not at all. Of two servers that do so
//! at once the store lets one: its key is unique.

pub mod asked;
pub mod forget;
pub mod keeping;
pub mod running;
pub mod start;
