//! Moves the data of the Node.js backend into a store: reads its MongoDB, maps its records, and reports what does not
//! fit.
//!
//! The import has three steps. [`source::database::NodeDatabase`] reads the old database whole; [`here::Here`] looks
//! into the store; [`plan::plan`] decides, without reading or writing anything, what comes of each record, and
//! [`import::write`] writes it through [`crm_app::ports::maintenance::Maintenance::load`], so that it works into every
//! store. Everything that was read is counted, and what was not taken over as it was is told: [`report::Report`].
//!
//! # Where things are
//! - Ids, which follow from the old ones: [`ids`]. So a second import finds what the first one wrote.
//! - The old documents: [`source`], each kind in a file of its own; `source/fields.rs` reads leniently.
//! - What becomes of a record: `records/`, one file for each kind; `mend.rs`: values that do not fit as they are;
//!   `people.rs`: who the old users are here; `planner.rs`: what goes with what, and what is left out.
//! - What happened to a record: `facts.rs`. The feed and a lead's history tell the same facts; each becomes one event.
//!   `timeline.rs` puts them in the order of the record's versions.

pub mod here;
pub mod ids;
pub mod import;
pub mod plan;
pub mod report;
pub mod source;

mod facts;
mod mend;
mod people;
mod planner;
mod records;
mod timeline;
