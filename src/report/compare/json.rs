//! A comparison as one JSON document: what `--json` prints and `compare.json` holds.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::band;
use super::csv::{cost_per, word};
use super::{words, worth};
use crate::study::Difference;
use crate::whatif::compare::{Binding, Comparison, Effect, Pair, Ratio};

fn difference(found: &Difference) -> Value {
    json!({
        "value": found.estimate.value,
        "standard_error": number(found.estimate.standard_error),
        "low": end(found, found.estimate.low),
        "high": end(found, found.estimate.high),
        "independent_trials": found.independent_trials,
    })
}

fn end(found: &Difference, end: f64) -> Value {
    match found.estimate.standard_error.is_nan() {
        true => Value::Null,
        false => number(end),
    }
}

fn number(value: f64) -> Value {
    serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number)
}

fn ratio(found: Option<Ratio>) -> Value {
    found.map_or(
        Value::Null,
        |found| json!({ "value": number(found.value), "low": number(found.low), "high": number(found.high) }),
    )
}

fn binding(found: &Binding) -> Value {
    let part = |part: &Option<(String, f64)>| {
        part.as_ref()
            .map(|(id, share)| json!({ "id": id, "share_of_expected": share }))
    };
    json!({ "stage": part(&found.stage), "event": part(&found.event) })
}

fn effect(comparison: &Comparison, effect: &Effect) -> Value {
    let mut differences = Map::new();
    for (statistic, found) in &effect.differences {
        let mut entry = difference(found);
        if let Some(cost) = cost_per(effect, *statistic)
            && let Value::Object(entry) = &mut entry
        {
            entry.insert("cost_per_unit".to_owned(), ratio(Some(cost)));
        }
        differences.insert(statistic.name().to_owned(), entry);
    }
    json!({
        "policy": effect.variant,
        "material": effect.material,
        "country": effect.country,
        "rank": effect.rank,
        "direction": word(effect.direction(comparison.measure)),
        "differences": differences,
        "binding": effect.binding.as_ref().map(binding),
        "equivalent": equivalent(comparison, effect),
    })
}

fn equivalent(comparison: &Comparison, effect: &Effect) -> Value {
    let row = (effect.material.as_str(), effect.country.as_str());
    let all = comparison.equivalents.as_ref();
    let Some((all, one)) = all.and_then(|all| Some((all, all.of(&effect.variant, row)?))) else {
        return Value::Null;
    };
    let [value, low, high] = worth::numbers(one.extent);
    json!({
        "of": all.statistic.name(),
        "in": all.measured.yardstick.name(),
        "unit": worth::unit_of(&comparison.results.run, &effect.material, all.measured.yardstick),
        "value": value,
        "low": low,
        "high": high,
        "note": worth::note(one.extent),
    })
}

fn pair(found: &Pair) -> Value {
    json!({
        "policies": found.policies,
        "together": difference(&found.together),
        "beyond_the_sum": difference(&found.beyond_the_sum),
        "direction": word(found.direction()),
    })
}

#[derive(Serialize)]
struct Variant<'a> {
    policy: &'a str,
    name: &'a str,
    cost: Option<f64>,
    summary: &'a [crate::results::types::SummaryRow],
}

/// The document.
pub fn document(comparison: &Comparison) -> Value {
    let run = &comparison.results.run;
    let variants: Vec<Variant<'_>> = run
        .policies
        .iter()
        .map(|policy| Variant {
            policy: &policy.policy,
            name: policy.shown_name(),
            cost: policy.cost,
            summary: &policy.summary,
        })
        .collect();
    let headline = run.policies.first().map(|policy| &policy.headline);
    super::super::json::document(
        run,
        json!({
            "headline": headline.map(|(material, country)| json!({ "material": material, "country": country, "statistic": comparison.measure.name() })),
            "sentences": words::sentences(comparison),
            "policies": variants,
            "effects": comparison.effects.iter().map(|found| effect(comparison, found)).collect::<Vec<_>>(),
            "allocation_rules": comparison.band.as_ref().map(|found| band::document(run, found)),
            "pairs": comparison.pairs.iter().map(pair).collect::<Vec<_>>(),
            "left_out_pairs": comparison.left_out_pairs.iter().map(|(pair, why)| json!({ "pair": pair, "why": why })).collect::<Vec<_>>(),
        }),
    )
}
