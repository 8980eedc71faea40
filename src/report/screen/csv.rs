//! `screen.csv`: one row an outage and (material, place) in focus; `pairs.csv`: the same of two outages at once.

use super::super::columns;
use super::super::sheet::{Sheet, Stamp, Target, name, unit};
use crate::results::types::Estimate;
use crate::whatif::screen::{Consequence, Screening};

type Written = Result<(), csv::Error>;

fn ends(estimate: &Estimate) -> [f64; 4] {
    let interval = |end: f64| match estimate.standard_error.is_nan() {
        true => f64::NAN,
        false => end,
    };
    [
        estimate.value,
        estimate.standard_error,
        interval(estimate.low),
        interval(estimate.high),
    ]
}

fn costs(sheet: &mut Sheet<impl Target>, found: &Screening, of: &Consequence) -> Written {
    sheet.texts([of.material.as_str(), &of.place])?;
    sheet.whole(of.rank as u64)?;
    sheet.numbers(ends(&of.year_pct))?;
    sheet.number(of.horizon_pct.value)?;
    sheet.numbers(ends(&of.quantity))?;
    sheet.text(unit(&found.results.run.materials, &of.material))?;
    sheet.number(of.months_short.value)?;
    sheet.optional(of.months_to_survive.map(|months| months.value))?;
    sheet.optional(of.value_musd.map(|value| value.value))?;
    sheet.optional(of.value_musd.map(|value| value.standard_error))?;
    sheet.number(found.outage_months)
}

/// `screen.csv`.
pub fn outages(found: &Screening, to: impl Target) -> Written {
    let mut sheet = Sheet::new(to, &columns::outages())?;
    add_outages(&mut sheet, found, None)?;
    sheet.finish().map(drop)
}

/// `screen.csv` of several minerals: the same columns, and which mineral before them.
pub fn outages_of_all<'a>(all: impl IntoIterator<Item = ([&'a str; 2], &'a Screening)>, to: impl Target) -> Written {
    let mut sheet = Sheet::new(to, &columns::outages_of_all())?;
    for (mineral, found) in all {
        add_outages(&mut sheet, found, Some(mineral))?;
    }
    sheet.finish().map(drop)
}

fn add_outages(sheet: &mut Sheet<impl Target>, found: &Screening, mineral: Option<[&str; 2]>) -> Written {
    let run = &found.results.run;
    let stamp = Stamp::of(&run.manifest);
    for of in &found.consequences {
        let outage = &found.outages[of.outage];
        sheet.texts(mineral.map(|[id, _]| id))?;
        sheet.texts([outage.kind(), &outage.material, &outage.country])?;
        costs(sheet, found, of)?;
        sheet.optional(of.probability)?;
        sheet.optional(of.risk_pct)?;
        sheet.optional_whole(of.risk_rank.map(|rank| rank as u64))?;
        sheet.text(&of.events.join(" "))?;
        sheet.optional(outage.coverage_of_rest)?;
        sheet.texts([
            name(&run.materials, &outage.material),
            name(&run.places, &outage.country),
            name(&run.materials, &of.material),
            name(&run.places, &of.place),
        ])?;
        sheet.texts(mineral.map(|[_, name]| name))?;
        sheet.end_with(&stamp)?;
    }
    Ok(())
}

/// `pairs.csv`.
pub fn pairs(found: &Screening, to: impl Target) -> Written {
    let run = &found.results.run;
    let mut sheet = Sheet::new(to, &columns::pairs_of_outages())?;
    let stamp = Stamp::of(&run.manifest);
    for of in &found.pair_consequences {
        for outage in found.pairs[of.outage].map(|number| &found.outages[number]) {
            sheet.texts([outage.kind(), &outage.material, &outage.country])?;
        }
        costs(&mut sheet, found, of)?;
        sheet.numbers(of.beyond_the_sum_pct.as_ref().map_or([f64::NAN; 4], ends))?;
        sheet.texts([name(&run.materials, &of.material), name(&run.places, &of.place)])?;
        for outage in found.pairs[of.outage].map(|number| &found.outages[number]) {
            sheet.texts([
                name(&run.materials, &outage.material),
                name(&run.places, &outage.country),
            ])?;
        }
        sheet.end_with(&stamp)?;
    }
    sheet.finish().map(drop)
}
