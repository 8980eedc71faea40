//! A question about a rate, and whether it can be answered.

use std::fmt::Write as _;

use super::count::BaseRate;
use super::error::{RateAspect, RateError};
use crate::data::{self, CountryMeant, Exposure, WatchedUnit};

/// Which events to count, and where and when. What is left out is not asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Question {
    /// A class such as `export_restriction`, a kind such as `export_ban`, or a question such as `mine_stop`.
    pub kind: String,
    /// Only of this country.
    pub country: Option<String>,
    /// Of all but these countries.
    pub except: Vec<String>,
    /// Only of this mineral.
    pub mineral: Option<String>,
    /// Only restrictions aimed at this country; without it, those that hit everyone.
    pub target: Option<String>,
    /// First year; by default that of the exposure.
    pub since: Option<i32>,
    /// Last year, counted whole; by default that of the exposure.
    pub until: Option<i32>,
    /// Least share of the world's output of a supply that is watched; by default that of the exposure.
    pub least_share: Option<f64>,
}

/// A question whose every word is known.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Checked {
    pub exposure: &'static Exposure,
    /// The kinds of event that count.
    pub counts: Vec<&'static str>,
    pub country: Option<&'static str>,
    pub except: Vec<&'static str>,
    pub mineral: Option<&'static str>,
    pub target: Option<&'static str>,
    pub since: i32,
    pub until: i32,
    pub least_share: Option<f64>,
}

/// What [`Question::kind`] may be: classes and questions first, then the kinds of event, each once.
pub fn known_kinds() -> Vec<&'static str> {
    let own = data::exposures().iter().map(|exposure| exposure.kind.as_str());
    let kinds = data::exposures().iter().flat_map(|exposure| &exposure.counts);
    let mut list: Vec<&str> = Vec::new();
    for name in own.chain(kinds.map(String::as_str)) {
        if !list.contains(&name) {
            list.push(name);
        }
    }
    list
}

/// The last year that the table of events reaches into.
pub(super) fn last_year() -> i32 {
    let years = data::past_events().iter().map(|event| year(&event.date_start));
    years.max().unwrap_or_default()
}

/// The year of a date.
pub(super) fn year(date: &str) -> i32 {
    date.get(..4).and_then(|year| year.parse().ok()).unwrap_or_default()
}

/// The least share that the table of what is watched goes down to.
fn lowest_share() -> f64 {
    let shares = data::watched().iter().filter_map(|watched| watched.share);
    // Written as a tenth: the smallest share in the table is a little more.
    (shares.fold(1.0, f64::min) * 10.0).floor() / 10.0
}

impl Question {
    /// Counts what was asked for, or says everything that is wrong with the question.
    pub fn answer(&self) -> Result<BaseRate, Vec<RateError>> {
        let checked = self.check()?;
        let rate = BaseRate::of(&checked);
        if rate.units() == 0 {
            return Err(vec![unwatched(&checked)]);
        }
        Ok(rate)
    }

