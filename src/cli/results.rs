//! What commands do with results: write them to a folder, all or none, and print the summary.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::arguments::ChartFormat;
use super::failure::Failure;
use super::terminal;
use super::whatif::draw;
use crate::report::charts::{Format, WithoutShape, letters_without_shape, render_all};
use crate::report::columns::Table;
use crate::report::data_package::About;
use crate::report::html;
use crate::report::json::{self, StageTime};
use crate::report::replay_command::run_command;
use crate::report::results_folder::{ResultsFolder, Wanted};
use crate::report::sheet::Dialect;
use crate::report::width::wrapped;
use crate::report::workbook;
use crate::report::write::{OutputFolder, PendingFile, WriteError};
use crate::report::{
    band, columns, data_package, prepare_results, prepare_table, result_names, samples_in, table, trace_csv,
};
use crate::results::difference::RowDifferences;
use crate::results::types::{CostlyTable, RunResults};
use crate::study::Part;
use crate::whatif::band::Band;

/// The folder for results of what was interrupted, within that of complete results: these stay as they are.
pub const INTERRUPTED: &str = "interrupted";

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

/// What a run may write into its folder of results.
pub fn wanted(formats: &[ChartFormat], samples: bool, left_out: &[CostlyTable]) -> Wanted {
    let mut files = result_names(left_out);
    files.extend(report_name(formats));
    files.push(band::NAME.to_owned());
    files.push(data_package::NAME.to_owned());
    if wants_workbook(formats) {
        files.push(workbook::NAME.to_owned());
    }
    if samples {
        files.push(SAMPLES.to_owned());
    }
    let charts = chart_formats(formats).into_iter().map(Format::extension).collect();
    Wanted { files, charts }
}

/// What there is beside the results of trials.
#[derive(Default)]
pub struct Beside<'a> {
    /// The samples, with commas.
    pub samples: Option<PendingFile>,
    /// The headline under other rules of allocation.
    pub band: Option<&'a Band>,
    /// One bad trial as a story.
    pub story: Option<&'a str>,
    /// What each policy changes, for the workbook.
    pub differences: Vec<Vec<RowDifferences>>,
}

/// Writes tables and charts, and what is `beside` them. Everything is on disk under temporary names before the first file is replaced. Then removes charts, tables and
/// samples of earlier runs that this one does not have.
pub fn write(
    folder: &ResultsFolder,
    results: &RunResults,
    (formats, dialect): (&[ChartFormat], Dialect),
    beside: Beside<'_>,
    mut timing: Vec<StageTime>,
) -> Result<(), Failure> {
    let started = Instant::now();
    let place = folder.folder();
    let mut files = prepare_charts(place, results, formats, beside.story)?;
    timing.push(stage("charts", started));
    if wants_workbook(formats) {
        let started = Instant::now();
        files.push(prepare_workbook(place, results, &beside)?);
        timing.push(stage("workbook", started));
    }
    if let Some(samples) = beside.samples {
        files.push(samples_in(place, samples, dialect)?);
    }
    if let Some(band) = beside.band {
        let table = prepare_table(place, band::NAME, dialect, |to| band::table(results, band, to));
        files.push(table?);
    }
    // The manifest comes last: where it is new, all is.
    let prepared = prepare_results(place, results, dialect, &timing)?;
    let names = files.iter().chain(&prepared).filter_map(|file| file.path().file_name());
    let names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    let mut tables: Vec<Table> = columns::of_run();
    tables.retain(|table| names.iter().any(|name| name == table.file));
    files.push(prepare_package(place, &About::of(results, "run"), &tables, dialect)?);
    files.extend(prepared);
    // Traces of single trials are not of a run.
    Ok(folder.commit(files, |name| !trace_csv::NAMES.contains(&name))?)
}

/// The description of a folder for programs.
pub fn prepare_package(
    folder: &OutputFolder,
    about: &About,
    tables: &[Table],
    dialect: Dialect,
) -> Result<PendingFile, Failure> {
    let package = data_package::document(about, tables, dialect);
    Ok(folder.prepare(data_package::NAME, |file| json::print(&package, file))?)
}

/// Whether a workbook is wanted.
pub fn wants_workbook(formats: &[ChartFormat]) -> bool {
    formats.contains(&ChartFormat::Xlsx)
}

