//! Draws in proportion to length: the repair that a visit at a random time falls into.
use super::distribution::{Distribution, DistributionError, Empirical, Gamma, LogNormal};
use super::sampler::Sampler;
use super::special::numeric::integrate;

/// Octaves of probability followed to each end, and cells in each.
const OCTAVES: i32 = 30;
const CELLS: usize = 32;
/// Octaves beyond this one, whose draws are one in ten thousand, have fewer cells.
const BODY: i32 = 14;
const TAIL_CELLS: usize = 8;

/// A length-biased draw X* of a positive distribution: density x f(x) / mean.
///
/// In the steady state of a renewal process the interval around a given time is X*, its residual life is u X* with an
/// independent uniform u, and so is its age (Cox, "Renewal Theory", 1962, chapter 5).
///
/// X* = Q(L^-1(u)), with Q the quantile function and L(p) = (1 / mean) times the integral of Q from 0 to p, the Lorenz curve.
/// Where X* is of a known family (fixed, lognormal, gamma, exponential, Weibull, beta and PERT from 0, Poisson,
/// empirical, uniform) its quantile function is used; otherwise L is tabulated once by Gauss-Legendre quadrature and inverted by
/// Newton's method in a cubic Hermite cell (about 1e-8 relative).
#[derive(Clone, Debug)]
pub struct LengthBiased {
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Same(Sampler),
    /// 1 + a Poisson count.
    Successor(Sampler),
    /// sqrt(low^2 + u (high^2 - low^2)).
    Uniform {
        low: f64,
        high: f64,
    },
    /// scale * G^(1 / shape) with G gamma.
    Weibull {
        gamma: Sampler,
        inverse_shape: f64,
        scale: f64,
    },
    Lorenz(Box<LorenzTable>),
}

impl LengthBiased {
    /// The length-biased form of `distribution`.
    ///
    /// # Errors
    /// A distribution that takes negative values, or is 0 always.
    pub fn new(distribution: &Distribution) -> Result<Self, DistributionError> {
        check(distribution)?;
        let same = |distribution: &Distribution| Kind::Same(Sampler::new(distribution));
        let kind = match distribution {
            Distribution::Fixed(_) => same(distribution),
            Distribution::Uniform(d) => Kind::Uniform {
                low: d.low,
                high: d.high,
            },
            Distribution::LogNormal(d) => same(&Distribution::LogNormal(LogNormal {
                mu: d.mu + d.sigma * d.sigma,
                ..*d
            })),
            Distribution::Gamma(d) => same(&Distribution::Gamma(Gamma {
                shape: d.shape + 1.0,
                ..*d
            })),
            Distribution::Exponential(d) => same(&Distribution::Gamma(Gamma {
                shape: 2.0,
                scale: d.mean,
            })),
            Distribution::Weibull(d) => Kind::Weibull {
                gamma: Sampler::new(&Distribution::Gamma(Gamma {
                    shape: 1.0 + 1.0 / d.shape,
                    scale: 1.0,
                })),
                inverse_shape: 1.0 / d.shape,
                scale: d.scale,
            },
            Distribution::Poisson(_) => Kind::Successor(Sampler::new(distribution)),
            Distribution::Empirical(d) => {
                let weights: Vec<f64> = d.values().iter().zip(d.probabilities()).map(|(v, p)| v * p).collect();
                same(&Distribution::Empirical(Empirical::new(d.values(), Some(&weights))))
            }
            Distribution::Beta(d) if d.low == 0.0 => {
                let mut biased = *d;
                biased.alpha += 1.0;
                same(&Distribution::Beta(biased))
            }
            Distribution::Pert(d) if d.beta.low == 0.0 => {
                let mut biased = d.beta;
                biased.alpha += 1.0;
                same(&Distribution::Beta(biased))
            }
            other => return Self::by_lorenz_curve(other),
        };
        Ok(Self { kind })
    }

    /// The same by numeric inversion of the Lorenz curve, whatever the (continuous) family: the check on the closed forms.
    pub(super) fn by_lorenz_curve(distribution: &Distribution) -> Result<Self, DistributionError> {
        check(distribution)?;
        Ok(Self {
            kind: Kind::Lorenz(Box::new(LorenzTable::new(distribution))),
        })
    }

