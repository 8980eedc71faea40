//! Which column of a user's CSV is which: where the values are, what they are of, and what parts the table into others.

use std::collections::BTreeSet;

use super::DataError;
use super::sheet::Sheet;
use super::tables::normal;
use super::units::{self, Unit};

/// What is wanted of a user's CSV that may hold more than that.
#[derive(Debug, Clone, Default)]
pub struct Selection<'a> {
    /// Rows of this mineral.
    pub mineral: Option<&'a str>,
    /// Rows of this stage.
    pub stage: Option<&'a str>,
    /// Rows of this year.
    pub year: Option<&'a str>,
    /// Rows of this product.
    pub product: Option<&'a str>,
    /// Rows of this direction of trade.
    pub flow: Option<&'a str>,
    /// Rows of this measure.
    pub measure: Option<&'a str>,
    /// The importer, in a table of trade.
    pub importer: Option<&'a str>,
    /// Keys by which rows are selected only if the file has a column for them: those that describe the material anyway.
    pub optional: Vec<&'a str>,
    /// Codes of countries that the scenario declares, which no name is taken for.
    pub own_countries: BTreeSet<&'a str>,
}

impl<'a> Selection<'a> {
    /// The keys by which rows can be selected.
    pub const KEYS: [&'static str; 6] = ["mineral", "stage", "year", "product", "flow", "measure"];

    /// The value wanted of a key.
    pub fn wanted(&self, key: &str) -> Option<&'a str> {
        match key {
            "mineral" => self.mineral,
            "stage" => self.stage,
            "year" => self.year,
            "product" => self.product,
            "flow" => self.flow,
            "measure" => self.measure,
            _ => None,
        }
    }
}

/// Columns whose values part a table into several, by the key that selects among them; empty where none does.
const PARTING: &[(&str, &[&str])] = &[
    ("mineral", &["mineral", "commodity", "material", "metal", "element"]),
    ("stage", &["stage", "processing_stage"]),
    (
        "year",
        &[
            "year",
            "yr",
            "years",
            "ref_year",
            "refyear",
            "period",
            "time_period",
            "refperiodid",
            "date",
            "month",
            "quarter",
        ],
    ),
    (
        "product",
        &[
            "product",
            "products",
            "form",
            "hs6",
            "hs",
            "hs_code",
            "hscode",
            "cmdcode",
            "cmd_code",
            "cmddesc",
            "product_code",
            "commodity_code",
        ],
    ),
    (
        "flow",
        &[
            "flow",
            "flows",
            "flowcode",
            "flow_code",
            "flowdesc",
            "flow_desc",
            "trade_flow",
            "direction",
        ],
    ),
    (
        "measure",
        &[
            "measure",
            "indicator",
            "variable",
            "statistic",
            "series",
            "type",
            "kind",
            "item",
        ],
    ),
    (
        "",
        &[
            "scenario",
            "freq",
            "frequency",
            "freqcode",
            "use",
            "end_use",
            "sector",
            "currency",
            "customs",
            "customscode",
            "customs_code",
            "motcode",
            "mot_code",
            "partner2",
            "partner2code",
            "reporter",
            "reportercode",
            "reporteriso",
            "partner",
            "partnercode",
            "partneriso",
            "grade",
            "basis",
            "edition",
            "version",
        ],
    ),
];

/// Columns that say something of a row, and part nothing.
const REMARKS: &[&str] = &[
    "source",
    "sources",
    "note",
    "notes",
    "comment",
    "comments",
    "remark",
    "remarks",
    "name",
    "country",
    "country_name",
    "exporter",
    "importer",
    "exporter_name",
    "importer_name",
    "qualifier",
    "preferred",
    "as_published",
    "detail",
    "reference",
    "url",
    "link",
    "region",
    "continent",
    "income_group",
    "iso",
    "iso2",
    "iso3",
    "country_iso3",
    "exporter_iso3",
    "importer_iso3",
    "company",
    "mine",
    "author",
    "publisher",
];

/// What a cell of `status` says of its row's number; other statuses part the table.
const STATUSES: &[&str] = &[
    "",
    "w",
    "na",
    "e",
    "r",
    "p",
    "f",
    "withheld",
    "not_available",
    "small",
    "estimate",
    "estimated",
    "reported",
    "preliminary",
    "provisional",
    "revised",
    "final",
    "official",
    "actual",
    "published",
    "imputed",
    "disputed",
    "derived",
];

