//! What a run leaves out (`--without`) changes nothing in what it keeps, to the last bit: on generated scenarios with every feature, on a plain
//! one, and on those that ship; in parts and in one go.

use std::path::Path;

use critmin::results::types::{CostlyTable, PolicyResults, RunResults};
use critmin::scenario::Document;
use critmin::study::{Error, Progress, RunPlan};
use serde_json::Value;

use crate::features::{Rich, rich};
use crate::resume::Quiet;
use crate::shards;
use crate::support::{NamedSample, contents, in_repository, load, read, run, simulate_part, with};

const BOTH: [CostlyTable; 2] = [CostlyTable::Timeline, CostlyTable::Attribution];

/// Results and samples; `None` where the scenario is refused.
fn simulated(document: &Document, left_out: &[CostlyTable]) -> Option<(RunResults, Vec<NamedSample>)> {
    let plan = RunPlan {
        samples: true,
        left_out: left_out.to_vec(),
        ..RunPlan::default()
    };
    let mut keeper = crate::support::Keeper::default();
    match run(document, &plan, &Progress::default(), &mut keeper) {
        Ok(report) => Some((report.results, keeper.0)),
        Err(Error::Invalid(_)) => None,
        Err(error) => panic!("{error}"),
    }
}

/// The same without these tables.
fn stripped(mut results: RunResults, left_out: &[CostlyTable]) -> RunResults {
    results.manifest.left_out = left_out.to_vec();
    for policy in &mut results.policies {
        strip(policy, left_out);
    }
    results
}

fn strip(policy: &mut PolicyResults, left_out: &[CostlyTable]) {
    if left_out.contains(&CostlyTable::Timeline) {
        assert!(policy.timeline.take().is_some());
    }
    if left_out.contains(&CostlyTable::Attribution) {
        assert!(policy.attribution.take().is_some());
        for event in &mut policy.events {
            assert!(event.share_of_expected.take().is_some() && event.share_of_cvar95.take().is_some());
        }
    }
}

/// The first place in which two documents differ.
fn difference(one: &Value, other: &Value) -> Option<String> {
    let inside = |name: &str, one, other| difference(one, other).map(|place| format!("{name}.{place}"));
    match (one, other) {
        (Value::Object(own), Value::Object(others)) if own.keys().eq(others.keys()) => {
            own.iter().find_map(|(name, value)| inside(name, value, &others[name]))
        }
        (Value::Array(own), Value::Array(others)) if own.len() == others.len() => {
            let mut pairs = own.iter().zip(others).enumerate();
            pairs.find_map(|(number, (value, other))| inside(&number.to_string(), value, other))
        }
        _ => (one != other).then(|| format!("{one} or {other}").chars().take(200).collect()),
    }
}

/// Runs it in full, without both and without one of the two; tells whether it could be run.
fn compare(document: &Document, number: usize) -> bool {
    let Some((full, samples)) = simulated(document, &[]) else {
        return false;
    };
    for left_out in [&BOTH[..], &BOTH[number % 2..][..1]] {
        let (found, found_samples) = simulated(document, left_out).unwrap();
        let json = |results: &RunResults| serde_json::to_value(results).unwrap();
        let expected = json(&stripped(full.clone(), left_out));
        if let Some(place) = difference(&json(&found), &expected) {
            panic!("{number} without {left_out:?}: {place} differs");
        }
        assert!(
            found_samples == samples,
            "{number} without {left_out:?}: samples differ"
        );
    }
    true
}

#[test]
fn generated_scenarios_keep_every_bit() {
    let mut compared = 0;
    for seed in 0..120 {
        let Rich { generated, changes } = rich(seed);
        let mut changes: Vec<&str> = changes.iter().map(String::as_str).collect();
        changes.push("run.trials=12");
        compared += usize::from(compare(&with(&read(&generated.text), &changes), seed as usize));
    }
    assert!(compared > 100, "{compared} of 120 could be run");
}

#[test]
fn a_plain_scenario_keeps_every_bit() {
    let small = load(&in_repository("benches/peers/small.toml"));
    assert!(compare(&with(&small, &["run.trials=300"]), 0));
}

#[test]
fn shipped_scenarios_keep_every_bit() {
    let folder = std::fs::read_dir(in_repository("scenarios")).unwrap();
    let mut scenarios: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    scenarios.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    assert!(scenarios.len() > 8, "{scenarios:?}");
    for (number, path) in scenarios.iter().enumerate() {
        assert!(
            compare(&with(&load(path), &["run.trials=24"]), number),
            "{}",
            path.display()
        );
    }
}

