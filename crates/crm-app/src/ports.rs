//! What the use cases need from outside. The traits are the contract; their MUSTs have a test of that name in the
//! contract suite, which every store passes.
//!
//! Every read of records demands a [`crm_domain::access::scope::Scope`], which only the policy makes.

pub mod activities;
pub mod archive;
pub mod audits;
pub mod blinding;
pub mod clock;
pub mod commits;
pub mod customers;
pub mod dashboard;
pub mod ids;
pub mod leads;
pub mod maintenance;
pub mod notes;
pub mod passwords;
pub mod replays;
pub mod sessions;
pub mod tasks;
pub mod throttles;
pub mod tokens;
pub mod users;
pub mod workspace;
