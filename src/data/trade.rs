//! Shipped trade: imports by origin, and US import sources.

use crate::data::EUROPEAN_UNION;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde::Deserialize;

use super::checks::TOLERANCE;
use super::tables::{mineral_id, nearest, normal, read};
use super::{DataError, countries};

/// One lane of trade.
#[derive(Debug, Clone, PartialEq)]
pub struct TradeRow {
    /// Where the goods come from; OTH is all origins below 1 % together.
    pub exporter: String,
    /// Where they go.
    pub importer: String,
    /// Tonnes a year, where known.
    pub quantity_t: Option<f64>,
    /// Share of the importer's imports of the product, 0 to 1: of tonnes where tonnes exist, else of value.
    pub share: f64,
    /// Where the figure comes from.
    pub source: String,
}

/// Trade of one product.
#[derive(Debug, Clone, PartialEq)]
pub struct TradeTable {
    /// The product, such as `811292 gallium_germanium_indium_etc/unwrought_bundle`.
    pub product: String,
    /// The year or period of the figures.
    pub year: String,
    /// The lanes, by importer, largest share first in shipped tables, OTH last.
    pub rows: Vec<TradeRow>,
    /// What a reader should know.
    pub warnings: Vec<String>,
}

#[derive(Deserialize)]
struct Record {
    mineral: String,
    form: String,
    hs6: String,
    year: String,
    importer: String,
    exporter: String,
    quantity_t: Option<f64>,
    share_of_tonnes: Option<f64>,
    share_of_value: f64,
    source: String,
}

#[derive(Deserialize)]
struct SourceRecord {
    mineral: String,
    product: String,
    importer: String,
    exporter: String,
    period: String,
    share: f64,
    qualifier: String,
    note: String,
    source: String,
}

fn records() -> &'static [Record] {
    static ROWS: OnceLock<Vec<Record>> = OnceLock::new();
    ROWS.get_or_init(|| read("trade.csv"))
}

fn products() -> &'static BTreeMap<String, String> {
    static PRODUCTS: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    PRODUCTS.get_or_init(|| {
        records()
            .iter()
            .map(|r| (r.hs6.clone(), format!("{}/{}", r.mineral, r.form)))
            .collect()
    })
}

/// Every product of the shipped trade: HS code and `mineral/form`.
pub fn trade_products() -> Vec<(String, String)> {
    products()
        .iter()
        .map(|(code, name)| (code.clone(), name.clone()))
        .collect()
}

/// The HS code of a code, a `mineral/form`, or a mineral that has only one form. Where a name has several codes (a good in two editions of the
/// Harmonized System, say), the one that has the importer.
fn code_of(product: &str, importers: &[&str]) -> Result<&'static str, DataError> {
    let wanted = normal(product);
    let mut codes: Vec<(&str, &str)> = products()
        .iter()
        .filter(|(code, name)| {
            **code == wanted || **name == wanted || name.split('/').next().is_some_and(|mineral| mineral == wanted)
        })
        .map(|(code, name)| (code.as_str(), name.as_str()))
        .collect();
    if codes.len() > 1 && !importers.is_empty() {
        let has = |code: &str| {
            let mut rows = records().iter();
            rows.any(|row| row.hs6 == code && importers.contains(&row.importer.as_str()))
        };
        let with_rows: Vec<(&str, &str)> = codes.iter().copied().filter(|(code, _)| has(code)).collect();
        if !with_rows.is_empty() {
            codes = with_rows;
        }
    }
    match codes.as_slice() {
        [(code, _)] => Ok(code),
        [] => {
            let names = products()
                .values()
                .flat_map(|name| [name.as_str(), name.split('/').next().unwrap_or(name)]);
            let names = names.chain(products().keys().map(String::as_str));
            Err(DataError::UnknownProduct {
                name: product.to_owned(),
                nearest: nearest(&wanted, names),
            })
        }
        many => Err(DataError::AmbiguousProduct {
            name: product.to_owned(),
            choices: many.iter().map(|(code, name)| format!("{code} {name}")).collect(),
        }),
    }
}

