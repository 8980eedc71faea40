//! Four neighbouring columns at once. Lines are padded with empty columns to whole fours: loops have no remainder, and sums run in four chains
//! of additions instead of one, always the same, so that the bytes are the same on every machine.

/// A quantity of four neighbouring columns.
pub(super) type Four = [f64; 4];

/// Nothing in any of the four columns.
pub(super) const EMPTY: Four = [0.0; 4];

/// How many fours hold so many columns.
pub(super) fn count(columns: usize) -> usize {
    columns.div_ceil(4)
}

/// The sum of the four.
pub(super) fn sum(four: Four) -> f64 {
    (four[0] + four[2]) + (four[1] + four[3])
}

/// The four made of the four results.
pub(super) fn each(of: impl Fn(usize) -> f64) -> Four {
    [of(0), of(1), of(2), of(3)]
}

/// Adds `factor` x `line` to `sums`.
pub(super) fn add_scaled(sums: &mut [Four], line: &[Four], factor: f64) {
    for (sum, four) in sums.iter_mut().zip(line) {
        *sum = each(|at| sum[at] + factor * four[at]);
    }
}

/// The sum of the products of two lines.
pub(super) fn dot(one: &[Four], other: &[Four]) -> f64 {
    let mut total = EMPTY;
    for (one, other) in one.iter().zip(other) {
        total = each(|at| total[at] + one[at] * other[at]);
    }
    sum(total)
}

#[cfg(test)]
mod tests {
    use super::{EMPTY, add_scaled, count, dot};

    #[test]
    fn padded_lines_are_added_and_multiplied() {
        assert_eq!([1, 4, 5, 8].map(count), [1, 1, 2, 2]);
        let line = [[1.0, 2.0, 3.0, 4.0], [5.0, 0.0, 0.0, 0.0]];
        let mut sums = [[1.0; 4], EMPTY];
        add_scaled(&mut sums, &line, 2.0);
        assert_eq!(sums, [[3.0, 5.0, 7.0, 9.0], [10.0, 0.0, 0.0, 0.0]]);
        assert_eq!(dot(&sums, &line), 3.0 + 10.0 + 21.0 + 36.0 + 50.0);
    }
}
