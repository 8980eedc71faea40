//! The undisrupted reference under one draw of the uncertain inputs: what would be made, ordered and traded without any event.

use super::patterns::{PatternMemory, Patterns, balance};
use super::{HostRatioModel, LevelModel, Model, Series, SupplyModel};
use crate::scenario::{Balance, path_at};

/// Days of a mean year.
const DAYS_PER_YEAR: f64 = 365.25;
/// Relative gap below which an order counts as covered.
const COVERED: f64 = 1e-9;
/// Relative excess of supply over orders above which something is left over.
const SPARE: f64 = 1e-12;

/// The undisrupted reference. Quantities are t per period; arrays are indexed `period x count + index`.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// The trial's inputs by slot.
    pub inputs: Vec<f64>,
    /// Capacity by supply.
    pub capacity: Vec<f64>,
    /// Planned output by supply.
    pub target: Vec<f64>,
    /// Actual undisrupted output by supply.
    pub output: Vec<f64>,
    /// Need by cell: final demand, or feed for planned output.
    pub need: Vec<f64>,
    /// Orders by market, placed for needs a lead time later.
    pub order: Vec<f64>,
    /// Delivered share of the orders by market.
    pub coverage: Vec<f64>,
    /// Supply by exporter row.
    pub supply: Vec<f64>,
    /// What arrives by market.
    pub arrival: Vec<f64>,
    /// Level targets of commercial inventories at the start, t (days turned into tonnes).
    pub inventory_level: Vec<f64>,
    /// Orders at the start by market, t per year: what days of stock refer to.
    pub start_orders_per_year: Vec<f64>,
    /// Output by supply over the simulated periods, t.
    pub output_total: Vec<f64>,
    /// Need by cell over the simulated periods, t.
    pub need_total: Vec<f64>,
    /// The same by calendar year and cell, t.
    pub need_by_year: Vec<f64>,
    /// Whether every order is covered in every period.
    pub balanced: bool,
    /// The same by material, and whether its plants run as planned.
    pub is_balanced: Vec<bool>,
    /// Whether more is made than ordered, by period and material: what stocks can be refilled from.
    pub has_spare: Vec<bool>,
    /// Whether, besides, some plant has idle capacity, by period and material: stocks can be refilled from that too.
    pub has_idle: Vec<bool>,
    /// Whether undisrupted trade uses up what some lanes carry, and would carry more, by period and material.
    pub capacity_binds: Vec<bool>,
    /// What the lanes of each capacity would carry at the start without it, t per period, by material.
    pub wanted_at_start: Vec<Vec<f64>>,
    /// The first of the periods up to this one that are all the same, by period.
    pub same_since: Vec<usize>,
    /// Whether this is the model's shared reference (patterns are stored for it).
    pub is_reference: bool,
    /// Stored patterns by material; only in the shared reference.
    pub patterns: Vec<Patterns>,
    /// t of by-product per t of each host's output, supply by supply ([`SupplyModel::first_host`]).
    host_ratio: Vec<f64>,
    scratch: Vec<f64>,
    flows: Vec<f64>,
    memory: PatternMemory,
}

impl World {
    /// The most that a by-product can make of these outputs of all supplies, t.
    #[inline]
    pub fn host_limit(&self, supply: &SupplyModel, outputs: &[f64]) -> f64 {
        let ratios = self.host_ratio[supply.first_host..].iter();
        supply
            .hosts
            .iter()
            .zip(ratios)
            .map(|(host, ratio)| ratio * outputs[host.supply])
            .sum()
    }

    /// Ratios of by-products to their hosts: as stated, or such that the sizes at the start, whenever supplies open, use the cap as stated.
    fn host_ratios(&mut self, model: &Model) {
        let size = |supply: usize| {
            let supply = &model.supplies[supply];
            let size = supply.capacity.as_ref().map_or(0.0, |size| size.at_start(&self.inputs));
            (size * supply.utilisation.of(&self.inputs)).max(0.0)
        };
        let mut ratios = std::mem::take(&mut self.host_ratio);
        ratios.clear();
        for (index, supply) in model.supplies.iter().enumerate() {
            let hosts: f64 = supply.hosts.iter().map(|host| size(host.supply)).sum();
            ratios.extend(supply.hosts.iter().map(|host| match host.ratio {
                HostRatioModel::Stated(ratio) => ratio.of(&self.inputs),
                HostRatioModel::UseOfCap(used) if hosts > 0.0 => size(index) / (used.of(&self.inputs) * hosts),
                // Hosts of nothing host nothing.
                HostRatioModel::UseOfCap(_) => 0.0,
            }));
        }
        self.host_ratio = ratios;
    }

