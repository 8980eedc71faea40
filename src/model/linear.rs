//! Small dense linear systems.

/// Solves a symmetric positive definite system in place; false when it is not positive definite. Only the lower triangle is read.
///
/// The last variable is eliminated first (A = L' D L): all that a step reads and writes then lies in rows, none of it in one chain of additions.
pub fn solve_symmetric(matrix: &mut [f64], vector: &mut [f64], size: usize) -> bool {
    for last in (0..size).rev() {
        let (before, line) = matrix.split_at_mut(last * size);
        let (line, pivot) = (&line[..last], line[last]);
        if pivot.is_nan() || pivot <= 0.0 {
            return false;
        }
        let (earlier, rest) = vector.split_at_mut(last);
        for (row, (value, entry)) in earlier.iter_mut().zip(line).enumerate() {
            if *entry != 0.0 {
                let factor = entry / pivot;
                *value -= factor * rest[0];
                for (entry, other) in before[row * size..row * size + row + 1].iter_mut().zip(line) {
                    *entry -= factor * other;
                }
            }
        }
    }
    for row in 0..size {
        let line = &matrix[row * size..row * size + row + 1];
        let (known, rest) = vector.split_at_mut(row);
        rest[0] = (rest[0] - dot(known, &line[..row])) / line[row];
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
    use super::*;

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
    fn the_solution_gives_the_right_hand_side_back() {
        for size in 1..=13 {
            // A Gram matrix with a larger diagonal is positive definite.
            let cell = |row: usize, column: usize| ((7 * row + 3 * column + row * column) % 11) as f64 - 5.0;
            let full = |row: usize, column: usize| {
                let product: f64 = (0..size).map(|at| cell(row, at) * cell(column, at)).sum();
                if row == column { product + 1.0 } else { product }
            };
            let right: Vec<f64> = (0..size).map(|row| 1.0 + row as f64).collect();
            let mut matrix: Vec<f64> = (0..size * size)
                .map(|at| {
                    if at % size <= at / size {
                        full(at / size, at % size)
                    } else {
                        f64::NAN
                    }
                })
                .collect();
            let mut solution = right.clone();
            assert!(solve_symmetric(&mut matrix, &mut solution, size), "{size}");
            for (row, expected) in right.iter().enumerate() {
                let found: f64 = (0..size).map(|column| full(row, column) * solution[column]).sum();
                assert!(
                    (found - expected).abs() < 1e-9 * expected,
                    "{size}: {found} for {expected}"
                );
            }
        }
    }

    #[test]
    fn the_four_partial_sums_leave_nothing_out() {
        for length in 0..20 {
            let one: Vec<f64> = (0..length).map(|at| (at + 1) as f64).collect();
            let other: Vec<f64> = (0..length).map(|at| (2 * at + 3) as f64).collect();
            let expected: f64 = one.iter().zip(&other).map(|(one, other)| one * other).sum();
            assert_eq!(dot(&one, &other), expected);
        }
    }
}
