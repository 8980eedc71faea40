//! Small dense linear systems.

/// Solves a symmetric positive definite system by Cholesky's method in place; false when it is not positive definite.
pub fn solve_symmetric(matrix: &mut [f64], vector: &mut [f64], size: usize) -> bool {
    for pivot in 0..size {
        let mut diagonal = matrix[pivot * size + pivot];
        for before in 0..pivot {
            diagonal -= matrix[pivot * size + before] * matrix[pivot * size + before];
        }
        if diagonal.is_nan() || diagonal <= 0.0 {
            return false;
        }
        let root = diagonal.sqrt();
        matrix[pivot * size + pivot] = root;
        for row in pivot + 1..size {
            let mut value = matrix[row * size + pivot];
            for before in 0..pivot {
                value -= matrix[row * size + before] * matrix[pivot * size + before];
            }
            matrix[row * size + pivot] = value / root;
        }
    }
    for row in 0..size {
        let mut value = vector[row];
        for before in 0..row {
            value -= matrix[row * size + before] * vector[before];
        }
        vector[row] = value / matrix[row * size + row];
    }
    for row in (0..size).rev() {
        let mut value = vector[row];
        for after in row + 1..size {
            value -= matrix[after * size + row] * vector[after];
        }
        vector[row] = value / matrix[row * size + row];
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
