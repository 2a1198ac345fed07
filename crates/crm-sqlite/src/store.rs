//! The embedded store as the use cases see it: every port of `crm-app`, on one engine.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use crm_app::breaker::{Breaker, BreakerStats};
use crm_app::deadline;
use crm_app::error::StoreError;
use crm_app::mirror::{Mirror, Snapshot};
use crm_app::open_mode::OpenMode;
use crm_app::search_rebuild::ProgressLog;
use crm_domain::calendar::Calendar;
use rusqlite::Connection;

use crate::db::{Db, Outcome};
use crate::engine::Engine;
use crate::engine::error::{Cause, EngineError, JobError, OpenError};
use crate::engine::job::{Answer, Written};
use crate::engine::location::Location;
use crate::engine::options::Options;
use crate::engine::stats::Stats;
use crate::engine::watch::Hooks;
use crate::rows::user;
use crate::schema::MIGRATIONS;
use crate::wait::wait;
use crate::{hours, rebuild_search_keys, workspace};

/// How long the store may take to say that it can do its work.
const PROBED_WITHIN: Duration = Duration::from_secs(1);

/// An open embedded store. Dropping it finishes what is queued and closes the file.
pub struct SqliteStore {
    engine: Engine,
    mirror: Arc<Mirror>,
    reads: Breaker,
    writes: Breaker,
    deadline: Duration,
}

impl SqliteStore {
    /// Opens the store and fills the mirror, which it keeps in step from then on, also with what other processes commit.
    /// Whether it is made where there is none, and brought up to date, [`Options::mode`] says. Blocks.
    ///
    /// # Errors
    /// Any [`OpenError`]; [`OpenError::Load`] if what is to be held in memory cannot be read.
    pub fn open(location: &Location, options: &Options, mirror: Arc<Mirror>) -> Result<Arc<Self>, OpenError> {
        let followed = Arc::clone(&mirror);
        let hooks = Hooks {
            on_foreign_change: Box::new(move |conn| {
                followed.replace(load(conn).map_err(told)?);
                Ok(())
            }),
        };
        let engine = Engine::open(location, MIGRATIONS, options, hooks)?;
        let store = Self {
            engine,
            mirror,
            reads: Breaker::new("reads", options.breaker),
            writes: Breaker::new("writes", options.breaker),
            deadline: options.deadline,
        };
        wait(store.bring_up_to_date(options.mode))?;
        wait(store.fill_mirror()).map_err(|error| OpenError::Load(Box::new(error)))?;
        Ok(Arc::new(store))
    }

    /// An empty store in memory, for tests and demonstrations.
    ///
    /// # Errors
    /// Any [`OpenError`].
    pub fn memory(mirror: Arc<Mirror>) -> Result<Arc<Self>, OpenError> {
        Self::open(&Location::Memory, &Options::default(), mirror)
    }

    /// How much waits and how much was done, for a gauge.
    pub fn stats(&self) -> Stats {
        self.engine.stats()
    }

    /// The machinery below it, for programs that test what happens while it is busy.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// What its breakers have done, for a gauge.
    pub fn breakers(&self) -> [BreakerStats; 2] {
        [self.reads.stats(), self.writes.stats()]
    }

    /// Rebuilds the search keys that another version has made and the counters that an older one has not, if the mode
    /// allows it; counters that are left out are no reason to refuse the store.
    async fn bring_up_to_date(&self, mode: OpenMode) -> Result<(), OpenError> {
        let failed = |error| OpenError::Load(Box::new(error));
        let look = self.long_snapshot(|db| {
            let conn = db.connection();
            Ok((rebuild_search_keys::is_due(conn)?, workspace::is_new(conn)?))
        });
        let (is_outdated, is_new) = look.await.map_err(failed)?;
        match mode {
            OpenMode::Migrate => {}
            OpenMode::CreateIfEmpty if is_new => {}
            OpenMode::Existing if is_new => return Ok(()),
            OpenMode::CreateIfEmpty | OpenMode::Existing if is_outdated => {
                return Err(OpenError::OutdatedSearchKeys);
            }
            OpenMode::CreateIfEmpty | OpenMode::Existing => return Ok(()),
        }
        if is_outdated {
            self.rebuild_search_keys().await.map_err(failed)?;
        }
        if self.long_snapshot(|db| hours::are_missing(db.connection())).await.map_err(failed)? {
            self.write_or_fail(|conn| hours::count(conn).map(Written::plain)).await.map_err(failed)?;
        }
        Ok(())
    }

    /// Fills the mirror on the writer's own thread, so that no reload that another process caused comes between the
    /// reading and the filling.
    async fn fill_mirror(&self) -> Result<(), StoreError> {
        let mirror = Arc::clone(&self.mirror);
        self.write_or_fail(move |conn| {
            let snapshot = load(conn)?;
            Ok(Written::then((), move || mirror.replace(snapshot)))
        })
        .await
    }

    /// Rebuilds the keys that another normalization has made, batch by batch.
    async fn rebuild_search_keys(&self) -> Result<(), StoreError> {
        let mut log = ProgressLog::default();
        let batch = |conn: &Connection| rebuild_search_keys::next_batch(conn).map(Written::plain);
        while let Some(progress) = self.write_or_fail(batch).await? {
            log.report(progress);
        }
        Ok(())
    }

