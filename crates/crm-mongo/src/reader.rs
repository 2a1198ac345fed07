//! Reading documents: of the state that most members have, either alone or several reads of one moment.

mod together;

use bson::{Bson, Document, RawDocumentBuf, doc};
use crm_app::error::StoreError;
use mongodb::options::{CursorType, FindOptions, Hint, ReadConcern};
use mongodb::{ClientSession, Collection};
use std::time::Duration;

use crate::documents;
use crate::error::{Failure, store_error, unavailable};
use crate::primary::Source;

/// To MongoDB, no time at all would mean all the time there is.
const LEAST: Duration = Duration::from_millis(1);
/// How many documents come in one answer.
const BATCH: u32 = 1_000;

/// Reads documents.
pub(crate) struct Reader {
    source: Source,
    /// With one, all reads are of one moment.
    session: Option<ClientSession>,
    reads: Reads,
    most: Duration,
    heard: Option<Vec<Document>>,
}

/// Which state is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reads {
    /// That of now: nothing that was acknowledged is missing.
    Now,
    /// One that was begun, and is judged when it is committed.
    ThatMoment,
}

/// What is asked of a collection.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Find {
    /// Which documents.
    pub(crate) filter: Document,
    /// In which order; none for any.
    pub(crate) sort: Option<Document>,
    /// Which fields; none for all.
    pub(crate) fields: Option<Document>,
    /// The index that must be used.
    pub(crate) index: Option<&'static str>,
    /// How many are passed over.
    pub(crate) skip: u64,
    /// How many at most; none for all.
    pub(crate) limit: Option<i64>,
}

impl Find {
    /// All documents that are like this.
    pub(crate) fn all(filter: Document) -> Self {
        Self { filter, ..Self::default() }
    }

    /// The same by this index.
    pub(crate) fn by(self, index: &'static str) -> Self {
        Self { index: Some(index), ..self }
    }

    /// The same in this order.
    pub(crate) fn sorted(self, sort: Document) -> Self {
        Self { sort: Some(sort), ..self }
    }

    /// The same, at most so many.
    pub(crate) fn at_most(self, limit: u32) -> Self {
        Self { limit: Some(i64::from(limit)), ..self }
    }

    /// The same with these fields only.
    pub(crate) fn fields(self, fields: Document) -> Self {
        Self { fields: Some(fields), ..self }
    }

    /// The command as it is sent, for whoever explains it.
    fn command(&self, collection: &str) -> Document {
        let mut command = doc! { "find": collection, "filter": &self.filter };
        let parts = [
            ("sort", self.sort.clone().map(Bson::from)),
            ("projection", self.fields.clone().map(Bson::from)),
            ("hint", self.index.map(Bson::from)),
            ("skip", i64::try_from(self.skip).ok().filter(|skip| *skip > 0).map(Bson::from)),
            ("limit", self.limit.map(Bson::from)),
        ];
        command.extend(parts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        command
    }

    fn options(self, most: Duration) -> FindOptions {
        FindOptions::builder()
            .sort(self.sort)
            .projection(self.fields)
            .hint(self.index.map(|name| Hint::Name(name.to_owned())))
            .skip(self.skip)
            .limit(self.limit)
            .batch_size(BATCH)
            .cursor_type(CursorType::NonTailable)
            .max_time(most)
            .build()
    }
}

impl Reader {
    /// Reads by themselves, each of the state that most members have.
    pub(crate) fn majority(source: Source, most: Duration) -> Self {
        Self { source, session: None, reads: Reads::Now, most: most.max(LEAST), heard: None }
    }

    /// Reads of one moment: that of the first of them.
    pub(crate) async fn snapshot(source: Source, most: Duration) -> Result<Self, StoreError> {
        let session = source.db.client().start_session().snapshot(true).await;
        let session = session.map_err(|error| store_error(&error))?;
        Ok(Self { source, session: Some(session), reads: Reads::Now, most: most.max(LEAST), heard: None })
    }

    /// Reads of the moment of the transaction that this session is in.
    pub(crate) fn within(source: Source, session: ClientSession, most: Duration) -> Self {
        Self { source, session: Some(session), reads: Reads::ThatMoment, most, heard: None }
    }

    /// The session, if the reads are of one moment.
    pub(crate) fn into_session(self) -> Option<ClientSession> {
        self.session
    }

    /// The same with every command written down.
    pub(crate) fn heard(self) -> Self {
        Self { heard: Some(Vec::new()), ..self }
    }

    /// The commands that were written down.
    pub(crate) fn into_heard(self) -> Vec<Document> {
        self.heard.unwrap_or_default()
    }

    /// The first document that is like this.
    pub(crate) async fn one(
        &mut self,
        collection: &str,
        find: Find,
    ) -> Result<Option<RawDocumentBuf>, StoreError> {
        Ok(self.all(collection, find.at_most(1)).await?.into_iter().next())
    }

