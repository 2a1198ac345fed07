//! The counters behind totals and dashboard, as documents.
//!
//! There is a document for each owner, for each day that counts something of theirs, and for each lane
//! ([`crate::lanes`]); a counter is the sum of its lanes. Everything is counted twice, under its owner and under
//! [`EVERYBODY`], so that what everybody has together is read as fast as what one has.
//!
//! Days rest on the calendar. So each lane also has a document that names the zone; a commit writes that of its lane,
//! and whoever changes the calendar writes all of them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bson::{Bson, Document, RawDocumentBuf, doc};
use chrono::{Datelike, NaiveDate};
use crm_app::error::StoreError;
use crm_app::tally::{Deltas, TallyKey};
use crm_domain::access::scope::OwnerRange;
use crm_domain::calendar::Calendar;
use crm_domain::ids::UserId;
use crm_domain::lead::LeadStatus;
use crm_domain::task::TaskStatus;

use crate::documents::{self, owner};
use crate::error::corrupt;
use crate::reader::{Find, Reader};
use crate::schema::Index;

/// Where they are.
pub(crate) const COLLECTION: &str = "tallies";

/// One owner's counters, all of them or those of some days.
const BY_OWNER: &str = "tallies_by_owner";
pub(crate) const INDEXES: &[Index] = &[Index::on(COLLECTION, BY_OWNER, &["owner", "day"])];

/// The owner of the counters that count everybody's records.
const EVERYBODY: &str = "everybody";

/// The day of counters that are not of a day. No day of the years that there are has this number.
const NO_DAY: i64 = -1_000_000;

const CUSTOMERS: &str = "customers";
const LEADS_CREATED: &str = "leads_created";
const TASKS_DUE: &str = "tasks_due";
const DUE_WITHIN: &str = "tasks_due_";

/// What the counters of this program count: it grows when there are more of them.
pub(crate) const TALLY_VERSION: i32 = 1;

/// The same, as the workspace names it.
pub(crate) fn version() -> Document {
    doc! { "tally_version": i64::from(TALLY_VERSION) }
}

/// Whose counters, and of which day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shelf {
    /// Whose, as a text that sorts.
    owner: Owner,
    /// The day, or [`NO_DAY`].
    day: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    Everybody,
    Nobody,
    User(UserId),
}

/// Counters by name, on their shelves.
pub(crate) type Shelves = BTreeMap<Shelf, BTreeMap<String, i64>>;

/// How many leads there are with one of these statuses, or with any if none is given.
pub(crate) async fn leads(
    reader: &mut Reader,
    range: OwnerRange,
    statuses: &[LeadStatus],
    archived: Option<bool>,
) -> Result<u64, StoreError> {
    let totals = Totals::of(reader, range).await?;
    Ok(totals.leads(statuses, archived))
}

/// How many customers there are.
pub(crate) async fn customers(reader: &mut Reader, range: OwnerRange) -> Result<u64, StoreError> {
    Ok(Totals::of(reader, range).await?.customers())
}

/// How many tasks there are with one of these statuses, or with any if none is given.
pub(crate) async fn tasks(
    reader: &mut Reader,
    range: OwnerRange,
    statuses: &[TaskStatus],
) -> Result<u64, StoreError> {
    Ok(Totals::of(reader, range).await?.tasks(statuses))
}

/// The counters of a range that are not of a day.
#[derive(Debug, Default)]
pub(crate) struct Totals(BTreeMap<String, i64>);

impl Totals {
    /// Reads them.
    pub(crate) async fn of(reader: &mut Reader, range: OwnerRange) -> Result<Self, StoreError> {
        let Some(owner) = owner_of(range) else { return Ok(Self::default()) };
        let find = Find::all(doc! { "owner": owner.bson(), "day": NO_DAY }).by(BY_OWNER);
        let shelves = shelves(reader.all(COLLECTION, find).await?)?;
        Ok(Self(shelves.into_values().next().unwrap_or_default()))
    }

    /// How many leads.
    pub(crate) fn leads(&self, statuses: &[LeadStatus], archived: Option<bool>) -> u64 {
        let asked = |status| statuses.is_empty() || statuses.contains(status);
        let flags = [false, true].into_iter().filter(|flag| archived.is_none_or(|asked| asked == *flag));
        let statuses = LeadStatus::ALL.iter().filter(|status| asked(status));
        statuses.flat_map(|status| flags.clone().map(|flag| self.count(lead_name(*status, flag)))).sum()
    }

    /// How many customers.
    pub(crate) fn customers(&self) -> u64 {
        self.count(CUSTOMERS)
    }

    /// How many tasks.
    pub(crate) fn tasks(&self, statuses: &[TaskStatus]) -> u64 {
        let asked = |status| statuses.is_empty() || statuses.contains(status);
        TaskStatus::ALL
            .iter()
            .filter(|status| asked(status))
            .map(|status| self.count(task_name(*status)))
            .sum()
    }

