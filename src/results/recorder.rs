//! The recorder of a run: small recorders put together, fed by the engine trial by trial.

use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::observe::{Observer, PeriodOutcome, TrialOutcome};
use crate::model::layout::Layout;

use super::attribution::AttributionRecorder;
use super::errors::Errors;
use super::estimate::Bounds;
use super::event_classes::ClassRecorder;
use super::event_totals::EventRecorder;
use super::fixed::FixedSum;
use super::flows::FlowRecorder;
use super::groups::{GROUPS, group_of};
use super::open_trial::{OpenTrial, Parts};
use super::prices::PriceRecorder;
use super::replayable::ReplayableTrials;
use super::row_groups::GroupSums;
use super::row_totals::RowTrial;
use super::rows::{Row, Rows, plan_rows};
use super::samples::Sample;
use super::timeline::Timeline;
use super::types::{CostlyTable, Estimate};
use super::waiting::WaitingTotals;
use super::years::YearsRecorder;

/// Which of the costlier things to record; totals, quantiles, events, supplies, prices and replayable trials always are. What is recorded is the
/// same, to the last bit, whatever else is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// Fans over time: memory grows with rows x periods.
    pub timeline: bool,
    /// Attribution to causes: memory grows with rows in focus x causes.
    pub attribution: bool,
    /// Shortfall by calendar year, return levels and the events of the worst trials.
    pub years: bool,
    /// One sample per trial and row in focus, to be drained by the caller.
    pub samples: bool,
}

impl Recording {
    /// Everything but samples: a normal run.
    pub const RUN: Self = Self {
        timeline: true,
        attribution: true,
        years: true,
        samples: false,
    };
    /// Totals only: sweeps, screens and searches.
    pub const TOTALS: Self = Self {
        timeline: false,
        attribution: false,
        years: false,
        samples: false,
    };

    /// Without these tables.
    pub fn without(self, left_out: &[CostlyTable]) -> Self {
        Self {
            timeline: self.timeline && !left_out.contains(&CostlyTable::Timeline),
            attribution: self.attribution && !left_out.contains(&CostlyTable::Attribution),
            ..self
        }
    }
}

/// What does not change over trials; shared by all recorders of a run.
#[derive(Debug, PartialEq)]
pub(super) struct Plan {
    pub(super) layout: Layout,
    pub(super) rows: Vec<Row>,
    /// Cells and rows of each material.
    pub(super) parts: Vec<Parts>,
    pub(super) headline: Option<usize>,
    pub(super) recording: Recording,
}

impl Plan {
    pub(super) fn new(layout: Layout, recording: Recording) -> Self {
        let Rows { rows, headline } = plan_rows(&layout);
        let (mut first_fan, mut first_attributed) = (0, 0);
        let parts = (0..layout.materials.len())
            .map(|material| {
                let cells = span((0..layout.cells.len()).filter(|&cell| layout.cells[cell].material == material));
                let rows_here = span((0..rows.len()).filter(|&row| rows[row].material == material));
                let fans = rows[rows_here.clone()].iter().filter(|row| row.is_all()).count();
                let attributed = rows[rows_here.clone()].iter().filter(|row| row.attributed).count();
                first_fan += fans;
                first_attributed += attributed;
                Parts {
                    cells,
                    rows: rows_here,
                    first_fan: first_fan - fans,
                    first_attributed: first_attributed - attributed,
                }
            })
            .collect();
        Self {
            layout,
            rows,
            parts,
            headline,
            recording,
        }
    }

    /// Rows that are sums of final demand.
    pub(super) fn sums(&self) -> usize {
        self.rows.iter().filter(|row| row.is_all()).count()
    }

    /// Whether the events of a row's worst trials are recorded: of materials in focus at places in focus, and of the headline.
    fn is_classed(&self, row: usize) -> bool {
        self.rows[row].sampled || Some(row) == self.headline
    }

    /// Those rows.
    pub(super) fn classed(&self) -> impl Iterator<Item = &Row> {
        let rows = self.rows.iter().enumerate();
        rows.filter(|(number, _)| self.is_classed(*number)).map(|(_, row)| row)
    }
}

