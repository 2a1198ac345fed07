//! Keeps the log from being flooded: of warnings and errors that are alike the first are written, then one now and then,
//! and how many were left out.
//!
//! While a store is down every request fails, and for one reason. Alike is what comes from one place of the program with
//! the same `code`, so that a failure of another kind is never hidden behind many of one.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tracing::callsite::Identifier;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// So many alike are written after a quiet time.
const AT_ONCE: u32 = 10;
/// After those, one in so long.
const EVERY: Duration = Duration::from_secs(10);
/// Where the lines come from that say how many were left out; they are never left out.
const OURS: &str = "crm_server::log";

/// Decides which lines are written. Clones decide together.
#[derive(Debug, Clone, Default)]
pub(super) struct Flood {
    seen: Arc<Mutex<HashMap<Kind, Seen>>>,
}

/// What lines that are alike have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Kind {
    callsite: Identifier,
    code: Option<String>,
}

/// What was seen of lines that are alike.
#[derive(Debug)]
struct Seen {
    /// How many more may be written, and since when that is so.
    left: u32,
    since: Instant,
    left_out: u64,
    text: String,
}

/// How many lines like this one were left out.
#[derive(Debug, PartialEq, Eq)]
struct LeftOut {
    lines: u64,
    text: String,
    code: Option<String>,
}

impl Flood {
    /// Says now and then how many lines were left out, for as long as the runtime lives.
    pub(super) async fn keep_telling(self) {
        let mut every = tokio::time::interval(EVERY);
        loop {
            every.tick().await;
            for LeftOut { lines, text, code } in self.take(Instant::now()) {
                tracing::warn!(target: OURS, lines, like = text, code, "lines that were alike were left out");
            }
        }
    }

    /// Whether one more line of this kind is written.
    fn admits(&self, kind: Kind, text: impl FnOnce() -> String, now: Instant) -> bool {
        let mut seen = self.seen.lock();
        let seen =
            seen.entry(kind).or_insert_with(|| Seen { left: AT_ONCE, since: now, left_out: 0, text: text() });
        seen.grow(now);
        if seen.left == 0 {
            seen.left_out += 1;
            return false;
        }
        seen.left -= 1;
        true
    }

    /// What was left out since the last time. What has long been quiet is forgotten.
    fn take(&self, now: Instant) -> Vec<LeftOut> {
        let mut all = self.seen.lock();
        let mut left_out = Vec::new();
        all.retain(|kind, seen| {
            seen.grow(now);
            let lines = std::mem::take(&mut seen.left_out);
            if lines > 0 {
                left_out.push(LeftOut { lines, text: seen.text.clone(), code: kind.code.clone() });
            }
            seen.left < AT_ONCE
        });
        left_out
    }
}

impl Seen {
    fn grow(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.since).as_secs() / EVERY.as_secs();
        let Ok(passed) = u32::try_from(passed) else {
            self.left = AT_ONCE;
            return;
        };
        if passed > 0 {
            self.left = self.left.saturating_add(passed).min(AT_ONCE);
            self.since += EVERY * passed;
        }
    }
}

impl<S: Subscriber> Layer<S> for Flood {
    fn event_enabled(&self, event: &Event<'_>, _: Context<'_, S>) -> bool {
        let metadata: &Metadata<'_> = event.metadata();
        if *metadata.level() > Level::WARN || metadata.target() == OURS {
            return true;
        }
        let mut said = Said::default();
        event.record(&mut said);
        let kind = Kind { callsite: metadata.callsite(), code: said.code };
        self.admits(kind, || said.message, Instant::now())
    }
}

/// What a line says, and its `code`.
#[derive(Debug, Default)]
struct Said {
    message: String,
    code: Option<String>,
}

impl Visit for Said {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "code" {
            self.code = Some(value.to_owned());
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        }
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;
    use crate::telemetry::written::Written;

    fn fail(code: &str, times: u64) {
        for number in 0..times {
            tracing::error!(code, number, "a request failed");
        }
    }

    fn kind_of_a_kind() -> Kind {
        let flood = Flood::default();
        let subscriber = tracing_subscriber::registry().with(flood.clone());
        tracing::subscriber::with_default(subscriber, || fail("unavailable", 1));
        let kinds = flood.seen.lock();
        kinds.keys().next().unwrap().clone()
    }

    #[test]
    fn the_first_of_many_that_are_alike_are_written_and_others_are_not_hidden_by_them() {
        let lines = Written::default();
        let written = lines.clone();
        let flood = Flood::default();
        let subscriber = tracing_subscriber::fmt().with_writer(move || written.clone()).finish();
        tracing::subscriber::with_default(subscriber.with(flood.clone()), || {
            fail("unavailable", 1_000);
            fail("internal_error", 1);
            for _ in 0..50 {
                tracing::info!("answered");
            }
        });
        let lines = lines.text();
        assert_eq!(lines.matches("unavailable").count(), 10, "{lines}");
        assert_eq!(lines.matches("internal_error").count(), 1, "{lines}");
        assert_eq!(lines.matches("answered").count(), 50, "{lines}");
        let told = flood.take(Instant::now());
        let expected =
            LeftOut { lines: 990, text: "a request failed".to_owned(), code: Some("unavailable".to_owned()) };
        assert_eq!(told, [expected]);
        assert_eq!(flood.take(Instant::now()), []);
    }

    #[test]
    fn a_minute_of_failures_is_a_few_lines_and_quiet_brings_everything_back() {
        let (flood, kind, begun) = (Flood::default(), kind_of_a_kind(), Instant::now());
        let admitted = |at: Duration| flood.admits(kind.clone(), String::new, begun + at);
        let minute = (0..60_000).filter(|ms| admitted(Duration::from_millis(*ms))).count();
        assert_eq!(minute, 15);
        assert_eq!(flood.take(begun + Duration::from_mins(1)).len(), 1);
        flood.take(begun + Duration::from_mins(10));
        assert!(flood.seen.lock().is_empty(), "it was quiet for long");
        assert_eq!((0..20).filter(|_| admitted(Duration::from_mins(10))).count(), 10);
    }
}
