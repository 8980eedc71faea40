//! `critmin sweep`.

use super::Outcome;
use super::arguments::SweepOptions;
use super::asked::Asked;
use super::whatif::{Said, statistic, table};
use crate::report::charts::render_sweep;
use crate::report::data_package::About;
use crate::report::sweep::json::document;
use crate::report::sweep::{NAMES, csv, words};
use crate::whatif::sweep::{Plan, prepare};

/// Varies one key or two, and writes tables and charts.
pub fn sweep(options: &SweepOptions) -> Outcome {
    let asked = Asked::read("sweep", &options.scenario, options.trials, &options.output)?;
    let plan = Plan {
        axes: options.vary.clone(),
        to: options.to.clone(),
        of: statistic(options.of.as_deref(), options.output.json)?,
        level: options.level,
        policy: options.policy.clone(),
        from_first: options.from_first,
        trials: options.trials,
        precision: options.precision,
    };
    let prepared = asked.prepared(|study| prepare(study, &plan))?;
    let (found, folder) = asked.simulated(&NAMES, |progress| prepared.run(&plan, progress))?;
    let tables = || {
        let mut tables = vec![table(|file| csv::points(&found, file))?];
        if options.level.is_some() {
            let crossings = table(|file| csv::crossings(&found, file));
            tables.push(crossings?);
        }
        Ok(tables)
    };
    let is_interrupted = found.results.run.manifest.interrupted;
    let interrupted = is_interrupted.then_some("the sweep is of the trials that were complete for all points");
    let scenario = options.scenario.scenario.to_string_lossy();
    let words = |width| words::terminal(&found, &scenario, width);
    asked.told(
        &folder,
        &document(&found),
        tables,
        || render_sweep(&found),
        Said {
            run: Some(&found.results.run),
            kind: "One number varied",
            sentences: words::sentences(&found),
            interrupted,
            about: About::default(),
        },
        words,
    )
}
