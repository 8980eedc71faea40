//! What a trial remembers from period to period, and the memory that its steps reuse: a trial allocates nothing once these are warm.

use super::allocation::{Quota, Workspace};
use super::blame::Blame;
use super::limits::{Limits, TonnageQuota};
use super::refill::Refills;
use super::refill_trade::RefillTradeMemory;
use super::tolerance::STOCK;
use crate::model::{Links, Model, World, patterns};

/// State of one trial. Quantities are t, by the model's indices.
#[derive(Debug, Clone, Default)]
pub struct State {
    // --- remembered between periods ---
    /// Commercial stock by market.
    pub commercial: Vec<f64>,
    /// Strategic stock by stockpile.
    pub stockpile: Vec<f64>,
    /// Output above plan in reaction to prices, by supply, as a share of capacity.
    pub extra: Vec<f64>,
    /// What [`State::extra`] moves towards.
    pub(super) extra_wanted: Vec<f64>,
    /// Logarithm of the price index that producers expect, by exporter row.
    pub expectation: Vec<f64>,
    /// Months since the material's trade was first disturbed, by material; 0 when undisturbed.
    pub disturbed_months: Vec<f64>,
    /// Level of substitution by (cell, entry), share of demand.
    pub substitution: Vec<f64>,
    /// First substitution entry of each cell.
    pub substitution_start: Vec<usize>,
    /// Orders for stocks, and what is made for them.
    pub refills: Refills,
    /// Refills on their way, by market.
    pub refill_in_transit: Vec<f64>,
    /// Shipments on their way by material, as a ring over lead periods.
    pub pipeline: Vec<Pipeline>,
    /// Whether a material carries nothing over into the next period that differs from the undisrupted reference, its stocks apart.
    pub rests: Vec<bool>,
    /// Whether a material's stocks order no refill.
    pub stocks_full: Vec<bool>,
    /// Lowest share of need that was met in any period so far, by market.
    pub least_served: Vec<f64>,
    /// What the premium on leaks multiplied the price index by at its largest so far, by market.
    pub premium_at_peak: Vec<f64>,
    /// Demand above (below) the reference so far, by cell.
    pub demand_difference: Vec<f64>,
    /// Output above (below) the reference so far, by supply.
    pub output_difference: Vec<f64>,
    /// Output lost against the reference so far, by supply.
    pub lost_output: Vec<f64>,

