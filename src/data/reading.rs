//! The rows of a user's CSV, read one by one: countries, numbers and units. Faults are collected, notes are gathered so that each
//! kind is one line.

use std::collections::BTreeMap;

use super::checks::{Cell, Group, Known, Place, cell, code as cell_code};
use super::columns::{Basis, Columns, Selection, check_parts};
use super::country_names::{CountryMeant, country_advice, country_meant, country_nearly};
use super::numbers::{Style, looks_like_thousands};
use super::sheet::Sheet;
use super::units;
use super::{DataError, countries};

/// The most faults that are shown of one file.
const MOST_FAULTS: usize = 100;

/// A country as read.
pub(super) struct Code {
    pub code: String,
    /// Whether a row says in words that it is the rest, of which there may be several.
    pub rest: bool,
}

/// The rows of one group as they are read.
#[derive(Default)]
pub(super) struct Draft {
    pub rows: Vec<Known>,
    seen: BTreeMap<String, u64>,
    pub stated_total: Option<(u64, f64)>,
    total_quantity: Option<f64>,
    unknown: usize,
}

/// What is known while rows are read.
pub(super) struct Reading<'a> {
    sheet: &'a Sheet,
    columns: &'a Columns,
    wanted: &'a Selection<'a>,
    style: Style,
    /// Tonnes in one unit of each row's quantity; nothing where quantities cannot be used.
    tonnes: Option<Vec<f64>>,
    /// Names that were taken for codes.
    pub replaced: BTreeMap<String, String>,
    rewritten: BTreeMap<String, f64>,
    pub errors: Vec<DataError>,
    warnings: Vec<String>,
    parted: bool,
}

impl<'a> Reading<'a> {
    /// Checks what the rows have in common.
    pub fn new(
        sheet: &'a Sheet,
        columns: &'a Columns,
        rows: &[(u64, &[String])],
        wanted: &'a Selection<'a>,
        errors: Vec<DataError>,
        warnings: Vec<String>,
    ) -> Self {
        let cells = rows.iter().flat_map(|(_, cells)| {
            columns
                .numbers()
                .map(|column| cells[column].trim_end_matches('%').trim_end())
        });
        let mut reading = Self {
            sheet,
            columns,
            wanted,
            style: Style::of(sheet.separator != b',', cells),
            tonnes: None,
            replaced: BTreeMap::new(),
            rewritten: BTreeMap::new(),
            errors,
            warnings,
            parted: false,
        };
        if columns.source.is_none() && !sheet.rows.is_empty() {
            reading.warn("no column `source`: no row says where its figure comes from");
        }
        let before = reading.errors.len();
        check_parts(sheet, columns, rows, &mut reading.errors, &mut reading.warnings);
        reading.parted = reading.errors.len() > before;
        reading.tonnes = reading.units(rows);
        reading.few_thousands(rows);
        reading
    }

    fn warn(&mut self, text: &str) {
        self.warnings.push(format!("{}: {text}", self.sheet.file));
    }

    /// Tonnes in a unit, row by row. With shares given, quantities that cannot be used are left aside.
    fn units(&mut self, rows: &[(u64, &[String])]) -> Option<Vec<f64>> {
        let mut faults = Vec::new();
        let mut notes = Vec::new();
        let tonnes = units_of(self.sheet, self.columns, rows, &mut faults, &mut notes);
        for note in notes {
            self.warn(&note);
        }
        if faults.is_empty() {
            return Some(tonnes);
        }
        let about_quantities = |fault: &DataError| !matches!(fault, DataError::UnknownUnit { column, .. } if column == &self.sheet.written[self.columns.value]);
        if self.columns.basis != Basis::Quantity && faults.iter().all(about_quantities) {
            self.warn(&format!("the shares are taken, the quantities are not: {}", faults[0]));
            return None;
        }
        self.errors.extend(faults);
        None
    }

