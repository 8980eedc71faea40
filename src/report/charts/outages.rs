//! Whose failure costs most at one place: the outages in order, bars of what is lost.

use crate::results::types::RunResults;
use crate::study::{Statistic, Taken};
use crate::whatif::screen::{Consequence, Screening};

use super::canvas::{Anchor, bold, regular};
use super::numbers::{Axis, NBSP, finite, percent, short};
use super::page::{self, LABEL, MARGIN, Page, RIGHT};
use super::source::Source;
use super::style::{BLUE, INK, MUTED, ORANGE};
use super::{Chart, ChartError, by_country::whisker, text};

/// Outages with a bar.
const MAX_OUTAGES: usize = 16;
/// Height of a row.
const PITCH: f64 = 24.0;
/// Width of the longest name.
const NAMES: f64 = 290.0;
/// Room at the right for numbers.
const NUMBERS: f64 = 196.0;

/// The chart of a material at the place that its other charts speak of; nothing where it has no row.
pub(super) fn chart(source: &Source<'_>, found: &Screening, material: &str) -> Result<Option<Chart>, ChartError> {
    let place = source.headline(material);
    let all: Vec<&Consequence> = found.at(material, &place).collect();
    if all.is_empty() {
        return Ok(None);
    }
    let title = format!("{}: whose failure costs most?", source.material(material));
    let mut page = Page::new(source, source.stem("screen", material), &title, &[source.place(&place)]);
    let costly = || all.iter().copied().filter(|one| one.year_pct.value > 0.0);
    let shown: Vec<&Consequence> = costly().take(MAX_OUTAGES).collect();
    let (hidden, harmless) = (costly().count() - shown.len(), all.len() - costly().count());
    if shown.is_empty() {
        page.say("No single outage leaves anything short here.");
        return page
            .finish("The chart would show what each country's failure takes.")
            .map(Some);
    }
    page.note(match (hidden, harmless) {
        (0, 0) => None,
        (0, _) => Some(format!(
            "Not shown: {harmless} outages that leave nothing short here (screen.csv)."
        )),
        (_, 0) => Some(format!("Not shown: {hidden} outages that cost less here (screen.csv).")),
        _ => Some(format!(
            "Not shown: {hidden} outages that cost less here, and {harmless} that leave nothing short (screen.csv)."
        )),
    });
    page.key(&["Production stop", "Total export ban"], |canvas, number, x, y| {
        canvas.bar(x + 2.0, y - 5.0, 24.0, 10.0, [BLUE, ORANGE][number]);
    });
    let names: Vec<String> = shown
        .iter()
        .map(|one| text::shorten(&name(source.results, found, one), LABEL, false, NAMES))
        .collect();
    let label = text::widest(&names, LABEL, false).max(60.0);
    let (left, right) = (MARGIN + label + 12.0, RIGHT - NUMBERS);
    let longest = shown
        .iter()
        .map(|one| finite(one.year_pct.value).max(finite(one.year_pct.high)));
    let axis = Axis::from_zero(longest.fold(0.0, f64::max), 6, "");
    let at = |value: f64| left + axis.at(finite(value)).clamp(0.0, 1.0) * (right - left);
    let top = page.y + 14.0;
    let bottom = top + PITCH * shown.len() as f64;
    let measured = match found.measure {
        Statistic::UnmetAfterAdaptationPct => "Lost after substitution and thrift, % of a year's demand",
        _ => "Lost, % of a year's demand",
    };
    let end = page::value_axis(&mut page.canvas, &axis, (left, right), (top, bottom), measured);
    for (row, (one, name)) in shown.iter().zip(&names).enumerate() {
        let middle = top + (row as f64 + 0.5) * PITCH;
        page.canvas
            .text(left - 12.0, middle + 4.0, Anchor::End, regular(LABEL, INK), name);
        let color = match found.outages[one.outage].taken {
            Taken::Output => BLUE,
            Taken::Exports => ORANGE,
        };
        page.canvas.bar(
            left,
            middle - 7.0,
            (at(one.year_pct.value) - left).max(0.6),
            14.0,
            color,
        );
        if one.year_pct.standard_error > 0.0 {
            whisker(
                &mut page.canvas,
                (at(one.year_pct.low), at(one.year_pct.high)),
                middle,
                4.0,
            );
        }
        let survives = one.months_to_survive.map_or_else(String::new, |months| {
            format!(", after {}{NBSP}months", short(months.value))
        });
        let lost = percent(one.year_pct.value);
        page.canvas
            .text(right + 12.0, middle + 4.0, Anchor::Start, bold(LABEL, INK), &lost);
        let across = right + 12.0 + bold(LABEL, INK).width(&lost);
        page.canvas
            .text(across, middle + 4.0, Anchor::Start, regular(LABEL, MUTED), &survives);
        page.describe(format!("{name}: {lost}{survives}."));
    }
    page.y = end + 4.0;
    page.finish(&format!(
        "How to read: each bar is one outage alone: certain, total, for {} months from the start, with no other event. It shows what goes short \
         beyond what is short anyway, in percent of the demand of a mean year; above 100 % the shortage outlasts the year. Beside it the \
         months that stocks last once deliveries miss demand. It says nothing of how probable an outage is.",
        short(found.outage_months)
    ))
    .map(Some)
}

/// The outage in words.
fn name(run: &RunResults, found: &Screening, one: &Consequence) -> String {
    crate::report::screen::outage_in_words(run, &found.outages[one.outage])
}
