//! Whether the backups that the settings ask for are made, and who can get at them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use crm_domain::timestamp::Timestamp;

use super::finding::Finding;
use crate::serve::backups::Schedule;

const HOUR: Duration = Duration::from_hours(1);

/// Looks at the folder of a schedule.
pub(super) fn check(schedule: &Schedule, now: Timestamp) -> Vec<Finding> {
    let folder = schedule.folder().path();
    let shown = folder.display();
    let newest = match schedule.folder().newest(now) {
        Ok(newest) => newest,
        Err(error) => return vec![Finding::wrong("backups", format!("{shown} cannot be read: {error}"))],
    };
    let every = schedule.every().as_secs() / HOUR.as_secs();
    let mut found = vec![match newest {
        None => {
            let text = format!("there is none in {shown} yet; the server makes one every {every} h");
            Finding::doubtful("backups", text)
        }
        Some(newest) => {
            let age = now.since(newest);
            let text = format!(
                "the newest in {shown} is {} h old; the server makes one every {every} h",
                age.as_secs() / HOUR.as_secs()
            );
            // One that failed is tried again for as long before anybody has to look.
            if age > schedule.every() * 2 {
                Finding::wrong("backups", format!("{text}: look into its log"))
            } else {
                Finding::good("backups", text)
            }
        }
    }];
    if let Ok(metadata) = fs::metadata(folder)
        && metadata.permissions().mode() & 0o077 != 0
    {
        let text = format!("others can look into {shown}; run `chmod 700 {shown}`");
        found.push(Finding::doubtful("backups", text));
    }
    found
}
