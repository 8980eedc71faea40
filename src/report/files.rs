//! The result files of a run, in one call.

use std::path::PathBuf;

use rayon::prelude::*;

use crate::results::types::{PolicyResults, RunResults};

use super::csv;
use super::json::{self, StageTime};
use super::write::{OutputFolder, PendingFile, WriteError, commit_all};

type Format = fn(&RunResults, &mut PendingFile) -> Result<(), ::csv::Error>;

/// Whether results have a table.
type Has = fn(&PolicyResults) -> bool;

/// Tables by file name.
const TABLES: [(&str, Has, Format); 6] = [
    ("summary.csv", |_| true, |run, file| csv::summary(run, file)),
    ("exceedance.csv", |_| true, |run, file| csv::exceedance(run, file)),
    (
        "timeline.csv",
        |policy| policy.timeline.is_some(),
        |run, file| csv::timeline(run, file),
    ),
    ("events.csv", |_| true, |run, file| csv::events(run, file)),
    (
        "attribution.csv",
        |policy| policy.attribution.is_some(),
        |run, file| csv::attribution(run, file),
    ),
    ("supply.csv", |_| true, |run, file| csv::supply(run, file)),
];

/// Tables that these results do without.
pub fn tables_left_out(run: &RunResults) -> impl Iterator<Item = &'static str> {
    let left_out = TABLES.iter().filter(|(_, has, _)| !run.policies.iter().any(has));
    left_out.map(|(name, ..)| *name)
}

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
            let written = TABLES.par_iter().filter(|(_, has, _)| run.policies.iter().any(has));
            written
                .map(|(name, _, format)| folder.prepare(name, |file| format(run, file)))
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
