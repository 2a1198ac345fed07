//! What the store can check of itself.

mod recent;

use std::collections::{BTreeMap, HashMap};

use bson::{Bson, Document, RawDocumentBuf, doc};
use crm_app::error::StoreError;
use crm_domain::activity::{Activity, EntityKind};
use crm_domain::audit::chain::AuditEntry;
use crm_domain::customer::Customer;
use crm_domain::customer_cleanup::CustomerCleanup;
use crm_domain::ids::CustomerId;
use crm_domain::lead::Lead;
use crm_domain::note::Note;
use crm_domain::session::Session;
use crm_domain::task::Task;
use crm_domain::transfer::Transfer;
use crm_domain::user::User;
use crm_domain::version::{Version, Versioned};
use serde::Serialize;
use uuid::Uuid;

use crate::documents::customer::CustomerKeys;
use crate::documents::lead::LeadKeys;
use crate::documents::task::TaskKeys;
use crate::documents::user::UserKeys;
use crate::documents::{self, Stored, write};
use crate::lanes::{self, LANES};
use crate::reader::{Find, Reader};
use crate::{open_tasks, standings, workspace};

/// What is known of the versions of the records: how many events each has, and the last version they tell of.
type Events = HashMap<(EntityKind, Uuid), (u64, Version)>;

/// What was found so far.
struct Report {
    problems: Vec<String>,
    events: Events,
}

/// Everything that is wrong, a line each.
pub(super) async fn problems(reader: &mut Reader) -> Result<Vec<String>, StoreError> {
    let mut report = Report { problems: Vec::new(), events: Events::new() };
    let calendar = workspace::calendar(reader).await?;
    let mut notes: HashMap<CustomerId, u64> = HashMap::new();
    let mut open = BTreeMap::new();
    report
        .each::<Activity>(reader, |report, event, _| {
            let key = (event.entity.kind(), event.entity.uuid());
            let (count, last) = report.events.entry(key).or_insert((0, event.entity_version));
            *count += 1;
            *last = (*last).max(event.entity_version);
            Ok(())
        })
        .await?;
    report
        .each::<Note>(reader, |_, note, _| {
            *notes.entry(note.customer).or_default() += 1;
            Ok(())
        })
        .await?;
    report
        .each::<Versioned<Lead>>(reader, |report, lead, document| {
            let (record, version) = (lead.record(), lead.version());
            report.versioned(EntityKind::Lead, record.id.uuid(), version);
            report.found_by::<Versioned<Lead>>(record.id.uuid(), document, &LeadKeys::new(record))
        })
        .await?;
    recent::look(&mut report, reader).await?;
    report
        .each::<Versioned<Customer>>(reader, |report, customer, document| {
            let (record, version) = (customer.record(), customer.version());
            report.versioned(EntityKind::Customer, record.id.uuid(), version);
            let has = notes.remove(&record.id).unwrap_or(0);
            if record.notes_count != has {
                report
                    .say(format!("customer {} counts {} notes and has {has}", record.id, record.notes_count));
            }
            report.found_by::<Versioned<Customer>>(record.id.uuid(), document, &CustomerKeys::new(record))
        })
        .await?;
    report
        .each::<CustomerCleanup>(reader, |_, cleanup, _| {
            notes.remove(&cleanup.customer);
            Ok(())
        })
        .await?;
    for customer in notes.keys() {
        report.say(format!("there are notes on customer {customer}, which is gone"));
    }
    report
        .each::<Versioned<Task>>(reader, |report, task, document| {
            let (record, version) = (task.record(), task.version());
            report.versioned(EntityKind::Task, record.id.uuid(), version);
            open_tasks::add(&mut open, record, 1);
            report.found_by::<Versioned<Task>>(record.id.uuid(), document, &TaskKeys::new(record, calendar))
        })
        .await?;
    let mut users = Vec::new();
    report
        .each::<Versioned<User>>(reader, |report, user, document| {
            let (record, version) = (user.record(), user.version());
            report.versioned(EntityKind::User, record.id.uuid(), version);
            users.push((record.id, standings::state(record, version)));
            report.found_by::<Versioned<User>>(record.id.uuid(), document, &UserKeys::new(record))
        })
        .await?;
    report.each::<Session>(reader, |_, _, _| Ok(())).await?;
    report.each::<Transfer>(reader, |_, _, _| Ok(())).await?;
    report.each::<AuditEntry>(reader, |_, _, _| Ok(())).await?;
    for (user, state) in users {
        let lanes: Vec<Bson> = lanes::all().map(|lane| standings::key(user, lane)).collect();
        let agreeing = all_of(doc! { "_id": { "$in": lanes } }, state);
        let count = reader.count(standings::COLLECTION, agreeing, None, u64::MAX).await?;
        if count != u64::from(LANES) {
            report.say(format!("user {user} has {count} standings that agree, not {LANES}"));
        }
    }
    report.open_tasks(reader, open).await?;
    Ok(report.problems)
}

impl Report {
    fn say(&mut self, problem: String) {
        self.problems.push(problem);
    }

    /// Calls `look` with each record of a kind; one that cannot be read is a problem.
    async fn each<T: Stored>(
        &mut self,
        reader: &mut Reader,
        mut look: impl FnMut(&mut Self, T, &RawDocumentBuf) -> Result<(), StoreError> + Send,
    ) -> Result<(), StoreError> {
        reader
            .each(T::COLLECTION, Find::all(Document::new()), |document| {
                match documents::read::<T>(&document) {
                    Ok(record) => look(self, record, &document),
                    Err(error @ StoreError::Corrupt { .. }) => {
                        self.say(told(&error));
                        Ok(())
                    }
                    Err(error) => Err(error),
                }
            })
            .await
    }

    /// Each version has one event.
    fn versioned(&mut self, kind: EntityKind, id: Uuid, version: Version) {
        let (count, last) = self.events.get(&(kind, id)).copied().unwrap_or((0, Version::new(0)));
        if count != version.number() || last != version {
            let kind = kind.as_str().to_lowercase();
            self.say(format!("{kind} {id} has version {version} and {count} events"));
        }
    }

    /// What a record is found by is what its fields say.
    fn found_by<T: Stored>(
        &mut self,
        id: Uuid,
        document: &RawDocumentBuf,
        keys: &impl Serialize,
    ) -> Result<(), StoreError> {
        let kept = Document::try_from(document.clone()).ok();
        let kept = kept.as_ref().and_then(|kept| kept.get_document("keys").ok());
        if kept != Some(&write(keys)?) {
            self.say(format!("{} {id} is not found by what it says", T::WHAT));
        }
        Ok(())
    }

    /// Open tasks are counted rightly.
    async fn open_tasks(
        &mut self,
        reader: &mut Reader,
        mut open: BTreeMap<CustomerId, i64>,
    ) -> Result<(), StoreError> {
        for document in reader.all(open_tasks::COLLECTION, Find::all(Document::new())).await? {
            let customer = documents::name_of(&document);
            let kept = document.get_i64("count").unwrap_or(-1);
            let id = Uuid::try_parse(&customer).map(CustomerId::from_uuid);
            let has = id.ok().and_then(|id| open.remove(&id)).unwrap_or(0);
            if kept != has {
                self.say(format!("customer {customer} counts {kept} open tasks and has {has}"));
            }
        }
        for (customer, has) in open {
            self.say(format!("customer {customer} counts no open tasks and has {has}"));
        }
        Ok(())
    }
}

fn all_of(mut one: Document, other: Document) -> Document {
    one.extend(other);
    one
}

fn told(error: &StoreError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
