//! The distributed store as the use cases see it: every port of `crm-app`, on one client.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use crm_app::error::StoreError;
use crm_app::mirror::Mirror;
use crm_app::queue::Queue;
use mongodb::options::ClientOptions;
use mongodb::{Client, Database};

use crate::calls::Calls;
use crate::error::{Failure, OpenError, unavailable};
use crate::following::Following;
use crate::lanes::Lanes;
use crate::options::Options;
use crate::reader::Reader;
use crate::{following, refold, schema, server, workspace};

/// An open store on a replica set. Cheap calls: everything is shared.
pub struct MongoStore {
    inner: Arc<Inner>,
}

/// What the tasks of a store share.
pub(crate) struct Inner {
    pub(crate) db: Database,
    pub(crate) calls: Calls,
    pub(crate) lanes: Lanes,
    pub(crate) queue: Queue,
    pub(crate) following: Following,
    pub(crate) options: Options,
}

impl MongoStore {
    /// Opens the store at this connection string, makes what is not there, and fills the mirror, which it keeps in step
    /// from then on, also with what other servers commit.
    ///
    /// It works on the runtime on which this is called: one with worker threads of its own, that lives as long as the
    /// store.
    ///
    /// # Errors
    /// Any [`OpenError`].
    pub async fn open(uri: &str, options: Options, mirror: Arc<Mirror>) -> Result<Arc<Self>, OpenError> {
        let mut client_options = ClientOptions::parse(uri)
            .await
            .map_err(|_| OpenError::Uri("it must look like mongodb://host:27017/database?replicaSet=rs0"))?;
        options.apply(&mut client_options);
        let name = client_options.default_database.get_or_insert_with(|| options.database.clone()).clone();
        let client = Client::with_options(client_options.clone())
            .map_err(|_| OpenError::Uri("its options contradict each other"))?;
        server::check(&client, &client_options).await?;
        let inner = Arc::new(Inner {
            db: client.database(&name),
            calls: Calls::here(),
            lanes: Lanes::new(),
            queue: Queue::new(),
            following: Following::new(mirror),
            options,
        });
        inner.refuse_newer().await?;
        schema::make(&inner.db).await.map_err(|error| server::open_error(&error, &client_options))?;
        refold::if_outdated(&inner).await.map_err(OpenError::Store)?;
        following::begin(&inner).await.map_err(OpenError::Store)?;
        Ok(Arc::new(Self { inner }))
    }

    pub(crate) fn inner(&self) -> &Arc<Inner> {
        &self.inner
    }

    /// Runs reads of which each stands for itself.
    pub(crate) async fn read<T, F, W>(&self, job: F) -> Result<T, StoreError>
    where
        F: FnOnce(Reader) -> W + Send + 'static,
        W: Future<Output = Result<T, StoreError>> + Send + 'static,
        T: Send + 'static,
    {
        let deadline = self.inner.options.deadline;
        let reader = self.inner.reader(deadline);
        self.inner.calls.within(deadline, async move { job(reader).await }).await
    }

    /// Runs reads that all see the same state.
    pub(crate) async fn snapshot<T, F, W>(&self, job: F) -> Result<T, StoreError>
    where
        F: FnOnce(Reader) -> W + Send + 'static,
        W: Future<Output = Result<T, StoreError>> + Send + 'static,
        T: Send + 'static,
    {
        self.snapshot_within(self.inner.options.deadline, job).await
    }

    /// Runs long reads that all see the same state.
    pub(crate) async fn long_snapshot<T, F, W>(&self, job: F) -> Result<T, StoreError>
    where
        F: FnOnce(Reader) -> W + Send + 'static,
        W: Future<Output = Result<T, StoreError>> + Send + 'static,
        T: Send + 'static,
    {
        self.snapshot_within(self.inner.options.long_deadline, job).await
    }

    async fn snapshot_within<T, F, W>(&self, deadline: Duration, job: F) -> Result<T, StoreError>
    where
        F: FnOnce(Reader) -> W + Send + 'static,
        W: Future<Output = Result<T, StoreError>> + Send + 'static,
        T: Send + 'static,
    {
        let db = self.inner.db.clone();
        let call = async move { job(Reader::snapshot(db, deadline).await?).await };
        self.inner.calls.within(deadline, call).await
    }
}

impl Inner {
    /// Reads of which each stands for itself.
    pub(crate) fn reader(&self, most: Duration) -> Reader {
        Reader::majority(self.db.clone(), most)
    }

    /// Leaves a store alone that a newer version of this program has written.
    async fn refuse_newer(&self) -> Result<(), OpenError> {
        let mut reader = self.reader(self.options.deadline);
        match workspace::schema(&mut reader).await.map_err(OpenError::Store)? {
            Some(found) if found > schema::SCHEMA => {
                Err(OpenError::NewerSchema { found, known: schema::SCHEMA })
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// A defect of this program: something it made itself is not there.
pub(crate) fn defect(what: &'static str) -> StoreError {
    unavailable(Failure::Defect(what))
}
