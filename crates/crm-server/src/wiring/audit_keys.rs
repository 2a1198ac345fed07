//! The key of the audit log of a store: whether the settings give the one that the log is sealed with.

use crm_app::context::Ctx;
use crm_domain::audit::chain::{AuditKey, AuditKeyId};
use secrecy::{ExposeSecret, SecretString};

use crate::command_error::CommandError;
use crate::settings::Settings;
use crate::settings::secrets;
use crate::store::Store;

/// The key that follows from this secret.
pub fn derive(secret: &SecretString) -> AuditKey {
    AuditKey::derive(secret.expose_secret().as_bytes())
}

/// The key that the audit log names, if it is not the one of `ctx`.
///
/// # Errors
/// The store cannot be read, or `ctx` has no key.
pub async fn other_key(ctx: &Ctx) -> Result<Option<AuditKeyId>, CommandError> {
    let failed = |error| CommandError::failed("the audit log cannot be read", error);
    let own = ctx.trail.key().map_err(failed)?.id();
    let head = ctx.stores.audits.head().await.map_err(|error| failed(error.into()))?;
    Ok(head.map(|head| head.key_id()).filter(|named| *named != own))
}

/// Refuses a store that was used with secrets that are gone. New ones would end all sessions in silence, and could not
/// check the audit log.
///
/// # Errors
/// The store has an audit log, or cannot be read.
pub(super) async fn refuse_used_store(settings: &Settings, store: &Store) -> Result<(), CommandError> {
    let url = &settings.store.url;
    let head = store.ports().audits.head().await;
    if head.map_err(|error| CommandError::failed(format!("{url} cannot be read"), error))?.is_none() {
        return Ok(());
    }
    let file = secrets::kept_file(settings).map(|path| path.display().to_string()).unwrap_or_default();
    Err(CommandError::Usage(format!(
        "{url} was used with secrets that are missing now: {file} is not there, and auth.access_secret and \
         auth.refresh_secret are not both set. Put the file back; or set both to what they were; or set both to new \
         secrets, which signs everybody out and leaves an audit log that cannot be checked with them; or begin again \
         with another store"
    )))
}
