//! Exceedance curves: how probable is a shortfall larger than x, by place or by policy.

use crate::results::types::{Estimate, ExceedanceCurve, SummaryRow};

use super::canvas::{Anchor, Canvas, Point, Stroke, bold, regular};
use super::numbers::{Axis, finite, percent};
use super::page::{LABEL, MARGIN, Page, RIGHT};
use super::panel::Panel;
use super::source::Source;
use super::style::{self, INK, MUTED, RGBColor};
use super::{Chart, ChartError, text};

/// Lines in one chart.
const MAX_LINES: usize = 6;
/// Width of the legend right of the plot.
const LEGEND: f64 = 182.0;
/// Height of the plot.
const HEIGHT: f64 = 350.0;

struct Line<'a> {
    name: String,
    color: RGBColor,
    curve: &'a ExceedanceCurve,
    row: Option<&'a SummaryRow>,
}

/// One line per place in focus.
pub(super) fn by_place(source: &Source<'_>, material: &str) -> Result<Option<Chart>, ChartError> {
    let places = source.places(material, MAX_LINES);
    let lines: Vec<Line<'_>> = places
        .iter()
        .filter_map(|place| {
            Some(Line {
                name: source.place(place),
                color: source.color(place),
                curve: source.curve(source.baseline, material, place)?,
                row: source.row(source.baseline, material, place),
            })
        })
        .collect();
    let title = format!(
        "{}: how likely is a shortfall, and how large?",
        source.material(material)
    );
    let mut note = String::new();
    if source.count_places(material) > lines.len() {
        note = format!(
            " Shown: the {} places with the largest expected shortfall.",
            lines.len()
        );
    }
    draw(
        source,
        source.stem("exceedance", material),
        &title,
        &source.place_names(&places),
        lines,
        &note,
    )
}

/// One line per policy for the headline place; nothing without policies.
pub(super) fn by_policy(source: &Source<'_>, material: &str) -> Result<Option<Chart>, ChartError> {
    if source.results.policies.len() < 2 {
        return Ok(None);
    }
    let place = source.headline(material);
    let lines: Vec<Line<'_>> = source
        .policies(MAX_LINES)
        .iter()
        .enumerate()
        .filter_map(|(i, policy)| {
            Some(Line {
                name: source.policy(policy),
                color: style::POLICIES[i % style::POLICIES.len()],
                curve: source.curve(policy, material, &place)?,
                row: source.row(policy, material, &place),
            })
        })
        .collect();
    let title = format!(
        "{}: what each policy does to the risk of a shortfall",
        source.material(material)
    );
    let stem = source.stem("exceedance-policies", material);
    let note = if source.results.policies.len() > MAX_LINES {
        " Shown: the first policies of the scenario."
    } else {
        ""
    };
    draw(source, stem, &title, &[source.place(&place)], lines, note)
}

