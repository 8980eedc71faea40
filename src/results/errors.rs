//! Monte Carlo errors of a run: from the spread between groups of batches where the trials of a batch depend on each other and there are enough batches,
//! else as of independent trials.
//!
//! Intervals from groups use Student's t with (groups - 1) degrees of freedom, since their standard errors are estimated from few numbers.

use super::estimate::{
    Bounds, Z95, deviation_error, normal_estimate, probability_estimate, symmetric_estimate, wilson_estimate,
};
use super::fixed::{FixedSum, Moments};
use super::groups::{ByGroup, GROUPS, Groups};
use super::types::Estimate;
use crate::sampling::BATCH_TRIALS;
use crate::sampling::special::student_t_quantile;

/// How the errors of a run's estimates are found.
#[derive(Debug, Clone, PartialEq)]
pub struct Errors {
    trials: u64,
    groups: Option<Groups>,
    /// Half-width of a 95 % interval in standard errors.
    reach: f64,
}

impl Errors {
    /// Of a run with so many trials in each group; `None` where trials are independent.
    pub fn new(trials: u64, by_group: Option<&[u64; GROUPS]>) -> Self {
        let groups = by_group.and_then(Groups::new);
        let reach = groups
            .as_ref()
            .map_or(Z95, |groups| student_t_quantile(groups.degrees(), 0.975));
        Self { trials, groups, reach }
    }

    /// All trials.
    pub fn trials(&self) -> u64 {
        self.trials
    }

    /// The groups; `None` where errors are those of independent trials.
    pub fn groups(&self) -> Option<&Groups> {
        self.groups.as_ref()
    }

    /// Half-width of a 95 % interval in standard errors.
    pub fn reach(&self) -> f64 {
        self.reach
    }

    /// Mean of a quantity over all trials, times `scale`.
    pub fn mean(&self, moments: &Moments, sums: &ByGroup<FixedSum>, scale: f64, bounds: Bounds) -> Estimate {
        self.mean_of(moments, || sums.map(FixedSum::value), scale, bounds)
    }

    /// The same, with the sums by group as numbers.
    pub fn mean_of(
        &self,
        moments: &Moments,
        sums: impl FnOnce() -> [f64; GROUPS],
        scale: f64,
        bounds: Bounds,
    ) -> Estimate {
        let variance = self.variance_of_mean(moments, sums);
        let error = variance.map(|variance| variance.sqrt() * scale.abs());
        symmetric_estimate(moments.mean(self.trials) * scale, error, self.reach, bounds)
    }

    /// Variance of the mean; unknown below two trials.
    pub fn variance_of_mean(&self, moments: &Moments, sums: impl FnOnce() -> [f64; GROUPS]) -> Option<f64> {
        let independent = moments.variance(self.trials)? / self.trials as f64;
        Some(match &self.groups {
            None => independent,
            Some(groups) => seen(groups.variance_of_mean(&sums()), independent),
        })
    }

    /// Mean of a quantity over the trials that have it, times `scale`: a ratio of sums, whose error is that of the mean of (quantity - ratio) over
    /// the trials that have it (delta method).
    pub fn ratio(
        &self,
        (count, moments): (u64, &Moments),
        counts: [f64; GROUPS],
        sums: [f64; GROUPS],
        scale: f64,
    ) -> Estimate {
        let ratio = moments.mean(count);
        let independent = moments.variance(count).map(|variance| variance / count as f64);
        let variance = match (&self.groups, independent) {
            (Some(groups), Some(independent)) => {
                let rests = std::array::from_fn(|group| sums[group] - ratio * counts[group]);
                let share = count as f64 / self.trials as f64;
                Some(seen(groups.variance_of_mean(&rests) / (share * share), independent))
            }
            _ => independent,
        };
        let error = variance.map(|variance| variance.sqrt() * scale);
        symmetric_estimate(ratio * scale, error, self.reach, Bounds::NON_NEGATIVE)
    }

    /// Probability from hits, of all trials and by group.
    ///
    /// From groups the interval is Wilson's with as many independent trials as would have the same error, and Student's t in place of the normal
    /// quantile. Where nothing or everything was hit there is no spread to go by: it is that of independent trials.
    pub fn probability(&self, hits: u64, by_group: impl FnOnce() -> [u64; GROUPS]) -> Estimate {
        let independent = probability_estimate(hits, self.trials);
        let Some(groups) = self.groups.as_ref().filter(|_| 0 < hits && hits < self.trials) else {
            return independent;
        };
        let p = independent.value;
        let variance = groups.variance_of_mean(&by_group().map(|hits| hits as f64));
        let variance = variance.max(self.finest(p));
        wilson_estimate(p, p * (1.0 - p) / variance, self.reach, variance.sqrt())
    }

