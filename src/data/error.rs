//! What can be wrong with a request for data or with a user's CSV.

use thiserror::Error;

/// A request for data that cannot be met, or a fault in a CSV. The message says where; [`DataError::hint`] says what to do.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum DataError {
    /// No shipped table knows this mineral.
    #[error("no mineral `{name}` in the shipped tables{}", did_you_mean(nearest))]
    UnknownMineral {
        /// The name asked for.
        name: String,
        /// The nearest valid names, best first.
        nearest: Vec<String>,
    },
    /// The mineral is known, but has no country shares at this stage.
    #[error("no shares of `{mineral}` at the stage `{stage}`; {}", stages_text(valid))]
    UnknownStage {
        /// The mineral.
        mineral: String,
        /// The stage asked for.
        stage: String,
        /// The stages there are; empty if there is none.
        valid: Vec<String>,
    },
    /// No shipped trade table has this product.
    #[error("no trade of `{name}` in the shipped tables{}", did_you_mean(nearest))]
    UnknownProduct {
        /// The HS code or name asked for.
        name: String,
        /// The nearest valid names, best first.
        nearest: Vec<String>,
    },
    /// The name fits more than one product.
    #[error("`{name}` is more than one product: {}", quoted(choices))]
    AmbiguousProduct {
        /// The name asked for.
        name: String,
        /// The products it could mean.
        choices: Vec<String>,
    },
    /// The product is known, but not for this importer.
    #[error("no imports of `{product}` by `{importer}` in the shipped tables")]
    UnknownImporter {
        /// The product.
        product: String,
        /// The importer asked for.
        importer: String,
        /// The importers there are.
        valid: Vec<String>,
    },
    /// A user's CSV has no row for the mineral, stage or importer asked for.
    #[error("{file}: no row for {wanted}")]
    NoMatch {
        /// The file.
        file: String,
        /// What was asked for.
        wanted: String,
        /// What the file has instead.
        present: Vec<String>,
    },
    /// The text is no table: a row with another number of cells than the header, or a broken quote.
    #[error("{file}, line {line}: {message}")]
    Malformed {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        message: String,
    },
    /// A column that is needed is not in the header.
    #[error("{file}, line 1: no column {wanted}; the header has {}", quoted(found))]
    MissingColumn {
        /// The file.
        file: String,
        /// The column or columns, one of which is needed.
        wanted: String,
        /// The header as read.
        found: Vec<String>,
    },
    /// A cell that should be a number is not.
    #[error("{file}, line {line}: `{value}` in the column `{column}` is not a number")]
    NotANumber {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The column.
        column: String,
        /// The cell.
        value: String,
    },
    /// A cell is NaN or infinite.
    #[error("{file}, line {line}: `{value}` in the column `{column}` is not a finite number")]
    NotFinite {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The column.
        column: String,
        /// The cell.
        value: String,
    },
    /// A share or a quantity is below zero.
    #[error("{file}, line {line}: {value} in the column `{column}` is below zero")]
    Negative {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The column.
        column: String,
        /// The number.
        value: f64,
    },
    /// A share is above the whole: above 1, or above 100 in a column of percentages.
    #[error("{file}, line {line}: {value} in the column `{column}` is above {limit}, the whole")]
    ShareAboveWhole {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The column.
        column: String,
        /// The number.
        value: f64,
        /// 1 or 100.
        limit: f64,
    },
    /// The shares of a group sum to more than 1 beyond the tolerance of 0.5 %.
    #[error("{file}: the shares{group} sum to {sum:.4}, above 1 by more than 0.5 %")]
    SumAboveOne {
        /// The file.
        file: String,
        /// ` of the imports of USA`, or empty.
        group: String,
        /// The sum.
        sum: f64,
    },
    /// The rows sum to more than the total that the file itself states.
    #[error("{file}, line {line}: the country rows{group} sum to {sum} t, {:.1} % above the stated total of {total} t", (sum / total - 1.0) * 100.0)]
    RowsAboveTotal {
        /// The file.
        file: String,
        /// The line of the total, from 1.
        line: u64,
        /// ` of the imports of USA`, or empty.
        group: String,
        /// The sum of the rows, tonnes.
        sum: f64,
        /// The stated total, tonnes.
        total: f64,
    },
    /// A country is listed twice.
    #[error("{file}, line {line}: `{name}` is listed twice; the first time on line {first_line}")]
    Duplicate {
        /// The file.
        file: String,
        /// The line of the second row, from 1.
        line: u64,
        /// The line of the first row.
        first_line: u64,
        /// The country, or exporter and importer.
        name: String,
    },
    /// A country cell is empty, or holds a name where a code is needed.
    #[error("{file}, line {line}: `{value}` in the column `{column}` is not a country code")]
    NotACode {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The column.
        column: String,
        /// The cell.
        value: String,
        /// The code that is probably meant.
        code: Option<String>,
    },
    /// Exporter and importer are the same.
    #[error("{file}, line {line}: `{country}` imports from itself")]
    OwnImport {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The country.
        country: String,
    },
    /// There is no row with a number.
    #[error("{file}: no row with a number{group}; {unknown} withheld, not available or empty")]
    NoRows {
        /// The file.
        file: String,
        /// ` of the imports of USA`, or empty.
        group: String,
        /// How many rows were left out because their number is not known.
        unknown: usize,
    },
    /// All quantities are zero, so there are no shares.
    #[error("{file}: all quantities{group} are zero, so there are no shares")]
    ZeroTotal {
        /// The file.
        file: String,
        /// ` of the imports of USA`, or empty.
        group: String,
    },
}

