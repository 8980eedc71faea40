//! `sweep.csv`: one row a point, material and place; `crossings.csv`: where the statistic crosses the level.

use super::super::number::optional;
use std::io::Write;

use super::super::sheet::{STAMP, Sheet, Stamp, name, unit_of};
use super::options;
use crate::whatif::sweep::{Axis, Sweep, is_known};

type Written = Result<(), csv::Error>;

const COLUMNS: [&str; 23] = [
    "point",
    "key",
    "at",
    "hhi",
    "second_key",
    "second_at",
    "second_hhi",
    "policy",
    "material",
    "country",
    "statistic",
    "unit",
    "value",
    "value_se",
    "value_low",
    "value_high",
    "difference",
    "difference_se",
    "difference_low",
    "difference_high",
    "run_options",
    "material_name",
    "place_name",
];

/// `sweep.csv`.
pub fn points(sweep: &Sweep, to: impl Write) -> Written {
    let run = &sweep.results.run;
    let mut sheet = Sheet::new(to, COLUMNS.into_iter().chain(STAMP))?;
    let stamp = Stamp::of(&run.manifest);
    for cell in &sweep.cells {
        let point = &sweep.points[cell.point];
        sheet.plain(&(cell.point + 1).to_string())?;
        for position in 0..2 {
            let axis = sweep.axes.get(position);
            sheet.text(axis.map_or("", |axis| axis.key.as_str()))?;
            let at = point.at.get(position).copied();
            match axis.zip(at).and_then(|(axis, at)| axis.date(at)) {
                Some(date) => sheet.text(&date)?,
                None => sheet.exact([at.unwrap_or(f64::NAN)])?,
            };
            sheet.plain(&optional(point.concentration.get(position).copied().flatten()))?;
        }
        sheet.text(sweep.policy.as_deref().unwrap_or("baseline"))?;
        sheet.texts([cell.material.as_str(), &cell.country, sweep.statistic.name()])?;
        sheet.text(unit_of(run, &cell.material, sweep.statistic))?;
        sheet.plain(&optional(cell.found.value()))?;
        let estimate = cell.found.estimate().filter(is_known);
        for part in [
            estimate.map(|estimate| estimate.standard_error),
            estimate.map(|estimate| estimate.low),
            estimate.map(|estimate| estimate.high),
        ] {
            sheet.plain(&optional(part))?;
        }
        let difference = cell.difference.map(|difference| difference.estimate);
        sheet.plain(&optional(difference.map(|difference| difference.value)))?;
        let known = difference.filter(is_known);
        for part in [
            known.map(|difference| difference.standard_error),
            known.map(|difference| difference.low),
            known.map(|difference| difference.high),
        ] {
            sheet.plain(&optional(part))?;
        }
        sheet.plain(&options(sweep, point))?;
        sheet.texts([name(&run.materials, &cell.material), name(&run.places, &cell.country)])?;
        sheet.end_with(&stamp)?;
    }
    sheet.finish().map(drop)
}

/// `crossings.csv`.
pub fn crossings(sweep: &Sweep, to: impl Write) -> Written {
    let header = [
        "material",
        "country",
        "statistic",
        "level",
        "key",
        "at",
        "at_low",
        "at_high",
        "direction",
        "second_key",
        "second_at",
    ];
    let run = &sweep.results.run;
    let mut sheet = Sheet::new(to, header.into_iter().chain(STAMP))?;
    let stamp = Stamp::of(&run.manifest);
    for found in &sweep.crossings {
        let crossing = found.crossing;
        sheet.texts([found.material.as_str(), &found.country, sweep.statistic.name()])?;
        sheet.plain(&optional(sweep.level))?;
        sheet.text(sweep.axes.first().map_or("", |axis| axis.key.as_str()))?;
        let at = |axis: Option<&Axis>, value: Option<f64>| {
            let date = axis.zip(value).and_then(|(axis, value)| axis.date(value));
            date.unwrap_or_else(|| optional(value))
        };
        for part in [Some(crossing.at), crossing.low, crossing.high] {
            sheet.plain(&at(sweep.axes.first(), part))?;
        }
        sheet.plain(if crossing.rises { "rises" } else { "falls" })?;
        sheet.text(sweep.axes.get(1).map_or("", |axis| axis.key.as_str()))?;
        sheet.plain(&at(sweep.axes.get(1), found.second))?;
        sheet.end_with(&stamp)?;
    }
    sheet.finish().map(drop)
}
