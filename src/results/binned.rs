//! Distributions of shares of demand in logarithmic bins, each with its count and exact sum, and where that is asked for its lowest and highest value.
//!
//! Only shares above 0 are stored. A bin's mean is exact but for the last rounding, so a value that many trials share (an atom) comes back as it is.

use serde::{Deserialize, Serialize};

use super::bins::{Bin, Bins, LOWEST, OCTAVES, bin_index};

/// Bits of a number's fraction.
const FRACTION_BITS: u32 = 52;
/// Bits of the place within a bin that are kept of a bin's lowest and highest value.
const PLACE_BITS: u32 = 32;

/// Count and sum of values, each given as a whole number of small steps; 16 bytes. Exact for 2^32 values below 2^64 steps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct CountAndSum {
    low: u64,
    high: u32,
    count: u32,
}

/// The same, with the lowest and the highest value to within 2^-32 of the bin's width: 24 bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct CountSumAndReach {
    total: CountAndSum,
    lowest: u32,
    highest: u32,
}

/// What is kept of the values in a bin, each given as the offset from the bin's lower edge, of so many bits.
pub trait Content: Bin + PartialEq {
    /// Adds a value so many times.
    fn add(&mut self, offset: u64, bits: u32, times: u32);
    /// Count and sum.
    fn total(&self) -> &CountAndSum;
    /// Offsets between which all values lie.
    fn reach(&self, bits: u32) -> (u64, u64);
}

impl CountAndSum {
    fn steps(&self) -> u128 {
        u128::from(self.high) << 64 | u128::from(self.low)
    }

    /// The mean in steps, to the nearest.
    fn mean(&self) -> u64 {
        let count = u128::from(self.count.max(1));
        let (whole, rest) = (self.steps() / count, self.steps() % count);
        whole as u64 + u64::from(2 * rest >= count)
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

impl Content for CountAndSum {
    #[inline]
    fn add(&mut self, offset: u64, _bits: u32, times: u32) {
        let sum = self
            .steps()
            .wrapping_add(u128::from(offset).wrapping_mul(u128::from(times)));
        (self.low, self.high) = (sum as u64, (sum >> 64) as u32);
        self.count = self.count.wrapping_add(times);
    }

    fn total(&self) -> &CountAndSum {
        self
    }

    fn reach(&self, bits: u32) -> (u64, u64) {
        (0, 1 << bits)
    }
}

impl Bin for CountSumAndReach {
    fn merge(&mut self, other: &Self) {
        if other.total.count == 0 {
            return;
        }
        if self.total.count == 0 {
            *self = *other;
            return;
        }
        self.total.merge(&other.total);
        self.lowest = self.lowest.min(other.lowest);
        self.highest = self.highest.max(other.highest);
    }
}

impl Content for CountSumAndReach {
    #[inline]
    fn add(&mut self, offset: u64, bits: u32, times: u32) {
        let place = (offset >> (bits - PLACE_BITS)) as u32;
        let mut one = Self {
            total: CountAndSum::default(),
            lowest: place,
            highest: place,
        };
        one.total.add(offset, bits, times);
        self.merge(&one);
    }

    fn total(&self) -> &CountAndSum {
        &self.total
    }

    fn reach(&self, bits: u32) -> (u64, u64) {
        if self.lowest >= self.highest {
            // One value, as far as can be told.
            let mean = self.total.mean();
            return (mean, mean);
        }
        let steps = |place: u64| place << (bits - PLACE_BITS);
        (steps(self.lowest.into()), steps(u64::from(self.highest) + 1))
    }
}

/// The values of a bin, or one that many trials share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bunch {
    /// How many.
    pub count: u64,
    /// Their mean.
    pub mean: f64,
    /// No value is lower.
    pub lowest: f64,
    /// No value is higher.
    pub highest: f64,
}

impl Bunch {
    /// Values that are all the same.
    pub fn atom(count: u64, value: f64) -> Self {
        Self {
            count,
            mean: value,
            lowest: value,
            highest: value,
        }
    }
}

/// Distribution of shares in (0, 1]: bins for each of the powers of two down to 2^-27, cut evenly into 2^`SUB_BITS`, and one for exactly 1. Bins are
/// allocated in chunks of `CHUNK`: many small ones cost time, large ones memory.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(bound(serialize = "B: Content + Serialize", deserialize = "B: Content + Deserialize<'de>"))]
pub struct Binned<B, const SUB_BITS: u32, const CHUNK: usize> {
    /// In the last place of a number in the bin, above the bin's lower edge.
    bins: Bins<B, CHUNK>,
    /// Shares of exactly 1: apart, so that they need no chunk of bins.
    whole: u64,
}

impl<B: Content, const SUB_BITS: u32, const CHUNK: usize> Binned<B, SUB_BITS, CHUNK> {
    /// Bits of a number below those that tell its bin.
    const OFFSET_BITS: u32 = FRACTION_BITS - SUB_BITS;

