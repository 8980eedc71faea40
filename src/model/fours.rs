//! Four neighbouring numbers at once. Lines are padded with nothing to whole fours: loops have no remainder, and sums run in four chains
//! of additions instead of one, always in the same order, so that the bytes are the same on every machine.

/// A quantity of four neighbours.
pub(crate) type Four = [f64; 4];

/// Nothing in any of the four.
pub(crate) const EMPTY: Four = [0.0; 4];

/// How many fours hold so many numbers.
#[inline(always)]
pub(crate) fn count(numbers: usize) -> usize {
    numbers.div_ceil(4)
}

/// The sum of the four.
#[inline(always)]
pub(crate) fn sum(four: Four) -> f64 {
    (four[0] + four[2]) + (four[1] + four[3])
}

/// The sum of any number of them.
#[inline]
pub(crate) fn total(values: &[f64]) -> f64 {
    let (fours, rest) = values.as_chunks::<4>();
    let mut sums = EMPTY;
    for four in fours {
        sums = each(|at| sums[at] + four[at]);
    }
    sum(sums) + rest.iter().sum::<f64>()
}

/// The four made of the four results.
#[inline(always)]
pub(crate) fn each(of: impl Fn(usize) -> f64) -> Four {
    [of(0), of(1), of(2), of(3)]
}

/// Four numbers, or what there is of them and nothing.
#[inline(always)]
pub(crate) fn padded(values: &[f64]) -> Four {
    match *values {
        [first, second, third, fourth] => [first, second, third, fourth],
        [first, second, third] => [first, second, third, 0.0],
        [first, second] => [first, second, 0.0, 0.0],
        [first] => [first, 0.0, 0.0, 0.0],
        _ => EMPTY,
    }
}

/// So many numbers, all nothing, in memory that is used again.
#[inline(always)]
pub(crate) fn clear(fours: &mut Vec<Four>, numbers: usize) {
    fours.clear();
    fours.resize(count(numbers), EMPTY);
}

#[cfg(test)]
mod tests {
    use super::{count, each, padded, sum, total};

    #[test]
    fn a_total_is_of_all() {
        for length in 0..12 {
            let values: Vec<f64> = (0..length).map(|value| f64::from(1 << value)).collect();
            assert_eq!(total(&values), f64::from((1 << length) - 1));
        }
    }

    #[test]
    fn padding_adds_nothing() {
        assert_eq!([1, 4, 5, 8].map(count), [1, 1, 2, 2]);
        let values = [1.0, 2.0, 4.0, 8.0];
        for columns in 0..=4 {
            let four = padded(&values[..columns]);
            assert_eq!(four[..columns], values[..columns]);
            assert_eq!(sum(four), values[..columns].iter().sum::<f64>());
            assert_eq!(sum(each(|at| four[at] * 2.0)), 2.0 * sum(four));
            assert_eq!(total(&values[..columns]), sum(four));
        }
    }
}
