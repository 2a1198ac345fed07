//! What is measured side by side: some of each in turn, so that whatever else goes on meets them alike.

use std::time::Duration;

use crate::figures::Figures;
use crate::sample::Sample;
use crate::{Outcome, interrupt};

/// Turns that each gets.
const ROUNDS: u32 = 3;
/// The part of its time for which each is asked beforehand, and nothing counted.
const WARMING: u32 = 10;

/// Something that can be asked by many at once.
pub(crate) trait Rival: Sync {
    /// Lets so many clients ask for so long.
    ///
    /// # Errors
    /// It cannot be reached.
    fn run(&self, clients: u16, time: Duration) -> Outcome<Sample>;
}

/// Measures all of them for so long each.
///
/// # Errors
/// One cannot be reached, or a signal has come.
pub(crate) fn side_by_side(rivals: &[&dyn Rival], clients: u16, time: Duration) -> Outcome<Vec<Figures>> {
    for rival in rivals {
        rival.run(clients, time / WARMING)?;
    }
    let mut samples = vec![Sample::default(); rivals.len()];
    for _ in 0..ROUNDS {
        for (rival, sample) in rivals.iter().zip(&mut samples) {
            sample.then(rival.run(clients, time / ROUNDS)?);
            interrupt::check()?;
        }
    }
    Ok(samples.into_iter().map(Figures::of).collect())
}
