//! What is planned and made, and the feed for it.

use super::reset;
use crate::model::Model;

/// Production of a trial, by supply where nothing else is said. Quantities are t.
#[derive(Debug, Clone, Default)]
pub struct Production {
    // --- remembered between periods ---
    /// Output above plan in reaction to prices, as a share of capacity.
    pub extra: Vec<f64>,
    /// What [`Production::extra`] moves towards.
    pub(in crate::engine) extra_wanted: Vec<f64>,
    /// Output above (below) the reference so far.
    pub output_difference: Vec<f64>,
    /// Output lost against the reference so far.
    pub lost_output: Vec<f64>,

    // --- of the current period ---
    /// Production loss.
    pub loss: Vec<f64>,
    /// Cost increase.
    pub cost: Vec<f64>,
    /// Planned output.
    pub planned: Vec<f64>,
    /// Output.
    pub output: Vec<f64>,
    /// Supply by exporter row.
    pub supply: Vec<f64>,
    /// Feed at hand for processors, by market.
    pub feed_available: Vec<f64>,
    /// Feed used, by market.
    pub feed_used: Vec<f64>,
    /// Whether a material's plans may differ from their targets.
    pub(in crate::engine) is_replanned: Vec<bool>,
}

impl Production {
    /// Puts production at the start of a trial.
    pub(super) fn start(&mut self, model: &Model) {
        for values in [
            &mut self.extra,
            &mut self.extra_wanted,
            &mut self.output_difference,
            &mut self.lost_output,
            &mut self.loss,
            &mut self.cost,
            &mut self.planned,
            &mut self.output,
        ] {
            reset(values, model.supplies.len(), 0.0);
        }
        reset(&mut self.supply, model.exporter_rows, 0.0);
        reset(&mut self.feed_available, model.markets.len(), 0.0);
        reset(&mut self.feed_used, model.markets.len(), 0.0);
        reset(&mut self.is_replanned, model.materials.len(), false);
    }
}
