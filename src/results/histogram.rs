//! Distribution of a share of demand over trials, in memory that does not grow with their number: quantiles, tail means and
//! their errors come from here.
//!
//! While there are at most [`MOST_VALUES`] different shares each is kept by itself, and everything is exact. More go into logarithmic bins
//! ([`super::binned::Binned`]), each with its count, exact sum, lowest and highest value. A quantile is then the mean of the bin at its rank, off by less
//! than one bin width, 1/256 < 0.4 % of it for [`ShareHistogram`]; the bin's lowest and highest value are part of the interval that is stated. A tail
//! mean is exact but for the part of the boundary bin, and never below the exact one.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::binned::{Bunch, CountSumAndReach};
use super::cells::GroupCells;
use super::errors::{Errors, seen};
use super::estimate::{Bounds, Z95, normal_estimate};
use super::order_statistics::{Level, QuantileRanks};
use super::types::{Estimate, TailEstimate};
use super::values::Values;
use crate::engine::tolerance::DECISION;

/// Shortfalls up to this share of demand are rounding, not shortage. It is also the tolerance of "more than x %".
pub const NEGLIGIBLE: f64 = DECISION;

/// Different shares up to which each is kept by itself.
pub const MOST_VALUES: usize = 512;

/// Histogram of the horizon's shortfall: bins at most 1/256 wide.
pub type ShareHistogram = Histogram<8>;
/// Histogram of the worst spell: bins at most 1/64 wide.
pub type SpellHistogram = Histogram<6>;

/// Distribution of shares in [0, 1], in 2^`SUB_BITS` bins per power of two once there are many.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Histogram<const SUB_BITS: u32> {
    trials: u64,
    short: Values<CountSumAndReach, SUB_BITS, 256, MOST_VALUES>,
}

/// What quantiles are read from: values, or those of a bin together, from the smallest to the largest.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    trials: u64,
    /// Number of trials up to and including the bunch, and the bunch. The first is that of the trials in which nothing is short, if there are any.
    steps: Vec<(u64, Bunch)>,
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
        self.short.add(share);
    }

    /// Adds trials in which nothing was short.
    pub fn add_zeros(&mut self, trials: u64) {
        self.trials += trials;
    }

    /// Adds what another histogram has seen.
    pub fn merge(&mut self, other: &Self) {
        self.trials += other.trials;
        self.short.merge(&other.short);
    }

    /// Whether it can have seen that many trials: what is read from a file may be anything.
    pub fn fits(&self, trials: u64) -> bool {
        self.trials == trials && self.short.fits(trials)
    }

    /// The same of at most that many trials.
    pub fn fits_at_most(&self, trials: u64) -> bool {
        self.trials <= trials && self.fits(self.trials)
    }

    /// The distribution seen so far.
    pub fn distribution(&self) -> Distribution {
        self.distribution_among(self.trials)
    }

    /// The distribution over so many trials, in those of which nothing is known nothing being short.
    pub fn distribution_among(&self, trials: u64) -> Distribution {
        let zeros = trials.saturating_sub(self.short.count().unwrap_or(trials));
        let zero = (zeros > 0).then_some(Bunch::atom(zeros, 0.0));
        let mut seen = 0;
        let bunches = zero.into_iter().chain(self.short.bunches());
        Distribution {
            trials,
            steps: bunches
                .map(|bunch| {
                    seen += bunch.count;
                    (seen, bunch)
                })
                .collect(),
        }
    }
}

impl Distribution {
    /// Several together, each trial of each being one.
    pub fn pooled(distributions: Vec<Self>) -> Self {
        let mut bunches: Vec<Bunch> = Vec::new();
        distributions.iter().for_each(|one| bunches.extend(one.bunches()));
        bunches.sort_by(|one, other| one.mean.total_cmp(&other.mean));
        // Zeros, above all, are one bunch.
        bunches.dedup_by(|next, one| {
            let is_same = next.mean == one.mean;
            if is_same {
                one.count += next.count;
                (one.lowest, one.highest) = (one.lowest.min(next.lowest), one.highest.max(next.highest));
            }
            is_same
        });
        let mut seen = 0;
        Self {
            trials: distributions.iter().map(|one| one.trials).sum(),
            steps: bunches
                .into_iter()
                .map(|bunch| {
                    seen += bunch.count;
                    (seen, bunch)
                })
                .collect(),
        }
    }

