//! An episode: simulated bands by month, and what was observed.

use crate::study::PROGRAM;
use crate::whatif::backtest::{Backtest, Band, Compared, Episode, Measure};

use super::canvas::{Anchor, Canvas, Point, Stroke, bold, regular, solid};
use super::numbers::{Axis, finite};
use super::page::{LABEL, MARGIN, Page, RIGHT};
use super::panel::Panel;
use super::style::{BLUE, INK, MUTED, Marker, ORANGE, RGBColor};
use super::{Chart, ChartError, text};
use crate::report::backtest::words::figure;
use crate::report::number::grouped;

/// Panels of a chart.
const MAX_PANELS: usize = 6;
/// Height of a panel.
const HEIGHT: f64 = 170.0;
/// Lines of a panel's name at most, and how far they are apart.
const MOST_LINES: usize = 3;
const LINE: f64 = 15.0;
/// Size of a mark.
const MARK: f64 = 8.0;
/// Opacity of the band.
const TINT: f64 = 0.22;
/// Edges of the band.
const EDGE: Stroke = Stroke {
    color: BLUE,
    width: 0.8,
    dash: None,
};
/// The median.
const MEDIAN: Stroke = Stroke {
    color: RGBColor(0x00, 0x3F, 0x6B),
    width: 1.8,
    dash: Some((4.0, 3.0)),
};
const NAMES: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The chart of an episode.
pub(super) fn chart(found: &Backtest, episode: &Episode) -> Result<Option<Chart>, ChartError> {
    let drawn = |number: usize| {
        let of = episode.compared.iter().filter(move |one| one.course == number);
        of.filter(|one| one.measure != Measure::Stopped)
    };
    let all: Vec<usize> = (0..episode.bands.len())
        .filter(|number| drawn(*number).next().is_some())
        .collect();
    if all.is_empty() {
        return Ok(None);
    }
    let shown = &all[..all.len().min(MAX_PANELS)];
    let about = episode.title.strip_prefix("Back-test: ").unwrap_or(&episode.title);
    let title = format!("{}{}: did it go as simulated?", about[..1].to_uppercase(), &about[1..]);
    let inside = episode.compared.iter().filter(|one| one.is_inside).count();
    let line = format!(
        "{inside} of {} observations lie inside the simulated 5 to 95 % band",
        episode.compared.len()
    );
    let from = format!("Episode: {} ({} trials)", episode.name, grouped(episode.trials));
    let provenance = format!(
        "{PROGRAM}, scenarios/backtest/{}.toml, data/backtest.csv, seed {}, scenario {}",
        episode.name,
        found.seed,
        &episode.scenario_sha256[..episode.scenario_sha256.len().min(12)]
    );
    let mut page = Page::headed(
        (format!("backtest-{}", episode.name), &title),
        &[line],
        "",
        &from,
        provenance,
    );
    page.note(
        (all.len() > shown.len()).then(|| format!("Not shown: {} more courses (bands.csv).", all.len() - shown.len())),
    );
    let months_stopped = episode.compared.iter().filter(|one| one.measure == Measure::Stopped);
    for one in months_stopped {
        page.note(format!(
            "Months with exports below a tenth of normal: observed {}, simulated {} to {} ({}).",
            figure(one.observed.figure),
            figure(one.simulated[0]),
            figure(one.simulated[2]),
            if one.is_inside { "inside" } else { "outside" }
        ));
    }
    page.key(
        &[
            "90 % of the trials (5–95 %)",
            "Median",
            "Observed, inside",
            "Observed, outside",
            "The same 5–95 % of several months together",
        ],
        swatch,
    );
    panels(&mut page, episode, shown, &drawn);
    for one in &episode.compared {
        page.describe(format!(
            "{} {} to {}: observed {}, simulated {} to {}.",
            one.measure.name(),
            one.observed.first_month,
            one.observed.last_month,
            figure(one.observed.figure),
            figure(one.simulated[0]),
            figure(one.simulated[2])
        ));
    }
    page.finish(
        "How to read: 1 is normal, what was usual before the episode (scales differ). In nine of ten trials a month lies inside the band. A mark is what was observed, in one \
         month or, with a line as long as they are, in several together; these are held against the upright whisker, not the band. Diamonds are misses.",
    )
    .map(Some)
}

fn swatch(canvas: &mut Canvas, entry: usize, x: f64, y: f64) {
    match entry {
        0 => {
            let area = vec![(x, y - 5.0), (x + 26.0, y - 5.0), (x + 26.0, y + 5.0), (x, y + 5.0)];
            canvas.area(area.clone(), BLUE, TINT);
            canvas.line(area[..2].to_vec(), EDGE);
            canvas.line(area[2..].to_vec(), EDGE);
        }
        1 => canvas.line(vec![(x, y), (x + 26.0, y)], MEDIAN),
        2 => canvas.marker(Marker::Circle, (x + 13.0, y), MARK, INK),
        3 => canvas.marker(Marker::Diamond, (x + 13.0, y), MARK, ORANGE),
        _ => whisker(canvas, x + 13.0, (y - 6.0, y + 6.0)),
    }
}

