//! What is left of a draw once it is known to be larger than some value: how long something lasts that has lasted for a while.
use super::distribution::{Beta, Distribution};
use super::sampler::Sampler;
use super::special::{Tails, beta_tails, gamma_tails, inverse_beta, inverse_gamma, normal_quantile, normal_survival};

/// A distribution conditioned on draws above `elapsed`: the inverse of the cumulative probability at F(elapsed) + u (1 - F(elapsed)).
///
/// Far in a tail that probability is next to 1 and would say nothing: families with a tail are inverted from the probability of *more*,
/// (1 - u) (1 - F(elapsed)), which stays exact.
#[derive(Clone, Debug)]
pub struct Lasting {
    elapsed: f64,
    /// 1 - F(elapsed).
    survival: f64,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    /// No draw is as small as `elapsed`, or the distribution is known in closed form once it is cut.
    Cut(Sampler),
    /// Elapsed plus a draw: the exponential distribution has no memory.
    Anew(Sampler),
    Tail(Distribution),
    /// F(elapsed), of a distribution with jumps.
    Steps(Distribution, f64),
}

impl Lasting {
    /// `None` where no draw is above `elapsed`, as far as numbers can tell.
    #[must_use]
    pub fn new(distribution: &Distribution, elapsed: f64) -> Option<Self> {
        let survival = survival(distribution, elapsed);
        if survival.is_nan() || survival < f64::MIN_POSITIVE {
            return None;
        }
        let (low, high) = distribution.support();
        let kind = match distribution {
            _ if low > elapsed || survival >= 1.0 => Kind::Cut(Sampler::new(distribution)),
            Distribution::Uniform(_) => Kind::Cut(Sampler::new(&Distribution::uniform(elapsed, high).ok()?)),
            Distribution::TruncatedNormal(d) => {
                Kind::Cut(Sampler::new(&Distribution::TruncatedNormal(d.above(elapsed))))
            }
            Distribution::Exponential(_) => Kind::Anew(Sampler::new(distribution)),
            Distribution::Fixed(_) | Distribution::Poisson(_) | Distribution::Empirical(_) => {
                Kind::Steps(distribution.clone(), distribution.cdf(elapsed))
            }
            other => Kind::Tail(other.clone()),
        };
        Some(Self {
            elapsed,
            survival,
            kind,
        })
    }

    /// The probability that a draw of the whole distribution is above `elapsed`.
    #[must_use]
    pub fn survival(&self) -> f64 {
        self.survival
    }

    /// The draw at the uniform `u` in (0, 1), in the units of the distribution; above `elapsed`.
    #[must_use]
    pub fn quantile(&self, u: f64) -> f64 {
        match &self.kind {
            Kind::Cut(sampler) => sampler.quantile(u),
            Kind::Anew(sampler) => self.elapsed + sampler.quantile(u),
            Kind::Steps(distribution, before) => {
                // The next larger probability, so that rounding never gives the value that is over.
                let at = (before + u * (1.0 - before))
                    .max(before.next_up())
                    .min(1.0 - 0.5 * f64::EPSILON);
                distribution.quantile(at)
            }
            Kind::Tail(distribution) => {
                let above = (1.0 - u) * self.survival;
                beyond(distribution, above).max(self.elapsed)
            }
        }
    }

    /// Whether every draw is the same.
    pub(super) fn is_constant(&self) -> bool {
        match &self.kind {
            Kind::Cut(sampler) | Kind::Anew(sampler) => sampler.is_constant(),
            Kind::Steps(distribution, _) => {
                distribution.support().1.is_finite() && self.quantile(0.0) == distribution.support().1
            }
            Kind::Tail(_) => false,
        }
    }
}

/// The probability of more than `x`.
fn survival(distribution: &Distribution, x: f64) -> f64 {
    let (low, high) = distribution.support();
    if x < low {
        return 1.0;
    }
    if x >= high {
        return 0.0;
    }
    match distribution {
        Distribution::LogNormal(d) => normal_survival((libm::log(x) - d.mu) / d.sigma),
        Distribution::TruncatedNormal(d) => d.survival(x),
        Distribution::Normal(d) => normal_survival((x - d.mean) / d.deviation),
        Distribution::Gamma(d) => gamma_tails(d.shape, x / d.scale).upper,
        Distribution::Weibull(d) => libm::exp(-libm::pow(x / d.scale, d.shape)),
        Distribution::Exponential(d) => libm::exp(-x / d.mean),
        Distribution::Beta(d) => beta_survival(d, x),
        Distribution::Pert(d) => beta_survival(&d.beta, x),
        Distribution::Triangular(d) if x >= d.mode => {
            (d.high - x) / (d.high - d.low) * ((d.high - x) / (d.high - d.mode))
        }
        Distribution::Poisson(d) => gamma_tails(x.floor() + 1.0, d.mean).lower,
        other => 1.0 - other.cdf(x),
    }
}

fn beta_survival(beta: &Beta, x: f64) -> f64 {
    let width = beta.high - beta.low;
    beta_tails(beta.alpha, beta.beta, (x - beta.low) / width, (beta.high - x) / width).upper
}

/// The value that a draw exceeds with this probability.
fn beyond(distribution: &Distribution, above: f64) -> f64 {
    // From whichever tail is the smaller one.
    let tails = Tails::from_upper(above);
    match distribution {
        Distribution::LogNormal(d) => libm::exp(d.mu - d.sigma * normal_quantile(above)),
        Distribution::Normal(d) => d.mean - d.deviation * normal_quantile(above),
        Distribution::Gamma(d) => d.scale * inverse_gamma(d.shape, tails),
        Distribution::Weibull(d) => d.scale * libm::pow(-libm::log(above), 1.0 / d.shape),
        Distribution::Beta(d) => beta_beyond(d, tails),
        Distribution::Pert(d) => beta_beyond(&d.beta, tails),
        Distribution::Triangular(d) if above * (d.high - d.low) <= d.high - d.mode => {
            d.high - (above * (d.high - d.low) * (d.high - d.mode)).sqrt()
        }
        other => other.quantile(1.0 - above),
    }
}

fn beta_beyond(beta: &Beta, tails: Tails) -> f64 {
    let (x, complement) = inverse_beta(beta.alpha, beta.beta, tails);
    beta.stretch(x, complement)
}
