//! `critmin optimize`.

use std::sync::Arc;
use std::time::Instant;

use super::arguments::OptimizeOptions;
use super::failure::Failure;
use super::run::{stop_on_interrupt, thread_pool};
use super::whatif::{place, tell, write, write_table};
use super::{Outcome, load};
use crate::engine::run::Progress;
use crate::report::charts::render_optimum;
use crate::report::optimize::json::document;
use crate::report::optimize::{NAMES, csv, words};
use crate::study::Study;
use crate::whatif::optimize::{Plan, prepare};

/// The command, as its folder is called.
const NAME: &str = "optimize";

/// Chooses policies within a budget, and writes tables and a chart.
pub fn optimize(options: &OptimizeOptions) -> Outcome {
    let (started, output) = (Instant::now(), &options.output);
    let read = load::load(&options.scenario, options.trials, output.json)?;
    let study = Study::of(read, &load::file_name(&options.scenario.scenario));
    let pool = thread_pool(output.threads)?;
    let plan = Plan {
        budget: options.budget,
        goal: options.goal.into(),
        cap: options.cap,
        policies: options.policies.clone(),
        steps: usize::from(options.steps),
        trials: options.trials,
        ..Plan::default()
    };
    let prepared = pool.install(|| prepare(&study, &plan));
    let prepared = prepared.map_err(|error| Failure::of_run(error, output.json))?;
    if !prepared.has_choices() {
        return Err(nothing_to_choose(prepared.left_out(), output.json));
    }
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
        let tables = vec![
            write_table(&folder, "optimize.csv", |file| csv::mixes(&found, file))?,
            write_table(&folder, "last_dollar.csv", |file| csv::steps(&found, file))?,
        ];
        write(NAME, output, &folder, tables, &document, || render_optimum(&found))
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

fn nothing_to_choose(left_out: &[(String, String)], json: bool) -> Failure {
    let hint = match left_out {
        [] => "add [[policy]] tables with a `cost`, or a `scale` with `usd_per_unit`".to_owned(),
        some => {
            let told: Vec<String> = some.iter().map(|(id, why)| format!("`{id}`: {why}")).collect();
            told.join("; ")
        }
    };
    Failure::Input {
        message: "there is nothing to choose from: no policy has a cost".to_owned(),
        hint: Some(hint),
        json,
    }
}
