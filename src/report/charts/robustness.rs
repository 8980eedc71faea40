//! How far the headline reaches with and without each policy, under the choices that data cannot decide.

use crate::report::sweep::called;
use crate::whatif::robustness::{Alternative, Robustness, Setting};

use super::canvas::{Anchor, bold, regular, solid};
use super::colors::PALETTE;
use super::numbers::{self, Axis, finite};
use super::page::{self, LABEL, MARGIN, Page, RIGHT};
use super::source::Source;
use super::style::{AXIS, INK, MARKERS, MUTED, Marker};
use super::{Chart, ChartError, text};

/// Rows of the chart, the baseline counted.
const MAX_ROWS: usize = 14;
/// Height of a row.
const PITCH: f64 = 30.0;
/// Width of the names of policies.
const NAMES: f64 = 250.0;
/// Room at the right for numbers.
const NUMBERS: f64 = 130.0;

/// The look of an alternative: the scenario as it is stands out.
fn look(alternative: Alternative) -> (Marker, super::style::RGBColor, f64) {
    let number = Alternative::ALL
        .iter()
        .position(|other| *other == alternative)
        .unwrap_or(0);
    match number {
        0 => (Marker::Diamond, INK, 12.0),
        number => (
            MARKERS[(number - 1) % MARKERS.len()],
            PALETTE[number % PALETTE.len()],
            9.0,
        ),
    }
}

/// The chart; nothing where there are no results.
pub(super) fn chart(source: &Source<'_>, found: &Robustness) -> Result<Option<Chart>, ChartError> {
    let (material, place) = source.baseline.headline.clone();
    let title = format!("{}: what hangs on what nobody knows?", source.material(&material));
    let stem = source.stem("robustness", &material);
    let mut page = Page::new(source, stem, &title, &[source.place(&place)]);
    let shown = source.policies(&material, &place, MAX_ROWS);
    page.note(shown.note);
    let settings: Vec<&Setting> = found.settings.iter().filter(|setting| !setting.is_the_same).collect();
    let same: Vec<&str> = found
        .settings
        .iter()
        .filter(|setting| setting.is_the_same)
        .map(|setting| setting.alternative.name())
        .collect();
    if !same.is_empty() {
        page.note(format!("Nothing changes under: {}.", same.join(", ")));
    }
    let value = |setting: &Setting, policy: &str| setting.of(policy).map(|standing| finite(standing.value.value));
    let most = settings
        .iter()
        .flat_map(|setting| setting.standings.iter().map(|standing| finite(standing.value.value)))
        .fold(0.0_f64, f64::max);
    if most == 0.0 {
        page.say("Nothing is short under any alternative.");
        return page.finish("The chart would show the expected shortfall.").map(Some);
    }
    let names: Vec<String> = shown
        .policies
        .iter()
        .map(|policy| text::shorten(&source.policy(policy), 12.0, false, NAMES))
        .collect();
    let label = text::widest(&names, 12.0, false).max(60.0);
    let (left, right) = (MARGIN + label + 26.0, RIGHT - NUMBERS);
    let axis = Axis::from_zero(most, 6, "");
    let at = |value: f64| left + axis.at(value).clamp(0.0, 1.0) * (right - left);
    let top = page.y + 10.0;
    let bottom = top + PITCH * shown.policies.len() as f64;
    let mut name = format!("{}, % of demand", called(found.measure));
    name.replace_range(0..1, &name[0..1].to_uppercase());
    let end = page::value_axis(&mut page.canvas, &axis, (left, right), (top, bottom), &name);
    for (row, (policy, name)) in shown.policies.iter().zip(&names).enumerate() {
        let middle = top + (row as f64 + 0.5) * PITCH;
        let font = if row == 0 { bold(12.0, INK) } else { regular(12.0, INK) };
        page.canvas.text(left - 14.0, middle + 4.0, Anchor::End, font, name);
        let values = || settings.iter().filter_map(|setting| value(setting, &policy.policy));
        let (low, high) = values().fold((f64::INFINITY, 0.0_f64), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        if low > high {
            continue;
        }
        page.canvas
            .line(vec![(at(low), middle), (at(high), middle)], solid(AXIS, 2.0));
        // As written comes last, on top of the others.
        for setting in settings.iter().rev() {
            if let Some(value) = value(setting, &policy.policy) {
                let (marker, color, size) = look(setting.alternative);
                page.canvas.marker(marker, (at(value), middle), size, color);
            }
        }
        let said = format!("{} to {}{}%", numbers::short(low), numbers::short(high), numbers::NBSP);
        page.canvas
            .text(right + 12.0, middle + 4.0, Anchor::Start, regular(LABEL, MUTED), &said);
        page.describe(format!("{}: {said}.", source.policy(policy)));
    }
    page.y = end + 6.0;
    let entries: Vec<&str> = settings.iter().map(|setting| setting.alternative.name()).collect();
    page.key(&entries, |canvas, number, x, y| {
        if let Some(setting) = settings.get(number) {
            let (marker, color, size) = look(setting.alternative);
            canvas.marker(marker, (x + 13.0, y), size.min(10.0), color);
        }
    });
    page.finish(
        "How to read: one row a policy, one mark an alternative; the bar joins the least and the most that is short. Compare marks of one kind from row \
         to row: where their order changes, the scenario does not decide which policy is better. Every alternative is applied to all materials.",
    )
    .map(Some)
}
