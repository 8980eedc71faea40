//! Distributions of shares of demand in logarithmic bins, each with its count and exact sum.
//!
//! Only shares above 0 are stored. A bin's mean is exact but for the last rounding, so a value that many trials share (an atom) comes back as it is.

use serde::{Deserialize, Serialize};

use super::bins::{Bin, Bins, bin_index};
use super::fixed::{STEPS_PER_UNIT, steps_below_one};

/// Bits of a number's fraction.
const FRACTION_BITS: u32 = 52;

/// Count and sum of values, each given as a whole number of small steps; 16 bytes. Exact for 2^32 values below 2^64 steps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct CountAndSum {
    low: u64,
    high: u32,
    count: u32,
}

impl CountAndSum {
    fn steps(&self) -> u128 {
        u128::from(self.high) << 64 | u128::from(self.low)
    }

    #[inline]
    fn add(&mut self, steps: u64) {
        let (low, carries) = self.low.overflowing_add(steps);
        self.low = low;
        self.high = self.high.wrapping_add(u32::from(carries));
        self.count = self.count.wrapping_add(1);
    }

    /// The mean in steps, rounded down, and the rest.
    fn mean(&self) -> (u64, f64) {
        let count = u128::from(self.count.max(1));
        let (whole, rest) = (self.steps() / count, self.steps() % count);
        (whole as u64, rest as f64 / count as f64)
    }

    /// Whether each of the values can have been below so many steps, or equal.
    fn is_below(&self, steps: u64) -> bool {
        self.steps() <= u128::from(self.count) * u128::from(steps)
    }
}

impl Bin for CountAndSum {
    fn merge(&mut self, other: &Self) {
        // Counts of trials that can be simulated do not overflow; what was read from a file may be anything.
        let sum = self.steps().wrapping_add(other.steps());
        (self.low, self.high) = (sum as u64, (sum >> 64) as u32);
        self.count = self.count.saturating_add(other.count);
    }
}

/// Distribution of shares in (0, 1]: bins for each of the powers of two down to 2^-`OCTAVES`, cut evenly into 2^`SUB_BITS`; one bin for what lies
/// below, and one for exactly 1. Bins are allocated in chunks of `CHUNK`: many small ones cost time, large ones memory.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Binned<const OCTAVES: u32, const SUB_BITS: u32, const CHUNK: usize> {
    /// In steps of [`STEPS_PER_UNIT`].
    underflow: CountAndSum,
    /// In the last place of a number in the bin, above the bin's lower edge.
    bins: Bins<CountAndSum, CHUNK>,
    /// Shares of exactly 1: apart, so that they need no chunk of bins.
    whole: u64,
}

impl<const OCTAVES: u32, const SUB_BITS: u32, const CHUNK: usize> Binned<OCTAVES, SUB_BITS, CHUNK> {
    /// Bits of a number below those that tell its bin.
    const OFFSET_BITS: u32 = FRACTION_BITS - SUB_BITS;