/// Demand of some cells in a calendar year of a trial, t.
fn demand_of_year(outcome: &TrialOutcome<'_>, cells: &[usize], year: usize) -> f64 {
    let first = year * outcome.demand_t.len();
    let of_cell =
        |cell: &usize| outcome.reference_demand_by_year_t[first + cell] + outcome.added_demand_by_year_t[first + cell];
    cells.iter().map(of_cell).sum()
}

/// From the first to the last of ascending numbers.
fn span(mut numbers: impl Iterator<Item = usize>) -> Range<usize> {
    let first = numbers.next();
    first.map_or(0..0, |first| first..numbers.last().unwrap_or(first) + 1)
}

/// Records trials; memory does not grow with their number (samples apart).
///
/// Every sum over trials is an exact integer, so recorders fed with parts of the trials in any order and merged in any order hold the same
/// values, to the last bit. Merge only recorders of one model and one [`Recording`].
#[derive(Debug, Clone, PartialEq)]
pub struct Recorder {
    pub(super) plan: Arc<Plan>,
    pub(super) trials: u64,
    /// Trials by group of batches.
    pub(super) trials_by_group: [u64; GROUPS],
    pub(super) totals: WaitingTotals,
    pub(super) timeline: Timeline,
    pub(super) attribution: Option<AttributionRecorder>,
    pub(super) years: Option<YearsRecorder>,
    pub(super) events: EventRecorder,
    pub(super) classes: Option<ClassRecorder>,
    pub(super) flows: FlowRecorder,
    pub(super) prices: PriceRecorder,
    pub(super) replayable: ReplayableTrials,
    pub(super) samples: Vec<Sample>,
    pub(super) last_headline_share: f64,
    pub(super) open: OpenTrial,
    /// Rows whose causes are still to be added when a trial ends, with the trial's demand in t and share that is short.
    pub(super) attributed: Vec<(usize, f64, f64)>,
}

impl Recorder {
    /// For a model, recording everything but samples.
    pub fn new(layout: &Layout) -> Self {
        Self::with(layout, Recording::RUN)
    }

    /// For a model, recording what is asked for.
    pub fn with(layout: &Layout, recording: Recording) -> Self {
        Self::empty(Arc::new(Plan::new(layout.clone(), recording)))
    }

    /// What it records.
    pub fn recording(&self) -> Recording {
        self.plan.recording
    }

    /// An empty recorder for the same model, sharing its plan: cheap enough for one per block.
    pub fn fresh(&self) -> Self {
        Self::empty(Arc::clone(&self.plan))
    }

    fn empty(plan: Arc<Plan>) -> Self {
        let layout = &plan.layout;
        let fans = if plan.recording.timeline { plan.sums() } else { 0 };
        Self {
            trials: 0,
            trials_by_group: [0; GROUPS],
            totals: WaitingTotals::new(plan.rows.iter().map(|row| row.reference_demand_t).collect()),
            timeline: Timeline::new(fans, layout.periods),
            attribution: plan
                .recording
                .attribution
                .then(|| AttributionRecorder::new(layout, &plan.rows)),
            years: plan
                .recording
                .years
                .then(|| YearsRecorder::new(plan.sums(), &layout.years, layout.step_months)),
            events: EventRecorder::new(layout.events.len()),
            classes: plan
                .recording
                .years
                .then(|| ClassRecorder::new(plan.classed().count(), layout)),
            flows: FlowRecorder::new(layout),
            prices: PriceRecorder::new(layout),
            replayable: ReplayableTrials::default(),
            samples: Vec::new(),
            last_headline_share: 0.0,
            open: OpenTrial::new(layout),
            attributed: Vec::new(),
            plan,
        }
    }