    /// No probability is known better than this variance: a batch tells one to within the stratum that it falls in, so that batches may agree by
    /// chance where it lies near the edge of one.
    pub fn finest(&self, probability: f64) -> f64 {
        probability * (1.0 - probability) / self.trials.max(1) as f64 / BATCH_TRIALS as f64
    }

    /// Standard deviation of a quantity times `scale`: exact. `fourth` is the fourth central moment, for the error of independent trials; from
    /// groups it is that of the mean squared distance, from the sums of the quantity and of its squares.
    pub fn deviation(
        &self,
        moments: &Moments,
        fourth: f64,
        sums: [f64; GROUPS],
        squares: [f64; GROUPS],
        counts: &[u64; GROUPS],
        scale: f64,
    ) -> Estimate {
        let Some(variance) = moments.variance(self.trials) else {
            return normal_estimate(f64::NAN, None, Bounds::NON_NEGATIVE);
        };
        let deviation = variance.sqrt();
        let independent = deviation_error(variance, fourth, self.trials);
        let error = match &self.groups {
            Some(groups) if deviation > 0.0 => {
                let mean = moments.mean(self.trials);
                let distances = std::array::from_fn(|group| {
                    squares[group] - 2.0 * mean * sums[group] + mean * mean * counts[group] as f64
                });
                let error = groups.variance_of_mean(&distances).sqrt() / (2.0 * deviation);
                seen(error * error, independent * independent).sqrt()
            }
            _ => independent,
        };
        symmetric_estimate(deviation * scale, Some(error * scale), self.reach, Bounds::NON_NEGATIVE)
    }

    /// Trials after which the standard error of a mean is 1 % of it; in whole batches where errors come from batches. `None` when the mean is 0 or
    /// the error unknown.
    pub fn trials_for_one_percent(&self, moments: &Moments, sums: impl FnOnce() -> [f64; GROUPS]) -> Option<u64> {
        let mean = moments.mean(self.trials);
        let variance = self.variance_of_mean(moments, sums)?;
        if mean == 0.0 {
            return None;
        }
        // The cast saturates.
        let trials = (libm::ceil(variance * self.trials as f64 * 1e4 / (mean * mean)) as u64).max(1);
        Some(match self.groups {
            Some(_) => trials.div_ceil(BATCH_TRIALS).saturating_mul(BATCH_TRIALS),
            None => trials,
        })
    }
}

/// A variance as seen between groups. Where groups agree to the last bit although trials differ, that is chance, or a quantity of which each batch holds all
/// there is: then it is taken as if one of the trials of a batch were undecided, a 1/256 of that of independent trials.
pub fn seen(between: f64, independent: f64) -> f64 {
    if between > 0.0 {
        between
    } else {
        independent / BATCH_TRIALS as f64
    }
}

#[cfg(test)]
mod tests {
    use super::super::groups::group_of;
    use super::*;

    const TRIALS: u64 = 16 * 256;

    /// Errors of 16 batches, and what `of` gives for each trial: moments and sums by group.
    fn errors(of: impl Fn(u64) -> f64) -> (Errors, Moments, ByGroup<FixedSum>) {
        let (mut counts, mut moments, mut sums) = ([0; GROUPS], Moments::default(), ByGroup::<FixedSum>::default());
        for trial in 0..TRIALS {
            counts[group_of(trial)] += 1;
            moments.add(of(trial));
            sums.at(group_of(trial)).add(of(trial));
        }
        (Errors::new(TRIALS, Some(&counts)), moments, sums)
    }

    #[test]
    fn the_error_of_a_mean_is_that_between_batches() {
        // Within every batch all values from 0 to 255/256, and 1/64 more in every other batch: sample variance of the batches' means
        // (1/128)^2 x 16/15.
        let (errors, moments, sums) = errors(|trial| (trial % 256) as f64 / 1024.0 + (trial / 256 % 2) as f64 / 64.0);
        let found = errors.mean(&moments, &sums, 100.0, Bounds::PERCENT);
        let expected = 100.0 / 128.0 * (16.0_f64 / 15.0 / 16.0).sqrt();
        assert!((found.standard_error - expected).abs() < 1e-12, "{found:?}");
        // Student's t with 15 degrees of freedom, 97.5 %: 2.131 in any table.
        assert!(
            ((found.high - found.value) / found.standard_error - 2.131_45).abs() < 1e-5,
            "{found:?}"
        );
        // (0.01 mean)^2 n / variance, in whole batches.
        let needed = errors
            .trials_for_one_percent(&moments, || sums.map(FixedSum::value))
            .unwrap();
        let exact = TRIALS as f64 * libm::pow(found.standard_error / (0.01 * found.value), 2.0);
        assert!(
            needed % 256 == 0 && needed as f64 >= exact && (needed - 256) as f64 <= exact,
            "{needed} {exact}"
        );
    }

