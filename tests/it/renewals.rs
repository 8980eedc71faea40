//! A renewal that is drawn too often in one trial is an error of the run, never a trial that stops in silence.

use critmin::engine::draws::{Exhausted, TrialStreams};
use critmin::engine::observe::{Observer, PeriodOutcome, TrialOutcome};
use critmin::engine::run::{Gather, Progress, simulate};
use critmin::engine::trial::Simulator;
use critmin::model::ArrivalModel;
use critmin::sampling::{Distribution, Sampler};
use critmin::study::inside::prepare;

use crate::support::read;

struct Blind;

impl Observer for Blind {
    fn period(&mut self, _outcome: &PeriodOutcome<'_>) {}

    fn end_trial(&mut self, _outcome: &TrialOutcome<'_>) {}
}

impl Gather for Blind {
    fn absorb(&mut self, _other: Self) {}
}

#[test]
fn the_first_trial_that_would_draw_for_ever_is_named() {
    let document = read(
        r#"
        format = 1
        title = "x"
        assumption = "made up"
        time = { start = "2026-01", periods = 12 }
        run = { trials = 3 }
        demand = [ { material = "m", country = "USA", amount = 1200 } ]
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
        "#,
    );
    let mut prepared = prepare(&document, None).unwrap();
    // The checks of the scenario refuse such times: put in behind their back.
    let ArrivalModel::Renewal { up, down, .. } = &mut prepared.model.events[0].arrival else {
        panic!("a renewal");
    };
    let short = Sampler::new(&Distribution::fixed(1e-7).unwrap());
    (*up, *down) = (short.clone(), short);
    let mut simulator = Simulator::new(&prepared.model);
    simulator.run(2, TrialStreams::of(2), &mut Blind);
    assert_eq!(simulator.exhausted(), Some(Exhausted { trial: 2, event: 0 }));
    let progress = Progress::default();
    simulate(&prepared.model, 0..3, &progress, || Blind);
    assert_eq!(progress.exhausted(), Some(Exhausted { trial: 0, event: 0 }));
}
