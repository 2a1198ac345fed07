//! The end of one key at once.

use std::path::Path;
use std::time::Duration;

use crm_domain::timestamp::Timestamp;
use crm_security::tokens::ring::AccessKey;

use super::file::{self, KeyFileError};
use super::rotate::needed;

/// What became of a key that was to be revoked.
#[derive(Debug, PartialEq, Eq)]
pub enum Revoked {
    /// It is no longer in the file, nor are those that had ended before.
    Removed {
        /// Those that had ended.
        dropped: Vec<String>,
    },
    /// No key has this id.
    Unknown {
        /// The ids that there are.
        known: Vec<String>,
    },
    /// It signs now. Without it an older key would sign again, or none.
    Signs,
}

/// Takes the key with this id out of the file; servers that follow the file refuse its tokens within a second. The key
/// that signs stays: [`super::rotate`] makes another one first. A key that the revoked one replaced ends as if it had been
/// replaced by the next.
///
/// # Errors
/// [`KeyFileError`]; the file is then as it was.
pub fn revoke(
    path: &Path,
    kid: &str,
    now: Timestamp,
    access_life: Duration,
) -> Result<Revoked, KeyFileError> {
    let _alone = file::lock(path)?;
    let keys = file::read(path)?;
    if keys.iter().all(|key| key.kid != kid) {
        return Ok(Revoked::Unknown { known: keys.into_iter().map(|key| key.kid).collect() });
    }
    if signing(&keys, now).is_some_and(|key| key.kid == kid) {
        return Ok(Revoked::Signs);
    }
    // Before the key goes: one that has ended must not count as replaced later than it was.
    let (mut kept, mut dropped) = needed(keys, now, access_life);
    kept.retain(|key| key.kid != kid);
    dropped.retain(|key| key != kid);
    file::write(path, &kept)?;
    Ok(Revoked::Removed { dropped })
}

/// The key that signs now: the last one that has begun to, or the first, if none has.
pub fn signing(keys: &[AccessKey], now: Timestamp) -> Option<&AccessKey> {
    let order = |key: &&AccessKey| (key.signs_from, key.kid.clone());
    keys.iter()
        .filter(|key| key.signs_from <= now)
        .max_by_key(order)
        .or_else(|| keys.iter().min_by_key(order))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: Duration = Duration::from_mins(15);

    fn at(minute: u64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000).unwrap().plus(Duration::from_mins(minute))
    }

    fn key(name: char, minute: u64) -> AccessKey {
        AccessKey::of(name.to_string().repeat(32).into(), at(minute), at(minute))
    }

    /// Keys that begin to sign at minutes 0, 10, 200, and 300.
    fn file_of_four() -> (tempfile::TempDir, std::path::PathBuf, [String; 4]) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        let keys = [key('a', 0), key('b', 10), key('c', 200), key('d', 300)];
        file::write(&path, &keys).unwrap();
        (folder, path, keys.map(|key| key.kid))
    }

    fn kids(path: &Path) -> Vec<String> {
        file::read(path).unwrap().into_iter().map(|key| key.kid).collect()
    }

    #[test]
    fn a_revoked_key_is_gone_and_a_key_that_had_ended_does_not_come_back() {
        let (_folder, path, [a, b, c, d]) = file_of_four();
        // At minute 201 the first key has ended, the second one checks, the third one signs.
        assert_eq!(revoke(&path, &b, at(201), LIFE).unwrap(), Revoked::Removed { dropped: vec![a] });
        assert_eq!(kids(&path), [c, d]);
    }

    #[test]
    fn a_key_that_does_not_sign_yet_can_be_revoked() {
        let (_folder, path, [_, _, _, d]) = file_of_four();
        assert!(matches!(revoke(&path, &d, at(201), LIFE).unwrap(), Revoked::Removed { .. }));
        assert!(!kids(&path).contains(&d));
    }

    #[test]
    fn the_key_that_signs_stays_and_an_unknown_one_is_answered_with_the_known_ones() {
        let (_folder, path, [a, b, c, d]) = file_of_four();
        assert_eq!(revoke(&path, &c, at(201), LIFE).unwrap(), Revoked::Signs);
        let known = vec![a, b, c, d];
        assert_eq!(revoke(&path, "x", at(201), LIFE).unwrap(), Revoked::Unknown { known: known.clone() });
        assert_eq!(kids(&path), known);
    }
}
