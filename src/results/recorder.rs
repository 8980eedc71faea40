//! The recorder of a run: small recorders put together, fed by the engine trial by trial.

use std::sync::Arc;

use crate::engine::observe::{Layout, Observer, PeriodOutcome, TrialOutcome};

use super::attribution::AttributionRecorder;
use super::estimate::{Bounds, mean_estimate};
use super::event_totals::EventRecorder;
use super::flows::FlowRecorder;
use super::histogram::NEGLIGIBLE;
use super::prices::PriceRecorder;
use super::replayable::ReplayableTrials;
use super::row_totals::{RowTotals, RowTrial};
use super::rows::{Row, Rows, plan_rows};
use super::samples::Sample;
use super::spells::SpellTracker;
use super::timeline::Timeline;
use super::types::Estimate;

/// Which of the costlier things to record; totals, quantiles, events, supplies, prices and replayable trials always are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recording {
    /// Fans over time: memory grows with rows x periods.
    pub timeline: bool,
    /// Attribution to causes: memory grows with rows in focus x causes.
    pub attribution: bool,
    /// One sample per trial and row in focus, to be drained by the caller.
    pub samples: bool,
}

impl Recording {
    /// Everything but samples: a normal run.
    pub const RUN: Self = Self {
        timeline: true,
        attribution: true,
        samples: false,
    };
    /// Totals only: sweeps, screens and searches.
    pub const TOTALS: Self = Self {
        timeline: false,
        attribution: false,
        samples: false,
    };
}

/// What does not change over trials; shared by all recorders of a run.
#[derive(Debug, PartialEq)]
pub(super) struct Plan {
    pub(super) layout: Layout,
    pub(super) rows: Vec<Row>,
    pub(super) headline: Option<usize>,
    pub(super) recording: Recording,
}

/// The open trial.
#[derive(Debug, Clone, PartialEq)]
struct OpenTrial {
    /// Over the horizon by cell.
    demand_t: Vec<f64>,
    shortfall_t: Vec<f64>,
    structural_t: Vec<f64>,
    unmet_t: Vec<f64>,
    exposed_usd: Vec<f64>,
    /// By row.
    spells: Vec<SpellTracker>,
    /// Whether any period of it was not quiet.
    disturbed: bool,
    /// Whether the period before was not quiet, so that spells may be open.
    open: bool,
}

/// Records trials; memory does not grow with their number (samples apart).
///
/// Every sum over trials is an exact integer, so recorders fed with parts of the trials in any order and merged in any order hold the same
/// values, to the last bit. Merge only recorders of one model and one [`Recording`].
#[derive(Debug, Clone, PartialEq)]
pub struct Recorder {
    pub(super) plan: Arc<Plan>,
    pub(super) trials: u64,
    pub(super) totals: Vec<RowTotals>,
    pub(super) timeline: Timeline,
    pub(super) attribution: Option<AttributionRecorder>,
    pub(super) events: EventRecorder,
    pub(super) flows: FlowRecorder,
    pub(super) prices: PriceRecorder,
    pub(super) replayable: ReplayableTrials,
    samples: Vec<Sample>,
    last_headline_share: f64,
    open: OpenTrial,
}

impl Recorder {
    /// For a model, recording everything but samples.
    pub fn new(layout: &Layout) -> Self {
        Self::with(layout, Recording::RUN)
    }

    /// For a model, recording what is asked for.
    pub fn with(layout: &Layout, recording: Recording) -> Self {
        let Rows { rows, headline } = plan_rows(layout);
        Self::empty(Arc::new(Plan {
            layout: layout.clone(),
            rows,
            headline,
            recording,
        }))
    }

    /// An empty recorder for the same model, sharing its plan: cheap enough for one per block.
    pub fn fresh(&self) -> Self {
        Self::empty(Arc::clone(&self.plan))
    }

    fn empty(plan: Arc<Plan>) -> Self {
        let layout = &plan.layout;
        let fans = if plan.recording.timeline {
            plan.rows.iter().filter(|row| row.is_all()).count()
        } else {
            0
        };
        let cells = vec![0.0; layout.cells.len()];
        Self {
            trials: 0,
            totals: vec![RowTotals::default(); plan.rows.len()],
            timeline: Timeline::new(fans, layout.periods),
            attribution: plan
                .recording
                .attribution
                .then(|| AttributionRecorder::new(layout, &plan.rows)),
            events: EventRecorder::new(layout.events.len()),
            flows: FlowRecorder::new(layout),
            prices: PriceRecorder::new(layout),
            replayable: ReplayableTrials::default(),
            samples: Vec::new(),
            last_headline_share: 0.0,
            open: OpenTrial {
                demand_t: cells.clone(),
                shortfall_t: cells.clone(),
                structural_t: cells.clone(),
                unmet_t: cells.clone(),
                exposed_usd: cells,
                spells: vec![SpellTracker::default(); plan.rows.len()],
                disturbed: false,
                open: false,
            },
            plan,
        }
    }

    /// Adds what another recorder of the same model has seen; its samples are appended.
    pub fn merge(&mut self, other: &Self) {
        debug_assert_eq!(self.totals.len(), other.totals.len(), "recorders of different models");
        self.trials += other.trials;
        self.totals
            .iter_mut()
            .zip(&other.totals)
            .for_each(|(totals, added)| totals.merge(added));
        self.timeline.merge(&other.timeline);
        if let (Some(attribution), Some(added)) = (&mut self.attribution, &other.attribution) {
            attribution.merge(added);
        }
        self.events.merge(&other.events);
        self.flows.merge(&other.flows);
        self.prices.merge(&other.prices);
        self.replayable.merge(&other.replayable);
        self.samples.extend_from_slice(&other.samples);
    }

