//! Policies against the baseline at the headline place: expected shortfall and CVaR 95, each with its interval.

use crate::results::types::{PolicyResults, SummaryRow, TailEstimate};

use super::by_country::whisker;
use super::canvas::{Anchor, Stroke, bold, regular, solid};
use super::numbers::{self, Axis, finite, percent, short};
use super::page::{self, LABEL, MARGIN, Page, RIGHT};
use super::source::Source;
use super::style::{self, GRID, INK, MUTED};
use super::{Chart, ChartError, text};

/// Policies in one chart.
const MAX_POLICIES: usize = 60;
/// Width of the longest policy name.
const NAMES: f64 = 190.0;
/// Height of a policy's row.
const PITCH: f64 = 54.0;
/// Room right of each panel for its numbers.
const NUMBERS: f64 = 92.0;

struct Row<'a> {
    name: Vec<String>,
    cost: Option<String>,
    row: &'a SummaryRow,
    color: style::RGBColor,
}

/// The chart; nothing without policies.
pub(super) fn chart(source: &Source<'_>, material: &str) -> Result<Option<Chart>, ChartError> {
    if source.results.policies.len() < 2 {
        return Ok(None);
    }
    let place = source.headline(material);
    let shown = source.policies(material, &place, MAX_POLICIES);
    let rows: Vec<Row<'_>> = shown
        .policies
        .iter()
        .zip(&shown.colors)
        .filter_map(|(p, color)| {
            let name = text::balance(&source.policy(p), 12.0, false, NAMES, 2);
            Some(Row {
                name,
                cost: cost(p),
                row: source.row(p, material, &place)?,
                color: *color,
            })
        })
        .collect();
    if rows.is_empty() {
        return Ok(None);
    }
    let title = format!("{}: what the policies achieve", source.material(material));
    let mut page = Page::new(
        source,
        source.stem("policy-comparison", material),
        &title,
        &[source.place(&place)],
    );
    page.note(shown.note);
    let tail = |r: &SummaryRow| r.cvar_pct[1];
    let highest = |r: &Row<'_>| finite(r.row.expected_shortfall_pct.value).max(finite(tail(r.row).estimate.value));
    if rows.iter().map(highest).fold(0.0, f64::max) <= 0.0 {
        page.say(&source.nothing_short());
        return page
            .finish("The chart would compare the policies with the baseline.")
            .map(Some);
    }
    for row in &rows {
        page.describe(format!(
            "{}: expected shortfall {}, CVaR 95 {}.",
            row.name.join(" "),
            percent(row.row.expected_shortfall_pct.value),
            percent(tail(row.row).estimate.value)
        ));
    }
    let label = rows
        .iter()
        .map(|r| text::widest(&r.name, 12.0, false))
        .fold(80.0, f64::max);
    let label = rows
        .iter()
        .filter_map(|r| r.cost.as_ref())
        .map(|c| regular(10.0, MUTED).width(c))
        .fold(label, f64::max);
    let start = MARGIN + label + 16.0;
    let width = (RIGHT - start - 2.0 * NUMBERS - 24.0) / 2.0;
    let first = (start, start + width);
    let second = (start + width + NUMBERS + 24.0, RIGHT - NUMBERS);
    let head = page.y + 26.0;
    let top = head + 10.0;
    let bottom = top + PITCH * rows.len() as f64;
    for (i, row) in rows.iter().enumerate() {
        let upper = top + i as f64 * PITCH;
        if i > 0 {
            page.canvas
                .line(vec![(MARGIN, upper), (RIGHT, upper)], solid(GRID, 1.0));
        }
        let lines = row.name.len() as f64 + if row.cost.is_some() { 0.9 } else { 0.0 };
        let mut y = upper + PITCH / 2.0 + 4.5 - (lines - 1.0) * 7.5;
        for line in &row.name {
            page.canvas.text(start - 16.0, y, Anchor::End, regular(12.0, INK), line);
            y += 15.0;
        }
        if let Some(cost) = &row.cost {
            page.canvas
                .text(start - 16.0, y - 1.0, Anchor::End, regular(10.0, MUTED), cost);
        }
    }
    let mean = |r: &SummaryRow| TailEstimate {
        estimate: r.expected_shortfall_pct,
        supported: true,
    };
    let a = measure(&mut page, &rows, first, (top, bottom), "Expected shortfall", &mean);
    let b = measure(&mut page, &rows, second, (top, bottom), "CVaR 95", &tail);
    page.y = a.max(b) + 4.0;
    let open = if rows.iter().any(|r| !tail(r.row).supported) {
        " Open bars: too few trials for a firm estimate."
    } else {
        ""
    };
    page.finish(&format!(
        "How to read: left the mean share of demand that goes unmet, right the mean of the worst 5 % of trials (note the different scales). \
         Whiskers: 95 % interval of the Monte Carlo estimate. Dashed: the baseline. Small figures: difference from the baseline in percentage \
         points of demand, and relative to the baseline's value. All policies face the same trials, so differences are firmer than the \
         whiskers suggest.{open}"
    ))
    .map(Some)
}

