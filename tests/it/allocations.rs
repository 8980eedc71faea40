//! A trial asks for no memory once the simulator has seen trials as large: none of its lists is made anew. `allocation_counter` counts on
//! the thread that asks it to; other tests do not notice.

use std::ops::Range;

use allocation_counter::measure;
use critmin::engine::draws::TrialStreams;
use critmin::engine::trial::Simulator;
use critmin::results::Recorder;
use critmin::scenario::Document;
use critmin::study::inside::{Prepared, prepare};

use crate::support::{Blind, in_repository, load, with};

const TRIALS: Range<u64> = 0..200;

fn prepared(document: &Document) -> Prepared {
    prepare(document, None).unwrap_or_else(|error| panic!("{error}"))
}

/// Trials that asked for memory, with how often, after all of them have been simulated once.
fn asking(prepared: &Prepared, warm_up: Range<u64>, trials: Range<u64>) -> Vec<(u64, u64)> {
    let mut simulator = Simulator::new(&prepared.model);
    for trial in warm_up {
        simulator.run(trial, TrialStreams::of(trial), &mut Blind);
    }
    trials
        .map(|trial| {
            let asked = measure(|| simulator.run(trial, TrialStreams::of(trial), &mut Blind));
            (trial, asked.count_total)
        })
        .filter(|(_, count)| *count > 0)
        .collect()
}

fn asks_for_none(document: &Document) {
    let prepared = prepared(document);
    assert!(!prepared.model.events.is_empty());
    let asking = asking(&prepared, TRIALS, TRIALS);
    assert!(asking.is_empty(), "(trial, allocations): {asking:?}");
}

#[test]
fn trials_of_the_flagship_ask_for_no_memory() {
    asks_for_none(&load(&in_repository("scenarios/china-rare-earth-controls.toml")));
}

#[test]
fn trials_of_the_small_problem_ask_for_no_memory() {
    asks_for_none(&load(&in_repository("benches/peers/small.toml")));
}

#[test]
fn trials_of_the_quickstart_ask_for_no_memory() {
    asks_for_none(&load(&in_repository("scenarios/quickstart.toml")));
}

#[test]
fn trials_without_free_trade_ask_for_no_memory() {
    // The other ways to allocate: coordinated, and by flexibility with own users first.
    let document = load(&in_repository("benches/peers/small.toml"));
    for change in [
        "material.copper_metal.flexibility=\"coordinated\"",
        "material.copper_metal.flexibility=1.5",
        "material.copper_metal.domestic_first=true",
        "run.sampling=\"sobol\"",
        "run.sampling=\"latin_hypercube\"",
    ] {
        asks_for_none(&with(&document, &[change]));
    }
}

/// Shares are collected before they are put into bins (`results/timeline.rs`): after many rounds of the same trials every bin that these trials
/// need is there.
#[test]
fn recording_asks_for_memory_only_for_bins_that_were_empty() {
    const ROUNDS: usize = 512;
    let prepared = prepared(&load(&in_repository("scenarios/quickstart.toml")));
    let mut simulator = Simulator::new(&prepared.model);
    let mut recorder = Recorder::new(&prepared.layout);
    let mut rounds = || {
        for trial in (0..ROUNDS).flat_map(|_| TRIALS) {
            simulator.run(trial, TrialStreams::of(trial), &mut recorder);
        }
    };
    rounds();
    let again = measure(rounds);
    assert_eq!(again.count_total, 0, "{again:?}");
}

/// The count is a count: a new simulator's first trials must ask for memory.
#[test]
fn a_cold_simulator_is_seen_to_ask_for_memory() {
    let prepared = prepared(&load(&in_repository("scenarios/quickstart.toml")));
    assert!(!asking(&prepared, 0..0, TRIALS).is_empty());
}
