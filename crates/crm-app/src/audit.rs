//! The audit log: what bears on security, written down so that nobody can change it unseen.
//!
//! What belongs to a commit follows from its changes ([`mod@derive`]) and is written with it, sealed in the same
//! transaction. What belongs to none, and may come in floods, waits in the [`trail`] and is written soon after.

pub mod allowance;
pub mod derive;
pub mod list;
pub mod note;
pub mod prune;
pub mod trail;
pub mod verify;
