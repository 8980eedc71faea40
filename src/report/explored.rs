//! What changes to a scenario do, for a page on which they are made: one sentence at a place, its figures beside the baseline's, and the tables.

use serde_json::{Value, json};

use super::csv;
use super::number::{short, tonnes};
use super::prose::{Measure, headline_sentence, material_name, place_name};
use super::sheet::unit;
use crate::results::statistic::{Found, Statistic, Unit};
use crate::results::types::{Estimate, PolicyResults, RunResults};
use crate::results::{FOCUS, WORLD};
use crate::whatif::compare::{Comparison, Direction, Effect};

/// What a page shows of a place, in this order.
pub const SHOWN: [Statistic; 11] = [
    Statistic::ExpectedShortfallPct,
    Statistic::UnmetAfterAdaptationPct,
    Statistic::ProbAny,
    Statistic::ProbGt10,
    Statistic::Var95Pct,
    Statistic::Cvar95Pct,
    Statistic::ExpectedMonthsShort,
    Statistic::TimeToSurviveMonths,
    Statistic::ExpectedShortfall,
    Statistic::ExposedValueMusd,
    Statistic::PeakPriceIndex,
];

/// Names of the tables that [`table`] gives.
pub const TABLES: [&str; 7] = [
    "summary",
    "exceedance",
    "timeline",
    "events",
    "attribution",
    "supply",
    "compare",
];

/// The statistic in a few words, as a row of figures is called.
pub fn label(statistic: Statistic) -> &'static str {
    match statistic {
        Statistic::ExpectedShortfallPct => "Expected shortfall, of demand",
        Statistic::UnmetAfterAdaptationPct => "The same after substitution and thrift",
        Statistic::ProbAny => "Futures with any shortfall",
        Statistic::ProbGt10 => "Futures with more than 10 % short",
        Statistic::Var95Pct => "In 1 of 20 futures, more than",
        Statistic::Cvar95Pct => "Average of the worst 5 % of futures",
        Statistic::ExpectedMonthsShort => "Months with a shortfall",
        Statistic::TimeToSurviveMonths => "Months that stocks carry demand",
        Statistic::ExpectedShortfall => "Expected shortfall, quantity",
        Statistic::ExposedValueMusd => "Value added exposed",
        Statistic::PeakPriceIndex => "Peak of the price index",
        other => other.meaning(),
    }
}

/// The rows that a page offers: every material in focus with every place in focus, all of them together, and the world.
pub fn rows(run: &RunResults) -> Vec<(String, String)> {
    let Some(baseline) = run.policies.first() else {
        return Vec::new();
    };
    let mut places: Vec<&str> = run.focus_places.iter().map(String::as_str).collect();
    places.extend([FOCUS, WORLD]);
    let mut found = Vec::new();
    for material in &run.focus_materials {
        let here = places.iter().filter(|place| baseline.row((material, place)).is_some());
        found.extend(here.map(|place| (material.clone(), (*place).to_owned())));
    }
    let (material, place) = &baseline.headline;
    if !found.contains(&baseline.headline) && baseline.row((material, place)).is_some() {
        found.insert(0, baseline.headline.clone());
    }
    found
}

