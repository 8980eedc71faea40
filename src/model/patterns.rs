//! The undisrupted trade pattern B of a material in a period.
//!
//! The gravity rule says how much everyone sells and buys; observed lanes, mixed with a share `openness` of the rule's own lanes, say who deals
//! with whom. The mix is balanced (RAS) to the rule's totals, so that own demand keeps its precedence however open lanes are, and the totals
//! can always be reached.

use super::balance::{Shape, gravity};
use super::limits::{Passage, are_same};
use super::ras::{Balancing, ras};
use super::{MaterialModel, Model, World};

/// Observed lanes of a material.
#[derive(Debug, Clone)]
pub struct Observed {
    /// Flows at the scale of the start, t per period (row-major): one table, or several where they follow a changed supply.
    pub lanes: Vec<Vec<f64>>,
    /// The table of each reference period; the first for all where there is only one.
    pub table_of_period: Vec<usize>,
    /// Orders at the start, t per period: the scale of the flows.
    pub orders: f64,
    /// Share of the gravity rule that is mixed in.
    pub openness: f64,
}

impl Observed {
    /// Number of the table of flows that holds in a period.
    fn table(&self, period: usize) -> usize {
        let last = self.table_of_period.last().copied().unwrap_or(0);
        self.table_of_period.get(period).copied().unwrap_or(last)
    }

    /// Whether sellers supply at the start what they did when the trade was observed.
    pub fn is_as_observed_at_the_start(&self) -> bool {
        self.table(0) == 0
    }

    /// Flows at the scale of the start in a period.
    fn lanes(&self, period: usize) -> &[f64] {
        self.lanes.get(self.table(period)).map_or(&[], Vec::as_slice)
    }
}

/// Balanced patterns of a material with observed lanes, by reference period (equal neighbours are stored once).
#[derive(Debug, Clone, Default)]
pub struct Patterns {
    /// Flows, and the factors that balance them.
    stored: Vec<(Vec<f64>, Vec<f64>)>,
    period: Vec<usize>,
}

impl Patterns {
    fn at(&self, period: usize) -> Option<&(Vec<f64>, Vec<f64>)> {
        self.stored
            .get(*self.period.get(period.min(self.period.len().checked_sub(1)?))?)
    }
}

/// Memory of [`pattern`].
#[derive(Debug, Clone, Default)]
pub struct PatternMemory {
    needs: Vec<f64>,
    row_sums: Vec<f64>,
    column_sums: Vec<f64>,
    balancing: Balancing,
    pub(super) passage: Passage,
}

impl PatternMemory {
    /// Forgets the factors from which the next balancing would start; memory is kept.
    pub fn forget(&mut self) {
        self.balancing.factors.clear();
    }
}

/// Rows and columns of a material.
pub fn shape(material: &MaterialModel) -> Shape<'_> {
    Shape {
        rows: material.rows.len(),
        columns: material.columns.len(),
        domestic: &material.domestic,
    }
}

/// Balances the observed lanes of a material to the reference world, period by period.
pub fn balance_observed(model: &Model, world: &World, material: usize) -> Patterns {
    let mut patterns = Patterns::default();
    let Some(observed) = &model.materials[material].observed else {
        return patterns;
    };
    let mut memory = PatternMemory::default();
    for period in 0..model.reference_periods {
        let same = period > 0
            && observed.table(period) == observed.table(period - 1)
            && are_same(&model.materials[material], period, period - 1)
            && world.supply(model, material, period) == world.supply(model, material, period - 1)
            && world.orders(model, material, period) == world.orders(model, material, period - 1);
        if !same {
            let mut flows = Vec::new();
            let (supply, orders) = (
                world.supply(model, material, period),
                world.orders(model, material, period),
            );
            balance(
                &model.materials[material],
                period,
                supply,
                orders,
                &mut memory,
                &mut flows,
            );
            memory
                .passage
                .keep_to(model, &model.materials[material], &world.inputs, period, &mut flows);
            patterns.stored.push((flows, memory.balancing.factors.clone()));
        }
        patterns.period.push(patterns.stored.len() - 1);
    }
    patterns
}

/// Writes B of a material in a period for this supply and these orders into `flows` (row-major, t per period). RAS starts from the factors in `memory`.
pub(super) fn balance(
    material: &MaterialModel,
    period: usize,
    supply: &[f64],
    orders: &[f64],
    memory: &mut PatternMemory,
    flows: &mut Vec<f64>,
) {
    let shape = shape(material);
    flows.resize(shape.rows * shape.columns, 0.0);
    gravity(shape, supply, orders, material.domestic_first, &mut memory.needs, flows);
    let Some(observed) = &material.observed else { return };
    memory.row_sums.clear();
    memory.column_sums.clear();
    memory.column_sums.resize(shape.columns, 0.0);
    for line in flows.chunks_exact(shape.columns.max(1)) {
        memory.row_sums.push(line.iter().sum());
        for (sum, flow) in memory.column_sums.iter_mut().zip(line) {
            *sum += flow;
        }
    }
    let growth = if observed.orders > 0.0 {
        orders.iter().sum::<f64>() / observed.orders
    } else {
        1.0
    };
    for (flow, lane) in flows.iter_mut().zip(observed.lanes(period)) {
        *flow = (1.0 - observed.openness) * growth * lane + observed.openness * *flow;
    }
    ras(&memory.row_sums, &memory.column_sums, &mut memory.balancing, flows);
}

/// Whether B of a material is the same in two periods, to the last bit.
pub fn is_same(model: &Model, world: &World, material: usize, one: usize, other: usize) -> bool {
    if one == other {
        return true;
    }
    let stored = |period: usize| {
        let patterns = model.reference.patterns.get(material)?;
        patterns
            .period
            .get(period.min(patterns.period.len().checked_sub(1)?))
            .copied()
    };
    // Balancing starts from the reference's factors of the period.
    stored(one) == stored(other)
        && are_same(&model.materials[material], one, other)
        && (world.is_reference && stored(one).is_some()
            || world.supply(model, material, one) == world.supply(model, material, other)
                && world.orders(model, material, one) == world.orders(model, material, other))
}

/// Whether a world's B of a material in a period comes of the same numbers as the reference's.
fn is_as_in_reference(model: &Model, world: &World, material: usize, period: usize) -> bool {
    let reference = &model.reference;
    let mut capacities = model.materials[material].capacities.iter();
    world.supply(model, material, period) == reference.supply(model, material, period)
        && world.orders(model, material, period) == reference.orders(model, material, period)
        && capacities.all(|capacity| {
            let level = |world: &World| capacity.tonnes_per_year.level(&world.inputs);
            level(world) == level(reference)
        })
}

/// Writes B of a material in a period under `world` into `flows` (row-major, t per period).
pub fn pattern(
    model: &Model,
    world: &World,
    material: usize,
    period: usize,
    memory: &mut PatternMemory,
    flows: &mut Vec<f64>,
) {
    let compiled = &model.materials[material];
    if let Some((stored, factors)) = model
        .reference
        .patterns
        .get(material)
        .and_then(|patterns| patterns.at(period))
    {
        if world.is_reference || is_as_in_reference(model, world, material, period) {
            flows.clone_from(stored);
            return;
        }
        // The factors of the mean world are close to those of this one; starting from them does not depend on what was computed before.
        memory.balancing.factors.clone_from(factors);
    }
    balance(
        compiled,
        period,
        world.supply(model, material, period),
        world.orders(model, material, period),
        memory,
        flows,
    );
    memory.passage.keep_to(model, compiled, &world.inputs, period, flows);
}
