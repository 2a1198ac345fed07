//! The engine: what it promises, on stores of one small table.

mod crash;
mod fault;
mod glance;
mod interrupt;
mod kept;
mod lock;
mod migrate;
mod open;
mod read;
mod support;
mod watch;
mod write;
mod write_failures;
