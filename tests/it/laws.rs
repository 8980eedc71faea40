//! Distributions by their densities alone, for tests of draws.

use crate::exact::integrate;

/// A continuous distribution by a density in a variable in which it is smooth: x itself, ln x, or ln((x - low) / (high - x)).
pub struct Law {
    scale: Scale,
    /// Density in that variable, up to a factor.
    density: Box<dyn Fn(f64) -> f64>,
    /// The range of that variable outside of which there is less than rounding.
    range: (f64, f64),
}

#[derive(Clone, Copy)]
enum Scale {
    Plain,
    Logarithm,
    Logit { low: f64, high: f64 },
}

impl Scale {
    fn inner(self, x: f64) -> f64 {
        match self {
            Scale::Plain => x,
            Scale::Logarithm => libm::log(x),
            Scale::Logit { low, high } => libm::log((x - low) / (high - x)),
        }
    }

    fn outer(self, t: f64) -> f64 {
        match self {
            Scale::Plain => t,
            Scale::Logarithm => libm::exp(t),
            Scale::Logit { low, high } => low + (high - low) / (1.0 + libm::exp(-t)),
        }
    }
}

impl Law {
    /// A density of x on an interval, without singular points.
    pub fn plain(low: f64, high: f64, density: impl Fn(f64) -> f64 + 'static) -> Self {
        Law {
            scale: Scale::Plain,
            density: Box::new(density),
            range: (low, high),
        }
    }

    /// exp(-((x - mean) / sd)^2 / 2) between the bounds.
    pub fn normal(mean: f64, sd: f64, low: f64, high: f64) -> Self {
        let range = (low.max(mean - 12.0 * sd), high.min(mean + 12.0 * sd));
        Law::plain(range.0, range.1, move |x| {
            let z = (x - mean) / sd;
            libm::exp(-0.5 * z * z)
        })
    }

    /// ln x is normal.
    pub fn lognormal(mu: f64, sigma: f64) -> Self {
        Law {
            scale: Scale::Logarithm,
            ..Law::normal(mu, sigma, f64::NEG_INFINITY, f64::INFINITY)
        }
    }

    /// x^(shape - 1) exp(-x / scale), and one x more for the step to ln x.
    pub fn gamma(shape: f64, scale: f64) -> Self {
        Law {
            scale: Scale::Logarithm,
            density: Box::new(move |t| {
                libm::exp(shape * (t - libm::log(scale * shape)) - libm::exp(t) / scale + shape)
            }),
            range: (
                libm::log(scale) - 40.0 / shape,
                libm::log(scale * (shape + 60.0 + 12.0 * shape.sqrt())),
            ),
        }
    }

    /// (x - low)^(alpha - 1) (high - x)^(beta - 1), and both factors once more for the step to the logit.
    pub fn beta(alpha: f64, beta: f64, low: f64, high: f64) -> Self {
        let most = alpha / (alpha + beta);
        Law {
            scale: Scale::Logit { low, high },
            density: Box::new(move |t| {
                let (share, rest) = (1.0 / (1.0 + libm::exp(-t)), 1.0 / (1.0 + libm::exp(t)));
                libm::exp(alpha * libm::log(share / most) + beta * libm::log(rest / (1.0 - most)))
            }),
            range: (-40.0 / alpha, 40.0 / beta),
        }
    }

    /// At each of some ascending values: the probability up to it, and the mean of x where it is below it (the partial expectation). With
    /// the mean as the last item.
    pub fn at(&self, ascending: &[f64]) -> (Vec<[f64; 2]>, f64) {
        let (low, high) = self.range;
        let both = |from: f64, to: f64, cells: usize| {
            [
                integrate(from, to, cells, &self.density),
                integrate(from, to, cells, |t| self.scale.outer(t) * (self.density)(t)),
            ]
        };
        let mut found = Vec::with_capacity(ascending.len());
        let (mut sums, mut before) = ([0.0; 2], low);
        for (number, &x) in ascending.iter().enumerate() {
            let t = self.scale.inner(x).clamp(low, high);
            // Gaps inside the sample are narrow; the first may be long.
            let cells = if number == 0 {
                4000
            } else {
                1 + ((t - before) / (high - low) * 4000.0) as usize
            };
            let part = both(before, t, cells);
            sums = [sums[0] + part[0], sums[1] + part[1]];
            found.push(sums);
            before = t;
        }
        let rest = both(before, high, 4000);
        let (total, moment) = (sums[0] + rest[0], sums[1] + rest[1]);
        for each in &mut found {
            *each = [each[0] / total, each[1] / total];
        }
        (found, moment / total)
    }
}

/// The law of a PERT distribution: a beta distribution whose exponents weigh the mode four times.
pub fn pert(low: f64, mode: f64, high: f64) -> Law {
    let width = high - low;
    Law::beta(
        1.0 + 4.0 * (mode - low) / width,
        1.0 + 4.0 * (high - mode) / width,
        low,
        high,
    )
}

/// Exponents of a beta distribution on `low..high` from its mean and standard deviation.
pub fn beta_of(mean: f64, sd: f64, low: f64, high: f64) -> Law {
    let (centre, spread) = ((mean - low) / (high - low), sd / (high - low));
    let sum = centre * (1.0 - centre) / (spread * spread) - 1.0;
    Law::beta(centre * sum, (1.0 - centre) * sum, low, high)
}

/// Mean and standard deviation of the logarithm of a lognormal from its own.
pub fn lognormal_of(mean: f64, sd: f64) -> Law {
    let variance = libm::log1p(sd * sd / (mean * mean));
    Law::lognormal(libm::log(mean) - 0.5 * variance, variance.sqrt())
}

/// The 90 % quantile of the standard normal, to which a lognormal's 90th percentile belongs.
pub const Z90: f64 = 1.281_551_565_544_600_4;

/// Distribution function of a triangle.
pub fn triangular(low: f64, mode: f64, high: f64) -> impl Fn(f64) -> f64 {
    move |x| {
        if x < mode {
            (x - low) * (x - low) / ((high - low) * (mode - low))
        } else {
            1.0 - (high - x) * (high - x) / ((high - low) * (high - mode))
        }
    }
}

/// Distribution function of a Weibull distribution.
pub fn weibull(shape: f64, scale: f64) -> impl Fn(f64) -> f64 {
    move |x| -libm::expm1(-libm::pow(x / scale, shape))
}
