//! The program from outside: commands, flags, exit codes, streams and files.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{close, in_repository};

/// A scenario with two policies, an uncertain input, a stockpile and a few events: small enough to run often.
const SCENARIO: &str = r#"format = 1
title = "Command line"
description = "What the tests of the command line run."
assumption = "invented"
focus = { materials = ["metal"], countries = ["buyer", "friend"] }

[time]
start = "2026-01"
periods = 24

[run]
trials = 400
seed = 5

[[country]]
id = "maker"
[[country]]
id = "buyer"
[[country]]
id = "friend"

[[material]]
id = "metal"
flexibility = 1.2

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
sector = "defence"
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
name = "Export ban"
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
name = "A larger stockpile"
cost = 1e6
[[policy.set]]
key = "stockpile.metal.buyer.days"
value = 120

[[policy]]
id = "second_source"
[[policy.set]]
key = "supply.home.capacity"
value = 600
"#;

fn critmin() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_critmin"));
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

/// A folder with the scenario in it.
fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scenario.toml");
    std::fs::write(&path, SCENARIO).unwrap();
    (folder, path)
}

/// Exit code, stdout, stderr.
fn finish(command: &mut Command) -> (i32, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (
        output.status.code().unwrap(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn succeed(command: &mut Command) -> String {
    let (code, out, error) = finish(command);
    assert_eq!(code, 0, "{error}");
    out
}

/// A CSV file as its header and rows.
fn table(path: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let cells = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
    let header = cells(reader.headers().unwrap());
    (header, reader.records().map(|record| cells(&record.unwrap())).collect())
}

/// Results of a run with the given arguments.
fn run_into(out: &Path, scenario: &Path, arguments: &[&str]) -> String {
    succeed(critmin().arg("run").arg(scenario).arg("--out").arg(out).args(arguments))
}

#[test]
fn run_writes_every_file_with_the_columns_of_the_interface_first() {
    let (folder, scenario) = folder();
    let out = folder.path().join("results");
    let printed = run_into(&out, &scenario, &["--samples", "--formats", "svg"]);
    assert!(printed.contains("metal") && printed.contains("buyer"), "{printed}");
    let interface = [
        (
            "summary.csv",
            "policy,material,country,sector,demand_t,expected_shortfall_t,expected_shortfall_t_se,expected_shortfall_pct,\
             expected_shortfall_pct_se,prob_any,prob_gt_5,prob_gt_10,prob_gt_25,prob_gt_50,expected_months_short,p50_pct,p75_pct,\
             p90_pct,p95_pct,p99_pct,var95_pct,cvar90_pct,cvar95_pct,cvar99_pct,max_pct,time_to_survive_months,time_to_recover_months",
        ),
        (
            "exceedance.csv",
            "policy,material,country,shortfall_pct,probability,probability_se,worst_spell_probability",
        ),
        (
            "timeline.csv",
            "policy,material,country,period,date,mean_pct,p5_pct,p25_pct,p50_pct,p75_pct,p95_pct",
        ),
        (
            "events.csv",
            "policy,event,expected_count,mean_duration_months,mean_severity,share_of_expected,share_of_cvar95",
        ),
        (
            "samples.csv",
            "trial,policy,material,country,shortfall_t,shortfall_pct,worst_spell_months",
        ),
    ];
    for (name, columns) in interface {
        let (header, rows) = table(&out.join(name));
        let columns: Vec<&str> = columns.split(',').collect();
        assert_eq!(header[..columns.len()], columns, "{name}");
        assert!(!rows.is_empty(), "{name} has no rows");
        let at = header.iter().position(|column| column == "policy").unwrap();
        for policy in ["baseline", "stockpile", "second_source"] {
            assert!(
                rows.iter().any(|row| row[at] == policy),
                "{name} says nothing of {policy}"
            );
        }
        // Numbers are numbers: nothing like NaN or inf.
        for cell in rows.iter().flatten() {
            assert!(
                !["nan", "inf", "-inf"].contains(&cell.to_lowercase().as_str()),
                "{name}: {cell}"
            );
        }
    }
    let (header, rows) = table(&out.join("samples.csv"));
    assert_eq!(header.len(), 7);
    // 400 trials, 3 policies, buyer, friend and both together.
    assert_eq!(rows.len(), 400 * 3 * 3);
    let charts: Vec<_> = std::fs::read_dir(out.join("charts"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert!(
        !charts.is_empty()
            && charts
                .iter()
                .all(|path| path.extension().is_some_and(|end| end == "svg")),
        "{charts:?}"
    );
    // Nothing half written is left.
    for entry in std::fs::read_dir(&out).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(!name.ends_with(".part") && !name.starts_with('.'), "{name}");
    }
}

#[test]
fn results_json_agrees_with_the_tables_and_says_where_it_comes_from() {
    let (folder, scenario) = folder();
    let out = folder.path().join("results");
    run_into(&out, &scenario, &["--formats", "none", "--quiet"]);
    let results: Value = serde_json::from_slice(&std::fs::read(out.join("results.json")).unwrap()).unwrap();
    let manifest = &results["manifest"];
    assert_eq!(
        (manifest["seed"].as_u64(), manifest["trials"].as_u64()),
        (Some(5), Some(400))
    );
    assert_eq!(manifest["scenario_sha256"].as_str().unwrap().len(), 64);
    assert_eq!(manifest["resolved_scenario"]["title"], "Command line");
    assert_eq!(results.as_object().unwrap().keys().next_back().unwrap(), "timing");
    let (header, rows) = table(&out.join("summary.csv"));
    let at = header
        .iter()
        .position(|column| column == "expected_shortfall_t")
        .unwrap();
    let mut listed = Vec::new();
    for policy in results["policies"].as_array().unwrap() {
        for row in policy["summary"].as_array().unwrap() {
            listed.push((
                policy["policy"].clone(),
                row["country"].clone(),
                row["expected_shortfall_t"]["value"].as_f64().unwrap(),
            ));
        }
    }
    assert_eq!(listed.len(), rows.len());
    for ((policy, country, value), row) in listed.iter().zip(&rows) {
        assert_eq!(
            (policy.as_str().unwrap(), country.as_str().unwrap()),
            (row[0].as_str(), row[2].as_str())
        );
        assert!(close(*value, row[at].parse().unwrap(), 1e-5, 1e-9));
    }
    // Shares of causes add up to 1.
    let (header, rows) = table(&out.join("attribution.csv"));
    let column = |name: &str| {
        header
            .iter()
            .position(|column| column == name)
            .unwrap_or_else(|| panic!("{header:?}"))
    };
    let mut sums: std::collections::BTreeMap<String, f64> = std::collections::BTreeMap::new();
    for row in &rows {
        *sums.entry(row[..column("kind") + 1].join(" ")).or_default() +=
            row[column("share_of_expected")].parse::<f64>().unwrap();
    }
    assert!(
        sums.values().all(|sum| close(*sum, 1.0, 1e-4, 0.0) || *sum == 0.0),
        "{sums:?}"
    );
}

#[test]
fn flags_of_run() {
    let (folder, scenario) = folder();
    let out = folder.path().join("flags");
    // --policy chooses, `baseline` means none; --trials and --seed override the file.
    let printed = run_into(
        &out,
        &scenario,
        &[
            "--policy",
            "stockpile",
            "--trials",
            "130",
            "--seed",
            "9",
            "--formats",
            "none",
            "--json",
        ],
    );
    let summary: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(
        (summary["trials"].as_u64(), summary["seed"].as_u64()),
        (Some(130), Some(9))
    );
    let names = |summary: &Value| -> Vec<String> {
        summary["policies"]
            .as_array()
            .unwrap()
            .iter()
            .map(|policy| policy["policy"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&summary), ["baseline", "stockpile"]);
    assert!(!out.join("charts").exists());
    let printed = run_into(
        &out,
        &scenario,
        &["--policy", "baseline", "--formats", "none", "--json"],
    );
    assert_eq!(names(&serde_json::from_str(&printed).unwrap()), ["baseline"]);
    let printed = run_into(&out, &scenario, &["--formats", "none", "--json"]);
    assert_eq!(
        names(&serde_json::from_str(&printed).unwrap()),
        ["baseline", "stockpile", "second_source"]
    );
    // --set, twice; the shortfall of an impossible event's world is nil.
    let set = [
        "--set",
        "event.ban.severity=0",
        "--set",
        "event.outage.severity=0",
        "--formats",
        "none",
        "--json",
    ];
    let calm: Value = serde_json::from_str(&run_into(&out, &scenario, &set)).unwrap();
    assert_eq!(calm["policies"][0]["summary"][0]["expected_shortfall_t"]["value"], 0.0);
    // --quiet prints nothing.
    let (code, printed, talk) = finish(critmin().arg("run").arg(&scenario).arg("--out").arg(&out).args([
        "--quiet",
        "--trials",
        "50",
        "--formats",
        "none",
    ]));
    assert_eq!((code, printed.as_str(), talk.as_str()), (0, "", ""));
    // --formats png writes PNG and clears the SVG of an earlier run.
    run_into(
        &out,
        &scenario,
        &["--trials", "50", "--formats", "svg", "--policy", "baseline", "--quiet"],
    );
    run_into(
        &out,
        &scenario,
        &["--trials", "50", "--formats", "png", "--policy", "baseline", "--quiet"],
    );
    for entry in std::fs::read_dir(out.join("charts")).unwrap() {
        let path = entry.unwrap().path();
        assert!(
            std::fs::read(&path).unwrap().starts_with(b"\x89PNG"),
            "{}",
            path.display()
        );
    }
    // Samples of an earlier run do not stay beside the tables of one without.
    run_into(
        &out,
        &scenario,
        &["--trials", "50", "--samples", "--formats", "none", "--quiet"],
    );
    assert!(out.join("samples.csv").exists());
    run_into(&out, &scenario, &["--trials", "50", "--formats", "none", "--quiet"]);
    assert!(!out.join("samples.csv").exists());
    // --precision and --threads take what they say.
    run_into(
        &out,
        &scenario,
        &["--precision", "50%", "--threads", "2", "--formats", "none", "--quiet"],
    );
}

#[test]
fn results_go_to_a_folder_named_after_the_scenario() {
    let (folder, _) = folder();
    succeed(critmin().current_dir(folder.path()).args([
        "run",
        "scenario.toml",
        "--trials",
        "50",
        "--formats",
        "none",
        "--quiet",
    ]));
    assert!(folder.path().join("out/scenario/summary.csv").is_file());
}

#[test]
fn invalid_input_is_exit_code_1_with_a_place_and_a_hint() {
    let (folder, scenario) = folder();
    let bad = folder.path().join("bad.toml");
    std::fs::write(
        &bad,
        SCENARIO
            .replace("flexibility = 1.2", "flexibilty = 1.2")
            .replace("seed = 5", "seed = -5"),
    )
    .unwrap();
    let (code, out, error) = finish(critmin().arg("run").arg(&bad));
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(
        error.contains("flexibilty") && error.contains("flexibility") && error.contains("bad.toml:"),
        "{error}"
    );
    // Both mistakes at once, and nothing was written.
    assert!(error.contains("seed") && !folder.path().join("out").exists(), "{error}");
    // The same as JSON.
    let (code, out, _) = finish(critmin().arg("run").arg(&bad).arg("--json"));
    let document: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 1);
    let text = document.to_string();
    assert!(text.contains("flexibilty") && text.contains("line"), "{text}");
    for (arguments, words) in [
        (vec!["--policy", "stockpil"], vec!["stockpil", "stockpile"]),
        (vec!["--set", "event.bann.severity=0.5"], vec!["bann", "ban"]),
        (
            vec!["--set", "material.metal.flexibilty=2"],
            vec!["flexibilty", "flexibility"],
        ),
        (vec!["--set", "event.ban.severity"], vec!["event.ban.severity"]),
        (vec!["--set", "time.periods=0"], vec!["periods"]),
        (vec!["--trials", "0"], vec!["trials"]),
    ] {
        let out = folder.path().join("never");
        let (code, printed, error) = finish(
            critmin()
                .arg("run")
                .arg(&scenario)
                .arg("--out")
                .arg(&out)
                .args(&arguments),
        );
        assert_eq!(code, 1, "{arguments:?}: {error}");
        assert!(
            printed.is_empty() && words.iter().all(|word| error.contains(word)),
            "{arguments:?}: {error}"
        );
        let (code, printed, _) = finish(
            critmin()
                .arg("run")
                .arg(&scenario)
                .arg("--json")
                .arg("--out")
                .arg(&out)
                .args(&arguments),
        );
        assert_eq!(code, 1);
        assert!(
            serde_json::from_str::<Value>(&printed).is_ok(),
            "{arguments:?} --json: {printed}"
        );
    }
    let (code, _, error) = finish(critmin().args(["run", "absent.toml"]));
    assert_eq!(code, 1);
    assert!(error.contains("absent.toml"), "{error}");
}

#[test]
fn wrong_usage_is_exit_code_2() {
    let (_folder, scenario) = folder();
    let scenario = scenario.to_str().unwrap();
    for arguments in [
        vec![],
        vec!["fly"],
        vec!["run"],
        vec!["run", scenario, "--trials", "many"],
        vec!["run", scenario, "--threads", "0"],
        vec!["run", scenario, "--precision", "150%"],
        vec!["run", scenario, "--formats", "gif"],
        vec!["run", scenario, "--wings"],
        vec!["replay", scenario],
        vec!["replay", scenario, "--trial", "-1"],
        vec!["validate"],
        vec!["completions", "klingon"],
        vec!["data", "--csv"],
        vec!["data", "gallium", "--csv", "--json"],
    ] {
        let (code, out, error) = finish(critmin().args(&arguments));
        assert_eq!(code, 2, "{arguments:?}: {error}");
        assert!(out.is_empty() && !error.is_empty(), "{arguments:?}");
    }
    assert!(succeed(critmin().arg("--help")).contains("Examples"));
    assert!(succeed(critmin().args(["run", "--help"])).contains("--precision"));
    assert!(succeed(critmin().arg("--version")).starts_with("critmin "));
}

#[test]
fn a_place_that_cannot_be_written_is_exit_code_3() {
    let (folder, scenario) = folder();
    // A file where the folder should be, or above it.
    for out in [scenario.clone(), scenario.join("below")] {
        let (code, _, error) = finish(
            critmin()
                .arg("run")
                .arg(&scenario)
                .args(["--trials", "20"])
                .arg("--out")
                .arg(&out),
        );
        assert_eq!(code, 3, "{error}");
        assert!(error.contains("scenario.toml"), "{error}");
        let (code, _, _) = finish(
            critmin()
                .arg("replay")
                .arg(&scenario)
                .args(["--trial", "1"])
                .arg("--out")
                .arg(&out),
        );
        assert_eq!(code, 3);
    }
    // A folder where a file should be.
    let out = folder.path().join("results");
    std::fs::create_dir_all(out.join("summary.csv/inside")).unwrap();
    let arguments = ["--trials", "20", "--formats", "none"];
    let (code, _, error) = finish(
        critmin()
            .arg("run")
            .arg(&scenario)
            .args(arguments)
            .arg("--out")
            .arg(&out),
    );
    assert_eq!(code, 3, "{error}");
    assert!(error.contains("summary.csv"), "{error}");
    let leftovers = std::fs::read_dir(&out)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".part"));
    assert_eq!(leftovers.count(), 0);
    let (code, _, error) = finish(critmin().arg("new").arg(folder.path().join("no/such/folder.toml")));
    assert_eq!(code, 3, "{error}");
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_exit_code_3() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, scenario) = folder();
    let locked = folder.path().join("locked");
    std::fs::create_dir(&locked).unwrap();
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o555)).unwrap();
    // Whoever may write anywhere (root) cannot be kept out.
    let privileged = std::fs::write(locked.join("probe"), "").is_ok();
    let (code, _, error) = finish(
        critmin()
            .arg("run")
            .arg(&scenario)
            .args(["--trials", "20"])
            .arg("--out")
            .arg(locked.join("out")),
    );
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert!(privileged || code == 3, "{code}: {error}");
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let (_folder, scenario) = folder();
    let scenario = scenario.to_str().unwrap();
    for arguments in [
        vec!["data", "--table", "shares.csv", "--csv"],
        vec!["schema"],
        vec!["completions", "bash"],
        vec!["replay", scenario, "--trial", "3", "--json"],
        vec!["--help"],
    ] {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_critmin"))
            .args(&arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && error.is_empty(),
            "{arguments:?}: {:?} {error}",
            output.status
        );
    }
}

