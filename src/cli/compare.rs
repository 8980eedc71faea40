//! `critmin compare`.

use std::sync::Arc;
use std::time::Instant;

use super::arguments::CompareOptions;
use super::failure::Failure;
use super::run::{stop_on_interrupt, thread_pool};
use super::whatif::{Said, place, table, tell, write};
use super::{Outcome, load};
use crate::engine::run::Progress;
use crate::report::band;
use crate::report::charts::render_comparison;
use crate::report::compare::json::document;
use crate::report::compare::{NAMES, csv, words};
use crate::report::data_package::About;
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
    let progress = Arc::new(Progress::default());
    stop_on_interrupt(&progress);
    let found = pool.install(|| prepared.run(&plan, &progress));
    let found = found.map_err(|error| Failure::of_run(error, output.json))?;
    let document = document(&found);
    pool.install(|| {
        let mut tables = vec![table(|file| csv::effects(&found, file))?];
        if options.pairs {
            tables.push(table(|file| csv::pairs(&found, file))?);
        }
        if let Some(band) = &found.band {
            let run = &found.results.run;
            tables.push(table(|file| band::table(run, band, file))?);
        }
        let said = Said {
            run: Some(&found.results.run),
            kind: "Policies compared on the same draws",
            sentences: words::sentences(&found),
            interrupted: None,
            about: About::default(),
        };
        write(
            NAME,
            output,
            &folder,
            tables,
            &document,
            || render_comparison(&found),
            said,
        )
    })?;
    let is_interrupted = found.results.run.manifest.interrupted;
    let is_unmeasured = found.equivalents.as_ref().is_some_and(|found| found.interrupted);
    let interrupted = match (is_interrupted, is_unmeasured) {
        (true, _) => Some("the comparison is of the trials that were complete for all"),
        (false, true) => Some("the comparison is complete; what policies are worth is known of some only"),
        (false, false) => None,
    };
    let words = |width| words::terminal(&found, width);
    tell(output, &folder, started, &document, words, interrupted)
}
