//! How the parts come together: the store, what is held in memory, the clock, ids, passwords and tokens.

pub mod audit_keys;
mod http_options;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use crm_app::audit::trail::Trail;
use crm_app::auth::guard::Guard;
use crm_app::context::{Ctx, Rules};
use crm_app::mirror::Mirror;
use crm_app::open_mode::OpenMode;
use crm_app::ports::clock::Clock;
use crm_app::queue::Queue;
use crm_app::repeat::keeping::Keeping;
use crm_app::repeat::running::Repeats;
use crm_domain::audit::chain::AuditKey;
use crm_domain::calendar::Calendar;
use crm_domain::session::SessionLives;
use crm_domain::throttle::limits::{Backoff, Limits, Pace};
use crm_http::options::HttpOptions;
use crm_security::blinding::KeyedBlinding;
use crm_security::passwords::Argon2Passwords;
use crm_security::passwords::cost::HashCost;
use crm_security::tokens::{JwtTokens, TokenSecrets};
use crm_sqlite::engine::lock::{LockError, ServeLock};

use crate::alterations::Alterations;
use crate::clock::SystemClock;
use crate::command_error::{Cause, CommandError};
use crate::ids::GrowingIds;
use crate::keys::watch;
use crate::metered_passwords::MeteredPasswords;
use crate::settings::Settings;
use crate::settings::secrets::{self, AccessSecrets, Secrets};
use crate::settings::sections::{AuthSettings, ThrottleSettings};
use crate::settings::store_url::StoreUrl;
use crate::store::Store;

/// Everything a command works with.
pub struct Wiring {
    /// What use cases are handed.
    pub ctx: Ctx,
    /// The store behind it, for what is no use case.
    pub store: Store,
}

impl Wiring {
    /// Opens the store and puts everything together with these secrets. A store that nobody has used yet gets the time
    /// zone of the settings, unless it must exist already ([`OpenMode::Existing`], for commands that only read).
    ///
    /// # Errors
    /// The store cannot be opened or holds a copy that is not whole, or there are no threads or random bytes.
    pub async fn open(settings: &Settings, secrets: &Secrets, mode: OpenMode) -> Result<Self, CommandError> {
        let (store, mirror) = open_store(settings, mode, &Alterations::NONE).await?;
        let key = audit_key(settings, secrets);
        Self::assemble(settings, secrets, Some(key), (store, mirror), &Alterations::NONE)
    }

    /// The same for a server, with something changed about it. Its secrets are made and kept if none are there and the
    /// store was never used with any.
    ///
    /// # Errors
    /// As [`Wiring::open`]; the secrets are missing, unfit, or gone.
    pub async fn open_for_serving(
        settings: &Settings,
        alterations: &Alterations,
    ) -> Result<Self, CommandError> {
        let wiring = Self::open_writing(settings, OpenMode::Migrate, alterations).await?;
        if let Some(named) = audit_keys::other_key(&wiring.ctx).await? {
            tracing::error!(
                target: "security", %named,
                "the audit log of this store is sealed with another key than auth.audit_secret or auth.refresh_secret \
                 give; what is written to it from now on cannot be checked together with what is there"
            );
        }
        Ok(wiring)
    }

    /// The same for a command that changes accounts or keys: with the secrets that a server has, since each change has its
    /// entry in the audit log.
    ///
    /// # Errors
    /// As [`Wiring::open_for_serving`]; the audit log is sealed with another key.
    pub async fn open_with_secrets(settings: &Settings, mode: OpenMode) -> Result<Self, CommandError> {
        let wiring = Self::open_writing(settings, mode, &Alterations::NONE).await?;
        match audit_keys::other_key(&wiring.ctx).await? {
            None => Ok(wiring),
            Some(named) => Err(CommandError::Usage(format!(
                "the audit log of {} is sealed with the key {named}, and the settings give another one: run the command \
                 with the secrets of the server (auth.audit_secret, or auth.refresh_secret)",
                settings.store.url
            ))),
        }
    }

    /// The same for a command that only reads, or changes nothing that the audit log tells of. It needs no secrets, makes
    /// none that anything keeps, and cannot write to the audit log; with a key it can check the log.
    ///
    /// # Errors
    /// As [`Wiring::open`].
    pub async fn open_without_secrets(
        settings: &Settings,
        key: Option<AuditKey>,
        mode: OpenMode,
    ) -> Result<Self, CommandError> {
        let opened = open_store(settings, mode, &Alterations::NONE).await?;
        Self::assemble(settings, &Secrets::fresh()?, key, opened, &Alterations::NONE)
    }

    async fn open_writing(
        settings: &Settings,
        mode: OpenMode,
        alterations: &Alterations,
    ) -> Result<Self, CommandError> {
        secrets::check(settings)?;
        // Secrets that cannot be read stop the start before a store is made.
        Secrets::find(settings)?;
        let (store, mirror) = open_store(settings, mode, alterations).await?;
        let secrets = if let Some(secrets) = Secrets::find(settings)? {
            secrets
        } else {
            audit_keys::refuse_used_store(settings, &store).await?;
            Secrets::find_or_make(settings)?
        };
        let key = audit_key(settings, &secrets);
        Self::assemble(settings, &secrets, Some(key), (store, mirror), alterations)
    }