/// An interrupted run keeps the batches that were complete, whole, and says so.
#[cfg(unix)]
#[test]
fn an_interrupt_is_exit_code_130() {
    let (folder, scenario) = folder();
    let out = folder.path().join("results");
    let child = std::process::Command::new(env!("CARGO_BIN_EXE_critmin"))
        .args([
            "run",
            scenario.to_str().unwrap(),
            "--trials",
            "100000000",
            "--formats",
            "none",
            "--quiet",
            "--out",
        ])
        .arg(&out)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let killed = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{error}");
    assert!(error.contains("interrupted"), "{error}");
    if out.join("results.json").exists() {
        let results: Value = serde_json::from_slice(&std::fs::read(out.join("results.json")).unwrap()).unwrap();
        let trials = results["manifest"]["trials"].as_u64().unwrap();
        assert!(trials > 0 && trials < 100_000_000);
    }
}

#[test]
fn colours_only_where_they_are_wanted() {
    let (folder, _) = folder();
    let bad = folder.path().join("bad.toml");
    std::fs::write(&bad, SCENARIO.replace("flexibility", "flexibilty")).unwrap();
    let escape = '\u{1b}';
    let (_, _, plain) = finish(critmin().arg("validate").arg(&bad));
    assert!(!plain.contains(escape), "no terminal, no colours: {plain:?}");
    let (_, _, forced) = finish(critmin().args(["--color", "always", "validate"]).arg(&bad));
    assert!(forced.contains(escape));
    let (_, _, never) = finish(
        critmin()
            .env("CLICOLOR_FORCE", "1")
            .args(["--color", "never", "validate"])
            .arg(&bad),
    );
    assert!(!never.contains(escape));
    let (_, _, quiet) = finish(
        critmin()
            .env("NO_COLOR", "1")
            .env("CLICOLOR_FORCE", "0")
            .arg("validate")
            .arg(&bad),
    );
    assert!(!quiet.contains(escape));
}

