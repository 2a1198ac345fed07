//! Managing accounts, for admins.

pub mod change;
pub mod deactivate;
pub mod guard;
pub mod list;
pub mod read;
pub mod register;
pub mod revoke;
pub mod sessions;
pub mod transfer;
