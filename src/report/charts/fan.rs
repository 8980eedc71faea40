//! Shortfall over time: mean, median and bands over trials; one panel per place, all on one scale.

use crate::results::types::{Fan, FanPoint};

use super::canvas::{Anchor, Canvas, Point, Stroke, regular, solid};
use super::multiples::{self, Places};
use super::numbers::{Axis, finite, percent};
use super::page::{LABEL, MARGIN, Page};
use super::panel::Panel;
use super::source::Source;
use super::style::{BLUE, INK, RGBColor};
use super::{Chart, ChartError, dates};

/// Opacities of the outer and inner band.
const TINTS: (f64, f64) = (0.18, 0.36);
/// The mean.
const MEAN: Stroke = Stroke {
    color: RGBColor(0x00, 0x3F, 0x6B),
    width: 2.4,
    dash: None,
};
/// The edges of the bands, whose tints alone are faint.
const EDGE: Stroke = Stroke {
    color: BLUE,
    width: 0.6,
    dash: None,
};
/// The median.
const MEDIAN: Stroke = Stroke {
    color: RGBColor(0x1A, 0x1A, 0x1A),
    width: 1.5,
    dash: Some((4.0, 3.0)),
};

/// Shortfall over time at the headline place and, where several are in focus, at each of them.
pub(super) fn chart(source: &Source<'_>, material: &str) -> Result<Option<Chart>, ChartError> {
    let Places { places, whom } = multiples::places(source, material, |place| source.fan(material, place).is_some());
    let fans: Vec<(String, &Fan)> = places
        .iter()
        .filter_map(|p| Some((source.place(p), source.fan(material, p)?)))
        .collect();
    if fans.is_empty() {
        return Ok(None);
    }
    let title = format!("{}: shortfall over time", source.material(material));
    let mut page = Page::new(source, source.stem("fan", material), &title, &whom);
    page.note(source.places_note(material, &places));
    page.note(source.baseline_note());
    let highest = fans.iter().flat_map(|f| &f.1.points).map(top).fold(0.0, f64::max);
    if highest <= 0.0 {
        page.say(&source.nothing_short());
        return page
            .finish("The chart would show which share of demand goes unmet in each period.")
            .map(Some);
    }
    let entries = [
        "Mean over trials",
        "Median",
        "Half of the trials (25–75 %)",
        "90 % of the trials (5–95 %)",
    ];
    page.key(&entries, swatch);
    page.canvas.text(
        MARGIN,
        page.y + 20.0,
        Anchor::Start,
        regular(LABEL, INK),
        &format!(
            "Shortfall, % of demand in the {}",
            period_word(&source.results.manifest.step)
        ),
    );
    let periods = fans.iter().map(|f| f.1.points.len()).max().unwrap_or(1);
    let periods = periods.max(source.results.manifest.periods).max(1) as f64;
    let names: Vec<&str> = fans.iter().map(|fan| fan.0.as_str()).collect();
    let time = |width: f64| {
        let mut ticks = dates::ticks(&source.results.manifest, (width / 74.0) as usize);
        ticks.retain(|tick| tick.0 <= periods);
        Axis {
            low: 0.0,
            high: periods,
            log: false,
            ticks,
        }
    };
    multiples::draw(&mut page, &names, highest, time, |canvas, panel, number| {
        draw(canvas, panel, fans[number].1);
        for (period, point) in fans[number].1.points.iter().enumerate() {
            let mean = finite(point.mean_pct.value);
            canvas.read(panel.at((period as f64 + 0.5, mean)), reading(&fans[number].0, point));
        }
    });
    for (name, fan) in &fans {
        let worst = fan
            .points
            .iter()
            .max_by(|a, b| finite(a.mean_pct.value).total_cmp(&finite(b.mean_pct.value)));
        if let Some(worst) = worst {
            page.describe(format!(
                "{name}: largest mean {} in {}.",
                percent(worst.mean_pct.value),
                worst.date
            ));
        }
    }
    let flat = fans
        .iter()
        .flat_map(|f| &f.1.points)
        .all(|p| finite(p.quantiles_pct[4]) == 0.0);
    let flat = if flat {
        " Here the bands lie at zero: in no period are as many as 5 % of the trials short."
    } else {
        ""
    };
    let scale = if fans.len() > 1 {
        " All panels have the same scale."
    } else {
        ""
    };
    page.finish(&format!(
        "How to read: in each {} the shortfall lies inside the dark band in half of the trials and inside the light band in nine of ten. \
         A mean above the median says that few trials are bad, but very bad.{flat}{scale}",
        period_word(&source.results.manifest.step)
    ))
    .map(Some)
}

pub(super) fn period_word(step: &str) -> &str {
    match step {
        "week" | "quarter" | "year" => step,
        _ => "month",
    }
}

/// A period in words.
fn reading(place: &str, point: &FanPoint) -> String {
    let [p5, p25, median, p75, p95] = point.quantiles_pct.map(|value| percent(finite(value)));
    let mean = percent(finite(point.mean_pct.value));
    format!(
        "{place}, {}: mean {mean}, median {median}; half of the trials {p25} to {p75}, nine of ten {p5} to {p95}",
        point.date
    )
}

fn top(p: &FanPoint) -> f64 {
    p.quantiles_pct
        .iter()
        .copied()
        .chain([p.mean_pct.value])
        .map(finite)
        .fold(0.0, f64::max)
}

fn swatch(canvas: &mut Canvas, i: usize, x: f64, y: f64) {
    match i {
        0 => canvas.line(vec![(x, y), (x + 26.0, y)], MEAN),
        1 => canvas.line(vec![(x, y), (x + 26.0, y)], MEDIAN),
        _ => {
            let area = vec![(x, y - 5.0), (x + 26.0, y - 5.0), (x + 26.0, y + 5.0), (x, y + 5.0)];
            canvas.area(area.clone(), BLUE, TINTS.0);
            if i == 2 {
                canvas.area(area.clone(), BLUE, TINTS.1);
            }
            canvas.line(area[..2].to_vec(), EDGE);
            canvas.line(area[2..].to_vec(), EDGE);
        }
    }
}

fn draw(canvas: &mut Canvas, panel: &Panel, fan: &Fan) {
    // A value holds for its whole period, and for no other.
    let spread = |get: &dyn Fn(&FanPoint) -> f64| -> Vec<Point> {
        let periods = fan.points.iter().enumerate();
        periods
            .flat_map(|(i, p)| [0.0, 1.0].map(|end| (i as f64 + end, finite(get(p)))))
            .collect()
    };
    let quantile = |i: usize| spread(&|p| p.quantiles_pct[i]);
    for (low, high, tint) in [(0, 4, TINTS.0), (1, 3, TINTS.1)] {
        let edges: Vec<(f64, f64, f64)> = quantile(low)
            .iter()
            .zip(quantile(high))
            .map(|(a, b)| (a.0, a.1, b.1))
            .collect();
        panel.band(canvas, &edges, BLUE, tint);
    }
    for edge in [0, 1, 3, 4] {
        panel.line(canvas, &quantile(edge), EDGE);
    }
    panel.line(canvas, &quantile(2), MEDIAN);
    panel.line(canvas, &spread(&|p| p.mean_pct.value), MEAN);
    let [left, _, right, bottom] = panel.frame;
    canvas.line(vec![(left, bottom), (right, bottom)], solid(super::style::AXIS, 1.0));
}
