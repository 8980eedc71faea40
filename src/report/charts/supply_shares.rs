//! Who supplies what before anything happens: one stacked bar per material, upstream to downstream in file order.

use crate::results::types::SupplyShare;

use super::canvas::{Anchor, bold, regular, solid};
use super::numbers::{NBSP, finite, grouped, percent, short};
use super::page::{LABEL, MARGIN, Page, RIGHT};
use super::source::Source;
use super::style::{self, INK, MUTED, OTHER, RGBColor};
use super::{Chart, ChartError, text};

/// Countries with a colour of their own.
const MAX_COUNTRIES: usize = 9;
/// Height of a bar and distance between bars.
const BAR: (f64, f64) = (30.0, 46.0);
/// Width of the column of world totals.
const TOTALS: f64 = 126.0;
/// Narrower than this, %, is pooled.
const LEAST: f64 = 0.4;

struct Bar<'a> {
    name: Vec<String>,
    output: f64,
    unit: String,
    shares: Vec<&'a SupplyShare>,
}

/// Undisrupted supply by country and stage; nothing without supplies.
pub(super) fn chart(source: &Source<'_>) -> Result<Option<Chart>, ChartError> {
    let all = &source.baseline.supply_shares;
    let bars: Vec<Bar<'_>> = source
        .results
        .materials
        .iter()
        .filter_map(|m| {
            let shares: Vec<&SupplyShare> = all.iter().filter(|s| s.material == m.id).collect();
            let output = shares.iter().map(|s| finite(s.output_t)).sum::<f64>();
            let name = text::balance(&source.material(&m.id), 12.0, false, 180.0, 2);
            (!shares.is_empty()).then(|| Bar {
                name,
                output,
                unit: m.unit.clone(),
                shares,
            })
        })
        .collect();
    if bars.is_empty() {
        return Ok(None);
    }
    let countries = countries(&bars);
    let colors = colors(source, &countries);
    let title = "Who supplies the world, stage by stage, before any disruption";
    let mut page = Page::new(
        source,
        "supply-shares".to_owned(),
        title,
        &["Undisrupted output at the start, by country".to_owned()],
    );
    let mut names = source.place_names(&countries);
    names.push("Other countries".to_owned());
    let entries: Vec<&str> = names.iter().map(String::as_str).collect();
    page.key(&entries, |canvas, i, x, y| {
        let color = colors.get(i).copied().unwrap_or(OTHER);
        canvas.bar(x + 4.0, y - 6.0, 22.0, 12.0, color);
    });
    let label = bars
        .iter()
        .map(|b| text::widest(&b.name, 12.0, false))
        .fold(60.0, f64::max);
    let (left, right) = (MARGIN + label + 12.0, RIGHT - TOTALS - 14.0);
    let top = page.y + 34.0;
    page.canvas.text(
        RIGHT,
        top - 10.0,
        Anchor::End,
        bold(10.0, MUTED),
        "World output per year",
    );
    page.canvas.text(
        left,
        top - 10.0,
        Anchor::Start,
        bold(10.0, MUTED),
        "Share of world output, %",
    );
    for (i, bar) in bars.iter().enumerate() {
        let y = top + i as f64 * BAR.1;
        let mut base = y + BAR.0 / 2.0 + 4.3 - (bar.name.len() as f64 - 1.0) * 7.5;
        for line in &bar.name {
            page.canvas
                .text(left - 12.0, base, Anchor::End, regular(12.0, INK), line);
            base += 15.0;
        }
        let total = format!("{} {}", amount(bar.output), unit(&bar.unit));
        let total = text::shorten(&total, LABEL, false, TOTALS);
        page.canvas
            .text(RIGHT, y + BAR.0 / 2.0 + 4.0, Anchor::End, regular(LABEL, INK), &total);
        segments(&mut page, source, bar, (&countries, &colors), (left, right, y));
    }
    let bottom = top + (bars.len() as f64 - 1.0) * BAR.1 + BAR.0;
    for tick in [0.0, 25.0, 50.0, 75.0, 100.0] {
        let x = left + tick / 100.0 * (right - left);
        page.canvas
            .line(vec![(x, bottom + 4.0), (x, bottom + 8.0)], solid(style::AXIS, 1.0));
        page.canvas
            .text(x, bottom + 22.0, Anchor::Middle, regular(LABEL, MUTED), &percent(tick));
    }
    page.y = bottom + 28.0;
    page.finish(
        "How to read: each bar is the world's undisrupted output of one material at the start of the simulation, split by the country \
         where it is produced; stages run from upstream (top) to downstream. A country has the same colour in every bar. A long segment is \
         a point where one country's decision or accident reaches everyone.",
    )
    .map(Some)
}

