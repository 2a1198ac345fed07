//! What is done with nobody else writing what is counted: all lanes are written first, which every such commit meets.
//!
//! It is one transaction, to which MongoDB gives a minute (`transactionLifetimeLimitSeconds`).

use bson::{Document, doc};
use crm_app::error::StoreError;
use crm_domain::calendar::Calendar;
use crm_domain::task::Task;
use crm_domain::version::Versioned;
use tokio::time::Instant;

use super::recount;
use crate::commit::step::{Short, Step, Verb};
use crate::commit::transaction::{Ended, again, begin, finish, take};
use crate::documents::{self, date, id, record_only};
use crate::reader::{Find, Reader};
use crate::schema::COLLECTIONS;
use crate::store::{Inner, defect};
use crate::{lanes, tallies, workspace};

/// What is not deleted with the records.
const STAYS: [&str; 3] = ["workspace", "audits", "audit_head"];

/// The most statements of one command.
const MOST: usize = 1_000;

/// What is to be done.
#[derive(Debug, Clone, Copy)]
pub(super) enum Work {
    /// Another calendar, and everything that rests on it.
    SetCalendar(Calendar),
    /// Everything goes but the calendar and the audit log.
    Clear,
}

/// Does it, whole or not at all.
pub(super) async fn run(inner: &Inner, work: Work, until: Instant) -> Result<(), StoreError> {
    let mut tries = 0;
    while let Err(ended) = attempt(inner, work, until).await {
        again(ended, &mut tries, until).await?;
    }
    Ok(())
}

async fn attempt(inner: &Inner, work: Work, until: Instant) -> Result<(), Ended> {
    let mut session = begin(inner, until).await?;
    take(inner, &mut session, &[all_lanes(work)]).await?;
    let mut reader = Reader::within(inner.source(), session, inner.options.long_deadline);
    let steps = work.steps(&mut reader).await.map_err(Ended::Unread)?;
    let session = reader.into_session().ok_or_else(|| Ended::Unread(defect("a session is gone")));
    let mut session = session?;
    take(inner, &mut session, &steps).await?;
    finish(&mut session, until).await
}

/// Meets every commit that counts.
fn all_lanes(work: Work) -> Step {
    let calendar = match work {
        Work::SetCalendar(calendar) => Some(calendar),
        Work::Clear => None,
    };
    let statements = lanes::all().map(|lane| tallies::put_calendar(calendar, lane)).collect();
    Step { collection: tallies::COLLECTION, verb: Verb::Update, statements, short: Short::Stale }
}

impl Work {
    /// What is written, beside the lanes.
    async fn steps(self, reader: &mut Reader) -> Result<Vec<Step>, StoreError> {
        let mut steps = vec![delete(tallies::COLLECTION, tallies::counters_only())];
        match self {
            Self::SetCalendar(calendar) => {
                let zone = doc! { "zone": calendar.zone_name() };
                steps.extend(updates(
                    "workspace",
                    &[doc! { "q": { "_id": 1 }, "u": { "$set": zone, "$inc": workspace::corrected() } }],
                ));
                steps.extend(updates("tasks", &moved(reader, calendar).await?));
                let counters = recount::count(reader, calendar).await?;
                let counters: Vec<Document> = tallies::add(&counters, 0).collect();
                steps.extend(updates(tallies::COLLECTION, &counters));
            }
            Self::Clear => {
                let records = COLLECTIONS.iter().filter(|name| !STAYS.contains(*name));
                steps.extend(records.map(|name| delete(name, Document::new())));
                let gone = doc! { "arrival": "", "setup_token": "" };
                let anew =
                    doc! { "$set": { "set_up": false }, "$unset": gone, "$inc": workspace::corrected() };
                steps.extend(updates("workspace", &[doc! { "q": { "_id": 1 }, "u": anew }]));
            }
        }
        Ok(steps)
    }
}

/// When tasks with plain dates are due under this calendar.
async fn moved(reader: &mut Reader, calendar: Calendar) -> Result<Vec<Document>, StoreError> {
    let mut updates = Vec::new();
    let plain = Find::all(doc! { "due": { "$not": { "$regex": "T" } } }).fields(record_only());
    reader
        .each("tasks", plain, |document| {
            let task: Versioned<Task> = documents::read(&document)?;
            let due_at = date(task.record().due.moment(&calendar));
            let update = doc! { "$set": { "keys.due_at": due_at } };
            updates.push(doc! { "q": { "_id": id(task.record().id) }, "u": update });
            Ok(())
        })
        .await?;
    Ok(updates)
}

fn updates(collection: &'static str, statements: &[Document]) -> Vec<Step> {
    let chunks = statements.chunks(MOST);
    let step = |some: &[Document]| Step {
        collection,
        verb: Verb::Update,
        statements: some.to_vec(),
        short: Short::Stale,
    };
    chunks.map(step).collect()
}

fn delete(collection: &'static str, which: Document) -> Step {
    let statements = vec![doc! { "q": which, "limit": 0 }];
    Step { collection, verb: Verb::Delete, statements, short: Short::Fine }
}
