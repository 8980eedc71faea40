//! What the commands that ask "what would help" have in common: their folder, writing tables and charts, and telling what was found.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use rayon::ThreadPool;
use rayon::prelude::*;
use serde_json::Value;

use super::arguments::{ChartFormat, OutputOptions, ResumeOptions};
use super::failure::Failure;
use super::kept::KeptFile;
use super::results::{
    INTERRUPTED, chart_formats, clear_interrupted, default_folder, prepare_package, report_name, say_where,
    wants_workbook,
};
use super::run::stop_on_interrupt;
use super::{EXIT_INTERRUPTED, Outcome, load, terminal};
use crate::draft::Complaint;
use crate::report::CsvTable;
use crate::report::answer::Answer;
use crate::report::charts::{Chart, Format};
use crate::report::data_package;
use crate::report::file_list::ScenarioIdentity;
use crate::report::json;
use crate::report::replay_command::quoted;
use crate::report::results_folder::{CHARTS, ResultsFolder, Wanted};
use crate::report::sheet::Dialect;
use crate::report::workbook;
use crate::report::write::{OutputFolder, PendingFile};
use crate::scenario::{Document, nearest};
use crate::study::{Progress, Statistic};

/// The statistic of a name, where one is given.
pub fn statistic(name: Option<&str>, json: bool) -> Result<Option<Statistic>, Failure> {
    let Some(name) = name else {
        return Ok(None);
    };
    let known = || Statistic::ALL.iter().map(|statistic| statistic.name());
    let found = Statistic::named(name);
    found.map(Some).ok_or_else(|| Failure::Input {
        message: format!("there is no statistic `{name}`"),
        hint: Some(match nearest(name, known()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known: {}", known().collect::<Vec<_>>().join(", ")),
        }),
        json,
    })
}

/// The folder of a command's results, where all of them may be written: the one that was asked for, else one named after the command beside the
/// results of runs. `document` is that of the scenario to which it belongs.
pub fn place(
    command: &str,
    output: &OutputOptions,
    (scenario, document): (&Path, &Document),
    files: &[&str],
    inputs: &[PathBuf],
) -> Result<ResultsFolder, Failure> {
    let path = output.out.clone();
    let path = path.unwrap_or_else(|| default_folder(scenario).join(command));
    let identity = ScenarioIdentity::new(&load::file_name(scenario), &document.resolved(None));
    let folder = ResultsFolder::create(path, identity, Some(scenario))?;
    checked(command, folder, output, files, inputs)
}

/// The same for what is asked of the shipped tables: `about` says of what, in codes, and names the folder.
pub fn place_of_tables(
    command: &str,
    output: &OutputOptions,
    about: &str,
    files: &[&str],
    inputs: &[PathBuf],
) -> Result<ResultsFolder, Failure> {
    let path = output.out.clone();
    let path = path.unwrap_or_else(|| default_folder(Path::new(about)).join(command));
    let identity = ScenarioIdentity::new(
        &format!("the shipped tables ({about})"),
        &serde_json::json!({ "command": command, "about": about }),
    );
    let folder = ResultsFolder::create(path, identity, None)?;
    checked(command, folder, output, files, inputs)
}

/// Simulates, by the threads of `pool`, what the first interrupt stops; what has been simulated until then is kept in the folder, for `--resume`.
pub fn simulated<T: Send>(
    command: &str,
    (output, resume): (&OutputOptions, &ResumeOptions),
    folder: &ResultsFolder,
    pool: &ThreadPool,
    run: impl FnOnce(&Progress) -> T + Send,
) -> Result<(T, KeptFile), Failure> {
    let path = folder.folder().path();
    let kept = KeptFile::open(path, command, resume.resume, output.quiet, output.json)?;
    let progress = Arc::new(Progress::keeping(kept.clone()));
    stop_on_interrupt(&progress);
    Ok((pool.install(|| run(&progress)), kept))
}

/// The folder, where all may be written into it; it is claimed then.
fn checked(
    command: &str,
    folder: ResultsFolder,
    output: &OutputOptions,
    files: &[&str],
    inputs: &[PathBuf],
) -> Result<ResultsFolder, Failure> {
    let charts = chart_formats(&output.formats);
    let wanted = Wanted {
        files: files
            .iter()
            .map(|name| (*name).to_owned())
            .chain(report_name(&output.formats))
            .chain([data_package::NAME.to_owned()])
            .chain(workbook_name(command, &output.formats))
            .collect(),
        charts: charts.into_iter().map(Format::extension).collect(),
    };
    let refused = |error| Failure::of_place(error, output.json);
    folder.check(&wanted, inputs).map_err(|error| refused(error.into()))?;
    folder.check_within(INTERRUPTED, &wanted, inputs).map_err(refused)?;
    folder.folder().probe()?;
    folder.claim().map_err(refused)?;
    Ok(folder)
}

/// The name of a command's workbook, where one is wanted.
fn workbook_name(command: &str, formats: &[ChartFormat]) -> Option<String> {
    wants_workbook(formats).then(|| format!("{command}.xlsx"))
}

