//! Poisson counts through the incomplete gamma function.
use crate::sampling::special::{gamma_tails, normal_quantile};

/// Probability of at most `x` events; `mean` > 0.
pub fn cdf(mean: f64, x: f64) -> f64 {
    if x < 0.0 {
        return 0.0;
    }
    if x == f64::INFINITY {
        return 1.0;
    }
    gamma_tails(x.floor() + 1.0, mean).upper
}

/// The smallest count whose cumulative probability is `u` or more, for `u` in (0, 1).
///
/// Starts at the Cornish-Fisher value and walks, with doubling steps and then bisection, to the exact count.
pub fn quantile(mean: f64, u: f64) -> f64 {
    let enough = |count: f64| cdf(mean, count) >= u;
    let z = normal_quantile(u);
    let guess = (mean + z * mean.sqrt() + (z * z - 1.0) / 6.0).floor().max(0.0);
    let mut step = 1.0;
    let (mut low, mut high);
    if enough(guess) {
        high = guess;
        loop {
            low = (high - step).max(-1.0);
            if low < 0.0 || !enough(low) {
                break;
            }
            high = low;
            step *= 2.0;
        }
    } else {
        low = guess;
        loop {
            high = low + step;
            if enough(high) {
                break;
            }
            low = high;
            step *= 2.0;
        }
    }
    // The answer is in (low, high].
    while high - low > 1.0 {
        let middle = (0.5 * (low + high)).floor();
        if enough(middle) { high = middle } else { low = middle }
    }
    high
}
