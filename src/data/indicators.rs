//! Single figures that the risk indices need: governance, recycling, import reliance.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::DataError;
use super::tables::{mineral_id, read};

#[derive(Deserialize)]
struct Governance {
    country: String,
    year: String,
    measure: String,
    value: f64,
}

#[derive(Deserialize)]
struct Recycling {
    mineral: String,
    measure: String,
    value: f64,
    status: String,
}

#[derive(Deserialize)]
struct Reliance {
    mineral: String,
    product: String,
    year: String,
    net_import_reliance_pct: Option<f64>,
    qualifier: String,
    source: String,
}

/// US net import reliance of one product in one year.
#[derive(Debug, Clone, PartialEq)]
pub struct RelianceRow {
    /// The product as published, such as `Cobalt`.
    pub product: String,
    /// The year.
    pub year: String,
    /// Net imports as a share of apparent consumption, 0 to 1; none where no number is published.
    pub share: Option<f64>,
    /// Empty for a plain number; `more_than` or `less_than` for a bound; `net_exporter`, `small` or `not_available` for none.
    pub qualifier: String,
    /// Where the figure comes from.
    pub source: String,
}

/// US net import reliance of a mineral, by product and year. Empty if it has none.
pub fn net_import_reliance(mineral: &str) -> Result<Vec<RelianceRow>, DataError> {
    let id = mineral_id(mineral)?;
    let rows = read::<Reliance>("net_import_reliance.csv")
        .into_iter()
        .filter(|row| row.mineral == id);
    Ok(rows
        .map(|row| RelianceRow {
            product: row.product,
            year: row.year,
            share: row.net_import_reliance_pct.map(|pct| pct / 100.0),
            qualifier: row.qualifier,
            source: row.source,
        })
        .collect())
}

/// EU end-of-life recycling input rate of a mineral, 0 to 1. None where none is known, or where the two tabulations of the
/// study differ (`disputed` in `recycling.csv`).
pub fn recycling_input_rate(mineral: &str) -> Option<f64> {
    let id = mineral_id(mineral).ok()?;
    read::<Recycling>("recycling.csv")
        .into_iter()
        .find(|row| row.mineral == id && row.measure == "eol_rir_pct" && row.status != "disputed")
        .map(|row| row.value / 100.0)
}

/// By measure and country: the latest year and its value.
fn governance() -> &'static BTreeMap<(String, String), (String, f64)> {
    static ROWS: OnceLock<BTreeMap<(String, String), (String, f64)>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let mut latest: BTreeMap<(String, String), (String, f64)> = BTreeMap::new();
        for row in read::<Governance>("governance.csv") {
            let entry = latest
                .entry((row.measure, row.country))
                .or_insert_with(|| (row.year.clone(), row.value));
            if row.year > entry.0 {
                *entry = (row.year, row.value);
            }
        }
        latest
    })
}

fn latest(measure: &str, country: &str) -> Option<f64> {
    governance()
        .get(&(measure.to_owned(), country.to_owned()))
        .map(|(_, value)| *value)
}

/// Mean of a country's six Worldwide Governance Indicators, about -2.5 (weak) to 2.5 (strong). None for regions.
pub fn governance_score(country: &str) -> Option<f64> {
    latest("wgi_mean_of_six_estimate", country)
}

/// Every country's mean of six, and its political stability: code and score, by code.
pub fn governance_scores() -> [Vec<(&'static str, f64)>; 2] {
    ["wgi_mean_of_six_estimate", "wgi_political_stability_estimate"].map(|measure| {
        let all = governance().iter().filter(|((of, _), _)| of == measure);
        all.map(|((_, country), (_, value))| (country.as_str(), *value))
            .collect()
    })
}

/// A country's political stability and absence of violence, latest year, about -2.5 to 2.5. None for regions.
pub fn political_stability(country: &str) -> Option<f64> {
    latest("wgi_political_stability_estimate", country)
}
