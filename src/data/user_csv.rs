//! Reads a user's CSV of shares or of trade.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::{Basis, Columns, Rows, Selection, select};
use super::reading::{Draft, Reading};
use super::sheet::Sheet;
use super::{DataError, ShareRow, ShareTable, TradeRow, TradeTable};

/// The one value of a column over some rows: empty without the column, all values joined if they differ.
fn one_value(column: Option<usize>, rows: &[(u64, &[String])]) -> String {
    let Some(column) = column else { return String::new() };
    let values: BTreeSet<&str> = rows.iter().map(|(_, cells)| cells[column].as_str()).collect();
    values
        .into_iter()
        .filter(|value| !value.is_empty())
        .collect::<Vec<_>>()
        .join("; ")
}

/// Shares from the text of a user's CSV.
///
/// Columns: `country` and one of `share` (0 to 1), `share_pct` or `quantity_t`, taken in this order; optional `unit`, `source`,
/// `mineral`, `stage`, `year`, `product`, `flow`, `measure`. Rows are selected by the last six; what is left must be of one kind
/// in each. Quantities are converted to tonnes if their unit is a known mass. A row `WLD` with a quantity is the stated total.
/// `name` is for messages, usually the path. `W` (withheld), `NA` (not available) and an empty cell are not zero: such rows
/// are left out with a warning. Nothing is rescaled. All faults are reported.
pub fn shares_from_csv(name: &str, text: &str, wanted: &Selection<'_>) -> Result<ShareTable, Vec<DataError>> {
    let mut errors = Vec::new();
    let sheet = Sheet::read(name, text, &mut errors);
    let mut warnings = Vec::new();
    let found = sheet
        .needed(&["country_iso3", "iso3", "country"])
        .and_then(|country| Ok((country, Columns::of(&sheet)?)))
        .and_then(|(country, columns)| Ok((country, columns, select(&sheet, wanted, &mut warnings)?)));
    let (country, columns, rows) = match found {
        Ok(found) => found,
        Err(error) => return Err(with(errors, error)),
    };
    let mut reading = Reading::new(&sheet, &columns, &rows, wanted, errors, warnings);
    let mut draft = Draft::default();
    for (position, &(line, cells)) in rows.iter().enumerate() {
        if let Some(code) = reading.code(line, country, cells) {
            let label = code.code.clone();
            reading.add(&mut draft, position, (line, cells), code, &label);
        }
    }
    let divisor = reading.divisor(&mut draft, "");
    let (warnings, factor) = reading.finish(divisor)?;
    let divisor = factor.first().copied().unwrap_or(1.0);
    let all_known = draft.rows.iter().all(|row| row.quantity_t.is_some());
    let sum = draft.rows.iter().filter_map(|row| row.quantity_t).sum();
    let read = |key: &str, given: Option<&str>| match sheet.column(&[key]) {
        Some(column) => one_value(Some(column), &rows),
        None => given.unwrap_or_default().to_owned(),
    };
    Ok(ShareTable {
        mineral: read("mineral", wanted.mineral),
        stage: read("stage", wanted.stage),
        year: one_value(columns.year, &rows),
        unit: one_value(columns.unit, &rows),
        total_t: draft.stated_total.map(|(_, total)| total).or(all_known.then_some(sum)),
        rows: draft
            .rows
            .into_iter()
            .map(|row| ShareRow {
                country: row.code,
                share: row.value / divisor,
                quantity_t: row.quantity_t,
                source: row.source,
            })
            .collect(),
        warnings,
    })
}

