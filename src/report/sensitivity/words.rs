//! A sensitivity analysis for the terminal: bars, shares of the variance and boxes as tables, and sentences that say what drives the answer.

use super::super::grid::{Column, draw};
use super::super::number::{counted, grouped, significant};
use super::super::prose::{few_trials, listed, material_name, place_name};
use super::super::sheet::unit_of;
use super::super::sweep::called;
use super::super::width::wrapped;
use super::{factor_name, key_name, range_in_words, shown};
use crate::results::statistic::Unit;
use crate::results::types::Estimate;
use crate::study::{FactorKind, Statistic};
use crate::whatif::sensitivity::{Bar, Discovery, End, Sensitivity, WIDEST_INTERVAL};

/// Rows of a table.
const ROWS: usize = 12;
/// Longest name shown in full.
const NAME_WIDTH: usize = 44;
/// Factors named in one sentence.
const NAMED: usize = 4;
/// Smaller parts of the variance are not named.
const NAMED_FROM: f64 = 0.05;
/// A change below this, in the statistic's unit, is rounding.
const ROUNDING: f64 = 1e-9;

/// The tables and the sentences, within a width.
pub fn terminal(found: &Sensitivity, width: usize) -> String {
    let run = &found.results.run;
    let Some(baseline) = found.baseline() else {
        return String::new();
    };
    let (material, place) = &baseline.headline;
    let mut text = String::new();
    let say = |line: &str, to: &mut String| {
        to.push_str(&wrapped(line, "", "", width));
        to.push('\n');
    };
    let place = place_name(run, place);
    say(
        &format!(
            "{}: what drives {} in {place}?",
            run.title,
            material_name(run, material)
        ),
        &mut text,
    );
    if !found.bars.is_empty() {
        text.push('\n');
        let unit = unit(found);
        let at = as_it_is(found).map_or_else(|| "no figure".to_owned(), |value| with_unit(found, value));
        say(
            &format!(
                "One number at a time from the lower to the upper end of its range, all else at random: change of the {} ({at} as it is), {}, {}",
                called(found.statistic),
                if is_percent(found) {
                    "percentage points"
                } else {
                    unit.as_str()
                },
                counted(run.manifest.trials, "trial")
            ),
            &mut text,
        );
        text.push('\n');
        let shown = &found.bars[..found.bars.len().min(ROWS)];
        table(
            &mut text,
            bar_columns(found, shown),
            found.bars.len() - shown.len(),
            "number",
            width,
        );
    }
    if let Some(indices) = &found.indices {
        text.push('\n');
        say(
            &format!(
                "Shares of the variance of the {} over trials, %, {}",
                called(found.measure).replace("expected ", ""),
                counted(found.index_trials, "trial")
            ),
            &mut text,
        );
        text.push('\n');
        let ranked = found.ranked();
        let rows = &ranked[..ranked.len().min(ROWS)];
        let of = |list: &[Estimate]| rows.iter().map(|factor| share(&list[*factor])).collect::<Vec<_>>();
        let names = rows.iter().map(|factor| factor_name(found, &found.factors[*factor]));
        let columns = vec![
            Column::names("factor", NAME_WIDTH, names),
            Column::numbers("alone\n(first-order)", 1, of(&indices.first)),
            Column::numbers("in all\n(total)", 0, of(&indices.total)),
        ];
        table(&mut text, columns, ranked.len() - rows.len(), "factor", width);
    }
    if let Some(discovery) = found.discovery.as_ref().filter(|discovery| !discovery.boxes.is_empty()) {
        text.push('\n');
        say(&format!("What marks {}:", worst(discovery)), &mut text);
        for (number, one) in discovery.boxes.iter().enumerate() {
            for (position, range) in one.ranges.iter().enumerate() {
                let first = if position == 0 {
                    format!("{}. ", number + 1)
                } else {
                    "   and ".to_owned()
                };
                text.push_str(&wrapped(
                    &range_in_words(found, discovery, range),
                    &first,
                    "       ",
                    width,
                ));
                text.push('\n');
            }
            let line = format!(
                "holds {} % of them; {} % of the {} inside are among them",
                percent(one.coverage),
                percent(one.density),
                counted(one.rows as u64, "trial")
            );
            text.push_str(&wrapped(&line, "   ", "   ", width));
            text.push('\n');
        }
    }
    for sentence in sentences(found) {
        text.push('\n');
        say(&sentence, &mut text);
    }
    text
}