    /// Warns of tonnages that all have a point and three digits after it.
    fn few_thousands(&mut self, rows: &[(u64, &[String])]) {
        let Some(column) = self.columns.quantity.filter(|_| !self.style.continental) else {
            return;
        };
        let mut pointed = rows
            .iter()
            .map(|(_, cells)| &cells[column])
            .filter(|text| text.contains('.'))
            .peekable();
        if let Some(first) = pointed.peek().copied()
            && pointed.all(|text| looks_like_thousands(text))
        {
            let whole = first.split('.').next().unwrap_or_default();
            self.warn(&format!(
                "`{first}` in the column `{}` is read as a little more than {whole}: if the point parts thousands, take it out",
                self.sheet.written[column]
            ));
        }
    }

    /// The code of a country cell. Names that mean one country are taken, and noted.
    pub fn code(&mut self, line: u64, column: usize, cells: &[String]) -> Option<Code> {
        match code(self.sheet, self.wanted, line, column, cells) {
            Ok(code) => {
                if code.code != cells[column] {
                    self.replaced.insert(cells[column].clone(), code.code.clone());
                } else if countries::find(&code.code).is_none()
                    && !self.wanted.own_countries.contains(code.code.as_str())
                {
                    self.warnings.push(format!(
                        "{}, line {line}: `{}` is not a code of a country or region known here",
                        self.sheet.file, code.code
                    ));
                }
                Some(code)
            }
            Err(error) => {
                self.errors.push(error);
                None
            }
        }
    }

    fn number(&mut self, line: u64, cells: &[String], column: usize, basis: Basis) -> Option<Cell> {
        let at = Place {
            file: &self.sheet.file,
            line,
            column: &self.sheet.written[column],
        };
        let text = match basis {
            Basis::Percent => cells[column].trim_end_matches('%').trim_end(),
            _ => cells[column].as_str(),
        };
        match cell(&at, text, basis.limit(), &self.style) {
            Ok((cell, rewritten)) => {
                if rewritten && let Some(number) = cell.number() {
                    self.rewritten.insert(text.to_owned(), number);
                }
                Some(cell)
            }
            Err(error) => {
                self.errors.push(error);
                None
            }
        }
    }

