//! Expected shortfall and its tail by place, as horizontal bars; one bar per policy where there are several.

use crate::results::types::SummaryRow;

use super::canvas::{Anchor, bold, regular, solid};
use super::numbers::{Axis, finite, percent, percent_with_interval};
use super::page::{self, LABEL, MARGIN, Page, RIGHT};
use super::source::Source;
use super::style::{self, BLUE, GRID, INK, MUTED, Marker, RGBColor};
use super::{Chart, ChartError, text};

/// Places in one chart.
const MAX_PLACES: usize = 12;
/// Policies in one chart.
const MAX_POLICIES: usize = 6;
/// Width of the columns of numbers.
const COLUMNS: (f64, f64) = (132.0, 62.0);

struct Group<'a> {
    name: Vec<String>,
    bars: Vec<(RGBColor, Option<&'a SummaryRow>)>,
}

/// Bars of expected shortfall with 95 % intervals, and CVaR 95 as a marker.
pub(super) fn chart(source: &Source<'_>, material: &str) -> Result<Option<Chart>, ChartError> {
    let places = source.places(material, MAX_PLACES);
    if places.is_empty() {
        return Ok(None);
    }
    let shown = source.policies(material, &source.headline(material), MAX_POLICIES);
    let policies = &shown.policies;
    let several = policies.len() > 1;
    let title = format!("{}: expected shortfall by place", source.material(material));
    let name = source.stem("shortfall-by-country", material);
    let mut page = Page::new(source, name, &title, &source.place_names(&places));
    let groups: Vec<Group<'_>> = places
        .iter()
        .map(|place| Group {
            name: text::balance(&source.place(place), 12.0, several, 170.0, if several { 3 } else { 2 }),
            bars: policies
                .iter()
                .zip(&shown.colors)
                .map(|(p, color)| (if several { *color } else { BLUE }, source.row(p, material, place)))
                .collect(),
        })
        .collect();
    let rows = || groups.iter().flat_map(|g| &g.bars).filter_map(|b| b.1);
    let reach = |r: &SummaryRow| {
        let tail = r.cvar_pct[1].estimate.value;
        [r.expected_shortfall_pct.value, r.expected_shortfall_pct.high, tail]
            .map(finite)
            .into_iter()
            .fold(0.0, f64::max)
    };
    let highest = rows().map(reach).fold(0.0, f64::max);
    if highest <= 0.0 {
        page.say(&source.nothing_short());
        return page
            .finish("The chart would compare the expected shortfall of places.")
            .map(Some);
    }
    page.note(source.places_note(material, &places));
    page.note(shown.note);
    legend(
        &mut page,
        &policies.iter().map(|p| source.policy(p)).collect::<Vec<_>>(),
        &shown.colors,
    );
    let hollow = rows().any(|r| !r.cvar_pct[1].supported);
    bars(&mut page, &groups, several, highest);
    for (place, group) in places.iter().zip(&groups) {
        for ((_, row), policy) in group.bars.iter().zip(policies) {
            if let Some(row) = row {
                let of = if several {
                    format!(", {}", source.policy(policy))
                } else {
                    String::new()
                };
                page.describe(format!("{}{of}: {}.", source.place(place), words(row)));
            }
        }
    }
    let mut notes = String::new();
    let order = if several {
        " Bars stand in the order of the legend."
    } else {
        ""
    };
    if hollow {
        notes += " Open diamond: too few trials beyond the level for a firm estimate.";
    }
    page.finish(&format!(
        "How to read: a bar is the mean share of demand that goes unmet over the whole horizon; the whisker is the 95 % interval of that \
         estimate, in brackets in the table.{order} The diamond, CVaR 95, is the mean of the worst 5 % of trials: how bad the bad futures are.{notes}"
    ))
    .map(Some)
}

fn words(row: &SummaryRow) -> String {
    format!(
        "expected {}, CVaR 95 {}",
        percent(row.expected_shortfall_pct.value),
        percent(row.cvar_pct[1].estimate.value)
    )
}

