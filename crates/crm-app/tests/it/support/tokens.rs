//! Tokens that can be read by eye: `access <user> <session> <access version>` and `refresh <number>`.

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use crm_app::ports::tokens::{AccessClaims, NewRefreshToken, TokenFailure, TokenFlaw, Tokens};
use crm_domain::ids::{SessionId, UserId};
use crm_domain::session::RefreshFingerprint;
use crm_domain::timestamp::Timestamp;
use secrecy::SecretString;

/// Makes tokens that anybody could make.
#[derive(Default)]
pub(crate) struct PlainTokens(AtomicU8);

impl Tokens for PlainTokens {
    fn issue(&self, claims: &AccessClaims, _now: Timestamp) -> Result<SecretString, TokenFailure> {
        let AccessClaims { user, session, access_version } = claims;
        Ok(format!("access {user} {session} {access_version}").into())
    }

    fn read(&self, token: &str, _now: Timestamp) -> Result<AccessClaims, TokenFlaw> {
        let mut words = token.split(' ').skip(1);
        let mut next = || words.next().ok_or(TokenFlaw);
        Ok(AccessClaims {
            user: UserId::parse(next()?).map_err(|_| TokenFlaw)?,
            session: SessionId::parse(next()?).map_err(|_| TokenFlaw)?,
            access_version: next()?.parse().map_err(|_| TokenFlaw)?,
        })
    }

    fn access_life(&self) -> Duration {
        Duration::from_mins(15)
    }

    fn mint_refresh(&self) -> Result<NewRefreshToken, TokenFailure> {
        let token = format!("refresh {}", self.0.fetch_add(1, Ordering::Relaxed) + 1);
        Ok(NewRefreshToken { fingerprint: self.fingerprint(&token), token: token.into() })
    }

    fn fingerprint(&self, refresh: &str) -> RefreshFingerprint {
        let mut bytes = [0; 32];
        for (byte, own) in bytes.iter_mut().zip(refresh.bytes()) {
            *byte = own;
        }
        RefreshFingerprint(bytes)
    }
}
