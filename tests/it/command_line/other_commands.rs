//! `validate`, `replay`, `data`, `new`, `schema` and `completions`.

use super::*;

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
        assert!(value("shortfall") <= value("missing") + 1e-9 && value("missing") <= value("need") + 1e-9);
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
fn rates_show_what_was_counted() {
    let overview = succeed(critmin().arg("rates"));
    assert!(
        overview.contains("export_restriction") && overview.contains("mine_stop"),
        "{overview}"
    );
    let china = ["rates", "--kind", "export_restriction", "--country", "CHN"];
    let text = succeed(critmin().args(china));
    for words in [
        "2010 to 2025",
        "2023 to 2025",
        "304",
        "gallium, germanium",
        "https://",
        "Exposure",
        "Mind",
        "rate = \"history\"",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let rows = succeed(critmin().args(china).arg("--csv"));
    let mut reader = csv::Reader::from_reader(rows.as_bytes());
    let source = reader
        .headers()
        .unwrap()
        .iter()
        .position(|column| column == "source")
        .unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    // Gallium and germanium share a row, and four tell of the rare earths of April 2025.
    assert_eq!(rows.len(), 11);
    assert!(rows.iter().all(|row| row[source].contains("://")), "{rows:?}");
    let document: Value = serde_json::from_str(&succeed(critmin().args(china).arg("--json"))).unwrap();
    assert_eq!(document["whole"]["rate"]["shape"], 11.5);
    assert_eq!(document["whole"]["unit_years"], 304.0);
    let counted: u64 = document["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["newly_counted"].as_u64().unwrap())
        .sum();
    assert_eq!(counted, 11);
}

#[test]
fn rates_say_what_is_wrong_and_what_is_too_little() {
    let few = succeed(critmin().args(["rates", "--kind", "conflict", "--country", "CHN"]));
    assert!(
        few.contains("insufficient data: 0 events") && few.contains("n/a"),
        "{few}"
    );
    let wrong = [
        "rates",
        "--kind",
        "export_bann",
        "--country",
        "China",
        "--mineral",
        "galium",
    ];
    let (code, out, error) = finish(critmin().args(wrong));
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(error.contains("`export_ban`") && error.contains("gallium"), "{error}");
    let (code, out, _) = finish(critmin().args(wrong).arg("--json"));
    assert_eq!(code, 1);
    assert!(serde_json::from_str::<Value>(&out).unwrap()["errors"].is_array());
    let (code, _, error) = finish(critmin().args(["rates", "--country", "CHN"]));
    assert_eq!(code, 2);
    assert!(error.contains("--kind"), "{error}");
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

#[test]
fn new_writes_a_scenario_of_any_mineral_for_any_country() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cobalt.toml");
    let new = |list: &[&str]| finish(critmin().arg("new").arg(&path).args(list));
    let (code, _, error) = new(&["--mineral", "cobolt", "--for", "Germny"]);
    assert_eq!(code, 1);
    assert!(
        error.contains("`cobalt`") && error.contains("DEU") && !path.exists(),
        "{error}"
    );
    let (code, _, error) = new(&["--mineral", "tellurium", "--for", "JPN"]);
    assert_eq!(code, 1);
    assert!(error.contains("--use JPN=TONNES") && !path.exists(), "{error}");
    assert_eq!(new(&["--mineral", "cobalt"]).0, 2, "for whom?");
    assert_eq!(new(&["--mineral", "cobalt", "--for", "Germany"]).0, 0);
    let text = std::fs::read_to_string(&path).unwrap();
    succeed(critmin().arg("validate").arg(&path).arg("--strict"));
    run_into(
        &folder.path().join("out"),
        &path,
        &["--trials", "100", "--formats", "svg", "--quiet"],
    );
    assert_eq!(new(&["--mineral", "nickel", "--for", "DEU"]).0, 1, "it exists");
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
