//! A rate from history as text, CSV and JSON, and the list of what may be asked.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::grid::{Column, draw};
use super::number::significant;
use super::width::wrapped;
use crate::data::{Coverage, country_name};
use crate::rates::{BaseRate, Era, Fit, FitResult, LEAST_FOR_FIT, Qualifying, Question, known_kinds};

/// Everything that the rate rests on, and what it is, within a width.
pub fn text(question: &Question, rate: &BaseRate, width: usize) -> String {
    let mut text = wrapped(&title(question, rate), "", "  ", width);
    text.push_str("\n\n");
    eras(&mut text, rate, width);
    paragraph(&mut text, "Exposure: ", &exposure(rate), width);
    paragraph(&mut text, "How derived: ", rate.how(), width);
    paragraph(&mut text, "Mind: ", &cautions(rate), width);
    fitted(&mut text, "Share lost", &rate.severity, rate, width);
    fitted(&mut text, "Months", &rate.duration, rate, width);
    listed(&mut text, rate, width);
    if rate.insufficient().is_none() {
        let written = format!("per_year = {}", question.as_written());
        paragraph(&mut text, "In a scenario: ", &written, width);
    }
    text
}

fn paragraph(text: &mut String, lead: &str, about: &str, width: usize) {
    let _ = writeln!(text, "{}\n", wrapped(about, lead, "  ", width));
}

fn title(question: &Question, rate: &BaseRate) -> String {
    let mut title = format!("{}: {}", question.kind.trim(), rate.counts.join(", "));
    if let [country] = rate.exporters()[..] {
        let _ = write!(title, "; {}", country_name(country).unwrap_or(country));
    }
    if let Some(mineral) = &question.mineral {
        let _ = write!(title, "; {mineral}");
    }
    match rate.target {
        Some(target) => {
            let _ = write!(title, "; aimed at {}", country_name(target).unwrap_or(target));
        }
        None if rate.counts.iter().any(|kind| kind.starts_with("export_")) => {
            title.push_str("; on everyone (--target JPN: aimed at one country)");
        }
        None => {}
    }
    title
}

fn eras(text: &mut String, rate: &BaseRate, width: usize) {
    let eras: Vec<&Era> = std::iter::once(&rate.whole).chain(&rate.recent).collect();
    let column = |header: &str, rank: usize, cell: &dyn Fn(&Era) -> String| {
        Column::numbers(header, rank, eras.iter().map(|era| cell(era)).collect::<Vec<_>>())
    };
    let of = |era: &Era, value: &dyn Fn(&crate::rates::Posterior) -> f64| match &era.posterior {
        Some(posterior) => significant(value(posterior), 3),
        None => "n/a".to_owned(),
    };
    let table = vec![
        Column::names(
            "years",
            20,
            eras.iter().map(|era| format!("{} to {}", era.since, era.until)),
        ),
        column("events", 0, &|era| era.events.to_string()),
        column(&format!("{}-years", rate.unit()), 4, &|era| {
            format!("{}", era.unit_years)
        }),
        column("mean rate", 0, &|era| of(era, &|posterior| posterior.mean())),
        column("median", 5, &|era| of(era, &|posterior| posterior.quantile(0.5))),
        column("2.5 %", 2, &|era| of(era, &|posterior| posterior.quantile(0.025))),
        column("97.5 %", 1, &|era| of(era, &|posterior| posterior.quantile(0.975))),
    ];
    push_table(text, table, width);
    let about = match rate.insufficient() {
        Some(why) => why,
        None => format!(
            "Events a year and {}: gamma distribution of shape events + 1/2 and rate {}-years (Jeffreys prior)",
            rate.unit(),
            rate.unit()
        ),
    };
    let _ = writeln!(text, "{}\n", wrapped(&about, "", "  ", width));
}

/// A table, and what of it had no room.
fn push_table(text: &mut String, table: Vec<Column>, width: usize) {
    let (drawn, left_out) = draw(table, width);
    text.push_str(&drawn);
    if !left_out.is_empty() {
        let about = format!("No room for: {}.", left_out.join(", "));
        let _ = writeln!(text, "{}", wrapped(&about, "", "  ", width));
    }
}

fn exposure(rate: &BaseRate) -> String {
    let units: Vec<String> = match (rate.target, rate.unit()) {
        (Some(target), _) => rate
            .exporters()
            .iter()
            .map(|country| format!("{country} to {target}"))
            .collect(),
        (None, "mine") => rate
            .watched
            .iter()
            .map(|unit| format!("{} ({})", unit.site, unit.country))
            .collect(),
        (None, _) => rate
            .watched
            .iter()
            .map(|unit| format!("{} {}", unit.country, unit.mineral))
            .collect(),
    };
    format!(
        "{} {}-years = {} x {} years ({} to {}){}: {}",
        rate.whole.unit_years,
        rate.unit(),
        rate.units(),
        rate.whole.until - rate.whole.since + 1,
        rate.whole.since,
        rate.whole.until,
        if rate.target.is_none() {
            rate.share_in_words()
        } else {
            String::new()
        },
        units.join(", ")
    )
}

