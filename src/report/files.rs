//! The result files of a run, in one call.

use std::path::PathBuf;

use crate::results::types::RunResults;

use super::csv;
use super::json::{self, StageTime};
use super::write::{OutputFolder, PendingFile, WriteError};

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

/// Writes every CSV table and `results.json`, each whole; gives their paths. `samples.csv` is written while the run goes
/// ([`csv::SamplesWriter`]), charts by their own room.
pub fn write_results(
    folder: &OutputFolder,
    run: &RunResults,
    timing: &[StageTime],
) -> Result<Vec<PathBuf>, WriteError> {
    let mut paths = Vec::new();
    for (name, format) in TABLES {
        paths.push(folder.write(name, |file| format(run, file))?);
    }
    paths.push(folder.write("results.json", |file| json::results(run, timing, file))?);
    Ok(paths)
}
