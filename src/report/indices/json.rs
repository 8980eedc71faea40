//! Indices as one JSON document: what `--json` prints and `indices.json` holds.

use serde_json::{Value, json};

use super::words;
use crate::study::PROGRAM;
use crate::whatif::indices::{Found, Indices};

fn row(of: &Found) -> Value {
    let figure = of.figure.as_ref();
    json!({
        "material": of.material,
        "material_name": of.material_name,
        "stage": of.stage,
        "country": of.place,
        "place_name": of.place_name,
        "index": of.index.name(),
        "value": figure.ok().and_then(|bounds| bounds.value),
        "low": figure.ok().map(|bounds| bounds.low),
        "high": figure.ok().map(|bounds| bounds.high),
        "unit": of.index.unit(),
        "who": of.who,
        "insufficient_data": figure.err(),
        "notes": of.notes,
        "year": of.year,
        "source": of.source,
    })
}

/// The document.
pub fn document(found: &Indices) -> Value {
    json!({
        "program": PROGRAM,
        "title": found.title,
        "of": if found.is_of_scenario { "scenario" } else { "shipped tables" },
        "origin": found.origin,
        "governance": found.governance,
        "warnings": found.warnings,
        "sentences": words::sentences(found),
        "indices": found.found.iter().map(row).collect::<Vec<_>>(),
    })
}
