//! The distributed store as the use cases see it: every port of `crm-app`, on one client.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bson::{Document, doc};
use crm_app::breaker::{Breaker, BreakerStats};
use crm_app::deadline;
use crm_app::error::StoreError;
use crm_app::mirror::Mirror;
use crm_app::open_mode::OpenMode;
use crm_app::queue::Queue;
use mongodb::options::ClientOptions;
use mongodb::{Client, Database};
use tokio::time::Instant;

use crate::calls::Calls;
use crate::commit::abandoned::{self, Transactions};
use crate::error::{Failure, OpenError, is_change_of_primary, is_silence, store_error, unavailable};
use crate::following::Following;
use crate::gates::Gates;
use crate::inspect::Holds;
use crate::lanes::Lanes;
use crate::options::Options;
use crate::primary::{Primary, Source};
use crate::reader::Reader;
use crate::{following, inspect, maintenance, outdated, rebuild_search_keys, schema, server};

/// An open store on a replica set. Cheap calls: everything is shared.
pub struct MongoStore {
    inner: Arc<Inner>,
}

/// What the tasks of a store share.
pub(crate) struct Inner {
    pub(crate) db: Database,
    primary: Arc<Primary>,
    pub(crate) transactions: Transactions,
    pub(crate) calls: Calls,
    pub(crate) lanes: Lanes,
    pub(crate) queue: Queue,
    pub(crate) gates: Gates,
    /// One commit of this server at a time goes on with the audit log: those of others it meets in its head.
    pub(crate) audit: Arc<tokio::sync::Mutex<()>>,
    pub(crate) following: Following,
    /// Reads that somebody waits for. What an operator asks, and what keeps memory in step, goes past it.
    pub(crate) reads: Breaker,
    /// Commits, likewise.
    pub(crate) writes: Breaker,
    pub(crate) options: Options,
}

impl MongoStore {
    /// Opens the store at this connection string and fills the mirror, which it keeps in step from then on, also with what
    /// other servers commit. Whether collections and indexes are made and search keys rebuilt, [`Options::mode`] says.
    ///
    /// It works on the runtime on which this is called: one with worker threads of its own, that lives as long as the
    /// store.
    ///
    /// # Errors
    /// Any [`OpenError`].
    pub async fn open(uri: &str, options: Options, mirror: Arc<Mirror>) -> Result<Arc<Self>, OpenError> {
        let Connected { client, options: client_options, primary } = connect(uri, &options).await?;
        let about = server::check(&client, &client_options, &primary.observed).await?;
        if about.is_vulnerable {
            tracing::warn!(
                version = about.version,
                "this version of MongoDB lets anybody who reaches it read its memory (CVE-2025-14847); update it"
            );
        }
        let name = client_options.default_database.clone().unwrap_or_default();
        let inner = Arc::new(Inner {
            db: client.database(&name),
            primary,
            transactions: Transactions::default(),
            calls: Calls::here(),
            lanes: Lanes::new(),
            queue: Queue::new(),
            gates: Gates::new(),
            audit: Arc::default(),
            following: Following::new(mirror),
            reads: Breaker::new("reads", options.breaker),
            writes: Breaker::new("writes", options.breaker),
            options,
        });
        let holds = inner.refuse_what_is_not_ours().await?;
        if inner.is_to_be_made(holds)? {
            schema::make(&inner.db).await.map_err(|error| server::open_error(&error, &client_options))?;
            rebuild_search_keys::if_outdated(&inner).await.map_err(|error| server::of_call(error, &name))?;
            maintenance::count_hours_if_missing(&inner)
                .await
                .map_err(|error| server::of_call(error, &name))?;
        } else {
            outdated::refuse(&inner, &client_options).await?;
        }
        following::begin(&inner).await.map_err(|error| server::of_call(error, &name))?;
        inner.calls.runtime().spawn(abandoned::sweep(Arc::downgrade(&inner)));
        Ok(Arc::new(Self { inner }))
    }

    pub(crate) fn inner(&self) -> &Arc<Inner> {
        &self.inner
    }

    /// What its breakers have done, for a gauge.
    pub fn breakers(&self) -> [BreakerStats; 2] {
        [self.inner.reads.stats(), self.inner.writes.stats()]
    }

    /// Runs reads of which each stands for itself, all of them once more if the primary changes meanwhile.
    pub(crate) async fn read<T, F, W>(&self, job: F) -> Result<T, StoreError>
    where
        F: FnOnce(Reader) -> W + Clone + Send + 'static,
        W: Future<Output = Result<T, StoreError>> + Send + 'static,
        T: Send + 'static,
    {
        let deadline = self.inner.options.deadline;
        let call = repeated_once(deadline::left(deadline), move |left| {
            let (job, reader) = (job.clone(), self.inner.reader(left));
            self.inner.calls.within(left, async move { job(reader).await })
        });
        self.inner.reads.pass(deadline, is_silence, call).await
    }

