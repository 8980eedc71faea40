//! Differences between two runs of the same trials (common random numbers): the error of a difference is that of the pairs.

use super::errors::Errors;
use super::estimate::Bounds;
use super::fixed::{FixedSum, Moments};
use super::groups::{ByGroup, GROUPS, group_of};
use super::types::Estimate;

/// Mean of (changed - baseline) over trials that share their draws.
///
/// Values about 1 (shares of demand, or tonnes / reference demand). Sums are exact, so merging is independent of order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PairedDifference {
    trials: [u64; GROUPS],
    differences: Moments,
    by_group: ByGroup<FixedSum>,
}

impl PairedDifference {
    /// Adds one trial.
    pub fn add(&mut self, trial: u64, baseline: f64, changed: f64) {
        let (group, difference) = (group_of(trial), changed - baseline);
        self.trials[group] += 1;
        self.differences.add(difference);
        self.by_group.at(group).add(difference);
    }

    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Self) {
        self.trials
            .iter_mut()
            .zip(&other.trials)
            .for_each(|(trials, added)| *trials += added);
        self.differences.merge(&other.differences);
        self.by_group.merge(&other.by_group);
    }

    /// Mean difference times `scale` (100 for percentage points), with the standard error of the pairs: from groups of batches, where trials come in
    /// batches ([`crate::engine::observe::Layout::in_batches`]) and there are enough, else sd / sqrt(n).
    pub fn estimate(&self, scale: f64, in_batches: bool) -> Estimate {
        let errors = Errors::new(self.trials(), in_batches.then_some(&self.trials));
        errors.mean(&self.differences, &self.by_group, scale, Bounds::ANY)
    }

    /// Trials added.
    pub fn trials(&self) -> u64 {
        self.trials.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_difference_has_no_error() {
        let mut difference = PairedDifference::default();
        for trial in 0..4_096_u32 {
            let baseline = f64::from(trial) / 8_192.0;
            difference.add(trial.into(), baseline, baseline - 0.25);
        }
        for in_batches in [false, true] {
            let found = difference.estimate(100.0, in_batches);
            assert_eq!((found.value, found.standard_error, found.high), (-25.0, 0.0, -25.0));
        }
    }

    #[test]
    fn the_error_is_that_between_batches() {
        // Differences of 0 to 255/1024 in every batch, and 1/64 more in every other of 16: the spread within batches does not count.
        let mut difference = PairedDifference::default();
        for trial in 0..16 * 256 {
            let more = (trial % 256) as f64 / 1024.0 + (trial / 256 % 2) as f64 / 64.0;
            difference.add(trial, 0.25, 0.25 + more);
        }
        let by_batches = difference.estimate(1.0, true).standard_error;
        assert!(
            (by_batches - (1.0_f64 / 15.0).sqrt() / 128.0).abs() < 1e-12,
            "{by_batches}"
        );
        let independent = difference.estimate(1.0, false).standard_error;
        let variance: f64 = (65_535.0 / 12.0) / (1024.0 * 1024.0) + 1.0 / (128.0 * 128.0);
        assert!(
            (independent - (variance / 4_095.0).sqrt()).abs() < 1e-9,
            "{independent}"
        );
        let (mut first, mut second) = (PairedDifference::default(), PairedDifference::default());
        for trial in (0..16 * 256).rev() {
            let more = (trial % 256) as f64 / 1024.0 + (trial / 256 % 2) as f64 / 64.0;
            let part = if trial % 300 < 100 { &mut first } else { &mut second };
            part.add(trial, 0.25, 0.25 + more);
        }
        first.merge(&second);
        assert_eq!(first, difference);
    }
}
