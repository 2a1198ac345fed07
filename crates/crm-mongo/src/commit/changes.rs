//! Changes as statements, each of which finds its record only as it was read.

use bson::{Bson, Document, doc};
use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_app::commit::replay::Replay;
use crm_app::error::StoreError;
use crm_domain::calendar::Calendar;
use crm_domain::customer::Customer;
use crm_domain::customer_cleanup::CustomerCleanup;
use crm_domain::lead::Lead;
use crm_domain::note::Note;
use crm_domain::session::rotation::Rotation;
use crm_domain::task::Task;
use crm_domain::user::User;
use crm_domain::version::{Replace, Version};

use super::plan::Plan;
use super::step::{Short, Verb};
use crate::documents::activity::ActivityDocument;
use crate::documents::cleanup::CleanupDocument;
use crate::documents::customer::{CustomerDocument, CustomerKeys};
use crate::documents::lead::{LeadDocument, LeadKeys};
use crate::documents::note::NoteDocument;
use crate::documents::replay::ReplayDocument;
use crate::documents::session::{RotationDocument, SessionDocument};
use crate::documents::task::{TaskDocument, TaskKeys};
use crate::documents::transfer::TransferDocument;
use crate::documents::user::{UserDocument, UserKeys};
use crate::documents::{Stored, bytes, date, found_by, id, recent, version, write};
use crate::standings;

