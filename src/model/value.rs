//! Numbers of a compiled model: fixed, or a slot of the trial's drawn inputs.

use crate::sampling::{Dirichlet, Sampler, StreamKey};
use crate::scenario::path_at;

/// A number of the compiled model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// The same in every trial.
    Fixed(f64),
    /// Slot of the trial's inputs.
    Input(usize),
}

impl Value {
    /// The value in a trial with these inputs.
    #[inline]
    pub fn of(self, inputs: &[f64]) -> f64 {
        match self {
            Value::Fixed(value) => value,
            Value::Input(slot) => inputs[slot],
        }
    }

    /// Whether it differs between trials.
    pub fn is_uncertain(self) -> bool {
        matches!(self, Value::Input(_))
    }

    /// As a probability: whether it leaves nothing to chance.
    pub fn is_certain(self) -> bool {
        matches!(self, Value::Fixed(fixed) if fixed <= 0.0 || fixed >= 1.0)
    }
}

/// A quantity over time: a product of values, times a profile by reference period.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Factors that do not change over time.
    pub factors: Vec<Value>,
    /// Value by reference period; `None` = 1 throughout.
    pub profile: Option<Vec<f64>>,
    /// Profile at the start date.
    pub profile_at_start: f64,
}

impl Series {
    /// A series that does not change over time.
    pub fn constant(value: Value) -> Self {
        Series {
            factors: vec![value],
            profile: None,
            profile_at_start: 1.0,
        }
    }

    /// The product of the factors, without the profile.
    #[inline]
    pub fn level(&self, inputs: &[f64]) -> f64 {
        self.factors.iter().map(|value| value.of(inputs)).product()
    }

    /// The profile in a reference period (the last one stands for all later ones).
    #[inline]
    pub fn profile(&self, period: usize) -> f64 {
        self.profile
            .as_ref()
            .map_or(1.0, |profile| profile[period.min(profile.len() - 1)])
    }

    /// The value in a reference period.
    pub fn at(&self, period: usize, inputs: &[f64]) -> f64 {
        self.level(inputs) * self.profile(period)
    }

    /// The value at the start date.
    pub fn at_start(&self, inputs: &[f64]) -> f64 {
        self.level(inputs) * self.profile_at_start
    }

    /// Whether it differs between trials.
    pub fn is_uncertain(&self) -> bool {
        self.factors.iter().any(|value| value.is_uncertain())
    }
}

/// How the slots of one driver are drawn.
#[derive(Debug, Clone)]
pub enum InputKind {
    /// One slot, by inverse CDF.
    Scalar(Sampler),
    /// As many slots as components, one uniform each.
    Dirichlet(Dirichlet, usize),
}

/// One uncertain input.
#[derive(Debug, Clone)]
pub struct InputDriver {
    /// The driver's name: the number's address in the scenario.
    pub name: String,
    /// Its stream.
    pub key: StreamKey,
    /// How it is drawn.
    pub kind: InputKind,
    /// First slot.
    pub slot: usize,
    /// Mean of each slot.
    pub means: Vec<f64>,
}

/// Slots that are rescaled together so that a table's shares keep their sum.
#[derive(Debug, Clone, PartialEq)]
pub struct ShareNormalisation {
    /// Slots of the uncertain shares.
    pub slots: Vec<usize>,
    /// What they must sum to.
    pub sum: f64,
}

/// Profile of a path by reference period (its value at the middle of each period).
fn path_profile(points: &[(f64, f64)], step_months: f64, periods: usize) -> Vec<f64> {
    (0..periods)
        .map(|period| path_at(points, (period as f64 + 0.5) * step_months))
        .collect()
}

impl Series {
    /// A path as a series.
    pub(super) fn path(points: &[(f64, f64)], factors: Vec<Value>, step_months: f64, periods: usize) -> Self {
        Series {
            factors,
            profile: Some(path_profile(points, step_months, periods)),
            profile_at_start: path_at(points, 0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_linear_inside_and_flat_outside() {
        let points = [(0.0, 100.0), (12.0, 160.0)];
        assert_eq!(path_at(&points, -5.0), 100.0);
        assert_eq!(path_at(&points, 6.0), 130.0);
        assert_eq!(path_at(&points, 12.0), 160.0);
        assert_eq!(path_at(&points, 50.0), 160.0);
    }
}
