//! Exact answers by means that share nothing with the program: integrals by Gauss-Legendre quadrature, a list of outcomes with probabilities, and the rule by which a Monte Carlo estimate agrees with an exact value.

/// How many exact standard errors an estimate may lie from the exact value.
const STANDARD_ERRORS: f64 = 4.0;

/// Asserts |found - exact| < 4 x exact standard deviation of one trial / sqrt(trials); `slack` is what the report itself may be off.
pub fn assert_agrees(what: &str, found: f64, exact: f64, deviation: f64, trials: f64, slack: f64) {
    let allowed = STANDARD_ERRORS * deviation / trials.sqrt() + slack + 1e-12 * exact.abs();
    assert!(
        (found - exact).abs() <= allowed,
        "{what}: {found} for {exact}: differs by {:.3e}, allowed are {allowed:.3e}",
        found - exact
    );
}

/// The same for a probability.
pub fn assert_probability(what: &str, found: f64, exact: f64, trials: f64) {
    assert_agrees(
        what,
        found,
        exact,
        (exact * (1.0 - exact)).max(0.0).sqrt(),
        trials,
        1e-12,
    );
}

/// Nodes and weights of Gauss-Legendre quadrature with five points on (-1, 1).
const NODES: [(f64, f64); 5] = [
    (0.0, 128.0 / 225.0),
    (0.538_469_310_105_683_1, 0.478_628_670_499_366_47),
    (-0.538_469_310_105_683_1, 0.478_628_670_499_366_47),
    (0.906_179_845_938_664, 0.236_926_885_056_189_08),
    (-0.906_179_845_938_664, 0.236_926_885_056_189_08),
];

/// The integral of `f` over `from..to` in that many cells.
pub fn integrate(from: f64, to: f64, cells: usize, f: impl Fn(f64) -> f64) -> f64 {
    let width = (to - from) / cells as f64;
    let cell = |number: usize| {
        let middle = from + (number as f64 + 0.5) * width;
        NODES
            .iter()
            .map(|(node, weight)| weight * f(middle + 0.5 * width * node))
            .sum::<f64>()
            * 0.5
            * width
    };
    (0..cells).map(cell).sum()
}

/// ln(n!) as a sum of logarithms.
pub fn ln_factorial(n: usize) -> f64 {
    (2..=n).map(|k| libm::log(k as f64)).sum()
}

/// Probability of `n` under a Poisson distribution.
pub fn poisson(mean: f64, n: usize) -> f64 {
    if mean == 0.0 {
        return f64::from(n == 0);
    }
    libm::exp(n as f64 * libm::log(mean) - mean - ln_factorial(n))
}

/// A finite list of outcomes with probabilities, ascending.
pub struct Outcomes(Vec<(f64, f64)>);

impl Outcomes {
    pub fn new(mut outcomes: Vec<(f64, f64)>) -> Self {
        outcomes.sort_by(|one, other| one.0.total_cmp(&other.0));
        let total: f64 = outcomes.iter().map(|(_, probability)| probability).sum();
        assert!((total - 1.0).abs() < 1e-9, "probabilities sum to {total}");
        Outcomes(outcomes)
    }

    /// Mean of a function of the outcome.
    pub fn expectation(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.0.iter().map(|(value, probability)| probability * f(*value)).sum()
    }

    pub fn mean(&self) -> f64 {
        self.expectation(|value| value)
    }

    pub fn deviation(&self) -> f64 {
        let mean = self.mean();
        self.expectation(|value| (value - mean) * (value - mean))
            .max(0.0)
            .sqrt()
    }

    /// Standard deviation of the influence of one trial on the estimated standard deviation.
    pub fn influence_on_deviation(&self) -> f64 {
        let (mean, deviation) = (self.mean(), self.deviation());
        let fourth = self.expectation(|value| libm::pow(value - mean, 4.0));
        (fourth - libm::pow(deviation, 4.0)).max(0.0).sqrt() / (2.0 * deviation)
    }

    /// P(outcome > threshold), both in percent: a billionth of the whole more does not count, as in the program.
    pub fn exceedance(&self, threshold: f64) -> f64 {
        self.expectation(|value| f64::from(value > threshold + 1e-7))
    }

    /// The smallest outcome with at least that probability at or below it.
    pub fn quantile(&self, level: f64) -> f64 {
        let mut below = 0.0;
        for (value, probability) in &self.0 {
            below += probability;
            if below >= level {
                return *value;
            }
        }
        self.0.last().map_or(f64::NAN, |(value, _)| *value)
    }

    /// Coherent mean of the worst `1 - level`, and the standard deviation of one trial's influence on it.
    pub fn tail(&self, level: f64) -> (f64, f64) {
        let at_risk = self.quantile(level);
        let excess = self.expectation(|value| (value - at_risk).max(0.0));
        let square = self.expectation(|value| (value - at_risk).max(0.0) * (value - at_risk).max(0.0));
        (
            at_risk + excess / (1.0 - level),
            (square - excess * excess).max(0.0).sqrt() / (1.0 - level),
        )
    }
}
