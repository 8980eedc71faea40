//! How a sweep ([`crate::whatif::sweep`]) is shown: a table, one JSON document, and words for the terminal.

pub mod csv;
pub mod json;
pub mod words;

use super::replay_command::quoted;
use crate::results::statistic::Statistic;
use crate::whatif::sweep::{Axis, Point, Sweep};

/// Names of the files that a sweep writes beside charts.
pub const NAMES: [&str; 3] = ["sweep.csv", "crossings.csv", "sweep.json"];

/// Every `key=value` of a point, those of the sweep as a whole first.
fn set<'a>(sweep: &'a Sweep, point: &'a Point) -> impl Iterator<Item = &'a String> {
    sweep.results.run.manifest.set.iter().chain(&point.set)
}

/// The options of `critmin run` that give a point, as a shell takes them.
fn options(sweep: &Sweep, point: &Point) -> String {
    option_words(sweep, point).join(" ")
}

/// The same, each option with its value.
fn option_words(sweep: &Sweep, point: &Point) -> Vec<String> {
    let manifest = &sweep.results.run.manifest;
    let mut words: Vec<String> = set(sweep, point)
        .map(|change| format!("--set {}", quoted(change)))
        .collect();
    words.push(format!("--seed {} --trials {}", manifest.seed, manifest.trials));
    words.push(format!(
        "--policy {}",
        quoted(sweep.policy.as_deref().unwrap_or("baseline"))
    ));
    words
}

/// What differences are from.
fn reference(sweep: &Sweep) -> &'static str {
    match (sweep.from_first, &sweep.policy) {
        (true, _) => "the first point",
        (false, None) => "the scenario as it is",
        (false, Some(_)) => "the scenario as it is under the policy",
    }
}

/// A value of a key as words say it: its date, or so many digits.
pub(super) fn said(axis: &Axis, value: f64, digits: usize) -> String {
    axis.date(value)
        .unwrap_or_else(|| super::number::significant(value, digits))
}

/// What the statistic is called in a sentence.
pub fn called(statistic: Statistic) -> String {
    match statistic {
        Statistic::ExpectedShortfallPct => "expected shortfall".to_owned(),
        Statistic::UnmetAfterAdaptationPct => "expected shortfall after substitution and thrift".to_owned(),
        Statistic::ExpectedShortfall => "expected shortfall in quantity".to_owned(),
        Statistic::Cvar95Pct => "CVaR 95 (mean of the worst 5 % of trials)".to_owned(),
        Statistic::ProbGt10 => "probability of lacking more than 10 %".to_owned(),
        Statistic::ProbAny => "probability of any shortfall".to_owned(),
        Statistic::ExpectedMonthsShort => "expected time short".to_owned(),
        Statistic::ExposedValueMusd => "value added exposed".to_owned(),
        other => format!("`{}`", other.name()),
    }
}

/// The last part of a key that tells it from others: the country of a share, else the key's last two parts.
pub(super) fn short_key(key: &str) -> String {
    let parts: Vec<&str> = key.split('.').collect();
    match parts[..] {
        ["shares", _, "by_country", country] => format!("share of {country}"),
        [.., before, last] => format!("{before}.{last}"),
        _ => key.to_owned(),
    }
}
