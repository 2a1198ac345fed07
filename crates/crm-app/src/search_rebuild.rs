//! How far a store has come with rebuilding the keys that its records are sorted and searched by.

use std::time::{Duration, Instant};

/// How many records have been done, and how many there were when the rebuild began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RebuildProgress {
    /// Records whose keys are rebuilt.
    pub done: u64,
    /// Records in all, counted at the beginning.
    pub total: u64,
}

/// Logs the progress of a rebuild: its first and its last figure, and in between one every `ProgressLog::EVERY`.
#[derive(Debug, Default)]
pub struct ProgressLog {
    last: Option<Instant>,
}

impl ProgressLog {
    /// The least time between two lines.
    const EVERY: Duration = Duration::from_secs(2);

    /// Logs this progress, unless a line was just logged. A store without records logs none.
    pub fn report(&mut self, progress: RebuildProgress) {
        let is_end = progress.done >= progress.total;
        if progress.total > 0 && (is_end || self.last.is_none_or(|last| last.elapsed() >= Self::EVERY)) {
            self.last = Some(Instant::now());
            tracing::info!("{}", line(progress));
        }
    }
}

fn line(progress: RebuildProgress) -> String {
    format!("rebuilding search keys: {} of {}", grouped(progress.done), grouped(progress.total))
}

/// A number with a comma between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_progress_has_both_counts_with_thousands_apart() {
        let line_of = |done, total| line(RebuildProgress { done, total });
        assert_eq!(line_of(120_000, 1_000_000), "rebuilding search keys: 120,000 of 1,000,000");
        assert_eq!(line_of(0, 999), "rebuilding search keys: 0 of 999");
        assert_eq!(line_of(1_000, 12_345), "rebuilding search keys: 1,000 of 12,345");
    }
}
