//! What past episodes came to (`backtest.csv`), and what they lend to one another (`backtest_pool.csv`).

use serde::{Deserialize, Deserializer};

use super::tables;

/// Something that was observed in an episode.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Observation {
    /// The episode: the name of its scenario.
    pub episode: String,
    /// What was observed: `exports`, `imports`, `output`, `use`, `stock`, `price` or `stopped` (months with exports below a tenth of normal).
    pub measure: String,
    /// Ids of materials of the scenario, added up.
    #[serde(deserialize_with = "list")]
    pub materials: Vec<String>,
    /// Who sold or made it; empty of a market.
    pub from: String,
    /// Who bought or used it; `all` is everybody else.
    pub to: String,
    /// First month, `2023-08`.
    pub first_month: String,
    /// Last month, that of a stock.
    pub last_month: String,
    /// What a simulation is held against: a multiple of normal, or months.
    pub figure: f64,
    /// As observed.
    pub value: f64,
    /// Its unit.
    pub unit: String,
    /// What is normal, in the same unit; `None` where the value is stated as a change, or is months or nothing.
    pub normal: Option<f64>,
    /// Months that the normal is of.
    pub normal_months: Option<f64>,
    /// Official, official figure via press, press.
    pub basis: String,
    /// What the value is, and how it was derived.
    pub note: String,
    /// Its address.
    pub source: String,
    /// That of the normal; empty: the same.
    pub normal_source: String,
}

/// A parameter as one episode had it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Lent {
    /// Day on which the measure took effect: what one announcement named is one.
    pub announcement: String,
    /// The episode.
    pub episode: String,
    /// Which parameter.
    pub parameter: String,
    /// Its value.
    pub value: f64,
    /// How it follows from what was observed.
    pub how: String,
}

fn list<'de, D: Deserializer<'de>>(cell: D) -> Result<Vec<String>, D::Error> {
    let text = String::deserialize(cell)?;
    Ok(text
        .split(';')
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect())
}

/// Every observation, by episode.
pub fn observations() -> Vec<Observation> {
    tables::read("backtest.csv")
}

/// What the episodes lend.
pub fn lent() -> Vec<Lent> {
    tables::read("backtest_pool.csv")
}
