//! The workbook of a run.

use super::Contents;
use super::charts::{Charts, Drawing, Line, MOST_LINES, rows_with};
use super::read_me::ReadMe;
use crate::report::cautions::cautions;
use crate::report::columns;
use crate::report::data_package::About;
use crate::report::html::figures_at;
use crate::report::prose::{headline_sentence, material_name, place_name};
use crate::report::sheet::{Cell, Rows, Sheet, Stamp, names, unit_of};
use crate::report::{band, comparison, csv};
use crate::results::difference::{COMPARED, RowDifferences};
use crate::results::types::{PolicyResults, RunResults};
use crate::whatif::band::Band;

/// Name of the file.
pub const NAME: &str = "results.xlsx";

/// What a run has found, as a workbook shows it.
pub struct Run<'a> {
    /// The results.
    pub found: &'a RunResults,
    /// What each policy changes, by its position in the results.
    pub differences: &'a [Vec<RowDifferences>],
    /// The headline under other rules of allocation.
    pub band: Option<&'a Band>,
    /// The command line that gives the same.
    pub command: String,
}

/// The workbook, byte by byte.
///
/// # Errors
/// When it cannot be written.
pub fn of_run(run: &Run<'_>) -> Result<Vec<u8>, String> {
    let tables = tables(run).map_err(|error| error.to_string())?;
    let contents = Contents {
        title: run.found.title.clone(),
        read_me: read_me(run),
        charts: charts(run.found, &tables),
        tables,
    };
    contents.bytes().map_err(|error| error.to_string())
}

/// Every table of the run, in the order of the sheets.
fn tables(run: &Run<'_>) -> Result<Vec<Rows>, ::csv::Error> {
    let found = run.found;
    let has = |which: fn(&PolicyResults) -> bool| found.policies.iter().any(which);
    let mut tables = vec![Rows::of(|rows| csv::summary(found, rows))?];
    if run.differences.iter().any(|of| !of.is_empty()) {
        tables.push(Rows::of(|rows| differences(run, rows))?);
    }
    if has(|policy| policy.timeline.is_some()) {
        tables.push(Rows::of(|rows| csv::timeline(found, rows))?);
    }
    tables.push(Rows::of(|rows| csv::exceedance(found, rows))?);
    if has(|policy| !policy.years.is_empty()) {
        tables.push(Rows::of(|rows| csv::years(found, rows))?);
        tables.push(Rows::of(|rows| csv::return_periods(found, rows))?);
    }
    tables.push(Rows::of(|rows| csv::events(found, rows))?);
    if has(|policy| !policy.years.is_empty()) {
        tables.push(Rows::of(|rows| csv::event_classes(found, rows))?);
    }
    if has(|policy| policy.attribution.is_some()) {
        tables.push(Rows::of(|rows| csv::attribution(found, rows))?);
    }
    tables.push(Rows::of(|rows| csv::supply(found, rows))?);
    if let Some(band) = run.band {
        tables.push(Rows::of(|rows| band::table(found, band, rows))?);
    }
    tables.push(Rows::of(|rows| cited(found, "source", &columns::sources(), rows))?);
    tables.push(Rows::of(|rows| {
        cited(found, "assumption", &columns::assumptions(), rows)
    })?);
    Ok(tables)
}

fn differences(run: &Run<'_>, rows: &mut Rows) -> Result<(), ::csv::Error> {
    let found = run.found;
    let mut sheet = Sheet::new(rows, &columns::differences())?;
    let stamp = Stamp::of(&found.manifest);
    let Some(baseline) = found.policies.first() else {
        return sheet.finish().map(drop);
    };
    for (policy, of) in found.policies.iter().zip(run.differences) {
        for row in of {
            for statistic in COMPARED {
                let Some(difference) = row.get(statistic) else { continue };
                sheet.texts([policy.policy.as_str(), &row.material, &row.country, &row.sector])?;
                sheet.texts([statistic.name(), unit_of(found, &row.material, statistic)])?;
                for side in [baseline, policy] {
                    let mut summary = side.summary.iter();
                    let own = summary.find(|own| {
                        own.material == row.material && own.country == row.country && own.sector == row.sector
                    });
                    sheet.optional(own.and_then(|own| statistic.of(own).value()))?;
                }
                sheet.estimate(Some(&difference.estimate))?;
                sheet.texts(names(found, policy, &row.material, &row.country))?;
                sheet.end_with(&stamp)?;
            }
        }
    }
    sheet.finish().map(drop)
}

/// Figures with a source, or those with an assumption and the defaults.
fn cited(found: &RunResults, kind: &str, table: &columns::Table, rows: &mut Rows) -> Result<(), ::csv::Error> {
    let mut sheet = Sheet::new(rows, table)?;
    for citation in found.manifest.citations.iter().filter(|citation| citation.kind == kind) {
        let figures = figures_at(&found.manifest.resolved_scenario, &citation.address);
        sheet.texts([citation.address.as_str(), &figures, &citation.text, &citation.place])?;
        sheet.end()?;
    }
    if kind == "assumption" {
        for default in &found.manifest.defaults {
            sheet.texts(["", default, "default: the scenario says nothing", ""])?;
            sheet.end()?;
        }
    }
    sheet.finish().map(drop)
}

