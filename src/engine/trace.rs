//! The full state of one simulated period, for replays and for tests of conservation.

use super::state::State;
use crate::model::{Model, World};

/// One period in full. Quantities are t per period.
#[derive(Debug, Clone, Copy)]
pub struct PeriodTrace<'a> {
    /// Period number.
    pub period: usize,
    /// The model.
    pub model: &'a Model,
    /// The trial's undisrupted reference.
    pub world: &'a World,
    /// State after the period.
    pub state: &'a State,
}

impl PeriodTrace<'_> {
    /// Flows of a material in this period, refills included (row-major).
    pub fn flows(&self, material: usize) -> Vec<f64> {
        self.state
            .trade
            .all_flows(self.model, self.world, material, self.period)
    }
}
