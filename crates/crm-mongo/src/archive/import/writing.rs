//! Batches as documents.

use bson::{Document, doc};
use crm_app::archive::{Batch, Event};
use crm_app::error::StoreError;
use crm_app::ports::workspace::Workspace;
use crm_domain::calendar::Calendar;
use crm_domain::customer::Customer;
use crm_domain::customer_cleanup::CustomerCleanup;
use crm_domain::lead::Lead;
use crm_domain::task::Task;
use crm_domain::user::User;
use crm_domain::version::Versioned;
use uuid::Uuid;

use super::{refusal, still_ours};
use crate::archive::arrival::{marked_by, update_one};
use crate::documents::activity::ActivityDocument;
use crate::documents::cleanup::CleanupDocument;
use crate::documents::customer::{CustomerDocument, CustomerKeys};
use crate::documents::lead::{LeadDocument, LeadKeys};
use crate::documents::note::NoteDocument;
use crate::documents::replay::ReplayDocument;
use crate::documents::session::SessionDocument;
use crate::documents::task::{TaskDocument, TaskKeys};
use crate::documents::transfer::TransferDocument;
use crate::documents::user::{UserDocument, UserKeys};
use crate::documents::{Stored, found_by, write};
use crate::error::{Failure, store_error, unavailable};
use crate::store::Inner;
use crate::{lanes, standings, tallies};

/// The most statements of one command.
const MOST: usize = 1_000;

/// Writes a batch, as long as the import is this one.
pub(super) async fn take(
    inner: &Inner,
    id: Uuid,
    batch: Batch,
    calendar: Calendar,
) -> Result<(), StoreError> {
    still_ours(inner, id).await?;
    match batch {
        Batch::Workspace(workspace) => put_workspace(inner, id, workspace).await,
        Batch::Leads(leads) => insert(inner, "leads", &leads, lead).await,
        Batch::Customers(customers) => insert(inner, "customers", &customers, customer).await,
        Batch::Cleanups(some) => {
            insert(inner, CustomerCleanup::COLLECTION, &some, |one| write(&CleanupDocument::new(one))).await
        }
        Batch::Notes(notes) => insert(inner, "notes", &notes, |note| write(&NoteDocument::new(note))).await,
        Batch::Tasks(tasks) => insert(inner, "tasks", &tasks, |one| task(one, calendar)).await,
        Batch::Transfers(transfers) => {
            insert(inner, "transfers", &transfers, |one| write(&TransferDocument::new(one))).await
        }
        Batch::Events(events) => insert(inner, "activities", &events, event).await,
        Batch::Replays(replays) => {
            insert(inner, "replays", &replays, |one| write(&ReplayDocument::new(one))).await
        }
        Batch::Users(users) => {
            let states: Vec<Document> =
                users.iter().flat_map(|user| standings::documents(user.record(), user.version())).collect();
            insert(inner, standings::COLLECTION, &states, |state| Ok(state.clone())).await?;
            insert(inner, "users", &users, user).await
        }
        Batch::Sessions(sessions) => {
            insert(inner, "sessions", &sessions, |one| write(&SessionDocument::new(&one.session, one.commit)))
                .await
        }
    }
}

fn lead(lead: &Versioned<Lead>) -> Result<Document, StoreError> {
    found_by(write(&LeadDocument::new(lead.record(), lead.version()))?, &LeadKeys::new(lead.record()))
}

fn customer(customer: &Versioned<Customer>) -> Result<Document, StoreError> {
    let (record, version) = (customer.record(), customer.version());
    found_by(write(&CustomerDocument::new(record, version))?, &CustomerKeys::new(record))
}

fn task(task: &Versioned<Task>, calendar: Calendar) -> Result<Document, StoreError> {
    let (record, version) = (task.record(), task.version());
    found_by(write(&TaskDocument::new(record, version))?, &TaskKeys::new(record, calendar))
}

fn user(user: &Versioned<User>) -> Result<Document, StoreError> {
    found_by(write(&UserDocument::new(user.record(), user.version()))?, &UserKeys::new(user.record()))
}

fn event(event: &Event) -> Result<Document, StoreError> {
    let ordinal = usize::try_from(event.ordinal).unwrap_or(usize::MAX);
    write(&ActivityDocument::new(&event.activity, event.commit, ordinal))
}

async fn put_workspace(inner: &Inner, id: Uuid, workspace: Workspace) -> Result<(), StoreError> {
    let put = doc! { "zone": workspace.calendar.zone_name(), "set_up": workspace.set_up };
    if !update_one(inner, marked_by(id), doc! { "$set": put, "$unset": { "setup_token": "" } }).await? {
        return still_ours(inner, id).await;
    }
    let lanes = lanes::all().map(|lane| tallies::put_calendar(Some(workspace.calendar), lane)).collect();
    update(inner, tallies::COLLECTION, lanes).await
}

/// Inserts a document for each record.
async fn insert<T>(
    inner: &Inner,
    collection: &str,
    records: &[T],
    document: impl Fn(&T) -> Result<Document, StoreError>,
) -> Result<(), StoreError> {
    if records.is_empty() {
        return Ok(());
    }
    let documents = records.iter().map(document).collect::<Result<Vec<_>, _>>()?;
    let into = inner.db.collection::<Document>(collection);
    into.insert_many(documents).ordered(false).await.map(drop).map_err(|error| refusal(&error))
}

/// Runs update statements, a thousand at a time.
pub(super) async fn update(
    inner: &Inner,
    collection: &str,
    updates: Vec<Document>,
) -> Result<(), StoreError> {
    let durable = doc! { "w": "majority", "j": true };
    for some in updates.chunks(MOST) {
        let command =
            doc! { "update": collection, "updates": some.to_vec(), "writeConcern": durable.clone() };
        let answer = inner.db.run_command(command).await.map_err(|error| store_error(&error))?;
        // What did not work for a statement is told in an answer that is no error.
        if answer.contains_key("writeErrors") || answer.contains_key("writeConcernError") {
            return Err(unavailable(Failure::Defect("MongoDB refused a statement")));
        }
    }
    Ok(())
}
