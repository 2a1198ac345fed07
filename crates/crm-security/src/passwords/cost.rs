//! What a hash costs: how much at most, and what is missing to the cost of one that is made today.
//!
//! The work of argon2 is its memory times its passes over it. How long a check takes must not tell which hash it was, so
//! the check of a cheaper hash is topped up with work whose result is thrown away.

use argon2::Params;

/// What a new hash costs. Hashes made before keep the cost they were made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub iterations: u32,
    /// Lanes that could be computed side by side.
    pub parallelism: u32,
}

impl HashCost {
    /// The upper limit of each parameter, in the settings and in a hash that is to be checked. A hash beyond it is
    /// never computed: its parameters come from whoever wrote the hash, and could ask for any memory and time.
    pub const MAX: Self = Self { memory_kib: 1_048_576, iterations: 64, parallelism: 16 };

    /// Whether no parameter is above [`HashCost::MAX`].
    pub(super) fn is_bounded(params: &Params) -> bool {
        params.m_cost() <= Self::MAX.memory_kib
            && params.t_cost() <= Self::MAX.iterations
            && params.p_cost() <= Self::MAX.parallelism
    }
}

/// OWASP's minimum: 19 MiB, two passes, one lane.
impl Default for HashCost {
    fn default() -> Self {
        Self { memory_kib: 19_456, iterations: 2, parallelism: 1 }
    }
}

/// The work of argon2 with these parameters, in KiB filled.
pub(super) fn work_of(params: &Params) -> u64 {
    u64::from(params.m_cost()) * u64::from(params.t_cost())
}

/// The work of one check of a bcrypt hash, in KiB that argon2 fills in the same time: both are bound by one core, and a
/// round of bcrypt (two key schedules of Blowfish) takes as long as some 70 KiB. It differs between processors, so this
/// makes the two nearly alike, never equal.
pub(super) fn work_of_bcrypt(cost: u32) -> u64 {
    const KIB_A_ROUND: u64 = 70;
    KIB_A_ROUND << cost.min(32)
}

/// Parameters whose work, with what was `spent`, is that of `today`, to within the least memory that argon2 takes; none
/// if as much was spent already.
pub(super) fn top_up(spent: u64, today: &Params) -> Vec<Params> {
    let missing = work_of(today).saturating_sub(spent);
    let memory = u64::from(today.m_cost());
    let (passes, rest) = (missing / memory, missing % memory);
    let whole = number(passes).and_then(|passes| params(today.m_cost(), passes, today.p_cost()));
    let rest = number(rest).and_then(|rest| params(rest, 1, 1));
    whole.into_iter().chain(rest).collect()
}

fn number(number: u64) -> Option<u32> {
    u32::try_from(number).ok()
}

fn params(memory_kib: u32, iterations: u32, parallelism: u32) -> Option<Params> {
    Params::new(memory_kib, iterations, parallelism, None).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_missing_is_whole_passes_and_a_rest() {
        let today = params(100, 3, 1).unwrap();
        let filled = |spent| -> Vec<(u32, u32)> {
            top_up(spent, &today).iter().map(|params| (params.m_cost(), params.t_cost())).collect()
        };
        assert_eq!(filled(0), [(100, 3)]);
        assert_eq!(filled(40), [(100, 2), (60, 1)]);
        assert_eq!(filled(200), [(100, 1)]);
        assert_eq!(filled(250), [(50, 1)]);
        assert_eq!(filled(295), [], "less than argon2 can do");
        assert_eq!((filled(300), filled(u64::MAX)), (vec![], vec![]));
    }

    proptest! {
        #[test]
        fn every_cheaper_hash_is_topped_up_to_the_cost_of_today(
            memory in 16..2_000_000_u32, passes in 1..70_u32, lanes in 1..2_u32, part in 0.0..1.0_f64,
        ) {
            let today = params(memory, passes, lanes).unwrap();
            #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "any part will do")]
            let spent = (work_of(&today) as f64 * part) as u64;
            let total = spent + top_up(spent, &today).iter().map(work_of).sum::<u64>();
            prop_assert!(total <= work_of(&today) && total + u64::from(Params::MIN_M_COST) > work_of(&today));
        }
    }
}
