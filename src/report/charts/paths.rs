//! Single trials over time: what happens at the headline in the trial in the middle, and in bad ones; with changes beside it.

use super::canvas::{Anchor, Point, Stroke, bold, regular};
use super::fan::period_word;
use super::numbers::{Axis, finite, percent};
use super::page::{LABEL, MARGIN, Page, RIGHT};
use super::panel::Panel;
use super::source::Source;
use super::style::{BLUE, INK, MUTED, ORANGE, RGBColor};
use super::{Chart, ChartError, dates, text};

/// The looks of the trials, by position: the line of the worst is drawn first.
const LOOKS: [Stroke; 4] = [
    Stroke {
        color: INK,
        width: 2.4,
        dash: None,
    },
    Stroke {
        color: BLUE,
        width: 2.0,
        dash: None,
    },
    Stroke {
        color: RGBColor(0x7A, 0x4B, 0x00),
        width: 1.8,
        dash: Some((7.0, 3.0)),
    },
    Stroke {
        color: ORANGE,
        width: 1.8,
        dash: Some((2.0, 2.5)),
    },
];

/// A trial's shortfall over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// What it is: `In the middle`, `As bad as 1 in 20`.
    pub rank: String,
    /// Its number.
    pub trial: u64,
    /// Shortfall by period, percent of demand.
    pub by_period_pct: Vec<f64>,
}

/// The trials of each variant in a panel of its own, the first panels' trials named by rank; nothing where there is none.
pub(super) fn chart(source: &Source<'_>, variants: &[(String, Vec<Path>)]) -> Result<Option<Chart>, ChartError> {
    let variants: Vec<_> = variants.iter().filter(|(_, paths)| !paths.is_empty()).collect();
    let Some((_, first)) = variants.first() else {
        return Ok(None);
    };
    let (material, place) = &source.baseline.headline;
    let title = format!("{}: single futures", source.material(material));
    let mut page = Page::new(source, source.stem("paths", material), &title, &[source.place(place)]);
    let names: Vec<&str> = first.iter().map(|path| path.rank.as_str()).take(LOOKS.len()).collect();
    page.key(&names, |canvas, number, x, y| {
        canvas.line(vec![(x, y), (x + 26.0, y)], LOOKS[number])
    });
    let step = period_word(&source.results.manifest.step);
    let axis_name = format!("Shortfall, % of demand in the {step}");
    page.canvas
        .text(MARGIN, page.y + 20.0, Anchor::Start, regular(LABEL, INK), &axis_name);
    let all = variants
        .iter()
        .flat_map(|(_, paths)| paths)
        .flat_map(|path| &path.by_period_pct);
    let highest = all.copied().map(finite).fold(0.0, f64::max);
    let y = Axis::from_zero(if highest > 0.0 { highest } else { 1.0 }, 5, "");
    let gutter = y
        .ticks
        .iter()
        .map(|tick| regular(LABEL, MUTED).width(&tick.1))
        .fold(0.0, f64::max)
        + 8.0;
    let (gap, count) = (30.0, variants.len() as f64);
    let left = MARGIN + gutter;
    let width = (RIGHT - 16.0 - left - gap * (count - 1.0)) / count;
    let mut x = Axis {
        low: 0.0,
        high: source.results.manifest.periods.max(1) as f64,
        log: false,
        ticks: dates::ticks(&source.results.manifest, (width / 74.0) as usize),
    };
    x.ticks.retain(|tick| tick.0 <= x.high);
    let top = page.y + 56.0;
    for (number, (name, paths)) in variants.iter().enumerate() {
        let from = left + number as f64 * (width + gap);
        let panel = Panel {
            frame: [from, top, from + width, top + 260.0],
            x: x.clone(),
            y: y.clone(),
        };
        let fitted = text::shorten(name, 12.0, true, width);
        page.canvas
            .text(from, top - 10.0, Anchor::Start, bold(12.0, INK), &fitted);
        panel.grid(&mut page.canvas, true, number == 0);
        for (path, look) in paths.iter().zip(LOOKS).rev() {
            panel.line(&mut page.canvas, &held(&path.by_period_pct), look);
            for (period, value) in path.by_period_pct.iter().enumerate() {
                let (value, date) = (finite(*value), dates::period(&source.results.manifest, period));
                let said = format!("{name}, {}, {date}: {} short", path.rank, percent(value));
                page.canvas.read(panel.at((period as f64 + 0.5, value)), said);
            }
        }
        let told: Vec<String> = paths
            .iter()
            .map(|path| format!("{} is trial {}", path.rank, path.trial))
            .collect();
        page.describe(format!("{name}: {}.", told.join(", ")));
        page.note(format!("{name}: {}.", told.join("; ")));
    }
    page.y = top + 260.0 + 24.0;
    page.finish(&format!(
        "How to read: each line is one simulated course of events, ranked by what is short over the whole horizon. No future looks like the average. \
         A {step} may be worse in a milder future than in a worse one."
    ))
    .map(Some)
}

/// A value holds for its whole period, and for no other.
fn held(values: &[f64]) -> Vec<Point> {
    let periods = values.iter().enumerate();
    periods
        .flat_map(|(number, value)| [0.0, 1.0].map(|end| (number as f64 + end, finite(*value))))
        .collect()
}
