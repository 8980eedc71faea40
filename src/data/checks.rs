//! The checks that shares must pass, whether they are shipped or a user's. Nothing here repairs a figure.

use super::DataError;
use super::numbers::{Fault, Style};

/// How far a sum may be from its whole: 0.5 %.
pub(super) const TOLERANCE: f64 = 0.005;

/// What a cell that should hold a number says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell {
    /// A finite number.
    Number(f64),
    /// `W`: the publisher knows the number and keeps it back.
    Withheld,
    /// `NA`: nobody has published a number.
    NotAvailable,
    /// Nothing is written.
    Empty,
}

impl Cell {
    /// The number, if there is one.
    pub fn number(self) -> Option<f64> {
        if let Self::Number(value) = self {
            Some(value)
        } else {
            None
        }
    }

    /// What to say of a cell without a number.
    pub fn words(self) -> &'static str {
        match self {
            Self::Number(_) => "a number",
            Self::Withheld => "withheld (W)",
            Self::NotAvailable => "not available (NA)",
            Self::Empty => "empty",
        }
    }
}

/// Where a cell is.
pub(super) struct Place<'a> {
    /// The file.
    pub file: &'a str,
    /// The line, from 1.
    pub line: u64,
    /// The column.
    pub column: &'a str,
}

/// Reads a share or quantity: a number from 0 to `limit`, or one of the codes. With it goes whether the number had to be
/// rewritten to be read.
pub(super) fn cell(at: &Place<'_>, text: &str, limit: Option<f64>, style: &Style) -> Result<(Cell, bool), DataError> {
    let (file, line, column) = (at.file.to_owned(), at.line, at.column.to_owned());
    if let Some(code) = code(text) {
        return Ok((code, false));
    }
    let value = text.to_owned();
    let (value, rewritten) = match style.read(text) {
        Ok(read) if read.value.is_finite() => (read.value, read.rewritten),
        Ok(_) => {
            return Err(DataError::NotFinite {
                file,
                line,
                column,
                value,
            });
        }
        Err(Fault::NotANumber) => {
            return Err(DataError::NotANumber {
                file,
                line,
                column,
                value,
            });
        }
        Err(Fault::Ambiguous) => {
            return Err(DataError::AmbiguousNumber {
                file,
                line,
                column,
                value,
            });
        }
    };
    if value < 0.0 {
        return Err(DataError::Negative {
            file,
            line,
            column,
            value,
        });
    }
    match limit {
        Some(limit) if value > limit => Err(DataError::ShareAboveWhole {
            file,
            line,
            column,
            value,
            limit,
        }),
        _ => Ok((Cell::Number(value), rewritten)),
    }
}

/// What a cell without a number says, if it is one that may be.
pub(super) fn code(text: &str) -> Option<Cell> {
    Some(match text.to_ascii_lowercase().as_str() {
        "" => Cell::Empty,
        "w" | "withheld" => Cell::Withheld,
        "na" | "n/a" | "n.a." | "not available" | "not_available" => Cell::NotAvailable,
        _ => return None,
    })
}

/// A row whose number is known.
pub(super) struct Known {
    /// The country or exporter.
    pub code: String,
    /// The number in the column the shares come from.
    pub value: f64,
    /// Tonnes, if given.
    pub quantity_t: Option<f64>,
    /// The source, if given.
    pub source: String,
    /// The line, from 1.
    pub line: u64,
}

/// A group of rows that together make a whole: one material and stage, or one importer's imports.
pub(super) struct Group<'a> {
    /// The file.
    pub file: &'a str,
    /// ` of the imports of USA`, or empty.
    pub words: &'a str,
    /// Whether the values are quantities; otherwise they are shares.
    pub quantities: bool,
    /// The total a row `WLD` states, with its line.
    pub stated_total: Option<(u64, f64)>,
    /// How many rows had no number.
    pub unknown: usize,
}

impl Group<'_> {
    /// The factor that makes shares of the values, after the checks; what is doubtful but not wrong goes to `warnings`.
    ///
    /// Shares are taken as they are. Quantities are divided by the stated total if there is one, else by their sum.
    pub fn divisor(&self, rows: &[Known], warnings: &mut Vec<String>) -> Result<f64, DataError> {
        let (file, group) = (self.file.to_owned(), self.words.to_owned());
        if rows.is_empty() {
            return Err(DataError::NoRows {
                file,
                group,
                unknown: self.unknown,
            });
        }
        let sum: f64 = rows.iter().map(|row| row.value).sum();
        let Self {
            quantities,
            words,
            unknown,
            ..
        } = *self;
        if !quantities {
            if sum > 1.0 + TOLERANCE {
                return Err(DataError::SumAboveOne { file, group, sum });
            }
            if sum < 1.0 - TOLERANCE {
                warnings.push(format!(
                    "{file}: the shares{words} sum to {sum:.4}; the missing {:.4} is not shared out among the rows",
                    1.0 - sum
                ));
            }
            return Ok(1.0);
        }
        let Some((line, total)) = self.stated_total else {
            if sum <= 0.0 {
                return Err(DataError::ZeroTotal { file, group });
            }
            if unknown > 0 {
                warnings.push(format!(
                    "{file}: shares{words} are of the sum of the {} known quantities ({sum} t); {unknown} more are not known",
                    rows.len()
                ));
            }
            return Ok(sum);
        };
        if total <= 0.0 {
            return Err(DataError::ZeroTotal { file, group });
        }
        if sum > total * (1.0 + TOLERANCE) {
            return Err(DataError::RowsAboveTotal {
                file,
                line,
                group,
                sum,
                total,
            });
        }
        if sum < total * (1.0 - TOLERANCE) {
            warnings.push(format!(
                "{file}, line {line}: the country rows{words} sum to {sum} t, {:.1} % of the stated total of {total} t; \
                 the rest is not shared out among the rows",
                100.0 * sum / total
            ));
        }
        Ok(total)
    }
}
