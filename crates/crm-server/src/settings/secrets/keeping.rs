//! The file of secrets that were made up: beside the data, for its owner's eyes only.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use config::{FileFormat, Format};
use secrecy::{ExposeSecret, SecretString};
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use super::Made;
use crate::settings::problem::{Problem, SettingsError};

/// The secrets in this file; makes it if there is none. Of two servers that make it at once, both use the first one's.
pub(super) fn kept_or_made(path: &Path) -> Result<Made, SettingsError> {
    if let Some(secrets) = kept(path)? {
        return Ok(secrets);
    }
    let secrets = Made::now()?;
    if write(path, &secrets).map_err(|error| failed(path, "be written", &error))? {
        return Ok(secrets);
    }
    kept(path)?.ok_or_else(|| Problem::new(name(path), "vanished while it was made").into())
}

/// The secrets in this file, if there is one.
pub(super) fn kept(path: &Path) -> Result<Option<Made>, SettingsError> {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(path, "be read", &error)),
    };
    if !metadata.is_file() {
        return Err(Problem::new(name(path), "must be a plain file").into());
    }
    if is_open_to_others(&metadata) {
        let advice = format!("can be read by others; run `chmod 600 {}`, or delete it", path.display());
        return Err(Problem::new(name(path), advice).into());
    }
    let text = Zeroizing::new(fs::read_to_string(path).map_err(|error| failed(path, "be read", &error))?);
    let (access, refresh) = (entry(&text, "access_secret"), entry(&text, "refresh_secret"));
    match (access, refresh) {
        (Some(access), Some(refresh)) => Ok(Some(Made { access, refresh })),
        _ => {
            Err(Problem::new(name(path), "holds no two whole secrets; delete it to have new ones made")
                .into())
        }
    }
}

fn entry(text: &str, key: &str) -> Option<SecretString> {
    let value = FileFormat::Toml.parse(None, text).ok()?.remove(key)?;
    let secret = value.into_string().ok()?;
    super::strength::flaw(&secret, false).is_none().then(|| SecretString::from(secret))
}

/// Whole or not at all, and never over another's: answers false if the file is there by now.
fn write(path: &Path, secrets: &Made) -> std::io::Result<bool> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    make_private_folder(folder)?;
    // Temporary files are made with mode 0600.
    let mut file = NamedTempFile::new_in(folder)?;
    let text = Zeroizing::new(format!(
        "# Made by crm-server for development. Whoever reads this can sign in as anyone: keep it to yourself.\n\
         # Deleting it signs everyone out.\n\
         access_secret = \"{}\"\nrefresh_secret = \"{}\"\n",
        secrets.access.expose_secret(),
        secrets.refresh.expose_secret(),
    ));
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => fs::File::open(folder)?.sync_all().map(|()| true),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error.error),
    }
}

#[cfg(unix)]
fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(unix)]
fn is_open_to_others(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_: &fs::Metadata) -> bool {
    false
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

fn failed(path: &Path, what: &str, error: &std::io::Error) -> SettingsError {
    Problem::new(name(path), format!("cannot {what}: {error}")).into()
}
