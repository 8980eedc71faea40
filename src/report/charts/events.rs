//! Which events the shortfall comes from: share of the expected shortfall and of the tail, side by side.

use crate::results::types::AttributionKind;

use super::canvas::{Anchor, bold, regular, solid};
use super::numbers::{Axis, finite, percent};
use super::page::{self, LABEL, MARGIN, Page, RIGHT};
use super::source::Source;
use super::style::{BLUE, GRID, INK, ORANGE};
use super::{Chart, ChartError, text};

/// Events with bars of their own.
const MAX_EVENTS: usize = 10;
/// Width of the longest event name.
const NAMES: f64 = 250.0;
/// Height of an event's pair of bars.
const PITCH: f64 = 38.0;

struct Cause {
    name: Vec<String>,
    expected: f64,
    tail: f64,
    structural: bool,
}

/// Attribution of the headline place's shortfall to events; nothing when the results attribute nothing.
pub(super) fn chart(source: &Source<'_>, material: &str) -> Result<Option<Chart>, ChartError> {
    let place = source.headline(material);
    let name = |key: &str| {
        let event = source.baseline.events.iter().find(|e| e.event == key);
        event
            .map_or(key, |e| if e.name.is_empty() { key } else { &e.name })
            .to_owned()
    };
    let rows = source.baseline.attributed().iter();
    let rows = rows.filter(|a| a.material == material && a.country == place && a.kind == AttributionKind::Event);
    let mut causes: Vec<Cause> = rows
        .map(|a| Cause {
            name: vec![if a.key == "structural" {
                "Short without any event (structural)".to_owned()
            } else {
                name(&a.key)
            }],
            expected: 100.0 * finite(a.share_of_expected),
            tail: 100.0 * finite(a.share_of_cvar95),
            structural: a.key == "structural",
        })
        .collect();
    if causes.is_empty() {
        return Ok(None);
    }
    let title = format!("{}: which events cause the shortfall?", source.material(material));
    let mut page = Page::new(source, source.stem("events", material), &title, &[source.place(&place)]);
    page.note(source.baseline_note());
    if causes.iter().all(|c| c.expected == 0.0 && c.tail == 0.0) {
        page.say(&source.nothing_short());
        return page
            .finish("The chart would split the shortfall by the events that cause it.")
            .map(Some);
    }
    order(&mut causes);
    page.key(
        &[
            "Share of the expected shortfall",
            "Share of CVaR 95 (the worst 5 % of trials)",
        ],
        |canvas, i, x, y| {
            canvas.bar(x + 2.0, y - 5.0, 24.0, 10.0, [BLUE, ORANGE][i]);
        },
    );
    bars(&mut page, &mut causes);
    page.finish(
        "How to read: the blue bars add up to 100 % of the mean shortfall, the orange ones to 100 % of the mean of the worst 5 % of trials. \
         An event whose orange bar is the longer one matters more in bad futures than on average. Where events act together, their joint \
         effect is divided among them.",
    )
    .map(Some)
}

/// Largest first; what does not fit is pooled, and the structural part closes the list.
fn order(causes: &mut Vec<Cause>) {
    let size = |c: &Cause| c.expected.abs().max(c.tail.abs());
    let structural: Vec<Cause> = causes
        .extract_if(.., |c| c.structural)
        .filter(|c| size(c) > 0.0)
        .collect();
    causes.retain(|c| size(c) > 0.0);
    causes.sort_by(|a, b| {
        b.expected
            .total_cmp(&a.expected)
            .then(b.tail.total_cmp(&a.tail))
            .then(a.name.cmp(&b.name))
    });
    if causes.len() > MAX_EVENTS {
        let rest = causes.split_off(MAX_EVENTS - 1);
        causes.push(Cause {
            name: vec![format!("{} other events", rest.len())],
            expected: rest.iter().map(|c| c.expected).sum(),
            tail: rest.iter().map(|c| c.tail).sum(),
            structural: false,
        });
    }
    causes.extend(structural);
}

fn bars(page: &mut Page<'_>, causes: &mut [Cause]) {
    for cause in causes.iter_mut() {
        page.describe(format!(
            "{}: {} of the expected shortfall, {} of CVaR 95.",
            cause.name[0],
            percent(cause.expected),
            percent(cause.tail)
        ));
        cause.name = text::balance(&cause.name[0], LABEL, false, NAMES, 2);
    }
    let label = causes
        .iter()
        .map(|c| text::widest(&c.name, LABEL, false))
        .fold(60.0, f64::max);
    let values = || causes.iter().flat_map(|c| [c.expected, c.tail]);
    let (low, high) = (values().fold(0.0, f64::min), values().fold(0.0, f64::max));
    let axis = Axis::linear(low, high, 6, "");
    // Room right of the longest bar for its number.
    let (left, right) = (MARGIN + label + 12.0, RIGHT - 54.0);
    let at = |v: f64| left + axis.at(v).clamp(0.0, 1.0) * (right - left);
    let top = page.y + 14.0;
    let bottom = top + PITCH * causes.len() as f64;
    let end = page::value_axis(
        &mut page.canvas,
        &axis,
        (left, right),
        (top, bottom),
        "Share of the shortfall, %",
    );
    for (i, cause) in causes.iter().enumerate() {
        let upper = top + i as f64 * PITCH;
        if cause.structural && i > 0 {
            page.canvas
                .line(vec![(MARGIN, upper), (right, upper)], solid(GRID, 1.6));
        }
        let middle = upper + PITCH / 2.0;
        let mut y = middle + 4.0 - (cause.name.len() as f64 - 1.0) * 7.0;
        for line in &cause.name {
            page.canvas.text(left - 12.0, y, Anchor::End, regular(LABEL, INK), line);
            y += 14.0;
        }
        for (value, color, y) in [
            (cause.expected, BLUE, middle - 13.0),
            (cause.tail, ORANGE, middle + 1.0),
        ] {
            let (a, b) = (at(value.min(0.0)), at(value.max(0.0)));
            page.canvas.bar(a, y, (b - a).max(0.6), 12.0, color);
            let set = if color == BLUE {
                bold(10.0, INK)
            } else {
                regular(10.0, INK)
            };
            page.canvas
                .edged_text(b + 5.0, y + 9.6, Anchor::Start, set, &percent(value));
        }
    }
    page.y = end + 4.0;
}