/// Plans what makes this change.
pub(super) fn plan(
    plan: &mut Plan,
    change: &Change,
    commit: &Commit,
    calendar: Calendar,
) -> Result<(), StoreError> {
    match change {
        Change::InsertUser(user) => insert_user(plan, user)?,
        Change::PutUser(put) => put_user(plan, put)?,
        Change::RenewHash { user, from, to } => {
            let still = doc! { "_id": id(*user), "password": from.expose() };
            let renew = doc! { "q": still, "u": { "$set": { "password": to.expose() } } };
            plan.push("users", Verb::Update, Short::Fine, renew);
        }
        Change::InsertSession(session) => {
            insert(plan, "sessions", write(&SessionDocument::new(session, commit.id))?);
        }
        Change::TouchSession { id: session, at } => {
            let later = doc! { "$max": { "last_used_at": date(*at) } };
            let touch = doc! { "q": { "_id": id(*session) }, "u": later };
            plan.push("sessions", Verb::Update, Short::Fine, touch);
        }
        Change::RotateSession { id: session, read, put, expires_at, at } => {
            let open =
                doc! { "_id": id(*session), "ended_at": { "$exists": false }, "rotation": rotation(read)? };
            let to = doc! { "rotation": rotation(put)?, "expires_at": date(*expires_at) };
            let rotate = doc! { "q": open, "u": { "$set": to, "$max": { "last_used_at": date(*at) } } };
            plan.push("sessions", Verb::Update, Short::Stale, rotate);
        }
        Change::EndSession { id: session, at, why, .. } => {
            let open = doc! { "_id": id(*session), "ended_at": { "$exists": false } };
            let how = doc! { "ended_at": date(*at), "ended_because": why.as_str() };
            plan.push("sessions", Verb::Update, Short::Fine, doc! { "q": open, "u": { "$set": how } });
        }
        Change::InsertLead(lead) => {
            let document = LeadDocument::new(lead, Version::FIRST);
            let document = found_by(write(&document)?, &LeadKeys::new(lead))?;
            let event = recent::event(commit, lead.id, Version::FIRST)?;
            insert(plan, "leads", recent::begun(document, event));
        }
        Change::PutLead(put) => put_lead(plan, put, commit)?,
        Change::InsertCustomer(customer) => {
            let document = CustomerDocument::new(customer, Version::FIRST);
            insert(plan, "customers", found_by(write(&document)?, &CustomerKeys::new(customer))?);
        }
        Change::PutCustomer(put) => put_customer(plan, put)?,
        Change::DeleteCustomer(customer) => {
            delete(plan, "customers", id(customer.record().id), customer.version());
        }
        Change::InsertNote(note) => insert(plan, "notes", write(&NoteDocument::new(note))?),
        Change::PutNote(note) => {
            let mut to = write(&NoteDocument::new(note))?;
            to.remove("_id");
            plan.push("notes", Verb::Update, Short::Stale, doc! { "q": place(note), "u": { "$set": to } });
        }
        Change::DeleteNote(note) => {
            plan.push("notes", Verb::Delete, Short::Stale, doc! { "q": place(note), "limit": 1 });
        }
        Change::DeleteNotes(ids) => {
            let keys: Vec<Bson> = ids.iter().map(|note| id(*note)).collect();
            let them = doc! { "q": { "_id": { "$in": keys } }, "limit": 0 };
            plan.push("notes", Verb::Delete, Short::Fine, them);
        }
        Change::InsertCleanup(one) => {
            insert(plan, CustomerCleanup::COLLECTION, write(&CleanupDocument::new(one))?);
        }
        Change::DeleteCleanup(customer) => {
            let its = doc! { "q": { "_id": id(*customer) }, "limit": 1 };
            plan.push(CustomerCleanup::COLLECTION, Verb::Delete, Short::Fine, its);
        }
        Change::InsertTask(task) => {
            let document = TaskDocument::new(task, Version::FIRST);
            insert(plan, "tasks", found_by(write(&document)?, &TaskKeys::new(task, calendar))?);
        }
        Change::PutTask(put) => put_task(plan, put, calendar)?,
        Change::DeleteTask(task) => delete(plan, "tasks", id(task.record().id), task.version()),
        Change::PutTransfer(transfer) => {
            let mut to = write(&TransferDocument::new(transfer))?;
            to.remove("_id");
            let put = doc! { "q": { "_id": id(transfer.from) }, "u": to, "upsert": true };
            plan.push("transfers", Verb::Update, Short::Fine, put);
        }
        Change::MarkSetUp => {
            let done = doc! { "$set": { "set_up": true }, "$unset": { "setup_token": "" } };
            let mark = doc! { "q": { "_id": 1, "set_up": false }, "u": done };
            plan.push("workspace", Verb::Update, Short::SetUp, mark);
        }
        Change::OfferSetUp(token) => {
            let kept = doc! { "$set": { "setup_token": bytes(&token.0) } };
            let offer = doc! { "q": { "_id": 1, "set_up": false }, "u": kept };
            plan.push("workspace", Verb::Update, Short::Fine, offer);
        }
        Change::ForgetSession(session) => {
            plan.push(
                "sessions",
                Verb::Delete,
                Short::Fine,
                doc! { "q": { "_id": id(*session) }, "limit": 1 },
            );
        }
        // Done with the commit's entries of the audit log.
        Change::PruneAudit(_) => {}
    }
    Ok(())
}

/// Plans what a commit leaves behind: its events, and the answer to keep.
pub(super) fn plan_traces(plan: &mut Plan, commit: &Commit) -> Result<(), StoreError> {
    for (ordinal, event) in commit.events.iter().enumerate() {
        insert(plan, "activities", write(&ActivityDocument::new(event, commit.id, ordinal))?);
    }
    if let Some(answer) = &commit.replay {
        keep(plan, answer)?;
    }
    Ok(())
}

/// Keeps an answer, in the place of one that has run out. One that has not is not found by this, and its key is taken.
fn keep(plan: &mut Plan, answer: &Replay) -> Result<(), StoreError> {
    let mut to = write(&ReplayDocument::new(answer))?;
    let id = to.remove("_id");
    let over = doc! { "_id": id, "expires_at": { "$lte": date(answer.kept_from()) } };
    plan.push("replays", Verb::Update, Short::Fine, doc! { "q": over, "u": to, "upsert": true });
    Ok(())
}