    /// A counter below zero is wrong, which a recount finds; nobody is shown it.
    fn count(&self, name: &str) -> u64 {
        self.0.get(name).and_then(|count| u64::try_from(*count).ok()).unwrap_or(0)
    }
}

/// How many leads that are not archived were created on each of these days.
pub(crate) async fn leads_created(
    reader: &mut Reader,
    range: OwnerRange,
    days: &[NaiveDate],
) -> Result<Vec<u64>, StoreError> {
    let (Some(first), Some(last)) = (days.iter().min(), days.iter().max()) else { return Ok(Vec::new()) };
    let Some(owner) = owner_of(range) else { return Ok(vec![0; days.len()]) };
    let of_days = doc! { "$gte": day_code(*first), "$lte": day_code(*last) };
    let find = Find::all(doc! { "owner": owner.bson(), "day": of_days }).by(BY_OWNER);
    let shelves = shelves(reader.all(COLLECTION, find).await?)?;
    let count = |day: &NaiveDate| {
        let shelf = Shelf { owner, day: day_code(*day) };
        let count = shelves.get(&shelf).and_then(|counters| counters.get(LEADS_CREATED));
        count.and_then(|count| u64::try_from(*count).ok()).unwrap_or(0)
    };
    Ok(days.iter().map(count).collect())
}

/// How many tasks that are not done are due on a day before this one, or on this one before so many hours of it are over.
pub(crate) async fn tasks_due_before(
    reader: &mut Reader,
    range: OwnerRange,
    day: NaiveDate,
    hours: u32,
) -> Result<u64, StoreError> {
    let Some(owner) = owner_of(range) else { return Ok(0) };
    let today = day_code(day);
    let within = (0..hours).map(|hour| format!("$n.{}", due_within(hour)));
    // Adding names that are not there to nothing gives nothing; the list adds up what is there.
    let of_today = doc! { "$sum": within.collect::<Vec<_>>() };
    let due = doc! { "$cond": [{ "$lt": ["$day", today] }, format!("$n.{TASKS_DUE}"), of_today] };
    let pipeline = vec![
        doc! { "$match": { "owner": owner.bson(), "day": { "$gt": NO_DAY, "$lte": today } } },
        doc! { "$group": { "_id": Bson::Null, "n": { "$sum": due } } },
    ];
    let summed = reader.aggregate(COLLECTION, pipeline, Some(BY_OWNER)).await?;
    let count = summed.first().map_or(0, |found| found.get("n").and_then(documents::integer).unwrap_or(0));
    Ok(u64::try_from(count).unwrap_or(0))
}

/// The statement that holds while the calendar is this one, and that meets whoever changes it.
pub(crate) fn rest_on_calendar(calendar: Calendar, lane: u8) -> Document {
    doc! {
        "q": { "_id": { "lane": i32::from(lane) }, "zone": calendar.zone_name() },
        "u": { "$inc": { "touched": 1_i64 } },
    }
}

/// The statement that puts another calendar in the place of a lane's, or leaves it as it is but meets everybody.
pub(crate) fn put_calendar(calendar: Option<Calendar>, lane: u8) -> Document {
    let mut update = doc! { "$inc": { "touched": 1_i64 } };
    if let Some(calendar) = calendar {
        update.insert("$set", doc! { "zone": calendar.zone_name() });
    }
    doc! { "q": { "_id": { "lane": i32::from(lane) } }, "u": update }
}

/// The statement that makes a lane where there is none.
pub(crate) fn new_lane(lane: u8) -> Document {
    let first = doc! { "$setOnInsert": { "zone": "UTC", "touched": 0_i64 } };
    doc! { "q": { "_id": { "lane": i32::from(lane) } }, "u": first, "upsert": true }
}

/// What the documents of the lanes that name the zone are told from counters by.
pub(crate) fn counters_only() -> Document {
    doc! { "zone": { "$exists": false } }
}

/// The statements that change the counters by so much, in this lane.
pub(crate) fn add(shelves: &Shelves, lane: u8) -> impl Iterator<Item = Document> {
    shelves.iter().map(move |(shelf, counters)| {
        let by: Document =
            counters.iter().map(|(name, by)| (format!("n.{name}"), Bson::Int64(*by))).collect();
        let (owner, day) = (shelf.owner.bson(), shelf.day);
        doc! {
            "q": { "_id": { "owner": &owner, "day": day, "lane": i32::from(lane) } },
            "u": { "$inc": by, "$setOnInsert": { "owner": &owner, "day": day } },
            "upsert": true,
        }
    })
}

/// The shelves of these changes, none with nothing on it.
pub(crate) fn arranged(deltas: &Deltas) -> Shelves {
    let mut shelves = Shelves::new();
    for (counter, by) in deltas {
        let (owner, day, name) = place(counter);
        for owner in [owner, Owner::Everybody] {
            let counters = shelves.entry(Shelf { owner, day }).or_default();
            *counters.entry(name.clone().into_owned()).or_default() += by;
        }
    }
    tidy(&mut shelves);
    shelves
}

