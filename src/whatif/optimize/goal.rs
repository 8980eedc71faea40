//! What is to be low.

use crate::study::{Statistic, Variant};

/// A goal, always of the headline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Goal {
    /// Mean of the worst 5 % of trials.
    #[default]
    Cvar95,
    /// Expected shortfall; what substitution and thrift leave of it where that is the headline.
    Expected,
    /// Probability that more than a tenth of demand is short.
    ProbGt10,
}

/// What part of trials the tail is.
const TAIL: f64 = 0.05;
/// The shortfall, in %, whose probability counts.
const THRESHOLD_PCT: f64 = 10.0;
/// Shortfalls above the threshold by less, relatively, are rounding.
const FORGIVEN: f64 = 1e-8;

impl Goal {
    /// All, with the names that options give them.
    pub const ALL: [(&'static str, Goal); 3] = [
        ("cvar95", Goal::Cvar95),
        ("expected", Goal::Expected),
        ("prob_gt_10", Goal::ProbGt10),
    ];

    /// The statistic that it is.
    pub fn statistic(self, baseline: &Variant) -> Statistic {
        match self {
            Goal::Cvar95 => Statistic::Cvar95Pct,
            Goal::ProbGt10 => Statistic::ProbGt10,
            Goal::Expected => baseline.headline_statistic(),
        }
    }

    /// The goal of trials' shortfalls in %.
    pub(super) fn of(self, shortfall_pct: &[f64]) -> f64 {
        let by_trial = self.by_trial(shortfall_pct);
        let mean = by_trial.iter().sum::<f64>() / by_trial.len().max(1) as f64;
        match self {
            Goal::Cvar95 => value_at_risk(shortfall_pct) + mean,
            Goal::Expected | Goal::ProbGt10 => mean,
        }
    }

    /// By trial, the quantity whose mean the goal is; of a tail, what lies beyond its beginning, over its size (Rockafellar and Uryasev 2000).
    pub(super) fn by_trial(self, shortfall_pct: &[f64]) -> Vec<f64> {
        let values = shortfall_pct.iter();
        match self {
            Goal::Expected => values.copied().collect(),
            Goal::ProbGt10 => values
                .map(|value| f64::from(*value > THRESHOLD_PCT * (1.0 + FORGIVEN)))
                .collect(),
            Goal::Cvar95 => {
                let begin = value_at_risk(shortfall_pct);
                values.map(|value| (value - begin).max(0.0) / TAIL).collect()
            }
        }
    }
}

fn value_at_risk(shortfall_pct: &[f64]) -> f64 {
    let mut sorted = shortfall_pct.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = libm::ceil((1.0 - TAIL) * sorted.len() as f64) as usize;
    sorted.get(at.saturating_sub(1)).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_of_a_hundred_trials_are_known() {
        let trials: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(Goal::Expected.of(&trials), 50.5);
        assert_eq!(Goal::ProbGt10.of(&trials), 0.9);
        // The worst five: 96 to 100.
        assert!((Goal::Cvar95.of(&trials) - 98.0).abs() < 1e-9);
    }
}
