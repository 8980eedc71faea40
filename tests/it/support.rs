//! What several tests share: loading, running, a small seeded generator of random numbers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use critmin::engine::observe::{Observer, PeriodOutcome, TrialOutcome};
use critmin::results::types::SummaryRow;
use critmin::scenario::Document;
use critmin::study::{Error, Part, PartReport, Progress, Replay, RunListener, RunPlan, RunResults, Sample, Study};
use sha2::{Digest, Sha256};

/// The program under test: the one built with the tests, or the one that `CRITMIN_BINARY` names.
pub fn program() -> Command {
    let built = || env!("CARGO_BIN_EXE_critmin").into();
    let mut command = Command::new(std::env::var_os("CRITMIN_BINARY").unwrap_or_else(built));
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    // Lines are whole: `widths` has tests of narrow ones.
    command.env("COLUMNS", "1000");
    command
}

/// Exit code, stdout, stderr.
pub fn said(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (
        output.status.code().unwrap(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

/// Contents by name.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Every file below a folder, by name; `results.json` without its timing.
pub fn contents(folder: &Path) -> Files {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(
                contents(&path)
                    .into_iter()
                    .map(|(file, bytes)| (format!("{name}/{file}"), bytes)),
            );
            continue;
        }
        let mut bytes = std::fs::read(&path).unwrap();
        if name == "files.json" {
            // It holds the hash of results.json, and so of the timing, and where the scenario is: looked at, not compared.
            assert_listed(folder, &bytes);
            continue;
        }
        if name == "results.json" {
            let mut document: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            assert!(
                document.as_object_mut().unwrap().remove("timing").is_some(),
                "results.json has no timing"
            );
            bytes = serde_json::to_vec(&document).unwrap();
        }
        found.insert(name, bytes);
    }
    found
}

/// Every file that is listed is there, as it is listed.
fn assert_listed(folder: &Path, list: &[u8]) {
    let list: serde_json::Value = serde_json::from_slice(list).unwrap();
    for (name, hashes) in list["files"].as_object().unwrap() {
        let bytes = std::fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hashes, &serde_json::json!([hash]), "{name}");
    }
}

/// A path within the repository.
pub fn in_repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Loads a scenario file or panics with its diagnostics as a user would see them.
pub fn load(path: &Path) -> Document {
    Document::load(path).unwrap_or_else(|diagnostics| panic!("{}", diagnostics.render(false)))
}

/// Reads a scenario from text or panics with its diagnostics.
pub fn read(text: &str) -> Document {
    Document::from_text("generated.toml", text)
        .unwrap_or_else(|diagnostics| panic!("{text}\n{}", diagnostics.render(false)))
}

/// The same document with a key set.
pub fn with(document: &Document, changes: &[&str]) -> Document {
    let mut document = document.clone();
    for change in changes {
        if let Err(diagnostics) = document.set(change) {
            panic!("--set {change}\n{}", diagnostics.render(false));
        }
    }
    document
}

/// What a run gives.
#[derive(Debug, Clone, PartialEq)]
pub struct RunReport {
    /// The results.
    pub results: RunResults,
    /// Whether it was stopped.
    pub interrupted: bool,
}

/// Runs the baseline and the plan's policies.
pub fn run(
    document: &Document,
    plan: &RunPlan,
    progress: &Progress,
    listener: &mut dyn RunListener,
) -> Result<RunReport, Error> {
    let part = simulate_part(document, plan, None, progress, listener)?.part;
    Ok(RunReport {
        results: part.finish(),
        interrupted: !part.is_complete(),
    })
}

/// Runs the plan's trials, or what an earlier part has left of them.
pub fn simulate_part(
    document: &Document,
    plan: &RunPlan,
    earlier: Option<Part>,
    progress: &Progress,
    listener: &mut dyn RunListener,
) -> Result<PartReport, Error> {
    let study = Study::of(document.clone(), "test");
    study.simulate(&study.baseline()?, plan, earlier, progress, listener)
}