/// Trade from the text of a user's CSV.
///
/// Columns: `exporter`, `importer` (may be left out if the selection names the importer) and one of `share` (of the
/// importer's imports, 0 to 1), `share_pct` or `quantity_t`, taken in this order; or the columns `t`, `i`, `j`, `k`, `v`, `q` of
/// BACI. A row whose exporter is `WLD` with a quantity is the importer's stated total. All else is as for [`shares_from_csv`].
pub fn trade_from_csv(name: &str, text: &str, wanted: &Selection<'_>) -> Result<TradeTable, Vec<DataError>> {
    let mut errors = Vec::new();
    let mut sheet = Sheet::read(name, text, &mut errors);
    let mut warnings = Vec::new();
    if sheet.name_columns_of_baci() {
        warnings.push(format!(
            "{name}: columns of BACI: t, i, j, k, q are taken as year, exporter, importer, product and tonnes"
        ));
    }
    let found = (|| {
        let exporter = sheet.needed(&["exporter_iso3", "exporter"])?;
        let importer = sheet.column(&["importer_iso3", "importer"]);
        if importer.is_none() && wanted.importer.is_none() {
            return Err(sheet.missing(&["importer"]));
        }
        let columns = Columns::of(&sheet)?;
        let selected = select(&sheet, wanted, &mut warnings)?;
        Ok((exporter, importer, columns, selected))
    })();
    let (exporter, importer, columns, selected) = match found {
        Ok(found) => found,
        Err(error) => return Err(with(errors, error)),
    };
    let own = wanted.importer.unwrap_or_default();
    let mut present = BTreeSet::new();
    let mut used: Rows<'_> = Vec::new();
    let mut importers = Vec::new();
    let mut replaced = BTreeMap::new();
    for &(line, cells) in &selected {
        let to = match importer {
            None => own.to_owned(),
            Some(column) => match super::reading::code(&sheet, wanted, line, column, cells) {
                Ok(code) => {
                    if wanted.importer.is_none_or(|wanted| wanted == code.code) && code.code != cells[column] {
                        replaced.insert(cells[column].clone(), code.code.clone());
                    }
                    code.code
                }
                Err(error) => {
                    errors.push(error);
                    continue;
                }
            },
        };
        present.insert(to.clone());
        if wanted.importer.is_none_or(|wanted| wanted == to) {
            used.push((line, cells));
            importers.push(to);
        }
    }
    if used.is_empty() && errors.is_empty() {
        return Err(vec![match wanted.importer {
            Some(wanted) if !present.is_empty() => DataError::NoMatch {
                file: name.to_owned(),
                wanted: format!("the importer `{wanted}`"),
                present: present.into_iter().collect(),
            },
            _ => DataError::NoRows {
                file: name.to_owned(),
                group: String::new(),
                unknown: 0,
            },
        }]);
    }
    let mut reading = Reading::new(&sheet, &columns, &used, wanted, errors, warnings);
    reading.replaced = replaced;
    let mut drafts: BTreeMap<String, Draft> = BTreeMap::new();
    for (position, (&(line, cells), to)) in used.iter().zip(&importers).enumerate() {
        let Some(from) = reading.code(line, exporter, cells) else {
            continue;
        };
        if from.code == *to {
            reading.errors.push(DataError::OwnImport {
                file: name.to_owned(),
                line,
                country: to.clone(),
            });
            continue;
        }
        let label = format!("{} to {to}", from.code);
        let draft = drafts.entry(to.clone()).or_default();
        reading.add(draft, position, (line, cells), from, &label);
    }
    let mut divisors = Vec::new();
    for (to, draft) in &mut drafts {
        divisors.extend(reading.divisor(draft, &format!(" of the imports of {to}")));
    }
    let (warnings, divisors) = reading.finish(divisors)?;
    let mut rows = Vec::new();
    for ((to, draft), divisor) in drafts.into_iter().zip(divisors) {
        rows.extend(draft.rows.into_iter().map(|row| TradeRow {
            exporter: row.code,
            importer: to.clone(),
            quantity_t: row.quantity_t,
            share: row.value / divisor,
            source: row.source,
        }));
    }
    let product = one_value(sheet.column(&["product"]), &used);
    Ok(TradeTable {
        product: if product.is_empty() { name.to_owned() } else { product },
        year: one_value(columns.year, &used),
        rows,
        warnings,
    })
}

/// The faults of a file that cannot be read further. Columns are missed only where there is a header.
fn with(mut errors: Vec<DataError>, error: DataError) -> Vec<DataError> {
    let no_header = matches!(&error, DataError::MissingColumn { found, .. } if found.is_empty());
    if errors.is_empty() || !no_header {
        errors.push(error);
    }
    errors
}

impl Basis {
    /// The most that a cell may hold.
    pub(super) fn limit(self) -> Option<f64> {
        match self {
            Self::Share => Some(1.0),
            Self::Percent => Some(100.0),
            Self::Quantity => None,
        }
    }
}