/// What is wrong with the count, in sentences.
fn cautions(rate: &BaseRate) -> String {
    let mut list = vec![rate.exposure.bias.clone()];
    if rate.counted.len() > rate.dates() {
        list.push(format!(
            "The {} counted fall on {} dates: those of one date are one decision or cause, so the interval is too narrow",
            rate.counted.len(),
            rate.dates()
        ));
    }
    if rate.ends_in_a_part_of_a_year() {
        list.push(format!(
            "{} counts as a whole year though the sources reach to its middle",
            rate.whole.until
        ));
    }
    if rate.exposure.coverage == Coverage::Register && rate.counted.is_empty() {
        list.push("None found: the mean is that of the prior, the upper bound is what was learned".to_owned());
    }
    list.join(". ")
}

fn fitted(text: &mut String, what: &str, fit: &Fit, rate: &BaseRate, width: usize) {
    let stand = fit.values.len();
    let mut about = match &fit.result {
        FitResult::Insufficient => {
            let values: Vec<String> = fit.values.iter().map(|value| significant(*value, 3)).collect();
            let values = if values.is_empty() {
                String::new()
            } else {
                format!(" ({})", values.join(", "))
            };
            format!(
                "insufficient data: {stand} of the events below state one{values}, at least {LEAST_FOR_FIT} are needed"
            )
        }
        FitResult::Fitted {
            distribution,
            as_written,
        } => format!(
            "{as_written}, from {stand} events ({} to {}); median {}, 5 to 95 %: {} to {}",
            significant(fit.values[0], 3),
            significant(fit.values[stand - 1], 3),
            significant(distribution.quantile(0.5), 3),
            significant(distribution.quantile(0.05), 3),
            significant(distribution.quantile(0.95), 3)
        ),
    };
    if !fit.still_open.is_empty() {
        let _ = write!(
            about,
            "; {} more were in force when last seen{}",
            fit.still_open.len(),
            if fit.result == FitResult::Insufficient {
                ""
            } else {
                ", which counts as longer than that"
            }
        );
    }
    if fit.without > 0 {
        let _ = write!(about, "; {} state none", fit.without);
    }
    if what == "Share lost" {
        let of = if rate.target.is_some() {
            "exports to the target"
        } else {
            "the country's output or exports"
        };
        let _ = write!(
            about,
            "; of {of}, where a source says so, which is more often when much is lost"
        );
    }
    paragraph(text, &format!("{what}: "), &about, width);
}

fn listed(text: &mut String, rate: &BaseRate, width: usize) {
    if rate.counted.is_empty() {
        return;
    }
    text.push_str("Counted:\n");
    for row in &rate.rows {
        let event = row.event;
        let whats = units_of(row, ", ");
        let more = match row.newly_counted {
            0 => " (more of the same, not counted again)".to_owned(),
            1 => String::new(),
            several => format!(" (counts {several} times, once for each)"),
        };
        let head = format!("{} {} {} {whats}{more}", event.date_start, event.country, event.kind);
        let _ = writeln!(text, "{}", wrapped(&head, "  ", "      ", width));
        for line in [&event.note, &event.source] {
            let _ = writeln!(text, "{}", wrapped(line, "      ", "      ", width));
        }
    }
    text.push('\n');
}

/// The units that a row hit; the minerals that it names where the unit is a pair of countries.
fn units_of(row: &Qualifying, between: &str) -> String {
    match row.units.is_empty() {
        true => row.event.minerals.join(between),
        false => row.units.join(between),
    }
}

