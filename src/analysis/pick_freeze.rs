//! Pick-freeze: each trial once more for every set of drivers, with these drawn anew and all others kept.
//!
//! Streams are keyed by (seed, driver, trial), so a driver that is drawn anew has the draws of another trial, far beyond any that a run can have.

use std::ops::Range;
use std::sync::atomic::Ordering;

use serde::{Deserialize, Serialize};

use super::facts::{PROGRAM, SAMPLING_VERSION};
use super::run::{Prepared, RunError};
use crate::engine::draws::{Drivers, Exhausted, Strikes, TrialStreams, draw_events, draw_inputs};
use crate::engine::kept::Key;
use crate::engine::observe::{Observer, PeriodOutcome, TrialOutcome};
use crate::engine::run::{Gather, Progress, simulate};
use crate::engine::trial::Simulator;
use crate::model::Model;
use crate::model::layout::Layout;
use crate::results::ShortfallProbe;

/// Added to a trial's number for its second set of draws: beyond any trial that a run can have.
pub(crate) const SECOND_DRAWS: u64 = 1 << 40;

/// A trial and its doubles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Doubles {
    /// Trial number.
    pub trial: u64,
    /// The headline's shortfall of the trial, share of demand.
    pub own: f64,
    /// The same with each set of drivers drawn anew.
    pub anew: Vec<f64>,
    /// Whether that made a difference to what was drawn, so that a simulation was needed.
    pub moved: Vec<bool>,
}

/// The trials with their doubles, ascending; fewer where `progress` was stopped, none without demand.
///
/// # Errors
/// An event that is drawn too often in a trial, or in one of its doubles.
pub(crate) fn pick_freeze(
    prepared: &Prepared,
    trials: Range<u64>,
    sets: &[Drivers],
    progress: &Progress,
) -> Result<Vec<Doubles>, RunError> {
    let Prepared { model, layout, .. } = prepared;
    if trials.is_empty() || ShortfallProbe::headline(layout).is_none() {
        return Ok(Vec::new());
    }
    let kept = progress.kept.as_deref().map(|kept| {
        let key = Key::of(&(PROGRAM, SAMPLING_VERSION, model, layout, sets, &trials));
        (kept, key)
    });
    let asked = trials.end - trials.start;
    let known = kept.and_then(|(kept, key)| postcard::from_bytes::<Vec<Doubles>>(&kept.recall(key)?).ok());
    // What is read may be made up.
    let is_whole = |doubles: &Doubles| doubles.anew.len() == sets.len() && doubles.moved.len() == sets.len();
    if let Some(known) = known.filter(|known| known.len() as u64 == asked && known.iter().all(is_whole)) {
        progress.done.fetch_add(asked, Ordering::Relaxed);
        return Ok(known);
    }
    let gathered = simulate(model, trials, progress, || PickFreeze::new(model, layout, sets));
    if let Some(found) = progress.exhausted() {
        return Err(RunError::exhausted(prepared, found, false));
    }
    let Some(PickFreeze {
        mut found, exhausted, ..
    }) = gathered
    else {
        return Ok(Vec::new());
    };
    if let Some(found) = exhausted {
        return Err(RunError::exhausted(prepared, found, true));
    }
    found.sort_by_key(|doubles| doubles.trial);
    if let Some((kept, key)) = kept
        && found.len() as u64 == asked
    {
        kept.keep(key, &mut || postcard::to_allocvec(&found).ok());
    }
    Ok(found)
}

/// Runs each trial once more for every set.
struct PickFreeze<'a> {
    model: &'a Model,
    sets: &'a [Drivers],
    simulator: Simulator<'a>,
    probe: Option<ShortfallProbe>,
    found: Vec<Doubles>,
    /// The first trial of which a double had to stop drawing an event.
    exhausted: Option<Exhausted>,
    own: Draws,
    anew: Draws,
}

/// What a trial has drawn.
#[derive(Default)]
struct Draws {
    inputs: Vec<f64>,
    strikes: Strikes,
}

impl Draws {
    fn draw(&mut self, model: &Model, streams: TrialStreams<'_>) {
        draw_inputs(model, streams, &mut self.inputs);
        draw_events(model, streams, &self.inputs, &mut self.strikes);
    }

    /// Whether the engine cannot tell the two apart.
    fn is_same(&self, other: &Self) -> bool {
        self.inputs == other.inputs && self.strikes.all == other.strikes.all
    }
}

impl<'a> PickFreeze<'a> {
    fn new(model: &'a Model, layout: &Layout, sets: &'a [Drivers]) -> Self {
        PickFreeze {
            model,
            sets,
            simulator: Simulator::new(model),
            probe: ShortfallProbe::headline(layout),
            found: Vec::new(),
            exhausted: None,
            own: Draws::default(),
            anew: Draws::default(),
        }
    }
}

