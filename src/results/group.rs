//! Several trials told at once: the same sums, counts and samples as one trial after the other.

use std::sync::Arc;

use pulp::Arch;

use super::follow::{Follow, RowFollower};
use super::recorder::Recorder;
use super::row_totals::RowTrial;
use super::samples::Sample;
use crate::engine::abreast::{Eight, GroupOutcome};

/// Memory for several trials told at once.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct GroupMemory {
    followers: Vec<RowFollower>,
    /// Causes of a row, in t.
    by_cause: Vec<Eight>,
}

impl Recorder {
    pub(super) fn add_group(&mut self, outcome: &GroupOutcome<'_>) {
        let count = outcome.told.count_ones() as usize;
        if count == 0 {
            return;
        }
        self.trials += count as u64;
        self.totals.make_room(count);
        self.end_group_rows(outcome);
        self.totals.end_trials(count);
        for place in outcome.places() {
            self.events.add(&outcome.occurrences[place]);
        }
        self.flows.add_group(&self.plan.layout, outcome);
        self.prices.add_group(outcome);
    }

    fn end_group_rows(&mut self, outcome: &GroupOutcome<'_>) {
        let plan = Arc::clone(&self.plan);
        let told = Eight(std::array::from_fn(|place| f64::from(outcome.told >> place & 1)));
        // Attributed rows are numbered in the order of rows.
        for material in outcome.materials() {
            let parts = &plan.parts[material.material];
            let rows = &plan.rows[parts.rows.clone()];
            self.group.followers.resize(rows.len(), RowFollower::default());
            let has_fans = plan.recording.timeline;
            Arch::new().dispatch(Follow {
                material,
                rows,
                told,
                followers: &mut self.group.followers,
                fans: has_fans.then_some((&mut self.timeline, parts.first_fan)),
            });
            let mut slot = parts.first_attributed;
            for ((row, follower), number) in rows.iter().zip(&self.group.followers).zip(parts.rows.clone()) {
                let mut demand = Eight::default();
                let mut shortfall = Eight::default();
                for &cell in &row.cells {
                    let own = &material.shortfall_t[cell - material.cells.0];
                    for place in 0..demand.0.len() {
                        demand.0[place] += outcome.demand_t[cell].0[place];
                        shortfall.0[place] += own.0[place];
                    }
                }
                let mut share = Eight::default();
                for (position, place) in outcome.places().enumerate() {
                    let trial = RowTrial {
                        demand_t: demand.0[place],
                        shortfall_t: shortfall.0[place],
                        unmet_t: shortfall.0[place],
                        spells: follower.spells(place),
                        ..RowTrial::default()
                    };
                    share.0[place] = trial.share(trial.shortfall_t);
                    self.totals.put(number, position, trial);
                    if Some(number) == plan.headline {
                        self.replayable
                            .add(outcome.first_trial + place as u64, share.0[place]);
                        self.last_headline_share = share.0[place];
                    }
                    if row.sampled && plan.recording.samples {
                        self.samples.push(Sample {
                            trial: outcome.first_trial + place as u64,
                            row: number,
                            shortfall_t: trial.shortfall_t,
                            shortfall_pct: share.0[place] * 100.0,
                            worst_spell_months: trial.spells.worst_periods as f64 * plan.layout.step_months,
                        });
                    }
                }
                if row.attributed {
                    if let Some(attribution) = &mut self.attribution {
                        attribution.add_group(slot, outcome, row, &demand, &share, &mut self.group.by_cause);
                    }
                    slot += 1;
                }
            }
        }
    }
}
