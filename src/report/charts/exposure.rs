//! The matrix of countries and what they make: what each one's failure costs at one place.

use crate::study::{Statistic, Taken};
use crate::whatif::screen::{Consequence, Screening};

use super::canvas::{Anchor, bold, regular, solid};
use super::numbers::{finite, short};
use super::page::{LABEL, MARGIN, Page, RIGHT};
use super::source::Source;
use super::style::{AXIS, INK, MUTED, PANEL, RGBColor};
use super::{Chart, ChartError, text};

/// Countries and materials at most.
const MAX_COUNTRIES: usize = 24;
const MAX_MATERIALS: usize = 9;
/// Height of a row.
const PITCH: f64 = 26.0;
/// Width of country names.
const NAMES: f64 = 170.0;
/// One colour from light to dark, which all eyes tell apart; numbers stand in every cell all the same.
pub(super) const SCALE: [(f64, RGBColor); 6] = [
    (1.0, RGBColor(0xEA, 0xF2, 0xFA)),
    (5.0, RGBColor(0xC3, 0xDB, 0xEF)),
    (10.0, RGBColor(0x8F, 0xBC, 0xDF)),
    (25.0, RGBColor(0x4A, 0x94, 0xC8)),
    (50.0, RGBColor(0x1B, 0x66, 0xA5)),
    (f64::INFINITY, RGBColor(0x0A, 0x35, 0x69)),
];
/// Their meaning.
pub(super) const LABELS: [&str; 6] = [
    "up to 1 %",
    "1 to 5 %",
    "5 to 10 %",
    "10 to 25 %",
    "25 to 50 %",
    "over 50 %",
];

pub(super) fn shade(value: f64) -> (RGBColor, RGBColor) {
    let step = SCALE
        .iter()
        .position(|(most, _)| value <= *most)
        .unwrap_or(SCALE.len() - 1);
    let ink = if step >= 3 { RGBColor(255, 255, 255) } else { INK };
    (SCALE[step].1, ink)
}

