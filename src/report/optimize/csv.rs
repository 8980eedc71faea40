//! `optimize.csv`: one row a mix that was tried; `last_dollar.csv`: one row a step from the best mix.

use super::super::columns;
use super::super::sheet::{Sheet, Stamp, Target, name, unit_of};
use super::{change_of, goal_of};
use crate::results::types::RunResults;
use crate::whatif::optimize::{Optimum, Tried};

type Written = Result<(), csv::Error>;

/// Material and place of the headline.
fn headline(run: &RunResults) -> (&str, &str) {
    let baseline = run.policies.first();
    baseline.map_or(("", ""), |baseline| (&baseline.headline.0, &baseline.headline.1))
}

/// `optimize.csv`.
pub fn mixes(found: &Optimum, to: impl Target) -> Written {
    let mut sheet = Sheet::new(to, &columns::optimize())?;
    let run = &found.results.run;
    let stamp = Stamp::of(&run.manifest);
    let (material, place) = headline(run);
    for (number, tried) in found.tried.iter().enumerate() {
        let Tried {
            name: mix,
            policies,
            cost,
            goal,
            trials,
            largest_share,
            ..
        } = tried;
        sheet.text(mix)?;
        sheet.whole(policies.len() as u64)?;
        sheet.number(*cost)?;
        sheet.text(found.statistic.name())?;
        sheet.number(*goal)?;
        sheet.whole(*trials)?;
        sheet.error(goal_of(found, tried).as_ref())?;
        sheet.estimate(change_of(found, tried).map(|change| change.estimate).as_ref())?;
        for truth in [
            tried.is_on_frontier,
            found.best == Some(number),
            tried.is_within_budget,
            tried.is_within_cap,
        ] {
            sheet.truth(truth)?;
        }
        let largest = largest_share.as_ref();
        sheet.optional(largest.map(|(_, _, share)| *share))?;
        sheet.texts([
            largest.map_or("", |(material, ..)| material),
            largest.map_or("", |(_, country, _)| country),
        ])?;
        sheet.texts([unit_of(run, material, found.statistic), material, place])?;
        sheet.texts([name(&run.materials, material), name(&run.places, place)])?;
        sheet.texts([
            largest.map_or("", |(material, ..)| name(&run.materials, material)),
            largest.map_or("", |(_, country, _)| name(&run.places, country)),
        ])?;
        sheet.end_with(&stamp)?;
    }
    sheet.finish().map(drop)
}

/// `last_dollar.csv`.
pub fn steps(found: &Optimum, to: impl Target) -> Written {
    let mut sheet = Sheet::new(to, &columns::last_dollar())?;
    let run = &found.results.run;
    let stamp = Stamp::of(&run.manifest);
    for step in &found.last_dollar {
        sheet.text(&step.policy)?;
        for size in [step.from, step.to] {
            sheet.optional(size.flatten())?;
        }
        sheet.text(match (step.from, step.to) {
            (_, None) => "out",
            (None, _) => "in",
            _ => "size",
        })?;
        sheet.number(step.cost)?;
        sheet.text(found.statistic.name())?;
        sheet.estimate(Some(&step.goal.estimate))?;
        sheet.optional(step.lowers_per_million())?;
        sheet.text(unit_of(run, headline(run).0, found.statistic))?;
        sheet.text(found.names.get(&step.policy).unwrap_or(&step.policy))?;
        sheet.end_with(&stamp)?;
    }
    sheet.finish().map(drop)
}