#[test]
fn validate_takes_several_files() {
    let (folder, good) = folder();
    let bad = folder.path().join("bad.toml");
    std::fs::write(
        &bad,
        SCENARIO.replace(
            "country = \"friend\"\namount = 800",
            "country = \"friend\"\namount = -800",
        ),
    )
    .unwrap();
    let out = succeed(critmin().arg("validate").arg(&good));
    assert!(out.contains("valid"), "{out}");
    let (code, out, error) = finish(critmin().arg("validate").arg(&good).arg(&bad));
    assert_eq!(code, 1);
    assert!(
        out.lines().count() == 2 && out.contains("not valid") && error.contains("-800"),
        "{out}{error}"
    );
    let (code, out, _) = finish(critmin().arg("validate").arg(&good).arg(&bad).arg("--json"));
    assert_eq!(code, 1);
    let documents: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&documents[0]["valid"], &documents[1]["valid"]),
        (&Value::Bool(true), &Value::Bool(false))
    );
    // A warning fails only with --strict.
    let warned = folder.path().join("warned.toml");
    std::fs::write(&warned, SCENARIO.replace("severity = 0.3", "severity = 0.3\nduration = 0").replace("process = \"renewal\", up = { dist = \"exponential\", mean = 18 }, down = { dist = \"exponential\", mean = 2 }", "process = \"fixed\", at = \"2026-02\", probability = 0")).unwrap();
    let (code, _, error) = finish(critmin().arg("validate").arg(&warned));
    assert_eq!(code, 0, "{error}");
    assert!(error.contains("warning"), "{error}");
    let (code, _, _) = finish(critmin().arg("validate").arg(&warned).arg("--strict"));
    assert_eq!(code, 1);
    let (code, _, _) = finish(critmin().arg("validate").arg(&good).args(["--set", "run.trials=0"]));
    assert_eq!(code, 1);
    let (code, _, _) = finish(critmin().arg("validate").arg(folder.path().join("absent.toml")));
    assert_eq!(code, 1);
}

