//! What lanes carry: restrictions, flows, shipments on their way, and where the search for the next allocation begins.

use super::reset;
use crate::engine::allocation::{Quota, Workspace};
use crate::engine::limits::{Limits, TonnageQuota};
use crate::engine::refill_trade::RefillTradeMemory;
use crate::model::{Model, World, patterns};

/// Trade of a trial, by material where nothing else is said. Quantities are t.
#[derive(Debug, Clone, Default)]
pub struct Trade {
    // --- remembered between periods ---
    /// Months since the material's trade was first disturbed; 0 when undisturbed.
    pub disturbed_months: Vec<f64>,
    /// Shipments on their way, as a ring over lead periods.
    pub pipeline: Vec<Pipeline>,

    // --- of the current period ---
    /// Share that each lane still carries (row-major).
    pub openness: Vec<Vec<f64>>,
    /// Whether any lane of the material is restricted.
    pub is_restricted: Vec<bool>,
    /// Export quotas.
    pub quotas: Vec<Vec<Quota>>,
    /// Quotas in tonnes in force in the period.
    pub(in crate::engine) tonnage: Vec<TonnageQuota>,
    /// Sent to each market in this period (without refills); valid where the material's trade is not clean.
    pub sent: Vec<f64>,
    /// Arrivals by market (without refills).
    pub arrival: Vec<f64>,
    /// Whether the material's trade equals the reference in this period.
    pub is_clean: Vec<bool>,
    /// Undisrupted pattern; valid where not clean.
    pub normal: Vec<Vec<f64>>,
    /// Flows; valid where not clean.
    pub flows: Vec<Vec<f64>>,
    /// Refill flows; empty where none.
    pub refill_flows: Vec<Vec<f64>>,

    // --- memory of the search ---
    /// What the last allocation of each material was for, and where the next one starts.
    pub(in crate::engine) memory: Vec<AllocationMemory>,
    pub(in crate::engine) workspace: Workspace,
    /// Limits of the material at hand.
    pub(in crate::engine) limits: Limits,
    pub(in crate::engine) refill_trade: RefillTradeMemory,
    pub(in crate::engine) pattern_memory: patterns::PatternMemory,
    pub(in crate::engine) pool: Vec<usize>,
    pub(in crate::engine) quota_pool: Vec<Vec<usize>>,
}

/// The last allocation of a material: where its inputs come again, so does its answer.
#[derive(Debug, Clone, Default)]
pub(in crate::engine) struct AllocationMemory {
    /// Sellers' factors, from which the next search starts.
    pub factors: Vec<f64>,
    /// Period whose pattern is in [`Trade::normal`]; `None` = none yet.
    pub pattern: Option<usize>,
    /// Sums of the pattern's rows and columns.
    pub normal_rows: Vec<f64>,
    pub normal_columns: Vec<f64>,
    /// Whether [`Trade::flows`] answers the problem below (without quotas).
    pub is_known: bool,
    /// What each seller sends to all buyers.
    pub sent_rows: Vec<f64>,
    /// Whether some seller has output left over.
    pub has_unsold: bool,
    pub supply: Vec<f64>,
    pub orders: Vec<f64>,
    /// Empty where nothing is restricted.
    pub openness: Vec<f64>,
    pub flexibility: Option<f64>,
}

/// Shipments of one material that have not arrived.
#[derive(Debug, Clone, Default)]
pub struct Pipeline {
    /// Ordinary shipments: slot x columns + column.
    pub sent: Vec<f64>,
    /// Refills.
    pub refill: Vec<f64>,
    /// Period + 1 in which each slot was written; 0 = never: the reference arrives.
    pub written: Vec<usize>,
}

impl Pipeline {
    /// Whether what arrives in a period was sent as it is here; otherwise the reference arrives.
    pub(in crate::engine) fn holds(&self, arrival: usize) -> bool {
        let lead = self.written.len();
        arrival >= lead && self.written[arrival % lead] == arrival - lead + 1
    }
}

impl Trade {
    /// Puts trade at the start of a trial.
    pub(super) fn start(&mut self, model: &Model) {
        let materials = model.materials.len();
        let lanes = |material: usize| model.materials[material].rows.len() * model.materials[material].columns.len();
        let is_another_model = self.openness.len() != materials
            || (0..materials).any(|material| self.openness[material].len() != lanes(material));
        if is_another_model {
            self.openness = (0..materials).map(|material| vec![1.0; lanes(material)]).collect();
            self.quotas = vec![Vec::new(); materials];
            self.normal = vec![Vec::new(); materials];
            self.flows = vec![Vec::new(); materials];
            self.refill_flows = vec![Vec::new(); materials];
        } else {
            self.open_lanes();
        }
        reset(&mut self.disturbed_months, materials, 0.0);
        self.pipeline.resize(materials, Pipeline::default());
        for (pipeline, material) in self.pipeline.iter_mut().zip(&model.materials) {
            let lead = material.lead_periods;
            reset(&mut pipeline.sent, lead * material.columns.len(), 0.0);
            reset(&mut pipeline.refill, lead * material.columns.len(), 0.0);
            reset(&mut pipeline.written, lead, 0);
        }
        self.tonnage.clear();
        reset(&mut self.is_restricted, materials, false);
        reset(&mut self.is_clean, materials, true);
        reset(&mut self.sent, model.markets.len(), 0.0);
        reset(&mut self.arrival, model.markets.len(), 0.0);
        self.memory.resize(materials, AllocationMemory::default());
        for memory in &mut self.memory {
            memory.factors.clear();
            memory.pattern = None;
            memory.is_known = false;
        }
    }

    /// Lifts what restricts lanes at the end of a trial; keeps the memory.
    fn open_lanes(&mut self) {
        for (lanes, restricted) in self.openness.iter_mut().zip(&self.is_restricted) {
            if *restricted {
                lanes.fill(1.0);
            }
        }
        for quota in self.quotas.iter_mut().flat_map(|quotas| quotas.drain(..)) {
            self.quota_pool.push(quota.lanes);
        }
        self.refill_flows.iter_mut().for_each(Vec::clear);
    }

    /// Flows of a material, refills included.
    pub(in crate::engine) fn all_flows(
        &self,
        model: &Model,
        world: &World,
        material: usize,
        period: usize,
    ) -> Vec<f64> {
        let mut flows = if self.is_clean[material] {
            let (mut memory, mut flows) = (patterns::PatternMemory::default(), Vec::new());
            patterns::pattern(model, world, material, period, &mut memory, &mut flows);
            flows
        } else {
            self.flows[material].clone()
        };
        for (flow, refill) in flows.iter_mut().zip(&self.refill_flows[material]) {
            *flow += refill;
        }
        flows
    }
}
