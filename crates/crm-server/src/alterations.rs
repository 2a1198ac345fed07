//! What a program that tests the server may change about it before it serves.
//!
//! The server itself changes nothing: no setting, argument or variable leads here, only code that is handed an
//! [`Alterations`] of its own, such as the fault harness, which has to show that it finds what a weakened server loses.

use std::convert::identity;

use crm_app::context::Stores;
use crm_mongo::options::Options as MongoOptions;
use crm_sqlite::engine::options::Options as SqliteOptions;

/// What is changed.
#[derive(Debug, Clone, Copy)]
pub struct Alterations {
    /// How the embedded store is run.
    pub sqlite: fn(SqliteOptions) -> SqliteOptions,
    /// How a MongoDB is talked to.
    pub mongo: fn(MongoOptions) -> MongoOptions,
    /// What use cases see of the store.
    pub stores: fn(Stores) -> Stores,
}

impl Alterations {
    /// Nothing: the server as it is.
    pub const NONE: Self = Self { sqlite: identity, mongo: identity, stores: identity };
}
