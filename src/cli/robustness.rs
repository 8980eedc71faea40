//! `critmin robustness`.

use super::Outcome;
use super::arguments::RobustnessOptions;
use super::asked::Asked;
use crate::report::robustness::NAMES;
use crate::whatif::robustness::{Plan, prepare};

/// Looks at the scenario under what data cannot decide, and writes a table and a chart.
pub fn robustness(options: &RobustnessOptions) -> Outcome {
    let asked = Asked::read(
        "robustness",
        &options.scenario,
        options.trials,
        (&options.output, &options.resume),
    )?;
    let plan = Plan {
        policies: options.policies.clone(),
        trials: options.trials,
        precision: options.precision,
    };
    let prepared = asked.prepared(|study| Ok(prepare(study, &plan)?))?;
    let (found, answered) = asked.simulated(&NAMES, |progress| prepared.run(progress))?;
    asked.told(&answered, &found)
}
