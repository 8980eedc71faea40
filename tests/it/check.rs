//! `critmin check` from outside: golden files written, compared, refused; what it says and how it exits.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use critmin::analysis::pin::content_hash;
use critmin::regression::Golden;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{in_repository, load, read, simulate_with_samples, with};

/// Two materials, a stockpile, two events, two policies.
const SCENARIO: &str = r#"format = 1
title = "Check"
assumption = "invented"
focus = { materials = ["metal"], countries = ["buyer", "friend"] }

[time]
start = "2026-01"
periods = 24

[run]
trials = 900
seed = 5

[[country]]
id = "maker"
[[country]]
id = "buyer"
[[country]]
id = "friend"

[[material]]
id = "ore"
[[material]]
id = "metal"
flexibility = 1.2
inputs = [{ material = "ore", per_tonne = 2 }]

[[supply]]
id = "mine"
country = "maker"
material = "ore"
capacity = 5000

[[supply]]
id = "plant"
country = "maker"
material = "metal"
capacity = { dist = "uniform", low = 2050, high = 2400 }
utilisation = 0.9

[[supply]]
id = "home"
country = "buyer"
material = "metal"
capacity = 200

[[demand]]
material = "metal"
country = "buyer"
sector = "civil"
amount = 1000
[[demand]]
material = "metal"
country = "buyer"
sector = "defence and space"
amount = 200
priority = 1
[[demand]]
material = "metal"
country = "friend"
amount = 800

[[stockpile]]
material = "metal"
country = "buyer"
days = 20

[[event]]
id = "ban"
kind = "export_restriction"
from = "maker"
to = "all"
materials = ["metal"]
arrival = { process = "poisson", per_year = 0.4 }
duration = { dist = "exponential", mean = 6 }
severity = { dist = "uniform", low = 0.4, high = 1 }

[[event]]
id = "outage"
kind = "production_loss"
supply = "plant"
arrival = { process = "renewal", up = { dist = "exponential", mean = 18 }, down = { dist = "exponential", mean = 2 } }
severity = 0.3

[[policy]]
id = "stockpile"
[[policy.set]]
key = "stockpile.metal.buyer.days"
value = 120

[[policy]]
id = "second_source"
[[policy.set]]
key = "supply.home.capacity"
value = 600
"#;

/// A folder with a scenario and its golden file, of 320 trials.
struct Bench {
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        let bench = Bench {
            folder: tempfile::tempdir().unwrap(),
        };
        std::fs::write(bench.path("scenario.toml"), SCENARIO).unwrap();
        let (code, out, error) = bench.check(&["--update", "--trials", "320"]);
        assert_eq!((code, error.as_str()), (0, ""));
        assert!(
            out.contains("wrote golden.json") && out.contains("320 trials, seed 5"),
            "{out}"
        );
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn golden(&self) -> String {
        std::fs::read_to_string(self.path("golden.json")).unwrap()
    }

    fn edit(&self, name: &str, from: &str, to: &str) {
        let path = self.path(name);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        std::fs::write(path, text.replace(from, to)).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_critmin"));
        let output = command
            .env("NO_COLOR", "1")
            .current_dir(self.folder.path())
            .args(arguments)
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (
            output.status.code().unwrap(),
            text(&output.stdout),
            text(&output.stderr),
        )
    }

    /// Exit code, stdout, stderr of a check of the scenario against its golden file.
    fn check(&self, arguments: &[&str]) -> (i32, String, String) {
        let fixed = ["check", "scenario.toml", "--against", "golden.json"];
        self.command(&[&fixed, arguments].concat())
    }

    /// Exit code and the check's JSON.
    fn json(&self, arguments: &[&str]) -> (i32, Value) {
        let (code, out, error) = self.check(&[&["--json"], arguments].concat());
        assert_eq!(error, "");
        let document: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(document["changed"], Value::Bool(code == 1));
        (code, document["checks"][0].clone())
    }
}

