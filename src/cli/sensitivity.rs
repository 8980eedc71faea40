//! `critmin sensitivity`.

use std::sync::Arc;
use std::time::Instant;

use super::arguments::SensitivityOptions;
use super::failure::Failure;
use super::run::{stop_on_interrupt, thread_pool};
use super::whatif::{place, statistic, tell, write, write_table};
use super::{Outcome, load};
use crate::engine::run::Progress;
use crate::report::charts::render_sensitivity;
use crate::report::sensitivity::json::document;
use crate::report::sensitivity::{NAMES, csv, words};
use crate::study::Study;
use crate::whatif::sensitivity::{Plan, SensitivityError, prepare};

/// The command, as its folder is called.
const NAME: &str = "sensitivity";

/// Tells what drives the answer, and writes a table and charts.
pub fn sensitivity(options: &SensitivityOptions) -> Outcome {
    let (started, output) = (Instant::now(), &options.output);
    let scenario = options.scenario.scenario.as_path();
    let read = load::load(&options.scenario, options.trials, output.json)?;
    let study = Study::of(read, &load::file_name(scenario));
    let pool = thread_pool(output.threads)?;
    let plan = Plan {
        of: statistic(options.of.as_deref(), output.json)?,
        trials: options.trials,
        precision: options.precision,
    };
    let prepared = pool.install(|| prepare(&study));
    let prepared = prepared.map_err(|error| of_sensitivity(error, output.json))?;
    // The place comes before the run, which must not fail at its end for want of one.
    let inputs = study.document().files();
    let folder = place(NAME, output, (scenario, study.document()), &NAMES, &inputs)?;
    let progress = Arc::new(Progress::default());
    stop_on_interrupt(&progress);
    let found = pool.install(|| prepared.run(&plan, &progress));
    let found = found.map_err(|error| Failure::of_run(error, output.json))?;
    let document = document(&found);
    pool.install(|| {
        let table = write_table(&folder, "sensitivity.csv", |file| csv::figures(&found, file))?;
        write(NAME, output, &folder, vec![table], &document, || {
            render_sensitivity(&found)
        })
    })?;
    let interrupted = found
        .interrupted
        .then_some("the analysis is of the trials that were complete");
    let words = |width| words::terminal(&found, width);
    tell(output, &folder, started, &document, words, interrupted)
}

fn of_sensitivity(error: SensitivityError, json: bool) -> Failure {
    match error {
        SensitivityError::Study(error) => Failure::of_run(error, json),
        SensitivityError::Refused(refusal) => Failure::Input {
            message: refusal.message,
            hint: Some(refusal.hint),
            json,
        },
    }
}
