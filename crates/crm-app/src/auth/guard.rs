//! Who may try a password now: the throttle of this server, and what it needs to be asked.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crm_domain::throttle::entry::{Blind, Changes};
use crm_domain::throttle::limits::Limits;
use crm_domain::throttle::{Claim, Judgement, Refused, Throttle, Ticket};
use crm_domain::timestamp::Timestamp;
use parking_lot::Mutex;

use crate::auth::network::network_of;
use crate::error::{AppError, StoreError};
use crate::ports::blinding::Blinding;
use crate::ports::throttles::Throttles;

/// How far the clocks of servers may be apart without missing what another kept.
const CLOCKS: Duration = Duration::from_secs(30);

/// The throttle, shared by all requests.
///
/// Whoever is let in counts as failed until it is known what came of it. A request that breaks off stays a failure: its
/// password was looked at, or may have been.
pub struct Guard {
    throttle: Mutex<Throttle>,
    blinding: Arc<dyn Blinding>,
    /// Up to when everything that was kept is known here.
    known: Mutex<Timestamp>,
}

/// An attempt that was let in. Dropped, it is one that failed.
#[must_use = "an attempt that is not settled counts as a failure"]
pub struct Attempt<'g> {
    guard: &'g Guard,
    ticket: Option<Ticket>,
    at: Timestamp,
}

impl Attempt<'_> {
    /// Takes note of what came of it.
    pub fn settle(mut self, judgement: Judgement, now: Timestamp) {
        if let Some(ticket) = self.ticket.take() {
            self.guard.throttle.lock().settle(ticket, judgement, now);
        }
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            self.guard.throttle.lock().settle(ticket, Judgement::Wrong, self.at);
        }
    }
}

/// Changes that the store has not answered for. Dropped, they go back to the throttle.
struct Unsaved<'g> {
    guard: &'g Guard,
    changes: Changes,
}

impl Unsaved<'_> {
    /// The store has them.
    fn saved(mut self) {
        self.changes = Changes::default();
    }
}

impl Drop for Unsaved<'_> {
    fn drop(&mut self) {
        if !self.changes.is_empty() {
            self.guard.throttle.lock().put_back(&self.changes);
        }
    }
}

impl Guard {
    /// Nothing counted yet.
    pub fn new(limits: Limits, blinding: Arc<dyn Blinding>) -> Self {
        Self { throttle: Mutex::new(Throttle::new(limits)), blinding, known: Mutex::new(Timestamp::MIN) }
    }

    /// Lets an attempt to sign in pass. The email is as it was sent, so that one without an account is counted as one
    /// with; `access_version` is that of the account, and grows when an admin sets its password.
    ///
    /// # Errors
    /// [`AppError::Throttled`]; [`AppError::Busy`] while too many others are looked at.
    pub fn admit_sign_in(
        &self,
        email: &str,
        access_version: u32,
        address: Option<&str>,
        now: Timestamp,
    ) -> Result<Attempt<'_>, AppError> {
        let claim = Claim {
            account: self.account(email, access_version),
            owner: self.blinding.blind("owner", &[&email.trim().to_lowercase()]),
            address: self.address(address),
        };
        let admitted = self.throttle.lock().admit(claim, now);
        self.attempt(admitted, now)
    }

    /// Lets somebody who is signed in try the password of their own account.
    ///
    /// # Errors
    /// [`AppError::Throttled`]; [`AppError::Busy`] while too many others are looked at.
    pub fn admit_own(
        &self,
        email: &str,
        access_version: u32,
        now: Timestamp,
    ) -> Result<Attempt<'_>, AppError> {
        let account = self.account(email, access_version);
        let admitted = self.throttle.lock().admit_own(account, now);
        self.attempt(admitted, now)
    }

    /// Lets an address try what belongs to no account.
    ///
    /// # Errors
    /// [`AppError::Throttled`]; [`AppError::Busy`] while too many others are looked at.
    pub fn admit_address(&self, address: Option<&str>, now: Timestamp) -> Result<Attempt<'_>, AppError> {
        let address = self.address(address);
        let admitted = self.throttle.lock().admit_address(address, now);
        self.attempt(admitted, now)
    }

    /// Keeps what was counted since this was called last, and takes over what other servers kept. To be called when a
    /// server starts, every few seconds, and when it stops.
    ///
    /// # Errors
    /// [`StoreError`]; what could not be kept is kept the next time, as is what was being kept when the future was
    /// dropped.
    pub async fn keep(&self, throttles: &dyn Throttles, now: Timestamp) -> Result<(), StoreError> {
        let unsaved = Unsaved { guard: self, changes: self.throttle.lock().take_changes() };
        if !unsaved.changes.is_empty() {
            throttles.keep_throttles(&unsaved.changes).await?;
        }
        unsaved.saved();
        let known = *self.known.lock();
        let entries = throttles.throttles_since(known).await?;
        self.throttle.lock().take_over(entries, now);
        *self.known.lock() = known.max(now.minus(CLOCKS));
        Ok(())
    }

    fn attempt(&self, admitted: Result<Ticket, Refused>, at: Timestamp) -> Result<Attempt<'_>, AppError> {
        match admitted {
            Ok(ticket) => Ok(Attempt { guard: self, ticket: Some(ticket), at }),
            Err(Refused::Wait(wait)) => Err(AppError::Throttled { wait }),
            Err(Refused::Crowded) => Err(AppError::Busy),
        }
    }

    fn account(&self, email: &str, access_version: u32) -> Blind {
        self.blinding.blind("account", &[&email.trim().to_lowercase(), &access_version.to_string()])
    }

    /// What has no address, such as a local socket, is one source.
    fn address(&self, address: Option<&str>) -> Blind {
        let address = address.unwrap_or_default();
        match address.parse::<IpAddr>() {
            Ok(address) => self.blinding.blind("address", &[&network_of(address).to_string()]),
            Err(_) => self.blinding.blind("address", &[address]),
        }
    }
}