    /// Adds a share above 0 so many times; above 1 it counts as 1.
    #[inline]
    pub fn add(&mut self, share: f64, times: u32) {
        if share >= 1.0 {
            self.whole += u64::from(times);
            return;
        }
        let share = share.max(LOWEST);
        let offset = share.to_bits() & ((1 << Self::OFFSET_BITS) - 1);
        self.bins
            .at(bin_index(share, SUB_BITS))
            .add(offset, Self::OFFSET_BITS, times);
    }

    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Self) {
        self.bins.merge(&other.bins);
        self.whole += other.whole;
    }

    /// How many shares have been added; `None` when there are too many.
    pub fn count(&self) -> Option<u64> {
        let bins = self.bins.iter().map(|(_, bin)| u64::from(bin.total().count));
        bins.chain([self.whole]).try_fold(0, u64::checked_add)
    }

    /// Whether it can have seen that many shares at most: what is read from a file may be anything.
    pub fn fits(&self, most: u64) -> bool {
        let mut occupied = self.bins.iter().filter(|(_, bin)| **bin != B::default());
        self.count().is_some_and(|count| count <= most)
            && occupied.all(|(index, bin)| {
                let (low, high) = bin.reach(Self::OFFSET_BITS);
                index < (OCTAVES as usize) << SUB_BITS
                    && bin.total().count > 0
                    && bin.total().is_below(1 << Self::OFFSET_BITS)
                    && low <= high
            })
    }

    /// The bins that hold any, ascending.
    pub fn bunches(&self) -> impl Iterator<Item = Bunch> {
        let first = u64::from(1023 - OCTAVES) << SUB_BITS;
        let occupied = self.bins.iter().filter(|(_, bin)| bin.total().count > 0);
        let binned = occupied.map(move |(index, bin)| {
            // A number's bits count on from the bin's lower edge.
            let edge = (first + index as u64) << Self::OFFSET_BITS;
            let at = |offset: u64| f64::from_bits(edge + offset);
            let (low, high) = bin.reach(Self::OFFSET_BITS);
            let mean = at(bin.total().mean());
            Bunch {
                count: u64::from(bin.total().count),
                mean,
                lowest: at(low).min(mean),
                highest: at(high).max(mean),
            }
        });
        binned.chain((self.whole > 0).then_some(Bunch::atom(self.whole, 1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Fine = Binned<CountSumAndReach, 8, 32>;

    fn of(shares: &[f64]) -> Fine {
        let mut binned = Fine::default();
        shares.iter().for_each(|share| binned.add(*share, 1));
        binned
    }

    #[test]
    fn atoms_come_back() {
        for share in [
            1.1e-8,
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
            let found: Vec<Bunch> = of(&[share; 12_345]).bunches().collect();
            assert_eq!(found, [Bunch::atom(12_345, share.min(1.0))]);
        }
    }

    #[test]
    fn what_no_shares_come_to_does_not_fit() {
        let sound = of(&[0.1, 0.1, 1e-7, 1.0]);
        assert_eq!(sound.count(), Some(4));
        assert!(sound.fits(4) && !sound.fits(3));
        let mut far = sound.clone();
        far.bins.at(27 << 8);
        assert!(far.fits(4), "nothing is in it");
        far.bins.at(27 << 8).total.count = 1;
        assert!(!far.fits(5));
        let mut heavy = sound.clone();
        heavy.bins.at(3).total.high = 1;
        assert!(!heavy.fits(4));
        let mut empty = sound;
        empty.bins.at(3).highest = 1;
        assert!(!empty.fits(4));
    }

    proptest! {
        #[test]
        fn bunches_are_those_of_the_shares(shares in prop::collection::vec(prop_oneof![1.1e-8..1e-4f64, 1e-4..1.0f64, Just(1.0), Just(0.3)], 1..300), cut in 0usize..300) {
            let whole = of(&shares);
            let (left, right) = shares.split_at(cut.min(shares.len()));
            let mut merged = of(right);
            merged.merge(&of(left));
            prop_assert_eq!(&merged, &whole);
            prop_assert!(whole.fits(shares.len() as u64));
            let mut sorted = shares.clone();
            sorted.sort_by(f64::total_cmp);
            let mut rank = 0;
            for bunch in whole.bunches() {
                let own = &sorted[rank..rank + bunch.count as usize];
                let own_mean = own.iter().sum::<f64>() / bunch.count as f64;
                prop_assert!((bunch.mean - own_mean).abs() <= 1e-14 * own_mean, "{bunch:?} for {own_mean}");
                let (lowest, highest) = (own[0], own[own.len() - 1]);
                // To within 2^-32 of a bin.
                let slack = 1e-11 * highest;
                prop_assert!(bunch.lowest <= lowest && lowest - bunch.lowest <= slack, "{bunch:?} for {lowest}");
                prop_assert!(bunch.highest >= highest - 1e-15 && bunch.highest - highest <= slack, "{bunch:?} for {highest}");
                rank += bunch.count as usize;
            }
        }
    }
}
