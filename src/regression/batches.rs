//! Means of fixed batches of trials. Two runs that share their draws differ far less than either is uncertain: what tells a change of the
//! mean from noise is the spread of the difference, trial by trial. A golden file cannot hold every trial, so it holds the means of some
//! batches of them ([`super::partition`]); the spread of the differences between batches gives the same paired standard error (method of batch means).

use std::collections::BTreeMap;

use crate::results::{ALL_SECTORS, FixedSum, GROUPS, NEGLIGIBLE, Sample};

use super::figure::{Key, Table, rounded};
use super::partition::Partition;

/// Significant digits of a batch mean.
const DIGITS: usize = 7;
/// A move below this part of the largest batch mean drowns in the rounding of batch means, each of which is off by up to half of 1e-6 of itself.
const RESOLUTION: f64 = 1e-6;
/// A standard error below this part of the largest batch mean is what rounding alone leaves in the mean of some differences.
const NO_SPREAD: f64 = 1e-7;

/// Means of the batches of a figure of `summary.csv`.
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
    share: [FixedSum; GROUPS],
    beyond: [[u64; GROUPS]; PROBABILITIES.len()],
}

impl Default for RowSums {
    fn default() -> Self {
        Self {
            share: [FixedSum::default(); GROUPS],
            beyond: [[0; GROUPS]; PROBABILITIES.len()],
        }
    }
}

/// Gathers the samples of a run by batch. Sums are exact, so the order of samples does not matter.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchSums {
    trials: u64,
    /// `None`: too few trials for any.
    partition: Option<Partition>,
    /// By policy, then (material, place).
    rows: BTreeMap<String, BTreeMap<(String, String), RowSums>>,
}

impl BatchSums {
    /// For runs of so many trials per policy, that are drawn in batches or independent.
    pub fn new(trials: u64, in_batches: bool) -> Self {
        Self {
            trials,
            partition: Partition::new(trials, in_batches),
            rows: BTreeMap::new(),
        }
    }

    /// Adds samples of a policy; `rows` names (material, place) by sample row. Trials beyond the run's number are left out.
    pub fn add(&mut self, policy: &str, rows: &[(String, String)], samples: &[Sample]) {
        let Some(partition) = self.partition else {
            return;
        };
        let sums = self.rows.entry(policy.to_owned()).or_default();
        // Samples of a row follow one another only by chance: each row is looked up once.
        let mut by_row: Vec<Vec<&Sample>> = vec![Vec::new(); rows.len()];
        for sample in samples.iter().filter(|sample| sample.trial < self.trials) {
            by_row[sample.row].push(sample);
        }
        for (row, samples) in rows.iter().zip(by_row).filter(|(_, samples)| !samples.is_empty()) {
            let sums = sums.entry(row.clone()).or_default();
            for sample in samples {
                let batch = partition.part_of(sample.trial);
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
        let Some(partition) = self.partition else {
            return found;
        };
        let batches = 0..partition.parts();
        for (policy, rows) in &self.rows {
            for (row, sums) in rows {
                let key = |statistic: &str| Key {
                    policy: policy.clone(),
                    table: Table::Summary,
                    row: format!("{} {} {ALL_SECTORS}", row.0, row.1),
                    statistic: statistic.to_owned(),
                };
                let mean = |batch: usize| sums.share[batch].mean(partition.size(batch)) * 100.0;
                let means = batches.clone().map(|batch| rounded(mean(batch), DIGITS)).collect();
                found.insert(key("expected_shortfall_pct"), means);
                if headlines.get(policy) != Some(row) {
                    continue;
                }
                for (beyond, (name, _)) in sums.beyond.iter().zip(PROBABILITIES) {
                    let mean = |batch: usize| beyond[batch] as f64 / partition.size(batch) as f64;
                    found.insert(
                        key(name),
                        batches.clone().map(|batch| rounded(mean(batch), DIGITS)).collect(),
                    );
                }
            }
        }
        found
    }
}

/// Standard error of the difference of two means, from their batch means. `None` when they do not fit together, or when the difference is too
/// small to be seen in rounded batch means.
pub(super) fn paired_standard_error(old: &[f64], new: &[f64], partition: &Partition) -> Option<f64> {
    if old.len() != partition.parts() || new.len() != partition.parts() {
        return None;
    }
    let differences: Vec<f64> = old.iter().zip(new).map(|(old, new)| new - old).collect();
    let trials: u64 = (0..partition.parts()).map(|batch| partition.size(batch)).sum();
    let weight = |batch: usize| partition.size(batch) as f64 / trials as f64;
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
            // A larger batch is worth more: the variance of its mean goes as 1 / weight.
            weight(batch) * (value - mean) * (value - mean)
        })
        .sum();
    let standard_error = (spread / partition.degrees()).sqrt();
    Some(if standard_error <= NO_SPREAD * largest {
        0.0
    } else {
        standard_error
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn independent(trials: u64) -> Partition {
        Partition::new(trials, false).unwrap()
    }

    #[test]
    fn the_error_of_a_constant_difference_is_zero() {
        let old: Vec<f64> = (0..GROUPS).map(|batch| 10.0 + batch as f64 * 0.37).collect();
        let new: Vec<f64> = old.iter().map(|value| value + 0.25).collect();
        assert_eq!(paired_standard_error(&old, &new, &independent(640)), Some(0.0));
    }

    #[test]
    fn the_error_is_that_of_the_mean_of_differences() {
        // Differences 0 and 1 in turn: mean 0.5, sd of a batch sqrt(32/31) / 2, error of the mean of 32 = that / sqrt(32).
        let old = vec![5.0; GROUPS];
        let new: Vec<f64> = (0..GROUPS).map(|batch| 5.0 + (batch % 2) as f64).collect();
        let expected = (32.0_f64 / 31.0).sqrt() / 2.0 / 32.0_f64.sqrt();
        let found = paired_standard_error(&old, &new, &independent(3200)).unwrap();
        assert!((found - expected).abs() < 1e-15, "{found} {expected}");
        assert_eq!(paired_standard_error(&old, &old, &independent(3200)), None);
        assert_eq!(paired_standard_error(&old[..5], &new, &independent(3200)), None);
        // Eight whole batches: mean 0.5, sd sqrt(8/7) / 2.
        let batches = Partition::new(2048, true).unwrap();
        let found = paired_standard_error(&old[..8], &new[..8], &batches).unwrap();
        assert!(
            (found - (8.0_f64 / 7.0).sqrt() / 2.0 / 8.0_f64.sqrt()).abs() < 1e-15,
            "{found}"
        );
    }

    #[test]
    fn sums_are_by_batch_and_in_percent() {
        let rows = vec![("metal".to_owned(), "buyer".to_owned())];
        let mut sums = BatchSums::new(64, false);
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
        let mut expected = vec![0.0; GROUPS];
        expected[1] = 15.0;
        assert_eq!(of("expected_shortfall_pct"), expected);
        expected[1] = 0.5;
        assert_eq!(of("prob_gt_25"), expected);
        assert_eq!(of("prob_gt_50"), vec![0.0; GROUPS]);
        assert!(BatchSums::new(63, true).means(&headlines).is_empty());
    }
}