/// A move of a check's JSON by row and statistic, under the baseline.
fn find<'a>(check: &'a Value, place: &str, sector: &str, statistic: &str) -> &'a Value {
    let moves = check["moves"].as_array().unwrap();
    moves
        .iter()
        .find(|moved| {
            moved["policy"] == "baseline"
                && moved["country"] == place
                && moved["sector"] == sector
                && moved["statistic"] == statistic
        })
        .unwrap_or_else(|| panic!("{statistic} of {place} {sector} has not moved"))
}

fn names(list: &Value, field: &str) -> Vec<String> {
    let items = list.as_array().unwrap().iter();
    items.map(|item| item[field].as_str().unwrap().to_owned()).collect()
}

#[test]
fn nothing_has_changed() {
    let bench = Bench::new();
    let before = bench.golden();
    let (code, out, error) = bench.check(&[]);
    assert_eq!((code, error.as_str()), (0, ""));
    assert!(
        out.starts_with("scenario.toml: no change in ") && out.lines().count() == 1,
        "{out}"
    );
    assert_eq!(bench.check(&["--quiet"]), (0, String::new(), String::new()));
    let (code, check) = bench.json(&["--threads", "3"]);
    assert_eq!(
        (code, &check["outcome"], &check["trials"]),
        (0, &Value::from("same"), &Value::from(320))
    );
    // What is text in the scenario only, and its own number of trials and seed, are not part of what is pinned.
    bench.edit(
        "scenario.toml",
        "trials = 900\nseed = 5",
        "# a comment\ntrials = 7\nseed = 6",
    );
    assert_eq!(bench.check(&[]).0, 0);
    let (code, out, _) = bench.check(&["--update"]);
    assert!(code == 0 && out.contains("golden.json is up to date"), "{out}");
    assert_eq!(bench.golden(), before);
}

