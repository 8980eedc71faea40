//! A comparison for the terminal: a table of the headline, and sentences that say what helps and what does not, and why.

use super::super::band;
use super::super::grid::{Column, draw};
use super::super::number::{counted, short, signed, tonnes};
use super::super::prose::{few_trials, listed_up_to, material_name, place_name};
use super::super::sheet::unit;
use super::super::width::wrapped;
use super::{at, half_width, policy, value, worth};
use crate::results::statistic::Statistic;
use crate::results::types::{Estimate, RunResults};
use crate::results::{FOCUS, WORLD};
use crate::whatif::compare::{Binding, Comparison, Direction, Effect};

/// Longest name shown in full.
const NAME_WIDTH: usize = 34;
/// A rise below this part of what is short in the baseline is hardly one: it is in the tables alone.
const HARDLY: f64 = 0.01;
/// The same in percentage points, where next to nothing was short.
const HARDLY_POINTS: f64 = 0.005;
/// Places and policies named one by one; the others are counted.
const NAMED: usize = 4;

/// The table and the sentences, within a width.
pub fn terminal(comparison: &Comparison, width: usize) -> String {
    let run = &comparison.results.run;
    let Some(baseline) = run.policies.first() else {
        return String::new();
    };
    let (material, country) = &baseline.headline;
    let mut text = String::new();
    let title = format!(
        "{}: what changes the shortfall of {} in {}?",
        run.title,
        material_name(run, material),
        place_name(run, country)
    );
    text.push_str(&wrapped(&title, "", "", width));
    text.push_str(&format!(
        "\n{}, the same draws for all\n\n",
        counted(run.manifest.trials, "trial")
    ));
    let (table, left_out) = draw(columns(comparison, material, country), width);
    text.push_str(&table);
    if !left_out.is_empty() {
        let note = format!(
            "Left out for want of width: {}; compare.csv has all.",
            left_out.join(", ")
        );
        text.push_str(&wrapped(&note, "", "", width));
        text.push('\n');
    }
    for sentence in sentences(comparison) {
        text.push('\n');
        text.push_str(&wrapped(&sentence, "", "", width));
        text.push('\n');
    }
    text
}

fn columns(comparison: &Comparison, material: &str, country: &str) -> Vec<Column> {
    let run = &comparison.results.run;
    let effects = at(comparison, material, country);
    let name = |id: &str| policy(run, id).map_or_else(|| id.to_owned(), |policy| policy.shown_name().to_owned());
    let baseline = run.policies.first().map_or("", |policy| policy.policy.as_str());
    let first = |text: String| std::iter::once(text);
    let of = |id: &str, statistic| effects.first().and_then(|effect| value(run, id, effect, statistic));
    let percent = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| short(value, 3));
    let change = |statistic: Statistic, with_interval: bool, scale: f64| {
        let cells = effects.iter().map(move |effect| match effect.get(statistic) {
            None => "-".to_owned(),
            Some(found) => changed(&found.estimate, with_interval, scale),
        });
        first(String::new()).chain(cells).collect::<Vec<_>>()
    };
    let mut table = vec![
        Column::names(
            "policy",
            NAME_WIDTH,
            first(name(baseline)).chain(effects.iter().map(|effect| name(&effect.variant))),
        ),
        Column::numbers(
            "short\n%",
            0,
            first(percent(of(baseline, comparison.measure))).chain(
                effects
                    .iter()
                    .map(|effect| percent(value(run, &effect.variant, effect, comparison.measure))),
            ),
        ),
        Column::numbers("change\npoints", 0, change(comparison.measure, true, 1.0)),
        Column::numbers("CVaR95\npoints", 1, change(Statistic::Cvar95Pct, false, 1.0)),
        Column::numbers("P(> 10 %)\npoints", 3, change(Statistic::ProbGt10, false, 100.0)),
        Column::numbers("months\nshort", 4, change(Statistic::ExpectedMonthsShort, false, 1.0)),
    ];
    if let Some(worth) = worth::column(comparison, &effects) {
        let (header, cells) = worth;
        table.push(Column::numbers(&header, 1, first(String::new()).chain(cells)));
    }
    if effects.iter().any(|effect| effect.cost_per_unit.is_some()) {
        let cost = |effect: &&Effect| {
            let cost = effect.cost_per_unit;
            cost.map_or_else(|| "-".to_owned(), |cost| tonnes(cost.value))
        };
        let header = format!("USD per {}\navoided", unit(&run.materials, material));
        table.push(Column::numbers(
            &header,
            2,
            first(String::new()).chain(effects.iter().map(cost)),
        ));
    }
    table
}

