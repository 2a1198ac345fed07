//! Clients that each ask the next thing as soon as they have their answer, each in a thread of its own.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use crate::sample::Sample;
use crate::{Outcome, interrupt};

/// One client: asks for the thing of this number, and says what was wrong with the answer.
pub(crate) type Ask = Box<dyn FnMut(usize) -> Outcome<()> + Send>;

/// Lets these clients ask for so long. What they ask for differs between them, and goes round.
pub(crate) fn run(clients: Vec<Ask>, time: Duration) -> Sample {
    let together = Barrier::new(clients.len());
    let mut sample = Sample::default();
    thread::scope(|scope| {
        let started: Vec<_> = clients
            .into_iter()
            .enumerate()
            .map(|(number, client)| {
                let together = &together;
                scope.spawn(move || {
                    together.wait();
                    one(client, number, time)
                })
            })
            .collect();
        for client in started {
            match client.join() {
                Ok(seen) => sample.beside(seen),
                Err(_) => sample.failures += 1,
            }
        }
    });
    sample
}

fn one(mut client: Ask, number: usize, time: Duration) -> Sample {
    let mut sample = Sample::default();
    let begun = Instant::now();
    // Each begins elsewhere, so that they do not all ask for the same at once.
    let mut at = number * 7_919;
    loop {
        let asked = Instant::now();
        match client(at) {
            Ok(()) => sample.latencies.push(nanos(asked.elapsed())),
            Err(error) => {
                sample.failures += 1;
                sample.first_failure.get_or_insert_with(|| error.to_string());
            }
        }
        at += 1;
        // What cannot be reached at all would be asked a million times in vain.
        if begun.elapsed() >= time || sample.failures > 100 || interrupt::has_come() {
            break;
        }
    }
    sample.elapsed = begun.elapsed();
    sample
}

pub(crate) fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_is_counted_and_told() {
        let client =
            |fails: bool| -> Ask { Box::new(move |_| if fails { Err("no".into()) } else { Ok(()) }) };
        let sample = run(vec![client(true), client(false)], Duration::from_millis(1));
        assert!(sample.failures > 0 && !sample.latencies.is_empty());
        assert_eq!(sample.first_failure.as_deref(), Some("no"));
    }
}
