//! Which trials are worth replaying: those at the median, p95, p99 and maximum of the headline.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::bins::bin_index;
use super::histogram::{NEGLIGIBLE, add_up};
use super::order_statistics::Level;
use super::types::ReplayableTrial;

const SUB_BITS: u32 = 8;

/// Of each bin of the headline's shortfall: trials, and the lowest trial number with its shortfall. Quantiles are so far apart that any trial
/// of the bin at the rank stands for it (bins are at most 0.4 % wide); the lowest number makes the choice the same for any order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ReplayableTrials {
    trials: u64,
    /// By bin (0: nothing short): count, lowest trial, its share.
    bins: BTreeMap<usize, (u64, u64, f64)>,
    /// Largest share and the lowest trial that has it.
    maximum: Option<(f64, u64)>,
}

impl ReplayableTrials {
    /// Adds a trial with its headline share.
    pub fn add(&mut self, trial: u64, share: f64) {
        self.trials += 1;
        let key = if share > NEGLIGIBLE {
            bin_index(share, SUB_BITS) + 1
        } else {
            0
        };
        self.offer(key, (1, trial, share));
        self.offer_maximum((share, trial));
    }

    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Self) {
        self.trials += other.trials;
        other.bins.iter().for_each(|(key, bin)| self.offer(*key, *bin));
        if let Some(maximum) = other.maximum {
            self.offer_maximum(maximum);
        }
    }

    fn offer(&mut self, key: usize, (count, trial, share): (u64, u64, f64)) {
        let bin = self.bins.entry(key).or_insert((0, trial, share));
        bin.0 += count;
        if trial < bin.1 {
            (bin.1, bin.2) = (trial, share);
        }
    }

    fn offer_maximum(&mut self, (share, trial): (f64, u64)) {
        let larger = self
            .maximum
            .is_none_or(|(most, lowest)| share > most || (share == most && trial < lowest));
        if larger {
            self.maximum = Some((share, trial));
        }
    }

    /// Whether it can have seen that many trials, all in that range.
    pub fn fits(&self, trials: u64, range: &Range<u64>) -> bool {
        let is_trial = |trial: u64, share: f64| range.contains(&trial) && (0.0..=1.0).contains(&share);
        (self.trials == trials || self.bins.is_empty() && self.trials == 0)
            && add_up(self.bins.values().map(|(count, ..)| *count)) == Some(self.trials)
            && self.bins.values().all(|(_, trial, share)| is_trial(*trial, *share))
            && self.maximum.is_none_or(|(share, trial)| is_trial(trial, share))
    }

    /// The trials; empty when none has been added.
    pub fn finish(&self) -> Vec<ReplayableTrial> {
        let named = [("median", Level(500)), ("p95", Level(950)), ("p99", Level(990))];
        let mut found = Vec::new();
        for (name, level) in named {
            let rank = level.rank(self.trials);
            let mut seen = 0;
            let bin = self.bins.values().find(|(count, ..)| {
                seen += count;
                seen >= rank
            });
            if let Some((_, trial, share)) = bin {
                found.push(ReplayableTrial {
                    rank: name.into(),
                    trial: *trial,
                    shortfall_pct: share * 100.0,
                });
            }
        }
        if let Some((share, trial)) = self.maximum {
            found.push(ReplayableTrial {
                rank: "maximum".into(),
                trial,
                shortfall_pct: share * 100.0,
            });
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lowest_trial_of_the_bin_wins_in_any_order() {
        let trials = [(5, 0.0), (9, 0.3), (4, 0.3), (7, 0.8), (2, 0.8), (1, 0.0), (3, 0.0)];
        let mut forward = ReplayableTrials::default();
        trials.iter().for_each(|(trial, share)| forward.add(*trial, *share));
        let mut backward = ReplayableTrials::default();
        trials
            .iter()
            .rev()
            .for_each(|(trial, share)| backward.add(*trial, *share));
        assert_eq!(forward, backward);
        let found: Vec<_> = forward
            .finish()
            .into_iter()
            .map(|found| (found.rank, found.trial))
            .collect();
        let expected = [("median", 4), ("p95", 2), ("p99", 2), ("maximum", 2)];
        assert_eq!(found, expected.map(|(rank, trial)| (rank.to_owned(), trial)));
    }
}