/// What one customs code does not tell.
fn caution(code: &str) -> Option<&'static str> {
    match code {
        "811292" => Some(
            "one code for gallium, germanium, indium, niobium and others; it says nothing of any one of them alone",
        ),
        "850511" => Some("the code also holds metal magnets without rare earths"),
        "760110" => Some("alloyed aluminium is another code and not included"),
        "280450" => Some("one code for boron and tellurium"),
        _ => None,
    }
}

/// Shipped trade of one HS6 code, or of a `mineral/form` name, for one importer or all.
///
/// A bare mineral will do if it has only one form. Origins are customs origins: the last place of real change, which for a
/// metal is often not where the ore comes from. EU27 has no trade inside the Union; its members have.
pub fn trade(product: &str, importer: Option<&str>) -> Result<TradeTable, DataError> {
    let code = code_of(product, importer.as_slice())?;
    let name = format!("{code} {}", products()[code]);
    let all: Vec<&Record> = records().iter().filter(|row| row.hs6 == code).collect();
    let rows: Vec<&&Record> = all
        .iter()
        .filter(|row| importer.is_none_or(|wanted| row.importer == wanted))
        .collect();
    let Some(first) = rows.first() else {
        let valid: BTreeSet<String> = all.iter().map(|row| row.importer.clone()).collect();
        return Err(DataError::UnknownImporter {
            product: name,
            importer: importer.unwrap_or_default().to_owned(),
            valid: valid.into_iter().collect(),
        });
    };
    let mut warnings: Vec<String> = caution(code)
        .map(|text| format!("{name}: {text}"))
        .into_iter()
        .collect();
    let by_value: BTreeSet<&str> = rows
        .iter()
        .filter(|row| row.share_of_tonnes.is_none())
        .map(|row| row.importer.as_str())
        .collect();
    for to in by_value {
        warnings.push(format!(
            "{name}: tonnes are not known for all imports of {to}; its shares are of value"
        ));
    }
    Ok(TradeTable {
        year: first.year.clone(),
        rows: rows
            .iter()
            .map(|row| TradeRow {
                exporter: row.exporter.clone(),
                importer: row.importer.clone(),
                quantity_t: row.quantity_t,
                share: row.share_of_tonnes.unwrap_or(row.share_of_value),
                source: row.source.clone(),
            })
            .collect(),
        product: name,
        warnings,
    })
}

/// Imports of EU27 less the members named: the sum over the other members, without trade among these. What they buy from the members named counts.
///
/// Where customs are shipped for EU27 as one only, its row is given as it is, with a warning: the members named are in it.
pub fn trade_of_rest(product: &str, without: &[&str]) -> Result<TradeTable, DataError> {
    let rest: Vec<&str> = countries::members().filter(|code| !without.contains(code)).collect();
    if without.is_empty() {
        return trade(product, Some(EUROPEAN_UNION));
    }
    let code = code_of(product, &rest)?;
    let name = format!("{code} {}", products()[code]);
    let rows: Vec<&Record> = records()
        .iter()
        .filter(|row| row.hs6 == code && rest.contains(&row.importer.as_str()))
        .filter(|row| !rest.contains(&row.exporter.as_str()))
        .collect();
    let named = without.join(", ");
    let Some(first) = rows.first() else {
        let mut whole = trade(product, Some(EUROPEAN_UNION))?;
        whole.warnings.push(format!(
            "{name}: customs are shipped for EU27 as one only; the imports of {named} are in its figures"
        ));
        return Ok(whole);
    };
    let mut tonnes: BTreeMap<&str, f64> = BTreeMap::new();
    for row in &rows {
        *tonnes.entry(&row.exporter).or_default() += row.quantity_t.unwrap_or(0.0);
    }
    let total: f64 = tonnes.values().sum();
    let source = format!(
        "derived: {}, imports of EU27 without {named}, trade among the rest left out",
        first.source
    );
    let mut list: Vec<TradeRow> = tonnes
        .into_iter()
        .map(|(exporter, quantity)| TradeRow {
            exporter: exporter.to_owned(),
            importer: EUROPEAN_UNION.to_owned(),
            quantity_t: Some(quantity),
            share: if total > 0.0 { quantity / total } else { 0.0 },
            source: source.clone(),
        })
        .collect();
    list.sort_by(|a, b| {
        let key = |row: &TradeRow| row.exporter == "OTH";
        key(a)
            .cmp(&key(b))
            .then(b.share.total_cmp(&a.share))
            .then(a.exporter.cmp(&b.exporter))
    });
    Ok(TradeTable {
        year: first.year.clone(),
        rows: list,
        product: name.clone(),
        warnings: caution(code)
            .map(|text| format!("{name}: {text}"))
            .into_iter()
            .collect(),
    })
}

