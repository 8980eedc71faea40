//! `critmin optimize`.

use super::Outcome;
use super::arguments::OptimizeOptions;
use super::asked::Asked;
use super::failure::Failure;
use crate::report::optimize::NAMES;
use crate::whatif::optimize::{Plan, prepare};

/// Chooses policies within a budget, and writes tables and a chart.
pub fn optimize(options: &OptimizeOptions) -> Outcome {
    let asked = Asked::read(
        "optimize",
        &options.scenario,
        options.trials,
        (&options.output, &options.resume),
    )?;
    let plan = Plan {
        budget: options.budget,
        goal: options.goal,
        cap: options.cap,
        policies: options.policies.clone(),
        steps: usize::from(options.steps),
        trials: options.trials,
        precision: options.precision,
        ..Plan::default()
    };
    let prepared = asked.prepared(|study| Ok(prepare(study, &plan)?))?;
    if !prepared.has_choices() {
        return Err(nothing_to_choose(prepared.left_out(), options.output.json));
    }
    let (found, answered) = asked.simulated(&NAMES, |progress| prepared.run(progress))?;
    asked.told(&answered, &found)
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
