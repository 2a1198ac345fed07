//! What is asked of the stores: filters and orders, in the domain's own types.

pub mod activities;
pub mod audits;
pub mod customers;
pub mod leads;
pub mod tasks;
pub mod users;
