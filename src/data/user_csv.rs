//! Reads a user's CSV of shares or of trade.

use std::collections::{BTreeMap, BTreeSet};

use super::checks::{Cell, Group, Known, Place, cell};
use super::countries;
use super::sheet::Sheet;
use super::tables::normal;
use super::{DataError, ShareRow, ShareTable, TradeRow, TradeTable};

/// Which column the shares come from.
#[derive(Clone, Copy, PartialEq)]
enum Basis {
    Share,
    Percent,
    Quantity,
}

/// The columns that shares and trade have in common.
struct Columns {
    basis: Basis,
    value: usize,
    quantity: Option<usize>,
    source: Option<usize>,
    year: Option<usize>,
    unit: Option<usize>,
}

impl Columns {
    fn of(sheet: &Sheet) -> Result<Self, DataError> {
        let quantity = sheet.column(&["quantity_t"]);
        let candidates = [
            (Basis::Share, sheet.column(&["share"])),
            (Basis::Percent, sheet.column(&["share_pct"])),
            (Basis::Quantity, quantity),
        ];
        let (basis, value) = candidates
            .into_iter()
            .find_map(|(basis, column)| column.map(|value| (basis, value)))
            .ok_or_else(|| sheet.missing(&["share", "share_pct", "quantity_t"]))?;
        Ok(Self {
            basis,
            value,
            quantity,
            source: sheet.column(&["source"]),
            year: sheet.column(&["year"]),
            unit: sheet.column(&["unit"]),
        })
    }

    fn warnings(&self, sheet: &Sheet) -> Vec<String> {
        let none = self.source.is_none() && !sheet.rows.is_empty();
        none.then(|| {
            format!(
                "{}: no column `source`: no row says where its figure comes from",
                sheet.file
            )
        })
        .into_iter()
        .collect()
    }
}

/// The rows of one group as they are read.
#[derive(Default)]
struct Draft {
    rows: Vec<Known>,
    seen: BTreeMap<String, u64>,
    stated_total: Option<(u64, f64)>,
    unknown: usize,
}

impl Draft {
    fn add(
        &mut self,
        sheet: &Sheet,
        columns: &Columns,
        (line, cells): (u64, &[String]),
        code: &str,
        name: &str,
        warnings: &mut Vec<String>,
    ) -> Result<(), DataError> {
        let file = sheet.file.as_str();
        if let Some(&first_line) = self.seen.get(code) {
            return Err(DataError::Duplicate {
                file: file.to_owned(),
                line,
                first_line,
                name: name.to_owned(),
            });
        }
        self.seen.insert(code.to_owned(), line);
        let read = |column: usize, limit: Option<f64>| {
            cell(
                &Place {
                    file,
                    line,
                    column: &sheet.header[column],
                },
                &cells[column],
                limit,
            )
        };
        let limit = match columns.basis {
            Basis::Share => Some(1.0),
            Basis::Percent => Some(100.0),
            Basis::Quantity => None,
        };
        let value = read(columns.value, limit)?;
        let quantity_t = columns
            .quantity
            .map(|column| read(column, None))
            .transpose()?
            .and_then(Cell::number);
        if code == "WLD" {
            match (columns.basis, value.number()) {
                (Basis::Quantity, Some(total)) => self.stated_total = Some((line, total)),
                _ => warnings.push(format!(
                    "{file}, line {line}: the total `WLD` is not a supplier and is left out"
                )),
            }
            return Ok(());
        }
        let Some(number) = value.number() else {
            self.unknown += 1;
            warnings.push(format!(
                "{file}, line {line}: `{}` of {name} is {}, which is not zero; the row is left out",
                sheet.header[columns.value],
                value.words()
            ));
            return Ok(());
        };
        let value = if columns.basis == Basis::Percent {
            number / 100.0
        } else {
            number
        };
        let source = columns.source.map_or(String::new(), |column| cells[column].clone());
        if columns.source.is_some() && source.is_empty() {
            warnings.push(format!("{file}, line {line}: the row of {name} names no source"));
        }
        self.rows.push(Known {
            code: code.to_owned(),
            value,
            quantity_t,
            source,
            line,
        });
        Ok(())
    }

    fn divisor(&self, sheet: &Sheet, basis: Basis, words: &str, warnings: &mut Vec<String>) -> Result<f64, DataError> {
        let regions = self.seen.get("EU27");
        for row in &self.rows {
            if let (Some(eu_line), Some(true)) = (regions, countries::find(&row.code).map(|found| found.eu27)) {
                warnings.push(format!(
                    "{}, line {}: {} is a member of EU27 (line {eu_line}): is it counted twice?",
                    sheet.file, row.line, row.code
                ));
            }
        }
        let group = Group {
            file: &sheet.file,
            words,
            quantities: basis == Basis::Quantity,
            stated_total: self.stated_total,
            unknown: self.unknown,
        };
        group.divisor(&self.rows, warnings)
    }
}

/// A code as written, or the error that names the code meant. A code that is not ISO's is kept: it may be a scenario's own.
fn code<'a>(sheet: &Sheet, line: u64, column: usize, cells: &'a [String]) -> Result<&'a str, DataError> {
    let value = cells[column].as_str();
    let meant = countries::code_meant(value);
    if value.is_empty() || meant.is_some_and(|code| code != value) {
        return Err(DataError::NotACode {
            file: sheet.file.clone(),
            line,
            column: sheet.header[column].clone(),
            value: value.to_owned(),
            code: meant.map(str::to_owned),
        });
    }
    Ok(value)
}

