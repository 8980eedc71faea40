//! An optimisation for the terminal: the frontier, what the last dollar buys, and sentences that say what to choose.

use super::super::grid::{Column, draw};
use super::super::number::{counted, grouped, short, signed, significant};
use super::super::prose::{few_trials, listed, material_name, place_name};
use super::super::sweep::called;
use super::super::width::wrapped;
use super::{change_of, goal_of, named, names_of, shown_unit};
use crate::results::statistic::Unit;
use crate::results::types::Estimate;
use crate::whatif::optimize::{Optimum, Step, Tried};

/// Rows of the frontier, at most; a longer one shows its ends and every other, every third and so on.
const ROWS: usize = 16;
/// Longest list of policies shown in full.
const NAME_WIDTH: usize = 46;

/// The tables and the sentences, within a width.
pub fn terminal(found: &Optimum, width: usize) -> String {
    let run = &found.results.run;
    let Some(baseline) = run.policies.first() else {
        return String::new();
    };
    let (material, place) = &baseline.headline;
    let mut text = String::new();
    let say = |line: &str, to: &mut String| {
        to.push_str(&wrapped(line, "", "", width));
        to.push('\n');
    };
    let what = format!(
        "{}: which policies lower the {} of {} in {} most for their cost?",
        run.title,
        called(found.statistic),
        material_name(run, material),
        place_name(run, place)
    );
    say(&what, &mut text);
    say(&how(found), &mut text);
    text.push('\n');
    let (table, left_out) = draw(frontier(found), width);
    text.push_str(&table);
    let hidden = found.frontier.len() - shown(found).len();
    if hidden > 0 {
        say(
            &format!("Left out of the table: {hidden} more mixes on the frontier; optimize.csv has all."),
            &mut text,
        );
    }
    if !left_out.is_empty() {
        say(
            &format!("Left out for want of width: {}.", left_out.join(", ")),
            &mut text,
        );
    }
    if !found.last_dollar.is_empty() {
        text.push('\n');
        say("From the best mix, one step further or back:", &mut text);
        text.push_str(&draw(last_dollar(found), width).0);
    }
    for sentence in sentences(found) {
        text.push('\n');
        say(&sentence, &mut text);
    }
    text
}

/// How many mixes were looked at, on how many trials.
fn how(found: &Optimum) -> String {
    let trials = counted(found.results.run.manifest.trials, "trial");
    let tried = grouped(found.tried.len() as u64);
    let to_the_end = found.tried.iter().map(|tried| tried.trials).max().unwrap_or(0);
    let raced = found.tried.iter().filter(|tried| tried.trials == to_the_end).count();
    let mixes = match found.is_exhaustive {
        true => format!("All {tried} mixes"),
        false => format!("{tried} of {} mixes, by a search", significant(found.mixes, 3)),
    };
    if raced == found.tried.len() {
        return format!("{mixes}, {trials} each, the same draws for all");
    }
    format!(
        "{mixes}, the same draws for all; {trials} for the {} that no cheaper one clearly beat before",
        grouped(raced as u64)
    )
}

/// The mixes of the frontier that the table shows.
fn shown(found: &Optimum) -> Vec<&Tried> {
    let count = found.frontier.len();
    let every = count.div_ceil(ROWS).max(1);
    let is_shown = |at: &usize| at.is_multiple_of(every) || at + 1 == count || found.best == Some(found.frontier[*at]);
    let numbers = (0..count).filter(is_shown);
    numbers.map(|at| &found.tried[found.frontier[at]]).collect()
}

fn frontier(found: &Optimum) -> Vec<Column> {
    let (unit, scale) = shown_unit(found.statistic);
    let mixes = shown(found);
    let best = found.best.map(|number| &found.tried[number].name);
    let mark = |tried: &&&Tried| if Some(&tried.name) == best { "*" } else { "" }.to_owned();
    let points = if unit == "%" { "points" } else { unit };
    vec![
        Column::names("", 1, mixes.iter().map(|tried| mark(&tried))),
        Column::numbers(
            "million\nUSD",
            0,
            mixes.iter().map(|tried| significant(tried.cost / 1e6, 4)),
        ),
        Column::numbers(
            &format!("{}\n{unit}", heading(found)),
            0,
            mixes.iter().map(|tried| {
                let goal = goal_of(found, tried).map_or(tried.goal, |goal| goal.value);
                short(goal * scale, 3)
            }),
        ),
        Column::numbers(
            &format!("change\n{points}"),
            1,
            mixes.iter().map(|tried| match change_of(found, tried) {
                Some(change) if !tried.policies.is_empty() => changed(&change.estimate, scale),
                _ => String::new(),
            }),
        ),
        Column::names(
            "policies",
            NAME_WIDTH,
            mixes.iter().map(|tried| match tried.policies.is_empty() {
                true => "none".to_owned(),
                false => names_of(found, tried).join(" + "),
            }),
        ),
    ]
}

