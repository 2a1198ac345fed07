//! The store that the settings name, open: the embedded one or the distributed one.

use std::sync::Arc;
use std::time::Duration;

use crm_app::breaker::{BreakerRules, BreakerStats};
use crm_app::context::Stores;
use crm_app::mirror::Mirror;
use crm_app::open_mode::OpenMode;
use crm_app::ports::archive::Archive;
use crm_app::ports::maintenance::Maintenance;
use crm_mongo::options::Options as MongoOptions;
use crm_mongo::store::MongoStore;
use crm_sqlite::engine::location::Location;
use crm_sqlite::engine::options::Options as SqliteOptions;
use crm_sqlite::store::SqliteStore;

use crate::alterations::Alterations;
use crate::command_error::{Cause, CommandError};
use crate::settings::mongo_url::MongoUrl;
use crate::settings::sections::StoreSettings;
use crate::settings::store_url::StoreUrl;

/// An open store. Clones are the same store.
#[derive(Clone)]
pub enum Store {
    /// In this process, in a file or in memory.
    Embedded(Arc<SqliteStore>),
    /// On a MongoDB replica set, shared with other servers.
    Distributed(Arc<MongoStore>),
}

impl Store {
    /// Opens the store at this address, which need not be the one of the settings, and fills the mirror.
    ///
    /// # Errors
    /// It cannot be opened; the text shows no more of the address than hosts, database or file.
    pub async fn open(
        url: &StoreUrl,
        settings: &StoreSettings,
        mirror: Arc<Mirror>,
        mode: OpenMode,
    ) -> Result<Self, CommandError> {
        Self::open_altered(url, settings, mirror, mode, &Alterations::NONE).await
    }

    /// The same with another way to run the store.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn open_altered(
        url: &StoreUrl,
        settings: &StoreSettings,
        mirror: Arc<Mirror>,
        mode: OpenMode,
        alterations: &Alterations,
    ) -> Result<Self, CommandError> {
        let failed = |unopened: Unopened| match unopened {
            Unopened::Unfit(why) => CommandError::Usage(format!("{url} cannot be used: {why}")),
            Unopened::Failed(cause) => CommandError::failed(format!("{url} cannot be opened"), cause),
        };
        match url {
            StoreUrl::File(path) => {
                let options = (alterations.sqlite)(sqlite_options(settings, mode));
                embedded(Location::File(path.clone()), options, mirror).await
            }
            StoreUrl::Memory => {
                // It is made by whoever opens it.
                let options = (alterations.sqlite)(sqlite_options(settings, OpenMode::CreateIfEmpty));
                embedded(Location::Memory, options, mirror).await
            }
            StoreUrl::Mongo(url) => {
                let options = MongoOptions { mode, ..mongo_options(settings) };
                distributed(url, (alterations.mongo)(options), mirror).await
            }
        }
        .map_err(failed)
    }

    /// The kind of store, as `/readyz` names it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Embedded(_) => "sqlite",
            Self::Distributed(_) => "mongodb",
        }
    }

    /// What use cases see of it.
    pub fn ports(&self) -> Stores {
        match self {
            Self::Embedded(store) => Stores::of(Arc::clone(store)),
            Self::Distributed(store) => Stores::of(Arc::clone(store)),
        }
    }

    /// What operators do to it as a whole.
    pub fn maintenance(&self) -> Arc<dyn Maintenance> {
        match self {
            Self::Embedded(store) => Arc::<SqliteStore>::clone(store),
            Self::Distributed(store) => Arc::<MongoStore>::clone(store),
        }
    }

    /// Everything it holds, out of it and into it.
    pub fn archive(&self) -> Arc<dyn Archive> {
        match self {
            Self::Embedded(store) => Arc::<SqliteStore>::clone(store),
            Self::Distributed(store) => Arc::<MongoStore>::clone(store),
        }
    }

    /// What its breakers have done.
    pub fn breakers(&self) -> [BreakerStats; 2] {
        match self {
            Self::Embedded(store) => store.breakers(),
            Self::Distributed(store) => store.breakers(),
        }
    }

    /// Makes sure that what was copied into it is whole.
    ///
    /// # Errors
    /// A copy into it was begun and not finished.
    pub async fn refuse_unfinished(&self, url: &StoreUrl) -> Result<(), CommandError> {
        let unfinished = self.archive().unfinished_import().await;
        match unfinished.map_err(|error| CommandError::failed(format!("{url} cannot be read"), error))? {
            None => Ok(()),
            Some(arrival) => Err(CommandError::Usage(format!(
                "{url} holds a copy that is not whole and cannot be used; `{}` begins it anew (with users, passwords \
                 and options of addresses, which are not kept)",
                arrival.command
            ))),
        }
    }

    /// Lets go of it, and waits until the embedded store has finished what was queued and emptied its log.
    ///
    /// # Errors
    /// Somebody else still holds it after a few seconds. Nothing is lost by it: what was answered is on the disk.
    pub async fn close(self) -> Result<(), CommandError> {
        // Threads that served requests let go of their share soon after they were told to end.
        let alone = async {
            while self.holders() > 1 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        if tokio::time::timeout(CLOSING, alone).await.is_err() {
            return Err(CommandError::failed("the store cannot be closed", "it is still in use"));
        }
        // Closing blocks.
        let closed = tokio::task::spawn_blocking(move || drop(self)).await;
        closed.map_err(|error| CommandError::failed("the store cannot be closed", error))
    }

    fn holders(&self) -> usize {
        match self {
            Self::Embedded(store) => Arc::strong_count(store),
            Self::Distributed(store) => Arc::strong_count(store),
        }
    }
}

