//! How much of the headline's variance is due to uncertain inputs and how much to events: some trials are run twice more.

use std::ops::Range;

use super::pick_freeze::pick_freeze;
use super::run::{Prepared, RunError};
use crate::engine::draws::Drivers;
use crate::engine::run::Progress;
use crate::results::VarianceSplitter;

/// One trial in so many is taken for the split. It is simulated three times, so that the split is a tenth of the work of a run at most.
const ONE_IN: u64 = 30;
/// Fewer trials tell nothing: shares would be uncertain by a fifth and more. A run in which they would be more than a tenth of the work has no split.
const FEWEST_TRIALS: u64 = 100;
/// More add little.
const MOST_TRIALS: u64 = 2_000;

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
    let model = &prepared.model;
    let mut splitter = VarianceSplitter::default();
    if model.inputs.is_empty() || model.events.is_empty() {
        return Ok(splitter);
    }
    let sets = [Drivers::all_events(model), Drivers::all_inputs(model)];
    for doubles in pick_freeze(prepared, trials, &sets, &Progress::default())? {
        if let [new_events, new_inputs] = doubles.anew[..] {
            splitter.add(doubles.trial, doubles.own, new_events, new_inputs);
        }
    }
    Ok(splitter)
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
