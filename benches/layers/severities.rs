//! From the occurrences of a trial to the severity of every event in every period: occurrences drawn before, memory reused.

use criterion::{Criterion, criterion_group, criterion_main};
use critmin::engine::draws::{Strikes, draw_events};
use critmin::engine::severity::Severities;
use critmin_benches::{SCENARIOS, prepared};

/// Trials whose occurrences a bench goes through, again and again.
const TRIALS: u64 = 1_000;

fn severities(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("severities");
    for (name, path) in SCENARIOS {
        let model = prepared(path).model;
        let inputs = model.mean_inputs();
        let strikes: Vec<Strikes> = (0..TRIALS)
            .map(|trial| {
                let mut strikes = Strikes::default();
                draw_events(&model, trial, &inputs, &mut strikes);
                strikes
            })
            .collect();
        group.bench_function(name, |bencher| {
            let mut severities = Severities::default();
            let mut of_trials = strikes.iter().cycle();
            bencher.iter(|| severities.fill(&model, of_trials.next().expect("an endless cycle")));
        });
    }
    group.finish();
}

criterion_group!(benches, severities);
criterion_main!(benches);