    /// Adds a row to its group.
    pub fn add(&mut self, draft: &mut Draft, position: usize, (line, cells): (u64, &[String]), code: Code, name: &str) {
        let file = self.sheet.file.as_str();
        let columns = self.columns;
        // A number with a comma that nobody quoted falls into two cells.
        let next = [columns.source, columns.unit].into_iter().flatten().find(|column| {
            columns.numbers().any(|number| number + 1 == *column)
                && cells[*column].len() == 3
                && cells[*column].bytes().all(|byte| byte.is_ascii_digit())
        });
        if let Some(column) = next {
            self.errors.push(DataError::Malformed {
                file: file.to_owned(),
                line,
                message: format!(
                    "`{}` in the column `{}` looks like the end of the number before it",
                    cells[column], self.sheet.written[column]
                ),
                advice: "write thousands without a separator".to_owned(),
            });
            return;
        }
        let value = self.number(line, cells, columns.value, columns.basis);
        let percent = columns.percent.filter(|column| *column != columns.value);
        let percent = percent.map(|column| self.number(line, cells, column, Basis::Percent));
        let quantity = match columns.quantity {
            Some(column) if column == columns.value => Some(value),
            Some(column) => Some(self.number(line, cells, column, Basis::Quantity)),
            None => None,
        };
        let (Some(value), false) = (value, matches!(percent, Some(None)) || matches!(quantity, Some(None))) else {
            return;
        };
        let tonnes = self.tonnes.as_ref().map(|tonnes| tonnes[position]);
        let quantity_t = match (quantity.flatten().and_then(Cell::number), tonnes) {
            (Some(quantity), Some(tonnes)) => Some(quantity * tonnes),
            _ => None,
        };
        if let (Some(column), Some(false)) = (columns.quantity, quantity_t.map(f64::is_finite)) {
            self.errors.push(DataError::NotFinite {
                file: file.to_owned(),
                line,
                column: self.sheet.written[column].clone(),
                value: cells[column].clone(),
            });
            return;
        }
        let known = match columns.basis {
            Basis::Share => value.number(),
            Basis::Percent => value.number().map(|percent| percent / 100.0),
            // Without a unit the row is as good as any while other faults are looked for.
            Basis::Quantity => value.number().map(|quantity| quantity_t.unwrap_or(quantity)),
        };
        if let (Some(share), Some(percent)) = (known, percent.flatten().and_then(Cell::number))
            && (100.0 * share - percent).abs() > 0.5 + 1e-9
        {
            self.contradiction(line, name, share, percent / 100.0);
        }
        if let Some(&first_line) = draft.seen.get(&code.code) {
            let same = draft.rows.iter_mut().find(|row| row.code == code.code);
            if let (true, Some(row)) = (code.rest, same) {
                if let Some(known) = known {
                    row.value += known;
                    row.quantity_t = row.quantity_t.zip(quantity_t).map(|(a, b)| a + b);
                    self.warnings.push(format!(
                        "{file}, line {line}: one more row of the rest is added to OTH of line {first_line}"
                    ));
                }
                return;
            }
            if !self.parted {
                self.errors.push(DataError::Duplicate {
                    file: file.to_owned(),
                    line,
                    first_line,
                    name: name.to_owned(),
                });
            }
            return;
        }
        draft.seen.insert(code.code.clone(), line);
        if code.code == "WLD" {
            draft.total_quantity = quantity_t;
            match (columns.basis, known) {
                (Basis::Quantity, Some(total)) => draft.stated_total = Some((line, total)),
                _ => self.warnings.push(format!(
                    "{file}, line {line}: the total `WLD` is not a supplier and is left out"
                )),
            }
            return;
        }
        let Some(value_known) = known else {
            draft.unknown += 1;
            self.warnings.push(format!(
                "{file}, line {line}: `{}` of {name} is {}, which is not zero; the row is left out",
                self.sheet.written[columns.value],
                value.words()
            ));
            return;
        };
        let source = columns.source.map_or(String::new(), |column| cells[column].clone());
        if columns.source.is_some() && source.is_empty() {
            self.warnings
                .push(format!("{file}, line {line}: the row of {name} names no source"));
        }
        draft.rows.push(Known {
            code: code.code,
            value: value_known,
            quantity_t,
            source,
            line,
        });
    }

    fn contradiction(&mut self, line: u64, name: &str, share: f64, other: f64) {
        self.errors.push(DataError::Contradiction {
            file: self.sheet.file.clone(),
            line,
            name: name.to_owned(),
            share: format!("{share:.4}"),
            other: format!("{other:.4}"),
        });
    }

    /// What makes shares of the values of a group. Nothing once there are faults: sums of a part say nothing.
    pub fn divisor(&mut self, draft: &mut Draft, words: &str) -> Vec<f64> {
        if !self.errors.is_empty() {
            return Vec::new();
        }
        let regions = draft.seen.get("EU27").copied();
        for row in &draft.rows {
            if let (Some(eu_line), Some(true)) = (regions, countries::find(&row.code).map(|found| found.eu27)) {
                self.warnings.push(format!(
                    "{}, line {}: {} is a member of EU27 (line {eu_line}): is it counted twice?",
                    self.sheet.file, row.line, row.code
                ));
            }
        }
        if self.columns.basis != Basis::Quantity {
            self.compare_with_quantities(draft);
        }
        let sum: f64 = draft.rows.iter().map(|row| row.value).sum();
        if self.columns.basis == Basis::Percent && (0.009..0.0111).contains(&sum) {
            self.errors.push(DataError::FractionsForPercentages {
                file: self.sheet.file.clone(),
                group: words.to_owned(),
                sum: 100.0 * sum,
            });
            return Vec::new();
        }
        let group = Group {
            file: &self.sheet.file,
            words,
            quantities: self.columns.basis == Basis::Quantity,
            stated_total: draft.stated_total,
            unknown: draft.unknown,
        };
        match group.divisor(&draft.rows, &mut self.warnings) {
            Ok(divisor) => vec![divisor],
            Err(error) => {
                self.errors.push(error);
                Vec::new()
            }
        }
    }

