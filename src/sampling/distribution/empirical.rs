//! A weighted list of values.

/// The values of a [`super::Distribution::Empirical`], ascending and distinct, with their probabilities.
#[derive(Clone, Debug, PartialEq)]
pub struct Empirical {
    values: Vec<f64>,
    /// Probability of a draw at or below the value; the last one is exactly 1.
    cumulative: Vec<f64>,
    probabilities: Vec<f64>,
}

impl Empirical {
    /// `values` must be finite and not empty, `weights` of the same length with a positive sum.
    pub(in crate::sampling) fn new(values: &[f64], weights: Option<&[f64]>) -> Self {
        let mut pairs: Vec<(f64, f64)> = values
            .iter()
            .enumerate()
            .map(|(index, &value)| (value + 0.0, weights.map_or(1.0, |weights| weights[index])))
            .filter(|&(_, weight)| weight > 0.0)
            .collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let total: f64 = pairs.iter().map(|pair| pair.1).sum();
        let mut distinct: Vec<(f64, f64)> = Vec::with_capacity(pairs.len());
        for (value, weight) in pairs {
            match distinct.last_mut() {
                Some(last) if last.0 == value => last.1 += weight,
                _ => distinct.push((value, weight)),
            }
        }
        let mut running = 0.0;
        let mut cumulative: Vec<f64> = distinct
            .iter()
            .map(|pair| {
                running += pair.1;
                (running / total).min(1.0)
            })
            .collect();
        if let Some(last) = cumulative.last_mut() {
            *last = 1.0;
        }
        Self {
            values: distinct.iter().map(|pair| pair.0).collect(),
            cumulative,
            probabilities: distinct.iter().map(|pair| pair.1 / total).collect(),
        }
    }

    /// The distinct values, ascending.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The probability of each value; they sum to 1.
    #[must_use]
    pub fn probabilities(&self) -> &[f64] {
        &self.probabilities
    }

    pub(in crate::sampling) fn cumulative(&self) -> &[f64] {
        &self.cumulative
    }

    pub(super) fn support(&self) -> (f64, f64) {
        (self.values[0], self.values[self.values.len() - 1])
    }

    /// The smallest value whose cumulative probability is `u` or more.
    pub(in crate::sampling) fn quantile(&self, u: f64) -> f64 {
        let index = self.cumulative.partition_point(|&cumulative| cumulative < u);
        self.values[index.min(self.values.len() - 1)]
    }

    pub(super) fn cdf(&self, x: f64) -> f64 {
        match self.values.partition_point(|&value| value <= x) {
            0 => 0.0,
            count => self.cumulative[count - 1],
        }
    }

    pub(super) fn mean(&self) -> f64 {
        self.values
            .iter()
            .zip(&self.probabilities)
            .map(|(value, probability)| value * probability)
            .sum()
    }

    pub(super) fn standard_deviation(&self) -> f64 {
        let mean = self.mean();
        let squares = self.values.iter().zip(&self.probabilities);
        squares
            .map(|(value, probability)| (value - mean) * (value - mean) * probability)
            .sum::<f64>()
            .sqrt()
    }
}
