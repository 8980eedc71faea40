//! What a country is most exposed to, over all minerals that ship: a scenario for each is drafted from the tables and screened as any other
//! ([`super::screen`]). Where the tables do not suffice, it says why.

use crate::data::OTHERS;
use rayon::prelude::*;

use super::screen::{self, Consequence, Outage, Screening};
use crate::data;
use crate::draft::{self, Complaint, Request};
use crate::study::{Error, Progress, Study, Taken};

/// Years of the drafted scenarios: as many as `critmin new` writes.
const YEARS: u32 = 5;

/// What to screen.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// How each mineral is screened.
    pub screen: screen::Plan,
    /// Seed, else that of drafted scenarios.
    pub seed: Option<u64>,
}

/// A mineral that was screened.
#[derive(Debug, Clone)]
pub struct Screened {
    /// Its id.
    pub mineral: String,
    /// Its name.
    pub name: String,
    /// What was found.
    pub found: Screening,
}

/// A mineral, or a stage of it, that was not screened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Mineral id.
    pub mineral: String,
    /// Its name.
    pub name: String,
    /// The stage, in words; empty for all of them.
    pub stage: String,
    /// Why.
    pub why: String,
}

/// The country's exposure at one stage of one mineral.
#[derive(Debug, Clone, PartialEq)]
pub struct Exposed {
    /// Position in [`Exposures::screened`].
    pub screened: usize,
    /// Material whose demand goes short: the end of the chain.
    pub material: String,
    /// Material of the stage that fails.
    pub stage: String,
    /// The largest producer abroad: position of the stop of its output among the consequences of the screening. `None` where nobody abroad is named.
    pub leader: Option<usize>,
    /// Its share of all output of the stage, recycling apart.
    pub leader_share: Option<f64>,
    /// What costs most at this stage, abroad: a stop or a ban.
    pub worst: Option<usize>,
    /// Whether stocks of the country are known, so that there is a time to survive.
    pub has_stocks: bool,
    /// By what the leader's stop takes, from 1; equal ones share it.
    pub rank: usize,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Exposures {
    /// Code of the country.
    pub country: String,
    /// Its name.
    pub name: String,
    /// By mineral.
    pub screened: Vec<Screened>,
    /// By rank.
    pub exposed: Vec<Exposed>,
    /// What could not be screened.
    pub missing: Vec<Missing>,
}

impl Exposures {
    /// The screening of an exposure.
    pub fn screening(&self, of: &Exposed) -> &Screening {
        &self.screened[of.screened].found
    }

    /// The stop of the leading producer: the outage, and what it costs.
    pub fn leader<'a>(&'a self, of: &Exposed) -> Option<(&'a Outage, &'a Consequence)> {
        self.at(of, of.leader)
    }

    /// What costs most at the stage.
    pub fn worst<'a>(&'a self, of: &Exposed) -> Option<(&'a Outage, &'a Consequence)> {
        self.at(of, of.worst)
    }

    fn at<'a>(&'a self, of: &Exposed, number: Option<usize>) -> Option<(&'a Outage, &'a Consequence)> {
        let found = self.screening(of);
        let consequence = &found.consequences[number?];
        Some((&found.outages[consequence.outage], consequence))
    }

    /// What the leader's stop takes, % of a year's demand; 0 where there is no leader.
    pub fn lost(&self, of: &Exposed) -> f64 {
        self.leader(of)
            .map_or(0.0, |(_, consequence)| consequence.year_pct.value)
    }

    /// Whether it was stopped before all trials were done.
    pub fn is_interrupted(&self) -> bool {
        let mut all = self.screened.iter();
        all.any(|one| one.found.results.run.manifest.interrupted)
    }
}

enum Outcome {
    Screened(Box<Screened>, Vec<Known>, Vec<Missing>),
    Missing(Missing),
}

/// What is known of a material at the start: id, shares of its makers, stocks of the country.
struct Known {
    material: String,
    shares: Vec<(String, f64)>,
    stock: f64,
}

/// Screens every mineral that ships for a country (a code, a name, or EU27).
///
/// # Errors
/// [`ExposureError::Country`] where there is no such country; else that of a run.
pub fn expose(country: &str, plan: &Plan, progress: &Progress) -> Result<Exposures, ExposureError> {
    let code = draft::country(country).map_err(ExposureError::Country)?;
    let minerals = data::minerals();
    let outcomes = minerals.par_iter();
    let outcomes = outcomes.map(|(mineral, _)| one(mineral, &code, plan, progress));
    // All are done before one is looked at, so that the error is always the same.
    let outcomes: Vec<Result<Outcome, Error>> = outcomes.collect();
    let mut found = Exposures {
        name: data::country_name(&code).unwrap_or(&code).to_owned(),
        country: code,
        screened: Vec::new(),
        exposed: Vec::new(),
        missing: Vec::new(),
    };
    for outcome in outcomes {
        match outcome.map_err(|error| ExposureError::Study(Box::new(error)))? {
            Outcome::Missing(missing) => found.missing.push(missing),
            Outcome::Screened(screened, known, missing) => {
                let number = found.screened.len();
                found
                    .exposed
                    .extend(exposed(&screened.found, &found.country, &known, number));
                found.screened.push(*screened);
                found.missing.extend(missing);
            }
        }
    }
    let lost: Vec<f64> = found.exposed.iter().map(|one| found.lost(one)).collect();
    for (one, own) in found.exposed.iter_mut().zip(&lost) {
        one.rank = 1 + lost.iter().filter(|other| *other > own).count();
    }
    found.exposed.sort_by_key(|one| one.rank);
    Ok(found)
}

