//! What waits to be written to the audit log: refusals, which belong to no commit and come as fast as an attacker asks.
//!
//! Nobody waits for them. What is alike becomes one event with a count; there is an upper end to how many different
//! ones wait, and to how many are written in the long run, both apart for each kind. What is beyond it is counted, by kind,
//! and the log says how many there were. Each network has a part of that only, so that it cannot hide what others do
//! ([`allowance`](super::allowance)). They are written about twice a second and when the server stops; what waits when it is killed is
//! lost.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use crm_domain::audit::chain::AuditKey;
use crm_domain::audit::{AuditActor, AuditEvent, AuditKind, Details};
use crm_domain::ids::{SessionId, UserId};
use crm_domain::timestamp::Timestamp;
use parking_lot::Mutex;

use crate::audit::allowance::{Allowances, Network};
use crate::audit::note::Note;
use crate::commit::{Commit, Verdict};
use crate::context::Ctx;
use crate::error::AppError;

/// How many different events of one kind may wait.
pub const MOST_WAITING: usize = 1_024;

/// How many events are written in one commit.
const IN_ONE_COMMIT: usize = 500;

/// How often what waits is written.
const EVERY: Duration = Duration::from_millis(500);

/// What the log is sealed with, and what waits to be written.
#[derive(Debug)]
pub struct Trail {
    key: Option<AuditKey>,
    waiting: Mutex<Waiting>,
    /// The commit that is being written, or whose answer was lost. It stays here until the store has answered, so that
    /// its events are not lost when the future that writes them is dropped.
    in_doubt: tokio::sync::Mutex<Option<Arc<Commit>>>,
}

#[derive(Debug, Default)]
struct Waiting {
    events: BTreeMap<AuditKind, HashMap<Likeness, AuditEvent>>,
    missed: BTreeMap<AuditKind, (Timestamp, u32)>,
    allowances: Allowances,
}

/// What makes two events alike: all but when, and by which request.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Likeness {
    kind: AuditKind,
    actor: Option<AuditActor>,
    subject: Option<UserId>,
    session: Option<SessionId>,
    address: Option<String>,
    details: Details,
}

impl Trail {
    /// A trail whose log is sealed with this key; without a key, nothing can be written to the log or checked.
    pub fn new(key: impl Into<Option<AuditKey>>) -> Self {
        Self { key: key.into(), waiting: Mutex::default(), in_doubt: tokio::sync::Mutex::default() }
    }

    /// What the log is sealed with.
    ///
    /// # Errors
    /// [`AppError::Internal`] if there is no key.
    pub fn key(&self) -> Result<&AuditKey, AppError> {
        self.key.as_ref().ok_or_else(|| AppError::Internal("there is no key for the audit log here".into()))
    }

    /// The commit with the key that its entries of the audit log are sealed with, if it has any.
    ///
    /// # Errors
    /// [`AppError::Internal`] if it has entries and there is no key.
    pub fn seal(&self, commit: Commit) -> Result<Commit, AppError> {
        if commit.audit.is_empty() { Ok(commit) } else { Ok(commit.sealed_with(self.key()?)) }
    }

    /// Takes note of what belongs to no commit. Waits for nothing; it is written soon.
    pub fn record(&self, ctx: &Ctx, note: Note) {
        let event = note.event(ctx);
        self.waiting.lock().take_in(event);
    }

    /// How many different events wait.
    pub fn waiting(&self) -> usize {
        self.waiting.lock().events.values().map(HashMap::len).sum()
    }
}

