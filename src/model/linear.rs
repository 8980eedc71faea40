//! Small dense linear systems.

/// Solves a symmetric positive definite system by Cholesky's method without roots (L D L^T) in place; false when it is not positive definite. The lower triangle is
/// read.
pub fn solve_symmetric(matrix: &mut [f64], vector: &mut [f64], size: usize) -> bool {
    // Most systems are small, and loops of known length are unrolled: two to three times as fast.
    match size {
        1 => solve_of_size(matrix, vector, 1),
        2 => solve_of_size(matrix, vector, 2),
        3 => solve_of_size(matrix, vector, 3),
        4 => solve_of_size(matrix, vector, 4),
        5 => solve_of_size(matrix, vector, 5),
        6 => solve_of_size(matrix, vector, 6),
        7 => solve_of_size(matrix, vector, 7),
        8 => solve_of_size(matrix, vector, 8),
        _ => solve_of_size(matrix, vector, size),
    }
}

#[inline(always)]
fn solve_of_size(matrix: &mut [f64], vector: &mut [f64], size: usize) -> bool {
    let (matrix, vector) = (&mut matrix[..size * size], &mut vector[..size]);
    // Elimination works along rows, in the upper triangle.
    for row in 1..size {
        for column in 0..row {
            matrix[column * size + row] = matrix[row * size + column];
        }
    }
    for pivot in 0..size {
        let (done, below) = matrix.split_at_mut((pivot + 1) * size);
        let own = &mut done[pivot * size..];
        if own[pivot].is_nan() || own[pivot] <= 0.0 {
            return false;
        }
        // The diagonal keeps the inverse.
        let inverse = 1.0 / own[pivot];
        own[pivot] = inverse;
        for row in pivot + 1..size {
            let factor = own[row] * inverse;
            let first = (row - pivot - 1) * size;
            for (entry, above) in below[first + row..first + size].iter_mut().zip(&own[row..size]) {
                *entry -= factor * above;
            }
            vector[row] -= factor * vector[pivot];
        }
    }
    for row in (0..size).rev() {
        let (value, known) = vector[row..].split_at_mut(1);
        let line = &matrix[row * size + row..(row + 1) * size];
        for (entry, known) in line[1..].iter().zip(known.iter()) {
            value[0] -= entry * known;
        }
        value[0] *= line[0];
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

    #[test]
    fn a_system_is_solved_and_a_singular_one_refused() {
        // Only the lower triangle is read.
        let mut matrix = [4.0, 9.0, 2.0, 3.0];
        let mut vector = [8.0, 7.0];
        assert!(solve_symmetric(&mut matrix, &mut vector, 2));
        assert!((vector[0] - 1.25).abs() < 1e-12 && (vector[1] - 1.5).abs() < 1e-12);
        assert!(!solve_symmetric(&mut [1.0, 0.0, 1.0, 1.0], &mut [1.0, 1.0], 2));
    }

    #[test]
    fn systems_of_every_size_are_solved_from_the_lower_triangle() {
        for size in 1..=12 {
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
            let mut matrix = vec![f64::NAN; size * size];
            for row in 0..size {
                for column in 0..=row {
                    matrix[row * size + column] = entry(row, column);
                }
            }
            assert!(solve_symmetric(&mut matrix, &mut vector, size));
            for (value, expected) in vector.iter().zip(&expected) {
                assert!(
                    (value - expected).abs() < 1e-13 * size as f64,
                    "size {size}: {vector:?}"
                );
            }
        }
    }
}
