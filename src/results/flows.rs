//! What supplies produced and lost, and what was left in stocks, on average.

use serde::{Deserialize, Serialize};

use crate::engine::observe::TrialOutcome;
use crate::model::layout::Layout;

use super::fixed::FixedSum;
use super::types::{StockResult, SupplyResult};

/// Sums per supply and stock, scaled by the supply's undisrupted output and the stock's level at the start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlowRecorder {
    output: Vec<FixedSum>,
    lost: Vec<FixedSum>,
    stock_end: Vec<FixedSum>,
}

/// A tonnage to scale by; 1 t where there is none.
fn scale(tonnes: f64) -> f64 {
    if tonnes > 0.0 && tonnes.is_finite() {
        tonnes
    } else {
        1.0
    }
}

impl FlowRecorder {
    /// For a model's supplies and stocks.
    pub fn new(layout: &Layout) -> Self {
        Self {
            output: vec![FixedSum::default(); layout.supplies.len()],
            lost: vec![FixedSum::default(); layout.supplies.len()],
            stock_end: vec![FixedSum::default(); layout.stocks.len()],
        }
    }

    /// One trial.
    pub fn add(&mut self, layout: &Layout, outcome: &TrialOutcome<'_>) {
        for (number, (.., undisrupted_t)) in layout.supplies.iter().enumerate() {
            let scale = scale(*undisrupted_t);
            self.output[number].add(outcome.output_t[number] / scale);
            if outcome.lost_output_t[number] > 0.0 {
                self.lost[number].add(outcome.lost_output_t[number] / scale);
            }
        }
        for (number, (.., start_t)) in layout.stocks.iter().enumerate() {
            self.stock_end[number].add(outcome.stock_end_t[number] / scale(*start_t));
        }
    }

    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Self) {
        let pairs = [(&mut self.output, &other.output), (&mut self.lost, &other.lost)];
        for (mine, theirs) in pairs.into_iter().chain([(&mut self.stock_end, &other.stock_end)]) {
            mine.iter_mut().zip(theirs).for_each(|(sum, added)| sum.merge(added));
        }
    }

    /// Takes over what another has seen of a material's supplies and stocks, which are in the same order in both models.
    pub fn take_material(&mut self, layout: &Layout, of: &Self, their_layout: &Layout, material: usize) {
        let supplies = |layout: &Layout| -> Vec<usize> {
            let all = layout.supplies.iter().enumerate();
            all.filter(|(_, supply)| supply.1 == material)
                .map(|(number, _)| number)
                .collect()
        };
        for (mine, theirs) in supplies(layout).into_iter().zip(supplies(their_layout)) {
            self.output[mine] = of.output[theirs];
            self.lost[mine] = of.lost[theirs];
        }
        let stocks = |layout: &Layout| -> Vec<usize> {
            let all = layout.stocks.iter().enumerate();
            all.filter(|(_, stock)| stock.1 == material)
                .map(|(number, _)| number)
                .collect()
        };
        for (mine, theirs) in stocks(layout).into_iter().zip(stocks(their_layout)) {
            self.stock_end[mine] = of.stock_end[theirs];
        }
    }

    /// Whether it can be of a model with that layout.
    pub fn fits(&self, layout: &Layout) -> bool {
        let supplies = [&self.output, &self.lost];
        supplies.iter().all(|sums| sums.len() == layout.supplies.len()) && self.stock_end.len() == layout.stocks.len()
    }

    /// Means per supply.
    pub fn supplies(&self, layout: &Layout, trials: u64) -> Vec<SupplyResult> {
        let supplies = layout.supplies.iter().zip(self.output.iter().zip(&self.lost));
        supplies
            .map(
                |((id, material, country, undisrupted_t), (output, lost))| SupplyResult {
                    supply: id.clone(),
                    material: layout.materials[*material].0.clone(),
                    country: layout.countries[*country].0.clone(),
                    output_t: output.mean(trials) * scale(*undisrupted_t),
                    undisrupted_output_t: *undisrupted_t,
                    lost_output_t: lost.mean(trials) * scale(*undisrupted_t),
                },
            )
            .collect()
    }

    /// Means per stock.
    pub fn stocks(&self, layout: &Layout, trials: u64) -> Vec<StockResult> {
        let stocks = layout.stocks.iter().zip(&self.stock_end);
        stocks
            .map(|((address, material, start_t), end)| StockResult {
                stock: address.clone(),
                material: layout.materials[*material].0.clone(),
                start_t: *start_t,
                end_t: end.mean(trials) * scale(*start_t),
            })
            .collect()
    }
}
