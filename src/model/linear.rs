//! Small dense linear systems.

/// Solves a symmetric positive definite system by Cholesky's method without roots (L D L^T) in place; false when it is not positive definite. The lower triangle is
/// read.
pub fn solve_symmetric(matrix: &mut [f64], vector: &mut [f64], size: usize) -> bool {
    // Most systems are small, and loops of known length are unrolled.
    match size {
        1 => solve_of_size(matrix, vector, 1),
        2 => solve_of_size(matrix, vector, 2),
        3 => solve_of_size(matrix, vector, 3),
        4 => solve_of_size(matrix, vector, 4),
        5 => solve_of_size(matrix, vector, 5),
        6 => solve_of_size(matrix, vector, 6),
        _ => solve_of_size(matrix, vector, size),
    }
}

#[inline(always)]
fn solve_of_size(matrix: &mut [f64], vector: &mut [f64], size: usize) -> bool {
    let (matrix, vector) = (&mut matrix[..size * size], &mut vector[..size]);
    for column in 0..size {
        let pivot = matrix[column * size + column];
        if pivot.is_nan() || pivot <= 0.0 {
            return false;
        }
        // The diagonal keeps the inverse.
        let inverse = 1.0 / pivot;
        matrix[column * size + column] = inverse;
        for row in column + 1..size {
            let entry = matrix[row * size + column];
            let factor = entry * inverse;
            // What the rows in between were divided by is undone: their entries stand in the upper triangle.
            for other in column + 1..row {
                matrix[row * size + other] -= factor * matrix[column * size + other];
            }
            matrix[row * size + row] -= factor * entry;
            matrix[column * size + row] = entry;
            matrix[row * size + column] = factor;
            vector[row] -= factor * vector[column];
        }
    }
    for row in (0..size).rev() {
        let mut value = vector[row] * matrix[row * size + row];
        for other in row + 1..size {
            value -= matrix[other * size + row] * vector[other];
        }
        vector[row] = value;
    }
    vector.iter().all(|value| value.is_finite())
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