fn draw(
    source: &Source<'_>,
    name: String,
    title: &str,
    whom: &[String],
    lines: Vec<Line<'_>>,
    note: &str,
) -> Result<Option<Chart>, ChartError> {
    if lines.is_empty() {
        return Ok(None);
    }
    let mut page = Page::new(source, name, title, whom);
    let probabilities = || {
        lines
            .iter()
            .flat_map(|l| &l.curve.points)
            .map(|p| finite(p.probability.value))
    };
    let highest = probabilities().fold(0.0, f64::max);
    if highest <= 0.0 {
        page.say(&source.nothing_short());
        return page
            .finish("An exceedance curve would show how often more than x % of demand goes unmet.")
            .map(Some);
    }
    let (y, cutoff) = probability_axis(&lines, source.results.manifest.trials);
    let x = Axis::from_zero(reach(&lines, cutoff), 7, "");
    let gutter = y
        .ticks
        .iter()
        .map(|t| regular(LABEL, MUTED).width(&t.1))
        .fold(0.0, f64::max);
    let top = page.y + 34.0;
    let scale = if y.log { " (logarithmic scale)" } else { "" };
    let axis_name = format!("Probability that more than x is short over the horizon{scale}");
    page.canvas
        .text(MARGIN, top - 14.0, Anchor::Start, regular(LABEL, INK), &axis_name);
    let panel = Panel {
        frame: [MARGIN + gutter + 8.0, top, RIGHT - LEGEND - 26.0, top + HEIGHT],
        x,
        y,
    };
    let [left, _, right, bottom] = panel.frame;
    panel.grid(&mut page.canvas, true, true);
    let middle = (left + right) / 2.0;
    let x_name = "x: shortfall over the horizon, % of demand";
    page.canvas
        .text(middle, bottom + 36.0, Anchor::Middle, regular(LABEL, INK), x_name);
    let level = level(&lines);
    let marked = level.0 > 0.0 && level.0 < panel.x.high;
    if marked {
        let x = panel.at((level.0, panel.y.low)).0;
        let stroke = Stroke {
            color: style::AXIS,
            width: 1.0,
            dash: Some((4.0, 3.0)),
        };
        page.canvas.line(vec![(x, top), (x, bottom)], stroke);
    }
    for line in &lines {
        let edges: Vec<(f64, f64, f64)> = line
            .curve
            .points
            .iter()
            .map(|p| {
                (
                    finite(p.shortfall_pct),
                    finite(p.probability.low),
                    finite(p.probability.high),
                )
            })
            .collect();
        panel.band(&mut page.canvas, &edges, line.color, 0.16);
    }
    for (i, line) in lines.iter().enumerate() {
        trace(&panel, &mut page.canvas, line, i, lines.len());
    }
    page.y = bottom + 42.0;
    let example = legend(&mut page, &lines, level, marked, top);
    page.finish(&format!(
        "How to read: a line at height p above x says that more than x % of demand went unmet in a share p of the trials. {example}\
         Shaded: 95 % interval of the Monte Carlo estimate.{note}"
    ))
    .map(Some)
}

/// Linear where every line can be seen on it; else decades down to what the trials can support. With it the probability under which a
/// line counts as ended.
fn probability_axis(lines: &[Line<'_>], trials: u64) -> (Axis, f64) {
    let top_of = |l: &Line<'_>| {
        l.curve
            .points
            .iter()
            .map(|p| finite(p.probability.value))
            .fold(0.0, f64::max)
    };
    let highest = lines.iter().map(top_of).fold(0.0, f64::max).min(1.0);
    let lowest_top = lines.iter().map(top_of).filter(|t| *t > 0.0).fold(1.0, f64::min);
    if highest >= 0.1 && lowest_top >= highest / 12.0 {
        let axis = Axis::from_zero((100.0 * highest * 1.02).min(100.0), 5, "\u{A0}%");
        let ticks = axis.ticks.into_iter().map(|(v, t)| (v / 100.0, t)).collect();
        return (
            Axis {
                high: axis.high / 100.0,
                ticks,
                ..axis
            },
            highest * 0.015,
        );
    }
    let supported = 10.0 / trials.max(10) as f64;
    let floor = supported.max(highest * 1e-5).min(lowest_top / 3.0).max(1e-9);
    let axis = Axis::probabilities(floor, highest);
    let low = axis.low;
    (axis, low)
}

/// The largest shortfall that any line still reaches with more than `cutoff`.
fn reach(lines: &[Line<'_>], cutoff: f64) -> f64 {
    let mut reach = 0.0_f64;
    for points in lines.iter().map(|l| &l.curve.points) {
        let last = points.iter().rposition(|p| finite(p.probability.value) > cutoff);
        let end = last.and_then(|i| points.get(i + 1).or_else(|| points.get(i)));
        reach = reach.max(end.map_or(0.0, |p| finite(p.shortfall_pct)));
    }
    if reach > 0.0 { reach } else { 1.0 }
}

fn trace(panel: &Panel, canvas: &mut Canvas, line: &Line<'_>, i: usize, of: usize) {
    let points: Vec<Point> = line
        .curve
        .points
        .iter()
        .map(|p| (finite(p.shortfall_pct), finite(p.probability.value)))
        .collect();
    let stroke = Stroke {
        color: line.color,
        width: 2.2,
        dash: style::DASHES[i % style::DASHES.len()],
    };
    let marker = style::MARKERS[i % style::MARKERS.len()];
    let runs = panel.line(canvas, &points, stroke);
    let length: f64 = runs
        .iter()
        .map(|r| r.windows(2).map(|w| distance(w[0], w[1])).sum::<f64>())
        .sum();
    let marks = 3;
    let mut wanted = (0..marks)
        .map(|k| length * (k as f64 + (i as f64 + 0.7) / of as f64) / marks as f64)
        .peekable();
    let mut walked = 0.0;
    for pair in runs.iter().flat_map(|r| r.windows(2)) {
        let step = distance(pair[0], pair[1]);
        while let Some(at) = wanted.next_if(|at| *at <= walked + step) {
            let t = if step > 0.0 { (at - walked) / step } else { 0.0 };
            let (a, b) = (pair[0], pair[1]);
            let (x, y) = (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1));
            // Not where lines end on the axis.
            if y < panel.frame[3] - 7.0 {
                canvas.marker(marker, (x, y), 7.0, line.color);
            }
        }
        walked += step;
    }
    if let [only] = points[..] {
        canvas.marker(marker, panel.at(only), 7.0, line.color);
    }
}

