//! Who may do what, and which records they may see while doing it.

pub mod action;
pub mod actor;
pub mod policy;
pub mod role;
pub mod scope;