    // --- of the current period ---
    /// Materials that are simulated; all others are as in the undisrupted reference.
    pub active: Vec<bool>,
    /// Active materials in which a delivery is missing somewhere.
    pub short: Vec<usize>,
    /// Production loss by supply.
    pub loss: Vec<f64>,
    /// Cost increase by supply.
    pub cost: Vec<f64>,
    /// Demand increase by cell.
    pub surge: Vec<f64>,
    /// Share that each lane still carries, by material (row-major).
    pub openness: Vec<Vec<f64>>,
    /// Whether any lane of the material is restricted.
    pub is_restricted: Vec<bool>,
    /// Export quotas by material.
    pub quotas: Vec<Vec<Quota>>,
    /// Quotas in tonnes in force in the period.
    pub(super) tonnage: Vec<TonnageQuota>,
    /// Limits of the material at hand.
    pub(super) limits: Limits,
    /// Planned output by supply.
    pub planned: Vec<f64>,
    /// Output by supply.
    pub output: Vec<f64>,
    /// Supply by exporter row.
    pub supply: Vec<f64>,
    /// Need by cell.
    pub need: Vec<f64>,
    /// Orders by market.
    pub order: Vec<f64>,
    /// Sent to each market in this period (without refills); valid where the material's trade is not clean.
    pub sent: Vec<f64>,
    /// Arrivals by market (without refills).
    pub arrival: Vec<f64>,
    /// Need less deliveries, by cell.
    pub missing: Vec<f64>,
    /// What stocks leave missing, by cell.
    pub shortfall: Vec<f64>,
    /// What adaptation leaves unmet, by cell.
    pub unmet: Vec<f64>,
    /// The part of what is missing that stocks had covered when the first of it was short, by cell; valid where something is short.
    pub carried: Vec<f64>,
    /// The part of the period before the first event that can reach a material began, by material; 0 where one was in force before. Valid where
    /// something is missing.
    pub onset: Vec<f64>,
    /// Value added exposed, USD by cell.
    pub exposed: Vec<f64>,
    /// Feed at hand for processors, by market.
    pub feed_available: Vec<f64>,
    /// Feed used, by market.
    pub feed_used: Vec<f64>,
    /// Price index by market.
    pub price: Vec<f64>,
    /// By what share the premium on what leaks raises it, by market.
    pub premium: Vec<f64>,
    /// Goods put into (taken from) stocks over the period, by market: for conservation.
    pub stock_change: Vec<f64>,
    /// Released from each stockpile in the period.
    pub released: Vec<f64>,
    /// Whether the material's trade equals the reference in this period.
    pub is_clean: Vec<bool>,
    /// Undisrupted pattern by material; valid where not clean.
    pub normal: Vec<Vec<f64>>,
    /// Flows by material; valid where not clean.
    pub flows: Vec<Vec<f64>>,
    /// Refill flows by material; empty where none.
    pub refill_flows: Vec<Vec<f64>>,
    /// Attribution.
    pub blame: Blame,
    /// Whether every material is simulated and every price computed, for a trace.
    pub(super) traced: bool,
    pub(super) struck: Struck,
    /// Period whose reference is in the arrays of plans, needs and orders wherever nothing is active; `None` = none yet.
    pub(super) reference_period: Option<usize>,
    /// Period simulated last.
    pub(super) last_period: Option<usize>,
    /// Most that each market's commercial stock is meant to hold.
    pub(super) maximum: Vec<f64>,
    /// Full level of each stockpile.
    pub(super) full: Vec<f64>,
    /// What the last allocation of each material was for, and where the next one starts.
    pub(super) memory: Vec<AllocationMemory>,
    pub(super) workspace: Workspace,
    pub(super) refill_trade: RefillTradeMemory,
    pub(super) scratch: Vec<f64>,
    pub(super) pattern_memory: patterns::PatternMemory,
    pub(super) pool: Vec<usize>,
    pub(super) quota_pool: Vec<Vec<usize>>,
    /// Refills sent to each column of the material at hand.
    pub(super) refill_sent: Vec<f64>,
    /// Whether processors left some of the material in this period: their stocks have moved, though they may hold what they held before.
    pub(super) has_returned: Vec<bool>,
    /// Whether a material's plans may differ from their targets, and its needs from the reference.
    pub(super) is_replanned: Vec<bool>,
    pub(super) has_other_needs: Vec<bool>,
    /// The same of orders for goods that are used.
    pub(super) has_other_orders: Vec<bool>,
}

/// What the present period's events and shortages reach, by material.
#[derive(Debug, Clone, Default)]
pub struct Struck {
    /// Planned output may differ from the target.
    pub plan: Vec<bool>,
    /// Orders may differ from the reference.
    pub orders: Vec<bool>,
    /// Lanes are restricted or stocks destroyed.
    pub trade: Vec<bool>,
    /// Some market is short of feed (of the period before, until the material's turn comes).
    pub feed: Vec<bool>,
    /// Supplies with a loss or a cost increase.
    pub supplies: Vec<usize>,
    /// Cells with a surge.
    pub cells: Vec<usize>,
}

impl Struck {
    /// The flags that hold for one period, by material.
    pub fn of_period(&mut self) -> [&mut Vec<bool>; 3] {
        let [of_period @ .., _] = self.all();
        of_period
    }

    /// All flags by material, [`Struck::feed`] last.
    pub fn all(&mut self) -> [&mut Vec<bool>; 4] {
        [&mut self.plan, &mut self.orders, &mut self.trade, &mut self.feed]
    }
}

