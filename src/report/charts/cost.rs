//! What policies cost against what they avoid at the headline place.

use crate::whatif::compare::Comparison;

use super::canvas::{Anchor, Stroke, regular, solid};
use super::numbers::{self, Axis, NBSP, finite, short};
use super::page::{LABEL, MARGIN, Page, RIGHT};
use super::source::Source;
use super::style::{AXIS, GRID, INK, MARKERS, MUTED};
use super::{Chart, ChartError, text};

/// Policies in the chart.
const MAX_POLICIES: usize = 12;
/// Height of the panel.
const HEIGHT: f64 = 300.0;

struct Point<'a> {
    name: String,
    cost_musd: f64,
    avoided: f64,
    low: f64,
    high: f64,
    color: &'a super::style::RGBColor,
}

/// The chart; nothing where fewer than two policies have a cost.
pub(super) fn chart(source: &Source<'_>, comparison: &Comparison) -> Result<Option<Chart>, ChartError> {
    let (material, place) = source.baseline.headline.clone();
    let shown = source.policies(&material, &place, MAX_POLICIES + 1);
    let points: Vec<Point<'_>> = shown
        .policies
        .iter()
        .zip(&shown.colors)
        .skip(1)
        .filter_map(|(policy, color)| {
            let cost = policy.cost.filter(|cost| cost.is_finite())?;
            let mut effects = comparison.effects.iter();
            let effect = effects.find(|effect| {
                effect.variant == policy.policy && effect.material == material && effect.country == place
            })?;
            let change = effect.get(comparison.measure)?.estimate;
            Some(Point {
                name: source.policy(policy),
                cost_musd: cost / 1e6,
                avoided: -finite(change.value),
                low: -finite(change.high),
                high: -finite(change.low),
                color,
            })
        })
        .collect();
    if points.len() < 2 {
        return Ok(None);
    }
    let title = format!("{}: what does it cost to be short of less?", source.material(&material));
    let mut page = Page::new(
        source,
        source.stem("compare-cost", &material),
        &title,
        &[source.place(&place)],
    );
    page.note(shown.note);
    let most = |get: fn(&Point<'_>) -> f64| points.iter().map(get).fold(0.0_f64, f64::max);
    let least = points.iter().map(|point| point.low).fold(0.0_f64, f64::min);
    let costs = Axis::from_zero(most(|point| point.cost_musd), 6, "");
    let gains = Axis::linear(least, most(|point| point.high), 5, "");
    let (left, right) = (MARGIN + 56.0, RIGHT - 24.0);
    let (top, bottom) = (page.y + 30.0, page.y + 30.0 + HEIGHT);
    let x = |value: f64| left + costs.at(value).clamp(0.0, 1.0) * (right - left);
    let y = |value: f64| bottom - gains.at(value).clamp(0.0, 1.0) * (bottom - top);
    page.canvas.text(
        MARGIN,
        top - 14.0,
        Anchor::Start,
        regular(LABEL, INK),
        "Avoided of the expected shortfall, percentage points of demand",
    );
    for (value, label) in &gains.ticks {
        let color = if *value == 0.0 { AXIS } else { GRID };
        page.canvas
            .line(vec![(left, y(*value)), (right, y(*value))], solid(color, 1.0));
        page.canvas
            .text(left - 8.0, y(*value) + 4.0, Anchor::End, regular(LABEL, MUTED), label);
    }
    for (value, label) in &costs.ticks {
        page.canvas
            .line(vec![(x(*value), top), (x(*value), bottom)], solid(GRID, 1.0));
        page.canvas
            .text(x(*value), bottom + 16.0, Anchor::Middle, regular(LABEL, MUTED), label);
    }
    page.canvas.text(
        (left + right) / 2.0,
        bottom + 34.0,
        Anchor::Middle,
        regular(LABEL, INK),
        "Cost over the horizon, million USD",
    );
    for (number, point) in points.iter().enumerate() {
        let across = x(point.cost_musd);
        let ends = vec![(across, y(point.low)), (across, y(point.high))];
        let stroke = Stroke {
            color: INK,
            width: 1.4,
            dash: None,
        };
        page.canvas.line(ends, stroke);
        page.canvas.marker(
            MARKERS[number % MARKERS.len()],
            (across, y(point.avoided)),
            10.0,
            *point.color,
        );
        page.describe(format!(
            "{}: {} million USD avoid {}.",
            point.name,
            short(point.cost_musd),
            numbers::points(point.avoided)
        ));
    }
    page.y = bottom + 40.0;
    let names: Vec<String> = points
        .iter()
        .map(|point| {
            let name = text::shorten(&point.name, LABEL, false, 260.0);
            format!("{name} (USD{NBSP}{}{NBSP}million)", short(point.cost_musd))
        })
        .collect();
    let entries: Vec<&str> = names.iter().map(String::as_str).collect();
    page.key(&entries, |canvas, number, x, y| {
        if let Some(point) = points.get(number) {
            canvas.marker(MARKERS[number % MARKERS.len()], (x + 16.0, y), 9.0, *point.color);
        }
    });
    page.finish(
        "How to read: the higher, the more a policy avoids; the further left, the less it costs. One that lies below and right of another costs \
         more and avoids less. Lines: 95 % interval of what is avoided, from the same trials for all. Costs are as the scenario states them.",
    )
    .map(Some)
}
