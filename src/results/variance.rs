//! How much of a result's variance is due to uncertain inputs and how much to events, by pick-freeze.

use serde::{Deserialize, Serialize};

use super::fixed::FixedSum;
use super::types::{Estimate, VarianceSplit};

/// Groups of trials left out in turn for the standard errors.
const GROUPS: usize = 40;
/// Student's t at 97.5 % with 39 degrees of freedom.
const T_QUANTILE: f64 = 2.022_690_920_036_762;

/// Sums over pairs (y, y') that share one factor and have the other drawn anew.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Pairs {
    count: u64,
    /// (y + y') / 2.
    means: FixedSum,
    /// (y^2 + y'^2) / 2.
    squares: FixedSum,
    /// (y - y')^2 / 2.
    half_squared_differences: FixedSum,
}

impl Pairs {
    fn add(&mut self, y: f64, frozen: f64) {
        self.count += 1;
        self.means.add((y + frozen) / 2.0);
        self.squares.add((y * y + frozen * frozen) / 2.0);
        self.half_squared_differences.add((y - frozen) * (y - frozen) / 2.0);
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.means.merge(&other.means);
        self.squares.merge(&other.squares);
        self.half_squared_differences.merge(&other.half_squared_differences);
    }

    /// First-order index; `None` without variance.
    fn index(&self) -> Option<f64> {
        let mean = self.means.mean(self.count);
        let variance = self.squares.mean(self.count) - mean * mean;
        if variance <= 1e-13 * mean * mean {
            return None;
        }
        Some(1.0 - self.half_squared_differences.mean(self.count) / variance)
    }
}

/// Splits the variance of y, a share of demand about [0, 1].
///
/// Each trial gives a triple: y; y with the same inputs and new events; y with the same events and new inputs. The first-order
/// index of what is frozen is Cov(y, y') / Var(y) (Sobol' 1993), estimated as 1 - E[(y - y')^2] / (2 Var y) (Jansen 1999, Computer Physics
/// Communications 117; Saltelli et al. 2010, same journal 181) with mean and variance pooled over y and y': the asymptotically efficient
/// estimator of Janon et al. 2014 (ESAIM: Probability and Statistics 18). Standard errors by the jackknife over 40 groups of trials
/// (trial number modulo 40), intervals by Student's t. Sums are exact, so merging is independent of order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VarianceSplitter {
    inputs: Vec<Pairs>,
    events: Vec<Pairs>,
}

impl Default for VarianceSplitter {
    fn default() -> Self {
        Self {
            inputs: vec![Pairs::default(); GROUPS],
            events: vec![Pairs::default(); GROUPS],
        }
    }
}

impl VarianceSplitter {
    /// Adds one trial's triple.
    pub fn add(&mut self, trial: u64, y: f64, y_same_inputs_new_events: f64, y_same_events_new_inputs: f64) {
        let group = (trial % GROUPS as u64) as usize;
        self.inputs[group].add(y, y_same_inputs_new_events);
        self.events[group].add(y, y_same_events_new_inputs);
    }

    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Self) {
        self.inputs
            .iter_mut()
            .zip(&other.inputs)
            .for_each(|(pairs, added)| pairs.merge(added));
        self.events
            .iter_mut()
            .zip(&other.events)
            .for_each(|(pairs, added)| pairs.merge(added));
    }

    /// Whether it can have seen at most that many trials: what is read from a file may be anything.
    pub fn fits(&self, trials: u64) -> bool {
        let groups = [&self.inputs, &self.events];
        groups
            .iter()
            .all(|groups| groups.len() == GROUPS && groups.iter().all(|pairs| pairs.count <= trials))
    }

    /// The split; `None` when y does not vary or there are fewer than two trials per group.
    pub fn finish(&self) -> Option<VarianceSplit> {
        let inputs = jackknife(&self.inputs)?;
        let events = jackknife(&self.events)?;
        Some(VarianceSplit {
            inputs,
            events,
            interaction: 1.0 - inputs.value - events.value,
        })
    }
}

fn jackknife(groups: &[Pairs]) -> Option<Estimate> {
    if groups.iter().any(|group| group.count < 2) {
        return None;
    }
    let sum_of = |skipped: Option<usize>| {
        let mut sum = Pairs::default();
        groups
            .iter()
            .enumerate()
            .filter(|(number, _)| Some(*number) != skipped)
            .for_each(|(_, group)| sum.merge(group));
        sum.index()
    };
    let value = sum_of(None)?;
    let left_out: Option<Vec<f64>> = (0..groups.len()).map(|skipped| sum_of(Some(skipped))).collect();
    let left_out = left_out?;
    let count = left_out.len() as f64;
    let centre = left_out.iter().sum::<f64>() / count;
    let spread: f64 = left_out.iter().map(|index| (index - centre) * (index - centre)).sum();
    let standard_error = (spread * (count - 1.0) / count).sqrt();
    let reach = T_QUANTILE * standard_error;
    Some(Estimate {
        value,
        standard_error,
        low: (value - reach).max(0.0).min(value),
        high: (value + reach).min(1.0).max(value),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A fixed, well-mixed sequence in [0, 1).
    fn uniform(number: u64) -> f64 {
        let mut bits = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    #[test]
    fn splits_an_additive_model_with_interaction() {
        // y = a + b/2 + a b (centred uniforms a, b): variances 1/12, 1/48, 1/144; shares 12/16, 3/16, 1/16.
        let y = |a: f64, b: f64| (a - 0.5) + (b - 0.5) / 2.0 + (a - 0.5) * (b - 0.5);
        let mut split = VarianceSplitter::default();
        let mut parts = [
            VarianceSplitter::default(),
            VarianceSplitter::default(),
            VarianceSplitter::default(),
        ];
        for trial in 0..40_000 {
            let [a, b, other_a, other_b] = [0, 1, 2, 3].map(|offset| uniform((trial * 4 + offset) * 0x2545_f491));
            let triple = (
                0.5 + y(a, b) / 4.0,
                0.5 + y(a, other_b) / 4.0,
                0.5 + y(other_a, b) / 4.0,
            );
            split.add(trial, triple.0, triple.1, triple.2);
            parts[(trial % 3) as usize].add(trial, triple.0, triple.1, triple.2);
        }
        let found = split.finish().unwrap();
        for (estimate, exact) in [(found.inputs, 0.75), (found.events, 0.1875)] {
            assert!(
                (estimate.value - exact).abs() < 4.0 * estimate.standard_error,
                "{estimate:?} for {exact}"
            );
            assert!(estimate.standard_error < 0.01);
        }
        let [mut merged, second, third] = parts;
        let mut rest = third;
        rest.merge(&second);
        merged.merge(&rest);
        assert_eq!(merged.finish(), Some(found));
        assert_eq!(VarianceSplitter::default().finish(), None);
    }
}
