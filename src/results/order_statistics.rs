//! Ranks: which of the sorted trials is a quantile, and between which two it lies with 95 % confidence.

/// A level of a quantile in thousandths, so that ranks are whole-number arithmetic: 950 is 95 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level(pub u32);

/// Expected trials beyond a level for which a quantile or tail mean counts as supported.
pub const SUPPORT_TRIALS: u64 = 10;

impl Level {
    /// The level as a probability.
    pub fn probability(self) -> f64 {
        f64::from(self.0) / 1000.0
    }

    /// Rank from 1 of the quantile in `trials` sorted ascending: the smallest value v with P(X <= v) >= level.
    pub fn rank(self, trials: u64) -> u64 {
        let rank = (u128::from(trials) * u128::from(self.0)).div_ceil(1000);
        (rank as u64).clamp(1, trials.max(1))
    }

    /// Whether at least [`SUPPORT_TRIALS`] trials are expected beyond the level, on its nearer side.
    pub fn supported(self, trials: u64) -> bool {
        let beyond = u128::from(self.0.min(1000 - self.0)) * u128::from(trials);
        beyond >= u128::from(SUPPORT_TRIALS) * 1000
    }
}

/// Ranks of a quantile and of its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuantileRanks {
    /// Rank of the quantile.
    pub rank: u64,
    /// Rank of the interval's lower end.
    pub low: u64,
    /// Rank of the interval's upper end.
    pub high: u64,
}

impl QuantileRanks {
    /// The distribution-free interval: the number of trials at or below the true quantile is binomial(trials, level), so the
    /// interval runs from the largest rank l with P(B <= l - 1) <= 2.5 % to the smallest rank u with P(B <= u - 1) >= 97.5 %
    /// (David and Nagaraja, Order Statistics, section 7.1). Ranks outside the trials are cut to the first and last; that can
    /// happen only where [`Level::supported`] is false.
    pub fn new(level: Level, trials: u64) -> Self {
        let rank = level.rank(trials);
        if trials == 0 {
            return Self { rank, low: 1, high: 1 };
        }
        let p = level.probability();
        let n = trials as f64;
        let sd = (n * p * (1.0 - p)).sqrt();
        let first = libm::floor(n * p - 12.0 * sd - 12.0).max(0.0) as u64;
        let mut mass = libm::exp(log_binomial(first, trials, p));
        let mut below = 0.0;
        let (mut low, mut high) = (1, trials);
        // `below` is P(B <= k - 1) while k counts up.
        for k in first..=trials {
            if below <= 0.025 {
                low = k.max(1);
            }
            if below >= 0.975 {
                high = k;
                break;
            }
            below += mass;
            mass *= (trials - k) as f64 / (k + 1) as f64 * (p / (1.0 - p));
        }
        let high = high.clamp(1, trials);
        Self {
            rank,
            low: low.min(rank),
            high: high.max(rank),
        }
    }
}

/// ln P(B = k) for B binomial(n, p).
fn log_binomial(k: u64, n: u64, p: f64) -> f64 {
    let ln_factorial = |count: u64| libm::lgamma(count as f64 + 1.0);
    ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k) + k as f64 * libm::log(p) + (n - k) as f64 * libm::log1p(-p)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_whole_number_arithmetic() {
        assert_eq!(Level(950).rank(20_000), 19_000);
        assert_eq!(Level(950).rank(100), 95);
        assert_eq!(Level(950).rank(10), 10);
        assert_eq!(Level(500).rank(1), 1);
        assert_eq!(Level(50).rank(3), 1);
    }

    #[test]
    fn support_needs_ten_beyond() {
        assert!(Level(950).supported(200));
        assert!(!Level(950).supported(199));
        assert!(Level(50).supported(200));
        assert!(!Level(50).supported(199));
        assert!(Level(990).supported(1000));
        assert!(!Level(990).supported(999));
    }

    #[test]
    fn median_interval_of_tables() {
        // Standard table of the sign test: n = 10: 2nd to 9th; 20: 6th to 15th; 50: 18th to 33rd; 100: 40th to 61st.
        for (trials, low, high) in [(10, 2, 9), (20, 6, 15), (50, 18, 33), (100, 40, 61)] {
            let ranks = QuantileRanks::new(Level(500), trials);
            assert_eq!((ranks.low, ranks.high), (low, high), "{trials} trials");
        }
    }

    #[test]
    fn supported_intervals_lie_within_the_trials() {
        // n = 200, p = 0.95: P(B <= 183) = 0.0238..., P(B <= 195) = 0.9736..., P(B <= 196) = 0.9910...
        let ranks = QuantileRanks::new(Level(950), 200);
        assert_eq!((ranks.rank, ranks.high), (190, 197));
        assert!((183..=184).contains(&ranks.low), "{ranks:?}");
        let many = QuantileRanks::new(Level(990), 10_000_000);
        assert_eq!(many.rank, 9_900_000);
        // 1.96 sqrt(n p q) = 616.7.
        assert!((many.low as f64 - (9_900_000.0 - 616.7)).abs() < 3.0, "{many:?}");
        assert!((many.high as f64 - (9_900_000.0 + 616.7)).abs() < 3.0, "{many:?}");
        let few = QuantileRanks::new(Level(990), 5);
        assert_eq!((few.rank, few.high), (5, 5));
    }
}
