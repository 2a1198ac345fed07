//! Where the lines of the log go: to the standard error, and those of answered requests many at once.
//!
//! A line for each request would be a call of the system for each, made under a lock that all threads share, and would
//! wake up whoever reads the log as often. So such a line waits, for no longer than [`DELAY`], and is written together with
//! those that come meanwhile. Every other line is written at once, and takes with it whatever waits: the order stays. A
//! program that is killed takes with it the lines of the last requests; one that ends in any other way has written all.

use std::io::{self, Write};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use tracing::Metadata;
use tracing_subscriber::fmt::MakeWriter;

use super::access;

/// How long a line waits at most.
const DELAY: Duration = Duration::from_millis(10);
/// So many bytes do not wait.
const ENOUGH: usize = 32 * 1024;

/// Writes lines. Clones write to the same place.
#[derive(Debug)]
pub(super) struct Lines<W>(Arc<Shared<W>>);

#[derive(Debug)]
struct Shared<W> {
    waiting: Mutex<Vec<u8>>,
    /// Notified when something begins to wait.
    some: Condvar,
    /// Taken before `waiting` by who writes, so that what waited first is written first.
    out: Mutex<W>,
}

/// A line on its way.
pub(super) struct Line<'l, W> {
    lines: &'l Shared<W>,
    may_wait: bool,
}

impl<W: Write> Lines<W> {
    /// Lines that go there.
    pub(super) fn to(out: W) -> Self {
        Self(Arc::new(Shared { waiting: Mutex::default(), some: Condvar::new(), out: Mutex::new(out) }))
    }

    /// Writes what waits.
    pub(super) fn flush(&self) {
        self.0.flush();
    }
}

impl<W: Write + Send + 'static> Lines<W> {
    /// Has a thread write what waits, for as long as the program runs.
    ///
    /// # Errors
    /// There can be no more threads.
    pub(super) fn keep_writing(&self) -> io::Result<()> {
        let lines = Arc::clone(&self.0);
        let write = move || loop {
            lines.some.wait_while(&mut lines.waiting.lock(), |waiting| waiting.is_empty());
            thread::park_timeout(DELAY);
            lines.flush();
        };
        thread::Builder::new().name("crm-log".to_owned()).spawn(write).map(drop)
    }
}

impl<W> Clone for Lines<W> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<W: Write> Shared<W> {
    fn add(&self, text: &[u8], may_wait: bool) {
        let (was_empty, is_enough) = {
            let mut waiting = self.waiting.lock();
            let was_empty = waiting.is_empty();
            waiting.extend_from_slice(text);
            (was_empty, waiting.len() >= ENOUGH)
        };
        if is_enough || !may_wait {
            self.flush();
        } else if was_empty {
            self.some.notify_one();
        }
    }

    fn flush(&self) {
        let mut out = self.out.lock();
        let waiting = std::mem::take(&mut *self.waiting.lock());
        // There is nowhere to tell that the log cannot be written.
        drop(out.write_all(&waiting).and_then(|()| out.flush()));
    }
}

impl<W: Write> Write for Line<'_, W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.lines.add(text, self.may_wait);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.lines.flush();
        Ok(())
    }
}

impl<'l, W: Write + 'l> MakeWriter<'l> for Lines<W> {
    type Writer = Line<'l, W>;

    fn make_writer(&'l self) -> Self::Writer {
        Line { lines: &self.0, may_wait: false }
    }

    fn make_writer_for(&'l self, about: &Metadata<'_>) -> Self::Writer {
        Line { lines: &self.0, may_wait: access::is_access(about) }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use crm_http::ACCESS;

    use super::*;
    use crate::telemetry::written::Written;

    fn lines() -> (Lines<Written>, Written) {
        let written = Written::default();
        (Lines::to(written.clone()), written)
    }

    fn logged_to(lines: &Lines<Written>, log: impl FnOnce()) {
        let subscriber =
            tracing_subscriber::fmt().without_time().with_ansi(false).with_writer(lines.clone()).finish();
        tracing::subscriber::with_default(subscriber, log);
    }

    fn answered(number: usize) {
        tracing::info!(target: ACCESS, number, "answered");
    }

    #[test]
    fn lines_of_requests_wait_and_any_other_takes_them_along_in_order() {
        let (lines, written) = lines();
        logged_to(&lines, || (0..3).for_each(answered));
        assert_eq!(written.calls().len(), 0);
        logged_to(&lines, || tracing::info!("stopped"));
        logged_to(&lines, || answered(3));
        logged_to(&lines, || tracing::warn!(target: ACCESS, "no room"));
        let written = written.calls();
        let numbers = |text: &str| text.matches("number=").count();
        assert_eq!(written.iter().map(|text| numbers(text)).collect::<Vec<_>>(), [3, 1], "{written:?}");
        assert!(written[0].find("number=0") < written[0].find("number=1"), "{written:?}");
        assert!(written[0].trim_end().ends_with("stopped"), "{written:?}");
        assert!(written[1].trim_end().ends_with("no room"), "{written:?}");
    }

    #[test]
    fn many_lines_do_not_wait_and_the_last_ones_are_written_when_asked() {
        let (lines, written) = lines();
        logged_to(&lines, || (0..2_000).for_each(answered));
        let calls = written.calls().len();
        assert!((1..=10).contains(&calls), "{calls}");
        lines.flush();
        assert_eq!(written.text().lines().count(), 2_000);
    }

    #[test]
    fn what_waits_is_written_without_being_asked() {
        let (lines, written) = lines();
        lines.keep_writing().unwrap();
        for number in 0..3 {
            logged_to(&lines, || answered(number));
            let begun = Instant::now();
            while written.text().matches("number=").count() <= number {
                assert!(begun.elapsed() < Duration::from_secs(30), "it is not written");
                thread::park_timeout(Duration::from_millis(1));
            }
        }
    }

    #[test]
    fn lines_of_many_threads_stay_whole() {
        let (lines, written) = lines();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| logged_to(&lines, || (0..1_000).for_each(answered)));
            }
        });
        lines.flush();
        let text = written.text();
        assert_eq!(text.lines().count(), 8_000);
        assert!(text.lines().all(|line| line.matches("number=").count() == 1), "a line is torn");
    }
}
