//! Signing in and out, and what users do with their own account.

pub mod authenticate;
pub mod forget;
pub mod guard;
pub mod login;
pub mod logout;
pub mod me;
pub mod network;
pub mod outcome;
pub mod own_password;
pub mod password;
pub mod refresh;
pub mod sessions;
