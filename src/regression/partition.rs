//! Which trials a batch mean of a golden file is of.
//!
//! Where trials are drawn in batches that are independent of each other, it is of whole ones ([`crate::sampling::batch`]): gathered in 32 groups, as the errors of results are.
//! Where trials are independent, or the run has too few batches to tell an error by, it is of one 32nd of the trials: parts of one batch differ more than
//! parts of independent trials would, if anything, so that errors are not understated.

use crate::results::{FEWEST_BATCHES, GROUPS, group_of};
use crate::sampling::BATCH_TRIALS;

use super::settings::Settings;

/// Fewest trials in a part for its mean to be worth keeping.
const FEWEST_TRIALS: u64 = 2;

/// The trials of a run in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition {
    trials: u64,
    /// Whether parts are groups of batches.
    by_batch: bool,
}

impl Partition {
    /// Of a run of so many trials, that are drawn in batches or independent. `None` where they are too few.
    pub fn new(trials: u64, in_batches: bool) -> Option<Self> {
        let by_batch = in_batches && trials / BATCH_TRIALS >= FEWEST_BATCHES as u64;
        (trials >= FEWEST_TRIALS * GROUPS as u64).then_some(Self { trials, by_batch })
    }

    /// Of the run that a golden file pins.
    pub(super) fn of(settings: &Settings) -> Option<Self> {
        Self::new(settings.trials, settings.in_batches())
    }

    /// Number of parts.
    pub fn parts(&self) -> usize {
        match self.by_batch {
            true => (self.trials / BATCH_TRIALS).min(GROUPS as u64) as usize,
            false => GROUPS,
        }
    }

    /// The part that a trial belongs to. An incomplete last batch that would be a part by itself is put to the one before.
    pub fn part_of(&self, trial: u64) -> usize {
        match self.by_batch {
            true => group_of(trial).min(self.parts() - 1),
            false => (u128::from(trial) * GROUPS as u128 / u128::from(self.trials)) as usize,
        }
    }

    /// The trials of a part.
    pub fn size(&self, part: usize) -> u64 {
        if !self.by_batch {
            let first = |part: usize| (part as u128 * u128::from(self.trials)).div_ceil(GROUPS as u128) as u64;
            return first(part + 1) - first(part);
        }
        let (batches, rest) = (self.trials / BATCH_TRIALS, self.trials % BATCH_TRIALS);
        let (rounds, more) = (batches / GROUPS as u64, batches % GROUPS as u64);
        let whole = (rounds + u64::from((part as u64) < more)) * BATCH_TRIALS;
        whole + if self.part_of(self.trials - 1) == part { rest } else { 0 }
    }

    /// Degrees of freedom of an error from the parts.
    pub fn degrees(&self) -> f64 {
        (self.parts() - 1) as f64
    }
}

/// Degrees of freedom of the errors that a run states: those of its groups of batches, or none to speak of where they are of independent trials.
pub(super) fn degrees_of_errors(settings: &Settings) -> f64 {
    match Partition::of(settings) {
        Some(partition) if partition.by_batch => partition.degrees(),
        _ => f64::INFINITY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trial_is_in_one_part() {
        for in_batches in [false, true] {
            for trials in [64, 65, 95, 512, 1000, 2_047, 2_048, 2_100, 5_000, 8_192, 8_200, 20_011] {
                let partition = Partition::new(trials, in_batches).unwrap();
                let mut seen = vec![0; partition.parts()];
                (0..trials).for_each(|trial| seen[partition.part_of(trial)] += 1);
                for (part, count) in seen.iter().enumerate() {
                    assert!(*count > 0);
                    assert_eq!(*count, partition.size(part), "{trials} {in_batches} {part}");
                }
            }
        }
        assert_eq!(Partition::new(63, true), None);
    }

    #[test]
    fn parts_are_of_whole_batches_where_there_are_enough() {
        let parts = |trials| Partition::new(trials, true).unwrap();
        assert_eq!((parts(2_048).parts(), parts(2_048).size(7)), (8, 256));
        assert_eq!((parts(2_300).parts(), parts(2_300).size(7)), (8, 508));
        assert_eq!(
            (parts(16_640).parts(), parts(16_640).size(0), parts(16_640).size(1)),
            (32, 768, 512)
        );
        assert_eq!((parts(2_047).parts(), parts(2_047).by_batch), (32, false));
        assert!(!Partition::new(1 << 20, false).unwrap().by_batch);
    }
}
