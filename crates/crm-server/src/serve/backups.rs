//! Backups of the embedded store, made by the server itself so often.
//!
//! When the next one is due follows from the name of the newest one in the folder: neither a restart nor a crash begins
//! the count anew. One that fails is told in the log and tried again, and never ends the server.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crm_app::context::Ctx;
use crm_domain::timestamp::Timestamp;
use crm_sqlite::backup::make::make;
use crm_sqlite::backup::stop::Stop;

use crate::backup::folder::BackupFolder;
use crate::command_error::with_causes;
use crate::settings::Settings;
use crate::settings::store_url::StoreUrl;

/// How often is looked whether one is due: a clock that was put right, or a machine that slept, is noticed.
const LOOK_EVERY: Duration = Duration::from_mins(1);
/// How long after one that failed the next is tried.
const AGAIN_AFTER: Duration = Duration::from_mins(10);

/// When backups are made, and how many are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    store: PathBuf,
    folder: BackupFolder,
    every: Duration,
    keep: usize,
}

impl Schedule {
    /// That of the settings; none where they ask for none, or the store is none that this program keeps itself.
    pub fn of(settings: &Settings) -> Option<Self> {
        let every = settings.backup.every()?;
        match &settings.store.url {
            StoreUrl::Memory | StoreUrl::Mongo(_) => None,
            StoreUrl::File(store) => Some(Self {
                store: store.clone(),
                folder: BackupFolder::at(settings.backup.folder.clone()),
                every,
                keep: settings.backup.keep_last,
            }),
        }
    }

    /// Where they are put.
    pub fn folder(&self) -> &BackupFolder {
        &self.folder
    }

    /// How long from one to the next.
    pub fn every(&self) -> Duration {
        self.every
    }

    /// When the next one is due: at once where there is none.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn due(&self, now: Timestamp) -> std::io::Result<Timestamp> {
        Ok(self.folder.newest(now)?.map_or(now, |newest| newest.plus(self.every)))
    }
}

/// Makes them for as long as the future is polled. Dropped in the midst of one, it stops that one.
pub(super) async fn keep_making(ctx: Ctx, schedule: Option<Schedule>) {
    let Some(schedule) = schedule else { return };
    let mut failed: Option<Timestamp> = None;
    let mut told = None;
    loop {
        let now = ctx.now();
        let may_be_tried = failed.is_none_or(|at| now.since(at) >= AGAIN_AFTER || now < at);
        match schedule.due(now) {
            Ok(due) if due > now => {
                if told != Some(due) {
                    tracing::info!(%due, folder = %schedule.folder.path().display(), "the next backup is due");
                    told = Some(due);
                }
            }
            Ok(_) if may_be_tried => {
                failed = if is_in_its_place(&ctx).await && make_one(&schedule, now).await {
                    None
                } else {
                    Some(now)
                };
                // The next one is told at once.
                if failed.is_none() {
                    continue;
                }
            }
            Err(error) if may_be_tried => {
                let folder = schedule.folder.path().display();
                tracing::error!(%error, %folder, "no backup is made: the folder cannot be read; trying again in 10 minutes");
                failed = Some(now);
            }
            Ok(_) | Err(_) => {}
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Whether the store is the one that is served: a backup of what has taken its place would push out good ones.
async fn is_in_its_place(ctx: &Ctx) -> bool {
    match ctx.stores.workspaces.ping().await {
        Ok(()) => true,
        Err(error) => {
            let error = with_causes(&error);
            tracing::error!(%error, "no backup is made of this store; trying again in 10 minutes");
            false
        }
    }
}

/// Makes one and lets go of the oldest; says whether there is a new one.
async fn make_one(schedule: &Schedule, now: Timestamp) -> bool {
    let stop = StopWhenDropped(Stop::default());
    let (to, asked, begun) = (schedule.folder.store_of(now), stop.0.clone(), Instant::now());
    let (store, path) = (schedule.store.clone(), to.clone());
    let made = tokio::task::spawn_blocking(move || make(&store, &path, &asked)).await;
    let backup = to.display();
    match made {
        Ok(Ok(made)) => {
            let duration_ms = begun.elapsed().as_millis();
            tracing::info!(%backup, bytes = made.bytes, sha256 = made.sha256, duration_ms, "a backup was made");
            prune(schedule, to).await;
            true
        }
        Ok(Err(error)) => failed(&to, &error),
        Err(error) => failed(&to, &error),
    }
}

fn failed(backup: &Path, error: &dyn std::error::Error) -> bool {
    let (backup, error) = (backup.display(), with_causes(error));
    tracing::error!(%error, %backup, "a backup was NOT made; trying again in 10 minutes");
    false
}

async fn prune(schedule: &Schedule, made: PathBuf) {
    let (folder, keep) = (schedule.folder.clone(), schedule.keep);
    match tokio::task::spawn_blocking(move || folder.prune(keep, &made)).await {
        Ok(Ok(0)) => {}
        Ok(Ok(backups)) => tracing::info!(backups, "old backups were removed"),
        Ok(Err(error)) => unpruned(&error),
        Err(error) => unpruned(&error),
    }
}

fn unpruned(error: &dyn std::error::Error) {
    tracing::warn!(%error, "old backups could not be removed; trying again with the next one");
}

/// A backup in the making goes on when nobody waits for it any more, and would keep the program from ending.
struct StopWhenDropped(Stop);

impl Drop for StopWhenDropped {
    fn drop(&mut self) {
        self.0.stop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: u64) -> Timestamp {
        Timestamp::parse("2026-03-20T00:00:00Z").unwrap().plus(Duration::from_hours(hour))
    }

    #[test]
    fn one_is_due_at_once_and_then_so_long_after_the_newest_whoever_asks() {
        let folder = tempfile::tempdir().unwrap();
        let schedule = Schedule {
            store: folder.path().join("crm.db"),
            folder: BackupFolder::at(folder.path().join("backups")),
            every: Duration::from_hours(24),
            keep: 2,
        };
        assert_eq!(schedule.due(at(5)).unwrap(), at(5));
        std::fs::create_dir(schedule.folder.path()).unwrap();
        for hour in [1, 7] {
            std::fs::write(schedule.folder.store_of(at(hour)), "x").unwrap();
        }
        for now in [7, 8, 40] {
            assert_eq!(schedule.due(at(now)).unwrap(), at(31), "asked at {now}");
        }
        // What a clock that was ahead has left puts nothing off.
        assert_eq!(schedule.due(at(6)).unwrap(), at(25));
    }
}
