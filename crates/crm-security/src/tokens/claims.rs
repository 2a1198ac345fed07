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
pub(super) struct Written {
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

/// Claims of ours, of which only the time is left to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claims {
    says: AccessClaims,
    /// Seconds since 1970, as the next two.
    iat: i64,
    nbf: i64,
    exp: i64,
}

impl Written {
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
}

impl Claims {
    /// What they say, if these are claims of ours.
    pub(super) fn read(json: &[u8]) -> Option<Self> {
        let written: Written = serde_json::from_slice(json).ok()?;
        let Written { iss, aud, sub, sid, ver, iat, nbf, exp } = written;
        if iss != ISSUER || aud != AUDIENCE || exp < iat {
            return None;
        }
        let (user, session) = (UserId::parse(&sub).ok()?, SessionId::parse(&sid).ok()?);
        Some(Self { says: AccessClaims { user, session, access_version: ver }, iat, nbf, exp })
    }

    /// The same, good until this moment at most: the end of the key.
    pub(super) fn until(self, end: Option<Timestamp>) -> Self {
        let end = end.map_or(i64::MAX, |end| end.millis().div_euclid(1_000));
        Self { exp: self.exp.min(end), ..self }
    }

    /// The same, if the token is good now.
    pub(super) fn at(self, now: Timestamp) -> Option<AccessClaims> {
        let now = i128::from(now.millis());
        let millis = |seconds: i64| i128::from(seconds) * 1_000;
        let leeway = i128::from(LEEWAY.as_secs()) * 1_000;
        let is_over = now >= millis(self.exp) + leeway;
        let is_early = now + leeway < millis(self.nbf) || now + leeway < millis(self.iat);
        (!is_over && !is_early).then_some(self.says)
    }
}
