//! The trace of a replayed trial as CSV files.

use serde::Serialize;

use super::write::{OutputFolder, WriteError};
use crate::analysis::replay::Replay;

/// Writes `trace-events.csv`, `trace-inputs.csv`, `trace-markets.csv`, `trace-supplies.csv`, `trace-flows.csv` and
/// `trace-stockpiles.csv`, each whole.
///
/// # Errors
/// When a file cannot be written.
pub fn write(folder: &OutputFolder, replay: &Replay) -> Result<(), WriteError> {
    table(folder, "trace-events.csv", &replay.events)?;
    table(folder, "trace-inputs.csv", &replay.inputs)?;
    table(folder, "trace-markets.csv", &replay.markets)?;
    table(folder, "trace-supplies.csv", &replay.supplies)?;
    table(folder, "trace-flows.csv", &replay.flows)?;
    table(folder, "trace-stockpiles.csv", &replay.stockpiles)
}

fn table(folder: &OutputFolder, name: &str, rows: &[impl Serialize]) -> Result<(), WriteError> {
    folder.write(name, |file| {
        let mut writer = csv::Writer::from_writer(file);
        rows.iter().try_for_each(|row| writer.serialize(row))?;
        writer.flush().map_err(csv::Error::from)
    })?;
    Ok(())
}
