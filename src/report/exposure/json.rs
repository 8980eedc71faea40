//! Exposures as one JSON document: what `--json` prints and `screen.json` holds.

use serde_json::{Value, json};

use super::super::json::estimate;
use super::super::screen::json::document as screening;
use super::{country, names, words};
use crate::study::PROGRAM;
use crate::whatif::exposure::{Exposed, Exposures};
use crate::whatif::screen::{Consequence, Outage};

fn outage(found: &Exposures, of: &Exposed, (outage, cost): (&Outage, &Consequence)) -> Value {
    json!({
        "outage": outage.kind(),
        "country": outage.country,
        "country_name": country(found, of, outage),
        "year_pct": estimate(&cost.year_pct),
        "months_short": estimate(&cost.months_short),
        "months_to_survive": cost.months_to_survive.as_ref().filter(|_| of.has_stocks).map(estimate),
    })
}

fn exposed(found: &Exposures, of: &Exposed) -> Value {
    let screened = &found.screened[of.screened];
    let [stage, material] = names(found, of);
    json!({
        "rank": of.rank,
        "mineral": screened.mineral,
        "mineral_name": screened.name,
        "stage": of.stage,
        "stage_name": stage,
        "material": of.material,
        "material_name": material,
        "leader_share": of.leader_share,
        "leader": found.leader(of).map(|leader| outage(found, of, leader)),
        "worst": found.worst(of).map(|worst| outage(found, of, worst)),
    })
}

/// The document.
pub fn document(found: &Exposures) -> Value {
    let missing = found.missing.iter().map(|missing| {
        json!({
            "mineral": missing.mineral,
            "mineral_name": missing.name,
            "stage": if missing.stage.is_empty() { Value::Null } else { json!(missing.stage) },
            "insufficient_data": missing.why,
        })
    });
    let screened = found.screened.iter().map(|one| {
        let mut document = screening(&one.found);
        document["mineral"] = json!(one.mineral);
        document
    });
    json!({
        "program": PROGRAM,
        "country": found.country,
        "country_name": found.name,
        "interrupted": found.is_interrupted(),
        "sentences": words::sentences(found),
        "ranking": found.exposed.iter().map(|of| exposed(found, of)).collect::<Vec<_>>(),
        "missing": missing.collect::<Vec<_>>(),
        "minerals": screened.collect::<Vec<_>>(),
    })
}
