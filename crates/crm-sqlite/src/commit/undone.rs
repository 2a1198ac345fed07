//! How a commit ends that is not applied.

use crm_app::commit::{UniqueKey, Verdict};
use crm_app::error::StoreError;
use rusqlite::{Error, ffi};

use crate::engine::error::JobError;

/// Why nothing was written.
#[derive(Debug)]
pub(crate) enum Undone {
    /// The commit does not hold.
    Verdict(Verdict),
    /// Something stored, on which it rests, cannot be read.
    Store(StoreError),
}

/// How writing ends.
pub(crate) type Written<T> = Result<T, JobError<Undone>>;

/// Something has changed since it was read.
pub(crate) fn stale() -> JobError<Undone> {
    JobError::Refused(Undone::Verdict(Verdict::Stale))
}

/// Another record holds the key.
pub(crate) fn duplicate(key: UniqueKey) -> JobError<Undone> {
    JobError::Refused(Undone::Verdict(Verdict::Duplicate(key)))
}

/// What reading said, in the words of writing.
pub(crate) fn store(error: JobError<StoreError>) -> JobError<Undone> {
    match error {
        JobError::Refused(error) => JobError::Refused(Undone::Store(error)),
        JobError::Failed(error) => JobError::Failed(error),
    }
}

/// What an insert or an update said: a key that is taken is a verdict, and so is a customer that is gone.
pub(crate) fn by_constraint(error: Error) -> JobError<Undone> {
    let Error::SqliteFailure(failure, text) = &error else { return JobError::Failed(error) };
    match failure.extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY => {
            duplicate(key_named_in(text.as_deref().unwrap_or_default()))
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => stale(),
        _ => JobError::Failed(error),
    }
}

/// SQLite names the columns: `UNIQUE constraint failed: user.email`.
fn key_named_in(text: &str) -> UniqueKey {
    if text.contains("user.email") {
        UniqueKey::Email
    } else if text.contains("session.fingerprint") {
        UniqueKey::Fingerprint
    } else {
        UniqueKey::Id
    }
}
