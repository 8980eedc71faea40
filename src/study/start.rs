//! Who makes, buys and holds what at the start, undisrupted, with every uncertain input at its mean.

use super::{Variant, world::countries_of};
use crate::model::patterns::{PatternMemory, pattern};

/// What a country makes of a material, in its unit per year.
#[derive(Debug, Clone, PartialEq)]
pub struct StartMaker {
    /// Country code.
    pub country: String,
    /// Output other than by recycling.
    pub primary: f64,
    /// Output by recycling.
    pub recycled: f64,
}

/// What a country buys and holds of a material.
#[derive(Debug, Clone, PartialEq)]
pub struct StartBuyer {
    /// Country code.
    pub country: String,
    /// Orders, final demand and feed, per year.
    pub orders: f64,
    /// What comes from whom per year, also from itself; only what flows.
    pub from: Vec<(String, f64)>,
    /// Stocks of users, and its part in stockpiles by its part in their owners' orders.
    pub stock: f64,
}

/// One material at the start.
#[derive(Debug, Clone, PartialEq)]
pub struct StartMarket {
    /// Material id.
    pub material: String,
    /// Display name, or the id.
    pub name: String,
    /// Who makes it, in the order of the scenario's countries.
    pub makers: Vec<StartMaker>,
    /// Who orders it, in that order.
    pub buyers: Vec<StartBuyer>,
}

impl Variant {
    /// Every material at the start, in the order of the file.
    pub fn start_markets(&self) -> Vec<StartMarket> {
        let (scenario, model) = (self.scenario(), &self.prepared.model);
        let (world, per_year) = (&model.reference, 1.0 / model.step_years());
        let code = |country: usize| scenario.countries[country].code.clone();
        let (mut memory, mut flows) = (PatternMemory::default(), Vec::new());
        let mut markets = Vec::new();
        for (number, compiled) in model.materials.iter().enumerate() {
            let mut makers: Vec<StartMaker> = compiled
                .rows
                .iter()
                .map(|country| StartMaker {
                    country: code(*country),
                    primary: 0.0,
                    recycled: 0.0,
                })
                .collect();
            for &index in &compiled.supplies {
                let supply = &model.supplies[index];
                let output = world.output[[0, index]] * per_year;
                match supply.recycling {
                    Some(_) => makers[supply.row].recycled += output,
                    None => makers[supply.row].primary += output,
                }
            }
            pattern(model, world, number, 0, &mut memory, &mut flows);
            let stocks = self.stocks_at_start(number);
            let orders = world.orders(model, number, 0);
            let columns = compiled.columns.len();
            let buyers = compiled.columns.iter().enumerate().map(|(column, country)| StartBuyer {
                country: code(*country),
                orders: orders[column] * per_year,
                from: compiled
                    .rows
                    .iter()
                    .enumerate()
                    .map(|(row, from)| (code(*from), flows[row * columns + column] * per_year))
                    .filter(|(_, flow)| *flow > 0.0)
                    .collect(),
                stock: stocks[column],
            });
            let material = &scenario.materials[number];
            markets.push(StartMarket {
                material: material.id.clone(),
                name: match material.name.is_empty() {
                    true => material.id.clone(),
                    false => material.name.clone(),
                },
                makers,
                buyers: buyers.filter(|buyer| buyer.orders > 0.0).collect(),
            });
        }
        markets
    }

    /// What is in store of a material at the start, by column.
    fn stocks_at_start(&self, material: usize) -> Vec<f64> {
        let model = &self.prepared.model;
        let (world, compiled) = (&model.reference, &model.materials[material]);
        let mut stocks = vec![0.0; compiled.columns.len()];
        for (inventory, level) in model.inventories.iter().zip(&world.inventory_level) {
            if model.markets[inventory.market].material == material {
                stocks[inventory.market - compiled.first_market] += level;
            }
        }
        for (number, stockpile) in model.stockpiles.iter().enumerate() {
            if stockpile.material != material {
                continue;
            }
            let level = world.stockpile_level_at_start(model, number) * stockpile.filled_at_start.of(&world.inputs);
            let orders = |market: &usize| world.start_orders_per_year[*market];
            let all: f64 = stockpile.owners.iter().map(orders).sum();
            for market in stockpile.owners.iter().filter(|_| all > 0.0) {
                stocks[market - compiled.first_market] += level * orders(market) / all;
            }
        }
        stocks
    }

    /// The countries of a place: a code, a group's id, or `focus`; empty where there is no such place.
    pub fn countries_of(&self, place: &str) -> Vec<String> {
        let found = countries_of(self.scenario(), place);
        found
            .into_iter()
            .map(|country| self.scenario().countries[country].code.clone())
            .collect()
    }

    /// Codes and display names of countries and groups.
    pub fn places(&self) -> Vec<(String, String)> {
        let scenario = self.scenario();
        let countries = scenario
            .countries
            .iter()
            .map(|one| (one.code.clone(), one.name.clone()));
        let groups = scenario.groups.iter().map(|one| (one.id.clone(), one.name.clone()));
        let named = |(id, name): (String, String)| match name.is_empty() {
            true => (id.clone(), id),
            false => (id, name),
        };
        countries.chain(groups).map(named).collect()
    }

    /// The scenario's title.
    pub fn title(&self) -> &str {
        &self.scenario().title
    }
}
