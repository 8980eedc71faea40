//! What is asked for.

use super::complaint::Complaint;
use super::places::{self, Places};
use crate::data::{self, DataError};

/// What a scenario shall be about.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Request {
    /// Minerals, as ids or names.
    pub minerals: Vec<String>,
    /// Whose supply it is about, as codes or names.
    pub countries: Vec<String>,
    /// Stages to keep; all that have shares if empty.
    pub stages: Vec<String>,
    /// Years to simulate.
    pub years: u32,
    /// Use that the tables do not have, or that is known better: country and tonnes a year of the last stage.
    pub uses: Vec<(String, f64)>,
    /// World output that the tables do not have: stage and tonnes a year.
    pub outputs: Vec<(String, f64)>,
}

impl Request {
    /// The use that was given for a country.
    pub(super) fn given_use(&self, code: &str) -> Option<f64> {
        let mut given = self.uses.iter();
        given
            .find(|(name, _)| places::meant(name).is_ok_and(|known| known == code))
            .map(|(_, tonnes)| *tonnes)
    }

    /// The world output that was given for a stage.
    pub(super) fn given_output(&self, stage: &str) -> Option<f64> {
        let mut given = self.outputs.iter();
        given.find(|(name, _)| normal(name) == stage).map(|(_, tonnes)| *tonnes)
    }

    /// Whether a stage is asked for.
    pub(super) fn wants(&self, stage: &str) -> bool {
        self.stages.is_empty() || self.stages.iter().any(|name| normal(name) == stage)
    }
}

fn normal(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}

/// The ids of the minerals asked for, each once.
pub(super) fn minerals(asked: &[String], complaints: &mut Vec<Complaint>) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for name in asked {
        match data::shares(name, "") {
            Err(DataError::UnknownStage { mineral, valid, .. }) if !valid.is_empty() => {
                if !ids.contains(&mineral) {
                    ids.push(mineral);
                }
            }
            Err(DataError::UnknownStage { mineral, .. }) => complaints.push(Complaint::new(
                format!("the shipped tables have no shares by country of {mineral}, so there is nothing to begin with"),
                "`critmin data` lists the minerals that have; `critmin new FILE` alone writes a file to fill in by hand",
            )),
            Err(error) => complaints.push(Complaint {
                message: error.to_string(),
                hint: error.hint(),
            }),
            Ok(_) => {}
        }
    }
    ids
}

/// What else can be wrong, as far as minerals and places are known.
pub(super) fn check(request: &Request, minerals: &[String], places: &Places, complaints: &mut Vec<Complaint>) {
    let stages: Vec<(String, Vec<String>)> = data::minerals()
        .into_iter()
        .filter(|(mineral, _)| minerals.contains(mineral))
        .collect();
    let all: Vec<&str> = stages
        .iter()
        .flat_map(|(_, list)| list.iter().map(String::as_str))
        .collect();
    let named = request
        .stages
        .iter()
        .chain(request.outputs.iter().map(|(stage, _)| stage));
    for stage in named {
        if !minerals.is_empty() && !all.contains(&normal(stage).as_str()) {
            let known: Vec<String> = stages
                .iter()
                .map(|(mineral, list)| format!("{mineral}: {}", list.join(", ")))
                .collect();
            complaints.push(Complaint::new(
                format!("no shares at the stage `{stage}`"),
                format!("there are {}", known.join("; ")),
            ));
        }
    }
    for (mineral, list) in &stages {
        if all.contains(&normal(request.stages.first().map_or("", String::as_str)).as_str())
            && !list.iter().any(|stage| request.wants(stage))
        {
            complaints.push(Complaint::new(
                format!("none of the stages asked for is one of {mineral}"),
                format!("{mineral} has {}", list.join(", ")),
            ));
        }
    }
    for (name, tonnes) in &request.uses {
        match places::meant(name) {
            Err(complaint) => complaints.push(complaint),
            Ok(code) if !places.has(&code) => complaints.push(Complaint::new(
                format!("use is given for {code}, which the scenario is not for"),
                format!("add it: --for {},{code}", places.named.join(",")),
            )),
            Ok(_) => {}
        }
        positive(*tonnes, "use", name, complaints);
    }
    for (stage, tonnes) in &request.outputs {
        positive(*tonnes, "output", stage, complaints);
    }
    if minerals.len() > 1 && !(request.uses.is_empty() && request.outputs.is_empty()) {
        complaints.push(Complaint::new(
            "use and output can be given for one mineral only: with several it is not clear whose they are",
            "write one file for each mineral, or correct the figures in the file afterwards",
        ));
    }
    if !(1..=50).contains(&request.years) {
        complaints.push(Complaint::new(
            format!("{} years cannot be simulated", request.years),
            "from 1 to 50",
        ));
    }
}

fn positive(tonnes: f64, what: &str, of: &str, complaints: &mut Vec<Complaint>) {
    if !(tonnes > 0.0 && tonnes < 1e12) {
        complaints.push(Complaint::new(
            format!("the {what} of {of} is not a number of tonnes a year"),
            "a number above 0, such as 1200",
        ));
    }
}
