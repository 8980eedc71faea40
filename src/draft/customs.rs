//! What customs weigh: imports of a place by origin, exports of a place, all trade of the world; in tonnes of the stage.

use std::collections::BTreeMap;

use super::chain::Stage;
use super::places::{EUROPEAN_UNION, Places};
use super::tables::{Row, rows};
use crate::data::{self, TradeTable};

/// Trade of one good with one place.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    /// HS code.
    pub code: String,
    /// Tonnes of the stage in a tonne of the good.
    pub factor: f64,
    /// Why, or what the code leaves out.
    pub basis: String,
    /// Tonnes of the good.
    pub tonnes: f64,
    /// Tonnes of the good by origin; empty where only the total is known.
    pub origins: BTreeMap<String, f64>,
    pub source: String,
    pub notes: Vec<String>,
}

impl Flow {
    /// Tonnes of the stage.
    pub fn content(&self) -> f64 {
        self.tonnes * self.factor
    }
}

fn codes(link: &Row) -> Vec<&str> {
    link.get("code").split('|').collect()
}

/// Whether the value of a good tells its tonnes, since what customs weigh misleads.
fn is_by_value(link: &Row) -> bool {
    link.get("link") == "product_by_value"
}

/// Tonnes of the good in a row of trade; tonnes of the stage at once where they follow from the value.
fn tonnes_of(link: &Row, row: &Row) -> Option<f64> {
    if is_by_value(link) {
        Some(row.number("value_usd")? * link.number("factor")?)
    } else {
        row.number("quantity_t")
    }
}

fn flow(link: &Row, code: &str, tonnes: f64, source: &str) -> Flow {
    let factor = if is_by_value(link) { None } else { link.number("factor") };
    Flow {
        code: code.to_owned(),
        factor: factor.unwrap_or(1.0),
        basis: link.get("basis").to_owned(),
        tonnes,
        origins: BTreeMap::new(),
        source: source.to_owned(),
        notes: Vec::new(),
    }
}

/// The rows of the world's trade in one code.
fn world(stage: &Stage, code: &str, direction: &str) -> Vec<Row> {
    let all = rows("trade_world.csv", &stage.mineral);
    all.into_iter()
        .filter(|row| row.get("hs6") == code && row.get("flow") == direction)
        .collect()
}

/// Imports of a place, one flow for each good of the stage that has figures.
pub(super) fn imports(stage: &Stage, place: &str, places: &Places) -> Vec<Flow> {
    stage
        .products()
        .filter_map(|link| imports_of(stage, link, place, places))
        .collect()
}

fn imports_of(stage: &Stage, link: &Row, place: &str, places: &Places) -> Option<Flow> {
    if is_by_value(link) {
        return imports_by_value(stage, link, place, places);
    }
    for code in codes(link) {
        let table = match place {
            EUROPEAN_UNION => data::trade_of_rest(code, &places.members()),
            _ => data::trade(code, Some(place)),
        };
        if let Some(found) = table
            .ok()
            .and_then(|table| by_origin(link, code, place, places, &table))
        {
            return Some(found);
        }
    }
    // Without rows by origin: the total, of whoever has half a percent of the world's imports.
    codes(link).into_iter().find_map(|code| {
        let row = world(stage, code, "import")
            .into_iter()
            .find(|row| row.get("country") == place)?;
        Some(flow(link, code, tonnes_of(link, &row)?, row.get("source")))
    })
}

