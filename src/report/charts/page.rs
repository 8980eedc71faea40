//! What every chart has around it: title, for whom and when, scenario, how to read it, where it comes from.

use super::canvas::{Anchor, Canvas, bold, regular, solid};
use super::source::Source;
use super::style::{AXIS, GRID, INK, MUTED, PANEL};
use super::{Chart, ChartError, numbers, text};

/// Width of every chart.
pub(super) const WIDTH: f64 = 900.0;
/// Margin left and right.
pub(super) const MARGIN: f64 = 28.0;
/// Right end of what is drawn.
pub(super) const RIGHT: f64 = WIDTH - MARGIN;
/// Font size of axis labels and of text beside marks.
pub(super) const LABEL: f64 = 11.0;

/// A chart being put together.
#[derive(Debug)]
pub(super) struct Page<'a> {
    provenance: std::borrow::Cow<'a, str>,
    name: String,
    title: String,
    /// What is drawn.
    pub canvas: Canvas,
    /// Bottom of what is used so far.
    pub y: f64,
    described: Vec<String>,
    notes: Vec<String>,
}

impl<'a> Page<'a> {
    /// A page with its heading: what is shown, and for whom; the horizon and the scenario's title are added here.
    pub(super) fn new(source: &'a Source<'a>, name: String, title: &str, whom: &[String]) -> Page<'a> {
        let when = numbers_joined(&source.horizon());
        let scenario = format!("Scenario: {}", source.results.title);
        Page::headed((name, title), whom, &when, &scenario, source.provenance())
    }

    /// A page about no single run: name of the chart and title, for whom, when, what it is from, and the footer.
    pub(super) fn headed(
        (name, title): (String, &str),
        whom: &[String],
        when: &str,
        from: &str,
        provenance: String,
    ) -> Page<'a> {
        let mut canvas = Canvas::default();
        let inner = RIGHT - MARGIN;
        let lines = text::wrap(title, 18.0, true, inner, 2);
        let mut y = canvas.lines(MARGIN, 40.0, bold(18.0, INK), &lines) - 2.5;
        let whom = text::list(whom, 12.5, false, inner * 1.7 - regular(12.5, INK).width(when));
        let line = match (whom.is_empty(), when.is_empty()) {
            (true, _) => when.to_owned(),
            (false, true) => whom,
            (false, false) => format!("{whom} · {when}"),
        };
        let lines = text::wrap(&line, 12.5, false, inner, 2);
        y = canvas.lines(MARGIN, y, regular(12.5, INK), &lines) + 1.5;
        let lines = text::wrap(from, LABEL, false, inner, 2);
        y = canvas.lines(MARGIN, y, regular(LABEL, MUTED), &lines);
        Page {
            provenance: provenance.into(),
            name,
            title: format!("{title}, {line}"),
            canvas,
            y: y - 4.0,
            described: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Adds a line under how to read the chart: what is not in it, where an axis ends.
    pub(super) fn note(&mut self, note: impl Into<Option<String>>) {
        self.notes.extend(note.into());
    }

    /// Adds a sentence to the description that screen readers read.
    pub(super) fn describe(&mut self, sentence: String) {
        self.described.push(sentence);
    }

    /// Words where marks would be.
    pub(super) fn say(&mut self, words: &str) {
        let (top, height) = (self.y + 12.0, 150.0);
        self.canvas.bar(MARGIN, top, RIGHT - MARGIN, height, PANEL);
        let lines = text::wrap(words, 14.0, false, RIGHT - MARGIN - 80.0, 3);
        let mut y = top + height / 2.0 + 5.0 - (lines.len() as f64 - 1.0) * 9.5;
        for line in &lines {
            self.canvas
                .text((MARGIN + RIGHT) / 2.0, y, Anchor::Middle, regular(14.0, INK), line);
            y += 19.0;
        }
        self.describe(words.to_owned());
        self.y = top + height;
    }

    /// A legend in rows from `self.y` on: swatches drawn by `draw` (x, middle y) 26 wide, each with its text.
    pub(super) fn key(&mut self, entries: &[&str], mut draw: impl FnMut(&mut Canvas, usize, f64, f64)) {
        let set = regular(LABEL, INK);
        let (mut x, mut y) = (MARGIN, self.y + 20.0);
        for (i, entry) in entries.iter().enumerate() {
            let entry = text::shorten(entry, LABEL, false, RIGHT - MARGIN - 40.0);
            let needed = 32.0 + set.width(&entry);
            if x > MARGIN && x + needed > RIGHT {
                x = MARGIN;
                y += 18.0;
            }
            draw(&mut self.canvas, i, x, y - 4.0);
            self.canvas.text(x + 32.0, y, Anchor::Start, set, &entry);
            x += needed + 22.0;
        }
        self.y = y + 6.0;
    }

    /// Adds the notes and the provenance and closes the chart.
    pub(super) fn finish(mut self, how_to_read: &str) -> Result<Chart, ChartError> {
        let inner = RIGHT - MARGIN;
        let mut y = self.y + 20.0;
        self.canvas.line(vec![(MARGIN, y), (RIGHT, y)], solid(GRID, 1.0));
        y += 18.0;
        let lines = text::wrap(how_to_read, LABEL, false, inner, 4);
        y = self.canvas.lines(MARGIN, y, regular(LABEL, INK), &lines) + 3.0;
        for note in &self.notes {
            let lines = text::wrap(note, LABEL, false, inner, 3);
            y = self.canvas.lines(MARGIN, y, regular(LABEL, INK), &lines) + 3.0;
        }
        let lines = text::wrap(&self.provenance, 9.5, false, inner, 2);
        y = self.canvas.lines(MARGIN, y, regular(9.5, MUTED), &lines);
        self.describe(how_to_read.to_owned());
        self.described.append(&mut self.notes);
        let id = format!("critmin-{}", self.name);
        let readings = self.canvas.take_readings();
        let svg = self
            .canvas
            .svg(&id, (WIDTH, (y + 6.0).ceil()), &self.title, &self.described.join(" "))?;
        let name = self.name;
        Ok(Chart { name, svg, readings })
    }
}

/// The words of a date range, kept together in line breaks.
fn numbers_joined(text: &str) -> String {
    text.replace(' ', &numbers::NBSP.to_string())
}

/// Vertical grid lines with labels under them and the axis' name under those, for bars between `top` and `bottom`; returns the bottom.
pub(super) fn value_axis(
    canvas: &mut Canvas,
    axis: &numbers::Axis,
    (left, right): (f64, f64),
    (top, bottom): (f64, f64),
    name: &str,
) -> f64 {
    for (value, label) in &axis.ticks {
        let x = left + axis.at(*value) * (right - left);
        let zero = *value == 0.0;
        canvas.line(vec![(x, top), (x, bottom)], solid(if zero { AXIS } else { GRID }, 1.0));
        canvas.text(x, bottom + 16.0, Anchor::Middle, regular(LABEL, MUTED), label);
    }
    let mut y = bottom + 34.0;
    for line in text::wrap(name, LABEL, false, right - left + 40.0, 2) {
        canvas.text((left + right) / 2.0, y, Anchor::Middle, regular(LABEL, INK), &line);
        y += 15.0;
    }
    y - 12.0
}
