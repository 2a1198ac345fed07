//! Who may try a password now: the throttle of this server, and what it needs to be asked.
//!
//! An attempt that only others in flight stand in the way of waits for one of them to settle.

mod waiting;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crm_domain::throttle::entry::{Blind, Changes};
use crm_domain::throttle::limits::Limits;
use crm_domain::throttle::{Claim, Judgement, Refused, Throttle, Ticket};
use crm_domain::timestamp::Timestamp;
use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio::time::timeout;

use self::waiting::{Admission, Admitted, Answer, Request, Tried};
use crate::auth::network::{network_of, wide_network_of};
use crate::error::{AppError, StoreError};
use crate::ports::blinding::Blinding;
use crate::ports::throttles::Throttles;

/// How long an attempt waits for one in flight to settle.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// How far the clocks of servers may be apart without missing what another kept.
const CLOCKS: Duration = Duration::from_secs(30);

/// The throttle, shared by all requests.
///
/// Whoever is let in counts as failed until it is known what came of it. A request that breaks off stays a failure: its
/// password was looked at, or may have been.
pub struct Guard {
    admission: Mutex<Admission>,
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
            self.guard.admission.lock().settle(ticket, judgement, now);
        }
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            self.guard.admission.lock().settle(ticket, Judgement::Wrong, self.at);
        }
    }
}

/// An attempt that waits. Dropped, it leaves its queue; if it was let in at that very moment, nobody looked at its
/// password.
struct Waiting<'g> {
    guard: &'g Guard,
    number: u64,
    answer: oneshot::Receiver<Answer>,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut admission = self.guard.admission.lock();
        if !admission.leave(self.number)
            && let Ok(Ok((ticket, at))) = self.answer.try_recv()
        {
            admission.settle(ticket, Judgement::Unjudged, at);
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
            self.guard.admission.lock().throttle.put_back(&self.changes);
        }
    }
}

impl Guard {
    /// Nothing counted yet.
    pub fn new(limits: Limits, blinding: Arc<dyn Blinding>) -> Self {
        let admission = Mutex::new(Admission::new(Throttle::new(limits)));
        Self { admission, blinding, known: Mutex::new(Timestamp::MIN) }
    }

    /// Lets an attempt to sign in pass, at once or when one in flight is settled. The email is as it was sent, so that one without an account is counted as one
    /// with; `access_version` is that of the account, and grows when an admin sets its password.
    ///
    /// # Errors
    /// [`AppError::Throttled`]; [`AppError::Busy`] if too many wait already, or none was settled in time.
    pub async fn admit_sign_in(
        &self,
        email: &str,
        access_version: u32,
        address: Option<&str>,
        now: Timestamp,
    ) -> Result<Attempt<'_>, AppError> {
        let (address, network) = self.address(address);
        let claim = Claim {
            account: self.account(email, access_version),
            owner: self.blinding.blind("owner", &[&email.trim().to_lowercase()]),
            address,
            network,
        };
        self.admit(Request::SignIn(claim), now).await
    }

    /// Lets somebody who is signed in try the password of their own account.
    ///
    /// # Errors
    /// [`AppError::Throttled`]; [`AppError::Busy`] if too many wait already, or none was settled in time.
    pub async fn admit_own(
        &self,
        email: &str,
        access_version: u32,
        now: Timestamp,
    ) -> Result<Attempt<'_>, AppError> {
        self.admit(Request::Own(self.account(email, access_version)), now).await
    }

    /// Lets an address try what belongs to no account.
    ///
    /// # Errors
    /// [`AppError::Throttled`]; [`AppError::Busy`] if too many wait already, or none was settled in time.
    pub async fn admit_address(
        &self,
        address: Option<&str>,
        now: Timestamp,
    ) -> Result<Attempt<'_>, AppError> {
        let (address, network) = self.address(address);
        self.admit(Request::Address(address, network), now).await
    }

    /// How many attempts wait for another one to settle.
    pub fn waiting(&self) -> usize {
        self.admission.lock().waiting()
    }

    /// Keeps what was counted since this was called last, and takes over what other servers kept. To be called when a
    /// server starts, every few seconds, and when it stops.
    ///
    /// # Errors
    /// [`StoreError`]; what could not be kept is kept the next time, as is what was being kept when the future was
    /// dropped.
    pub async fn keep(&self, throttles: &dyn Throttles, now: Timestamp) -> Result<(), StoreError> {
        let unsaved = Unsaved { guard: self, changes: self.admission.lock().throttle.take_changes() };
        if !unsaved.changes.is_empty() {
            throttles.keep_throttles(&unsaved.changes).await?;
        }
        unsaved.saved();
        let known = *self.known.lock();
        let entries = throttles.throttles_since(known).await?;
        self.admission.lock().throttle.take_over(entries, now);
        *self.known.lock() = known.max(now.minus(CLOCKS));
        Ok(())
    }

    async fn admit(&self, request: Request, now: Timestamp) -> Result<Attempt<'_>, AppError> {
        let tried = self.admission.lock().try_or_wait(request, now);
        let (number, answer) = match tried {
            Tried::Now(answer) => return self.attempt(answer),
            Tried::Waits(number, answer) => (number, answer),
            Tried::Full => return Err(AppError::Busy),
        };
        let mut waiting = Waiting { guard: self, number, answer };
        match timeout(PATIENCE, &mut waiting.answer).await {
            Ok(Ok(answer)) => self.attempt(answer),
            Ok(Err(_)) | Err(_) => Err(AppError::Busy),
        }
    }

    fn attempt(&self, answer: Result<Admitted, Refused>) -> Result<Attempt<'_>, AppError> {
        match answer {
            Ok((ticket, at)) => Ok(Attempt { guard: self, ticket: Some(ticket), at }),
            Err(Refused::Wait(wait)) => Err(AppError::Throttled { wait }),
            Err(Refused::Crowded(_)) => Err(AppError::Busy),
        }
    }

    fn account(&self, email: &str, access_version: u32) -> Blind {
        self.blinding.blind("account", &[&email.trim().to_lowercase(), &access_version.to_string()])
    }

    /// The address as it is counted, and the wider network it is in. What has no address, such as a local socket, is one
    /// source.
    fn address(&self, address: Option<&str>) -> (Blind, Option<Blind>) {
        let address = address.unwrap_or_default();
        let blind = |purpose, network: IpAddr| self.blinding.blind(purpose, &[&network.to_string()]);
        match address.parse::<IpAddr>() {
            Ok(address) => {
                let wide = wide_network_of(address).map(|network| blind("network", network));
                (blind("address", network_of(address)), wide)
            }
            Err(_) => (self.blinding.blind("address", &[address]), None),
        }
    }
}
