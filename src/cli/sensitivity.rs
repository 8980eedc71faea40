//! `critmin sensitivity`.

use super::Outcome;
use super::arguments::SensitivityOptions;
use super::asked::Asked;
use super::whatif::{Said, statistic, table};
use crate::report::charts::render_sensitivity;
use crate::report::data_package::About;
use crate::report::sensitivity::json::document;
use crate::report::sensitivity::{NAMES, csv, words};
use crate::whatif::sensitivity::{Plan, prepare};

/// Tells what drives the answer, and writes a table and charts.
pub fn sensitivity(options: &SensitivityOptions) -> Outcome {
    let asked = Asked::read("sensitivity", &options.scenario, options.trials, &options.output)?;
    let plan = Plan {
        of: statistic(options.of.as_deref(), options.output.json)?,
        trials: options.trials,
        precision: options.precision,
    };
    let prepared = asked.prepared(prepare)?;
    let (found, folder) = asked.simulated(&NAMES, |progress| prepared.run(&plan, progress))?;
    let tables = || {
        let figures = table(|file| csv::figures(&found, file));
        Ok(vec![figures?])
    };
    let interrupted = found
        .interrupted
        .then_some("the analysis is of the trials that were complete");
    let words = |width| words::terminal(&found, width);
    asked.told(
        &folder,
        &document(&found),
        tables,
        || render_sensitivity(&found),
        Said {
            run: Some(&found.results.run),
            kind: "What drives the answer",
            sentences: words::sentences(&found),
            interrupted,
            about: About::default(),
        },
        words,
    )
}
