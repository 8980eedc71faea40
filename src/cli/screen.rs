//! `critmin screen`.

use std::sync::Arc;
use std::time::Instant;

use super::arguments::ScreenOptions;
use super::failure::Failure;
use super::run::{stop_on_interrupt, thread_pool};
use super::whatif::{place, tell, write, write_table};
use super::{Outcome, load};
use crate::engine::run::Progress;
use crate::report::charts::render_screening;
use crate::report::screen::json::document;
use crate::report::screen::{NAMES, csv, words};
use crate::study::Study;
use crate::whatif::screen::{Plan, prepare};

/// The command, as its folder is called.
const NAME: &str = "screen";

/// Screens every maker of a scenario, and writes tables and charts.
pub fn screen(options: &ScreenOptions) -> Outcome {
    let (started, output) = (Instant::now(), &options.output);
    let scenario = options.scenario.scenario.as_path();
    let read = load::load(&options.scenario, options.trials, output.json)?;
    let study = Study::of(read, &load::file_name(scenario));
    let pool = thread_pool(output.threads)?;
    let plan = Plan {
        pairs: options.pairs,
        trials: options.trials,
        precision: options.precision,
    };
    let prepared = pool.install(|| prepare(&study, &plan));
    let prepared = prepared.map_err(|error| Failure::of_run(error, output.json))?;
    // The place comes before the run, which must not fail at its end for want of one.
    let inputs = study.document().files();
    let folder = place(NAME, output, (scenario, study.document()), &NAMES, &inputs)?;
    let progress = Arc::new(Progress::default());
    stop_on_interrupt(&progress);
    let found = pool.install(|| prepared.run(&plan, &progress));
    let found = found.map_err(|error| Failure::of_run(error, output.json))?;
    let document = document(&found);
    pool.install(|| {
        let mut tables = vec![write_table(&folder, "screen.csv", |file| csv::outages(&found, file))?];
        if options.pairs {
            tables.push(write_table(&folder, "pairs.csv", |file| csv::pairs(&found, file))?);
        }
        write(NAME, output, &folder, tables, &document, || render_screening(&found))
    })?;
    let is_interrupted = found.results.run.manifest.interrupted;
    let interrupted = is_interrupted.then_some("the screening is of the trials that were complete for all");
    let words = |width| words::terminal(&found, width);
    tell(output, &folder, started, &document, words, interrupted)
}
