//! The keys of access tokens in a file, which several servers may share: made, listed, and followed while serving.
//!
//! A new key signs only some time after it was put into the file, so that every server has read it by then; an old one
//! checks until no token that it signed can be good, or until it is revoked.

pub mod file;
pub mod revoke;
pub mod rotate;
pub mod watch;

use std::time::Duration;

use crm_app::audit::note::Note;
use crm_app::audit::trail;
use crm_app::open_mode::OpenMode;
use crm_app::ports::clock::Clock;
use crm_domain::access::actor::Actor;
use crm_domain::audit::AuditKind;
use crm_domain::timestamp::Timestamp;
use crm_security::tokens::ring::{self, AccessKey};

use self::revoke::Revoked;
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
/// No key file is set, or it cannot be used; the store whose audit log gets an entry cannot be opened: nothing is changed
/// then.
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
                write_to_log(log, about(&rotated)).await?;
            }
        }
        KeysCommand::List => {
            let keys = file::read(path).map_err(|error| failed(path, error))?;
            for line in list(keys, now, settings.auth.access_ttl) {
                output::say(&line);
            }
        }
        KeysCommand::Revoke { kid } => {
            let log = if has_store(&settings.store.url) {
                Some(Wiring::open_with_secrets(&settings, OpenMode::CreateIfEmpty).await?)
            } else {
                None
            };
            let revoked = revoke::revoke(path, &kid, now, settings.auth.access_ttl);
            match revoked.map_err(|error| failed(path, error))? {
                Revoked::Removed { dropped } => {
                    output::say(&format!("revoked the key {kid}{}", dropped_too(&dropped)));
                    if let Some(log) = log {
                        let note = note().with("revoked", &kid).with("dropped", &dropped.join(", "));
                        write_to_log(log, note).await?;
                    }
                }
                Revoked::Unknown { known } => {
                    let text = format!("{} has no key {kid}; it has {}", path.display(), known.join(", "));
                    return Err(CommandError::Usage(text));
                }
                Revoked::Signs => {
                    return Err(CommandError::Usage(format!(
                        "the key {kid} signs now: make another one with `crm-server keys rotate --signs-after 2`, and \
                         revoke this one once that one signs"
                    )));
                }
            }
        }
    }
    Ok(())
}

/// A line for each key, in the order in which they sign.
fn list(keys: Vec<AccessKey>, now: Timestamp, access_life: Duration) -> Vec<String> {
    let signing = revoke::signing(&keys, now).map(|key| key.kid.clone());
    let line = |(key, replaced_at): (AccessKey, Option<Timestamp>)| {
        let end = replaced_at.map(|at| ring::end(at, access_life));
        let does = match end {
            _ if signing.as_ref() == Some(&key.kid) => "signs".to_owned(),
            Some(end) if end <= now => format!("ended {end}"),
            Some(end) if key.signs_from <= now => format!("checks until {end}"),
            Some(_) | None => "waits".to_owned(),
        };
        let (algorithm, made, from) = (key.algorithm.as_str(), key.created_at, key.signs_from);
        format!("{}  {algorithm}  made {made}  signs from {from}  {does}", key.kid)
    };
    ring::in_order(keys).map(line).collect()
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

/// An entry of the audit log about keys.
fn note() -> Note {
    Note::new(AuditKind::KeysRotated).by(&Actor::system("command line"))
}

fn about(rotated: &Rotated) -> Note {
    match rotated {
        Rotated::Made { kid } | Rotated::TakenOver { kid } => note().with("kid", kid),
        Rotated::Added { kid, signs_from, dropped } => note()
            .with("kid", kid)
            .with("signsFrom", &signs_from.to_string())
            .with("dropped", &dropped.join(", ")),
    }
}

/// Writes what was done into the audit log.
async fn write_to_log(wiring: Wiring, note: Note) -> Result<(), CommandError> {
    wiring.ctx.trail.record(&wiring.ctx, note);
    trail::flush(&wiring.ctx)
        .await
        .map_err(|error| of_use_case("the keys are changed, but the audit log does not have it", error))?;
    wiring.close().await
}

fn dropped_too(dropped: &[String]) -> String {
    if dropped.is_empty() { String::new() } else { format!("; dropped {}", dropped.join(", ")) }
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
            format!("added the key {kid} to {shown}; it signs from {signs_from}{}", dropped_too(dropped))
        }
    }
}

fn failed(path: &std::path::Path, error: file::KeyFileError) -> CommandError {
    CommandError::failed(format!("{} cannot be used", path.display()), error)
}
