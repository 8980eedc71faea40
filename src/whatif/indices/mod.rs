//! Indices of concentration, supply risk and dependence as they are published, by material, stage and buyer: of a scenario's start, or of the shipped
//! tables. What is not known is bounds, or a reason why there is no figure; never a default. `docs/what-if.md` has the conventions.

mod formulas;
mod known;
mod of_scenario;
mod of_tables;

use crate::data::OTHERS;
pub use crate::data::WORLD;
pub use of_scenario::of_scenario;
pub use of_tables::of_mineral;

use crate::draft::Complaint;
use crate::study::{Bounds, Error};

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Index {
    /// Share of the largest maker.
    Top1,
    /// Share of the three largest.
    Top3,
    /// Herfindahl-Hirschman index of makers.
    Concentration,
    /// The same weighted by governance.
    WeightedConcentration,
    /// EU supply risk, before substitution.
    SupplyRisk,
    /// GeoPolRisk's import risk.
    ImportRisk,
    /// GeoPolRisk.
    GeoPolRisk,
    /// Net imports over use.
    NetImportReliance,
    /// Stocks over use.
    DaysOfCover,
}

impl Index {
    /// All, in the order of tables.
    pub const ALL: [Index; 9] = [
        Index::Top1,
        Index::Top3,
        Index::Concentration,
        Index::WeightedConcentration,
        Index::SupplyRisk,
        Index::ImportRisk,
        Index::GeoPolRisk,
        Index::NetImportReliance,
        Index::DaysOfCover,
    ];

    /// As tables call it.
    pub fn name(self) -> &'static str {
        match self {
            Index::Top1 => "top1_share",
            Index::Top3 => "top3_share",
            Index::Concentration => "hhi",
            Index::WeightedConcentration => "hhi_wgi",
            Index::SupplyRisk => "eu_supply_risk",
            Index::ImportRisk => "import_risk",
            Index::GeoPolRisk => "geopolrisk",
            Index::NetImportReliance => "net_import_reliance",
            Index::DaysOfCover => "days_of_cover",
        }
    }

    /// For readers.
    pub fn words(self) -> &'static str {
        match self {
            Index::Top1 => "share of the largest maker",
            Index::Top3 => "share of the three largest makers",
            Index::Concentration => "HHI",
            Index::WeightedConcentration => "HHI weighted by governance",
            Index::SupplyRisk => "supply risk (EU method)",
            Index::ImportRisk => "import risk",
            Index::GeoPolRisk => "GeoPolRisk",
            Index::NetImportReliance => "net import reliance",
            Index::DaysOfCover => "days of cover",
        }
    }

    /// Its unit.
    pub fn unit(self) -> &'static str {
        match self {
            Index::Top1 | Index::Top3 | Index::NetImportReliance => "share",
            Index::Concentration | Index::ImportRisk | Index::GeoPolRisk => "0 to 1",
            Index::WeightedConcentration => "0 to 10",
            Index::SupplyRisk => "EU scale",
            Index::DaysOfCover => "days",
        }
    }

    /// Whether it is about a buyer, not about makers alone.
    pub fn is_of_buyer(self) -> bool {
        self > Index::WeightedConcentration
    }
}

/// One index of one material at one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Material id, or mineral.
    pub material: String,
    /// Its name.
    pub material_name: String,
    /// Stage of the shipped tables; empty for a scenario, whose materials are stages.
    pub stage: String,
    /// Buyer: country code or group; [`WORLD`] for makers.
    pub place: String,
    /// Its name.
    pub place_name: String,
    /// Which index.
    pub index: Index,
    /// What it is, or why there is none.
    pub figure: Result<Bounds, String>,
    /// Countries that it is of: the largest makers, the largest source.
    pub who: Vec<String>,
    /// Conventions that mattered here.
    pub notes: Vec<String>,
    /// Year of the figures.
    pub year: String,
    /// Where they come from.
    pub source: String,
}

/// All that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Indices {
    /// The scenario's title, or the mineral's name.
    pub title: String,
    /// The scenario's file, or the shipped tables.
    pub origin: String,
    /// Whether it is of a scenario, not of the shipped tables.
    pub is_of_scenario: bool,
    /// Names of countries by code.
    pub countries: Vec<(String, String)>,
    /// By material, stage, place and index.
    pub found: Vec<Found>,
    /// Where governance scores come from.
    pub governance: String,
    /// What a reader should know.
    pub warnings: Vec<String>,
}

impl Indices {
    /// Name of a country.
    pub fn country<'a>(&'a self, code: &'a str) -> &'a str {
        let found = self.countries.iter().find(|(known, _)| known == code);
        found.map_or(code, |(_, name)| name)
    }
}

impl Found {
    /// The material, with its stage where it has one: `Lithium, chemical refining`.
    pub fn called(&self) -> String {
        match self.stage.as_str() {
            "" => self.material_name.clone(),
            stage => format!("{}, {}", self.material_name, stage.replace('_', " ")),
        }
    }
}

/// Why there are no indices.
#[derive(Debug)]
pub enum IndicesError {
    /// The scenario is wrong.
    Study(Box<Error>),
    /// What was asked for is not there.
    Asked(Vec<Complaint>),
}