/// The countries with the largest shares anywhere, in the order of their summed shares.
fn countries<'a>(bars: &[Bar<'a>]) -> Vec<&'a str> {
    let mut found: Vec<(&'a str, f64, f64)> = Vec::new();
    for share in bars.iter().flat_map(|b| &b.shares) {
        let value = finite(share.share_pct);
        match found.iter_mut().find(|f| f.0 == share.country) {
            Some(f) => *f = (f.0, f.1.max(value), f.2 + value),
            None => found.push((&share.country, value, value)),
        }
    }
    found.retain(|f| f.0 != "OTH" && f.1 >= LEAST);
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    found.truncate(MAX_COUNTRIES);
    found.sort_by(|a, b| b.2.total_cmp(&a.2).then(a.0.cmp(b.0)));
    found.into_iter().map(|f| f.0).collect()
}

/// Places in focus keep their colour of the other charts; the rest take what is left.
fn colors(source: &Source<'_>, countries: &[&str]) -> Vec<RGBColor> {
    let focus = &source.results.focus_places;
    let fixed: Vec<Option<RGBColor>> = countries
        .iter()
        .map(|c| focus.iter().any(|f| f == c).then(|| source.color(c)))
        .collect();
    let reserved = focus.len().min(style::PLACES.len());
    let order = style::PLACES[reserved..].iter().chain(&style::PLACES[..reserved]);
    let mut free = order.filter(|c| !fixed.contains(&Some(**c)));
    fixed
        .iter()
        .map(|f| f.unwrap_or_else(|| free.next().copied().unwrap_or(OTHER)))
        .collect()
}

fn segments(
    page: &mut Page<'_>,
    source: &Source<'_>,
    bar: &Bar<'_>,
    (countries, colors): (&[&str], &[RGBColor]),
    (left, right, y): (f64, f64, f64),
) {
    let mut x = left;
    let mut pooled = 100.0_f64;
    let mut told: Vec<String> = Vec::new();
    for share in &bar.shares {
        let value = finite(share.share_pct).clamp(0.0, 100.0);
        let Some(k) = countries.iter().position(|c| *c == share.country) else {
            continue;
        };
        let width = (value / 100.0 * (right - left)).min(right - x);
        if value < LEAST || width <= 0.0 {
            continue;
        }
        pooled -= value;
        segment(
            page,
            (x, y, width),
            colors[k],
            [&source.place(&share.country), &share.country],
            value,
        );
        told.push(format!("{} {}", source.place(&share.country), percent(value)));
        x += width;
    }
    if pooled >= 0.05 && right - x > 0.5 {
        segment(page, (x, y, right - x), OTHER, ["Other", "Other"], pooled);
    }
    page.describe(format!("{}: {}.", bar.name.join(" "), told.join(", ")));
}

fn segment(page: &mut Page<'_>, (x, y, width): (f64, f64, f64), color: RGBColor, names: [&str; 2], value: f64) {
    page.canvas.bar(x, y, (width - 1.2).max(0.4), BAR.0, color);
    let ink = if style::is_dark(color) {
        RGBColor(255, 255, 255)
    } else {
        INK
    };
    let number = if value >= 1.0 {
        format!("{value:.0}")
    } else {
        short(value)
    };
    let set = regular(10.5, ink);
    let candidates = [
        format!("{} {number}{NBSP}%", names[0]),
        format!("{} {number}{NBSP}%", names[1]),
        number.clone(),
    ];
    if let Some(label) = candidates.iter().find(|c| set.width(c) + 6.0 <= width) {
        page.canvas
            .text(x + width / 2.0, y + BAR.0 / 2.0 + 4.0, Anchor::Middle, set, label);
    }
}

fn amount(tonnes: f64) -> String {
    if tonnes >= 1e6 {
        format!("{}{NBSP}M", short(tonnes / 1e6))
    } else {
        grouped_or_short(tonnes)
    }
}

fn grouped_or_short(value: f64) -> String {
    if value >= 100.0 { grouped(value) } else { short(value) }
}

/// "t REO", or "t" where the scenario states no unit.
fn unit(unit: &str) -> &str {
    if unit.is_empty() { "t" } else { unit }
}