    /// Trials recorded.
    pub fn trials(&self) -> u64 {
        self.trials
    }

    /// Mean shortfall of the headline, % of demand: what `--precision` watches. `None` in a model without demand.
    pub fn headline(&self) -> Option<Estimate> {
        let totals = &self.totals[self.plan.headline?];
        Some(mean_estimate(&totals.share, self.trials, 100.0, Bounds::PERCENT))
    }

    /// Headline shortfall of the last trial that ended here, share of demand.
    pub fn last_headline_share(&self) -> f64 {
        self.last_headline_share
    }

    /// (material, place) of every sampled row, by row number; rows that are not sampled are included, so that
    /// [`Sample::row`] indexes it.
    pub fn sample_rows(&self) -> Vec<(String, String)> {
        let materials = &self.plan.layout.materials;
        self.plan
            .rows
            .iter()
            .map(|row| (materials[row.material].0.clone(), row.place.clone()))
            .collect()
    }

    /// Takes the samples recorded since the last call, in the order in which trials ended here.
    pub fn take_samples(&mut self) -> Vec<Sample> {
        std::mem::take(&mut self.samples)
    }

    fn record_rows(&mut self, outcome: &PeriodOutcome<'_>) {
        let mut fan = 0;
        for (number, row) in self.plan.rows.iter().enumerate() {
            let (mut demand_t, mut missing_t, mut shortfall_t) = (0.0, 0.0, 0.0);
            for cell in &row.cells {
                demand_t += outcome.demand_t[*cell];
                missing_t += outcome.missing_t[*cell];
                shortfall_t += outcome.shortfall_t[*cell];
            }
            self.open.spells[number].period(demand_t, missing_t, shortfall_t);
            if self.plan.recording.timeline && row.is_all() {
                if shortfall_t > NEGLIGIBLE * demand_t {
                    self.timeline.add(fan, outcome.period, shortfall_t / demand_t);
                }
                fan += 1;
            }
        }
    }

    fn end_rows(&mut self, trial: u64) {
        let mut attributed = 0;
        for (number, row) in self.plan.rows.iter().enumerate() {
            let sum = |by_cell: &[f64]| row.cells.iter().map(|cell| by_cell[*cell]).sum::<f64>();
            let outcome = RowTrial {
                demand_t: sum(&self.open.demand_t),
                shortfall_t: if self.open.disturbed {
                    sum(&self.open.shortfall_t)
                } else {
                    0.0
                },
                structural_t: sum(&self.open.structural_t),
                unmet_t: if self.open.disturbed {
                    sum(&self.open.unmet_t)
                } else {
                    0.0
                },
                exposed_usd: if row.has_value_added {
                    sum(&self.open.exposed_usd)
                } else {
                    0.0
                },
                spells: if self.open.disturbed {
                    self.open.spells[number].end_trial()
                } else {
                    Default::default()
                },
            };
            self.totals[number].add(&outcome, row.reference_demand_t);
            let share = outcome.share(outcome.shortfall_t);
            if Some(number) == self.plan.headline {
                self.replayable.add(trial, share);
                self.last_headline_share = share;
            }
            if row.attributed {
                if let Some(attribution) = &mut self.attribution {
                    attribution.end_row(attributed, &row.cells, outcome.demand_t, share);
                }
                attributed += 1;
            }
            if row.sampled && self.plan.recording.samples {
                self.samples.push(Sample {
                    trial,
                    row: number,
                    shortfall_t: outcome.shortfall_t,
                    shortfall_pct: share * 100.0,
                    worst_spell_months: outcome.spells.worst_periods as f64 * self.plan.layout.step_months,
                });
            }
        }
    }
}

fn accumulate(sums: &mut [f64], period: &[f64]) {
    sums.iter_mut().zip(period).for_each(|(sum, value)| *sum += value);
}

impl Observer for Recorder {
    fn period(&mut self, outcome: &PeriodOutcome<'_>) {
        accumulate(&mut self.open.demand_t, outcome.demand_t);
        accumulate(&mut self.open.structural_t, outcome.structural_t);
        self.prices.period(outcome.price_index, outcome.price_index_band);
        if outcome.quiet {
            if self.open.open {
                self.open.spells.iter_mut().for_each(SpellTracker::quiet);
            }
            self.open.open = false;
            return;
        }
        self.open.open = true;
        self.open.disturbed = true;
        accumulate(&mut self.open.shortfall_t, outcome.shortfall_t);
        accumulate(&mut self.open.unmet_t, outcome.unmet_t);
        accumulate(&mut self.open.exposed_usd, outcome.exposed_usd);
        self.record_rows(outcome);
        if let Some(attribution) = &mut self.attribution {
            attribution.period(outcome);
        }
    }

    fn end_trial(&mut self, outcome: &TrialOutcome<'_>) {
        self.trials += 1;
        self.end_rows(outcome.trial);
        if let Some(attribution) = &mut self.attribution {
            attribution.end_trial();
        }
        self.events.add(outcome.occurrences);
        self.flows.add(&self.plan.layout, outcome);
        self.prices.end_trial();
        for sums in [&mut self.open.demand_t, &mut self.open.structural_t] {
            sums.fill(0.0);
        }
        if self.open.disturbed {
            for sums in [
                &mut self.open.shortfall_t,
                &mut self.open.unmet_t,
                &mut self.open.exposed_usd,
            ] {
                sums.fill(0.0);
            }
        }
        self.open.disturbed = false;
        self.open.open = false;
    }
}
