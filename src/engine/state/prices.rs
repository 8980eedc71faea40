//! Price indices, and what producers expect of them.

use super::reset;
use crate::model::Model;

/// Prices of a trial, by market where nothing else is said.
#[derive(Debug, Clone, Default)]
pub struct Prices {
    // --- remembered between periods ---
    /// Logarithm of the price index that producers expect, by exporter row.
    pub expectation: Vec<f64>,
    /// Lowest share of need that was met in any period so far.
    pub least_served: Vec<f64>,
    /// What the premium on leaks multiplied the price index by at its largest so far.
    pub premium_at_peak: Vec<f64>,

    // --- of the current period ---
    /// Price index.
    pub index: Vec<f64>,
    /// By what share the premium on what leaks raises it.
    pub premium: Vec<f64>,
}

impl Prices {
    /// Puts prices at the start of a trial.
    pub(super) fn start(&mut self, model: &Model) {
        reset(&mut self.expectation, model.exporter_rows, 0.0);
        for values in [&mut self.least_served, &mut self.premium_at_peak, &mut self.index] {
            reset(values, model.markets.len(), 1.0);
        }
        reset(&mut self.premium, model.markets.len(), 0.0);
    }
}
