//! Serving: addresses, lock, store, metrics, listener, in this order; and the way back when told to stop.

pub mod backups;
mod first_steps;
pub mod listening;
mod open_files;
pub mod sample_passwords;
mod signals;
mod upkeep;

use std::time::Instant;

use self::listening::{Fallback, Listening, Sockets};
use crate::alterations::Alterations;
use crate::command_error::CommandError;
use crate::settings::Settings;
use crate::wiring::{self, Wiring};
use crate::{output, telemetry};

/// Serves until a signal comes.
///
/// # Errors
/// Whatever keeps the server from starting, each with what it is about.
pub async fn serve(settings: Settings) -> Result<(), CommandError> {
    serve_altered(settings, &Alterations::NONE).await
}

/// The same with something changed about the server.
///
/// # Errors
/// As [`serve`].
pub async fn serve_altered(settings: Settings, alterations: &Alterations) -> Result<(), CommandError> {
    let begun = Instant::now();
    telemetry::start(&settings.log)?;
    let sockets = Sockets::bind(&settings, Fallback::None)?;
    let _lock = wiring::lock(&settings.store.url)?;
    let wiring = Wiring::open_for_serving(&settings, alterations).await?;
    if settings.environment.is_strict() {
        sample_passwords::refuse(&wiring.ctx).await?;
    }
    let listening = Listening::begin(&settings, wiring, sockets)?;
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        environment = %settings.environment,
        store = %settings.store.url,
        address = %listening.address(),
        duration_ms = begun.elapsed().as_millis(),
        "started"
    );
    output::say(&addresses(&listening.url(), settings.docs.enabled));
    first_steps::show(&listening).await?;
    listening.until_told_to_stop().await
}

/// Where to go from here, for a person; the log has the same for machines.
fn addresses(url: &str, has_docs: bool) -> String {
    let docs = if has_docs { format!("\n  Docs  {url}/docs/") } else { String::new() };
    format!("crm-server listens at {url}\n  API   {url}/api{docs}")
}