/// Why there are no exposures.
#[derive(Debug)]
pub enum ExposureError {
    /// There is no such country.
    Country(Complaint),
    /// A run failed.
    Study(Box<Error>),
}

fn one(mineral: &str, country: &str, plan: &Plan, progress: &Progress) -> Result<Outcome, Error> {
    let name = data::mineral_name(mineral).to_owned();
    let missing = |stage: &str, why: String| Missing {
        mineral: mineral.to_owned(),
        name: name.clone(),
        stage: stage.to_owned(),
        why,
    };
    let request = Request {
        minerals: vec![mineral.to_owned()],
        countries: vec![country.to_owned()],
        years: YEARS,
        ..Request::default()
    };
    let draft = match draft::drafted(&request) {
        Ok(draft) => draft,
        Err(complaints) => {
            let why: Vec<String> = complaints.into_iter().map(|complaint| complaint.message).collect();
            return Ok(Outcome::Missing(missing("", why.join("; "))));
        }
    };
    let prepared = (|| {
        let mut study = Study::from_text(&format!("{mineral}.toml"), &draft.text)?;
        if let Some(seed) = plan.seed {
            study.set(&format!("run.seed={seed}"))?;
        }
        let known = known(&study, country)?;
        Ok((study, known))
    })();
    let (study, known) = match prepared {
        Err(Error::Invalid(diagnostics)) => {
            let why = format!(
                "the scenario drafted from the tables has errors: {}",
                diagnostics.render(false)
            );
            return Ok(Outcome::Missing(missing("", why)));
        }
        other => other?,
    };
    let found = screen::screen(&study, &plan.screen, progress)?;
    let left_out = draft.left_out.into_iter();
    let left_out = left_out.map(|(stage, why)| missing(&stage, format!("use in the country is not known: {why}")));
    let screened = Box::new(Screened {
        mineral: mineral.to_owned(),
        name: name.clone(),
        found,
    });
    Ok(Outcome::Screened(screened, known, left_out.collect()))
}

fn known(study: &Study, country: &str) -> Result<Vec<Known>, Error> {
    let markets = study.baseline()?.start_markets();
    let known = markets.into_iter().map(|market| {
        let total: f64 = market.makers.iter().map(|maker| maker.primary).sum();
        let own = market.buyers.iter().find(|buyer| buyer.country == country);
        Known {
            stock: own.map_or(0.0, |buyer| buyer.stock),
            shares: market
                .makers
                .iter()
                .map(|maker| (maker.country.clone(), maker.primary / total))
                .collect(),
            material: market.material,
        }
    });
    Ok(known.collect())
}

fn exposed(found: &Screening, country: &str, known: &[Known], screened: usize) -> Vec<Exposed> {
    let ends = &found.results.run.focus_materials;
    let mut stages: Vec<&str> = Vec::new();
    for outage in &found.outages {
        if !stages.contains(&outage.material.as_str()) {
            stages.push(&outage.material);
        }
    }
    let mut all = Vec::new();
    for end in ends {
        let here: Vec<(usize, &Consequence)> = found
            .consequences
            .iter()
            .enumerate()
            .filter(|(_, one)| one.material == *end && one.place == country)
            .collect();
        for stage in &stages {
            let outage = |one: &Consequence| &found.outages[one.outage];
            let abroad = || {
                here.iter().copied().filter(|(_, one)| {
                    let outage = outage(one);
                    outage.material == *stage && outage.country != country && outage.country != OTHERS
                })
            };
            let worst = abroad().min_by_key(|(_, one)| (one.rank, one.outage));
            let is_linked = worst.is_some_and(|(_, one)| one.year_pct.value > 0.0);
            // Another end of the same mineral is not a stage before this one.
            if here.is_empty() || (*stage != end && ends.iter().any(|other| other == stage) && !is_linked) {
                continue;
            }
            // Outages are in the order of output.
            let stops = abroad().filter(|(_, one)| outage(one).taken == Taken::Output);
            let leader = stops.min_by_key(|(_, one)| one.outage);
            let of_stage = known.iter().find(|known| known.material == *stage);
            let share = leader.zip(of_stage).and_then(|((_, one), known)| {
                let mut shares = known.shares.iter();
                shares.find(|(code, _)| *code == outage(one).country)
            });
            all.push(Exposed {
                screened,
                material: end.clone(),
                stage: (*stage).to_owned(),
                leader: leader.map(|(number, _)| number),
                leader_share: share.map(|(_, share)| *share),
                worst: worst.map(|(number, _)| number),
                has_stocks: known.iter().any(|known| known.material == *end && known.stock > 0.0),
                rank: 0,
            });
        }
    }
    all
}
