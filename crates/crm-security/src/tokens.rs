//! Access tokens, which say who asks, and refresh tokens, which bring new ones.
//!
//! An access token is a JWT (RFC 7519, typed as RFC 9068 has it) signed with HS256 by the newest key of a ring, which it
//! names. It is believed only if it is written as ours are and every claim is there and right; time is the caller's `now`
//! and never the system's clock. A refresh token says its session and its place among the session's
//! tokens, and is authenticated with another key.

mod claims;
mod derived;
mod header;
mod hs256;
mod refresh;
pub mod ring;
mod seen;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use crm_app::ports::tokens::{AccessClaims, ShownRefresh, TokenFailure, TokenFlaw, Tokens};
use crm_domain::session::RefreshFingerprint;
use crm_domain::session::rotation::{DeviceMark, RefreshClaim};
use crm_domain::timestamp::Timestamp;
use hmac::{Hmac, KeyInit};
use jsonwebtoken::Algorithm;
use jsonwebtoken::crypto::verify;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use self::claims::{Claims, Written};
use self::refresh::RefreshKeys;
use self::ring::{AccessKey, KeyRing};
use self::seen::Mark;

/// The shortest secret taken, in bytes: a key for HS256 must be as long as its hash (RFC 7518, 3.2).
pub const LEAST_SECRET_BYTES: usize = 32;
/// How far the clocks of two servers may be apart. What ends with a token must be remembered this much longer.
pub const LEEWAY: Duration = Duration::from_secs(5);

/// Ours are a third of this. What is longer is refused before any work.
const LONGEST_TOKEN: usize = 2_048;
/// Says that it is an access token, so that no other kind of token passes for one (RFC 9068, 2.1).
const TYPE: &str = "at+jwt";

/// What tokens rest on.
#[derive(Debug, Clone)]
pub struct TokenSecrets {
    /// Signs access tokens.
    pub access: SecretString,
    /// What the keys of refresh tokens are derived from.
    pub refresh: SecretString,
}

/// Why no tokens can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TokenSetupError {
    /// A secret is too short to be safe.
    #[error("the {0} secret is shorter than 32 bytes")]
    ShortSecret(&'static str),
    /// Another part of the program chose another signer for the JWT library.
    #[error("the JWT library was already given another signer")]
    OtherSigner,
}

/// Makes and reads tokens with keys that all servers of one store share.
pub struct JwtTokens {
    ring: ArcSwap<KeyRing>,
    refresh: RefreshKeys,
    access_life: Duration,
}

impl JwtTokens {
    /// Tokens of these secrets; access tokens have one key and are good for `access_life`, in whole seconds.
    ///
    /// # Errors
    /// [`TokenSetupError`].
    pub fn new(secrets: &TokenSecrets, access_life: Duration) -> Result<Self, TokenSetupError> {
        let key = AccessKey::of(secrets.access.clone(), Timestamp::MIN, Timestamp::MIN);
        let ring = KeyRing::of([key]).map_err(|_| TokenSetupError::ShortSecret("access"))?;
        Self::with_ring(ring, &secrets.refresh, access_life)
    }

    /// Tokens with this ring of keys for access tokens.
    ///
    /// # Errors
    /// [`TokenSetupError`].
    pub fn with_ring(
        ring: KeyRing,
        refresh: &SecretString,
        access_life: Duration,
    ) -> Result<Self, TokenSetupError> {
        let refresh = refresh.expose_secret().as_bytes();
        let short = TokenSetupError::ShortSecret("refresh");
        if refresh.len() < LEAST_SECRET_BYTES {
            return Err(short);
        }
        if !hs256::install() {
            return Err(TokenSetupError::OtherSigner);
        }
        let fingerprints = Hmac::new_from_slice(refresh).map_err(|_| short)?;
        Ok(Self {
            ring: ArcSwap::from_pointee(ring),
            refresh: RefreshKeys::of(refresh, fingerprints),
            access_life,
        })
    }

    /// Signs and checks access tokens with other keys from now on. Tokens of a key that is not among them are refused.
    pub fn use_ring(&self, ring: KeyRing) {
        self.ring.store(Arc::new(ring));
    }

    /// The ids of the keys of access tokens, in the order in which they sign.
    pub fn kids(&self) -> Vec<String> {
        self.ring.load().kids().map(str::to_owned).collect()
    }
}

impl Tokens for JwtTokens {
    fn issue(&self, claims: &AccessClaims, now: Timestamp) -> Result<SecretString, TokenFailure> {
        let claims = Written::issued(claims, now, self.access_life);
        let ring = self.ring.load();
        let key = ring.signing(now).ok_or(TokenFailure)?;
        let token = jsonwebtoken::encode(&key.header, &claims, &key.signing).map_err(|_| TokenFailure)?;
        Ok(SecretString::from(token))
    }

    fn read(&self, token: &str, now: Timestamp) -> Result<AccessClaims, TokenFlaw> {
        if token.len() > LONGEST_TOKEN {
            return Err(TokenFlaw);
        }
        let ring = self.ring.load();
        let mark = Mark::of(token);
        if let Some(claims) = ring.seen.claims(mark) {
            return claims.at(now).ok_or(TokenFlaw);
        }
        let claims = signed(&ring, token, self.access_life).ok_or(TokenFlaw)?;
        ring.seen.remember(mark, claims);
        claims.at(now).ok_or(TokenFlaw)
    }

    fn access_life(&self) -> Duration {
        self.access_life
    }

    fn refresh_token(&self, claim: &RefreshClaim) -> SecretString {
        self.refresh.token(claim)
    }

    fn read_refresh(&self, token: &str) -> Result<ShownRefresh, TokenFlaw> {
        self.refresh.read(token).ok_or(TokenFlaw)
    }

    fn fingerprint(&self, token: &str) -> RefreshFingerprint {
        self.refresh.fingerprint(token)
    }

    fn device_mark(&self, address: &str, user_agent: &str) -> DeviceMark {
        self.refresh.device_mark(address, user_agent)
    }
}

/// What a token claims that is written as ours are and signed with a key of the ring. It is good until the key ends at
/// most.
fn signed(ring: &KeyRing, token: &str, access_life: Duration) -> Option<Claims> {
    let parts = header::read(token)?;
    let key = ring.verifying(&parts.header.kid)?;
    if parts.header.alg != key.algorithm.as_str() {
        return None;
    }
    // In this order: nothing of the claims is read before the signature is known to be ours.
    match verify(parts.signature, parts.message, &key.verifying, Algorithm::HS256) {
        Ok(true) => {
            let end = key.replaced_at.map(|at| ring::end(at, access_life));
            Claims::read(&parts.claims).map(|claims| claims.until(end))
        }
        Ok(false) | Err(_) => None,
    }
}

impl std::fmt::Debug for JwtTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JwtTokens")
            .field("keys", &self.kids())
            .field("access_life", &self.access_life)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
