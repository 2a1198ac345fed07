//! The claims of an access token (RFC 7519, 4.1) and what each must be.

use std::time::Duration;

use crm_app::ports::tokens::AccessClaims;
use crm_domain::ids::{SessionId, UserId};
use crm_domain::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

use super::LEEWAY;

const ISSUER: &str = "crm";
const AUDIENCE: &str = "crm-api";

/// Every claim is needed: none has a default; one that is said twice, and one that we do not know, is refused.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claims {
    iss: String,
    aud: String,
    /// The user's id.
    sub: String,
    /// The session's id.
    sid: String,
    /// The user's access version.
    ver: u32,
    /// Seconds since 1970, as the next two.
    iat: i64,
    nbf: i64,
    exp: i64,
}

impl Claims {
    /// The claims of a token that is good from now on.
    pub(super) fn issued(claims: &AccessClaims, now: Timestamp, life: Duration) -> Self {
        let seconds = now.millis().div_euclid(1_000);
        Self {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: claims.user.to_string(),
            sid: claims.session.to_string(),
            ver: claims.access_version,
            iat: seconds,
            nbf: seconds,
            exp: seconds.saturating_add_unsigned(life.as_secs()),
        }
    }

    /// What they say, if these are claims of ours and the token is good now.
    pub(super) fn read(json: &[u8], now: Timestamp) -> Option<AccessClaims> {
        serde_json::from_slice::<Self>(json).ok()?.checked(now)
    }

    fn checked(self, now: Timestamp) -> Option<AccessClaims> {
        let now = i128::from(now.millis());
        let millis = |seconds: i64| i128::from(seconds) * 1_000;
        let leeway = i128::from(LEEWAY.as_secs()) * 1_000;
        let is_over = now >= millis(self.exp) + leeway;
        let is_early = now + leeway < millis(self.nbf) || now + leeway < millis(self.iat);
        if is_over || is_early || self.iss != ISSUER || self.aud != AUDIENCE || self.exp < self.iat {
            return None;
        }
        Some(AccessClaims {
            user: UserId::parse(&self.sub).ok()?,
            session: SessionId::parse(&self.sid).ok()?,
            access_version: self.ver,
        })
    }
}
