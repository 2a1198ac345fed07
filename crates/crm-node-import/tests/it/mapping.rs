//! What becomes of every sort of record.

mod again;
mod customers;
mod facts;
mod leads;
mod tasks;
mod users;
