//! Differences between two runs of the same trials (common random numbers): the error of a difference is that of the pairs.

use super::estimate::{Bounds, mean_estimate};
use super::fixed::Moments;
use super::types::Estimate;

/// Mean of (changed - baseline) over trials that share their draws.
///
/// Values about 1 (shares of demand, or tonnes / reference demand). Sums are exact, so merging is independent of order.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PairedDifference {
    trials: u64,
    differences: Moments,
}

impl PairedDifference {
    /// Adds one trial.
    pub fn add(&mut self, baseline: f64, changed: f64) {
        self.trials += 1;
        self.differences.add(changed - baseline);
    }

    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Self) {
        self.trials += other.trials;
        self.differences.merge(&other.differences);
    }

    /// Mean difference times `scale` (100 for percentage points), with the paired standard error sd / sqrt(n).
    pub fn estimate(&self, scale: f64) -> Estimate {
        mean_estimate(&self.differences, self.trials, scale, Bounds::ANY)
    }

    /// Trials added.
    pub fn trials(&self) -> u64 {
        self.trials
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_difference_has_no_error() {
        let mut difference = PairedDifference::default();
        for trial in 0..100 {
            let baseline = f64::from(trial) / 128.0;
            difference.add(baseline, baseline - 0.25);
        }
        let found = difference.estimate(100.0);
        assert_eq!((found.value, found.standard_error, found.high), (-25.0, 0.0, -25.0));
    }
}
