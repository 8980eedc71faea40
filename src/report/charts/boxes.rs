//! What marks the worst trials: each box's ranges within what trials drew, and how much of the worst they hold.

use crate::whatif::sensitivity::Sensitivity;

use super::canvas::{Anchor, bold, regular, solid};
use super::numbers::{NBSP, finite, percent, short};
use super::page::{LABEL, MARGIN, Page, RIGHT};
use super::source::Source;
use super::style::{AXIS, GRID, INK, MUTED, ORANGE};
use super::{Chart, ChartError, text};
use crate::report::sensitivity::range_in_words;
use crate::study::Seen;

/// Height of a range.
const PITCH: f64 = 24.0;
/// Width of the words.
const NAMES: f64 = 430.0;

/// The chart; nothing where nothing is ever short.
pub(super) fn chart(source: &Source<'_>, found: &Sensitivity) -> Result<Option<Chart>, ChartError> {
    let Some(discovery) = &found.discovery else {
        return Ok(None);
    };
    let (material, place) = &source.baseline.headline;
    let title = format!("{}: what marks the worst trials?", source.material(material));
    let mut page = Page::new(
        source,
        source.stem("sensitivity-worst", material),
        &title,
        &[source.place(place)],
    );
    let worst = format!(
        "the worst {} of trials ({} short or more)",
        percent(100.0 * discovery.worst as f64 / discovery.trials.max(1) as f64),
        percent(discovery.threshold_pct)
    );
    if discovery.boxes.is_empty() {
        page.say("No range of a few inputs and events marks the worst trials: they come about in many ways.");
        return page
            .finish(&format!("The chart would show which ranges mark {worst}."))
            .map(Some);
    }
    let (left, right) = (MARGIN + NAMES + 16.0, RIGHT - 8.0);
    page.y += 16.0;
    for (number, one) in discovery.boxes.iter().enumerate() {
        if number > 0 {
            page.canvas
                .line(vec![(MARGIN, page.y), (RIGHT, page.y)], solid(GRID, 1.0));
        }
        page.y += 18.0;
        let heading = format!(
            "{}. Holds {} of the worst trials; of the trials inside, {} are among the worst",
            number + 1,
            percent(100.0 * one.coverage),
            percent(100.0 * one.density)
        );
        page.canvas
            .text(MARGIN, page.y, Anchor::Start, bold(LABEL, INK), &heading);
        page.describe(format!("{heading}:"));
        page.y += 8.0;
        for range in &one.ranges {
            let middle = page.y + PITCH / 2.0;
            let words = range_in_words(found, discovery, range);
            let shown = text::shorten(&words, LABEL, false, NAMES);
            page.canvas
                .text(MARGIN + NAMES, middle + 4.0, Anchor::End, regular(LABEL, INK), &shown);
            page.describe(format!("{words}."));
            let (low, high) = discovery.extent[range.column];
            let at = |value: f64| {
                let width = finite(high - low);
                let share = if width > 0.0 {
                    (finite(value) - low) / width
                } else {
                    0.0
                };
                left + share.clamp(0.0, 1.0) * (right - left)
            };
            page.canvas
                .line(vec![(left, middle), (right, middle)], solid(AXIS, 1.2));
            for x in [left, right] {
                page.canvas
                    .line(vec![(x, middle - 4.0), (x, middle + 4.0)], solid(AXIS, 1.2));
            }
            match discovery.columns[range.column] {
                // Yes or no is no range.
                Seen::Struck(..) => {
                    let (x, said) = if range.low.is_some() {
                        (right, "yes")
                    } else {
                        (left, "no")
                    };
                    page.canvas.bar(x - 5.0, middle - 5.0, 10.0, 10.0, ORANGE);
                    let anchor = if range.low.is_some() {
                        Anchor::End
                    } else {
                        Anchor::Start
                    };
                    let beside = if range.low.is_some() { x - 10.0 } else { x + 10.0 };
                    page.canvas
                        .edged_text(beside, middle + 4.0, anchor, regular(LABEL, MUTED), said);
                }
                _ => {
                    let (from, to) = (range.low.map_or(left, at), range.high.map_or(right, at));
                    page.canvas.bar(from, middle - 5.0, (to - from).max(1.5), 10.0, ORANGE);
                }
            }
            page.y += PITCH;
        }
        page.y += 8.0;
    }
    page.finish(&format!(
        "How to read: each line is all that the trials drew of an input or event, from the least to the most; the bar is the range that marks {worst}. In a \
         box all its ranges hold at once; a later box is of the trials in none before it. Ranges that chance explains are left out (5{NBSP}%). Found in \
         {} trials by PRIM; what marks the worst trials need not cause them.",
        short(discovery.trials as f64)
    ))
    .map(Some)
}