fn table(text: &mut String, columns: Vec<Column>, more: usize, what: &str, width: usize) {
    let (table, left_out) = draw(columns, width);
    text.push_str(&table);
    let mut notes = Vec::new();
    if more > 0 {
        notes.push(format!(
            "{} with less in sensitivity.csv.",
            counted(more as u64, &format!("more {what}"))
        ));
    }
    if !left_out.is_empty() {
        notes.push(format!(
            "Left out for want of width: {}; sensitivity.csv has all.",
            left_out.join(", ")
        ));
    }
    if !notes.is_empty() {
        text.push_str(&wrapped(&notes.join(" "), "", "", width));
        text.push('\n');
    }
}

fn bar_columns(found: &Sensitivity, bars: &[Bar]) -> Vec<Column> {
    let of = |cell: &dyn Fn(&Bar) -> String| bars.iter().map(cell).collect::<Vec<_>>();
    vec![
        Column::names("number", NAME_WIDTH, of(&|bar| key_name(found, &bar.name))),
        Column::numbers("from", 1, of(&|bar| shown(&bar.ends[0]))),
        Column::numbers("to", 1, of(&|bar| shown(&bar.ends[1]))),
        Column::numbers("change at\nlower end", 0, of(&|bar| change(found, &bar.ends[0]))),
        Column::numbers("change at\nupper end", 0, of(&|bar| change(found, &bar.ends[1]))),
    ]
}

/// `+1.2 ± 0.1`.
fn change(found: &Sensitivity, end: &End) -> String {
    let Some(difference) = end.difference.map(|difference| difference.estimate) else {
        return "-".to_owned();
    };
    let half = (difference.high - difference.low) / 2.0;
    let half = match difference.standard_error > 0.0 && half > 0.0 {
        true => format!(" ± {}", significant(half * scale(found), 2)),
        false => String::new(),
    };
    format!("{}{half}", signed(difference.value * scale(found)))
}

fn signed(value: f64) -> String {
    match value {
        same if same.abs() < ROUNDING => "0".to_owned(),
        below if below < 0.0 => format!("-{}", significant(-below, 3)),
        above => format!("+{}", significant(above, 3)),
    }
}

/// A share of the variance in percent, with its interval.
fn share(found: &Estimate) -> String {
    let value = percent(found.value);
    match found.low < found.high {
        true => format!("{value} ({} to {})", percent(found.low), percent(found.high)),
        false => value,
    }
}

/// In percent: whole numbers from 10 up, else a digit after the point; what is below 0 or above 100 by chance is 0 or 100.
fn percent(share: f64) -> String {
    let percent = 100.0 * share.clamp(0.0, 1.0);
    match percent {
        percent if percent >= 9.95 => format!("{percent:.0}"),
        percent if percent < 0.05 => "0".to_owned(),
        percent => format!("{percent:.1}"),
    }
}

fn scale(found: &Sensitivity) -> f64 {
    match found.statistic.unit() {
        Unit::Probability => 100.0,
        _ => 1.0,
    }
}

fn is_percent(found: &Sensitivity) -> bool {
    matches!(found.statistic.unit(), Unit::Percent | Unit::Probability)
}

fn unit(found: &Sensitivity) -> String {
    let material = found.baseline().map_or("", |baseline| baseline.headline.0.as_str());
    match is_percent(found) {
        true => "%".to_owned(),
        false => unit_of(&found.results.run, material, found.statistic).to_owned(),
    }
}

