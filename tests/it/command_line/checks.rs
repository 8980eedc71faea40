//! What `validate` says beyond single mistakes: models of policies, balance, acknowledgements, codes; and numbers of options.

use super::*;

fn with(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_policy_that_cannot_be_compiled_is_found_before_the_first_draw() {
    let (folder, _) = folder();
    // Possible key by key, and beyond what can be computed with; or larger than memory.
    let growth = "[[policy]]\nid = \"boom\"\n[[policy.set]]\nkey = \"demand.metal.buyer.civil.growth\"\nvalue = 1e17\n";
    let bad = with(&folder, "bad.toml", &format!("{SCENARIO}\n{growth}"));
    let (code, out, error) = finish(critmin().arg("validate").arg(&bad));
    assert_eq!(code, 1, "{out}{error}");
    assert!(error.contains("error[E071]: under the policy `boom`:"), "{error}");
    assert!(out.contains("not valid (1 error"), "{out}");
    let out = folder.path().join("out");
    // Nothing is simulated, whichever policies are asked for.
    for arguments in [vec![], vec!["--policy", "boom"], vec!["--policy", "stockpile"]] {
        let (code, printed, error) = finish(critmin().arg("run").arg(&bad).arg("--out").arg(&out).args(&arguments));
        assert_eq!((code, printed.as_str()), (1, ""), "{error}");
        assert!(error.contains("`boom`") && !out.exists(), "{error}");
    }
    let (code, printed, _) = finish(critmin().arg("validate").arg(&bad).arg("--json"));
    let document: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(code, 1);
    let first = &document[0]["diagnostics"]["diagnostics"];
    assert!(
        first.as_array().unwrap().iter().any(|one| one["code"] == "E071"),
        "{printed}"
    );
}

/// Demand of 1,000 t beside supply of 950 t.
const SHORT: &str = r#"format = 1
title = "short"
assumption = "invented"
time = { start = "2026-01", periods = 1 }
run = { trials = 1, balance = "as given" }
demand = [{ material = "m", country = "USA", amount = 1_000 }]
[[material]]
id = "m"
[shares.m]
output = 950
by_country = { CHN = 1 }
"#;

#[test]
fn validate_says_what_run_says_about_the_balance() {
    let folder = tempfile::tempdir().unwrap();
    let short = with(&folder, "short.toml", SHORT);
    let (code, out, error) = finish(critmin().arg("validate").arg(&short));
    assert_eq!(code, 0);
    assert!(
        error.contains("warning[W009]: `m` starts short: 5 % of orders") && error.contains("at `material.m`"),
        "{error}"
    );
    assert!(out.contains("valid (1 warning)"), "{out}");
    assert_eq!(finish(critmin().arg("validate").arg(&short).arg("--strict")).0, 1);
    let results = folder.path().join("out");
    let (code, out, error) = finish(critmin().arg("run").arg(&short).arg("--out").arg(&results));
    assert_eq!(code, 0);
    assert!(error.contains("warning[W009]"), "{error}");
    assert!(out.contains("1 trial, seed 42, 1 period of one month"), "{out}");
    assert!(out.contains("(W009)"), "{out}");
}

#[test]
fn supply_and_demand_in_different_units_are_told() {
    let folder = tempfile::tempdir().unwrap();
    for (from, to, apart) in [
        ("amount = 1_000", "amount = 1", "950 times apart"),
        ("output = 950", "output = 0.95", "1050 times apart"),
    ] {
        let path = with(&folder, "units.toml", &SHORT.replace(from, to));
        let (code, _, error) = finish(critmin().arg("validate").arg(&path).arg("--strict"));
        assert_eq!(code, 1);
        assert!(error.contains("warning[W010]") && error.contains(apart), "{error}");
    }
}

#[test]
fn an_acknowledged_warning_is_listed_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let acknowledge =
        "[[acknowledge]]\ncode = \"W009\"\nat = \"material.m\"\nreason = \"the shortage is the question\"\n";
    let path = with(&folder, "short.toml", &format!("{SHORT}{acknowledge}"));
    let (code, out, error) = finish(critmin().arg("validate").arg(&path).arg("--strict"));
    assert_eq!((code, error.as_str()), (0, ""), "{out}");
    assert!(out.contains("valid (1 warning acknowledged)"), "{out}");
    let results = folder.path().join("out");
    let (code, printed, error) = finish(critmin().arg("run").arg(&path).arg("--out").arg(&results));
    assert_eq!(code, 0);
    assert!(!error.contains("W009") && !printed.contains("W009"), "{error}{printed}");
    let text = std::fs::read_to_string(results.join("results.json")).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let warning = &document["manifest"]["warnings"][0];
    assert_eq!(warning["code"], "W009");
    assert_eq!(warning["acknowledged"], "the shortage is the question");
    // What no longer occurs is told.
    let gone = with(
        &folder,
        "gone.toml",
        &format!("{}{acknowledge}", SHORT.replace("output = 950", "output = 1_000")),
    );
    let (code, _, error) = finish(critmin().arg("validate").arg(&gone).arg("--strict"));
    assert_eq!(code, 1);
    assert!(
        error.contains("warning[W030]: W009 does not occur at `material.m`"),
        "{error}"
    );
}