fn cost(policy: &PolicyResults) -> Option<String> {
    let cost = policy.cost.filter(|c| c.is_finite() && *c != 0.0)?;
    let nbsp = numbers::NBSP;
    Some(match cost.abs() {
        c if c >= 1e9 => format!("USD{nbsp}{}{nbsp}billion", short(cost / 1e9)),
        c if c >= 1e6 => format!("USD{nbsp}{}{nbsp}million", short(cost / 1e6)),
        _ => format!("USD{nbsp}{}", short(cost)),
    })
}

/// One panel; returns its bottom.
fn measure(
    page: &mut Page<'_>,
    rows: &[Row<'_>],
    (left, right): (f64, f64),
    (top, bottom): (f64, f64),
    name: &str,
    get: &dyn Fn(&SummaryRow) -> TailEstimate,
) -> f64 {
    let highest = rows
        .iter()
        .map(|r| get(r.row).estimate)
        .flat_map(|e| [e.value, e.high])
        .map(finite)
        .fold(0.0, f64::max);
    let axis = Axis::from_zero(highest, 4, "");
    let at = |v: f64| left + axis.at(v).clamp(0.0, 1.0) * (right - left);
    page.canvas.text(left, top - 10.0, Anchor::Start, bold(12.0, INK), name);
    let end = page::value_axis(
        &mut page.canvas,
        &axis,
        (left, right),
        (top, bottom),
        "% of demand over the horizon",
    );
    let base = get(rows[0].row).estimate.value;
    for (i, row) in rows.iter().enumerate() {
        let middle = top + (i as f64 + 0.5) * PITCH;
        let TailEstimate { estimate, supported } = get(row.row);
        let color = row.color;
        page.canvas
            .bar(left, middle - 8.0, at(estimate.value) - left, 16.0, color);
        if !supported {
            let inner = (at(estimate.value) - left - 4.0).max(0.0);
            page.canvas
                .bar(left + 2.0, middle - 6.0, inner, 12.0, style::RGBColor(255, 255, 255));
        }
        whisker(&mut page.canvas, (at(estimate.low), at(estimate.high)), middle, 4.5);
        let x = right + 10.0;
        let small = regular(9.5, MUTED);
        let against = if i == 0 {
            vec!["baseline".to_owned()]
        } else {
            let difference = finite(estimate.value) - finite(base);
            let relative = (finite(base) > 0.0).then(|| numbers::relative(100.0 * difference / base));
            [numbers::points(difference)].into_iter().chain(relative).collect()
        };
        let first = middle + 4.0 - 6.0 * against.len() as f64;
        let value = percent(estimate.value);
        page.canvas.text(x, first, Anchor::Start, bold(LABEL, INK), &value);
        page.canvas.lines(x, first + 13.0, small, &against);
    }
    let reference = Stroke {
        color: style::BASELINE,
        width: 1.2,
        dash: Some((4.0, 3.0)),
    };
    page.canvas
        .line(vec![(at(base), top + PITCH), (at(base), bottom)], reference);
    end
}