fn with_unit(found: &Sensitivity, value: f64) -> String {
    format!("{} {}", significant(value * scale(found), 3), unit(found))
        .trim_end()
        .to_owned()
}

/// The statistic at the headline in the scenario as it is.
pub fn as_it_is(found: &Sensitivity) -> Option<f64> {
    let baseline = found.baseline()?;
    let (material, country) = &baseline.headline;
    found.statistic.of(baseline.row((material, country))?).value()
}

/// What drives the answer, a sentence or a few for each method.
pub fn sentences(found: &Sensitivity) -> Vec<String> {
    let mut said = Vec::new();
    said.extend(widest_bars(found));
    said.extend(variance(found));
    said.extend(worst_trials(found));
    said.extend(cautions(found));
    said
}

fn widest_bars(found: &Sensitivity) -> Option<String> {
    let name = called(found.statistic);
    let moves: Vec<&Bar> = found
        .bars
        .iter()
        .filter(|bar| bar.span() * scale(found) > ROUNDING)
        .collect();
    if found.bars.is_empty() {
        return Some(
            "No number of this scenario has a distribution or a [[lever]], so there are no bars: all that is left to chance is events."
                .to_owned(),
        );
    }
    if found
        .bars
        .iter()
        .all(|bar| bar.ends.iter().all(|end| end.difference.is_none()))
    {
        return Some(format!(
            "The {name} has no difference to tell here: the row has no such figure, or the trials do not support it."
        ));
    }
    let Some(widest) = moves.first() else {
        return Some(format!("None of these numbers alone moves the {name}."));
    };
    let at = |end: &End| {
        let value = end
            .value
            .map_or_else(|| "no figure".to_owned(), |value| with_unit(found, value));
        format!("{value} at {}", shown(end))
    };
    let others: Vec<String> = moves
        .iter()
        .skip(1)
        .take(2)
        .map(|bar| quoted(&key_name(found, &bar.name)))
        .collect();
    let others = match others.is_empty() {
        true => String::new(),
        false => format!(" Then come {}.", listed(&others)),
    };
    let still = found.bars.len() - moves.len();
    let still = match still {
        0 => String::new(),
        still => format!(
            " {} of the {} here move it by nothing.",
            still,
            counted(found.bars.len() as u64, "number")
        ),
    };
    Some(format!(
        "Of single numbers {} moves the {name} most: {}, {}.{others}{still}",
        quoted(&key_name(found, &widest.name)),
        at(&widest.ends[0]),
        at(&widest.ends[1])
    ))
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

fn variance(found: &Sensitivity) -> Option<String> {
    let what = match found.measure {
        Statistic::UnmetAfterAdaptationPct => "shortfall after substitution and thrift",
        _ => "shortfall",
    };
    if found.factors.is_empty() {
        return None;
    }
    let Some(indices) = &found.indices else {
        return Some(format!(
            "The {what} is the same in all trials, so nothing has a share of its variance."
        ));
    };
    let ranked = found.ranked();
    let large = ranked
        .iter()
        .filter(|factor| indices.total[**factor].value >= NAMED_FROM);
    let named: Vec<usize> = large.take(NAMED).copied().collect();
    let first_sum: f64 = named.iter().map(|factor| indices.first[*factor].value).sum();
    let alone = indices.first.iter().map(|index| index.value).sum::<f64>();
    let parts = named.iter().map(|factor| {
        let name = quoted(&factor_name(found, &found.factors[*factor]));
        let (first, total) = (&indices.first[*factor], &indices.total[*factor]);
        format!(
            "{name} ({} % alone, {} % with others)",
            percent(first.value),
            percent(total.value)
        )
    });
    let begins = match first_sum {
        sum if sum >= 0.5 => "Most of the variance",
        _ => "The largest parts of the variance",
    };
    let rest = ranked.iter().filter(|factor| !named.contains(factor));
    let largest = rest.map(|factor| indices.total[*factor].value).fold(f64::NAN, f64::max);
    let rest = match largest.is_nan() {
        true => String::new(),
        false => format!("; nothing else has a part above {} %", percent(largest.max(0.0))),
    };
    let together = match 1.0 - alone {
        share if share >= NAMED_FROM => format!(
            " Some {} % comes from no factor alone, but from several at once.",
            percent(share)
        ),
        _ => String::new(),
    };
    Some(format!(
        "{begins} of the {what} over the horizon (mean {} %, standard deviation {} points) comes from {}{rest}.{together}",
        significant(indices.mean, 3),
        significant(indices.variance.sqrt(), 3),
        listed(&parts.collect::<Vec<_>>())
    ))
}

fn worst(discovery: &Discovery) -> String {
    let share = discovery.worst as f64 / discovery.trials.max(1) as f64;
    let which = match (share - 0.1).abs() < 0.005 {
        true => "the worst tenth of trials".to_owned(),
        false => format!("the worst {} % of trials", percent(share)),
    };
    format!("{which} ({} % short or more)", significant(discovery.threshold_pct, 3))
}

fn worst_trials(found: &Sensitivity) -> Option<String> {
    let discovery = match (&found.discovery, &found.indices) {
        (Some(discovery), _) => discovery,
        (None, Some(_)) | (None, None) => return None,
    };
    let Some(best) = discovery.boxes.first() else {
        return Some(format!(
            "No range of a few inputs and events marks {}: they come about in many ways.",
            worst(discovery)
        ));
    };
    let ranges = best.ranges.iter().map(|range| range_in_words(found, discovery, range));
    let more = match discovery.boxes.len() {
        1 => String::new(),
        count => {
            let all: f64 = discovery.boxes.iter().map(|one| one.coverage).sum();
            format!(" All {count} boxes together hold {} % of them.", percent(all))
        }
    };
    Some(format!(
        "Of {}, {} % are trials in which {}; of the trials in which that is so, {} % are among them.{more}",
        worst(discovery),
        percent(best.coverage),
        listed(&ranges.collect::<Vec<_>>()),
        percent(best.density)
    ))
}

fn cautions(found: &Sensitivity) -> Vec<String> {
    let mut said = Vec::new();
    if !found.bars.is_empty() {
        let levers = found.bars.iter().filter(|bar| bar.is_lever).count();
        let ends = match (levers, found.bars.len() - levers) {
            (0, _) => "Ends are the quantiles at 10 % and 90 % of each number's distribution",
            (_, 0) => "Ends are those that each [[lever]] states",
            _ => {
                "Ends are the quantiles at 10 % and 90 % of each number's distribution, or those that a [[lever]] states"
            }
        };
        said.push(format!(
            "{ends}; both ends and the scenario as it is meet the same draws, and ± is half of a 95 % interval. A bar says nothing of how numbers act together."
        ));
    }
    if !found.bars.is_empty() {
        said.extend(few_trials(&found.results.run));
    }
    if found.indices.is_some() {
        let tied = found.factors.iter().any(|factor| factor.kind == FactorKind::Events);
        let tied = match tied {
            true => " Events that a copula or a shared factor ties together are one factor.",
            false => "",
        };
        said.push(format!(
            "Alone: what would go of the variance if the factor were known. In all: what it has any part in. An event is all that is drawn for it: when, how severe, how long; its rate, where uncertain, is a factor of its own.{tied}"
        ));
        if found.widest_interval() > WIDEST_INTERVAL {
            said.push(format!(
                "Intervals of these shares are up to {} points wide: give more --trials than {} for narrower ones.",
                percent(found.widest_interval()),
                grouped(found.index_trials)
            ));
        }
    }
    for (key, why) in &found.left_out {
        said.push(format!(
            "No bar for {key}, which cannot be set to its quantiles: {why}."
        ));
    }
    let shares = found
        .factors
        .iter()
        .filter(|factor| factor.kind == FactorKind::Shares)
        .count();
    if shares > 0 {
        said.push(format!(
            "No bar for {}: shares that are drawn together have no ends of their own.",
            counted(shares as u64, "share vector")
        ));
    }
    said
}
