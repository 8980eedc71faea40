//! Means and standard deviations in closed form.
use super::{Beta, Distribution};
use crate::sampling::special::ln_gamma;

impl Beta {
    fn mean(&self) -> f64 {
        let total = self.alpha + self.beta;
        self.low * (self.beta / total) + self.high * (self.alpha / total)
    }

    fn standard_deviation(&self) -> f64 {
        let total = self.alpha + self.beta;
        (self.high - self.low) * (self.alpha / total * (self.beta / total) / (total + 1.0)).sqrt()
    }
}

impl Distribution {
    /// The expected value of a draw, in the units of the parameters.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self {
            Self::Fixed(d) => d.value,
            Self::Uniform(d) => d.low + 0.5 * (d.high - d.low),
            Self::Triangular(d) => d.low + ((d.mode - d.low) + (d.high - d.low)) / 3.0,
            Self::Pert(d) => d.beta.mean(),
            Self::Normal(d) => d.mean,
            Self::TruncatedNormal(d) => d.own_mean(),
            Self::LogNormal(d) => libm::exp(d.mu + 0.5 * d.sigma * d.sigma),
            Self::Beta(d) => d.mean(),
            Self::Gamma(d) => d.shape * d.scale,
            Self::Weibull(d) => d.scale * libm::exp(ln_gamma(1.0 + 1.0 / d.shape)),
            Self::Exponential(d) => d.mean,
            Self::Poisson(d) => d.mean,
            Self::Empirical(d) => d.mean(),
        }
    }

    /// The standard deviation of a draw, in the units of the parameters.
    #[must_use]
    pub fn standard_deviation(&self) -> f64 {
        match self {
            Self::Fixed(_) => 0.0,
            Self::Uniform(d) => (d.high - d.low) / 12.0_f64.sqrt(),
            Self::Triangular(d) => {
                let (left, right) = (d.mode - d.low, d.high - d.mode);
                ((left * left + left * right + right * right) / 18.0).sqrt()
            }
            Self::Pert(d) => d.beta.standard_deviation(),
            Self::Normal(d) => d.deviation,
            Self::TruncatedNormal(d) => d.own_deviation(),
            Self::LogNormal(d) => self.mean() * libm::expm1(d.sigma * d.sigma).sqrt(),
            Self::Beta(d) => d.standard_deviation(),
            Self::Gamma(d) => d.shape.sqrt() * d.scale,
            Self::Weibull(d) => self.mean() * libm::expm1(weibull_ln_ratio(1.0 / d.shape)).max(0.0).sqrt(),
            Self::Exponential(d) => d.mean,
            Self::Poisson(d) => d.mean.sqrt(),
            Self::Empirical(d) => d.standard_deviation(),
        }
    }
}

/// ln [Gamma(1 + 2x) / Gamma(1 + x)^2], which is ln (1 + variance / mean^2) of a Weibull variable of shape 1/x.
fn weibull_ln_ratio(x: f64) -> f64 {
    if x > 1e-3 {
        return ln_gamma(1.0 + 2.0 * x) - 2.0 * ln_gamma(1.0 + x);
    }
    // Series in x with the zeta values 2 to 5: the difference of logarithms cancels for a small x.
    const ZETA: [f64; 4] = [
        1.644_934_066_848_226_4,
        1.202_056_903_159_594_3,
        1.082_323_233_711_138_2,
        1.036_927_755_143_37,
    ];
    x * x * (ZETA[0] - x * (2.0 * ZETA[1] - x * (3.5 * ZETA[2] - x * 6.0 * ZETA[3])))
}