fn distance(a: Point, b: Point) -> f64 {
    libm::hypot(b.0 - a.0, b.1 - a.1)
}

/// A level of shortfall whose probability the legend states: in %, in words, and where the results hold it.
type Level = (f64, &'static str, fn(&SummaryRow) -> Estimate);

/// The first of some instructive levels that is not too rare for all lines.
fn level(lines: &[Line<'_>]) -> Level {
    let levels: [Level; 3] = [
        (10.0, "a shortfall above 10\u{A0}%", |r| r.prob_gt_10),
        (5.0, "a shortfall above 5\u{A0}%", |r| r.prob_gt_5),
        (0.0, "any shortfall", |r| r.prob_any),
    ];
    let largest = |get: fn(&SummaryRow) -> Estimate| {
        lines
            .iter()
            .filter_map(|l| l.row)
            .map(|r| finite(get(r).value))
            .fold(0.0, f64::max)
    };
    levels.into_iter().find(|l| largest(l.2) >= 0.01).unwrap_or(levels[2])
}

/// The legend right of the plot, in the order of the lines from top to bottom, with the probability at one instructive level; returns a
/// sentence that reads one number out.
fn legend(page: &mut Page<'_>, lines: &[Line<'_>], (_, words, get): Level, marked: bool, top: f64) -> String {
    let mut order: Vec<usize> = (0..lines.len()).collect();
    let mass = |l: &Line<'_>| {
        let points = &l.curve.points;
        finite(
            points
                .windows(2)
                .map(|w| (w[1].shortfall_pct - w[0].shortfall_pct) * w[0].probability.value)
                .sum(),
        )
    };
    order.sort_by(|a, b| mass(&lines[*b]).total_cmp(&mass(&lines[*a])).then(a.cmp(b)));
    let x = RIGHT - LEGEND;
    let dashed = if marked { " (dashed line)" } else { "" };
    let heading = text::balance(&format!("Probability of {words}{dashed}"), 10.0, false, LEGEND, 3);
    let mut y = page.canvas.lines(x, top + 4.0, regular(10.0, MUTED), &heading) + 8.0;
    for &i in &order {
        let line = &lines[i];
        let stroke = Stroke {
            color: line.color,
            width: 2.2,
            dash: style::DASHES[i % style::DASHES.len()],
        };
        page.canvas.line(vec![(x, y - 4.0), (x + 30.0, y - 4.0)], stroke);
        page.canvas.marker(
            style::MARKERS[i % style::MARKERS.len()],
            (x + 15.0, y - 4.0),
            7.0,
            line.color,
        );
        let names = text::balance(&line.name, LABEL, false, LEGEND - 38.0, 2);
        y = page.canvas.lines(x + 38.0, y, regular(LABEL, INK), &names);
        if let Some(row) = line.row {
            let value = percent(100.0 * finite(get(row).value));
            page.canvas.text(x + 38.0, y, Anchor::Start, bold(LABEL, INK), &value);
            page.describe(format!("{}: probability of {words} {value}.", line.name));
            y += 15.0;
        }
        y += 9.0;
    }
    page.y = page.y.max(y - 14.0);
    let first = &lines[order[0]];
    let sentence = |row: &SummaryRow| {
        let value = percent(100.0 * finite(get(row).value));
        format!("Example: {}, {words} in {value} of the trials. ", first.name)
    };
    first.row.map(sentence).unwrap_or_default()
}
