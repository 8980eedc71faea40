//! Means of fixed batches of trials. Two runs that share their draws differ far less than either is uncertain: what tells a change of the
//! mean from noise is the spread of the difference, trial by trial. A golden file cannot hold every trial, so it holds the means of some
//! batches of them; the spread of the differences between batches gives the same paired standard error (method of batch means).

use std::collections::BTreeMap;
use std::ops::Range;

use crate::results::{ALL_SECTORS, FixedSum, NEGLIGIBLE, Sample};

use super::figure::{Key, Table, rounded};

/// Number of batches. The standard error of `n` batches is itself uncertain by 1 / sqrt(2 (n - 1)), here 13 %.
pub const BATCHES: usize = 32;
/// Fewest trials in a batch for its mean to be worth keeping.
const FEWEST_TRIALS: u64 = 2;
/// Significant digits of a batch mean.
const DIGITS: usize = 7;
/// A move below this part of the largest batch mean drowns in the rounding of batch means, each of which is off by up to half of 1e-6 of itself.
const RESOLUTION: f64 = 1e-6;
/// A standard error below this part of the largest batch mean is what rounding alone leaves in the mean of 32 differences.
const NO_SPREAD: f64 = 1e-7;

/// Means of the [`BATCHES`] batches of a figure of `summary.csv`.
pub type BatchMeans = BTreeMap<Key, Vec<f64>>;

/// Thresholds of the probabilities that get batch means, at the headline only: name, share of demand.
const PROBABILITIES: [(&str, f64); 5] = [
    ("prob_any", 0.0),
    ("prob_gt_5", 0.05),
    ("prob_gt_10", 0.10),
    ("prob_gt_25", 0.25),
    ("prob_gt_50", 0.50),
];

/// One row's sums by batch.
#[derive(Debug, Clone, PartialEq)]
struct RowSums {
    share: [FixedSum; BATCHES],
    beyond: [[u64; BATCHES]; PROBABILITIES.len()],
}

impl Default for RowSums {
    fn default() -> Self {
        Self {
            share: [FixedSum::default(); BATCHES],
            beyond: [[0; BATCHES]; PROBABILITIES.len()],
        }
    }
}

/// Gathers the samples of a run by batch. Sums are exact, so the order of samples does not matter.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchSums {
    trials: u64,
    /// By policy, then (material, place).
    rows: BTreeMap<String, BTreeMap<(String, String), RowSums>>,
}

impl BatchSums {
    /// For runs of so many trials per policy.
    pub fn new(trials: u64) -> Self {
        Self {
            trials,
            rows: BTreeMap::new(),
        }
    }

    /// Adds samples of a policy; `rows` names (material, place) by sample row. Trials beyond the run's number are left out.
    pub fn add(&mut self, policy: &str, rows: &[(String, String)], samples: &[Sample]) {
        if self.trials < FEWEST_TRIALS * BATCHES as u64 {
            return;
        }
        let sums = self.rows.entry(policy.to_owned()).or_default();
        // Samples of a row follow one another only by chance: each row is looked up once.
        let mut by_row: Vec<Vec<&Sample>> = vec![Vec::new(); rows.len()];
        for sample in samples.iter().filter(|sample| sample.trial < self.trials) {
            by_row[sample.row].push(sample);
        }
        for (row, samples) in rows.iter().zip(by_row).filter(|(_, samples)| !samples.is_empty()) {
            let sums = sums.entry(row.clone()).or_default();
            for sample in samples {
                let batch = batch_of(sample.trial, self.trials);
                let share = sample.shortfall_pct / 100.0;
                sums.share[batch].add(share);
                for (beyond, (_, threshold)) in sums.beyond.iter_mut().zip(PROBABILITIES) {
                    beyond[batch] += u64::from(share > threshold + NEGLIGIBLE);
                }
            }
        }
    }

    /// Batch means of the expected shortfall of every row, and of the probabilities at the headline, (material, place) by policy.
    pub fn means(&self, headlines: &BTreeMap<String, (String, String)>) -> BatchMeans {
        let mut found = BatchMeans::new();
        for (policy, rows) in &self.rows {
            for (row, sums) in rows {
                let key = |statistic: &str| Key {
                    policy: policy.clone(),
                    table: Table::Summary,
                    row: format!("{} {} {ALL_SECTORS}", row.0, row.1),
                    statistic: statistic.to_owned(),
                };
                let mean = |batch: usize| sums.share[batch].mean(size(batch, self.trials)) * 100.0;
                let means = (0..BATCHES).map(|batch| rounded(mean(batch), DIGITS)).collect();
                found.insert(key("expected_shortfall_pct"), means);
                if headlines.get(policy) != Some(row) {
                    continue;
                }
                for (beyond, (name, _)) in sums.beyond.iter().zip(PROBABILITIES) {
                    let mean = |batch: usize| beyond[batch] as f64 / size(batch, self.trials) as f64;
                    found.insert(
                        key(name),
                        (0..BATCHES).map(|batch| rounded(mean(batch), DIGITS)).collect(),
                    );
                }
            }
        }
        found
    }
}

