//! What has moved, by how much, and whether that is noise.

use super::*;

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
