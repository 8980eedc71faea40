//! How an optimisation ([`crate::whatif::optimize`]) is shown: tables, one JSON document, and words for the terminal.

pub mod csv;
pub mod json;
pub mod words;

use crate::results::statistic::{Statistic, Unit};
use crate::results::types::Estimate;
use crate::study::Difference;
use crate::whatif::optimize::{Optimum, Tried};

/// Names of the files that an optimisation writes beside charts.
pub const NAMES: [&str; 3] = ["optimize.csv", "last_dollar.csv", "optimize.json"];

/// What the goal is shown in: its unit, and what its figures are multiplied by for it.
pub(super) fn shown_unit(statistic: Statistic) -> (&'static str, f64) {
    match statistic.unit() {
        Unit::Probability => ("%", 100.0),
        other => (other.label(), 1.0),
    }
}

/// The goal of a mix with its error, where it was given all trials and everything was recorded.
pub(super) fn goal_of(found: &Optimum, tried: &Tried) -> Option<Estimate> {
    let policies = found.results.run.policies.iter();
    let mut own = policies.filter(|policy| policy.policy == tried.name);
    let policy = own.next()?;
    let (material, place) = &policy.headline;
    found.statistic.of(policy.row((material, place))?).estimate()
}

/// The same less the baseline's.
pub(super) fn change_of(found: &Optimum, tried: &Tried) -> Option<Difference> {
    let (material, place) = &found.results.run.policies.first()?.headline;
    found
        .results
        .difference(&tried.name, (material, place), found.statistic)
}

/// A policy's name, with its size where it has several.
pub(super) fn named(found: &Optimum, id: &str, size: Option<f64>) -> String {
    let name = found.names.get(id).map_or(id, String::as_str);
    match size {
        Some(size) => {
            let unit = found
                .size_units
                .get(id)
                .map_or_else(String::new, |unit| format!(" {unit}"));
            format!("{name} at {}{unit}", super::number::significant(size, 4))
        }
        None => name.to_owned(),
    }
}

/// The policies of a mix by name.
pub(super) fn names_of(found: &Optimum, tried: &Tried) -> Vec<String> {
    let policies = tried.policies.iter();
    policies.map(|(id, size)| named(found, id, *size)).collect()
}