    /// The draw at the uniform `u` in (0, 1), in the units of the distribution.
    #[must_use]
    pub fn sample(&self, u: f64) -> f64 {
        match &self.kind {
            Kind::Same(sampler) => sampler.quantile(u),
            Kind::Successor(sampler) => 1.0 + sampler.quantile(u),
            Kind::Uniform { low, high } => (low * low + u * (high - low) * (high + low)).sqrt().clamp(*low, *high),
            Kind::Weibull {
                gamma,
                inverse_shape,
                scale,
            } => scale * libm::pow(gamma.quantile(u), *inverse_shape),
            Kind::Lorenz(table) => table.sample(u),
        }
    }
}

fn check(distribution: &Distribution) -> Result<(), DistributionError> {
    let family = distribution.family();
    let low = distribution.support().0;
    if low < 0.0 {
        let message = format!("a length-biased draw needs values of 0 or more, but they go down to {low}");
        return Err(DistributionError::new(family, "low", message));
    }
    if distribution.mean() <= 0.0 {
        let message = "a length-biased draw needs a mean greater than 0".to_owned();
        return Err(DistributionError::new(family, "mean", message));
    }
    Ok(())
}

/// A Lorenz curve on a grid of probabilities, dense towards 0 and 1.
#[derive(Clone, Debug)]
struct LorenzTable {
    sampler: Sampler,
    probabilities: Vec<f64>,
    curve: Vec<f64>,
    /// Q / mean at the nodes: the curve's slope.
    slopes: Vec<f64>,
}

impl LorenzTable {
    fn new(distribution: &Distribution) -> Self {
        let sampler = Sampler::new(distribution);
        let mut lower = vec![0.0];
        for octave in (1..=OCTAVES).rev() {
            let low = libm::ldexp(1.0, -octave - 1);
            let cells = if octave <= BODY { CELLS } else { TAIL_CELLS };
            lower.extend((0..cells).map(|cell| low + low * cell as f64 / cells as f64));
        }
        let mut probabilities = lower.clone();
        probabilities.push(0.5);
        probabilities.extend(lower.iter().rev().map(|p| 1.0 - p));
        if let Distribution::Triangular(d) = distribution {
            let kink = distribution.cdf(d.mode);
            if !probabilities.contains(&kink) {
                probabilities.push(kink);
                probabilities.sort_by(f64::total_cmp);
            }
        }
        let mut running = 0.0;
        let mut curve = vec![0.0];
        for pair in probabilities.windows(2) {
            running += integrate(pair[0], pair[1], 1, |p| sampler.quantile(p));
            curve.push(running);
        }
        for value in &mut curve {
            *value /= running;
        }
        // The end slopes may be infinite; the largest uniform stands for 1.
        let slopes = probabilities
            .iter()
            .map(|&p| sampler.quantile(p.min(1.0 - f64::EPSILON * 0.5)) / running)
            .collect();
        Self {
            sampler,
            probabilities,
            curve,
            slopes,
        }
    }

    fn sample(&self, u: f64) -> f64 {
        let last = self.curve.len() - 1;
        let cell = self.curve.partition_point(|&value| value <= u).clamp(1, last) - 1;
        let width = self.probabilities[cell + 1] - self.probabilities[cell];
        let rise = self.curve[cell + 1] - self.curve[cell];
        let target = u - self.curve[cell];
        let (from, to) = (self.slopes[cell] * width, self.slopes[cell + 1] * width);
        // Hermite cubic from 0 to rise: c1 t + c2 t^2 + c3 t^3.
        let (c1, c2, c3) = (from, 3.0 * rise - 2.0 * from - to, from + to - 2.0 * rise);
        let mut t = if rise > 0.0 {
            (target / rise).clamp(0.0, 1.0)
        } else {
            0.5
        };
        for _ in 0..5 {
            let value = ((c3 * t + c2) * t + c1) * t - target;
            let slope = (3.0 * c3 * t + 2.0 * c2) * t + c1;
            if slope > 0.0 {
                t = (t - value / slope).clamp(0.0, 1.0);
            }
        }
        let p = self.probabilities[cell] + t * width;
        self.sampler
            .quantile(p.clamp(f64::MIN_POSITIVE, 1.0 - f64::EPSILON * 0.5))
    }
}
