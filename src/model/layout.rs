//! The layout that recorders size themselves by: a compiled model's demand cells, causes, supplies and stocks, with its scenario's names.

pub use crate::data::WORLD;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::{CalendarYears, Model, World};
use crate::sampling::Design;
use crate::scenario::{HeadlineMeasure, Place, Scenario};

/// The smallest thing a shortfall is recorded for: one final demand, or the feed orders of one material in one country.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Index of the material.
    pub material: usize,
    /// Index of the country.
    pub country: usize,
    /// Sector; `feed` for processors' orders.
    pub sector: String,
    /// Whether this is a feed cell (not part of `all`).
    pub is_feed: bool,
    /// Index into the (material, country) markets.
    pub market: usize,
    /// Whether the scenario states value added for it.
    pub has_value_added: bool,
}

/// A cause of shortfall: an event at the material it strikes, or the structural imbalance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cause {
    /// Index of the event; `None` = structural.
    pub event: Option<usize>,
    /// Index of the material where it strikes; `None` for structural.
    pub material: Option<usize>,
    /// Index of the country where it strikes, if it strikes in one; `None` otherwise.
    pub country: Option<usize>,
}

/// Fixed facts of a compiled model that recorders size themselves by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Layout {
    /// Number of periods.
    pub periods: usize,
    /// Months per period.
    pub step_months: f64,
    /// Whether trials are drawn in batches ([`crate::sampling::batch`]) that are independent of each other, while trials of one batch are not.
    pub in_batches: bool,
    /// Whether the headline is what substitution and thrift leave unmet, not the shortfall before them.
    pub headline_after_adaptation: bool,
    /// First day of every period, `YYYY-MM-DD`.
    pub dates: Vec<String>,
    /// Calendar years of the periods.
    pub years: CalendarYears,
    /// (id, name, unit) of every material.
    pub materials: Vec<(String, String, String)>,
    /// (code, name) of every country.
    pub countries: Vec<(String, String)>,
    /// (id, name, member countries) of every group.
    pub groups: Vec<(String, String, Vec<usize>)>,
    /// Materials in focus.
    pub focus_materials: Vec<usize>,
    /// Places in focus: `Ok(country)` or `Err(group)`.
    pub focus_places: Vec<Result<usize, usize>>,
    /// Demand cells.
    pub cells: Vec<Cell>,
    /// Demand of each cell over the whole horizon in the undisrupted model with every input at its mean, t. Used to scale
    /// fixed-point sums; never 0 where the cell has demand.
    pub reference_demand_t: Vec<f64>,
    /// (event id, event name).
    pub events: Vec<(String, String)>,
    /// Causes; the last one is the structural imbalance.
    pub causes: Vec<Cause>,
    /// (supply id, material, country, undisrupted output over the horizon in t, inputs at their mean).
    pub supplies: Vec<(String, usize, usize, f64)>,
    /// (stock address, material, level at the start in t, inputs at their mean).
    pub stocks: Vec<(String, usize, f64)>,
}

/// Describes the model's cells, causes, supplies and stocks with the scenario's names.
pub fn layout(scenario: &Scenario, model: &Model) -> Layout {
    let reference = &model.reference;
    let sum =
        |table: &Array2<f64>, index: usize| -> f64 { (0..model.periods).map(|period| table[[period, index]]).sum() };
    Layout {
        periods: model.periods,
        step_months: model.step_months,
        headline_after_adaptation: scenario.run.headline == HeadlineMeasure::AfterAdaptation,
        in_batches: !matches!(model.design, Design::Random),
        dates: (0..model.periods).map(|period| period_date(scenario, period)).collect(),
        years: model.years.clone(),
        materials: scenario
            .materials
            .iter()
            .map(|material| (material.id.clone(), material.name.clone(), material.unit.clone()))
            .collect(),
        countries: scenario
            .countries
            .iter()
            .map(|country| (country.code.clone(), country.name.clone()))
            .collect(),
        groups: scenario
            .groups
            .iter()
            .map(|group| (group.id.clone(), group.name.clone(), group.members.clone()))
            .collect(),
        focus_materials: scenario.focus.materials.clone(),
        focus_places: scenario
            .focus
            .places
            .iter()
            .map(|place| match place {
                Place::Country(country) => Ok(*country),
                Place::Group(group) => Err(*group),
            })
            .collect(),
        cells: model
            .cells
            .iter()
            .map(|cell| {
                let market = &model.markets[cell.market];
                Cell {
                    material: market.material,
                    country: market.country,
                    sector: cell.sector.clone(),
                    is_feed: cell.is_feed,
                    market: cell.market,
                    has_value_added: cell.value_added.is_some(),
                }
            })
            .collect(),
        reference_demand_t: (0..model.cells.len()).map(|cell| sum(&reference.need, cell)).collect(),
        events: scenario
            .events
            .iter()
            .map(|event| (event.id.clone(), event.name.clone()))
            .collect(),
        causes: model
            .causes
            .iter()
            .map(|&(event, material, country)| Cause {
                event: Some(event),
                material: Some(material),
                country,
            })
            .chain(std::iter::once(Cause {
                event: None,
                material: None,
                country: None,
            }))
            .collect(),
        supplies: scenario
            .supplies
            .iter()
            .enumerate()
            .map(|(index, supply)| {
                (
                    supply.id.clone(),
                    supply.material,
                    supply.country,
                    sum(&reference.output, index),
                )
            })
            .collect(),
        stocks: stocks(scenario, model, reference),
    }
}

/// Inventories, then stockpiles: address, material, level at the start.
fn stocks(scenario: &Scenario, model: &Model, reference: &World) -> Vec<(String, usize, f64)> {
    let inventories = model
        .inventories
        .iter()
        .zip(&reference.inventory_level)
        .map(|(inventory, &level)| {
            let market = &model.markets[inventory.market];
            let material = &scenario.materials[market.material].id;
            let country = &scenario.countries[market.country].code;
            (format!("inventory.{material}.{country}"), market.material, level)
        });
    let stockpiles = model.stockpiles.iter().enumerate().map(|(index, stockpile)| {
        let level = reference.stockpile_level_at_start(model, index) * stockpile.filled_at_start.of(&reference.inputs);
        (format!("stockpile.{}", stockpile.id), stockpile.material, level)
    });
    inventories.chain(stockpiles).collect()
}

/// First day of a period.
fn period_date(scenario: &Scenario, period: usize) -> String {
    let day = scenario.time.calendar().first_day(period);
    day.unwrap_or(jiff::civil::Date::MAX).to_string()
}
