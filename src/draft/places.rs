//! Whom the scenario is for.

pub(super) use crate::data::EUROPEAN_UNION;
pub(super) use crate::data::OTHERS;
use std::collections::BTreeSet;

use super::complaint::Complaint;
use crate::data::{self, CountryMeant};

/// The id of all users whom the scenario does not name.
pub(super) const ELSEWHERE: &str = "elsewhere";

/// The importers asked for.
#[derive(Debug, Clone)]
pub(super) struct Places {
    /// Codes in the order asked for.
    pub named: Vec<String>,
}

impl Places {
    pub fn read(asked: &[String], complaints: &mut Vec<Complaint>) -> Places {
        let mut named: Vec<String> = Vec::new();
        for text in asked {
            match meant(text) {
                Ok(code) if named.contains(&code) => {}
                Ok(code) => named.push(code),
                Err(complaint) => complaints.push(complaint),
            }
        }
        if asked.is_empty() {
            complaints.push(Complaint::new(
                "no country is named",
                "say for whom: --for DEU, or --for USA,JPN",
            ));
        }
        Places { named }
    }

    pub fn has(&self, code: &str) -> bool {
        self.named.iter().any(|name| name == code)
    }

    /// Display names.
    pub fn names(&self) -> Vec<String> {
        self.named.iter().map(|code| self.name(code)).collect()
    }

    /// Display name of any code.
    pub fn name(&self, code: &str) -> String {
        if code == EUROPEAN_UNION && !self.members().is_empty() {
            return "Rest of EU27".to_owned();
        }
        data::country_name(code).unwrap_or(code).to_owned()
    }

    /// The members of the Union that are named on their own.
    pub fn members(&self) -> Vec<&str> {
        let named = self.named.iter().map(String::as_str);
        named.filter(|code| data::is_member(code)).collect()
    }

    /// The codes that a place stands for.
    pub fn covers<'a>(&'a self, place: &'a str) -> BTreeSet<&'a str> {
        if place != EUROPEAN_UNION {
            return BTreeSet::from([place]);
        }
        let members = data::members().filter(|code| !self.has(code));
        members.chain([EUROPEAN_UNION]).collect()
    }

    /// The place of the scenario that stands for a country of the tables.
    pub fn of<'a>(&self, code: &'a str) -> &'a str {
        if self.has(EUROPEAN_UNION) && data::is_member(code) && !self.has(code) {
            EUROPEAN_UNION
        } else {
            code
        }
    }
}

/// The code of one country as people write it.
pub(super) fn meant(text: &str) -> Result<String, Complaint> {
    let typed = text.trim();
    let code = match data::country_meant(typed) {
        Some(CountryMeant::One(code)) => code.to_owned(),
        _ if matches!(typed.to_uppercase().as_str(), "EU" | "EU27" | "EU-27") => EUROPEAN_UNION.to_owned(),
        _ if data::country_name(&typed.to_uppercase()).is_some() => typed.to_uppercase(),
        _ => typed.to_owned(),
    };
    if ["OTH", "WLD"].contains(&code.as_str()) || data::country_name(&code).is_none() {
        let hint = match (data::country_advice(typed), data::country_nearly(typed)) {
            (Some(advice), _) => advice,
            (None, Some(near)) => format!("did you mean {near}?"),
            (None, None) => "write ISO codes of three letters (DEU, USA, ...), names of countries, or EU27".to_owned(),
        };
        return Err(Complaint::new(
            format!("`{typed}` is no country that can be asked for"),
            hint,
        ));
    }
    Ok(code)
}
