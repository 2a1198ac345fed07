//! The keys of access tokens in a file, which several servers may share: made, listed, and followed while serving.
//!
//! A new key signs only some time after it was put into the file, so that every server has read it by then; an old one
//! stays until no token that it signed can be good.

pub mod file;
pub mod rotate;
pub mod watch;

use std::time::Duration;

use crm_app::audit::note::Note;
use crm_app::audit::trail;
use crm_app::open_mode::OpenMode;
use crm_app::ports::clock::Clock;
use crm_domain::access::actor::Actor;
use crm_domain::audit::AuditKind;

use self::rotate::{Rotated, Wanted};
use crate::cli::{KeysCommand, RotateArgs};
use crate::clock::SystemClock;
use crate::command_error::{CommandError, of_use_case};
use crate::output;
use crate::settings::Settings;
use crate::settings::store_url::StoreUrl;
use crate::wiring::Wiring;

/// Runs a command on the key file of the settings.
///
/// # Errors
/// No key file is set, or it cannot be used; the store whose audit log is told of a rotation cannot be opened: nothing
/// is rotated then.
pub async fn run(settings: Settings, command: KeysCommand) -> Result<(), CommandError> {
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
            let is_logged = path.exists() && has_store(&settings.store.url);
            let log = if is_logged {
                Some(Wiring::open_with_secrets(&settings, OpenMode::CreateIfEmpty).await?)
            } else {
                None
            };
            let rotated = rotate::rotate(path, &wanted).map_err(|error| failed(path, error))?;
            output::say(&told(path, &rotated));
            if let Some(log) = log {
                log_rotation(log, &rotated).await?;
            }
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

/// Whether there is a store whose audit log can be told. A file that is made only now rotates nothing, and opening an
/// embedded store that is not there yet would make it, perhaps as somebody else than will serve it.
fn has_store(url: &StoreUrl) -> bool {
    match url {
        StoreUrl::File(path) => path.exists(),
        StoreUrl::Memory => false,
        StoreUrl::Mongo(_) => true,
    }
}

/// Writes a rotation into the audit log.
async fn log_rotation(wiring: Wiring, rotated: &Rotated) -> Result<(), CommandError> {
    let note = Note::new(AuditKind::KeysRotated).by(&Actor::system("command line"));
    let note = match rotated {
        Rotated::Made { kid } | Rotated::TakenOver { kid } => note.with("kid", kid),
        Rotated::Added { kid, signs_from, dropped } => note
            .with("kid", kid)
            .with("signsFrom", &signs_from.to_string())
            .with("dropped", &dropped.join(", ")),
    };
    wiring.ctx.trail.record(&wiring.ctx, note);
    trail::flush(&wiring.ctx)
        .await
        .map_err(|error| of_use_case("the keys are rotated, but the audit log was not told", error))?;
    wiring.close().await
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
