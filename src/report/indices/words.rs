//! Indices for the terminal: who makes it, what buyers depend on, and sentences that say how it is meant.

use super::super::grid::{Column, draw};
use super::super::number::significant;
use super::super::prose::listed;
use super::super::width::wrapped;
use crate::study::Bounds;
use crate::whatif::indices::{Found, Index, Indices, WORLD};

/// Longest name shown in full.
const NAME_WIDTH: usize = 30;
/// A range is shown where its ends differ by more than this share.
const WORTH_A_RANGE: f64 = 0.02;

/// The tables and the sentences, within a width.
pub fn terminal(found: &Indices, width: usize) -> String {
    let from = match found.is_of_scenario {
        true => "at the start of the scenario, undisrupted",
        false => "by the shipped tables",
    };
    let mut text = wrapped(
        &format!("{}: concentration and dependence {from}", found.title),
        "",
        "",
        width,
    );
    text.push_str("\n\n");
    add(&mut text, makers(found), width);
    for (place, name) in buyers(found) {
        text.push('\n');
        text.push_str(&wrapped(&format!("{name} as a buyer:"), "", "", width));
        text.push_str("\n\n");
        add(&mut text, buyer(found, place), width);
    }
    for sentence in sentences(found) {
        text.push('\n');
        text.push_str(&wrapped(&sentence, "", "", width));
        text.push('\n');
    }
    text
}

fn add(text: &mut String, columns: Vec<Column>, width: usize) {
    let (table, left_out) = draw(columns, width);
    text.push_str(&table);
    if !left_out.is_empty() {
        let note = format!(
            "Left out for want of width: {}; indices.csv has all.",
            left_out.join(", ")
        );
        text.push_str(&wrapped(&note, "", "", width));
        text.push('\n');
    }
}

/// `0.29`, `0.29–0.38` where it is not known better, `-` where it is not known.
pub(in crate::report) fn figure(figure: &Result<Bounds, String>, times: f64) -> String {
    let shown = |value: f64| {
        let (digits, value) = (if times == 1.0 { 2 } else { 3 }, value * times);
        match value < 0.0 {
            true => format!("-{}", significant(-value, digits)),
            false => significant(value, digits),
        }
    };
    let Ok(bounds) = figure else { return "-".to_owned() };
    let (low, high) = (shown(bounds.low), shown(bounds.high));
    match bounds.is_wider_than(WORTH_A_RANGE) && low != high {
        true => format!("{low}–{high}"),
        false => shown(bounds.value.unwrap_or(bounds.high)),
    }
}

/// Net import reliance in percent; a net exporter is called so.
fn reliance(found: &Result<Bounds, String>) -> String {
    match found {
        Ok(bounds) if bounds.high < -0.0005 => "exporter".to_owned(),
        Ok(bounds) if bounds.high < 0.0005 => "0".to_owned(),
        _ => figure(found, 100.0),
    }
}

/// Rows with one index, in order.
fn with(found: &Indices, index: Index) -> Vec<&Found> {
    found.found.iter().filter(|row| row.index == index).collect()
}

/// The row of the same material and place with another index.
fn same<'a>(found: &'a Indices, row: &Found, index: Index) -> Option<&'a Found> {
    found.found.iter().find(|other| {
        other.index == index && other.material == row.material && other.stage == row.stage && other.place == row.place
    })
}

fn column(found: &Indices, rows: &[&Found], header: &str, rank: usize, index: Index, times: f64) -> Column {
    let cell = |row: &&Found| same(found, row, index).map_or_else(|| "-".to_owned(), |row| figure(&row.figure, times));
    Column::numbers(header, rank, rows.iter().map(cell))
}

