//! The same scenario, seed and trials give the same bytes for any number of threads.

use std::path::Path;

use critmin::sampling::BATCH_TRIALS;
use serde_json::Value;

use crate::support::{Files, contents, program as critmin};

/// A scenario that uses the starter and adds uncertain inputs, a renewal, a frailty and a policy.
fn scenario(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("scenario.toml");
    assert!(critmin().arg("new").arg(&path).output().unwrap().status.success());
    let mut text = std::fs::read_to_string(&path).unwrap();
    text.push_str(
        "\n[[event]]\nid = \"quakes\"\nkind = \"production_loss\"\ncountry = \"CHN\"\nmaterials = [\"oxide\"]\nassumption = \"test\"\n\
         arrival = { process = \"renewal\", up = { dist = \"exponential\", mean = 12 }, down = { dist = \"lognormal\", median = 2, p90 = 5 } }\n\
         severity = { dist = \"pert\", low = 0.05, mode = 0.2, high = 0.9 }\n\
         [[frailty]]\nid = \"tension\"\nevents = [\"licensing\"]\nfactor = { dist = \"gamma\", mean = 1, sd = 0.5 }\n",
    );
    std::fs::write(&path, text).unwrap();
    path
}

fn run(scenario: &Path, out: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = critmin()
        .arg("run")
        .arg(scenario)
        .arg("--out")
        .arg(out)
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let scratch = tempfile::tempdir().unwrap();
    let scenario = scenario(scratch.path());
    let mut first: Option<(Files, Vec<u8>)> = None;
    for threads in ["1", "2", "7"] {
        let out = scratch.path().join(format!("threads-{threads}"));
        let arguments = [
            "--threads",
            threads,
            "--trials",
            "1500",
            "--samples",
            "--formats",
            "svg",
            "--json",
            "--policy",
            "baseline",
        ];
        let printed = run(&scenario, &out, &arguments);
        let files = contents(&out);
        for name in [
            "summary.csv",
            "samples.csv",
            "exceedance.csv",
            "timeline.csv",
            "years.csv",
            "return_periods.csv",
            "event_classes.csv",
            "events.csv",
            "attribution.csv",
            "results.json",
        ] {
            assert!(files.contains_key(name), "{name} is missing among {:?}", files.keys());
        }
        assert!(files.keys().any(|name| name.starts_with("charts/")), "no charts");
        match &first {
            None => first = Some((files, printed)),
            Some((before, said)) => {
                assert_eq!(before.keys().collect::<Vec<_>>(), files.keys().collect::<Vec<_>>());
                for (name, bytes) in before {
                    // A page may say how long the run took.
                    if name != "report.html" {
                        assert!(*bytes == files[name], "{name} differs with {threads} threads");
                    }
                }
                assert!(*said == printed, "the printed summary differs with {threads} threads");
            }
        }
    }
}

#[test]
fn precision_stops_at_the_same_trial() {
    let scratch = tempfile::tempdir().unwrap();
    let scenario = scenario(scratch.path());
    let mut counts = Vec::new();
    for (threads, trials) in [("1", "60000"), ("2", "60000"), ("7", "60000"), ("2", "1000000")] {
        let out = scratch.path().join(format!("{threads}-{trials}"));
        let arguments = [
            "--threads",
            threads,
            "--trials",
            trials,
            "--precision",
            "2.5%",
            "--formats",
            "none",
            "--json",
            "--policy",
            "baseline",
        ];
        let printed: Value = serde_json::from_slice(&run(&scenario, &out, &arguments)).unwrap();
        let estimate = &printed["policies"][0]["summary"];
        assert!(estimate.is_array());
        counts.push((
            printed["trials"].as_u64().unwrap(),
            std::fs::read(out.join("summary.csv")).unwrap(),
        ));
    }
    assert!(counts[0].0 < 60_000, "it did not stop early");
    assert!(counts[0].0.is_multiple_of(BATCH_TRIALS), "not after a whole batch");
    assert!(
        counts.iter().all(|count| *count == counts[0]),
        "{:?}",
        counts.iter().map(|count| count.0).collect::<Vec<_>>()
    );
}

#[test]
fn another_seed_gives_other_numbers_and_the_same_seed_the_same() {
    let scratch = tempfile::tempdir().unwrap();
    let scenario = scenario(scratch.path());
    let summary = |name: &str, seed: &str| {
        let out = scratch.path().join(name);
        run(
            &scenario,
            &out,
            &["--seed", seed, "--trials", "300", "--formats", "none", "--quiet"],
        );
        std::fs::read(out.join("summary.csv")).unwrap()
    };
    assert!(summary("a", "1") == summary("b", "1"));
    assert!(summary("a", "1") != summary("c", "2"));
}

/// The trials of a longer run begin with those of a shorter one.
#[test]
fn more_trials_keep_the_first_ones() {
    let scratch = tempfile::tempdir().unwrap();
    let scenario = scenario(scratch.path());
    let samples = |trials: &str| {
        let out = scratch.path().join(trials);
        let arguments = [
            "--trials",
            trials,
            "--samples",
            "--formats",
            "none",
            "--quiet",
            "--policy",
            "baseline",
        ];
        run(&scenario, &out, &arguments);
        std::fs::read_to_string(out.join("samples.csv")).unwrap()
    };
    let (short, long) = (samples("300"), samples("500"));
    assert!(long.starts_with(&short));
}
