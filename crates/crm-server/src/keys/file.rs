//! The file of keys: JSON, for its owner's eyes only, replaced whole.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use crm_domain::timestamp::Timestamp;
use crm_security::tokens::ring::{AccessKey, KeyAlgorithm, KeyRing, RingError};
use rustix::fs::{FlockOperation, flock};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::settings::key_file;

/// Why a file of keys cannot be used. Never with anything that stands in it.
#[derive(Debug, Error)]
pub enum KeyFileError {
    /// There is none.
    #[error("it is not there; `crm-server keys rotate` makes it")]
    Missing,
    /// It is a folder, or leads to another file.
    #[error("it must be a plain file")]
    NotPlain,
    /// Others can read or change it.
    #[error("it {0}")]
    Open(String),
    /// The system does not let us.
    #[error("it cannot be read or written")]
    Io(#[source] io::Error),
    /// It is not what this program writes.
    #[error("line {line} is not as it should be")]
    Malformed {
        /// The line.
        line: usize,
    },
    /// A key in it is not as it should be.
    #[error("the key {kid} has {what}")]
    BadKey {
        /// Its id.
        kid: String,
        /// What it has.
        what: &'static str,
    },
    /// Its keys make no ring.
    #[error("its keys cannot be used")]
    Ring(#[source] RingError),
    /// There are no random bytes to be had.
    #[error("there are no random bytes for a key")]
    Randomness,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    keys: Vec<StoredKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredKey {
    kid: String,
    alg: String,
    created: String,
    signs_from: String,
    secret: String,
}

/// The keys in the file, which make a ring.
///
/// # Errors
/// [`KeyFileError`].
pub fn read(path: &Path) -> Result<Vec<AccessKey>, KeyFileError> {
    metadata(path)?.ok_or(KeyFileError::Missing)?;
    let text = Zeroizing::new(fs::read_to_string(path).map_err(KeyFileError::Io)?);
    let stored: Stored = serde_json::from_str(&text)
        // Its own words may quote what stands there.
        .map_err(|error| KeyFileError::Malformed { line: error.line() })?;
    let keys = stored.keys.into_iter().map(key).collect::<Result<Vec<_>, _>>()?;
    KeyRing::of(keys.iter().cloned()).map_err(KeyFileError::Ring)?;
    Ok(keys)
}

/// Puts these keys in the place of what the file held: whole or not at all, on the disk, and readable by whoever could
/// read it before.
///
/// # Errors
/// [`KeyFileError`].
pub fn write(path: &Path, keys: &[AccessKey]) -> Result<(), KeyFileError> {
    KeyRing::of(keys.iter().cloned()).map_err(KeyFileError::Ring)?;
    let before = metadata(path)?;
    let stored = Stored { keys: keys.iter().map(stored).collect() };
    let mut text = Zeroizing::new(
        serde_json::to_vec_pretty(&stored).map_err(|error| KeyFileError::Io(io::Error::other(error)))?,
    );
    text.push(b'\n');
    replace(path, before.as_ref(), &text).map_err(KeyFileError::Io)
}

/// Keeps other commands away from the file until it is dropped.
///
/// # Errors
/// [`KeyFileError::Io`].
pub fn lock(path: &Path) -> Result<File, KeyFileError> {
    let folder = File::open(folder_of(path)).map_err(KeyFileError::Io)?;
    flock(&folder, FlockOperation::LockExclusive).map_err(|error| KeyFileError::Io(error.into()))?;
    Ok(folder)
}

/// Whether the file is there; if it is, then as it should be.
fn metadata(path: &Path) -> Result<Option<Metadata>, KeyFileError> {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(KeyFileError::Io(error)),
    };
    if !metadata.is_file() {
        return Err(KeyFileError::NotPlain);
    }
    match key_file::flaw(path) {
        Some(flaw) => Err(KeyFileError::Open(flaw)),
        None => Ok(Some(metadata)),
    }
}

fn replace(path: &Path, before: Option<&Metadata>, text: &[u8]) -> io::Result<()> {
    // Temporary files are made with mode 0600.
    let mut file = NamedTempFile::new_in(folder_of(path))?;
    file.write_all(text)?;
    if let Some(before) = before {
        keep_readers(file.as_file(), before)?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    File::open(folder_of(path))?.sync_all()
}

/// Whoever rotates, the server must go on reading: owner and group stay, and the group's right to read.
#[cfg(unix)]
fn keep_readers(file: &File, before: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let new = file.metadata()?;
    if (new.uid(), new.gid()) != (before.uid(), before.gid()) {
        fchown(file, Some(before.uid()), Some(before.gid()))?;
    }
    file.set_permissions(fs::Permissions::from_mode(before.mode() & 0o640 | 0o600))
}

#[cfg(not(unix))]
fn keep_readers(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn key(stored: StoredKey) -> Result<AccessKey, KeyFileError> {
    let bad = |what| KeyFileError::BadKey { kid: stored.kid.clone(), what };
    let moment = |text: &str| Timestamp::parse(text).map_err(|_| bad("a moment that is none"));
    Ok(AccessKey {
        algorithm: KeyAlgorithm::parse(&stored.alg).ok_or_else(|| bad("an algorithm other than HS256"))?,
        created_at: moment(&stored.created)?,
        signs_from: moment(&stored.signs_from)?,
        secret: SecretString::from(stored.secret),
        kid: stored.kid,
    })
}

fn stored(key: &AccessKey) -> StoredKey {
    StoredKey {
        kid: key.kid.clone(),
        alg: key.algorithm.as_str().to_owned(),
        created: key.created_at.to_string(),
        signs_from: key.signs_from.to_string(),
        secret: key.secret.expose_secret().to_owned(),
    }
}

#[cfg(test)]
mod tests;
