//! How much of the headline's variance is due to uncertain inputs and how much to events: some trials are run twice more.

use std::ops::Range;

use super::run::Prepared;
use crate::engine::draws::TrialStreams;
use crate::engine::observe::{Layout, Observer, PeriodOutcome, TrialOutcome};
use crate::engine::run::{Gather, Progress, simulate};
use crate::engine::trial::Simulator;
use crate::model::Model;
use crate::results::{ShortfallProbe, VarianceSplitter};

/// Trials from which the split is estimated: a fortieth of the run's, within these bounds.
const SPLIT_TRIALS: std::ops::RangeInclusive<u64> = 400..=2_000;
/// Added to a trial's number for its second set of draws: beyond any trial that a run can have.
const SPLIT_OFFSET: u64 = 1 << 40;

/// Those of `trials` that are among the first ones of a run of so many, from which the variance is split. Ranges that make up the run
/// share them out: their splitters merge to that of the run.
pub(super) fn split_trials(trials: &Range<u64>, of: u64) -> Range<u64> {
    let last = (of / 40).clamp(*SPLIT_TRIALS.start(), *SPLIT_TRIALS.end()).min(of);
    trials.start.min(last)..trials.end.min(last)
}

/// Splits by pick-freeze on those trials. Nothing is split where there are no inputs, no events, or no demand.
pub(super) fn split(prepared: &Prepared, trials: Range<u64>) -> VarianceSplitter {
    let Prepared { model, layout, .. } = prepared;
    let has_both = !model.inputs.is_empty() && !model.events.is_empty();
    if !has_both || ShortfallProbe::headline(layout).is_none() {
        return VarianceSplitter::default();
    }
    simulate(model, trials, &Progress::default(), || {
        SplitObserver::new(model, layout)
    })
    .map_or_else(VarianceSplitter::default, |gathered| gathered.splitter)
}

/// Runs each trial twice more, with one of inputs and events drawn anew.
struct SplitObserver<'a> {
    simulator: Simulator<'a>,
    probe: Option<ShortfallProbe>,
    splitter: VarianceSplitter,
}

impl<'a> SplitObserver<'a> {
    fn new(model: &'a Model, layout: &Layout) -> Self {
        SplitObserver {
            simulator: Simulator::new(model),
            probe: ShortfallProbe::headline(layout),
            splitter: VarianceSplitter::default(),
        }
    }
}

impl Observer for SplitObserver<'_> {
    fn wants_causes(&self) -> bool {
        false
    }

    fn period(&mut self, outcome: &PeriodOutcome<'_>) {
        if let Some(probe) = &mut self.probe {
            probe.period(outcome);
        }
    }

    fn end_trial(&mut self, outcome: &TrialOutcome<'_>) {
        let Some(probe) = &mut self.probe else { return };
        probe.end_trial(outcome);
        let (trial, other) = (outcome.trial, outcome.trial + SPLIT_OFFSET);
        self.simulator.run(
            trial,
            TrialStreams {
                inputs: trial,
                events: other,
            },
            probe,
        );
        self.simulator.run(
            trial,
            TrialStreams {
                inputs: other,
                events: trial,
            },
            probe,
        );
        if let [own, new_events, new_inputs] = probe.take().as_slice() {
            self.splitter.add(trial, own.share, new_events.share, new_inputs.share);
        }
    }
}

impl Gather for SplitObserver<'_> {
    fn absorb(&mut self, other: Self) {
        self.splitter.merge(&other.splitter);
    }
}
