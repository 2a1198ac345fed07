//! What the CRM is about: its entities, the values they are made of, the calendar, and who may do what.
//!
//! Everything here is pure. There is no async, no I/O, no clock, no randomness and no serialisation: what cannot do
//! I/O cannot fail for I/O, and every rule can be tested by comparing values.
//!
//! # Where things are
//! - The records: [`user`], [`lead`], [`customer`], [`note`], [`task`], [`session`], and what happened to them,
//!   [`activity`].
//! - A lead becomes a customer in [`lead::Lead::convert`].
//! - Who may do what: [`access::policy`]; the only way to a [`access::scope::Scope`].
//! - What a client said and how it is read: [`raw`], [`form`], [`flaw`], [`values`], [`patch`].
//! - Days, time zones and due dates: [`timestamp`], [`calendar`], [`due`].
//! - Search: [`fold`].

pub mod access;
pub mod activity;
pub mod calendar;
pub mod customer;
pub mod due;
pub mod flaw;
pub mod fold;
pub mod form;
pub mod ids;
pub mod lead;
pub mod meta;
pub mod note;
pub mod password_hash;
pub mod patch;
pub mod raw;
pub mod refusal;
pub mod session;
pub mod task;
pub mod text;
pub mod timestamp;
pub mod user;
pub mod values;
pub mod version;
