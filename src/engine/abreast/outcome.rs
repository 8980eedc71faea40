//! What a trial came to in a chain of materials.

use super::memory::{ColumnMemory, MaterialMemory, Memory};
use super::plan::{ChainPlan, MaterialPlan};
use super::price_peak;
use crate::model::Model;

/// A trial's outcome in one chain.
#[derive(Clone, Copy)]
pub struct ChainOutcome<'a> {
    pub(super) model: &'a Model,
    pub(super) chain: &'a ChainPlan,
    pub(super) memory: &'a Memory,
    pub(super) inputs: &'a [f64],
    /// Place of the trial among those side by side.
    pub place: usize,
    /// Number of the trial.
    pub trial: u64,
    /// Whether any event has reached the chain: otherwise everything is as ever.
    pub is_reached: bool,
}

/// A trial's outcome in one material.
#[derive(Clone, Copy)]
pub struct MaterialOutcome<'a> {
    of: ChainOutcome<'a>,
    plan: &'a MaterialPlan,
    memory: &'a MaterialMemory,
}

impl<'a> ChainOutcome<'a> {
    /// The chain's materials, from upstream to downstream.
    #[inline]
    pub fn materials(&self) -> impl Iterator<Item = MaterialOutcome<'a>> + use<'a> {
        let of = *self;
        let materials = self.chain.materials.iter().zip(&self.memory.materials);
        materials.map(move |(plan, memory)| MaterialOutcome { of, plan, memory })
    }
}

impl MaterialOutcome<'_> {
    /// Number of the material in the model.
    #[inline]
    pub fn material(&self) -> usize {
        self.plan.material
    }

    #[inline]
    fn column(&self, cell: usize) -> &ColumnMemory {
        &self.memory.columns[cell - self.plan.first_cell]
    }

    /// Demand of a cell over the horizon, t.
    #[inline]
    pub fn demand_t(&self, cell: usize) -> f64 {
        self.of.model.reference.need_total[cell] + self.column(cell).extra_need.0[self.of.place]
    }

    /// Shortfall of a cell over the horizon, t.
    #[inline]
    pub fn shortfall_t(&self, cell: usize) -> f64 {
        self.column(cell).shortfall.0[self.of.place]
    }

    /// Causes that can have a part in its shortfalls; the structural one is not among them.
    #[inline]
    pub fn causes(&self) -> &[usize] {
        &self.plan.causes
    }

    /// Adds a cell's shortfall by cause, the structural one last, t.
    #[inline]
    pub fn add_blame_t(&self, cell: usize, sums: &mut [f64]) {
        let slots = self.plan.causes.len() + 1;
        let line = &self.memory.blame[(cell - self.plan.first_cell) * slots..][..slots];
        for (sum, blame) in sums.iter_mut().zip(line) {
            *sum += blame.0[self.of.place];
        }
    }

    /// Largest price index of each market in which anyone was ever short, with the market's number; as in
    /// [`crate::engine::observe::TrialOutcome::price_peak`].
    #[inline]
    pub fn price_peaks(&self) -> impl Iterator<Item = (usize, [f64; 3])> {
        let of = self.of;
        let first = self.plan.first_market;
        let material = self.plan.material;
        let columns = self.memory.columns.iter().enumerate();
        columns.filter_map(move |(column, memory)| {
            let served = memory.least_served.0[of.place];
            (served < 1.0).then(|| (first + column, price_peak(of.model, material, of.inputs, served)))
        })
    }

    /// Output over the horizon and what was lost of it, t, by supply of the model; of those that can differ from normal.
    #[inline]
    pub fn outputs_t(&self) -> impl Iterator<Item = (usize, f64, f64)> {
        let of = self.of;
        let supplies = self.plan.supplies.iter().zip(&self.memory.lost_output);
        supplies.map(move |(supply, lost)| {
            let (normal, lost) = (of.model.reference.output_total[supply.supply], lost.0[of.place]);
            (supply.supply, normal - lost, lost)
        })
    }

    /// What a market's commercial stock holds at the end, t.
    #[inline]
    pub fn stock_end_t(&self, market: usize) -> f64 {
        self.memory.columns[market - self.plan.first_market].stock.0[self.of.place]
    }

    /// Its commercial inventories: (number in the model, market).
    #[inline]
    pub fn inventories(&self) -> &[(usize, usize)] {
        &self.plan.inventories
    }

    /// Supplies that are always as normal, by number in the model, with their output over the horizon, t.
    #[inline]
    pub fn fixed_outputs_t(&self) -> impl Iterator<Item = (usize, f64)> {
        let of = self.of;
        self.plan
            .fixed_supplies
            .iter()
            .map(move |&supply| (supply, of.model.reference.output_total[supply]))
    }
}
