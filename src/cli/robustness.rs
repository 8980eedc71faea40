//! `critmin robustness`.

use super::Outcome;
use super::arguments::RobustnessOptions;
use super::asked::Asked;
use super::whatif::{Said, table};
use crate::report::charts::render_robustness;
use crate::report::data_package::About;
use crate::report::robustness::json::document;
use crate::report::robustness::{NAMES, csv, words};
use crate::whatif::robustness::{Plan, prepare};

/// Looks at the scenario under what data cannot decide, and writes a table and a chart.
pub fn robustness(options: &RobustnessOptions) -> Outcome {
    let asked = Asked::read("robustness", &options.scenario, options.trials, &options.output)?;
    let plan = Plan {
        policies: options.policies.clone(),
        trials: options.trials,
        precision: options.precision,
    };
    let prepared = asked.prepared(|study| Ok(prepare(study, &plan)?))?;
    let (found, folder) = asked.simulated(&NAMES, |progress| prepared.run(progress))?;
    let tables = || {
        let figures = table(|file| csv::standings(&found, file));
        Ok(vec![figures?])
    };
    let words = |width| words::terminal(&found, width);
    asked.told(
        &folder,
        &document(&found),
        tables,
        || render_robustness(&found),
        Said {
            run: found.as_written().map(|results| &results.run),
            kind: "What holds under other assumptions",
            sentences: words::sentences(&found),
            interrupted: None,
            about: About::default(),
        },
        words,
    )
}