    /// Supply by row of a material in a reference period.
    #[inline]
    pub fn supply(&self, model: &Model, material: usize, period: usize) -> &[f64] {
        let compiled = &model.materials[material];
        let start = period.min(model.reference_periods - 1) * model.exporter_rows + compiled.first_row;
        &self.supply[start..start + compiled.rows.len()]
    }

    /// Orders by column of a material in a reference period.
    #[inline]
    pub fn orders(&self, model: &Model, material: usize, period: usize) -> &[f64] {
        let compiled = &model.materials[material];
        let start = period.min(model.reference_periods - 1) * model.markets.len() + compiled.first_market;
        &self.order[start..start + compiled.columns.len()]
    }

    /// Computes the reference for these inputs, reusing this world's memory.
    pub fn compute(&mut self, model: &Model, inputs: &[f64]) {
        let periods = model.reference_periods;
        self.inputs.clear();
        self.inputs.extend_from_slice(inputs);
        resize(&mut self.capacity, periods * model.supplies.len());
        resize(&mut self.target, periods * model.supplies.len());
        resize(&mut self.output, periods * model.supplies.len());
        resize(&mut self.need, periods * model.cells.len());
        resize(&mut self.order, periods * model.markets.len());
        resize(&mut self.coverage, periods * model.markets.len());
        resize(&mut self.arrival, periods * model.markets.len());
        resize(&mut self.supply, periods * model.exporter_rows);
        resize(&mut self.start_orders_per_year, model.markets.len());
        // Nothing may depend on what this memory was used for before.
        self.memory.forget();
        self.final_demand(model);
        self.plan(model);
        self.host_ratios(model);
        self.limit_by_products(model);
        self.feed_needs(model);
        self.start_orders(model);
        self.is_balanced.clear();
        self.is_balanced.resize(model.materials.len(), true);
        self.has_spare.clear();
        self.has_spare.resize(periods * model.materials.len(), false);
        self.capacity_binds.clear();
        self.capacity_binds.resize(periods * model.materials.len(), false);
        self.wanted_at_start.resize(model.materials.len(), Vec::new());
        for period in 0..periods {
            for &material in &model.order {
                self.produce(model, material, period);
                self.place_orders(model, material, period);
                self.cover(model, material, period);
                self.arrive(model, material, period);
            }
        }
        self.find_idle(model);
        self.balanced = self.is_balanced.iter().all(|balanced| *balanced);
        self.stock_levels(model);
        resize(&mut self.need_total, model.cells.len());
        for period in self.need.chunks_exact(model.cells.len().max(1)).take(model.periods) {
            for (total, need) in self.need_total.iter_mut().zip(period) {
                *total += need;
            }
        }
        resize(&mut self.need_by_year, model.years.len() * model.cells.len());
        let periods = self.need.chunks_exact(model.cells.len().max(1));
        for (period, year) in periods.zip(&model.years.of_period) {
            let first = year * model.cells.len();
            for (total, need) in self.need_by_year[first..].iter_mut().zip(period) {
                *total += need;
            }
        }
        self.find_same_periods(model);
        self.output_total.clear();
        for supply in 0..model.supplies.len() {
            let total = (0..model.periods)
                .map(|period| self.output[period * model.supplies.len() + supply])
                .sum();
            self.output_total.push(total);
        }
    }

    /// Notes where some plant could make more than is planned.
    fn find_idle(&mut self, model: &Model) {
        self.has_idle.clear();
        let supplies = model.supplies.len();
        for period in 0..model.reference_periods {
            let base = period * supplies;
            for material in &model.materials {
                let mut makers = material.supplies.iter();
                self.has_idle.push(makers.any(|&index| {
                    let (capacity, target) = (self.capacity[base + index], self.target[base + index]);
                    model.supplies[index].recycling.is_none() && capacity > target * (1.0 + SPARE)
                }));
            }
        }
    }

