//! `ranking.csv`: one row a stage of a mineral, also those that could not be screened; `screen.csv`: every outage, as a screening has it.

use super::super::columns;
use super::super::screen::csv::outages_of_all;
use super::super::sheet::{Sheet, Stamp, Target};
use super::{country, names};
use crate::study::Estimate;
use crate::whatif::exposure::Exposures;

type Written = Result<(), csv::Error>;

/// `ranking.csv`.
pub fn ranking(found: &Exposures, to: impl Target) -> Written {
    let mut sheet = Sheet::new(to, &columns::ranking())?;
    for of in &found.exposed {
        let screened = &found.screened[of.screened];
        let [stage, material] = names(found, of);
        sheet.whole(of.rank as u64)?;
        sheet.texts([screened.mineral.as_str(), &screened.name, &of.stage, stage])?;
        sheet.texts([of.material.as_str(), material, &found.country])?;
        let leader = found.leader(of);
        let who = leader.map_or(String::new(), |(outage, _)| country(found, of, outage));
        sheet.texts([leader.map_or("", |(outage, _)| outage.country.as_str()), &who])?;
        sheet.number(of.leader_share.map_or(f64::NAN, |share| 100.0 * share))?;
        let cost = leader.map(|(_, cost)| cost);
        let of_estimate = |estimate: Option<&Estimate>| estimate.map_or(f64::NAN, |estimate| estimate.value);
        sheet.numbers([
            of_estimate(cost.map(|cost| &cost.year_pct)),
            cost.map_or(f64::NAN, |cost| cost.year_pct.standard_error),
            of_estimate(cost.map(|cost| &cost.months_short)),
            of_estimate(
                cost.filter(|_| of.has_stocks)
                    .and_then(|cost| cost.months_to_survive.as_ref()),
            ),
        ])?;
        let worst = found.worst(of);
        let who = worst.map_or(String::new(), |(outage, _)| country(found, of, outage));
        sheet.texts([
            worst.map_or("", |(outage, _)| outage.kind()),
            worst.map_or("", |(outage, _)| outage.country.as_str()),
            &who,
        ])?;
        sheet.number(of_estimate(worst.map(|(_, cost)| &cost.year_pct)))?;
        sheet.text(match leader {
            Some(_) => "",
            None => "no producer abroad is named",
        })?;
        sheet.end_with(&Stamp::of(&screened.found.results.run.manifest))?;
    }
    for missing in &found.missing {
        sheet.empty()?;
        sheet.texts([missing.mineral.as_str(), &missing.name, &missing.stage, "", "", ""])?;
        sheet.text(&found.country)?;
        sheet.texts([""; 2])?;
        sheet.numbers([f64::NAN; 5])?;
        sheet.texts([""; 3])?;
        sheet.number(f64::NAN)?;
        sheet.text(&missing.why)?;
        sheet.end_with(&Stamp::empty())?;
    }
    sheet.finish().map(drop)
}

/// `screen.csv`.
pub fn outages(found: &Exposures, to: impl Target) -> Written {
    let all = found.screened.iter();
    outages_of_all(all.map(|one| ([one.mineral.as_str(), &one.name], &one.found)), to)
}
