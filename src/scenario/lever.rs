//! `lever`: ranges of numbers that are fixed in the scenario, for sensitivity analysis.

use super::address::{Action, Override, Overrides};
use super::codes::Code;
use super::data_files::DataFiles;
use super::diagnostics::Problem;
use super::document::Document;
use super::frame;
use super::names::tables;
use super::source::{Sources, Span};
use super::tree::{Node, Table};
use super::values::{Problems, show};

/// A range of a number of the scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Lever {
    /// Its key, as `--set` takes it.
    pub key: String,
    /// Display name (the key when none is given).
    pub name: String,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Distance between two values of a slider, where the author gives one.
    pub step: Option<f64>,
}

impl Document {
    /// The levers, in the order of the file.
    pub fn levers(&self) -> Vec<Lever> {
        let (top, _) = self.resolve(None);
        let number = |table: &Table, key: &str| table.get(key).and_then(Node::number);
        let read = tables(&top, "lever").filter_map(|(table, _)| {
            let key = table.text("key")?.trim().to_owned();
            Some(Lever {
                name: table.text("name").unwrap_or(&key).to_owned(),
                low: number(table, "low")?,
                high: number(table, "high")?,
                step: number(table, "step"),
                key,
            })
        });
        read.collect()
    }
}

/// Which end of a lever's range.
const ENDS: [&str; 2] = ["low", "high"];

/// A step that leads nowhere.
fn wrong_step(lever: &Table) -> Option<Problem> {
    let [low, high, step] = ["low", "high", "step"].map(|key| lever.get(key));
    let (from, to, length) = (low?.number()?, high?.number()?, step?.number()?);
    (length > to - from && from < to).then(|| {
        let message = format!("the step {} is longer than the range", show(length));
        Problem::error(
            Code::OutOfRange,
            step.map_or_else(Span::default, |node| node.span),
            message,
            "not above `high` less `low`",
        )
    })
}

/// Reports levers whose key leads to no number, and ranges that are none or that the key does not allow.
///
/// `problems` is what a check finds wrong with a tree without levers.
pub(crate) fn check(
    top: &Table,
    files: &DataFiles,
    sources: &Sources,
    problems: impl Fn(&Table) -> Vec<Problem>,
    out: &mut Problems,
) {
    let mut plain = top.clone();
    if plain.remove("lever").is_none() {
        return;
    }
    let mut set = [plain.clone(), plain];
    let mut keys: Vec<(Span, &str, [Span; 2])> = Vec::new();
    for (lever, _) in tables(top, "lever") {
        if let Some(problem) = wrong_step(lever) {
            out.push(problem);
        }
        let (Some(node), [Some(low), Some(high)]) = (lever.get("key"), ENDS.map(|end| lever.get(end))) else {
            continue;
        };
        let (Some(key), Some(from), Some(to)) = (node.text().map(str::trim), low.number(), high.number()) else {
            continue;
        };
        if from >= to {
            let message = format!(
                "the range of `{key}` has no length: it goes from {} to {}",
                show(from),
                show(to)
            );
            let problem = Problem::error(Code::NoInterval, high.span, message, "not above `low`");
            out.push(problem.related(low.span, "begins here"));
        }
        if frame::refusal(top, key, node.span).is_some() {
            let message = format!("a lever cannot move `{key}`");
            let why = "the two ends of a range are compared on the same draws, over the same time, for the same materials and places";
            out.push(Problem::error(Code::PolicyFrame, node.span, message, why).hint(format!(
                "to see what it does to all figures, run with --set {key}=VALUE"
            )));
            continue;
        }
        let mut is_good = true;
        for (top, value) in set.iter_mut().zip([low, high]) {
            let mut overrides = Overrides {
                files,
                sources,
                touched: Vec::new(),
            };
            let change = Override {
                key: key.to_owned(),
                key_span: node.span,
                action: Action::Set(value.clone()),
            };
            if let Err(problem) = overrides.apply(top, &change) {
                if is_good {
                    out.push(problem);
                }
                is_good = false;
            }
        }
        if is_good {
            keys.push((node.span, key, [low.span, high.span]));
        }
    }
    let found = set.map(|top| problems(&top));
    for (key_span, key, ends) in keys {
        let of = |end: usize| {
            found[end]
                .iter()
                .filter(move |problem| problem.is_error() && problem.span == ends[end])
        };
        // Where a number cannot stand at all, that is a mistake of the key.
        let is_type = |problem: &&Problem| problem.code == Code::WrongType || problem.code == Code::UnknownName;
        if of(0).chain(of(1)).any(|problem| is_type(&problem)) {
            let message = format!("the lever's key `{key}` does not lead to a number");
            let problem = Problem::error(Code::NotSettable, key_span, message, "no number stands here");
            out.push(
                problem.hint("e.g. supply.ID.capacity, event.ID.arrival.per_year, stockpile.MATERIAL.COUNTRY.days"),
            );
            continue;
        }
        of(0).chain(of(1)).for_each(|problem| out.push(problem.clone()));
    }
}
