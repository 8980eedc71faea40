//! Monte Carlo errors of means and probabilities.

use super::fixed::Moments;
use super::types::Estimate;

/// The standard normal's 97.5 % quantile: half-width of a 95 % interval in standard errors.
pub const Z95: f64 = 1.959_963_984_540_054;

/// Where a quantity may lie; its intervals are cut there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Smallest possible value.
    pub low: f64,
    /// Largest possible value.
    pub high: f64,
}

impl Bounds {
    /// A quantity that is never negative.
    pub const NON_NEGATIVE: Self = Self {
        low: 0.0,
        high: f64::INFINITY,
    };
    /// A percentage of demand.
    pub const PERCENT: Self = Self { low: 0.0, high: 100.0 };
    /// A difference: anything.
    pub const ANY: Self = Self {
        low: f64::NEG_INFINITY,
        high: f64::INFINITY,
    };
}

/// A value with a symmetric normal interval, value +- 1.96 standard errors, cut at the bounds.
pub fn normal_estimate(value: f64, standard_error: Option<f64>, bounds: Bounds) -> Estimate {
    symmetric_estimate(value, standard_error, Z95, bounds)
}

/// A value with a symmetric interval, value +- so many standard errors, cut at the bounds.
///
/// The standard error is NaN (null in JSON, empty in CSV) when it is not known, with fewer than two trials; the interval is then
/// the value itself.
pub fn symmetric_estimate(value: f64, standard_error: Option<f64>, reach: f64, bounds: Bounds) -> Estimate {
    match standard_error {
        None => Estimate {
            value,
            standard_error: f64::NAN,
            low: value,
            high: value,
        },
        Some(standard_error) => Estimate {
            value,
            standard_error,
            low: (value - reach * standard_error).max(bounds.low).min(value),
            high: (value + reach * standard_error).min(bounds.high).max(value),
        },
    }
}

/// Mean of a quantity over `count` values times `scale`, with standard error sd / sqrt(count).
pub fn mean_estimate(moments: &Moments, count: u64, scale: f64, bounds: Bounds) -> Estimate {
    let standard_error = moments
        .variance(count)
        .map(|variance| (variance / count as f64).sqrt() * scale.abs());
    normal_estimate(moments.mean(count) * scale, standard_error, bounds)
}

/// Standard error of a standard deviation from independent trials, from variance and fourth central moment m4: sqrt((m4 - sd^4) / n) / (2 sd), the delta
/// method on the sample variance.
pub fn deviation_error(variance: f64, fourth: f64, count: u64) -> f64 {
    if variance > 0.0 {
        ((fourth - variance * variance).max(0.0) / count as f64).sqrt() / (2.0 * variance.sqrt())
    } else {
        0.0
    }
}

/// Probability from `hits` of `trials`: binomial standard error and Wilson's score interval at 95 %.
///
/// Wilson (1927), J. Am. Stat. Assoc. 22: centre (p + z^2/2n) / (1 + z^2/n), half-width
/// z sqrt(p(1-p)/n + z^2/4n^2) / (1 + z^2/n). Unlike p +- 1.96 se it stays honest at 0 and 1 hits.
pub fn probability_estimate(hits: u64, trials: u64) -> Estimate {
    if trials == 0 {
        return Estimate {
            value: 0.0,
            standard_error: f64::NAN,
            low: 0.0,
            high: 1.0,
        };
    }
    let n = trials as f64;
    let p = hits as f64 / n;
    wilson_estimate(p, n, Z95, (p * (1.0 - p) / n).sqrt())
}

/// Wilson's interval of a probability for `n` independent trials, `reach` standard errors wide to each side, beside the standard error that is stated.
pub fn wilson_estimate(p: f64, n: f64, reach: f64, standard_error: f64) -> Estimate {
    let square = reach * reach;
    let shrink = 1.0 + square / n;
    let centre = (p + square / (2.0 * n)) / shrink;
    let half = reach * (p * (1.0 - p) / n + square / (4.0 * n * n)).sqrt() / shrink;
    let low = if p <= 0.0 { 0.0 } else { (centre - half).max(0.0) };
    let high = if p >= 1.0 { 1.0 } else { (centre + half).min(1.0) };
    Estimate {
        value: p,
        standard_error,
        low,
        high,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_known_numbers() {
        // 15 of 148: Newcombe (1998), Statistics in Medicine 17, table I, method 3: 0.0624 to 0.1605.
        let estimate = probability_estimate(15, 148);
        assert!((estimate.low - 0.0624).abs() < 5e-5, "{estimate:?}");
        assert!((estimate.high - 0.1605).abs() < 5e-5, "{estimate:?}");
        // 0 of 20: 0 to 0.1611; 29 of 29: 0.8830 to 1 (same table).
        let none = probability_estimate(0, 20);
        assert_eq!(none.low, 0.0);
        assert!((none.high - 0.1611).abs() < 5e-5, "{none:?}");
        let all = probability_estimate(29, 29);
        assert!((all.low - 0.8830).abs() < 5e-5, "{all:?}");
        assert_eq!(all.high, 1.0);
    }

    #[test]
    fn error_of_the_deviation_of_a_coin() {
        // p = 0.2: sd 0.4, m4 = p q (1 - 3 p q) = 0.0832; error sqrt((0.0832 - 0.0256) / n) / 0.8.
        assert!((deviation_error(0.16, 0.0832, 10_000) - 0.003).abs() < 1e-15);
        assert_eq!(deviation_error(0.0, 0.0, 10), 0.0);
    }

    #[test]
    fn one_trial_has_no_error() {
        let mut moments = Moments::default();
        moments.add(0.5);
        let estimate = mean_estimate(&moments, 1, 100.0, Bounds::PERCENT);
        assert_eq!((estimate.value, estimate.low, estimate.high), (50.0, 50.0, 50.0));
        assert!(estimate.standard_error.is_nan());
    }
}
