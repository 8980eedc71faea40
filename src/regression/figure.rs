//! One figure of the results: where it stands, its value and its Monte Carlo error.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// The table of the results that a figure stands in: the name of a CSV file, or of a list in `results.json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Table {
    /// `attribution.csv`.
    Attribution,
    /// `balance` of `results.json`: the undisrupted start.
    Balance,
    /// `events.csv`.
    Events,
    /// `exceedance.csv`.
    Exceedance,
    /// `replayable` of `results.json`: trials worth replaying.
    Replayable,
    /// `stocks` of `results.json`.
    Stocks,
    /// `summary.csv`.
    Summary,
    /// `supplies` of `results.json`, summed by material.
    Supplies,
    /// `supply.csv`: who supplies what at the undisrupted start.
    Supply,
    /// `timeline.csv`.
    Timeline,
    /// `variance` of `results.json`.
    Variance,
}

impl Table {
    /// Its name in golden files.
    pub fn name(self) -> &'static str {
        match self {
            Table::Attribution => "attribution",
            Table::Balance => "balance",
            Table::Events => "events",
            Table::Exceedance => "exceedance",
            Table::Replayable => "replayable",
            Table::Stocks => "stocks",
            Table::Summary => "summary",
            Table::Supplies => "supplies",
            Table::Supply => "supply",
            Table::Timeline => "timeline",
            Table::Variance => "variance",
        }
    }

    /// Where people find it among the result files.
    pub fn place(self) -> &'static str {
        match self {
            Table::Attribution => "attribution.csv",
            Table::Balance => "results.json, balance",
            Table::Events => "events.csv",
            Table::Exceedance => "exceedance.csv",
            Table::Replayable => "results.json, replayable",
            Table::Stocks => "results.json, stocks",
            Table::Summary => "summary.csv",
            Table::Supplies => "results.json, supplies (sum)",
            Table::Supply => "supply.csv",
            Table::Timeline => "timeline.csv",
            Table::Variance => "results.json, variance",
        }
    }

    /// Names of the columns that make up the row of a figure, in order. No label but the last can hold a space, as ids cannot.
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Table::Attribution => &["material", "country", "kind", "key"],
            Table::Balance | Table::Supplies => &["material"],
            Table::Events => &["event"],
            Table::Exceedance => &["material", "country", "shortfall_pct"],
            Table::Replayable => &["material", "country", "rank"],
            Table::Stocks => &["material", "stock"],
            Table::Summary => &["material", "country", "sector"],
            Table::Supply | Table::Variance => &["material", "country"],
            Table::Timeline => &["material", "country", "date"],
        }
    }

    /// Whether its figures are the same for every seed and number of trials: what the compiled model says before any trial.
    pub fn is_without_draws(self) -> bool {
        matches!(self, Table::Balance | Table::Supply)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(self.name())
    }
}

/// Where a figure stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Policy id; `baseline` without one.
    pub policy: String,
    /// Table.
    pub table: Table,
    /// Labels of its row, in the order of [`Table::columns`], with a space between them.
    pub row: String,
    /// Name of its column.
    pub statistic: String,
}

impl Key {
    /// The row's labels with their columns.
    pub fn labels(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let columns = self.table.columns();
        columns.iter().copied().zip(self.row.splitn(columns.len(), ' '))
    }

    /// The material that it speaks of; `None` for events.
    pub fn material(&self) -> Option<&str> {
        self.labels()
            .find_map(|(column, label)| (column == "material").then_some(label))
    }
}

/// What a figure says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// Not available, or not supported by so few trials.
    Missing,
    /// A whole number, compared exactly.
    Whole(u64),
    /// A number, compared within the tolerance.
    Number(f64),
}

impl Value {
    /// A number; missing where it is not finite.
    pub fn number(value: f64) -> Self {
        if value.is_finite() {
            Value::Number(value)
        } else {
            Value::Missing
        }
    }
}

/// A figure of one run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// What it says.
    pub value: Value,
    /// Its Monte Carlo standard error to four digits; `None` where none is known.
    pub standard_error: Option<f64>,
    /// The natural size of such a figure, by which moves are ranked and the absolute floor of the tolerance is measured: 100 for a
    /// percentage, 1 for a probability or share, the horizon for months, the row's own tonnage for tonnes. Not stored: 0 in a figure that
    /// was read from a golden file.
    pub scale: f64,
}

/// Figures of a run, in the order of their keys.
pub type Figures = BTreeMap<Key, Figure>;

impl<'de> Deserialize<'de> for Figure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FigureVisitor)
    }
}

/// Reads `12.5`, `3`, `null` or `[12.5, 0.1]` (value and standard error).
struct FigureVisitor;

impl<'de> Visitor<'de> for FigureVisitor {
    type Value = Figure;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "a number, null, or [number, standard error]")
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Figure, E> {
        Ok(plain(Value::number(value)))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Figure, E> {
        Ok(plain(Value::Whole(value)))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Figure, E> {
        Ok(plain(Value::Missing))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Figure, A::Error> {
        let value: f64 = parts
            .next_element()?
            .ok_or_else(|| de::Error::invalid_length(0, &self))?;
        let standard_error: f64 = parts
            .next_element()?
            .ok_or_else(|| de::Error::invalid_length(1, &self))?;
        if parts.next_element::<de::IgnoredAny>()?.is_some() {
            return Err(de::Error::invalid_length(3, &self));
        }
        if standard_error < 0.0 {
            return Err(de::Error::custom("a standard error cannot be negative"));
        }
        Ok(Figure {
            standard_error: Some(standard_error),
            ..plain(Value::number(value))
        })
    }
}

fn plain(value: Value) -> Figure {
    Figure {
        value,
        standard_error: None,
        scale: 0.0,
    }
}

/// A number to so many significant digits.
pub(super) fn rounded(value: f64, digits: usize) -> f64 {
    format!("{value:.*e}", digits.saturating_sub(1))
        .parse()
        .unwrap_or(value)
}
