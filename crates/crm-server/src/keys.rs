//! The keys of access tokens in a file, which several servers may share: made, listed, and followed while serving.
//!
//! A new key signs only some time after it was put into the file, so that every server has read it by then; an old one
//! stays until no token that it signed can be good.

pub mod file;
pub mod rotate;
pub mod watch;

use std::time::Duration;

use crm_app::ports::clock::Clock;

use self::rotate::{Rotated, Wanted};
use crate::cli::{KeysCommand, RotateArgs};
use crate::clock::SystemClock;
use crate::command_error::CommandError;
use crate::output;
use crate::settings::Settings;

/// Runs a command on the key file of the settings.
///
/// # Errors
/// No key file is set, or it cannot be used.
pub fn run(settings: &Settings, command: KeysCommand) -> Result<(), CommandError> {
    let Some(path) = settings.auth.key_file.as_deref() else {
        return Err(CommandError::Usage(
            "auth.key_file is not set: say where the keys of access tokens are to be kept".to_owned(),
        ));
    };
    let now = SystemClock.now();
    match command {
        KeysCommand::Rotate(RotateArgs { signs_after }) => {
            let wanted = Wanted {
                now,
                signs_after: Duration::from_secs(signs_after),
                access_life: settings.auth.access_ttl,
                taken_over: settings.auth.access_secret.clone(),
            };
            let rotated = rotate::rotate(path, &wanted).map_err(|error| failed(path, error))?;
            output::say(&told(path, &rotated));
        }
        KeysCommand::List => {
            let mut keys = file::read(path).map_err(|error| failed(path, error))?;
            keys.sort_by_key(|key| key.signs_from);
            let signing = keys.iter().rfind(|key| key.signs_from <= now).map(|key| key.kid.clone());
            for key in keys {
                let does = if signing.as_ref() == Some(&key.kid) {
                    "signs".to_owned()
                } else if key.signs_from > now {
                    format!("signs from {}", key.signs_from)
                } else {
                    "checks only".to_owned()
                };
                output::say(&format!(
                    "{}  {}  made {}  {does}",
                    key.kid,
                    key.algorithm.as_str(),
                    key.created_at
                ));
            }
        }
    }
    Ok(())
}

fn told(path: &std::path::Path, rotated: &Rotated) -> String {
    let shown = path.display();
    match rotated {
        Rotated::Made { kid } => format!("made {shown} with the key {kid}"),
        Rotated::TakenOver { kid } => format!(
            "made {shown} with the access secret of the settings as the key {kid}; once all servers use the file, \
             rotate again for a new key"
        ),
        Rotated::Added { kid, signs_from, dropped } => {
            let dropped =
                if dropped.is_empty() { String::new() } else { format!("; dropped {}", dropped.join(", ")) };
            format!("added the key {kid} to {shown}; it signs from {signs_from}{dropped}")
        }
    }
}

fn failed(path: &std::path::Path, error: file::KeyFileError) -> CommandError {
    CommandError::failed(format!("{} cannot be used", path.display()), error)
}
