//! The checked constructors: every way a scenario may write a distribution.
use super::check::{Check, Checked, LARGEST_SHAPE, SMALLEST_SHAPE};
use super::{
    Beta, Distribution, Empirical, Exponential, Fixed, Gamma, LogNormal, Normal, Pert, Poisson, Triangular,
    TruncatedNormal, Uniform, Weibull,
};
use crate::sampling::special::normal_quantile;

/// Largest mean of a Poisson count.
const LARGEST_COUNT: f64 = 1e9;

impl Distribution {
    /// Always `value`.
    ///
    /// # Errors
    /// `value` not finite.
    pub fn fixed(value: f64) -> Checked {
        Check("fixed").finite("value", value)?;
        Ok(Self::Fixed(Fixed { value }))
    }

    /// Equally likely anywhere between `low` and `high`.
    ///
    /// # Errors
    /// A bound not finite, or `low` greater than `high`.
    pub fn uniform(low: f64, high: f64) -> Checked {
        Check("uniform").ordered(low, high)?;
        if low == high {
            return Self::fixed(low);
        }
        Ok(Self::Uniform(Uniform { low, high }))
    }

    /// Triangular density over `low..high` with its peak at `mode`.
    ///
    /// # Errors
    /// A parameter not finite, or not `low <= mode <= high`.
    pub fn triangular(low: f64, mode: f64, high: f64) -> Checked {
        let check = Check("triangular");
        check.ordered(low, high)?;
        check.mode(low, mode, high)?;
        if low == high {
            return Self::fixed(low);
        }
        Ok(Self::Triangular(Triangular { low, mode, high }))
    }

    /// PERT: a beta distribution over `low..high` with its peak at `mode` and mean
    /// `(low + lambda mode + high) / (lambda + 2)`; the usual `lambda` is 4.
    ///
    /// # Errors
    /// A parameter not finite, not `low <= mode <= high`, or `lambda` negative or beyond 1e12.
    pub fn pert(low: f64, mode: f64, high: f64, lambda: f64) -> Checked {
        let check = Check("pert");
        check.ordered(low, high)?;
        check.mode(low, mode, high)?;
        if !(0.0..=LARGEST_SHAPE).contains(&lambda) {
            return check.error(
                "lambda",
                format!("lambda must be between 0 and 1e12 (4 is usual), not {lambda}"),
            );
        }
        if low == high {
            return Self::fixed(low);
        }
        let width = high - low;
        let alpha = 1.0 + lambda * ((mode - low) / width);
        let beta = 1.0 + lambda * ((high - mode) / width);
        Ok(Self::Pert(Pert {
            mode,
            lambda,
            beta: Beta { alpha, beta, low, high },
        }))
    }

    /// Normal distribution with mean `mean` and standard deviation `sd`.
    ///
    /// # Errors
    /// A parameter not finite, or `sd` negative.
    pub fn normal(mean: f64, sd: f64) -> Checked {
        let check = Check("normal");
        check.finite("mean", mean)?;
        check.not_negative("sd", sd)?;
        if sd == 0.0 {
            return Self::fixed(mean);
        }
        Ok(Self::Normal(Normal { mean, deviation: sd }))
    }

    /// Normal distribution conditioned on `low..high` (either may be infinite). `mean` and `sd` are those before the
    /// truncation.
    ///
    /// # Errors
    /// `mean` or `sd` not finite, `sd` negative, `low` not less than `high`, or the interval so far in the tail (more
    /// than 30 standard deviations from the mean) that it holds no probability worth the name.
    pub fn truncated_normal(mean: f64, sd: f64, low: f64, high: f64) -> Checked {
        let check = Check("normal");
        check.finite("mean", mean)?;
        check.not_negative("sd", sd)?;
        if low.is_nan() || high.is_nan() || low >= high || low == f64::INFINITY || high == f64::NEG_INFINITY {
            return check.error("low", format!("low ({low}) must be less than high ({high})"));
        }
        if sd == 0.0 && (low..=high).contains(&mean) {
            return Self::fixed(mean);
        }
        let reach = 30.0 * sd;
        if mean + reach < low || mean - reach > high {
            let parameter = if mean < low { "low" } else { "high" };
            return check.error(
                parameter,
                format!("the interval from low ({low}) to high ({high}) must come within 30 standard deviations (sd {sd}) of the mean ({mean})"),
            );
        }
        if low == f64::NEG_INFINITY && high == f64::INFINITY {
            return Self::normal(mean, sd);
        }
        Ok(Self::TruncatedNormal(TruncatedNormal::new(mean, sd, low, high)))
    }