fn read_me(run: &Run<'_>) -> ReadMe {
    let found = run.found;
    let mut read_me = ReadMe::default();
    read_me.add("Question", found.description.clone());
    let headline = found
        .policies
        .first()
        .map(|baseline| headline_sentence(found, baseline));
    let rules = run.band.map_or_else(Vec::new, |band| band::sentences(found, band));
    let answer = headline.into_iter().chain(comparison::in_words(found)).chain(rules);
    read_me.add("Answer", answer);
    if found.manifest.interrupted {
        let note = "The run was interrupted: the figures are of the trials that were complete.".to_owned();
        read_me.add("Interrupted", [note]);
    }
    let of = found.policies.iter().flat_map(|policy| {
        let of = cautions(found, policy).into_iter();
        of.map(move |caution| {
            format!(
                "{}: {} ({})",
                policy.shown_name(),
                caution.message,
                caution.code.number()
            )
        })
    });
    read_me.add("Cautions", of);
    read_me.warnings(&found.manifest);
    read_me.repeat(&found.manifest, &run.command);
    read_me.licences(&About::of(found, "run").sources());
    read_me
}

fn charts(found: &RunResults, tables: &[Rows]) -> Charts {
    let mut charts = Charts::default();
    let table = |sheet: &str| tables.iter().find(|rows| rows.table.sheet == sheet);
    let Some(baseline) = found.policies.first() else {
        return charts;
    };
    let (material, place) = (&baseline.headline.0, &baseline.headline.1);
    let what = format!("{}, {}", material_name(found, material), place_name(found, place));
    if let Some(exceedance) = table("Exceedance") {
        let axes = ("shortfall, % of the demand of the horizon", "probability of more");
        let line = |name: String, policy: &str, place: &str| {
            let rows = rows_with(
                exceedance,
                &[("policy", policy), ("material", material), ("country", place)],
            )?;
            let columns = ("shortfall_pct", "probability");
            Some(Line { name, rows, columns })
        };
        let places = found.focus_places.iter();
        let by_place: Vec<Line> = places
            .filter_map(|place| line(place_name(found, place).to_owned(), &baseline.policy, place))
            .take(MOST_LINES)
            .collect();
        let policies = found.policies.iter();
        let by_policy: Vec<Line> = policies
            .filter_map(|policy| line(policy.shown_name().to_owned(), &policy.policy, place))
            .take(MOST_LINES)
            .collect();
        charts.add(
            exceedance,
            Drawing {
                title: format!(
                    "How probable a larger shortfall is: {}, baseline",
                    material_name(found, material)
                ),
                axes,
                is_dates: false,
                end: end(exceedance, &by_place),
                lines: by_place,
            },
        );
        if by_policy.len() > 1 {
            charts.add(
                exceedance,
                Drawing {
                    title: format!("The same by policy: {what}{}", cut(found.policies.len())),
                    axes,
                    is_dates: false,
                    end: end(exceedance, &by_policy),
                    lines: by_policy,
                },
            );
        }
    }
    if let Some(timeline) = table("Timeline") {
        let rows = rows_with(
            timeline,
            &[("policy", &baseline.policy), ("material", material), ("country", place)],
        );
        let columns = [
            ("mean", "mean_pct"),
            ("median", "p50_pct"),
            ("75 % of trials are below", "p75_pct"),
            ("95 % of trials are below", "p95_pct"),
            ("25 % of trials are below", "p25_pct"),
            ("5 % of trials are below", "p5_pct"),
        ];
        let lines = rows.into_iter().flat_map(|rows| {
            columns.map(|(name, column)| Line {
                name: name.to_owned(),
                rows,
                columns: ("date", column),
            })
        });
        charts.add(
            timeline,
            Drawing {
                title: format!("Shortfall by period: {what}, baseline"),
                axes: ("first day of the period", "% of the period's demand"),
                is_dates: true,
                end: None,
                lines: lines.collect(),
            },
        );
    }
    charts
}

/// A note on policies that do not fit.
fn cut(policies: usize) -> String {
    match policies > MOST_LINES {
        true => format!(" (the first {MOST_LINES} of {policies})"),
        false => String::new(),
    }
}

/// The first multiple of five beyond which no line has a probability left.
fn end(table: &Rows, lines: &[Line]) -> Option<f64> {
    let number = |row: usize, column: &str| match table.cell(row, column) {
        Some(Cell::Number(value)) => Some(*value),
        _ => None,
    };
    let rows = lines.iter().flat_map(|line| line.rows.0..=line.rows.1);
    let beyond = rows.filter(|row| number(*row, "probability").is_some_and(|probability| probability > 0.0));
    let last = beyond
        .filter_map(|row| number(row, "shortfall_pct"))
        .fold(0.0, f64::max);
    Some((5.0 * libm::floor(last / 5.0) + 5.0).min(100.0))
}
