//! Keeping what is counted of wrong passwords. It is written beside commits, never in one.

use async_trait::async_trait;
use bson::{Bson, Document, doc};
use crm_app::error::StoreError;
use crm_app::ports::throttles::Throttles;
use crm_domain::throttle::entry::{Changes, Entry, Place};
use crm_domain::timestamp::Timestamp;
use mongodb::Database;

use crate::documents::throttle::{document, place};
use crate::documents::{self, date};
use crate::error::{Failure, store_error, unavailable};
use crate::reader::Find;
use crate::schema::Index;
use crate::store::MongoStore;

const THROTTLES: &str = "throttles";

/// What was changed since a moment.
const BY_CHANGE: &str = "throttles_by_change";

pub(crate) const INDEXES: &[Index] = &[Index::on(THROTTLES, BY_CHANGE, &["at"])];

/// The most statements of one command.
const MOST: usize = 1_000;

/// A later entry is there: it is not found by what was asked for, and its place is taken.
const DUPLICATE_KEY: i64 = 11_000;

#[async_trait]
impl Throttles for MongoStore {
    async fn keep_throttles(&self, changes: &Changes) -> Result<(), StoreError> {
        let (db, changes) = (self.inner().db.clone(), changes.clone());
        let call = async move {
            for gone in changes.gone.chunks(MOST) {
                run(&db, "delete", "deletes", gone.iter().map(forget).collect()).await?;
            }
            for entries in changes.entries.chunks(MOST) {
                run(&db, "update", "updates", entries.iter().map(keep).collect()).await?;
            }
            Ok(())
        };
        self.inner().calls.within(self.inner().options.deadline, call).await
    }

    async fn throttles_since(&self, since: Timestamp) -> Result<Vec<Entry>, StoreError> {
        self.read(move |mut reader| async move {
            let find = Find::all(doc! { "at": { "$gte": date(since) } }).by(BY_CHANGE);
            let found = reader.all(THROTTLES, find).await?;
            found.iter().map(|document| documents::read(document)).collect()
        })
        .await
    }
}

fn forget(gone: &Place) -> Document {
    doc! { "q": { "_id": place(*gone) }, "limit": 1 }
}

fn keep(entry: &Entry) -> Document {
    let not_later = doc! { "_id": place(entry.place), "at": { "$lte": date(entry.at) } };
    doc! { "q": not_later, "u": { "$set": document(entry) }, "upsert": true }
}

/// Runs statements of which none waits for another.
async fn run(db: &Database, verb: &str, what: &str, statements: Vec<Document>) -> Result<(), StoreError> {
    let command = doc! {
        verb: THROTTLES, what: statements, "ordered": false, "writeConcern": { "w": "majority", "j": true },
    };
    let answer = db.run_command(command).await.map_err(|error| store_error(&error))?;
    let errors = answer.get_array("writeErrors").map(Vec::as_slice).unwrap_or_default();
    if errors.iter().all(is_for_a_later_one) {
        Ok(())
    } else {
        Err(unavailable(Failure::Defect("what is counted of wrong passwords could not be kept")))
    }
}

fn is_for_a_later_one(error: &Bson) -> bool {
    let code = error.as_document().and_then(|error| error.get("code"));
    code.and_then(documents::integer) == Some(DUPLICATE_KEY)
}
