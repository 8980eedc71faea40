//! Quantiles and cumulative probabilities, exact to rounding.
use super::{Beta, Distribution, Triangular, poisson};
use crate::sampling::special::{
    Tails, beta_tails, gamma_tails, inverse_beta, inverse_gamma, normal_cdf, normal_quantile,
};

impl Triangular {
    pub(in crate::sampling) fn quantile(&self, u: f64) -> f64 {
        let width = self.high - self.low;
        let rising = self.mode - self.low;
        let x = if u * width <= rising {
            self.low + (u * width * rising).sqrt()
        } else if u < 0.5 {
            // The same as the last branch, measured from the mode so that a mode at `low` loses nothing.
            let falling = self.high - self.mode;
            self.mode + (u * width - rising) / (1.0 + ((1.0 - u) * width / falling).sqrt())
        } else {
            self.high - ((1.0 - u) * width * (self.high - self.mode)).sqrt()
        };
        x.clamp(self.low, self.high)
    }

    fn cdf(&self, x: f64) -> f64 {
        let width = self.high - self.low;
        if x <= self.low {
            0.0
        } else if x >= self.high {
            1.0
        } else if x <= self.mode {
            (x - self.low) / width * ((x - self.low) / (self.mode - self.low))
        } else {
            let (beyond, falling) = (x - self.mode, self.high - self.mode);
            let p = ((self.mode - self.low) + beyond * (2.0 - beyond / falling)) / width;
            if p < 0.5 {
                return p;
            }
            1.0 - (self.high - x) / width * ((self.high - x) / (self.high - self.mode))
        }
    }
}

impl Beta {
    /// Stretches a point of (0, 1), given with its complement, to the bounds; precise near both.
    pub(in crate::sampling) fn stretch(&self, x: f64, complement: f64) -> f64 {
        let width = self.high - self.low;
        let value = if x <= 0.5 {
            self.low + width * x
        } else {
            self.high - width * complement
        };
        value.clamp(self.low, self.high)
    }

    fn quantile(&self, u: f64) -> f64 {
        let (x, complement) = inverse_beta(self.alpha, self.beta, Tails::from_lower(u));
        self.stretch(x, complement)
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= self.low {
            return 0.0;
        }
        if x >= self.high {
            return 1.0;
        }
        let width = self.high - self.low;
        beta_tails(self.alpha, self.beta, (x - self.low) / width, (self.high - x) / width).lower
    }
}

impl Distribution {
    /// The inverse cumulative distribution: the value below which a draw falls with probability `u`, in the units of
    /// the parameters. The smallest such value where the distribution has jumps. `u` of 0 or less gives the lower end of
    /// the support, 1 or more the upper end, NaN gives NaN.
    #[must_use]
    pub fn quantile(&self, u: f64) -> f64 {
        if u.is_nan() {
            return f64::NAN;
        }
        if u <= 0.0 {
            return self.support().0;
        }
        if u >= 1.0 {
            return self.support().1;
        }
        match self {
            Self::Fixed(d) => d.value,
            Self::Uniform(d) => (d.low + (d.high - d.low) * u).clamp(d.low, d.high),
            Self::Triangular(d) => d.quantile(u),
            Self::Pert(d) => d.beta.quantile(u),
            Self::Beta(d) => d.quantile(u),
            Self::Normal(d) => d.mean + d.deviation * normal_quantile(u),
            Self::TruncatedNormal(d) => d.quantile(u),
            Self::LogNormal(d) => libm::exp(d.mu + d.sigma * normal_quantile(u)),
            Self::Gamma(d) => d.scale * inverse_gamma(d.shape, Tails::from_lower(u)),
            Self::Weibull(d) => d.scale * libm::pow(-libm::log1p(-u), 1.0 / d.shape),
            Self::Exponential(d) => -d.mean * libm::log1p(-u),
            Self::Poisson(d) => poisson::quantile(d.mean, u),
            Self::Empirical(d) => d.quantile(u),
        }
    }

    /// The probability that a draw is at most `x`. NaN gives NaN.
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        if x.is_nan() {
            return f64::NAN;
        }
        match self {
            Self::Fixed(d) => f64::from(u8::from(x >= d.value)),
            Self::Uniform(d) => ((x - d.low) / (d.high - d.low)).clamp(0.0, 1.0),
            Self::Triangular(d) => d.cdf(x),
            Self::Pert(d) => d.beta.cdf(x),
            Self::Beta(d) => d.cdf(x),
            Self::Normal(d) => normal_cdf((x - d.mean) / d.deviation),
            Self::TruncatedNormal(d) => d.cdf(x),
            Self::Poisson(d) => poisson::cdf(d.mean, x),
            Self::Empirical(d) => d.cdf(x),
            _ if x <= 0.0 => 0.0,
            Self::LogNormal(d) => normal_cdf((libm::log(x) - d.mu) / d.sigma),
            Self::Gamma(d) => gamma_tails(d.shape, x / d.scale).lower,
            Self::Weibull(d) => -libm::expm1(-libm::pow(x / d.scale, d.shape)),
            Self::Exponential(d) => -libm::expm1(-x / d.mean),
        }
    }
}