fn makers(found: &Indices) -> Vec<Column> {
    let rows = with(found, Index::Top1);
    let largest = |row: &&Found| row.who.first().map_or("-", |code| found.country(code)).to_owned();
    vec![
        Column::names("made", NAME_WIDTH, rows.iter().map(|row| row.called())),
        Column::names("largest", 16, rows.iter().map(largest)),
        column(found, &rows, "its share\n%", 0, Index::Top1, 100.0),
        column(found, &rows, "top 3\n%", 2, Index::Top3, 100.0),
        column(found, &rows, "HHI", 0, Index::Concentration, 1.0),
        column(found, &rows, "HHI by\ngovernance", 1, Index::WeightedConcentration, 1.0),
    ]
}

/// What each buyer depends on.
fn buyer(found: &Indices, place: &str) -> Vec<Column> {
    let mut rows = with(found, Index::NetImportReliance);
    rows.retain(|row| row.place == place);
    let largest = |row: &&Found| row.who.first().map_or("-", |code| found.country(code)).to_owned();
    vec![
        Column::names("bought", NAME_WIDTH, rows.iter().map(|row| row.called())),
        Column::names("largest source", 16, rows.iter().map(largest)),
        Column::numbers("net imports\n% of use", 0, rows.iter().map(|row| reliance(&row.figure))),
        column(found, &rows, "GeoPol\nRisk", 0, Index::GeoPolRisk, 1.0),
        column(found, &rows, "EU supply\nrisk", 1, Index::SupplyRisk, 1.0),
        column(found, &rows, "days of\ncover", 2, Index::DaysOfCover, 1.0),
    ]
}

/// Buyers, in order, with their names.
fn buyers(found: &Indices) -> Vec<(&str, &str)> {
    let mut places: Vec<(&str, &str)> = Vec::new();
    for row in found.found.iter().filter(|row| row.place != WORLD) {
        if !places.iter().any(|(place, _)| *place == row.place) {
            places.push((&row.place, &row.place_name));
        }
    }
    places
}

/// What they say.
pub fn sentences(found: &Indices) -> Vec<String> {
    let mut said = Vec::new();
    said.extend(most_concentrated(found));
    said.extend(most_dependent(found));
    said.extend(insufficient(found));
    let ranges = found.found.iter().filter_map(|row| row.figure.as_ref().ok());
    if ranges.clone().any(|bounds| bounds.is_wider_than(WORTH_A_RANGE)) {
        said.push(
            "Ranges are what is left open by other countries together, output that is withheld and countries without a governance score; \
             `value` in indices.csv is by the convention that `notes` states."
                .to_owned(),
        );
    }
    if found
        .found
        .iter()
        .any(|row| row.index == Index::SupplyRisk && row.figure.is_ok())
    {
        let rate = match found.is_of_scenario {
            true => "recycling is the scenario's",
            false => "recycling rates are known of the EU only and taken as 0 elsewhere",
        };
        said.push(format!(
            "The supply risk by the EU's method is before substitution: the data have no substitution index, so it is taken as 1 (no substitutes); {rate}; \
             trade factors are 1 unless --governance gives them. So it is no figure to hold against the EU's own threshold."
        ));
    }
    said.push(format!("Governance scores: {}.", found.governance));
    said.extend(found.warnings.iter().map(|warning| format!("{warning}.")));
    said
}

fn most_concentrated(found: &Indices) -> Option<String> {
    let rows = with(found, Index::Concentration);
    let value = |row: &&Found| row.figure.as_ref().ok().and_then(|bounds| bounds.value);
    let most = rows
        .iter()
        .filter(|row| value(row).is_some())
        .max_by(|one, other| value(one).unwrap_or(0.0).total_cmp(&value(other).unwrap_or(0.0)))?;
    let of = |index| same(found, most, index).map_or_else(String::new, |row| figure(&row.figure, 100.0));
    let leader = most.who.first()?;
    let begin = match rows.len() {
        1 => most.called(),
        _ => format!("Most concentrated is {}", most.called()),
    };
    Some(format!(
        "{begin}: {} makes {} %, the three largest {} %; HHI {} (1 is a single maker, 1/n are n equal ones).",
        found.country(leader),
        of(Index::Top1),
        of(Index::Top3),
        figure(&most.figure, 1.0)
    ))
}

