//! How a statistic follows one key: a curve with its band for each place.

use crate::results::statistic::Unit;
use crate::whatif::sweep::{Axis as Varied, Cell, Sweep};

use super::super::number::significant;
use super::super::sweep::{called, short_key};
use super::canvas::{Anchor, Stroke, bold, regular, solid};
use super::numbers::{Axis, finite};
use super::page::{LABEL, MARGIN, Page, RIGHT};
use super::panel::Panel;
use super::source::Source;
use super::style::{AXIS, BASELINE, DASHES, INK, MARKERS, MUTED, ORANGE};
use super::{Chart, ChartError, text};

/// Places in one chart.
const MAX_PLACES: usize = 6;
/// Height of the panel.
const HEIGHT: f64 = 320.0;
/// Labelled ticks of the varied key, at most.
const TICKS: usize = 9;
/// Points that are marked, at most; of more only the line is drawn.
const MARKED: usize = 40;

/// What figures are multiplied by: probabilities are shown in percent.
pub(super) fn scale(sweep: &Sweep) -> f64 {
    match sweep.statistic.unit() {
        Unit::Probability => 100.0,
        _ => 1.0,
    }
}

/// The statistic with its unit, as an axis is called.
pub(super) fn axis_name(source: &Source<'_>, sweep: &Sweep, material: &str) -> String {
    let name = called(sweep.statistic);
    let unit = match sweep.statistic.unit() {
        Unit::Probability => "%",
        Unit::Percent => "% of demand",
        Unit::Quantity => crate::report::sheet::unit(&source.results.materials, material),
        other => other.label(),
    };
    match unit {
        "" => name,
        unit => format!("{name}, {unit}"),
    }
}

/// What is in force and what `--to` or a policy does is said under the chart.
pub(super) fn notes(page: &mut Page<'_>, sweep: &Sweep) {
    if let Some(policy) = &sweep.policy {
        page.note(format!("Under the policy {policy} at every point."));
    }
}

struct Line<'a> {
    name: String,
    cells: Vec<&'a Cell>,
    color: super::style::RGBColor,
}

