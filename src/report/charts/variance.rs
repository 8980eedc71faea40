//! Where the variance of the headline comes from: first-order and total indices of inputs and events side by side.

use crate::whatif::sensitivity::Sensitivity;

use super::canvas::{Anchor, regular};
use super::numbers::{Axis, finite, short};
use super::page::{self, LABEL, MARGIN, Page, RIGHT};
use super::source::Source;
use super::style::{BLUE, INK, MUTED, ORANGE};
use super::{Chart, ChartError, by_country::whisker, numbers, text};
use crate::report::sensitivity::factor_name;
use crate::study::Statistic;

/// Factors with bars.
const MAX_FACTORS: usize = 16;
/// Height of a row.
const PITCH: f64 = 32.0;
/// Width of the longest name.
const NAMES: f64 = 320.0;
/// Room at the right for numbers.
const NUMBERS: f64 = 110.0;

/// The chart; nothing where the headline does not vary.
pub(super) fn chart(source: &Source<'_>, found: &Sensitivity) -> Result<Option<Chart>, ChartError> {
    let Some(indices) = &found.indices else { return Ok(None) };
    let (material, place) = &source.baseline.headline;
    let title = format!(
        "{}: what makes one future differ from another?",
        source.material(material)
    );
    let mut page = Page::new(
        source,
        source.stem("sensitivity-variance", material),
        &title,
        &[source.place(place)],
    );
    let ranked = found.ranked();
    let shown = &ranked[..ranked.len().min(MAX_FACTORS)];
    let hidden = ranked.len() - shown.len();
    page.note(
        (hidden > 0).then(|| format!("Not shown: {hidden} inputs and events with smaller parts (sensitivity.csv).")),
    );
    let tied = found.factors.iter().any(|factor| factor.events.len() > 1);
    page.note(tied.then(|| "Events that are tied together by a copula or a shared factor count as one.".to_owned()));
    page.key(
        &["Alone (first-order index)", "In all, with others (total index)"],
        |canvas, number, x, y| canvas.bar(x + 2.0, y - 5.0, 24.0, 10.0, [BLUE, ORANGE][number]),
    );
    let names: Vec<String> = shown
        .iter()
        .map(|factor| text::shorten(&factor_name(found, &found.factors[*factor]), LABEL, false, NAMES))
        .collect();
    let label = text::widest(&names, LABEL, false).max(60.0);
    let (left, right) = (MARGIN + label + 12.0, RIGHT - NUMBERS);
    let pair = |factor: usize| [indices.first[factor], indices.total[factor]];
    let most = shown
        .iter()
        .flat_map(|factor| pair(*factor))
        .map(|index| 100.0 * finite(index.high));
    let axis = Axis::from_zero(most.fold(1.0, f64::max), 6, "");
    let at = |share: f64| left + axis.at(100.0 * finite(share)).clamp(0.0, 1.0) * (right - left);
    let top = page.y + 14.0;
    let bottom = top + PITCH * shown.len() as f64;
    let measured = match found.measure {
        Statistic::UnmetAfterAdaptationPct => {
            "Share of the variance over trials of what is short after substitution and thrift, %"
        }
        _ => "Share of the variance over trials of the shortfall, %",
    };
    let end = page::value_axis(&mut page.canvas, &axis, (left, right), (top, bottom), measured);
    for (row, (factor, name)) in shown.iter().zip(&names).enumerate() {
        let middle = top + (row as f64 + 0.5) * PITCH;
        page.canvas
            .text(left - 12.0, middle + 4.0, Anchor::End, regular(LABEL, INK), name);
        for (number, index) in pair(*factor).into_iter().enumerate() {
            let y = middle - 12.0 + 12.0 * number as f64;
            let width = (at(index.value) - left).max(0.6);
            page.canvas.bar(left, y, width, 11.0, [BLUE, ORANGE][number]);
            if index.low < index.high {
                whisker(&mut page.canvas, (at(index.low), at(index.high)), y + 5.5, 3.0);
            }
        }
        let said = pair(*factor).map(|index| short(100.0 * index.value.clamp(0.0, 1.0)));
        let said = format!("{}{NBSP}% / {}{NBSP}%", said[0], said[1], NBSP = numbers::NBSP);
        page.canvas
            .text(right + 12.0, middle + 4.0, Anchor::Start, regular(LABEL, MUTED), &said);
        page.describe(format!("{name}: {said}."));
    }
    page.y = end + 4.0;
    page.finish(&format!(
        "How to read: above, the share of the variance that would go if the input or event were known beforehand; below, the share that it has any part \
         in, alone or together with others. An event is all that is drawn for it: when it comes, how severe it is, how long it lasts. Whiskers: 95 % \
         interval (Bayesian bootstrap), {} trials.",
        numbers::grouped(found.index_trials as f64)
    ))
    .map(Some)
}
