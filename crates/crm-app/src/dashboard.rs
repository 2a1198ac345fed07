//! The dashboard.

pub mod show;
