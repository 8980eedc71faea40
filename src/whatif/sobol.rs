//! Variance-based sensitivity indices (Sobol' 1993) from pick-freeze evaluations, whatever was evaluated.
//!
//! With y(A) of one set of draws, y(B) of another and y(AB_i) of the first with factor i from the second (Saltelli et al. 2010, Computer Physics
//! Communications 181, table 2) there are two estimators of each index, and both are right on average:
//!
//! - where a factor matters little: the first-order index as the mean of (y(B) - m)(y(AB_i) - y(A)) / V, their (b), and the total index as the mean of
//!   (y(A) - y(AB_i))^2 / (2 V), after Jansen (1999, Computer Physics Communications 117). Both are 0, without any error, where it does not matter at all;
//! - where it matters much: the same of all other factors together, taken from 1. The first-order index is 1 less the mean of
//!   (y(B) - y(AB_i))^2 / (2 V), Jansen's (c), the total index 1 less the mean of (y(A) - m)(y(AB_i) - y(B)) / V. Both are 1 where nothing else matters.
//!
//! They are mixed by the total index (the first estimate of it), so that each counts where it errs least.
//!
//! Mean m and variance V are those of y(A) and y(B) together, over all trials. Intervals are a Bayesian bootstrap (Rubin 1981, Annals of Statistics 9) over trials: each
//! replicate weighs the trials by independent standard exponential variables.

use rand_distr::{Distribution, Exp1};
use rayon::prelude::*;

use crate::sampling::{Generator, StreamKey};
use crate::study::Estimate;

/// Replicates of the bootstrap.
pub const REPLICATES: u64 = 1_000;

/// What was evaluated, by trial.
#[derive(Debug, Clone)]
pub struct Evaluations {
    /// With the first set of draws.
    pub a: Vec<f64>,
    /// With the second.
    pub b: Vec<f64>,
    /// By factor: with the first set, but for the factor. A factor may have been evaluated in the first trials only.
    pub ab: Vec<Vec<f64>>,
}

/// Indices of every factor, in order. First-order estimates may lie a little below 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Indices {
    /// The share of the variance that is due to the factor alone: what would go if it were known.
    pub first: Vec<Estimate>,
    /// The share that it has any part in: what would be left if all others were known.
    pub total: Vec<Estimate>,
    /// Mean of what was evaluated.
    pub mean: f64,
    /// Its variance.
    pub variance: f64,
}

impl Evaluations {
    /// The indices with 95 % intervals; `None` where nothing varies.
    pub fn indices(&self, seed: u64) -> Option<Indices> {
        let trials = self.a.len().min(self.b.len());
        let equal = vec![1.0; trials];
        let (mean, variance) = self.moments(&equal);
        let is_constant = self.a.iter().chain(&self.b).all(|value| *value == self.a[0]);
        if trials < 2 || is_constant || variance <= 0.0 {
            return None;
        }
        let key = StreamKey::new(seed, "sensitivity.bootstrap");
        let replicates: Vec<Vec<(f64, f64)>> = (0..REPLICATES)
            .into_par_iter()
            .map(|replicate| {
                let mut generator = Generator::new(key, replicate);
                let weights: Vec<f64> = (0..trials).map(|_| Exp1.sample(&mut generator)).collect();
                self.weighted(&weights)
            })
            .collect();
        let values = self.weighted(&equal);
        let of = |get: fn(&(f64, f64)) -> f64| -> Vec<Estimate> {
            let factors = values.iter().enumerate();
            let found = factors.map(|(factor, value)| {
                let spread = replicates.iter().map(|replicate| get(&replicate[factor]));
                estimate(get(value), spread.collect())
            });
            found.collect()
        };
        Some(Indices {
            first: of(|indices| indices.0),
            total: of(|indices| indices.1),
            mean,
            variance,
        })
    }