/// The last allocation of a material: where its inputs come again, so does its answer.
#[derive(Debug, Clone, Default)]
pub(super) struct AllocationMemory {
    /// Sellers' factors, from which the next search starts.
    pub factors: Vec<f64>,
    /// Period whose pattern is in [`State::normal`]; `None` = none yet.
    pub pattern: Option<usize>,
    /// Sums of the pattern's rows and columns.
    pub normal_rows: Vec<f64>,
    pub normal_columns: Vec<f64>,
    /// Whether [`State::flows`] answers the problem below (without quotas).
    pub is_known: bool,
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

fn reset(values: &mut Vec<f64>, length: usize, value: f64) {
    values.clear();
    values.resize(length, value);
}

impl State {
    /// Puts the state at the start of a trial.
    pub fn start(&mut self, model: &Model, world: &World, inputs: &[f64]) {
        let (supplies, markets, cells) = (model.supplies.len(), model.markets.len(), model.cells.len());
        let materials = model.materials.len();
        reset(&mut self.commercial, markets, 0.0);
        for (inventory, level) in model.inventories.iter().zip(&world.inventory_level) {
            self.commercial[inventory.market] = *level;
        }
        self.stockpile.clear();
        for (index, stockpile) in model.stockpiles.iter().enumerate() {
            self.stockpile
                .push(world.stockpile_level_at_start(model, index) * stockpile.filled_at_start.of(inputs));
        }
        reset(&mut self.extra, supplies, 0.0);
        reset(&mut self.extra_wanted, supplies, 0.0);
        reset(&mut self.expectation, model.exporter_rows, 0.0);
        reset(&mut self.disturbed_months, materials, 0.0);
        self.substitution_start.clear();
        let mut entries = 0;
        for cell in &model.cells {
            self.substitution_start.push(entries);
            entries += cell.substitutions.len();
        }
        reset(&mut self.substitution, entries, 0.0);
        self.refills.start(model);
        reset(&mut self.refill_in_transit, markets, 0.0);
        self.pipeline.resize(materials, Pipeline::default());
        for (pipeline, material) in self.pipeline.iter_mut().zip(&model.materials) {
            let lead = material.lead_periods;
            reset(&mut pipeline.sent, lead * material.columns.len(), 0.0);
            reset(&mut pipeline.refill, lead * material.columns.len(), 0.0);
            pipeline.written.clear();
            pipeline.written.resize(lead, 0);
        }
        reset(&mut self.output_difference, supplies, 0.0);
        reset(&mut self.lost_output, supplies, 0.0);
        reset(&mut self.loss, supplies, 0.0);
        reset(&mut self.cost, supplies, 0.0);
        reset(&mut self.surge, cells, 0.0);
        if self.openness.len() != materials
            || self
                .openness
                .iter()
                .zip(&model.materials)
                .any(|(lanes, material)| lanes.len() != material.rows.len() * material.columns.len())
        {
            self.openness = model
                .materials
                .iter()
                .map(|material| vec![1.0; material.rows.len() * material.columns.len()])
                .collect();
            self.quotas = vec![Vec::new(); materials];
            self.normal = vec![Vec::new(); materials];
            self.flows = vec![Vec::new(); materials];
            self.refill_flows = vec![Vec::new(); materials];
        } else {
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
        self.tonnage.clear();
        self.memory.resize(materials, AllocationMemory::default());
        for memory in &mut self.memory {
            memory.factors.clear();
            memory.pattern = None;
            memory.is_known = false;
        }
        self.is_restricted.clear();
        self.is_restricted.resize(materials, false);
        self.is_clean.clear();
        self.is_clean.resize(materials, true);
        for values in [&mut self.planned, &mut self.output] {
            reset(values, supplies, 0.0);
        }
        reset(&mut self.supply, model.exporter_rows, 0.0);
        for values in [
            &mut self.order,
            &mut self.arrival,
            &mut self.sent,
            &mut self.feed_available,
            &mut self.feed_used,
            &mut self.stock_change,
        ] {
            reset(values, markets, 0.0);
        }
        for values in [
            &mut self.need,
            &mut self.missing,
            &mut self.shortfall,
            &mut self.unmet,
            &mut self.carried,
            &mut self.exposed,
        ] {
            reset(values, cells, 0.0);
        }
        reset(&mut self.onset, materials, 0.0);
        reset(&mut self.price, markets, 1.0);
        reset(&mut self.premium, markets, 0.0);
        reset(&mut self.premium_at_peak, markets, 1.0);
        reset(&mut self.released, model.stockpiles.len(), 0.0);
        reset(&mut self.least_served, markets, 1.0);
        reset(&mut self.demand_difference, cells, 0.0);
        self.struck.supplies.clear();
        self.struck.cells.clear();
        for flags in self.struck.all().into_iter().chain([
            &mut self.active,
            &mut self.has_returned,
            &mut self.is_replanned,
            &mut self.has_other_needs,
            &mut self.has_other_orders,
        ]) {
            flags.clear();
            flags.resize(materials, false);
        }
        (self.reference_period, self.last_period) = (None, None);
        self.short.clear();
        self.stock_levels(model, world, 0);
        self.rests.clear();
        self.stocks_full.clear();
        for (links, balanced) in model.links.iter().zip(&world.is_balanced) {
            let (rest, full) = self.stocks_rest(model, links);
            self.rests.push(*balanced && rest && links.constant_stocks);
            self.stocks_full.push(full);
        }
    }

    /// The levels that stocks are meant to have in a period.
    pub(super) fn stock_levels(&mut self, model: &Model, world: &World, period: usize) {
        self.maximum.clear();
        self.maximum.resize(model.markets.len(), 0.0);
        for (index, inventory) in model.inventories.iter().enumerate() {
            self.maximum[inventory.market] = world.inventory_maximum(model, index, period);
        }
        self.full.clear();
        self.full
            .extend((0..model.stockpiles.len()).map(|index| world.stockpile_level(model, index, period)));
    }

    /// Whether a material's stocks change no order: none holds more than it is meant to, and no refill is on its way; and whether, besides,
    /// none orders a refill.
    pub(super) fn stocks_rest(&self, model: &Model, links: &Links) -> (bool, bool) {
        let (mut rest, mut full) = (true, true);
        let markets = links.markets.clone();
        let ahead = self.refills.held_ahead[markets.clone()].iter();
        for (((maximum, stock), ahead), market) in self.maximum[markets.clone()]
            .iter()
            .zip(&self.commercial[markets.clone()])
            .zip(ahead)
            .zip(&model.markets[markets.clone()])
        {
            let near = STOCK * maximum.min(1e300) + 1e-9;
            let gap = maximum - stock;
            rest &= -gap <= near + ahead;
            full &= gap <= near
                || market
                    .inventory
                    .is_none_or(|number| model.inventories[number].refill_months.is_none());
        }
        if model.materials[links.material].lead_periods > 0 {
            for market in markets {
                rest &= self.refill_in_transit[market] <= STOCK * self.maximum[market].min(1e300) + 1e-9;
            }
        }
        for &index in &links.stockpiles {
            full &= model.stockpiles[index].refill_months.is_none()
                || self.stockpile[index] >= self.full[index] * (1.0 - STOCK);
        }
        (rest, full)
    }

    /// Flows of a material, refills included.
    pub(super) fn all_flows(&self, model: &Model, world: &World, material: usize, period: usize) -> Vec<f64> {
        let mut flows = if self.is_clean[material] {
            let (mut scratch, mut flows) = (patterns::PatternMemory::default(), Vec::new());
            patterns::pattern(model, world, material, period, &mut scratch, &mut flows);
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
