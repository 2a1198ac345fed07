//! Files that are made from the code and checked in.

use std::fs;
use std::path::PathBuf;

use crate::store;

/// A path from the root of the project.
pub(crate) fn from_root(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// Compares a file with what it should be; with `CRM_UPDATE=1` it is written instead, on one of the stores.
pub(crate) fn assert_unchanged(path: &str, made: &str) {
    let file = from_root(path);
    if store::MAKES_FILES && std::env::var("CRM_UPDATE").is_ok_and(|update| update == "1") {
        fs::write(&file, made).unwrap();
        return;
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    if kept == made {
        return;
    }
    let differs = kept.lines().zip(made.lines()).position(|(old, new)| old != new);
    let at = differs.unwrap_or(kept.lines().count().min(made.lines().count()));
    panic!(
        "{path} is not what the code makes, from line {}:\n- {}\n+ {}\nif that is meant, run \
         `CRM_UPDATE=1 cargo test -p crm-http` and look at the difference",
        at + 1,
        kept.lines().nth(at).unwrap_or("(nothing)"),
        made.lines().nth(at).unwrap_or("(nothing)"),
    );
}
