//! Extreme scenarios: every one is refused with a message, or simulated with every period in balance and every figure finite. Never a
//! panic, a hang, a NaN or more memory than there is.

use critmin::engine::draws::TrialStreams;
use critmin::engine::trial::Simulator;
use critmin::results::types::{Estimate, RunResults};
use critmin::scenario::{Document, EventKind};
use critmin::study::Error;
use critmin::study::inside::prepare;

use crate::inspector::Inspector;
use crate::support::{in_repository, load, read, try_simulate};

/// What became of a scenario.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    /// Refused, with what the user is told.
    Refused(String),
    /// Simulated, with the mean shortfall of the headline, %.
    Simulated(f64),
}

/// A document after `--set`, or what is wrong with the assignments.
pub fn set(document: &Document, changes: &[&str]) -> Result<Document, String> {
    let mut document = document.clone();
    for change in changes {
        document.set(change).map_err(|errors| errors.render(false))?;
    }
    Ok(document)
}

/// Checks, compiles, simulates `trials` with every period inspected, then runs and looks at every figure. Complaints are errors.
pub fn outcome(document: &Document, trials: u64) -> Result<Outcome, String> {
    let prepared = match prepare(document, None) {
        Ok(prepared) => prepared,
        Err(Error::Invalid(errors)) => {
            let told = errors.render(false);
            return if told.starts_with("error[") || told.contains("\nerror[") {
                Ok(Outcome::Refused(told))
            } else {
                Err(format!("refused without an error: {told}"))
            };
        }
        Err(other) => return Ok(Outcome::Refused(other.to_string())),
    };
    let loses_stocks = prepared
        .scenario
        .events
        .iter()
        .any(|event| matches!(event.kind, EventKind::StockLoss { .. }));
    let mut inspector = Inspector::traced(loses_stocks);
    let mut simulator = Simulator::new(&prepared.model);
    for trial in 0..trials {
        simulator.run(trial, TrialStreams::of(trial), &mut inspector);
    }
    if let Some(first) = inspector.complaints.first() {
        return Err(format!("{first} ({} complaints)", inspector.complaints.len()));
    }
    // Periods that need not be simulated in full must give the same.
    let mut quick = Inspector::default();
    for trial in 0..trials {
        simulator.run(trial, TrialStreams::of(trial), &mut quick);
    }
    let largest = inspector.shortfalls.iter().copied().fold(1e-3, f64::max);
    let differs = |(full, quick): &(&f64, &f64)| (*full - *quick).abs() > 1e-9 * largest;
    if let Some((full, quick)) = inspector.shortfalls.iter().zip(&quick.shortfalls).find(differs) {
        return Err(format!("a shortfall is {full} in full, {quick} quickly"));
    }
    drop(simulator);
    drop(prepared);
    let (report, _) = try_simulate(document, &[], false)?;
    sound(&report.results).map(Outcome::Simulated)
}

/// Whether every figure of the results is finite and in its range; the mean shortfall of the headline, %.
fn sound(results: &RunResults) -> Result<f64, String> {
    let mut headline = 0.0;
    for policy in &results.policies {
        for row in &policy.summary {
            let place = format!("{} {} {}", row.material, row.country, row.sector);
            let percents = [
                &row.expected_shortfall_pct,
                &row.structural_shortfall_pct,
                &row.unmet_after_adaptation_pct,
                &row.worst_spell_pct,
            ];
            for percent in percents {
                within(percent, 100.0).map_err(|why| format!("{place}: {why}"))?;
            }
            for probability in [&row.prob_any, &row.prob_gt_5, &row.prob_gt_50] {
                within(probability, 1.0).map_err(|why| format!("{place}: {why}"))?;
            }
            within(&row.expected_shortfall_t, row.demand_t).map_err(|why| format!("{place}: tonnes: {why}"))?;
            for tail in row.quantiles_pct.iter().chain(&row.cvar_pct) {
                if !(0.0..=100.0 + 1e-9).contains(&tail.estimate.value) {
                    return Err(format!("{place}: a tail measure is {}", tail.estimate.value));
                }
            }
            let rest = [row.expected_months_short.value, row.spell_count.value, row.max_pct];
            if rest.iter().any(|value| !(value.is_finite() && *value >= 0.0)) {
                return Err(format!("{place}: {rest:?}"));
            }
            if let Some(exposed) = &row.exposed_value_musd
                && !(exposed.value.is_finite() && exposed.value >= 0.0)
            {
                return Err(format!("{place}: exposed value {}", exposed.value));
            }
            if let Some(price) = &row.peak_price_index
                && !(price.value.is_finite() && price.value >= 1.0)
            {
                return Err(format!("{place}: price index {}", price.value));
            }
            if row.sector == "all" && row.expected_shortfall_pct.value > headline {
                headline = row.expected_shortfall_pct.value;
            }
        }
        for share in &policy.supply_shares {
            if !format!("{share:?}")
                .split([' ', ','])
                .all(|word| !matches!(word, "NaN" | "inf" | "-inf"))
            {
                return Err(format!("{share:?}"));
            }
        }
        for row in &policy.balance {
            if !format!("{row:?}")
                .split([' ', ','])
                .all(|word| !matches!(word, "NaN" | "inf" | "-inf"))
            {
                return Err(format!("{row:?}"));
            }
        }
        for event in &policy.events {
            if !(event.expected_count.value.is_finite()
                && event.mean_duration_months.is_none_or(f64::is_finite)
                && event.mean_severity.is_none_or(f64::is_finite))
            {
                return Err(format!("{event:?}"));
            }
        }
    }
    Ok(headline)
}

