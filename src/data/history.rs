//! Past events, and what was watched for them: `events.csv`, `exposure.csv` and `watched.csv`.

use std::sync::OnceLock;

use serde::{Deserialize, Deserializer};

use super::tables;

/// A past event.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PastEvent {
    /// Class of the kind, such as `export_restriction`.
    pub class: String,
    /// What happened, such as `export_licensing`.
    pub kind: String,
    /// Code of the country.
    pub country: String,
    /// Minerals that it hit.
    #[serde(rename = "mineral", deserialize_with = "list")]
    pub minerals: Vec<String>,
    /// Mines or plants, where the table names them.
    #[serde(rename = "site", deserialize_with = "list")]
    pub sites: Vec<String>,
    /// Year, month or day of its start, as precise as the source.
    pub date_start: String,
    /// Year, month or day of its end; empty if it is not known or not over.
    pub date_end: String,
    /// How long it lasted, if a source tells.
    pub duration_months: Option<f64>,
    /// How long it had lasted when a source last saw it in force.
    pub open_months: Option<f64>,
    /// What is known of its end.
    pub state: EventState,
    /// Whether it was a measure or stop of the whole country's output or exports.
    #[serde(rename = "extent", deserialize_with = "whole_country")]
    pub is_country_wide: bool,
    /// Countries that a restriction was aimed at; empty: everyone, or no restriction.
    #[serde(deserialize_with = "list")]
    pub targets: Vec<String>,
    /// Share that was lost, if a source states one.
    pub severity: Option<f64>,
    /// What that is a share of: `country` (its output or exports), `targets` (its exports to them), `region`, `company` or `mine`.
    pub severity_of: String,
    /// What is known, in a sentence or two.
    pub note: String,
    /// Sources, each with an address.
    pub source: String,
}

/// What is known of the end of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventState {
    /// It is over.
    Ended,
    /// It was in force when it was last seen.
    Open,
    /// Nothing is known.
    Unknown,
    /// It was announced and withdrawn before it took effect.
    NeverInForce,
}

/// What is counted of a kind or class of events, and over what.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Exposure {
    /// Its name: a class, or a question of its own such as `mine_stop`.
    pub kind: String,
    /// The kinds of event that count.
    #[serde(deserialize_with = "list")]
    pub counts: Vec<String>,
    /// What is watched.
    pub unit: WatchedUnit,
    /// The least share of the world's output of a supply that is watched.
    pub least_share: Option<f64>,
    /// Whether only measures and stops of a whole country count.
    #[serde(rename = "extent", deserialize_with = "whole_country")]
    pub is_country_wide: bool,
    /// First year.
    pub since: i32,
    /// Last year.
    pub until: i32,
    /// How complete the table is.
    pub coverage: Coverage,
    /// With fewer events no rate is given.
    pub least_events: usize,
    /// How the exposure is derived.
    pub how: String,
    /// What is wrong with it.
    pub bias: String,
}

/// A thing that is watched for events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WatchedUnit {
    /// A mineral of a country.
    Supply,
    /// A country.
    Country,
    /// A mine or plant.
    Site,
}

/// How complete the events of a kind are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// Public acts: none found is a finding.
    Register,
    /// Reports: none found is no finding.
    Press,
}

/// One thing that is watched.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Watched {
    /// What it is.
    pub unit: WatchedUnit,
    /// Code of the country.
    pub country: String,
    /// The mineral.
    pub mineral: String,
    /// Other minerals that count as this one.
    #[serde(deserialize_with = "list")]
    pub also: Vec<String>,
    /// The mine or plant; empty for others.
    pub site: String,
    /// The country's share of the world's output of the mineral.
    pub share: Option<f64>,
}

impl Watched {
    /// Whether an event of the mineral is one of this.
    pub fn is_of(&self, mineral: &str) -> bool {
        self.mineral == mineral || self.also.iter().any(|name| name == mineral)
    }
}

/// Every past event, by start.
pub fn past_events() -> &'static [PastEvent] {
    static ROWS: OnceLock<Vec<PastEvent>> = OnceLock::new();
    ROWS.get_or_init(|| tables::read("events.csv"))
}

/// What is counted and over what, by kind.
pub fn exposures() -> &'static [Exposure] {
    static ROWS: OnceLock<Vec<Exposure>> = OnceLock::new();
    ROWS.get_or_init(|| tables::read("exposure.csv"))
}

/// Everything that is watched.
pub fn watched() -> &'static [Watched] {
    static ROWS: OnceLock<Vec<Watched>> = OnceLock::new();
    ROWS.get_or_init(|| tables::read("watched.csv"))
}

/// The class of a kind of event.
pub fn class_of_kind(kind: &str) -> Option<&'static str> {
    past_events()
        .iter()
        .find(|event| event.kind == kind)
        .map(|event| event.class.as_str())
}

fn list<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let text = String::deserialize(from)?;
    let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
    Ok(parts.map(str::to_owned).collect())
}

fn whole_country<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Ok(String::deserialize(from)? == "country")
}
