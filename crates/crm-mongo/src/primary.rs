//! Whether what the primary answers holds everything that was acknowledged.
//!
//! A new primary has every write that was acknowledged, but does not know of the last ones that most members have them
//! until they have something of its own as well. Before that, a read of what most members have is one of an older state:
//! who decides by it answers 404 for what was just made, or finds nothing to do where there is. (Ongaro, *Consensus:
//! Bridging Theory and Practice*, 2014, section 6.4.) So the first thing that is asked of a new primary is a linearizable
//! read, which is not answered before; and what is read while another becomes primary is not believed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bson::Document;
use crm_app::error::StoreError;
use mongodb::event::EventHandler;
use mongodb::event::sdam::SdamEvent;
use mongodb::options::{ClientOptions, ReadConcern};
use mongodb::{Database, ServerType};

use crate::calls::Calls;
use crate::diagnosis::Observed;
use crate::error::{Failure, store_error, unavailable};

/// What reads go to.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// The database.
    pub(crate) db: Database,
    /// Who answers for it.
    pub(crate) primary: Arc<Primary>,
}

/// Counts primaries as the driver finds them.
#[derive(Debug)]
pub(crate) struct Primary {
    found: AtomicU64,
    /// The latest that is known to have everything.
    trusted: AtomicU64,
    asking: tokio::sync::Mutex<()>,
    calls: Calls,
    /// What was seen at each host, for a client that finds no primary.
    pub(crate) observed: Observed,
}

impl Primary {
    /// Looks on while a client with these options finds its primaries.
    pub(crate) fn watch(options: &mut ClientOptions, calls: Calls) -> Arc<Self> {
        let (found, trusted) = (AtomicU64::new(0), AtomicU64::new(0));
        let (asking, observed) = (tokio::sync::Mutex::default(), Observed::default());
        let primary = Arc::new(Self { found, trusted, asking, calls, observed });
        let told = Arc::clone(&primary);
        options.sdam_event_handler = Some(EventHandler::callback(move |event| told.hear(&event)));
        primary
    }

    /// The driver tells of it before anything is sent to whom it has found.
    fn hear(&self, event: &SdamEvent) {
        self.observed.hear(event);
        if let SdamEvent::ServerDescriptionChanged(change) = event
            && change.new_description.server_type() == ServerType::RsPrimary
            && change.previous_description.server_type() != ServerType::RsPrimary
        {
            self.found.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// Waits until the primary is known to have everything; gives which it is.
    ///
    /// # Errors
    /// [`Failure::Deadline`], or what the driver says.
    pub(crate) async fn trusted(&self, db: &Database, most: Duration) -> Result<u64, StoreError> {
        loop {
            let found = self.found.load(Ordering::Acquire);
            if found > 0 && self.trusted.load(Ordering::Acquire) >= found {
                return Ok(found);
            }
            let _one_at_a_time = self.asking.lock().await;
            // While none is found, the driver looks for one when it is asked.
            let found = self.found.load(Ordering::Acquire);
            if found == 0 || self.trusted.load(Ordering::Acquire) < found {
                let db = db.clone();
                self.calls.within(most, async move { answers_for_most(&db, most).await }).await?;
                self.trusted.fetch_max(found, Ordering::AcqRel);
            }
        }
    }

    /// What was read since is to be believed.
    ///
    /// # Errors
    /// [`Failure::Replaced`] if another has become primary.
    pub(crate) fn is_still(&self, which: u64) -> Result<(), StoreError> {
        if self.found.load(Ordering::Acquire) == which { Ok(()) } else { Err(unavailable(Failure::Replaced)) }
    }
}

/// Answered only by a primary of which most members have something.
async fn answers_for_most(db: &Database, most: Duration) -> Result<(), StoreError> {
    let any = db.collection::<Document>("workspace");
    let asked = any.find_one(Document::new()).read_concern(ReadConcern::linearizable()).max_time(most);
    asked.await.map(drop).map_err(|error| store_error(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_read_while_another_becomes_primary_is_not_believed() {
        let mut options = ClientOptions::builder().hosts(vec![]).build();
        let primary = Primary::watch(&mut options, Calls::here());
        let before = primary.found.fetch_add(1, Ordering::AcqRel);
        assert!(primary.is_still(before).is_err());
        assert!(primary.is_still(before + 1).is_ok());
        assert!(primary.trusted.load(Ordering::Acquire) < primary.found.load(Ordering::Acquire));
    }
}
