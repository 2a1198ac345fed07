//! Whole lifecycles over the embedded store in memory.

mod accounts;
mod audit;
mod clock_steps;
mod conversion;
mod deletion;
mod feed;
mod guessing;
mod hand_over;
mod office;
mod rivals;
mod sessions;
