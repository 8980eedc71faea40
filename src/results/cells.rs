//! How many trials of each group fall where: from which the errors of probabilities, quantiles and tail means come where errors come from batches.
//!
//! Cells are at most 1/16 of their value wide, and end at every threshold of the exceedance curve, so that at thresholds counts are exact. Elsewhere
//! the spread between groups is that of whole cells; what goes on inside a cell counts as if trials were independent, which is more.

use serde::{Deserialize, Serialize};

use super::bins::bin_index;
use super::grid::{Place, place};
use super::groups::{GROUPS, Groups};
use super::histogram::Distribution;

/// Cells within a power of two: 2^4.
const SUB_BITS: u32 = 4;
/// Bits of a key that number these cells: 27 x 16 of them.
const CELL_BITS: u32 = 9;

/// Counts of trials by cell and group. Only cells that hold trials are stored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupCells {
    /// Ascending.
    keys: Vec<u32>,
    counts: Vec<[u32; GROUPS]>,
}

/// Cells ascend with the share: first by the threshold that it exceeds, then what lies at the next threshold, then by size.
fn key(place: Place, share: f64) -> u32 {
    let Place { beyond, at_next } = place;
    ((beyond as u32) << 1 | u32::from(at_next)) << CELL_BITS | bin_index(share.min(1.0 - f64::EPSILON), SUB_BITS) as u32
}

fn beyond_of(key: u32) -> usize {
    (key >> (CELL_BITS + 1)) as usize
}

fn is_at_next(key: u32) -> bool {
    key >> CELL_BITS & 1 == 1
}

impl GroupCells {
    /// Adds a trial of a group; what is no shortage is not counted.
    pub fn add(&mut self, group: usize, share: f64) {
        let Some(place) = place(share) else { return };
        self.counts_of(key(place, share))[group] += 1;
    }

    fn counts_of(&mut self, key: u32) -> &mut [u32; GROUPS] {
        let at = match self.keys.binary_search(&key) {
            Ok(at) => at,
            Err(at) => {
                self.keys.insert(at, key);
                self.counts.insert(at, [0; GROUPS]);
                at
            }
        };
        &mut self.counts[at]
    }

    /// Adds what another has counted.
    pub fn merge(&mut self, other: &Self) {
        for (key, added) in other.keys.iter().zip(&other.counts) {
            let counts = self.counts_of(*key);
            counts
                .iter_mut()
                .zip(added)
                .for_each(|(count, added)| *count = count.saturating_add(*added));
        }
    }

    /// Whether it can have counted groups of so many trials: what is read from a file may be anything.
    pub fn fits(&self, trials: &[u64; GROUPS]) -> bool {
        let mut counted = [0u64; GROUPS];
        for counts in &self.counts {
            counted
                .iter_mut()
                .zip(counts)
                .for_each(|(sum, count)| *sum += u64::from(*count));
        }
        self.keys.len() == self.counts.len()
            && self.keys.is_sorted_by(|one, next| one < next)
            && counted.iter().zip(trials).all(|(counted, trials)| counted <= trials)
    }

    /// Trials of each group that exceed the threshold at a position, or also those that lie at it.
    pub fn beyond(&self, position: usize, or_at: bool) -> [u64; GROUPS] {
        let mut found = [0; GROUPS];
        for (key, counts) in self.keys.iter().zip(&self.counts) {
            let at = or_at && is_at_next(*key) && beyond_of(*key) + 1 == position;
            if at || beyond_of(*key) >= position {
                found
                    .iter_mut()
                    .zip(counts)
                    .for_each(|(sum, count)| *sum += u64::from(*count));
            }
        }
        found
    }

    /// Variance of the mean over all trials of something that depends on a trial's share alone, less what it is where nothing is short: the part seen
    /// between groups, and within cells as much as independent trials would add. Where each trial has several shares, those of a trial are taken to be alike
    /// within cells.
    pub fn variance_of_mean(
        &self,
        groups: &Groups,
        distribution: &Distribution,
        per_trial: f64,
        of: impl Fn(f64) -> f64,
    ) -> f64 {
        let (mut sums, mut within) = ([0.0; GROUPS], 0.0);
        let short = distribution.short();
        let mut next = short.start;
        for (cell, counts) in self.keys.iter().zip(&self.counts) {
            let first = next;
            while next < short.end && key_of(distribution.bunch(next).mean) <= *cell {
                next += 1;
            }
            let own = match first == next {
                // The bin in which the cell's trials are reaches over a threshold, and its mean lies beyond.
                true => first.saturating_sub(usize::from(first == short.end))..(first + 1).min(short.end),
                false => first..next,
            };
            let (mut weight, mut mean, mut square) = (0.0, 0.0, 0.0);
            for bunch in own.map(|number| distribution.bunch(number)) {
                let (count, value) = (bunch.count as f64, of(bunch.mean));
                weight += count;
                mean += count * value;
                square += count * value * value;
            }
            if weight == 0.0 {
                continue;
            }
            mean /= weight;
            let variance = (square / weight - mean * mean).max(0.0);
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += f64::from(*count) * mean;
                within += f64::from(*count) * variance;
            }
        }
        let between = groups.variance_of_mean(&sums) / (per_trial * per_trial);
        between + within / (groups.trials() * groups.trials()) / per_trial
    }
}

fn key_of(share: f64) -> u32 {
    place(share).map_or(0, |place| key(place, share))
}
