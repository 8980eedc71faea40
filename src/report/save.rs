//! What was found, written into a folder of results as a command writes it, for programs that hold it in memory.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::charts::{Chart, Format};
use super::columns::Table;
use super::data_package::{self, About};
use super::json;
use super::results_folder::{CHARTS, ResultsFolder, Wanted};
use super::sheet::Dialect;
use super::write::WriteError;

/// Files by name, charts as SVG, and what they are about.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// What the folder is about.
    pub about: About,
    /// The tables among the files.
    pub tables: Vec<Table>,
    /// Name and bytes of each, the document with everything last.
    pub files: Vec<(String, Vec<u8>)>,
    /// The charts.
    pub charts: Vec<Chart>,
}

/// Writes all of it, or nothing. `inputs` are files that must not be written over.
///
/// # Errors
/// What is in the way: nothing that critmin did not write, or that was changed since, is replaced.
pub fn save(folder: &ResultsFolder, found: &Files, inputs: &[PathBuf]) -> Result<PathBuf, WriteError> {
    let names = found.files.iter().map(|(name, _)| name.as_str());
    let wanted = Wanted {
        files: names.chain([data_package::NAME]).map(str::to_owned).collect(),
        charts: vec![Format::Svg.extension()],
    };
    folder.check(&wanted, inputs)?;
    folder.claim()?;
    let place = folder.folder();
    let mut pending = Vec::new();
    if !found.charts.is_empty() {
        let charts = place.folder(CHARTS)?;
        charts.remove_stale(|_| true);
        for chart in &found.charts {
            let name = format!("{}.{}", chart.name, Format::Svg.extension());
            pending.push(charts.prepare(&name, |file| file.write_all(chart.svg.as_bytes()))?);
        }
    }
    let package = data_package::document(&found.about, &found.tables, Dialect::Comma);
    pending.push(place.prepare(data_package::NAME, |file| json::print(&package, file))?);
    for (name, bytes) in &found.files {
        pending.push(place.prepare(name, |file| file.write_all(bytes))?);
    }
    folder.commit(pending, |_| true)?;
    Ok(Path::new(place.path()).to_owned())
}
