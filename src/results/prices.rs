//! Largest price index of each market over the horizon.

use serde::{Deserialize, Serialize};

use crate::model::layout::Layout;

use super::errors::Errors;
use super::estimate::Bounds;
use super::fixed::{FixedSum, Measured, Moments};
use super::groups::ByGroup;
use super::types::Estimate;

/// One market's peaks over trials.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct MarketTotals {
    /// Peak less 1.
    rise: Moments,
    /// The same by group of batches; nothing where trials are independent.
    rise_by_group: ByGroup<FixedSum>,
    /// Peak less 1 at the least and most elastic end.
    rise_band: (FixedSum, FixedSum),
}

impl MarketTotals {
    fn add(&mut self, group: Option<usize>, [peak, least, most]: [f64; 3]) {
        if most > 1.0 || peak > 1.0 || least > 1.0 {
            let measured = Measured::new(peak - 1.0);
            self.rise.add_measured(measured);
            if let Some(group) = group {
                self.rise_by_group.at(group).add_measured(measured.value());
            }
            // Mostly the elasticity is one number.
            let rise_of = |end: f64| {
                if end == peak {
                    measured.value()
                } else {
                    Measured::new(end - 1.0).value()
                }
            };
            self.rise_band.0.add_measured(rise_of(least));
            self.rise_band.1.add_measured(rise_of(most));
        }
    }
}

/// Peaks of all markets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PriceRecorder {
    markets: Vec<MarketTotals>,
}

fn markets(layout: &Layout) -> usize {
    layout.cells.iter().map(|cell| cell.market + 1).max().unwrap_or(0)
}

impl PriceRecorder {
    /// For a model's markets.
    pub fn new(layout: &Layout) -> Self {
        let markets = markets(layout);
        Self {
            markets: vec![MarketTotals::default(); markets],
        }
    }

    /// One trial of a group of batches: peak, and peak at the least and most elastic end, by market.
    pub fn add(&mut self, group: Option<usize>, peaks: &[[f64; 3]]) {
        for (market, peaks) in self.markets.iter_mut().zip(peaks) {
            market.add(group, *peaks);
        }
    }

    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.markets.iter_mut().zip(&other.markets) {
            mine.rise.merge(&theirs.rise);
            mine.rise_by_group.merge(&theirs.rise_by_group);
            mine.rise_band.0.merge(&theirs.rise_band.0);
            mine.rise_band.1.merge(&theirs.rise_band.1);
        }
    }

    /// Takes over another's peaks of a market.
    pub fn take_market(&mut self, market: usize, of: &Self, their_market: usize) {
        self.markets[market].clone_from(&of.markets[their_market]);
    }

    /// Whether it can be of a model with that layout.
    pub fn fits(&self, layout: &Layout) -> bool {
        let is_of_groups = |market: &MarketTotals| match layout.in_batches {
            true => market.rise_by_group.total() == market.rise.sum(),
            false => market.rise_by_group == ByGroup::default(),
        };
        self.markets.len() == markets(layout) && self.markets.iter().all(is_of_groups)
    }

    /// Mean peak of a market, and at the two ends of the elasticity's range.
    pub fn peak(&self, market: usize, errors: &Errors) -> (Estimate, (f64, f64)) {
        let totals = &self.markets[market];
        let rise = errors.mean(&totals.rise, &totals.rise_by_group, 1.0, Bounds::NON_NEGATIVE);
        let peak = Estimate {
            value: 1.0 + rise.value,
            low: 1.0 + rise.low,
            high: 1.0 + rise.high,
            ..rise
        };
        let (least, most) = totals.rise_band;
        let trials = errors.trials();
        (peak, (1.0 + least.mean(trials), 1.0 + most.mean(trials)))
    }
}