    /// How many values it is of.
    pub fn trials(&self) -> u64 {
        self.trials
    }

    /// Values, and those of a bin together, ascending.
    pub fn bunches(&self) -> impl DoubleEndedIterator<Item = &Bunch> {
        self.steps.iter().map(|(_, bunch)| bunch)
    }

    /// Numbers of the bunches in which something is short.
    pub(super) fn short(&self) -> Range<usize> {
        let zero = self.steps.first().is_some_and(|(_, bunch)| bunch.mean <= 0.0);
        usize::from(zero)..self.steps.len()
    }

    /// A bunch by its number.
    pub(super) fn bunch(&self, number: usize) -> &Bunch {
        &self.steps[number].1
    }

    /// The bunch that holds a rank from 1, ascending; one of zero without trials.
    fn at_rank(&self, rank: u64) -> Bunch {
        let step = self.steps.partition_point(|(seen, _)| *seen < rank);
        let found = self.steps.get(step).or(self.steps.last());
        found.map_or(Bunch::atom(0, 0.0), |(_, bunch)| *bunch)
    }

    /// Variance of the mean over trials of what `of` gives for a trial's share. Where each trial has several, they are taken to be alike unless groups
    /// tell.
    fn variance_of_mean(&self, per_trial: u64, errors: &Errors, cells: &GroupCells, of: impl Fn(f64) -> f64) -> f64 {
        let (n, per_trial) = (self.trials as f64, per_trial as f64);
        let zero = of(0.0);
        let (mut sum, mut squares) = (0.0, 0.0);
        for bunch in self.bunches() {
            let value = of(bunch.mean) - zero;
            sum += bunch.count as f64 * value;
            squares += bunch.count as f64 * value * value;
        }
        let independent = (squares / n - (sum / n) * (sum / n)).max(0.0) * per_trial / n;
        match errors.groups() {
            None => independent,
            Some(groups) => seen(
                cells.variance_of_mean(groups, self, per_trial, |share| of(share) - zero),
                independent,
            ),
        }
    }

    /// Quantile times `scale`: the smallest value v with P(X <= v) >= level, and its 95 % interval. From independent trials that is the one of order
    /// statistics, `ranks`. From groups it is the level plus and minus what P(X <= v) and P(X < v) are uncertain by (the larger of the two), turned
    /// into ranks and read off the distribution (Woodruff 1952, J. Am. Stat. Assoc. 47). Either takes in all of the bins at both of its ends. Its
    /// half-width in standard errors gives the standard error.
    pub fn quantile(
        &self,
        level: Level,
        ranks: &QuantileRanks,
        errors: &Errors,
        cells: &GroupCells,
        scale: f64,
    ) -> TailEstimate {
        let estimate = match errors.groups() {
            Some(_) => self.level(level.probability(), ranks.rank, 1, errors, cells, scale),
            None => self.between(ranks, Z95, scale),
        };
        TailEstimate {
            estimate,
            supported: level.supported(self.trials),
        }
    }

    /// The value at a rank, which P(X <= v) >= p has led to, with the interval of Woodruff ([`Distribution::quantile`]); of so many values that each trial
    /// has.
    pub fn level(
        &self,
        p: f64,
        rank: u64,
        per_trial: u64,
        errors: &Errors,
        cells: &GroupCells,
        scale: f64,
    ) -> Estimate {
        let (n, value) = (self.trials as f64, self.at_rank(rank).mean);
        let below = self.variance_of_mean(per_trial, errors, cells, |share| f64::from(share < value));
        let up_to = self.variance_of_mean(per_trial, errors, cells, |share| f64::from(share <= value));
        let variance = below.max(up_to).max(errors.finest(p));
        let half = errors.reach() * variance.sqrt() * n;
        // Casts saturate.
        let ranks = QuantileRanks {
            rank,
            low: (libm::floor(n * p - half) as u64).clamp(1, rank),
            high: (libm::ceil(n * p + half) as u64).clamp(rank, self.trials.max(rank)),
        };
        self.between(&ranks, errors.reach(), scale)
    }

