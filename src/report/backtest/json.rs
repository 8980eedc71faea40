//! A back-test as one JSON document: what `--json` prints and `backtest.json` holds.

use serde_json::{Value, json};

use super::words;
use crate::study::{Estimate, PROGRAM};
use crate::whatif::backtest::{Backtest, Band, Compared, Episode, Score};

fn share(of: &Estimate) -> Value {
    json!({ "value": of.value, "low": of.low, "high": of.high })
}

fn score(of: &Score) -> Value {
    json!({
        "of": of.of,
        "observations": of.observations,
        "inside": of.inside,
        "share_inside": share(&of.share),
        "crps": of.score,
        "naive_crps": of.naive,
        "skill": of.skill(),
    })
}

fn compared(of: &Compared) -> Value {
    let observed = &of.observed;
    json!({
        "measure": of.measure.name(),
        "materials": observed.materials,
        "from": observed.from,
        "to": observed.to,
        "first_month": observed.first_month,
        "last_month": observed.last_month,
        "observed": observed.figure,
        "p5": of.simulated[0],
        "p50": of.simulated[1],
        "p95": of.simulated[2],
        "inside": of.is_inside,
        "crps": of.score,
        "naive_crps": of.naive,
        "unit": of.measure.unit(),
        "value": observed.value,
        "value_unit": observed.unit,
        "normal": observed.normal,
        "normal_months": observed.normal_months,
        "basis": observed.basis,
        "note": observed.note,
        "source": observed.source,
        "normal_source": observed.normal_source,
    })
}

fn band(of: &Band) -> Value {
    json!({ "measure": of.measure.name(), "course": of.name, "p5_p50_p95": of.months })
}

fn episode(of: &Episode) -> Value {
    json!({
        "episode": of.name,
        "title": of.title,
        "trials": of.trials,
        "scenario_sha256": of.scenario_sha256,
        "months": of.dates,
        "observations": of.compared.iter().map(compared).collect::<Vec<_>>(),
        "bands": of.bands.iter().map(band).collect::<Vec<_>>(),
    })
}

/// The document.
pub fn document(found: &Backtest) -> Value {
    json!({
        "program": PROGRAM,
        "seed": found.seed,
        "interrupted": found.is_interrupted,
        "sentences": words::sentences(found),
        "all": score(&found.all),
        "share_inside_by_episode": found.share_by_episode.as_ref().map(share),
        "by_episode": found.by_episode.iter().map(score).collect::<Vec<_>>(),
        "by_measure": found.by_measure.iter().map(score).collect::<Vec<_>>(),
        "episodes": found.episodes.iter().map(episode).collect::<Vec<_>>(),
    })
}
