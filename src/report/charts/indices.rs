//! Concentration of who makes it, and GeoPolRisk of who buys it: bars with the range that is left open.

use crate::study::{Bounds, PROGRAM};
use crate::whatif::indices::{Found, Index, Indices};

use super::canvas::{Anchor, bold, regular};
use super::numbers::{Axis, finite};
use super::page::{self, LABEL, MARGIN, Page, RIGHT};
use super::style::{BLUE, INK, MUTED, ORANGE, RGBColor};
use super::{Chart, ChartError, by_country::whisker, text};
use crate::report::indices::words::figure;

/// Rows with a bar.
const MAX_ROWS: usize = 24;
/// Height of a row.
const PITCH: f64 = 26.0;
/// Width of the longest name.
const NAMES: f64 = 270.0;
/// Room at the right for words.
const WORDS: f64 = 200.0;

/// A row: its name, its figure, what stands beside it.
struct Bar {
    name: String,
    bounds: Bounds,
    beside: String,
}

/// HHI by material and stage.
pub(super) fn concentration(found: &Indices) -> Result<Option<Chart>, ChartError> {
    let rows = found.found.iter().filter(|row| row.index == Index::Concentration);
    let bars = rows.filter_map(|row| {
        let leader = row.who.first().map_or("", |code| found.country(code));
        let share = found
            .found
            .iter()
            .find(|other| other.index == Index::Top1 && (&other.material, &other.stage) == (&row.material, &row.stage));
        let share = share.map_or_else(String::new, |share| figure(&share.figure, 100.0));
        Some(Bar {
            name: row.called(),
            bounds: *row.figure.as_ref().ok()?,
            beside: format!("{leader} {share} %"),
        })
    });
    let axis = "Herfindahl-Hirschman index of output: 1 is a single maker, 1/n are n equal ones";
    draw(
        found,
        ("indices-concentration", "How concentrated is it?"),
        axis,
        bars.collect(),
        (BLUE, Some(1.0)),
        "How to read: the bar is the sum of squared shares of all named makers, with other countries together as many small ones; the whisker \
         is what the index could be: other countries as few as can be, output that is withheld anything up to that of the largest. Beside it the \
         largest maker and its share.",
    )
}

/// GeoPolRisk by buyer, material and stage.
pub(super) fn dependence(found: &Indices) -> Result<Option<Chart>, ChartError> {
    let rows = found.found.iter().filter(|row| row.index == Index::GeoPolRisk);
    let bars = rows.filter_map(|row: &Found| {
        let source = row.who.first().map_or("", |code| found.country(code));
        Some(Bar {
            name: format!("{}: {}", row.place_name, row.called()),
            bounds: *row.figure.as_ref().ok()?,
            beside: match source {
                "" => String::new(),
                source => format!("most from {source}"),
            },
        })
    });
    draw(
        found,
        ("indices-geopolrisk", "Who depends on whom?"),
        "GeoPolRisk: HHI of output x instability of the origins of imports, by their part in output and imports; 0 to 1",
        bars.collect(),
        (ORANGE, None),
        "How to read: the longer the bar, the more a buyer's supply hangs on a few makers and on imports from unstable countries. What it makes \
         itself carries no risk in this index. The whisker is what unnamed countries and missing scores leave open. Values rank; they are no \
         probabilities.",
    )
}

fn draw(
    found: &Indices,
    (name, title): (&str, &str),
    axis_name: &str,
    mut bars: Vec<Bar>,
    (color, least_end): (RGBColor, Option<f64>),
    how: &str,
) -> Result<Option<Chart>, ChartError> {
    if bars.is_empty() {
        return Ok(None);
    }
    let from = match found.is_of_scenario {
        true => "The scenario's undisrupted start",
        false => "The shipped tables",
    };
    let provenance = format!("{PROGRAM}, {}; governance: {}", found.origin, found.governance);
    let whom = std::slice::from_ref(&found.title);
    let mut page = Page::headed((name.to_owned(), title), whom, "", from, provenance);
    let all = bars.len();
    let size = |bar: &Bar| bar.bounds.value.unwrap_or(bar.bounds.high);
    bars.sort_by(|one, other| size(other).total_cmp(&size(one)));
    bars.truncate(MAX_ROWS);
    page.note(
        (all > bars.len()).then(|| format!("Not shown: {} with a smaller value (indices.csv).", all - bars.len())),
    );
    let names: Vec<String> = bars
        .iter()
        .map(|bar| text::shorten(&bar.name, LABEL, false, NAMES))
        .collect();
    let (left, right) = (
        MARGIN + text::widest(&names, LABEL, false).max(60.0) + 12.0,
        RIGHT - WORDS,
    );
    let most = bars.iter().map(|bar| finite(bar.bounds.high)).fold(0.0, f64::max);
    let axis = Axis::from_zero(least_end.map_or(most, |end| end.max(most)), 5, "");
    let at = |value: f64| left + axis.at(finite(value)).clamp(0.0, 1.0) * (right - left);
    let top = page.y + 16.0;
    let bottom = top + PITCH * bars.len() as f64;
    let end = page::value_axis(&mut page.canvas, &axis, (left, right), (top, bottom), axis_name);
    for (row, (bar, name)) in bars.iter().zip(&names).enumerate() {
        let middle = top + (row as f64 + 0.5) * PITCH;
        page.canvas
            .text(left - 12.0, middle + 4.0, Anchor::End, regular(LABEL, INK), name);
        if let Some(value) = bar.bounds.value {
            page.canvas
                .bar(left, middle - 7.0, (at(value) - left).max(0.6), 14.0, color);
        }
        if bar.bounds.is_wider_than(1e-6) {
            whisker(&mut page.canvas, (at(bar.bounds.low), at(bar.bounds.high)), middle, 4.0);
        }
        let shown = figure(&Ok(bar.bounds), 1.0);
        page.canvas
            .text(right + 12.0, middle + 4.0, Anchor::Start, bold(LABEL, INK), &shown);
        let across = right + 20.0 + bold(LABEL, INK).width(&shown);
        let beside = text::shorten(&bar.beside, LABEL, false, RIGHT - across);
        page.canvas
            .text(across, middle + 4.0, Anchor::Start, regular(LABEL, MUTED), &beside);
        page.describe(format!("{}: {shown}, {}.", bar.name, bar.beside));
    }
    page.y = end + 4.0;
    page.finish(how).map(Some)
}
