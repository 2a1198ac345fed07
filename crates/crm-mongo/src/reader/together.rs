//! Several questions of one moment in one command, for what is to be asked once and not twice.
//!
//! The first is asked of its collection, the others come to it by `$unionWith`; each document says which question it
//! answers. The read concern *snapshot* makes it one moment, also without a session.

use bson::{Bson, Document, RawDocumentBuf, doc};
use crm_app::error::StoreError;
use mongodb::options::{Hint, ReadConcern};
use mongodb::{ClientSession, Collection};

use super::{BATCH, Find, Reader};
use crate::documents;
use crate::error::{Failure, store_error, unavailable};

/// Which question a document answers, and the document.
const QUESTION: &str = "of";
const ANSWER: &str = "is";

impl Reader {
    /// The documents that answer each of these questions, all of one moment.
    ///
    /// Only the first is held to its index: what the others ask must leave MongoDB no choice.
    pub(crate) async fn together<const N: usize>(
        &mut self,
        asked: [(&'static str, Find); N],
    ) -> Result<[Vec<RawDocumentBuf>; N], StoreError> {
        let mut answers = std::array::from_fn(|_| Vec::new());
        let Some((collection, index, pipeline)) = pipeline(asked) else { return Ok(answers) };
        self.hear(collection, &pipeline, index);
        let trusted = self.trusted().await?;
        let from: Collection<Document> = self.source.db.collection(collection);
        let cause = |error| store_error(&error);
        let mut question = from.aggregate(pipeline).max_time(self.most).batch_size(BATCH);
        if let Some(name) = index {
            question = question.hint(Hint::Name(name.to_owned()));
        }
        match &mut self.session {
            None => {
                let mut cursor = question.read_concern(ReadConcern::snapshot()).await.map_err(cause)?;
                while cursor.advance().await.map_err(cause)? {
                    sort_in(&mut answers, cursor.current())?;
                }
            }
            Some(session) => {
                let session: &mut ClientSession = session;
                let mut cursor = question.session(&mut *session).await.map_err(cause)?;
                while cursor.advance(session).await.map_err(cause)? {
                    sort_in(&mut answers, cursor.current())?;
                }
            }
        }
        self.is_to_be_believed(trusted)?;
        Ok(answers)
    }
}

type Pipeline = (&'static str, Option<&'static str>, Vec<Document>);

/// The collection that is asked first, its index, and all the rest; nothing of no question.
fn pipeline<const N: usize>(asked: [(&'static str, Find); N]) -> Option<Pipeline> {
    let mut asked = asked.into_iter().zip(0_i32..);
    let ((collection, first), number) = asked.next()?;
    let index = first.index;
    let mut pipeline = stages(first, number);
    for ((other, find), number) in asked {
        pipeline.push(doc! { "$unionWith": { "coll": other, "pipeline": stages(find, number) } });
    }
    Some((collection, index, pipeline))
}

/// One question as stages, which name its documents.
fn stages(find: Find, number: i32) -> Vec<Document> {
    let mut stages = vec![doc! { "$match": find.filter }];
    stages.extend(find.sort.map(|sort| doc! { "$sort": sort }));
    stages.extend(i64::try_from(find.skip).ok().filter(|skip| *skip > 0).map(|skip| doc! { "$skip": skip }));
    stages.extend(find.limit.map(|limit| match limit {
        // To a pipeline, none would be a mistake.
        0 => doc! { "$match": { "$nor": [{}] } },
        limit => doc! { "$limit": limit },
    }));
    stages.extend(find.fields.map(|fields| doc! { "$project": fields }));
    stages.push(doc! { "$replaceWith": { QUESTION: { "$literal": number }, ANSWER: "$$ROOT" } });
    stages
}

/// Puts a document to those of its question.
fn sort_in(answers: &mut [Vec<RawDocumentBuf>], document: &bson::RawDocument) -> Result<(), StoreError> {
    let defect = || unavailable(Failure::Defect("the server answered another question"));
    let number = document.get(QUESTION).ok().flatten().ok_or_else(defect)?;
    let number = Bson::try_from(number).ok().as_ref().and_then(documents::integer).ok_or_else(defect)?;
    let of = usize::try_from(number).ok().and_then(|number| answers.get_mut(number)).ok_or_else(defect)?;
    of.push(document.get_document(ANSWER).map_err(|_| defect())?.to_owned());
    Ok(())
}
