//! What one country is exposed to over all minerals: stages in order, and the matrix of countries and minerals.

use crate::report::exposure::{country, stage};
use crate::study::PROGRAM;
use crate::whatif::exposure::{Exposed, Exposures};

use super::canvas::{Anchor, bold, regular};
use super::exposure::{LABELS, SCALE, figure as cell_figure, shade};
use super::numbers::{Axis, NBSP, finite, percent, short};
use super::page::{self, LABEL, MARGIN, Page, RIGHT};
use super::style::{BLUE, INK, MUTED, PANEL};
use super::{Chart, ChartError, text};

/// Stages with a bar.
const MAX_STAGES: usize = 24;
/// Countries and minerals of the matrix.
const MAX_COUNTRIES: usize = 8;
const MAX_MINERALS: usize = 26;
/// Height of a row.
const PITCH: f64 = 24.0;
/// Width of the longest name.
const NAMES: f64 = 240.0;
/// The same in the matrix.
const MINERALS: f64 = 190.0;
/// Room for the worst of the countries without a column.
const OTHER: f64 = 116.0;
/// Room at the right for words.
const WORDS: f64 = 230.0;
/// What rounding leaves is nothing.
const NOTHING: f64 = 1e-6;

fn page<'a>(found: &Exposures, name: &str, title: &str) -> Page<'a> {
    let seed = found.screened.first().map(|one| &one.found.results.run.manifest);
    let trials = seed.map_or_else(String::new, |manifest| {
        format!(", trials {}, seed {}", manifest.trials, manifest.seed)
    });
    Page::headed(
        (name.to_owned(), title),
        std::slice::from_ref(&found.name),
        "",
        "Scenarios drafted from the shipped tables, one a mineral, as `critmin new` writes them",
        format!(
            "{PROGRAM}, the shipped tables, {} minerals{trials}",
            found.screened.len()
        ),
    )
}

fn not_screened(found: &Exposures) -> Option<String> {
    let whole: Vec<&str> = found
        .missing
        .iter()
        .filter(|missing| missing.stage.is_empty())
        .map(|missing| missing.name.as_str())
        .collect();
    (!whole.is_empty()).then(|| {
        format!(
            "Insufficient data, not screened: {} (ranking.csv says why).",
            whole.join(", ")
        )
    })
}