/// US import sources as a trade table (importer USA): rounded percentages of 2021-24, without tonnes.
///
/// Without a product, the only product or the published total is taken.
pub fn us_import_sources(mineral: &str, product: Option<&str>) -> Result<TradeTable, DataError> {
    let id = mineral_id(mineral)?;
    static ROWS: OnceLock<Vec<SourceRecord>> = OnceLock::new();
    let all = ROWS.get_or_init(|| read("import_sources.csv"));
    let rows: Vec<&SourceRecord> = all.iter().filter(|row| row.mineral == id).collect();
    let names: Vec<String> = rows
        .iter()
        .map(|row| row.product.clone())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    if names.is_empty() {
        return Err(DataError::UnknownProduct {
            name: id.to_owned(),
            nearest: Vec::new(),
        });
    }
    let chosen = match product {
        Some(wanted) => one_product(id, wanted, &names)?,
        None => match names.as_slice() {
            [only] => only.clone(),
            many => {
                let totals: Vec<&String> = many.iter().filter(|name| is_total(name)).collect();
                match totals.as_slice() {
                    [total] => (*total).clone(),
                    _ => {
                        return Err(DataError::AmbiguousProduct {
                            name: id.to_owned(),
                            choices: names,
                        });
                    }
                }
            }
        },
    };
    let kept: Vec<&SourceRecord> = rows.into_iter().filter(|row| row.product == chosen).collect();
    let label = format!("{id}: {chosen}");
    let mut warnings = Vec::new();
    let sum: f64 = kept.iter().map(|row| row.share).sum();
    if (sum - 1.0).abs() > TOLERANCE {
        warnings.push(format!(
            "US imports, {label}: the published rounded shares sum to {sum:.2}; they are not rescaled"
        ));
    }
    for row in kept.iter().filter(|row| !row.qualifier.is_empty()) {
        let name = countries::country_name(&row.exporter).unwrap_or(&row.exporter);
        let words = row.qualifier.replace('_', " ");
        warnings.push(format!(
            "US imports, {label}: {name} is published as {words} {:.0} %",
            100.0 * row.share
        ));
    }
    let notes: BTreeSet<&str> = kept
        .iter()
        .map(|row| row.note.as_str())
        .filter(|note| !note.is_empty())
        .collect();
    warnings.extend(notes.into_iter().map(|note| format!("US imports, {label}: {note}")));
    Ok(TradeTable {
        year: kept[0].period.clone(),
        rows: kept
            .iter()
            .map(|row| TradeRow {
                exporter: row.exporter.clone(),
                importer: row.importer.clone(),
                quantity_t: None,
                share: row.share,
                source: row.source.clone(),
            })
            .collect(),
        product: label,
        warnings,
    })
}

fn is_total(name: &str) -> bool {
    let name = name.to_lowercase();
    name.starts_with("all")
        || name.starts_with("total")
        || name.starts_with("combined total")
        || name.contains("contained in principal")
}

fn one_product(mineral: &str, wanted: &str, names: &[String]) -> Result<String, DataError> {
    let lower = wanted.trim().to_lowercase();
    if let Some(name) = names.iter().find(|name| name.to_lowercase() == lower) {
        return Ok(name.clone());
    }
    let partial: Vec<&String> = names
        .iter()
        .filter(|name| name.to_lowercase().contains(&lower))
        .collect();
    match partial.as_slice() {
        [name] => Ok((*name).clone()),
        [] => Err(DataError::UnknownProduct {
            name: format!("{mineral}: {wanted}"),
            nearest: names.to_vec(),
        }),
        many => Err(DataError::AmbiguousProduct {
            name: format!("{mineral}: {wanted}"),
            choices: many.iter().map(|name| (*name).clone()).collect(),
        }),
    }
}
