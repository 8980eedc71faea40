//! The undisrupted reference under one draw of the uncertain inputs: what would be made, ordered and traded without any event.

mod course;
mod plan;
mod stocks;

use ndarray::Array2;

use super::patterns::{PatternMemory, Patterns};
use super::{Model, SupplyModel};

/// Relative excess of supply over orders above which something is left over.
const SPARE: f64 = 1e-12;

/// The undisrupted reference. Quantities are t per period; tables are by period (row) and index (column).
#[derive(Debug, Clone, Default)]
pub struct World {
    /// The trial's inputs by slot.
    pub inputs: Vec<f64>,
    /// Capacity by supply.
    pub capacity: Array2<f64>,
    /// Planned output by supply.
    pub target: Array2<f64>,
    /// Actual undisrupted output by supply.
    pub output: Array2<f64>,
    /// Need by cell: final demand, or feed for planned output.
    pub need: Array2<f64>,
    /// Orders by market, placed for needs a lead time later.
    pub order: Array2<f64>,
    /// Delivered share of the orders by market.
    pub coverage: Array2<f64>,
    /// Supply by exporter row.
    pub supply: Array2<f64>,
    /// What arrives by market.
    pub arrival: Array2<f64>,
    /// Level targets of commercial inventories at the start, t (days turned into tonnes).
    pub inventory_level: Vec<f64>,
    /// Orders at the start by market, t per year: what days of stock refer to.
    pub start_orders_per_year: Vec<f64>,
    /// Output by supply over the simulated periods, t.
    pub output_total: Vec<f64>,
    /// Need by cell over the simulated periods, t.
    pub need_total: Vec<f64>,
    /// The same by calendar year and cell, t.
    pub need_by_year: Array2<f64>,
    /// Whether every order is covered in every period.
    pub balanced: bool,
    /// The same by material, and whether its plants run as planned.
    pub is_balanced: Vec<bool>,
    /// Whether more is made than ordered, by period and material: what stocks can be refilled from.
    pub has_spare: Array2<bool>,
    /// Whether, besides, some plant has idle capacity, by period and material: stocks can be refilled from that too.
    pub has_idle: Array2<bool>,
    /// Whether undisrupted trade uses up what some lanes carry, and would carry more, by period and material.
    pub capacity_binds: Array2<bool>,
    /// What the lanes of each capacity would carry at the start without it, t per period, by material.
    pub wanted_at_start: Vec<Vec<f64>>,
    /// The first of the periods up to this one that are all the same, by period.
    pub same_since: Vec<usize>,
    /// Whether all but stocks is as in the model's shared reference, for which patterns are stored.
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

    /// Supply by row of a material in a reference period.
    #[inline]
    pub fn supply(&self, model: &Model, material: usize, period: usize) -> &[f64] {
        let compiled = &model.materials[material];
        let supply = row(&self.supply, period.min(model.reference_periods - 1));
        &supply[compiled.first_row..compiled.first_row + compiled.rows.len()]
    }

    /// Orders by column of a material in a reference period.
    #[inline]
    pub fn orders(&self, model: &Model, material: usize, period: usize) -> &[f64] {
        let compiled = &model.materials[material];
        let orders = row(&self.order, period.min(model.reference_periods - 1));
        &orders[compiled.first_market..compiled.first_market + compiled.columns.len()]
    }

    /// Becomes the model's reference but for the levels of stocks, which are those of these inputs.
    pub fn follow_reference(&mut self, model: &Model, inputs: &[f64]) {
        if !self.is_reference {
            self.clone_from(&model.reference);
            self.patterns.clear();
        }
        self.inputs.clear();
        self.inputs.extend_from_slice(inputs);
        self.stock_levels(model);
    }

