//! Small dense linear systems.

use super::fours::{Four, count, each};

/// Solves a symmetric positive definite system by Cholesky's method without roots (L D L^T) in place; false when it is not positive definite. The matrix has
/// its rows one after the other, each in as many fours as hold it; the lower triangle is read.
pub(crate) fn solve_symmetric(matrix: &mut [Four], vector: &mut [f64]) -> bool {
    // Most systems are small, and loops of known length are unrolled: two to three times as fast.
    match vector.len() {
        1 => solve_of_size(matrix, vector, 1, 1),
        2 => solve_of_size(matrix, vector, 2, 1),
        3 => solve_of_size(matrix, vector, 3, 1),
        4 => solve_of_size(matrix, vector, 4, 1),
        5 => solve_of_size(matrix, vector, 5, 2),
        6 => solve_of_size(matrix, vector, 6, 2),
        7 => solve_of_size(matrix, vector, 7, 2),
        8 => solve_of_size(matrix, vector, 8, 2),
        size @ 9..=12 => solve_of_size(matrix, vector, size, 3),
        size @ 13..=16 => solve_of_size(matrix, vector, size, 4),
        size => solve_of_size(matrix, vector, size, count(size)),
    }
}

#[inline(always)]
fn solve_of_size(matrix: &mut [Four], vector: &mut [f64], size: usize, width: usize) -> bool {
    let (matrix, vector) = (&mut matrix[..size * width], &mut vector[..size]);
    // Elimination works along rows, in the upper triangle.
    let entries = matrix.as_flattened_mut();
    for row in 1..size {
        for column in 0..row {
            entries[column * 4 * width + row] = entries[row * 4 * width + column];
        }
    }
    for pivot in 0..size {
        let (done, below) = matrix.split_at_mut((pivot + 1) * width);
        let own = &mut done[pivot * width..];
        let (first, at) = (pivot / 4, pivot % 4);
        let diagonal = own[first][at];
        if diagonal.is_nan() || diagonal <= 0.0 {
            return false;
        }
        // The diagonal keeps the inverse.
        let inverse = 1.0 / diagonal;
        own[first][at] = inverse;
        let value = vector[pivot];
        for (line, row) in below.chunks_exact_mut(width).zip(pivot + 1..) {
            let factor = own[row / 4][row % 4] * inverse;
            // What stands left of the diagonal is not looked at again.
            for at in row / 4..width {
                let (entries, above) = (line[at], own[at]);
                line[at] = each(|at| entries[at] - factor * above[at]);
            }
            vector[row] -= factor * value;
        }
    }
    let entries = matrix.as_flattened();
    for row in (0..size).rev() {
        let line = &entries[row * 4 * width..][..size];
        let mut value = vector[row];
        for column in row + 1..size {
            value -= line[column] * vector[column];
        }
        vector[row] = value * line[row];
    }
    vector.iter().all(|value| value.is_finite())
}

/// Sum of products. Four partial sums, so that no addition waits for the one before; always in the same order, so always the same bytes.
pub fn dot(one: &[f64], other: &[f64]) -> f64 {
    let length = one.len().min(other.len());
    let (ones, one_rest) = one[..length].as_chunks::<4>();
    let (others, other_rest) = other[..length].as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (one, other) in ones.iter().zip(others) {
        for ((sum, one), other) in sums.iter_mut().zip(one).zip(other) {
            *sum += one * other;
        }
    }
    let rest: f64 = one_rest.iter().zip(other_rest).map(|(one, other)| one * other).sum();
    (sums[0] + sums[2]) + (sums[1] + sums[3]) + rest
}

#[cfg(test)]
mod tests {
    use super::solve_symmetric;
    use crate::model::fours::{Four, count};

    #[test]
    fn a_system_is_solved_and_a_singular_one_refused() {
        // Only the lower triangle is read.
        let mut matrix = [[4.0, 9.0, 0.0, 0.0], [2.0, 3.0, 0.0, 0.0]];
        let mut vector = [8.0, 7.0];
        assert!(solve_symmetric(&mut matrix, &mut vector));
        assert!((vector[0] - 1.25).abs() < 1e-12 && (vector[1] - 1.5).abs() < 1e-12);
        let mut singular = [[1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0]];
        assert!(!solve_symmetric(&mut singular, &mut [1.0, 1.0]));
    }

    #[test]
    fn systems_of_every_size_are_solved_from_the_lower_triangle() {
        for size in 1..=20 {
            let entry = |row: usize, column: usize| {
                let (low, high) = (row.min(column) as f64, row.max(column) as f64);
                if row == column {
                    2.0 * size as f64
                } else {
                    -1.0 / (1.0 + high + 0.5 * low)
                }
            };
            let expected: Vec<f64> = (0..size).map(|row| row as f64 - 1.5).collect();
            let mut vector: Vec<f64> = (0..size)
                .map(|row| (0..size).map(|column| entry(row, column) * expected[column]).sum())
                .collect();
            let mut matrix: Vec<Four> = vec![[f64::NAN; 4]; size * count(size)];
            for (row, line) in matrix.chunks_exact_mut(count(size)).enumerate() {
                for column in 0..=row {
                    line[column / 4][column % 4] = entry(row, column);
                }
            }
            assert!(solve_symmetric(&mut matrix, &mut vector));
            for (value, expected) in vector.iter().zip(&expected) {
                assert!(
                    (value - expected).abs() < 1e-13 * size as f64,
                    "size {size}: {vector:?}"
                );
            }
        }
    }
}