/// `-3.29 ± 0.12`: the difference and half its 95 % interval.
fn changed(estimate: &Estimate, with_interval: bool, scale: f64) -> String {
    let value = signed(estimate.value * scale, |value| short(value, 3));
    match half_width(estimate).filter(|_| with_interval) {
        Some(half) if half > 0.0 => format!("{value} ± {}", short(half * scale, 2)),
        _ => value,
    }
}

/// What the comparison says, a sentence or a few for each question.
pub fn sentences(comparison: &Comparison) -> Vec<String> {
    let run = &comparison.results.run;
    let Some(baseline) = run.policies.first() else {
        return Vec::new();
    };
    let (material, country) = &baseline.headline;
    let effects = at(comparison, material, country);
    if effects.is_empty() {
        return vec![
            "There is nothing to compare: the scenario has no policies, and no other scenario was given.".to_owned(),
        ];
    }
    let mut found = vec![at_the_headline(comparison, &effects)];
    found.extend(for_the_money(run, material, &effects));
    found.extend(worth::sentence(comparison, &effects));
    found.extend(what_is_left(comparison, &effects));
    found.extend(elsewhere_worse(comparison));
    found.extend(together(comparison));
    if let Some(rules) = &comparison.band {
        found.extend(band::sentences(run, rules));
    }
    found.extend(few_trials(run));
    found
}

pub(super) fn quoted(run: &RunResults, id: &str) -> String {
    let name = policy(run, id).map_or(id, |policy| policy.shown_name());
    format!("\"{name}\"")
}

fn points(value: f64) -> String {
    let text = short(value.abs(), 3);
    let unit = if text == "1" {
        "percentage point"
    } else {
        "percentage points"
    };
    format!("{text} {unit}")
}

/// ` (95 % interval 3.17 to 3.41)`, of a difference without its sign.
fn interval(estimate: &Estimate) -> String {
    if estimate.standard_error.is_nan() || estimate.low == estimate.high {
        return String::new();
    }
    let ends = [estimate.low, estimate.high].map(|end| if estimate.value < 0.0 { -end } else { end });
    let (low, high) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
    let end = |value: f64| {
        if value < 0.0 {
            format!("-{}", short(-value, 3))
        } else {
            short(value, 3)
        }
    };
    format!(" (95 % interval {} to {})", end(low), end(high))
}

