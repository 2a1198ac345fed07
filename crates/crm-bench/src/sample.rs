//! What was seen while something was asked again and again.

use std::time::Duration;

/// What was seen, of all clients together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sample {
    /// How long each answer took, in nanoseconds.
    pub(crate) latencies: Vec<u64>,
    /// Answers that were not as they should be, or did not come.
    pub(crate) failures: u64,
    /// What was wrong with the first of them.
    pub(crate) first_failure: Option<String>,
    /// How long it took in all.
    pub(crate) elapsed: Duration,
    /// The processor time that the process that answered used meanwhile.
    pub(crate) cpu: Option<Duration>,
}

impl Sample {
    /// Adds what one more client saw at the same time.
    pub(crate) fn beside(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.failures += other.failures;
        self.first_failure = self.first_failure.take().or(other.first_failure);
        self.elapsed = self.elapsed.max(other.elapsed);
    }

    /// Adds what was seen later.
    pub(crate) fn then(&mut self, later: Self) {
        let (elapsed, cpu) = (self.elapsed + later.elapsed, add(self.cpu, later.cpu));
        self.beside(later);
        (self.elapsed, self.cpu) = (elapsed, cpu);
    }
}

fn add(one: Option<Duration>, other: Option<Duration>) -> Option<Duration> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one + other),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(latency: u64, millis: u64) -> Sample {
        let time = Duration::from_millis(millis);
        Sample { latencies: vec![latency], elapsed: time, cpu: Some(time), ..Sample::default() }
    }

    #[test]
    fn clients_side_by_side_take_as_long_as_the_slowest_and_stretches_add_up() {
        let mut beside = sample(1, 10);
        beside.beside(sample(2, 30));
        assert_eq!((beside.latencies.len(), beside.elapsed), (2, Duration::from_millis(30)));
        let mut then = sample(1, 10);
        then.then(sample(2, 30));
        assert_eq!((then.elapsed, then.cpu), (Duration::from_millis(40), Some(Duration::from_millis(40))));
    }
}
