//! Four neighbouring columns at once. Lines are padded with empty columns to whole fours: loops have no remainder, and sums run in four chains
//! of additions instead of one, always in the same order, so that the bytes are the same on every machine.

/// A quantity of four neighbouring columns.
pub(super) type Four = [f64; 4];

/// Nothing in any of the four columns.
pub(super) const EMPTY: Four = [0.0; 4];

/// How many fours hold so many columns.
#[inline(always)]
pub(super) fn count(columns: usize) -> usize {
    columns.div_ceil(4)
}

/// The sum of the four.
#[inline(always)]
pub(super) fn sum(four: Four) -> f64 {
    (four[0] + four[2]) + (four[1] + four[3])
}

/// The four made of the four results.
#[inline(always)]
pub(super) fn each(of: impl Fn(usize) -> f64) -> Four {
    [of(0), of(1), of(2), of(3)]
}

/// Four columns, or what there is of them and nothing.
#[inline(always)]
pub(super) fn padded(values: &[f64]) -> Four {
    match *values {
        [first, second, third, fourth] => [first, second, third, fourth],
        [first, second, third] => [first, second, third, 0.0],
        [first, second] => [first, second, 0.0, 0.0],
        [first] => [first, 0.0, 0.0, 0.0],
        _ => EMPTY,
    }
}

#[cfg(test)]
mod tests {
    use super::{count, each, padded, sum};

    #[test]
    fn padding_adds_nothing() {
        assert_eq!([1, 4, 5, 8].map(count), [1, 1, 2, 2]);
        let values = [1.0, 2.0, 4.0, 8.0];
        for columns in 0..=4 {
            let four = padded(&values[..columns]);
            assert_eq!(four[..columns], values[..columns]);
            assert_eq!(sum(four), values[..columns].iter().sum::<f64>());
            assert_eq!(sum(each(|at| four[at] * 2.0)), 2.0 * sum(four));
        }
    }
}