fn insert_user(plan: &mut Plan, user: &User) -> Result<(), StoreError> {
    let document = UserDocument::new(user, Version::FIRST);
    insert(plan, "users", found_by(write(&document)?, &UserKeys::new(user))?);
    for standing in standings::put(user, Version::FIRST) {
        plan.push(standings::COLLECTION, Verb::Update, Short::Fine, standing);
    }
    Ok(())
}

fn put_user(plan: &mut Plan, put: &Replace<User>) -> Result<(), StoreError> {
    let to = write(&UserDocument::new(&put.after, put.version()))?;
    let to = found_by(to, &UserKeys::new(&put.after))?;
    replace(plan, "users", put.before.version(), to);
    for standing in standings::put(&put.after, put.version()) {
        plan.push(standings::COLLECTION, Verb::Update, Short::Fine, standing);
    }
    Ok(())
}

fn put_lead(plan: &mut Plan, put: &Replace<Lead>, commit: &Commit) -> Result<(), StoreError> {
    let (before, after) = (put.before.record(), &put.after);
    let mut to = write(&LeadDocument::new(after, put.version()))?;
    if before.search_fields() != after.search_fields() || before.tags != after.tags {
        to = found_by(to, &LeadKeys::new(after))?;
    }
    to.remove("_id");
    let event = recent::event(commit, after.id, put.version())?;
    let update = recent::continued(doc! { "$set": to }, event);
    update_as_read(plan, "leads", id(after.id), put.before.version(), update);
    Ok(())
}

fn put_customer(plan: &mut Plan, put: &Replace<Customer>) -> Result<(), StoreError> {
    let (before, after) = (put.before.record(), &put.after);
    let mut to = write(&CustomerDocument::new(after, put.version()))?;
    if before.search_fields() != after.search_fields() || before.tags != after.tags {
        to = found_by(to, &CustomerKeys::new(after))?;
    }
    replace(plan, "customers", put.before.version(), to);
    Ok(())
}

fn put_task(plan: &mut Plan, put: &Replace<Task>, calendar: Calendar) -> Result<(), StoreError> {
    let (before, after) = (put.before.record(), &put.after);
    let mut to = write(&TaskDocument::new(after, put.version()))?;
    if before.search_fields() != after.search_fields()
        || before.due != after.due
        || before.priority != after.priority
    {
        to = found_by(to, &TaskKeys::new(after, calendar))?;
    }
    replace(plan, "tasks", put.before.version(), to);
    Ok(())
}

fn insert(plan: &mut Plan, collection: &'static str, document: Document) {
    plan.push(collection, Verb::Insert, Short::Fine, document);
}

/// Puts these fields in the place of those of the record, if it still has the version `read`. What is not named stays:
/// what a record is found by is most of the work, and changes seldom.
fn replace(plan: &mut Plan, collection: &'static str, read: Version, mut to: Document) {
    let id = to.remove("_id").unwrap_or(Bson::Null);
    update_as_read(plan, collection, id, read, doc! { "$set": to });
}

fn update_as_read(plan: &mut Plan, collection: &'static str, id: Bson, read: Version, update: Document) {
    let put = doc! { "q": { "_id": id, "version": version(read) }, "u": update };
    plan.push(collection, Verb::Update, Short::Stale, put);
}

fn delete(plan: &mut Plan, collection: &'static str, id: Bson, read: Version) {
    let gone = doc! { "q": { "_id": id, "version": version(read) }, "limit": 1 };
    plan.push(collection, Verb::Delete, Short::Stale, gone);
}

/// A rotation as a document holds it; null finds a document without one.
fn rotation(rotation: &Rotation) -> Result<Bson, StoreError> {
    RotationDocument::new(rotation).map_or(Ok(Bson::Null), |document| Ok(write(&document)?.into()))
}

/// A note where it was: their customer, which changes in the same commit, guards it.
fn place(note: &Note) -> Document {
    doc! { "_id": id(note.id), "customer": id(note.customer) }
}
