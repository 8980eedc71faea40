//! Special functions in pure Rust on `libm`, so that they give the same bits on every platform.
//!
//! Cumulative probabilities come as [`Tails`]: the lower and the upper one, each with full relative precision where it
//! is small. Inverses take both tails for the same reason.
mod beta;
mod gamma;
mod normal;
pub(super) mod numeric;
mod student;

pub use beta::{beta_tails, inverse_beta, ln_beta};
pub use gamma::{gamma_tails, inverse_gamma, ln_gamma};
pub use normal::{normal_cdf, normal_density, normal_quantile, normal_survival};
pub use student::{student_t_cdf, student_t_quantile};

/// The probabilities to the left and to the right of a point. They sum to 1 up to rounding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tails {
    /// Probability at or below the point.
    pub lower: f64,
    /// Probability above the point.
    pub upper: f64,
}

impl Tails {
    /// Both tails from the lower one.
    #[must_use]
    pub fn from_lower(lower: f64) -> Self {
        Self {
            lower,
            upper: 1.0 - lower,
        }
    }

    /// Both tails from the upper one.
    #[must_use]
    pub fn from_upper(upper: f64) -> Self {
        Self {
            lower: 1.0 - upper,
            upper,
        }
    }

    /// The same with the sides exchanged.
    #[must_use]
    pub fn swapped(self) -> Self {
        Self {
            lower: self.upper,
            upper: self.lower,
        }
    }
}
