//! The first admin of a store.

pub mod check;
pub mod first_admin;
pub mod offer;
pub mod token;
