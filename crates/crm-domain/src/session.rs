//! A sign-in that lasts: what stands behind a refresh token.

pub mod end;
pub mod rotation;

use std::time::Duration;

use self::end::{EndReason, SessionEnd};
use self::rotation::{DeviceMark, Presented, RefreshClaim, Rotation, TokenPlace};
use crate::ids::{SessionId, UserId};
use crate::timestamp::Timestamp;
use crate::user::User;

/// A one-way fingerprint of a session's first refresh token. The token itself is nowhere in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RefreshFingerprint(pub [u8; 32]);

/// A user's sign-in on one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id; its tokens carry it.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// What its first refresh token is recognised by, if that is of the kind that says nothing of its session.
    pub fingerprint: RefreshFingerprint,
    /// Which of its refresh tokens are good.
    pub rotation: Rotation,
    /// The user's access version at sign-in; a session of an older one is over, but for the one they spared.
    pub access_version: u32,
    /// When it began.
    pub created_at: Timestamp,
    /// When a refresh token of it was last used.
    pub last_used_at: Timestamp,
    /// When it ends by itself, if nothing prolongs it.
    pub expires_at: Timestamp,
    /// The address it began from, if known.
    pub address: Option<String>,
    /// What the client called itself, cut to 300 characters.
    pub user_agent: Option<String>,
    /// How it ended before its time.
    pub ended: Option<SessionEnd>,
}

/// How long sessions last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLives {
    /// From sign-in, and again from each successor that is taken into use.
    pub idle: Duration,
    /// From sign-in, whatever is taken into use. Never less than `idle`: a shorter one counts as that.
    pub longest: Duration,
}

/// What comes of a refresh token that was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is good.
    Renewed(Renewal),
    /// It had been replaced for too long, or came from elsewhere: two hold tokens of this session. It is to be ended.
    Theft,
    /// The session is over: ended, or its user is not let in any more.
    Dead,
    /// The session has run out.
    Expired,
}

/// A session, used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    /// The refresh token to answer with.
    pub successor: RefreshClaim,
    /// Which tokens are good from now on.
    pub rotation: Rotation,
    /// When the session ends from now on.
    pub expires_at: Timestamp,
}

impl Session {
    /// Whether it still lets its user in.
    pub fn is_live(&self, user: &User, now: Timestamp) -> bool {
        self.stands(user) && now < self.expires_at
    }

    /// What comes of its refresh token at `place`, shown by `device`. A device that stores what it is answered with
    /// prolongs its session; one that shows the same token for ever has it for [`SessionLives::idle`] only.
    pub fn present(
        &self,
        user: &User,
        place: TokenPlace,
        device: DeviceMark,
        now: Timestamp,
        lives: SessionLives,
    ) -> Outcome {
        if !self.stands(user) {
            return Outcome::Dead;
        }
        if now >= self.expires_at {
            return Outcome::Expired;
        }
        let renewed = |rotation: Rotation, successor: TokenPlace, expires_at: Timestamp| {
            let successor = RefreshClaim { session: self.id, place: successor };
            Outcome::Renewed(Renewal { successor, rotation, expires_at })
        };
        match self.rotation.present(place, device, now) {
            Presented::Again(rotation, successor) => renewed(rotation, successor, self.expires_at),
            Presented::First(rotation, successor) => {
                let last = self.created_at.plus(lives.longest.max(lives.idle));
                let prolonged = now.plus(lives.idle).min(last);
                renewed(rotation, successor, self.expires_at.later_of(prolonged))
            }
            Presented::Theft => Outcome::Theft,
        }
    }

    /// The session, ended. Ending it again keeps the first time and reason.
    #[must_use]
    pub fn end(mut self, now: Timestamp, why: EndReason) -> Self {
        self.ended.get_or_insert(SessionEnd { at: now, why });
        self
    }

    /// The session, used just now.
    #[must_use]
    pub fn touch(mut self, now: Timestamp) -> Self {
        self.last_used_at = self.last_used_at.later_of(now);
        self
    }

    fn stands(&self, user: &User) -> bool {
        self.ended.is_none()
            && user.active
            && user.id == self.user
            && user.admits(self.id, self.access_version)
    }
}

#[cfg(test)]
mod tests;
