//! What policies are worth in perfectly secure supply, or in a stockpile: in cells, in a column, in a sentence.

use super::super::number::{significant, tonnes};
use super::super::prose::{listed_up_to, material_name, place_name};
use super::super::sheet::unit;
use super::words::quoted;
use crate::results::statistic::Statistic;
use crate::results::types::RunResults;
use crate::whatif::compare::{Comparison, Effect};
use crate::whatif::firm::{Bound, Equivalents, Extent, Yardstick};

/// The unit of an amount of a material.
pub(super) fn unit_of(run: &RunResults, material: &str, yardstick: Yardstick) -> String {
    let unit = unit(&run.materials, material);
    match yardstick {
        Yardstick::Supply => format!("{unit}/yr"),
        Yardstick::Stockpile => unit.to_owned(),
    }
}

fn at(bound: Bound) -> Option<f64> {
    match bound {
        Bound::At(amount) => Some(amount),
        Bound::Nowhere => None,
    }
}

/// The amount and both ends of its interval, where numbers say them.
pub(super) fn numbers(extent: Extent) -> [Option<f64>; 3] {
    match extent {
        Extent::None { high } => [Some(0.0), high.map(|_| 0.0), high.and_then(at)],
        Extent::Amount { value, interval } => {
            let (low, high) = (interval.map(|(low, _)| low), interval.and_then(|(_, high)| at(high)));
            [Some(value), low, high]
        }
        Extent::Beyond | Extent::Unsupported => [None; 3],
    }
}

/// What numbers do not say.
pub(super) fn note(extent: Extent) -> &'static str {
    let has_no_end = |high: Option<Bound>| high == Some(Bound::Nowhere);
    match extent {
        Extent::None { high } if has_no_end(high) => "none, no upper end",
        Extent::None { .. } => "none",
        Extent::Amount { interval, .. } if has_no_end(interval.map(|(_, high)| high)) => "no upper end",
        Extent::Amount { .. } => "",
        Extent::Beyond => "more than any amount",
        Extent::Unsupported => "too few trials",
    }
}

/// Three digits, in whole numbers from 100 up.
fn amount(value: f64) -> String {
    let rounded = significant(value, 3).parse().unwrap_or(value);
    tonnes(rounded)
}

/// ` [900, 1,600]`.
fn ends(low: f64, high: Bound) -> String {
    match at(high) {
        Some(high) => format!(" [{}, {}]", amount(low), amount(high)),
        None => format!(" [{}, no end]", amount(low)),
    }
}

fn told(extent: Extent) -> String {
    match extent {
        Extent::None { high: Some(high), .. } if high != Bound::At(0.0) => format!("none{}", ends(0.0, high)),
        Extent::None { .. } => "none".to_owned(),
        Extent::Amount { value, interval } => {
            // What is known to all shown digits needs no interval.
            let is_shown = |low: f64, high: Bound| at(high).is_none_or(|high| amount(low) != amount(high));
            let interval = interval.filter(|(low, high)| is_shown(*low, *high));
            format!(
                "{}{}",
                amount(value),
                interval.map_or_else(String::new, |(low, high)| ends(low, high))
            )
        }
        Extent::Beyond => "beyond all".to_owned(),
        Extent::Unsupported => "-".to_owned(),
    }
}

fn extent(found: &Equivalents, effect: &Effect) -> Option<Extent> {
    let one = found.of(&effect.variant, (&effect.material, &effect.country));
    one.map(|one| one.extent)
}

/// Header and cells of the column.
pub(super) fn column(comparison: &Comparison, effects: &[&Effect]) -> Option<(String, Vec<String>)> {
    let found = comparison.equivalents.as_ref()?;
    let material = &effects.first()?.material;
    let what = match found.measured.yardstick {
        Yardstick::Supply => "worth, sure supply",
        Yardstick::Stockpile => "worth, stockpile",
    };
    let header = format!(
        "{what}\n{}",
        unit_of(&comparison.results.run, material, found.measured.yardstick)
    );
    let cells = effects
        .iter()
        .map(|effect| extent(found, effect).map_or_else(|| "-".to_owned(), told));
    Some((header, cells.collect()))
}

/// What each is worth at the headline, the most first.
pub(super) fn sentence(comparison: &Comparison, effects: &[&Effect]) -> Option<String> {
    let found = comparison.equivalents.as_ref()?;
    let (run, first) = (&comparison.results.run, effects.first()?);
    let (mut sized, mut none, mut beyond, mut unsupported) = (Vec::new(), Vec::new(), Vec::new(), false);
    for effect in effects {
        match extent(found, effect) {
            Some(known @ Extent::Amount { value, .. }) => sized.push((value, known, quoted(run, &effect.variant))),
            Some(Extent::None { .. }) => none.push(quoted(run, &effect.variant)),
            Some(Extent::Beyond) => beyond.push(quoted(run, &effect.variant)),
            Some(Extent::Unsupported) => unsupported = true,
            None => {}
        }
    }
    sized.sort_by(|one, other| other.0.total_cmp(&one.0));
    let unit = unit(&run.materials, &first.material);
    let (what, whose) = match found.measured.yardstick {
        Yardstick::Supply => (
            format!("{unit} a year of perfectly secure supply"),
            "perfectly secure supply",
        ),
        Yardstick::Stockpile => (format!("{unit} of stockpile, full at the start"), "stockpile"),
    };
    let by = match found.statistic {
        Statistic::Cvar95Pct => "mean of the worst 5 % of trials (CVaR 95)",
        Statistic::ProbGt10 => "probability that more than 10 % is short",
        Statistic::UnmetAfterAdaptationPct => "expected shortfall after substitution and thrift",
        _ => "expected shortfall",
    };
    let mut said = Vec::new();
    let mut sized = sized.into_iter();
    if let Some((_, most, name)) = sized.next() {
        said.push(format!(
            "{name} lowers the {by} of {} in {} as much as {}{}",
            material_name(run, &first.material),
            place_name(run, &first.country),
            told(most),
            format_args!(" {what} would there.")
        ));
        let others: Vec<String> = sized
            .map(|(_, extent, name)| format!("{name} {}", told(extent)))
            .collect();
        if !others.is_empty() {
            said.push(format!("Then: {}.", listed_up_to(effects.len(), others)));
        }
    }
    if !beyond.is_empty() {
        let verb = if beyond.len() == 1 { "does" } else { "do" };
        said.push(format!(
            "{} {verb} more than any {whose} would.",
            listed_up_to(effects.len(), beyond)
        ));
    }
    if !none.is_empty() {
        let verb = if none.len() == 1 { "is" } else { "are" };
        said.push(format!("{} {verb} worth none.", listed_up_to(effects.len(), none)));
    }
    if unsupported {
        said.push(
            "These trials are too few to tell what policies are worth by it: give --trials 4096 or more.".to_owned(),
        );
    }
    (!said.is_empty()).then(|| said.join(" "))
}