    fn check(&self) -> Result<Checked, Vec<RateError>> {
        let mut errors = Vec::new();
        let mut country = |aspect, name: &str| -> Option<&'static str> {
            match country_code(aspect, name) {
                Ok(code) => Some(code),
                Err(error) => {
                    errors.push(error);
                    None
                }
            }
        };
        let of = self
            .country
            .as_deref()
            .and_then(|name| country(RateAspect::Country, name));
        let target = self
            .target
            .as_deref()
            .and_then(|name| country(RateAspect::Target, name));
        let except: Vec<&str> = self
            .except
            .iter()
            .filter_map(|name| country(RateAspect::Except, name))
            .collect();
        let mineral = match self.mineral.as_deref().map(data::mineral_id) {
            Some(Err(error)) => {
                let hint = error.hint();
                errors.push(wrong(RateAspect::Mineral, error.to_string(), hint));
                None
            }
            known => known.and_then(Result::ok),
        };
        let exposure = match exposure_of(&self.kind) {
            Ok(exposure) => exposure,
            Err(error) => {
                errors.insert(0, error);
                return Err(errors);
            }
        };
        let counts: Vec<&'static str> = exposure
            .counts
            .iter()
            .map(String::as_str)
            .filter(|kind| exposure.kind == plain(&self.kind) || *kind == plain(&self.kind))
            .collect();
        if self.target.is_some() && !counts.iter().any(|kind| is_restriction(kind)) {
            let message = format!(
                "a `target` goes with restrictions of exports, not with `{}`",
                exposure.kind
            );
            let hint = "leave it out, or ask for export_restriction, export_ban, export_licensing or export_quota";
            errors.push(wrong(RateAspect::Target, message, Some(hint.to_owned())));
        }
        if let (Some(of), Some(target)) = (of, target)
            && of == target
        {
            let message = format!("{target} is both the country and the target");
            errors.push(wrong(RateAspect::Target, message, None));
        }
        let (since, until) = (
            self.since.unwrap_or(exposure.since),
            self.until.unwrap_or(exposure.until),
        );
        let last = last_year();
        let watched_from = format!("`{}` is watched from {} to {last}", exposure.kind, exposure.since);
        if since < exposure.since || since > last {
            errors.push(wrong(
                RateAspect::Since,
                format!("nothing is watched since {since}"),
                Some(watched_from.clone()),
            ));
        }
        if until > last || until < exposure.since {
            errors.push(wrong(
                RateAspect::Until,
                format!("nothing is watched until {until}"),
                Some(watched_from),
            ));
        } else if until < since {
            errors.push(wrong(
                RateAspect::Until,
                format!("the years end in {until} and begin in {since}"),
                None,
            ));
        }
        if let Some(share) = self.least_share {
            let lowest = lowest_share();
            if exposure.unit != WatchedUnit::Supply {
                let message = format!(
                    "`{}` is not counted by supplies, which alone have a share",
                    exposure.kind
                );
                errors.push(wrong(RateAspect::LeastShare, message, None));
            } else if !(lowest..=1.0).contains(&share) {
                let message =
                    format!("a least share of {share} is not possible: supplies are listed from {lowest} to 1");
                errors.push(wrong(RateAspect::LeastShare, message, None));
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Checked {
            exposure,
            counts,
            country: of,
            except,
            mineral,
            target,
            since,
            until,
            least_share: self.least_share.or(exposure.least_share),
        })
    }

    /// What a scenario says to get this rate.
    pub fn as_written(&self) -> String {
        let mut text = format!("{{ rate = \"history\", kind = \"{}\"", plain(&self.kind));
        let named = [
            ("country", &self.country),
            ("mineral", &self.mineral),
            ("target", &self.target),
        ];
        for (key, value) in named {
            if let Some(value) = value {
                let _ = write!(text, ", {key} = \"{}\"", code_or_mineral(key, value));
            }
        }
        if !self.except.is_empty() {
            let list: Vec<String> = self
                .except
                .iter()
                .map(|name| format!("\"{}\"", code_or_mineral("except", name)))
                .collect();
            let _ = write!(text, ", except = [{}]", list.join(", "));
        }
        for (key, value) in [("since", self.since), ("until", self.until)] {
            if let Some(value) = value {
                let _ = write!(text, ", {key} = {value}");
            }
        }
        if let Some(share) = self.least_share {
            let _ = write!(text, ", least_share = {share}");
        }
        text.push_str(" }");
        text
    }
}

fn code_or_mineral(key: &str, value: &str) -> String {
    match (key, data::country_meant(value), data::mineral_id(value)) {
        ("mineral", _, Ok(id)) => id.to_owned(),
        (_, Some(CountryMeant::One(code)), _) if key != "mineral" => code.to_owned(),
        _ => value.to_owned(),
    }
}

/// Small letters, `_` between words.
fn plain(kind: &str) -> String {
    kind.trim().to_lowercase().replace([' ', '-'], "_")
}

