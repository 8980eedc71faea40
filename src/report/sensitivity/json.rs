//! A sensitivity analysis as one JSON document: what `--json` prints and `sensitivity.json` holds.

use serde_json::{Value, json};

use super::super::json::estimate;
use super::super::sheet::unit_of;
use super::{column, end_name, factor_name, key_name, kind_name, words};
use crate::whatif::prim::{Found, Range};
use crate::whatif::sensitivity::{Bar, Discovery, Sensitivity};

fn bar(found: &Sensitivity, bar: &Bar) -> Value {
    let ends = bar.ends.iter().enumerate().map(|(number, end)| {
        json!({
            "end": end_name(bar.is_lever, number),
            "at": end.at,
            "set": end.set,
            "value": end.value,
            "difference": end.difference.map(|difference| estimate(&difference.estimate)),
        })
    });
    json!({
        "key": bar.key,
        "name": key_name(found, &bar.name),
        "kind": if bar.is_lever { "lever" } else { "input" },
        "span": bar.span(),
        "ends": ends.collect::<Vec<_>>(),
    })
}

fn range(discovery: &Discovery, range: &Range) -> Value {
    let [factor, kind] = column(&discovery.columns[range.column]);
    json!({
        "factor": factor,
        "kind": kind,
        "at_least": range.low,
        "at_most": range.high,
        "quasi_p": range.quasi_p,
    })
}

fn one_box(discovery: &Discovery, found: &Found) -> Value {
    let trajectory = found.trajectory.iter();
    let trajectory = trajectory.map(|step| json!([step.coverage, step.density, step.columns]));
    json!({
        "coverage": found.coverage,
        "density": found.density,
        "trials": found.rows,
        "worst": found.cases,
        "ranges": found.ranges.iter().map(|one| range(discovery, one)).collect::<Vec<_>>(),
        "trajectory": trajectory.collect::<Vec<_>>(),
    })
}

/// The document.
pub fn document(found: &Sensitivity) -> Value {
    let run = &found.results.run;
    let headline = found.baseline().map(|baseline| baseline.headline.clone());
    let (material, _) = headline.unwrap_or_default();
    let indices = found.indices.as_ref().map(|indices| {
        let factors = found.ranked().into_iter().map(|factor| {
            let of = &found.factors[factor];
            json!({
                "factor": of.id,
                "name": factor_name(found, of),
                "kind": kind_name(of.kind),
                "events": of.events.iter().map(|(id, _)| id).collect::<Vec<_>>(),
                "first_order": estimate(&indices.first[factor]),
                "total": estimate(&indices.total[factor]),
            })
        });
        json!({
            "statistic": found.measure.name(),
            "trials": found.index_trials,
            "mean_pct": indices.mean,
            "standard_deviation_pct": indices.variance.sqrt(),
            "factors": factors.collect::<Vec<_>>(),
        })
    });
    let discovery = found.discovery.as_ref().map(|discovery| {
        json!({
            "statistic": found.measure.name(),
            "trials": discovery.trials,
            "worst": discovery.worst,
            "worst_from_pct": discovery.threshold_pct,
            "boxes": discovery.boxes.iter().map(|one| one_box(discovery, one)).collect::<Vec<_>>(),
        })
    });
    let left_out = found.left_out.iter();
    super::super::json::document(
        run,
        json!({
            "interrupted": found.interrupted,
            "statistic": found.statistic.name(),
            "unit": unit_of(run, &material, found.statistic),
            "as_it_is": words::as_it_is(found),
            "sentences": words::sentences(found),
            "tornado": found.bars.iter().map(|one| bar(found, one)).collect::<Vec<_>>(),
            "indices": indices,
            "discovery": discovery,
            "left_out": left_out.map(|(key, why)| json!({ "key": key, "reason": why })).collect::<Vec<_>>(),
        }),
    )
}