/// How long is waited for others to let go of the store.
const CLOSING: Duration = Duration::from_secs(5);

/// Why a store is not open.
enum Unopened {
    /// It is not there, or another version made it: another command helps.
    Unfit(String),
    /// It was tried and did not work.
    Failed(Cause),
}

async fn embedded(
    location: Location,
    options: SqliteOptions,
    mirror: Arc<Mirror>,
) -> Result<Store, Unopened> {
    // Opening blocks.
    let opened = tokio::task::spawn_blocking(move || SqliteStore::open(&location, &options, mirror)).await;
    let opened = opened.map_err(|error| Unopened::Failed(error.into()))?;
    opened.map(Store::Embedded).map_err(|error| {
        use crm_sqlite::engine::error::OpenError;
        if matches!(error, OpenError::OlderSchema { .. } | OpenError::OutdatedSearchKeys | OpenError::NoStore)
        {
            Unopened::Unfit(error.to_string())
        } else {
            Unopened::Failed(error.into())
        }
    })
}

async fn distributed(url: &MongoUrl, options: MongoOptions, mirror: Arc<Mirror>) -> Result<Store, Unopened> {
    let opened = MongoStore::open(url.expose(), options, mirror).await;
    opened.map(Store::Distributed).map_err(|error| {
        use crm_mongo::error::OpenError;
        if matches!(error, OpenError::Outdated { .. } | OpenError::NoStore { .. }) {
            Unopened::Unfit(error.to_string())
        } else {
            Unopened::Failed(error.into())
        }
    })
}

fn sqlite_options(settings: &StoreSettings, mode: OpenMode) -> SqliteOptions {
    SqliteOptions {
        mode,
        readers: settings.reader_threads,
        breaker: breaker_rules(settings),
        ..SqliteOptions::default()
    }
}

/// How a MongoDB is talked to.
pub fn mongo_options(settings: &StoreSettings) -> MongoOptions {
    let breaker = breaker_rules(settings);
    let settings = &settings.mongodb;
    MongoOptions {
        pool: settings.max_pool_size,
        connect_timeout: Duration::from_millis(settings.connect_timeout_ms),
        selection_timeout: Duration::from_millis(settings.server_selection_timeout_ms),
        heartbeat: Duration::from_millis(settings.heartbeat_frequency_ms),
        deadline: Duration::from_millis(settings.deadline_ms),
        breaker,
        ..MongoOptions::default()
    }
}

fn breaker_rules(settings: &StoreSettings) -> BreakerRules {
    BreakerRules {
        misses: settings.breaker.failure_threshold,
        probe_every: Duration::from_millis(settings.breaker.half_open_interval_ms),
    }
}
