//! Exact counts of trials beyond fixed thresholds: exceedance curves and the probabilities of more than 5, 10, 25, 50 %.

use serde::{Deserialize, Serialize};

use super::estimate::probability_estimate;
use super::histogram::{NEGLIGIBLE, add_up};
use super::types::Estimate;

/// Thresholds: 0, 0.1, 0.2, 0.5, then every 1 % to 100 %.
const POINTS: usize = 104;

/// Threshold at a position, % of demand.
pub fn threshold_pct(position: usize) -> f64 {
    match position {
        0 => 0.0,
        1 => 0.1,
        2 => 0.2,
        3 => 0.5,
        whole => (whole - 3) as f64,
    }
}

/// Every threshold, %, ascending.
pub fn thresholds_pct() -> impl Iterator<Item = f64> {
    (0..POINTS).map(threshold_pct)
}

/// Position of a whole percentage from 1 to 100.
pub fn position_of_whole_pct(pct: usize) -> usize {
    pct + 3
}

/// Trials by the highest threshold they exceed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "Vec<u64>", try_from = "Vec<u64>")]
pub struct ExceedanceCounts {
    /// `exactly[k]`: trials that exceed threshold k but not k + 1.
    exactly: [u64; POINTS],
}

impl Default for ExceedanceCounts {
    fn default() -> Self {
        Self { exactly: [0; POINTS] }
    }
}

impl From<ExceedanceCounts> for Vec<u64> {
    fn from(counts: ExceedanceCounts) -> Self {
        counts.exactly.to_vec()
    }
}

impl TryFrom<Vec<u64>> for ExceedanceCounts {
    type Error = &'static str;

    fn try_from(counts: Vec<u64>) -> Result<Self, Self::Error> {
        let exactly = counts.try_into().map_err(|_| "wrong number of thresholds")?;
        Ok(Self { exactly })
    }
}

impl ExceedanceCounts {
    /// Adds one trial's share of demand, in [0, 1]. It exceeds a threshold when it lies above it by more than 1e-9 of demand, so
    /// that rounding never turns a loss of exactly 10 % into more than 10 %.
    pub fn add(&mut self, share: f64) {
        if share.is_nan() || share <= NEGLIGIBLE {
            return;
        }
        let percent = share * 100.0;
        let tolerance = NEGLIGIBLE * 100.0;
        // The candidate by arithmetic, then corrected by comparison.
        let mut position = match percent {
            p if p < 1.0 => 3,
            p => (p as usize).min(100) + 3,
        };
        while position > 0 && percent <= threshold_pct(position) + tolerance {
            position -= 1;
        }
        self.exactly[position] += 1;
    }

    /// Adds what another has counted.
    pub fn merge(&mut self, other: &Self) {
        self.exactly
            .iter_mut()
            .zip(&other.exactly)
            .for_each(|(count, added)| *count += added);
    }

    /// Whether it can have seen that many trials.
    pub fn fits(&self, trials: u64) -> bool {
        add_up(self.exactly).is_some_and(|counted| counted <= trials)
    }

    /// Trials that exceed the threshold at a position.
    pub fn beyond(&self, position: usize) -> u64 {
        self.exactly.iter().skip(position).sum()
    }

    /// Trials that exceed every threshold, ascending in the threshold.
    pub fn all_beyond(&self) -> impl Iterator<Item = u64> {
        let mut beyond: u64 = self.exactly.iter().sum();
        self.exactly.iter().map(move |exactly| {
            let here = beyond;
            beyond -= exactly;
            here
        })
    }

    /// Probability of exceeding every threshold, ascending, with Wilson intervals.
    pub fn probabilities(&self, trials: u64) -> Vec<Estimate> {
        self.all_beyond()
            .map(|beyond| probability_estimate(beyond, trials))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_strict_and_forgive_rounding() {
        let mut counts = ExceedanceCounts::default();
        for share in [
            0.0,
            1e-12,
            0.0005,
            0.001,
            0.0015,
            0.003,
            0.07,
            0.1 + 1e-13,
            0.25,
            0.5,
            0.500_01,
            1.0,
        ] {
            counts.add(share);
        }
        assert_eq!(counts.beyond(0), 10);
        assert_eq!(counts.beyond(1), 8, "0.1 %");
        assert_eq!(counts.beyond(2), 7, "0.2 %");
        assert_eq!(counts.beyond(3), 6, "0.5 %");
        assert_eq!(counts.beyond(position_of_whole_pct(5)), 6);
        assert_eq!(counts.beyond(position_of_whole_pct(7)), 5);
        assert_eq!(counts.beyond(position_of_whole_pct(10)), 4);
        assert_eq!(counts.beyond(position_of_whole_pct(25)), 3);
        assert_eq!(counts.beyond(position_of_whole_pct(50)), 2);
        assert_eq!(counts.beyond(position_of_whole_pct(100)), 0);
        assert_eq!(threshold_pct(position_of_whole_pct(50)), 50.0);
        assert_eq!(thresholds_pct().last(), Some(100.0));
        assert_eq!(counts.probabilities(12)[0].value, 10.0 / 12.0);
    }
}