    pub(crate) fn mirror(&self) -> &Arc<Mirror> {
        &self.mirror
    }

    /// Runs a job of one statement.
    pub(crate) async fn read<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        F: FnOnce(&Db<'_>) -> Outcome<T> + Send + 'static,
        T: Send + 'static,
    {
        self.in_time(self.engine.read(move |conn| job(&Db::new(conn)))).await
    }

    /// Runs a job all of whose statements see the same state.
    pub(crate) async fn snapshot<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        F: FnOnce(&Db<'_>) -> Outcome<T> + Send + 'static,
        T: Send + 'static,
    {
        self.in_time(self.engine.read_snapshot(move |conn| job(&Db::new(conn)))).await
    }

    /// The same for an operator, who waits for as long as it takes.
    pub(crate) async fn long_snapshot<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        F: FnOnce(&Db<'_>) -> Outcome<T> + Send + 'static,
        T: Send + 'static,
    {
        let answer = self.engine.read_snapshot(move |conn| job(&Db::new(conn))).await;
        answer.map_err(store_error)?
    }

    /// The same for a job that reads a few pages of the file and no more; see [`Engine::glance`].
    pub(crate) async fn glance<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        F: FnOnce(&Db<'_>) -> Outcome<T> + Send + 'static,
        T: Send + 'static,
    {
        let left = deadline::left(self.deadline);
        self.in_time(self.engine.glance(left, move |conn| job(&Db::new(conn)))).await
    }

    /// The same past all other reads and past the breaker, if the store has no fault: whether it can do its work.
    pub(crate) async fn probe<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        F: FnOnce(&Db<'_>) -> Outcome<T> + Send + 'static,
        T: Send + 'static,
    {
        let probed = self.engine.probe(move |conn| job(&Db::new(conn)));
        let answer = tokio::time::timeout(PROBED_WITHIN, probed).await;
        answer.unwrap_or(Err(EngineError::Unavailable(Cause::Late))).map_err(store_error)?
    }

    /// Waits for a read, no longer than anybody should.
    async fn in_time<T, F>(&self, reading: F) -> Result<T, StoreError>
    where
        F: Future<Output = Answer<T, StoreError>> + Send,
    {
        let call = async {
            let answer = tokio::time::timeout(deadline::left(self.deadline), reading).await;
            answer.unwrap_or(Err(EngineError::Unavailable(Cause::Late))).map_err(store_error)?
        };
        self.reads.pass(self.deadline, is_silence, call).await
    }

    /// Runs a job that writes and may decide against it.
    pub(crate) async fn write<T, E, F>(&self, job: F) -> Result<Result<T, E>, StoreError>
    where
        F: FnOnce(&Connection) -> Result<Written<T>, JobError<E>> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        let call = async { self.engine.write(job).await.map_err(write_error) };
        self.writes.pass(self.deadline, is_silence, call).await
    }

    /// Runs a job that writes and can only fail.
    pub(crate) async fn write_or_fail<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        F: FnOnce(&Connection) -> Outcome<Written<T>> + Send + 'static,
        T: Send + 'static,
    {
        self.write(job).await?
    }
}

/// Reads what the mirror holds, as of one moment.
pub(crate) fn load(conn: &Connection) -> Outcome<Snapshot> {
    let db = Db::new(conn);
    let users = db.all(user::ALL, [], user::read_card)?;
    let calendar: Calendar = workspace::calendar(&db)?;
    Ok(Snapshot::new(users, calendar))
}

fn told(error: JobError<StoreError>) -> Box<dyn std::error::Error + Send + Sync> {
    match error {
        JobError::Refused(error) => Box::new(error),
        JobError::Failed(error) => Box::new(error),
    }
}

/// What the engine could not do, in the words of the ports.
fn store_error(error: EngineError) -> StoreError {
    match error {
        EngineError::Full(_) => StoreError::Full,
        EngineError::Damaged(_) => {
            StoreError::Corrupt { what: "database file", id: "as a whole".to_owned(), cause: Box::new(error) }
        }
        EngineError::Unsure(_) => StoreError::OutcomeUnknown(Box::new(error)),
        EngineError::Unavailable(_) | EngineError::Defect(_) | EngineError::Panicked => {
            StoreError::Unavailable(Box::new(error))
        }
    }
}

/// The same of a write. A file that is damaged refuses all writes, whichever of them found it.
fn write_error(error: EngineError) -> StoreError {
    match error {
        EngineError::Damaged(_) => StoreError::Unavailable(Box::new(error)),
        EngineError::Full(_)
        | EngineError::Unsure(_)
        | EngineError::Unavailable(_)
        | EngineError::Defect(_)
        | EngineError::Panicked => store_error(error),
    }
}

/// Whether the store has not answered.
fn is_silence(error: &StoreError) -> bool {
    let (StoreError::Unavailable(cause) | StoreError::OutcomeUnknown(cause)) = error else { return false };
    cause.downcast_ref().is_some_and(EngineError::is_silence)
}
