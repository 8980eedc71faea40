//! Random numbers: one uniform, one draw of each family of distributions from a uniform that is there, and all the draws of a trial.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use critmin::engine::draws::{Strikes, draw_events, draw_inputs};
use critmin::sampling::{Design, Dimensions, Distribution, DistributionError, Sampler, StreamKey};
use critmin_benches::{FLAGSHIP, SMALL, prepared};

/// Uniforms that a bench goes through, again and again.
const UNIFORMS: u64 = 1_000;
/// Trials that a bench goes through, again and again.
const TRIALS: u64 = 1_000;

/// A thousand uniforms of one stream, one per trial, as the engine asks for them.
fn uniforms(criterion: &mut Criterion) {
    let key = StreamKey::new(42, "event.ban.duration");
    let mut group = criterion.benchmark_group("draws/uniform");
    group.throughput(Throughput::Elements(UNIFORMS));
    for (name, design) in [
        ("random", Design::Random),
        ("antithetic", Design::Antithetic),
        ("latin hypercube", Design::LatinHypercube),
        ("sobol", Design::Sobol(Dimensions::new(&[(key, 0)]))),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                (0..UNIFORMS)
                    .map(|trial| design.uniform(black_box(key), trial, 0))
                    .sum::<f64>()
            });
        });
    }
    group.finish();
}

fn families() -> Result<Vec<(&'static str, Distribution)>, DistributionError> {
    Ok(vec![
        ("uniform", Distribution::uniform(0.1, 0.9)?),
        ("triangular", Distribution::triangular(0.1, 0.3, 0.9)?),
        ("pert", Distribution::pert(0.1, 0.3, 0.9, 4.0)?),
        ("normal", Distribution::normal(1.0, 0.2)?),
        (
            "truncated normal",
            Distribution::truncated_normal(1.0, 0.5, 0.0, f64::INFINITY)?,
        ),
        ("lognormal", Distribution::lognormal_from_median_p90(6.0, 12.0)?),
        ("beta", Distribution::beta_from_mean_sd(0.3, 0.2, 0.0, 1.0)?),
        ("gamma", Distribution::gamma_from_mean_sd(1.0, 0.5)?),
        ("weibull", Distribution::weibull(1.5, 6.0)?),
        ("exponential", Distribution::exponential(12.0)?),
        ("poisson", Distribution::poisson(3.0)?),
        (
            "empirical",
            Distribution::empirical(&[1.0, 2.0, 3.0, 5.0, 8.0, 13.0], None)?,
        ),
    ])
}

/// A thousand draws of each family from the same uniforms.
fn samplers(criterion: &mut Criterion) {
    let key = StreamKey::new(42, "uniforms");
    let uniforms: Vec<f64> = (0..UNIFORMS).map(|trial| key.uniform(trial, 0)).collect();
    let mut group = criterion.benchmark_group("draws/sampler");
    group.throughput(Throughput::Elements(UNIFORMS));
    for (name, distribution) in families().expect("distributions") {
        let sampler = Sampler::new(&distribution);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                black_box(&uniforms)
                    .iter()
                    .map(|uniform| sampler.quantile(*uniform))
                    .sum::<f64>()
            });
        });
    }
    group.finish();
}

/// All uncertain inputs, and all events, of one trial.
fn trials(criterion: &mut Criterion) {
    let flagship = prepared(FLAGSHIP).model;
    let small = prepared(SMALL).model;
    let mut group = criterion.benchmark_group("draws/trial");
    group.bench_function("inputs of the flagship", |bencher| {
        let (mut inputs, mut trial) = (Vec::new(), 0);
        bencher.iter(|| {
            draw_inputs(&flagship, trial, &mut inputs);
            trial = (trial + 1) % TRIALS;
        });
    });
    for (name, model) in [
        ("events of the flagship", &flagship),
        ("events of the small problem", &small),
    ] {
        group.bench_function(name, |bencher| {
            let (inputs, mut strikes, mut trial) = (model.mean_inputs(), Strikes::default(), 0);
            bencher.iter(|| {
                draw_events(model, trial, &inputs, &mut strikes);
                trial = (trial + 1) % TRIALS;
            });
        });
    }
    group.finish();
}

criterion_group!(benches, uniforms, samplers, trials);
criterion_main!(benches);