    /// All documents that are like this.
    pub(crate) async fn all(
        &mut self,
        collection: &str,
        find: Find,
    ) -> Result<Vec<RawDocumentBuf>, StoreError> {
        let mut all = Vec::new();
        self.each(collection, find, |document| {
            all.push(document);
            Ok(())
        })
        .await?;
        Ok(all)
    }

    /// Calls `visit` with each document that is like this. What it was called with counts only if this ends well.
    pub(crate) async fn each(
        &mut self,
        collection: &str,
        find: Find,
        mut visit: impl FnMut(RawDocumentBuf) -> Result<(), StoreError> + Send,
    ) -> Result<(), StoreError> {
        if let Some(heard) = &mut self.heard {
            heard.push(find.command(collection));
        }
        if find.limit == Some(0) {
            // To MongoDB, none would mean all.
            return Ok(());
        }
        let trusted = self.trusted().await?;
        let from: Collection<RawDocumentBuf> = self.source.db.collection(collection);
        let cause = |error| store_error(&error);
        let asked = from.find(find.filter.clone()).with_options(find.options(self.most));
        match &mut self.session {
            None => {
                let mut cursor = asked.read_concern(ReadConcern::majority()).await.map_err(cause)?;
                while cursor.advance().await.map_err(cause)? {
                    visit(cursor.current().to_owned())?;
                }
            }
            Some(session) => {
                let mut cursor = asked.session(&mut *session).await.map_err(cause)?;
                while cursor.advance(session).await.map_err(cause)? {
                    visit(cursor.current().to_owned())?;
                }
            }
        }
        self.is_to_be_believed(trusted)
    }

    /// What a pipeline makes of a collection, by this index if given.
    pub(crate) async fn aggregate(
        &mut self,
        collection: &str,
        pipeline: Vec<Document>,
        index: Option<&'static str>,
    ) -> Result<Vec<Document>, StoreError> {
        self.hear(collection, &pipeline, index);
        let trusted = self.trusted().await?;
        let from: Collection<Document> = self.source.db.collection(collection);
        let cause = |error| store_error(&error);
        let mut asked = from.aggregate(pipeline).max_time(self.most).batch_size(BATCH);
        if let Some(name) = index {
            asked = asked.hint(Hint::Name(name.to_owned()));
        }
        let mut all = Vec::new();
        match &mut self.session {
            None => {
                let mut cursor = asked.read_concern(ReadConcern::majority()).await.map_err(cause)?;
                while cursor.advance().await.map_err(cause)? {
                    all.push(cursor.deserialize_current().map_err(cause)?);
                }
            }
            Some(session) => {
                let mut cursor = asked.session(&mut *session).await.map_err(cause)?;
                while cursor.advance(session).await.map_err(cause)? {
                    all.push(cursor.deserialize_current().map_err(cause)?);
                }
            }
        }
        self.is_to_be_believed(trusted)?;
        Ok(all)
    }

    /// Writes down a pipeline, if commands are.
    fn hear(&mut self, collection: &str, pipeline: &[Document], index: Option<&'static str>) {
        if let Some(heard) = &mut self.heard {
            let mut command = doc! { "aggregate": collection, "pipeline": pipeline, "cursor": {} };
            command.extend(index.map(|name| ("hint".to_owned(), Bson::from(name))));
            heard.push(command);
        }
    }

    async fn trusted(&self) -> Result<Option<u64>, StoreError> {
        match self.reads {
            Reads::Now => self.source.primary.trusted(&self.source.db, self.most).await.map(Some),
            Reads::ThatMoment => Ok(None),
        }
    }

    fn is_to_be_believed(&self, trusted: Option<u64>) -> Result<(), StoreError> {
        trusted.map_or(Ok(()), |which| self.source.primary.is_still(which))
    }

    /// How many documents are like this, up to `most`, from an index alone.
    pub(crate) async fn count(
        &mut self,
        collection: &str,
        filter: Document,
        index: Option<&'static str>,
        most: u64,
    ) -> Result<u64, StoreError> {
        let mut pipeline = vec![doc! { "$match": filter }];
        if let Ok(most) = i64::try_from(most) {
            pipeline.push(doc! { "$limit": most });
        }
        pipeline.push(doc! { "$group": { "_id": Bson::Null, "n": { "$sum": 1_i64 } } });
        let counted = self.aggregate(collection, pipeline, index).await?;
        match counted.first() {
            None => Ok(0),
            Some(found) => number(found, "n"),
        }
    }
}

/// A count in an answer of the server.
pub(crate) fn number(document: &Document, field: &str) -> Result<u64, StoreError> {
    let number = document.get(field).and_then(documents::integer);
    let number = number.and_then(|number| u64::try_from(number).ok());
    number.ok_or_else(|| unavailable(Failure::Defect("the server counted something else")))
}
