//! Tokens that can be read by eye: `access <user> <session> <access version>`,
//! `refresh <session> <generation> <sibling>`, and `opaque <anything>` for refresh tokens of the first kind.

use std::time::Duration;

use crm_app::ports::tokens::{AccessClaims, ShownRefresh, TokenFailure, TokenFlaw, Tokens};
use crm_domain::ids::{SessionId, UserId};
use crm_domain::session::RefreshFingerprint;
use crm_domain::session::rotation::{DeviceMark, RefreshClaim, TokenPlace};
use crm_domain::timestamp::Timestamp;
use secrecy::SecretString;

/// Makes tokens that anybody could make, good for ever.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlainTokens;

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

    fn refresh_token(&self, claim: &RefreshClaim) -> SecretString {
        let TokenPlace { generation, sibling } = claim.place;
        format!("refresh {} {generation} {sibling}", claim.session).into()
    }

    fn read_refresh(&self, token: &str) -> Result<ShownRefresh, TokenFlaw> {
        if token.starts_with("opaque ") {
            return Ok(ShownRefresh::Opaque(self.fingerprint(token)));
        }
        let mut words = token.strip_prefix("refresh ").ok_or(TokenFlaw)?.split(' ');
        let mut next = || words.next().ok_or(TokenFlaw);
        let session = SessionId::parse(next()?).map_err(|_| TokenFlaw)?;
        let mut number = || next()?.parse().map_err(|_| TokenFlaw);
        let place = TokenPlace { generation: number()?, sibling: number()? };
        Ok(ShownRefresh::Signed(RefreshClaim { session, place }))
    }

    /// The end of the token, where tokens differ.
    fn fingerprint(&self, token: &str) -> RefreshFingerprint {
        let mut bytes = [0; 32];
        for (byte, own) in bytes.iter_mut().zip(token.bytes().rev()) {
            *byte = own;
        }
        RefreshFingerprint(bytes)
    }

    fn device_mark(&self, address: &str, user_agent: &str) -> DeviceMark {
        let said = format!("{address} {user_agent}");
        let mut bytes = [0; 16];
        for (byte, own) in bytes.iter_mut().zip(said.bytes()) {
            *byte = own;
        }
        DeviceMark(bytes)
    }
}
