//! What policies change, place by place: paired differences of the expected shortfall, each with its interval.

use crate::results::types::{Estimate, RunResults};
use crate::study::Statistic;
use crate::whatif::compare::Comparison;

use super::by_country::whisker;
use super::canvas::{Anchor, bold, regular, solid};
use super::numbers::{self, Axis, finite};
use super::page::{self, LABEL, MARGIN, Page, RIGHT};
use super::source::Source;
use super::style::{AXIS, GRID, INK, MARKERS, MUTED};
use super::{Chart, ChartError, text};

/// Places in one chart.
const MAX_PLACES: usize = 6;
/// Policies in one chart, the baseline counted.
const MAX_POLICIES: usize = 13;
/// Height of a row.
const PITCH: f64 = 20.0;
/// Height of a place's heading.
const HEADING: f64 = 24.0;
/// Width of the names of policies.
const NAMES: f64 = 230.0;
/// Room at the right for numbers.
const NUMBERS: f64 = 186.0;

/// The chart of a material; nothing where it has no row.
pub(super) fn chart(source: &Source<'_>, comparison: &Comparison, material: &str) -> Result<Option<Chart>, ChartError> {
    let headline = source.headline(material);
    let shown = source.policies(material, &headline, MAX_POLICIES);
    let places = source.places(material, MAX_PLACES);
    let of = |policy: &str, place: &str| -> Option<Estimate> {
        let mut effects = comparison.effects.iter();
        let effect = effects
            .find(|effect| effect.variant == policy && effect.material == material && effect.country == place)?;
        Some(effect.get(comparison.measure)?.estimate)
    };
    let variants: Vec<_> = shown.policies.iter().zip(&shown.colors).skip(1).collect();
    let all: Vec<Estimate> = places
        .iter()
        .flat_map(|place| variants.iter().filter_map(|(policy, _)| of(&policy.policy, place)))
        .collect();
    if all.is_empty() {
        return Ok(None);
    }
    let title = format!("{}: who gains from what, and who loses?", source.material(material));
    let mut page = Page::new(
        source,
        source.stem("compare", material),
        &title,
        &source.place_names(&places),
    );
    page.note(shown.note);
    page.note(source.places_note(material, &places));
    let ends = all
        .iter()
        .flat_map(|estimate| [estimate.low, estimate.high, estimate.value]);
    let (low, high) = ends.fold((0.0_f64, 0.0_f64), |(low, high), end| {
        (low.min(finite(end)), high.max(finite(end)))
    });
    if low == 0.0 && high == 0.0 {
        page.say("Nothing that is compared changes the shortfall at any of these places.");
        return page
            .finish("The chart would show differences from the baseline.")
            .map(Some);
    }
    let names: Vec<String> = variants
        .iter()
        .map(|(policy, _)| text::shorten(&source.policy(policy), 12.0, false, NAMES))
        .collect();
    let label = text::widest(&names, 12.0, false).max(60.0);
    let (left, right) = (MARGIN + label + 26.0, RIGHT - NUMBERS);
    let axis = Axis::linear(low, high, 6, "");
    let at = |value: f64| left + axis.at(finite(value)).clamp(0.0, 1.0) * (right - left);
    let top = page.y + 10.0;
    let block = HEADING + PITCH * variants.len() as f64 + 6.0;
    let bottom = top + block * places.len() as f64;
    let name = match comparison.measure {
        Statistic::UnmetAfterAdaptationPct => {
            "Unmet after substitution and thrift less that of the baseline, percentage points of demand"
        }
        _ => "Expected shortfall less that of the baseline, percentage points of demand",
    };
    let end = page::value_axis(&mut page.canvas, &axis, (left, right), (top, bottom), name);
    page.canvas
        .line(vec![(at(0.0), top), (at(0.0), bottom)], solid(AXIS, 1.4));
    for (number, place) in places.iter().enumerate() {
        let upper = top + block * number as f64;
        if number > 0 {
            page.canvas
                .line(vec![(MARGIN, upper), (RIGHT, upper)], solid(GRID, 1.0));
        }
        let heading = text::shorten(&source.place(place), 12.0, true, left - MARGIN - 12.0);
        page.canvas
            .text(MARGIN, upper + 17.0, Anchor::Start, bold(12.0, INK), &heading);
        for (row, ((policy, color), name)) in variants.iter().zip(&names).enumerate() {
            let middle = upper + HEADING + (row as f64 + 0.5) * PITCH;
            page.canvas
                .text(left - 14.0, middle + 4.0, Anchor::End, regular(12.0, INK), name);
            let Some(found) = of(&policy.policy, place) else {
                continue;
            };
            if !found.standard_error.is_nan() {
                whisker(&mut page.canvas, (at(found.low), at(found.high)), middle, 4.0);
            }
            let marker = MARKERS[row % MARKERS.len()];
            page.canvas.marker(marker, (at(found.value), middle), 9.0, **color);
            let said = match found.standard_error.is_nan() || found.low == found.high {
                true => numbers::points(found.value),
                false => format!(
                    "{} [{} to {}]",
                    numbers::points(found.value),
                    numbers::short(found.low),
                    numbers::short(found.high)
                ),
            };
            page.canvas
                .text(right + 12.0, middle + 4.0, Anchor::Start, regular(LABEL, MUTED), &said);
            page.describe(format!("{}, {}: {said}.", source.place(place), source.policy(policy)));
        }
    }
    page.y = end;
    page.finish(
        "How to read: left of the line less is short than in the baseline, right of it more. Whiskers: 95 % interval of the difference, from the same \
         trials for all, so it is much narrower than the intervals of the two shortfalls. Where it does not reach the line the difference is \
         not chance. It says nothing of wrong assumptions.",
    )
    .map(Some)
}

/// The results of what is compared, without pairs.
pub(super) fn compared(comparison: &Comparison) -> RunResults {
    let mut run = comparison.results.run.clone();
    let is_compared = |id: &str| comparison.effects.iter().any(|effect| effect.variant == id);
    let mut number = 0;
    run.policies.retain(|policy| {
        number += 1;
        number == 1 || is_compared(&policy.policy)
    });
    run
}
