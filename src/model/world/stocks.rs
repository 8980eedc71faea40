//! Levels of stocks, t: as stated, or days of their holders' orders at the start.

use super::World;
use crate::model::{LevelModel, Model};

/// Days of a mean year.
const DAYS_PER_YEAR: f64 = 365.25;

impl World {
    pub(super) fn stock_levels(&mut self, model: &Model) {
        self.inventory_level.clear();
        for inventory in &model.inventories {
            let orders = self.start_orders_per_year[inventory.market];
            self.inventory_level.push(self.level_at_start(&inventory.level, orders));
        }
    }

    /// The most that a commercial inventory may hold in a period, t; never less than its level.
    pub fn inventory_maximum(&self, model: &Model, inventory: usize, period: usize) -> f64 {
        let compiled = &model.inventories[inventory];
        let orders = self.start_orders_per_year[compiled.market];
        let level = self.level(&compiled.level, period, orders);
        match &compiled.maximum {
            Some(maximum) => self.level(maximum, period, orders).max(level),
            None => level,
        }
    }

    /// A stock level in t, in a period, for a holder with these orders (t/yr) at the start.
    pub fn level(&self, level: &LevelModel, period: usize, orders_per_year: f64) -> f64 {
        match level {
            LevelModel::Tonnes(series) => series.at(period, &self.inputs),
            LevelModel::Days(series) => series.at(period, &self.inputs) / DAYS_PER_YEAR * orders_per_year,
        }
    }

    /// The same at the start date.
    pub fn level_at_start(&self, level: &LevelModel, orders_per_year: f64) -> f64 {
        match level {
            LevelModel::Tonnes(series) => series.at_start(&self.inputs),
            LevelModel::Days(series) => series.at_start(&self.inputs) / DAYS_PER_YEAR * orders_per_year,
        }
    }

    /// Full level of a stockpile at the start date, t.
    pub fn stockpile_level_at_start(&self, model: &Model, stockpile: usize) -> f64 {
        self.level_at_start(&model.stockpiles[stockpile].level, self.owners_orders(model, stockpile))
    }

    /// Full level of a stockpile in t in a period.
    pub fn stockpile_level(&self, model: &Model, stockpile: usize, period: usize) -> f64 {
        self.level(
            &model.stockpiles[stockpile].level,
            period,
            self.owners_orders(model, stockpile),
        )
    }

    /// Orders of a stockpile's owners at the start, t/yr.
    fn owners_orders(&self, model: &Model, stockpile: usize) -> f64 {
        let owners = &model.stockpiles[stockpile].owners;
        owners.iter().map(|&market| self.start_orders_per_year[market]).sum()
    }
}