fn unknown_code_warning(sheet: &Sheet, line: u64, code: &str, warnings: &mut Vec<String>) {
    if countries::find(code).is_none() {
        warnings.push(format!(
            "{}, line {line}: `{code}` is not a code of a country or region known here",
            sheet.file
        ));
    }
}

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
/// Columns: `country` and one of `share` (0 to 1), `share_pct` or `quantity_t`, taken in this order; optional `mineral` and
/// `stage` (rows are then filtered by the arguments), `source`, `year`, `unit`. A row `WLD` with tonnes is the stated total.
/// `name` is for messages, usually the path. `W` (withheld), `NA` (not available) and an empty cell are not zero: such rows
/// are left out with a warning. Nothing is rescaled.
pub fn shares_from_csv(
    name: &str,
    text: &str,
    mineral: Option<&str>,
    stage: Option<&str>,
) -> Result<ShareTable, DataError> {
    let sheet = Sheet::read(name, text)?;
    let country = sheet.needed(&["country", "country_iso3"])?;
    let columns = Columns::of(&sheet)?;
    let filters = [(sheet.column(&["mineral"]), mineral), (sheet.column(&["stage"]), stage)];
    let fits = |cells: &[String]| {
        filters.iter().all(|(column, wanted)| match (column, wanted) {
            (Some(column), Some(wanted)) => normal(&cells[*column]) == normal(wanted),
            _ => true,
        })
    };
    let rows: Vec<(u64, &[String])> = sheet
        .rows
        .iter()
        .filter(|(_, cells)| fits(cells))
        .map(|(line, cells)| (*line, cells.as_slice()))
        .collect();
    if rows.is_empty() && !sheet.rows.is_empty() {
        let names = |cells: &Vec<String>| {
            let parts: Vec<&str> = filters
                .iter()
                .filter_map(|(column, _)| column.map(|column| cells[column].as_str()))
                .collect();
            parts.join(" ")
        };
        let present: BTreeSet<String> = sheet.rows.iter().map(|(_, cells)| names(cells)).collect();
        let wanted = [mineral, stage].into_iter().flatten().collect::<Vec<_>>().join(" ");
        return Err(DataError::NoMatch {
            file: name.to_owned(),
            wanted: format!("`{wanted}`"),
            present: present.into_iter().collect(),
        });
    }
    let mut warnings = columns.warnings(&sheet);
    let mut draft = Draft::default();
    for &(line, cells) in &rows {
        let code = code(&sheet, line, country, cells)?;
        unknown_code_warning(&sheet, line, code, &mut warnings);
        draft.add(&sheet, &columns, (line, cells), code, code, &mut warnings)?;
    }
    let divisor = draft.divisor(&sheet, columns.basis, "", &mut warnings)?;
    let all_known = draft.rows.iter().all(|row| row.quantity_t.is_some());
    let sum = draft.rows.iter().filter_map(|row| row.quantity_t).sum();
    let read = |filter: usize, given: Option<&str>| match filters[filter].0 {
        Some(column) => one_value(Some(column), &rows),
        None => given.unwrap_or_default().to_owned(),
    };
    Ok(ShareTable {
        mineral: read(0, mineral),
        stage: read(1, stage),
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
/// Columns: `exporter`, `importer` (may be left out if the argument names the importer) and one of `share` (of the
/// importer's imports, 0 to 1), `share_pct` or `quantity_t`, taken in this order; optional `product`, `source`, `year`. A row
/// whose exporter is `WLD` with tonnes is the importer's stated total. The rules for missing numbers are those of
/// [`shares_from_csv`].
pub fn trade_from_csv(name: &str, text: &str, importer: Option<&str>) -> Result<TradeTable, DataError> {
    let sheet = Sheet::read(name, text)?;
    let exporter_column = sheet.needed(&["exporter", "exporter_iso3"])?;
    let importer_column = sheet.column(&["importer", "importer_iso3"]);
    if importer_column.is_none() && importer.is_none() {
        return Err(sheet.missing(&["importer"]));
    }
    let columns = Columns::of(&sheet)?;
    let mut warnings = columns.warnings(&sheet);
    let mut drafts: BTreeMap<String, Draft> = BTreeMap::new();
    let mut used: Vec<(u64, &[String])> = Vec::new();
    let mut present = BTreeSet::new();
    for (line, cells) in &sheet.rows {
        let line = *line;
        let to = match importer_column {
            Some(column) => code(&sheet, line, column, cells)?,
            None => importer.unwrap_or_default(),
        };
        present.insert(to.to_owned());
        if importer.is_some_and(|wanted| wanted != to) {
            continue;
        }
        let from = code(&sheet, line, exporter_column, cells)?;
        if from == to {
            return Err(DataError::OwnImport {
                file: name.to_owned(),
                line,
                country: to.to_owned(),
            });
        }
        unknown_code_warning(&sheet, line, from, &mut warnings);
        used.push((line, cells));
        let label = format!("{from} to {to}");
        let draft = drafts.entry(to.to_owned()).or_default();
        draft.add(&sheet, &columns, (line, cells), from, &label, &mut warnings)?;
    }
    if drafts.is_empty() {
        return Err(match importer {
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
        });
    }
    let mut rows = Vec::new();
    for (to, draft) in drafts {
        let words = format!(" of the imports of {to}");
        let divisor = draft.divisor(&sheet, columns.basis, &words, &mut warnings)?;
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
