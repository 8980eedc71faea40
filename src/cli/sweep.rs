//! `critmin sweep`.

use std::sync::Arc;
use std::time::Instant;

use super::arguments::SweepOptions;
use super::failure::Failure;
use super::run::{stop_on_interrupt, thread_pool};
use super::whatif::{place, statistic, tell, write, write_table};
use super::{Outcome, load};
use crate::engine::run::Progress;
use crate::report::charts::render_sweep;
use crate::report::sweep::json::document;
use crate::report::sweep::{NAMES, csv, words};
use crate::study::Study;
use crate::whatif::sweep::{Plan, SweepError, prepare};

/// The command, as its folder is called.
const NAME: &str = "sweep";

/// Varies one key or two, and writes tables and charts.
pub fn sweep(options: &SweepOptions) -> Outcome {
    let (started, output) = (Instant::now(), &options.output);
    let read = load::load(&options.scenario, options.trials, output.json)?;
    let study = Study::of(read, &load::file_name(&options.scenario.scenario));
    let pool = thread_pool(output.threads)?;
    let plan = Plan {
        axes: options.vary.clone(),
        to: options.to.clone(),
        of: statistic(options.of.as_deref(), output.json)?,
        level: options.level,
        policy: options.policy.clone(),
        from_first: options.from_first,
        trials: options.trials,
        precision: options.precision,
    };
    let prepared = pool.install(|| prepare(&study, &plan));
    let prepared = prepared.map_err(|error| of_sweep(error, output.json))?;
    // The place comes before the run, which must not fail at its end for want of one.
    let scenario = options.scenario.scenario.as_path();
    let inputs = study.document().files();
    let folder = place(NAME, output, (scenario, study.document()), &NAMES, &inputs)?;
    let progress = Arc::new(Progress::default());
    stop_on_interrupt(&progress);
    let found = pool.install(|| prepared.run(&plan, &progress));
    let found = found.map_err(|error| Failure::of_run(error, output.json))?;
    let document = document(&found);
    pool.install(|| {
        let mut tables = vec![write_table(&folder, "sweep.csv", |file| csv::points(&found, file))?];
        if options.level.is_some() {
            let crossings = write_table(&folder, "crossings.csv", |file| csv::crossings(&found, file));
            tables.push(crossings?);
        }
        write(NAME, output, &folder, tables, &document, || render_sweep(&found))
    })?;
    let is_interrupted = found.results.run.manifest.interrupted;
    let interrupted = is_interrupted.then_some("the sweep is of the trials that were complete for all points");
    let words = |width| words::terminal(&found, &scenario.to_string_lossy(), width);
    tell(output, &folder, started, &document, words, interrupted)
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