/// What the changes of a variant do to the shortfall at a place; without a variant, what the shortfall is at the headline.
pub fn sentence(comparison: &Comparison, variant: Option<&str>, (material, place): (&str, &str)) -> String {
    let run = &comparison.results.run;
    let Some(baseline) = run.policies.first() else {
        return String::new();
    };
    let effect = comparison.effects.iter().find(|effect| {
        Some(effect.variant.as_str()) == variant && effect.material == material && effect.country == place
    });
    let Some((effect, change)) = effect.and_then(|effect| Some((effect, effect.get(comparison.measure)?.estimate)))
    else {
        return match baseline.headline == (material.to_owned(), place.to_owned()) {
            true => headline_sentence(run, baseline),
            false => as_it_is(comparison, baseline, (material, place)),
        };
    };
    let what = what(run, (material, place));
    let value = |policy: &PolicyResults| {
        let row = policy.row((material, place));
        row.and_then(|row| comparison.measure.of(row).value())
            .unwrap_or_default()
    };
    let after = run.policies.iter().find(|policy| policy.policy == effect.variant);
    let (before, after) = (value(baseline), after.map_or(f64::NAN, value));
    let from = format!("from {} to {} % of demand", short(before, 3), short(after, 3));
    let size = points(change.value);
    match effect.direction(comparison.measure) {
        Direction::Less => format!("Your changes lower {what} by {size}{}, {from}.", interval(&change)),
        Direction::More => format!("Your changes raise {what} by {size}{}, {from}.", interval(&change)),
        Direction::Same => format!(
            "Your changes do not move {what}: {} % of demand, as before.",
            short(before, 3)
        ),
        Direction::Unknown if change.standard_error.is_nan() => {
            let way = if change.value < 0.0 { "lower" } else { "raise" };
            format!(
                "A first look: your changes seem to {way} {what} by some {size}, {from}. How sure that is, more futures will tell."
            )
        }
        Direction::Unknown => format!(
            "These futures cannot tell whether your changes move {what}: the difference is {}{}, {from}.",
            points(change.value),
            interval(&change)
        ),
    }
}

/// The baseline's shortfall at a place that is not the headline's.
fn as_it_is(comparison: &Comparison, baseline: &PolicyResults, at: (&str, &str)) -> String {
    let run = &comparison.results.run;
    let Some(row) = baseline.row(at) else {
        return String::new();
    };
    let Some(mean) = comparison.measure.of(row).estimate() else {
        return String::new();
    };
    let what = what(run, at);
    let interval = match mean.standard_error.is_nan() {
        true => String::new(),
        false => format!(" (95 % interval {} to {} %)", short(mean.low, 3), short(mean.high, 3)),
    };
    format!(
        "In the baseline, {what} is {} % of demand{interval}.",
        short(mean.value, 3)
    )
}

fn what(run: &RunResults, (material, place): (&str, &str)) -> String {
    format!(
        "the expected shortfall of {} in {}{}",
        material_name(run, material),
        place_name(run, place),
        Measure::of(run).suffix()
    )
}

fn points(value: f64) -> String {
    match short(value.abs(), 3).as_str() {
        "1" => "1 percentage point".to_owned(),
        number => format!("{number} percentage points"),
    }
}

/// ` (95 % interval 3.17 to 3.41)`, in the direction of the change.
fn interval(change: &Estimate) -> String {
    if change.standard_error.is_nan() || change.low == change.high {
        return String::new();
    }
    let ends = match change.value < 0.0 {
        true => [-change.high, -change.low],
        false => [change.low, change.high],
    };
    format!(" (95 % interval {} to {})", short(ends[0], 3), short(ends[1], 3))
}

/// The figures of a place: the baseline's, those with the changes, and the paired difference. Each as a number and as text.
pub fn figures(comparison: &Comparison, variant: Option<&str>, at: (&str, &str)) -> Vec<Value> {
    let run = &comparison.results.run;
    let of = |id: &str| {
        let mut policies = run.policies.iter();
        policies
            .find(|policy| policy.policy == id)
            .and_then(|policy| policy.row(at))
    };
    let baseline = run.policies.first().and_then(|policy| policy.row(at));
    let changed = variant.and_then(of);
    let effect = comparison
        .effects
        .iter()
        .find(|effect| Some(effect.variant.as_str()) == variant && effect.material == at.0 && effect.country == at.1);
    let shown = SHOWN.iter().filter_map(|statistic| {
        let before = baseline.map(|row| statistic.of(row))?;
        let after = changed.map(|row| statistic.of(row));
        // A figure that neither has is none of this place.
        if matches!(before, Found::Missing) && after.is_none_or(|after| matches!(after, Found::Missing)) {
            return None;
        }
        let unit_shown = match statistic.unit() {
            Unit::Quantity => unit(&run.materials, at.0).to_owned(),
            other => other.label().to_owned(),
        };
        Some(json!({
            "statistic": statistic.name(),
            "label": label(*statistic),
            "meaning": statistic.meaning(),
            "unit": unit_shown,
            "baseline": cell(*statistic, &unit_shown, before),
            "changed": after.map(|after| cell(*statistic, &unit_shown, after)),
            "difference": effect.and_then(|effect| difference(effect, *statistic, &unit_shown)),
        }))
    });
    shown.collect()
}

