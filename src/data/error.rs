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
        /// What to do about it.
        advice: String,
    },
    /// Two columns have one name, or both hold quantities.
    #[error("{file}, line {line}: {}", two_columns(first, second))]
    TwoColumns {
        /// The file.
        file: String,
        /// The line of the header, from 1.
        line: u64,
        /// The first column.
        first: String,
        /// The second.
        second: String,
    },
    /// A column that is needed is not in the header.
    #[error("{file}, line {line}: no column {wanted}; the header has {}", quoted(found))]
    MissingColumn {
        /// The file.
        file: String,
        /// The line of the header, from 1.
        line: u64,
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
    /// A number can be read in two ways, as thousands or as decimals.
    #[error("{file}, line {line}: `{value}` in the column `{column}` can be read in two ways")]
    AmbiguousNumber {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The column.
        column: String,
        /// The cell.
        value: String,
    },
    /// Quantities have a unit that is no mass, or not clear.
    #[error("{file}, line {line}: the unit in the column `{column}` cannot be used")]
    UnknownUnit {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The column.
        column: String,
        /// What is wrong with it and what to write.
        advice: String,
    },
    /// Quantities of different things, such as gross weight and content.
    #[error("{file}: quantities of different things in one table: {}", quoted(units))]
    MixedUnits {
        /// The file.
        file: String,
        /// The units as written.
        units: Vec<String>,
    },
    /// Some rows have a unit and some have none.
    #[error("{file}, line {line}: a quantity without a unit, where other rows have `{other}`")]
    UnitMissing {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// A unit of another row.
        other: String,
    },
    /// Nothing says what unit quantities have.
    #[error("{file}: nothing says in what unit the column `{column}` is")]
    NoUnit {
        /// The file.
        file: String,
        /// The column.
        column: String,
    },
    /// The rows belong to more than one table.
    #[error(
        "{file}: rows of different kinds in one table: the column `{column}` holds {}",
        DataError::list(values)
    )]
    SeveralParts {
        /// The file.
        file: String,
        /// The column that parts them.
        column: String,
        /// Its values.
        values: Vec<String>,
        /// The key by which one can be selected.
        key: Option<&'static str>,
    },
    /// Rows are to be selected by a column that is not there.
    #[error(
        "{file}: no column for `{key}`, by which rows are to be selected; the header has {}",
        quoted(found)
    )]
    NoColumnToSelect {
        /// The file.
        file: String,
        /// The key.
        key: String,
        /// The header.
        found: Vec<String>,
    },
    /// Two columns of a row say different things of one share.
    #[error("{file}, line {line}: {name} has a share of {share} in one column, and of {other} by another")]
    Contradiction {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The country, or exporter and importer.
        name: String,
        /// The share used.
        share: String,
        /// The other.
        other: String,
    },
    /// Percentages that are fractions.
    #[error("{file}: the percentages{group} sum to {sum:.4}, as fractions of 1 do")]
    FractionsForPercentages {
        /// The file.
        file: String,
        /// ` of the imports of USA`, or empty.
        group: String,
        /// The sum.
        sum: f64,
    },
    /// There are more faults than are shown.
    #[error("{file}: {count} more faults are not shown")]
    More {
        /// The file.
        file: String,
        /// How many.
        count: usize,
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
        /// What to write instead.
        advice: Option<String>,
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
            | Self::TwoColumns { line, .. }
            | Self::MissingColumn { line, .. }
            | Self::NotANumber { line, .. }
            | Self::AmbiguousNumber { line, .. }
            | Self::UnknownUnit { line, .. }
            | Self::UnitMissing { line, .. }
            | Self::Contradiction { line, .. }
            | Self::NotFinite { line, .. }
            | Self::Negative { line, .. }
            | Self::ShareAboveWhole { line, .. }
            | Self::RowsAboveTotal { line, .. }
            | Self::Duplicate { line, .. }
            | Self::NotACode { line, .. }
            | Self::OwnImport { line, .. } => Some(*line),
            _ => None,
        }
    }
}

impl DataError {
    /// Names in backquotes, the first dozen of them; an empty one in words.
    pub(super) fn list(names: &[String]) -> String {
        let shown = names.iter().take(12).map(|name| match name.as_str() {
            "" => "empty cells".to_owned(),
            name => format!("`{}`", name.escape_debug()),
        });
        let mut text = shown.collect::<Vec<_>>().join(", ");
        if names.len() > 12 {
            text += &format!(" and {} more", names.len() - 12);
        }
        text
    }
}

fn two_columns(first: &str, second: &str) -> String {
    if first == second {
        format!("the column `{first}` stands there twice")
    } else {
        format!("both `{first}` and `{second}` hold quantities")
    }
}

pub(super) fn quoted(names: &[String]) -> String {
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
