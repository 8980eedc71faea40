//! A screening as one JSON document: what `--json` prints and `screen.json` holds.

use serde_json::{Value, json};

use super::super::json::estimate;
use super::super::sheet::unit;
use super::words;
use crate::whatif::screen::{Consequence, Outage, Screening};

pub(in crate::report) fn outage(found: &Outage) -> Value {
    json!({
        "outage": found.kind(),
        "material": found.material,
        "country": found.country,
        "coverage_of_rest": found.coverage_of_rest,
    })
}

pub(in crate::report) fn consequence(found: &Screening, of: &Consequence, what: (&'static str, Value)) -> Value {
    let mut entry = serde_json::Map::new();
    entry.insert(what.0.to_owned(), what.1);
    let costs = json!({
        "material": of.material,
        "country": of.place,
        "rank": of.rank,
        "year_pct": estimate(&of.year_pct),
        "horizon_pct": estimate(&of.horizon_pct),
        "quantity": estimate(&of.quantity),
        "unit": unit(&found.results.run.materials, &of.material),
        "months_short": estimate(&of.months_short),
        "months_to_survive": of.months_to_survive.as_ref().map(estimate),
        "value_musd": of.value_musd.as_ref().map(estimate),
    });
    if let Value::Object(costs) = costs {
        entry.extend(costs);
    }
    match &of.beyond_the_sum_pct {
        Some(beyond) => {
            entry.insert("beyond_the_sum_pct".to_owned(), estimate(beyond));
        }
        None => {
            entry.insert("probability".to_owned(), json!(of.probability));
            entry.insert("risk_pct".to_owned(), json!(of.risk_pct));
            entry.insert("risk_rank".to_owned(), json!(of.risk_rank));
            entry.insert("events".to_owned(), json!(of.events));
        }
    }
    Value::Object(entry)
}

/// The document.
pub fn document(found: &Screening) -> Value {
    let (material, country) = found.headline();
    let singles = found.consequences.iter();
    let singles = singles.map(|of| consequence(found, of, ("of", outage(&found.outages[of.outage]))));
    let pairs = found.pair_consequences.iter().map(|of| {
        let both = found.pairs[of.outage].map(|number| outage(&found.outages[number]));
        consequence(found, of, ("of", json!(both)))
    });
    let left_out = found.left_out.iter();
    super::super::json::document(
        &found.results.run,
        json!({
            "headline": json!({ "material": material, "country": country, "statistic": found.measure.name() }),
            "outage_months": found.outage_months,
            "inputs_at_means": found.is_at_means,
            "events_taken_away": found.events,
            "sentences": words::sentences(found),
            "outages": found.outages.iter().map(outage).collect::<Vec<_>>(),
            "consequences": singles.collect::<Vec<_>>(),
            "pairs": pairs.collect::<Vec<_>>(),
            "left_out": left_out.map(|(material, country)| json!({ "material": material, "country": country })).collect::<Vec<_>>(),
        }),
    )
}