    /// Computes the reference for these inputs, reusing this world's memory.
    pub fn compute(&mut self, model: &Model, inputs: &[f64]) {
        let periods = model.reference_periods;
        self.is_reference = false;
        self.inputs.clear();
        self.inputs.extend_from_slice(inputs);
        reset(&mut self.capacity, periods, model.supplies.len());
        reset(&mut self.target, periods, model.supplies.len());
        reset(&mut self.output, periods, model.supplies.len());
        reset(&mut self.need, periods, model.cells.len());
        reset(&mut self.order, periods, model.markets.len());
        reset(&mut self.coverage, periods, model.markets.len());
        reset(&mut self.arrival, periods, model.markets.len());
        reset(&mut self.supply, periods, model.exporter_rows);
        resize(&mut self.start_orders_per_year, model.markets.len());
        self.final_demand(model);
        self.plan(model);
        self.host_ratios(model);
        self.limit_by_products(model);
        self.feed_needs(model);
        self.start_orders(model);
        self.is_balanced.clear();
        self.is_balanced.resize(model.materials.len(), true);
        reset(&mut self.has_spare, periods, model.materials.len());
        reset(&mut self.capacity_binds, periods, model.materials.len());
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
        for period in 0..model.periods {
            for (total, need) in self.need_total.iter_mut().zip(row(&self.need, period)) {
                *total += need;
            }
        }
        reset(&mut self.need_by_year, model.years.len(), model.cells.len());
        for (period, year) in model.years.of_period.iter().enumerate().take(periods) {
            for (total, need) in row_mut(&mut self.need_by_year, *year)
                .iter_mut()
                .zip(row(&self.need, period))
            {
                *total += need;
            }
        }
        self.find_same_periods(model);
        self.output_total.clear();
        for supply in 0..model.supplies.len() {
            let total = (0..model.periods).map(|period| self.output[[period, supply]]).sum();
            self.output_total.push(total);
        }
    }

    /// Notes where some plant could make more than is planned.
    fn find_idle(&mut self, model: &Model) {
        reset(&mut self.has_idle, model.reference_periods, model.materials.len());
        for period in 0..model.reference_periods {
            for (number, material) in model.materials.iter().enumerate() {
                let mut makers = material.supplies.iter();
                self.has_idle[[period, number]] = makers.any(|&index| {
                    let (capacity, target) = (self.capacity[[period, index]], self.target[[period, index]]);
                    model.supplies[index].recycling.is_none() && capacity > target * (1.0 + SPARE)
                });
            }
        }
    }

    /// Notes which periods are the same as the one before.
    fn find_same_periods(&mut self, model: &Model) {
        self.same_since.clear();
        for period in 0..model.reference_periods {
            let is_same = |table: &Array2<f64>| row(table, period) == row(table, period - 1);
            let same = period > 0
                && is_same(&self.need)
                && is_same(&self.target)
                && is_same(&self.capacity)
                && is_same(&self.output)
                && is_same(&self.order)
                && is_same(&self.coverage)
                && is_same(&self.arrival)
                && is_same(&self.supply);
            let since = if same { self.same_since[period - 1] } else { period };
            self.same_since.push(since);
        }
    }
}

fn resize(values: &mut Vec<f64>, length: usize) {
    values.clear();
    values.resize(length, 0.0);
}

/// Empties a table; its memory is used again where its shape stays.
fn reset<T: Clone + Default>(table: &mut Array2<T>, rows: usize, columns: usize) {
    match table.dim() == (rows, columns) {
        true => table.fill(T::default()),
        false => *table = Array2::from_elem((rows, columns), T::default()),
    }
}

/// A row of a table, as a plain slice.
#[inline]
pub fn row<T>(table: &Array2<T>, number: usize) -> &[T] {
    let columns = table.ncols();
    &all(table)[number * columns..(number + 1) * columns]
}

/// All rows, one behind the other.
pub fn all<T>(table: &Array2<T>) -> &[T] {
    table.as_slice().unwrap_or_default()
}

/// A row, to be written.
#[inline]
fn row_mut<T>(table: &mut Array2<T>, number: usize) -> &mut [T] {
    let columns = table.ncols();
    &mut table.as_slice_mut().unwrap_or_default()[number * columns..(number + 1) * columns]
}
