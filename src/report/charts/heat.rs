//! How a statistic follows two keys: a map of cells, each with its figure.

use crate::whatif::sweep::{Cell, Sweep};

use super::super::number::significant;
use super::super::sweep::{called, short_key};
use super::canvas::{Anchor, regular, solid};
use super::numbers::{finite, short};
use super::page::{LABEL, MARGIN, Page, RIGHT};
use super::source::Source;
use super::style::{INK, MUTED, ORANGE, RGBColor, ink_on};
use super::sweep::{axis_name, digits, label, notes, scale};
use super::{Chart, ChartError, text};

/// Height of a cell, at most.
const HIGHEST: f64 = 46.0;
/// Height of all cells, at most.
const HEIGHT: f64 = 460.0;
/// Colour of the least and of the most.
const ENDS: [RGBColor; 2] = [RGBColor(0xEA, 0xF2, 0xF8), RGBColor(0x08, 0x3C, 0x6E)];
/// A cell without a figure.
const NOTHING: RGBColor = RGBColor(0xF5, 0xF6, 0xF7);
/// Steps of the legend.
const STEPS: usize = 5;

/// The chart of a material at its headline place; nothing where there is no figure.
pub(super) fn chart(source: &Source<'_>, sweep: &Sweep, material: &str) -> Result<Option<Chart>, ChartError> {
    let place = source.headline(material);
    let cells = sweep.at(material, &place);
    let [down, across] = &sweep.axes[..] else {
        return Ok(None);
    };
    let scale = scale(sweep);
    let values = || {
        cells
            .iter()
            .filter_map(|cell| cell.found.value())
            .map(|value| finite(value * scale))
    };
    let (least, most) = values().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| {
        (least.min(value), most.max(value))
    });
    if least > most {
        return Ok(None);
    }
    let title = format!(
        "{}: how does the {} follow {} and {}?",
        source.material(material),
        called(sweep.statistic),
        short_key(&down.key),
        short_key(&across.key)
    );
    let stem = source.stem("sweep", material);
    let mut page = Page::new(source, stem, &title, &[source.place(&place)]);
    notes(&mut page, sweep);
    let (rows, columns) = (down.values.len(), across.values.len());
    let widest = down
        .values
        .iter()
        .map(|value| regular(LABEL, MUTED).width(&label(down, *value)))
        .fold(0.0, f64::max);
    let left = MARGIN + widest + 16.0;
    let width = (RIGHT - left) / columns as f64;
    let height = (HEIGHT / rows as f64).min(HIGHEST);
    let top = page.y + 44.0;
    let bottom = top + height * rows as f64;
    let up = text::shorten(&format!("Upwards: {}", down.key), LABEL, false, RIGHT - MARGIN);
    let heading = text::shorten(&axis_name(source, sweep, material), LABEL, false, RIGHT - MARGIN);
    page.canvas.text(
        MARGIN,
        top - 28.0,
        Anchor::Start,
        regular(LABEL, INK),
        &format!("In the cells: {heading}"),
    );
    page.canvas
        .text(MARGIN, top - 11.0, Anchor::Start, regular(LABEL, INK), &up);
    let cell = |row: usize, column: usize| cells.get(row * columns + column).copied();
    // The first key's values ascend upwards.
    let corner = |row: usize, column: usize| (left + column as f64 * width, bottom - (row + 1) as f64 * height);
    let has_labels = label_fits(&cells, scale, width, height);
    for row in 0..rows {
        for column in 0..columns {
            let Some(found) = cell(row, column) else { continue };
            let (x, y) = corner(row, column);
            let value = found.found.value().map(|value| finite(value * scale));
            let color = value.map_or(NOTHING, |value| shade(part(value, least, most)));
            page.canvas.bar(x + 0.5, y + 0.5, width - 1.0, height - 1.0, color);
            if has_labels {
                write(&mut page, found, scale, (x, y, width, height), ink_on(color));
            }
        }
    }
    if !has_labels {
        page.note("The cells are too small for their figures: sweep.csv has all.".to_owned());
    }
    for (row, value) in down.values.iter().enumerate() {
        let (_, y) = corner(row, 0);
        if height >= 12.0 || row % 2 == 0 {
            let middle = y + height / 2.0 + 4.0;
            page.canvas.text(
                left - 7.0,
                middle,
                Anchor::End,
                regular(LABEL, MUTED),
                &label(down, *value),
            );
        }
    }
    let mut free = f64::NEG_INFINITY;
    for (column, value) in across.values.iter().enumerate() {
        let (x, said) = (left + (column as f64 + 0.5) * width, label(across, *value));
        let half = regular(LABEL, MUTED).width(&said) / 2.0;
        if x - half > free {
            page.canvas
                .text(x, bottom + 16.0, Anchor::Middle, regular(LABEL, MUTED), &said);
            free = x + half + 6.0;
        }
    }
    let along = text::shorten(&format!("To the right: {}", across.key), LABEL, false, RIGHT - left);
    page.canvas.text(
        (left + RIGHT) / 2.0,
        bottom + 34.0,
        Anchor::Middle,
        regular(LABEL, INK),
        &along,
    );
    if let Some(level) = sweep.level {
        let is_beyond = |row: usize, column: usize| cell(row, column)?.found.value().map(|value| value > level);
        for row in 0..rows {
            for column in 0..columns {
                let (x, y) = corner(row, column);
                let differs = |other: Option<bool>| {
                    is_beyond(row, column)
                        .zip(other)
                        .is_some_and(|(one, other)| one != other)
                };
                if column + 1 < columns && differs(is_beyond(row, column + 1)) {
                    page.canvas
                        .line(vec![(x + width, y), (x + width, y + height)], solid(ORANGE, 2.6));
                }
                if row + 1 < rows && differs(is_beyond(row + 1, column)) {
                    page.canvas.line(vec![(x, y), (x + width, y)], solid(ORANGE, 2.6));
                }
            }
        }
    }
    page.y = bottom + 42.0;
    for found in [cells.first(), cells.last()].into_iter().flatten() {
        if let Some(value) = found.found.value() {
            let at = &sweep.points[found.point].at;
            page.describe(format!(
                "{} at {} and {}.",
                significant(value * scale, 3),
                label(down, at[0]),
                label(across, at[1])
            ));
        }
    }
    let steps: Vec<f64> = match least < most {
        true => (0..STEPS)
            .map(|step| least + (most - least) * step as f64 / (STEPS - 1) as f64)
            .collect(),
        false => vec![least],
    };
    let names: Vec<String> = steps.iter().map(|step| short(*step)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    page.key(&names, |canvas, number, x, y| {
        if let Some(step) = steps.get(number) {
            canvas.bar(x, y - 6.0, 26.0, 12.0, MUTED);
            canvas.bar(x + 0.7, y - 5.3, 24.6, 10.6, shade(part(*step, least, most)));
        }
    });
    let level = match sweep.level {
        Some(level) => format!(
            " Thick line: the level {} lies between the cells on its two sides.",
            digits(level * scale)
        ),
        None => String::new(),
    };
    page.finish(&format!(
        "How to read: each cell is the scenario with these two keys changed, simulated anew on the same trials; the darker, the more. \
         ± is half of the 95 % interval of the Monte Carlo estimate.{level}"
    ))
    .map(Some)
}

