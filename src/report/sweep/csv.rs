//! `sweep.csv`: one row a point, material and place; `crossings.csv`: where the statistic crosses the level.

use super::super::columns;
use super::super::sheet::{Sheet, Stamp, Target, name, unit_of};
use super::options;
use crate::whatif::sweep::{Axis, Sweep, is_known};

type Written = Result<(), csv::Error>;

/// `sweep.csv`.
pub fn points(sweep: &Sweep, to: impl Target) -> Written {
    let run = &sweep.results.run;
    let mut sheet = Sheet::new(to, &columns::sweep())?;
    let stamp = Stamp::of(&run.manifest);
    for cell in &sweep.cells {
        let point = &sweep.points[cell.point];
        sheet.whole(cell.point as u64 + 1)?;
        for position in 0..2 {
            let axis = sweep.axes.get(position);
            sheet.text(axis.map_or("", |axis| axis.key.as_str()))?;
            let at = point.at.get(position).copied();
            match axis.zip(at).and_then(|(axis, at)| axis.date(at)) {
                Some(date) => sheet.text(&date)?,
                None => sheet.exact([at.unwrap_or(f64::NAN)])?,
            };
            sheet.optional(point.concentration.get(position).copied().flatten())?;
        }
        sheet.text(sweep.policy.as_deref().unwrap_or("baseline"))?;
        sheet.texts([cell.material.as_str(), &cell.country, sweep.statistic.name()])?;
        sheet.text(unit_of(run, &cell.material, sweep.statistic))?;
        sheet.optional(cell.found.value())?;
        let estimate = cell.found.estimate().filter(is_known);
        for part in [
            estimate.map(|estimate| estimate.standard_error),
            estimate.map(|estimate| estimate.low),
            estimate.map(|estimate| estimate.high),
        ] {
            sheet.optional(part)?;
        }
        let difference = cell.difference.map(|difference| difference.estimate);
        sheet.optional(difference.map(|difference| difference.value))?;
        let known = difference.filter(is_known);
        for part in [
            known.map(|difference| difference.standard_error),
            known.map(|difference| difference.low),
            known.map(|difference| difference.high),
        ] {
            sheet.optional(part)?;
        }
        sheet.plain(&options(sweep, point))?;
        sheet.texts([name(&run.materials, &cell.material), name(&run.places, &cell.country)])?;
        sheet.end_with(&stamp)?;
    }
    sheet.finish().map(drop)
}

/// `crossings.csv`.
pub fn crossings(sweep: &Sweep, to: impl Target) -> Written {
    let run = &sweep.results.run;
    let mut sheet = Sheet::new(to, &columns::crossings())?;
    let stamp = Stamp::of(&run.manifest);
    for found in &sweep.crossings {
        let crossing = found.crossing;
        sheet.texts([found.material.as_str(), &found.country, sweep.statistic.name()])?;
        sheet.optional(sweep.level)?;
        sheet.text(sweep.axes.first().map_or("", |axis| axis.key.as_str()))?;
        for part in [Some(crossing.at), crossing.low, crossing.high] {
            at(&mut sheet, sweep.axes.first(), part)?;
        }
        sheet.plain(if crossing.rises { "rises" } else { "falls" })?;
        sheet.text(sweep.axes.get(1).map_or("", |axis| axis.key.as_str()))?;
        at(&mut sheet, sweep.axes.get(1), found.second)?;
        sheet.text(unit_of(run, &found.material, sweep.statistic))?;
        sheet.texts([name(&run.materials, &found.material), name(&run.places, &found.country)])?;
        sheet.end_with(&stamp)?;
    }
    sheet.finish().map(drop)
}

/// The value of a key: a date where it is one.
fn at(sheet: &mut Sheet<impl Target>, axis: Option<&Axis>, value: Option<f64>) -> Written {
    match axis.zip(value).and_then(|(axis, value)| axis.date(value)) {
        Some(date) => sheet.plain(&date),
        None => sheet.optional(value),
    }
}