/// For every buyer the stage with the highest GeoPolRisk, else that with the highest reliance.
fn most_dependent(found: &Indices) -> Vec<String> {
    let middle = |row: &Found| {
        let figure = row.figure.as_ref().ok();
        figure.map(|bounds| bounds.value.unwrap_or((bounds.low + bounds.high) / 2.0))
    };
    let highest = |place: &str, index| {
        let rows = with(found, index).into_iter().filter(|row| row.place == place);
        rows.filter_map(|row| Some((row, middle(row)?)))
            .max_by(|one, other| one.1.total_cmp(&other.1))
            .map(|(row, _)| row)
    };
    let tell = |place: &str| {
        let row = highest(place, Index::GeoPolRisk).or_else(|| highest(place, Index::NetImportReliance))?;
        let mut parts = Vec::new();
        if let Some(reliance) = same(found, row, Index::NetImportReliance) {
            if let Ok(bounds) = &reliance.figure {
                parts.push(match bounds.high < 0.0 {
                    true => "it exports more than it imports".to_owned(),
                    false => format!("net imports are {} % of its use", figure(&reliance.figure, 100.0)),
                });
            }
            if let Some(source) = reliance.who.first() {
                parts.push(format!("the largest source is {}", found.country(source)));
            }
        }
        for index in [Index::GeoPolRisk, Index::SupplyRisk] {
            if let Some(other) = same(found, row, index).filter(|other| other.figure.is_ok()) {
                parts.push(format!("{} {}", index.words(), figure(&other.figure, 1.0)));
            }
        }
        if let Some(days) = same(found, row, Index::DaysOfCover).filter(|days| days.figure.is_ok()) {
            parts.push(match figure(&days.figure, 1.0).as_str() {
                "0" => "no stocks".to_owned(),
                days => format!("stocks for {days} days"),
            });
        }
        let several = with(found, Index::NetImportReliance)
            .iter()
            .filter(|row| row.place == place)
            .count()
            > 1;
        let begin = match several {
            true => format!("{} is most exposed at {}", row.place_name, row.called()),
            false => format!("{}, {}", row.place_name, row.called()),
        };
        Some(format!("{begin}: {}.", parts.join(", ")))
    };
    buyers(found).into_iter().filter_map(|(place, _)| tell(place)).collect()
}

/// What cannot be told, and why: one sentence a reason, material and set of indices.
fn insufficient(found: &Indices) -> Vec<String> {
    // By (place, material, reason) which indices, then by all but the place for whom.
    let mut indices: Vec<(&str, String, &str, Vec<&str>)> = Vec::new();
    for row in &found.found {
        let Err(why) = &row.figure else { continue };
        let (place, called) = (row.place_name.as_str(), row.called());
        let is_same =
            |one: &&mut (&str, String, &str, Vec<&str>)| (one.0, &one.1, one.2) == (place, &called, why.as_str());
        match indices.iter_mut().find(is_same) {
            Some((.., words)) => words.push(row.index.words()),
            None => indices.push((place, called, why, vec![row.index.words()])),
        }
    }
    let mut groups: Vec<(Vec<&str>, String, &str, Vec<&str>)> = Vec::new();
    for (place, called, why, words) in indices {
        match groups
            .iter_mut()
            .find(|one| (&one.1, one.2, &one.3) == (&called, why, &words))
        {
            Some((places, ..)) => places.push(place),
            None => groups.push((vec![place], called, why, words)),
        }
    }
    let tell = |(places, called, why, words): (Vec<&str>, String, &str, Vec<&str>)| {
        format!(
            "Insufficient data for {} of {called} in {}: {why}.",
            listed(&words),
            listed(&places)
        )
    };
    groups.into_iter().map(tell).collect()
}