/// What may be asked, and what is answered, within a width.
pub fn overview(width: usize) -> String {
    let answers: Vec<(&str, BaseRate)> = known_kinds()
        .into_iter()
        .filter_map(|kind| {
            let question = Question {
                kind: kind.to_owned(),
                ..Question::default()
            };
            question.answer().ok().map(|rate| (kind, rate))
        })
        .collect();
    let column = |header: &str, rank: usize, cell: &dyn Fn(&BaseRate) -> String| {
        Column::numbers(
            header,
            rank,
            answers.iter().map(|(_, rate)| cell(rate)).collect::<Vec<_>>(),
        )
    };
    let quantile = |rate: &BaseRate, probability: f64| match &rate.whole.posterior {
        Some(posterior) => significant(posterior.quantile(probability), 3),
        None => "n/a".to_owned(),
    };
    let table = vec![
        Column::names("kind", 24, answers.iter().map(|(kind, _)| (*kind).to_owned())),
        Column::names("by", 8, answers.iter().map(|(_, rate)| rate.unit().to_owned())),
        column("events", 0, &|rate| rate.whole.events.to_string()),
        column("years watched", 3, &|rate| format!("{}", rate.whole.unit_years)),
        column("mean rate", 0, &|rate| match &rate.whole.posterior {
            Some(posterior) => significant(posterior.mean(), 3),
            None => "n/a".to_owned(),
        }),
        column("2.5 %", 2, &|rate| quantile(rate, 0.025)),
        column("97.5 %", 1, &|rate| quantile(rate, 0.975)),
    ];
    let mut text = wrapped(
        "Events counted over everything that is watched. Years watched and rates are per supply (a mineral of a country), country or mine:",
        "",
        "  ",
        width,
    );
    text.push_str("\n\n");
    push_table(&mut text, table, width);
    text.push('\n');
    paragraph(
        &mut text,
        "",
        "n/a: too few events for a rate. Classes and questions stand first, then the kinds that they are made of. Most are read in the press and counted only where somebody looked: ask for a country and a mineral.",
        width,
    );
    let next = "Next: critmin rates --kind export_restriction --country CHN";
    let _ = writeln!(text, "{}", wrapped(next, "", "  ", width));
    text
}

/// The header and rows of the events counted.
pub fn rows(rate: &BaseRate) -> Vec<Vec<String>> {
    let header = [
        "date_start",
        "date_end",
        "country",
        "units",
        "newly_counted",
        "kind",
        "severity",
        "severity_of",
        "duration_months",
        "note",
        "source",
    ];
    let mut rows: Vec<Vec<String>> = vec![header.map(str::to_owned).to_vec()];
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    for row in &rate.rows {
        let event = row.event;
        rows.push(vec![
            event.date_start.clone(),
            event.date_end.clone(),
            event.country.clone(),
            units_of(row, ";"),
            row.newly_counted.to_string(),
            event.kind.clone(),
            number(event.severity),
            event.severity_of.clone(),
            number(event.duration_months),
            event.note.clone(),
            event.source.clone(),
        ]);
    }
    rows
}

/// The whole answer in full precision.
pub fn json(question: &Question, rate: &BaseRate) -> Value {
    let era = |era: &Era| {
        json!({
            "since": era.since,
            "until": era.until,
            "events": era.events,
            "unit_years": era.unit_years,
            "rate": era.posterior.as_ref().map(|posterior| json!({
                "distribution": "gamma",
                "shape": posterior.shape,
                "scale": 1.0 / posterior.unit_years,
                "mean": posterior.mean(),
                "median": posterior.quantile(0.5),
                "p2_5": posterior.quantile(0.025),
                "p97_5": posterior.quantile(0.975),
            })),
        })
    };
    let fit = |fit: &Fit| {
        json!({
            "values": fit.values,
            "still_open_months": fit.still_open,
            "events_without": fit.without,
            "distribution": match &fit.result {
                FitResult::Insufficient => Value::Null,
                FitResult::Fitted { as_written, .. } => as_written.as_str().into(),
            },
        })
    };
    let events: Vec<Value> = rate
        .rows
        .iter()
        .map(|row| {
            json!({
                "date_start": row.event.date_start,
                "date_end": row.event.date_end,
                "country": row.event.country,
                "units": row.units,
                "newly_counted": row.newly_counted,
                "minerals": row.event.minerals,
                "kind": row.event.kind,
                "severity": row.event.severity,
                "severity_of": row.event.severity_of,
                "duration_months": row.event.duration_months,
                "note": row.event.note,
                "source": row.event.source,
            })
        })
        .collect();
    let watched: Vec<Value> = rate
        .watched
        .iter()
        .map(|unit| json!({ "country": unit.country, "mineral": unit.mineral, "site": unit.site, "share": unit.share }))
        .collect();
    json!({
        "kind": question.kind,
        "counts": rate.counts,
        "target": rate.target,
        "least_share": rate.least_share,
        "unit": rate.unit(),
        "units": rate.units(),
        "whole": era(&rate.whole),
        "recent": rate.recent.as_ref().map(era),
        "insufficient": rate.insufficient(),
        "how": rate.how(),
        "mind": cautions(rate),
        "severity": fit(&rate.severity),
        "duration_months": fit(&rate.duration),
        "watched": watched,
        "events": events,
        "as_written": question.as_written(),
    })
}
