//! Panels side by side, one per place, all on one scale.

use super::canvas::{Anchor, Canvas, bold, regular};
use super::numbers::Axis;
use super::page::{LABEL, MARGIN, Page, RIGHT};
use super::panel::Panel;
use super::source::Source;
use super::style::{INK, MUTED};
use super::text;

/// Panels in one chart.
const MAX_PANELS: usize = 12;

/// The places that get panels.
pub(super) struct Places<'a> {
    /// Their ids.
    pub places: Vec<&'a str>,
    /// The names of those of them that no other is the sum of.
    pub whom: Vec<String>,
}

/// The headline place and, where several are in focus, each of them; of those that `has` has something of.
pub(super) fn places<'a>(source: &Source<'a>, material: &str, has: impl Fn(&str) -> bool) -> Places<'a> {
    let headline = source.headline(material);
    let mut places: Vec<&str> = source.places(material, MAX_PANELS - 1);
    let row = source.row(source.baseline, material, &headline);
    if let Some(row) = row.filter(|row| !places.contains(&row.country.as_str())) {
        places.insert(0, &row.country);
    }
    places.retain(|place| has(place));
    let all = places.len() > 1
        && places.first() == Some(&headline.as_str())
        && !source.results.focus_places.contains(&headline);
    let whom = places.iter().skip(usize::from(all)).map(|place| source.place(place));
    Places {
        whom: whom.collect(),
        places,
    }
}

/// Draws the panels: the axis across is given for a panel's width, `draw` draws into the panel of a number.
pub(super) fn draw(
    page: &mut Page<'_>,
    names: &[&str],
    highest: f64,
    across: impl Fn(f64) -> Axis,
    mut draw: impl FnMut(&mut Canvas, &Panel, usize),
) {
    let columns = match names.len() {
        1 => 1,
        2 | 4 => 2,
        _ => 3,
    };
    let rows = names.len().div_ceil(columns);
    let height = match rows {
        1 if columns == 1 => 330.0,
        1 => 270.0,
        2 => 190.0,
        _ => 140.0,
    };
    let y = Axis::from_zero(highest, if height > 200.0 { 5 } else { 4 }, "");
    let gutter = y
        .ticks
        .iter()
        .map(|t| regular(LABEL, MUTED).width(&t.1))
        .fold(0.0, f64::max)
        + 8.0;
    let gap = 30.0;
    let left = MARGIN + gutter;
    // The last label of the time axis is centred under the right edge.
    let width = (RIGHT - 16.0 - left - gap * (columns as f64 - 1.0)) / columns as f64;
    let x = across(width);
    let head = if names.len() > 1 { 26.0 } else { 6.0 };
    let start = page.y + 30.0;
    for (i, name) in names.iter().enumerate() {
        let (row, column) = (i / columns, i % columns);
        let x0 = left + column as f64 * (width + gap);
        let y0 = start + row as f64 * (height + head + 34.0) + head;
        let panel = Panel {
            frame: [x0, y0, x0 + width, y0 + height],
            x: x.clone(),
            y: y.clone(),
        };
        if names.len() > 1 {
            let fitted = text::shorten(name, 12.0, true, width);
            page.canvas.text(x0, y0 - 10.0, Anchor::Start, bold(12.0, INK), &fitted);
        }
        panel.grid(&mut page.canvas, true, column == 0);
        draw(&mut page.canvas, &panel, i);
    }
    page.y = start + rows as f64 * (height + head + 34.0) - 10.0;
}