    /// Shares must be those of the quantities beside them, within half a percentage point, if all quantities are known.
    fn compare_with_quantities(&mut self, draft: &Draft) {
        let sum: Option<f64> = draft.rows.iter().map(|row| row.quantity_t).sum();
        let Some(total) = draft.total_quantity.or(sum.filter(|_| draft.unknown == 0)) else {
            return;
        };
        if total <= 0.0 || sum.is_none() {
            return;
        }
        for row in &draft.rows {
            let other = row.quantity_t.unwrap_or_default() / total;
            if (row.value - other).abs() > 0.005 + 1e-9 {
                self.contradiction(row.line, &row.code, row.value, other);
            }
        }
    }

    /// Warnings and what was computed, or all faults.
    pub fn finish(mut self, divisors: Vec<f64>) -> Result<(Vec<String>, Vec<f64>), Vec<DataError>> {
        if !self.errors.is_empty() {
            let more = self.errors.len().saturating_sub(MOST_FAULTS);
            if more > 0 {
                self.errors.truncate(MOST_FAULTS);
                self.errors.push(DataError::More {
                    file: self.sheet.file.clone(),
                    count: more,
                });
            }
            return Err(self.errors);
        }
        let mut notes = Vec::new();
        if !self.replaced.is_empty() {
            let names = self
                .replaced
                .iter()
                .map(|(name, code)| format!("`{}` as {code}", name.escape_debug().to_string().replace("\\'", "'")));
            notes.push(format!("{}: taken as codes: {}", self.sheet.file, first_dozen(names)));
        }
        if !self.rewritten.is_empty() {
            let numbers = self
                .rewritten
                .iter()
                .map(|(text, value)| format!("`{text}` as {value}"));
            notes.push(format!(
                "{}: read as numbers: {}",
                self.sheet.file,
                first_dozen(numbers)
            ));
        }
        notes.extend(self.warnings);
        Ok((notes, divisors))
    }
}

fn first_dozen(all: impl ExactSizeIterator<Item = String>) -> String {
    let more = all.len().saturating_sub(12);
    let mut text = all.take(12).collect::<Vec<_>>().join(", ");
    if more > 0 {
        text += &format!(" and {more} more");
    }
    text
}

/// A code as written, the code that a name means, or the error that says what to write. A code that is not ISO's is kept: it may
/// be a scenario's own.
pub(super) fn code(
    sheet: &Sheet,
    wanted: &Selection<'_>,
    line: u64,
    column: usize,
    cells: &[String],
) -> Result<Code, DataError> {
    let text = cells[column].as_str();
    let one = |code: &str, rest: bool| {
        Ok(Code {
            code: code.to_owned(),
            rest,
        })
    };
    if countries::find(text).is_some() || wanted.own_countries.contains(text) {
        return one(text, false);
    }
    if let Some(own) = wanted.own_countries.iter().find(|own| own.eq_ignore_ascii_case(text)) {
        return one(own, false);
    }
    match country_meant(text) {
        Some(CountryMeant::One(code)) => return one(code, false),
        Some(CountryMeant::Rest) => return one("OTH", true),
        Some(CountryMeant::Total) => return one("WLD", false),
        Some(CountryMeant::Several(_)) => {}
        None => {
            let like_a_code = text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
            let number = text.chars().all(|c| c.is_ascii_digit());
            if !text.is_empty() && like_a_code && !number && country_nearly(text).is_none() {
                return one(text, false);
            }
        }
    }
    Err(DataError::NotACode {
        file: sheet.file.clone(),
        line,
        column: sheet.written[column].clone(),
        value: text.to_owned(),
        advice: country_advice(text),
    })
}

