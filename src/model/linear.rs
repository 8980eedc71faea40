//! Small dense linear systems.

/// Solves a symmetric positive definite system by Cholesky's method in place; false when it is not positive definite.
pub fn solve_symmetric(matrix: &mut [f64], vector: &mut [f64], size: usize) -> bool {
    for row in 0..size {
        // Row `row` of the factor, from the finished rows before it.
        let (before, line) = matrix.split_at_mut(row * size);
        let line = &mut line[..row + 1];
        for (column, finished) in before.chunks_exact(size).enumerate() {
            let (known, rest) = line.split_at_mut(column);
            rest[0] = (rest[0] - dot(known, &finished[..column])) / finished[column];
        }
        let (known, diagonal) = line.split_at_mut(row);
        let pivot = diagonal[0] - dot(known, known);
        if pivot.is_nan() || pivot <= 0.0 {
            return false;
        }
        diagonal[0] = pivot.sqrt();
    }
    for row in 0..size {
        let line = &matrix[row * size..row * size + row + 1];
        let (known, rest) = vector.split_at_mut(row);
        rest[0] = (rest[0] - dot(known, &line[..row])) / line[row];
    }
    for row in (0..size).rev() {
        let line = &matrix[row * size..row * size + row + 1];
        let (earlier, rest) = vector.split_at_mut(row);
        let value = rest[0] / line[row];
        rest[0] = value;
        for (entry, factor) in earlier.iter_mut().zip(line) {
            *entry -= factor * value;
        }
    }
    vector.iter().all(|value| value.is_finite())
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
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
}
