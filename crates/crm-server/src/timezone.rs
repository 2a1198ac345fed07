//! The time zone that decides which day it is.

use crm_app::open_mode::OpenMode;
use crm_domain::calendar::Calendar;

use crate::command_error::CommandError;
use crate::output;
use crate::settings::Settings;
use crate::wiring::Wiring;

/// Shows the time zone, or changes it and in the same transaction recounts all that rests on it. A running server
/// follows within a second.
///
/// # Errors
/// There is no such zone, or the store fails.
pub async fn run(settings: Settings, zone: Option<String>) -> Result<(), CommandError> {
    let wanted = zone.map(|zone| calendar(&zone)).transpose()?;
    let mode = if wanted.is_some() { OpenMode::CreateIfEmpty } else { OpenMode::Existing };
    let wiring = Wiring::open_without_secrets(&settings, None, mode).await?;
    let failed = |error| CommandError::failed("the time zone cannot be changed", error);
    let before = wiring.ctx.stores.workspaces.workspace().await.map_err(failed)?.calendar;
    match wanted {
        None => output::say(before.zone_name()),
        Some(wanted) => {
            wiring.store.maintenance().set_calendar(wanted).await.map_err(failed)?;
            output::say(&format!(
                "{} (was {}); due dates, totals and days are counted anew",
                wanted.zone_name(),
                before.zone_name()
            ));
        }
    }
    wiring.close().await
}

fn calendar(zone: &str) -> Result<Calendar, CommandError> {
    Calendar::parse(zone).map_err(|flaw| CommandError::Usage(format!("the time zone {zone:?} {}", flaw.msg)))
}