    /// Notes which periods are the same as the one before.
    fn find_same_periods(&mut self, model: &Model) {
        self.same_since.clear();
        let (supplies, markets) = (model.supplies.len(), model.markets.len());
        for period in 0..model.reference_periods {
            let is_same = |values: &[f64], count: usize| {
                values[period * count..(period + 1) * count] == values[(period - 1) * count..period * count]
            };
            let same = period > 0
                && is_same(&self.need, model.cells.len())
                && is_same(&self.target, supplies)
                && is_same(&self.capacity, supplies)
                && is_same(&self.output, supplies)
                && is_same(&self.order, markets)
                && is_same(&self.coverage, markets)
                && is_same(&self.arrival, markets)
                && is_same(&self.supply, model.exporter_rows);
            let since = if same { self.same_since[period - 1] } else { period };
            self.same_since.push(since);
        }
    }

    /// Final demand by cell.
    fn final_demand(&mut self, model: &Model) {
        let step_years = model.step_years();
        for (index, cell) in model.cells.iter().enumerate() {
            let Some(amount) = &cell.amount else { continue };
            let level = amount.level(&self.inputs) * step_years;
            let growth = 1.0 + cell.growth.of(&self.inputs);
            let per_period = libm::pow(growth, step_years);
            // Growth compounds; a period carries the demand of its middle.
            let mut factor = libm::pow(growth, 0.5 * step_years);
            for period in 0..model.reference_periods {
                self.need[period * model.cells.len() + index] = (level * amount.profile(period) * factor).max(0.0);
                factor *= per_period;
            }
        }
    }

    /// Capacity and planned output, from users up to mines, so that undisrupted capacity can follow what is ordered.
    fn plan(&mut self, model: &Model) {
        let supplies = model.supplies.len();
        let periods = model.reference_periods;
        let mut start_target = std::mem::take(&mut self.scratch);
        resize(&mut start_target, supplies);
        for &material in model.order.iter().rev() {
            let compiled = &model.materials[material];
            for &index in &compiled.supplies {
                let supply = &model.supplies[index];
                self.raw_capacity(model, index, supply);
                start_target[index] = self.start_output(model, supply);
            }
            let follows = model.balance == Balance::SupplyFollowsDemand;
            let start = self.start_requirement(model, material, &start_target);
            let planned_at_start: f64 = compiled.supplies.iter().map(|&index| start_target[index]).sum();
            for period in 0..periods {
                let required = if follows {
                    self.requirement(model, material, period)
                } else {
                    0.0
                };
                let growth = if follows && start > 0.0 { required / start } else { 1.0 };
                for &index in &compiled.supplies {
                    let at = period * supplies + index;
                    if model.supplies[index].follows_demand {
                        self.capacity[at] *= growth;
                    }
                    self.target[at] = self.capacity[at] * model.supplies[index].utilisation.of(&self.inputs);
                }
                if follows {
                    self.clear_projects(model, material, period, required.max(planned_at_start * growth));
                }
            }
        }
        self.scratch = start_target;
    }

    /// Capacity before growth: size, opening, ramp and closing.
    fn raw_capacity(&mut self, model: &Model, index: usize, supply: &SupplyModel) {
        let supplies = model.supplies.len();
        let step_years = model.step_years();
        if supply.recycling.is_some() {
            for period in 0..model.reference_periods {
                self.capacity[period * supplies + index] = self.recycled(model, supply, period as f64 + 0.5);
            }
            return;
        }
        let Some(size) = &supply.capacity else { return };
        let level = size.level(&self.inputs) * step_years;
        let opens = supply.opens_months.map(|months| months.of(&self.inputs));
        let closes = supply.closes_months.map(|months| months.of(&self.inputs));
        let ramp = supply.ramp_months.of(&self.inputs);
        for period in 0..model.reference_periods {
            let from = period as f64 * model.step_months;
            let to = (period + 1) as f64 * model.step_months;
            let open = opens.map_or(1.0, |date| mean_ramp(from - date, to - date, ramp));
            let closed = closes.map_or(0.0, |date| mean_ramp(from - date, to - date, 0.0));
            self.capacity[period * supplies + index] = (level * size.profile(period) * open * (1.0 - closed)).max(0.0);
        }
    }

