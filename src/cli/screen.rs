//! `critmin screen`.

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use super::arguments::{ChartFormat, ScreenOptions};
use super::failure::Failure;
use super::results::{default_folder, say_where};
use super::run::{stop_on_interrupt, thread_pool};
use super::whatif::{draw, write_table};
use super::{EXIT_INTERRUPTED, Outcome, load, terminal};
use crate::engine::run::Progress;
use crate::report::charts::{Format, render_screening};
use crate::report::file_list::ScenarioIdentity;
use crate::report::json;
use crate::report::results_folder::{ResultsFolder, Wanted};
use crate::report::screen::{csv, json as document, words};
use crate::study::Study;
use crate::whatif::screen::{Plan, Screening, prepare};

/// Screens every maker of a scenario, and writes tables and charts.
pub fn screen(options: &ScreenOptions) -> Outcome {
    let started = Instant::now();
    let path = &options.scenario.scenario;
    let mut document = load::open(path, options.json)?;
    load::set(&mut document, &options.scenario.set, options.json)?;
    load::set_run(&mut document, options.scenario.seed, options.trials, options.json)?;
    let study = Study::of(document, &load::file_name(path));
    let pool = thread_pool(options.threads)?;
    let plan = Plan {
        pairs: options.pairs,
        trials: options.trials,
        precision: options.precision,
    };
    let prepared = pool.install(|| prepare(&study, &plan));
    let prepared = prepared.map_err(|error| Failure::of_run(error, options.json))?;
    // The place comes before the run, which must not fail at its end for want of one.
    let folder = place(options, &study)?;
    let progress = Arc::new(Progress::default());
    stop_on_interrupt(&progress);
    let found = pool.install(|| prepared.run(&plan, &progress));
    let found = found.map_err(|error| Failure::of_run(error, options.json))?;
    pool.install(|| write(options, &folder, &found))?;
    if options.json {
        json::print(&document::document(&found), std::io::stdout().lock())?;
    } else if !options.quiet {
        write!(std::io::stdout(), "{}", words::terminal(&found, terminal::width()))?;
    }
    say_where(folder.folder().path(), options.quiet, started)?;
    if found.results.run.manifest.interrupted {
        terminal::say("interrupted: the screening is of the trials that were complete for all")?;
        return Ok(EXIT_INTERRUPTED);
    }
    Ok(0)
}

/// The folder, where all of it may be written.
fn place(options: &ScreenOptions, study: &Study) -> Result<ResultsFolder, Failure> {
    let scenario = &options.scenario.scenario;
    let path = options
        .out
        .clone()
        .unwrap_or_else(|| default_folder(scenario).join("screen"));
    let inputs = study.document().files();
    let identity = ScenarioIdentity::new(&load::file_name(scenario), &study.document().resolved(None));
    let folder = ResultsFolder::create(path, identity, Some(scenario))?;
    let charts = options.formats.iter().filter_map(|format| match format {
        ChartFormat::Svg => Some(Format::Svg.extension()),
        ChartFormat::Png => Some(Format::Png.extension()),
        ChartFormat::None => None,
    });
    let wanted = Wanted {
        files: crate::report::screen::NAMES.map(str::to_owned).to_vec(),
        charts: charts.collect(),
    };
    let refused = |error| Failure::of_place(error, options.json);
    folder.check(&wanted, &inputs).map_err(|error| refused(error.into()))?;
    folder.folder().probe()?;
    folder.claim().map_err(refused)?;
    Ok(folder)
}

fn write(options: &ScreenOptions, folder: &ResultsFolder, found: &Screening) -> Result<(), Failure> {
    let charts = if options.formats.iter().all(|format| *format == ChartFormat::None) {
        Vec::new()
    } else {
        render_screening(found)?
    };
    let mut files = draw(folder.folder(), &charts, &options.formats)?;
    files.push(write_table(folder, "screen.csv", |file| csv::outages(found, file))?);
    if options.pairs {
        files.push(write_table(folder, "pairs.csv", |file| csv::pairs(found, file))?);
    }
    let mut text = Vec::new();
    json::print(&document::document(found), &mut text)?;
    files.push(folder.folder().prepare("screen.json", |file| file.write_all(&text))?);
    Ok(folder.commit(files, |_| true)?)
}
