//! Exact sums. Adding floating-point numbers in another order gives other last bits; adding integers does not. Every
//! sum over trials is therefore an integer count of 2^-64 steps, so that results carry the same bytes for any number of
//! threads, blocks or shards.

use serde::{Deserialize, Serialize};

/// Steps per unit: 2^64.
pub const STEPS_PER_UNIT: f64 = 18_446_744_073_709_551_616.0;
/// Largest magnitude that can be added in one go; beyond it values saturate.
const LARGEST: f64 = 2_147_483_648.0;

/// An exact sum in steps of 2^-64, so merging is associative and commutative.
///
/// A value is cut to the step below it in magnitude (an error under 6e-20), saturates at 2^31 in magnitude, and counts as 0
/// when it is not a number. So callers scale what they add to about 1 (tonnes by the reference demand of their row), and
/// 2^32 additions cannot overflow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixedSum(i128);

impl FixedSum {
    /// Adds one value.
    #[inline]
    pub fn add(&mut self, value: f64) {
        self.0 += if (0.0..1.0).contains(&value) {
            i128::from(steps_below_one(value))
        } else {
            steps(value.clamp(-LARGEST, LARGEST))
        };
    }

    /// Adds values, most of which are from 0 to below 1.
    #[inline]
    pub fn add_all(&mut self, values: impl Iterator<Item = f64>) {
        let mut sum = 0u128;
        for value in values {
            if (0.0..1.0).contains(&value) {
                sum += u128::from(steps_below_one(value));
            } else {
                self.add(value);
            }
        }
        self.0 += sum as i128;
    }

    /// Adds a value so many times.
    pub fn add_times(&mut self, value: f64, times: u64) {
        let mut once = Self::default();
        once.add(value);
        self.0 += once.0 * i128::from(times);
    }

    /// Adds a value that has been measured.
    #[inline]
    pub fn add_measured(&mut self, value: Self) {
        self.0 += value.0;
    }

    /// Adds another sum. It saturates, so that a sum read from a file that was tampered with cannot overflow.
    pub fn merge(&mut self, other: &Self) {
        self.0 = self.0.saturating_add(other.0);
    }

    /// What has been added since it was `earlier`.
    pub fn since(&self, earlier: &Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }

    /// Whether it can be the sum of `count` values between `low` and `high`.
    pub fn is_of(&self, count: u64, low: i32, high: i32) -> bool {
        let steps = i128::from(count) << 64;
        (steps.saturating_mul(low.into())..=steps.saturating_mul(high.into())).contains(&self.0)
    }

    /// The sum as a floating-point number.
    pub fn value(&self) -> f64 {
        self.0 as f64 / STEPS_PER_UNIT
    }

    /// The mean over `count` values; 0 when there are none. The division is exact before rounding, so the mean of equal values is
    /// that value.
    pub fn mean(&self, count: u64) -> f64 {
        if count == 0 {
            return 0.0;
        }
        let divisor = i128::from(count);
        let whole = (self.0 / divisor) as f64;
        let rest = (self.0 % divisor) as f64 / count as f64;
        (whole + rest) / STEPS_PER_UNIT
    }
}

/// A number in steps, cut towards 0; 0 when it is not a number. The same as a cast of `value * STEPS_PER_UNIT`, quicker.
#[inline]
fn steps(value: f64) -> i128 {
    let bits = value.to_bits();
    let exponent = (bits >> 52 & 0x7FF) as i32;
    let mantissa = u128::from(bits & ((1 << 52) - 1) | 1 << 52);
    // value = mantissa x 2^(exponent - 1075); a step is 2^-64.
    let shift = exponent - (1075 - 64);
    let magnitude = if !(-52..=43).contains(&shift) {
        // Below one step, or not a number: larger ones are clamped before.
        0
    } else if shift >= 0 {
        mantissa << shift
    } else {
        mantissa >> -shift
    };
    if value < 0.0 {
        -(magnitude as i128)
    } else {
        magnitude as i128
    }
}

/// A number from 0 to below 1 in steps, the same as [`steps`]; other numbers give nonsense.
#[inline]
pub fn steps_below_one(value: f64) -> u64 {
    let bits = value.to_bits();
    // The mantissa's leading bit stands for 2^(exponent - 1023), and is moved from place 63.
    let mantissa = (bits << 11) | 1 << 63;
    // The sign does not count: -0 is 0.
    let shift = 1022 - (bits >> 52 & 0x7FF);
    if shift < 64 { mantissa >> shift } else { 0 }
}

/// Exact sum and sum of squares of a quantity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moments {
    sum: FixedSum,
    squares: FixedSum,
}

/// A value and its square in steps, to be added to several [`Moments`].
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    value: FixedSum,
    square: FixedSum,
}

impl Measured {
    /// Measures one value.
    pub fn new(value: f64) -> Self {
        let (mut sum, mut square) = (FixedSum::default(), FixedSum::default());
        sum.add(value);
        square.add(value * value);
        Self { value: sum, square }
    }

    /// The value in steps.
    pub fn value(&self) -> FixedSum {
        self.value
    }
}

impl Moments {
    /// Adds one value.
    #[inline]
    pub fn add(&mut self, value: f64) {
        self.add_measured(Measured::new(value));
    }

