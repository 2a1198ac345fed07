//! Making a backup, also while a server writes to the store.

use std::fs::{self, DirBuilder};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use crm_app::open_mode::OpenMode;

use super::error::BackupError;
use super::stop::Stop;
use super::{Backup, sum, whole};
use crate::engine::error::OpenError;
use crate::engine::options::Options;
use crate::engine::partial::{Partial, vacuum_into};
use crate::engine::{connection, migrate};
use crate::schema::MIGRATIONS;

/// Copies the store at `store`, as it is at one moment, to `to`, where nothing may be; makes the folder (mode 0700)
/// where there is none. Writers go on meanwhile; the store's log cannot shrink until the copy is done. Blocks.
///
/// The copy is checked as [`super::verify::verify`] does before it gets its name, and its sum is there before it.
///
/// # Errors
/// [`BackupError`]; nothing is left of what was begun.
pub fn make(store: &Path, to: &Path, stop: &Stop) -> Result<Backup, BackupError> {
    let to = std::path::absolute(to).map_err(BackupError::file("written", to))?;
    let name = sum::name_of(&to)?;
    let sum_file = sum::file_of(&to);
    for path in [&to, &sum_file] {
        refuse_if_there(path)?;
    }
    if !store.try_exists().map_err(BackupError::file("read", store))? {
        return Err(BackupError::NoStore(store.to_owned()));
    }
    if let Some(folder) = to.parent() {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(BackupError::file("made", folder))?;
    }
    let partial = copy(store, &to, stop)?;
    let schema = whole::check(partial.path(), stop)?;
    let (bytes, sha256) = sum::of_file(partial.path(), stop)?;
    let mut summed = Partial::of(&sum_file).map_err(BackupError::file("written", &sum_file))?;
    let written = summed.file().write_all(sum::line(&sha256, name).as_bytes());
    written.and_then(|()| summed.take_name(&sum_file)).map_err(BackupError::file("written", &sum_file))?;
    if let Err(error) = partial.take_name(&to) {
        sum::take_back(&sum_file);
        return Err(BackupError::file("written", &to)(error));
    }
    Ok(Backup { bytes, sha256, schema })
}

fn copy(store: &Path, to: &Path, stop: &Stop) -> Result<Partial, BackupError> {
    let mut conn = connection::open_to_copy(store, &Options::default()).map_err(BackupError::Unfit)?;
    let failed = BackupError::sqlite("copied");
    stop.watch(&mut conn).map_err(&failed)?;
    migrate::refuse_unfit(&conn, MIGRATIONS, OpenMode::Existing).map_err(|error| {
        if matches!(error, OpenError::NoStore) {
            BackupError::NoStore(store.to_owned())
        } else {
            BackupError::Unfit(error)
        }
    })?;
    let partial = Partial::of(to).map_err(BackupError::file("written", to))?;
    vacuum_into(&conn, &partial).map_err(&failed)?;
    Ok(partial)
}

/// Links count: whoever writes through one would write somewhere else.
pub(super) fn refuse_if_there(path: &Path) -> Result<(), BackupError> {
    match fs::symlink_metadata(path) {
        Ok(_) => Err(BackupError::Exists(path.to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(BackupError::File { what: "reached", path: path.to_owned(), source: error }),
    }
}
