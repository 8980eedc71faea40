//! The result files of a run, in one call.

use std::path::PathBuf;

use rayon::prelude::*;

use crate::results::types::RunResults;

use super::csv;
use super::json::{self, StageTime};
use super::write::{OutputFolder, PendingFile, WriteError, commit_all};

type Format = fn(&RunResults, &mut PendingFile) -> Result<(), ::csv::Error>;

/// Tables by file name.
const TABLES: [(&str, Format); 6] = [
    ("summary.csv", |run, file| csv::summary(run, file)),
    ("exceedance.csv", |run, file| csv::exceedance(run, file)),
    ("timeline.csv", |run, file| csv::timeline(run, file)),
    ("events.csv", |run, file| csv::events(run, file)),
    ("attribution.csv", |run, file| csv::attribution(run, file)),
    ("supply.csv", |run, file| csv::supply(run, file)),
];

/// Writes every CSV table and `results.json` to temporary names, complete; they get their names together ([`commit_all`]). `samples.csv` is
/// written while the run goes ([`super::samples_file`]), charts by their own room.
pub fn prepare_results(
    folder: &OutputFolder,
    run: &RunResults,
    timing: &[StageTime],
) -> Result<Vec<PendingFile>, WriteError> {
    // The JSON document is as much work as all tables.
    let (tables, document) = rayon::join(
        || {
            let written = TABLES.par_iter();
            written
                .map(|(name, format)| folder.prepare(name, |file| format(run, file)))
                .collect::<Result<Vec<_>, _>>()
        },
        || folder.prepare("results.json", |file| json::results(run, timing, file)),
    );
    let mut files = tables?;
    files.push(document?);
    Ok(files)
}

/// The same, with their names. Either all are replaced or, when one cannot be written, none.
pub fn write_results(
    folder: &OutputFolder,
    run: &RunResults,
    timing: &[StageTime],
) -> Result<Vec<PathBuf>, WriteError> {
    commit_all(prepare_results(folder, run, timing)?)
}
