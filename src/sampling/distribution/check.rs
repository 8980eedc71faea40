//! The checks that the constructors share, with their messages.
use super::{Distribution, DistributionError};

/// Largest shape of a beta or gamma distribution: beyond it the relative spread is lost in rounding.
pub(super) const LARGEST_SHAPE: f64 = 1e12;
/// Smallest shape of a beta or gamma distribution.
pub(super) const SMALLEST_SHAPE: f64 = 1e-3;

/// What every constructor returns.
pub(super) type Checked = Result<Distribution, DistributionError>;

/// Checks on the parameters of one family.
pub(super) struct Check(pub(super) &'static str);

impl Check {
    pub(super) fn error<T>(&self, parameter: &'static str, message: String) -> Result<T, DistributionError> {
        Err(DistributionError::new(self.0, parameter, message))
    }

    pub(super) fn finite(&self, parameter: &'static str, value: f64) -> Result<(), DistributionError> {
        if value.is_finite() {
            return Ok(());
        }
        self.error(parameter, format!("{parameter} must be a finite number, not {value}"))
    }

    pub(super) fn positive(&self, parameter: &'static str, value: f64) -> Result<(), DistributionError> {
        if value.is_finite() && value > 0.0 {
            return Ok(());
        }
        self.error(parameter, format!("{parameter} must be greater than 0, not {value}"))
    }

    pub(super) fn not_negative(&self, parameter: &'static str, value: f64) -> Result<(), DistributionError> {
        if value.is_finite() && value >= 0.0 {
            return Ok(());
        }
        self.error(parameter, format!("{parameter} must be 0 or more, not {value}"))
    }

    pub(super) fn shape(&self, parameter: &'static str, value: f64) -> Result<(), DistributionError> {
        if (SMALLEST_SHAPE..=LARGEST_SHAPE).contains(&value) {
            return Ok(());
        }
        self.error(
            parameter,
            format!("{parameter} must be between 0.001 and 1e12, not {value}"),
        )
    }

    pub(super) fn ordered(&self, low: f64, high: f64) -> Result<(), DistributionError> {
        self.finite("low", low)?;
        self.finite("high", high)?;
        if low > high {
            return self.error("low", format!("low ({low}) must not be greater than high ({high})"));
        }
        if !(high - low).is_finite() {
            return self.error(
                "high",
                format!("the range from low ({low}) to high ({high}) is too wide"),
            );
        }
        Ok(())
    }

    pub(super) fn mode(&self, low: f64, mode: f64, high: f64) -> Result<(), DistributionError> {
        self.finite("mode", mode)?;
        if mode < low || mode > high {
            return self.error(
                "mode",
                format!("mode must lie between low ({low}) and high ({high}), not {mode}"),
            );
        }
        Ok(())
    }

    /// Rejects parameters whose mean or standard deviation is not a number that f64 holds.
    pub(super) fn moments(&self, parameter: &'static str, distribution: Distribution) -> Checked {
        if distribution.mean().is_finite() && distribution.standard_deviation().is_finite() {
            return Ok(distribution);
        }
        self.error(
            parameter,
            format!("{parameter} makes the mean or the standard deviation too large to represent"),
        )
    }
}