impl Observer for PickFreeze<'_> {
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
        let trial = outcome.trial;
        let own = probe.take().first().map_or(0.0, |ended| ended.share);
        self.own.draw(self.model, TrialStreams::of(trial));
        let mut anew = Vec::with_capacity(self.sets.len());
        let mut moved = Vec::with_capacity(self.sets.len());
        for drivers in self.sets {
            let streams = TrialStreams::anew(trial, trial + SECOND_DRAWS, drivers);
            self.anew.draw(self.model, streams);
            // An event that strikes in neither makes no difference, and needs no simulation.
            let is_moved = !self.anew.is_same(&self.own) || self.anew.strikes.exhausted.is_some();
            moved.push(is_moved);
            if !is_moved {
                anew.push(own);
                continue;
            }
            self.simulator.run(trial, streams, probe);
            anew.push(probe.take().first().map_or(0.0, |ended| ended.share));
        }
        self.found.push(Doubles {
            trial,
            own,
            anew,
            moved,
        });
        self.exhausted = first(self.exhausted, self.simulator.exhausted());
    }
}

impl Gather for PickFreeze<'_> {
    fn absorb(&mut self, other: Self) {
        self.found.extend(other.found);
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

    const RENEWED: &str = r#"
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

    #[test]
    fn a_double_that_would_draw_for_ever_is_an_error() {
        let document = Document::from_text("x.toml", RENEWED).unwrap();
        let mut prepared = prepare(&document, None).unwrap();
        let sets = |model: &Model| [Drivers::all_events(model), Drivers::all_inputs(model)];
        let found =
            |prepared: &Prepared, trials| pick_freeze(prepared, trials, &sets(&prepared.model), &Progress::default());
        assert_eq!(found(&prepared, 0..100).unwrap().len(), 100);
        let ArrivalModel::Renewal { up, down, .. } = &mut prepared.model.events[0].arrival else {
            panic!("a renewal");
        };
        let short = Sampler::new(&Distribution::fixed(1e-7).unwrap());
        (*up, *down) = (short.clone(), short);
        let given_up = found(&prepared, 0..1);
        assert!(
            matches!(given_up, Err(RunError::TooManyRenewals { trial: 0, .. })),
            "{given_up:?}"
        );
        // Its doubles are simulated by another simulator, and are looked at, too.
        let sets = sets(&prepared.model);
        let mut observer = PickFreeze::new(&prepared.model, &prepared.layout, &sets);
        Simulator::new(&prepared.model).run(7, TrialStreams::of(7), &mut observer);
        let found = observer.exhausted.unwrap();
        assert_eq!(found, Exhausted { trial: 7, event: 0 });
        let error = RunError::exhausted(&prepared, found, true).to_string();
        let expected = "the event `e` happens more than a million times in trial 7, with some of its draws made anew (pick-freeze), under the baseline,";
        assert!(error.starts_with(expected), "{error}");
    }

    /// With everything anew a double is the other trial, with nothing anew the trial itself; and what is kept is kept.
    #[test]
    fn doubles_take_the_draws_of_the_other_trial() {
        let random = RENEWED.replace(
            "process = \"renewal\", up = 1, down = 1, starts = \"up\" }",
            "process = \"poisson\", per_year = 9 }\nduration = 1",
        );
        let document = Document::from_text("x.toml", &random).unwrap();
        let prepared = prepare(&document, None).unwrap();
        let model = &prepared.model;
        let sets = [Drivers::all(model), Drivers::none(model)];
        let found = pick_freeze(&prepared, 3..5, &sets, &Progress::default()).unwrap();
        let mut probe = ShortfallProbe::headline(&prepared.layout).unwrap();
        for doubles in found {
            let mut simulator = Simulator::new(model);
            simulator.run(0, TrialStreams::of(doubles.trial + SECOND_DRAWS), &mut probe);
            assert_eq!(doubles.anew, [probe.take()[0].share, doubles.own]);
        }
        let (mut own, mut mixed, mut other) = (Draws::default(), Draws::default(), Draws::default());
        let anew = Drivers::all_events(model);
        own.draw(model, TrialStreams::of(3));
        other.draw(model, TrialStreams::of(9));
        mixed.draw(model, TrialStreams::anew(3, 9, &anew));
        assert_eq!(mixed.inputs, own.inputs);
        assert_eq!(mixed.strikes.all, other.strikes.all);
        assert!(!mixed.is_same(&own) && own.inputs != other.inputs);
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