/// Between 0 and `most`, rounding aside.
fn within(estimate: &Estimate, most: f64) -> Result<(), String> {
    if estimate.value.is_finite() && (0.0..=most * (1.0 + 1e-9)).contains(&estimate.value) {
        Ok(())
    } else {
        Err(format!("{} is not between 0 and {most}", estimate.value))
    }
}

/// A chain of two stages with stocks and events of every kind, all of whose extremes are tried.
const SMALL: &str = include_str!("../../fuzz/every-table.toml");

/// Whether an extreme must be refused, must be simulated, or may be either.
#[derive(Clone, Copy, PartialEq)]
enum Expect {
    Refused,
    Simulated,
}
use Expect::{Refused, Simulated};

#[test]
fn extremes_are_refused_or_handled() {
    let document = read(SMALL);
    let mut failures = Vec::new();
    for line in include_str!("extremes.txt").lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (expected, changes) = line.split_once(' ').expect("an outcome, a space, assignments");
        let expected = match expected {
            "refused" => Refused,
            "simulated" => Simulated,
            other => panic!("`{other}` is neither refused nor simulated"),
        };
        let changes: Vec<&str> = changes.split(" & ").map(str::trim).collect();
        let found = match set(&document, &changes) {
            Err(told) => Ok(Outcome::Refused(told)),
            Ok(document) => outcome(&document, 3),
        };
        match (&found, expected) {
            (Ok(Outcome::Refused(_)), Refused) | (Ok(Outcome::Simulated(_)), Simulated) => {}
            _ => failures.push(format!("{line}\n    {found:?}")),
        }
    }
    assert!(failures.is_empty(), "{}:\n{}", failures.len(), failures.join("\n"));
}

/// Every number of a scenario: its place in the text.
fn numbers(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let code = line.split(" # ").next().unwrap_or(line);
        if !code.trim_start().starts_with('#') {
            let mut quoted = false;
            let mut start = None;
            let mut before = ' ';
            for (at, letter) in code.char_indices() {
                if letter == '"' {
                    quoted = !quoted;
                }
                let inside = letter.is_ascii_digit() || (start.is_some() && matches!(letter, '.' | '_' | 'e'));
                match start {
                    None if inside && !quoted && !(before.is_alphanumeric() || before == '_') => start = Some(at),
                    Some(first) if !inside => {
                        found.push((offset + first, offset + at));
                        start = None;
                    }
                    _ => {}
                }
                before = letter;
            }
        }
        offset += line.len();
    }
    found
}

/// Each number of a scenario ten thousand times larger and smaller, one at a time.
fn scaled_one_at_a_time(path: &str, text: &str) -> (usize, usize) {
    let (mut simulated, mut refused) = (0, 0);
    let mut failures = Vec::new();
    for (start, end) in numbers(text) {
        let value: f64 = text[start..end].replace('_', "").parse().expect("a number");
        for factor in [1e4, 1e-4] {
            let changed = format!("{}{:?}{}", &text[..start], value * factor, &text[end..]);
            let found = match Document::from_text(path, &changed) {
                Err(errors) => Ok(Outcome::Refused(errors.render(false))),
                Ok(mut document) => {
                    document.set("run.trials=4").expect("trials can be set");
                    outcome(&document, 2)
                }
            };
            match found {
                Ok(Outcome::Refused(told)) if told.len() > 20 => refused += 1,
                Ok(Outcome::Simulated(_)) => simulated += 1,
                other => {
                    let line = 1 + text[..start].matches('\n').count();
                    failures.push(format!("{path}:{line}: {value} x {factor}: {other:?}"));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}:\n{}", failures.len(), failures.join("\n"));
    (simulated, refused)
}

#[test]
fn each_number_ten_thousand_times_larger_and_smaller() {
    let mut simulated = 0;
    let mut refused = 0;
    for path in [
        "scenarios/quickstart.toml",
        "scenarios/student-diversification.toml",
        "fuzz/every-table.toml",
    ] {
        let text = std::fs::read_to_string(in_repository(path)).expect("a shipped scenario");
        let (one, other) = scaled_one_at_a_time(&in_repository(path).to_string_lossy(), &text);
        simulated += one;
        refused += other;
    }
    assert!(
        simulated > 100 && refused > 100,
        "{simulated} simulated, {refused} refused"
    );
}

/// The same for the larger shipped scenarios: `EXTREMES=all cargo test --release --test it extremes`.
#[test]
fn each_number_of_the_larger_scenarios() {
    if std::env::var_os("EXTREMES").is_none() {
        return;
    }
    for path in [
        "scenarios/rare-earths-2010.toml",
        "scenarios/china-rare-earth-controls.toml",
        "scenarios/drc-cobalt.toml",
    ] {
        let document = load(&in_repository(path));
        drop(document);
        let text = std::fs::read_to_string(in_repository(path)).expect("a shipped scenario");
        let (simulated, refused) = scaled_one_at_a_time(&in_repository(path).to_string_lossy(), &text);
        println!("{path}: {simulated} simulated, {refused} refused");
    }
}
