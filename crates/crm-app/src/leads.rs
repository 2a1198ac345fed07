//! Leads: everything that can be done with them, one file each.

pub mod archive;
pub mod change;
pub mod convert;
pub mod create;
pub mod events;
pub mod form;
pub mod list;
pub mod read;
pub mod reassign;
