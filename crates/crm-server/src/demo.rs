//! A server to look around in: a throw-away store full of sample data, and what to do first.

mod folder;

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use crm_app::open_mode::OpenMode;
use indicatif::ProgressBar;

use self::folder::DemoFolder;
use crate::cli::Amounts;
use crate::command_error::CommandError;
use crate::seed::people::{ADMIN, SAMPLE_ACCOUNTS};
use crate::seed::plant::plant;
use crate::serve::listening::{Fallback, Listening, Sockets};
use crate::settings::Settings;
use crate::settings::secrets::Secrets;
use crate::settings::sections::TlsSettings;
use crate::settings::store_url::StoreUrl;
use crate::wiring::Wiring;
use crate::{output, telemetry};

/// Which sample data it is.
const RANDOM_SEED: u64 = 1;

/// Serves sample data until a signal comes. Where the port is taken, it takes another.
///
/// # Errors
/// There is no room for temporary files, or no address to listen at.
pub async fn demo(settings: Settings) -> Result<(), CommandError> {
    telemetry::start(&settings.log)?;
    let folder = DemoFolder::make()?;
    let settings = with_store_in(settings, folder.path());
    let sockets = Sockets::bind(&settings, Fallback::AnyPort)?;
    let wiring = Wiring::open(&settings, &Secrets::fresh()?, OpenMode::CreateIfEmpty).await?;
    plant(&wiring, Amounts::SAMPLE, RANDOM_SEED, &ProgressBar::hidden()).await?;
    let listening = Listening::begin(&settings, wiring, sockets)?;
    output::say(&welcome(&listening.url()));
    listening.until_told_to_stop().await
}

/// The settings with a store in this folder. Whatever they say, only this machine may ask: everybody knows the
/// passwords. Nobody wants backups of it.
fn with_store_in(mut settings: Settings, folder: &Path) -> Settings {
    settings.store.url = StoreUrl::File(folder.join("crm.db"));
    settings.backup.interval_hours = 0;
    settings.server.host = IpAddr::V4(Ipv4Addr::LOCALHOST);
    settings.server.tls = TlsSettings { cert_file: None, key_file: None };
    settings
}

fn welcome(url: &str) -> String {
    let users = SAMPLE_ACCOUNTS.map(|user| user.to_string()).join("\n    ");
    let (email, password) = (ADMIN.email, ADMIN.password);
    format!(
        r#"A CRM with sample data, gone with Ctrl-C

  API   {url}/api
  Docs  {url}/docs/

  Users
    {users}

  Try

TOKEN=$(curl -s {url}/api/auth/login -H 'Content-Type: application/json' \
  -d '{{"email":"{email}","password":"{password}"}}' | sed 's/.*"accessToken":"\([^"]*\)".*/\1/')
curl -s '{url}/api/leads?limit=3' -H "Authorization: Bearer $TOKEN"
"#
    )
}
