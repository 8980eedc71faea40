//! The result files of a run, in one call.

use std::io::Write;

use rayon::prelude::*;

use crate::results::types::{CostlyTable, PolicyResults, RunResults};

use super::answer::CsvTable;
use super::csv;
use super::json::{self, StageTime};
use super::results_folder::ResultsFolder;
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
        .map(|(name, _, format)| CsvTable::written(name, |bytes| format(run, bytes)))
        .collect()
}

/// Writes every CSV table and `results.json` to temporary names, complete; they get their names together ([`ResultsFolder::commit`]). `samples.csv` is
/// written while the run goes ([`super::samples_file`]), charts by their own room.
pub fn prepare_results(
    folder: &OutputFolder,
    run: &RunResults,
    timing: &[StageTime],
) -> Result<Vec<PendingFile>, WriteError> {
    // The JSON document is as much work as all tables.
    let (tables, document) = rayon::join(
        || {
            let written = TABLES.par_iter().filter(|(_, has, _)| run.policies.iter().any(has));
            written
                .map(|(name, _, format)| folder.prepare(name, |file| format(run, file)))
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
    folder.commit(prepare_results(folder.folder(), run, timing)?, |_| false)
}