fn at_the_headline(comparison: &Comparison, effects: &[&Effect]) -> String {
    let run = &comparison.results.run;
    let measure = comparison.measure;
    let what = format!(
        "the expected shortfall of {} in {}{}",
        effects
            .first()
            .map_or("", |effect| material_name(run, &effect.material)),
        effects
            .first()
            .map_or_else(String::new, |effect| place_name(run, &effect.country)),
        if measure == Statistic::UnmetAfterAdaptationPct {
            " after substitution and thrift"
        } else {
            ""
        }
    );
    let of = |direction: Direction| {
        let mut those: Vec<&&Effect> = effects
            .iter()
            .filter(|effect| effect.direction(measure) == direction)
            .collect();
        those.sort_by_key(|effect| effect.rank);
        those
    };
    let (less, more, same, unknown) = (
        of(Direction::Less),
        of(Direction::More),
        of(Direction::Same),
        of(Direction::Unknown),
    );
    let named =
        |those: &[&&Effect]| listed_up_to(NAMED, those.iter().map(|effect| quoted(run, &effect.variant)).collect());
    let by = |those: &[&&Effect]| {
        let name = |effect: &&&Effect| {
            let change = effect.get(measure).map_or(0.0, |found| found.estimate.value);
            format!("{} ({})", quoted(run, &effect.variant), short(change.abs(), 3))
        };
        listed_up_to(NAMED, those.iter().map(name).collect())
    };
    let mut said = Vec::new();
    if let Some((best, others)) = less.split_first() {
        let change = best.get(measure).map(|found| found.estimate);
        let (before, after) = (
            run.policies
                .first()
                .and_then(|policy| value(run, &policy.policy, best, measure)),
            value(run, &best.variant, best, measure),
        );
        let lead = match effects.len() {
            1 => format!("{} lowers", quoted(run, &best.variant)),
            count => format!("Of {count}, {} helps most: it lowers", quoted(run, &best.variant)),
        };
        said.push(format!(
            "{lead} {what} by {}{}, from {} to {} % of demand.",
            points(change.map_or(0.0, |change| change.value)),
            change.map_or_else(String::new, |change| interval(&change)),
            before.map_or_else(|| "-".to_owned(), |value| short(value, 3)),
            after.map_or_else(|| "-".to_owned(), |value| short(value, 3)),
        ));
        if !others.is_empty() {
            said.push(format!("Then: {}.", by(others)));
        }
    } else {
        said.push(format!("Nothing that was compared is known to lower {what}."));
    }
    if !same.is_empty() {
        let verb = if same.len() == 1 { "changes" } else { "change" };
        said.push(format!("{} {verb} nothing there.", named(&same)));
    }
    if !unknown.is_empty() && few_trials(run).is_none() {
        let verb = if unknown.len() == 1 { "does" } else { "do" };
        said.push(format!(
            "Whether {} {verb} anything there, these trials cannot tell.",
            named(&unknown)
        ));
    }
    if !more.is_empty() {
        said.push(format!("It is raised by {}.", by(&more)));
    }
    said.join(" ")
}

/// What each costs for what it avoids.
fn for_the_money(run: &RunResults, material: &str, effects: &[&Effect]) -> Option<String> {
    let mut with: Vec<(&&Effect, f64, f64, f64)> = effects
        .iter()
        .filter_map(|effect| {
            effect
                .cost_per_unit
                .map(|cost| (effect, cost.value, cost.low, cost.high))
        })
        .collect();
    with.sort_by(|one, other| one.1.total_cmp(&other.1));
    let ((best, value, low, high), others) = with.split_first()?;
    let unit = unit(&run.materials, material);
    let mut said = format!(
        "For its cost, {} avoids most: USD {} for each {unit} that is not short (95 % interval {} to {})",
        quoted(run, &best.variant),
        tonnes(*value),
        tonnes(*low),
        tonnes(*high)
    );
    if !others.is_empty() {
        let name = |(effect, value, ..): &(&&Effect, f64, f64, f64)| {
            format!("{} (USD {})", quoted(run, &effect.variant), tonnes(*value))
        };
        said.push_str(&format!(
            "; then {}",
            listed_up_to(NAMED, others.iter().map(name).collect())
        ));
    }
    Some(said + ".")
}

fn cause(run: &RunResults, binding: &Binding) -> Option<String> {
    let stage = binding
        .stage
        .as_ref()
        .map(|(id, share)| format!("{} ({} %)", material_name(run, id), short(share * 100.0, 2)));
    let event = binding.event.as_ref().map(|(id, share)| {
        let events = run.policies.iter().flat_map(|policy| &policy.events);
        let name = events
            .clone()
            .find(|event| event.event == *id)
            .map(|event| event.name.clone());
        let name = match id.as_str() {
            "structural" => "a shortage that is there without any event".to_owned(),
            _ => format!(
                "\"{}\"",
                name.filter(|name| !name.is_empty()).unwrap_or_else(|| id.clone())
            ),
        };
        format!("{name} ({} %)", short(share * 100.0, 2))
    });
    match (stage, event) {
        (Some(stage), Some(event)) => Some(format!("from {stage}, and by cause from {event}")),
        (Some(one), None) | (None, Some(one)) => Some(format!("from {one}")),
        (None, None) => None,
    }
}

