//! `critmin sweep`.

use super::Outcome;
use super::arguments::SweepOptions;
use super::asked::Asked;
use super::whatif::statistic;
use crate::report::sweep::NAMES;
use crate::whatif::sweep::{Plan, prepare};

/// Varies one key or two, and writes tables and charts.
pub fn sweep(options: &SweepOptions) -> Outcome {
    let asked = Asked::read(
        "sweep",
        &options.scenario,
        options.trials,
        (&options.output, &options.resume),
    )?;
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
    let (found, answered) = asked.simulated(&NAMES, |progress| prepared.run(&plan, progress))?;
    asked.told(&answered, &found)
}
