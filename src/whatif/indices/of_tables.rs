//! Indices of a mineral by the shipped tables.

use super::formulas::{add_buyer, add_makers};
use super::known::{Buyer, Imports, Stage};
use super::{Indices, IndicesError, OTHERS};
use crate::data::EUROPEAN_UNION;
use crate::data::{self, Governance};
use crate::draft::{self, Complaint, StageBalance};
use crate::study::{Bounds, Suppliers};

/// Origins that customs pool have at most this share of what is imported.
const LARGEST_POOLED: f64 = 0.01;

/// Indices of a mineral at every stage with shares, from the shipped tables: of its makers, and of the buyers that are named (codes, names, EU27).
///
/// # Errors
/// What is no mineral or country, all at once.
pub fn of_mineral(mineral: &str, buyers: &[String], governance: &Governance) -> Result<Indices, IndicesError> {
    let mut wrong = Vec::new();
    let id = data::shares(mineral, "").map_or_else(
        |error| match error {
            data::DataError::UnknownStage { mineral, valid, .. } if !valid.is_empty() => Some(mineral),
            data::DataError::UnknownStage { mineral, .. } => {
                wrong.push(Complaint {
                    message: format!("the shipped tables have no shares by country of {mineral}"),
                    hint: Some("`critmin data` lists the minerals that have".to_owned()),
                });
                None
            }
            other => {
                wrong.push(Complaint {
                    message: other.to_string(),
                    hint: other.hint(),
                });
                None
            }
        },
        |table| Some(table.mineral),
    );
    let mut codes: Vec<String> = Vec::new();
    for text in buyers {
        match draft::country(text) {
            Ok(code) if codes.contains(&code) => {}
            Ok(code) => codes.push(code),
            Err(complaint) => wrong.push(complaint),
        }
    }
    let Some(id) = id.filter(|_| wrong.is_empty()) else {
        return Err(IndicesError::Asked(wrong));
    };
    let name = data::mineral_name(&id).to_owned();
    let mut by_buyer = Vec::new();
    for code in codes {
        by_buyer.push(draft::balances(&id, &code).map_err(IndicesError::Asked)?);
    }
    let stages = data::minerals().into_iter().find(|(mineral, _)| *mineral == id);
    let mut stages = stages.map(|(_, stages)| stages).unwrap_or_default();
    // In the order of the chain, where a buyer tells it.
    if let Some((_, balances)) = by_buyer.first() {
        stages.sort_by_key(|stage| balances.iter().position(|balance| balance.stage == *stage));
    }
    let mut found = Vec::new();
    for stage in &stages {
        let Some(stage) = shipped_stage(&id, &name, stage) else {
            continue;
        };
        add_makers(&mut found, &stage, governance);
        for (code, balances) in &by_buyer {
            if let Some(balance) = balances.iter().find(|balance| balance.stage == stage.stage) {
                add_buyer(&mut found, &stage, &shipped_buyer(&id, code, balance), governance);
            }
        }
    }
    Ok(Indices {
        title: name,
        origin: "the shipped tables".to_owned(),
        is_of_scenario: false,
        countries: data::countries()
            .iter()
            .map(|one| (one.code.clone(), one.name.clone()))
            .collect(),
        found,
        governance: governance.source.clone(),
        warnings: governance.warnings.clone(),
    })
}

fn shipped_stage(mineral: &str, name: &str, stage: &str) -> Option<Stage> {
    let table = data::shares(mineral, stage).ok()?;
    let size = |row: &data::ShareRow| row.quantity_t.unwrap_or(row.share);
    let named = table.rows.iter().filter(|row| row.country != OTHERS);
    let others = table.rows.iter().filter(|row| row.country == OTHERS);
    let mut sources: Vec<&str> = table.rows.iter().map(|row| row.source.as_str()).collect();
    sources.sort_unstable();
    sources.dedup();
    let makers = Suppliers::new(
        named.map(|row| (row.country.clone(), size(row))).collect(),
        others.map(size).sum(),
        f64::INFINITY,
    );
    Some(Stage {
        material: mineral.to_owned(),
        name: name.to_owned(),
        stage: stage.to_owned(),
        year: table.year.clone(),
        source: sources.join("; "),
        makers: makers
            .map(|makers| makers.withholding(data::withheld(&table)))
            .ok_or_else(|| "the tables name no country that makes it".to_owned()),
        notes: table.warnings,
    })
}

fn shipped_buyer(mineral: &str, code: &str, balance: &StageBalance) -> Buyer {
    let imports = balance
        .trade
        .as_ref()
        .map(|trade| Imports::new(trade.imports.clone(), LARGEST_POOLED, trade.imports_t, trade.exports_t));
    let (source, notes) = balance.trade.as_ref().map_or_else(
        |_| (String::new(), Vec::new()),
        |trade| (trade.source.clone(), trade.notes.clone()),
    );
    let is_in_union = code == EUROPEAN_UNION || data::is_member(code);
    let rate = data::recycling_input_rate(mineral).filter(|_| is_in_union);
    Buyer {
        place: code.to_owned(),
        name: data::country_name(code).unwrap_or(code).to_owned(),
        output: balance.output.clone(),
        recycled: 0.0,
        is_of_model: false,
        imports: imports.map_err(Clone::clone),
        used: balance.used.clone().map(|(tonnes, _)| tonnes),
        stock: balance.stocks.clone().map(|(tonnes, _)| tonnes),
        recycling_rate: rate.map(|rate| (rate, "EU CRM study 2023 (recycling.csv)".to_owned())),
        published_reliance: published_reliance(mineral, code, balance),
        source,
        notes,
    }
}

/// Net import reliance as the USGS publishes it, where the mineral has one product only and the stage is the one that US consumption is of.
fn published_reliance(mineral: &str, code: &str, balance: &StageBalance) -> Option<(Result<Bounds, String>, String)> {
    let rows = data::net_import_reliance(mineral).ok()?;
    let latest = rows.iter().map(|row| row.year.as_str()).max()?;
    let mut latest_rows = rows.iter().filter(|row| row.year == latest);
    let row = latest_rows.next().filter(|_| latest_rows.next().is_none())?;
    if code != "USA" || !balance.is_use_published {
        return None;
    }
    let share = row.share.unwrap_or(0.0);
    let bounds = |low: f64, high: f64| Bounds { value: None, low, high };
    let found = match (row.qualifier.as_str(), row.share) {
        ("", Some(share)) => Ok(Bounds::exact(share)),
        ("more_than", Some(_)) => Ok(bounds(share, 1.0)),
        ("less_than", Some(_)) => Ok(bounds(0.0, share)),
        ("net_exporter", _) => Err("a net exporter; the figure is not published".to_owned()),
        (qualifier, _) => Err(format!("published as {}", qualifier.replace('_', " "))),
    };
    Some((found, format!("{}, {} {}", row.source, row.product, row.year)))
}