/// One trial in full.
pub fn replay(document: &Document, policy: Option<&str>, trial: u64) -> Result<Replay, Error> {
    Study::of(document.clone(), "test").replay(policy, trial)
}

/// Keeps samples.
#[derive(Default)]
pub struct Keeper(pub Vec<NamedSample>);

impl RunListener for Keeper {
    fn samples(
        &mut self,
        policy: &str,
        rows: &[(String, String)],
        samples: &[Sample],
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        self.0.extend(samples.iter().map(|sample| {
            let (material, place) = &rows[sample.row];
            (policy.to_owned(), material.clone(), place.clone(), *sample)
        }));
        Ok(())
    }
}

/// One trial's outcome for a row in focus: (policy, material, place, sample).
pub type NamedSample = (String, String, String, Sample);

/// Runs a scenario and its policies; panics with diagnostics when it is invalid.
pub fn simulate(document: &Document, policies: &[&str]) -> RunReport {
    simulate_with_samples(document, policies, false).0
}

/// The same, with samples.
pub fn simulate_with_samples(document: &Document, policies: &[&str], samples: bool) -> (RunReport, Vec<NamedSample>) {
    try_simulate(document, policies, samples).unwrap_or_else(|why| panic!("{why}"))
}

/// The same, with what is wrong as text.
pub fn try_simulate(
    document: &Document,
    policies: &[&str],
    samples: bool,
) -> Result<(RunReport, Vec<NamedSample>), String> {
    let plan = RunPlan {
        policies: policies.iter().map(ToString::to_string).collect(),
        return_periods: critmin::results::RETURN_PERIODS.to_vec(),
        samples,
        ..RunPlan::default()
    };
    let mut keeper = Keeper::default();
    match run(document, &plan, &Progress::default(), &mut keeper) {
        Ok(report) => Ok((report, keeper.0)),
        Err(Error::Invalid(diagnostics)) => Err(diagnostics.render(false)),
        Err(error) => Err(error.to_string()),
    }
}

/// A summary row by its key.
pub fn row<'a>(
    report: &'a RunReport,
    policy: &str,
    material: &str,
    country: &str,
    sector: &str,
) -> Result<&'a SummaryRow, String> {
    let policies = &report.results.policies;
    let found = policies
        .iter()
        .find(|results| results.policy == policy)
        .ok_or_else(|| format!("no policy `{policy}`"))?;
    found
        .summary
        .iter()
        .find(|row| row.material == material && row.country == country && row.sector == sector)
        .ok_or_else(|| {
            let rows: Vec<String> = found
                .summary
                .iter()
                .map(|row| format!("({}, {}, {})", row.material, row.country, row.sector))
                .collect();
            format!("no row ({material}, {country}, {sector}); there are {}", rows.join(" "))
        })
}

/// An observer that wants nothing.
pub struct Blind;

impl Observer for Blind {
    fn period(&mut self, _outcome: &PeriodOutcome<'_>) {}
    fn end_trial(&mut self, _outcome: &TrialOutcome<'_>) {}
}

/// SplitMix64 (Steele, Lea and Flood 2014): small, seeded, the same everywhere.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// In [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// In [low, high).
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number from `low` to `high`, both included.
    pub fn whole(&mut self, low: usize, high: usize) -> usize {
        low + (self.next() % (high - low + 1) as u64) as usize
    }

    /// Whether something of this probability happens.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// One of a list.
    pub fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.whole(0, from.len() - 1)]
    }

    /// A random order of 0..count.
    pub fn order(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for last in (1..count).rev() {
            order.swap(last, self.whole(0, last));
        }
        order
    }
}

/// Whether two numbers agree to `relative` of the larger one (or both are below `absolute`).
pub fn close(one: f64, other: f64, relative: f64, absolute: f64) -> bool {
    (one - other).abs() <= (relative * one.abs().max(other.abs())).max(absolute)
}
