//! Checked probability distributions: a `Distribution` that exists has valid parameters.
//!
//! Every draw is the inverse cumulative distribution of one uniform, [`Distribution::quantile`]. This is the exact
//! (and for some families slow) form; [`super::Sampler`] is the quick one for the hot path. Values carry the unit of the
//! parameters; this module knows none.
mod check;
mod construct;
mod empirical;
mod error;
mod evaluate;
mod moments;
mod poisson;
mod truncated;

pub use empirical::Empirical;
pub use error::DistributionError;
pub use truncated::TruncatedNormal;

/// A probability distribution of one real number.
///
/// Built by the checked constructors ([`Distribution::triangular`] and so on); the payloads' fields are readable through
/// the methods here only. A distribution whose spread is zero (equal bounds, standard deviation 0) becomes
/// [`Distribution::Fixed`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Distribution {
    /// Always the same value.
    Fixed(Fixed),
    /// Constant density between two bounds.
    Uniform(Uniform),
    /// Density rising linearly to the mode and falling linearly from it.
    Triangular(Triangular),
    /// Beta distribution on `low..high` given by its mode (Malcolm et al. 1959; `lambda` after Vose).
    Pert(Pert),
    /// Normal distribution.
    Normal(Normal),
    /// Normal distribution conditioned on an interval.
    TruncatedNormal(TruncatedNormal),
    /// The exponential of a normal variable.
    LogNormal(LogNormal),
    /// Beta distribution, on (0, 1) or scaled to `low..high`.
    Beta(Beta),
    /// Gamma distribution.
    Gamma(Gamma),
    /// Weibull distribution.
    Weibull(Weibull),
    /// Exponential distribution.
    Exponential(Exponential),
    /// Poisson counts 0, 1, 2, ...
    Poisson(Poisson),
    /// One of a list of values.
    Empirical(Empirical),
}

macro_rules! payload {
    ($(#[$doc:meta])* $name:ident { $($field:ident),+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name { $(pub(in crate::sampling) $field: f64),+ }
    };
}

payload!(/** The value of [`Distribution::Fixed`]. */ Fixed { value });
payload!(/** The bounds of [`Distribution::Uniform`]. */ Uniform { low, high });
payload!(/** The bounds and mode of [`Distribution::Triangular`]. */ Triangular { low, mode, high });
payload!(/** Mean and standard deviation of [`Distribution::Normal`]. */ Normal { mean, deviation });
payload!(/** Mean and standard deviation of the logarithm of a [`Distribution::LogNormal`]. */ LogNormal { mu, sigma });
payload!(/** Shapes and bounds of [`Distribution::Beta`]. */ Beta { alpha, beta, low, high });
payload!(/** Shape and scale of [`Distribution::Gamma`]. */ Gamma { shape, scale });
payload!(/** Shape and scale of [`Distribution::Weibull`]. */ Weibull { shape, scale });
payload!(/** Mean of [`Distribution::Exponential`]. */ Exponential { mean });
payload!(/** Mean of [`Distribution::Poisson`]. */ Poisson { mean });

/// Bounds, mode and weight of [`Distribution::Pert`], with the beta distribution they imply.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pert {
    pub(in crate::sampling) mode: f64,
    pub(in crate::sampling) lambda: f64,
    pub(in crate::sampling) beta: Beta,
}

impl Distribution {
    /// The name a scenario uses for the family: `fixed`, `uniform`, `triangular`, `pert`, `normal`, `lognormal`,
    /// `beta`, `gamma`, `weibull`, `exponential`, `poisson` or `empirical`.
    #[must_use]
    pub fn family(&self) -> &'static str {
        match self {
            Self::Fixed(_) => "fixed",
            Self::Uniform(_) => "uniform",
            Self::Triangular(_) => "triangular",
            Self::Pert(_) => "pert",
            Self::Normal(_) | Self::TruncatedNormal(_) => "normal",
            Self::LogNormal(_) => "lognormal",
            Self::Beta(_) => "beta",
            Self::Gamma(_) => "gamma",
            Self::Weibull(_) => "weibull",
            Self::Exponential(_) => "exponential",
            Self::Poisson(_) => "poisson",
            Self::Empirical(_) => "empirical",
        }
    }

    /// Whether every draw is the same value.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        matches!(self, Self::Fixed(_))
    }

    /// Whether the draws are from a countable set (fixed, Poisson, empirical), so that the cumulative probability has
    /// jumps.
    #[must_use]
    pub fn is_discrete(&self) -> bool {
        matches!(self, Self::Fixed(_) | Self::Poisson(_) | Self::Empirical(_))
    }

    /// The smallest and largest value a draw may take; infinite where there is no bound.
    #[must_use]
    pub fn support(&self) -> (f64, f64) {
        match self {
            Self::Fixed(d) => (d.value, d.value),
            Self::Uniform(d) => (d.low, d.high),
            Self::Triangular(d) => (d.low, d.high),
            Self::Pert(d) => (d.beta.low, d.beta.high),
            Self::Normal(_) => (f64::NEG_INFINITY, f64::INFINITY),
            Self::TruncatedNormal(d) => d.support(),
            Self::LogNormal(_) | Self::Gamma(_) | Self::Weibull(_) | Self::Exponential(_) | Self::Poisson(_) => {
                (0.0, f64::INFINITY)
            }
            Self::Beta(d) => (d.low, d.high),
            Self::Empirical(d) => d.support(),
        }
    }
}
