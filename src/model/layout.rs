//! The layout that recorders size themselves by, from a compiled model and its scenario's names.

use super::{Model, World};
use crate::engine::observe::{Cause, Cell, Layout};
use crate::sampling::Design;
use crate::scenario::{HeadlineMeasure, Place, Scenario};

/// Country code of everyone together.
pub const WORLD: &str = "WLD";

/// Describes the model's cells, causes, supplies and stocks with the scenario's names.
pub fn layout(scenario: &Scenario, model: &Model) -> Layout {
    let reference = &model.reference;
    let cells = model.cells.len();
    let supplies = model.supplies.len();
    let sum = |values: &[f64], count: usize, index: usize| -> f64 {
        (0..model.periods).map(|period| values[period * count + index]).sum()
    };
    Layout {
        periods: model.periods,
        step_months: model.step_months,
        headline_after_adaptation: scenario.run.headline == HeadlineMeasure::AfterAdaptation,
        in_batches: !matches!(model.design, Design::Random),
        dates: (0..model.periods).map(|period| period_date(scenario, period)).collect(),
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
        reference_demand_t: (0..cells).map(|cell| sum(&reference.need, cells, cell)).collect(),
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
                    sum(&reference.output, supplies, index),
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
