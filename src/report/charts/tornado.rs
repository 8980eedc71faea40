//! What each number does from one end of its range to the other: bars from the scenario as it is, the widest on top.

use crate::whatif::sensitivity::{End, Sensitivity};

use super::canvas::{Anchor, regular, solid};
use super::numbers::{Axis, finite, short};
use super::page::{self, LABEL, MARGIN, Page, RIGHT};
use super::source::Source;
use super::style::{AXIS, BLUE, INK, MUTED, ORANGE};
use super::{Chart, ChartError, by_country::whisker, text};
use crate::report::sensitivity::{key_name, shown};
use crate::report::sheet::unit_of;
use crate::report::sweep::called;
use crate::results::statistic::Unit;

/// Numbers with a bar.
const MAX_BARS: usize = 16;
/// Height of a row.
const PITCH: f64 = 30.0;
/// Width of the longest name.
const NAMES: f64 = 300.0;
/// Room at the right for the ends.
const NUMBERS: f64 = 150.0;

/// The chart; nothing where the scenario has no number to move.
pub(super) fn chart(source: &Source<'_>, found: &Sensitivity) -> Result<Option<Chart>, ChartError> {
    let (material, place) = &source.baseline.headline;
    if found.bars.is_empty() {
        return Ok(None);
    }
    let title = format!("{}: which number moves the answer most?", source.material(material));
    let mut page = Page::new(
        source,
        source.stem("sensitivity-tornado", material),
        &title,
        &[source.place(place)],
    );
    let name = called(found.statistic);
    let scale = if found.statistic.unit() == Unit::Probability {
        100.0
    } else {
        1.0
    };
    let moving: Vec<_> = found.bars.iter().filter(|bar| bar.span() > 0.0).collect();
    let bars = &moving[..moving.len().min(MAX_BARS)];
    if bars.is_empty() {
        page.say(&format!("None of these numbers alone moves the {name}."));
        return page
            .finish("The chart would show what each number does from one end of its range to the other.")
            .map(Some);
    }
    let (hidden, still) = (moving.len() - bars.len(), found.bars.len() - moving.len());
    page.note((hidden > 0).then(|| format!("Not shown: {hidden} numbers with narrower bars (sensitivity.csv).")));
    page.note((still > 0).then(|| format!("Not shown: {still} numbers that move nothing here.")));
    page.key(
        &["At the lower end of its range", "At the upper end"],
        |canvas, number, x, y| {
            canvas.bar(x + 2.0, y - 5.0, 24.0, 10.0, [BLUE, ORANGE][number]);
        },
    );
    let names: Vec<String> = bars
        .iter()
        .map(|bar| text::shorten(&key_name(found, &bar.name), LABEL, false, NAMES))
        .collect();
    let label = text::widest(&names, LABEL, false).max(60.0);
    let (left, right) = (MARGIN + label + 12.0, RIGHT - NUMBERS);
    let of = |end: &End| end.difference.map(|difference| difference.estimate);
    let all = bars.iter().flat_map(|bar| &bar.ends).filter_map(of);
    let ends = all
        .flat_map(|one| [one.value, one.low, one.high])
        .map(|end| scale * finite(end));
    let (low, high) = ends.fold((0.0_f64, 0.0_f64), |(low, high), end| (low.min(end), high.max(end)));
    let axis = Axis::linear(low, high, 6, "");
    let at = |value: f64| left + axis.at(scale * finite(value)).clamp(0.0, 1.0) * (right - left);
    let top = page.y + 14.0;
    let bottom = top + PITCH * bars.len() as f64;
    let unit = match found.statistic.unit() {
        Unit::Percent | Unit::Probability => "percentage points",
        _ => unit_of(source.results, material, found.statistic),
    };
    let measured = format!("Change of the {name} from that of the scenario as it is, {unit}");
    let end = page::value_axis(
        &mut page.canvas,
        &axis,
        (left, right),
        (top, bottom),
        measured.trim_end_matches([',', ' ']),
    );
    page.canvas
        .line(vec![(at(0.0), top), (at(0.0), bottom)], solid(AXIS, 1.4));
    for (row, (bar, name)) in bars.iter().zip(&names).enumerate() {
        let middle = top + (row as f64 + 0.5) * PITCH;
        page.canvas
            .text(left - 12.0, middle + 4.0, Anchor::End, regular(LABEL, INK), name);
        let mut said = Vec::new();
        for (number, end) in bar.ends.iter().enumerate() {
            let Some(change) = of(end) else { continue };
            // The lower end above the upper one, so that both are seen where they go the same way.
            let y = middle - 11.0 + 11.0 * number as f64;
            let (from, to) = (at(0.0).min(at(change.value)), at(0.0).max(at(change.value)));
            page.canvas
                .bar(from, y, (to - from).max(0.6), 10.0, [BLUE, ORANGE][number]);
            if change.standard_error > 0.0 {
                whisker(&mut page.canvas, (at(change.low), at(change.high)), y + 5.0, 3.0);
            }
            said.push(format!("{} at {}", short(scale * change.value), shown(end)));
        }
        let ends = format!("{} to {}", shown(&bar.ends[0]), shown(&bar.ends[1]));
        let ends = text::shorten(&ends, LABEL, false, NUMBERS - 14.0);
        page.canvas
            .text(right + 12.0, middle + 4.0, Anchor::Start, regular(LABEL, MUTED), &ends);
        page.describe(format!("{name}: {}.", said.join(", ")));
    }
    page.y = end + 4.0;
    page.finish(
        "How to read: each number goes alone from the lower to the upper end of its range (right): the quantiles at 10 % and 90 % of its distribution, or \
         a lever's ends; all else stays random, on the same draws. Bars begin at the scenario as it is; whiskers: 95 % interval of the change. It says \
         nothing of how numbers act together.",
    )
    .map(Some)
}