    /// The value at a rank, and at those of its interval, which is so many standard errors wide on each side.
    fn between(&self, ranks: &QuantileRanks, reach: f64, scale: f64) -> Estimate {
        let low = self.at_rank(ranks.low).lowest * scale;
        let high = self.at_rank(ranks.high).highest * scale;
        Estimate {
            value: self.at_rank(ranks.rank).mean * scale,
            standard_error: (high - low) / (2.0 * reach),
            low,
            high,
        }
    }

    /// Mean of the fourth power of the distance to `mean`; 0 without trials.
    pub fn fourth_moment(&self, mean: f64) -> f64 {
        let power = |value: f64| {
            let square = (value - mean) * (value - mean);
            square * square
        };
        let sum: f64 = self.bunches().map(|bunch| bunch.count as f64 * power(bunch.mean)).sum();
        sum / self.trials.max(1) as f64
    }

    /// Coherent CVaR times `scale`: the mean of the worst (1 - level) of trials, where the atom at VaR is split so
    /// that exactly that share is averaged (Rockafellar and Uryasev 2002, J. Banking and Finance 26, proposition 8). Where VaR lies in a bin, the
    /// bin's worst are taken to be as bad as its sum and its highest value allow: what they are above the bin's mean is added to the error.
    ///
    /// Standard error: that of the mean of max(X - VaR, 0), / (1 - level), the asymptotic variance of the minimum of Rockafellar and
    /// Uryasev's convex function (Trindade, Uryasev, Shapiro and Zrazhevsky 2007, J. Banking and Finance 31); without an atom it
    /// equals Manistre and Hancock's (2005, North American Actuarial Journal 9).
    pub fn tail_mean(&self, level: Level, errors: &Errors, cells: &GroupCells, scale: f64) -> TailEstimate {
        let supported = level.supported(self.trials);
        if self.trials == 0 {
            return TailEstimate {
                estimate: normal_estimate(0.0, None, Bounds::NON_NEGATIVE),
                supported,
            };
        }
        let n = self.trials as f64;
        let at_risk = self.at_rank(level.rank(self.trials));
        let beyond = |share: f64| (share - at_risk.mean).max(0.0);
        let excess: f64 = self
            .bunches()
            .rev()
            .map(|bunch| bunch.count as f64 * beyond(bunch.mean))
            .take_while(|excess| *excess > 0.0)
            .sum();
        let tail = f64::from(1000 - level.0) / 1000.0;
        let value = at_risk.mean + excess / n / tail;
        // Trials of the bin that are among the worst, and by how much they can be worse than its mean.
        let worse: u64 = self
            .bunches()
            .filter(|bunch| bunch.mean > at_risk.mean)
            .map(|bunch| bunch.count)
            .sum();
        let among = (n * tail - worse as f64).clamp(0.0, at_risk.count as f64);
        let others = at_risk.count as f64 - among;
        let most = (among * (at_risk.highest - at_risk.mean)).min(others * (at_risk.mean - at_risk.lowest));
        let binning = most / n / tail;
        let standard_error = (self.trials > 1).then(|| {
            let variance = self.variance_of_mean(1, errors, cells, beyond) / (tail * tail);
            // The standard deviation of a uniform distribution is its width / sqrt(12).
            (variance + binning * binning / 12.0).sqrt()
        });
        let (value, lowest) = ((value + binning).min(1.0), value);
        let reach = errors.reach() * standard_error.unwrap_or(0.0);
        TailEstimate {
            estimate: Estimate {
                value: value * scale,
                standard_error: standard_error.unwrap_or(f64::NAN) * scale,
                low: (lowest - reach).max(0.0).min(value) * scale,
                high: (value + reach).min(1.0).max(value) * scale,
            },
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
        let losses = (0..10u32.pow(n)).map(|outcome| {
            let out = (0..n).filter(|digit| outcome / 10u32.pow(*digit) % 10 == 0).count();
            out as f64 / f64::from(n)
        });
        of(losses)
    }

    fn of(shares: impl IntoIterator<Item = f64>) -> Distribution {
        let mut histogram = ShareHistogram::default();
        shares.into_iter().for_each(|share| histogram.add(share));
        histogram.distribution()
    }

    /// The quantile and tail mean of independent trials.
    fn quantile(distribution: &Distribution, level: u32) -> Estimate {
        let errors = Errors::new(distribution.trials, None);
        let ranks = QuantileRanks::new(Level(level), distribution.trials);
        let cells = GroupCells::default();
        distribution
            .quantile(Level(level), &ranks, &errors, &cells, 1.0)
            .estimate
    }

    fn tail(distribution: &Distribution, level: u32) -> Estimate {
        let errors = Errors::new(distribution.trials, None);
        distribution
            .tail_mean(Level(level), &errors, &GroupCells::default(), 1.0)
            .estimate
    }

    /// The exact mean of the worst, from sorted trials.
    fn exact_tail(sorted: &[f64], level: u32) -> f64 {
        let tail = sorted.len() as f64 * (1.0 - f64::from(level) / 1000.0);
        let (mut left, mut sum) = (tail, 0.0);
        for value in sorted.iter().rev() {
            let part = left.clamp(0.0, 1.0);
            sum += part * value;
            left -= part;
        }
        sum / tail
    }

    #[test]
    fn e2_value_at_risk_and_coherent_tail_mean() {
        for (n, var95, cvar95) in [(1, 1.0, 1.0), (2, 0.5, 0.6), (4, 0.5, 0.519)] {
            let distribution = suppliers(n);
            assert_eq!(quantile(&distribution, 950).value, var95, "n = {n}");
            let tail = tail(&distribution, 950).value;
            assert!((tail - cvar95).abs() < 1e-12, "n = {n}: {tail}");
        }
    }

    #[test]
    fn all_zero_is_zero() {
        let distribution = of([0.0; 1000]);
        assert_eq!(quantile(&distribution, 950).value, 0.0);
        let tail = tail(&distribution, 950);
        assert_eq!((tail.value, tail.standard_error, tail.high), (0.0, 0.0, 0.0));
        assert_eq!(quantile(&of([]), 950).value, 0.0);
    }

    #[test]
    fn tail_mean_error_of_a_uniform() {
        // X uniform on [0, 1]: CVaR95 = 0.975; Var(max(X - 0.95, 0)) = 0.05^3/3 - (0.05^2/2)^2 = 4.0104e-5.
        let n = 100_000;
        let tail = tail(&of((0..n).map(|trial| (f64::from(trial) + 0.5) / f64::from(n))), 950);
        assert!((tail.value - 0.975).abs() < 1e-4, "{tail:?}");
        let expected = (4.0104e-5f64 / f64::from(n)).sqrt() / 0.05;
        assert!(
            (tail.standard_error / expected - 1.0).abs() < 0.02,
            "{tail:?} {expected}"
        );
    }

    #[test]
    fn small_losses_have_quantiles_of_their_own() {
        // Losses of 0.002 to 0.006 % of demand in every trial: 400 values, and then as many as trials.
        for values in [400_u32, 10_000] {
            let losses = (0..10_000_u32).map(|trial| 2e-5 + 4e-5 * f64::from(trial % values) / f64::from(values));
            let distribution = of(losses);
            for (level, exact) in [(50, 2.2e-5), (500, 4e-5), (950, 5.8e-5)] {
                let found = quantile(&distribution, level);
                assert!((found.value / exact - 1.0).abs() < 0.005, "{found:?} for {exact}");
                assert!(found.low < exact && exact < found.high, "{found:?} for {exact}");
            }
            let found = tail(&distribution, 950);
            assert!((found.value / 5.9e-5 - 1.0).abs() < 0.005, "{found:?}");
        }
    }

    #[test]
    fn close_atoms_stay_apart() {
        // 50.0 % in nine trials of ten, 50.1 % in the others: median 50.0, CVaR95 50.1.
        let losses = (0..1_000).map(|trial| if trial % 10 == 0 { 0.501 } else { 0.5 });
        let distribution = of(losses.clone());
        assert_eq!(
            [500, 950].map(|level| quantile(&distribution, level).value),
            [0.5, 0.501]
        );
        assert_eq!(tail(&distribution, 950).value, 0.501);
        // Half and half: which of the two the median is, chance decides, and its interval says so.
        let even = quantile(&of((0..1_000).map(|trial| 0.5 + 0.001 * f64::from(trial % 2))), 500);
        assert_eq!((even.low, even.high), (0.5, 0.501));
        assert!(even.standard_error > 0.0);
        // The same beside so many other values that all are in bins: the bin's width is part of what is stated.
        let others = (0..600).map(|number| 0.01 + f64::from(number) * 1e-5);
        let binned = of(losses.chain(others));
        let found = quantile(&binned, 800);
        assert!(
            found.low <= 0.5 && 0.501 <= found.high && found.standard_error > 0.0,
            "{found:?}"
        );
        let found = tail(&binned, 950);
        assert!(
            found.value >= 0.501 - 1e-12 && found.low < 0.501 && found.standard_error > 0.0,
            "{found:?}"
        );
    }

    #[test]
    fn an_atom_among_many_values_is_reported_as_it_is() {
        let losses = (0..4_000).map(|trial| match trial % 4 {
            0 => 0.7,
            _ => 0.1 + f64::from(trial) * 1e-4,
        });
        let found = tail(&of(losses.map(|share| share.min(0.6999))), 900);
        assert!(found.value <= 0.7, "{found:?}");
        let atom = of((0..4_000).map(|trial| {
            if trial % 4 == 0 {
                0.7
            } else {
                0.1 + f64::from(trial) * 1e-4 / 2.0
            }
        }));
        let found = quantile(&atom, 900);
        assert_eq!((found.low, found.value, found.high), (0.7, 0.7, 0.7));
        let found = tail(&atom, 900);
        assert!(
            (found.value - 0.7).abs() < 1e-12 && found.standard_error < 1e-12,
            "{found:?}"
        );
    }

    proptest! {
        #[test]
        fn quantiles_and_tail_means_match_the_sorted_sample(
            values in prop::collection::vec(prop_oneof![Just(0.0), Just(0.3), 1e-7..1.0f64, 1e-7..1e-4f64, Just(1.0)], 1..400),
        ) {
            // Exact as they are; and in bins, beside as many tiny values as it takes.
            for tiny in [0u32, 600] {
                let tiny = (1..=tiny).map(|number| 1.2e-8 + f64::from(number) * 1e-11);
                let all: Vec<f64> = values.iter().copied().chain(tiny).collect();
                let distribution = of(all.iter().copied());
                let mut sorted = all.clone();
                sorted.sort_by(f64::total_cmp);
                let width = if all.len() > 600 { 1.0 / 256.0 } else { 0.0 };
                for level in [50, 250, 500, 750, 900, 950, 990] {
                    let ranks = QuantileRanks::new(Level(level), all.len() as u64);
                    let at = |rank: u64| sorted[rank as usize - 1];
                    let (exact, found) = (at(ranks.rank), quantile(&distribution, level));
                    prop_assert!((found.value - exact).abs() <= exact * width, "level {level}: {found:?} for {exact}");
                    prop_assert!(found.low <= at(ranks.low) && at(ranks.high) <= found.high + 1e-15, "level {level}: {found:?}");
                    let (exact, found) = (exact_tail(&sorted, level), tail(&distribution, level));
                    prop_assert!(found.value >= exact * (1.0 - 1e-12), "tail at {level}: {found:?} for {exact}");
                    prop_assert!(found.value - exact <= exact * width + 1e-12, "tail at {level}: {found:?} for {exact}");
                    if all.len() > 1 {
                        prop_assert!(found.low <= exact * (1.0 + 1e-12) + 1e-15, "tail at {level}: {found:?} for {exact}");
                    }
                }
            }
        }
    }
}
