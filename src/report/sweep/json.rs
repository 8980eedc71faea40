//! A sweep as one JSON document: what `--json` prints and `sweep.json` holds.

use serde_json::{Value, json};

use super::super::sheet::unit_of;
use super::{options, set, words};
use crate::study::Difference;
use crate::whatif::sweep::{Axis, Cell, Sweep, is_known};

fn difference(found: &Difference) -> Value {
    let estimate = found.estimate;
    let known = |value: f64| is_known(&estimate).then_some(value).filter(|value| value.is_finite());
    json!({
        "value": estimate.value,
        "standard_error": known(estimate.standard_error),
        "low": known(estimate.low),
        "high": known(estimate.high),
        "independent_trials": found.independent_trials,
    })
}

fn cell(sweep: &Sweep, found: &Cell) -> Value {
    json!({
        "material": found.material,
        "country": found.country,
        "unit": unit_of(&sweep.results.run, &found.material, sweep.statistic),
        "value": found.found,
        "difference": found.difference.as_ref().map(difference),
    })
}

/// A value of a key: a number, or a date.
fn at(axis: Option<&Axis>, value: f64) -> Value {
    match axis.and_then(|axis| axis.date(value)) {
        Some(date) => json!(date),
        None => json!(value),
    }
}

/// The document.
pub fn document(sweep: &Sweep) -> Value {
    let run = &sweep.results.run;
    let axes = sweep.axes.iter().zip(&sweep.stands);
    let axes: Vec<Value> = axes
        .map(|(axis, stands)| {
            let values: Vec<Value> = axis.values.iter().map(|value| at(Some(axis), *value)).collect();
            json!({ "key": axis.key, "values": values, "log": axis.is_log, "as_it_is": stands })
        })
        .collect();
    let points = sweep.points.iter().enumerate().map(|(number, point)| {
        let cells = sweep.cells.iter().filter(|cell| cell.point == number);
        json!({
            "at": point.at.iter().enumerate().map(|(number, value)| at(sweep.axes.get(number), *value)).collect::<Vec<_>>(),
            "hhi": point.concentration,
            "set": set(sweep, point).collect::<Vec<_>>(),
            "run_options": options(sweep, point),
            "cells": cells.map(|found| cell(sweep, found)).collect::<Vec<_>>(),
        })
    });
    let crossings = sweep.crossings.iter().map(|found| {
        json!({
            "material": found.material,
            "country": found.country,
            "second_at": found.second.map(|value| at(sweep.axes.get(1), value)),
            "at": at(sweep.axes.first(), found.crossing.at),
            "low": found.crossing.low.map(|value| at(sweep.axes.first(), value)),
            "high": found.crossing.high.map(|value| at(sweep.axes.first(), value)),
            "direction": if found.crossing.rises { "rises" } else { "falls" },
        })
    });
    super::super::json::document(
        run,
        json!({
            "policy": sweep.policy,
            "statistic": sweep.statistic.name(),
            "difference_from": if sweep.from_first { "first" } else { "baseline" },
            "level": sweep.level,
            "sentences": words::sentences(sweep),
            "axes": axes,
            "points": points.collect::<Vec<_>>(),
            "crossings": crossings.collect::<Vec<_>>(),
        }),
    )
}
