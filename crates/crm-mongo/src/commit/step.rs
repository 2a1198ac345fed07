//! One command of a transaction, and what its answer means.

use bson::{Document, doc};
use crm_app::commit::{UniqueKey, Verdict};

use crate::audits::listing::{AUDITS, HEAD};
use crate::{documents, open_tasks, standings, tallies};

/// What a command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Each statement is a new document.
    Insert,
    /// Each statement finds and changes documents.
    Update,
    /// Each statement finds and deletes documents.
    Delete,
}

/// What it means if fewer documents are found than there are statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Short {
    /// Nothing: each may find any number.
    Fine,
    /// Something has changed since it was read.
    Stale,
    /// The store was set up before.
    SetUp,
    /// The calendar has changed.
    Calendar,
}

/// One command: statements of one kind on one collection, in order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    pub(crate) collection: &'static str,
    pub(crate) verb: Verb,
    pub(crate) statements: Vec<Document>,
    pub(crate) short: Short,
}

/// Why a transaction goes no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Halt {
    /// The commit does not hold.
    Refused(Verdict),
    /// The calendar is another than it was planned with.
    Calendar,
    /// It met another transaction and must begin anew.
    Again,
    /// The server has no room left.
    Full,
    /// The server refused a statement with this code.
    Failed(i32),
}

const DUPLICATE_KEY: i32 = 11_000;
const WRITE_CONFLICT: i32 = 112;
const OUT_OF_DISK_SPACE: i32 = 14_031;

impl Step {
    /// The command.
    pub(crate) fn command(&self) -> Document {
        let statements = self.statements.clone();
        let (verb, what) = match self.verb {
            Verb::Insert => ("insert", "documents"),
            Verb::Update => ("update", "updates"),
            Verb::Delete => ("delete", "deletes"),
        };
        doc! { verb: self.collection, what: statements, "ordered": true }
    }

    /// What the server's answer means.
    pub(crate) fn judge(&self, answer: &Document) -> Result<(), Halt> {
        if let Some(error) = answer.get_array("writeErrors").ok().and_then(|errors| errors.first()) {
            return Err(self.halt(error.as_document().unwrap_or(&Document::new())));
        }
        if found(answer) >= i64::try_from(self.statements.len()).unwrap_or(i64::MAX) {
            return Ok(());
        }
        match self.short {
            Short::Fine => Ok(()),
            Short::Stale => Err(Halt::Refused(Verdict::Stale)),
            Short::SetUp => Err(Halt::Refused(Verdict::Duplicate(UniqueKey::SetUp))),
            Short::Calendar => Err(Halt::Calendar),
        }
    }

    /// What it means that the server refused the command or one of its statements.
    pub(crate) fn halt(&self, error: &Document) -> Halt {
        match error.get_i32("code") {
            Ok(DUPLICATE_KEY) => self.taken(error),
            Ok(WRITE_CONFLICT) => Halt::Again,
            Ok(OUT_OF_DISK_SPACE) => Halt::Full,
            Ok(code) => Halt::Failed(code),
            Err(_) => Halt::Failed(0),
        }
    }

    /// Which key is taken.
    fn taken(&self, error: &Document) -> Halt {
        let pattern = error.get_document("keyPattern");
        let is = |field| pattern.as_ref().is_ok_and(|pattern| pattern.contains_key(field));
        let key = match self.collection {
            // Two that make what neither has found meet in its key.
            standings::COLLECTION | tallies::COLLECTION | "transfers" | HEAD => return Halt::Again,
            // There is one, and it counts something else.
            open_tasks::COLLECTION if self.short == Short::Stale => return Halt::Refused(Verdict::Stale),
            open_tasks::COLLECTION => return Halt::Again,
            // Two that go on from one entry meet in the number of the next.
            AUDITS if is("sequence") => return Halt::Again,
            "users" if is("email") => UniqueKey::Email,
            "sessions" if is("fingerprint") => UniqueKey::Fingerprint,
            "replays" => UniqueKey::Replay,
            _ => UniqueKey::Id,
        };
        Halt::Refused(Verdict::Duplicate(key))
    }
}

/// How many documents the statements of a command found.
fn found(answer: &Document) -> i64 {
    answer.get("n").and_then(documents::integer).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(collection: &'static str, short: Short) -> Step {
        Step { collection, verb: Verb::Update, statements: vec![doc! {}, doc! {}], short }
    }

    #[test]
    fn a_statement_that_finds_nothing_means_what_its_step_says() {
        let judge = |short, n: i32| step("leads", short).judge(&doc! { "ok": 1, "n": n });
        assert_eq!(judge(Short::Stale, 2), Ok(()));
        assert_eq!(judge(Short::Stale, 1), Err(Halt::Refused(Verdict::Stale)));
        assert_eq!(judge(Short::Calendar, 0), Err(Halt::Calendar));
        assert_eq!(judge(Short::Fine, 0), Ok(()));
    }

    #[test]
    fn a_key_that_is_taken_is_told_by_its_fields() {
        let judge = |collection, short, field: &str| {
            let error = doc! { "index": 0, "code": 11_000, "keyPattern": { field: 1 } };
            step(collection, short).judge(&doc! { "ok": 1, "n": 0, "writeErrors": [error] })
        };
        let duplicate = |key| Err(Halt::Refused(Verdict::Duplicate(key)));
        assert_eq!(judge("users", Short::Stale, "email"), duplicate(UniqueKey::Email));
        assert_eq!(judge("users", Short::Stale, "_id"), duplicate(UniqueKey::Id));
        assert_eq!(judge("sessions", Short::Fine, "fingerprint"), duplicate(UniqueKey::Fingerprint));
        assert_eq!(judge("replays", Short::Fine, "_id"), duplicate(UniqueKey::Replay));
        assert_eq!(judge("tallies", Short::Calendar, "_id"), Err(Halt::Again));
        assert_eq!(judge("open_tasks", Short::Stale, "_id"), Err(Halt::Refused(Verdict::Stale)));
    }
}
