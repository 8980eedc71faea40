//! Exceedance curves: how probable is a shortfall larger than x, by place or by policy. The curve of a sample is a flight of steps, one where every
//! trial's shortfall lies, and is drawn so.

use crate::results::probability_estimate;
use crate::results::types::{Estimate, ExceedanceStep, PolicyResults, SummaryRow};

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
/// Units of the page between places that can be pointed at.
const READING_STEP: f64 = 8.0;

struct Line<'a> {
    name: String,
    color: RGBColor,
    /// Where the curve falls, and to what: from each shortfall in % up to the next the probability of more is this.
    steps: Vec<(f64, Estimate)>,
    row: Option<&'a SummaryRow>,
}

impl<'a> Line<'a> {
    fn new(
        source: &Source<'_>,
        policy: &'a PolicyResults,
        (material, place): (&str, &str),
        (name, color): (String, RGBColor),
    ) -> Option<Line<'a>> {
        let curve = source.curve(policy, material, place)?;
        let trials = source.results.manifest.trials;
        let step = |step: &ExceedanceStep| {
            (
                finite(step.shortfall_pct),
                probability_estimate(step.trials_beyond, trials),
            )
        };
        let steps = if curve.steps.is_empty() {
            let points = curve.points.iter();
            points.map(|p| (finite(p.shortfall_pct), p.probability)).collect()
        } else {
            curve.steps.iter().map(step).collect()
        };
        Some(Line {
            name,
            color,
            steps,
            row: source.row(policy, material, place),
        })
    }

    /// The largest probability: that of any shortfall.
    fn top(&self) -> f64 {
        self.steps.iter().map(|(_, p)| finite(p.value)).fold(0.0, f64::max)
    }

    /// The probability of more than x %.
    fn beyond(&self, x: f64) -> f64 {
        let after = self.steps.partition_point(|(at, _)| *at <= x);
        let step = after.checked_sub(1).and_then(|before| self.steps.get(before));
        step.map_or(0.0, |(_, p)| finite(p.value))
    }

    /// The shortfall at which the probability becomes at most so large.
    fn falls_to(&self, probability: f64) -> f64 {
        let last = self.steps.iter().rposition(|(_, p)| finite(p.value) > probability);
        let end = last.and_then(|i| self.steps.get(i + 1).or_else(|| self.steps.get(i)));
        end.map_or(0.0, |(x, _)| *x)
    }

    /// Mean of the shortfall: the area under the curve.
    fn mass(&self) -> f64 {
        let area = self.steps.windows(2).map(|w| (w[1].0 - w[0].0) * w[0].1.value);
        finite(area.sum())
    }
}

/// One line per place in focus.
pub(super) fn by_place(source: &Source<'_>, material: &str) -> Result<Option<Chart>, ChartError> {
    let places = source.places(material, MAX_LINES);
    let lines: Vec<Line<'_>> = places
        .iter()
        .filter_map(|place| {
            let shown = (source.place(place), source.look(place).color);
            Line::new(source, source.baseline, (material, place), shown)
        })
        .collect();
    let title = format!(
        "{}: how likely is a shortfall, and how large?",
        source.material(material)
    );
    let notes = [source.places_note(material, &places), source.baseline_note()];
    draw(
        source,
        source.stem("exceedance", material),
        &title,
        &source.place_names(&places),
        lines,
        notes,
    )
}

/// One line per policy for the headline place; nothing without policies.
pub(super) fn by_policy(source: &Source<'_>, material: &str) -> Result<Option<Chart>, ChartError> {
    if source.results.policies.len() < 2 {
        return Ok(None);
    }
    let place = source.headline(material);
    let shown = source.policies(material, &place, MAX_LINES);
    let lines: Vec<Line<'_>> = shown
        .policies
        .iter()
        .zip(&shown.colors)
        .filter_map(|(policy, color)| {
            let looks = (source.policy(policy), *color);
            Line::new(source, policy, (material, &place), looks)
        })
        .collect();
    let title = format!(
        "{}: what each policy does to the risk of a shortfall",
        source.material(material)
    );
    let stem = source.stem("exceedance-policies", material);
    draw(source, stem, &title, &[source.place(&place)], lines, [shown.note, None])
}

