//! A new key, and an end of those that no token needs any more.

use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crm_domain::timestamp::Timestamp;
use crm_security::tokens::ring::{self, AccessKey};
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::file::{self, KeyFileError};

/// What a rotation is to do.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Now.
    pub now: Timestamp,
    /// How long after now the new key begins to sign.
    pub signs_after: Duration,
    /// How long access tokens are good.
    pub access_life: Duration,
    /// The secret that signed before there was a file.
    pub taken_over: Option<SecretString>,
}

/// What a rotation has done.
#[derive(Debug, PartialEq, Eq)]
pub enum Rotated {
    /// There was no file and no secret: it has a key that signs at once.
    Made {
        /// The key.
        kid: String,
    },
    /// There was no file: it has the secret that signed before, so that nobody is signed out by it.
    TakenOver {
        /// That secret as a key.
        kid: String,
    },
    /// The file has one more key.
    Added {
        /// The key.
        kid: String,
        /// When it begins to sign.
        signs_from: Timestamp,
        /// Those that no token needs any more.
        dropped: Vec<String>,
    },
}

/// Makes a new key in the file, or the file itself.
///
/// # Errors
/// [`KeyFileError`]; the file is then as it was.
pub fn rotate(path: &Path, wanted: &Wanted) -> Result<Rotated, KeyFileError> {
    let _alone = file::lock(path)?;
    let now = wanted.now;
    let mut keys = match file::read(path) {
        Ok(keys) => keys,
        Err(KeyFileError::Missing) => {
            let (secret, is_taken_over) = match &wanted.taken_over {
                Some(secret) => (secret.clone(), true),
                None => (random()?, false),
            };
            let key = AccessKey::of(secret, now, now);
            let kid = key.kid.clone();
            file::write(path, &[key])?;
            return Ok(if is_taken_over { Rotated::TakenOver { kid } } else { Rotated::Made { kid } });
        }
        Err(error) => return Err(error),
    };
    let signs_from = now.plus(wanted.signs_after);
    let key = AccessKey::of(random()?, now, signs_from);
    let kid = key.kid.clone();
    keys.push(key);
    let (kept, dropped) = needed(keys, now, wanted.access_life);
    file::write(path, &kept)?;
    Ok(Rotated::Added { kid, signs_from, dropped })
}

/// The keys that have not ended, and the ids of the others.
pub(super) fn needed(
    keys: Vec<AccessKey>,
    now: Timestamp,
    access_life: Duration,
) -> (Vec<AccessKey>, Vec<String>) {
    let (mut kept, mut dropped) = (Vec::new(), Vec::new());
    for (key, replaced_at) in ring::in_order(keys) {
        if replaced_at.is_some_and(|at| ring::end(at, access_life) <= now) {
            dropped.push(key.kid);
        } else {
            kept.push(key);
        }
    }
    (kept, dropped)
}

fn random() -> Result<SecretString, KeyFileError> {
    let mut bytes = Zeroizing::new([0_u8; 48]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|_| KeyFileError::Randomness)?;
    Ok(SecretString::from(STANDARD.encode(bytes.as_slice())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: u64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000).unwrap().plus(Duration::from_mins(minute))
    }

    fn wanted(minute: u64) -> Wanted {
        Wanted {
            now: at(minute),
            signs_after: Duration::from_mins(1),
            access_life: Duration::from_mins(15),
            taken_over: None,
        }
    }

    fn kids(path: &Path) -> Vec<String> {
        file::read(path).unwrap().into_iter().map(|key| key.kid).collect()
    }

    #[test]
    fn an_old_key_stays_until_no_token_of_it_can_be_good_and_is_dropped_then() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        let Rotated::Made { kid: first } = rotate(&path, &wanted(0)).unwrap() else { panic!() };
        let added = |minute| match rotate(&path, &wanted(minute)).unwrap() {
            Rotated::Added { kid, signs_from, dropped } => {
                assert_eq!(signs_from, at(minute + 1));
                (kid, dropped)
            }
            other @ (Rotated::Made { .. } | Rotated::TakenOver { .. }) => panic!("{other:?}"),
        };
        let (second, none) = added(10);
        assert_eq!((none.len(), kids(&path)), (0, vec![first.clone(), second.clone()]));
        // The first signed until minute 11; 15 minutes and an hour later nothing of it is good.
        let (third, none) = added(85);
        assert_eq!(none.len(), 0);
        let (fourth, dropped) = added(86);
        assert_eq!((dropped, kids(&path)), (vec![first], vec![second, third, fourth]));
    }

    #[test]
    fn the_secret_that_signed_before_is_taken_over_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        let secret = SecretString::from("s".repeat(32));
        let kid = AccessKey::of(secret.clone(), at(0), at(0)).kid;
        let before = Wanted { taken_over: Some(secret), ..wanted(0) };
        assert_eq!(rotate(&path, &before).unwrap(), Rotated::TakenOver { kid: kid.clone() });
        assert!(matches!(rotate(&path, &before).unwrap(), Rotated::Added { .. }));
        assert_eq!(kids(&path).first(), Some(&kid));
    }

    #[test]
    fn rotations_at_once_lose_no_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        rotate(&path, &wanted(0)).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| rotate(&path, &wanted(1)).unwrap());
            }
        });
        assert_eq!(kids(&path).len(), 9);
    }
}
