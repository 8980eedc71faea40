//! `critmin compare`.

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use super::arguments::{ChartFormat, CompareOptions};
use super::failure::Failure;
use super::results::{default_folder, say_where};
use super::run::{stop_on_interrupt, thread_pool};
use super::whatif::{draw, write_table};
use super::{EXIT_INTERRUPTED, Outcome, load, terminal};
use crate::engine::run::Progress;
use crate::report::charts::{Format, render_comparison};
use crate::report::compare::{csv, json as document, words};
use crate::report::file_list::ScenarioIdentity;
use crate::report::json;
use crate::report::results_folder::{ResultsFolder, Wanted};
use crate::study::Study;
use crate::whatif::compare::{Comparison, Plan, prepare};

/// Compares policies, or scenarios, and writes tables and charts.
pub fn compare(options: &CompareOptions) -> Outcome {
    let started = Instant::now();
    let mut studies = Vec::new();
    for path in &options.scenarios {
        let mut document = load::open(path, options.json)?;
        load::set(&mut document, &options.set, options.json)?;
        load::set_run(&mut document, options.seed, options.trials, options.json)?;
        studies.push(Study::of(document, &load::file_name(path)));
    }
    let pool = thread_pool(options.threads)?;
    let plan = Plan {
        policies: options.policies.clone(),
        pairs: options.pairs,
        trials: options.trials,
        precision: options.precision,
    };
    let prepared = pool.install(|| prepare(&studies, &plan));
    let prepared = prepared.map_err(|error| Failure::of_run(error, options.json))?;
    // The place comes before the run, which must not fail at its end for want of one.
    let folder = place(options, &studies)?;
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
        terminal::say("interrupted: the comparison is of the trials that were complete for all")?;
        return Ok(EXIT_INTERRUPTED);
    }
    Ok(0)
}

/// The folder, where all of it may be written.
fn place(options: &CompareOptions, studies: &[Study]) -> Result<ResultsFolder, Failure> {
    let scenario = &options.scenarios[0];
    let path = options
        .out
        .clone()
        .unwrap_or_else(|| default_folder(scenario).join("compare"));
    let documents = studies.iter().map(Study::document);
    let inputs: Vec<_> = documents.flat_map(|document| document.files()).collect();
    let identity = ScenarioIdentity::new(&load::file_name(scenario), &studies[0].document().resolved(None));
    let folder = ResultsFolder::create(path, identity, Some(scenario))?;
    let charts = options.formats.iter().filter_map(|format| match format {
        ChartFormat::Svg => Some(Format::Svg.extension()),
        ChartFormat::Png => Some(Format::Png.extension()),
        ChartFormat::None => None,
    });
    let wanted = Wanted {
        files: crate::report::compare::NAMES.map(str::to_owned).to_vec(),
        charts: charts.collect(),
    };
    let refused = |error| Failure::of_place(error, options.json);
    folder.check(&wanted, &inputs).map_err(|error| refused(error.into()))?;
    folder.folder().probe()?;
    folder.claim().map_err(refused)?;
    Ok(folder)
}

fn write(options: &CompareOptions, folder: &ResultsFolder, found: &Comparison) -> Result<(), Failure> {
    let charts = if options.formats.iter().all(|format| *format == ChartFormat::None) {
        Vec::new()
    } else {
        render_comparison(found)?
    };
    let mut files = draw(folder.folder(), &charts, &options.formats)?;
    files.push(write_table(folder, "compare.csv", |file| csv::effects(found, file))?);
    if options.pairs {
        files.push(write_table(folder, "pairs.csv", |file| csv::pairs(found, file))?);
    }
    let mut text = Vec::new();
    json::print(&document::document(found), &mut text)?;
    files.push(folder.folder().prepare("compare.json", |file| file.write_all(&text))?);
    Ok(folder.commit(files, |_| true)?)
}