    /// Lognormal distribution whose logarithm has mean `mu` and standard deviation `sigma`.
    ///
    /// # Errors
    /// A parameter not finite, `sigma` negative, or moments too large for f64.
    pub fn lognormal(mu: f64, sigma: f64) -> Checked {
        let check = Check("lognormal");
        check.finite("mu", mu)?;
        check.not_negative("sigma", sigma)?;
        lognormal("sigma", mu, sigma)
    }

    /// Lognormal distribution by its median and the `sigma` of its logarithm.
    ///
    /// # Errors
    /// `median` not positive, `sigma` negative, or moments too large for f64.
    pub fn lognormal_from_median_sigma(median: f64, sigma: f64) -> Checked {
        let check = Check("lognormal");
        check.positive("median", median)?;
        check.not_negative("sigma", sigma)?;
        lognormal("sigma", libm::log(median), sigma)
    }

    /// Lognormal distribution by its median and its 90th percentile.
    ///
    /// # Errors
    /// `median` not positive, `p90` less than the median, or moments too large for f64.
    pub fn lognormal_from_median_p90(median: f64, p90: f64) -> Checked {
        let check = Check("lognormal");
        check.positive("median", median)?;
        if !p90.is_finite() || p90 < median {
            return check.error(
                "p90",
                format!("p90 must not be less than the median ({median}), not {p90}"),
            );
        }
        lognormal("p90", libm::log(median), libm::log(p90 / median) / normal_quantile(0.9))
    }

    /// Lognormal distribution by its own mean and standard deviation.
    ///
    /// # Errors
    /// `mean` not positive, `sd` negative, or not finite.
    pub fn lognormal_from_mean_sd(mean: f64, sd: f64) -> Checked {
        let check = Check("lognormal");
        check.positive("mean", mean)?;
        check.not_negative("sd", sd)?;
        let ratio = sd / mean;
        let variance = libm::log1p(ratio * ratio);
        lognormal("sd", libm::log(mean) - 0.5 * variance, variance.sqrt())
    }

    /// Beta distribution with shapes `alpha` and `beta`, stretched from (0, 1) to `low..high`.
    ///
    /// # Errors
    /// A shape outside 0.001..1e12, a bound not finite, or `low` greater than `high`.
    pub fn beta(alpha: f64, beta: f64, low: f64, high: f64) -> Checked {
        let check = Check("beta");
        check.shape("alpha", alpha)?;
        check.shape("beta", beta)?;
        check.ordered(low, high)?;
        if low == high {
            return Self::fixed(low);
        }
        Ok(Self::Beta(Beta { alpha, beta, low, high }))
    }

    /// Beta distribution on `low..high` by its own mean and standard deviation (in the units of the bounds).
    ///
    /// # Errors
    /// A bound not finite or out of order, `mean` not strictly between them, or `sd` negative, too large for such a mean,
    /// or too small to represent.
    pub fn beta_from_mean_sd(mean: f64, sd: f64, low: f64, high: f64) -> Checked {
        let check = Check("beta");
        check.ordered(low, high)?;
        check.finite("mean", mean)?;
        check.not_negative("sd", sd)?;
        if sd == 0.0 && (low..=high).contains(&mean) {
            return Self::fixed(mean);
        }
        if mean <= low || mean >= high {
            return check.error(
                "mean",
                format!("mean must lie strictly between low ({low}) and high ({high}), not {mean}"),
            );
        }
        let width = high - low;
        let centre = (mean - low) / width;
        let remainder = (high - mean) / width;
        let spread = sd / width;
        let total = centre * remainder / (spread * spread) - 1.0;
        let (alpha, beta) = (centre * total, remainder * total);
        if total.is_nan() || alpha < SMALLEST_SHAPE || beta < SMALLEST_SHAPE {
            let limit = width * (centre * remainder).sqrt();
            return check.error(
                "sd",
                format!("sd must be well below {limit} for a mean of {mean}, not {sd}"),
            );
        }
        if alpha > LARGEST_SHAPE || beta > LARGEST_SHAPE {
            return check.error(
                "sd",
                format!("sd must be 0 or at least a millionth of the range, not {sd}"),
            );
        }
        Ok(Self::Beta(Beta { alpha, beta, low, high }))
    }

