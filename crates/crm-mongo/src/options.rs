//! How the store is run. What the connection string says comes first; the rest is sound for a server.

use std::time::Duration;

use crm_app::breaker::BreakerRules;
use crm_app::open_mode::OpenMode;
use mongodb::options::{Acknowledgment, ClientOptions, ReadPreference, SelectionCriteria, WriteConcern};

/// When a commit counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acknowledged {
    /// Once most members have it on their disks. The only choice for data someone wants to keep.
    ByMost,
    /// Once one has: it is lost with that one. For tests.
    ByOne,
}

/// Sizes and limits of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// What opening may change about collections, indexes and search keys.
    pub mode: OpenMode,
    /// The database, where the connection string names none.
    pub database: String,
    /// The most connections to each member.
    pub pool: u32,
    /// How long making a connection may take. Also how long a member may be silent before it counts as gone.
    pub connect_timeout: Duration,
    /// How long a call waits for a member that can take it, such as a new primary.
    pub selection_timeout: Duration,
    /// How often each member is looked at.
    pub heartbeat: Duration,
    /// How long a read, and a write with all its repetitions, may take before the store counts as unavailable.
    pub deadline: Duration,
    /// How long the work of an operator (loading, recounting, clearing) may take.
    pub long_deadline: Duration,
    /// When calls are refused at once because the last ones were not answered.
    pub breaker: BreakerRules,
    /// When a commit counts as done.
    pub acknowledged: Acknowledged,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mode: OpenMode::default(),
            database: "crm".to_owned(),
            pool: 64,
            connect_timeout: Duration::from_secs(2),
            selection_timeout: Duration::from_secs(4),
            heartbeat: Duration::from_secs(1),
            deadline: Duration::from_secs(5),
            long_deadline: Duration::from_mins(10),
            breaker: BreakerRules::default(),
            acknowledged: Acknowledged::ByMost,
        }
    }
}

impl Options {
    /// Puts these options where the connection string leaves a choice, and what correctness rests on in any case.
    pub(crate) fn apply(&self, client: &mut ClientOptions) {
        client.app_name.get_or_insert_with(|| "crm-server".to_owned());
        client.max_pool_size.get_or_insert(self.pool);
        client.connect_timeout.get_or_insert(self.connect_timeout);
        client.server_selection_timeout.get_or_insert(self.selection_timeout);
        client.heartbeat_freq.get_or_insert(self.heartbeat);
        client.selection_criteria = Some(SelectionCriteria::ReadPreference(ReadPreference::Primary));
        // Each read says itself which state it wants: one that is set here would stand in the way of snapshots.
        client.read_concern = None;
        client.write_concern = Some(self.durable());
    }

    /// On the disks of so many members before it counts as written.
    pub(crate) fn durable(&self) -> WriteConcern {
        let by = match self.acknowledged {
            Acknowledged::ByMost => Acknowledgment::Majority,
            Acknowledged::ByOne => Acknowledgment::Nodes(1),
        };
        WriteConcern::builder().w(by).journal(true).build()
    }
}