fn draw(
    source: &Source<'_>,
    name: String,
    title: &str,
    whom: &[String],
    lines: Vec<Line<'_>>,
    notes: [Option<String>; 2],
) -> Result<Option<Chart>, ChartError> {
    if lines.is_empty() {
        return Ok(None);
    }
    let mut page = Page::new(source, name, title, whom);
    for note in notes {
        page.note(note);
    }
    let highest = lines.iter().map(Line::top).fold(0.0, f64::max);
    if highest <= 0.0 {
        page.say(&source.nothing_short());
        return page
            .finish("An exceedance curve would show how often more than x % of demand goes unmet.")
            .map(Some);
    }
    let (y, cutoff) = probability_axis(&lines, source.results.manifest.trials);
    let reach = lines.iter().map(|l| l.falls_to(cutoff)).fold(0.0, f64::max);
    let x = Axis::from_zero(if reach > 0.0 { reach } else { 1.0 }, 7, "");
    page.note(ends(&lines, &x, &y));
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
        let mut edges: Vec<(f64, f64, f64)> = Vec::new();
        for (x, p) in sparse(&panel, &line.steps) {
            edges.extend(edges.last().map(|&(_, low, high)| (x, low, high)));
            edges.push((x, finite(p.low), finite(p.high)));
        }
        // Like its line, the interval ends where nobody exceeds more.
        let goes_on = line.steps.last().is_some_and(|(_, p)| finite(p.value) > 0.0);
        edges.extend(
            edges
                .last()
                .filter(|_| goes_on)
                .map(|&(x, low, high)| (x.max(panel.x.high), low, high)),
        );
        panel.band(&mut page.canvas, &edges, line.color, 0.16);
    }
    for (i, line) in lines.iter().enumerate() {
        trace(&panel, &mut page.canvas, line, i, lines.len());
    }
    page.y = bottom + 42.0;
    let example = legend(&mut page, &lines, level, marked, top);
    page.finish(&format!(
        "How to read: a line at height p above x says that more than x % of demand went unmet in a share p of the trials. {example}\
         Shaded: 95 % interval of the Monte Carlo estimate."
    ))
    .map(Some)
}

/// Linear where every line can be seen on it; else decades down to what the trials can support. With it the probability under which a
/// line counts as ended.
fn probability_axis(lines: &[Line<'_>], trials: u64) -> (Axis, f64) {
    let highest = lines.iter().map(Line::top).fold(0.0, f64::max).min(1.0);
    let lowest_top = lines.iter().map(Line::top).filter(|t| *t > 0.0).fold(1.0, f64::min);
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

/// What lies beyond the ends of the axes, in words; nothing where nothing does.
fn ends(lines: &[Line<'_>], x: &Axis, y: &Axis) -> Option<String> {
    let largest = |line: &Line<'_>| {
        let last = line.steps.iter().map(|(at, _)| *at).fold(0.0, f64::max);
        line.row.map_or(last, |row| last.max(finite(row.max_pct)))
    };
    let furthest = lines.iter().max_by(|a, b| largest(a).total_cmp(&largest(b)))?;
    let beyond = lines.iter().map(|line| line.beyond(x.high)).fold(0.0, f64::max);
    let mut said = Vec::new();
    if beyond > 0.0 {
        said.push(format!(
            "The axis ends at {}: up to {} of the trials lie beyond, the largest at {} ({}).",
            percent(x.high),
            percent(100.0 * beyond),
            percent(largest(furthest)),
            furthest.name
        ));
    }
    let rarer = |line: &Line<'_>| {
        let heights = line.steps.iter().map(|(_, p)| finite(p.value));
        heights.filter(|p| *p > 0.0).any(|p| p < y.low)
    };
    if y.log && lines.iter().any(rarer) {
        said.push(format!("Probabilities below {} are not drawn.", percent(100.0 * y.low)));
    }
    (!said.is_empty()).then(|| said.join(" "))
}

/// The steps without those that would lie within a fifth of a unit of the page of the next, which no eye can tell apart.
fn sparse(panel: &Panel, steps: &[(f64, Estimate)]) -> Vec<(f64, Estimate)> {
    let place = |x: f64| panel.at((x, panel.y.high)).0;
    let mut kept: Vec<(f64, Estimate)> = Vec::new();
    for &(x, p) in steps {
        match kept.last_mut() {
            Some(last) if last.0 > 0.0 && place(x) - place(last.0) < 0.2 => last.1 = p,
            _ => kept.push((x, p)),
        }
    }
    kept
}

fn trace(panel: &Panel, canvas: &mut Canvas, line: &Line<'_>, i: usize, of: usize) {
    let mut points: Vec<Point> = Vec::new();
    for (x, p) in sparse(panel, &line.steps) {
        points.extend(points.last().map(|&(_, height)| (x, height)));
        points.push((x, finite(p.value)));
    }
    // What nobody exceeds ends at the axis; a curve that does not end goes on as it is.
    if let Some(&(x, height)) = points.last().filter(|(_, height)| *height > 0.0) {
        points.push((x.max(panel.x.high), height));
    }
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
    readings(panel, canvas, line);
}

/// Says the probability at places across the panel, `READING_STEP` apart.
fn readings(panel: &Panel, canvas: &mut Canvas, line: &Line<'_>) {
    let [left, _, right, _] = panel.frame;
    let places = ((right - left) / READING_STEP) as usize;
    for place in 0..=places {
        let x = panel.x.high * place as f64 / places as f64;
        let probability = line.beyond(x);
        if probability > panel.y.low {
            let said = format!(
                "{}: more than {} is short in {} of the trials",
                line.name,
                percent(x),
                percent(100.0 * probability)
            );
            canvas.read(panel.at((x, probability)), said);
        }
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
    order.sort_by(|a, b| lines[*b].mass().total_cmp(&lines[*a].mass()).then(a.cmp(b)));
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
