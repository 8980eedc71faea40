//! Shortfall by calendar year: mean, quantiles and the mean of the worst 5 % of trials; one panel per place, all on one scale.

use crate::results::types::{TailEstimate, YearPoint, Years};

use super::canvas::{Anchor, Canvas, Stroke, regular, solid};
use super::multiples::{self, Places};
use super::numbers::{Axis, finite, percent};
use super::page::{LABEL, MARGIN, Page};
use super::panel::Panel;
use super::source::Source;
use super::style::{BLUE, INK, Marker, ORANGE, RGBColor};
use super::{Chart, ChartError};

/// Opacity of the box.
const TINT: f64 = 0.36;
/// Half the box' width, of a year.
const HALF: f64 = 0.26;
/// The mean.
const MEAN: RGBColor = RGBColor(0x00, 0x3F, 0x6B);
/// Edges of the box.
const EDGE: Stroke = Stroke {
    color: BLUE,
    width: 1.0,
    dash: None,
};

/// Shortfall by calendar year at the headline place and, where several are in focus, at each of them.
pub(super) fn chart(source: &Source<'_>, material: &str) -> Result<Option<Chart>, ChartError> {
    let Places { places, whom } = multiples::places(source, material, |place| source.years(material, place).is_some());
    let years: Vec<(String, &Years)> = places
        .iter()
        .filter_map(|place| Some((source.place(place), source.years(material, place)?)))
        .collect();
    let Some((_, first)) = years.first() else {
        return Ok(None);
    };
    let title = format!("{}: which years go short, and by how much?", source.material(material));
    let mut page = Page::new(source, source.stem("years", material), &title, &whom);
    page.note(source.places_note(material, &places));
    page.note(source.baseline_note());
    let points = || years.iter().flat_map(|(_, years)| &years.points);
    let highest = points().map(top).fold(0.0, f64::max);
    if highest <= 0.0 {
        page.say(&source.nothing_short());
        return page
            .finish("The chart would show which share of a year's demand goes unmet.")
            .map(Some);
    }
    let entries = [
        "Mean over trials",
        "Median",
        "Half of the trials (25–75 %)",
        "90 % of the trials (5–95 %)",
        "Mean of the worst 5 % of trials",
    ];
    page.key(&entries, swatch);
    page.canvas.text(
        MARGIN,
        page.y + 20.0,
        Anchor::Start,
        regular(LABEL, INK),
        "Shortfall, % of demand in the calendar year",
    );
    let labels: Vec<String> = first.points.iter().map(label).collect();
    let across = |_| Axis {
        low: 0.0,
        high: labels.len() as f64,
        log: false,
        ticks: labels
            .iter()
            .enumerate()
            .map(|(number, label)| (number as f64 + 0.5, label.clone()))
            .collect(),
    };
    let names: Vec<&str> = years.iter().map(|(name, _)| name.as_str()).collect();
    multiples::draw(&mut page, &names, highest, across, |canvas, panel, number| {
        for (at, point) in years[number].1.points.iter().enumerate() {
            draw(canvas, panel, at as f64 + 0.5, point);
        }
    });
    for (name, years) in &years {
        let worst = years
            .points
            .iter()
            .max_by(|a, b| finite(a.mean_pct.value).total_cmp(&finite(b.mean_pct.value)));
        if let Some(worst) = worst {
            page.describe(format!(
                "{name}: largest mean {} in {}.",
                percent(worst.mean_pct.value),
                worst.year
            ));
        }
    }
    let mut notes = String::new();
    if points().any(is_partial) {
        notes += " Years with months beside them lie only so far within the horizon.";
    }
    if points().any(|point| !point.cvar95_pct.supported) {
        notes += " Whiskers and diamonds are left out where too few trials lie beyond for a firm estimate.";
    }
    if years.len() > 1 {
        notes += " All panels have the same scale.";
    }
    page.finish(&format!(
        "How to read: in that year the shortfall lies inside the box in half of the trials and between the whiskers' ends in nine of ten; the diamond \
         is how bad the year is on average in its own worst 5 % of trials. Each year is looked at by itself: a trial that is bad in one need not be in the \
         next.{notes}"
    ))
    .map(Some)
}

fn is_partial(point: &YearPoint) -> bool {
    // Of weeks a year has 52 or 53.
    (point.months - 12.0).abs() > 0.5
}

fn label(point: &YearPoint) -> String {
    match is_partial(point) {
        true => format!("{} ({} mo)", point.year, super::numbers::short(point.months)),
        false => point.year.to_string(),
    }
}

fn shown(tail: &TailEstimate) -> Option<f64> {
    tail.supported.then(|| finite(tail.estimate.value))
}

fn top(point: &YearPoint) -> f64 {
    let tails = point.quantiles_pct.iter().chain([&point.cvar95_pct]);
    tails.filter_map(shown).fold(finite(point.mean_pct.value), f64::max)
}

fn swatch(canvas: &mut Canvas, entry: usize, x: f64, y: f64) {
    let middle = x + 14.0;
    match entry {
        0 => canvas.marker(Marker::Circle, (middle, y), 6.0, MEAN),
        1 => canvas.line(vec![(x + 2.0, y), (x + 26.0, y)], solid(INK, 2.2)),
        2 => area(canvas, (x + 2.0, x + 26.0), (y - 5.0, y + 5.0)),
        3 => whisker(canvas, middle, (y - 6.0, y + 6.0)),
        _ => canvas.marker(Marker::Diamond, (middle, y), 8.0, ORANGE),
    }
}

fn area(canvas: &mut Canvas, (left, right): (f64, f64), (top, bottom): (f64, f64)) {
    let corners = vec![(left, top), (right, top), (right, bottom), (left, bottom)];
    canvas.area(corners.clone(), BLUE, TINT);
    canvas.line(corners.into_iter().chain([(left, top)]).collect(), EDGE);
}

/// An upright whisker with caps.
fn whisker(canvas: &mut Canvas, x: f64, (top, bottom): (f64, f64)) {
    canvas.line(vec![(x, top), (x, bottom)], EDGE);
    for y in [top, bottom] {
        canvas.line(vec![(x - 4.0, y), (x + 4.0, y)], EDGE);
    }
}

fn draw(canvas: &mut Canvas, panel: &Panel, at: f64, point: &YearPoint) {
    let height = |value: f64| panel.at((at, value)).1;
    let (middle, left, right) = (
        panel.at((at, 0.0)).0,
        panel.at((at - HALF, 0.0)).0,
        panel.at((at + HALF, 0.0)).0,
    );
    let [p5, p25, p50, p75, p95] = &point.quantiles_pct;
    if let (Some(low), Some(high)) = (shown(p5), shown(p95)) {
        whisker(canvas, middle, (height(high), height(low)));
    }
    if let (Some(low), Some(high)) = (shown(p25), shown(p75)) {
        area(canvas, (left, right), (height(high), height(low)));
    }
    if let Some(median) = shown(p50) {
        canvas.line(vec![(left, height(median)), (right, height(median))], solid(INK, 2.2));
    }
    if let Some(tail) = shown(&point.cvar95_pct) {
        canvas.marker(Marker::Diamond, (middle, height(tail)), 8.0, ORANGE);
    }
    canvas.marker(
        Marker::Circle,
        (middle, height(finite(point.mean_pct.value))),
        6.0,
        MEAN,
    );
}