fn whisker(canvas: &mut Canvas, x: f64, (top, bottom): (f64, f64)) {
    let stroke = solid(BLUE, 2.0);
    canvas.line(vec![(x, top), (x, bottom)], stroke);
    for y in [top, bottom] {
        canvas.line(vec![(x - 4.0, y), (x + 4.0, y)], stroke);
    }
}

/// Ticks of the months, 0 where the first begins.
fn ticks(dates: &[String]) -> Vec<(f64, String)> {
    let every = match dates.len() {
        0..=8 => 2,
        9..=20 => 3,
        21..=30 => 6,
        _ => 12,
    };
    let read = |date: &String| {
        let month: usize = date.get(5..7)?.parse().ok()?;
        Some((date.get(..4)?.to_owned(), month))
    };
    let all = dates.iter().enumerate().filter_map(|(number, date)| {
        let (year, month) = read(date)?;
        let name = NAMES.get(month.checked_sub(1)?)?;
        ((month - 1) % every == 0).then(|| match every {
            12 => (number as f64, year),
            _ => (number as f64, format!("{name}\u{A0}{year}")),
        })
    });
    all.collect()
}

fn panels<'a, I: Iterator<Item = &'a Compared>>(
    page: &mut Page<'_>,
    episode: &'a Episode,
    shown: &[usize],
    drawn: &impl Fn(usize) -> I,
) {
    let columns = if shown.len() == 1 { 1 } else { 2 };
    let gap = 44.0;
    let left = MARGIN + 34.0;
    let width = (RIGHT - 16.0 - left - gap * (columns as f64 - 1.0)) / columns as f64;
    let start = page.y + 12.0;
    let names: Vec<Vec<String>> = shown
        .iter()
        .map(|number| {
            let name = format!("{}, x normal", episode.bands[*number].name);
            text::wrap(&name, 12.0, true, width, MOST_LINES)
        })
        .collect();
    let further = names.iter().map(Vec::len).max().unwrap_or(1).saturating_sub(1);
    let heading = further as f64 * LINE;
    let pitch = HEIGHT + 60.0 + heading;
    for (position, number) in shown.iter().enumerate() {
        let band = &episode.bands[*number];
        let (row, column) = (position / columns, position % columns);
        let (x, y) = (
            left + column as f64 * (width + gap),
            start + row as f64 * pitch + 26.0 + heading,
        );
        let highest = drawn(*number)
            .flat_map(|one| [one.observed.figure, one.simulated[2]])
            .chain(band.months.iter().map(|month| month[2]))
            .map(finite)
            .fold(1.0, f64::max);
        let panel = Panel {
            frame: [x, y, x + width, y + HEIGHT],
            x: Axis {
                low: 0.0,
                high: episode.dates.len() as f64,
                log: false,
                ticks: ticks(&episode.dates),
            },
            y: Axis::from_zero(highest * 1.04, 4, ""),
        };
        for (line, text) in names[position].iter().rev().enumerate() {
            let above = y - 10.0 - line as f64 * LINE;
            page.canvas.text(x, above, Anchor::Start, bold(12.0, INK), text);
        }
        panel.grid(&mut page.canvas, true, true);
        draw(&mut page.canvas, &panel, band, drawn(*number));
    }
    page.canvas
        .text(MARGIN, start - 1.0, Anchor::Start, regular(LABEL, MUTED), "1 = normal");
    page.y = start + shown.len().div_ceil(columns) as f64 * pitch - 16.0;
}

fn draw<'a>(canvas: &mut Canvas, panel: &Panel, band: &Band, observed: impl Iterator<Item = &'a Compared>) {
    let spread = |at: usize| -> Vec<Point> {
        let months = band.months.iter().enumerate();
        months
            .flat_map(|(number, month)| [0.0, 1.0].map(|end| (number as f64 + end, finite(month[at]))))
            .collect()
    };
    let (low, high) = (spread(0), spread(2));
    let edges: Vec<(f64, f64, f64)> = low
        .iter()
        .zip(&high)
        .map(|(low, high)| (low.0, low.1, high.1))
        .collect();
    panel.band(canvas, &edges, BLUE, TINT);
    panel.line(canvas, &low, EDGE);
    panel.line(canvas, &high, EDGE);
    panel.line(canvas, &spread(1), MEDIAN);
    let normal = solid(MUTED, 1.0);
    panel.line(canvas, &[(panel.x.low, 1.0), (panel.x.high, 1.0)], normal);
    let (long, short): (Vec<&Compared>, Vec<&Compared>) = observed.partition(|one| one.months[0] < one.months[1]);
    for one in long.into_iter().chain(short) {
        let [first, last] = one.months;
        let is_moment = one.measure == Measure::Stock;
        let middle = match is_moment {
            true => last as f64 + 0.5,
            false => (first + last + 1) as f64 / 2.0,
        };
        let (marker, color) = match one.is_inside {
            true => (Marker::Circle, INK),
            false => (Marker::Diamond, ORANGE),
        };
        if first < last && !is_moment {
            let ends = [
                (first as f64, one.observed.figure),
                ((last + 1) as f64, one.observed.figure),
            ];
            panel.line(canvas, &ends, solid(color, 1.8));
            let [low, _, high] = one.simulated.map(|value| panel.at((middle, value)).1);
            whisker(canvas, panel.at((middle, 0.0)).0, (high, low));
        }
        canvas.marker(marker, panel.at((middle, one.observed.figure)), MARK, color);
    }
}
