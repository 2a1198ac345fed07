//! Looking after a whole store.

mod check;
pub(crate) mod clear;
mod recount;

use std::sync::Arc;

use async_trait::async_trait;
use crm_app::commit::{Commit, Verdict};
use crm_app::error::StoreError;
use crm_app::ports::maintenance::{Inventory, Maintenance, TallyDifference};
use crm_app::tally::{self, Deltas};
use crm_domain::calendar::Calendar;
use rusqlite::Connection;

use crate::archive::indexes;
use crate::commit::undone::{self, Undone};
use crate::commit::{Applied, apply};
use crate::db::Db;
use crate::engine::job::Written;
use crate::store::{SqliteStore, load};
use crate::{tallies, workspace};

#[async_trait]
impl Maintenance for SqliteStore {
    async fn set_calendar(&self, calendar: Calendar) -> Result<(), StoreError> {
        let mirror = Arc::clone(self.mirror());
        self.write_or_fail(move |conn| {
            workspace::set_calendar(conn, calendar)?;
            recount::move_due_moments(conn, calendar)?;
            recount::everything(conn, calendar)?;
            let snapshot = load(conn)?;
            Ok(Written::then((), move || mirror.replace(snapshot)))
        })
        .await
    }

    async fn recount(&self, repair: bool) -> Result<Vec<TallyDifference>, StoreError> {
        if !repair {
            return self.long_snapshot(|db| recount::differences(db.connection())).await;
        }
        self.write_or_fail(|conn| {
            let differences = recount::differences(conn)?;
            if !differences.is_empty() {
                recount::everything(conn, workspace::calendar(&Db::new(conn))?)?;
            }
            Ok(Written::plain(differences))
        })
        .await
    }

    async fn inventory(&self) -> Result<Inventory, StoreError> {
        self.long_snapshot(|db| {
            let count = |sql| -> rusqlite::Result<u64> {
                let count: i64 = db.prepare(sql)?.query_row([], |row| row.get(0))?;
                Ok(u64::try_from(count).unwrap_or(0))
            };
            Ok(Inventory {
                users: count("SELECT count(*) FROM user")?,
                leads: count("SELECT count(*) FROM lead")?,
                customers: count("SELECT count(*) FROM customer")?,
                notes: count("SELECT count(*) FROM note")?,
                tasks: count("SELECT count(*) FROM task")?,
                activities: count("SELECT count(*) FROM activity")?,
            })
        })
        .await
    }

    async fn load(&self, commits: Vec<Arc<Commit>>) -> Result<(), StoreError> {
        let mirror = Arc::clone(self.mirror());
        let loaded =
            self.write(move |conn| load_all(conn, &commits).map(|()| follow(commits, mirror))).await?;
        match loaded {
            Ok(()) => Ok(()),
            Err(Undone::Verdict(verdict)) => Err(StoreError::Unavailable(refused(verdict).into())),
            Err(Undone::Store(error)) => Err(error),
        }
    }

    async fn clear(&self) -> Result<(), StoreError> {
        let mirror = Arc::clone(self.mirror());
        self.write_or_fail(move |conn| {
            clear::everything(conn)?;
            indexes::make_all(conn)?;
            let snapshot = load(conn)?;
            Ok(Written::then((), move || mirror.replace(snapshot)))
        })
        .await
    }

    async fn check(&self) -> Result<Vec<String>, StoreError> {
        self.long_snapshot(check::problems).await
    }
}

/// Applies all commits, and changes each counter once for all of them.
fn load_all(conn: &Connection, commits: &[Arc<Commit>]) -> undone::Written<()> {
    let calendar = workspace::calendar(&Db::new(conn)).map_err(undone::store)?;
    let mut deltas = Deltas::new();
    for commit in commits {
        match apply(conn, commit, calendar)? {
            Applied::Before => {}
            Applied::Now => {
                for (counter, by) in tally::deltas(&commit.changes, &calendar) {
                    *deltas.entry(counter).or_default() += by;
                }
            }
        }
    }
    tallies::add(conn, &deltas)?;
    Ok(())
}

/// What was applied before is taken over again, which changes nothing.
fn follow(commits: Vec<Arc<Commit>>, mirror: Arc<crm_app::mirror::Mirror>) -> Written<()> {
    Written::then((), move || {
        for commit in commits {
            mirror.apply(&commit.changes);
        }
    })
}

fn refused(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Applied => "a commit was applied that was not",
        Verdict::Stale => "a commit rests on something that has changed",
        Verdict::Duplicate(_) => "a commit uses a key that is taken",
    }
}