#[test]
fn replays_of_the_named_trials_have_their_shortfall() {
    let (folder, scenario) = folder();
    let out = folder.path().join("results");
    run_into(&out, &scenario, &["--formats", "none", "--quiet", "--samples"]);
    let results: Value = serde_json::from_slice(&std::fs::read(out.join("results.json")).unwrap()).unwrap();
    for policy in results["policies"].as_array().unwrap() {
        let replayable = policy["replayable"].as_array().unwrap();
        assert_eq!(replayable.len(), 4, "{replayable:?}");
        for named in replayable {
            let trial = named["trial"].to_string();
            let arguments = [
                "--trial",
                trial.as_str(),
                "--policy",
                policy["policy"].as_str().unwrap(),
                "--json",
            ];
            let printed = succeed(critmin().arg("replay").arg(&scenario).args(arguments));
            let replay: Value = serde_json::from_str(&printed).unwrap();
            let (expected, found) = (
                named["shortfall_pct"].as_f64().unwrap(),
                replay["headline_pct"].as_f64().unwrap(),
            );
            assert!(close(expected, found, 1e-9, 1e-9), "{named}: {found}");
        }
    }
    // Any other trial has the shortfall of its sample.
    let (_, rows) = table(&out.join("samples.csv"));
    for trial in ["0", "17", "399"] {
        let sample = rows
            .iter()
            .find(|row| row[0] == trial && row[1] == "baseline" && row[3] == "focus")
            .unwrap();
        let replay: Value = serde_json::from_str(&succeed(
            critmin()
                .arg("replay")
                .arg(&scenario)
                .args(["--trial", trial, "--json"]),
        ))
        .unwrap();
        assert!(close(
            sample[5].parse().unwrap(),
            replay["headline_pct"].as_f64().unwrap(),
            1e-5,
            1e-9
        ));
    }
}

