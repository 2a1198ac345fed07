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
use crm_app::tally::TALLY_VERSION;
use crm_domain::calendar::Calendar;
use tokio::time::Instant;

use crate::commit::Held;
use crate::commit::plan::Plan;
use crate::commit::transaction::{Outcome, carry_out};
use crate::reader::Reader;
use crate::store::{Inner, MongoStore, defect};
use crate::{commit, following, tallies, workspace};
use exclusive::Work;

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

/// Counts everything anew if a program that counted otherwise has counted last. May be broken off and begun again.
pub(crate) async fn recount_if_outdated(inner: &Inner) -> Result<(), StoreError> {
    let deadline = inner.options.long_deadline;
    if workspace::tally_version(&mut inner.reader(deadline)).await? == Some(i64::from(TALLY_VERSION)) {
        return Ok(());
    }
    tracing::info!(version = TALLY_VERSION, "everything is counted anew");
    corrected(inner, Instant::now() + deadline).await?;
    workspace::note(inner, tallies::version()).await
}

/// Corrects the counters by what they were wrong by at one moment, which stays right whatever is counted meanwhile.
async fn corrected(inner: &Inner, until: Instant) -> Result<Vec<TallyDifference>, StoreError> {
    loop {
        let mut reader = Reader::snapshot(inner.source(), inner.options.long_deadline).await?;
        let calendar = workspace::calendar(&mut reader).await?;
        let found = recount::find(&mut reader).await?;
        if found.is_sound() {
            return Ok(Vec::new());
        }
        let held = Held::default();
        held.take(inner, &[], &[], until).await?;
        let plan = Plan::correction(found.corrections(), calendar);
        match carry_out(inner, &plan, until, &held).await? {
            Outcome::Judged(Verdict::Applied) => return Ok(found.differences()),
            Outcome::Judged(Verdict::Stale | Verdict::Duplicate(_)) => {
                return Err(defect("a correction did not hold"));
            }
            Outcome::Calendar => {}
        }
    }
}
