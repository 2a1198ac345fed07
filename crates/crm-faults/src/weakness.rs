//! Servers that do lose something: what finds nothing wrong with the server has to find something wrong with these.
//!
//! They are the server but for one [`Alterations`], which nothing that an operator may say leads to.

mod careless;
mod halved;
mod unguarded;

use crm_mongo::options::{Acknowledged, Options as MongoOptions};
use crm_server::alterations::Alterations;
use crm_sqlite::engine::options::{Options as SqliteOptions, Synchronous};

/// What is wrong with a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    /// The embedded store answers before a commit is on the disk (`synchronous=NORMAL`).
    NotSynced,
    /// A conversion does not see that the lead has its customer already.
    Unguarded,
    /// A record is given to somebody who was deactivated meanwhile.
    Careless,
    /// A conversion is written in two parts.
    Halved,
    /// A MongoDB answers once one member has a commit (`w: 1`).
    OneMember,
}

impl Weakness {
    /// Every one.
    pub const ALL: [Self; 5] =
        [Self::NotSynced, Self::Unguarded, Self::Careless, Self::Halved, Self::OneMember];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotSynced => "not-synced",
            Self::Unguarded => "unguarded",
            Self::Careless => "careless",
            Self::Halved => "halved",
            Self::OneMember => "one-member",
        }
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|weakness| weakness.name() == name)
    }

    /// What it changes about the server.
    pub fn alterations(self) -> Alterations {
        match self {
            Self::NotSynced => Alterations {
                sqlite: |options| SqliteOptions { synchronous: Synchronous::Normal, ..options },
                ..Alterations::NONE
            },
            Self::Unguarded => Alterations { stores: unguarded::stores, ..Alterations::NONE },
            Self::Careless => Alterations { stores: careless::stores, ..Alterations::NONE },
            Self::Halved => Alterations { stores: halved::stores, ..Alterations::NONE },
            Self::OneMember => Alterations {
                mongo: |options| MongoOptions { acknowledged: Acknowledged::ByOne, ..options },
                ..Alterations::NONE
            },
        }
    }
}
