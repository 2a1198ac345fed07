//! What a sample comes to.

use std::time::Duration;

use serde::Serialize;

use crate::sample::Sample;

/// What a sample comes to.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Figures {
    /// How many answers there were.
    pub(crate) requests: u64,
    /// How many were wrong or did not come.
    pub(crate) failures: u64,
    /// What was wrong with the first of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first_failure: Option<String>,
    /// Answers in a second, of all clients together.
    pub(crate) per_second: f64,
    /// Half of the answers took no longer, in milliseconds.
    pub(crate) p50_ms: f64,
    /// Nine of ten.
    pub(crate) p90_ms: f64,
    /// 99 of 100.
    pub(crate) p99_ms: f64,
    /// The processor time that 1,000 answers took the process that gave them, in milliseconds; none if it was this one.
    pub(crate) cpu_ms_per_1000: Option<f64>,
}

impl Figures {
    /// Those of a sample.
    pub(crate) fn of(mut sample: Sample) -> Self {
        sample.latencies.sort_unstable();
        let count = sample.latencies.len();
        let at = |part| ms(Duration::from_nanos(percentile(&sample.latencies, part)));
        Self {
            requests: u64::try_from(count).unwrap_or(u64::MAX),
            failures: sample.failures,
            per_second: share(number(count), sample.elapsed.as_secs_f64()).unwrap_or_default(),
            p50_ms: at(50),
            p90_ms: at(90),
            p99_ms: at(99),
            cpu_ms_per_1000: sample.cpu.and_then(|cpu| share(ms(cpu) * 1_000.0, number(count))),
            first_failure: sample.first_failure,
        }
    }
}

/// One number as a multiple of another; none of nothing.
pub(crate) fn share(of: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| of / whole)
}

/// A time in milliseconds.
pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// The smallest of these, which are sorted, that so many of a hundred do not exceed.
fn percentile(sorted: &[u64], part: usize) -> u64 {
    let rank = (sorted.len() * part).div_ceil(100).saturating_sub(1);
    sorted.get(rank).copied().unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "nobody counts to 2^52 here")]
fn number(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let sorted: Vec<u64> = (1..=200).collect();
        assert_eq!([50, 90, 99].map(|part| percentile(&sorted, part)), [100, 180, 198]);
        assert_eq!(percentile(&[7], 99), 7);
        assert_eq!(percentile(&[], 50), 0);
    }

    #[test]
    fn rates_are_of_all_that_was_seen() {
        let second = Duration::from_secs(1);
        let figures = Figures::of(Sample {
            latencies: vec![1_000_000; 500],
            elapsed: second,
            cpu: Some(second / 100),
            ..Sample::default()
        });
        assert!((figures.per_second - 500.0).abs() < 1e-9 && (figures.p99_ms - 1.0).abs() < 1e-9);
        assert!((figures.cpu_ms_per_1000.unwrap() - 20.0).abs() < 1e-9);
    }
}