/// The chart of a material; nothing where no place has a figure.
pub(super) fn chart(source: &Source<'_>, sweep: &Sweep, material: &str) -> Result<Option<Chart>, ChartError> {
    let places = source.places(material, MAX_PLACES);
    let lines: Vec<Line<'_>> = places
        .iter()
        .map(|place| Line {
            name: source.place(place),
            cells: sweep.at(material, place),
            color: source.look(place).color,
        })
        .filter(|line| line.cells.iter().any(|cell| cell.found.value().is_some()))
        .collect();
    let Some(axis) = sweep.axes.first().filter(|_| !lines.is_empty()) else {
        return Ok(None);
    };
    let (name, key) = (called(sweep.statistic), short_key(&axis.key));
    let title = format!("{}: how does the {name} follow {key}?", source.material(material));
    let stem = source.stem("sweep", material);
    let mut page = Page::new(source, stem, &title, &source.place_names(&places));
    page.note(source.places_note(material, &places));
    notes(&mut page, sweep);
    if axis.share().is_some() {
        page.note(
            "HHI: sum of the squared shares of undisrupted output at the start, 0 to 1; countries that are not listed count as many small ones."
                .to_owned(),
        );
    }
    let scale = scale(sweep);
    let ends = lines.iter().flat_map(|line| &line.cells).flat_map(|cell| {
        let (low, high) = cell.interval().unzip();
        [cell.found.value(), low, high]
    });
    let ends = ends.chain([sweep.level]).flatten().map(|value| finite(value * scale));
    let (low, high) = ends.fold((0.0_f64, 0.0_f64), |(low, high), end| (low.min(end), high.max(end)));
    let shown = ticks(axis);
    let top = page.y + 34.0;
    let panel = Panel {
        frame: [MARGIN + 52.0, top, RIGHT - 24.0, top + HEIGHT],
        x: Axis {
            low: axis.values.first().copied().unwrap_or(0.0),
            high: axis.values.last().copied().unwrap_or(1.0),
            log: axis.is_log,
            ticks: shown
                .iter()
                .map(|number| (axis.values[*number], label(axis, axis.values[*number])))
                .collect(),
        },
        y: Axis::linear(low, high, 5, ""),
    };
    let [left, _, right, bottom] = panel.frame;
    let heading = axis_name(source, sweep, material);
    page.canvas
        .text(MARGIN, top - 14.0, Anchor::Start, regular(LABEL, INK), &heading);
    panel.grid(&mut page.canvas, true, true);
    let mut below = bottom + 34.0;
    let first_cells = &lines[0].cells;
    if axis.share().is_some() {
        let mut free = f64::NEG_INFINITY;
        for number in &shown {
            let point = first_cells.get(*number).map(|cell| &sweep.points[cell.point]);
            let hhi = point.and_then(|point| point.concentration.first().copied().flatten());
            let (x, _) = panel.at((axis.values[*number], 0.0));
            let said = hhi.map_or_else(String::new, |hhi| format!("HHI {hhi:.2}"));
            let half = regular(9.5, MUTED).width(&said) / 2.0;
            if x - half > free {
                page.canvas
                    .text(x, bottom + 31.0, Anchor::Middle, regular(9.5, MUTED), &said);
                free = x + half + 6.0;
            }
        }
        below += 15.0;
    }
    let log = if axis.is_log {
        " (equal distances are equal factors)"
    } else {
        ""
    };
    let along = text::shorten(&format!("{}{log}", axis.key), LABEL, false, right - left);
    page.canvas
        .text((left + right) / 2.0, below, Anchor::Middle, regular(LABEL, INK), &along);
    if let Some(stands) = sweep.stands.first().copied().flatten()
        && panel.x.low <= stands
        && stands <= panel.x.high
    {
        let (x, _) = panel.at((stands, 0.0));
        let dashed = Stroke {
            color: BASELINE,
            width: 1.1,
            dash: Some((4.0, 3.0)),
        };
        page.canvas.line(vec![(x, top), (x, bottom)], dashed);
        let (anchor, slack) = if x > (left + right) / 2.0 {
            (Anchor::End, -5.0)
        } else {
            (Anchor::Start, 5.0)
        };
        let said = format!("as it is: {}", label(axis, stands));
        page.canvas
            .edged_text(x + slack, top + 11.0, anchor, regular(10.0, MUTED), &said);
    }
    for line in &lines {
        for run in unbroken(&line.cells) {
            let edges: Option<Vec<(f64, f64, f64)>> = run
                .iter()
                .map(|cell| {
                    cell.interval()
                        .map(|(low, high)| (sweep.points[cell.point].at[0], low * scale, high * scale))
                })
                .collect();
            if let Some(edges) = edges {
                panel.band(&mut page.canvas, &edges, line.color, 0.16);
            }
        }
    }
    for (number, line) in lines.iter().enumerate() {
        let marker = MARKERS[number % MARKERS.len()];
        for run in unbroken(&line.cells) {
            let at = |cell: &&&Cell| {
                (
                    sweep.points[cell.point].at[0],
                    finite(cell.found.value().unwrap_or(0.0) * scale),
                )
            };
            let points: Vec<(f64, f64)> = run.iter().map(|cell| at(&cell)).collect();
            panel.line(&mut page.canvas, &points, stroke(number, line.color));
            if line.cells.len() <= MARKED {
                for point in &points {
                    page.canvas.marker(marker, panel.at(*point), 7.5, line.color);
                }
            }
        }
        let said = |cell: Option<&&Cell>| {
            let cell = cell?;
            let value = cell.found.value()?;
            Some(format!(
                "{} at {}",
                significant(value * scale, 3),
                label(axis, sweep.points[cell.point].at[0])
            ))
        };
        if let Some((first, last)) = said(line.cells.first()).zip(said(line.cells.last())) {
            page.describe(format!("{}: {first}, {last}.", line.name));
        }
    }
    let mut crossing_words = "";
    if let Some(level) = sweep.level {
        let across = panel.at((panel.x.low, level * scale)).1;
        let dashed = Stroke {
            color: ORANGE,
            width: 1.3,
            dash: Some((6.0, 4.0)),
        };
        page.canvas.line(vec![(left, across), (right, across)], dashed);
        let said = format!("level {}", digits(level * scale));
        page.canvas
            .edged_text(left + 6.0, across - 5.0, Anchor::Start, bold(10.0, ORANGE), &said);
        for found in sweep
            .crossings
            .iter()
            .filter(|found| found.material == material && places.contains(&found.country.as_str()))
        {
            let crossing = found.crossing;
            let ends = [
                crossing.low.unwrap_or(panel.x.low),
                crossing.high.unwrap_or(panel.x.high),
            ];
            if crossing.has_band {
                let [from, to] = ends.map(|end| panel.at((end, 0.0)).0);
                super::by_country::whisker(&mut page.canvas, (from, to), across, 4.5);
            }
            let at = panel.at((crossing.at, level * scale));
            page.canvas.hollow_marker(super::style::Marker::Circle, at, 9.0, ORANGE);
        }
        crossing_words = " Open circles: where a curve crosses the level, by straight lines between the points; whiskers: where its band holds the level.";
    }
    page.canvas.line(vec![(left, top), (left, bottom)], solid(AXIS, 1.2));
    page.y = below + 8.0;
    let names: Vec<&str> = lines.iter().map(|line| line.name.as_str()).collect();
    page.key(&names, |canvas, number, x, y| {
        if let Some(line) = lines.get(number) {
            canvas.line(vec![(x, y), (x + 26.0, y)], stroke(number, line.color));
            canvas.marker(MARKERS[number % MARKERS.len()], (x + 13.0, y), 7.5, line.color);
        }
    });
    let band = match lines
        .iter()
        .flat_map(|line| &line.cells)
        .any(|cell| cell.interval().is_some())
    {
        true => {
            "Bands: 95 % interval of the Monte Carlo estimate at each point; all points face the same trials, so the shape of a curve is firmer than its band."
        }
        false => "The statistic has no stated error.",
    };
    page.finish(&format!(
        "How to read: each mark is the scenario with this one key changed, simulated anew. {band}{crossing_words}"
    ))
    .map(Some)
}

/// A line of its own dashes: through its gaps shows one that lies under it.
fn stroke(number: usize, color: super::style::RGBColor) -> Stroke {
    let dash = DASHES[number % DASHES.len()];
    Stroke {
        color,
        width: 2.0,
        dash,
    }
}

/// Runs of points that have a figure.
fn unbroken<'c, 'a>(cells: &'c [&'a Cell]) -> Vec<&'c [&'a Cell]> {
    let runs = cells.split(|cell| cell.found.value().is_none());
    runs.filter(|run| !run.is_empty()).collect()
}

/// The points whose values are written under the axis.
fn ticks(axis: &Varied) -> Vec<usize> {
    let last = axis.values.len() - 1;
    let every = axis.values.len().div_ceil(TICKS).max(1);
    (0..=last)
        .filter(|number| *number == last || number % every == 0 && last - number >= every.div_ceil(2))
        .collect()
}

/// A value of a key.
pub(super) fn label(axis: &Varied, value: f64) -> String {
    let date = axis.date(value);
    date.unwrap_or_else(|| digits(value))
}

/// A figure in four digits.
pub(super) fn digits(value: f64) -> String {
    significant(value, 4).replace('-', "−")
}