    /// Planned output at the start date, t per period: what "supply follows demand" scales from.
    fn start_output(&self, model: &Model, supply: &SupplyModel) -> f64 {
        let utilisation = supply.utilisation.of(&self.inputs);
        if supply.recycling.is_some() {
            return self.recycled(model, supply, 0.0) * utilisation;
        }
        let is_open = supply.opens_months.is_none_or(|date| date.of(&self.inputs) < 0.0);
        match &supply.capacity {
            Some(size) if is_open => size.at_start(&self.inputs) * model.step_years() * utilisation,
            _ => 0.0,
        }
    }

    /// Secondary output at a time in periods from the start, t per period.
    fn recycled(&self, model: &Model, supply: &SupplyModel, time_periods: f64) -> f64 {
        let Some(recycling) = &supply.recycling else { return 0.0 };
        let step_years = model.step_years();
        let then_years = time_periods * step_years - recycling.lag_years.of(&self.inputs);
        let then_period = libm::floor(then_years / step_years).max(-1.0);
        let mut demand = 0.0;
        for &cell in &recycling.cells {
            let cell = &model.cells[cell];
            let Some(amount) = &cell.amount else { continue };
            let level = if then_period < 0.0 {
                amount.at_start(&self.inputs)
            } else {
                amount.at(then_period as usize, &self.inputs)
            };
            demand += level * step_years * libm::pow(1.0 + cell.growth.of(&self.inputs), then_years);
        }
        if let Some(market) = recycling.market {
            // Feed orders have no history before the start: the first period's stand for it.
            let period = (then_period.max(0.0) as usize).min(model.reference_periods - 1);
            for &(consumer, position) in &model.markets[market].consumers {
                let per_tonne = model.supplies[consumer].inputs[position].1.of(&self.inputs);
                demand += per_tonne * self.target[period * model.supplies.len() + consumer];
            }
        }
        let period = (time_periods.max(0.0) as usize).min(model.reference_periods - 1);
        (recycling.rate.at(period, &self.inputs) * demand).max(0.0)
    }

    /// What is required of a material in a period: final demand and feed for planned output, a lead time later.
    fn requirement(&self, model: &Model, material: usize, period: usize) -> f64 {
        let compiled = &model.materials[material];
        let then = (period + compiled.lead_periods).min(model.reference_periods - 1);
        let mut total = 0.0;
        for market in compiled.first_market..compiled.first_market + compiled.columns.len() {
            for cell in model.markets[market].cells.clone() {
                if !model.cells[cell].is_feed {
                    total += self.need[then * model.cells.len() + cell];
                }
            }
            for &(consumer, position) in &model.markets[market].consumers {
                let per_tonne = model.supplies[consumer].inputs[position].1.of(&self.inputs);
                total += per_tonne * self.target[then * model.supplies.len() + consumer];
            }
        }
        total
    }

    /// What was required at the start date.
    fn start_requirement(&self, model: &Model, material: usize, start_target: &[f64]) -> f64 {
        let compiled = &model.materials[material];
        let mut total = 0.0;
        for market in compiled.first_market..compiled.first_market + compiled.columns.len() {
            for cell in model.markets[market].cells.clone() {
                if let Some(amount) = &model.cells[cell].amount {
                    total += amount.at_start(&self.inputs) * model.step_years();
                }
            }
            for &(consumer, position) in &model.markets[market].consumers {
                let per_tonne = model.supplies[consumer].inputs[position].1.of(&self.inputs);
                total += per_tonne * start_target[consumer];
            }
        }
        total
    }

