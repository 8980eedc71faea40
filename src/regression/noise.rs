//! Whether a move is more than Monte Carlo noise.
//!
//! Where both runs face the same draws, every move is a change of the model, however small: the question left is whether the mean has moved,
//! or whether trials went up and down and another seed might show nothing. The paired error from batch means answers it. It does so even if
//! the draws turn out not to be the same: the batches are then independent, and the spread of their differences says so.

use serde::Serialize;

use super::figure::Figure;
use crate::sampling::special::{normal_survival, student_t_cdf};

/// Standard errors below which a move is noise.
pub const UNCLEAR: f64 = 2.0;
/// Standard errors from which a move is a shift. A golden file pins hundreds of figures, and one in twenty lies beyond 2 standard errors by
/// chance; one in 16,000 beyond 4. Where an error is itself estimated from a few batches, it takes as many of it as are as unlikely by Student's t.
pub const SHIFT: f64 = 4.0;

/// What the error of a move rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Same draws: the spread of the differences between batch means.
    Paired,
    /// Other draws: both standard errors, independent.
    Independent,
    /// Same draws, but a figure without batch means: both standard errors as if independent, which is more than the true error wherever
    /// the two runs move together.
    Unpaired,
    /// The figure does not depend on draws.
    NoDraws,
    /// No error is known.
    Unknown,
}

/// What to make of a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// At least [`SHIFT`] standard errors (or as unlikely), or a figure without noise.
    Shift,
    /// Between [`UNCLEAR`] and [`SHIFT`] standard errors.
    Unclear,
    /// It cannot be said.
    Unknown,
    /// Less than [`UNCLEAR`] standard errors.
    Noise,
}

/// A move measured by its Monte Carlo error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Noise {
    /// What the error rests on.
    pub basis: Basis,
    /// Standard error of the move, in the figure's unit.
    pub standard_error: Option<f64>,
    /// Size of the move in standard errors; `None` where the error is 0 or not known.
    pub standard_errors: Option<f64>,
    /// What to make of it.
    pub verdict: Verdict,
}

impl Noise {
    /// A move that cannot be measured.
    pub(super) fn unknown() -> Self {
        Noise {
            basis: Basis::Unknown,
            standard_error: None,
            standard_errors: None,
            verdict: Verdict::Unknown,
        }
    }

    /// A move of a figure that does not depend on draws.
    pub(super) fn without_draws() -> Self {
        Noise {
            basis: Basis::NoDraws,
            standard_error: None,
            standard_errors: None,
            verdict: Verdict::Shift,
        }
    }

    /// A move with a known error, which has so many degrees of freedom.
    pub(super) fn measured(basis: Basis, change: f64, (standard_error, degrees): (f64, f64)) -> Self {
        let standard_errors = (standard_error > 0.0).then(|| change.abs() / standard_error);
        let reaches = |errors: f64, threshold: f64| match degrees.is_finite() {
            true => student_t_cdf(degrees, -errors) <= normal_survival(threshold),
            false => errors >= threshold,
        };
        let verdict = match standard_errors {
            // No spread at all, yet a move.
            None => Verdict::Shift,
            Some(errors) if reaches(errors, SHIFT) => Verdict::Shift,
            Some(errors) if reaches(errors, UNCLEAR) => Verdict::Unclear,
            Some(_) => Verdict::Noise,
        };
        Noise {
            basis,
            standard_error: Some(standard_error),
            standard_errors,
            verdict,
        }
    }
}

/// Standard error of the difference of two independent figures, and its degrees of freedom (Welch and Satterthwaite) from theirs.
pub(super) fn independent_error(old: &Figure, new: &Figure, degrees: [f64; 2]) -> Option<(f64, f64)> {
    let squares = [old, new].map(|figure| figure.standard_error.map(|error| error * error));
    let [old, new] = [squares[0]?, squares[1]?];
    let uncertain = old * old / degrees[0] + new * new / degrees[1];
    let together = match uncertain > 0.0 {
        true => (old + new) * (old + new) / uncertain,
        false => f64::INFINITY,
    };
    Some(((old + new).sqrt(), together))
}

#[cfg(test)]
mod tests {
    use super::super::figure::Value;
    use super::*;

    #[test]
    fn errors_of_few_batches_take_more_to_be_a_shift() {
        // One-sided 97.72 %: t with 7 degrees of freedom 2.43; 99.9968 %: 8.0 and more.
        let verdict = |errors: f64, degrees: f64| Noise::measured(Basis::Paired, errors, (1.0, degrees)).verdict;
        assert_eq!(
            [1.9, 2.1, 3.9, 4.1].map(|errors| verdict(errors, f64::INFINITY)),
            [Verdict::Noise, Verdict::Unclear, Verdict::Unclear, Verdict::Shift]
        );
        assert_eq!(
            [2.3, 2.5, 7.0, 9.0].map(|errors| verdict(errors, 7.0)),
            [Verdict::Noise, Verdict::Unclear, Verdict::Unclear, Verdict::Shift]
        );
        assert_eq!(verdict(4.3, 31.0), Verdict::Unclear);
        assert_eq!(verdict(5.0, 31.0), Verdict::Shift);
    }

    #[test]
    fn degrees_of_a_difference() {
        let figure = |standard_error| Figure {
            value: Value::Number(1.0),
            standard_error,
            scale: 1.0,
        };
        let of = |old, new, degrees| independent_error(&figure(Some(old)), &figure(Some(new)), degrees).unwrap();
        assert_eq!(of(3.0, 4.0, [f64::INFINITY; 2]), (5.0, f64::INFINITY));
        // Equal errors with equal degrees: twice as many.
        let (error, degrees) = of(1.0, 1.0, [7.0, 7.0]);
        assert!((error - 2.0_f64.sqrt()).abs() < 1e-15 && (degrees - 14.0).abs() < 1e-12);
        assert!((of(1.0, 0.0, [7.0, 31.0]).1 - 7.0).abs() < 1e-12);
        assert_eq!(of(0.0, 0.0, [7.0, 7.0]), (0.0, f64::INFINITY));
        assert_eq!(independent_error(&figure(None), &figure(Some(1.0)), [7.0, 7.0]), None);
    }
}