    /// Adds a share above 0; above 1 it counts as 1.
    #[inline]
    pub fn add(&mut self, share: f64) {
        if share >= 1.0 {
            self.whole += 1;
            return;
        }
        match bin_index(share, OCTAVES, SUB_BITS) {
            Some(index) => {
                let offset = share.to_bits() & ((1 << Self::OFFSET_BITS) - 1);
                self.bins.at(index).add(offset);
            }
            None => self.underflow.add(steps_below_one(share)),
        }
    }

    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Self) {
        self.underflow.merge(&other.underflow);
        self.bins.merge(&other.bins);
        self.whole += other.whole;
    }

    /// How many shares have been added; `None` when there are too many.
    pub fn count(&self) -> Option<u64> {
        let bins = self.bins.iter().map(|(_, bin)| bin).chain([&self.underflow]);
        let mut counts = bins.map(|bin| u64::from(bin.count)).chain([self.whole]);
        counts.try_fold(0, u64::checked_add)
    }

    /// Whether it can have seen that many shares at most: what is read from a file may be anything.
    pub fn fits(&self, most: u64) -> bool {
        let occupied = || self.bins.iter().filter(|(_, bin)| **bin != CountAndSum::default());
        self.count().is_some_and(|count| count <= most)
            && self
                .underflow
                .is_below((STEPS_PER_UNIT / f64::from(1 << OCTAVES)) as u64)
            && occupied()
                .all(|(index, bin)| index < (OCTAVES as usize) << SUB_BITS && bin.is_below(1 << Self::OFFSET_BITS))
    }

    /// Count and mean of the bins that hold any, ascending.
    pub fn means(&self) -> impl Iterator<Item = (u64, f64)> {
        let first = u64::from(1023 - OCTAVES) << SUB_BITS;
        let underflow = (self.underflow.count > 0).then(|| {
            let (whole, rest) = self.underflow.mean();
            (u64::from(self.underflow.count), (whole as f64 + rest) / STEPS_PER_UNIT)
        });
        let occupied = self.bins.iter().filter(|(_, bin)| bin.count > 0);
        let binned = occupied.map(move |(index, bin)| {
            let (whole, rest) = bin.mean();
            // A number's bits count on from the bin's lower edge.
            let nearest = whole + u64::from(rest >= 0.5);
            let edge = (first + index as u64) << Self::OFFSET_BITS;
            (u64::from(bin.count), f64::from_bits(edge + nearest))
        });
        let whole = (self.whole > 0).then_some((self.whole, 1.0));
        underflow.into_iter().chain(binned).chain(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Fine = Binned<14, 8, 32>;

    fn of(shares: &[f64]) -> Fine {
        let mut binned = Fine::default();
        shares.iter().for_each(|share| binned.add(*share));
        binned
    }

    #[test]
    fn atoms_come_back() {
        for share in [
            1e-9,
            1e-5,
            6.1e-5,
            0.1,
            0.3,
            2.0 / 3.0,
            0.9,
            1.0 - f64::EPSILON,
            1.0,
            7.0,
        ] {
            let found: Vec<(u64, f64)> = of(&[share; 12_345]).means().collect();
            assert_eq!(found.len(), 1);
            let (count, mean) = found[0];
            assert_eq!(count, 12_345);
            // Below the bins, a share is cut to steps of 2^-64.
            let slack = if share < 6.2e-5 { 6e-20 } else { 0.0 };
            assert!((mean - share.min(1.0)).abs() <= slack, "{mean} for {share}");
        }
    }

    #[test]
    fn what_no_shares_come_to_does_not_fit() {
        let sound = of(&[0.1, 0.1, 1e-7, 1.0]);
        assert_eq!(sound.count(), Some(4));
        assert!(sound.fits(4) && !sound.fits(3));
        let mut far = sound.clone();
        far.bins.at(14 << 8);
        assert!(far.fits(4), "nothing is in it");
        far.bins.at(14 << 8).count = 1;
        assert!(!far.fits(5));
        let mut heavy = sound.clone();
        heavy.bins.at(3).high = 1;
        assert!(!heavy.fits(4));
        let mut large = sound;
        large.underflow.low = 1 << 60;
        assert!(!large.fits(4));
    }

    proptest! {
        #[test]
        fn means_are_those_of_the_shares(shares in prop::collection::vec(prop_oneof![1e-9..1e-4f64, 1e-4..1.0f64, Just(1.0)], 1..300), cut in 0usize..300) {
            let whole = of(&shares);
            let (left, right) = shares.split_at(cut.min(shares.len()));
            let mut merged = of(right);
            merged.merge(&of(left));
            prop_assert_eq!(&merged, &whole);
            prop_assert!(whole.fits(shares.len() as u64));
            let sum: f64 = whole.means().map(|(count, mean)| count as f64 * mean).sum();
            let exact: f64 = shares.iter().sum();
            prop_assert!((sum - exact).abs() <= 1e-13 * exact, "{sum} for {exact}");
            let mut sorted = shares.clone();
            sorted.sort_by(f64::total_cmp);
            let mut rank = 0;
            for (count, mean) in whole.means() {
                let own = &sorted[rank..rank + count as usize];
                let own_mean = own.iter().sum::<f64>() / count as f64;
                prop_assert!((mean - own_mean).abs() <= 1e-14 * own_mean + 6e-20, "{mean} for {own_mean}");
                rank += count as usize;
            }
        }
    }
}