/// Writes what waits. The future may be dropped at any time: what the store did not answer for is handed in again by the
/// next call, under the same commit id, so that each event is written once.
///
/// # Errors
/// [`AppError::Store`]; what was not written waits on. [`AppError::Internal`] without a key.
pub async fn flush(ctx: &Ctx) -> Result<(), AppError> {
    let key = ctx.trail.key()?;
    let mut in_doubt = ctx.trail.in_doubt.lock().await;
    loop {
        if in_doubt.is_none() {
            *in_doubt = next(ctx, key).map(Arc::new);
        }
        let Some(commit) = in_doubt.clone() else {
            return Ok(());
        };
        let verdict = ctx.stores.commits.commit(Arc::clone(&commit)).await?;
        *in_doubt = None;
        match verdict {
            Verdict::Applied => {}
            Verdict::Stale | Verdict::Duplicate(_) => {
                ctx.trail.waiting.lock().put_back(&commit.audit);
                return Err(AppError::Internal("the store refused an entry of the audit log".into()));
            }
        }
    }
}

/// The next events that wait, as a commit.
fn next(ctx: &Ctx, key: &AuditKey) -> Option<Commit> {
    let mut waiting = ctx.trail.waiting.lock();
    let mut events = waiting.take_out(ctx);
    let later = events.split_off(events.len().min(IN_ONE_COMMIT));
    waiting.put_back(&later);
    if events.is_empty() {
        return None;
    }
    let commit = Commit { audit: events, ..Commit::new(ctx.commit_id()) };
    Some(commit.sealed_with(key))
}

/// Writes what waits, again and again, for as long as the future is polled.
pub async fn keep_flushing(ctx: Ctx) {
    loop {
        tokio::time::sleep(EVERY).await;
        if let Err(error) = flush(&ctx).await {
            tracing::warn!(%error, waiting = ctx.trail.waiting(), "refusals wait to be written to the audit log");
        }
    }
}

impl Waiting {
    fn take_in(&mut self, event: AuditEvent) {
        let likeness = Likeness::of(&event);
        let events = self.events.entry(event.kind).or_default();
        if let Some(alike) = events.get_mut(&likeness) {
            alike.count = alike.count.saturating_add(event.count);
            return;
        }
        let network = Network::of(event.address.as_deref());
        if events.len() < MOST_WAITING && self.allowances.spend(event.kind, network, event.at) {
            events.insert(likeness, event);
        } else {
            self.miss(event.kind, event.at, event.count);
        }
    }

    fn miss(&mut self, kind: AuditKind, at: Timestamp, count: u32) {
        let (_, missed) = self.missed.entry(kind).or_insert((at, 0));
        *missed = missed.saturating_add(count);
    }

    /// Everything that waits, in the order in which it began, and how many were missed.
    fn take_out(&mut self, ctx: &Ctx) -> Vec<AuditEvent> {
        let mut events: Vec<AuditEvent> =
            self.events.values_mut().flat_map(|events| events.drain().map(|(_, event)| event)).collect();
        for (kind, (at, count)) in std::mem::take(&mut self.missed) {
            let note = Note::new(AuditKind::EventsMissed).with("kind", kind.as_str());
            events.push(AuditEvent { at, count, address: None, request_id: None, ..note.event(ctx) });
        }
        events.sort_by_key(|event| (event.at, event.id));
        events
    }

    /// Takes back what was not written.
    fn put_back(&mut self, events: &[AuditEvent]) {
        for event in events {
            let missed = event.details.get("kind").and_then(|kind| AuditKind::parse(kind).ok());
            if let (AuditKind::EventsMissed, Some(kind)) = (event.kind, missed) {
                self.miss(kind, event.at, event.count);
                continue;
            }
            let likeness = Likeness::of(event);
            let events = self.events.entry(event.kind).or_default();
            if let Some(newer) = events.get_mut(&likeness) {
                newer.count = newer.count.saturating_add(event.count);
            } else if events.len() < MOST_WAITING {
                events.insert(likeness, event.clone());
            } else {
                self.miss(event.kind, event.at, event.count);
            }
        }
    }
}

impl Likeness {
    fn of(event: &AuditEvent) -> Self {
        Self {
            kind: event.kind,
            actor: event.actor.clone(),
            subject: event.subject,
            session: event.session,
            address: event.address.clone(),
            details: event.details.clone(),
        }
    }
}
