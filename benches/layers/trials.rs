//! The engine on one thread, without any recording: whole trials, trials in which nothing happens, and periods.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use critmin::engine::draws::TrialStreams;
use critmin::engine::trial::Simulator;
use critmin::study::inside::Prepared;
use critmin_benches::{Blind, SCENARIOS, prepared, quiet};

/// Trials that a bench goes through, again and again.
const TRIALS: u64 = 512;

/// One trial per iteration; the simulator keeps its memory.
fn run(bencher: &mut criterion::Bencher<'_>, prepared: &Prepared, in_full: bool) {
    let mut simulator = Simulator::new(&prepared.model);
    let mut observer = Blind { in_full };
    let mut trial = 0;
    bencher.iter(|| {
        simulator.run(trial, TrialStreams::of(trial), &mut observer);
        trial = (trial + 1) % TRIALS;
    });
}

/// From random numbers to the end of the trial.
fn trials(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("trial");
    for (name, path) in SCENARIOS {
        let prepared = prepared(path);
        group.bench_function(name, |bencher| run(bencher, &prepared, false));
    }
    // 15 Poisson events that never strike: draws and an empty round of periods.
    let quiet = quiet();
    group.bench_function("small, quiet", |bencher| run(bencher, &quiet, false));
    group.finish();
}

/// The same trials with nothing skipped (as for a replay): every period of every material is simulated, quiet or not. Throughput is in
/// periods.
fn periods(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("trial in full");
    for (name, path) in SCENARIOS {
        let prepared = prepared(path);
        group.throughput(Throughput::Elements(prepared.model.periods as u64));
        group.bench_function(name, |bencher| run(bencher, &prepared, true));
    }
    group.finish();
}

criterion_group!(benches, trials, periods);
criterion_main!(benches);
