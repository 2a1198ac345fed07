//! Looking after a whole store.

mod check;
mod exclusive;
mod recount;

use std::sync::Arc;

use async_trait::async_trait;
use bson::Document;
use crm_app::commit::{Commit, Verdict};
use crm_app::error::StoreError;
use crm_app::ports::maintenance::{Inventory, Maintenance, TallyDifference};
use crm_domain::calendar::Calendar;
use tokio::time::Instant;

use crate::commit::Held;
use crate::commit::plan::Plan;
use crate::commit::step::{Short, Verb};
use crate::commit::transaction::{Outcome, carry_out};
use crate::reader::Reader;
use crate::store::{Inner, MongoStore, defect};
use crate::{commit, following, tallies, workspace};
use exclusive::Work;
use recount::Recount;

#[async_trait]
impl Maintenance for MongoStore {
    async fn set_calendar(&self, calendar: Calendar) -> Result<(), StoreError> {
        self.exclusively(Work::SetCalendar(calendar)).await
    }

    async fn recount(&self, repair: bool) -> Result<Vec<TallyDifference>, StoreError> {
        if !repair {
            return self
                .long_snapshot(
                    |mut reader| async move { Ok(recount::find(&mut reader).await?.differences()) },
                )
                .await;
        }
        let inner = Arc::clone(self.inner());
        let deadline = inner.options.long_deadline;
        let call = async move { corrected(&inner, Instant::now() + inner.options.long_deadline).await };
        self.inner().calls.within(deadline, call).await
    }

    async fn inventory(&self) -> Result<Inventory, StoreError> {
        self.long_snapshot(|mut reader| async move {
            Ok(Inventory {
                users: count(&mut reader, "users").await?,
                leads: count(&mut reader, "leads").await?,
                customers: count(&mut reader, "customers").await?,
                notes: count(&mut reader, "notes").await?,
                tasks: count(&mut reader, "tasks").await?,
                activities: count(&mut reader, "activities").await?,
            })
        })
        .await
    }

    async fn load(&self, commits: Vec<Arc<Commit>>) -> Result<(), StoreError> {
        let inner = Arc::clone(self.inner());
        let deadline = inner.options.long_deadline;
        let call = async move { commit::load(&inner, commits, Instant::now() + deadline).await };
        self.inner().calls.within(deadline, call).await
    }

    async fn clear(&self) -> Result<(), StoreError> {
        self.exclusively(Work::Clear).await
    }

    async fn check(&self) -> Result<Vec<String>, StoreError> {
        self.long_snapshot(|mut reader| async move { check::problems(&mut reader).await }).await
    }
}

impl MongoStore {
    async fn exclusively(&self, work: Work) -> Result<(), StoreError> {
        let inner = Arc::clone(self.inner());
        let deadline = inner.options.long_deadline;
        let call = async move {
            exclusive::run(&inner, work, Instant::now() + deadline).await?;
            following::reload(&inner).await
        };
        self.inner().calls.within(deadline, call).await
    }
}

async fn count(reader: &mut Reader, collection: &str) -> Result<u64, StoreError> {
    reader.count(collection, Document::new(), Some("_id_"), u64::MAX).await
}

/// Counts what is due by the hour if no program has that knew of it. All other counters stay as they are. May be broken off
/// and begun again, also by several servers at once.
pub(crate) async fn count_hours_if_missing(inner: &Inner) -> Result<(), StoreError> {
    let until = Instant::now() + inner.options.long_deadline;
    loop {
        let mut reader = Reader::snapshot(inner.source(), inner.options.long_deadline).await?;
        if workspace::tally_version(&mut reader).await? == Some(i64::from(tallies::TALLY_VERSION)) {
            return Ok(());
        }
        tracing::info!("what is due by the hour is counted");
        let found = recount::find_hours(&mut reader).await?;
        if correct(inner, &mut reader, &found, tallies::version(), until).await? {
            return Ok(());
        }
    }
}

async fn corrected(inner: &Inner, until: Instant) -> Result<Vec<TallyDifference>, StoreError> {
    loop {
        let mut reader = Reader::snapshot(inner.source(), inner.options.long_deadline).await?;
        let found = recount::find(&mut reader).await?;
        if found.is_sound() {
            return Ok(Vec::new());
        }
        if correct(inner, &mut reader, &found, Document::new(), until).await? {
            return Ok(found.differences());
        }
    }
}

/// Corrects the counters by what they were wrong by at the moment that the reader sees, which stays right whatever commits
/// count meanwhile; and writes this about the workspace. Says no if the calendar has changed or somebody else has corrected
/// them since.
async fn correct(
    inner: &Inner,
    reader: &mut Reader,
    found: &Recount,
    noted: Document,
    until: Instant,
) -> Result<bool, StoreError> {
    let calendar = workspace::calendar(reader).await?;
    let mut plan = Plan::correction(found.corrections(), calendar);
    plan.push("workspace", Verb::Update, Short::Stale, workspace::correction(reader, noted).await?);
    let held = Held::default();
    held.take(inner, &[], &[], until).await?;
    match carry_out(inner, &plan, until, &held).await? {
        Outcome::Judged(Verdict::Applied) => Ok(true),
        Outcome::Judged(Verdict::Stale) | Outcome::Calendar => Ok(false),
        Outcome::Judged(Verdict::Duplicate(_)) => Err(defect("a correction has no key")),
    }
}
