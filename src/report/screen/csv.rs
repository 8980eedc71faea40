//! `screen.csv`: one row an outage and (material, place) in focus; `pairs.csv`: the same of two outages at once.

use super::super::number::optional;
use std::io::Write;

use super::super::sheet::{STAMP, Sheet, Stamp, name, unit};
use crate::results::types::Estimate;
use crate::whatif::screen::{Consequence, Screening};

type Written = Result<(), csv::Error>;

/// What is failing, of one outage.
const OUTAGE: [&str; 3] = ["outage", "outage_material", "outage_country"];
const COSTS: [&str; 18] = [
    "material",
    "country",
    "rank",
    "year_pct",
    "year_pct_se",
    "year_pct_low",
    "year_pct_high",
    "horizon_pct",
    "quantity",
    "quantity_se",
    "quantity_low",
    "quantity_high",
    "unit",
    "months_short",
    "months_to_survive",
    "value_musd",
    "value_musd_se",
    "outage_months",
];
const RISK: [&str; 5] = ["probability", "risk_pct", "risk_rank", "events", "coverage_of_rest"];
const NAMES: [&str; 4] = [
    "outage_material_name",
    "outage_country_name",
    "material_name",
    "place_name",
];

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

fn costs(sheet: &mut Sheet<impl Write>, found: &Screening, of: &Consequence) -> Written {
    sheet.texts([of.material.as_str(), &of.place])?;
    sheet.plain(&of.rank.to_string())?;
    sheet.numbers(ends(&of.year_pct))?;
    sheet.number(of.horizon_pct.value)?;
    sheet.numbers(ends(&of.quantity))?;
    sheet.text(unit(&found.results.run.materials, &of.material))?;
    sheet.number(of.months_short.value)?;
    sheet.plain(&optional(of.months_to_survive.map(|months| months.value)))?;
    sheet.plain(&optional(of.value_musd.map(|value| value.value)))?;
    sheet.plain(&optional(of.value_musd.map(|value| value.standard_error)))?;
    sheet.number(found.outage_months)
}

/// `screen.csv`.
pub fn outages(found: &Screening, to: impl Write) -> Written {
    let mut sheet = Sheet::new(to, header())?;
    add_outages(&mut sheet, found, None)?;
    sheet.finish().map(drop)
}

/// `screen.csv` of several minerals: the same columns, and which mineral before them.
pub fn outages_of_all<'a>(all: impl IntoIterator<Item = (&'a str, &'a Screening)>, to: impl Write) -> Written {
    let mut sheet = Sheet::new(to, std::iter::once("mineral").chain(header()))?;
    for (mineral, found) in all {
        add_outages(&mut sheet, found, Some(mineral))?;
    }
    sheet.finish().map(drop)
}

fn header() -> impl Iterator<Item = &'static str> {
    OUTAGE.into_iter().chain(COSTS).chain(RISK).chain(NAMES).chain(STAMP)
}

fn add_outages(sheet: &mut Sheet<impl Write>, found: &Screening, mineral: Option<&str>) -> Written {
    let run = &found.results.run;
    let stamp = Stamp::of(&run.manifest);
    for of in &found.consequences {
        let outage = &found.outages[of.outage];
        sheet.texts(mineral)?;
        sheet.texts([outage.kind(), &outage.material, &outage.country])?;
        costs(sheet, found, of)?;
        sheet.plain(&optional(of.probability))?;
        sheet.plain(&optional(of.risk_pct))?;
        sheet.plain(&of.risk_rank.map_or_else(String::new, |rank| rank.to_string()))?;
        sheet.text(&of.events.join(" "))?;
        sheet.plain(&optional(outage.coverage_of_rest))?;
        sheet.texts([
            name(&run.materials, &outage.material),
            name(&run.places, &outage.country),
            name(&run.materials, &of.material),
            name(&run.places, &of.place),
        ])?;
        sheet.end_with(&stamp)?;
    }
    Ok(())
}

/// `pairs.csv`.
pub fn pairs(found: &Screening, to: impl Write) -> Written {
    let run = &found.results.run;
    let header = [
        "one",
        "one_material",
        "one_country",
        "other",
        "other_material",
        "other_country",
    ];
    let beyond = [
        "beyond_the_sum_pct",
        "beyond_the_sum_pct_se",
        "beyond_the_sum_pct_low",
        "beyond_the_sum_pct_high",
    ];
    let header = header.into_iter().chain(COSTS).chain(beyond);
    let mut sheet = Sheet::new(to, header.chain(["material_name", "place_name"]).chain(STAMP))?;
    let stamp = Stamp::of(&run.manifest);
    for of in &found.pair_consequences {
        for outage in found.pairs[of.outage].map(|number| &found.outages[number]) {
            sheet.texts([outage.kind(), &outage.material, &outage.country])?;
        }
        costs(&mut sheet, found, of)?;
        sheet.numbers(of.beyond_the_sum_pct.as_ref().map_or([f64::NAN; 4], ends))?;
        sheet.texts([name(&run.materials, &of.material), name(&run.places, &of.place)])?;
        sheet.end_with(&stamp)?;
    }
    sheet.finish().map(drop)
}
