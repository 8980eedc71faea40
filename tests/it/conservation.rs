//! Conservation and other invariants, period by period, on generated scenarios of every kind.

use critmin::engine::draws::TrialStreams;
use critmin::engine::trial::Simulator;
use critmin::scenario::Document;
use critmin::study::inside::prepare;

use crate::features::{Rich, rich};
use crate::generator::{Generated, maker, scenario};
use crate::inspector::Inspector;
use crate::support::{Random, close, read};

/// Scenarios to generate; `SCENARIOS=5000 cargo test --test it conservation` looks further.
fn scenarios() -> u64 {
    std::env::var("SCENARIOS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(300)
}

/// The seeds; `FIRST=100000` begins elsewhere.
fn seeds() -> std::ops::Range<u64> {
    let first: u64 = std::env::var("FIRST")
        .ok()
        .and_then(|first| first.parse().ok())
        .unwrap_or(0);
    first..first + scenarios()
}

/// Seeds that a search over many has found: a response to prices that ended while an event lasted; a recovery all but over beside a gap of another
/// kind, whose last traces were taken for the causes of all of it; feed that processors left every period and that a repeated period left
/// again, out of nothing (two); a ban as severe as the trigger of a stockpile is high.
const FOUND: [u64; 5] = [222_901, 40_523, 100_955, 103_749, 104_381];

const TRIALS: u64 = 3;

/// A scenario of the generator alone (even seeds) or with further features (odd seeds), under the baseline or its policy.
fn generated(seed: u64) -> (Document, Generated, Option<&'static str>) {
    if seed.is_multiple_of(2) {
        let generated = scenario(seed);
        return (read(&generated.text), generated, None);
    }
    let Rich { generated, changes } = rich(seed);
    let mut document = read(&generated.text);
    for change in &changes {
        document
            .set(change)
            .unwrap_or_else(|errors| panic!("seed {seed}\n{}\n{}", generated.text, errors.render(false)));
    }
    let policy = seed.is_multiple_of(3).then_some("other");
    (document, generated, policy)
}

/// Simulates a generated scenario with and without tracing.
fn inspect(seed: u64) -> (Inspector, Inspector, String) {
    let (document, generated, policy) = generated(seed);
    examine(&document, generated, policy, seed)
}

fn examine(
    document: &Document,
    generated: Generated,
    policy: Option<&str>,
    seed: u64,
) -> (Inspector, Inspector, String) {
    let prepared = prepare(document, policy).unwrap_or_else(|error| match error {
        critmin::study::Error::Invalid(diagnostics) => {
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
        plain.blame.splice(0..0, one.blame);
        plain.complaints.extend(one.complaints);
    }
    (traced, plain, generated.text)
}

#[test]
fn every_period_balances() {
    let mut short_periods = 0;
    let mut failures = Vec::new();
    for seed in seeds() {
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

/// What differs between the two ways; 1e-9 of the amounts is rounding, and that part of the blame.
fn differences(seed: u64, traced: &Inspector, plain: &Inspector, of_blame: f64) -> Vec<String> {
    let mut failures = Vec::new();
    let pairs = [
        ("shortfall", 1e-9, &traced.shortfalls, &plain.shortfalls),
        ("lost output", 1e-9, &traced.lost_output, &plain.lost_output),
        ("stock at the end", 1e-9, &traced.stock_end, &plain.stock_end),
        ("blame", of_blame, &traced.blame, &plain.blame),
    ];
    for (what, relative, full, quick) in pairs {
        assert_eq!(full.len(), quick.len());
        let differs = full
            .iter()
            .zip(quick)
            .position(|(one, other)| !close(*one, *other, relative, 1e-7));
        if let Some(at) = differs {
            failures.push(format!(
                "seed {seed}: {what} {at}: {} in full, {} quickly",
                full[at], quick[at]
            ));
        }
    }
    let complaint = plain.complaints.first();
    failures.extend(complaint.map(|first| format!("seed {seed}, not traced: {first}")));
    failures
}

fn assert_none(failures: &[String]) {
    assert!(
        failures.is_empty(),
        "{} differences:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn the_quiet_path_gives_what_the_full_path_gives() {
    let mut failures = Vec::new();
    for seed in seeds().chain(FOUND) {
        let (traced, plain, _) = inspect(seed);
        failures.extend(differences(seed, &traced, &plain, 1e-9));
    }
    assert_none(&failures);
}

/// A generated scenario with lanes of limited capacity, a quota in tonnes, a restriction that leaks, and an event in force at the start.
fn limited(seed: u64) -> Generated {
    let mut generated = scenario(seed + 700_000);
    let mut random = Random::new(seed);
    let mut tonnes = || libm::pow(10.0, random.between(0.5, 4.5));
    for (number, (supply, stage)) in generated.supplies.clone().iter().take(3).enumerate() {
        let (port, quota) = (tonnes(), tonnes());
        let from = maker(supply, generated.countries);
        let to = if from == "c0" { "c1" } else { "c0" };
        let lanes = if number == 0 {
            format!("[\"{from}\", \"all\"]")
        } else {
            "[\"all\", \"c0\"], [\"c0\", \"c1\"]".to_owned()
        };
        generated.text.push_str(&format!(
            "[[lane_capacity]]\nid = \"port{number}\"\nmaterial = \"m{stage}\"\nlanes = [[\"{from}\", \"{to}\"], {lanes}]\ntonnes_per_year = {port:.3}\n\
             [[event]]\nid = \"held{number}\"\nkind = \"export_restriction\"\nfrom = \"{from}\"\nto = \"all\"\nmaterials = [\"m{stage}\"]\n\
             form = \"quota\"\ntonnes_per_year = {{ dist = \"uniform\", low = {quota:.3}, high = {:.3} }}\n\
             arrival = {{ process = \"fixed\", at = \"2026-03\", probability = 0.6 }}\nduration = 3.3\nrecovery = {{ shape = \"linear\", months = 2 }}\n\
             [[event]]\nid = \"since{number}\"\nkind = \"production_loss\"\nsupply = \"{supply}\"\n\
             arrival = {{ process = \"in_force\", since = \"2025-11-20\" }}\nduration = {{ dist = \"exponential\", mean = 3 }}\nseverity = 0.4\n",
            2.0 * quota,
        ));
        if generated.countries > 2 {
            generated.text.push_str(&format!(
                "[[event]]\nid = \"leaks{number}\"\nkind = \"export_restriction\"\nfrom = \"{from}\"\nto = \"{to}\"\nmaterials = [\"m{stage}\"]\n\
                 arrival = {{ process = \"poisson\", per_year = 1 }}\nduration = {{ dist = \"exponential\", mean = 4 }}\nnotice = 1\n\
                 leak = {{ share = {{ dist = \"uniform\", low = 0, high = 1 }}, delay = 0.7, premium = 0.3 }}\n"
            ));
        }
    }
    generated
}

#[test]
fn limits_leaks_and_events_in_force_balance_in_full_and_quickly() {
    let mut failures = Vec::new();
    let mut short_periods = 0;
    for seed in 0..scenarios() / 3 {
        let generated = limited(seed);
        let (traced, plain, _) = examine(&read(&generated.text), generated, None, seed);
        short_periods += traced.short_periods;
        if let Some(first) = traced.complaints.first() {
            failures.push(format!("seed {seed}: {first} ({} complaints)", traced.complaints.len()));
        }
        failures.extend(differences(seed, &traced, &plain, 1e-9));
    }
    assert_none(&failures);
    assert!(short_periods > 3_000, "only {short_periods} shortfalls were seen");
}

/// Observed trade that contradicts supply and demand: balancing must go on until what arrives is what the pattern says.
#[test]
fn contradictory_trade_is_balanced_to_the_last() {
    for seed in [1221, 1468, 1724] {
        let (traced, ..) = examine(&read(&scenario(seed).text), scenario(seed), None, seed);
        assert!(traced.complaints.is_empty(), "seed {seed}: {:?}", traced.complaints);
    }
}