/// What the shares come from.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Basis {
    Share,
    Percent,
    Quantity,
}

/// The columns that shares and trade have in common.
pub(super) struct Columns {
    pub basis: Basis,
    pub value: usize,
    pub share: Option<usize>,
    pub percent: Option<usize>,
    pub quantity: Option<usize>,
    /// The unit that the name of the quantities' column states, if it does.
    pub header_unit: Option<Unit>,
    pub source: Option<usize>,
    pub year: Option<usize>,
    pub unit: Option<usize>,
}

impl Columns {
    pub fn of(sheet: &Sheet) -> Result<Self, DataError> {
        let unit = sheet.column(&["unit", "units", "quantity_unit", "qty_unit", "uom"]);
        let (quantity, header_unit) = match quantity(sheet, unit.is_some())? {
            Some((column, unit)) => (Some(column), unit),
            None => (None, None),
        };
        let share = sheet.column(&["share"]);
        let percent = sheet.column(&[
            "share_pct",
            "share_percent",
            "share_%",
            "share (%)",
            "share [%]",
            "share_in_%",
        ]);
        let candidates = [
            (Basis::Share, share),
            (Basis::Percent, percent),
            (Basis::Quantity, quantity),
        ];
        let (basis, value) = candidates
            .into_iter()
            .find_map(|(basis, column)| column.map(|value| (basis, value)))
            .ok_or_else(|| sheet.missing(&["share", "share_pct", "quantity_t"]))?;
        Ok(Self {
            basis,
            value,
            share,
            percent,
            quantity,
            header_unit,
            source: sheet.column(&["source"]),
            year: sheet.column(&["year"]),
            unit,
        })
    }

    /// The columns that hold numbers.
    pub fn numbers(&self) -> impl Iterator<Item = usize> + use<> {
        [self.share, self.percent, self.quantity].into_iter().flatten()
    }
}

/// The column of quantities and the unit in its name. `quantity_t` leaves the unit to the column of units, if there is one.
fn quantity(sheet: &Sheet, has_units: bool) -> Result<Option<(usize, Option<Unit>)>, DataError> {
    let mut found: Vec<(usize, Option<Unit>)> = Vec::new();
    let mut fault = None;
    for (column, name) in sheet.header.iter().enumerate() {
        if sheet.header[..column].contains(name) {
            continue;
        }
        let Some(rest) = name.strip_prefix("quantity").or_else(|| name.strip_prefix("qty")) else {
            continue;
        };
        if ["_unit", "_unit_code", "_units", "_source", "_note", "_status", " unit"].contains(&rest) {
            continue;
        }
        if rest == "_t" {
            found.push((column, None));
            continue;
        }
        if rest.is_empty() {
            if has_units {
                found.push((column, None));
            } else {
                fault = Some(DataError::NoUnit {
                    file: sheet.file.clone(),
                    column: name.clone(),
                });
            }
            continue;
        }
        // Case matters for Mt, so the name as written is read.
        let written = &sheet.written[column][name.len() - rest.len()..];
        match units::read(written.trim_start_matches(['_', ' ', '-', ','])) {
            Ok(unit) => found.push((column, Some(unit))),
            Err(advice) => {
                fault = Some(DataError::UnknownUnit {
                    file: sheet.file.clone(),
                    line: sheet.header_line,
                    column: sheet.written[column].clone(),
                    advice,
                });
            }
        }
    }
    match found.len() {
        0 => fault.map_or(Ok(None), |fault| {
            // A column of shares does without.
            if sheet.column(&["share", "share_pct"]).is_some() {
                Ok(None)
            } else {
                Err(fault)
            }
        }),
        1 => Ok(found.pop()),
        _ => Err(DataError::TwoColumns {
            file: sheet.file.clone(),
            line: sheet.header_line,
            first: sheet.written[found[0].0].clone(),
            second: sheet.written[found[1].0].clone(),
        }),
    }
}

/// Lines and cells of some rows.
pub(super) type Rows<'a> = Vec<(u64, &'a [String])>;

