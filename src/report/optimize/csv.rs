//! `optimize.csv`: one row a mix that was tried; `last_dollar.csv`: one row a step from the best mix.

use std::io::Write;

use super::super::number::{estimate_cells, optional, six_digits};
use super::super::sheet::{STAMP, Sheet, Stamp};
use super::{change_of, goal_of};
use crate::whatif::optimize::{Optimum, Tried};

type Written = Result<(), csv::Error>;

const MIXES: [&str; 20] = [
    "mix",
    "policies",
    "cost",
    "statistic",
    "goal",
    "trials",
    "goal_se",
    "goal_low",
    "goal_high",
    "change",
    "change_se",
    "change_low",
    "change_high",
    "is_on_frontier",
    "is_best",
    "is_within_budget",
    "is_within_cap",
    "largest_share",
    "largest_share_material",
    "largest_share_country",
];
const STEPS: [&str; 11] = [
    "policy",
    "from_size",
    "to_size",
    "step",
    "cost",
    "statistic",
    "change",
    "change_se",
    "change_low",
    "change_high",
    "lowers_per_million_usd",
];

/// `optimize.csv`.
pub fn mixes(found: &Optimum, to: impl Write) -> Written {
    let mut sheet = Sheet::new(to, MIXES.into_iter().chain(STAMP))?;
    let stamp = Stamp::of(&found.results.run.manifest);
    for (number, tried) in found.tried.iter().enumerate() {
        let Tried {
            name,
            policies,
            cost,
            goal,
            trials,
            largest_share,
            ..
        } = tried;
        sheet.text(name)?;
        sheet.plain(&policies.len().to_string())?;
        sheet.plain(&six_digits(*cost))?;
        sheet.text(found.statistic.name())?;
        sheet.plain(&six_digits(*goal))?;
        sheet.plain(&trials.to_string())?;
        for part in &estimate_cells(goal_of(found, tried).as_ref())[1..] {
            sheet.plain(part)?;
        }
        for part in estimate_cells(change_of(found, tried).map(|change| change.estimate).as_ref()) {
            sheet.plain(&part)?;
        }
        for truth in [
            tried.is_on_frontier,
            found.best == Some(number),
            tried.is_within_budget,
            tried.is_within_cap,
        ] {
            sheet.plain(if truth { "true" } else { "false" })?;
        }
        let largest = largest_share.as_ref();
        sheet.plain(&optional(largest.map(|(_, _, share)| *share)))?;
        sheet.texts([
            largest.map_or("", |(material, ..)| material),
            largest.map_or("", |(_, country, _)| country),
        ])?;
        sheet.end_with(&stamp)?;
    }
    sheet.finish().map(drop)
}

/// `last_dollar.csv`.
pub fn steps(found: &Optimum, to: impl Write) -> Written {
    let mut sheet = Sheet::new(to, STEPS.into_iter().chain(STAMP))?;
    let stamp = Stamp::of(&found.results.run.manifest);
    for step in &found.last_dollar {
        sheet.text(&step.policy)?;
        for size in [step.from, step.to] {
            sheet.plain(&optional(size.flatten()))?;
        }
        sheet.text(match (step.from, step.to) {
            (_, None) => "out",
            (None, _) => "in",
            _ => "size",
        })?;
        sheet.plain(&six_digits(step.cost))?;
        sheet.text(found.statistic.name())?;
        for part in estimate_cells(Some(&step.goal.estimate)) {
            sheet.plain(&part)?;
        }
        sheet.plain(&optional(step.lowers_per_million()))?;
        sheet.end_with(&stamp)?;
    }
    sheet.finish().map(drop)
}