/// Imports of a good that is counted by its value.
fn imports_by_value(stage: &Stage, link: &Row, place: &str, places: &Places) -> Option<Flow> {
    let inside = places.covers(place);
    codes(link).into_iter().find_map(|code| {
        let all = rows("trade.csv", &stage.mineral);
        let own = all
            .iter()
            .filter(|row| row.get("hs6") == code && row.get("importer") == place);
        let mut found: Option<Flow> = None;
        for row in own.filter(|row| !inside.contains(row.get("exporter"))) {
            let tonnes = tonnes_of(link, row)?;
            let flow = found.get_or_insert_with(|| flow(link, code, 0.0, row.get("source")));
            flow.tonnes += tonnes;
            *flow.origins.entry(row.get("exporter").to_owned()).or_default() += tonnes;
        }
        if place == EUROPEAN_UNION && !places.members().is_empty() {
            let named = places.members().join(", ");
            found.as_mut()?.notes.push(format!(
                "{code}: customs are taken for EU27 as one; the imports of {named} are in its figures"
            ));
        }
        found.or_else(|| {
            let all = world(stage, code, "import");
            let row = all.iter().find(|row| row.get("country") == place)?;
            Some(flow(link, code, tonnes_of(link, row)?, row.get("source")))
        })
    })
}

fn by_origin(link: &Row, code: &str, place: &str, places: &Places, table: &TradeTable) -> Option<Flow> {
    let inside = places.covers(place);
    let mut found = flow(link, code, 0.0, &table.rows.first()?.source);
    for row in table.rows.iter().filter(|row| !inside.contains(row.exporter.as_str())) {
        let tonnes = row.quantity_t?;
        found.tonnes += tonnes;
        *found.origins.entry(row.exporter.clone()).or_default() += tonnes;
    }
    found.notes.clone_from(&table.warnings);
    (found.tonnes > 0.0).then_some(found)
}

/// Exports of a place, one flow for each good of the stage; 0 where it has less than half a percent of the world's.
pub(super) fn exports(stage: &Stage, place: &str, places: &Places) -> Vec<Flow> {
    stage
        .products()
        .filter_map(|link| exports_of(stage, link, place, places))
        .collect()
}

fn exports_of(stage: &Stage, link: &Row, place: &str, places: &Places) -> Option<Flow> {
    let inside = places.covers(place);
    for code in codes(link) {
        let listed = world(stage, code, "export");
        if place != EUROPEAN_UNION
            && let Some(first) = listed.first()
        {
            let row = listed.iter().find(|row| row.get("country") == place);
            return Some(flow(
                link,
                code,
                row.and_then(|row| tonnes_of(link, row)).unwrap_or(0.0),
                first.get("source"),
            ));
        }
        if is_by_value(link) {
            let all = rows("trade.csv", &stage.mineral);
            let leaves = |row: &&Row| {
                row.get("hs6") == code
                    && inside.contains(row.get("exporter"))
                    && !inside.contains(row.get("importer"))
                    && row.get("importer") != EUROPEAN_UNION
            };
            let list: Vec<&Row> = all.iter().filter(leaves).collect();
            let tonnes: f64 = list.iter().filter_map(|row| tonnes_of(link, row)).sum();
            return list.first().map(|first| flow(link, code, tonnes, first.get("source")));
        }
        let Ok(table) = data::trade(code, None) else { continue };
        let leaves = |importer: &str| !inside.contains(importer) && importer != EUROPEAN_UNION;
        let tonnes: f64 = table
            .rows
            .iter()
            .filter(|row| inside.contains(row.exporter.as_str()) && leaves(&row.importer))
            .filter_map(|row| row.quantity_t)
            .sum();
        if let Some(first) = table.rows.first() {
            return Some(flow(link, code, tonnes, &first.source));
        }
    }
    None
}

/// All trade of the world in the goods of a stage, in tonnes of the stage, and how it was added up.
pub(super) fn world_trade(stage: &Stage) -> Option<(f64, String)> {
    let mut sum = 0.0;
    let mut names = Vec::new();
    for link in stage.products() {
        for code in codes(link) {
            let listed = world(stage, code, "export");
            let tonnes: f64 = listed.iter().filter_map(|row| tonnes_of(link, row)).sum();
            if tonnes > 0.0 {
                sum += flow(link, code, tonnes, "").content();
                names.push(code.to_owned());
                break;
            }
        }
    }
    let how = format!(
        "the exports of the world by customs (HS {}, trade_world.csv)",
        names.join(" and ")
    );
    (sum > 0.0).then_some((sum, how))
}
