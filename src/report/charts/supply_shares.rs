//! Who supplies what before anything happens: one stacked bar per material, under those it is made from.

use crate::results::types::SupplyShare;

use super::canvas::{Anchor, bold, regular, solid};
use super::colors::{Look, Texture};
use super::numbers::{NBSP, finite, grouped, percent, short};
use super::page::{LABEL, MARGIN, Page, RIGHT};
use super::source::{OTHERS, Source};
use super::style::{self, INK, MUTED};
use super::{Chart, ChartError, MAX_MATERIALS, stages, text};

/// Countries with a colour of their own.
const MAX_COUNTRIES: usize = 12;
/// Height of a bar and distance between bars.
const BAR: (f64, f64) = (30.0, 46.0);
/// Width of the column of world totals.
const TOTALS: f64 = 126.0;
/// What is pooled.
const REST: Look = Look {
    color: style::OTHER,
    texture: Texture::Plain,
};
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
    let (order, chained) = stages::order(source.results);
    let bars: Vec<Bar<'_>> = order
        .into_iter()
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
    let title = "Who supplies the world, stage by stage, before any disruption";
    let mut page = Page::new(
        source,
        "supply-shares".to_owned(),
        title,
        &["Undisrupted output at the start, by country".to_owned()],
    );
    let mut names = source.place_names(&countries);
    let pooled = pooled(&bars, &countries);
    let others = match pooled[..] {
        [] => None,
        [only] => Some(source.place(only)),
        _ => Some("Other countries".to_owned()),
    };
    names.extend(others);
    let entries: Vec<&str> = names.iter().map(String::as_str).collect();
    page.key(&entries, |canvas, i, x, y| {
        let look = countries.get(i).map_or(REST, |country| source.look(country));
        canvas.bar_of(x + 4.0, y - 6.0, 22.0, 12.0, look);
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
        segments(&mut page, source, bar, &countries, (left, right, y));
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
    page.note(source.materials_note(MAX_MATERIALS));
    let order = if chained {
        "a material stands below those it is made from"
    } else {
        "materials stand in the order of the scenario"
    };
    page.finish(&format!(
        "How to read: each bar is the world's undisrupted output of one material at the start of the simulation, split by the country \
         where it is produced; {order}. A country looks the same in every bar. A long segment is a point where one country's decision or \
         accident reaches everyone.",
    ))
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
    found.retain(|f| f.0 != OTHERS && f.1 >= LEAST);
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    found.truncate(MAX_COUNTRIES);
    found.sort_by(|a, b| b.2.total_cmp(&a.2).then(a.0.cmp(b.0)));
    found.into_iter().map(|f| f.0).collect()
}

/// The suppliers that have no segment of their own, each once.
fn pooled<'a>(bars: &[Bar<'a>], countries: &[&str]) -> Vec<&'a str> {
    let mut found: Vec<&'a str> = Vec::new();
    for share in bars.iter().flat_map(|bar| rest(bar, countries)) {
        if !found.contains(&share.country.as_str()) {
            found.push(&share.country);
        }
    }
    found
}

/// The shares of a bar that are pooled, as far as they are any.
fn rest<'a>(bar: &Bar<'a>, countries: &[&str]) -> Vec<&'a SupplyShare> {
    let own = |share: &SupplyShare| countries.contains(&share.country.as_str()) && finite(share.share_pct) >= LEAST;
    let shares = bar.shares.iter().copied();
    shares
        .filter(|share| finite(share.share_pct) > 0.0 && !own(share))
        .collect()
}

fn segments(
    page: &mut Page<'_>,
    source: &Source<'_>,
    bar: &Bar<'_>,
    countries: &[&str],
    (left, right, y): (f64, f64, f64),
) {
    let mut x = left;
    let mut pooled = 100.0_f64;
    let mut told: Vec<String> = Vec::new();
    for share in &bar.shares {
        let value = finite(share.share_pct).clamp(0.0, 100.0);
        if !countries.contains(&share.country.as_str()) {
            continue;
        }
        let width = (value / 100.0 * (right - left)).min(right - x);
        if value < LEAST || width <= 0.0 {
            continue;
        }
        pooled -= value;
        segment(
            page,
            (x, y, width),
            source.look(&share.country),
            [&source.place(&share.country), &share.country],
            value,
        );
        let said = format!("{} {}", source.place(&share.country), percent(value));
        page.canvas.read(
            (x + width / 2.0, y + BAR.0 / 2.0),
            format!("{}: {said}", bar.name.join(" ")),
        );
        told.push(said);
        x += width;
    }
    if pooled >= 0.05 && right - x > 0.5 {
        // A single supplier is nobody's "other".
        let rest = rest(bar, countries);
        let names = match rest[..] {
            [only] if only.country != OTHERS => {
                let name = source.place(&only.country);
                page.note(format!("Grey in {}: {name}.", bar.name.join(" ")));
                [name, only.country.clone()]
            }
            _ => ["Other".to_owned(), "Other".to_owned()],
        };
        let said = format!("{} {}", names[0], percent(pooled));
        page.canvas.read(
            ((x + right) / 2.0, y + BAR.0 / 2.0),
            format!("{}: {said}", bar.name.join(" ")),
        );
        told.push(said);
        segment(page, (x, y, right - x), REST, [&names[0], &names[1]], pooled);
    }
    page.describe(format!("{}: {}.", bar.name.join(" "), told.join(", ")));
}

fn segment(page: &mut Page<'_>, (x, y, width): (f64, f64, f64), look: Look, names: [&str; 2], value: f64) {
    page.canvas.bar_of(x, y, (width - 1.2).max(0.4), BAR.0, look);
    let ink = style::ink_on(look.color);
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
        let middle = x + width / 2.0;
        if look.texture != Texture::Plain {
            // Stripes would cut through the letters.
            let room = set.width(label) + 4.0;
            page.canvas
                .bar(middle - room / 2.0, y + BAR.0 / 2.0 - 7.5, room, 15.0, look.color);
        }
        page.canvas
            .text(middle, y + BAR.0 / 2.0 + 4.0, Anchor::Middle, set, label);
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