/// What binds once the best is in force.
fn what_is_left(comparison: &Comparison, effects: &[&Effect]) -> Option<String> {
    let run = &comparison.results.run;
    let best = effects
        .iter()
        .filter(|effect| effect.direction(comparison.measure) == Direction::Less)
        .min_by_key(|effect| effect.rank)?;
    let cause = cause(run, best.binding.as_ref()?)?;
    Some(format!(
        "What is still short with {} comes mostly {cause}.",
        quoted(run, &best.variant)
    ))
}

/// Places in focus where something is worse than in the baseline, and where that comes from.
fn elsewhere_worse(comparison: &Comparison) -> Option<String> {
    let run = &comparison.results.run;
    let measure = comparison.measure;
    let headline = run.policies.first().map(|policy| policy.headline.clone())?;
    let is_asked = |effect: &&Effect| {
        run.focus_materials.contains(&effect.material)
            && ![FOCUS, WORLD].contains(&effect.country.as_str())
            && (effect.material.clone(), effect.country.clone()) != headline
    };
    let worse = comparison.effects.iter().filter(is_asked);
    let mut worse: Vec<&Effect> = worse
        .filter(|effect| effect.direction(measure) == Direction::More)
        .collect();
    let change = |effect: &Effect| effect.get(measure).map_or(0.0, |found| found.estimate.value);
    let baseline = run.policies.first().map_or("", |policy| policy.policy.as_str());
    let before = |effect: &Effect| value(run, baseline, effect, measure).unwrap_or(0.0);
    worse.retain(|effect| change(effect) > (HARDLY * before(effect)).max(HARDLY_POINTS));
    worse.sort_by(|one, other| change(other).total_cmp(&change(one)));
    if worse.is_empty() {
        return None;
    }
    let count = worse.len();
    let told = worse.iter().take(NAMED).map(|effect| {
        let cause = effect.binding.as_ref().and_then(|binding| cause(run, binding));
        let cause = cause.map_or_else(String::new, |cause| format!(": the shortage there now comes {cause}"));
        format!(
            "{} raises the shortfall of {} in {} by {}{cause}",
            quoted(run, &effect.variant),
            material_name(run, &effect.material),
            place_name(run, &effect.country),
            points(change(effect))
        )
    });
    let mut said = format!("Worse than the baseline: {}", told.collect::<Vec<_>>().join("; "));
    if count > NAMED {
        said.push_str(&format!("; and {} more (compare.csv)", count - NAMED));
    }
    Some(said + ".")
}

/// Whether policies are worth more together.
fn together(comparison: &Comparison) -> Option<String> {
    let run = &comparison.results.run;
    if comparison.pairs.is_empty() {
        return None;
    }
    let told = |direction: Direction, word: &str| {
        let pairs = comparison.pairs.iter().filter(|pair| pair.direction() == direction);
        let mut pairs: Vec<_> = pairs.collect();
        pairs.sort_by(|one, other| {
            let size = |pair: &&crate::whatif::compare::Pair| pair.beyond_the_sum.estimate.value.abs();
            size(other).total_cmp(&size(one))
        });
        let names: Vec<String> = pairs
            .iter()
            .map(|pair| {
                let [one, other] = &pair.policies;
                let by = points(pair.beyond_the_sum.estimate.value);
                format!("{} with {} (by {by})", quoted(run, one), quoted(run, other))
            })
            .collect();
        (!names.is_empty()).then(|| {
            format!(
                "Worth {word} together than the sum of each alone: {}.",
                listed_up_to(NAMED, names)
            )
        })
    };
    let said: Vec<String> = [told(Direction::Less, "more"), told(Direction::More, "less")]
        .into_iter()
        .flatten()
        .collect();
    Some(match said.is_empty() {
        true => "No two policies are known to be worth more or less together than the sum of each alone.".to_owned(),
        false => said.join(" "),
    })
}