    /// Mean and variance of both sets of draws.
    fn moments(&self, weights: &[f64]) -> (f64, f64) {
        let all = || weights.iter().zip(self.a.iter().zip(&self.b));
        let weight: f64 = weights.iter().sum();
        let mean = all().map(|(weight, (a, b))| weight * (a + b)).sum::<f64>() / (2.0 * weight);
        let square = |value: f64| (value - mean) * (value - mean);
        let squares: f64 = all().map(|(weight, (a, b))| weight * (square(*a) + square(*b))).sum();
        (mean, squares / (2.0 * weight))
    }

    /// First-order and total index of each factor with weights of the trials.
    fn weighted(&self, weights: &[f64]) -> Vec<(f64, f64)> {
        let (mean, variance) = self.moments(weights);
        let index = |column: &Vec<f64>| {
            let (mut weighed, mut with_b, mut from_b, mut with_a, mut from_a) = (0.0, 0.0, 0.0, 0.0, 0.0);
            let trials = weights.iter().zip(self.a.iter().zip(&self.b)).zip(column);
            for ((weight, (a, b)), value) in trials {
                weighed += weight;
                with_b += weight * (b - mean) * (value - a);
                from_b += weight * (b - value) * (b - value);
                with_a += weight * (a - mean) * (value - b);
                from_a += weight * (a - value) * (a - value);
            }
            let scale = weighed * variance;
            let small = (with_b / scale, from_a / (2.0 * scale));
            let large = (1.0 - from_b / (2.0 * scale), 1.0 - with_a / scale);
            let part = small.1.clamp(0.0, 1.0);
            let mixed = |small: f64, large: f64| (1.0 - part) * small + part * large;
            (mixed(small.0, large.0), mixed(small.1, large.1))
        };
        self.ab.iter().map(index).collect()
    }
}

