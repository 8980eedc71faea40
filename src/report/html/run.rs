//! The report on a run.

use maud::{Markup, html};

use super::{Figures, Report, Table, line, paragraphs};
use crate::report::cautions::cautions;
use crate::report::charts::Chart;
use crate::report::number::significant;
use crate::report::prose::{headline_sentence, material_name, place_name};
use crate::report::{comparison, csv};
use crate::results::types::RunResults;

/// What the names of a run's charts begin with, the longer before what they begin with.
const KINDS: [&str; 8] = [
    "exceedance-policies-",
    "exceedance-",
    "events-",
    "policy-comparison-",
    "fan-",
    "years-",
    "shortfall-by-country-",
    "supply-shares",
];
/// Position of the 95 % quantile among a row's.
const P95: usize = 5;

/// The report on a run: its charts as drawn, and one bad trial told as a story, where it could be replayed.
///
/// # Errors
/// When a table cannot be written.
pub fn of_run<'a>(
    run: &'a RunResults,
    command: String,
    charts: &[Chart],
    story: Option<&str>,
) -> Result<Report<'a>, ::csv::Error> {
    let mut report = Report::new(run, "Simulation of a scenario", command);
    let figures = Figures::new(vec![
        ("summary.csv", Table::written(|to| csv::summary(run, to))?),
        ("exceedance.csv", Table::written(|to| csv::exceedance(run, to))?),
        ("timeline.csv", Table::written(|to| csv::timeline(run, to))?),
        ("years.csv", Table::written(|to| csv::years(run, to))?),
        ("return_periods.csv", Table::written(|to| csv::return_periods(run, to))?),
        ("event_classes.csv", Table::written(|to| csv::event_classes(run, to))?),
        ("events.csv", Table::written(|to| csv::events(run, to))?),
        ("attribution.csv", Table::written(|to| csv::attribution(run, to))?),
        ("supply.csv", Table::written(|to| csv::supply(run, to))?),
    ]);
    // Curves of policies are of a kind of their own.
    let kind = |chart: &Chart| KINDS.iter().copied().find(|kind| chart.name.starts_with(kind));
    let drawn = |kinds: &[&str]| -> Vec<Markup> {
        let of_kind = charts
            .iter()
            .filter(|chart| kind(chart).is_some_and(|kind| kinds.contains(&kind)));
        of_kind.map(|chart| figures.chart(chart)).collect()
    };
    let Some(baseline) = run.policies.first() else {
        return Ok(report);
    };
    let lines = in_one_of_twenty(run);
    report.lead = Some(headline_sentence(run, baseline));
    report.section(
        "answer",
        "How bad, and how sure",
        html! {
            @if !lines.is_empty() { ul class="key" { @for line in &lines { li { (line) } } } }
            @for chart in drawn(&["exceedance-"]) { (chart) }
        },
    );
    report.section(
        "causes",
        "What drives it",
        html! { @for chart in drawn(&["events-"]) { (chart) } },
    );
    if let Some(words) = comparison::in_words(run) {
        report.section(
            "policies",
            "What helps, at what cost",
            html! { (paragraphs([words])) @for chart in drawn(&["policy-comparison-", "exceedance-policies-"]) { (chart) } },
        );
    }
    report.section(
        "when",
        "When, and for whom",
        html! { @for chart in drawn(&["fan-", "years-", "shortfall-by-country-"]) { (chart) } },
    );
    report.section(
        "supply",
        "Where the supply comes from, stage by stage",
        html! { @for chart in drawn(&["supply-shares"]) { (chart) } },
    );
    if let Some(story) = story {
        report.section(
            "story",
            "One bad trial as a story",
            html! {
                p { "One trial in the worst twentieth, from first to last: what struck, and what became of it." }
                pre class="story" tabindex="0" { (story) }
            },
        );
    }
    report.section("tables", "All figures", figures.all());
    let cautions = run.policies.iter().flat_map(|policy| {
        let of = cautions(run, policy);
        of.into_iter().map(move |caution| (policy.shown_name(), caution))
    });
    let cautions: Vec<_> = cautions.collect();
    let listed = html! { @if !cautions.is_empty() { ul {
        @for (policy, caution) in &cautions { li { (line(policy)) ": " (line(&caution.message)) " " small { "(" (caution.code.number()) ")" } } }
    } } };
    report.closing(Some(listed));
    Ok(report)
}

/// What one future of twenty exceeds, for every place in focus of the headline's material; as far as the trials say.
fn in_one_of_twenty(run: &RunResults) -> Vec<String> {
    let Some(baseline) = run.policies.first() else {
        return Vec::new();
    };
    let (material, _) = &baseline.headline;
    let places = run.focus_places.iter().filter_map(|place| {
        let row = baseline.row((material, place))?;
        let p95 = &row.quantiles_pct[P95];
        let known = p95.supported && p95.estimate.value.is_finite() && !run.manifest.nothing_is_random;
        known.then(|| {
            let estimate = &p95.estimate;
            let interval = match estimate.standard_error.is_nan() {
                true => String::new(),
                false => format!(
                    " (95 % interval {} to {} %)",
                    significant(estimate.low, 3),
                    significant(estimate.high, 3)
                ),
            };
            format!(
                "In 1 of 20 futures {} is short of more than {} % of its demand for {}{interval}.",
                place_name(run, place),
                significant(estimate.value, 3),
                material_name(run, material)
            )
        })
    });
    places.collect()
}
