//! Counting everything anew.

use std::collections::{BTreeMap, BTreeSet};

use bson::{Document, RawDocumentBuf};
use crm_app::error::StoreError;
use crm_app::ports::maintenance::TallyDifference;
use crm_app::tally::{self, Deltas};
use crm_domain::calendar::Calendar;
use crm_domain::customer::Customer;
use crm_domain::lead::Lead;
use crm_domain::task::Task;
use crm_domain::version::Versioned;

use crate::documents::{self, record_only};
use crate::reader::{Find, Reader};
use crate::tallies::{self, Shelf, Shelves};
use crate::workspace;

/// The counters as they are kept and as they should be, of one moment.
pub(super) struct Recount {
    kept: Shelves,
    counted: Shelves,
}

/// Counts everything.
pub(super) async fn find(reader: &mut Reader) -> Result<Recount, StoreError> {
    let calendar = workspace::calendar(reader).await?;
    let kept = tallies::all(reader).await?;
    Ok(Recount { kept, counted: count(reader, calendar).await? })
}

/// Counts what is due by the hour, and nothing else. A task that cannot be read is left out: whoever reads it is told.
pub(super) async fn find_hours(reader: &mut Reader) -> Result<Recount, StoreError> {
    let calendar = workspace::calendar(reader).await?;
    let mut kept = tallies::all(reader).await?;
    let mut deltas = Deltas::new();
    each(reader, "tasks", |document| {
        match documents::read::<Versioned<Task>>(&document) {
            Ok(task) => tally::count_task(&mut deltas, task.record(), &calendar, 1),
            Err(error) => tracing::error!(%error, "is not counted"),
        }
        Ok(())
    })
    .await?;
    let mut counted = tallies::arranged(&deltas);
    for shelves in [&mut kept, &mut counted] {
        for counters in shelves.values_mut() {
            counters.retain(|name, _| tallies::is_by_hour(name));
        }
        tallies::tidy(shelves);
    }
    Ok(Recount { kept, counted })
}

/// The counters as they should be under this calendar.
pub(super) async fn count(reader: &mut Reader, calendar: Calendar) -> Result<Shelves, StoreError> {
    let mut deltas = Deltas::new();
    each(reader, "leads", |document| {
        let lead: Versioned<Lead> = documents::read(&document)?;
        tally::count_lead(&mut deltas, lead.record(), &calendar, 1);
        Ok(())
    })
    .await?;
    each(reader, "customers", |document| {
        let customer: Versioned<Customer> = documents::read(&document)?;
        tally::count_customer(&mut deltas, customer.record(), 1);
        Ok(())
    })
    .await?;
    each(reader, "tasks", |document| {
        let task: Versioned<Task> = documents::read(&document)?;
        tally::count_task(&mut deltas, task.record(), &calendar, 1);
        Ok(())
    })
    .await?;
    Ok(tallies::arranged(&deltas))
}

impl Recount {
    /// Whether every counter is as it should be.
    pub(super) fn is_sound(&self) -> bool {
        self.kept == self.counted
    }

    /// The counters that are not as they should be.
    pub(super) fn differences(&self) -> Vec<TallyDifference> {
        self.compared()
            .map(|(shelf, name, kept, counted)| TallyDifference {
                key: format!("{name} {shelf}"),
                kept,
                counted,
            })
            .collect()
    }

    /// What must be added to the counters.
    pub(super) fn corrections(&self) -> Shelves {
        let mut corrections = Shelves::new();
        for (shelf, name, kept, counted) in self.compared() {
            corrections
                .entry(shelf.clone())
                .or_default()
                .insert(name.to_owned(), counted.saturating_sub(kept));
        }
        corrections
    }

    fn compared(&self) -> impl Iterator<Item = (&Shelf, &str, i64, i64)> {
        let nothing: &'static BTreeMap<String, i64> = const { &BTreeMap::new() };
        let shelves: BTreeSet<&Shelf> = self.kept.keys().chain(self.counted.keys()).collect();
        shelves.into_iter().flat_map(move |shelf| {
            let kept = self.kept.get(shelf).unwrap_or(nothing);
            let counted = self.counted.get(shelf).unwrap_or(nothing);
            let names: BTreeSet<&String> = kept.keys().chain(counted.keys()).collect();
            let of = |counters: &BTreeMap<String, i64>, name| counters.get(name).copied().unwrap_or(0);
            names
                .into_iter()
                .map(move |name| (shelf, name.as_str(), of(kept, name), of(counted, name)))
                .filter(|(_, _, kept, counted)| kept != counted)
        })
    }
}

async fn each(
    reader: &mut Reader,
    collection: &str,
    count: impl FnMut(RawDocumentBuf) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    reader.each(collection, Find::all(Document::new()).fields(record_only()), count).await
}
