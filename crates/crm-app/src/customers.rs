//! Customers: everything that can be done with them, one file each.

pub mod change;
pub mod cleanup;
pub mod create;
pub mod delete;
pub mod events;
pub mod form;
pub mod list;
pub mod read;