/// The stages in order, by what a stop of the largest producer takes.
pub(super) fn ranking(found: &Exposures) -> Result<Chart, ChartError> {
    let title = format!("What is {} most exposed to?", found.name);
    let mut page = page(found, "screen-ranking", &title);
    let costly: Vec<&Exposed> = found.exposed.iter().filter(|of| found.lost(of) > NOTHING).collect();
    let shown = &costly[..costly.len().min(MAX_STAGES)];
    let hidden = costly.len() - shown.len();
    let harmless = found.exposed.len() - costly.len();
    page.note((hidden + harmless > 0).then(|| {
        format!(
            "Not shown: {hidden} stages with a smaller loss, and {harmless} at which nothing goes short (ranking.csv)."
        )
    }));
    page.note(not_screened(found));
    if shown.is_empty() {
        page.say("No stop of a leading producer leaves anything short.");
        return page.finish("The chart would show what the stop of each stage's largest producer takes.");
    }
    let labels: Vec<String> = shown
        .iter()
        .map(|of| text::shorten(&stage(found, of), LABEL, false, NAMES))
        .collect();
    let (left, right) = (
        MARGIN + text::widest(&labels, LABEL, false).max(60.0) + 12.0,
        RIGHT - WORDS,
    );
    let most = shown.iter().map(|of| finite(found.lost(of))).fold(0.0, f64::max);
    let axis = Axis::from_zero(most, 6, "");
    let at = |value: f64| left + axis.at(finite(value)).clamp(0.0, 1.0) * (right - left);
    let top = page.y + 16.0;
    let bottom = top + PITCH * shown.len() as f64;
    let end = page::value_axis(
        &mut page.canvas,
        &axis,
        (left, right),
        (top, bottom),
        "Lost in a stop of the largest producer abroad, % of a year's demand",
    );
    for (row, (of, label)) in shown.iter().zip(&labels).enumerate() {
        let middle = top + (row as f64 + 0.5) * PITCH;
        page.canvas
            .text(left - 12.0, middle + 4.0, Anchor::End, regular(LABEL, INK), label);
        page.canvas
            .bar(left, middle - 7.0, (at(found.lost(of)) - left).max(0.6), 14.0, BLUE);
        let lost = percent(found.lost(of));
        page.canvas
            .text(right + 12.0, middle + 4.0, Anchor::Start, bold(LABEL, INK), &lost);
        let Some((outage, cost)) = found.leader(of) else {
            continue;
        };
        let who = country(found, of, outage);
        let survives = match (of.has_stocks, &cost.months_to_survive) {
            (true, Some(months)) => format!(", after {}{NBSP}months", short(months.value)),
            _ => String::new(),
        };
        let across = right + 20.0 + bold(LABEL, INK).width(&lost);
        let beside = text::shorten(&format!("{who}{survives}"), LABEL, false, RIGHT - across);
        page.canvas
            .text(across, middle + 4.0, Anchor::Start, regular(LABEL, MUTED), &beside);
        page.describe(format!("{}: {who}, {lost}{survives}.", stage(found, of)));
    }
    page.y = end + 4.0;
    page.finish(
        "How to read: at each stage of each mineral the largest producer abroad makes none for a year, alone, with no other event. The bar is \
         what the country then lacks of the product at the end of the chain; beside it who stops, and how long known stocks last. Without \
         known stocks there are none in the figure. It says nothing of how probable a stop is, nor how important a use is.",
    )
}

