//! The one list of columns: name, kind, unit and meaning of every column of every table. Headers, the tables of columns in the documentation, the fields
//! of `datapackage.json`, the sheet *Columns* of a workbook and the dialects of CSV follow from it.

mod runs;
mod whatif;

use std::borrow::Cow;

pub use runs::{
    allocation_rules, assumptions, attribution, columns, differences, event_classes, events, exceedance, of_run,
    return_periods, samples, sources, summary, supply, timeline, years,
};
pub use whatif::{
    compare, crossings, indices, last_dollar, of_commands, optimize, outages, outages_of_all, pairs_of_outages,
    pairs_of_policies, ranking, robustness, sensitivity, sweep,
};

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A number.
    Number,
    /// A whole number.
    Whole,
    /// `true` or `false`.
    Truth,
    /// `YYYY-MM-DD`.
    Date,
    /// A number in some rows, a date or other text in others.
    Mixed,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name in the header.
    pub name: Cow<'static, str>,
    /// What its cells are.
    pub kind: Kind,
    /// Its unit; empty where it has none; [`BY_ROW`] where another column says it.
    pub unit: &'static str,
    /// What it says, in words.
    pub meaning: Cow<'static, str>,
}

/// The unit of a figure whose unit stands in the column `unit` of its row.
pub const BY_ROW: &str = "`unit`";
/// What the names of the columns of an error end in.
const PARTS: [&str; 3] = ["_se", "_low", "_high"];

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its file, or what it would be called: some tables are in workbooks only.
    pub file: &'static str,
    /// Its sheet in a workbook.
    pub sheet: &'static str,
    /// What it holds, in one line.
    pub holds: &'static str,
    /// Its columns in order, the stamp included.
    pub columns: Vec<Column>,
}

fn column(name: impl Into<Cow<'static, str>>, kind: Kind, unit: &'static str, meaning: &'static str) -> Column {
    Column {
        name: name.into(),
        kind,
        unit,
        meaning: meaning.into(),
    }
}

fn text(name: &'static str, meaning: &'static str) -> Column {
    column(name, Kind::Text, "", meaning)
}

fn number(name: &'static str, unit: &'static str, meaning: &'static str) -> Column {
    column(name, Kind::Number, unit, meaning)
}

fn whole(name: &'static str, meaning: &'static str) -> Column {
    column(name, Kind::Whole, "", meaning)
}

fn truth(name: &'static str, meaning: &'static str) -> Column {
    column(name, Kind::Truth, "", meaning)
}

/// What a part of an error says, by what its name ends in.
fn part(of: &str, ending: &str, unit: &'static str) -> Column {
    let meaning = match ending {
        "_se" => format!("Monte Carlo standard error of `{of}`"),
        "_low" => format!("lower end of the 95 % interval of `{of}`"),
        _ => format!("upper end of the 95 % interval of `{of}`"),
    };
    Column {
        name: format!("{of}{ending}").into(),
        kind: Kind::Number,
        unit,
        meaning: meaning.into(),
    }
}

/// A figure with its standard error.
fn with_error(name: &'static str, unit: &'static str, meaning: &'static str) -> [Column; 2] {
    [number(name, unit, meaning), part(name, "_se", unit)]
}

/// A figure with its standard error and both ends of its interval.
fn with_interval(name: &'static str, unit: &'static str, meaning: &'static str) -> [Column; 4] {
    let of = |ending| part(name, ending, unit);
    [number(name, unit, meaning), of("_se"), of("_low"), of("_high")]
}

/// The last columns of every table of a run: which run it is. The scenario's hash is in `results.json` alone: an event that cannot happen is to
/// change no byte of a table.
fn stamp() -> [Column; 4] {
    [
        whole("seed", "seed of all random streams"),
        whole("trials", "trials simulated under each policy"),
        text("sampling", "sampling design"),
        whole("sampling_version", "raised whenever the same input gives other values"),
    ]
}

/// The same for what does not depend on the number of trials.
fn stamp_without_trials() -> [Column; 3] {
    let [seed, _, sampling, version] = stamp();
    [seed, sampling, version]
}

/// What a column of the stamp is called.
const STAMP: [&str; 4] = ["seed", "trials", "sampling", "sampling_version"];

impl Column {
    /// The figure that this is a part of the error of, where the table has that.
    fn whole_of(&self, table: &Table) -> Option<String> {
        let name = PARTS.iter().find_map(|ending| self.name.strip_suffix(ending))?;
        table.get(name).map(|whole| whole.name.to_string())
    }

    /// The unit in words; nothing where it has none.
    pub fn unit_in_words(&self) -> &'static str {
        match self.unit {
            BY_ROW => "as in the column `unit`",
            unit => unit,
        }
    }
}

impl Table {
    /// A table before it has begun.
    pub(super) fn nameless() -> Self {
        Self::of_names([])
    }

    /// A table of which nothing but the names of its columns is listed: the documentation describes those of a replay in words.
    pub(super) fn of_names(names: impl IntoIterator<Item = &'static str>) -> Self {
        Self {
            file: "",
            sheet: "",
            holds: "",
            columns: names.into_iter().map(|name| text(name, "")).collect(),
        }
    }

    /// The column of a name.
    pub fn get(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The table of columns as the documentation has it: one row a figure, with the parts of its error; without the stamp, which ends every table.
    pub fn documentation(&self) -> String {
        let mut page = String::from("| column | unit | meaning |\n|---|---|---|\n");
        for column in &self.columns {
            if STAMP.contains(&column.name.as_ref()) || column.whole_of(self).is_some() {
                continue;
            }
            let parts = self
                .columns
                .iter()
                .filter(|part| part.whole_of(self).as_deref() == Some(column.name.as_ref()));
            let names: Vec<String> = std::iter::once(column)
                .chain(parts)
                .map(|column| format!("`{}`", column.name))
                .collect();
            page += &format!("| {} | {} | {} |\n", names.join(", "), column.unit, column.meaning);
        }
        page
    }
}

/// Every table of every command: the command and the table.
pub fn all() -> Vec<(&'static str, Table)> {
    let runs = of_run().into_iter().map(|table| ("run", table));
    runs.chain(of_commands()).collect()
}
