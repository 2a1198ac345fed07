//! `store migrate`: an older store brought up to date without serving it.

use std::sync::Arc;

use crm_app::mirror::Mirror;
use crm_app::open_mode::OpenMode;

use crate::command_error::CommandError;
use crate::settings::Settings;
use crate::settings::store_url::StoreUrl;
use crate::store::Store;
use crate::{output, telemetry, wiring};

/// Migrates the store of the settings, under the lock that a server holds. One that is up to date stays as it is.
///
/// # Errors
/// There is no store, it is served or being migrated, a newer version made it, or the migration fails.
pub async fn migrate(settings: Settings) -> Result<(), CommandError> {
    telemetry::start(&settings.log)?;
    let url = &settings.store.url;
    match url {
        StoreUrl::Memory => {
            return Err(CommandError::Usage("a store in memory is always up to date".to_owned()));
        }
        StoreUrl::File(path) if !path.exists() => {
            return Err(CommandError::Usage(format!("there is no store at {url}")));
        }
        StoreUrl::File(_) | StoreUrl::Mongo(_) => {}
    }
    let lock = wiring::lock(url)?;
    let store = Store::open(url, &settings.store, Arc::new(Mirror::empty()), OpenMode::Migrate).await?;
    store.close().await?;
    drop(lock);
    output::say(&format!("{url} is up to date"));
    Ok(())
}
