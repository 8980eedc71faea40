//! The normal distribution conditioned on an interval.
use crate::sampling::special::numeric::integrate;
use crate::sampling::special::{normal_cdf, normal_density, normal_quantile};

/// Below this width, in standard deviations, the log-density is taken as straight: the error is its square.
const NARROW: f64 = 1e-5;

/// Within this distance of the lower bound, over 1 + its own distance from the mean, five terms of a series are exact.
const NEAR: f64 = 1e-3;

/// The payload of [`super::Distribution::TruncatedNormal`], with what its evaluation needs worked out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TruncatedNormal {
    mean: f64,
    deviation: f64,
    low: f64,
    high: f64,
    /// The interval's probability before truncation, beyond its two ends and inside.
    below: f64,
    above: f64,
    inside: f64,
    /// The lower bound in standard deviations from the mean, and `inside` over the standard normal density there.
    start: f64,
    inside_by_density: f64,
    /// The tilt of the density over a narrow interval: f(low + t width) is proportional to exp(tilt t).
    narrow_tilt: Option<f64>,
    own_mean: f64,
    own_deviation: f64,
}

impl TruncatedNormal {
    pub(super) fn new(mean: f64, deviation: f64, low: f64, high: f64) -> Self {
        let a = (low - mean) / deviation;
        let b = (high - mean) / deviation;
        let width = b - a;
        let narrow_tilt = (width < NARROW).then(|| -0.5 * (a + b) * width);
        let below = normal_cdf(a);
        let above = normal_cdf(-b);
        let inside = if a > 0.0 {
            normal_cdf(-a) - above
        } else if b < 0.0 {
            normal_cdf(b) - below
        } else {
            1.0 - below - above
        };
        let (own_mean, own_deviation) = match narrow_tilt {
            Some(_) => (0.5 * (low + high), (high - low) / 12.0_f64.sqrt()),
            None => {
                let (first, second) = standard_moments(a, b);
                (mean + deviation * first, deviation * second)
            }
        };
        Self {
            mean,
            deviation,
            low,
            high,
            below,
            above,
            inside,
            start: a,
            inside_by_density: inside / normal_density(a),
            narrow_tilt,
            own_mean,
            own_deviation,
        }
    }

    pub(super) fn support(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// Mean after the truncation.
    pub(super) fn own_mean(&self) -> f64 {
        self.own_mean
    }

    /// Standard deviation after the truncation.
    pub(super) fn own_deviation(&self) -> f64 {
        self.own_deviation
    }

    /// The inverse cumulative distribution: closed form on the normal quantile, from the end with the smaller tail.
    pub(in crate::sampling) fn quantile(&self, u: f64) -> f64 {
        if let Some(tilt) = self.narrow_tilt {
            let t = if tilt.abs() < 1e-9 {
                u
            } else {
                libm::log1p(u * libm::expm1(tilt)) / tilt
            };
            return (self.low + (self.high - self.low) * t).clamp(self.low, self.high);
        }
        // Close to the lower bound, a series around it: from the normal quantile the distance to the bound would cancel.
        let a = self.start;
        let mass = u * self.inside_by_density;
        if mass * (1.0 + a.abs()) < NEAR {
            let square = a * a;
            let distance = mass
                * (1.0
                    + mass
                        * (a / 2.0
                            + mass
                                * ((2.0 * square + 1.0) / 6.0
                                    + mass
                                        * (a * (6.0 * square + 7.0) / 24.0
                                            + mass * ((24.0 * square + 46.0) * square + 7.0) / 120.0))));
            return (self.low + self.deviation * distance).clamp(self.low, self.high);
        }
        let lower = self.below + u * self.inside;
        let z = if lower <= 0.5 {
            normal_quantile(lower)
        } else {
            -normal_quantile(self.above + (1.0 - u) * self.inside)
        };
        (self.mean + self.deviation * z).clamp(self.low, self.high)
    }

    /// The same, conditioned further on values above `low`, which lies inside.
    pub(in crate::sampling) fn above(&self, low: f64) -> Self {
        Self::new(self.mean, self.deviation, low.max(self.low), self.high)
    }

    /// The probability of more than `x`, exact where it is small.
    pub(in crate::sampling) fn survival(&self, x: f64) -> f64 {
        if self.narrow_tilt.is_some() || self.cdf(x) < 0.5 {
            1.0 - self.cdf(x)
        } else {
            self.above(x).inside / self.inside
        }
    }

    pub(super) fn cdf(&self, x: f64) -> f64 {
        if x <= self.low {
            return 0.0;
        }
        if x >= self.high {
            return 1.0;
        }
        if let Some(tilt) = self.narrow_tilt {
            let t = (x - self.low) / (self.high - self.low);
            return if tilt.abs() < 1e-9 {
                t
            } else {
                libm::expm1(tilt * t) / libm::expm1(tilt)
            };
        }
        let a = self.start;
        let distance = (x - self.low) / self.deviation;
        if distance * (1.0 + a.abs()) < NEAR {
            let square = a * a;
            let mass = distance
                * (1.0
                    - distance
                        * (a / 2.0
                            - distance
                                * ((square - 1.0) / 6.0
                                    - distance
                                        * (a * (square - 3.0) / 24.0
                                            - distance * ((square - 6.0) * square + 3.0) / 120.0))));
            return (mass / self.inside_by_density).clamp(0.0, 1.0);
        }
        let z = (x - self.mean) / self.deviation;
        let lower = normal_cdf(z);
        let p = if lower <= 0.5 {
            (lower - self.below) / self.inside
        } else {
            1.0 - (normal_cdf(-z) - self.above) / self.inside
        };
        p.clamp(0.0, 1.0)
    }
}

/// Mean and standard deviation of a standard normal variable conditioned on `a..b`, by quadrature around its peak (the
/// textbook formula cancels for narrow and for far intervals).
fn standard_moments(a: f64, b: f64) -> (f64, f64) {
    let peak = 0.0_f64.clamp(a, b);
    // Follow the density until it has fallen by a factor e^45.
    let reach = (peak * peak + 90.0).sqrt();
    let from = a.max(-reach) - peak;
    let to = b.min(reach) - peak;
    let density = |t: f64| libm::exp(-t * (peak + 0.5 * t));
    let mass = integrate(from, to, 16, density);
    let offset = integrate(from, to, 16, |t| t * density(t)) / mass;
    let variance = integrate(from, to, 16, |t| (t - offset) * (t - offset) * density(t)) / mass;
    (peak + offset, variance.sqrt())
}