fn is_restriction(kind: &str) -> bool {
    data::class_of_kind(kind) == Some("export_restriction")
}

fn wrong(aspect: RateAspect, message: String, hint: Option<String>) -> RateError {
    RateError {
        aspect,
        is_unwatched: false,
        message,
        hint,
    }
}

fn country_code(aspect: RateAspect, name: &str) -> Result<&'static str, RateError> {
    match data::country_meant(name) {
        Some(CountryMeant::One(code)) => Ok(code),
        _ => {
            let hint = match data::country_advice(name) {
                Some(advice) if data::country_meant(name).is_some() => {
                    format!("{advice}; countries go by their ISO code of three letters")
                }
                Some(advice) => advice,
                None => "countries go by their ISO code of three letters: CHN, COD, IDN ...".to_owned(),
            };
            Err(wrong(aspect, format!("there is no country `{name}`"), Some(hint)))
        }
    }
}

/// The exposure of a class or question, or of the class of a kind.
fn exposure_of(kind: &str) -> Result<&'static Exposure, RateError> {
    let wanted = plain(kind);
    let own = data::exposures().iter().find(|exposure| exposure.kind == wanted);
    let by_class = || {
        let class = data::class_of_kind(&wanted)?;
        data::exposures().iter().find(|exposure| exposure.kind == class)
    };
    own.or_else(by_class).ok_or_else(|| {
        let known = known_kinds();
        let nearest = data::nearest_name(&wanted, &known);
        let hint = match nearest {
            Some(name) => format!("did you mean `{name}`? `critmin rates` lists all"),
            None => "`critmin rates` lists all".to_owned(),
        };
        wrong(
            RateAspect::Kind,
            format!("there is no kind of event `{kind}`"),
            Some(hint),
        )
    })
}

/// Everything is known, but nothing that fits it is watched.
fn unwatched(checked: &Checked) -> RateError {
    let mut what = format!("nothing is watched for `{}`", checked.exposure.kind);
    if let Some(country) = checked.country {
        let _ = write!(what, " in {country}");
    }
    if let Some(mineral) = checked.mineral {
        let _ = write!(what, " of {mineral}");
    }
    if let Some(share) = checked.least_share {
        let _ = write!(what, " with at least {share} of the world's output");
    }
    let smaller = data::watched()
        .iter()
        .filter(|unit| unit.unit == checked.exposure.unit)
        .filter(|unit| checked.country.is_none_or(|country| unit.country == country))
        .filter(|unit| !checked.except.contains(&unit.country.as_str()))
        .filter(|unit| checked.mineral.is_none_or(|mineral| unit.is_of(mineral)))
        .filter_map(|unit| unit.share)
        .fold(0.0, f64::max);
    let (aspect, hint) = if smaller > 0.0 {
        let share = (smaller * 100.0).floor() / 100.0;
        (
            RateAspect::Country,
            format!("the largest share there is {share}: with a least share of {share} it is counted"),
        )
    } else {
        let mut countries: Vec<&str> = data::watched()
            .iter()
            .filter(|unit| unit.unit == checked.exposure.unit)
            .filter(|unit| checked.mineral.is_none_or(|mineral| unit.is_of(mineral)))
            .map(|unit| unit.country.as_str())
            .collect();
        countries.sort_unstable();
        countries.dedup();
        let aspect = if checked.country.is_some() {
            RateAspect::Country
        } else {
            RateAspect::Mineral
        };
        match countries.is_empty() {
            false => (aspect, format!("watched are {}", countries.join(", "))),
            true => (
                aspect,
                "no country is watched for it: state a rate of your own, with a source".to_owned(),
            ),
        }
    };
    let aspect = if checked.country.is_none() && checked.mineral.is_none() {
        RateAspect::Kind
    } else {
        aspect
    };
    RateError {
        aspect,
        is_unwatched: true,
        message: what,
        hint: Some(hint),
    }
}
