//! Conservation and other invariants, period by period, on generated scenarios of every kind.

use critmin::analysis::run::prepare;
use critmin::engine::draws::TrialStreams;
use critmin::engine::trial::Simulator;

use crate::generator::scenario;
use crate::inspector::Inspector;
use crate::support::{close, read};

/// Scenarios to generate; `SCENARIOS=5000 cargo test --test it conservation` looks further.
fn scenarios() -> u64 {
    std::env::var("SCENARIOS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(300)
}

const TRIALS: u64 = 3;

/// Simulates a generated scenario with and without tracing.
fn inspect(seed: u64) -> (Inspector, Inspector, String) {
    let generated = scenario(seed);
    let document = read(&generated.text);
    let prepared = prepare(&document, None).unwrap_or_else(|error| match error {
        critmin::analysis::run::RunError::Invalid(diagnostics) => {
            panic!("seed {seed}\n{}\n{}", generated.text, diagnostics.render(false))
        }
        other => panic!("seed {seed}: {other}\n{}", generated.text),
    });
    let mut traced = Inspector::traced(generated.loses_stocks);
    let mut plain = Inspector::default();
    let mut simulator = Simulator::new(&prepared.model);
    for trial in 0..TRIALS {
        simulator.run(trial, TrialStreams::of(trial), &mut traced);
    }
    // A fresh simulator in another order: nothing may be left over from trial to trial.
    let mut again = Simulator::new(&prepared.model);
    for trial in (0..TRIALS).rev() {
        let mut one = Inspector::default();
        again.run(trial, TrialStreams::of(trial), &mut one);
        plain.shortfalls.splice(0..0, one.shortfalls);
        plain.lost_output.splice(0..0, one.lost_output);
        plain.stock_end.splice(0..0, one.stock_end);
        plain.complaints.extend(one.complaints);
    }
    (traced, plain, generated.text)
}

#[test]
fn every_period_balances() {
    let mut short_periods = 0;
    let mut failures = Vec::new();
    for seed in 0..scenarios() {
        let (traced, _, _) = inspect(seed);
        short_periods += traced.short_periods;
        if let Some(first) = traced.complaints.first() {
            failures.push(format!("seed {seed}: {first} ({} complaints)", traced.complaints.len()));
        }
    }
    assert!(
        failures.is_empty(),
        "{} scenarios:\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(short_periods > 10_000, "only {short_periods} shortfalls were seen");
}

#[test]
fn the_quiet_path_gives_what_the_full_path_gives() {
    let mut failures = Vec::new();
    for seed in 0..scenarios() {
        let (traced, plain, _) = inspect(seed);
        let pairs = [
            ("shortfall", &traced.shortfalls, &plain.shortfalls),
            ("lost output", &traced.lost_output, &plain.lost_output),
            ("stock at the end", &traced.stock_end, &plain.stock_end),
        ];
        for (what, full, quick) in pairs {
            assert_eq!(full.len(), quick.len());
            let differs = full
                .iter()
                .zip(quick)
                .position(|(one, other)| !close(*one, *other, 1e-9, 1e-7));
            if let Some(at) = differs {
                failures.push(format!(
                    "seed {seed}: {what} {at}: {} in full, {} quickly",
                    full[at], quick[at]
                ));
            }
        }
        failures.extend(
            plain
                .complaints
                .first()
                .map(|first| format!("seed {seed}, not traced: {first}")),
        );
    }
    assert!(
        failures.is_empty(),
        "{} differences:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

/// Observed trade that contradicts supply and demand: balancing must go on until what arrives is what the pattern says.
#[test]
fn contradictory_trade_is_balanced_to_the_last() {
    for seed in [1221, 1468, 1724] {
        let (traced, ..) = inspect(seed);
        assert!(traced.complaints.is_empty(), "seed {seed}: {:?}", traced.complaints);
    }
}
