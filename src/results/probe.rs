//! The lightest observer: one row's shortfall of each trial, for analyses that compare trials pair by pair.

use crate::engine::observe::{Observer, PeriodOutcome, TrialOutcome};
use crate::model::layout::Layout;

use super::rows::{Row, Rows, plan_rows};

/// One row's shortfall in one trial.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrialShortfall {
    /// Trial number.
    pub trial: u64,
    /// Demand over the horizon, t.
    pub demand_t: f64,
    /// Shortfall over the horizon, t.
    pub shortfall_t: f64,
    /// Shortfall / demand, 0 to 1.
    pub share: f64,
}

/// Observes one row with sector `all` and keeps one value per trial until it is taken.
#[derive(Debug, Clone, PartialEq)]
pub struct ShortfallProbe {
    cells: Vec<usize>,
    material: usize,
    /// Whether what is observed is what substitution and thrift leave unmet.
    after_adaptation: bool,
    /// Of the open trial: shortfall by cell, t. Summed in the recorder's order, so both find the same bits.
    shortfall_t: Vec<f64>,
    found: Vec<TrialShortfall>,
}

impl ShortfallProbe {
    /// Observes the headline, before or after adaptation as the layout has it; `None` in a model without demand.
    pub fn headline(layout: &Layout) -> Option<Self> {
        let Rows { rows, headline } = plan_rows(layout);
        let row = rows.into_iter().nth(headline?)?;
        Some(Self {
            after_adaptation: layout.headline_after_adaptation,
            ..Self::of(row)
        })
    }

    /// Observes a material at a place (country code, group id, `focus` or `WLD`); `None` when there is no such row.
    pub fn row(layout: &Layout, material: &str, place: &str) -> Option<Self> {
        let is_wanted = |row: &Row| row.is_all() && row.place == place && layout.materials[row.material].0 == material;
        plan_rows(layout).rows.into_iter().find(is_wanted).map(Self::of)
    }

    fn of(row: Row) -> Self {
        Self {
            material: row.material,
            after_adaptation: false,
            shortfall_t: vec![0.0; row.cells.len()],
            cells: row.cells,
            found: Vec::new(),
        }
    }

    /// Takes the trials observed since the last call, in the order in which they ended.
    pub fn take(&mut self) -> Vec<TrialShortfall> {
        std::mem::take(&mut self.found)
    }
}

impl Observer for ShortfallProbe {
    fn wants_causes(&self) -> bool {
        false
    }

    fn period(&mut self, outcome: &PeriodOutcome<'_>) {
        if outcome.short.contains(&self.material) {
            let by_cell = match self.after_adaptation {
                true => outcome.unmet_t,
                false => outcome.shortfall_t,
            };
            for (cell, shortfall_t) in self.cells.iter().zip(&mut self.shortfall_t) {
                *shortfall_t += by_cell[*cell];
            }
        }
    }

    fn end_trial(&mut self, outcome: &TrialOutcome<'_>) {
        let demand_t: f64 = self.cells.iter().map(|cell| outcome.demand_t[*cell]).sum();
        let shortfall_t: f64 = self.shortfall_t.iter().sum();
        self.shortfall_t.fill(0.0);
        let share = if demand_t > 0.0 {
            (shortfall_t / demand_t).clamp(0.0, 1.0)
        } else {
            0.0
        };
        self.found.push(TrialShortfall {
            trial: outcome.trial,
            demand_t,
            shortfall_t,
            share,
        });
    }
}
