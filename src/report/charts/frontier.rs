//! What mixes of policies cost against the goal that they reach: all that were tried, and the frontier.

use crate::report::optimize::{change_of, goal_of, names_of, shown_unit};
use crate::report::sweep::called;
use crate::whatif::optimize::{Optimum, Tried};

use super::canvas::{Anchor, Stroke, bold, regular, solid};
use super::numbers::{Axis, NBSP, finite, short};
use super::page::{LABEL, MARGIN, Page, RIGHT};
use super::source::Source;
use super::style::{AXIS, BLUE, GRID, INK, MUTED, Marker, OTHER};
use super::{Chart, ChartError, text};

/// Mixes of the frontier that the key names.
const MAX_NAMED: usize = 9;
/// Mixes whose costs differ by less than this part of the axis get one number.
const NEAR: f64 = 0.025;
/// Height of the panel.
const HEIGHT: f64 = 320.0;

/// The chart; nothing where there is nothing to choose.
pub(super) fn chart(source: &Source<'_>, found: &Optimum) -> Result<Option<Chart>, ChartError> {
    if found.frontier.len() < 2 {
        return Ok(None);
    }
    let (material, place) = source.baseline.headline.clone();
    let (unit, scale) = shown_unit(found.statistic);
    let title = format!(
        "{}: which policies lower the {} most for their cost?",
        source.material(&material),
        called(found.statistic)
    );
    let stem = source.stem("optimize-frontier", &material);
    let mut page = Page::new(source, stem, &title, &[source.place(&place)]);
    let goal = |tried: &Tried| finite(goal_of(found, tried).map_or(tried.goal, |goal| goal.value) * scale);
    let frontier: Vec<&Tried> = found.frontier.iter().map(|number| &found.tried[*number]).collect();
    let allowed: Vec<&Tried> = found.tried.iter().filter(|tried| tried.is_within_cap).collect();
    // What costs far more than all that helps would press the rest into a corner.
    let last = frontier.last().map_or(0.0, |tried| tried.cost / 1e6);
    let budget = found
        .plan
        .budget
        .map(|budget| budget / 1e6)
        .filter(|budget| *budget <= 2.0 * last);
    let most_cost = budget.unwrap_or(0.0).max(last) * 1.15;
    let inside: Vec<&&Tried> = allowed.iter().filter(|tried| tried.cost / 1e6 <= most_cost).collect();
    let beyond = allowed.len() - inside.len();
    let most = inside.iter().map(|tried| goal(tried)).fold(0.0_f64, f64::max);
    let costs = Axis::from_zero(most_cost, 6, "");
    let goals = Axis::from_zero(most, 5, "");
    let (left, right) = (MARGIN + 56.0, RIGHT - 24.0);
    let (top, bottom) = (page.y + 30.0, page.y + 30.0 + HEIGHT);
    let x = |tried: &Tried| left + costs.at(tried.cost / 1e6).clamp(0.0, 1.0) * (right - left);
    let across = |million: f64| left + costs.at(million).clamp(0.0, 1.0) * (right - left);
    let y = |value: f64| bottom - goals.at(value).clamp(0.0, 1.0) * (bottom - top);
    let called = called(found.statistic);
    let name = match unit {
        "" => called.clone(),
        unit => format!("{called}, {unit}"),
    };
    page.canvas
        .text(MARGIN, top - 14.0, Anchor::Start, regular(LABEL, INK), &capital(&name));
    for (value, label) in &goals.ticks {
        let color = if *value == 0.0 { AXIS } else { GRID };
        page.canvas
            .line(vec![(left, y(*value)), (right, y(*value))], solid(color, 1.0));
        page.canvas
            .text(left - 8.0, y(*value) + 4.0, Anchor::End, regular(LABEL, MUTED), label);
    }
    for (value, label) in &costs.ticks {
        let at = across(*value);
        page.canvas.line(vec![(at, top), (at, bottom)], solid(GRID, 1.0));
        page.canvas
            .text(at, bottom + 16.0, Anchor::Middle, regular(LABEL, MUTED), label);
    }
    page.canvas.text(
        (left + right) / 2.0,
        bottom + 34.0,
        Anchor::Middle,
        regular(LABEL, INK),
        "Cost over the horizon, million USD",
    );
    if let Some(budget) = budget {
        let at = across(budget);
        let dashed = Stroke {
            color: INK,
            width: 1.2,
            dash: Some((5.0, 4.0)),
        };
        page.canvas.line(vec![(at, top), (at, bottom)], dashed);
        page.canvas
            .edged_text(at - 6.0, top + 12.0, Anchor::End, regular(LABEL, INK), "budget");
    }
    for tried in &inside {
        page.canvas
            .marker(Marker::Circle, (x(tried), y(goal(tried))), 5.0, OTHER);
    }
    // Between two mixes nothing can be bought: the frontier goes in steps.
    let mut steps = Vec::new();
    for pair in frontier.windows(2) {
        steps.push((x(pair[0]), y(goal(pair[0]))));
        steps.push((x(pair[1]), y(goal(pair[0]))));
    }
    steps.extend(frontier.last().map(|tried| (x(tried), y(goal(tried)))));
    page.canvas.line(steps, solid(BLUE, 2.0));
    let named = named(found, &frontier);
    for tried in &frontier {
        page.canvas
            .marker(Marker::Diamond, (x(tried), y(goal(tried))), 10.0, BLUE);
        page.describe(format!(
            "{} million USD: {} {unit}{}.",
            short(tried.cost / 1e6),
            short(goal(tried)),
            change_of(found, tried)
                .filter(|_| !tried.policies.is_empty())
                .map_or_else(String::new, |change| format!(
                    ", {} from the baseline",
                    short(change.estimate.value * scale)
                ))
        ));
    }
    for (number, tried) in named.iter().enumerate() {
        let label = (number + 1).to_string();
        page.canvas.text(
            x(tried) + 7.0,
            y(goal(tried)) - 7.0,
            Anchor::Start,
            bold(LABEL, INK),
            &label,
        );
    }
    page.y = bottom + 44.0;
    let best = found.best.map(|number| found.tried[number].name.clone());
    for (number, tried) in named.iter().enumerate() {
        let what = match tried.policies.is_empty() {
            true => "none of the policies".to_owned(),
            false => names_of(found, tried).join(" + "),
        };
        let is_best = found.plan.budget.is_some() && best.as_ref() == Some(&tried.name);
        let line = format!(
            "{}: {}{NBSP}million USD, {}{NBSP}{unit}{}: {what}",
            number + 1,
            short(tried.cost / 1e6),
            short(goal(tried)),
            if is_best { " (the best within the budget)" } else { "" }
        );
        let line = text::shorten(&line, LABEL, is_best, RIGHT - MARGIN);
        let font = if is_best { bold(LABEL, INK) } else { regular(LABEL, INK) };
        page.canvas.text(MARGIN, page.y + 12.0, Anchor::Start, font, &line);
        page.y += 18.0;
    }
    let hidden = frontier.len() - named.len();
    if hidden > 0 {
        page.note(format!(
            "{hidden} more mixes on the frontier have no number; optimize.csv names them."
        ));
    }
    if beyond > 0 {
        page.note(format!(
            "{beyond} mixes that cost more than the axis shows reach no more than the last step."
        ));
    }
    page.finish(
        "How to read: each dot is a mix of policies, on the same trials; the line joins those that no cheaper one matches. Where it falls steeply a \
         dollar does much. Mixes that were clearly beaten early stand where their first trials put them. Costs are as the scenario states them.",
    )
    .map(Some)
}

/// The mixes that the key names: the first and the last, the best, and those between in even parts.
fn named<'a>(found: &Optimum, frontier: &[&'a Tried]) -> Vec<&'a Tried> {
    let every = frontier.len().div_ceil(MAX_NAMED).max(1);
    let best = found.best.map(|number| &found.tried[number]);
    let is_best = |tried: &Tried| best.is_some_and(|best| best.name == tried.name);
    // Sizes that were tried around the best stand so near it that their numbers would lie on one another.
    let apart = NEAR * frontier.last().map_or(0.0, |tried| tried.cost);
    let is_near = |tried: &Tried| best.is_some_and(|best| (best.cost - tried.cost).abs() < apart);
    let is_named = |(at, tried): &(usize, &&Tried)| {
        is_best(tried) || !is_near(tried) && (at.is_multiple_of(every) || *at + 1 == frontier.len())
    };
    let named = frontier.iter().enumerate().filter(is_named);
    named.map(|(_, tried)| *tried).collect()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}