fn heading(found: &Optimum) -> &'static str {
    use crate::results::statistic::Statistic::{Cvar95Pct, ProbGt10};
    match found.statistic {
        Cvar95Pct => "CVaR95",
        ProbGt10 => "P(> 10 %)",
        _ => "short",
    }
}

fn changed(estimate: &Estimate, scale: f64) -> String {
    let value = estimate.value * scale;
    let sign = match value {
        0.0 => "",
        below if below < 0.0 => "-",
        _ => "+",
    };
    let half = (estimate.high - estimate.low) / 2.0 * scale;
    match estimate.standard_error.is_nan() || half <= 0.0 {
        true => format!("{sign}{}", short(value.abs(), 3)),
        false => format!("{sign}{} ± {}", short(value.abs(), 3), short(half, 2)),
    }
}

fn last_dollar(found: &Optimum) -> Vec<Column> {
    let (unit, scale) = shown_unit(found.statistic);
    let points = if unit == "%" { "points" } else { unit };
    let steps = || found.last_dollar.iter();
    vec![
        Column::names("policy", 30, steps().map(|step| named(found, &step.policy, None))),
        Column::names("step", 20, steps().map(step_words)),
        Column::numbers(
            "million\nUSD",
            0,
            steps().map(|step| signed(step.cost / 1e6, |value| significant(value, 4))),
        ),
        Column::numbers(
            &format!("change\n{points}"),
            0,
            steps().map(|step| changed(&step.goal.estimate, scale)),
        ),
        Column::numbers(
            &format!("{points} per\nbillion USD"),
            1,
            steps().map(|step| match step.lowers_per_million() {
                Some(lowers) => short((lowers * 1_000.0 * scale).abs(), 3),
                None => "-".to_owned(),
            }),
        ),
    ]
}

fn step_words(step: &Step) -> String {
    let size = |size: Option<f64>| size.map_or_else(String::new, |size| format!(" at {}", significant(size, 4)));
    match (step.from, step.to) {
        (Some(from), None) => format!("without{}", size(from)),
        (None, Some(to)) => format!("also{}", size(to)),
        (Some(from), Some(to)) => format!(
            "{} to {}",
            significant(from.unwrap_or(f64::NAN), 4),
            significant(to.unwrap_or(f64::NAN), 4)
        ),
        (None, None) => String::new(),
    }
}

fn money(usd: f64) -> String {
    format!("{} million USD", significant(usd / 1e6, 4))
}

fn figure(found: &Optimum, value: f64) -> String {
    let (unit, scale) = shown_unit(found.statistic);
    format!("{} {unit}", short(value * scale, 3)).trim_end().to_owned()
}

/// What was found, a sentence or a few for each question.
pub fn sentences(found: &Optimum) -> Vec<String> {
    let mut said = vec![the_best(found)];
    said.extend(where_money_goes(found));
    said.extend(cap(found));
    said.extend(choices(found));
    said.extend(few_trials(&found.results.run));
    said
}

fn the_best(found: &Optimum) -> String {
    let within = match found.plan.budget {
        Some(budget) => format!("Within {}", money(budget)),
        None => "Whatever it costs".to_owned(),
    };
    let Some(best) = found.best.map(|number| &found.tried[number]) else {
        return format!("{within}, no mix of these policies meets the cap.");
    };
    let called = called(found.statistic);
    if best.policies.is_empty() {
        return format!("{within}, none of these policies lowers the {called}: doing nothing is as good.");
    }
    let names: Vec<String> = names_of(found, best)
        .into_iter()
        .map(|name| format!("\"{name}\""))
        .collect();
    let before = found.tried.iter().find(|tried| tried.policies.is_empty());
    let before = before.map_or(f64::NAN, |tried| {
        goal_of(found, tried).map_or(tried.goal, |goal| goal.value)
    });
    let after = goal_of(found, best).map_or(best.goal, |goal| goal.value);
    let mut said = format!(
        "{within}, {} {} the {called} most, from {} to {}, for {}.",
        listed(&names),
        if names.len() == 1 { "lowers" } else { "lower" },
        figure(found, before),
        figure(found, after),
        money(best.cost)
    );
    let change = change_of(found, best).map(|change| change.estimate);
    if change.is_some_and(|change| !change.standard_error.is_nan() && change.high >= 0.0) {
        said.push_str(" The trials cannot tell that from chance: give more of them.");
    }
    said
}