/// Tonnes in one unit, row by row, with what is wrong and what is worth a note.
fn units_of(
    sheet: &Sheet,
    columns: &Columns,
    rows: &[(u64, &[String])],
    faults: &mut Vec<DataError>,
    notes: &mut Vec<String>,
) -> Vec<f64> {
    let stated = columns.header_unit.as_ref();
    let mut tonnes = vec![stated.map_or(1.0, |unit| unit.tonnes); rows.len()];
    if let (Some(unit), Some(column)) = (stated, columns.quantity)
        && unit.tonnes != 1.0
    {
        notes.push(converted(&sheet.written[column], unit.tonnes));
    }
    let fault = |line: u64, column: usize, advice: String| DataError::UnknownUnit {
        file: sheet.file.clone(),
        line,
        column: sheet.written[column].clone(),
        advice,
    };
    let Some(unit_column) = columns.unit else {
        return tonnes;
    };
    // The units of quantities, with the first line of each.
    let mut found: Vec<(&str, u64, Option<units::Unit>)> = Vec::new();
    let mut without = None;
    for (position, (line, cells)) in rows.iter().enumerate() {
        let text = cells[unit_column].as_str();
        let has_quantity = columns
            .quantity
            .is_some_and(|column| cell_code(&cells[column]).is_none());
        if !has_quantity {
            let percent = ["%", "percent", "per cent", "pct", "prozent"].contains(&text.to_lowercase().as_str());
            if percent && columns.basis == Basis::Share {
                faults.push(fault(
                    *line,
                    columns.value,
                    format!("`share` holds fractions of 1, but the unit says `{text}`: name the column `share_pct`"),
                ));
                return tonnes;
            }
            continue;
        }
        if text.is_empty() {
            without.get_or_insert(*line);
            continue;
        }
        let known = match found.iter().find(|(known, ..)| *known == text) {
            Some((_, _, unit)) => unit.clone(),
            None => {
                let unit = match units::read(text) {
                    Ok(unit) => Some(unit),
                    Err(advice) => {
                        faults.push(fault(*line, unit_column, advice));
                        None
                    }
                };
                if let (Some(unit), Some(stated)) = (&unit, stated)
                    && unit.tonnes != stated.tonnes
                {
                    let name = columns.quantity.map_or("", |column| sheet.written[column].as_str());
                    faults.push(fault(
                        *line,
                        unit_column,
                        format!("the column is named `{name}`, but the unit here is `{text}`: make them one"),
                    ));
                }
                found.push((text, *line, unit.clone()));
                unit
            }
        };
        if let Some(unit) = known {
            tonnes[position] = unit.tonnes;
        }
    }
    let units: Vec<&units::Unit> = found.iter().filter_map(|(_, _, unit)| unit.as_ref()).collect();
    if units.iter().any(|unit| unit.of != units[0].of) {
        faults.push(DataError::MixedUnits {
            file: sheet.file.clone(),
            units: found.iter().map(|(text, ..)| (*text).to_owned()).collect(),
        });
    }
    match (without, found.first()) {
        (Some(line), Some((other, ..))) if units.iter().any(|unit| unit.tonnes != 1.0 || !unit.of.is_empty()) => {
            faults.push(DataError::UnitMissing {
                file: sheet.file.clone(),
                line,
                other: (*other).to_owned(),
            });
        }
        (Some(_), None)
            if columns
                .quantity
                .is_some_and(|column| ["quantity", "qty"].contains(&sheet.header[column].as_str())) =>
        {
            faults.push(DataError::NoUnit {
                file: sheet.file.clone(),
                column: "quantity".to_owned(),
            });
        }
        _ => {}
    }
    if stated.is_none() {
        let changed = found
            .iter()
            .filter_map(|(text, _, unit)| Some((*text, unit.as_ref()?.tonnes)).filter(|(_, tonnes)| *tonnes != 1.0));
        notes.extend(changed.map(|(text, tonnes)| converted(text, tonnes)));
    }
    tonnes
}

fn converted(unit: &str, tonnes: f64) -> String {
    format!(
        "quantities in `{}` are converted to tonnes, times {tonnes}",
        unit.escape_debug()
    )
}
