//! What the commands that ask "what would help" have in common: writing tables and charts.

use std::io::{self, Write};

use rayon::prelude::*;

use super::arguments::ChartFormat;
use super::failure::Failure;
use super::results::chart_formats;
use crate::report::charts::Chart;
use crate::report::results_folder::{CHARTS, ResultsFolder};
use crate::report::write::{OutputFolder, PendingFile};

/// Every chart in the wanted formats, under temporary names.
pub fn draw(folder: &OutputFolder, charts: &[Chart], formats: &[ChartFormat]) -> Result<Vec<PendingFile>, Failure> {
    if charts.is_empty() {
        return Ok(Vec::new());
    }
    let formats = chart_formats(formats);
    let charts_folder = folder.folder(CHARTS)?;
    charts_folder.remove_stale(|_| true);
    let drawn: Vec<(String, Vec<u8>)> = charts
        .par_iter()
        .flat_map(|chart| formats.par_iter().map(move |format| (chart, *format)))
        .map(|(chart, format)| {
            Ok((
                format!("{}.{}", chart.name, format.extension()),
                chart.to_bytes(format)?,
            ))
        })
        .collect::<Result<_, Failure>>()?;
    let mut files = Vec::new();
    for (name, bytes) in &drawn {
        files.push(charts_folder.prepare(name, |file| file.write_all(bytes))?);
    }
    Ok(files)
}

/// A CSV table under a temporary name.
pub fn write_table(
    folder: &ResultsFolder,
    name: &str,
    write: impl FnOnce(&mut PendingFile) -> Result<(), csv::Error>,
) -> Result<PendingFile, Failure> {
    let file = folder
        .folder()
        .prepare(name, |file| write(file).map_err(io::Error::from));
    Ok(file?)
}
