//! What can be wrong with a distribution.

/// A parameter that no distribution can have. The message names the parameter, its value and what is allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{distribution}: {message}")]
pub struct DistributionError {
    distribution: &'static str,
    parameter: &'static str,
    message: String,
}

impl DistributionError {
    pub(in crate::sampling) fn new(distribution: &'static str, parameter: &'static str, message: String) -> Self {
        Self {
            distribution,
            parameter,
            message,
        }
    }

    /// The distribution's name as a scenario writes it, for example `triangular`.
    #[must_use]
    pub fn distribution(&self) -> &'static str {
        self.distribution
    }

    /// The parameter at fault as a scenario writes it, for example `mode`: where to point a diagnostic.
    #[must_use]
    pub fn parameter(&self) -> &'static str {
        self.parameter
    }

    /// The message without the distribution's name.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}
