//! Exact counts of trials beyond and at fixed thresholds: exceedance curves and the probabilities of more than, and of at least, 5, 10, 25, 50 %.

use serde::{Deserialize, Serialize};

use super::histogram::{NEGLIGIBLE, add_up};

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

/// Where a share lies among the thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The highest threshold that it exceeds.
    pub beyond: usize,
    /// Whether it lies at the next one.
    pub at_next: bool,
}

/// Where a share of demand lies; `None` where it exceeds no threshold. It exceeds one when it lies above it by more than 1e-8 of demand, so that
/// rounding never turns a loss of exactly 10 % into more than 10 %. It lies at a threshold that it differs from by less.
pub fn place(share: f64) -> Option<Place> {
    if share.is_nan() || share <= NEGLIGIBLE {
        return None;
    }
    let percent = share * 100.0;
    let tolerance = NEGLIGIBLE * 100.0;
    // The candidate by arithmetic, then corrected by comparison.
    let mut beyond = match percent {
        p if p < 1.0 => 3,
        p => (p as usize).min(100) + 3,
    };
    while beyond > 0 && percent <= threshold_pct(beyond) + tolerance {
        beyond -= 1;
    }
    let next = beyond + 1;
    Some(Place {
        beyond,
        at_next: next < POINTS && percent >= threshold_pct(next) - tolerance,
    })
}

/// Whether a share exceeds a threshold of so many percent: as [`place`] has it.
#[inline]
pub fn exceeds_pct(share: f64, pct: f64) -> bool {
    share * 100.0 > pct + NEGLIGIBLE * 100.0
}

/// Trials by the highest threshold they exceed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "Vec<u64>", try_from = "Vec<u64>")]
pub struct ExceedanceCounts {
    /// `exactly[k]`: trials that exceed threshold k but not k + 1.
    exactly: [u64; POINTS],
    /// Trials that lie at threshold k itself.
    at: [u64; POINTS],
}

impl Default for ExceedanceCounts {
    fn default() -> Self {
        Self {
            exactly: [0; POINTS],
            at: [0; POINTS],
        }
    }
}

impl From<ExceedanceCounts> for Vec<u64> {
    fn from(counts: ExceedanceCounts) -> Self {
        [counts.exactly, counts.at].concat()
    }
}

impl TryFrom<Vec<u64>> for ExceedanceCounts {
    type Error = &'static str;

    fn try_from(counts: Vec<u64>) -> Result<Self, Self::Error> {
        let wrong = "wrong number of thresholds";
        let (exactly, at) = counts.split_at_checked(POINTS).ok_or(wrong)?;
        Ok(Self {
            exactly: exactly.try_into().map_err(|_| wrong)?,
            at: at.try_into().map_err(|_| wrong)?,
        })
    }
}

impl ExceedanceCounts {
    /// Adds one trial's share of demand, in [0, 1].
    pub fn add(&mut self, share: f64) {
        let Some(Place { beyond, at_next }) = place(share) else {
            return;
        };
        self.exactly[beyond] += 1;
        if at_next {
            self.at[beyond + 1] += 1;
        }
    }

    /// Adds what another has counted.
    pub fn merge(&mut self, other: &Self) {
        self.exactly
            .iter_mut()
            .zip(&other.exactly)
            .for_each(|(count, added)| *count += added);
        self.at
            .iter_mut()
            .zip(&other.at)
            .for_each(|(count, added)| *count += added);
    }

    /// Whether it can have seen that many trials.
    pub fn fits(&self, trials: u64) -> bool {
        let below = [0].into_iter().chain(self.exactly);
        add_up(self.exactly).is_some_and(|counted| counted <= trials)
            // What lies at a threshold exceeds the one before.
            && self.at.iter().zip(below).all(|(at, below)| *at <= below)
    }

    /// Trials that exceed the threshold at a position.
    pub fn beyond(&self, position: usize) -> u64 {
        self.exactly.iter().skip(position).sum()
    }

    /// Trials that exceed the threshold at a position or lie at it.
    pub fn from(&self, position: usize) -> u64 {
        self.beyond(position) + self.at.get(position).copied().unwrap_or(0)
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
        let from = |pct| counts.from(position_of_whole_pct(pct));
        assert_eq!([5, 7, 10, 25, 50, 100].map(from), [6, 6, 5, 4, 3, 1]);
        assert!(counts.fits(10) && !counts.fits(9));
        assert_eq!(threshold_pct(position_of_whole_pct(50)), 50.0);
        assert_eq!(thresholds_pct().last(), Some(100.0));
    }
}