#[test]
fn what_was_left_out_is_part_of_what_a_run_is() {
    let document = with(&load(&shards::scenario()), &["run.trials=40"]);
    let plan = |left_out: &[CostlyTable]| RunPlan {
        left_out: left_out.to_vec(),
        ..RunPlan::default()
    };
    let simulate = |left_out: &[CostlyTable], earlier| {
        simulate_part(&document, &plan(left_out), earlier, &Progress::default(), &mut Quiet)
    };
    // In any order, more than once.
    let part = simulate(&[BOTH[1], BOTH[0], BOTH[1]], None).unwrap().part;
    assert_eq!(part.finish().manifest.left_out, BOTH);
    assert!(simulate(&BOTH, Some(part.clone())).is_ok());
    for other in [&[][..], &BOTH[..1]] {
        match simulate(other, Some(part.clone())) {
            Err(Error::AnotherRun(difference)) => {
                assert_eq!(
                    (difference.what, difference.one.as_str()),
                    ("--without", "timeline,attribution")
                );
            }
            other => panic!("{other:?}"),
        }
    }
}

/// Everything that a run writes into a folder.
fn written(out: &Path, arguments: &[&str]) -> crate::support::Files {
    shards::run(out, arguments);
    contents(out)
}

#[test]
fn files_left_out_are_not_there_and_the_others_are_the_same() {
    let scratch = tempfile::tempdir().unwrap();
    let out = scratch.path().join("out");
    let full = written(&out, &["--formats", "svg"]);
    assert!(full.contains_key("timeline.csv") && full.contains_key("charts/fan-metal.svg"));
    // Into the same folder: what an earlier run has left would be of other trials.
    let left = written(&out, &["--formats", "svg", "--without", "timeline,attribution"]);
    let gone: Vec<&String> = full.keys().filter(|name| !left.contains_key(*name)).collect();
    assert_eq!(
        gone,
        [
            "attribution.csv",
            "charts/events-alloy.svg",
            "charts/events-metal.svg",
            "charts/fan-alloy.svg",
            "charts/fan-metal.svg",
            "timeline.csv"
        ]
    );
    for (name, bytes) in &left {
        let differs = ["datapackage.json", "events.csv", "results.json"].contains(&name.as_str());
        assert_eq!(*bytes != full[name], differs, "{name}");
    }
    let results: Value = serde_json::from_slice(&left["results.json"]).unwrap();
    assert_eq!(
        results["manifest"]["left_out"],
        serde_json::json!(["timeline", "attribution"])
    );
    let baseline = &results["policies"][0];
    assert!(baseline["timeline"].is_null() && baseline["attribution"].is_null());
    assert!(baseline["events"][0]["share_of_expected"].is_null());
    let events = String::from_utf8(left["events.csv"].clone()).unwrap();
    let lines: Vec<Vec<&str>> = events.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines[0][5..7], ["share_of_expected", "share_of_cvar95"]);
    assert!(
        lines.len() > 2 && lines[1..].iter().all(|cells| cells[5..7] == ["", ""]),
        "{events}"
    );
    // One of the two.
    let one = written(&out, &["--formats", "none", "--without", "timeline"]);
    assert!(!one.contains_key("timeline.csv") && one["attribution.csv"] == full["attribution.csv"]);
    assert!(one["events.csv"] == full["events.csv"]);
}

#[test]
fn parts_without_tables_make_up_a_run_without_them() {
    let scratch = tempfile::tempdir().unwrap();
    let without = ["--without", "attribution,timeline"];
    let parts = shards::parts(
        scratch.path(),
        &[
            ("a", "0..130", &without),
            ("b", "130..300", &without),
            ("full", "130..300", &[]),
        ],
    );
    let whole = scratch.path().join("whole");
    let common = ["--trials", "300", "--policy", "baseline", "--formats", "none"];
    let expected = written(&whole, &[&common[..], &without].concat());
    let merged = scratch.path().join("merged");
    let (code, _, error) = shards::merge(
        &merged,
        &[parts["b"].clone(), parts["a"].clone()],
        &["--formats", "none"],
    );
    assert_eq!(code, 0, "{error}");
    assert!(contents(&merged) == expected);
    let (code, _, error) = shards::merge(&merged, &[parts["a"].clone(), parts["full"].clone()], &[]);
    assert!(
        code == 1 && error.contains("--without") && error.contains("none"),
        "{error}"
    );
}
