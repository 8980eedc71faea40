//! Trials by group of batches, from which Monte Carlo errors come where trials of one batch depend on each other.
//!
//! Batches are independent of each other (see [`crate::sampling::Design`]), so the spread between them says how well a mean is known, whatever goes on
//! inside them. There may be any number of batches, so they are gathered in [`GROUPS`] groups: memory does not grow with the trials. What is kept
//! are exact sums, so that merging is independent of order.

use serde::{Deserialize, Serialize};

use super::fixed::FixedSum;
use crate::sampling::{BATCH_TRIALS, batch};

/// Number of groups. The standard error of as many groups is itself uncertain by 1 / sqrt(2 x 31) = 13 %, which Student's t accounts for.
pub const GROUPS: usize = 32;
/// Fewest whole batches from which errors are told: with fewer, those of independent trials are stated.
pub const FEWEST_BATCHES: usize = 8;

/// Steps of a share in sums of which only errors are computed: 2^39, so that the trials of a group, below 2^25, cannot overflow.
const SHARE_STEPS: f64 = (1u64 << 39) as f64;

const _: () = assert!(super::state::MOST_TRIALS / (GROUPS as u64) < 1 << 25);

/// A share of demand in steps; cut towards 0.
#[inline]
pub fn steps_of_share(share: f64) -> u64 {
    (share * SHARE_STEPS) as u64
}

/// A sum of such steps as a number.
pub fn value_of_steps(steps: u64) -> f64 {
    steps as f64 / SHARE_STEPS
}

/// The group of a trial: batch number modulo [`GROUPS`].
pub fn group_of(trial: u64) -> usize {
    (batch(trial) % GROUPS as u64) as usize
}

/// Something that can be summed exactly.
pub trait Sum: Copy + Default {
    /// Adds another.
    fn add(&mut self, other: &Self);
}

impl Sum for u64 {
    fn add(&mut self, other: &Self) {
        *self = self.saturating_add(*other);
    }
}

impl Sum for FixedSum {
    fn add(&mut self, other: &Self) {
        self.merge(other);
    }
}

/// A sum for each group; no memory before something has been added.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Serialize", deserialize = "T: Deserialize<'de>"))]
pub struct ByGroup<T>(Option<Box<[T; GROUPS]>>);

impl<T: Sum> ByGroup<T> {
    /// The sum of a group.
    #[inline]
    pub fn at(&mut self, group: usize) -> &mut T {
        &mut self.all()[group]
    }

    /// The sums of all groups.
    #[inline]
    pub fn all(&mut self) -> &mut [T; GROUPS] {
        self.0.get_or_insert_with(|| Box::new([T::default(); GROUPS]))
    }

    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Self) {
        if let Some(added) = &other.0 {
            self.all()
                .iter_mut()
                .zip(added.iter())
                .for_each(|(sum, added)| sum.add(added));
        }
    }

    /// A number for each group; 0 where nothing has been added.
    pub fn map(&self, number: impl Fn(&T) -> f64) -> [f64; GROUPS] {
        self.0
            .as_ref()
            .map_or([0.0; GROUPS], |sums| std::array::from_fn(|group| number(&sums[group])))
    }

    /// All groups together.
    pub fn total(&self) -> T {
        let mut total = T::default();
        self.0
            .iter()
            .flat_map(|sums| sums.iter())
            .for_each(|sum| total.add(sum));
        total
    }
}

/// How the trials of a run are gathered where errors come from batches.
#[derive(Debug, Clone, PartialEq)]
pub struct Groups {
    /// Of each of the [`GROUPS`], which of `sizes` it is part of.
    part_of: [usize; GROUPS],
    /// Trials of each.
    sizes: Vec<f64>,
    /// All trials.
    trials: f64,
}

impl Groups {
    /// Of a run with so many trials in each group. `None` with fewer than [`FEWEST_BATCHES`] whole batches.
    ///
    /// An incomplete last batch that would be a group by itself is put to the group before it: a single group whose mean is off by d moves the mean
    /// of all by at most d / groups, and the standard error by as much, so that it can widen intervals, but not spoil them.
    pub fn new(trials: &[u64; GROUPS]) -> Option<Self> {
        let (mut part_of, mut sizes) = ([0; GROUPS], Vec::new());
        for (&trials, part) in trials.iter().zip(&mut part_of) {
            if trials >= BATCH_TRIALS {
                sizes.push(0.0);
            }
            *part = sizes.len().saturating_sub(1);
            if let Some(size) = sizes.last_mut() {
                *size += trials as f64;
            }
        }
        // Trials before the first whole batch: of a part of a run only.
        let all: f64 = trials.iter().map(|trials| *trials as f64).sum();
        if let Some(first) = sizes.first().copied() {
            let lost = all - sizes.iter().sum::<f64>();
            sizes[0] = first + lost;
        }
        (sizes.len() >= FEWEST_BATCHES).then_some(Self {
            part_of,
            sizes,
            trials: all,
        })
    }

