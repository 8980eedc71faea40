//! A look at robustness as one JSON document: what `--json` prints and `robustness.json` holds.

use serde_json::{Value, json};

use super::super::compare::csv::word;
use super::super::json::estimate;
use super::csv::flipped;
use super::{named, policy_name, words};
use crate::whatif::robustness::{Robustness, Setting};

fn setting(found: &Robustness, setting: &Setting) -> Value {
    let policies = setting.standings.iter().map(|standing| {
        let is_policy = standing.rank > 0;
        json!({
            "policy": standing.policy,
            "value": estimate(Some(&standing.value)),
            "change": estimate(standing.change.as_ref().map(|change| &change.estimate)),
            "rank": is_policy.then_some(standing.rank),
            "direction": is_policy.then(|| word(standing.direction())),
            "flips": flipped(found, setting.alternative.id(), &standing.policy),
        })
    });
    json!({
        "alternative": setting.alternative.id(),
        "name": setting.alternative.name(),
        "trials": setting.trials(),
        "is_as_written": setting.is_the_same,
        "best": setting.best,
        "policies": policies.collect::<Vec<_>>(),
    })
}

/// The document.
pub fn document(found: &Robustness) -> Value {
    let Some(run) = named(found) else {
        return Value::Null;
    };
    let headline = run.policies.first().map(|policy| &policy.headline);
    super::super::json::document(
        run,
        json!({
            "headline": headline.map(|(material, country)| json!({ "material": material, "country": country, "statistic": found.measure.name() })),
            "names": run.policies.iter().map(|policy| (policy.policy.clone(), json!(policy_name(run, &policy.policy)))).collect::<serde_json::Map<_, _>>(),
            "sentences": words::sentences(found),
            "alternatives": found.settings.iter().map(|one| setting(found, one)).collect::<Vec<_>>(),
            "refused": found.refused.iter().map(|(alternative, why)| json!({ "alternative": alternative.id(), "why": why })).collect::<Vec<_>>(),
            "bundles": found.bundles,
        }),
    )
}