#[test]
fn replay_tells_a_story_and_writes_its_trace() {
    let (folder, scenario) = folder();
    let trace = folder.path().join("trace");
    let arguments = [
        "--trial",
        "3",
        "--set",
        "event.ban.arrival={ process = \"fixed\", at = \"2026-03\" }",
        "--set",
        "event.ban.severity=1",
    ];
    let (code, story, talk) = finish(
        critmin()
            .arg("replay")
            .arg(&scenario)
            .args(arguments)
            .arg("--out")
            .arg(&trace),
    );
    assert_eq!(code, 0, "{talk}");
    assert!(story.contains("Export ban") && story.contains("Trial 3"), "{story}");
    for name in ["events", "inputs", "markets", "supplies", "flows", "stockpiles"] {
        let (header, rows) = table(&trace.join(format!("trace-{name}.csv")));
        assert!(!header.is_empty() && !rows.is_empty(), "trace-{name}.csv is empty");
    }
    let (header, rows) = table(&trace.join("trace-markets.csv"));
    let column = |name: &str| header.iter().position(|column| column == name).unwrap();
    for row in &rows {
        let value = |name: &str| row[column(name)].parse::<f64>().unwrap();
        assert!(value("shortfall_t") <= value("missing_t") + 1e-9 && value("missing_t") <= value("need_t") + 1e-9);
    }
    let (code, _, error) = finish(
        critmin()
            .arg("replay")
            .arg(&scenario)
            .args(["--trial", "3", "--policy", "stokpile"]),
    );
    assert_eq!(code, 1);
    assert!(error.contains("stockpile"), "{error}");
    // The seed decides.
    let story = |seed: &str| {
        succeed(
            critmin()
                .arg("replay")
                .arg(&scenario)
                .args(["--trial", "3", "--seed", seed]),
        )
    };
    assert_eq!(story("1"), story("1"));
    assert_ne!(story("1"), story("2"));
}

