//! The outcome of checks as one JSON document.

use serde_json::{Map, Value as Json, json as object};

use crate::regression::{Comparison, Key, Lone, Move, Value};

use super::{Check, Entry, words};

/// One document for all checks: complete, with every move.
pub fn json(entries: &[Entry]) -> Json {
    let is_changed = |entry: &Entry| matches!(entry, Entry::Done(check) if check.outcome.is_failure());
    let of_failed = |entry: &Entry| match entry {
        Entry::Failed(failed) => failed.errors.as_array().cloned().unwrap_or_default(),
        Entry::Done(_) => Vec::new(),
    };
    let mut document = object!({
        "changed": entries.iter().any(is_changed),
        "checks": entries.iter().map(entry).collect::<Vec<Json>>(),
    });
    let errors: Vec<Json> = entries.iter().flat_map(of_failed).collect();
    if let (Json::Object(document), false) = (&mut document, errors.is_empty()) {
        document.insert("errors".to_owned(), Json::Array(errors));
    }
    document
}

fn entry(entry: &Entry) -> Json {
    match entry {
        Entry::Done(done) => check(done),
        Entry::Failed(failed) => object!({
            "scenario": failed.scenario,
            "against": failed.against,
            "outcome": "error",
            "errors": failed.errors,
        }),
    }
}

fn check(check: &Check) -> Json {
    let settings = &check.now.settings;
    let mut document = object!({
        "scenario": check.scenario,
        "against": check.against,
        "outcome": check.outcome.name(),
        "program": check.now.program,
        "trials": settings.trials,
        "seed": settings.seed,
        "policies": settings.policies,
        "figures": check.now.figures.len(),
    });
    if let (Some(comparison), Json::Object(document)) = (&check.comparison, &mut document) {
        add_comparison(document, comparison);
    }
    document
}

fn add_comparison(document: &mut Map<String, Json>, comparison: &Comparison) {
    let list = |items: Vec<Json>| Json::Array(items);
    let entries = [
        ("golden_program", object!(comparison.programs.0)),
        ("relative_tolerance", object!(comparison.relative_tolerance)),
        ("draws_are_shared", object!(comparison.draws.is_empty())),
        ("draws", object!(comparison.draws)),
        ("headline", object!(comparison.headline)),
        ("compared", object!(comparison.figures())),
        ("settings", object!(comparison.settings)),
        ("scenario_keys", object!(comparison.scenario_keys)),
        ("moves", list(comparison.moves.iter().map(one).collect())),
        ("added", list(comparison.added.iter().map(lone).collect())),
        ("vanished", list(comparison.vanished.iter().map(lone).collect())),
        ("explanations", object!(words::explanations(comparison))),
    ];
    document.extend(entries.map(|(name, value)| (name.to_owned(), value)));
}

/// policy, table, the row's labels, statistic.
fn key(key: &Key) -> Map<String, Json> {
    let mut document = Map::new();
    let mut add = |name: &str, label: &str| document.insert(name.to_owned(), object!(label));
    add("policy", &key.policy);
    add("table", key.table.name());
    for (column, label) in key.labels() {
        add(column, label);
    }
    add("statistic", &key.statistic);
    document
}

fn one(moved: &Move) -> Json {
    let mut document = key(&moved.key);
    let entries = [
        ("old", value(moved.old)),
        ("new", value(moved.new)),
        ("change", object!(moved.change)),
        ("relative_change", object!(moved.relative_change)),
        ("own_standard_error", object!(moved.own_standard_error)),
        ("noise", object!(moved.noise)),
        ("is_below_own_error", object!(moved.is_below_own_error())),
        ("sentence", object!(words::judgement(moved))),
    ];
    document.extend(entries.map(|(name, value)| (name.to_owned(), value)));
    Json::Object(document)
}

fn lone(figure: &Lone) -> Json {
    let mut document = key(&figure.key);
    document.insert("value".to_owned(), value(figure.value));
    Json::Object(document)
}

fn value(value: Value) -> Json {
    match value {
        Value::Missing => Json::Null,
        Value::Whole(whole) => object!(whole),
        Value::Number(number) => object!(number),
    }
}
