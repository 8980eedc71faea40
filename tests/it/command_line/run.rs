//! `critmin run`: what it writes, and its flags.

use super::*;

#[test]
fn run_writes_every_file_with_the_columns_of_the_interface_first() {
    let (folder, scenario) = folder();
    let out = folder.path().join("results");
    let printed = run_into(&out, &scenario, &["--samples", "--formats", "svg"]);
    assert!(printed.contains("metal") && printed.contains("buyer"), "{printed}");
    let interface = [
        (
            "summary.csv",
            "policy,material,country,sector,demand,expected_shortfall,expected_shortfall_se,expected_shortfall_pct,\
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
            "years.csv",
            "policy,material,country,year,months,mean_pct,mean_pct_se,sd_pct,p5_pct,p25_pct,p50_pct,p75_pct,p95_pct,prob_gt_10,\
             prob_gt_10_se,cvar95_pct,cvar95_pct_se",
        ),
        (
            "return_periods.csv",
            "policy,material,country,measure,years,level_pct,level_pct_se,level_pct_low,level_pct_high,supported",
        ),
        (
            "event_classes.csv",
            "policy,material,country,worst_pct,event,in_force,in_force_se,in_force_in_all,lift,months_in_force,months_in_force_in_all,\
             class_trials,class_share,supported",
        ),
        (
            "events.csv",
            "policy,event,expected_count,mean_duration_months,mean_severity,share_of_expected,share_of_cvar95",
        ),
        (
            "samples.csv",
            "trial,policy,material,country,shortfall,shortfall_pct,worst_spell_months",
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
    assert_eq!(header.len(), 11);
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
    let at = header.iter().position(|column| column == "expected_shortfall").unwrap();
    let mut listed = Vec::new();
    for policy in results["policies"].as_array().unwrap() {
        for row in policy["summary"].as_array().unwrap() {
            listed.push((
                policy["policy"].clone(),
                row["country"].clone(),
                row["expected_shortfall"]["value"].as_f64().unwrap(),
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
    assert_eq!(calm["policies"][0]["summary"][0]["expected_shortfall"]["value"], 0.0);
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
fn return_periods_are_those_asked_for_in_order_and_once() {
    let (folder, scenario) = folder();
    let out = folder.path().join("results");
    let common = ["--formats", "none", "--policy", "baseline"];
    let printed = run_into(
        &out,
        &scenario,
        &[&common[..], &["--return-periods", "20,2.5,20", "--json"]].concat(),
    );
    let (header, rows) = table(&out.join("return_periods.csv"));
    let column = |name: &str| header.iter().position(|column| column == name).unwrap();
    let of_place: Vec<(&str, &str)> = rows
        .iter()
        .filter(|row| row[column("country")] == "buyer")
        .map(|row| (row[column("measure")].as_str(), row[column("years")].as_str()))
        .collect();
    let expected: Vec<(&str, &str)> = ["annual", "worst_year", "worst_spell"]
        .iter()
        .flat_map(|measure| [(*measure, "2.5"), (*measure, "20")])
        .collect();
    assert!(of_place == expected || of_place == expected[4..], "{of_place:?}");
    let document: Value = serde_json::from_str(&printed).unwrap();
    let levels = document["policies"][0]["return_levels"].as_array().unwrap();
    assert!(
        levels
            .iter()
            .all(|level| [2.5, 20.0].contains(&level["years"].as_f64().unwrap()))
    );
    assert!(!levels.is_empty());
    for wrong in ["1", "0.5", "ten", "", "5,1"] {
        let arguments = ["--return-periods", wrong];
        let (code, _, error) = finish(critmin().arg("run").arg(&scenario).args(arguments));
        assert!(
            code == 2 && error.contains("expected years above 1"),
            "{wrong}: {error}"
        );
    }
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

/// The run would take minutes: it is ended as soon as it has told what it found.
#[test]
fn the_headline_so_far_is_told_on_standard_error() {
    let (folder, scenario) = folder();
    let mut run = std::process::Command::new(env!("CARGO_BIN_EXE_critmin"))
        .args(["run", "--json", "--trials", "10000000", "--formats", "none", "--out"])
        .arg(folder.path().join("results"))
        .arg(scenario)
        .env_remove("COLUMNS")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = std::io::BufRead::lines(std::io::BufReader::new(run.stderr.take().unwrap()));
    let mut talk = lines.map(Result::unwrap);
    let told = talk.find(|line| line.starts_with("baseline after "));
    run.kill().unwrap();
    run.wait().unwrap();
    let told = told.expect("the run ended without a word");
    assert!(
        told.contains(" % of demand is short on average (standard error 0."),
        "{told}"
    );
    assert!(told.ends_with("), metal in buyer+friend"), "{told}");
}
