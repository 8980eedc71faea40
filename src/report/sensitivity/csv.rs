//! `sensitivity.csv`: one row a figure, whatever the method.

use super::super::columns;
use super::super::sheet::{Sheet, Stamp, Target, name, unit_of};
use super::{column, end_name, factor_name, key_name, kind_name};
use crate::results::types::Estimate;
use crate::study::Seen;
use crate::whatif::sensitivity::Sensitivity;

type Written = Result<(), csv::Error>;

/// A row before its place and stamp.
#[derive(Clone, Copy)]
struct Row<'a> {
    method: &'a str,
    factor: &'a str,
    kind: &'a str,
    what: &'a str,
    at: &'a str,
    set: &'a str,
    value: f64,
    error: Option<Estimate>,
    unit: &'a str,
    statistic: &'a str,
    trials: u64,
    number: Option<usize>,
    name: &'a str,
}

/// `sensitivity.csv`.
pub fn figures(found: &Sensitivity, to: impl Target) -> Written {
    let run = &found.results.run;
    let mut sheet = Sheet::new(to, &columns::sensitivity())?;
    let stamp = Stamp::of(&run.manifest);
    let Some(baseline) = found.baseline() else {
        return sheet.finish().map(drop);
    };
    let (material, country) = &baseline.headline;
    let mut write = |row: Row<'_>| -> Written {
        sheet.texts([row.method, row.factor, row.kind, row.what, row.at, row.set])?;
        sheet.number(row.value)?;
        let error = row.error.filter(|error| !error.standard_error.is_nan());
        let error = error.map_or([f64::NAN; 3], |error| [error.standard_error, error.low, error.high]);
        sheet.numbers(error)?;
        sheet.texts([row.unit, material, country, row.statistic])?;
        sheet.whole(row.trials)?;
        sheet.optional_whole(row.number.map(|number| number as u64 + 1))?;
        sheet.text(row.name)?;
        sheet.texts([name(&run.materials, material), name(&run.places, country)])?;
        sheet.end_with(&stamp)
    };
    let blank = Row {
        method: "",
        factor: "",
        kind: "",
        what: "",
        at: "",
        set: "",
        value: f64::NAN,
        error: None,
        unit: "",
        statistic: found.measure.name(),
        trials: found.index_trials,
        number: None,
        name: "",
    };
    for bar in &found.bars {
        let name = key_name(found, &bar.name);
        for (number, end) in bar.ends.iter().enumerate() {
            let difference = end.difference.map(|difference| difference.estimate);
            write(Row {
                method: "tornado",
                factor: &bar.key,
                kind: if bar.is_lever { "lever" } else { "input" },
                what: end_name(bar.is_lever, number),
                at: &end.at,
                set: &end.set,
                value: difference.map_or(f64::NAN, |difference| difference.value),
                error: difference,
                unit: unit_of(run, material, found.statistic),
                statistic: found.statistic.name(),
                trials: run.manifest.trials,
                name: &name,
                ..blank
            })?;
        }
    }
    if let Some(indices) = &found.indices {
        for factor in found.ranked() {
            let of = &found.factors[factor];
            let name = factor_name(found, of);
            for (what, index) in [("first_order", indices.first[factor]), ("total", indices.total[factor])] {
                write(Row {
                    method: "sobol",
                    factor: &of.id,
                    kind: kind_name(of.kind),
                    what,
                    value: index.value,
                    error: Some(index),
                    unit: "share of variance",
                    name: &name,
                    ..blank
                })?;
            }
        }
    }
    if let Some(discovery) = &found.discovery {
        let blank = Row {
            method: "discovery",
            trials: discovery.trials as u64,
            ..blank
        };
        write(Row {
            what: "worst_from",
            value: discovery.threshold_pct,
            unit: "%",
            ..blank
        })?;
        for (number, one) in discovery.boxes.iter().enumerate() {
            let number = Some(number);
            for (what, value, unit) in [
                ("coverage", one.coverage, "share of the worst trials"),
                ("density", one.density, "share of the trials inside"),
                ("trials_inside", one.rows as f64, "trials"),
            ] {
                write(Row {
                    what,
                    value,
                    unit,
                    number,
                    ..blank
                })?;
            }
            for range in &one.ranges {
                let seen = &discovery.columns[range.column];
                let [factor, kind] = column(seen);
                let name = match seen {
                    Seen::Input(key) => key_name(found, key),
                    Seen::Struck(_, name) | Seen::SeverityMonths(_, name) => name.clone(),
                };
                let of = Row {
                    factor,
                    kind,
                    number,
                    name: &name,
                    ..blank
                };
                for (what, end) in [("at_least", range.low), ("at_most", range.high)] {
                    if let Some(value) = end {
                        write(Row { what, value, ..of })?;
                    }
                }
                write(Row {
                    what: "quasi_p",
                    value: range.quasi_p,
                    ..of
                })?;
            }
        }
    }
    sheet.finish().map(drop)
}
