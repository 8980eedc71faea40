//! Stated errors are honest: over many runs the 95 % intervals hold the exact values about as often as they say, under independent trials and under
//! Latin hypercubes. `benches/studies/coverage.rs` is the large study, on shipped scenarios.

use critmin::engine::run::{Progress, simulate};
use critmin::results::types::{Estimate, SummaryRow};
use critmin::results::{ALL_SECTORS, PolicyFacts, Recorder, Recording};
use critmin::study::inside::prepare;

use critmin::study::{Change, Run, Statistic, Study};

use crate::support::{read, with};

/// Each of two plants makes half of what is ordered, and fails for the whole year with probability 0.5, to an extent that is uniform on (0, 1).
const TWO_PLANTS: &str = r#"
format = 1
title = "Two plants"
assumption = "closed form"
focus = { materials = ["metal"], countries = ["buyer"] }
time = { start = "2026-01", step = "year", periods = 1 }
country = [{ id = "exporter" }, { id = "buyer" }]
material = [{ id = "metal" }]
supply = [
  { id = "one", country = "exporter", material = "metal", capacity = 500 },
  { id = "two", country = "exporter", material = "metal", capacity = 500 },
]
demand = [{ material = "metal", country = "buyer", amount = 1000 }]
[[event]]
id = "first"
kind = "production_loss"
supply = "one"
arrival = { process = "fixed", at = "2026-01", probability = 0.5 }
severity = { dist = "uniform", low = 0, high = 1 }
[[event]]
id = "second"
kind = "production_loss"
supply = "two"
arrival = { process = "fixed", at = "2026-01", probability = 0.5 }
severity = { dist = "uniform", low = 0, high = 1 }
"#;

/// Runs of each design, and trials of each run: enough whole batches for errors from batches.
const RUNS: u64 = 120;
const TRIALS: u64 = 2_048;
/// Of so many intervals that hold the truth with probability 0.93 fewer do so with a probability of 0.0002.
const HELD_AT_LEAST: usize = 101;

/// By name, the exact value and where it stands in a row. The loss X has P(X <= x) = 1/4 + x + x^2 / 2 up to 1/2, and 1 - (1 - x)^2 / 2 from there on;
/// so CVaR at level a is 1 - 2/3 sqrt(2 (1 - a)).
type Figure = (&'static str, f64, fn(&SummaryRow) -> Estimate);
const FIGURES: [Figure; 6] = [
    ("mean", 25.0, |row| row.expected_shortfall_pct),
    ("P(> 10 %)", 0.645, |row| row.prob_gt_10),
    ("P(> 50 %)", 0.125, |row| row.prob_gt_50),
    ("p95", 68.377_223_398_316_2, |row| row.quantiles_pct[5].estimate),
    ("CVaR95", 78.918_148_932_210_8, |row| row.cvar_pct[1].estimate),
    ("CVaR99", 90.571_909_584_179_4, |row| row.cvar_pct[2].estimate),
];

/// The row of each run. Runs take their trials from further and further along: batches are independent of each other.
fn runs(design: &str) -> Vec<SummaryRow> {
    let set = format!("run.sampling=\"{design}\"");
    let prepared = prepare(&with(&read(TWO_PLANTS), &[&set]), None).unwrap();
    let empty = Recorder::with(&prepared.layout, Recording::TOTALS);
    let row = |run: u64| {
        let trials = run * TRIALS..(run + 1) * TRIALS;
        let recorder = simulate(&prepared.model, trials, &Progress::default(), || empty.fresh()).unwrap();
        let results = recorder.finish(PolicyFacts::default());
        let mut rows = results.summary.into_iter();
        rows.find(|row| row.country == "buyer" && row.sector == ALL_SECTORS)
            .unwrap()
    };
    (0..RUNS).map(row).collect()
}

#[test]
fn stated_intervals_hold_the_exact_values() {
    let mut errors_of_the_mean = Vec::new();
    for design in ["random", "latin_hypercube"] {
        let rows = runs(design);
        for (figure, exact, of) in FIGURES {
            let estimates: Vec<Estimate> = rows.iter().map(of).collect();
            let held = estimates
                .iter()
                .filter(|found| found.low <= exact && exact <= found.high)
                .count();
            assert!(
                held >= HELD_AT_LEAST,
                "{design}, {figure}: {held} of {RUNS} hold {exact}"
            );
            let squares = estimates
                .iter()
                .map(|found| (found.value - exact) * (found.value - exact));
            let error = (squares.sum::<f64>() / RUNS as f64).sqrt();
            let stated = estimates.iter().map(|found| found.standard_error).sum::<f64>() / RUNS as f64;
            // The root mean square of 120 errors is known to 6.5 %.
            assert!(
                error < 1.3 * stated,
                "{design}, {figure}: errs by {error}, states {stated}"
            );
            if figure == "mean" {
                errors_of_the_mean.push(error);
            }
        }
    }
    // What is nearly a sum of the draws is known far better from hypercubes.
    let [random, hypercubes] = errors_of_the_mean[..] else {
        unreachable!()
    };
    assert!(hypercubes < 0.7 * random, "{hypercubes} against {random}");
}

/// The same of differences from the baseline on the same draws: a policy halves the first plant, so what is short is X - U/4 for a failure U of that plant
/// alone. The mean falls by half of what the first plant loses on average, 6.25 points.
#[test]
fn stated_intervals_of_paired_differences_hold_the_exact_value() {
    let mut study = Study::from_text("two-plants.toml", TWO_PLANTS).unwrap();
    let mut held = 0;
    let (mut squares, mut stated) = (0.0, 0.0);
    for seed in 0..RUNS {
        study.set(&format!("run.seed={}", 1_000 + seed)).unwrap();
        let baseline = study.baseline().unwrap();
        let half = study
            .variant(
                "half",
                &[Change::set(
                    "event.first.severity",
                    "{ dist = \"uniform\", low = 0, high = 0.5 }",
                )],
            )
            .unwrap();
        let results = Run::new(&baseline).against([&half]).trials(TRIALS).results().unwrap();
        let less = results.difference("half", ("metal", "buyer"), Statistic::ExpectedShortfallPct);
        let found = less.unwrap().estimate;
        held += usize::from(found.low <= -6.25 && -6.25 <= found.high);
        squares += (found.value + 6.25) * (found.value + 6.25);
        stated += found.standard_error;
    }
    assert!(held >= HELD_AT_LEAST, "{held} of {RUNS}");
    let error = (squares / RUNS as f64).sqrt();
    assert!(error < 1.3 * stated / RUNS as f64, "errs by {error}");
}
