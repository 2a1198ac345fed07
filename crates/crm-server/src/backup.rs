//! `backup`: the store out of the way of harm, whether it still is whole there, and back.
//!
//! The backup of an embedded store is that store in one file, with its sum beside it (`crm_sqlite::backup`). That of a
//! store on MongoDB is an [`archive_file`] of all its records. What a file is shows from its first bytes.

pub mod archive_file;
pub mod folder;
mod format;
mod make;
mod restore;

use std::path::Path;

use crm_sqlite::backup::error::BackupError;
use crm_sqlite::backup::stop::Stop;
use crm_sqlite::backup::{Backup, verify};
use crm_sqlite::engine::error::OpenError;
use crm_sqlite::engine::lock::LockError;

use self::format::Format;
use crate::cli::BackupCommand;
use crate::command_error::{Cause, CommandError};
use crate::settings::Settings;
use crate::{output, telemetry};

/// Runs the command.
///
/// # Errors
/// What was typed does not fit, the backup is not whole, or it was not made or restored.
pub async fn run(settings: Settings, command: BackupCommand) -> Result<(), CommandError> {
    telemetry::start(&settings.log)?;
    match command {
        BackupCommand::Make { to, archive } => make::run(settings, to, archive).await,
        BackupCommand::Verify { file } => blocking(move || verify_file(&file)).await,
        BackupCommand::Restore { file } => restore::run(settings, file).await,
    }
}

fn verify_file(file: &Path) -> Result<(), CommandError> {
    let shown = file.display();
    let contents = match Format::of(file)? {
        Format::Store => {
            let backup = verify::verify(file, &Stop::default());
            told(&backup.map_err(|error| of_backup(format!("{shown} is not good"), error))?)
        }
        Format::Archive => {
            let read = archive_file::reading::read(file, &mut |_| Ok(()));
            told_archive(&read.map_err(|error| CommandError::failed(format!("{shown} is not good"), error))?)
        }
    };
    output::say(&format!("{shown} is whole: {contents}"));
    Ok(())
}

/// What is in the backup of an embedded store.
fn told(backup: &Backup) -> String {
    format!(
        "a store with its audit log, schema {}, {} bytes, sha256 {}",
        backup.schema, backup.bytes, backup.sha256
    )
}

/// What is in an archive.
fn told_archive(contents: &archive_file::Contents) -> String {
    format!(
        "an archive made {}, {} records, without an audit log, sha256 {}",
        contents.made, contents.records, contents.sha256
    )
}

/// A backup that was not made or is not good, for whoever typed the command.
fn of_backup(what: String, error: BackupError) -> CommandError {
    match error {
        refused @ (BackupError::Exists(_)
        | BackupError::NoStore(_)
        | BackupError::BadName(_)
        | BackupError::Unfit(OpenError::OlderSchema { .. })) => {
            CommandError::Usage(format!("{what}: {refused}"))
        }
        BackupError::InUse(held @ LockError::Held { .. }) => {
            CommandError::Usage(format!("{what}: the store is in use: {held}"))
        }
        other @ (BackupError::Sum { .. }
        | BackupError::Damaged(_)
        | BackupError::Unfit(_)
        | BackupError::InUse(LockError::Folder(_) | LockError::File(_))
        | BackupError::File { .. }
        | BackupError::Sqlite { .. }
        | BackupError::Stopped) => CommandError::failed(what, other),
    }
}

/// Runs what reads and writes files on a thread for it.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CommandError> + Send + 'static,
) -> Result<T, CommandError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error: tokio::task::JoinError| CommandError::failed("the backup", Cause::from(error)))?
}
