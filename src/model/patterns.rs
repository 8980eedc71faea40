//! The undisrupted trade pattern B of a material in a period.

use super::balance::{Shape, gravity, ras};
use super::{MaterialModel, Model, World};

/// Balanced patterns of a material with observed lanes, by reference period (row-major; equal neighbours are stored once).
#[derive(Debug, Clone, Default)]
pub struct Patterns {
    flows: Vec<Vec<f64>>,
    period: Vec<usize>,
}

impl Patterns {
    /// The pattern in a reference period.
    pub fn at(&self, period: usize) -> &[f64] {
        &self.flows[self.period[period.min(self.period.len() - 1)]]
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

/// Balances the observed lanes of a material to the reference world, period by period, each from the one before (scaling a pattern
/// to other margins gives the same result from any pattern of the same biproportional class), or from the observed lanes again where
/// someone has begun to sell or buy.
pub fn balance_observed(model: &Model, world: &World, material: usize) -> Patterns {
    let compiled = &model.materials[material];
    let Some(seed) = &compiled.observed else {
        return Patterns::default();
    };
    let mut patterns = Patterns::default();
    let mut scratch = Vec::new();
    for period in 0..model.reference_periods {
        let supply = world.supply(model, material, period);
        let orders = world.orders(model, material, period);
        let same = period > 0
            && supply == world.supply(model, material, period - 1)
            && orders == world.orders(model, material, period - 1);
        if !same {
            let mut flows = patterns.flows.last().unwrap_or(seed).clone();
            if !reaches(shape(compiled), supply, orders, &flows) {
                flows.clone_from(seed);
            }
            ras(shape(compiled), supply, orders, &mut scratch, &mut flows);
            patterns.flows.push(flows);
        }
        patterns.period.push(patterns.flows.len() - 1);
    }
    patterns
}

/// Whether a pattern has a flow for everyone who sells or buys. Scaling never revives a row or column that was empty once, such as that of a
/// plant that had not opened yet.
fn reaches(shape: Shape<'_>, supply: &[f64], orders: &[f64], flows: &[f64]) -> bool {
    let Shape { rows, columns, .. } = shape;
    let sells = |row: usize| flows[row * columns..(row + 1) * columns].iter().any(|flow| *flow > 0.0);
    let buys = |column: usize| (0..rows).any(|row| flows[row * columns + column] > 0.0);
    (0..rows).all(|row| supply[row] <= 0.0 || sells(row)) && (0..columns).all(|column| orders[column] <= 0.0 || buys(column))
}

/// Writes B of a material in a period under `world` into `flows` (row-major, t per period).
pub fn pattern(
    model: &Model,
    world: &World,
    material: usize,
    period: usize,
    scratch: &mut Vec<f64>,
    flows: &mut Vec<f64>,
) {
    let compiled = &model.materials[material];
    let shape = shape(compiled);
    let supply = world.supply(model, material, period);
    let orders = world.orders(model, material, period);
    flows.resize(shape.rows * shape.columns, 0.0);
    if compiled.observed.is_none() {
        gravity(shape, supply, orders, compiled.domestic_first, scratch, flows);
        return;
    }
    flows.copy_from_slice(model.reference.patterns[material].at(period));
    if !world.is_reference {
        if !reaches(shape, supply, orders, flows)
            && let Some(seed) = &compiled.observed
        {
            flows.copy_from_slice(seed);
        }
        ras(shape, supply, orders, scratch, flows);
    }
}