    /// Where projects and recycling bring planned output above both what is required and what was planned at the start (grown with
    /// demand), everyone's plants but recycling run below their utilisation: the rest is idle capacity, not unsold output.
    fn clear_projects(&mut self, model: &Model, material: usize, period: usize, limit: f64) {
        let supplies = model.supplies.len();
        let (mut recycled, mut planned) = (0.0, 0.0);
        for &index in &model.materials[material].supplies {
            let target = self.target[period * supplies + index];
            if model.supplies[index].recycling.is_some() {
                recycled += target
            } else {
                planned += target
            }
        }
        // Room for rounding: without projects the sum equals the limit.
        if planned + recycled > limit * (1.0 + 1e-12) && planned > 0.0 {
            let factor = ((limit - recycled) / planned).clamp(0.0, 1.0);
            for &index in &model.materials[material].supplies {
                if model.supplies[index].recycling.is_none() {
                    self.target[period * supplies + index] *= factor;
                }
            }
        }
    }

    /// By-products plan no more than their hosts' planned output allows.
    fn limit_by_products(&mut self, model: &Model) {
        let supplies = model.supplies.len();
        for &index in &model.supply_order {
            let supply = &model.supplies[index];
            if supply.hosts.is_empty() {
                continue;
            }
            for period in 0..model.reference_periods {
                let base = period * supplies;
                let limit = self.host_limit(supply, &self.target[base..base + supplies]);
                self.target[base + index] = self.target[base + index].min(limit);
            }
        }
    }

    /// Feed for planned output, by feed cell.
    fn feed_needs(&mut self, model: &Model) {
        for market in &model.markets {
            let Some(cell) = market.feed_cell else { continue };
            for period in 0..model.reference_periods {
                let mut total = 0.0;
                for &(consumer, position) in &market.consumers {
                    let per_tonne = model.supplies[consumer].inputs[position].1.of(&self.inputs);
                    total += per_tonne * self.target[period * model.supplies.len() + consumer];
                }
                self.need[period * model.cells.len() + cell] = total;
            }
        }
    }

    fn start_orders(&mut self, model: &Model) {
        for (index, market) in model.markets.iter().enumerate() {
            let first: f64 = market.cells.clone().map(|cell| self.need[cell]).sum();
            self.start_orders_per_year[index] = first / model.step_years();
        }
    }

    /// Output of a material's supplies, limited by feed and hosts.
    fn produce(&mut self, model: &Model, material: usize, period: usize) {
        let base = period * model.supplies.len();
        let compiled = &model.materials[material];
        let rows = period * model.exporter_rows + compiled.first_row;
        self.supply[rows..rows + compiled.rows.len()].fill(0.0);
        for &index in &compiled.supplies {
            let supply = &model.supplies[index];
            let mut output = self.target[base + index];
            for &(market, _) in &supply.inputs {
                output = output.min(self.target[base + index] * self.feed_fraction(model, market, period));
            }
            if !supply.hosts.is_empty() {
                let outputs = &self.output[base..base + model.supplies.len()];
                output = output.min(self.host_limit(supply, outputs));
            }
            // Stocks of feed may let it run as planned: then it differs from this reference, which has none.
            self.is_balanced[material] &= output >= self.target[base + index];
            self.output[base + index] = output;
            self.supply[rows + supply.row] += output;
        }
    }

