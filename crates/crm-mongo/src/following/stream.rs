//! What MongoDB tells of the changes of all servers.

use std::time::Duration;

use bson::{RawDocumentBuf, doc};
use crm_app::commit::change::Change;
use crm_app::error::StoreError;
use crm_domain::session::Session;
use crm_domain::session::end::SessionEnd;
use crm_domain::user::User;
use crm_domain::version::{Replace, Version, Versioned};
use mongodb::Database;
use mongodb::change_stream::ChangeStream;
use mongodb::change_stream::event::{ChangeStreamEvent, OperationType};
use mongodb::options::FullDocumentType;
use tokio::sync::mpsc;

use crate::documents;
use crate::error::store_error;

/// How long MongoDB waits for something to tell before it tells that there is nothing.
const PATIENCE: Duration = Duration::from_millis(500);

/// What MongoDB tells.
pub(super) enum News {
    /// That there is nothing to tell.
    Nothing,
    /// That this has changed.
    Changed(Vec<Change>),
    /// That something has changed, which must be looked up.
    Anything,
}

/// The changes of what is held in process.
pub(super) type Listening = ChangeStream<ChangeStreamEvent<RawDocumentBuf>>;

/// Begins to listen.
pub(super) async fn open(db: &Database) -> Result<Listening, StoreError> {
    let ours = doc! { "$match": { "$or": [
        { "ns.coll": { "$in": ["users", "workspace"] } },
        { "ns.coll": "sessions", "updateDescription.updatedFields.ended_at": { "$exists": true } },
        // One that is deleted was over for long; where all are, so are the users.
        { "ns.coll": "sessions", "operationType": { "$nin": ["insert", "update", "delete"] } },
    ] } };
    let stream = db
        .watch()
        .pipeline([ours])
        .full_document(FullDocumentType::UpdateLookup)
        .max_await_time(PATIENCE)
        .await
        .map_err(|error| store_error(&error))?;
    Ok(stream.with_type())
}

/// Passes on what MongoDB tells, for as long as somebody listens.
pub(super) async fn run(db: Database, mut listening: Option<Listening>, tell: mpsc::Sender<News>) {
    loop {
        let news = if let Some(stream) = &mut listening {
            match stream.next_if_any().await {
                Ok(None) => News::Nothing,
                Ok(Some(event)) => what_changed(event),
                Err(error) => {
                    let error = store_error(&error);
                    tracing::warn!(%error, "MongoDB stopped telling changes; looking them up until it does again");
                    listening = None;
                    News::Anything
                }
            }
        } else {
            tokio::time::sleep(PATIENCE).await;
            listening = open(&db).await.ok();
            News::Anything
        };
        if tell.send(news).await.is_err() {
            return;
        }
    }
}

/// What an event changes of what is held, if that can be told from it alone.
fn what_changed(event: ChangeStreamEvent<RawDocumentBuf>) -> News {
    let collection = event.ns.as_ref().and_then(|namespace| namespace.coll.as_deref());
    let written = matches!(
        event.operation_type,
        OperationType::Insert | OperationType::Update | OperationType::Replace
    );
    let Some(document) = event.full_document.filter(|_| written) else { return News::Anything };
    let change = match collection {
        Some("users") => documents::read::<Versioned<User>>(&document).ok().map(user),
        Some("sessions") => documents::read::<Session>(&document).ok().and_then(|session| {
            let SessionEnd { at, why } = session.ended?;
            Some(Change::EndSession { id: session.id, user: session.user, at, why })
        }),
        Some(_) | None => None,
    };
    change.map_or(News::Anything, |change| News::Changed(vec![change]))
}

/// A user at a version, as the change that made it.
fn user(user: Versioned<User>) -> Change {
    let version = user.version();
    let user = user.into_record();
    if version == Version::FIRST {
        return Change::InsertUser(user);
    }
    let before = Versioned::stored(user.clone(), Version::new(version.number().saturating_sub(1)));
    Change::PutUser(Replace { before, after: user })
}