#[test]
fn data_shows_what_ships() {
    let overview = succeed(critmin().arg("data"));
    assert!(
        overview.contains("gallium") && overview.contains("shares.csv"),
        "{overview}"
    );
    let gallium = succeed(critmin().args(["data", "gallium"]));
    assert!(gallium.contains("CHN") && gallium.contains("source"), "{gallium}");
    let rows = succeed(critmin().args(["data", "gallium", "--table", "shares.csv", "--csv"]));
    let mut reader = csv::Reader::from_reader(rows.as_bytes());
    assert!(reader.headers().unwrap().iter().any(|column| column == "source"));
    assert!(reader.records().count() > 0);
    let document: Value = serde_json::from_str(&succeed(critmin().args(["data", "gallium", "--json"]))).unwrap();
    assert!(
        document["shares.csv"].as_array().is_some_and(|rows| !rows.is_empty()),
        "{document}"
    );
    let whole = succeed(critmin().args(["data", "--table", "countries.csv", "--csv"]));
    assert!(whole.contains("AUS"), "{whole}");
    let (code, _, error) = finish(critmin().args(["data", "galium"]));
    assert_eq!(code, 1);
    assert!(error.contains("gallium"), "{error}");
    let (code, out, _) = finish(critmin().args(["data", "galium", "--json"]));
    assert_eq!(code, 1);
    assert!(serde_json::from_str::<Value>(&out).unwrap()["errors"].is_array());
    let (code, _, error) = finish(critmin().args(["data", "--table", "nothing.csv"]));
    assert_eq!(code, 1);
    assert!(error.contains("shares.csv"), "{error}");
}

