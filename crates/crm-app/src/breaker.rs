//! A breaker: so that nobody waits for a store that has been silent for a while.
//!
//! A call enters, and says how it ended. After so many in a row that were not answered in time, or for which nobody
//! could be reached, the breaker is open: calls are refused at once, before anything was sent. Every so often one is let
//! through all the same, also while the last such one still waits; the first that is answered closes the breaker.
//!
//! Only silence counts. A store that has no room left, refuses, or cannot read a record has answered. While all is well,
//! a call costs two loads of an atomic and a look at the clock.

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use thiserror::Error;
use tokio::time::Instant;

use crate::error::StoreError;

/// When a breaker opens, and how often it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerRules {
    /// So many calls in a row that were not answered open it; with 0 it never opens.
    pub misses: u32,
    /// While it is open, one call is let through so often.
    pub probe_every: Duration,
}

impl Default for BreakerRules {
    fn default() -> Self {
        Self { misses: 5, probe_every: Duration::from_millis(500) }
    }
}

/// What a breaker has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerStats {
    /// What goes through it: `reads` or `writes`.
    pub what: &'static str,
    /// Whether it is open.
    pub is_open: bool,
    /// How often it has opened.
    pub opened: u64,
    /// Calls that it has refused.
    pub refused: u64,
}

/// A call was refused, as none has been answered for a while.
#[derive(Debug, Error)]
#[error("the store has not answered for a while: it was not asked")]
pub struct NotAsked;

/// Watches over the calls of one kind. It is shared by all who make them.
#[derive(Debug)]
pub struct Breaker {
    what: &'static str,
    rules: BreakerRules,
    /// Whether there is anything in `trouble` that an answer puts an end to.
    uneasy: AtomicBool,
    open: AtomicBool,
    opened: AtomicU64,
    refused: AtomicU64,
    trouble: Mutex<Trouble>,
}

/// What went wrong since the last answer.
#[derive(Debug, Default)]
struct Trouble {
    misses: u32,
    /// Since when the breaker is open, and what had been refused before.
    open: Option<(Instant, u64)>,
    /// When a call was let through last.
    probed: Option<Instant>,
    /// When the last trouble ended: calls that began before say nothing about now.
    ended: Option<Instant>,
}

/// A call on its way. One that is given up counts as not answered if it has waited for long.
struct Passage<'a> {
    breaker: &'a Breaker,
    begun: Instant,
    patience: Duration,
    over: bool,
}

impl Breaker {
    /// A closed one. The log calls what goes through it by this name.
    pub fn new(what: &'static str, rules: BreakerRules) -> Self {
        Self {
            what,
            rules,
            uneasy: AtomicBool::new(false),
            open: AtomicBool::new(false),
            opened: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            trouble: Mutex::default(),
        }
    }

    /// Makes this call unless the breaker is open. `is_silence` tells an error that stands for no answer from others;
    /// a caller that goes away after half of `deadline` got no answer either.
    ///
    /// # Errors
    /// Those of the call; [`StoreError::Unavailable`] with [`NotAsked`] where it was not made.
    pub async fn pass<T, F>(
        &self,
        deadline: Duration,
        is_silence: fn(&StoreError) -> bool,
        call: F,
    ) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>> + Send,
    {
        if self.open.load(Ordering::Acquire) && !self.may_probe() {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return Err(StoreError::Unavailable(Box::new(NotAsked)));
        }
        let mut passage =
            Passage { breaker: self, begun: Instant::now(), patience: deadline / 2, over: false };
        let answer = call.await;
        passage.over = true;
        match &answer {
            Err(error) if is_silence(error) => self.missed(passage.begun),
            Ok(_) | Err(_) => self.answered(),
        }
        answer
    }

    /// What it has done so far.
    pub fn stats(&self) -> BreakerStats {
        BreakerStats {
            what: self.what,
            is_open: self.open.load(Ordering::Acquire),
            opened: self.opened.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
        }
    }

    fn may_probe(&self) -> bool {
        let mut trouble = self.trouble.lock();
        let now = Instant::now();
        let is_due = trouble.probed.is_none_or(|last| now.duration_since(last) >= self.rules.probe_every);
        if is_due {
            trouble.probed = Some(now);
        }
        is_due
    }

    fn missed(&self, begun: Instant) {
        let mut trouble = self.trouble.lock();
        if trouble.ended.is_some_and(|ended| begun < ended) {
            return;
        }
        trouble.misses = trouble.misses.saturating_add(1);
        self.uneasy.store(true, Ordering::Release);
        if self.rules.misses == 0 || trouble.misses < self.rules.misses || trouble.open.is_some() {
            return;
        }
        let now = Instant::now();
        trouble.open = Some((now, self.refused.load(Ordering::Relaxed)));
        trouble.probed = Some(now);
        self.opened.fetch_add(1, Ordering::Relaxed);
        self.open.store(true, Ordering::Release);
        let in_a_row = trouble.misses;
        tracing::error!(
            operation = self.what,
            failures = in_a_row,
            "the store does not answer: it is asked now and then only"
        );
    }

    fn answered(&self) {
        if !self.uneasy.load(Ordering::Acquire) {
            return;
        }
        let mut trouble = self.trouble.lock();
        let open = trouble.open;
        *trouble = Trouble { ended: Some(Instant::now()), ..Trouble::default() };
        self.uneasy.store(false, Ordering::Release);
        if let Some((since, before)) = open {
            self.open.store(false, Ordering::Release);
            let refused = self.refused.load(Ordering::Relaxed).saturating_sub(before);
            let seconds = since.elapsed().as_secs();
            tracing::warn!(
                operation = self.what,
                open_seconds = seconds,
                rejected_calls = refused,
                "the store answers again"
            );
        }
    }
}

impl Drop for Passage<'_> {
    fn drop(&mut self) {
        if !self.over && self.begun.elapsed() >= self.patience {
            self.breaker.missed(self.begun);
        }
    }
}

#[cfg(test)]
mod tests;