    /// Share of a market's feed need that arrives, by priority.
    fn feed_fraction(&self, model: &Model, market: usize, period: usize) -> f64 {
        let compiled = &model.markets[market];
        let Some(feed) = compiled.feed_cell else { return 1.0 };
        let needs = &self.need[period * model.cells.len()..(period + 1) * model.cells.len()];
        let total: f64 = compiled.cells.clone().map(|cell| needs[cell]).sum();
        let arrival = self.arrival[period * model.markets.len() + market];
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

    fn place_orders(&mut self, model: &Model, material: usize, period: usize) {
        let compiled = &model.materials[material];
        let then = (period + compiled.lead_periods).min(model.reference_periods - 1);
        for market in compiled.first_market..compiled.first_market + compiled.columns.len() {
            let total: f64 = model.markets[market]
                .cells
                .clone()
                .map(|cell| self.need[then * model.cells.len() + cell])
                .sum();
            self.order[period * model.markets.len() + market] = total;
        }
    }

    /// Delivered share of orders: that of the gravity rule, which observed lanes are balanced to.
    fn cover(&mut self, model: &Model, material: usize, period: usize) {
        let compiled = &model.materials[material];
        let rows = period * model.exporter_rows + compiled.first_row;
        let columns = period * model.markets.len() + compiled.first_market;
        let supply = &self.supply[rows..rows + compiled.rows.len()];
        let orders = &self.order[columns..columns + compiled.columns.len()];
        let coverage = &mut self.coverage[columns..columns + compiled.columns.len()];
        let is_closed = compiled
            .observed
            .as_ref()
            .is_some_and(|observed| observed.openness <= 0.0);
        if is_closed || !compiled.capacities.is_empty() {
            // Without openness only balancing tells who can be reached, and capacities limit lanes.
            balance(compiled, period, supply, orders, &mut self.memory, &mut self.flows);
            let passage = &mut self.memory.passage;
            self.capacity_binds[period * model.materials.len() + material] =
                passage.keep_to(model, compiled, &self.inputs, period, &mut self.flows);
            if period == 0 {
                self.wanted_at_start[material].clone_from(&passage.wanted);
            }
            for (column, share) in coverage.iter_mut().enumerate() {
                let sum: f64 = (0..compiled.rows.len())
                    .map(|row| self.flows[row * orders.len() + column])
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
        self.has_spare[period * model.materials.len() + material] =
            supply.iter().sum::<f64>() > covered * (1.0 + SPARE);
    }

    fn arrive(&mut self, model: &Model, material: usize, period: usize) {
        let compiled = &model.materials[material];
        let markets = model.markets.len();
        for market in compiled.first_market..compiled.first_market + compiled.columns.len() {
            self.arrival[period * markets + market] = if period >= compiled.lead_periods {
                let sent = (period - compiled.lead_periods) * markets + market;
                self.coverage[sent] * self.order[sent]
            } else {
                // The pipeline starts full.
                let need: f64 = model.markets[market]
                    .cells
                    .clone()
                    .map(|cell| self.need[period * model.cells.len() + cell])
                    .sum();
                self.coverage[market] * need
            };
        }
    }

    fn stock_levels(&mut self, model: &Model) {
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

/// Mean of a ramp from 0 (at time 0) to 1 (after `ramp`) over the interval `from..to`, all in months.
fn mean_ramp(from: f64, to: f64, ramp: f64) -> f64 {
    // Integral of the ramp from minus infinity to `time`.
    let integral = |time: f64| {
        if time <= 0.0 {
            0.0
        } else if time < ramp {
            0.5 * time * time / ramp
        } else {
            time - 0.5 * ramp
        }
    };
    ((integral(to) - integral(from)) / (to - from)).clamp(0.0, 1.0)
}

fn resize(values: &mut Vec<f64>, length: usize) {
    values.clear();
    values.resize(length, 0.0);
}

/// Profile of a path by reference period (its value at the middle of each period).
pub(super) fn path_profile(points: &[(f64, f64)], step_months: f64, periods: usize) -> Vec<f64> {
    (0..periods)
        .map(|period| path_at(points, (period as f64 + 0.5) * step_months))
        .collect()
}

impl Series {
    /// A path as a series.
    pub(super) fn path(points: &[(f64, f64)], factors: Vec<super::Value>, step_months: f64, periods: usize) -> Self {
        Series {
            factors,
            profile: Some(path_profile(points, step_months, periods)),
            profile_at_start: path_at(points, 0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ramp_is_averaged_exactly() {
        assert_eq!(mean_ramp(-1.0, 0.0, 4.0), 0.0);
        assert_eq!(mean_ramp(0.0, 4.0, 4.0), 0.5);
        assert_eq!(mean_ramp(4.0, 5.0, 4.0), 1.0);
        assert_eq!(mean_ramp(-0.5, 0.5, 0.0), 0.5);
    }

    #[test]
    fn paths_are_linear_inside_and_flat_outside() {
        let points = [(0.0, 100.0), (12.0, 160.0)];
        assert_eq!(path_at(&points, -5.0), 100.0);
        assert_eq!(path_at(&points, 6.0), 130.0);
        assert_eq!(path_at(&points, 12.0), 160.0);
        assert_eq!(path_at(&points, 50.0), 160.0);
    }
}
