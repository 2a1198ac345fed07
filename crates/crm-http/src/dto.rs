//! What stands in bodies: views that borrow from what was read, in the exact shape of the HTTP contract.
//!
//! Every view also describes itself for the API document. What clients send is described in [`input`]; it is never
//! read into these types, since the use cases read it member by member.

pub mod activity;
pub mod audit;
pub mod conversion;
pub mod customer;
pub mod dashboard;
pub mod done;
pub mod input;
pub mod lead;
pub mod meta;
pub mod note;
pub mod page;
pub mod people;
pub mod problem;
pub mod session;
pub mod task;
pub mod token;
pub mod user;
pub mod values;
