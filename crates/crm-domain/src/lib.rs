//! What the CRM is about: its entities, the values they are made of, the calendar, and who may do what.
//!
//! Everything here is pure. There is no async, no I/O, no clock, no randomness and no serialisation: what cannot do
//! I/O cannot fail for I/O, and every rule can be tested by comparing values. Two more things always hold:
//!
//! - **A value that exists is right.** An [`values::email::Email`] comes from a parser only, and what a client said
//!   stays [`raw`] until a [`form`] has read it.
//! - **A transition is a function** from a record to the record it becomes. It gets the time as `now`, keeps
//!   `updated_at` from going backwards, and where the state of things does not allow it, it says so with a [`refusal`].
//!
//! # Where things are
//! - The records: [`user`], [`lead`], [`customer`], [`note`], [`task`], [`session`], and what happened to them:
//!   [`activity`], with the changed fields in [`meta`]. What bears on security, sealed in a chain: [`audit`].
//! - A lead becomes a customer in [`lead::Lead::convert`].
//! - Who may do what: [`access::policy`], the only way to a [`access::scope::Scope`]. Who has to wait before another
//!   password of theirs is looked at: [`throttle`].
//! - Which record, and which state of it: [`ids`], [`version`].
//! - What a client said and how it is read: [`raw`], [`form`], [`flaw`], [`values`], [`text`], [`patch`].
//! - Days, time zones and due dates: [`timestamp`], [`calendar`], [`due`].
//! - Text as search, sorting and tags see it: [`fold`].

pub mod access;
pub mod activity;
pub mod audit;
pub mod calendar;
pub mod customer;
pub mod customer_cleanup;
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
pub mod throttle;
pub mod timestamp;
pub mod transfer;
pub mod user;
pub mod values;
pub mod version;