fn part(value: f64, least: f64, most: f64) -> f64 {
    if most > least {
        (value - least) / (most - least)
    } else {
        0.0
    }
}

fn shade(part: f64) -> RGBColor {
    let [RGBColor(r, g, b), RGBColor(to_r, to_g, to_b)] = ENDS;
    let mixed =
        |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * part.clamp(0.0, 1.0)).round() as u8;
    RGBColor(mixed(r, to_r), mixed(g, to_g), mixed(b, to_b))
}

/// Font size of figures in cells.
const FIGURE: f64 = 11.0;

fn figure(cell: &Cell, scale: f64) -> String {
    cell.found
        .value()
        .map_or_else(|| "–".to_owned(), |value| short(value * scale))
}

fn label_fits(cells: &[&Cell], scale: f64, width: f64, height: f64) -> bool {
    let widest = cells
        .iter()
        .map(|cell| regular(FIGURE, INK).width(&figure(cell, scale)))
        .fold(0.0, f64::max);
    widest + 4.0 <= width && height >= FIGURE + 3.0
}

fn write(page: &mut Page<'_>, cell: &Cell, scale: f64, (x, y, width, height): (f64, f64, f64, f64), ink: RGBColor) {
    let half = cell
        .interval()
        .map(|(low, high)| (high - low) / 2.0 * scale)
        .filter(|half| *half > 0.0);
    let half = half.map(|half| format!("±{}", short(half)));
    let small = regular(9.0, ink);
    let half = half.filter(|half| height >= 32.0 && small.width(half) + 4.0 <= width);
    let (center, middle) = (x + width / 2.0, y + height / 2.0);
    let lift = if half.is_some() { 2.0 } else { -4.0 };
    page.canvas.text(
        center,
        middle - lift,
        Anchor::Middle,
        regular(FIGURE, ink),
        &figure(cell, scale),
    );
    if let Some(half) = half {
        page.canvas.text(center, middle + 11.0, Anchor::Middle, small, &half);
    }
}
