//! Distribution of a share of demand over trials, in memory that does not grow with their number: quantiles, tail means and
//! their errors come from here.
//!
//! Bins are a zero bin, an underflow bin (below 2^-14, that is 0.006 %), logarithmic bins and one for exactly 1 ([`Binned`]). Each holds its
//! count and exact sum, so that a bin's mean is exact and a value that many trials share (an atom) is reported as it is. A
//! quantile is the mean of the bin at its rank: its relative error is below one bin width, 1/256 < 0.4 % for [`ShareHistogram`].
//! Tail means are exact but for the part of the boundary bin.

use serde::{Deserialize, Serialize};

use super::binned::Binned;
use super::estimate::{Bounds, Z95, normal_estimate};
use super::order_statistics::{Level, QuantileRanks};
use super::types::{Estimate, TailEstimate};
use crate::engine::tolerance::DECISION;

/// Shortfalls up to this share of demand are rounding, not shortage. It is also the tolerance of "more than x %".
pub const NEGLIGIBLE: f64 = DECISION;

/// Powers of two below 1 that have bins of their own.
const OCTAVES: u32 = 14;

/// Histogram of the horizon's shortfall: bins at most 1/256 wide.
pub type ShareHistogram = Histogram<8>;
/// Histogram of the worst spell: bins at most 1/64 wide.
pub type SpellHistogram = Histogram<6>;

/// Distribution of shares in [0, 1] with 2^`SUB_BITS` bins per power of two.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Histogram<const SUB_BITS: u32> {
    trials: u64,
    binned: Binned<OCTAVES, SUB_BITS, 512>,
}

/// The bins of a histogram that hold trials, from the smallest value to the largest: what quantiles are read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    trials: u64,
    /// (number of trials up to and including the bin, trials in it, mean of the bin).
    steps: Vec<(u64, u64, f64)>,
}

/// The sum of counts; `None` when it is too large to be one.
pub(super) fn add_up(counts: impl IntoIterator<Item = u64>) -> Option<u64> {
    counts.into_iter().try_fold(0u64, u64::checked_add)
}

impl<const SUB_BITS: u32> Histogram<SUB_BITS> {
    /// Adds one trial's share; up to [`NEGLIGIBLE`] it counts as 0, above 1 as 1.
    #[inline]
    pub fn add(&mut self, share: f64) {
        self.trials += 1;
        if share.is_nan() || share <= NEGLIGIBLE {
            return;
        }
        self.binned.add(share);
    }

    /// Adds trials in which nothing was short.
    pub fn add_zeros(&mut self, trials: u64) {
        self.trials += trials;
    }

    /// Adds what another histogram has seen.
    pub fn merge(&mut self, other: &Self) {
        self.trials += other.trials;
        self.binned.merge(&other.binned);
    }

    /// Whether it can have seen that many trials: what is read from a file may be anything.
    pub fn fits(&self, trials: u64) -> bool {
        self.trials == trials && self.binned.fits(trials)
    }

    /// The distribution seen so far.
    pub fn distribution(&self) -> Distribution {
        let zeros = self.trials - self.binned.count().unwrap_or(self.trials);
        let zero = (zeros > 0).then_some((zeros, 0.0));
        let mut seen = 0;
        let counted = zero.into_iter().chain(self.binned.means());
        let steps = counted
            .map(|(count, mean)| {
                seen += count;
                (seen, count, mean)
            })
            .collect();
        Distribution {
            trials: self.trials,
            steps,
        }
    }
}

impl Distribution {
    /// Trials and mean share of the bins, ascending.
    pub fn values(&self) -> impl Iterator<Item = (u64, f64)> {
        self.steps.iter().map(|(_, count, mean)| (*count, *mean))
    }

    /// Value at a rank from 1, ascending; 0 without trials.
    fn at_rank(&self, rank: u64) -> f64 {
        let step = self.steps.partition_point(|(seen, ..)| *seen < rank);
        self.steps
            .get(step)
            .or(self.steps.last())
            .map_or(0.0, |(_, _, mean)| *mean)
    }

    /// Quantile times `scale`: the smallest value v with P(X <= v) >= level, its interval by order statistics, and the interval's
    /// width / (2 x 1.96) as standard error.
    pub fn quantile(&self, level: Level, ranks: QuantileRanks, scale: f64) -> TailEstimate {
        let [value, low, high] = [ranks.rank, ranks.low, ranks.high].map(|rank| self.at_rank(rank) * scale);
        let standard_error = (high - low) / (2.0 * Z95);
        let estimate = Estimate {
            value,
            standard_error,
            low,
            high,
        };
        TailEstimate {
            estimate,
            supported: level.supported(self.trials),
        }
    }

    /// Mean of the fourth power of the distance to `mean`; 0 without trials.
    pub fn fourth_moment(&self, mean: f64) -> f64 {
        let power = |value: f64| {
            let square = (value - mean) * (value - mean);
            square * square
        };
        let sum: f64 = self
            .steps
            .iter()
            .map(|(_, count, value)| *count as f64 * power(*value))
            .sum();
        sum / self.trials.max(1) as f64
    }

