//! How much Latin hypercubes spare: how many independent trials one of their trials is worth, at the headline of a scenario. Prints a table in Markdown.
//!
//! The variance of a figure of 256 independent trials over its variance between batches of 256. Of the mean and the probability the first is known from
//! all trials; for CVaR95 groups of 256 are put together from trials of 256 different batches, which are independent of each other.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin spread -- [--trials N] [SCENARIO.toml ...]` (65,536 trials, all shipped scenarios)

use std::process::ExitCode;

use critmin::engine::observe::{Observer, PeriodOutcome, TrialOutcome};
use critmin::engine::run::{Gather, Progress, simulate};
use critmin::results::ShortfallProbe;
use critmin::sampling::BATCH_TRIALS;
use critmin_benches::{in_repository, prepared};

/// Trials of a batch.
const BATCH: usize = BATCH_TRIALS as usize;
/// As many batches as a batch has trials, so that a group can have one of each.
const LEAST_TRIALS: u64 = BATCH_TRIALS * BATCH_TRIALS;

fn main() -> ExitCode {
    let mut trials = LEAST_TRIALS;
    let mut paths = Vec::new();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        if word != "--trials" {
            paths.push(word);
            continue;
        }
        match words.next().and_then(|text| text.parse::<u64>().ok()) {
            Some(number) if number > 0 && number.is_multiple_of(LEAST_TRIALS) => trials = number,
            _ => {
                eprintln!("--trials: expected a multiple of {LEAST_TRIALS}");
                return ExitCode::from(2);
            }
        }
    }
    if paths.is_empty() {
        paths = shipped();
    }
    println!(
        "| scenario | mean, % | mean | P(> 10 %) | CVaR95 | trials until the mean is known to 1 % |\n|---|---|---|---|---|---|"
    );
    for path in paths {
        println!("{}", line(&path, trials));
    }
    ExitCode::SUCCESS
}

/// The shipped scenarios.
fn shipped() -> Vec<String> {
    let folder = in_repository("scenarios");
    let mut paths: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".toml"))
        .map(|name| format!("scenarios/{name}"))
        .collect();
    paths.sort();
    paths
}

/// One scenario's line.
fn line(path: &str, trials: u64) -> String {
    let prepared = prepared(path);
    let probe = ShortfallProbe::headline(&prepared.layout).expect("there is demand");
    let made = || Shares {
        probe: probe.clone(),
        found: Vec::new(),
    };
    let mut shares = simulate(&prepared.model, 0..trials, &Progress::default(), made).expect("there are trials");
    shares.found.sort_by_key(|(trial, _)| *trial);
    let shares: Vec<f64> = shares.found.into_iter().map(|(_, share)| share).collect();
    let (mean, variance) = moments(&shares);
    let (probability, _) = moments(&shares.chunks_exact(BATCH).map(beyond).collect::<Vec<_>>());
    let between = |figure: fn(&[f64]) -> f64| moments(&shares.chunks_exact(BATCH).map(figure).collect::<Vec<_>>()).1;
    let worth = |independent: f64, between: f64| {
        if between > 0.0 && independent > 0.0 {
            format!("{:.1}", independent / between)
        } else {
            "-".to_owned()
        }
    };
    let (of_mean, size) = (between(average), BATCH as f64);
    let mixed: Vec<f64> = (0..BATCH)
        .map(|member| shares.iter().skip(member).step_by(BATCH).copied().collect::<Vec<_>>())
        .collect::<Vec<_>>()
        .concat();
    let (_, of_mixed) = moments(&mixed.chunks_exact(BATCH).map(tail).collect::<Vec<_>>());
    let name = path.trim_start_matches("scenarios/").trim_end_matches(".toml");
    format!(
        "| {name} | {:.3} | {} | {} | {} | {:.0} |",
        100.0 * mean,
        worth(variance / size, of_mean),
        worth(probability * (1.0 - probability) / size, between(beyond)),
        worth(of_mixed, between(tail)),
        of_mean * size / (0.01 * mean * 0.01 * mean)
    )
}

fn average(shares: &[f64]) -> f64 {
    shares.iter().sum::<f64>() / shares.len() as f64
}

/// Share of trials in which more than a tenth is short.
fn beyond(shares: &[f64]) -> f64 {
    shares.iter().filter(|share| **share > 0.1).count() as f64 / shares.len() as f64
}

/// Mean of the worst twentieth.
fn tail(shares: &[f64]) -> f64 {
    let mut sorted = shares.to_vec();
    sorted.sort_by(|one, other| other.total_cmp(one));
    average(&sorted[..shares.len() / 20])
}

/// Mean and variance.
fn moments(values: &[f64]) -> (f64, f64) {
    let mean = average(values);
    let squares = values.iter().map(|value| (value - mean) * (value - mean));
    (mean, squares.sum::<f64>() / (values.len() - 1) as f64)
}

/// Gathers the headline's share of each trial.
struct Shares {
    probe: ShortfallProbe,
    found: Vec<(u64, f64)>,
}

impl Observer for Shares {
    fn wants_causes(&self) -> bool {
        false
    }

    fn period(&mut self, outcome: &PeriodOutcome<'_>) {
        self.probe.period(outcome);
    }

    fn end_trial(&mut self, outcome: &TrialOutcome<'_>) {
        self.probe.end_trial(outcome);
        let ended = self.probe.take();
        self.found.extend(ended.iter().map(|ended| (ended.trial, ended.share)));
    }
}

impl Gather for Shares {
    fn absorb(&mut self, other: Self) {
        self.found.extend(other.found);
    }
}
