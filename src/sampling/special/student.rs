//! Student's t distribution, through the incomplete beta function.
use super::{Tails, beta_tails, inverse_beta};

/// Probability that a t variable with `degrees` > 0 degrees of freedom (any real number) is at most `t`.
#[must_use]
pub fn student_t_cdf(degrees: f64, t: f64) -> f64 {
    if t.is_nan() {
        return f64::NAN;
    }
    let square = t * t;
    let sum = degrees + square;
    let (x, complement) = if sum < f64::INFINITY {
        (degrees / sum, square / sum)
    } else {
        (0.0, 1.0)
    };
    // P(|T| > |t|) = I_x(degrees / 2, 1 / 2).
    let tails = beta_tails(0.5 * degrees, 0.5, x, complement);
    if t < 0.0 {
        0.5 * tails.lower
    } else {
        0.5 + 0.5 * tails.upper
    }
}

/// Quantile of the t distribution with `degrees` > 0 degrees of freedom; `-inf` at 0 and `inf` at 1.
#[must_use]
pub fn student_t_quantile(degrees: f64, p: f64) -> f64 {
    if p.is_nan() {
        return f64::NAN;
    }
    if p <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if p >= 1.0 {
        return f64::INFINITY;
    }
    let side = p.min(1.0 - p);
    let target = Tails {
        lower: 2.0 * side,
        upper: 2.0 * (0.5 - side),
    };
    let (x, complement) = inverse_beta(0.5 * degrees, 0.5, target);
    let magnitude = (degrees * (complement / x)).sqrt();
    if p < 0.5 { -magnitude } else { magnitude }
}
