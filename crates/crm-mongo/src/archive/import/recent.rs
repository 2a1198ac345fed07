//! The latest events of leads that came with an archive, in which the leads come before all events.
//!
//! MongoDB puts them together by itself, for as many leads at a time as came in one batch: none of it is sent to and fro,
//! and what it has in memory at once is little.

use bson::{Bson, Document, doc};
use crm_app::error::StoreError;
use crm_domain::activity::EntityKind;
use crm_domain::lead::Lead;
use crm_domain::version::Versioned;
use futures_util::future::try_join_all;
use mongodb::options::Hint;

use super::AT_ONCE;
use crate::activities::listing::BY_ENTITY;
use crate::documents::id;
use crate::documents::recent::{KEPT, RECENT};
use crate::error::store_error;
use crate::store::Inner;

/// The ids of the leads of a batch: the first and the last one.
#[derive(Debug, Clone)]
pub(super) struct Stretch(Bson, Bson);

impl Stretch {
    /// That of these leads, if there are any.
    pub(super) fn of(leads: &[Versioned<Lead>]) -> Option<Self> {
        let ids = || leads.iter().map(|lead| lead.record().id);
        Some(Self(id(ids().min()?), id(ids().max()?)))
    }
}

/// Gives all leads of these stretches their latest events, once the index of their events is there.
pub(super) async fn fill(inner: &Inner, stretches: &[Stretch]) -> Result<(), StoreError> {
    for some in stretches.chunks(AT_ONCE) {
        try_join_all(some.iter().map(|stretch| fill_one(inner, stretch))).await?;
    }
    Ok(())
}

async fn fill_one(inner: &Inner, Stretch(first, last): &Stretch) -> Result<(), StoreError> {
    let theirs = doc! {
        "entity_id": { "$gte": first, "$lte": last },
        "entity_kind": EntityKind::Lead.as_str(),
    };
    let pipeline = [
        doc! { "$match": theirs },
        doc! { "$sort": { "entity_id": 1, "entity_kind": 1, "entity_version": 1 } },
        doc! { "$group": { "_id": "$entity_id", RECENT: { "$push": "$$ROOT" } } },
        doc! { "$set": { RECENT: { "$slice": [format!("${RECENT}"), -KEPT] } } },
        doc! { "$merge": { "into": "leads", "on": "_id", "whenMatched": "merge", "whenNotMatched": "discard" } },
    ];
    let events = inner.db.collection::<Document>("activities");
    let filled = events
        .aggregate(pipeline)
        .hint(Hint::Name(BY_ENTITY.to_owned()))
        .allow_disk_use(true)
        .max_time(inner.options.long_deadline);
    filled.await.map(drop).map_err(|error| store_error(&error))
}
