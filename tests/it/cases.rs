//! Scenario files with known answers. Every `tests/cases/NAME.toml` stands beside `tests/cases/NAME.expected.toml`; a new pair is a new
//! test. `tests/cases/README.md` says what an expected file holds. `CASE=word cargo test --test it cases` runs those whose name has the word.

use std::collections::BTreeMap;
use std::path::Path;

use critmin::scenario::Document;
use critmin::study::Replay;
use serde::Deserialize;

use crate::lookup::find;
use crate::support::{RunReport, in_repository, load, replay, try_simulate};

/// How many standard errors a Monte Carlo estimate may lie from the exact value.
const STANDARD_ERRORS: f64 = 4.0;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    /// What the answers follow from; for readers.
    #[serde(default)]
    #[allow(dead_code)]
    because: String,
    #[serde(default)]
    expect: Vec<Expect>,
    /// The same scenario with keys set.
    #[serde(default)]
    variant: Vec<Variant>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Variant {
    name: String,
    set: Vec<String>,
    expect: Vec<Expect>,
}

/// One entry of an expected file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    #[serde(default = "baseline")]
    pub policy: String,
    pub material: Option<String>,
    pub country: Option<String>,
    pub sector: Option<String>,
    pub event: Option<String>,
    pub supply: Option<String>,
    pub stock: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    /// Period of a fan, or (with `trial`) of a replay.
    pub period: Option<usize>,
    pub trial: Option<u64>,
    /// Thresholds of an exceedance curve, %; one for each of `values`.
    pub exceeds: Option<Vec<f64>>,
    pub column: String,
    pub value: Option<f64>,
    /// Values from `period` (default 0) on.
    pub values: Option<Vec<f64>>,
    /// Largest difference; relative to the value, or absolute below 1.
    pub tolerance: Option<f64>,
    /// Exact standard deviation of one trial (of a quantile, CVaR or standard deviation: of its influence function).
    pub standard_deviation: Option<f64>,
    /// The same for each of `values`.
    pub standard_deviations: Option<Vec<f64>>,
}

fn baseline() -> String {
    "baseline".to_owned()
}

#[test]
fn every_case_comes_out_right() {
    let folder = in_repository("tests/cases");
    let wanted = std::env::var("CASE").unwrap_or_default();
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter(|name| name.ends_with(".toml") && !name.ends_with(".expected.toml"))
        .filter(|name| name.contains(&wanted))
        .collect();
    names.sort();
    assert!(
        !names.is_empty(),
        "no case in {} is called like `{wanted}`",
        folder.display()
    );
    let mut failures = Vec::new();
    let mut checked = 0;
    for name in &names {
        let expected = folder.join(name.replace(".toml", ".expected.toml"));
        match one_case(&folder.join(name), &expected) {
            Ok(count) => checked += count,
            Err(messages) => failures.extend(messages.into_iter().map(|message| format!("{name}: {message}"))),
        }
    }
    println!("{checked} values of {} cases agree", names.len());
    assert!(
        failures.is_empty(),
        "{} differences:\n  {}",
        failures.len(),
        failures.join("\n  ")
    );
}

#[test]
fn every_expected_file_has_its_scenario() {
    for entry in std::fs::read_dir(in_repository("tests/cases")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.to_string_lossy().into_owned();
        if let Some(stem) = name.strip_suffix(".expected.toml") {
            assert!(Path::new(&format!("{stem}.toml")).is_file(), "{name} stands alone");
        }
    }
}

/// Checks one case; gives the number of values that agree, or every difference.
fn one_case(scenario: &Path, expected: &Path) -> Result<usize, Vec<String>> {
    let text = std::fs::read_to_string(expected).map_err(|error| vec![format!("{}: {error}", expected.display())])?;
    let expected: Expected = toml::from_str(&text).map_err(|error| vec![format!("{}: {error}", expected.display())])?;
    let document = load(scenario);
    let mut differences = Vec::new();
    let mut checked = 0;
    let mut run = |document: &Document, name: &str, expects: &[Expect]| {
        let case = match Case::new(document, expects) {
            Ok(case) => case,
            Err(message) => return differences.push(format!("{name}{message}")),
        };
        for expect in expects {
            match case.check(expect) {
                Ok(count) => checked += count,
                Err(message) => differences.push(format!("{name}{message}")),
            }
        }
    };
    if !expected.expect.is_empty() {
        run(&document, "", &expected.expect);
    }
    for variant in &expected.variant {
        let mut changed = document.clone();
        for change in &variant.set {
            changed
                .set(change)
                .map_err(|diagnostics| vec![format!("{change}: {}", diagnostics.render(false))])?;
        }
        run(&changed, &format!("[{}] ", variant.name), &variant.expect);
    }
    if checked == 0 && differences.is_empty() {
        return Err(vec!["the expected file expects nothing".to_owned()]);
    }
    if differences.is_empty() {
        Ok(checked)
    } else {
        Err(differences)
    }
}