impl DataError {
    /// The line of the CSV the error is about, from 1, if it is about one line.
    pub fn line(&self) -> Option<u64> {
        match self {
            Self::Malformed { line, .. }
            | Self::NotANumber { line, .. }
            | Self::NotFinite { line, .. }
            | Self::Negative { line, .. }
            | Self::ShareAboveWhole { line, .. }
            | Self::RowsAboveTotal { line, .. }
            | Self::Duplicate { line, .. }
            | Self::NotACode { line, .. }
            | Self::OwnImport { line, .. } => Some(*line),
            Self::MissingColumn { .. } => Some(1),
            _ => None,
        }
    }

    /// What to do about it, in a sentence.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::UnknownMineral { .. } => "`critmin data` lists every mineral and stage".to_owned(),
            Self::UnknownStage { valid, .. } if valid.is_empty() => {
                "give the shares in the scenario or in a CSV of your own".to_owned()
            }
            Self::UnknownStage { .. } => return None,
            Self::UnknownProduct { .. } => {
                "name a six-digit HS code or `mineral/form`; for US import sources, a product as published".to_owned()
            }
            Self::AmbiguousProduct { .. } => "name one of them".to_owned(),
            Self::UnknownImporter { valid, .. } => format!("there are rows for {}", valid.join(", ")),
            Self::NoMatch { present, .. } => format!("the file has {}", quoted(present)),
            Self::Malformed { .. } => "put cells that hold a comma in double quotes".to_owned(),
            Self::MissingColumn { found, .. } => {
                if found.len() == 1 && found[0].contains([';', '\t']) {
                    "separate the cells by commas".to_owned()
                } else {
                    "the first line names the columns".to_owned()
                }
            }
            Self::NotANumber { value, .. } => number_hint(value),
            Self::NotFinite { .. } => "write NA if the number is not available".to_owned(),
            Self::Negative { .. } => "shares and quantities are zero or more".to_owned(),
            Self::ShareAboveWhole { limit, .. } if *limit < 2.0 => {
                "shares are from 0 to 1; name the column `share_pct` if these are percentages, `quantity_t` if tonnes"
                    .to_owned()
            }
            Self::ShareAboveWhole { .. } => "name the column `quantity_t` if these are tonnes".to_owned(),
            Self::SumAboveOne { .. } => {
                "shares are not rescaled: look for a total among the rows or a region beside its members".to_owned()
            }
            Self::RowsAboveTotal { .. } => "quantities are not rescaled: correct the rows or the total, or remove the \
                 total and let shares be of the sum of the rows"
                .to_owned(),
            Self::Duplicate { .. } => {
                "if the file holds several minerals, stages or years, name a mineral and a stage, and keep one year"
                    .to_owned()
            }
            Self::NotACode { code: Some(code), .. } => format!("write {code}"),
            Self::NotACode { .. } => "write the ISO code of three letters, EU27, or OTH for the rest".to_owned(),
            Self::OwnImport { .. } => "leave home supply out of a trade table".to_owned(),
            Self::NoRows { .. } => "a withheld number is not a zero".to_owned(),
            Self::ZeroTotal { .. } => "write at least one quantity above zero".to_owned(),
        };
        Some(text)
    }
}

fn number_hint(value: &str) -> String {
    if value.contains(',') {
        "write thousands without a separator and decimals with a point".to_owned()
    } else if value.ends_with('%') {
        "leave the % away and name the column `share_pct`".to_owned()
    } else if value.starts_with(['<', '>']) {
        "a bound is not a number: choose one and say so in `source`".to_owned()
    } else if value == "-" || value == "\u{2013}" || value == "\u{2014}" {
        "write 0 for zero, W for withheld, NA for not available".to_owned()
    } else {
        "write a number, W for withheld, or NA for not available".to_owned()
    }
}

fn quoted(names: &[String]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn did_you_mean(nearest: &[String]) -> String {
    match nearest.split_last() {
        None => String::new(),
        Some((only, [])) => format!("; did you mean `{only}`?"),
        Some((last, rest)) => format!("; did you mean {} or `{last}`?", quoted(rest)),
    }
}

fn stages_text(valid: &[String]) -> String {
    match valid {
        [] => "the shipped tables have no country shares of it".to_owned(),
        [only] => format!("there is only `{only}`"),
        _ => format!("there are {}", quoted(valid)),
    }
}
