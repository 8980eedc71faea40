//! What comes of the plan, period by period: output, orders, what is delivered, what arrives.

use super::{SPARE, World, row, row_mut};
use crate::model::Model;
use crate::model::patterns::balance;

/// Relative gap below which an order counts as covered.
const COVERED: f64 = 1e-9;

impl World {
    /// Output of a material's supplies, limited by feed and hosts.
    pub(super) fn produce(&mut self, model: &Model, material: usize, period: usize) {
        let compiled = &model.materials[material];
        let rows = compiled.first_row..compiled.first_row + compiled.rows.len();
        row_mut(&mut self.supply, period)[rows].fill(0.0);
        for &index in &compiled.supplies {
            let supply = &model.supplies[index];
            let mut output = self.target[[period, index]];
            for &(market, _) in &supply.inputs {
                output = output.min(self.target[[period, index]] * self.feed_fraction(model, market, period));
            }
            if !supply.hosts.is_empty() {
                output = output.min(self.host_limit(supply, row(&self.output, period)));
            }
            // Stocks of feed may let it run as planned: then it differs from this reference, which has none.
            self.is_balanced[material] &= output >= self.target[[period, index]];
            self.output[[period, index]] = output;
            self.supply[[period, compiled.first_row + supply.row]] += output;
        }
    }

    /// Share of a market's feed need that arrives, by priority.
    fn feed_fraction(&self, model: &Model, market: usize, period: usize) -> f64 {
        let compiled = &model.markets[market];
        let Some(feed) = compiled.feed_cell else { return 1.0 };
        let needs = row(&self.need, period);
        let total: f64 = compiled.cells.clone().map(|cell| needs[cell]).sum();
        let arrival = self.arrival[[period, market]];
        if needs[feed] <= 0.0 || arrival >= total * (1.0 - COVERED) {
            return 1.0;
        }
        let priority = model.cells[feed].priority;
        let mut before = 0.0;
        let mut class = 0.0;
        for cell in compiled.cells.clone() {
            match model.cells[cell].priority.cmp(&priority) {
                std::cmp::Ordering::Less => before += needs[cell],
                std::cmp::Ordering::Equal => class += needs[cell],
                std::cmp::Ordering::Greater => {}
            }
        }
        ((arrival - before) / class).clamp(0.0, 1.0)
    }

    pub(super) fn place_orders(&mut self, model: &Model, material: usize, period: usize) {
        let compiled = &model.materials[material];
        let then = (period + compiled.lead_periods).min(model.reference_periods - 1);
        for market in compiled.first_market..compiled.first_market + compiled.columns.len() {
            let total: f64 = model.markets[market]
                .cells
                .clone()
                .map(|cell| self.need[[then, cell]])
                .sum();
            self.order[[period, market]] = total;
        }
    }

    /// Delivered share of orders: that of the gravity rule, which observed lanes are balanced to.
    pub(super) fn cover(&mut self, model: &Model, material: usize, period: usize) {
        let compiled = &model.materials[material];
        let rows = compiled.first_row..compiled.first_row + compiled.rows.len();
        let columns = compiled.first_market..compiled.first_market + compiled.columns.len();
        let supply = &row(&self.supply, period)[rows];
        let orders = &row(&self.order, period)[columns.clone()];
        let coverage = &mut row_mut(&mut self.coverage, period)[columns];
        let is_closed = compiled
            .observed
            .as_ref()
            .is_some_and(|observed| observed.openness <= 0.0);
        if is_closed || !compiled.capacities.is_empty() {
            // Without openness only balancing tells who can be reached, and capacities limit lanes. It starts afresh: no other material may matter.
            self.memory.forget();
            balance(compiled, period, supply, orders, &mut self.memory, &mut self.flows);
            let passage = &mut self.memory.passage;
            self.capacity_binds[[period, material]] =
                passage.keep_to(model, compiled, &self.inputs, period, &mut self.flows);
            if period == 0 {
                self.wanted_at_start[material].clone_from(&passage.wanted);
            }
            for (column, share) in coverage.iter_mut().enumerate() {
                let sum: f64 = (0..compiled.rows.len())
                    .map(|row: usize| self.flows[row * orders.len() + column])
                    .sum();
                *share = if orders[column] > 0.0 {
                    (sum / orders[column]).min(1.0)
                } else {
                    1.0
                };
            }
        } else if compiled.domestic_first {
            let own =
                |column: usize| compiled.own_row[column].map_or(0.0, |row: usize| supply[row].min(orders[column]));
            let kept: f64 = (0..orders.len()).map(own).sum();
            let supply_left = supply.iter().sum::<f64>() - kept;
            let orders_left = orders.iter().sum::<f64>() - kept;
            let served = if orders_left > 0.0 {
                (supply_left / orders_left).min(1.0)
            } else {
                1.0
            };
            for column in 0..orders.len() {
                let home = own(column);
                coverage[column] = if orders[column] > 0.0 {
                    (home + served * (orders[column] - home)) / orders[column]
                } else {
                    1.0
                };
            }
        } else {
            let orders_sum: f64 = orders.iter().sum();
            let served = if orders_sum > 0.0 {
                (supply.iter().sum::<f64>() / orders_sum).min(1.0)
            } else {
                1.0
            };
            coverage.fill(served);
        }
        let mut covered = 0.0;
        for (share, order) in coverage.iter_mut().zip(orders) {
            if *share >= 1.0 - COVERED {
                *share = 1.0;
            } else if *order > 0.0 {
                self.is_balanced[material] = false;
            }
            covered += order * *share;
        }
        self.has_spare[[period, material]] = supply.iter().sum::<f64>() > covered * (1.0 + SPARE);
    }

    pub(super) fn arrive(&mut self, model: &Model, material: usize, period: usize) {
        let compiled = &model.materials[material];
        for market in compiled.first_market..compiled.first_market + compiled.columns.len() {
            self.arrival[[period, market]] = if period >= compiled.lead_periods {
                let sent = [period - compiled.lead_periods, market];
                self.coverage[sent] * self.order[sent]
            } else {
                // The pipeline starts full.
                let need: f64 = model.markets[market]
                    .cells
                    .clone()
                    .map(|cell| self.need[[period, cell]])
                    .sum();
                self.coverage[[0, market]] * need
            };
        }
    }
}
