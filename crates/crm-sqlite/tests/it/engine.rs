//! The engine: what it promises, on stores of one small table.

mod crash;
mod glance;
mod kept;
mod lock;
mod migrate;
mod open;
mod read;
mod support;
mod watch;
mod write;
mod write_failures;
