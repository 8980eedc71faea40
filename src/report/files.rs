//! The result files of a run, in one call.

use std::io::Write;

use rayon::prelude::*;

use crate::results::types::{CostlyTable, PolicyResults, RunResults};

use super::columns::{self, Table};
use super::csv;
use super::csv_table::CsvTable;
use super::json::{self, StageTime};
use super::results_folder::ResultsFolder;
use super::sheet::Dialect;
use super::write::{OutputFolder, PendingFile, WriteError};

type Format = fn(&RunResults, &mut dyn Write) -> Result<(), ::csv::Error>;

/// Whether results have a table.
type Has = fn(&PolicyResults) -> bool;

/// The document with everything.
const DOCUMENT: &str = "results.json";

/// Tables by file name.
const TABLES: [(&str, Has, Format); 9] = [
    ("summary.csv", |_| true, |run, file| csv::summary(run, file)),
    ("exceedance.csv", |_| true, |run, file| csv::exceedance(run, file)),
    (
        "timeline.csv",
        |policy| policy.timeline.is_some(),
        |run, file| csv::timeline(run, file),
    ),
    (
        "years.csv",
        |policy| !policy.years.is_empty(),
        |run, file| csv::years(run, file),
    ),
    (
        "return_periods.csv",
        |policy| !policy.years.is_empty(),
        |run, file| csv::return_periods(run, file),
    ),
    ("events.csv", |_| true, |run, file| csv::events(run, file)),
    (
        "event_classes.csv",
        |policy| !policy.years.is_empty(),
        |run, file| csv::event_classes(run, file),
    ),
    (
        "attribution.csv",
        |policy| policy.attribution.is_some(),
        |run, file| csv::attribution(run, file),
    ),
    ("supply.csv", |_| true, |run, file| csv::supply(run, file)),
];

/// Names of the tables that a run writes which leaves these out, and of the document with all of it.
pub fn result_names(left_out: &[CostlyTable]) -> Vec<String> {
    let is_left_out = |name: &str| {
        left_out
            .iter()
            .any(|table| name.strip_suffix(".csv") == Some(table.name()))
    };
    let tables = TABLES.iter().map(|(name, ..)| *name).filter(|name| !is_left_out(name));
    tables.chain([DOCUMENT]).map(str::to_owned).collect()
}

/// Every CSV table of a run, as its files hold it.
///
/// # Errors
/// What the writer says; none is expected.
pub fn result_tables(run: &RunResults) -> Result<Vec<CsvTable>, ::csv::Error> {
    let written = TABLES.par_iter().filter(|(_, has, _)| run.policies.iter().any(has));
    written
        .map(|(name, _, format)| {
            let mut bytes = Vec::new();
            format(run, &mut bytes).map(|()| CsvTable { name, bytes })
        })
        .collect()
}

/// Writes every CSV table and `results.json` to temporary names, complete; they get their names together ([`ResultsFolder::commit`]). `samples.csv` is
/// written while the run goes ([`super::samples_file`]), charts by their own room.
pub fn prepare_results(
    folder: &OutputFolder,
    run: &RunResults,
    dialect: Dialect,
    timing: &[StageTime],
) -> Result<Vec<PendingFile>, WriteError> {
    // The JSON document is as much work as all tables.
    let (tables, document) = rayon::join(
        || {
            let written = TABLES.par_iter().filter(|(_, has, _)| run.policies.iter().any(has));
            written
                .map(|(name, _, format)| prepare_table(folder, name, dialect, |to| format(run, to)))
                .collect::<Result<Vec<_>, _>>()
        },
        || folder.prepare(DOCUMENT, |file| json::results(run, timing, file)),
    );
    let mut files = tables?;
    files.push(document?);
    Ok(files)
}

/// The same, with their names. Either all are replaced or, when one cannot be written, none.
pub fn write_results(folder: &ResultsFolder, run: &RunResults, timing: &[StageTime]) -> Result<(), WriteError> {
    folder.commit(prepare_results(folder.folder(), run, Dialect::Comma, timing)?, |_| {
        false
    })
}

/// Writes a table of a run to its temporary name, in a dialect.
pub fn prepare_table(
    folder: &OutputFolder,
    name: &str,
    dialect: Dialect,
    write: impl FnOnce(&mut dyn Write) -> Result<(), ::csv::Error>,
) -> Result<PendingFile, WriteError> {
    folder.prepare(name, |file| match (dialect, table_of(name)) {
        (Dialect::Comma, _) | (_, None) => write(file),
        (dialect, Some(table)) => {
            let mut text = Vec::new();
            write(&mut text)?;
            dialect.write(&table, text.as_slice(), file)
        }
    })
}

/// The table of a run that has this file.
pub fn table_of(name: &str) -> Option<Table> {
    columns::of_run().into_iter().find(|table| table.file == name)
}

/// A file of samples in a dialect: while a run goes on, and in parts of it, they have commas.
pub fn samples_in(
    folder: &OutputFolder,
    mut samples: PendingFile,
    dialect: Dialect,
) -> Result<PendingFile, WriteError> {
    if dialect == Dialect::Comma {
        return Ok(samples);
    }
    let flushed = samples.flush();
    let from = flushed.and_then(|()| std::fs::File::open(samples.temporary_path()));
    let from = from.map_err(|source| samples.error(source))?;
    let name = samples.path().file_name().unwrap_or_default().to_string_lossy();
    folder.prepare(&name, |file| dialect.write(&columns::samples(), from, file))
}
