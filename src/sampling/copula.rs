//! Dependence between drivers: Gaussian and t copulas.
//!
//! A copula turns independent uniforms into dependent ones and leaves each of them uniform, so what each driver does
//! with its uniform (and the marginal distribution of its draws) stays as it was.
use super::distribution::Distribution;
use super::sampler::Sampler;
use super::special::{normal_cdf, normal_quantile, student_t_cdf};

/// What can be wrong with a copula.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CopulaError {
    /// No variables.
    #[error("a copula needs at least one variable")]
    Empty,
    /// A row of the matrix with another length than the number of rows.
    #[error("the correlation matrix must be square: row {row} has {found} entries instead of {size}")]
    NotSquare {
        /// The row, counted from 1.
        row: usize,
        /// Its number of entries.
        found: usize,
        /// The number of rows.
        size: usize,
    },
    /// An entry outside -1..1.
    #[error("correlations must be between -1 and 1, but row {row}, column {column} is {value}")]
    OutOfRange {
        /// The row, counted from 1.
        row: usize,
        /// The column, counted from 1.
        column: usize,
        /// The entry.
        value: f64,
    },
    /// A diagonal entry other than 1.
    #[error("a variable's correlation with itself must be 1, but row {row}, column {row} is {value}")]
    Diagonal {
        /// The row, counted from 1.
        row: usize,
        /// The entry.
        value: f64,
    },
    /// Two mirrored entries that differ.
    #[error(
        "the correlation matrix must be symmetric, but row {row}, column {column} is {value} and its mirror image is {mirrored}"
    )]
    NotSymmetric {
        /// The row, counted from 1.
        row: usize,
        /// The column, counted from 1.
        column: usize,
        /// The entry.
        value: f64,
        /// The entry with row and column exchanged.
        mirrored: f64,
    },
    /// Correlations that cannot hold together.
    #[error(
        "these correlations cannot hold together (the matrix is not positive definite): variable {row} is already determined by, or contradicts, those before it"
    )]
    NotPositiveDefinite {
        /// The first row, counted from 1, at which the Cholesky factorisation fails.
        row: usize,
    },
    /// One common correlation that is too low or too high.
    #[error("one correlation common to {size} variables must be greater than {lowest} and less than 1, not {value}")]
    Common {
        /// The number of variables.
        size: usize,
        /// The bound -1 / (size - 1).
        lowest: f64,
        /// The correlation.
        value: f64,
    },
    /// Degrees of freedom of a t copula that it cannot have.
    #[error("degrees of freedom must be between 0.1 and 1e6, not {0}")]
    Degrees(f64),
}

/// A checked correlation matrix, kept as its Cholesky factor. Correlations are those of the underlying normal (or t)
/// scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Correlation {
    size: usize,
    /// The lower triangular factor, row by row without the zeros.
    factor: Vec<f64>,
}

impl Correlation {
    /// `size` variables with the same `correlation` between any two.
    ///
    /// # Errors
    /// No variables, or a correlation not strictly between -1 / (size - 1) and 1.
    pub fn common(size: usize, correlation: f64) -> Result<Self, CopulaError> {
        if size == 0 {
            return Err(CopulaError::Empty);
        }
        let lowest = if size > 1 { -1.0 / (size - 1) as f64 } else { -1.0 };
        let error = CopulaError::Common {
            size,
            lowest,
            value: correlation,
        };
        if correlation.is_nan() || correlation <= lowest || correlation >= 1.0 {
            return Err(error);
        }
        let entry = |row: usize, column: usize| if row == column { 1.0 } else { correlation };
        let factor = cholesky(size, entry).map_err(|_| error)?;
        Ok(Self { size, factor })
    }

    /// A full matrix, one slice per row.
    ///
    /// # Errors
    /// A matrix that is not square, not symmetric, without ones on its diagonal, with entries outside -1..1, or not
    /// positive definite.
    pub fn matrix<R: AsRef<[f64]>>(rows: &[R]) -> Result<Self, CopulaError> {
        let size = rows.len();
        if size == 0 {
            return Err(CopulaError::Empty);
        }
        for (row, entries) in rows.iter().enumerate() {
            let found = entries.as_ref().len();
            if found != size {
                return Err(CopulaError::NotSquare {
                    row: row + 1,
                    found,
                    size,
                });
            }
        }
        let entry = |row: usize, column: usize| rows[row].as_ref()[column];
        for row in 0..size {
            for column in 0..=row {
                let (value, mirrored) = (entry(row, column), entry(column, row));
                if row == column {
                    if value != 1.0 {
                        return Err(CopulaError::Diagonal { row: row + 1, value });
                    }
                } else if !(-1.0..=1.0).contains(&value) {
                    return Err(CopulaError::OutOfRange {
                        row: row + 1,
                        column: column + 1,
                        value,
                    });
                } else if value != mirrored {
                    return Err(CopulaError::NotSymmetric {
                        row: row + 1,
                        column: column + 1,
                        value,
                        mirrored,
                    });
                }
            }
        }
        let factor = cholesky(size, entry).map_err(|row| CopulaError::NotPositiveDefinite { row: row + 1 })?;
        Ok(Self { size, factor })
    }

