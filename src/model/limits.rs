//! What lanes carry together without any event: compiled, and the trade pattern kept to it.

use super::compile::Inputs;
use super::compile_events::lanes_of;
use super::{LaneCapacityModel, MaterialModel, Model};
use crate::scenario::Scenario;

/// Relative excess over a capacity that is rounding.
const EXCESS: f64 = 1e-9;

pub(super) fn compile_capacities(scenario: &Scenario, model: &mut Model, inputs: &mut Inputs<'_>) {
    for capacity in &scenario.lane_capacities {
        let material = &mut model.materials[capacity.material];
        let lanes: Vec<usize> = material
            .rows
            .iter()
            .flat_map(|&exporter| lanes_of(material, exporter, &capacity.lanes))
            .collect();
        if !lanes.is_empty() {
            material.capacities.push(LaneCapacityModel {
                id: capacity.id.clone(),
                lanes,
                tonnes_per_year: inputs.quantity(&capacity.tonnes_per_year),
            });
        }
    }
}

impl LaneCapacityModel {
    /// What its lanes carry together in a period, t.
    pub fn tonnes(&self, model: &Model, inputs: &[f64], period: usize) -> f64 {
        self.tonnes_per_year.at(period, inputs).max(0.0) * model.step_years()
    }
}

/// By how much each capacity exceeds what its lanes carry: sums of the flows, t per period, and the factors that bring them down.
#[derive(Debug, Clone, Default)]
pub struct Passage {
    /// What the lanes of each capacity would carry without it, t.
    pub wanted: Vec<f64>,
    factors: Vec<f64>,
}

impl Passage {
    /// Cuts the flows of a material (row-major, t per period) to what its lanes carry: each lane in proportion, by the tightest of its
    /// capacities. Whether any of them binds.
    pub fn keep_to(
        &mut self,
        model: &Model,
        material: &MaterialModel,
        inputs: &[f64],
        period: usize,
        flows: &mut [f64],
    ) -> bool {
        self.wanted.clear();
        if material.capacities.is_empty() {
            return false;
        }
        self.factors.clear();
        self.factors.resize(flows.len(), 1.0);
        let mut binds = false;
        for capacity in &material.capacities {
            let most = capacity.tonnes(model, inputs, period);
            let wanted: f64 = capacity.lanes.iter().map(|&lane| flows[lane]).sum();
            self.wanted.push(wanted);
            if wanted > most * (1.0 + EXCESS) {
                binds = true;
                for &lane in &capacity.lanes {
                    self.factors[lane] = self.factors[lane].min(most / wanted);
                }
            }
        }
        if binds {
            flows
                .iter_mut()
                .zip(&self.factors)
                .for_each(|(flow, factor)| *flow *= factor);
        }
        binds
    }
}

/// Whether the capacities of a material are the same in two periods.
pub(super) fn are_same(material: &MaterialModel, one: usize, other: usize) -> bool {
    material
        .capacities
        .iter()
        .all(|capacity| capacity.tonnes_per_year.profile(one) == capacity.tonnes_per_year.profile(other))
}