#[test]
fn golden_files_are_the_same_for_any_number_of_threads() {
    let bench = Bench::new();
    let first = bench.golden();
    for threads in ["1", "2", "7"] {
        std::fs::remove_file(bench.path("golden.json")).unwrap();
        bench.check(&["--update", "--trials", "320", "--threads", threads]);
        assert_eq!(bench.golden(), first);
    }
    let names: Vec<_> = std::fs::read_dir(bench.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(
        names.len(),
        2,
        "nothing but the scenario and its golden file: {names:?}"
    );
}

/// Pinned figures are those of `critmin run`.
#[test]
fn the_golden_file_holds_the_figures_of_a_run() {
    let bench = Bench::new();
    let run = [
        "run",
        "scenario.toml",
        "--trials",
        "320",
        "--out",
        "out",
        "--formats",
        "none",
        "--quiet",
    ];
    assert_eq!(bench.command(&run).0, 0);
    let results: Value =
        serde_json::from_str(&std::fs::read_to_string(bench.path("out/results.json")).unwrap()).unwrap();
    let golden: Value = serde_json::from_str(&bench.golden()).unwrap();
    let mut compared = 0;
    for policy in results["policies"].as_array().unwrap() {
        let pinned = &golden["figures"][policy["policy"].as_str().unwrap()];
        for row in policy["summary"].as_array().unwrap() {
            let text = |column: &str| row[column].as_str().unwrap();
            let (material, country, sector) = (text("material"), text("country"), text("sector"));
            let figure = &pinned["summary"][format!("{material} {country} {sector} expected_shortfall_pct")];
            let is_pinned = policy["policy"] == "baseline"
                || (sector == "all" && ["buyer", "friend", "focus", "WLD"].contains(&country));
            assert_eq!(figure.is_array(), is_pinned, "{material} {country} {sector}");
            if is_pinned {
                assert_eq!(figure[0], row["expected_shortfall_pct"]["value"]);
                compared += 1;
            }
        }
        for event in policy["events"].as_array().unwrap() {
            let id = event["event"].as_str().unwrap();
            assert_eq!(
                pinned["events"][format!("{id} share_of_cvar95")],
                event["share_of_cvar95"]
            );
        }
        for trial in policy["replayable"].as_array().unwrap() {
            let rank = trial["rank"].as_str().unwrap();
            assert_eq!(
                pinned["replayable"][format!("metal focus {rank} trial")],
                trial["trial"]
            );
        }
    }
    // A country with two sectors has three rows.
    assert!(compared > 12, "{compared}");
    assert!(
        bench
            .golden()
            .contains("\"metal buyer defence and space expected_shortfall_pct\": [")
    );
}

#[test]
fn a_changed_key_is_exit_code_1_and_names_the_figures() {
    let bench = Bench::new();
    let before = bench.golden();
    let (code, out, error) = bench.check(&["--set", "event.outage.severity=0.35"]);
    assert_eq!((code, error.as_str()), (1, ""));
    for part in [
        "scenario.toml: CHANGED; ",
        "same draws (320 trials, seed 5)",
        "scenario_sha256: ",
        "baseline, summary.csv: metal focus all, expected_shortfall_pct: ",
        "paired standard errors: more than noise",
        "the scenario has changed",
        "hint: if the change is meant, accept it with: critmin check scenario.toml --against golden.json --update",
    ] {
        assert!(out.contains(part), "{part}\n{out}");
    }
    let (code, check) = bench.json(&["--set", "event.outage.severity=0.35"]);
    assert_eq!((code, &check["outcome"]), (1, &Value::from("changed")));
    assert_eq!(names(&check["settings"], "name"), ["scenario_sha256"]);
    let moved = find(&check, "focus", "all", "expected_shortfall_pct");
    let number = |name: &str| moved[name].as_f64().unwrap();
    assert!(number("new") > number("old"), "{moved}");
    assert_eq!(number("new") - number("old"), number("change"));
    assert_eq!(
        (&moved["noise"]["basis"], &moved["noise"]["verdict"]),
        (&"paired".into(), &"shift".into())
    );
    let severity = check["moves"]
        .as_array()
        .unwrap()
        .iter()
        .find(|moved| moved["event"] == "outage" && moved["statistic"] == "mean_severity")
        .unwrap();
    assert_eq!((&severity["old"], &severity["new"]), (&0.3.into(), &0.35.into()));
    // How often events strike has not changed.
    assert!(!names(&check["moves"], "statistic").contains(&"expected_count".to_owned()));
    assert_eq!(bench.golden(), before, "only --update writes");
}

/// The error from batch means against that of the trials themselves.
#[test]
fn the_paired_error_is_that_of_the_trials() {
    let bench = Bench::new();
    let (_, check) = bench.json(&["--set", "event.outage.severity=0.35"]);
    let document = with(&read(SCENARIO), &["run.trials=320"]);
    let shares = |document| -> Vec<f64> {
        let (_, samples) = simulate_with_samples(document, &[], true);
        let focus = samples
            .iter()
            .filter(|(_, material, place, _)| material == "metal" && place == "focus");
        focus.map(|(.., sample)| sample.shortfall_pct).collect()
    };
    let (old, new) = (
        shares(&document),
        shares(&with(&document, &["event.outage.severity=0.35"])),
    );
    let differences: Vec<f64> = old.iter().zip(&new).map(|(old, new)| new - old).collect();
    let count = differences.len() as f64;
    assert_eq!(count, 320.0);
    let mean = differences.iter().sum::<f64>() / count;
    let variance = differences
        .iter()
        .map(|value| (value - mean) * (value - mean))
        .sum::<f64>()
        / (count - 1.0);
    let error = (variance / count).sqrt();
    let moved = find(&check, "focus", "all", "expected_shortfall_pct");
    assert!(
        (moved["change"].as_f64().unwrap() - mean).abs() < 1e-9,
        "{moved} {mean}"
    );
    // The error of an error from 32 batches is 13 %; the one from 320 trials has its own of 4 %.
    let ratio = moved["noise"]["standard_error"].as_f64().unwrap() / error;
    assert!((0.6..1.6).contains(&ratio), "{ratio}");
    // Pairing is worth it: the figure's own error is far larger.
    assert!(moved["own_standard_error"].as_f64().unwrap() > 3.0 * error);
}

/// Where draws are not what they were although seed and trials are, the paired error is large and says noise.
#[test]
fn an_event_with_new_draws_moves_figures_within_noise() {
    let bench = Bench::new();
    // The streams of an event are keyed by its id.
    bench.edit("scenario.toml", "id = \"ban\"", "id = \"embargo\"");
    let (code, check) = bench.json(&[]);
    assert_eq!(code, 1);
    let moved = find(&check, "focus", "all", "expected_shortfall_pct");
    assert_eq!(moved["noise"]["basis"], "paired");
    assert_ne!(moved["noise"]["verdict"], "shift", "{moved}");
    let events = names(&check["added"], "event");
    assert!(events.contains(&"embargo".to_owned()), "{events:?}");
    assert!(names(&check["vanished"], "event").contains(&"ban".to_owned()));
}

#[test]
fn a_moved_figure_within_and_beyond_noise() {
    let bench = Bench::new();
    let golden: Value = serde_json::from_str(&bench.golden()).unwrap();
    let key = "metal focus all prob_gt_10";
    let figure = &golden["figures"]["baseline"]["summary"][key];
    let (value, error) = (figure[0].as_f64().unwrap(), figure[1].as_f64().unwrap());
    assert!(value > 0.1 && error > 0.0);
    let line = format!("\"{key}\": [{value}, ");
    bench.edit("golden.json", &line, &format!("\"{key}\": [{}, ", value + 0.5 * error));
    let (code, check) = bench.json(&[]);
    assert_eq!((code, check["moves"].as_array().unwrap().len()), (1, 1));
    let moved = find(&check, "focus", "all", "prob_gt_10");
    assert_eq!(
        (&moved["noise"]["verdict"], &check["outcome"]),
        (&"noise".into(), &"changed".into())
    );
    assert_eq!(moved["is_below_own_error"], true);
    let (code, check) = bench.json(&["--allow-noise"]);
    assert_eq!((code, &check["outcome"]), (0, &"within_noise".into()));
    // A wide tolerance passes it as well.
    assert_eq!(bench.check(&["--relative-tolerance", "0.5"]).0, 0);
    let moved = format!("\"{key}\": [{}, ", value + 0.5 * error);
    bench.edit("golden.json", &moved, &format!("\"{key}\": [{}, ", value + 9.0 * error));
    let (code, check) = bench.json(&["--allow-noise"]);
    assert_eq!(code, 1);
    assert_eq!(find(&check, "focus", "all", "prob_gt_10")["noise"]["verdict"], "shift");
}

#[test]
fn update_says_what_changed_and_the_next_check_passes() {
    let bench = Bench::new();
    let before = bench.golden();
    bench.edit("scenario.toml", "severity = 0.3", "severity = 0.35");
    assert_eq!(bench.check(&[]).0, 1);
    let (code, out, _) = bench.check(&["--update"]);
    assert_eq!(code, 0);
    assert!(
        out.contains("rewrote golden.json") && out.contains("metal focus all, expected_shortfall_pct: "),
        "{out}"
    );
    assert_eq!(bench.check(&[]).0, 0);
    let now = bench.golden();
    assert_ne!(now, before);
    // One figure a line: a diff shows what moved and nothing else.
    let unchanged = now
        .lines()
        .filter(|line| before.lines().any(|old| old == *line))
        .count();
    assert!(
        unchanged * 3 > now.lines().count(),
        "{unchanged} of {}",
        now.lines().count()
    );
    // Other trials, seed, tolerance and policies are pinned for good.
    let arguments = [
        "--update",
        "--trials",
        "128",
        "--seed",
        "9",
        "--relative-tolerance",
        "1e-6",
        "--policy",
        "stockpile",
    ];
    assert_eq!(bench.check(&arguments).0, 0);
    let golden = Golden::from_text(&bench.golden()).unwrap();
    assert_eq!(
        (golden.settings.trials, golden.settings.seed, golden.relative_tolerance),
        (128, 9, 1e-6)
    );
    assert_eq!(golden.settings.policies, ["baseline", "stockpile"]);
    assert_eq!(bench.check(&[]).0, 0);
}

#[test]
fn another_seed_is_compared_by_both_errors() {
    let bench = Bench::new();
    let (code, check) = bench.json(&["--seed", "6"]);
    assert_eq!((code, &check["draws_are_shared"]), (1, &Value::Bool(false)));
    assert_eq!(names(&check["draws"], "name"), ["seed"]);
    // The scenario is the same.
    assert_eq!(check["settings"], Value::Array(Vec::new()));
    let moved = find(&check, "focus", "all", "expected_shortfall_pct");
    assert_eq!(moved["noise"]["basis"], "independent");
    let (code, out, _) = bench.check(&["--seed", "6", "--allow-noise"]);
    assert_eq!(code, 0, "{out}");
    assert!(
        out.starts_with("scenario.toml: within noise; ") && out.contains("other draws (seed 5 -> 6)"),
        "{out}"
    );
    let (_, check) = bench.json(&["--trials", "640"]);
    assert_eq!(names(&check["draws"], "name"), ["trials"]);
    // A real change shows through other draws as well.
    let (code, check) = bench.json(&[
        "--seed",
        "6",
        "--allow-noise",
        "--set",
        "event.ban.arrival.per_year=1.2",
    ]);
    assert_eq!(code, 1);
    assert_eq!(find(&check, "focus", "all", "prob_any")["noise"]["verdict"], "shift");
}

#[test]
fn policies_that_come_and_go() {
    let bench = Bench::new();
    // Some policies only: the others are left out.
    let (code, check) = bench.json(&["--policy", "stockpile"]);
    assert_eq!(
        (code, &check["policies"]),
        (0, &serde_json::json!(["baseline", "stockpile"]))
    );
    assert_eq!(bench.json(&["--policy", "baseline"]).0, 0);
    let (code, _, error) = bench.check(&["--policy", "stockpyle"]);
    assert!(code == 1 && error.contains("there is no policy `stockpyle`"), "{error}");
    bench.edit("scenario.toml", "id = \"second_source\"", "id = \"third_source\"");
    let (code, check) = bench.json(&[]);
    assert_eq!(code, 1);
    let policies = &check["settings"].as_array().unwrap()[1];
    assert_eq!(
        (&policies["name"], &policies["old"], &policies["new"]),
        (&"policies".into(), &"second_source".into(), &"third_source".into())
    );
    assert!(check["moves"].as_array().unwrap().is_empty());
    assert!(
        names(&check["added"], "policy")
            .iter()
            .all(|policy| policy == "third_source")
    );
    assert!(
        names(&check["vanished"], "policy")
            .iter()
            .all(|policy| policy == "second_source")
    );
}

#[test]
fn a_golden_file_that_is_not_there() {
    let bench = Bench::new();
    let (code, out, error) = bench.command(&["check", "scenario.toml", "--against", "absent.json"]);
    assert_eq!((code, out.as_str()), (3, ""));
    assert_eq!(
        error,
        "error: there is no golden file absent.json\n\nhint: write it with: critmin check scenario.toml --against absent.json --update\n"
    );
    let (code, out, _) = bench.command(&["check", "scenario.toml", "--against", "absent.json", "--json"]);
    let document: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, &document["errors"][0]["message"]),
        (3, &"there is no golden file absent.json".into())
    );
}