/// A scenario's results and replays.
pub struct Case {
    pub report: RunReport,
    pub replays: BTreeMap<(String, u64), Replay>,
}

impl Case {
    fn new(document: &Document, expects: &[Expect]) -> Result<Self, String> {
        let mut policies: Vec<&str> = Vec::new();
        let mut replays = BTreeMap::new();
        for expect in expects {
            let policy = expect.policy.as_str();
            if policy != "baseline" && !policies.contains(&policy) {
                policies.push(policy);
            }
        }
        let report = try_simulate(document, &policies, false)?.0;
        for expect in expects {
            let policy = expect.policy.as_str();
            if let Some(trial) = expect.trial
                && !replays.contains_key(&(policy.to_owned(), trial))
            {
                let under = Some(policy).filter(|policy| *policy != "baseline");
                let traced = replay(document, under, trial).map_err(|error| error.to_string())?;
                replays.insert((policy.to_owned(), trial), traced);
            }
        }
        Ok(Case { report, replays })
    }

    /// Compares what one entry expects; gives the number of values that agree.
    fn check(&self, expect: &Expect) -> Result<usize, String> {
        let what = describe(expect);
        let values = match (&expect.value, &expect.values) {
            (Some(value), None) => vec![*value],
            (None, Some(values)) => values.clone(),
            _ => return Err(format!("{what}: give `value` or `values`")),
        };
        let first = expect.period.unwrap_or(0);
        let trials = self.report.results.manifest.trials as f64;
        for (position, value) in values.iter().enumerate() {
            let threshold = match &expect.exceeds {
                Some(each) => Some(
                    *each
                        .get(position)
                        .ok_or_else(|| format!("{what}: too few thresholds"))?,
                ),
                None => None,
            };
            let by_period = threshold.is_none() && (expect.period.is_some() || expect.values.is_some());
            let period = by_period.then_some(first + position);
            let place = match (period, threshold) {
                (Some(period), _) => format!(" in period {period}"),
                (None, Some(threshold)) => format!(" above {threshold} %"),
                (None, None) => String::new(),
            };
            let found = find(self, expect, period, threshold).map_err(|why| format!("{what}{place}: {why}"))?;
            let deviation = match &expect.standard_deviations {
                Some(each) => Some(
                    *each
                        .get(position)
                        .ok_or_else(|| format!("{what}: too few standard deviations"))?,
                ),
                None => expect.standard_deviation,
            };
            let (allowed, rule) = match (expect.tolerance, deviation) {
                (Some(tolerance), None) => (tolerance * value.abs().max(1.0), "tolerance"),
                (None, Some(deviation)) => (STANDARD_ERRORS * deviation / trials.sqrt(), "4 standard errors"),
                _ => return Err(format!("{what}: give `tolerance` or `standard_deviation`")),
            };
            if found.is_nan() || (found - value).abs() > allowed {
                return Err(format!(
                    "{what}{place}: expected {value}, found {found} (differs by {:.3e}, {rule} {allowed:.3e})",
                    found - value
                ));
            }
        }
        Ok(values.len())
    }
}

/// The entry in words.
fn describe(expect: &Expect) -> String {
    let mut words = Vec::new();
    if expect.policy != "baseline" {
        words.push(format!("policy {}", expect.policy));
    }
    let named = [
        ("material", &expect.material),
        ("country", &expect.country),
        ("sector", &expect.sector),
        ("event", &expect.event),
        ("supply", &expect.supply),
        ("stock", &expect.stock),
        ("from", &expect.from),
        ("to", &expect.to),
    ];
    words.extend(
        named
            .iter()
            .filter_map(|(name, value)| value.as_ref().map(|value| format!("{name} {value}"))),
    );
    if let Some(trial) = expect.trial {
        words.push(format!("trial {trial}"));
    }
    words.push(expect.column.clone());
    words.join(", ")
}
