//! What tells two archives apart: how many records of each kind there are, and a hash of all that they say.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use sha2::{Digest, Sha256};

use super::{Batch, Kind, lines};

/// How many records of a kind there are, and the SHA-256 of their lines in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    pub count: u64,
    /// The hash.
    pub hash: [u8; 32],
}

/// A sum for each kind that there is something of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sums(BTreeMap<Kind, Sum>);

/// Sums in the making.
#[derive(Debug, Default)]
pub struct Summing {
    kinds: BTreeMap<Kind, (u64, Sha256)>,
    line: Vec<u8>,
}

impl Summing {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next batch.
    ///
    /// # Errors
    /// A record cannot be written as a line.
    pub fn add(&mut self, batch: &Batch) -> Result<(), lines::Unwritable> {
        self.line.clear();
        lines::write(batch, &mut self.line)?;
        let (count, hash) = self.kinds.entry(batch.kind()).or_default();
        *count += u64::try_from(batch.len()).unwrap_or(u64::MAX);
        hash.update(&self.line);
        Ok(())
    }

    /// What it comes to.
    pub fn finish(self) -> Sums {
        let sum = |(kind, (count, hash)): (Kind, (u64, Sha256))| {
            (kind, Sum { count, hash: hash.finalize().into() })
        };
        Sums(self.kinds.into_iter().filter(|(_, (count, _))| *count > 0).map(sum).collect())
    }
}

impl Sums {
    /// The sum of a kind, if there is something of it.
    pub fn of(&self, kind: Kind) -> Option<Sum> {
        self.0.get(&kind).copied()
    }

    /// The kinds of which the two have not the same, with what each has.
    pub fn differences(&self, other: &Self) -> Vec<(Kind, Option<Sum>, Option<Sum>)> {
        Kind::ALL
            .into_iter()
            .map(|kind| (kind, self.of(kind), other.of(kind)))
            .filter(|(_, ours, theirs)| ours != theirs)
            .collect()
    }

    /// How many records there are in all.
    pub fn total(&self) -> u64 {
        self.0.values().map(|sum| sum.count).sum()
    }
}

/// `3 (sha256 5f…)`, the hash in full.
impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (sha256 ", self.count)?;
        for byte in self.hash {
            write!(f, "{byte:02x}")?;
        }
        f.write_char(')')
    }
}

#[cfg(test)]
mod tests {
    use crm_domain::calendar::Calendar;

    use super::*;
    use crate::ports::workspace::Workspace;

    fn workspace(set_up: bool) -> Batch {
        Batch::Workspace(Workspace { calendar: Calendar::utc(), set_up, setup_token: None })
    }

    fn sums(batches: &[Batch]) -> Sums {
        let mut summing = Summing::new();
        for batch in batches {
            summing.add(batch).unwrap();
        }
        summing.finish()
    }

    #[test]
    fn what_is_the_same_has_the_same_sums_however_it_was_cut() {
        assert_eq!(sums(&[workspace(true)]), sums(&[workspace(true), Batch::Leads(Vec::new())]));
        assert_eq!(sums(&[workspace(true)]).total(), 1);
        assert_eq!(sums(&[Batch::Leads(Vec::new())]), Sums::default());
    }

    #[test]
    fn what_differs_is_told_by_its_kind() {
        let (one, other) = (sums(&[workspace(true)]), sums(&[workspace(false)]));
        let kinds: Vec<Kind> = one.differences(&other).into_iter().map(|(kind, ..)| kind).collect();
        assert_eq!(kinds, [Kind::Workspace]);
        assert_eq!(one.differences(&Sums::default()), [(Kind::Workspace, one.of(Kind::Workspace), None)]);
        assert_eq!(one.differences(&one), []);
    }

    #[test]
    fn a_sum_is_shown_with_its_whole_hash() {
        let shown = Sum { count: 3, hash: [0xab; 32] }.to_string();
        assert_eq!(shown, format!("3 (sha256 {})", "ab".repeat(32)));
    }
}
