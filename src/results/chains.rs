//! Trials that end chain by chain, several being simulated at once: the same sums, counts and samples as one trial after the other.

use std::sync::Arc;

use pulp::Simd;

use super::recorder::Recorder;
use super::row_totals::RowTrial;
use super::samples::Sample;
use crate::engine::abreast::ChainOutcome;
use crate::engine::abreast::vector::Part;

impl Recorder {
    /// Ends the spells that are open in a chain's rows.
    #[inline(always)]
    pub(super) fn close_rows<S: Simd>(&mut self, part: Part<S>, outcome: &ChainOutcome<'_>) {
        let ended = part.only(outcome.place);
        for material in outcome.materials() {
            let rows = self.plan.parts[material.material()].rows.clone();
            self.several.close(part, ended, rows);
        }
    }

    /// Adds a trial's outcome in a chain; its rows are ready for the next trial.
    pub(super) fn add_chain(&mut self, outcome: &ChainOutcome<'_>) {
        let plan = Arc::clone(&self.plan);
        let (place, trial) = (outcome.place, outcome.trial);
        for material in outcome.materials() {
            let parts = &plan.parts[material.material()];
            let mut slot = parts.first_attributed;
            for number in parts.rows.clone() {
                let row = &plan.rows[number];
                let mut row_trial = RowTrial {
                    demand_t: row.cells.iter().map(|cell| material.demand_t(*cell)).sum(),
                    ..RowTrial::default()
                };
                if outcome.is_reached {
                    row_trial.shortfall_t = row.cells.iter().map(|cell| material.shortfall_t(*cell)).sum();
                    row_trial.unmet_t = row_trial.shortfall_t;
                    row_trial.spells = self.several.take(number, place);
                }
                self.totals.add(number, row_trial);
                let share = row_trial.share(row_trial.shortfall_t);
                if Some(number) == plan.headline {
                    self.replayable.add(trial, share);
                    self.last_headline_share = share;
                }
                if row.attributed {
                    if let Some(attribution) = &mut self.attribution {
                        attribution.add_chain(slot, &material, row, row_trial.demand_t, share);
                    }
                    slot += 1;
                }
                if row.sampled && plan.recording.samples {
                    let step_months = plan.layout.step_months;
                    self.samples.push(Sample::new(trial, number, &row_trial, step_months));
                }
            }
            self.several.forget(material.material(), place);
            self.flows.add_chain(&plan.layout, &material);
            self.prices.add_chain(&material);
        }
    }
}