/// The rows that fit, before importers are told apart. An error says what there is instead.
pub(super) fn select<'a>(
    sheet: &'a Sheet,
    wanted: &Selection<'_>,
    warnings: &mut Vec<String>,
) -> Result<Rows<'a>, DataError> {
    let mut rows: Rows<'a> = sheet
        .rows
        .iter()
        .map(|(line, cells)| (*line, cells.as_slice()))
        .collect();
    let mut asked: Vec<(&str, Vec<usize>)> = Vec::new();
    for key in Selection::KEYS {
        let Some(value) = wanted.wanted(key) else { continue };
        let columns = parting_columns(sheet, key);
        if columns.is_empty() {
            if wanted.optional.contains(&key) {
                continue;
            }
            return Err(DataError::NoColumnToSelect {
                file: sheet.file.clone(),
                key: key.to_owned(),
                found: sheet.header.clone(),
            });
        }
        let fits = |cells: &[String]| columns.iter().any(|column| normal(&cells[*column]) == normal(value));
        let empty = rows
            .iter()
            .filter(|(_, cells)| columns.iter().all(|column| cells[*column].is_empty()))
            .count();
        if empty > 0 {
            warnings.push(format!(
                "{}: rows without a `{key}`, {empty} in number, are left out, as `{value}` is wanted",
                sheet.file
            ));
        }
        rows.retain(|(_, cells)| fits(cells));
        asked.push((value, columns));
    }
    if rows.is_empty() && !sheet.rows.is_empty() && !asked.is_empty() {
        let values: Vec<&str> = asked.iter().map(|(value, _)| *value).collect();
        let names = |cells: &[String]| {
            let parts: Vec<&str> = asked
                .iter()
                .flat_map(|(_, columns)| columns.iter().map(|column| cells[*column].as_str()))
                .collect();
            parts.join(" ")
        };
        let present: BTreeSet<String> = sheet.rows.iter().map(|(_, cells)| names(cells)).collect();
        return Err(DataError::NoMatch {
            file: sheet.file.clone(),
            wanted: format!("`{}`", values.join(" ")),
            present: present.into_iter().collect(),
        });
    }
    Ok(rows)
}

fn parting_columns(sheet: &Sheet, key: &str) -> Vec<usize> {
    let names = PARTING
        .iter()
        .filter(|(own, _)| *own == key)
        .flat_map(|(_, names)| *names);
    names.filter_map(|name| sheet.column(&[name])).collect()
}

/// Columns by which the rows are more than one table are errors. Unknown columns that look like it are warned of.
pub(super) fn check_parts(
    sheet: &Sheet,
    columns: &Columns,
    rows: &[(u64, &[String])],
    errors: &mut Vec<DataError>,
    warnings: &mut Vec<String>,
) {
    for (column, name) in sheet.header.iter().enumerate() {
        if name.is_empty() || columns.numbers().any(|number| number == column) || columns.unit == Some(column) {
            continue;
        }
        let mut values: Vec<&str> = Vec::new();
        for (_, cells) in rows {
            if !values.contains(&cells[column].as_str()) {
                values.push(&cells[column]);
            }
        }
        if values.len() < 2 {
            continue;
        }
        let key = PARTING.iter().find(|(_, names)| names.contains(&name.as_str()));
        let status = name == "status"
            && values
                .iter()
                .all(|value| STATUSES.contains(&value.to_lowercase().as_str()));
        if key.is_some() || (name == "status" && !status) {
            errors.push(DataError::SeveralParts {
                file: sheet.file.clone(),
                column: sheet.written[column].clone(),
                values: values.iter().map(|value| (*value).to_owned()).collect(),
                key: key.map(|(key, _)| *key).filter(|key| !key.is_empty()),
            });
            continue;
        }
        let remark =
            status || REMARKS.contains(&name.as_str()) || name.starts_with("value") || name.starts_with("share");
        let repeats = values.len() < rows.len();
        let words = values
            .iter()
            .any(|value| !value.is_empty() && value.parse::<f64>().is_err());
        if !remark && repeats && words {
            warnings.push(format!(
                "{}: the column `{}` holds {}; all rows are taken together",
                sheet.file,
                sheet.written[column],
                DataError::list(&values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>())
            ));
        }
    }
}