    /// Adds what another recorder of the same model has seen; its samples are appended.
    pub fn merge(&mut self, other: &Self) {
        debug_assert_eq!(self.totals.len(), other.totals.len(), "recorders of different models");
        self.trials += other.trials;
        let by_group = self.trials_by_group.iter_mut().zip(&other.trials_by_group);
        by_group.for_each(|(trials, added)| *trials += added);
        let Self {
            totals,
            timeline,
            attribution,
            years,
            ..
        } = self;
        // The large ones side by side.
        rayon::join(
            || timeline.merge(&other.timeline),
            || {
                totals.merge(&other.totals);
                if let (Some(attribution), Some(added)) = (attribution, &other.attribution) {
                    attribution.merge(added);
                }
                if let (Some(years), Some(added)) = (years, &other.years) {
                    years.merge(added);
                }
            },
        );
        self.events.merge(&other.events);
        if let (Some(classes), Some(added)) = (&mut self.classes, &other.classes) {
            classes.merge(added);
        }
        self.flows.merge(&other.flows);
        self.prices.merge(&other.prices);
        self.replayable.merge(&other.replayable);
        self.samples.extend_from_slice(&other.samples);
    }

    /// What as many equal recorders hold together, without samples. `times` is a power of two.
    #[must_use]
    pub fn repeated(&self, times: u64) -> Self {
        let mut all = self.clone();
        all.samples.clear();
        for _ in 0..times.ilog2() {
            let same = all.clone();
            all.merge(&same);
        }
        all
    }

    /// The same, its errors those of independent trials although it was gathered by batches.
    pub fn as_independent(&self) -> Self {
        let layout = Layout {
            in_batches: false,
            ..self.plan.layout.clone()
        };
        let mut all = self.clone();
        all.plan = Arc::new(Plan::new(layout, self.plan.recording));
        all
    }

    /// Trials recorded.
    pub fn trials(&self) -> u64 {
        self.trials
    }

    /// Mean of the headline, % of demand: what `--precision` watches. `None` in a model without demand.
    pub fn headline(&self) -> Option<Estimate> {
        let totals = self.totals.row(self.plan.headline?);
        let (moments, sum): (_, fn(&GroupSums) -> FixedSum) = match self.plan.layout.headline_after_adaptation {
            true => (&totals.unmet, |sums| sums.unmet),
            false => (&totals.share, |sums| sums.share),
        };
        let sums = || totals.groups.sums.map(|sums| sum(sums).value());
        Some(self.errors().mean_of(moments, sums, 100.0, Bounds::PERCENT))
    }

    /// The headline's material and place. `None` in a model without demand.
    pub fn headline_names(&self) -> Option<(String, String)> {
        let row = &self.plan.rows[self.plan.headline?];
        Some((self.plan.layout.materials[row.material].0.clone(), row.place.clone()))
    }

    /// Standard error of the headline's difference from the baseline's on the same draws, % of demand. `None` where there is no headline, or too few
    /// batches.
    pub fn headline_difference(&self, baseline: &Self) -> Option<f64> {
        let errors = self.errors();
        let sums = |recorder: &Self| {
            let sum: fn(&GroupSums) -> FixedSum = match recorder.plan.layout.headline_after_adaptation {
                true => |sums| sums.unmet,
                false => |sums| sums.share,
            };
            let totals = recorder.totals.row(recorder.plan.headline?);
            Some(totals.groups.sums.map(|sums| sum(sums).value()))
        };
        let (after, before) = (sums(self)?, sums(baseline)?);
        let groups = errors.groups()?;
        let variance = groups.variance_of_mean(&std::array::from_fn(|group| after[group] - before[group]));
        Some(variance.sqrt() * 100.0)
    }

    /// Whether it is one trial, counted as so many equal ones.
    pub(super) fn is_one_trial_repeated(&self) -> bool {
        self.trials > 1
            && self.trials_by_group.iter().filter(|trials| **trials > 0).count() == 1
            && self.trials > crate::sampling::BATCH_TRIALS
    }

    /// How the errors of its trials are found.
    pub(super) fn errors(&self) -> Errors {
        Errors::new(
            self.trials,
            self.plan.layout.in_batches.then_some(&self.trials_by_group),
        )
    }

    /// The group of batches of a trial; `None` where trials are independent.
    fn group(&self, trial: u64) -> Option<usize> {
        self.plan.layout.in_batches.then(|| group_of(trial))
    }

    /// Headline of the last trial that ended here, share of demand.
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

