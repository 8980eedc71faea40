//! `compare.csv`: one row a variant, place and statistic; `pairs.csv`: one row a pair of policies.

use super::super::number::optional;
use std::io::Write;

use super::super::sheet::{STAMP, Sheet, Stamp, names, unit_of};
use super::{policy, value, worth};
use crate::results::statistic::Statistic;
use crate::results::types::Estimate;
use crate::whatif::compare::{Comparison, Direction, Effect, Ratio};

type Written = Result<(), csv::Error>;

const COLUMNS: [&str; 27] = [
    "policy",
    "material",
    "country",
    "statistic",
    "unit",
    "baseline",
    "value",
    "difference",
    "difference_se",
    "difference_low",
    "difference_high",
    "independent_trials",
    "rank",
    "cost",
    "cost_per_unit",
    "cost_per_unit_low",
    "cost_per_unit_high",
    "direction",
    "binding_stage",
    "binding_stage_share",
    "binding_event",
    "binding_event_share",
    "equivalent",
    "equivalent_low",
    "equivalent_high",
    "equivalent_unit",
    "equivalent_note",
];
const NAMES: [&str; 3] = ["policy_name", "material_name", "place_name"];

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
pub fn effects(comparison: &Comparison, to: impl Write) -> Written {
    let run = &comparison.results.run;
    let mut sheet = Sheet::new(to, COLUMNS.into_iter().chain(NAMES).chain(STAMP))?;
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
                sheet.plain(&optional(value(run, id, effect, *statistic)))?;
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
            sheet.plain(&independent.map_or_else(String::new, |trials| trials.to_string()))?;
            sheet.plain(&effect.rank.to_string())?;
            sheet.plain(&optional(variant.cost))?;
            let cost = cost_per(effect, *statistic);
            for part in [
                cost.map(|cost| cost.value),
                cost.map(|cost| cost.low),
                cost.map(|cost| cost.high),
            ] {
                sheet.plain(&optional(part))?;
            }
            sheet.plain(word(effect.direction(*statistic)))?;
            let binding = effect.binding.as_ref();
            for part in [
                binding.and_then(|it| it.stage.as_ref()),
                binding.and_then(|it| it.event.as_ref()),
            ] {
                sheet.text(part.map_or("", |(id, _)| id))?;
                sheet.plain(&optional(part.map(|(_, share)| *share)))?;
            }
            let cells = equivalent_cells(comparison, effect, *statistic);
            for cell in &cells {
                sheet.plain(cell)?;
            }
            sheet.texts(names(run, variant, &effect.material, &effect.country))?;
            sheet.end_with(&stamp)?;
        }
    }
    sheet.finish().map(drop)
}

/// What a variant is worth, in the row of the statistic that says so: amount, both ends, unit, and what numbers cannot say.
fn equivalent_cells(comparison: &Comparison, effect: &Effect, statistic: Statistic) -> [String; 5] {
    let found = comparison
        .equivalents
        .as_ref()
        .filter(|found| found.statistic == statistic);
    let row = (effect.material.as_str(), effect.country.as_str());
    let Some((all, one)) = found.and_then(|all| Some((all, all.of(&effect.variant, row)?))) else {
        return Default::default();
    };
    let unit = worth::unit_of(&comparison.results.run, &effect.material, all.measured.yardstick);
    let [value, low, high] = worth::numbers(one.extent);
    let note = worth::note(one.extent);
    [optional(value), optional(low), optional(high), unit, note.to_owned()]
}

/// `pairs.csv`: percentage points of the headline.
pub fn pairs(comparison: &Comparison, to: impl Write) -> Written {
    let header = [
        "one",
        "other",
        "together",
        "together_se",
        "together_low",
        "together_high",
        "beyond_the_sum",
        "beyond_the_sum_se",
        "beyond_the_sum_low",
        "beyond_the_sum_high",
        "direction",
    ];
    let mut sheet = Sheet::new(to, header.into_iter().chain(STAMP))?;
    let stamp = Stamp::of(&comparison.results.run.manifest);
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
        sheet.end_with(&stamp)?;
    }
    sheet.finish().map(drop)
}