    /// Gamma distribution with this shape and scale (its mean is `shape * scale`).
    ///
    /// # Errors
    /// `shape` outside 0.001..1e12 or `scale` not positive, or moments too large for f64.
    pub fn gamma(shape: f64, scale: f64) -> Checked {
        let check = Check("gamma");
        check.shape("shape", shape)?;
        check.positive("scale", scale)?;
        check.moments("scale", Self::Gamma(Gamma { shape, scale }))
    }

    /// Gamma distribution by its own mean and standard deviation.
    ///
    /// # Errors
    /// `mean` not positive, `sd` negative, or a ratio of the two beyond what the shape allows (about 1e-6 to 30).
    pub fn gamma_from_mean_sd(mean: f64, sd: f64) -> Checked {
        let check = Check("gamma");
        check.positive("mean", mean)?;
        check.not_negative("sd", sd)?;
        if sd == 0.0 {
            return Self::fixed(mean);
        }
        let ratio = mean / sd;
        let shape = ratio * ratio;
        if !(SMALLEST_SHAPE..=LARGEST_SHAPE).contains(&shape) {
            return check.error(
                "sd",
                format!("sd must be 0 or between a millionth of the mean ({mean}) and 31 times it, not {sd}"),
            );
        }
        check.moments(
            "sd",
            Self::Gamma(Gamma {
                shape,
                scale: mean / shape,
            }),
        )
    }

    /// Weibull distribution with this shape and scale (its 63.2nd percentile is the scale).
    ///
    /// # Errors
    /// A parameter not positive, or moments too large for f64.
    pub fn weibull(shape: f64, scale: f64) -> Checked {
        let check = Check("weibull");
        check.positive("shape", shape)?;
        check.positive("scale", scale)?;
        check.moments("shape", Self::Weibull(Weibull { shape, scale }))
    }

    /// Exponential distribution with this mean.
    ///
    /// # Errors
    /// `mean` not positive.
    pub fn exponential(mean: f64) -> Checked {
        Check("exponential").positive("mean", mean)?;
        Ok(Self::Exponential(Exponential { mean }))
    }

    /// Exponential distribution with this rate: its mean is `1 / rate`.
    ///
    /// # Errors
    /// `rate` not positive.
    pub fn exponential_from_rate(rate: f64) -> Checked {
        let check = Check("exponential");
        check.positive("rate", rate)?;
        check.moments("rate", Self::Exponential(Exponential { mean: 1.0 / rate }))
    }

    /// Poisson count with this mean.
    ///
    /// # Errors
    /// `mean` negative or above 1e9.
    pub fn poisson(mean: f64) -> Checked {
        if !(0.0..=LARGEST_COUNT).contains(&mean) {
            return Check("poisson").error("mean", format!("mean must be between 0 and 1e9, not {mean}"));
        }
        if mean == 0.0 {
            return Self::fixed(0.0);
        }
        Ok(Self::Poisson(Poisson { mean }))
    }

    /// One of `values`, each as likely as its weight says (all alike when `weights` is `None`). Order is of no matter.
    ///
    /// # Errors
    /// No values, a value not finite, as many weights as values not given, a weight negative, or all weights 0.
    pub fn empirical(values: &[f64], weights: Option<&[f64]>) -> Checked {
        let check = Check("empirical");
        if values.is_empty() {
            return check.error("values", "values must list at least one number".to_owned());
        }
        if let Some(value) = values.iter().find(|value| !value.is_finite()) {
            return check.error("values", format!("values must be finite numbers, not {value}"));
        }
        if let Some(weights) = weights {
            if weights.len() != values.len() {
                let (given, needed) = (weights.len(), values.len());
                return check.error(
                    "weights",
                    format!("weights must have one entry per value ({needed}), not {given}"),
                );
            }
            if let Some(weight) = weights.iter().find(|weight| !weight.is_finite() || **weight < 0.0) {
                return check.error("weights", format!("weights must be 0 or more, not {weight}"));
            }
            let total: f64 = weights.iter().sum();
            if total <= 0.0 || !total.is_finite() {
                return check.error(
                    "weights",
                    format!("weights must have a positive, finite sum, not {total}"),
                );
            }
        }
        let empirical = Empirical::new(values, weights);
        let (low, high) = empirical.support();
        if low == high {
            return Self::fixed(low);
        }
        check.moments("values", Self::Empirical(empirical))
    }
}

fn lognormal(parameter: &'static str, mu: f64, sigma: f64) -> Checked {
    if sigma == 0.0 {
        return Distribution::fixed(libm::exp(mu));
    }
    Check("lognormal").moments(parameter, Distribution::LogNormal(LogNormal { mu, sigma }))
}
