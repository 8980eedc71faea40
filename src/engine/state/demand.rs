//! What is needed and ordered, what is missing of it, and how users adapt.

use super::reset;
use crate::model::Model;

/// Demand of a trial, by cell where nothing else is said. Quantities are t.
#[derive(Debug, Clone, Default)]
pub struct Demand {
    // --- remembered between periods ---
    /// Level of substitution by (cell, entry), share of demand.
    pub substitution: Vec<f64>,
    /// First substitution entry of each cell.
    pub substitution_start: Vec<usize>,
    /// Demand above (below) the reference so far.
    pub demand_difference: Vec<f64>,
    /// The same by calendar year and cell.
    pub demand_difference_by_year: Vec<f64>,

    // --- of the current period ---
    /// Demand increase.
    pub surge: Vec<f64>,
    /// Need.
    pub need: Vec<f64>,
    /// Orders by market.
    pub order: Vec<f64>,
    /// Need less deliveries.
    pub missing: Vec<f64>,
    /// What stocks leave missing.
    pub shortfall: Vec<f64>,
    /// What adaptation leaves unmet.
    pub unmet: Vec<f64>,
    /// The part of what is missing that stocks had covered when the first of it was short; valid where something is short.
    pub carried: Vec<f64>,
    /// The part of the period before the first event that can reach a material began, by material; 0 where one was in force before. Valid where
    /// something is missing.
    pub onset: Vec<f64>,
    /// Value added exposed, USD.
    pub exposed: Vec<f64>,
    /// Whether a material's needs may differ from the reference.
    pub(in crate::engine) has_other_needs: Vec<bool>,
    /// The same of orders for goods that are used.
    pub(in crate::engine) has_other_orders: Vec<bool>,
}

impl Demand {
    /// Puts demand at the start of a trial.
    pub(super) fn start(&mut self, model: &Model) {
        self.substitution_start.clear();
        let mut entries = 0;
        for cell in &model.cells {
            self.substitution_start.push(entries);
            entries += cell.substitutions.len();
        }
        reset(&mut self.substitution, entries, 0.0);
        for values in [
            &mut self.demand_difference,
            &mut self.surge,
            &mut self.need,
            &mut self.missing,
            &mut self.shortfall,
            &mut self.unmet,
            &mut self.carried,
            &mut self.exposed,
        ] {
            reset(values, model.cells.len(), 0.0);
        }
        let years = model.years.len();
        reset(&mut self.demand_difference_by_year, years * model.cells.len(), 0.0);
        reset(&mut self.order, model.markets.len(), 0.0);
        reset(&mut self.onset, model.materials.len(), 0.0);
        reset(&mut self.has_other_needs, model.materials.len(), false);
        reset(&mut self.has_other_orders, model.materials.len(), false);
    }
}