/// The value with standard deviation and 95 % range of its replicates.
fn estimate(value: f64, mut replicates: Vec<f64>) -> Estimate {
    replicates.sort_by(f64::total_cmp);
    let count = replicates.len() as f64;
    let mean = replicates.iter().sum::<f64>() / count;
    let squares: f64 = replicates.iter().map(|one| (one - mean) * (one - mean)).sum();
    let at = |share: f64| replicates[(share * (count - 1.0)).round() as usize];
    Estimate {
        value,
        standard_error: (squares / (count - 1.0)).sqrt(),
        low: at(0.025).min(value),
        high: at(0.975).max(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A function of independent uniforms, evaluated as a scenario is.
    fn evaluated(seed: u64, trials: u64, factors: usize, y: impl Fn(&[f64]) -> f64) -> Evaluations {
        let keys: Vec<StreamKey> = (0..factors)
            .map(|factor| StreamKey::new(seed, &format!("x{factor}")))
            .collect();
        let draw = |trial: u64| -> Vec<f64> { keys.iter().map(|key| key.uniform(trial, 0)).collect() };
        let mut found = Evaluations {
            a: Vec::new(),
            b: Vec::new(),
            ab: vec![Vec::new(); factors],
        };
        for trial in 0..trials {
            let (a, b) = (draw(trial), draw(trial + (1 << 40)));
            found.a.push(y(&a));
            found.b.push(y(&b));
            for factor in 0..factors {
                let mut mixed = a.clone();
                mixed[factor] = b[factor];
                found.ab[factor].push(y(&mixed));
            }
        }
        found
    }

    fn check(found: &[Estimate], exact: &[f64], widest: f64) {
        for (found, exact) in found.iter().zip(exact) {
            assert!(
                (found.value - exact).abs() <= 4.0 * found.standard_error + 1e-12,
                "{found:?} for {exact}"
            );
            assert!(found.high - found.low < widest, "{found:?} is wider than {widest}");
        }
    }

    /// Ishigami and Homma (1990): sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1 on (-pi, pi).
    #[test]
    fn the_ishigami_function() {
        let found = evaluated(1, 16_384, 3, |x| {
            let x: Vec<f64> = x.iter().map(|x| std::f64::consts::PI * (2.0 * x - 1.0)).collect();
            let (one, two) = (libm::sin(x[0]), libm::sin(x[1]));
            one + 7.0 * two * two + 0.1 * x[2] * x[2] * x[2] * x[2] * one
        });
        let indices = found.indices(42).unwrap();
        check(&indices.first, &[0.3139, 0.4424, 0.0], 0.1);
        check(&indices.total, &[0.5576, 0.4424, 0.2437], 0.1);
        // V = 7^2/8 + 0.1 pi^4/5 + 0.1^2 pi^8/18 + 1/2; the mean is 7/2.
        assert!((indices.variance - 13.8446).abs() < 0.3, "{}", indices.variance);
        assert!((indices.mean - 3.5).abs() < 0.1, "{}", indices.mean);
    }

    /// Sobol's g function, the product of (|4 x - 2| + a) / (1 + a): each factor has V_i = 1 / (3 (1 + a)^2), the product 1 + V = prod (1 + V_i).
    #[test]
    fn the_g_function() {
        let a = [0.0, 1.0, 4.5, 9.0, 99.0];
        let found = evaluated(1, 16_384, a.len(), |x| {
            x.iter()
                .zip(a)
                .map(|(x, a)| ((4.0 * x - 2.0).abs() + a) / (1.0 + a))
                .product()
        });
        let own: Vec<f64> = a.iter().map(|a| 1.0 / (3.0 * (1.0 + a) * (1.0 + a))).collect();
        let all: f64 = own.iter().map(|own| 1.0 + own).product();
        let first: Vec<f64> = own.iter().map(|own| own / (all - 1.0)).collect();
        let total: Vec<f64> = own.iter().map(|own| own * (all / (1.0 + own)) / (all - 1.0)).collect();
        let indices = found.indices(42).unwrap();
        check(&indices.first, &first, 0.1);
        check(&indices.total, &total, 0.1);
    }

    /// Of two hundred intervals some hundred and ninety hold the truth.
    #[test]
    fn intervals_hold_the_truth_as_often_as_they_say() {
        let exact = [0.8, 0.2];
        let mut held = 0;
        for seed in 0..50 {
            let indices = evaluated(seed, 512, 2, |x| 2.0 * x[0] + x[1]).indices(seed).unwrap();
            for found in [&indices.first, &indices.total] {
                let holds = |(found, exact): (&Estimate, &f64)| (found.low..=found.high).contains(exact);
                held += found.iter().zip(&exact).filter(|both| holds(*both)).count();
            }
        }
        assert!((181..=198).contains(&held), "{held} of 200");
    }

    #[test]
    fn what_does_not_vary_has_no_indices() {
        let found = evaluated(1, 64, 2, |_| 3.0);
        assert_eq!(found.indices(42), None);
        // A factor without influence is known to have none.
        let found = evaluated(1, 64, 2, |x| x[0]);
        let indices = found.indices(42).unwrap();
        assert_eq!((indices.first[1].value, indices.first[1].high), (0.0, 0.0));
        assert_eq!(indices.total[1].high, 0.0);
        // One that is all there is accounts for all, as good as exactly.
        for index in [indices.first[0], indices.total[0]] {
            assert!((index.value - 1.0).abs() < 0.02, "{index:?}");
        }
    }

    /// A factor of which enough is known needs no more trials.
    #[test]
    fn factors_may_have_fewer_trials() {
        let y = |x: &[f64]| 2.0 * x[0] + x[1];
        let mut found = evaluated(1, 2_048, 2, y);
        let whole = found.indices(42).unwrap();
        found.ab[1].truncate(256);
        let less = found.indices(42).unwrap();
        assert_eq!((less.first[0], less.total[0]), (whole.first[0], whole.total[0]));
        check(&less.first, &[0.8, 0.2], 0.4);
        check(&less.total, &[0.8, 0.2], 0.4);
        assert!(less.total[1].standard_error > 2.0 * whole.total[1].standard_error);
    }
}
