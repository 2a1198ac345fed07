//! How the parts come together: the store, what is held in memory, the clock, ids, passwords and tokens.

mod http_options;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use crm_app::context::{Ctx, Rules, Stores};
use crm_app::mirror::Mirror;
use crm_app::ports::clock::Clock;
use crm_app::ports::maintenance::Maintenance;
use crm_app::ports::workspace::Workspaces;
use crm_app::queue::Queue;
use crm_app::setup::token::SetupToken;
use crm_domain::calendar::Calendar;
use crm_http::options::HttpOptions;
use crm_security::passwords::{Argon2Passwords, HashCost};
use crm_security::tokens::{JwtTokens, TokenSecrets};
use crm_sqlite::engine::location::Location;
use crm_sqlite::engine::lock::{LockError, ServeLock};
use crm_sqlite::engine::options::Options;
use crm_sqlite::store::SqliteStore;

use crate::clock::SystemClock;
use crate::command_error::CommandError;
use crate::ids::GrowingIds;
use crate::metered_passwords::MeteredPasswords;
use crate::settings::Settings;
use crate::settings::secrets::Secrets;
use crate::settings::sections::AuthSettings;
use crate::settings::store_url::StoreUrl;

/// Everything a command works with.
pub struct Wiring {
    /// What use cases are handed.
    pub ctx: Ctx,
    /// The store behind it, for what is no use case.
    pub store: Arc<SqliteStore>,
}

impl Wiring {
    /// Opens the store and puts everything together. A store that nobody has used yet gets the time zone of the
    /// settings. `setup` is what proves that somebody may make the first admin over HTTP.
    ///
    /// # Errors
    /// The store cannot be opened, or there are no threads or random bytes.
    pub async fn open(
        settings: &Settings,
        secrets: &Secrets,
        setup: SetupToken,
    ) -> Result<Self, CommandError> {
        let mirror = Arc::new(Mirror::empty());
        let store = open_store(settings, Arc::clone(&mirror)).await?;
        begin_calendar(&store, settings).await?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let ctx = Ctx {
            stores: Stores::of(Arc::clone(&store)),
            mirror,
            ids: Arc::new(GrowingIds::new(Arc::clone(&clock))),
            clock,
            passwords: Arc::new(MeteredPasswords::new(Arc::new(passwords(&settings.auth)?))),
            tokens: Arc::new(tokens(&settings.auth, secrets)?),
            queue: Queue::default(),
            setup: Arc::new(setup),
            rules: Rules { session_life: settings.auth.refresh_ttl, ..Rules::default() },
        };
        Ok(Self { ctx, store })
    }

    /// The same for a command that signs nobody in: what it signs with is made up and forgotten.
    ///
    /// # Errors
    /// As [`Wiring::open`].
    pub async fn open_for_command(settings: &Settings) -> Result<Self, CommandError> {
        Self::open(settings, &Secrets::fresh()?, SetupToken::none()).await
    }

    /// Lets go of everything and waits until the store has finished what was queued and emptied its log.
    ///
    /// # Errors
    /// Somebody still holds the store after a few seconds. Nothing is lost by it: what was answered is on the disk.
    pub async fn close(self) -> Result<(), CommandError> {
        let Self { ctx, store } = self;
        drop(ctx);
        // Threads that served requests let go of their share soon after they were told to end.
        let alone = async {
            while Arc::strong_count(&store) > 1 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        if tokio::time::timeout(CLOSING, alone).await.is_err() {
            return Err(CommandError::failed("the store cannot be closed", "it is still in use"));
        }
        // Closing blocks.
        let closed = tokio::task::spawn_blocking(move || drop(store)).await;
        closed.map_err(|error| CommandError::failed("the store cannot be closed", error))
    }
}

/// How long is waited for others to let go of the store.
const CLOSING: Duration = Duration::from_secs(5);

/// Makes sure that no other server serves this store, as long as the lock is kept.
///
/// # Errors
/// Another server does, or the folder cannot hold a store.
pub fn lock(settings: &Settings) -> Result<Option<ServeLock>, CommandError> {
    match &settings.store.url {
        StoreUrl::Memory => Ok(None),
        StoreUrl::File(path) => ServeLock::acquire(path).map(Some).map_err(|error| match error {
            LockError::Held { .. } => {
                CommandError::Usage(format!("{} is in use: {error}", settings.store.url))
            }
            LockError::Folder(_) | LockError::File(_) => {
                CommandError::failed(format!("{} cannot be locked", settings.store.url), error)
            }
        }),
    }
}

/// How the server behaves towards clients.
pub fn http_options(settings: &Settings) -> HttpOptions {
    http_options::of(settings)
}

async fn open_store(settings: &Settings, mirror: Arc<Mirror>) -> Result<Arc<SqliteStore>, CommandError> {
    let url = settings.store.url.clone();
    let options = Options { readers: settings.store.readers, ..Options::default() };
    let location = match &url {
        StoreUrl::File(path) => Location::File(path.clone()),
        StoreUrl::Memory => Location::Memory,
    };
    let failed = move |cause: crate::command_error::Cause| {
        CommandError::failed(format!("{url} cannot be opened"), cause)
    };
    tokio::task::spawn_blocking(move || SqliteStore::open(&location, &options, mirror))
        .await
        .map_err(|error| failed(error.into()))?
        .map_err(|error| failed(error.into()))
}

/// Gives the store the time zone of the settings as long as nobody has used it: it has no users and never had an
/// admin. Later only the command `timezone` changes it.
async fn begin_calendar(store: &SqliteStore, settings: &Settings) -> Result<(), CommandError> {
    let failed = |error| CommandError::failed(format!("{} cannot be read", settings.store.url), error);
    let wanted = Calendar::of(settings.workspace.timezone);
    let workspace = store.workspace().await.map_err(failed)?;
    if workspace.set_up || workspace.calendar == wanted || store.inventory().await.map_err(failed)?.users > 0
    {
        return Ok(());
    }
    store.set_calendar(wanted).await.map_err(failed)
}

fn passwords(settings: &AuthSettings) -> Result<Argon2Passwords, CommandError> {
    let cost = HashCost {
        memory_kib: settings.argon2.memory_kib,
        iterations: settings.argon2.iterations,
        parallelism: settings.argon2.parallelism,
    };
    let threads = NonZeroUsize::new(settings.hash_threads)
        .or_else(|| available_parallelism().ok())
        .unwrap_or(NonZeroUsize::MIN);
    Argon2Passwords::start(cost, threads)
        .map_err(|error| CommandError::failed("passwords cannot be hashed", error))
}

fn tokens(settings: &AuthSettings, secrets: &Secrets) -> Result<JwtTokens, CommandError> {
    let secrets = TokenSecrets { access: secrets.access.clone(), refresh: secrets.refresh.clone() };
    JwtTokens::new(&secrets, settings.access_ttl)
        .map_err(|error| CommandError::failed("tokens cannot be made", error))
}
