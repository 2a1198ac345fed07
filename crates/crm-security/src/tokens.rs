//! Access tokens, which say who asks, and refresh tokens, which bring new ones.
//!
//! An access token is a JWT (RFC 7519) signed with HS256. It is believed only if every claim is there and right; time is
//! the caller's `now` and never the system's clock. A refresh token says its session and its place among the session's
//! tokens, and is authenticated with another key.

mod claims;
mod derived;
mod hs256;
mod refresh;

use std::time::Duration;

use crm_app::ports::tokens::{AccessClaims, ShownRefresh, TokenFailure, TokenFlaw, Tokens};
use crm_domain::session::RefreshFingerprint;
use crm_domain::session::rotation::{DeviceMark, RefreshClaim};
use crm_domain::timestamp::Timestamp;
use hmac::{Hmac, KeyInit};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use self::claims::Claims;
use self::refresh::RefreshKeys;

/// The shortest secret taken, in bytes: a key for HS256 must be as long as its hash (RFC 7518, 3.2).
pub const LEAST_SECRET_BYTES: usize = 32;
/// How far the clocks of two servers may be apart. What ends with a token must be remembered this much longer.
pub const LEEWAY: Duration = Duration::from_secs(5);

/// Ours are a third of this. What is longer is refused before any work.
const LONGEST_TOKEN: usize = 2_048;
const TYPE: &str = "JWT";

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

/// Makes and reads tokens with secrets that all servers of one store share.
pub struct JwtTokens {
    header: Header,
    signing: EncodingKey,
    verifying: DecodingKey,
    validation: Validation,
    refresh: RefreshKeys,
    access_life: Duration,
}

impl JwtTokens {
    /// Tokens of these secrets; access tokens are good for `access_life`, in whole seconds.
    ///
    /// # Errors
    /// [`TokenSetupError`].
    pub fn new(secrets: &TokenSecrets, access_life: Duration) -> Result<Self, TokenSetupError> {
        let access = long_enough("access", &secrets.access)?;
        let refresh = long_enough("refresh", &secrets.refresh)?;
        if !hs256::install() {
            return Err(TokenSetupError::OtherSigner);
        }
        Ok(Self {
            header: Header { typ: Some(TYPE.to_owned()), ..Header::new(Algorithm::HS256) },
            signing: EncodingKey::from_secret(access),
            verifying: DecodingKey::from_secret(access),
            validation: claims::validation(),
            refresh: RefreshKeys::of(
                refresh,
                Hmac::new_from_slice(refresh).map_err(|_| TokenSetupError::ShortSecret("refresh"))?,
            ),
            access_life,
        })
    }
}

impl Tokens for JwtTokens {
    fn issue(&self, claims: &AccessClaims, now: Timestamp) -> Result<SecretString, TokenFailure> {
        let claims = Claims::issued(claims, now, self.access_life);
        let token = jsonwebtoken::encode(&self.header, &claims, &self.signing).map_err(|_| TokenFailure)?;
        Ok(SecretString::from(token))
    }

    fn read(&self, token: &str, now: Timestamp) -> Result<AccessClaims, TokenFlaw> {
        if token.len() > LONGEST_TOKEN {
            return Err(TokenFlaw);
        }
        let data = jsonwebtoken::decode::<Claims>(token, &self.verifying, &self.validation)
            .map_err(|_| TokenFlaw)?;
        // `crit` names extensions that a reader must understand (RFC 7515, 4.1.11). We know none.
        if data.header.typ.as_deref() != Some(TYPE) || data.header.crit.is_some() {
            return Err(TokenFlaw);
        }
        data.claims.checked(now).ok_or(TokenFlaw)
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

impl std::fmt::Debug for JwtTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JwtTokens").field("access_life", &self.access_life).finish_non_exhaustive()
    }
}

fn long_enough<'a>(name: &'static str, secret: &'a SecretString) -> Result<&'a [u8], TokenSetupError> {
    let bytes = secret.expose_secret().as_bytes();
    if bytes.len() < LEAST_SECRET_BYTES { Err(TokenSetupError::ShortSecret(name)) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests;