/// The batch that a trial belongs to.
fn batch_of(trial: u64, trials: u64) -> usize {
    (u128::from(trial) * BATCHES as u128 / u128::from(trials)) as usize
}

/// The trials of a batch.
fn trials_of(batch: usize, trials: u64) -> Range<u64> {
    let first = |batch: usize| (batch as u128 * u128::from(trials)).div_ceil(BATCHES as u128) as u64;
    first(batch)..first(batch + 1)
}

fn size(batch: usize, trials: u64) -> u64 {
    let range = trials_of(batch, trials);
    range.end - range.start
}

/// Standard error of the difference of two means, from their batch means. `None` when they do not fit together, or when the difference is too
/// small to be seen in rounded batch means.
pub(super) fn paired_standard_error(old: &[f64], new: &[f64], trials: u64) -> Option<f64> {
    if old.len() != BATCHES || new.len() != BATCHES || trials < FEWEST_TRIALS * BATCHES as u64 {
        return None;
    }
    let differences: Vec<f64> = old.iter().zip(new).map(|(old, new)| new - old).collect();
    let weight = |batch: usize| size(batch, trials) as f64 / trials as f64;
    let mean: f64 = differences
        .iter()
        .enumerate()
        .map(|(batch, value)| weight(batch) * value)
        .sum();
    let largest = old.iter().chain(new).fold(0.0_f64, |most, value| most.max(value.abs()));
    if mean.abs() <= RESOLUTION * largest {
        return None;
    }
    let spread: f64 = differences
        .iter()
        .enumerate()
        .map(|(batch, value)| {
            let deviation = weight(batch) * (value - mean);
            deviation * deviation
        })
        .sum();
    let count = BATCHES as f64;
    let standard_error = (spread * count / (count - 1.0)).sqrt();
    Some(if standard_error <= NO_SPREAD * largest {
        0.0
    } else {
        standard_error
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_a_partition_of_the_trials() {
        for trials in [64, 65, 95, 512, 1000, 20_011] {
            let mut seen = vec![0; BATCHES];
            (0..trials).for_each(|trial| seen[batch_of(trial, trials)] += 1);
            for (batch, count) in seen.iter().enumerate() {
                let range = trials_of(batch, trials);
                assert_eq!(*count, size(batch, trials), "{trials} {batch}");
                assert!(range.clone().all(|trial| batch_of(trial, trials) == batch));
            }
        }
    }

    #[test]
    fn the_error_of_a_constant_difference_is_zero() {
        let old: Vec<f64> = (0..BATCHES).map(|batch| 10.0 + batch as f64 * 0.37).collect();
        let new: Vec<f64> = old.iter().map(|value| value + 0.25).collect();
        assert_eq!(paired_standard_error(&old, &new, 640), Some(0.0));
    }

    #[test]
    fn the_error_is_that_of_the_mean_of_differences() {
        // Differences 0 and 1 in turn: mean 0.5, sd of a batch sqrt(32/31) / 2, error of the mean of 32 = that / sqrt(32).
        let old = vec![5.0; BATCHES];
        let new: Vec<f64> = (0..BATCHES).map(|batch| 5.0 + (batch % 2) as f64).collect();
        let expected = (32.0_f64 / 31.0).sqrt() / 2.0 / 32.0_f64.sqrt();
        let found = paired_standard_error(&old, &new, 3200).unwrap();
        assert!((found - expected).abs() < 1e-15, "{found} {expected}");
        assert_eq!(paired_standard_error(&old, &old, 3200), None);
        assert_eq!(paired_standard_error(&old[..5], &new, 3200), None);
    }

    #[test]
    fn sums_are_by_batch_and_in_percent() {
        let rows = vec![("metal".to_owned(), "buyer".to_owned())];
        let mut sums = BatchSums::new(64);
        let samples: Vec<Sample> = (0..80)
            .map(|trial| Sample {
                trial,
                row: 0,
                shortfall_t: 0.0,
                shortfall_pct: if trial == 3 { 30.0 } else { 0.0 },
                worst_spell_months: 0.0,
            })
            .collect();
        sums.add("baseline", &rows, &samples);
        let headlines = BTreeMap::from([("baseline".to_owned(), rows[0].clone())]);
        let means = sums.means(&headlines);
        let of = |statistic: &str| {
            let found = means.iter().find(|(key, _)| key.statistic == statistic);
            found.map(|(_, means)| means.clone()).unwrap()
        };
        let mut expected = vec![0.0; BATCHES];
        expected[1] = 15.0;
        assert_eq!(of("expected_shortfall_pct"), expected);
        expected[1] = 0.5;
        assert_eq!(of("prob_gt_25"), expected);
        assert_eq!(of("prob_gt_50"), vec![0.0; BATCHES]);
        assert!(BatchSums::new(63).means(&headlines).is_empty());
    }
}