/// Which policy of the best mix earns its money, and what is next.
fn where_money_goes(found: &Optimum) -> Option<String> {
    let out: Vec<&Step> = found.last_dollar.iter().filter(|step| step.to.is_none()).collect();
    let per_billion = |step: &Step| step.lowers_per_million().unwrap_or(0.0) * 1_000.0;
    let by_use = |steps: &mut Vec<&Step>| steps.sort_by(|one, other| per_billion(other).total_cmp(&per_billion(one)));
    let (unit, scale) = shown_unit(found.statistic);
    let points = if unit == "%" { "points" } else { unit };
    let mut said = Vec::new();
    let mut worth = out;
    by_use(&mut worth);
    if let Some(most) = worth.first().filter(|_| worth.len() > 1) {
        let least = worth[worth.len() - 1];
        let told = |step: &Step| {
            format!(
                "\"{}\" ({} {points} for each billion)",
                named(found, &step.policy, None),
                short(per_billion(step) * scale, 3)
            )
        };
        said.push(format!(
            "In that mix a dollar does most in {}, least in {}.",
            told(most),
            told(least)
        ));
    }
    let mut more: Vec<&Step> = found
        .last_dollar
        .iter()
        .filter(|step| step.from.is_none() && step.goal.estimate.high < 0.0)
        .collect();
    by_use(&mut more);
    if let Some(next) = more.first() {
        let size = next.to.flatten();
        said.push(format!(
            "With {} more, \"{}\" would lower it by another {} {points}.",
            money(next.cost),
            named(found, &next.policy, size),
            short(-next.goal.estimate.value * scale, 3)
        ));
    }
    (!said.is_empty()).then(|| said.join(" "))
}

fn cap(found: &Optimum) -> Option<String> {
    let cap = found.plan.cap?;
    let run = &found.results.run;
    let of = |tried: &Tried| {
        let (material, country, share) = tried.largest_share.clone()?;
        Some(format!(
            "{} makes {} % of {}",
            place_name(run, &country),
            significant(share * 100.0, 3),
            material_name(run, &material)
        ))
    };
    let asked = format!(
        "No single country is to make more than {} % of the output of any stage in the last year",
        significant(cap * 100.0, 3)
    );
    if let Some(best) = found.best.map(|number| &found.tried[number]) {
        let largest = of(best).map_or_else(String::new, |largest| format!(": in the best mix {largest}"));
        return Some(format!("{asked}{largest}."));
    }
    let share = |tried: &&Tried| {
        tried
            .largest_share
            .as_ref()
            .map_or(f64::INFINITY, |(_, _, share)| *share)
    };
    let within = found.tried.iter().filter(|tried| tried.is_within_budget);
    let least = within.min_by(|one, other| share(one).total_cmp(&share(other)))?;
    let names = match least.policies.is_empty() {
        true => "even without any policy".to_owned(),
        false => format!("with {}", listed(&names_of(found, least))),
    };
    let largest = of(least)?;
    Some(format!("{asked}; the nearest to it is reached {names}: {largest}."))
}

/// What could not be chosen, and why.
fn choices(found: &Optimum) -> Option<String> {
    let told = found.left_out.iter();
    let told: Vec<String> = told
        .map(|(id, why)| format!("\"{}\" ({why})", named(found, id, None)))
        .collect();
    let budget_is_whole = found.plan.budget.is_none_or(|budget| budget > 0.0);
    let mut said = Vec::new();
    if !told.is_empty() {
        said.push(format!("No choice of its own: {}.", told.join("; ")));
    }
    if !found.is_exhaustive {
        said.push(
            "The search goes from each mix on the frontier to those that differ by one policy, until none of them is better: it may miss what only \
             several changes at once would reach."
                .to_owned(),
        );
    }
    if found.statistic.unit() == Unit::Percent && budget_is_whole && !found.frontier.is_empty() {
        said.push("Costs are what the scenario says.".to_owned());
    }
    (!said.is_empty()).then(|| said.join(" "))
}
