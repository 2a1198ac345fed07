//! The keys of access tokens: the newest signs, and each is found by its id.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crm_domain::timestamp::Timestamp;
use hmac::Mac;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use super::seen::Seen;
use super::{LEAST_SECRET_BYTES, TYPE, derived};

/// How much longer than the life of a token a key checks once another one signs: for clocks that differ, and servers that
/// were slow to read the file.
pub const GRACE: Duration = Duration::from_hours(1);
/// The longest id of a key, in bytes.
const LONGEST_KID: usize = 64;

/// The algorithm of a key. A key has one, so that no token chooses another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAlgorithm {
    /// HMAC with SHA-256 (RFC 7518, 3.2).
    Hs256,
}

impl KeyAlgorithm {
    /// Its name (RFC 7518, 3.1).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
        }
    }

    /// The algorithm of this name.
    pub fn parse(name: &str) -> Option<Self> {
        (name == Self::Hs256.as_str()).then_some(Self::Hs256)
    }
}

/// A key of access tokens.
#[derive(Debug, Clone)]
pub struct AccessKey {
    /// What tokens name it by.
    pub kid: String,
    /// Its algorithm.
    pub algorithm: KeyAlgorithm,
    /// Its secret, taken as the bytes of this text.
    pub secret: SecretString,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it begins to sign: late enough that every server knows it by then.
    pub signs_from: Timestamp,
}

impl AccessKey {
    /// The key of a secret, named by a hash of it.
    pub fn of(secret: SecretString, created_at: Timestamp, signs_from: Timestamp) -> Self {
        let code = derived::key(secret.expose_secret().as_bytes(), "access key id").finalize().into_bytes();
        let short: Vec<u8> = code.into_iter().take(9).collect();
        Self {
            kid: URL_SAFE_NO_PAD.encode(short),
            algorithm: KeyAlgorithm::Hs256,
            secret,
            created_at,
            signs_from,
        }
    }
}

/// The keys in the order in which they sign, each with the moment at which the next one begins to: none for the last.
pub fn in_order(mut keys: Vec<AccessKey>) -> impl Iterator<Item = (AccessKey, Option<Timestamp>)> {
    keys.sort_by(|a, b| (a.signs_from, &a.kid).cmp(&(b.signs_from, &b.kid)));
    let starts: Vec<Timestamp> = keys.iter().map(|key| key.signs_from).collect();
    let replaced = starts.into_iter().skip(1).map(Some).chain([None]);
    keys.into_iter().zip(replaced)
}

/// When a key ends in whose place another one signs from this moment on: its tokens are refused from then.
pub fn end(replaced_at: Timestamp, access_life: Duration) -> Timestamp {
    replaced_at.plus(access_life + GRACE)
}

/// Why keys make no ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RingError {
    /// There is none.
    #[error("there is no key")]
    Empty,
    /// An id is no short text of letters, digits, `-` and `_`.
    #[error("a key's id must be 1 to 64 letters, digits, - and _")]
    BadKid,
    /// Two keys have one id.
    #[error("two keys have the same id")]
    SameKid,
    /// A secret is too short to be safe.
    #[error("a key's secret is shorter than 32 bytes")]
    ShortSecret,
}

/// The keys of access tokens, at least one.
pub struct KeyRing {
    /// In the order in which they sign.
    keys: Vec<Ready>,
    /// Tokens of these keys. Another ring believes none of them unseen.
    pub(super) seen: Seen,
}

/// A key, ready to be used.
pub(super) struct Ready {
    signs_from: Timestamp,
    /// When the next key begins to sign; none for the last one.
    pub(super) replaced_at: Option<Timestamp>,
    kid: String,
    pub(super) algorithm: KeyAlgorithm,
    pub(super) header: Header,
    pub(super) signing: EncodingKey,
    pub(super) verifying: DecodingKey,
}

impl KeyRing {
    /// A ring of these keys.
    ///
    /// # Errors
    /// [`RingError`].
    pub fn of(keys: impl IntoIterator<Item = AccessKey>) -> Result<Self, RingError> {
        let keys = in_order(keys.into_iter().collect());
        let ready = keys.map(|(key, at)| Ready::of(key, at)).collect::<Result<Vec<_>, _>>()?;
        if ready.is_empty() {
            return Err(RingError::Empty);
        }
        let mut kids: Vec<&str> = ready.iter().map(|key| key.kid.as_str()).collect();
        kids.sort_unstable();
        if kids.windows(2).any(|pair| matches!(pair, [one, other] if one == other)) {
            return Err(RingError::SameKid);
        }
        Ok(Self { keys: ready, seen: Seen::new() })
    }