fn cell(statistic: Statistic, unit: &str, found: Found) -> Value {
    let Some(value) = found.value() else {
        let why = match found {
            Found::Unsupported => "too few futures to tell",
            _ => "none",
        };
        return json!({ "value": null, "text": why });
    };
    let estimate = found.estimate().filter(|estimate| !estimate.standard_error.is_nan());
    let text = amount(statistic, unit, value);
    match estimate {
        None => json!({ "value": value, "text": text }),
        Some(estimate) => json!({
            "value": value,
            "text": text,
            "standard_error": estimate.standard_error,
            "low": estimate.low,
            "high": estimate.high,
            "interval": format!("{} to {}", amount(statistic, "", estimate.low), amount(statistic, "", estimate.high)),
        }),
    }
}

fn difference(effect: &Effect, statistic: Statistic, unit: &str) -> Option<Value> {
    let found = effect.get(statistic)?;
    let estimate = found.estimate;
    let unit = match statistic.unit() {
        Unit::Percent | Unit::Probability => "points",
        _ => unit,
    };
    let text = |value: f64, unit: &str| {
        let size = amount(statistic, unit, value.abs()).replace(" %", "");
        let size = match (statistic.unit(), unit) {
            (Unit::Percent | Unit::Probability, "points") => format!("{size} points"),
            _ => size,
        };
        match short(value, 3).as_str() {
            "0" => "0".to_owned(),
            _ if value < 0.0 => format!("\u{2212}{size}"),
            _ => format!("+{size}"),
        }
    };
    let is_known = !estimate.standard_error.is_nan();
    Some(json!({
        "value": estimate.value,
        "text": text(estimate.value, unit),
        "standard_error": is_known.then_some(estimate.standard_error),
        "low": is_known.then_some(estimate.low),
        "high": is_known.then_some(estimate.high),
        "interval": is_known.then(|| format!("{} to {}", text(estimate.low, ""), text(estimate.high, ""))),
        "direction": match effect.direction(statistic) {
            Direction::Less => "less",
            Direction::More => "more",
            Direction::Same => "same",
            Direction::Unknown => "unknown",
        },
    }))
}

/// A figure with its unit.
fn amount(statistic: Statistic, unit: &str, value: f64) -> String {
    match statistic.unit() {
        Unit::Percent => format!("{} %", short(value, 3)),
        Unit::Probability => format!("{} %", short(100.0 * value, 3)),
        Unit::Quantity | Unit::MillionUsd => {
            let size = match value < 0.0 {
                true => format!("\u{2212}{}", tonnes(-value)),
                false => tonnes(value),
            };
            format!("{size} {unit}").trim_end().to_owned()
        }
        Unit::Months | Unit::Count | Unit::Index => short(value, 3),
    }
}

/// A table of what was found, as CSV: the same bytes as the file of that name; `None` where there is no such table.
///
/// # Errors
/// Of the CSV writer.
pub fn table(comparison: &Comparison, name: &str) -> Result<Option<Vec<u8>>, ::csv::Error> {
    let run = &comparison.results.run;
    let mut text = Vec::new();
    match name {
        "summary" => csv::summary(run, &mut text)?,
        "exceedance" => csv::exceedance(run, &mut text)?,
        "timeline" => csv::timeline(run, &mut text)?,
        "events" => csv::events(run, &mut text)?,
        "attribution" => csv::attribution(run, &mut text)?,
        "supply" => csv::supply(run, &mut text)?,
        "compare" => super::compare::csv::effects(comparison, &mut text)?,
        _ => return Ok(None),
    };
    Ok(Some(text))
}