/// The matrix of a material at the place that its other charts speak of; nothing where it has no row.
pub(super) fn chart(source: &Source<'_>, found: &Screening, material: &str) -> Result<Option<Chart>, ChartError> {
    let place = source.headline(material);
    let all: Vec<&Consequence> = found.at(material, &place).collect();
    let lost = |country: &str, of: &str, taken: Taken| {
        let mut those = all.iter().filter(|one| {
            let outage = &found.outages[one.outage];
            outage.country == country && outage.material == of && outage.taken == taken
        });
        // What rounding leaves is nothing.
        those
            .next()
            .map(|one| finite(one.year_pct.value))
            .map(|value| if value < 1e-9 { 0.0 } else { value })
    };
    let worst = |is_meant: &dyn Fn(&Consequence) -> bool| {
        let those = all.iter().filter(|one| is_meant(one));
        those.map(|one| finite(one.year_pct.value)).fold(0.0, f64::max)
    };
    // Materials in the order of the chain, countries by what their worst outage costs; only what costs anything.
    let mut materials: Vec<(&str, f64)> = Vec::new();
    let mut countries: Vec<(&str, f64)> = Vec::new();
    for outage in &found.outages {
        if materials.iter().all(|(id, _)| *id != outage.material) {
            let of_it = worst(&|one: &Consequence| found.outages[one.outage].material == outage.material);
            materials.push((&outage.material, of_it));
        }
        if countries.iter().all(|(code, _)| *code != outage.country) {
            let of_it = worst(&|one: &Consequence| found.outages[one.outage].country == outage.country);
            countries.push((&outage.country, of_it));
        }
    }
    let (every_country, every_material) = (countries.len(), materials.len());
    materials.retain(|(_, size)| *size > 1e-9);
    countries.retain(|(_, size)| *size > 1e-9);
    countries.sort_by(|one, other| other.1.total_cmp(&one.1));
    let mut ranked: Vec<f64> = materials.iter().map(|(_, size)| *size).collect();
    ranked.sort_by(|one, other| other.total_cmp(one));
    if let Some(least) = ranked.get(MAX_MATERIALS) {
        materials.retain(|(_, size)| size > least);
    }
    countries.truncate(MAX_COUNTRIES);
    if materials.len() < 2 || countries.len() < 2 {
        // The bars say it all.
        return Ok(None);
    }
    let title = format!("{}: exposed at which stage, to whom?", source.material(material));
    let mut page = Page::new(
        source,
        source.stem("screen-matrix", material),
        &title,
        &[source.place(&place)],
    );
    let (hidden_countries, hidden_materials) = (every_country - countries.len(), every_material - materials.len());
    page.note((hidden_countries + hidden_materials > 0).then(|| {
        format!(
            "Not shown: {hidden_countries} of {every_country} countries and {hidden_materials} of {every_material} materials, whose outages cost least or nothing here (screen.csv)."
        )
    }));
    let after = match found.measure {
        Statistic::UnmetAfterAdaptationPct => " after substitution and thrift",
        _ => "",
    };
    page.canvas.text(
        MARGIN,
        page.y + 22.0,
        Anchor::Start,
        regular(LABEL, INK),
        &format!("Lost{after}, % of a year's demand: production stop | total export ban"),
    );
    page.y += 26.0;
    page.key(&LABELS, |canvas, number, x, y| {
        canvas.bar(x + 2.0, y - 6.0, 24.0, 12.0, SCALE[number].1);
    });
    let (left, top) = (MARGIN + NAMES, page.y + 46.0);
    let width = (RIGHT - left) / materials.len() as f64;
    for (column, (id, _)) in materials.iter().enumerate() {
        let middle = left + (column as f64 + 0.5) * width;
        let lines = text::balance(&source.material(id), LABEL, true, width - 6.0, 2);
        let mut y = top - 8.0 - 14.0 * (lines.len() as f64 - 1.0);
        for line in &lines {
            page.canvas.text(middle, y, Anchor::Middle, bold(LABEL, INK), line);
            y += 14.0;
        }
    }
    for (row, (country, _)) in countries.iter().enumerate() {
        let upper = top + row as f64 * PITCH;
        let name = text::shorten(&source.place(country), LABEL, false, NAMES - 12.0);
        page.canvas.text(
            left - 10.0,
            upper + PITCH / 2.0 + 4.0,
            Anchor::End,
            regular(LABEL, INK),
            &name,
        );
        for (column, (id, _)) in materials.iter().enumerate() {
            let x = left + column as f64 * width;
            let (stop, ban) = (lost(country, id, Taken::Output), lost(country, id, Taken::Exports));
            if stop.is_none() && ban.is_none() {
                page.canvas.bar(x + 1.0, upper + 1.0, width - 2.0, PITCH - 2.0, PANEL);
                continue;
            }
            let half = (width - 2.0) / 2.0;
            for (number, value) in [stop, ban].into_iter().enumerate() {
                let Some(value) = value else { continue };
                let (fill, ink) = shade(value);
                let from = x + 1.0 + half * number as f64;
                page.canvas.bar(from, upper + 1.0, half, PITCH - 2.0, fill);
                page.canvas.text(
                    from + half / 2.0,
                    upper + PITCH / 2.0 + 4.0,
                    Anchor::Middle,
                    regular(LABEL, ink),
                    &figure(value),
                );
            }
            let across = x + 1.0 + half;
            page.canvas.line(
                vec![(across, upper + 1.0), (across, upper + PITCH - 1.0)],
                solid(AXIS, 0.8),
            );
            page.describe(format!(
                "{name}, {}: stop {} %, ban {} %.",
                source.material(id),
                figure(stop.unwrap_or(0.0)),
                figure(ban.unwrap_or(0.0))
            ));
        }
    }
    page.y = top + PITCH * countries.len() as f64 + 18.0;
    page.canvas.text(
        MARGIN,
        page.y,
        Anchor::Start,
        regular(LABEL, MUTED),
        "Grey and empty: the country does not make it.",
    );
    page.finish(&format!(
        "How to read: a cell is what goes short here if that country alone fails at that stage for {} months from the start: at the left because it \
         makes none, at the right because it exports none. The darker, the more. A dark column is a stage that hangs on few; a dark row is \
         a country on which several stages hang. It says nothing of how probable an outage is.",
        short(found.outage_months)
    ))
    .map(Some)
}

/// Whole percents from 10 up, a digit more below.
pub(super) fn figure(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        small if small < 0.1 => "<0.1".to_owned(),
        small if small < 9.95 => format!("{small:.1}"),
        _ => format!("{value:.0}"),
    }
}
