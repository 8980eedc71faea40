//! `critmin compare`.

use std::time::Instant;

use super::arguments::CompareOptions;
use super::failure::Failure;
use super::run::thread_pool;
use super::whatif::{place, simulated, tell, write};
use super::{Outcome, load};
use crate::report::answer::Answer;
use crate::report::compare::NAMES;
use crate::study::Study;
use crate::whatif::compare::{Plan, prepare};
use crate::whatif::firm::Measured;

/// The command, as its folder is called.
const NAME: &str = "compare";

/// Compares policies, or scenarios, and writes tables and charts.
pub fn compare(options: &CompareOptions) -> Outcome {
    let (started, output) = (Instant::now(), &options.output);
    let mut studies = Vec::new();
    for path in &options.scenarios {
        let mut document = load::open(path, output.json)?;
        load::set(&mut document, &options.set, output.json)?;
        load::set_run(&mut document, options.seed, options.trials, output.json)?;
        studies.push(Study::of(document, &load::file_name(path)));
    }
    let pool = thread_pool(output.threads)?;
    let plan = Plan {
        policies: options.policies.clone(),
        pairs: options.pairs,
        trials: options.trials,
        precision: options.precision,
        band: !options.no_band,
        equivalent: options.equivalent.map(|yardstick| Measured {
            yardstick,
            by: options.equivalent_of,
            everywhere: options.equivalent_places,
        }),
    };
    let prepared = pool.install(|| prepare(&studies, &plan));
    let prepared = prepared.map_err(|error| Failure::of_run(error, output.json))?;
    // The place comes before the run, which must not fail at its end for want of one.
    let inputs: Vec<_> = studies.iter().flat_map(|study| study.document().files()).collect();
    let first = (options.scenarios[0].as_path(), studies[0].document());
    let folder = place(NAME, output, first, &NAMES, &inputs)?;
    let run = |progress: &_| prepared.run(&plan, progress);
    let (found, kept) = simulated(NAME, (output, &options.resume), &folder, &pool, run)?;
    let found = found.map_err(|error| Failure::of_question(error, &kept, output))?;
    let document = found.document();
    let folder = pool.install(|| write(output, &folder, &found, &document))?;
    let scenario = &options.scenarios[0];
    tell(output, &folder, Some(&kept), started, &found, &document, scenario)
}
