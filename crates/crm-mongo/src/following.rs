//! What is held in process, kept in step: with this server's commits before they are answered, and with those of other
//! servers as MongoDB tells them.
//!
//! While MongoDB tells nothing, not even that there is nothing to tell, everything is read anew each second.

mod stream;

use std::sync::{Arc, Weak};
use std::time::Duration;

use bson::Document;
use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_app::error::StoreError;
use crm_app::mirror::{Mirror, Snapshot};
use crm_domain::user::User;
use crm_domain::version::Versioned;
use parking_lot::Mutex;
use tokio::sync::mpsc;

use crate::documents::user::card;
use crate::documents::{self, record_only};
use crate::reader::{Find, Reader};
use crate::store::Inner;
use crate::workspace;
use stream::News;

/// How long MongoDB may be silent; it says twice as often that there is nothing.
const SILENCE: Duration = Duration::from_secs(1);

/// The mirror, and what it must not lose while it is read anew.
#[derive(Debug)]
pub(crate) struct Following {
    mirror: Arc<Mirror>,
    /// What was taken over since a reading began that is not over.
    meanwhile: Mutex<Option<Vec<Change>>>,
    reading: tokio::sync::Mutex<()>,
}

impl Following {
    /// Keeps this mirror.
    pub(crate) fn new(mirror: Arc<Mirror>) -> Self {
        Self { mirror, meanwhile: Mutex::new(None), reading: tokio::sync::Mutex::new(()) }
    }

    /// The mirror.
    pub(crate) fn mirror(&self) -> &Mirror {
        &self.mirror
    }

    /// Takes over what a commit has changed.
    pub(crate) fn took(&self, commit: &Commit) {
        self.take_over(&commit.changes);
    }

    fn take_over(&self, changes: &[Change]) {
        let mut meanwhile = self.meanwhile.lock();
        self.mirror.apply(changes);
        if let Some(meanwhile) = meanwhile.as_mut() {
            meanwhile.extend_from_slice(changes);
        }
    }

    /// Puts what was read in the place of everything, with what was taken over while it was read: of each user the
    /// newer version stays.
    fn replace(&self, read: Snapshot) {
        let mut meanwhile = self.meanwhile.lock();
        let whole = Mirror::empty();
        whole.replace(read);
        whole.apply(&meanwhile.take().unwrap_or_default());
        self.mirror.replace(Snapshot::clone(&whole.snapshot()));
    }
}

/// Reads everything anew.
pub(crate) async fn reload(inner: &Inner) -> Result<(), StoreError> {
    let following = &inner.following;
    let _one_at_a_time = following.reading.lock().await;
    *following.meanwhile.lock() = Some(Vec::new());
    match load(inner).await {
        Ok(read) => {
            following.replace(read);
            Ok(())
        }
        Err(error) => {
            *following.meanwhile.lock() = None;
            Err(error)
        }
    }
}

async fn load(inner: &Inner) -> Result<Snapshot, StoreError> {
    let mut reader = Reader::snapshot(inner.source(), inner.options.deadline).await?;
    let mut users = Vec::new();
    reader
        .each("users", Find::all(Document::new()).fields(record_only()), |document| {
            users.push(card(&documents::read::<Versioned<User>>(&document)?));
            Ok(())
        })
        .await?;
    let calendar = workspace::calendar(&mut reader).await?;
    Ok(Snapshot::new(users, calendar))
}

/// Fills the mirror, and follows from then on as long as there is a store.
pub(crate) async fn begin(inner: &Arc<Inner>) -> Result<(), StoreError> {
    let (tell, told) = mpsc::channel(64);
    // Listening comes first, so that nothing falls between.
    let listening = stream::open(&inner.db).await?;
    reload(inner).await?;
    inner.calls.runtime().spawn(stream::run(inner.db.clone(), Some(listening), tell));
    inner.calls.runtime().spawn(follow(Arc::downgrade(inner), told));
    Ok(())
}

async fn follow(store: Weak<Inner>, mut told: mpsc::Receiver<News>) {
    loop {
        let news = tokio::time::timeout(SILENCE, told.recv()).await;
        // The stream ends once nobody listens any more.
        let Some(inner) = store.upgrade() else { return };
        match news {
            Ok(Some(News::Nothing)) => {}
            Ok(Some(News::Changed(changes))) => inner.following.take_over(&changes),
            Ok(Some(News::Anything)) | Err(_) => anew(&inner).await,
            Ok(None) => return,
        }
    }
}

async fn anew(inner: &Arc<Inner>) {
    let reading = Arc::clone(inner);
    let deadline = inner.options.deadline;
    if let Err(error) = inner.calls.within(deadline, async move { reload(&reading).await }).await {
        tracing::warn!(%error, "memory could not follow other servers; trying again");
        tokio::time::sleep(SILENCE / 2).await;
    }
}
