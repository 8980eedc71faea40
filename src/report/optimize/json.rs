//! An optimisation as one JSON document: what `--json` prints and `optimize.json` holds.

use serde_json::{Value, json};

use super::super::json::estimate;
use super::{change_of, goal_of, words};
use crate::whatif::optimize::{Optimum, Step, Tried};

fn policies(of: &[(String, Option<f64>)]) -> Value {
    let entries = of.iter();
    entries.map(|(id, size)| json!({ "id": id, "size": size })).collect()
}

fn mix(found: &Optimum, tried: &Tried) -> Value {
    let largest = tried.largest_share.as_ref();
    json!({
        "mix": tried.name,
        "policies": policies(&tried.policies),
        "cost": tried.cost,
        "goal": tried.goal,
        "trials": tried.trials,
        "estimate": estimate(goal_of(found, tried).as_ref()),
        "change": estimate(change_of(found, tried).map(|change| change.estimate).as_ref()),
        "largest_share": largest.map(|(material, country, share)| json!({ "material": material, "country": country, "share": share })),
        "is_within_budget": tried.is_within_budget,
        "is_within_cap": tried.is_within_cap,
        "is_on_frontier": tried.is_on_frontier,
    })
}

fn step(step: &Step) -> Value {
    let size = |size: Option<Option<f64>>| json!({ "is_in": size.is_some(), "size": size.flatten() });
    json!({
        "policy": step.policy,
        "from": size(step.from),
        "to": size(step.to),
        "cost": step.cost,
        "change": estimate(Some(&step.goal.estimate)),
        "lowers_per_million_usd": step.lowers_per_million(),
    })
}

/// The document.
pub fn document(found: &Optimum) -> Value {
    let run = &found.results.run;
    let name = |number: usize| &found.tried[number].name;
    super::super::json::document(
        run,
        json!({
            "statistic": found.statistic.name(),
            "budget": found.plan.budget,
            "cap": found.plan.cap,
            "mixes": found.mixes,
            "is_exhaustive": found.is_exhaustive,
            "sentences": words::sentences(found),
            "best": found.best.map(name),
            "frontier": found.frontier.iter().map(|number| name(*number)).collect::<Vec<_>>(),
            "tried": found.tried.iter().map(|tried| mix(found, tried)).collect::<Vec<_>>(),
            "last_dollar": found.last_dollar.iter().map(step).collect::<Vec<_>>(),
            "left_out": found.left_out.iter().map(|(id, why)| json!({ "policy": id, "why": why })).collect::<Vec<_>>(),
            "excluded": found.excluded.iter().map(|(one, other, why)| json!({ "policies": [one, other], "why": why })).collect::<Vec<_>>(),
        }),
    )
}
