//! What a page is told before anything is moved: the question, the levers with their sources, the policies, the assumptions.

use serde_json::{Map, Value, json};

use super::request::{MOST_KEPT, Refused};
use super::session::{Limits, usual_trials};
use super::{VERSION, file};
use crate::report::explored;
use crate::report::prose::{material_name, place_name};
use crate::study::{Basis, Input, InputKind, PROGRAM, PolicyOption, Run, Study, Variant};

/// The message.
pub fn describe(
    study: &Study,
    baseline: &Variant,
    inputs: &[Input],
    scenario: &str,
    limits: Limits,
) -> Result<Value, Refused> {
    // One trial tells names, places and what the manifest holds.
    let one = Run::new(baseline).trials(1).results();
    let run = one.map_err(|error| Refused::because(error.to_string()))?.run;
    let (material, place) = baseline.headline();
    let resolved = study.document().resolved(None);
    let policies: Vec<Value> = study
        .policy_options()
        .iter()
        .map(|option| policy(study, &resolved, option))
        .collect();
    Ok(json!({
        "kind": "described",
        "version": VERSION,
        "program": PROGRAM,
        "scenario": study.name(),
        "scenario_path": scenario,
        "scenario_sha256": run.manifest.scenario_sha256,
        "title": run.title,
        "description": run.description,
        "start": run.manifest.start,
        "step": run.manifest.step,
        "periods": run.manifest.periods,
        "horizon_months": baseline.horizon_months(),
        "trials": usual_trials(baseline, limits),
        "most_trials": limits.trials,
        "most_kept": MOST_KEPT,
        "seed": run.manifest.seed,
        "sampling": run.manifest.sampling,
        "headline": {
            "material": material,
            "material_name": material_name(&run, &material),
            "place": place,
            "place_name": place_name(&run, &place),
        },
        "levers": inputs.iter().map(input).collect::<Vec<_>>(),
        "policies": policies,
        "tables": explored::TABLES,
        "warnings": run.manifest.warnings,
        "citations": run.manifest.citations,
        "defaults": run.manifest.defaults,
        "command": file::command(scenario, &[], usual_trials(baseline, limits)),
    }))
}

fn input(input: &Input) -> Value {
    let mut told = Map::new();
    let mut put = |key: &str, value: Value| drop(told.insert(key.to_owned(), value));
    put("key", json!(input.key));
    put("group", json!(group(input.kind)));
    put("of", json!(input.of));
    put("of_name", json!(input.of_name));
    put("name", json!(input.name));
    put("unit", json!(input.unit));
    put("low", json!(input.low));
    put("high", json!(input.high));
    put("step", json!(input.step));
    put("baseline", json!(input.basis.value()));
    if let Basis::Uncertain { low, high, .. } = input.basis {
        put("uncertain", json!([low, high]));
    }
    if let Some((is_assumption, text)) = &input.provenance {
        let kind = if *is_assumption { "assumption" } else { "source" };
        put("provenance", json!({ "kind": kind, "text": text }));
    }
    put("place", json!(input.place));
    Value::Object(told)
}

/// Where the page shows it.
fn group(kind: InputKind) -> &'static str {
    match kind {
        InputKind::Lever => "lever",
        InputKind::Inventory | InputKind::Stockpile => "stock",
        InputKind::LeadersShare => "share",
        InputKind::Flexibility => "flexibility",
        InputKind::Probability | InputKind::Rate | InputKind::Severity | InputKind::Duration => "event",
    }
}

fn policy(study: &Study, resolved: &Value, option: &PolicyOption) -> Value {
    let id = &option.label.id;
    let mut tables = resolved["policy"].as_array().into_iter().flatten();
    let table = tables.find(|table| table["id"].as_str() == Some(id));
    let changes = study.assignments(&[(id, None)]).unwrap_or_default();
    json!({
        "id": id,
        "name": option.label.name,
        "description": table.map(|table| table["description"].clone()),
        "cost": option.label.cost,
        "includes": option.includes,
        "changes": changes,
        "scale": option.scale.as_ref().map(|scale| json!({
            "low": scale.low,
            "high": scale.high,
            "size": scale.size,
            "usd_per_unit": scale.usd_per_unit,
            "unit": match scale.keys.iter().all(|key| key.ends_with(".days")) {
                true => "days",
                false => "",
            },
        })),
    })
}
