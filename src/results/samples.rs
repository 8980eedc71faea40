//! One row per trial and row in focus, kept until the caller writes them: the only recorder whose memory grows, by block.

use serde::{Deserialize, Serialize};

use super::row_totals::RowTrial;

/// One row of `samples.csv`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Trial number.
    pub trial: u64,
    /// Position in [`crate::results::Recorder::sample_rows`], which names material and country.
    pub row: usize,
    /// Shortfall over the horizon, t.
    pub shortfall_t: f64,
    /// The same, % of the horizon's demand.
    pub shortfall_pct: f64,
    /// Length of the worst spell (the one with the largest total), months; 0 without a shortfall.
    pub worst_spell_months: f64,
}

impl Sample {
    /// Of a row by its number, from what a trial came to.
    pub(super) fn new(trial: u64, row: usize, of: &RowTrial, step_months: f64) -> Self {
        Sample {
            trial,
            row,
            shortfall_t: of.shortfall_t,
            shortfall_pct: of.share(of.shortfall_t) * 100.0,
            worst_spell_months: of.spells.worst_periods as f64 * step_months,
        }
    }
}