/// Takes away what counts nothing.
pub(crate) fn tidy(shelves: &mut Shelves) {
    for counters in shelves.values_mut() {
        counters.retain(|_, by| *by != 0);
    }
    shelves.retain(|_, counters| !counters.is_empty());
}

/// Every counter that counts something.
pub(crate) async fn all(reader: &mut Reader) -> Result<Shelves, StoreError> {
    let mut shelves = shelves(reader.all(COLLECTION, Find::all(counters_only())).await?)?;
    tidy(&mut shelves);
    Ok(shelves)
}

/// The counters of these documents, their lanes summed up.
fn shelves(documents: Vec<RawDocumentBuf>) -> Result<Shelves, StoreError> {
    let mut shelves = Shelves::new();
    for document in documents {
        let unreadable = || corrupt("counter", "of the tallies".to_owned(), "it is no counter");
        let document = Document::try_from(document).map_err(|_| unreadable())?;
        let owner = document.get("owner").and_then(Owner::read).ok_or_else(unreadable)?;
        let day = document.get("day").and_then(documents::integer).ok_or_else(unreadable)?;
        let counters = shelves.entry(Shelf { owner, day }).or_default();
        for (name, count) in document.get_document("n").map_err(|_| unreadable())? {
            *counters.entry(name.clone()).or_default() += documents::integer(count).ok_or_else(unreadable)?;
        }
    }
    Ok(shelves)
}

impl Owner {
    fn bson(self) -> Bson {
        match self {
            Self::Everybody => Bson::from(EVERYBODY),
            Self::Nobody => owner::write(None),
            Self::User(user) => owner::write(Some(user)),
        }
    }

    fn read(value: &Bson) -> Option<Self> {
        if value.as_str() == Some(EVERYBODY) {
            return Some(Self::Everybody);
        }
        owner::read(value).ok().map(|owner| owner.map_or(Self::Nobody, Self::User))
    }
}

impl std::fmt::Display for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.day != NO_DAY {
            let day = i32::try_from(self.day).ok().and_then(NaiveDate::from_num_days_from_ce_opt);
            match day {
                Some(day) => write!(f, "{day} ")?,
                None => write!(f, "day {} ", self.day)?,
            }
        }
        match self.owner {
            Owner::Everybody => write!(f, "of everybody"),
            Owner::Nobody => write!(f, "of nobody"),
            Owner::User(user) => write!(f, "of {user}"),
        }
    }
}

/// Whose counter it is, of which day, and its name.
fn place(counter: &TallyKey) -> (Owner, i64, Cow<'static, str>) {
    let of = |owner: Option<UserId>| owner.map_or(Owner::Nobody, Owner::User);
    match *counter {
        TallyKey::Leads { owner, status, archived } => {
            (of(owner), NO_DAY, lead_name(status, archived).into())
        }
        TallyKey::LeadsCreated { owner, day } => (of(owner), day_code(day), LEADS_CREATED.into()),
        TallyKey::Customers { owner } => (Owner::User(owner), NO_DAY, CUSTOMERS.into()),
        TallyKey::Tasks { owner, status } => (Owner::User(owner), NO_DAY, task_name(status).into()),
        TallyKey::TasksDue { owner, day } => (Owner::User(owner), day_code(day), TASKS_DUE.into()),
        TallyKey::TasksDueWithin { owner, day, hour } => {
            (Owner::User(owner), day_code(day), due_within(hour).into())
        }
    }
}

fn lead_name(status: LeadStatus, archived: bool) -> &'static str {
    match (status, archived) {
        (LeadStatus::New, false) => "leads_new",
        (LeadStatus::New, true) => "leads_new_archived",
        (LeadStatus::InProgress, false) => "leads_in_progress",
        (LeadStatus::InProgress, true) => "leads_in_progress_archived",
        (LeadStatus::ClosedWon, false) => "leads_closed_won",
        (LeadStatus::ClosedWon, true) => "leads_closed_won_archived",
        (LeadStatus::ClosedLost, false) => "leads_closed_lost",
        (LeadStatus::ClosedLost, true) => "leads_closed_lost_archived",
    }
}

fn task_name(status: TaskStatus) -> &'static str {
    match status {
        TaskStatus::Open => "tasks_open",
        TaskStatus::InProgress => "tasks_in_progress",
        TaskStatus::Done => "tasks_done",
    }
}

fn due_within(hour: u32) -> String {
    format!("{DUE_WITHIN}{hour}")
}

/// Whether a counter of this name counts what is due by the hour.
pub(crate) fn is_by_hour(name: &str) -> bool {
    name.starts_with(DUE_WITHIN)
}

/// Days are numbered from the first of the year 1.
fn day_code(day: NaiveDate) -> i64 {
    i64::from(day.num_days_from_ce())
}

/// The owner under whom a range is counted; none for the empty range.
fn owner_of(range: OwnerRange) -> Option<Owner> {
    match range {
        OwnerRange::Empty => None,
        OwnerRange::Everyone => Some(Owner::Everybody),
        OwnerRange::Nobody => Some(Owner::Nobody),
        OwnerRange::User(user) => Some(Owner::User(user)),
    }
}
