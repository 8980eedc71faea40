//! The trace of a replayed trial as CSV files.

use serde::Serialize;

use super::results_folder::ResultsFolder;
use super::write::{OutputFolder, PendingFile, WriteError};
use crate::analysis::replay::Replay;

/// Names of the files.
pub const NAMES: [&str; 6] = [
    "trace-events.csv",
    "trace-inputs.csv",
    "trace-markets.csv",
    "trace-supplies.csv",
    "trace-flows.csv",
    "trace-stockpiles.csv",
];

/// Writes the files, all or none.
///
/// # Errors
/// When a file cannot be written.
pub fn write(folder: &ResultsFolder, replay: &Replay) -> Result<(), WriteError> {
    let [events, inputs, markets, supplies, flows, stockpiles] = NAMES;
    let to = folder.folder();
    let files = vec![
        table(to, events, &replay.events)?,
        table(to, inputs, &replay.inputs)?,
        table(to, markets, &replay.markets)?,
        table(to, supplies, &replay.supplies)?,
        table(to, flows, &replay.flows)?,
        table(to, stockpiles, &replay.stockpiles)?,
    ];
    folder.commit(files, |_| false)
}

fn table(folder: &OutputFolder, name: &str, rows: &[impl Serialize]) -> Result<PendingFile, WriteError> {
    folder.prepare(name, |file| {
        let mut writer = csv::Writer::from_writer(file);
        rows.iter().try_for_each(|row| writer.serialize(row))?;
        writer.flush().map_err(csv::Error::from)
    })
}
