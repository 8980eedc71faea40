//! Which trials are worth replaying: those at the median, p95, p99 and maximum of the headline.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::bins::bin_index;
use super::histogram::{MOST_VALUES, NEGLIGIBLE, add_up};
use super::order_statistics::Level;
use super::types::ReplayableTrial;

const SUB_BITS: u32 = 8;

/// Of each value of the headline's shortfall: trials, and the lowest trial number with it. Of more than [`MOST_VALUES`] different ones those in a bin go
/// together: quantiles are so far apart that any trial of the bin at the rank stands for it (bins are at most 0.4 % wide). The lowest number makes the
/// choice the same for any order, and whether there are bins depends on the set of trials alone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ReplayableTrials {
    trials: u64,
    is_binned: bool,
    /// By bits of the value, or by bin (0: nothing short): count, lowest trial, its share.
    bins: BTreeMap<u64, (u64, u64, f64)>,
    /// Largest share and the lowest trial that has it.
    maximum: Option<(f64, u64)>,
}

impl ReplayableTrials {
    /// Adds a trial with its headline share.
    pub fn add(&mut self, trial: u64, share: f64) {
        self.trials += 1;
        self.offer((1, trial, share));
        self.offer_maximum((share, trial));
    }

    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Self) {
        self.trials += other.trials;
        if other.is_binned {
            self.bin();
        }
        other.bins.values().for_each(|bin| self.offer(*bin));
        if let Some(maximum) = other.maximum {
            self.offer_maximum(maximum);
        }
    }

    fn key(&self, share: f64) -> u64 {
        match (share > NEGLIGIBLE, self.is_binned) {
            (false, _) => 0,
            (true, true) => bin_index(share, SUB_BITS) as u64 + 1,
            (true, false) => share.to_bits(),
        }
    }

    fn offer(&mut self, (count, trial, share): (u64, u64, f64)) {
        let bin = self.bins.entry(self.key(share)).or_insert((0, trial, share));
        bin.0 += count;
        if trial < bin.1 {
            (bin.1, bin.2) = (trial, share);
        }
        // Nothing short is no value of its own.
        if !self.is_binned && self.bins.len() > MOST_VALUES + usize::from(self.bins.contains_key(&0)) {
            self.bin();
        }
    }

    /// Puts the values of each bin together.
    fn bin(&mut self) {
        if !self.is_binned {
            self.is_binned = true;
            std::mem::take(&mut self.bins)
                .into_values()
                .for_each(|bin| self.offer(bin));
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
            && self
                .bins
                .iter()
                .all(|(key, (_, trial, share))| is_trial(*trial, *share) && *key == self.key(*share))
            && (self.is_binned || self.bins.len() <= MOST_VALUES + 1)
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
    use proptest::prelude::*;

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
    #[test]
    fn close_and_small_values_have_trials_of_their_own() {
        // 50.0 % in 94 trials of 100, 50.1 % in six; the same a million times smaller.
        for scale in [1.0, 1e-6] {
            let mut trials = ReplayableTrials::default();
            (0..100).for_each(|trial| trials.add(trial, scale * if trial < 94 { 0.5 } else { 0.501 }));
            let found: Vec<_> = trials.finish().into_iter().map(|found| found.trial).collect();
            assert_eq!(found, [0, 94, 94, 94]);
        }
    }

    proptest! {
        #[test]
        fn only_the_set_of_trials_decides(
            values in prop::collection::vec(0u32..1500, 1..1500),
            cut in 0usize..1500,
        ) {
            let add = |to: &mut ReplayableTrials, numbers: Vec<usize>| {
                numbers.into_iter().for_each(|trial| to.add(trial as u64, f64::from(values[trial]) / 3000.0));
            };
            let cut = cut.min(values.len());
            let (mut whole, mut left, mut right) = (ReplayableTrials::default(), ReplayableTrials::default(), ReplayableTrials::default());
            add(&mut whole, (0..values.len()).collect());
            add(&mut left, (0..cut).rev().collect());
            add(&mut right, (cut..values.len()).rev().collect());
            let mut merged = left.clone();
            merged.merge(&right);
            right.merge(&left);
            prop_assert_eq!(&merged, &whole);
            prop_assert_eq!(&right, &whole);
            prop_assert!(whole.fits(values.len() as u64, &(0..values.len() as u64)));
            let different: std::collections::BTreeSet<u32> = values.iter().copied().filter(|value| *value > 0).collect();
            prop_assert_eq!(whole.is_binned, different.len() > MOST_VALUES);
        }
    }
}
