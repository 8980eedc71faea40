//! How much of the headline's variance is due to uncertain inputs and how much to events: some trials are run twice more.

use std::ops::Range;

use super::run::{Prepared, RunError};
use crate::engine::draws::{Exhausted, TrialStreams};
use crate::engine::observe::{Observer, PeriodOutcome, TrialOutcome};
use crate::engine::run::{Gather, Progress, simulate};
use crate::engine::trial::Simulator;
use crate::model::Model;
use crate::model::layout::Layout;
use crate::results::{ShortfallProbe, VarianceSplitter};

/// One trial in so many is taken for the split. It is simulated three times, so that the split is a tenth of the work of a run at most.
const ONE_IN: u64 = 30;
/// Fewer trials tell nothing: shares would be uncertain by a fifth and more. A run in which they would be more than a tenth of the work has no split.
const FEWEST_TRIALS: u64 = 100;
/// More add little.
const MOST_TRIALS: u64 = 2_000;
/// Added to a trial's number for its second set of draws: beyond any trial that a run can have.
const SPLIT_OFFSET: u64 = 1 << 40;

/// Those of `trials` that are among the first ones of a run of so many, from which the variance is split. Ranges that make up the run
/// share them out: their splitters merge to that of the run.
pub(super) fn split_trials(trials: &Range<u64>, of: u64) -> Range<u64> {
    let last = match (of / ONE_IN).min(MOST_TRIALS) {
        ..FEWEST_TRIALS => 0,
        enough => enough,
    };
    trials.start.min(last)..trials.end.min(last)
}

/// Splits by pick-freeze on those trials. Nothing is split where there are no inputs, no events, or no demand.
///
/// # Errors
/// An event that is drawn too often in one of them, or in one of their doubles.
pub(super) fn split(prepared: &Prepared, trials: Range<u64>) -> Result<VarianceSplitter, RunError> {
    let Prepared { model, layout, .. } = prepared;
    let has_both = !model.inputs.is_empty() && !model.events.is_empty();
    if trials.is_empty() || !has_both || ShortfallProbe::headline(layout).is_none() {
        return Ok(VarianceSplitter::default());
    }
    let progress = Progress::default();
    let gathered = simulate(model, trials, &progress, || SplitObserver::new(model, layout));
    if let Some(found) = progress.exhausted() {
        return Err(RunError::exhausted(prepared, found, false));
    }
    let Some(SplitObserver {
        splitter, exhausted, ..
    }) = gathered
    else {
        return Ok(VarianceSplitter::default());
    };
    match exhausted {
        Some(found) => Err(RunError::exhausted(prepared, found, true)),
        None => Ok(splitter),
    }
}

/// Runs each trial twice more, with one of inputs and events drawn anew.
struct SplitObserver<'a> {
    simulator: Simulator<'a>,
    probe: Option<ShortfallProbe>,
    splitter: VarianceSplitter,
    /// The first trial of which a double had to stop drawing an event.
    exhausted: Option<Exhausted>,
}

impl<'a> SplitObserver<'a> {
    fn new(model: &'a Model, layout: &Layout) -> Self {
        SplitObserver {
            simulator: Simulator::new(model),
            probe: ShortfallProbe::headline(layout),
            splitter: VarianceSplitter::default(),
            exhausted: None,
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
        self.exhausted = first(self.exhausted, self.simulator.exhausted());
    }
}

impl Gather for SplitObserver<'_> {
    fn absorb(&mut self, other: Self) {
        self.splitter.merge(&other.splitter);
        self.exhausted = first(self.exhausted, other.exhausted);
    }
}

/// The first of two trials, where there are any.
fn first(one: Option<Exhausted>, other: Option<Exhausted>) -> Option<Exhausted> {
    one.into_iter().chain(other).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::run::prepare;
    use crate::model::ArrivalModel;
    use crate::sampling::{Distribution, Sampler};
    use crate::scenario::Document;

    #[test]
    fn a_split_is_a_tenth_of_the_run_or_nothing() {
        let of = |trials: u64| split_trials(&(0..trials), trials);
        for small in [1, 200, 2_048, 2_999] {
            assert!(of(small).is_empty(), "{small}");
        }
        assert_eq!(
            [3_000, 10_000, 20_000, 60_000, 1_000_000].map(|trials| of(trials).end),
            [100, 333, 666, 2_000, 2_000]
        );
        // Parts share them out.
        assert_eq!(split_trials(&(50..400), 10_000), 50..333);
        assert!(split_trials(&(400..10_000), 10_000).is_empty());
    }

    #[test]
    fn a_double_that_would_draw_for_ever_is_an_error() {
        let text = r#"
        format = 1
        title = "x"
        assumption = "made up"
        time = { start = "2026-01", periods = 12 }
        demand = [ { material = "m", country = "USA", amount = { dist = "uniform", low = 1100, high = 1200 } } ]
        [[material]]
        id = "m"
        [shares.m]
        output = 1200
        by_country = { CHN = 1 }
        [[event]]
        id = "e"
        kind = "production_loss"
        countries = ["CHN"]
        arrival = { process = "renewal", up = 1, down = 1, starts = "up" }
        "#;
        let document = Document::from_text("x.toml", text).unwrap();
        let mut prepared = prepare(&document, None).unwrap();
        assert!(split(&prepared, 0..100).is_ok());
        let ArrivalModel::Renewal { up, down, .. } = &mut prepared.model.events[0].arrival else {
            panic!("a renewal");
        };
        let short = Sampler::new(&Distribution::fixed(1e-7).unwrap());
        (*up, *down) = (short.clone(), short);
        let found = split(&prepared, 0..1);
        assert!(
            matches!(found, Err(RunError::TooManyRenewals { trial: 0, .. })),
            "{found:?}"
        );
        // Its doubles are simulated by another simulator, and are looked at, too.
        let mut observer = SplitObserver::new(&prepared.model, &prepared.layout);
        Simulator::new(&prepared.model).run(7, TrialStreams::of(7), &mut observer);
        let found = observer.exhausted.unwrap();
        assert_eq!(found, Exhausted { trial: 7, event: 0 });
        let error = RunError::exhausted(&prepared, found, true).to_string();
        let expected = "the event `e` happens more than a million times in trial 7, with its events or inputs drawn anew for the split of the variance, under the baseline,";
        assert!(error.starts_with(expected), "{error}");
    }

    #[test]
    fn the_first_trial_is_told_of_several() {
        let of = |trial| Some(Exhausted { trial, event: 0 });
        assert_eq!(
            [first(None, None), first(of(3), None), first(of(3), of(2))],
            [None, of(3), of(2)]
        );
    }
}
