//! `critmin robustness`.

use std::sync::Arc;
use std::time::Instant;

use super::arguments::RobustnessOptions;
use super::failure::Failure;
use super::run::{stop_on_interrupt, thread_pool};
use super::whatif::{place, tell, write, write_table};
use super::{Outcome, load};
use crate::engine::run::Progress;
use crate::report::charts::render_robustness;
use crate::report::robustness::json::document;
use crate::report::robustness::{NAMES, csv, words};
use crate::study::Study;
use crate::whatif::robustness::{Plan, prepare};

/// The command, as its folder is called.
const NAME: &str = "robustness";

/// Looks at the scenario under what data cannot decide, and writes a table and a chart.
pub fn robustness(options: &RobustnessOptions) -> Outcome {
    let (started, output) = (Instant::now(), &options.output);
    let read = load::load(&options.scenario, options.trials, output.json)?;
    let study = Study::of(read, &load::file_name(&options.scenario.scenario));
    let pool = thread_pool(output.threads)?;
    let plan = Plan {
        policies: options.policies.clone(),
        trials: options.trials,
        only_allocation: false,
    };
    let prepared = pool.install(|| prepare(&study, &plan));
    let prepared = prepared.map_err(|error| Failure::of_run(error, output.json))?;
    // The place comes before the run, which must not fail at its end for want of one.
    let scenario = options.scenario.scenario.as_path();
    let inputs = study.document().files();
    let folder = place(NAME, output, (scenario, study.document()), &NAMES, &inputs)?;
    let progress = Arc::new(Progress::default());
    stop_on_interrupt(&progress);
    let found = pool.install(|| prepared.run(&progress));
    let found = found.map_err(|error| Failure::of_run(error, output.json))?;
    let document = document(&found);
    pool.install(|| {
        let tables = vec![write_table(&folder, "robustness.csv", |file| {
            csv::standings(&found, file)
        })?];
        write(NAME, output, &folder, tables, &document, || render_robustness(&found))
    })?;
    tell(
        output,
        &folder,
        started,
        &document,
        |width| words::terminal(&found, width),
        None,
    )
}
