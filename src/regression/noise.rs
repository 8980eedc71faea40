//! Whether a move is more than Monte Carlo noise.
//!
//! Where both runs face the same draws, every move is a change of the model, however small: the question left is whether the mean has moved,
//! or whether trials went up and down and another seed might show nothing. The paired error from batch means answers it. It does so even if
//! the draws turn out not to be the same: the batches are then independent, and the spread of their differences says so.

use serde::Serialize;

use super::figure::Figure;

/// Standard errors below which a move is noise.
pub const UNCLEAR: f64 = 2.0;
/// Standard errors from which a move is a shift. A golden file pins hundreds of figures, and one in twenty lies beyond 2 standard errors by
/// chance; one in 16,000 beyond 4.
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
    /// At least [`SHIFT`] standard errors, or a figure without noise.
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

    /// A move with a known error.
    pub(super) fn measured(basis: Basis, change: f64, standard_error: f64) -> Self {
        let standard_errors = (standard_error > 0.0).then(|| change.abs() / standard_error);
        let verdict = match standard_errors {
            // No spread at all, yet a move.
            None => Verdict::Shift,
            Some(errors) if errors >= SHIFT => Verdict::Shift,
            Some(errors) if errors >= UNCLEAR => Verdict::Unclear,
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

/// Standard error of the difference of two independent figures.
pub(super) fn independent_standard_error(old: &Figure, new: &Figure) -> Option<f64> {
    let (old, new) = (old.standard_error?, new.standard_error?);
    Some((old * old + new * new).sqrt())
}