#[test]
fn codes_are_explained() {
    let out = succeed(critmin().args(["validate", "--explain", "w009"]));
    assert!(out.starts_with("W009: a material that starts short\n"), "{out}");
    let (code, _, error) = finish(critmin().args(["validate", "--explain", "W09"]));
    assert_eq!(code, 2);
    assert!(error.contains("there is no code `W09`; did you mean W009?"), "{error}");
}

#[test]
fn options_read_numbers_as_people_write_them() {
    let (folder, scenario) = folder();
    let out = folder.path().join("out");
    let text = run_into(
        &out,
        &scenario,
        &[
            "--trials",
            "1e2",
            "--seed",
            "1_000",
            "--threads",
            "0_1",
            "--policy",
            "baseline",
            "--formats",
            "none",
        ],
    );
    assert!(text.contains("100 trials, seed 1000"), "{text}");
    succeed(
        critmin()
            .arg("replay")
            .arg(&scenario)
            .args(["--trial", "1e1", "--seed", "1e3"]),
    );
    for (arguments, code, words) in [
        (["--trials", "0"], 1, "--trials:1:1"),
        (
            ["--seed", "9223372036854775808"],
            1,
            "`seed` must be a whole number from 0 to 9223372036854775807",
        ),
        (["--trials", "1,000"], 2, "such as 10000, 10_000 or 1e4"),
        (
            ["--seed", "99999999999999999999"],
            2,
            "too large: at most 9223372036854775807",
        ),
        (["--threads", "0"], 2, "expected 1 or more"),
        (["--set", "focus.countries=[buyer]"], 1, "--set 'KEY=["),
        (["--set", "event.ban.severity=80%"], 1, "80 % is 0.8"),
    ] {
        let (found, _, error) = finish(
            critmin()
                .arg("run")
                .arg(&scenario)
                .arg("--out")
                .arg(&out)
                .args(arguments),
        );
        assert_eq!(found, code, "{arguments:?}: {error}");
        assert!(error.contains(words), "{arguments:?}: {error}");
        assert!(
            arguments[0] == "--set" || !error.contains("--set"),
            "{arguments:?}: {error}"
        );
    }
}

#[test]
fn shipped_scenarios_are_silent_under_strict() {
    let mut scenarios: Vec<PathBuf> = std::fs::read_dir(in_repository("scenarios"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect();
    scenarios.sort();
    let (code, out, error) = finish(critmin().arg("validate").arg("--strict").args(&scenarios));
    assert_eq!((code, error.as_str()), (0, ""), "{out}");
    let verdicts = out.lines().filter(|line| line.contains(".toml: valid")).count();
    assert_eq!(verdicts, scenarios.len(), "{out}");
}
