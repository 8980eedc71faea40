//! `compare.csv`: one row a variant, place and statistic; `pairs.csv`: one row a pair of policies.

use super::super::columns;
use super::super::sheet::{Sheet, Stamp, Target, name, names, unit_of};
use super::{policy, value, worth};
use crate::results::statistic::Statistic;
use crate::results::types::{Estimate, RunResults};
use crate::whatif::compare::{Comparison, Direction, Effect, Ratio};

type Written = Result<(), csv::Error>;

/// In a word, for tables.
pub(in crate::report) fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Less => "less",
        Direction::More => "more",
        Direction::Same => "same",
        Direction::Unknown => "unknown",
    }
}

/// Cost for what is avoided of this statistic.
pub(super) fn cost_per(effect: &Effect, statistic: Statistic) -> Option<Ratio> {
    match statistic {
        Statistic::ExpectedShortfall => effect.cost_per_unit,
        Statistic::ExposedValueMusd => effect.cost_per_value,
        _ => None,
    }
}

/// `compare.csv`.
pub fn effects(comparison: &Comparison, to: impl Target) -> Written {
    let run = &comparison.results.run;
    let mut sheet = Sheet::new(to, &columns::compare())?;
    let stamp = Stamp::of(&run.manifest);
    let baseline = run.policies.first().map_or("", |baseline| baseline.policy.as_str());
    for effect in &comparison.effects {
        let Some(variant) = policy(run, &effect.variant) else {
            continue;
        };
        for (statistic, difference) in &effect.differences {
            sheet.texts([effect.variant.as_str(), &effect.material, &effect.country])?;
            sheet.texts([statistic.name(), unit_of(run, &effect.material, *statistic)])?;
            for id in [baseline, &effect.variant] {
                sheet.optional(value(run, id, effect, *statistic))?;
            }
            let Estimate {
                value,
                standard_error,
                low,
                high,
            } = difference.estimate;
            let interval = |end: f64| if standard_error.is_nan() { f64::NAN } else { end };
            sheet.numbers([value, standard_error, interval(low), interval(high)])?;
            let independent = difference.independent_trials;
            sheet.optional_whole(independent)?;
            sheet.whole(effect.rank as u64)?;
            sheet.optional(variant.cost)?;
            let cost = cost_per(effect, *statistic);
            for part in [
                cost.map(|cost| cost.value),
                cost.map(|cost| cost.low),
                cost.map(|cost| cost.high),
            ] {
                sheet.optional(part)?;
            }
            sheet.plain(word(effect.direction(*statistic)))?;
            let binding = effect.binding.as_ref();
            for part in [
                binding.and_then(|it| it.stage.as_ref()),
                binding.and_then(|it| it.event.as_ref()),
            ] {
                sheet.text(part.map_or("", |(id, _)| id))?;
                sheet.optional(part.map(|(_, share)| *share))?;
            }
            let (amounts, words) = equivalent(comparison, effect, *statistic);
            amounts.into_iter().try_for_each(|amount| sheet.optional(amount))?;
            words.iter().try_for_each(|word| sheet.plain(word))?;
            sheet.texts(names(run, variant, &effect.material, &effect.country))?;
            let stage = binding.and_then(|it| it.stage.as_ref());
            sheet.text(stage.map_or("", |(id, _)| name(&run.materials, id)))?;
            let event = binding.and_then(|it| it.event.as_ref());
            sheet.text(event.map_or("", |(id, _)| event_name(run, id)))?;
            sheet.end_with(&stamp)?;
        }
    }
    sheet.finish().map(drop)
}

/// Display name of an event of any policy; its id where it has none.
fn event_name<'a>(run: &'a RunResults, id: &'a str) -> &'a str {
    let mut events = run.policies.iter().flat_map(|policy| &policy.events);
    let named = events.find(|event| event.event == id && !event.name.is_empty());
    named.map_or(id, |event| &event.name)
}

/// What a variant is worth, in the row of the statistic that says so: amount and both ends; unit, and what numbers cannot say.
fn equivalent(comparison: &Comparison, effect: &Effect, statistic: Statistic) -> ([Option<f64>; 3], [String; 2]) {
    let found = comparison
        .equivalents
        .as_ref()
        .filter(|found| found.statistic == statistic);
    let row = (effect.material.as_str(), effect.country.as_str());
    let Some((all, one)) = found.and_then(|all| Some((all, all.of(&effect.variant, row)?))) else {
        return Default::default();
    };
    let unit = worth::unit_of(&comparison.results.run, &effect.material, all.measured.yardstick);
    (worth::numbers(one.extent), [unit, worth::note(one.extent).to_owned()])
}

/// `pairs.csv`: percentage points of the headline.
pub fn pairs(comparison: &Comparison, to: impl Target) -> Written {
    let mut sheet = Sheet::new(to, &columns::pairs_of_policies())?;
    let run = &comparison.results.run;
    let stamp = Stamp::of(&run.manifest);
    for pair in &comparison.pairs {
        sheet.texts(pair.policies.iter().map(String::as_str))?;
        for difference in [&pair.together, &pair.beyond_the_sum] {
            let Estimate {
                value,
                standard_error,
                low,
                high,
            } = difference.estimate;
            let interval = |end: f64| if standard_error.is_nan() { f64::NAN } else { end };
            sheet.numbers([value, standard_error, interval(low), interval(high)])?;
        }
        sheet.plain(word(pair.direction()))?;
        for id in &pair.policies {
            sheet.text(policy(run, id).map_or(id, |policy| policy.shown_name()))?;
        }
        sheet.end_with(&stamp)?;
    }
    sheet.finish().map(drop)
}
