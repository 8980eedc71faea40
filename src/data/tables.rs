//! The embedded tables as they are shipped.

use std::sync::OnceLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::DataError;

/// One shipped table: the text of a CSV file of the folder `data`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// File name, such as `shares.csv`.
    pub name: &'static str,
    /// What it holds, in one line.
    pub description: &'static str,
    /// The whole file.
    pub text: &'static str,
}

impl Table {
    /// The column names.
    pub fn header(&self) -> Vec<String> {
        let mut reader = csv::Reader::from_reader(self.text.as_bytes());
        reader
            .headers()
            .map(|cells| cells.iter().map(str::to_owned).collect())
            .unwrap_or_default()
    }

    /// The rows below the header, in the order of the file.
    pub fn records(&self) -> impl Iterator<Item = Vec<String>> + use<> {
        csv::Reader::from_reader(self.text.as_bytes())
            .into_records()
            .filter_map(Result::ok)
            .map(|record| record.iter().map(str::to_owned).collect())
    }
}

/// The rows of one table that are about one mineral.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableExcerpt {
    /// File name, such as `shares.csv`.
    pub table: &'static str,
    /// What the table holds, in one line.
    pub description: &'static str,
    /// The column names.
    pub header: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

macro_rules! shipped {
    ($($name:literal: $description:literal,)*) => {
        &[$(Table {
            name: $name,
            description: $description,
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/", $name)),
        },)*]
    };
}

static TABLES: &[Table] = shipped! {
    "shares.csv": "share of each country in world output, by mineral and stage",
    "production.csv": "output by country 2023-2025, with withheld and unavailable cells marked",
    "capacity.csv": "yearend capacity by country",
    "supply_projection.csv": "mining and refining by country 2030-2040, base case",
    "reserves.csv": "reserves by country",
    "stages.csv": "which stage is made from which, and what customs and consumption count it",
    "trade.csv": "imports by origin 2024, value and tonnes: EU members each on its own, and the EU as one",
    "trade_world.csv": "world exporters and importers by product 2024",
    "import_sources.csv": "US import sources 2021-24",
    "net_import_reliance.csv": "US net import reliance 2021-2025",
    "us_summary.csv": "one line for each US critical mineral 2025, codes as published",
    "consumption.csv": "use by country: US 2021-2025, world 2024, a few derived rows",
    "demand_projection.csv": "world demand 2030-2050 in three scenarios",
    "end_uses.csv": "what each mineral is used for",
    "prices.csv": "annual prices 2021-2025",
    "price_response.csv": "how prices moved, or were modelled to move, under restrictions",
    "elasticities.csv": "the few price and income elasticities that were read in a source",
    "stocks.csv": "US industry and exchange stocks; stockpile policies",
    "recycling.csv": "EU end-of-life recycling input rates; US secondary output",
    "byproducts.csv": "companion share and host minerals",
    "export_controls.csv": "export controls in force or announced by 2025-11-21",
    "events.csv": "past disruptions, each with an address",
    "exposure.csv": "what of each class of events is counted, over what, and what is wrong with it",
    "watched.csv": "supplies, mines and countries that are watched for events",
    "backtest.csv": "what past episodes came to, beside which figure of their scenarios it is",
    "backtest_pool.csv": "what Chinese export licences did in each episode, lent to the others",
    "scenario_events.csv": "events of the shipped scenarios by mineral, with their parameters, for drafts",
    "scenario_figures.csv": "uses, outputs, stocks and hosts of the shipped scenarios, for drafts where no other table has them",
    "governance.csv": "Worldwide Governance Indicators by country",
    "countries.csv": "country codes and short names",
    "country_names.csv": "names and codes of countries as publishers and people write them",
    "minerals.csv": "every mineral with its stages, tables and notes",
    "sources.csv": "every source with its licence and credit",
};

/// Every shipped table by file name, for `critmin data`.
pub fn tables() -> &'static [Table] {
    TABLES
}

/// One shipped table by file name, with or without `.csv`.
pub fn table(name: &str) -> Option<&'static Table> {
    let stem = name.strip_suffix(".csv").unwrap_or(name);
    TABLES
        .iter()
        .find(|table| table.name.strip_suffix(".csv") == Some(stem))
}

/// The rows of a shipped table as structs.
///
/// # Panics
/// If the table does not have that shape, which the tests of this room rule out for each use.
pub(super) fn read<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let text = table(name).map_or("", |table| table.text);
    csv::Reader::from_reader(text.as_bytes())
        .into_deserialize()
        .map(|row| row.unwrap_or_else(|error| panic!("shipped table {name}: {error}")))
        .collect()
}

#[derive(Deserialize)]
struct MineralRecord {
    mineral: String,
    name: String,
}

fn known_minerals() -> &'static [MineralRecord] {
    static ROWS: OnceLock<Vec<MineralRecord>> = OnceLock::new();
    ROWS.get_or_init(|| read("minerals.csv"))
}

/// `Rare Earths` and `rare-earths` mean `rare_earths`.
pub(super) fn normal(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}

/// The id of a mineral that some shipped table knows, or the error with the nearest names.
pub fn mineral_id(name: &str) -> Result<&'static str, DataError> {
    let wanted = normal(name);
    let rows = known_minerals();
    rows.iter()
        .find(|row| row.mineral == wanted || normal(&row.name) == wanted)
        .map(|row| row.mineral.as_str())
        .ok_or_else(|| DataError::UnknownMineral {
            name: name.to_owned(),
            nearest: nearest(&wanted, rows.iter().map(|row| row.mineral.as_str())),
        })
}

/// The name of a mineral by its id, for people; the id where it is none.
pub fn mineral_name(id: &str) -> &str {
    let row = known_minerals().iter().find(|row| row.mineral == id);
    row.map_or(id, |row| row.name.as_str())
}

/// The name that looks most like the one wanted, if any does.
pub fn nearest_name<'a>(wanted: &str, names: &[&'a str]) -> Option<&'a str> {
    let best = nearest(wanted, names.iter().copied()).into_iter().next()?;
    names.iter().copied().find(|name| *name == best)
}

/// Up to three names that look like the one wanted, best first.
pub(super) fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut scored: Vec<(f64, &str)> = names
        .map(|name| {
            let contained = wanted.len() > 3 && (name.contains(wanted) || wanted.contains(name));
            let score = strsim::normalized_damerau_levenshtein(wanted, name).max(strsim::jaro_winkler(wanted, name));
            (if contained { score.max(0.9) } else { score }, name)
        })
        .filter(|(score, _)| *score > 0.8)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(3).map(|(_, name)| name.to_owned()).collect()
}

/// The rows of every table about one mineral, tables without any left out.
pub fn about(mineral: &str) -> Result<Vec<TableExcerpt>, DataError> {
    let id = mineral_id(mineral)?;
    Ok(TABLES.iter().filter_map(|table| rows_about(table, id)).collect())
}

/// The rows of one table, by its file name, about one mineral. None if there is no such table, or it has no such rows.
pub fn excerpt(name: &str, mineral: &str) -> Option<TableExcerpt> {
    rows_about(table(name)?, mineral_id(mineral).ok()?)
}

fn rows_about(table: &Table, id: &str) -> Option<TableExcerpt> {
    let header = table.header();
    let column = header.iter().position(|cell| cell == "mineral")?;
    let rows: Vec<Vec<String>> = table
        .records()
        .filter(|row| row[column].split(';').any(|one| one.trim() == id))
        .collect();
    (!rows.is_empty()).then_some(TableExcerpt {
        table: table.name,
        description: table.description,
        header,
        rows,
    })
}
