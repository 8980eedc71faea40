//! `critmin sensitivity`.

use super::Outcome;
use super::arguments::SensitivityOptions;
use super::asked::Asked;
use super::whatif::statistic;
use crate::report::sensitivity::NAMES;
use crate::whatif::sensitivity::{Plan, prepare};

/// Tells what drives the answer, and writes a table and charts.
pub fn sensitivity(options: &SensitivityOptions) -> Outcome {
    let asked = Asked::read(
        "sensitivity",
        &options.scenario,
        options.trials,
        (&options.output, &options.resume),
    )?;
    let plan = Plan {
        of: statistic(options.of.as_deref(), options.output.json)?,
        trials: options.trials,
        precision: options.precision,
    };
    let prepared = asked.prepared(prepare)?;
    let (found, answered) = asked.simulated(&NAMES, |progress| prepared.run(&plan, progress))?;
    asked.told(&answered, &found)
}
