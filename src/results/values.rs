//! The values that trials came to: each by itself while they are few, in bins once they are many.
//!
//! Which of the two it is depends on the set of values alone, never on the order in which they came or were merged: they are few as long as there
//! are at most `MOST` different ones, and the bins of many are those that each value alone would have gone into.

use serde::{Deserialize, Serialize};

use super::binned::{Binned, Bunch, Content};
use super::histogram::NEGLIGIBLE;

/// Shares of demand above [`NEGLIGIBLE`], up to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(serialize = "B: Content + Serialize", deserialize = "B: Content + Deserialize<'de>"))]
pub enum Values<B, const SUB_BITS: u32, const CHUNK: usize, const MOST: usize> {
    /// Different values, ascending, with how many trials have each.
    Few(Vec<(f64, u32)>),
    /// In bins.
    Many(Binned<B, SUB_BITS, CHUNK>),
}

impl<B, const SUB_BITS: u32, const CHUNK: usize, const MOST: usize> Default for Values<B, SUB_BITS, CHUNK, MOST> {
    fn default() -> Self {
        Values::Few(Vec::new())
    }
}

impl<B: Content, const SUB_BITS: u32, const CHUNK: usize, const MOST: usize> Values<B, SUB_BITS, CHUNK, MOST> {
    /// Adds a share above [`NEGLIGIBLE`]; above 1 it counts as 1.
    #[inline]
    pub fn add(&mut self, share: f64) {
        self.add_times(share.min(1.0), 1);
    }

    fn add_times(&mut self, share: f64, times: u32) {
        let few = match self {
            Values::Many(binned) => return binned.add(share, times),
            Values::Few(few) => few,
        };
        match few.binary_search_by(|(value, _)| value.total_cmp(&share)) {
            Ok(at) => few[at].1 = few[at].1.saturating_add(times),
            Err(at) if few.len() < MOST => few.insert(at, (share, times)),
            Err(_) => {
                let mut binned = binned(few);
                binned.add(share, times);
                *self = Values::Many(binned);
            }
        }
    }

    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Self) {
        match (&mut *self, other) {
            (_, Values::Few(added)) => added.iter().for_each(|(value, times)| self.add_times(*value, *times)),
            (Values::Many(binned), Values::Many(added)) => binned.merge(added),
            (Values::Few(few), Values::Many(added)) => {
                let mut binned = binned(few);
                binned.merge(added);
                *self = Values::Many(binned);
            }
        }
    }

    /// How many shares have been added; `None` when there are too many.
    pub fn count(&self) -> Option<u64> {
        match self {
            Values::Few(few) => Some(few.iter().map(|(_, times)| u64::from(*times)).sum()),
            Values::Many(binned) => binned.count(),
        }
    }

    /// Whether it can have seen that many shares at most: what is read from a file may be anything.
    pub fn fits(&self, most: u64) -> bool {
        match self {
            Values::Few(few) => {
                few.len() <= MOST
                    && few
                        .iter()
                        .all(|(value, times)| *times > 0 && *value > NEGLIGIBLE && *value <= 1.0)
                    && few.is_sorted_by(|one, next| one.0 < next.0)
                    && self.count().is_some_and(|count| count <= most)
            }
            Values::Many(binned) => binned.fits(most),
        }
    }

    /// The values, ascending: each by itself, or those of a bin together.
    pub fn bunches(&self) -> Box<dyn Iterator<Item = Bunch> + '_> {
        match self {
            Values::Few(few) => Box::new(few.iter().map(|(value, times)| Bunch::atom(u64::from(*times), *value))),
            Values::Many(binned) => Box::new(binned.bunches()),
        }
    }
}

fn binned<B: Content, const SUB_BITS: u32, const CHUNK: usize>(few: &[(f64, u32)]) -> Binned<B, SUB_BITS, CHUNK> {
    let mut binned = Binned::default();
    few.iter().for_each(|(value, times)| binned.add(*value, *times));
    binned
}

#[cfg(test)]
mod tests {
    use super::super::binned::CountSumAndReach;
    use super::*;
    use proptest::prelude::*;

    type Ten = Values<CountSumAndReach, 8, 32, 10>;

    fn of(shares: &[f64]) -> Ten {
        let mut values = Ten::default();
        shares.iter().for_each(|share| values.add(*share));
        values
    }

    #[test]
    fn few_values_are_exact_however_close() {
        let shares = [0.5, 0.501, 0.5, 2e-5, 0.501_000_001, 3e-5];
        let found: Vec<(u64, f64)> = of(&shares).bunches().map(|bunch| (bunch.count, bunch.mean)).collect();
        assert_eq!(found, [(1, 2e-5), (1, 3e-5), (2, 0.5), (1, 0.501), (1, 0.501_000_001)]);
    }

    #[test]
    fn what_no_shares_come_to_does_not_fit() {
        assert!(of(&[0.1, 0.2, 0.1]).fits(3) && !of(&[0.1, 0.2, 0.1]).fits(2));
        for wrong in [
            vec![(0.2, 1), (0.1, 1)],
            vec![(0.1, 1), (0.1, 1)],
            vec![(0.1, 0)],
            vec![(0.0, 1)],
            vec![(f64::NAN, 1)],
            vec![(1.5, 1)],
            (1..=11).map(|value| (f64::from(value) / 100.0, 1)).collect(),
        ] {
            assert!(!Ten::Few(wrong.clone()).fits(100), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn only_the_set_of_shares_decides(
            shares in prop::collection::vec((1u32..20).prop_map(|share| f64::from(share) / 20.0), 1..60),
            first in 0usize..60,
            second in 0usize..60,
        ) {
            let whole = of(&shares);
            let different: std::collections::BTreeSet<u64> = shares.iter().map(|share| share.to_bits()).collect();
            prop_assert_eq!(matches!(whole, Ten::Few(_)), different.len() <= 10);
            prop_assert!(whole.fits(shares.len() as u64));
            let mut backwards = Ten::default();
            shares.iter().rev().for_each(|share| backwards.add(*share));
            prop_assert_eq!(&backwards, &whole);
            let (first, second) = (first.min(second).min(shares.len()), first.max(second).min(shares.len()));
            let [left, middle, right] = [&shares[..first], &shares[first..second], &shares[second..]].map(of);
            let mut merged = right.clone();
            merged.merge(&left);
            merged.merge(&middle);
            prop_assert_eq!(&merged, &whole);
            let mut other = left;
            let mut rest = middle;
            rest.merge(&right);
            other.merge(&rest);
            prop_assert_eq!(&other, &whole);
        }
    }
}