    /// Coherent CVaR times `scale`: the mean of the worst (1 - level) of trials, where the atom (here: bin) at VaR is split so
    /// that exactly that share is averaged (Rockafellar and Uryasev 2002, J. Banking and Finance 26, proposition 8).
    ///
    /// Standard error: sqrt(Var(max(X - VaR, 0)) / n) / (1 - level), the asymptotic variance of the minimum of Rockafellar and
    /// Uryasev's convex function (Trindade, Uryasev, Shapiro and Zrazhevsky 2007, J. Banking and Finance 31); without an atom it
    /// equals Manistre and Hancock's (2005, North American Actuarial Journal 9).
    pub fn tail_mean(&self, level: Level, scale: f64) -> TailEstimate {
        let supported = level.supported(self.trials);
        if self.trials == 0 {
            return TailEstimate {
                estimate: normal_estimate(0.0, None, Bounds::NON_NEGATIVE),
                supported,
            };
        }
        let n = self.trials as f64;
        let at_risk = self.at_rank(level.rank(self.trials));
        let (mut excess, mut squares) = (0.0, 0.0);
        for (_, count, mean) in self.steps.iter().rev() {
            let beyond = mean - at_risk;
            if beyond <= 0.0 {
                break;
            }
            excess += *count as f64 * beyond;
            squares += *count as f64 * beyond * beyond;
        }
        let tail = f64::from(1000 - level.0) / 1000.0;
        let value = at_risk + excess / n / tail;
        let variance = (squares / n - (excess / n) * (excess / n)).max(0.0);
        let standard_error = (self.trials > 1).then(|| (variance / n).sqrt() / tail * scale);
        let bounds = Bounds { low: 0.0, high: scale };
        TailEstimate {
            estimate: normal_estimate(value.min(1.0) * scale, standard_error, bounds),
            supported,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Binomial(n, 0.1)/n losses enumerated as 10^n equally likely trials: case E2.
    fn suppliers(n: u32) -> Distribution {
        let mut histogram = ShareHistogram::default();
        for outcome in 0..10u32.pow(n) {
            let out = (0..n).filter(|digit| outcome / 10u32.pow(*digit) % 10 == 0).count();
            histogram.add(out as f64 / f64::from(n));
        }
        histogram.distribution()
    }

    fn quantile(distribution: &Distribution, level: u32) -> f64 {
        let level = Level(level);
        distribution
            .quantile(level, QuantileRanks::new(level, distribution.trials), 1.0)
            .estimate
            .value
    }

    #[test]
    fn e2_value_at_risk_and_coherent_tail_mean() {
        for (n, var95, cvar95) in [(1, 1.0, 1.0), (2, 0.5, 0.6), (4, 0.5, 0.519)] {
            let distribution = suppliers(n);
            assert_eq!(quantile(&distribution, 950), var95, "n = {n}");
            let tail = distribution.tail_mean(Level(950), 1.0).estimate.value;
            assert!((tail - cvar95).abs() < 1e-12, "n = {n}: {tail}");
        }
    }

    #[test]
    fn all_zero_is_zero() {
        let mut histogram = ShareHistogram::default();
        (0..1000).for_each(|_| histogram.add(0.0));
        let distribution = histogram.distribution();
        assert_eq!(quantile(&distribution, 950), 0.0);
        let tail = distribution.tail_mean(Level(950), 100.0).estimate;
        assert_eq!((tail.value, tail.standard_error, tail.high), (0.0, 0.0, 0.0));
    }

    #[test]
    fn tail_mean_error_of_a_uniform() {
        // X uniform on [0, 1]: CVaR95 = 0.975; Var(max(X - 0.95, 0)) = 0.05^3/3 - (0.05^2/2)^2 = 4.0104e-5.
        let mut histogram = ShareHistogram::default();
        let n = 100_000;
        (0..n).for_each(|trial| histogram.add((f64::from(trial) + 0.5) / f64::from(n)));
        let tail = histogram.distribution().tail_mean(Level(950), 1.0).estimate;
        assert!((tail.value - 0.975).abs() < 1e-4, "{tail:?}");
        let expected = (4.0104e-5f64 / f64::from(n)).sqrt() / 0.05;
        assert!(
            (tail.standard_error / expected - 1.0).abs() < 0.02,
            "{tail:?} {expected}"
        );
    }

    proptest! {
        #[test]
        fn quantiles_and_tail_means_match_the_sorted_sample(
            values in prop::collection::vec(prop_oneof![Just(0.0), Just(0.3), 1e-4..1.0f64, Just(1.0)], 1..400),
        ) {
            let mut histogram = ShareHistogram::default();
            values.iter().for_each(|value| histogram.add(*value));
            let distribution = histogram.distribution();
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            for level in [50, 250, 500, 750, 900, 950, 990] {
                let rank = Level(level).rank(values.len() as u64) as usize;
                let exact = sorted[rank - 1];
                let found = quantile(&distribution, level);
                prop_assert!((found - exact).abs() <= exact / 256.0, "level {level}: {found} for {exact}");
                let tail = values.len() as f64 * (1.0 - f64::from(level) / 1000.0);
                let mut left = tail;
                let mut sum = 0.0;
                for value in sorted.iter().rev() {
                    let part = left.clamp(0.0, 1.0);
                    sum += part * value;
                    left -= part;
                }
                let exact = sum / tail;
                let found = distribution.tail_mean(Level(level), 1.0).estimate.value;
                prop_assert!((found - exact).abs() <= exact / 256.0 + 1e-12, "tail at {level}: {found} for {exact}");
            }
        }
    }
}