fn legend(page: &mut Page<'_>, policies: &[String], colors: &[RGBColor]) {
    let several = policies.len() > 1;
    let mut entries: Vec<&str> = vec!["Expected shortfall, with 95 % interval", "CVaR 95"];
    if several {
        entries.splice(0..1, policies.iter().map(String::as_str));
    }
    let last = entries.len() - 1;
    page.key(&entries, |canvas, i, x, y| {
        let color = if several {
            colors.get(i).copied().unwrap_or(style::BASELINE)
        } else {
            BLUE
        };
        if i == last {
            canvas.marker(Marker::Diamond, (x + 18.0, y), 8.0, INK);
        } else {
            canvas.bar(x + 2.0, y - 5.0, 24.0, 10.0, color);
        }
    });
}

fn bars(page: &mut Page<'_>, groups: &[Group<'_>], several: bool, highest: f64) {
    let (pitch, thick) = if several { (16.0, 10.0) } else { (34.0, 16.0) };
    let gap = if several { 16.0 } else { 0.0 };
    let label = groups
        .iter()
        .map(|g| text::widest(&g.name, 12.0, several))
        .fold(60.0, f64::max);
    let (left, right) = (MARGIN + label + 12.0, RIGHT - COLUMNS.0 - COLUMNS.1 - 20.0);
    let axis = Axis::from_zero(highest, 6, "");
    let at = |v: f64| left + axis.at(v).clamp(0.0, 1.0) * (right - left);
    let heading = page.y + 20.0;
    let first = RIGHT - COLUMNS.1 - 10.0;
    page.canvas
        .text(first, heading, Anchor::End, bold(10.0, MUTED), "Expected [95 %]");
    page.canvas
        .text(RIGHT, heading, Anchor::End, bold(10.0, MUTED), "CVaR 95");
    let top = heading + 8.0;
    let bars = groups.first().map_or(1, |g| g.bars.len()) as f64;
    let height = (bars * pitch + gap).max(34.0);
    let bottom = top + height * groups.len() as f64;
    let end = page::value_axis(
        &mut page.canvas,
        &axis,
        (left, right),
        (top, bottom),
        "Shortfall over the horizon, % of demand",
    );
    for (i, group) in groups.iter().enumerate() {
        let upper = top + i as f64 * height;
        if i > 0 {
            page.canvas
                .line(vec![(MARGIN, upper), (RIGHT, upper)], solid(GRID, 1.0));
        }
        let mut y = upper + height / 2.0 + 4.5 - (group.name.len() as f64 - 1.0) * 7.5;
        for line in &group.name {
            let set = if several { bold(12.0, INK) } else { regular(12.0, INK) };
            page.canvas.text(left - 12.0, y, Anchor::End, set, line);
            y += 15.0;
        }
        for (k, (color, row)) in group.bars.iter().enumerate() {
            let Some(row) = row else { continue };
            let middle = upper + (height - bars * pitch) / 2.0 + (k as f64 + 0.5) * pitch;
            let mean = row.expected_shortfall_pct;
            let tail = row.cvar_pct[1];
            let canvas = &mut page.canvas;
            canvas.line(
                vec![(left, middle), (at(tail.estimate.value), middle)],
                solid(*color, 1.0),
            );
            canvas.bar(left, middle - thick / 2.0, at(mean.value) - left, thick, *color);
            whisker(canvas, (at(mean.low), at(mean.high)), middle, thick * 0.28);
            let mark = if several { 7.0 } else { 10.0 };
            if tail.supported {
                canvas.marker(Marker::Diamond, (at(tail.estimate.value), middle), mark, *color);
            } else {
                canvas.hollow_marker(Marker::Diamond, (at(tail.estimate.value), middle), mark, *color);
            }
            let size = if several { 9.5 } else { LABEL };
            let interval = percent_with_interval(mean.value, mean.low, mean.high);
            let interval = text::shorten(&interval, size, false, COLUMNS.0);
            canvas.text(first, middle + size * 0.36, Anchor::End, regular(size, INK), &interval);
            let value = percent(tail.estimate.value);
            canvas.text(RIGHT, middle + size * 0.36, Anchor::End, regular(size, INK), &value);
        }
    }
    page.y = end + 4.0;
}

/// A whisker from x to x at a height, dark over a white edge, with caps.
pub(super) fn whisker(canvas: &mut super::canvas::Canvas, (from, to): (f64, f64), y: f64, cap: f64) {
    for (color, width) in [(RGBColor(255, 255, 255), 3.2), (INK, 1.4)] {
        canvas.line(vec![(from, y), (to, y)], solid(color, width));
        for x in [from, to] {
            canvas.line(vec![(x, y - cap), (x, y + cap)], solid(color, width));
        }
    }
}
