//! `critmin sweep`.

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use super::arguments::{ChartFormat, SweepOptions};
use super::failure::Failure;
use super::results::{chart_formats, default_folder, say_where};
use super::run::{stop_on_interrupt, thread_pool};
use super::whatif::{draw, write_table};
use super::{EXIT_INTERRUPTED, Outcome, load, terminal};
use crate::engine::run::Progress;
use crate::report::charts::{Format, render_sweep};
use crate::report::file_list::ScenarioIdentity;
use crate::report::json;
use crate::report::results_folder::{ResultsFolder, Wanted};
use crate::report::sweep::{csv, json as document, words};
use crate::scenario::nearest;
use crate::study::{Statistic, Study};
use crate::whatif::sweep::{Plan, Sweep, SweepError, prepare};

/// Varies one key or two, and writes tables and charts.
pub fn sweep(options: &SweepOptions) -> Outcome {
    let started = Instant::now();
    let document = load::load(&options.scenario, options.trials, options.json)?;
    let study = Study::of(document, &load::file_name(&options.scenario.scenario));
    let pool = thread_pool(options.threads)?;
    let plan = Plan {
        axes: options.vary.clone(),
        to: options.to.clone(),
        of: statistic(options)?,
        level: options.level,
        policy: options.policy.clone(),
        from_first: options.from_first,
        trials: options.trials,
        precision: options.precision,
    };
    let prepared = pool.install(|| prepare(&study, &plan));
    let prepared = prepared.map_err(|error| of_sweep(error, options.json))?;
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
        let scenario = options.scenario.scenario.to_string_lossy();
        let text = words::terminal(&found, &scenario, terminal::width());
        write!(std::io::stdout(), "{text}")?;
    }
    say_where(folder.folder().path(), options.quiet, started)?;
    if found.results.run.manifest.interrupted {
        terminal::say("interrupted: the sweep is of the trials that were complete for all points")?;
        return Ok(EXIT_INTERRUPTED);
    }
    Ok(0)
}

fn of_sweep(error: SweepError, json: bool) -> Failure {
    match error {
        SweepError::Study(error) => Failure::of_run(error, json),
        SweepError::Refused(refusal) => Failure::Input {
            message: refusal.message,
            hint: Some(refusal.hint),
            json,
        },
    }
}

fn statistic(options: &SweepOptions) -> Result<Option<Statistic>, Failure> {
    let Some(name) = &options.of else {
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
        json: options.json,
    })
}

/// The folder, where all of it may be written.
fn place(options: &SweepOptions, study: &Study) -> Result<ResultsFolder, Failure> {
    let scenario = &options.scenario.scenario;
    let path = options
        .out
        .clone()
        .unwrap_or_else(|| default_folder(scenario).join("sweep"));
    let identity = ScenarioIdentity::new(&load::file_name(scenario), &study.document().resolved(None));
    let folder = ResultsFolder::create(path, identity, Some(scenario))?;
    let wanted = Wanted {
        files: crate::report::sweep::NAMES.map(str::to_owned).to_vec(),
        charts: chart_formats(&options.formats)
            .into_iter()
            .map(Format::extension)
            .collect(),
    };
    let refused = |error| Failure::of_place(error, options.json);
    let inputs = study.document().files();
    folder.check(&wanted, &inputs).map_err(|error| refused(error.into()))?;
    folder.folder().probe()?;
    folder.claim().map_err(refused)?;
    Ok(folder)
}

fn write(options: &SweepOptions, folder: &ResultsFolder, found: &Sweep) -> Result<(), Failure> {
    let charts = if options.formats.iter().all(|format| *format == ChartFormat::None) {
        Vec::new()
    } else {
        render_sweep(found)?
    };
    let mut files = draw(folder.folder(), &charts, &options.formats)?;
    files.push(write_table(folder, "sweep.csv", |file| csv::points(found, file))?);
    if options.level.is_some() {
        files.push(write_table(folder, "crossings.csv", |file| {
            csv::crossings(found, file)
        })?);
    }
    let mut text = Vec::new();
    json::print(&document::document(found), &mut text)?;
    files.push(folder.folder().prepare("sweep.json", |file| file.write_all(&text))?);
    Ok(folder.commit(files, |_| true)?)
}