    fn end_rows(&mut self, outcome: &TrialOutcome<'_>) {
        let trial = outcome.trial;
        let group = self.group(trial);
        let plan = Arc::clone(&self.plan);
        let (mut attributed, mut classed) = (0, 0);
        if let Some(classes) = &mut self.classes {
            classes.begin(outcome.occurrences);
        }
        for (parts, open) in plan.parts.iter().zip(&self.open.materials) {
            let mut fan = parts.first_fan;
            for number in parts.rows.clone() {
                let row = &plan.rows[number];
                let sum = |by_cell: &[f64]| row.cells.iter().map(|cell| by_cell[*cell]).sum::<f64>();
                let mut row_trial = RowTrial {
                    demand_t: sum(outcome.demand_t),
                    structural_t: outcome.structural_t.map_or(0.0, sum),
                    ..RowTrial::default()
                };
                if !open.periods.is_empty() {
                    row_trial.shortfall_t = sum(&self.open.shortfall_t);
                    row_trial.unmet_t = sum(&self.open.unmet_t);
                    if row.has_value_added {
                        row_trial.exposed_usd = sum(&self.open.exposed_usd);
                    }
                    let timeline = &mut self.timeline;
                    let has_fan = plan.recording.timeline && row.is_all();
                    let by_year = &mut self.open.short_by_year_t;
                    let has_years = self.years.is_some() && row.is_all();
                    row_trial.spells = open.follow(&row.cells, &parts.cells, |period, short_t, demand_t| {
                        if has_fan {
                            timeline.add(fan, group, period, short_t / demand_t);
                        }
                        if has_years {
                            by_year[plan.layout.years.of_period[period]] += short_t;
                        }
                    });
                    if let Some(years) = self
                        .years
                        .as_mut()
                        .filter(|_| has_years && row_trial.spells.short_periods > 0)
                    {
                        let of_year = by_year.iter_mut().enumerate();
                        years.add(
                            fan,
                            group,
                            of_year.map(|(year, short_t)| {
                                let short_t = std::mem::take(short_t);
                                match short_t > 0.0 {
                                    true => short_t / demand_of_year(outcome, &row.cells, year),
                                    false => 0.0,
                                }
                            }),
                        );
                    }
                }
                fan += usize::from(row.is_all());
                self.totals.add(number, group, row_trial);
                let share = row_trial.share(row_trial.shortfall_t);
                if Some(number) == plan.headline {
                    let headline = match plan.layout.headline_after_adaptation {
                        true => row_trial.share(row_trial.unmet_t),
                        false => share,
                    };
                    self.replayable.add(trial, headline);
                    self.last_headline_share = headline;
                }
                if plan.is_classed(number) {
                    if let Some(classes) = &mut self.classes {
                        classes.add(classed, share);
                    }
                    classed += 1;
                }
                if row.attributed {
                    if let Some(attribution) = &mut self.attribution {
                        attribution.count(attributed, share);
                        self.attributed.push((number, row_trial.demand_t, share));
                    }
                    attributed += 1;
                }
                if row.sampled && plan.recording.samples {
                    let step_months = plan.layout.step_months;
                    self.samples.push(Sample::new(trial, number, &row_trial, step_months));
                }
            }
        }
        if let Some(attribution) = &mut self.attribution {
            for (slot, (number, demand_t, share)) in self.attributed.drain(..).enumerate() {
                attribution.add(slot, outcome, &plan.rows[number], demand_t, share);
            }
        }
    }
}

impl Observer for Recorder {
    fn period(&mut self, outcome: &PeriodOutcome<'_>) {
        self.open.add(&self.plan.parts, outcome);
    }

    fn end_trial(&mut self, outcome: &TrialOutcome<'_>) {
        self.trials += 1;
        self.trials_by_group[group_of(outcome.trial)] += 1;
        self.end_rows(outcome);
        let group = self.group(outcome.trial);
        self.events.add(group, outcome.occurrences);
        self.flows.add(&self.plan.layout, outcome);
        self.prices.add(group, outcome.price_peak);
        self.open.clear(&self.plan.parts);
    }

    fn rest(&mut self) {
        self.totals.settle();
        self.timeline.settle();
    }

    fn wants_causes(&self) -> bool {
        self.plan.recording.attribution
    }
}
