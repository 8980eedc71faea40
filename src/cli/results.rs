//! What commands do with results: write them to a folder, all or none, and print the summary.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rayon::prelude::*;

use super::arguments::ChartFormat;
use super::failure::Failure;
use crate::report::charts::{Format, KINDS, WithoutShape, letters_without_shape, render_all};
use crate::report::json::{self, StageTime};
use crate::report::write::{OutputFolder, PendingFile, commit_all};
use crate::report::{prepare_results, table, tables_left_out};
use crate::results::types::RunResults;

/// Name of the file of samples.
pub const SAMPLES: &str = "samples.csv";

/// `out/<scenario name>`.
pub fn default_folder(scenario: &Path) -> PathBuf {
    let name = scenario
        .file_stem()
        .map_or_else(|| "scenario".into(), std::ffi::OsStr::to_os_string);
    Path::new("out").join(name)
}

/// The stage that began then.
pub fn stage(name: &str, started: Instant) -> StageTime {
    StageTime {
        stage: name.to_owned(),
        seconds: started.elapsed().as_secs_f64(),
    }
}

/// Writes tables, charts and samples. Everything is on disk under temporary names before the first file is replaced. Then removes charts, tables and
/// samples of earlier runs that this one does not have: what no longer belongs to the tables beside it would mislead.
pub fn write(
    folder: &OutputFolder,
    results: &RunResults,
    formats: &[ChartFormat],
    samples: Option<PendingFile>,
    mut timing: Vec<StageTime>,
) -> Result<(), Failure> {
    let started = Instant::now();
    let (mut files, charts) = prepare_charts(folder, results, formats)?;
    timing.push(stage("charts", started));
    let has_samples = samples.is_some();
    files.extend(samples);
    // The manifest comes last: where it is new, all is.
    files.extend(prepare_results(folder, results, &timing)?);
    commit_all(files)?;
    if !has_samples {
        folder.remove(SAMPLES)?;
    }
    for table in tables_left_out(results) {
        folder.remove(table)?;
    }
    let charts: Vec<&str> = charts.iter().map(String::as_str).collect();
    Ok(folder.keep_only("charts", &KINDS, &charts)?)
}

/// Names the texts whose letters PNGs show as boxes, as no font on this machine has them.
pub fn warn_of_letters(results: &RunResults, formats: &[ChartFormat], quiet: bool) -> Result<(), Failure> {
    if quiet || !formats.contains(&ChartFormat::Png) {
        return Ok(());
    }
    let found = letters_without_shape(results);
    if found.is_empty() {
        return Ok(());
    }
    let mut to = std::io::stderr().lock();
    for WithoutShape { text, letters } in &found {
        let [text, letters] = [text, letters].map(|text| text.escape_debug());
        writeln!(
            to,
            "warning: PNG charts show boxes for {letters} in \"{text}\": no font on this machine has these letters"
        )?;
    }
    writeln!(
        to,
        "hint: install a font that has them (e.g. one of the Noto fonts), or use the SVG charts, for which the viewer chooses the font"
    )?;
    Ok(())
}

/// Every chart in the wanted formats, and their names.
fn prepare_charts(
    folder: &OutputFolder,
    results: &RunResults,
    formats: &[ChartFormat],
) -> Result<(Vec<PendingFile>, Vec<String>), Failure> {
    let formats: Vec<Format> = formats
        .iter()
        .filter_map(|format| match format {
            ChartFormat::Svg => Some(Format::Svg),
            ChartFormat::Png => Some(Format::Png),
            ChartFormat::None => None,
        })
        .collect();
    let charts = if formats.is_empty() {
        Vec::new()
    } else {
        render_all(results)?
    };
    if charts.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let charts_folder = folder.folder("charts")?;
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
    Ok((files, drawn.into_iter().map(|(name, _)| name).collect()))
}

/// Prints the summary as a table or as JSON.
pub fn print(results: &RunResults, as_json: bool, quiet: bool) -> Result<(), Failure> {
    if as_json {
        json::summary(results, std::io::stdout().lock())?;
    } else if !quiet {
        write!(std::io::stdout(), "{}", table::summary(results))?;
    }
    Ok(())
}

/// Says where the results are.
pub fn say_where(what: &Path, quiet: bool, started: Instant) -> Result<(), Failure> {
    if !quiet {
        let seconds = started.elapsed().as_secs_f64();
        writeln!(std::io::stderr(), "\nwrote {} in {seconds:.1} s", what.display())?;
    }
    Ok(())
}