/// Countries and minerals: the worst that each country's stop or ban at any stage does.
pub(super) fn matrix(found: &Exposures) -> Result<Option<Chart>, ChartError> {
    let mut cells: Vec<(String, String, usize, f64)> = Vec::new();
    for (number, one) in found.screened.iter().enumerate() {
        for cost in one.found.consequences.iter().filter(|cost| cost.place == found.country) {
            let outage = &one.found.outages[cost.outage];
            if outage.country == found.country {
                continue;
            }
            let value = finite(cost.year_pct.value);
            match cells
                .iter_mut()
                .find(|(code, _, at, _)| *code == outage.country && *at == number)
            {
                Some((.., most)) => *most = most.max(value),
                None => {
                    let name = crate::report::prose::place_name(&one.found.results.run, &outage.country);
                    cells.push((outage.country.clone(), name, number, value));
                }
            }
        }
    }
    let mut minerals: Vec<(usize, f64)> = Vec::new();
    let mut countries: Vec<(String, String, f64)> = Vec::new();
    for (code, name, number, value) in cells.iter().filter(|(.., value)| *value > NOTHING) {
        match minerals.iter_mut().find(|(known, _)| known == number) {
            Some((_, most)) => *most = most.max(*value),
            None => minerals.push((*number, *value)),
        }
        match countries.iter_mut().find(|(known, ..)| known == code) {
            Some((.., sum)) => *sum += value,
            None => countries.push((code.clone(), name.clone(), *value)),
        }
    }
    if minerals.len() < 2 || countries.len() < 2 {
        return Ok(None);
    }
    minerals.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
    countries.sort_by(|one, other| other.2.total_cmp(&one.2).then(one.0.cmp(&other.0)));
    let hidden = (
        countries.len().saturating_sub(MAX_COUNTRIES),
        minerals.len().saturating_sub(MAX_MINERALS),
    );
    minerals.truncate(MAX_MINERALS);
    countries.truncate(MAX_COUNTRIES);
    let title = format!("Through whom is {} exposed, for what?", found.name);
    let mut page = page(found, "screen-matrix", &title);
    page.note((hidden.0 + hidden.1 > 0).then(|| {
        format!(
            "Not shown: {} countries and {} minerals whose outages cost least (screen.csv).",
            hidden.0, hidden.1
        )
    }));
    page.note(not_screened(found));
    page.canvas.text(
        MARGIN,
        page.y + 22.0,
        Anchor::Start,
        regular(LABEL, INK),
        "Lost in the worst outage of the country at any stage (a year's stop, or total export ban), % of a year's demand",
    );
    page.y += 26.0;
    page.key(&LABELS, |canvas, number, x, y| {
        canvas.bar(x + 2.0, y - 6.0, 24.0, 12.0, SCALE[number].1);
    });
    let labels: Vec<String> = minerals
        .iter()
        .map(|(number, _)| text::shorten(&found.screened[*number].name, LABEL, false, MINERALS))
        .collect();
    let left = MARGIN + text::widest(&labels, LABEL, false) + 14.0;
    let (top, width) = (page.y + 46.0, (RIGHT - OTHER - left) / countries.len() as f64);
    for (column, (_, name, _)) in countries.iter().enumerate() {
        let middle = left + (column as f64 + 0.5) * width;
        let lines = text::balance(name, LABEL, true, width - 6.0, 2);
        let mut y = top - 8.0 - 14.0 * (lines.len() as f64 - 1.0);
        for line in &lines {
            page.canvas.text(middle, y, Anchor::Middle, bold(LABEL, INK), line);
            y += 14.0;
        }
    }
    if hidden.0 > 0 {
        let (x, y) = (RIGHT - OTHER + 10.0, top - 8.0);
        page.canvas
            .text(x, y, Anchor::Start, bold(LABEL, INK), "Worst of others");
    }
    for (row, ((number, _), label)) in minerals.iter().zip(&labels).enumerate() {
        let upper = top + row as f64 * PITCH;
        let others = cells.iter().filter(|(code, _, at, value)| {
            at == number && *value > NOTHING && countries.iter().all(|(shown, ..)| shown != code)
        });
        if let Some((_, name, _, value)) = others.max_by(|one, other| one.3.total_cmp(&other.3)) {
            let said = format!("{} {}", cell_figure(*value), name);
            let said = text::shorten(&said, LABEL, false, OTHER - 10.0);
            let middle = upper + PITCH / 2.0 + 4.0;
            page.canvas
                .text(RIGHT - OTHER + 10.0, middle, Anchor::Start, regular(LABEL, INK), &said);
        }
        page.canvas.text(
            left - 10.0,
            upper + PITCH / 2.0 + 4.0,
            Anchor::End,
            regular(LABEL, INK),
            label,
        );
        for (column, (code, name, _)) in countries.iter().enumerate() {
            let x = left + column as f64 * width;
            let cell = cells.iter().find(|(of, _, at, _)| of == code && at == number);
            let Some((.., value)) = cell else {
                page.canvas.bar(x + 1.0, upper + 1.0, width - 2.0, PITCH - 2.0, PANEL);
                continue;
            };
            let value = if *value < NOTHING { 0.0 } else { *value };
            let (fill, ink) = shade(value);
            page.canvas.bar(x + 1.0, upper + 1.0, width - 2.0, PITCH - 2.0, fill);
            page.canvas.text(
                x + width / 2.0,
                upper + PITCH / 2.0 + 4.0,
                Anchor::Middle,
                regular(LABEL, ink),
                &cell_figure(value),
            );
            if value >= 10.0 {
                page.describe(format!("{label}, {name}: {} %.", cell_figure(value)));
            }
        }
    }
    page.y = top + PITCH * minerals.len() as f64 + 18.0;
    page.canvas.text(
        MARGIN,
        page.y,
        Anchor::Start,
        regular(LABEL, MUTED),
        "Grey and empty: the tables do not name the country as a maker.",
    );
    page.finish(
        "How to read: a cell is what goes short of the mineral, whatever its stage, if that country alone fails for a year at the stage where that \
         costs most. A dark column is a country on which many minerals hang; a dark row is a mineral that hangs on many. It says nothing of how \
         probable an outage is.",
    )
    .map(Some)
}
