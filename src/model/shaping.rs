//! Which uncertain inputs shape the undisrupted reference (elasticities, flexibility, event rates and the like do not).

use super::value::{Series, Value};
use super::{HostRatioModel, LevelModel, Model, SupplyModel};

/// A slot of the inputs that shapes the undisrupted reference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShapingInput {
    slot: usize,
    /// Above this all values come to the same: the end of the reference, for a date in months; infinite for other numbers.
    largest: f64,
    /// Whether it shapes only the levels of stocks.
    is_of_stocks: bool,
}

impl ShapingInput {
    fn is_as_in_reference(&self, model: &Model, inputs: &[f64]) -> bool {
        let (value, mean) = (inputs[self.slot], model.reference.inputs[self.slot]);
        value == mean || value >= self.largest && mean >= self.largest
    }
}

impl Model {
    /// Whether any uncertain input shapes the undisrupted reference, so that trials may have worlds of their own.
    pub fn world_is_uncertain(&self) -> bool {
        !self.shaping_inputs.is_empty()
    }

    /// Whether the undisrupted reference of a trial with these inputs is the model's, the one with all inputs at their means.
    pub fn has_reference_world(&self, inputs: &[f64]) -> bool {
        let mut shaping = self.shaping_inputs.iter();
        shaping.all(|input| input.is_as_in_reference(self, inputs))
    }

    /// Whether it is so but for the levels of stocks.
    pub fn has_reference_flows(&self, inputs: &[f64]) -> bool {
        let mut shaping = self.shaping_inputs.iter();
        shaping.all(|input| input.is_of_stocks || input.is_as_in_reference(self, inputs))
    }
}

/// The inputs that shape the undisrupted reference.
pub(super) fn shaping_inputs(model: &Model) -> Vec<ShapingInput> {
    let mut found = Found(Vec::new());
    let end_months = model.reference_periods as f64 * model.step_months;
    // What makes nothing (a plant that only a policy builds) shapes nothing.
    for supply in model.supplies.iter().filter(|supply| !makes_nothing(supply)) {
        supply.capacity.iter().for_each(|size| found.series(size));
        found.number(supply.utilisation);
        found.number(supply.ramp_months);
        for date in [supply.opens_months, supply.closes_months].into_iter().flatten() {
            found.add(date, end_months, false);
        }
        supply.inputs.iter().for_each(|(_, per_tonne)| found.number(*per_tonne));
        for host in &supply.hosts {
            let (HostRatioModel::Stated(ratio) | HostRatioModel::UseOfCap(ratio)) = host.ratio;
            found.number(ratio);
        }
        if let Some(recycling) = &supply.recycling {
            found.series(&recycling.rate);
            found.number(recycling.lag_years);
        }
    }
    for capacity in model.materials.iter().flat_map(|material| &material.capacities) {
        found.series(&capacity.tonnes_per_year);
    }
    for cell in &model.cells {
        found.number(cell.growth);
        cell.amount.iter().for_each(|amount| found.series(amount));
    }
    for inventory in &model.inventories {
        found.level(&inventory.level);
        inventory.maximum.iter().for_each(|level| found.level(level));
    }
    for stockpile in &model.stockpiles {
        found.level(&stockpile.level);
    }
    found.0
}

/// Whether a supply has no capacity in any trial.
fn makes_nothing(supply: &SupplyModel) -> bool {
    let is_nothing = |size: &Series| size.factors.contains(&Value::Fixed(0.0));
    supply.recycling.is_none() && supply.capacity.as_ref().is_none_or(is_nothing)
}

struct Found(Vec<ShapingInput>);

impl Found {
    fn add(&mut self, value: Value, largest: f64, is_of_stocks: bool) {
        let Value::Input(slot) = value else { return };
        match self.0.iter_mut().find(|known| known.slot == slot) {
            Some(known) => {
                known.largest = known.largest.max(largest);
                known.is_of_stocks &= is_of_stocks;
            }
            None => self.0.push(ShapingInput {
                slot,
                largest,
                is_of_stocks,
            }),
        }
    }

    fn number(&mut self, value: Value) {
        self.add(value, f64::INFINITY, false);
    }

    fn series(&mut self, series: &Series) {
        series.factors.iter().for_each(|factor| self.number(*factor));
    }

    fn level(&mut self, level: &LevelModel) {
        let (LevelModel::Tonnes(series) | LevelModel::Days(series)) = level;
        for factor in &series.factors {
            self.add(*factor, f64::INFINITY, true);
        }
    }
}