    fn assemble(
        settings: &Settings,
        secrets: &Secrets,
        key: Option<AuditKey>,
        (store, mirror): (Store, Arc<Mirror>),
        alterations: &Alterations,
    ) -> Result<Self, CommandError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let ctx = Ctx {
            stores: (alterations.stores)(store.ports()),
            mirror,
            ids: Arc::new(GrowingIds::new(Arc::clone(&clock))),
            clock,
            passwords: Arc::new(MeteredPasswords::new(Arc::new(passwords(&settings.auth)?))),
            tokens: tokens(&settings.auth, secrets)?,
            trail: Arc::new(Trail::new(key)),
            guard: Arc::new(guard(&settings.auth.throttle, secrets)?),
            queue: Queue::default(),
            repeats: Arc::new(Repeats::new(Arc::new(blinding(secrets)?))),
            keeping: Keeping::nothing(),
            rules: Rules {
                session_lives: SessionLives {
                    idle: settings.auth.refresh_ttl,
                    longest: settings.auth.session_max_ttl,
                },
                max_sessions: settings.auth.max_sessions,
                ..Rules::default()
            },
        };
        Ok(Self { ctx, store })
    }

    /// Lets go of everything and waits until the store has finished; see [`Store::close`].
    ///
    /// # Errors
    /// Somebody still holds the store.
    pub async fn close(self) -> Result<(), CommandError> {
        let Self { ctx, store } = self;
        drop(ctx);
        store.close().await
    }
}

/// The store, open, whole and with a time zone, and what it keeps up to date in memory.
async fn open_store(
    settings: &Settings,
    mode: OpenMode,
    alterations: &Alterations,
) -> Result<(Store, Arc<Mirror>), CommandError> {
    let mirror = Arc::new(Mirror::empty());
    let (url, how) = (&settings.store.url, &settings.store);
    let store = Store::open_altered(url, how, Arc::clone(&mirror), mode, alterations).await?;
    store.refuse_unfinished(&settings.store.url).await?;
    if mode != OpenMode::Existing {
        begin_calendar(&store, settings).await?;
    }
    Ok((store, mirror))
}

/// Makes sure that no other server serves this store, as long as the lock is kept. A distributed store is made to be
/// served by several.
///
/// # Errors
/// Another server does, or the folder cannot hold a store.
pub fn lock(url: &StoreUrl) -> Result<Option<ServeLock>, CommandError> {
    match url {
        StoreUrl::Memory | StoreUrl::Mongo(_) => Ok(None),
        StoreUrl::File(path) => ServeLock::acquire(path).map(Some).map_err(|error| match error {
            LockError::Held { .. } => CommandError::Usage(format!("{url} is in use: {error}")),
            LockError::Folder(_) | LockError::File(_) => {
                CommandError::failed(format!("{url} cannot be locked"), error)
            }
        }),
    }
}

/// How the server behaves towards clients.
pub fn http_options(settings: &Settings) -> HttpOptions {
    http_options::of(settings)
}

/// Gives the store the time zone of the settings as long as nobody has used it: it has no users and never had an
/// admin. Later only the command `timezone` changes it.
async fn begin_calendar(store: &Store, settings: &Settings) -> Result<(), CommandError> {
    let failed = |error| CommandError::failed(format!("{} cannot be read", settings.store.url), error);
    let wanted = Calendar::of(settings.workspace.timezone);
    let workspace = store.ports().workspaces.workspace().await.map_err(failed)?;
    if workspace.set_up || workspace.calendar == wanted {
        return Ok(());
    }
    let maintenance = store.maintenance();
    if maintenance.inventory().await.map_err(failed)?.users > 0 {
        return Ok(());
    }
    maintenance.set_calendar(wanted).await.map_err(failed)
}

/// What the audit log is sealed with.
fn audit_key(settings: &Settings, secrets: &Secrets) -> AuditKey {
    audit_keys::derive(settings.auth.audit_secret.as_ref().unwrap_or(&secrets.refresh))
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

/// The key of the hashes is derived from the secret that protects refresh tokens: with another one, every failure that was
/// counted and every source that was known is forgotten.
fn guard(settings: &ThrottleSettings, secrets: &Secrets) -> Result<Guard, CommandError> {
    let pace = |burst, interval_s| Pace { at_once: burst, every: Duration::from_secs(interval_s) };
    let limits = Limits {
        address: pace(settings.address_burst, settings.address_interval_s),
        stranger: Backoff {
            free: settings.unknown_source_burst,
            longest: Duration::from_secs(settings.unknown_source_max_delay_s),
            most: settings.lockout_after,
        },
        known: pace(settings.known_source_burst, settings.known_source_interval_s),
    };
    Ok(Guard::new(limits, Arc::new(blinding(secrets)?)))
}

/// What tells accounts, addresses and repeated requests apart without saying which they are.
fn blinding(secrets: &Secrets) -> Result<KeyedBlinding, CommandError> {
    KeyedBlinding::new(&secrets.refresh)
        .map_err(|error| CommandError::failed("accounts and requests cannot be told apart", error))
}

/// The tokens; their keys are followed if they are in a file.
fn tokens(settings: &AuthSettings, secrets: &Secrets) -> Result<Arc<JwtTokens>, CommandError> {
    let failed = |cause: Cause| CommandError::failed("tokens cannot be made", cause);
    match &secrets.access {
        AccessSecrets::One(access) => {
            let secrets = TokenSecrets { access: access.clone(), refresh: secrets.refresh.clone() };
            JwtTokens::new(&secrets, settings.access_ttl).map(Arc::new).map_err(|error| failed(error.into()))
        }
        AccessSecrets::File(path) => {
            let ring = watch::ring(path).map_err(|error| failed(error.into()))?;
            let tokens = JwtTokens::with_ring(ring, &secrets.refresh, settings.access_ttl);
            let tokens = Arc::new(tokens.map_err(|error| failed(error.into()))?);
            tokio::spawn(watch::follow(path.clone(), Arc::downgrade(&tokens)));
            Ok(tokens)
        }
    }
}