    /// Number of variables.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// Replaces independent standard normal scores by correlated ones.
    fn correlate(&self, scores: &mut [f64]) {
        let mut end = self.factor.len();
        for row in (0..self.size).rev() {
            let start = end - (row + 1);
            let mut sum = 0.0;
            for (weight, score) in self.factor[start..end].iter().zip(&scores[..=row]) {
                sum += weight * score;
            }
            scores[row] = sum;
            end = start;
        }
    }
}

/// The packed Cholesky factor of a symmetric matrix, or the row at which it fails to be positive definite.
fn cholesky(size: usize, entry: impl Fn(usize, usize) -> f64) -> Result<Vec<f64>, usize> {
    let start = |row: usize| row * (row + 1) / 2;
    let mut factor = vec![0.0; start(size)];
    for row in 0..size {
        for column in 0..=row {
            let mut rest = entry(row, column);
            for k in 0..column {
                rest -= factor[start(row) + k] * factor[start(column) + k];
            }
            factor[start(row) + column] = if row != column {
                rest / factor[start(column) + column]
            } else if rest > 1e-12 {
                rest.sqrt()
            } else {
                return Err(row);
            };
        }
    }
    Ok(factor)
}

/// A Gaussian or t copula.
///
/// With normal scores the t copula has tail dependence: extremes come together. See Demarta and McNeil, "The t copula and
/// related copulas" (2005).
#[derive(Clone, Debug)]
pub struct Copula {
    correlation: Correlation,
    mixing: Option<Mixing>,
}

/// The common shock of a t copula.
#[derive(Clone, Debug)]
struct Mixing {
    degrees: f64,
    chi_square: Sampler,
}

impl Copula {
    /// The copula of normal variables with this correlation.
    #[must_use]
    pub fn gaussian(correlation: Correlation) -> Self {
        Self {
            correlation,
            mixing: None,
        }
    }

    /// The copula of a multivariate t distribution with this correlation and `degrees` of freedom (any real number; the
    /// fewer, the stronger the dependence of extremes).
    ///
    /// # Errors
    /// `degrees` outside 0.1..1e6.
    pub fn student_t(correlation: Correlation, degrees: f64) -> Result<Self, CopulaError> {
        if !(0.1..=1e6).contains(&degrees) {
            return Err(CopulaError::Degrees(degrees));
        }
        let chi_square = Distribution::gamma(0.5 * degrees, 2.0).map_err(|_| CopulaError::Degrees(degrees))?;
        Ok(Self {
            correlation,
            mixing: Some(Mixing {
                degrees,
                chi_square: Sampler::new(&chi_square),
            }),
        })
    }

    /// Number of dependent variables.
    #[must_use]
    pub fn size(&self) -> usize {
        self.correlation.size
    }

    /// Number of independent uniforms that [`Copula::couple`] takes: one per variable, and one more for a t copula.
    #[must_use]
    pub fn uniforms_needed(&self) -> usize {
        self.size() + usize::from(self.mixing.is_some())
    }

    /// Turns independent uniforms in (0, 1) into dependent ones, one per variable, strictly between 0 and 1. For a t
    /// copula the last uniform is the chi-square mixing. The first variable of a Gaussian copula keeps its uniform (up
    /// to rounding).
    ///
    /// # Panics
    /// `uniforms` shorter than [`Copula::uniforms_needed`] or `out` shorter than [`Copula::size`].
    pub fn couple(&self, uniforms: &[f64], out: &mut [f64]) {
        let out = &mut out[..self.size()];
        for (score, &u) in out.iter_mut().zip(&uniforms[..self.size()]) {
            *score = normal_quantile(u);
        }
        self.correlation.correlate(out);
        match &self.mixing {
            None => {
                for value in out.iter_mut() {
                    *value = open(normal_cdf(*value));
                }
            }
            Some(Mixing { degrees, chi_square }) => {
                let scale = (degrees / chi_square.quantile(uniforms[self.size()])).sqrt();
                for value in out.iter_mut() {
                    // A score of 0 stays 0 under an infinite scale.
                    let t = if *value == 0.0 { 0.0 } else { *value * scale };
                    *value = open(student_t_cdf(*degrees, t));
                }
            }
        }
    }
}

/// Keeps a probability strictly between 0 and 1, within the range of the streams' uniforms.
fn open(probability: f64) -> f64 {
    probability.clamp(0.5 * f64::EPSILON, 1.0 - 0.5 * f64::EPSILON)
}
