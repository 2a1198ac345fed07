//! Records to test with, and the commits that write them.
//!
//! Every kind of record comes in two shapes: `full_…` has a value in every field, and texts that are hard to keep;
//! `minimal_…` has nothing that it could do without. Their fields are public, so that a test writes
//! `Lead { archived: true, ..make.minimal_lead(None) }`. [`Maker::commit`] writes them with their events.

pub mod audits;
pub mod commits;
pub mod customers;
pub mod events;
pub mod leads;
pub mod tasks;
pub mod users;

use std::sync::Arc;
use std::time::Duration;

use crm_app::ports::clock::Clock;
use crm_app::ports::ids::Ids;
use crm_domain::ids::{Id, Kind};
use crm_domain::timestamp::Timestamp;
use crm_domain::values::tag::{Tag, Tags};

use crate::clock::FixedClock;
use crate::ids::SequentialIds;

/// Makes records and commits, with ids from one source and moments from one clock.
#[derive(Debug, Clone, Default)]
pub struct Maker {
    /// Where its ids come from.
    pub ids: Arc<SequentialIds>,
    /// What its records take for now.
    pub clock: Arc<FixedClock>,
}

impl Maker {
    /// A maker with a clock and a source of ids of its own.
    pub fn new() -> Self {
        Self::default()
    }

    /// A new id.
    pub fn mint<K: Kind>(&self) -> Id<K> {
        Id::from_uuid(self.ids.next())
    }

    /// What its clock shows.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A second later, for its clock too.
    pub fn tick(&self) -> Timestamp {
        self.clock.advance(Duration::from_secs(1))
    }
}

/// A moment from RFC 3339.
///
/// # Panics
/// If it is none.
pub fn moment(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// Tags with these names.
///
/// # Panics
/// If one of them cannot be a tag.
pub fn tags(names: &[&str]) -> Tags {
    Tags::new(names.iter().map(|name| Tag::parse(name).unwrap())).unwrap()
}
