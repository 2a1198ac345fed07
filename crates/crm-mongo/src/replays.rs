//! Reading and forgetting the answers that are kept for repeated requests. Commits write them.

use async_trait::async_trait;
use bson::{Bson, Document, doc};
use crm_app::commit::replay::{Replay, ReplayKey};
use crm_app::error::StoreError;
use crm_app::ports::replays::Replays;
use crm_domain::timestamp::Timestamp;

use crate::documents::replay::ReplayId;
use crate::documents::{self, date, write};
use crate::error::store_error;
use crate::reader::Find;
use crate::schema::Index;
use crate::store::{MongoStore, defect};

const REPLAYS: &str = "replays";

/// Those that have run out. MongoDB's own expiry goes by its clock; ours goes by the server's, as whoever asks does.
const BY_END: &str = "replays_by_end";

pub(crate) const INDEXES: &[Index] = &[Index::on(REPLAYS, BY_END, &["expires_at"])];

#[async_trait]
impl Replays for MongoStore {
    async fn kept_answer(&self, asked: &ReplayKey, now: Timestamp) -> Result<Option<Replay>, StoreError> {
        let id = write(&ReplayId::of(asked))?;
        self.read(move |mut reader| async move {
            let wanted = doc! { "_id": id, "expires_at": { "$gt": date(now) } };
            let found = reader.one(REPLAYS, Find::all(wanted)).await?;
            found.map(|document| documents::read(&document)).transpose()
        })
        .await
    }

    async fn forget_answers(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        let over = doc! { "expires_at": { "$lte": date(now) } };
        let find = Find::all(over.clone()).by(BY_END).sorted(doc! { "expires_at": 1_i32 });
        let find = find.fields(doc! { "_id": 1_i32 }).at_most(limit);
        let ids = self
            .read(move |mut reader| async move {
                let found = reader.all(REPLAYS, find).await?;
                found.into_iter().map(|document| id_of(Document::try_from(document).ok())).collect()
            })
            .await?;
        self.forget(ids, over).await
    }
}

impl MongoStore {
    /// Forgets these answers, but for those that were replaced by others meanwhile.
    async fn forget(&self, ids: Vec<Bson>, over: Document) -> Result<u32, StoreError> {
        if ids.is_empty() {
            return Ok(0);
        }
        let db = self.inner().db.clone();
        let mut gone = over;
        gone.insert("_id", doc! { "$in": ids });
        let command = doc! {
            "delete": REPLAYS, "deletes": [doc! { "q": gone, "limit": 0_i32 }],
            "writeConcern": { "w": "majority", "j": true },
        };
        let call = async move {
            let answer = db.run_command(command).await.map_err(|error| store_error(&error))?;
            let deleted = answer.get("n").and_then(documents::integer).unwrap_or(0);
            Ok(u32::try_from(deleted).unwrap_or(0))
        };
        self.inner().calls.within(self.inner().options.deadline, call).await
    }
}

fn id_of(document: Option<Document>) -> Result<Bson, StoreError> {
    document.and_then(|mut found| found.remove("_id")).ok_or_else(|| defect("an answer without an id"))
}
