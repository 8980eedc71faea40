//! `robustness.csv`: one row an alternative and policy.

use super::super::number::estimate_cells;
use std::io::Write;

use super::super::compare::csv::word;
use super::super::sheet::{STAMP, Sheet, Stamp};
use super::{named, policy_name};
use crate::whatif::robustness::{Flip, Robustness};

const COLUMNS: [&str; 19] = [
    "alternative",
    "is_as_written",
    "policy",
    "material",
    "country",
    "statistic",
    "value",
    "value_se",
    "value_low",
    "value_high",
    "change",
    "change_se",
    "change_low",
    "change_high",
    "rank",
    "direction",
    "flips",
    "alternative_trials",
    "policy_name",
];

/// `robustness.csv`.
pub fn standings(found: &Robustness, to: impl Write) -> Result<(), csv::Error> {
    let mut sheet = Sheet::new(to, COLUMNS.into_iter().chain(STAMP))?;
    let Some(run) = named(found) else {
        return sheet.finish().map(drop);
    };
    let stamp = Stamp::of(&run.manifest);
    let (material, place) = run
        .policies
        .first()
        .map(|policy| policy.headline.clone())
        .unwrap_or_default();
    for setting in &found.settings {
        for standing in &setting.standings {
            sheet.text(setting.alternative.id())?;
            sheet.plain(if setting.is_the_same { "true" } else { "false" })?;
            sheet.texts([standing.policy.as_str(), &material, &place, found.measure.name()])?;
            for part in estimate_cells(Some(&standing.value)) {
                sheet.plain(&part)?;
            }
            for part in estimate_cells(standing.change.as_ref().map(|change| &change.estimate)) {
                sheet.plain(&part)?;
            }
            let is_policy = standing.rank > 0;
            sheet.plain(&if is_policy {
                standing.rank.to_string()
            } else {
                String::new()
            })?;
            sheet.plain(if is_policy { word(standing.direction()) } else { "" })?;
            sheet.plain(flipped(found, setting.alternative.id(), &standing.policy))?;
            sheet.plain(&setting.trials().to_string())?;
            sheet.text(policy_name(run, &standing.policy))?;
            sheet.end_with(&stamp)?;
        }
    }
    sheet.finish().map(drop)
}

/// What does not stand of a policy under an alternative.
pub(super) fn flipped(found: &Robustness, alternative: &str, id: &str) -> &'static str {
    let of = |flip: &Flip| match flip {
        Flip::Best {
            alternative: under,
            policy,
            ..
        } if under.id() == alternative && policy == id => Some("best"),
        Flip::NoHelp {
            alternative: under,
            policy,
        } if under.id() == alternative && policy == id => Some("no help"),
        Flip::Helps {
            alternative: under,
            policy,
        } if under.id() == alternative && policy == id => Some("helps"),
        _ => None,
    };
    found.flips.iter().find_map(of).unwrap_or("")
}