/// Writes the tables, the document as `COMMAND.json`, the charts, the page, the workbook and the description of the folder, all or none. Gives the folder:
/// what was interrupted goes into one of its own, so that a complete answer stays.
pub fn write(
    output: &OutputOptions,
    folder: &ResultsFolder,
    answer: &dyn Answer,
    document: &Value,
) -> Result<ResultsFolder, Failure> {
    let folder = match answer.interrupted() {
        Some(_) => folder.within(INTERRUPTED)?,
        None => {
            clear_interrupted(folder)?;
            folder.clone()
        }
    };
    let page = report_name(&output.formats).filter(|_| answer.run().is_some());
    let is_drawn = !chart_formats(&output.formats).is_empty() || page.is_some();
    let tables = answer.tables().map_err(Failure::of_table)?;
    let charts = if is_drawn { answer.charts()? } else { Vec::new() };
    let place = folder.folder();
    let mut files = Vec::new();
    let dialect = Dialect::from(output.csv_dialect);
    for rows in &tables {
        let table = CsvTable::of(rows).map_err(Failure::of_table)?;
        files.push(place.prepare(table.name, |to| dialect.write(&rows.table, table.bytes.as_slice(), to))?);
    }
    files.extend(draw(place, &charts, &output.formats)?);
    if let Some(name) = page {
        let text = answer.page(typed_command(), &charts, &tables);
        let text = text.map_err(Failure::of_table)?.unwrap_or_default();
        files.push(place.prepare(&name, |file| file.write_all(text.as_bytes()))?);
    }
    let about = answer.about();
    let described: Vec<_> = tables.iter().map(|rows| rows.table.clone()).collect();
    files.push(prepare_package(place, &about, &described, dialect)?);
    if let Some(name) = workbook_name(answer.command(), &output.formats) {
        let asked = workbook::Asked {
            run: answer.run(),
            command: typed_command(),
            sentences: answer.sentences(),
            about,
        };
        let bytes = workbook::of_command(asked, tables).map_err(Failure::of_workbook)?;
        files.push(place.prepare(&name, |file| file.write_all(&bytes))?);
    }
    let mut text = Vec::new();
    json::print(document, &mut text)?;
    let name = format!("{}.json", answer.command());
    files.push(place.prepare(&name, |file| file.write_all(&text))?);
    folder.commit(files, |_| true)?;
    Ok(folder)
}

/// Options that change nothing of what is found, with whether a value follows.
const WITHOUT_EFFECT: [(&str, bool); 9] = [
    ("--out", true),
    ("--threads", true),
    ("--formats", true),
    ("--csv-dialect", true),
    ("--color", true),
    ("--quiet", false),
    ("-q", false),
    ("--json", false),
    ("--resume", false),
];

/// The command as it was typed, without what changes nothing of what is found; files by their names, wherever they are.
fn typed_command() -> String {
    let mut words = super::typed().skip(1);
    let mut kept = vec!["critmin".to_owned()];
    while let Some(word) = words.next() {
        let (option, value) = word
            .split_once('=')
            .map_or((word.as_str(), None), |(option, value)| (option, Some(value)));
        if let Some((_, takes_value)) = WITHOUT_EFFECT.iter().find(|(name, _)| *name == option) {
            if *takes_value && value.is_none() {
                words.next();
            }
            continue;
        }
        let path = Path::new(&word);
        let is_file = path.extension().is_some_and(|extension| extension == "toml");
        let name = path
            .file_name()
            .filter(|_| is_file)
            .map(|name| name.to_string_lossy().into_owned());
        kept.push(quoted(&name.unwrap_or(word)));
    }
    kept.join(" ")
}

/// Tells what was found, where it is, and how to go on with a question that was interrupted. `scenario` is where the scenario's file is.
pub fn tell(
    output: &OutputOptions,
    folder: &ResultsFolder,
    kept: Option<&KeptFile>,
    started: Instant,
    answer: &dyn Answer,
    document: &Value,
    scenario: &Path,
) -> Outcome {
    if output.json {
        json::print(document, io::stdout().lock())?;
    } else if !output.quiet {
        let words = answer.words(&scenario.to_string_lossy(), terminal::width());
        write!(io::stdout(), "{words}")?;
    }
    say_where(folder.folder().path(), output.quiet, started)?;
    let interrupted = answer.interrupted();
    if let Some(what) = &interrupted {
        terminal::say(&format!("interrupted: {what}"))?;
    }
    if let Some(kept) = kept {
        kept.end(interrupted.is_none(), output.quiet)?;
    }
    Ok(match interrupted {
        Some(_) => EXIT_INTERRUPTED,
        None => 0,
    })
}

/// Every chart in the wanted formats, under temporary names.
pub fn draw(folder: &OutputFolder, charts: &[Chart], formats: &[ChartFormat]) -> Result<Vec<PendingFile>, Failure> {
    let formats = chart_formats(formats);
    if charts.is_empty() || formats.is_empty() {
        return Ok(Vec::new());
    }
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

/// What was asked for and is not there, with hints: as text, or as JSON on stdout.
pub fn refused(complaints: Vec<Complaint>, json: bool) -> Failure {
    let mut complaints: Vec<(String, Option<String>)> = complaints
        .into_iter()
        .map(|complaint| (complaint.message, complaint.hint))
        .collect();
    match (complaints.len(), complaints.pop()) {
        (1, Some((message, hint))) => Failure::Input { message, hint, json },
        (_, last) => Failure::Inputs(complaints.into_iter().chain(last).collect()),
    }
}