#[test]
fn the_wrong_golden_file() {
    let bench = Bench::new();
    bench.edit(
        "golden.json",
        "\"scenario\": \"scenario.toml\"",
        "\"scenario\": \"other.toml\"",
    );
    let (code, out, _) = bench.check(&[]);
    assert_eq!(code, 1);
    assert!(
        out.contains("the golden file was written for `other.toml`, not for `scenario.toml`: is it the right one?"),
        "{out}"
    );
    // Files that are no golden files are refused, and never overwritten.
    std::fs::write(bench.path("results.json"), "{ \"title\": \"results\" }").unwrap();
    for (file, message) in [
        (
            "results.json",
            "results.json: it is JSON, but not a golden file: it has no `format`",
        ),
        (
            "scenario.toml",
            "scenario.toml:1:2: this is no golden file, or a damaged one: expected ident",
        ),
    ] {
        let before = std::fs::read_to_string(bench.path(file)).unwrap();
        for update in [&[][..], &["--update"]] {
            let (code, out, error) = bench.command(&[&["check", "scenario.toml", "--against", file], update].concat());
            assert_eq!((code, out.as_str()), (3, ""));
            assert!(error.contains(message) && error.contains("\n\nhint: "), "{error}");
        }
        assert_eq!(std::fs::read_to_string(bench.path(file)).unwrap(), before);
    }
}

