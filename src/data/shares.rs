//! Shipped country shares of world output, by mineral and stage.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde::Deserialize;

use super::DataError;
use super::checks::TOLERANCE;
use super::tables::{mineral_id, nearest, normal, read};

/// One country's share of a material's output.
#[derive(Debug, Clone, PartialEq)]
pub struct ShareRow {
    /// ISO code of three letters, or OTH for all others together.
    pub country: String,
    /// Share of the whole, 0 to 1.
    pub share: f64,
    /// Output in tonnes a year, where the source gives tonnes.
    pub quantity_t: Option<f64>,
    /// Where the figure comes from.
    pub source: String,
}

/// Who makes a material at one stage.
#[derive(Debug, Clone, PartialEq)]
pub struct ShareTable {
    /// The mineral's id, such as `gallium`.
    pub mineral: String,
    /// The stage, such as `mine` or `refining`.
    pub stage: String,
    /// The year or period of the figures.
    pub year: String,
    /// What the tonnes are of, such as `t (Co content)`; `share` if the source gives only shares.
    pub unit: String,
    /// The whole that the shares are of, tonnes a year: for shipped tables the sum of the rows, for a user's CSV the total it
    /// states, else the sum of its rows if all quantities are known.
    pub total_t: Option<f64>,
    /// The countries, largest share first in shipped tables, OTH last.
    pub rows: Vec<ShareRow>,
    /// What a reader should know: withheld cells, totals that do not add up, leading supplier only.
    pub warnings: Vec<String>,
}

#[derive(Deserialize)]
struct Record {
    mineral: String,
    stage: String,
    country: String,
    year: String,
    quantity_t: Option<f64>,
    unit: String,
    share: f64,
    source: String,
}

#[derive(Deserialize)]
struct ProductionRecord {
    mineral: String,
    stage: String,
    country: String,
    year: String,
    quantity_t: Option<f64>,
    status: String,
    source: String,
}

/// Every mineral with its stages in `shares.csv`.
pub fn minerals() -> Vec<(String, Vec<String>)> {
    index()
        .iter()
        .map(|(mineral, stages)| (mineral.clone(), stages.iter().cloned().collect()))
        .collect()
}

fn index() -> &'static BTreeMap<String, BTreeSet<String>> {
    static INDEX: OnceLock<BTreeMap<String, BTreeSet<String>>> = OnceLock::new();
    INDEX.get_or_init(|| {
        let mut index: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in records() {
            index.entry(row.mineral.clone()).or_default().insert(row.stage.clone());
        }
        index
    })
}

fn records() -> &'static [Record] {
    static ROWS: OnceLock<Vec<Record>> = OnceLock::new();
    ROWS.get_or_init(|| read("shares.csv"))
}

/// Shipped shares of one mineral and stage; the error names the nearest valid names.
pub fn shares(mineral: &str, stage: &str) -> Result<ShareTable, DataError> {
    let stages = index();
    let id = match mineral_id(mineral) {
        Ok(id) => id,
        Err(DataError::UnknownMineral { name, nearest: all }) => {
            // A mineral with shares is the better guess than one that only has, say, a price.
            let with_shares = nearest(&normal(mineral), stages.keys().map(String::as_str));
            return Err(DataError::UnknownMineral {
                name,
                nearest: if with_shares.is_empty() { all } else { with_shares },
            });
        }
        Err(other) => return Err(other),
    };
    let wanted = normal(stage);
    let rows: Vec<&Record> = records()
        .iter()
        .filter(|row| row.mineral == id && row.stage == wanted)
        .collect();
    let Some(first) = rows.first() else {
        return Err(DataError::UnknownStage {
            mineral: id.to_owned(),
            stage: stage.to_owned(),
            valid: stages
                .get(id)
                .map(|set| set.iter().cloned().collect())
                .unwrap_or_default(),
        });
    };
    let total_t = rows.iter().map(|row| row.quantity_t).sum::<Option<f64>>();
    Ok(ShareTable {
        mineral: id.to_owned(),
        stage: wanted,
        year: first.year.clone(),
        unit: first.unit.clone(),
        total_t,
        warnings: warnings(&rows, total_t),
        rows: rows
            .into_iter()
            .map(|row| ShareRow {
                country: row.country.clone(),
                // From tonnes where there are any: the shares in the table are rounded and may miss 1 by a millionth.
                share: match (row.quantity_t, total_t) {
                    (Some(quantity), Some(total)) if total > 0.0 => quantity / total,
                    _ => row.share,
                },
                quantity_t: row.quantity_t,
                source: row.source.clone(),
            })
            .collect(),
    })
}

/// The rows of `production.csv` about a mineral. The table is read once: a scenario asks for many minerals, many times.
fn production(mineral: &str) -> &'static [ProductionRecord] {
    static ROWS: OnceLock<BTreeMap<String, Vec<ProductionRecord>>> = OnceLock::new();
    let by_mineral = ROWS.get_or_init(|| {
        let mut by_mineral: BTreeMap<String, Vec<ProductionRecord>> = BTreeMap::new();
        for row in read::<ProductionRecord>("production.csv") {
            by_mineral.entry(row.mineral.clone()).or_default().push(row);
        }
        by_mineral
    });
    by_mineral.get(mineral).map_or(&[], Vec::as_slice)
}

/// Countries whose output at a stage is withheld in the year of its shares, which then are of the rest of the world.
pub fn withheld(table: &ShareTable) -> Vec<String> {
    let rows = production(&table.mineral).iter();
    let rows = rows.filter(|row| {
        (&row.stage, &row.year, row.status.as_str()) == (&table.stage, &table.year, "withheld") && row.country != "WLD"
    });
    rows.map(|row| row.country.clone())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

fn warnings(rows: &[&Record], total_t: Option<f64>) -> Vec<String> {
    let mut warnings = Vec::new();
    let Record {
        mineral,
        stage,
        year,
        source,
        ..
    } = rows[0];
    for row in production(mineral) {
        if (&row.stage, &row.year) != (stage, year) {
            continue;
        }
        let place = format!("{mineral} {stage} {year}");
        match row.status.as_str() {
            "withheld" => warnings.push(format!(
                "{place}: the output of {} is withheld (W), which is not zero; the shares are of the rest of the world",
                row.country
            )),
            "not_available" => warnings.push(format!(
                "{place}: the output of {} is not available (NA), which is not zero; the shares leave it out",
                row.country
            )),
            "small" => warnings.push(format!("{place}: the output of {} is given only as small", row.country)),
            _ if row.country == "WLD" && row.source == *source => {
                if let (Some(sum), Some(stated)) = (total_t, row.quantity_t) {
                    let excess = 100.0 * (sum / stated - 1.0);
                    if excess.abs() > 100.0 * TOLERANCE {
                        let side = if excess > 0.0 { "above" } else { "below" };
                        warnings.push(format!(
                            "{place}: the country rows sum to {sum} t, {:.1} % {side} the stated world total of {stated} t; \
                             no quantity is changed, the shares are of the sum of the rows",
                            excess.abs()
                        ));
                    }
                }
            }
            _ => {}
        }
    }
    if source.contains("top supplier only") {
        warnings.push(format!(
            "{mineral} {stage}: only the leading supplier is known; OTH is all others together, not one country"
        ));
    }
    if year.starts_with("EU CRM") {
        warnings.push(format!(
            "{mineral} {stage}: shares of the EU study of 2023, whose years (about 2016-20) are older than those of other rows"
        ));
    }
    warnings
}