#[test]
fn new_writes_a_scenario_that_runs_and_never_overwrites() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my-scenario.toml");
    let said = succeed(critmin().arg("new").arg(&path));
    assert!(said.contains("my-scenario.toml"), "{said}");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("my scenario"), "the title is the file's name");
    succeed(critmin().arg("validate").arg(&path).arg("--strict"));
    run_into(
        &folder.path().join("out"),
        &path,
        &["--trials", "100", "--formats", "svg", "--quiet"],
    );
    let (code, _, error) = finish(critmin().arg("new").arg(&path));
    assert_eq!(code, 1);
    assert!(error.contains("exists"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

/// A TOML file as JSON.
fn as_json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap();
    let value: toml::Table = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::to_value(value).unwrap()
}

#[test]
fn the_schema_accepts_what_the_program_accepts() {
    let schema: Value = serde_json::from_str(&succeed(critmin().arg("schema"))).unwrap();
    jsonschema::meta::validate(&schema).unwrap_or_else(|error| panic!("not a JSON Schema: {error}"));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut seen = 0;
    for folder in ["scenarios", "tests/cases"] {
        let Ok(entries) = std::fs::read_dir(in_repository(folder)) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            let name = path.to_string_lossy().into_owned();
            if !name.ends_with(".toml") || name.ends_with(".expected.toml") {
                continue;
            }
            let document = as_json(&path);
            // A file that extends another need not be whole.
            if document.get("extends").is_some() {
                continue;
            }
            let errors: Vec<String> = validator
                .iter_errors(&document)
                .map(|error| format!("{} at {}", error, error.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{name}: {}", errors.join("; "));
            seen += 1;
        }
    }
    assert!(seen > 30, "only {seen} scenarios were seen");
    let mut bad: Value = serde_json::to_value(toml::from_str::<toml::Table>(SCENARIO).unwrap()).unwrap();
    assert!(validator.is_valid(&bad));
    bad["material"][0]["flexibilty"] = 2.into();
    assert!(!validator.is_valid(&bad), "an unknown key passes the schema");
}

#[test]
fn shipped_scenarios_validate_and_run() {
    let folder = in_repository("scenarios");
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "toml") {
            continue;
        }
        let (code, out, error) = finish(critmin().arg("validate").arg(&path));
        assert_eq!(code, 0, "{out}{error}");
        let scratch = tempfile::tempdir().unwrap();
        run_into(
            scratch.path(),
            &path,
            &["--trials", "20", "--formats", "none", "--quiet", "--policy", "baseline"],
        );
    }
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = succeed(critmin().args(["completions", shell]));
        assert!(script.contains("critmin") && script.contains("replay"), "{shell}");
    }
}