    #[test]
    fn batches_that_agree_leave_a_stratum_open() {
        let (errors, moments, sums) = errors(|trial| f64::from(trial % 256 < 64));
        let found = errors.mean(&moments, &sums, 1.0, Bounds::NON_NEGATIVE);
        let independent = (0.25 * 0.75 / (TRIALS - 1) as f64).sqrt();
        assert!((found.standard_error - independent / 16.0).abs() < 1e-12, "{found:?}");
        let hits = std::array::from_fn(|group| if group < 16 { 64 } else { 0 });
        let probability = errors.probability(TRIALS / 4, || hits);
        assert!(
            (probability.standard_error - independent / 16.0).abs() < 1e-6,
            "{probability:?}"
        );
        assert!(probability.low < 0.25 && 0.25 < probability.high);
    }

    #[test]
    fn probabilities_without_spread_are_wilsons() {
        let (errors, ..) = errors(|_| 0.0);
        for hits in [0, TRIALS] {
            let found = errors.probability(hits, || [0; GROUPS]);
            assert_eq!(found, probability_estimate(hits, TRIALS));
        }
        // Hits spread as those of independent trials would be: nearly Wilson's interval, a little wider by Student's t.
        let by_group: [u64; GROUPS] =
            std::array::from_fn(|group| if group < 16 { 25 + 10 * (group as u64 % 2) } else { 0 });
        let hits = by_group.iter().sum();
        let found = errors.probability(hits, || by_group);
        let wilson = probability_estimate(hits, TRIALS);
        assert!(
            found.low < wilson.low && wilson.high < found.high,
            "{found:?} {wilson:?}"
        );
        assert!(
            (found.standard_error / wilson.standard_error - 1.0).abs() < 0.1,
            "{found:?} {wilson:?}"
        );
    }

    #[test]
    fn a_conditional_mean_is_a_ratio() {
        // The first 16 trials of a batch have the quantity; it is 1, and 3 in every other batch.
        let value = |trial: u64| 1.0 + 2.0 * (trial / 256 % 2) as f64;
        let (errors, ..) = errors(|_| 0.0);
        let mut moments = Moments::default();
        let (mut counts, mut sums) = ([0.0; GROUPS], [0.0; GROUPS]);
        for trial in (0..TRIALS).filter(|trial| trial % 256 < 16) {
            moments.add(value(trial));
            counts[group_of(trial)] += 1.0;
            sums[group_of(trial)] += value(trial);
        }
        let found = errors.ratio((256, &moments), counts, sums, 1.0);
        assert_eq!(found.value, 2.0);
        // 16 batch means of 1 and 3: sample variance 16/15.
        assert!(
            (found.standard_error - (16.0_f64 / 15.0 / 16.0).sqrt()).abs() < 1e-12,
            "{found:?}"
        );
    }

    #[test]
    fn a_standard_deviation_by_batches() {
        // Values 0 and 1 in batches of equal mean; 0.25 and 0.75 in every other: squared distances 1/4 and 1/16.
        let value = |trial: u64| match (trial / 256 % 2, trial % 2) {
            (0, last) => last as f64,
            (_, last) => 0.25 + 0.5 * last as f64,
        };
        let (errors, moments, sums) = errors(value);
        let mut squares = ByGroup::<FixedSum>::default();
        (0..TRIALS).for_each(|trial| squares.at(group_of(trial)).add(value(trial) * value(trial)));
        let counts = std::array::from_fn(|group| if group < 16 { 256 } else { 0 });
        let found = errors.deviation(
            &moments,
            0.0,
            sums.map(FixedSum::value),
            squares.map(FixedSum::value),
            &counts,
            1.0,
        );
        let deviation = (0.15625_f64 * TRIALS as f64 / (TRIALS - 1) as f64).sqrt();
        assert!((found.value - deviation).abs() < 1e-12);
        // Means of squared distances 1/4 and 1/16: sample variance (3/32)^2 x 16/15, over 16.
        let expected = 3.0 / 32.0 * (1.0_f64 / 15.0).sqrt() / (2.0 * deviation);
        assert!((found.standard_error - expected).abs() < 1e-12, "{found:?} {expected}");
    }
}
