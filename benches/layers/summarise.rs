//! Recording and summarising, without the engine: what it told of some trials is told again to a recorder.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use critmin::engine::draws::TrialStreams;
use critmin::engine::trial::Simulator;
use critmin::results::{PolicyFacts, Recorder, Recording};
use critmin_benches::{SCENARIOS, Tape, prepared};

/// Trials on the tape.
const TRIALS: u64 = 256;

fn summarise(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("summarise");
    for (name, path) in SCENARIOS {
        let prepared = prepared(path);
        let mut simulator = Simulator::new(&prepared.model);
        let mut tape = Tape::default();
        for trial in 0..TRIALS {
            simulator.run(trial, TrialStreams::of(trial), &mut tape);
        }
        for (kind, recording) in [("all", Recording::RUN), ("totals", Recording::TOTALS)] {
            let mut recorder = Recorder::with(&prepared.layout, recording);
            let mut number = 0;
            group.bench_function(format!("record one trial ({kind}), {name}"), |bencher| {
                bencher.iter(|| {
                    tape.play(number, &mut recorder);
                    number = (number + 1) % tape.len();
                });
            });
        }
        let mut full = Recorder::new(&prepared.layout);
        (0..tape.len()).for_each(|number| tape.play(number, &mut full));
        group.bench_function(format!("merge two recorders, {name}"), |bencher| {
            bencher.iter_batched_ref(|| full.clone(), |recorder| recorder.merge(&full), BatchSize::SmallInput);
        });
        group.bench_function(format!("finish, {name}"), |bencher| {
            bencher.iter_batched(PolicyFacts::default, |facts| full.finish(facts), BatchSize::SmallInput);
        });
    }
    group.finish();
}

criterion_group!(benches, summarise);
criterion_main!(benches);