#[test]
fn a_damaged_golden_file() {
    let bench = Bench::new();
    let whole = bench.golden();
    let line = 1 + whole[..whole.find("\"events\"").unwrap()].matches('\n').count();
    bench.edit("golden.json", "   \"events\"", "<<<<<<< HEAD\n   \"events\"");
    let damaged = bench.golden();
    for arguments in [&[][..], &["--update"]] {
        let (code, out, error) = bench.check(arguments);
        assert_eq!((code, out.as_str()), (3, ""));
        assert!(
            error.starts_with(&format!(
                "error: golden.json:{line}:1: this is no golden file, or a damaged one: "
            )),
            "{error}"
        );
        assert!(error.contains("hint: take it back from version control"), "{error}");
    }
    assert_eq!(bench.golden(), damaged);
    std::fs::write(bench.path("golden.json"), &whole[..whole.len() / 2]).unwrap();
    assert_eq!(bench.check(&[]).0, 3);
    std::fs::write(bench.path("golden.json"), [0xff, 0xfe]).unwrap();
    let (code, _, error) = bench.check(&[]);
    assert!(code == 3 && error.contains("it is not UTF-8 text"), "{error}");
}

#[test]
fn an_invalid_scenario_is_exit_code_1() {
    let bench = Bench::new();
    let (code, out, error) = bench.check(&["--set", "event.ban.severity=2"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(error.starts_with("error: "), "{error}");
    let (code, _, error) = bench.command(&["check", "absent.toml", "--against", "golden.json"]);
    assert!(code == 1 && error.contains("absent.toml"), "{error}");
}

#[test]
fn several_scenarios_against_a_folder() {
    let bench = Bench::new();
    std::fs::write(bench.path("second.toml"), SCENARIO.replace("seed = 5", "seed = 8")).unwrap();
    let both = ["check", "scenario.toml", "second.toml", "--against"];
    let with = |arguments: &[&str]| bench.command(&[&both, arguments].concat());
    let (code, _, error) = with(&["golden.json"]);
    assert!(code == 2 && error.contains("need a folder"), "{error}");
    assert_eq!(with(&["pinned/", "--update", "--trials", "128"]).0, 0);
    let (code, out, _) = with(&["pinned"]);
    assert_eq!((code, out.matches("no change").count()), (0, 2));
    std::fs::remove_file(bench.path("pinned/second.json")).unwrap();
    let (code, out, error) = with(&["pinned"]);
    assert_eq!(
        (code, out.as_str()),
        (3, ""),
        "nothing is run before all golden files are read"
    );
    assert!(error.contains("second.json"), "{error}");
    let (code, _, error) = bench.command(&["check", "scenario.toml", "./scenario.toml", "--against", "pinned"]);
    assert!(code == 2 && error.contains("share the golden file"), "{error}");
}

#[test]
fn junit_has_a_suite_per_scenario_and_a_case_per_material() {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("pinned")).unwrap();
    std::fs::copy(bench.path("golden.json"), bench.path("pinned/scenario.json")).unwrap();
    std::fs::write(bench.path("second.toml"), SCENARIO).unwrap();
    std::fs::write(
        bench.path("pinned/second.json"),
        bench.golden().replace("\"scenario.toml\"", "\"second.toml\""),
    )
    .unwrap();
    let second = SCENARIO.replace("severity = 0.3", "severity = 0.35");
    std::fs::write(bench.path("second.toml"), second).unwrap();
    let (code, out, _) = bench.command(&[
        "check",
        "scenario.toml",
        "second.toml",
        "--against",
        "pinned",
        "--junit",
        "reports/check.xml",
    ]);
    assert_eq!(code, 1);
    assert!(
        out.contains("scenario.toml: no change") && out.contains("second.toml: CHANGED"),
        "{out}"
    );
    let xml = std::fs::read_to_string(bench.path("reports/check.xml")).unwrap();
    let document = roxmltree::Document::parse(&xml).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    let suites: Vec<_> = root.children().filter(|node| node.is_element()).collect();
    assert_eq!(suites.len(), 2);
    assert_eq!(
        (suites[0].attribute("name"), suites[0].attribute("failures")),
        (Some("scenario.toml"), Some("0"))
    );
    let cases = |suite: &roxmltree::Node| -> Vec<(String, String, bool)> {
        let cases = suite.children().filter(|node| node.has_tag_name("testcase"));
        let attribute = |case: &roxmltree::Node, name| case.attribute(name).unwrap().to_owned();
        cases
            .map(|case| {
                let failed = case.children().any(|node| node.has_tag_name("failure"));
                (attribute(&case, "classname"), attribute(&case, "name"), failed)
            })
            .collect()
    };
    let named = |policy: &str, name: &str, failed| (format!("critmin.second.{policy}"), name.to_owned(), failed);
    let found = cases(&suites[1]);
    for expected in [
        named("settings", "settings", true),
        named("baseline", "metal", true),
        named("baseline", "events", true),
        named("stockpile", "metal", true),
        // Its supply and balance have not changed; what the plant orders of it has.
        named("baseline", "ore", true),
    ] {
        assert!(found.contains(&expected), "{expected:?} {found:?}");
    }
    // Settings, and three policies with two materials and events each.
    assert_eq!(found.len(), 10);
    assert_eq!(cases(&suites[0]).len(), 10);
    let failure = document
        .descendants()
        .find(|node| node.has_tag_name("failure"))
        .unwrap();
    assert!(failure.attribute("message").unwrap().contains("scenario_sha256"));
    let text: String = document.descendants().filter_map(|node| node.text()).collect();
    assert!(text.contains("metal focus all, expected_shortfall_pct: "), "{text}");
}

#[test]
fn wrong_usage_and_places_that_cannot_be_written() {
    let bench = Bench::new();
    for arguments in [
        &["--update", "--allow-noise"][..],
        &["--update", "--junit", "report.xml"],
        &["--relative-tolerance", "1"],
        &["--threads", "0"],
    ] {
        assert_eq!(bench.check(arguments).0, 2, "{arguments:?}");
    }
    assert_eq!(bench.command(&["check", "scenario.toml"]).0, 2);
    let (code, _, error) = bench.command(&[
        "check",
        "scenario.toml",
        "--against",
        "golden.json/new.json",
        "--update",
    ]);
    assert_eq!(code, 3);
    assert!(
        error.contains("golden.json is a file, not a folder") && error.contains("hint: "),
        "{error}"
    );
    let (code, _, error) = bench.check(&["--junit", "golden.json/report.xml"]);
    assert!(code == 3 && error.contains("is a file, not a folder"), "{error}");
}

/// Every shipped scenario has a golden file that speaks of it as it is. `.ci/run` compares the figures, in a release build.
#[test]
fn shipped_scenarios_have_golden_files() {
    let mut scenarios: Vec<PathBuf> = std::fs::read_dir(in_repository("scenarios"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    scenarios.sort();
    assert!(scenarios.len() >= 12);
    for scenario in &scenarios {
        let name = scenario.file_name().unwrap().to_str().unwrap();
        let path = golden_of(scenario);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let golden = Golden::from_text(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(golden.settings.scenario, name);
        let hash = content_hash(&load(scenario)).unwrap();
        assert_eq!(
            golden.settings.scenario_sha256, hash,
            "{name} has changed: critmin check scenarios/*.toml --against tests/golden --update"
        );
        assert!(
            golden.settings.every_policy && text.len() < 200_000,
            "{name}: {}",
            text.len()
        );
    }
    let files = std::fs::read_dir(in_repository("tests/golden")).unwrap().count();
    assert_eq!(files, scenarios.len(), "a golden file without a scenario");
}

fn golden_of(scenario: &Path) -> PathBuf {
    let name = Path::new(scenario.file_name().unwrap()).with_extension("json");
    in_repository("tests/golden").join(name)
}