    /// The ids of all keys, in the order in which they sign.
    pub fn kids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.kid.as_str())
    }

    /// The key that signs now: the last one that has begun to, or the first, if none has.
    pub(super) fn signing(&self, now: Timestamp) -> Option<&Ready> {
        self.keys.iter().rev().find(|key| key.signs_from <= now).or_else(|| self.keys.first())
    }

    /// The key with exactly this id.
    pub(super) fn verifying(&self, kid: &str) -> Option<&Ready> {
        self.keys.iter().find(|key| key.kid == kid)
    }
}

impl Ready {
    fn of(key: AccessKey, replaced_at: Option<Timestamp>) -> Result<Self, RingError> {
        let is_plain = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
        if !(1..=LONGEST_KID).contains(&key.kid.len()) || !key.kid.bytes().all(is_plain) {
            return Err(RingError::BadKid);
        }
        let secret = key.secret.expose_secret().as_bytes();
        if secret.len() < LEAST_SECRET_BYTES {
            return Err(RingError::ShortSecret);
        }
        let KeyAlgorithm::Hs256 = key.algorithm;
        Ok(Self {
            signs_from: key.signs_from,
            replaced_at,
            algorithm: key.algorithm,
            header: Header {
                typ: Some(TYPE.to_owned()),
                kid: Some(key.kid.clone()),
                ..Header::new(Algorithm::HS256)
            },
            signing: EncodingKey::from_secret(secret),
            verifying: DecodingKey::from_secret(secret),
            kid: key.kid,
        })
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyRing").field(&self.kids().collect::<Vec<_>>()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_millis(second * 1_000).unwrap()
    }

    fn key(name: char, signs_from: i64) -> AccessKey {
        AccessKey::of(name.to_string().repeat(32).into(), at(0), at(signs_from))
    }

    fn signs(ring: &KeyRing, second: i64) -> String {
        ring.signing(at(second)).unwrap().kid.clone()
    }

    #[test]
    fn the_newest_key_signs_from_its_moment_on_and_all_are_found_by_their_exact_id() {
        let (old, new, next) = (key('a', 10), key('b', 20), key('c', 30));
        let ring = KeyRing::of([next.clone(), old.clone(), new.clone()]).unwrap();
        for (second, expected) in [(0, &old), (10, &old), (19, &old), (20, &new), (29, &new), (30, &next)] {
            assert_eq!(signs(&ring, second), expected.kid, "{second}");
        }
        for key in [&old, &new, &next] {
            assert_eq!(ring.verifying(&key.kid).unwrap().kid, key.kid);
            for wrong in
                [key.kid.to_lowercase(), format!("{} ", key.kid), key.kid[1..].to_owned(), String::new()]
            {
                assert!(ring.verifying(&wrong).is_none(), "{wrong}");
            }
        }
    }

    #[test]
    fn a_key_is_replaced_when_the_next_one_signs_and_the_last_one_never() {
        let keys = vec![key('b', 20), key('c', 30), key('a', 10)];
        let replaced: Vec<_> = in_order(keys).map(|(_, at)| at).collect();
        assert_eq!(replaced, [Some(at(20)), Some(at(30)), None]);
    }

    #[test]
    fn a_key_is_named_by_a_hash_of_its_secret() {
        assert_eq!(key('a', 1).kid, key('a', 2).kid);
        assert_ne!(key('a', 1).kid, key('b', 1).kid);
        assert_eq!(key('a', 1).kid.len(), 12);
    }

    #[test]
    fn keys_that_cannot_be_told_apart_or_are_weak_make_no_ring() {
        let ring = |keys: &[AccessKey]| KeyRing::of(keys.to_vec()).map(drop);
        assert_eq!(ring(&[]), Err(RingError::Empty));
        assert_eq!(ring(&[key('a', 1), key('b', 1), key('a', 2)]), Err(RingError::SameKid));
        for kid in ["", "a b", "ä", "a\n", &"x".repeat(65)] {
            assert_eq!(ring(&[AccessKey { kid: kid.to_owned(), ..key('a', 1) }]), Err(RingError::BadKid));
        }
        let short = AccessKey { secret: "x".repeat(31).into(), ..key('a', 1) };
        assert_eq!(ring(&[short]), Err(RingError::ShortSecret));
    }

    #[test]
    fn no_secret_is_shown() {
        let key = key('q', 1);
        let shown = format!("{key:?} {:?}", KeyRing::of([key.clone()]).unwrap());
        assert!(!shown.contains("qqqq"), "{shown}");
    }
}