    /// Runs reads that all see the same state, all of them once more if the primary changes meanwhile.
    pub(crate) async fn snapshot<T, F, W>(&self, job: F) -> Result<T, StoreError>
    where
        F: FnOnce(Reader) -> W + Clone + Send + 'static,
        W: Future<Output = Result<T, StoreError>> + Send + 'static,
        T: Send + 'static,
    {
        let deadline = self.inner.options.deadline;
        let call = self.snapshot_within(deadline::left(deadline), job);
        self.inner.reads.pass(deadline, is_silence, call).await
    }

    /// Runs long reads that all see the same state.
    pub(crate) async fn long_snapshot<T, F, W>(&self, job: F) -> Result<T, StoreError>
    where
        F: FnOnce(Reader) -> W + Clone + Send + 'static,
        W: Future<Output = Result<T, StoreError>> + Send + 'static,
        T: Send + 'static,
    {
        self.snapshot_within(self.inner.options.long_deadline, job).await
    }

    async fn snapshot_within<T, F, W>(&self, deadline: Duration, job: F) -> Result<T, StoreError>
    where
        F: FnOnce(Reader) -> W + Clone + Send + 'static,
        W: Future<Output = Result<T, StoreError>> + Send + 'static,
        T: Send + 'static,
    {
        repeated_once(deadline, move |left| {
            let (job, source) = (job.clone(), self.inner.source());
            let call = async move { job(Reader::snapshot(source, left).await?).await };
            self.inner.calls.within(left, call)
        })
        .await
    }
}

impl Inner {
    /// Reads of which each stands for itself.
    pub(crate) fn reader(&self, most: Duration) -> Reader {
        Reader::majority(self.source(), most)
    }

    /// What reads go to.
    pub(crate) fn source(&self) -> Source {
        Source { db: self.db.clone(), primary: Arc::clone(&self.primary) }
    }

    /// Carries out updates outside of a transaction, durable before it answers.
    pub(crate) async fn update(&self, collection: &str, updates: Vec<Document>) -> Result<(), StoreError> {
        let durable = doc! { "w": "majority", "j": true };
        let command = doc! { "update": collection, "updates": updates, "writeConcern": durable };
        self.db.run_command(command).await.map(drop).map_err(|error| store_error(&error))
    }

    /// Leaves alone what a newer version of this program has written, and what something else has.
    async fn refuse_what_is_not_ours(&self) -> Result<Holds, OpenError> {
        let mut reader = self.reader(self.options.deadline);
        let holds = inspect::holds(&mut reader).await;
        match holds.map_err(|error| server::of_call(error, self.db.name()))? {
            Holds::Store { schema } if schema > schema::SCHEMA => {
                Err(OpenError::NewerSchema { found: schema, known: schema::SCHEMA })
            }
            Holds::SomethingElse { collection } => {
                Err(OpenError::Foreign { database: self.db.name().to_owned(), collection })
            }
            holds @ (Holds::Store { .. } | Holds::Nothing) => Ok(holds),
        }
    }

    /// Whether collections and indexes are to be made and keys rebuilt, or what is there is to be used as it is.
    fn is_to_be_made(&self, holds: Holds) -> Result<bool, OpenError> {
        let is_empty = holds == Holds::Nothing;
        match self.options.mode {
            OpenMode::Migrate => Ok(true),
            OpenMode::CreateIfEmpty => Ok(is_empty),
            OpenMode::Existing if is_empty => Err(OpenError::NoStore { database: self.db.name().to_owned() }),
            OpenMode::Existing => Ok(false),
        }
    }
}

/// Runs reads, and runs them once more in the time that is left if another member became primary meanwhile. The driver
/// itself repeats the first command of a read, not what fetches the rest of an answer, and no read of one moment as a
/// whole. What writes is not repeated here.
async fn repeated_once<T, F, W>(most: Duration, read: F) -> Result<T, StoreError>
where
    F: Fn(Duration) -> W,
    W: Future<Output = Result<T, StoreError>>,
{
    let until = Instant::now() + most;
    match read(most).await {
        Err(error) if is_change_of_primary(&error) => {
            tracing::debug!(%error, "a read is repeated, as the primary changed");
            read(until.saturating_duration_since(Instant::now())).await
        }
        answer => answer,
    }
}

/// A client.
pub(crate) struct Connected {
    /// It.
    pub(crate) client: Client,
    /// The options it has, ours among them.
    pub(crate) options: ClientOptions,
    /// Which primary it finds.
    pub(crate) primary: Arc<Primary>,
}

/// A client for this connection string. Nothing was sent yet.
pub(crate) async fn connect(uri: &str, options: &Options) -> Result<Connected, OpenError> {
    let mut client_options =
        ClientOptions::parse(uri).await.map_err(|error| server::parse_error(&error, uri))?;
    options.apply(&mut client_options);
    client_options.default_database.get_or_insert_with(|| options.database.clone());
    let primary = Primary::watch(&mut client_options, Calls::here());
    let client = Client::with_options(client_options.clone())
        .map_err(|_| OpenError::Uri("its options contradict each other"))?;
    Ok(Connected { client, options: client_options, primary })
}

/// A defect of this program: something it made itself is not there.
pub(crate) fn defect(what: &'static str) -> StoreError {
    unavailable(Failure::Defect(what))
}
