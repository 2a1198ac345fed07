//! The collections and their indexes. Each index is declared beside the queries that use it; all are made at start.

use bson::{Document, doc};
use futures_util::future::join_all;
use mongodb::Database;
use mongodb::error::Result;

use crate::{
    activities, audits, customers, lanes, leads, notes, rebuild_search_keys, replays, sessions, tallies,
    tasks, throttles, users,
};

/// The schema that this program reads and writes.
pub(crate) const SCHEMA: i64 = 1;

/// Every collection, what is written first before what rests on it.
pub(crate) const COLLECTIONS: [&str; 16] = [
    "workspace",
    "users",
    "standings",
    "sessions",
    "leads",
    "customers",
    "notes",
    "tasks",
    "open_tasks",
    "activities",
    "customer_cleanups",
    "transfers",
    "replays",
    "audits",
    "audit_head",
    "throttles",
];

/// Indexes that were there before, by the collections that they are on.
const RETIRED: [(&str, &str); 4] = [
    ("leads", "leads_by_gram_in_scope"),
    ("customers", "customers_by_gram_in_scope"),
    ("tasks", "tasks_by_gram_in_scope"),
    ("sessions", "sessions_by_user"),
];

/// The collections that grow with the work of a team.
const MANY: [&str; 5] = ["leads", "customers", "notes", "tasks", "activities"];

/// An index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Index {
    /// The collection it is on.
    pub(crate) collection: &'static str,
    /// Its name, by which queries ask for it.
    pub(crate) name: &'static str,
    /// Its fields, all ascending: it is walked either way.
    pub(crate) fields: &'static [&'static str],
    /// Whether no two documents have the same values.
    pub(crate) unique: bool,
    /// With it, only documents that have this field are in the index.
    pub(crate) having: Option<&'static str>,
}

impl Index {
    /// An index on these fields.
    pub(crate) const fn on(
        collection: &'static str,
        name: &'static str,
        fields: &'static [&'static str],
    ) -> Self {
        Self { collection, name, fields, unique: false, having: None }
    }

    /// The same, unique.
    pub(crate) const fn unique(self) -> Self {
        Self { unique: true, ..self }
    }

    /// The same, of documents that have this field only.
    pub(crate) const fn having(self, field: &'static str) -> Self {
        Self { having: Some(field), ..self }
    }

    fn document(&self) -> Document {
        let key: Document = self.fields.iter().map(|field| ((*field).to_owned(), 1_i32.into())).collect();
        let mut index = doc! { "key": key, "name": self.name };
        if self.unique {
            index.insert("unique", true);
        }
        if let Some(field) = self.having {
            index.insert("partialFilterExpression", doc! { field: { "$exists": true } });
        }
        index
    }
}

/// Every index.
pub(crate) fn indexes() -> impl Iterator<Item = &'static Index> {
    [
        users::listing::INDEXES,
        sessions::INDEXES,
        leads::listing::INDEXES,
        customers::listing::INDEXES,
        notes::INDEXES,
        tasks::listing::INDEXES,
        activities::listing::INDEXES,
        audits::listing::INDEXES,
        tallies::INDEXES,
        throttles::INDEXES,
        replays::INDEXES,
    ]
    .into_iter()
    .flatten()
}

/// Makes what is not there: collections, indexes, the workspace, the lanes of the counters.
pub(crate) async fn make(db: &Database) -> Result<()> {
    // Commands of the same kind do not wait for each other's turn on the disk when they come together.
    let made = COLLECTIONS.iter().chain([&tallies::COLLECTION]).map(|name| collection(db, name));
    join_all(made).await.into_iter().collect::<Result<()>>()?;
    make_first_documents(db).await
}

/// Makes what is not there but the indexes of what there is much of: for an import, which is much faster without them,
/// and has [`make`] make them.
pub(crate) async fn make_bare(db: &Database) -> Result<()> {
    let (many, few): (Vec<&str>, Vec<&str>) =
        COLLECTIONS.into_iter().chain([tallies::COLLECTION]).partition(|name| MANY.contains(name));
    join_all(many.into_iter().map(|name| bare_collection(db, name)))
        .await
        .into_iter()
        .collect::<Result<()>>()?;
    join_all(few.into_iter().map(|name| collection(db, name))).await.into_iter().collect::<Result<()>>()?;
    make_first_documents(db).await
}

/// Takes away the indexes that nothing asks any more.
pub(crate) async fn drop_retired(db: &Database) -> Result<()> {
    for (collection, name) in RETIRED {
        match db.run_command(doc! { "dropIndexes": collection, "index": name }).await {
            Err(error) if crate::error::code(&error) == Some(INDEX_NOT_FOUND) => {}
            dropped => drop(dropped?),
        }
    }
    Ok(())
}

async fn make_first_documents(db: &Database) -> Result<()> {
    let mut first = doc! { "zone": "UTC", "set_up": false, "schema": SCHEMA };
    first.extend(rebuild_search_keys::versions());
    first.extend(tallies::version());
    let workspace = doc! { "q": { "_id": 1 }, "u": { "$setOnInsert": first }, "upsert": true };
    let lanes: Vec<Document> = lanes::all().map(tallies::new_lane).collect();
    for (name, updates) in [("workspace", vec![workspace]), (tallies::COLLECTION, lanes)] {
        db.run_command(doc! {
            "update": name, "updates": updates, "writeConcern": { "w": "majority", "j": true },
        })
        .await?;
    }
    Ok(())
}

async fn collection(db: &Database, name: &str) -> Result<()> {
    let indexes: Vec<Document> =
        indexes().filter(|index| index.collection == name).map(Index::document).collect();
    if indexes.is_empty() {
        return bare_collection(db, name).await;
    }
    // Reads of one moment find no index that most members do not have yet.
    let durable = doc! { "w": "majority", "j": true };
    let command = doc! {
        "createIndexes": name, "indexes": indexes, "commitQuorum": "majority", "writeConcern": durable,
    };
    db.run_command(command).await.map(drop)
}

async fn bare_collection(db: &Database, name: &str) -> Result<()> {
    match db.create_collection(name).await {
        Err(error) if crate::error::code(&error) == Some(NAMESPACE_EXISTS) => Ok(()),
        made => made,
    }
}

const NAMESPACE_EXISTS: i32 = 48;
const INDEX_NOT_FOUND: i32 = 27;

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_indexes_have_one_name_and_each_is_on_a_known_collection() {
        let names: BTreeSet<&str> = indexes().map(|index| index.name).collect();
        assert_eq!(names.len(), indexes().count());
        for index in indexes() {
            let known = COLLECTIONS.contains(&index.collection) || index.collection == tallies::COLLECTION;
            assert!(known, "{index:?}");
        }
    }
}
