//! What commercial stocks and stockpiles hold, and what they are meant to hold.

use super::reset;
use crate::engine::refill::Refills;
use crate::engine::tolerance::STOCK;
use crate::model::{Links, Model, World};

/// Stocks of a trial, by market where nothing else is said. Quantities are t.
#[derive(Debug, Clone, Default)]
pub struct Stocks {
    // --- remembered between periods ---
    /// Commercial stock.
    pub commercial: Vec<f64>,
    /// Strategic stock by stockpile.
    pub stockpile: Vec<f64>,
    /// Orders for stocks, and what is made for them.
    pub refills: Refills,
    /// Refills on their way.
    pub refill_in_transit: Vec<f64>,
    /// Whether a material's stocks order no refill.
    pub are_full: Vec<bool>,

    // --- of the current period ---
    /// Goods put into (taken from) stocks over the period: for conservation.
    pub change: Vec<f64>,
    /// Released from each stockpile in the period.
    pub released: Vec<f64>,
    /// Most that each market's commercial stock is meant to hold.
    pub(in crate::engine) maximum: Vec<f64>,
    /// Full level of each stockpile.
    pub(in crate::engine) full: Vec<f64>,
    /// Whether processors left some of the material in this period: their stocks have moved, though they may hold what they held before.
    pub(in crate::engine) has_returned: Vec<bool>,
    /// Refills sent to each column of the material at hand.
    pub(in crate::engine) refill_sent: Vec<f64>,
}

impl Stocks {
    /// Puts stocks at the start of a trial.
    pub(super) fn start(&mut self, model: &Model, world: &World, inputs: &[f64]) {
        let markets = model.markets.len();
        reset(&mut self.commercial, markets, 0.0);
        for (inventory, level) in model.inventories.iter().zip(&world.inventory_level) {
            self.commercial[inventory.market] = *level;
        }
        self.stockpile.clear();
        for (index, stockpile) in model.stockpiles.iter().enumerate() {
            self.stockpile
                .push(world.stockpile_level_at_start(model, index) * stockpile.filled_at_start.of(inputs));
        }
        self.refills.start(model);
        reset(&mut self.refill_in_transit, markets, 0.0);
        reset(&mut self.change, markets, 0.0);
        reset(&mut self.released, model.stockpiles.len(), 0.0);
        reset(&mut self.has_returned, model.materials.len(), false);
        self.levels(model, world, 0);
    }

    /// The levels that stocks are meant to have in a period.
    pub(in crate::engine) fn levels(&mut self, model: &Model, world: &World, period: usize) {
        reset(&mut self.maximum, model.markets.len(), 0.0);
        for (index, inventory) in model.inventories.iter().enumerate() {
            self.maximum[inventory.market] = world.inventory_maximum(model, index, period);
        }
        self.full.clear();
        self.full
            .extend((0..model.stockpiles.len()).map(|index| world.stockpile_level(model, index, period)));
    }

    /// Whether a material's stocks change no order: none holds more than it is meant to, and no refill is on its way; and whether, besides,
    /// none orders a refill.
    pub(in crate::engine) fn rest(&self, model: &Model, links: &Links) -> (bool, bool) {
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
}