    /// All trials.
    pub fn trials(&self) -> f64 {
        self.trials
    }

    /// Degrees of freedom of an error.
    pub fn degrees(&self) -> f64 {
        (self.sizes.len() - 1) as f64
    }

    /// Variance of the mean over all trials of a quantity, from its sums by group.
    ///
    /// Where a batch's mean has the variance v, that of a group of k batches has v / k: weighted by their trials n_g the groups' means m_g have the mean
    /// m, and sum of n_g (m_g - m)^2 / (groups - 1) / (all trials) estimates the variance of m without bias.
    pub fn variance_of_mean(&self, sums: &[f64; GROUPS]) -> f64 {
        let mut gathered = vec![0.0; self.sizes.len()];
        for (sum, part) in sums.iter().zip(self.part_of) {
            gathered[part] += sum;
        }
        let mean = gathered.iter().sum::<f64>() / self.trials;
        let parts = gathered.iter().zip(&self.sizes);
        let spread: f64 = parts
            .map(|(sum, size)| {
                let distance = sum / size - mean;
                size * distance * distance
            })
            .sum();
        let variance = spread / self.degrees() / self.trials;
        // What rounding leaves of equal means.
        if variance <= 1e-26 * mean * mean { 0.0 } else { variance }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Trials by group of a run of so many.
    fn trials(of: u64) -> [u64; GROUPS] {
        let mut found = [0; GROUPS];
        (0..of).for_each(|trial| found[group_of(trial)] += 1);
        found
    }

    #[test]
    fn few_batches_tell_no_error() {
        assert_eq!(Groups::new(&trials(0)), None);
        assert_eq!(Groups::new(&trials(2_047)), None);
        assert_eq!(Groups::new(&trials(2_048)).unwrap().degrees(), 7.0);
        assert_eq!(Groups::new(&trials(2_049)).unwrap().degrees(), 7.0);
        assert_eq!(Groups::new(&trials(17 * 256)).unwrap().degrees(), 16.0);
        assert_eq!(Groups::new(&trials(1_000_000)).unwrap().degrees(), 31.0);
        // However often: one batch.
        let mut one = [0; GROUPS];
        one[3] = 1 << 20;
        assert_eq!(Groups::new(&one), None);
    }

    #[test]
    fn every_trial_is_in_a_group() {
        for count in [2_048, 2_049, 5_000, 8_191, 8_193, 20_000, 100_001] {
            let groups = Groups::new(&trials(count)).unwrap();
            assert_eq!(groups.sizes.iter().sum::<f64>(), count as f64);
            assert!(groups.sizes.iter().all(|size| *size >= 256.0), "{count}");
            // A constant has no error.
            let sums = trials(count).map(|trials| trials as f64 * 0.3);
            assert_eq!(groups.variance_of_mean(&sums), 0.0, "{count}");
        }
        let mut late = trials(5_000);
        late[0] = 100;
        assert_eq!(Groups::new(&late).unwrap().sizes.iter().sum::<f64>(), 4_844.0);
    }

    #[test]
    fn equal_groups_give_the_textbook_error() {
        // 16 batches with means 0 and 1 in turn: variance of a mean of 16 with sample variance 4/15.
        let groups = Groups::new(&trials(16 * 256)).unwrap();
        let sums = std::array::from_fn(|group| if group < 16 { 256.0 * (group % 2) as f64 } else { 0.0 });
        assert!((groups.variance_of_mean(&sums) - 4.0 / 15.0 / 16.0).abs() < 1e-15);
    }

    #[test]
    fn unequal_groups_are_weighted_without_bias() {
        // 40 batches: 8 groups of two, 24 of one. Batch means of variance 1 that are orthogonal by construction: one batch at a time is 1 and
        // all others are 0; summed over them the estimates of the variance of the mean must come to 40 x (1/40 - 1/40^2) / 39 x ... = 1/40.
        let groups = Groups::new(&trials(40 * 256)).unwrap();
        let mut sum_of_estimates = 0.0;
        for batch in 0..40 {
            let mut sums = [0.0; GROUPS];
            sums[batch % GROUPS] = 256.0;
            sum_of_estimates += groups.variance_of_mean(&sums);
        }
        assert!((sum_of_estimates - 1.0 / 40.0).abs() < 1e-15, "{sum_of_estimates}");
    }
}
