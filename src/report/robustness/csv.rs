//! `robustness.csv`: one row an alternative and policy.

use super::super::columns;
use super::super::compare::csv::word;
use super::super::sheet::{Sheet, Stamp, Target, name, unit_of};
use super::{named, policy_name};
use crate::whatif::robustness::{Flip, Robustness};

/// `robustness.csv`.
pub fn standings(found: &Robustness, to: impl Target) -> Result<(), csv::Error> {
    let mut sheet = Sheet::new(to, &columns::robustness())?;
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
            sheet.truth(setting.is_the_same)?;
            sheet.texts([standing.policy.as_str(), &material, &place, found.measure.name()])?;
            sheet.estimate(Some(&standing.value))?;
            sheet.estimate(standing.change.as_ref().map(|change| &change.estimate))?;
            let is_policy = standing.rank > 0;
            sheet.optional_whole(is_policy.then_some(standing.rank as u64))?;
            sheet.plain(if is_policy { word(standing.direction()) } else { "" })?;
            sheet.plain(flipped(found, setting.alternative.id(), &standing.policy))?;
            sheet.whole(setting.trials())?;
            sheet.text(policy_name(run, &standing.policy))?;
            sheet.text(unit_of(run, &material, found.measure))?;
            sheet.texts([name(&run.materials, &material), name(&run.places, &place)])?;
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
