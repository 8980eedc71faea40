//! How a comparison ([`crate::whatif::compare`]) is shown: tables, one JSON document, and words for the terminal.

pub mod csv;
pub mod json;
pub mod words;
mod worth;

use crate::results::types::{Estimate, PolicyResults, RunResults};
use crate::whatif::compare::{Comparison, Effect};

/// Names of the tables that a comparison writes.
pub const NAMES: [&str; 4] = ["compare.csv", "pairs.csv", super::band::NAME, "compare.json"];

/// The variant's results.
fn policy<'a>(run: &'a RunResults, id: &str) -> Option<&'a PolicyResults> {
    run.policies.iter().find(|policy| policy.policy == id)
}

/// The effects at one place, in the order of the variants.
fn at<'a>(comparison: &'a Comparison, material: &str, country: &str) -> Vec<&'a Effect> {
    let effects = comparison.effects.iter();
    let here = effects.filter(|effect| effect.material == material && effect.country == country);
    here.collect()
}

/// What a statistic is in the baseline or a variant.
fn value(run: &RunResults, id: &str, effect: &Effect, statistic: crate::results::statistic::Statistic) -> Option<f64> {
    let rows = policy(run, id)?.summary.iter();
    let mut here = rows.filter(|row| row.material == effect.material && row.country == effect.country);
    let row = here.find(|row| row.sector == crate::results::ALL_SECTORS)?;
    statistic.of(row).value()
}

/// Half the width of an interval, where the error is known.
fn half_width(estimate: &Estimate) -> Option<f64> {
    (!estimate.standard_error.is_nan()).then_some((estimate.high - estimate.low) / 2.0)
}
