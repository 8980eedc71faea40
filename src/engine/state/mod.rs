//! What a trial remembers from period to period, and the memory that its steps reuse: a trial allocates nothing once these are warm.
//!
//! Split by what it is about: production, demand, trade, stocks, prices. Each part knows how it starts a trial; the rules that write it stand in the
//! files of the engine named after what they decide.

mod demand;
mod prices;
mod production;
mod stocks;
mod trade;

pub use demand::Demand;
pub use prices::Prices;
pub use production::Production;
pub use stocks::Stocks;
pub(super) use trade::AllocationMemory;
pub use trade::Trade;

use super::blame::Blame;
use crate::model::{Model, World};

/// State of one trial. Quantities are t, by the model's indices.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// What is planned and made.
    pub production: Production,
    /// What is needed, ordered and missing.
    pub demand: Demand,
    /// What lanes carry.
    pub trade: Trade,
    /// What stocks hold.
    pub stocks: Stocks,
    /// Price indices.
    pub prices: Prices,
    /// Attribution.
    pub blame: Blame,
    /// Whether a material carries nothing over into the next period that differs from the undisrupted reference, its stocks apart.
    pub rests: Vec<bool>,
    /// Materials that are simulated; all others are as in the undisrupted reference.
    pub active: Vec<bool>,
    /// Active materials in which a delivery is missing somewhere.
    pub short: Vec<usize>,
    /// Whether every material is simulated and every price computed, for a trace.
    pub(super) traced: bool,
    pub(super) struck: Struck,
    /// Period whose reference is in the arrays of plans, needs and orders wherever nothing is active; `None` = none yet.
    pub(super) reference_period: Option<usize>,
    /// Period simulated last.
    pub(super) last_period: Option<usize>,
    pub(super) scratch: Vec<f64>,
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

fn reset<T: Clone>(values: &mut Vec<T>, length: usize, value: T) {
    values.clear();
    values.resize(length, value);
}

impl State {
    /// Puts the state at the start of a trial.
    pub fn start(&mut self, model: &Model, world: &World, inputs: &[f64]) {
        self.production.start(model);
        self.demand.start(model);
        self.trade.start(model);
        self.stocks.start(model, world, inputs);
        self.prices.start(model);
        self.struck.supplies.clear();
        self.struck.cells.clear();
        for flags in self.struck.all().into_iter().chain([&mut self.active]) {
            reset(flags, model.materials.len(), false);
        }
        (self.reference_period, self.last_period) = (None, None);
        self.short.clear();
        self.rests.clear();
        self.stocks.are_full.clear();
        for (links, balanced) in model.links.iter().zip(&world.is_balanced) {
            let (rest, full) = self.stocks.rest(model, links);
            self.rests.push(*balanced && rest && links.constant_stocks);
            self.stocks.are_full.push(full);
        }
    }
}