fn prepare_workbook(folder: &OutputFolder, results: &RunResults, beside: &Beside<'_>) -> Result<PendingFile, Failure> {
    let bytes = workbook::of_run(&workbook::Run {
        found: results,
        differences: &beside.differences,
        band: beside.band,
        command: run_command(results),
    });
    let bytes = bytes.map_err(Failure::of_workbook)?;
    Ok(folder.prepare(workbook::NAME, |file| file.write_all(&bytes))?)
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
    for WithoutShape { text, letters } in &found {
        terminal::say(&format!(
            "warning: PNG charts show boxes for {letters} in \"{text}\": no font on this machine has these letters"
        ))?;
    }
    terminal::say(
        "hint: install a font that has them (e.g. one of the Noto fonts), or use the SVG charts, for which the viewer chooses the font",
    )?;
    Ok(())
}

/// The name of the page, where one is wanted.
pub fn report_name(formats: &[ChartFormat]) -> Option<String> {
    formats.contains(&ChartFormat::Html).then(|| html::NAME.to_owned())
}

/// The formats that charts are wanted in.
pub fn chart_formats(formats: &[ChartFormat]) -> Vec<Format> {
    let formats = formats.iter().filter_map(|format| match format {
        ChartFormat::Svg => Some(Format::Svg),
        ChartFormat::Png => Some(Format::Png),
        _ => None,
    });
    formats.collect()
}

/// Every chart of a run in the wanted formats, and the page. `story` is that of one bad trial, where it was replayed.
fn prepare_charts(
    folder: &OutputFolder,
    results: &RunResults,
    formats: &[ChartFormat],
    story: Option<&str>,
) -> Result<Vec<PendingFile>, Failure> {
    let page = report_name(formats);
    if chart_formats(formats).is_empty() && page.is_none() {
        return Ok(Vec::new());
    }
    let charts = render_all(results)?;
    let mut files = draw(folder, &charts, formats)?;
    if let Some(name) = page {
        let report = html::of_run(results, run_command(results), &charts, story);
        let text = report.map_err(Failure::of_table)?.html();
        files.push(folder.prepare(&name, |file| file.write_all(text.as_bytes()))?);
    }
    Ok(files)
}

/// Prints the summary as a table or as JSON. `scenario` is where its file is, as far as that is known.
pub fn print(
    results: &RunResults,
    band: Option<&Band>,
    scenario: &Path,
    as_json: bool,
    quiet: bool,
) -> Result<(), Failure> {
    if as_json {
        json::summary(results, band, std::io::stdout().lock())?;
    } else if !quiet {
        let scenario = scenario.to_string_lossy();
        write!(
            std::io::stdout(),
            "{}",
            table::summary(results, &scenario, terminal::width())
        )?;
        for sentence in band.map_or_else(Vec::new, |band| band::sentences(results, band)) {
            terminal::say(&wrapped(&sentence, "", "", terminal::width()))?;
        }
    }
    Ok(())
}

/// Says where the results are.
pub fn say_where(what: &Path, quiet: bool, started: Instant) -> Result<(), Failure> {
    if !quiet {
        let seconds = started.elapsed().as_secs_f64();
        terminal::say(&format!("\nwrote {} in {seconds:.1} s", what.display()))?;
    }
    Ok(())
}

/// What `--json` prints of a partial result.
pub fn about_partial(path: &Path, part: &Part) -> serde_json::Value {
    let manifest = &part.head.frame.manifest;
    let policies: Vec<&str> = part
        .policies
        .iter()
        .map(|policy| policy.facts.policy.as_str())
        .collect();
    serde_json::json!({
        "partial": path.display().to_string(),
        "scenario_sha256": manifest.scenario_sha256,
        "seed": manifest.seed,
        "trials": manifest.trials,
        "first_trial": part.head.trials.start,
        "end_trial": part.head.trials.end,
        "policies": policies,
    })
}

/// Removes the results of an attempt that was interrupted, where they are as they were written.
pub fn clear_interrupted(folder: &ResultsFolder) -> Result<(), WriteError> {
    let path = folder.folder().path().join(INTERRUPTED);
    match std::fs::symlink_metadata(path).is_ok_and(|about| about.is_dir()) {
        true => folder.within(INTERRUPTED)?.clear(),
        false => Ok(()),
    }
}