    /// Those of some values, most of which are from 0 to below 1.
    #[inline]
    pub fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut moments = Self::default();
        moments.add_all(values);
        moments
    }

    /// Adds values, most of which are from 0 to below 1.
    #[inline]
    pub fn add_all(&mut self, values: impl Iterator<Item = f64>) {
        let (mut sum, mut squares) = (0u128, 0u128);
        for value in values {
            if (0.0..1.0).contains(&value) {
                sum += u128::from(steps_below_one(value));
                squares += u128::from(steps_below_one(value * value));
            } else {
                self.add(value);
            }
        }
        self.sum.0 += sum as i128;
        self.squares.0 += squares as i128;
    }

    /// Adds whole numbers below 2^20, not more than 2^20 of them.
    #[inline]
    pub fn add_whole(&mut self, values: impl Iterator<Item = u64>) {
        let (mut sum, mut squares) = (0u64, 0u64);
        for value in values {
            sum += value;
            squares += value * value;
        }
        self.sum.0 += i128::from(sum) << 64;
        self.squares.0 += i128::from(squares) << 64;
    }

    /// Adds one value that has been measured.
    #[inline]
    pub fn add_measured(&mut self, measured: Measured) {
        self.sum.0 += measured.value.0;
        self.squares.0 += measured.square.0;
    }

    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Self) {
        self.sum.merge(&other.sum);
        self.squares.merge(&other.squares);
    }

    /// Whether they can be those of `count` values between `low` and 1, which is -1 or 0.
    pub fn are_of(&self, count: u64, low: i32) -> bool {
        self.sum.is_of(count, low, 1) && self.squares.is_of(count, 0, 1)
    }

    /// The sum of values.
    pub fn sum(&self) -> FixedSum {
        self.sum
    }

    /// The sum of squares.
    pub fn squares(&self) -> FixedSum {
        self.squares
    }

    /// Mean over `count` values (values never added count as 0).
    pub fn mean(&self, count: u64) -> f64 {
        self.sum.mean(count)
    }

    /// Unbiased variance over `count` values (values never added count as 0); `None` below two values.
    ///
    /// A variance below 1e-13 of the squared mean cannot be told from rounding and is 0.
    pub fn variance(&self, count: u64) -> Option<f64> {
        if count < 2 {
            return None;
        }
        let mean = self.mean(count);
        let spread = self.squares.mean(count) - mean * mean;
        if spread <= 1e-13 * mean * mean {
            return Some(0.0);
        }
        Some(spread * (count as f64 / (count - 1) as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equal_values_have_that_value_as_mean_and_no_variance() {
        let mut moments = Moments::default();
        for _ in 0..12_345 {
            moments.add(0.1);
        }
        assert_eq!(moments.mean(12_345), 0.1);
        assert_eq!(moments.variance(12_345), Some(0.0));
    }

    #[test]
    fn two_point_variance_is_p_times_q() {
        let mut moments = Moments::default();
        for _ in 0..10 {
            moments.add(1.0);
        }
        assert!((moments.mean(100) - 0.1).abs() < 1e-15);
        let variance = moments.variance(100).unwrap();
        assert!((variance - 0.09 * 100.0 / 99.0).abs() < 1e-15);
        assert_eq!(moments.variance(1), None);
    }

    #[test]
    fn strange_values_saturate() {
        let mut sum = FixedSum::default();
        sum.add(f64::NAN);
        assert_eq!(sum.value(), 0.0);
        sum.add(f64::INFINITY);
        assert_eq!(sum.value(), LARGEST);
        sum.add(-1e300);
        assert_eq!(sum.value(), 0.0);
    }

    proptest! {
        #[test]
        fn steps_are_those_of_a_cast(value in prop::num::f64::ANY) {
            let bounded = value.clamp(-LARGEST, LARGEST);
            prop_assert_eq!(steps(bounded), (bounded * STEPS_PER_UNIT) as i128);
        }

        #[test]
        fn steps_below_one_are_those_of_a_cast(value in prop_oneof![0.0..1.0f64, 0.0..1e-15f64, 0.0..1e-300f64, Just(-0.0)]) {
            prop_assert_eq!(i128::from(steps_below_one(value)), (value * STEPS_PER_UNIT) as i128);
            let (mut sum, mut moments, mut one) = (FixedSum::default(), Moments::default(), Moments::default());
            sum.add_all([value, 1.0, -value].into_iter());
            moments.add_all([value, 1.5, value].into_iter());
            [value, 1.5, value].into_iter().for_each(|value| one.add(value));
            prop_assert_eq!(sum.0, 1 << 64);
            prop_assert_eq!(moments, one);
            let (mut often, mut times) = (FixedSum::default(), FixedSum::default());
            (0..7).for_each(|_| often.add(-3.0 * value));
            times.add_times(-3.0 * value, 7);
            prop_assert_eq!(often, times);
        }

        #[test]
        fn steps_are_those_of_a_cast_near_one(value in -4.0..4.0f64) {
            prop_assert_eq!(steps(value), (value * STEPS_PER_UNIT) as i128);
            prop_assert_eq!(steps(value * 1e-15), (value * 1e-15 * STEPS_PER_UNIT) as i128);
        }

        #[test]
        fn order_does_not_matter(values in prop::collection::vec(-10.0..10.0f64, 1..200), cut in 0usize..200) {
            let mut forward = FixedSum::default();
            values.iter().for_each(|value| forward.add(*value));
            let (left, right) = values.split_at(cut.min(values.len()));
            let (mut first, mut second) = (FixedSum::default(), FixedSum::default());
            right.iter().rev().for_each(|value| first.add(*value));
            left.iter().rev().for_each(|value| second.add(*value));
            first.merge(&second);
            prop_assert_eq!(forward, first);
        }
    }
}
