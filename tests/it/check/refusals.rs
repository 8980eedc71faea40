//! Golden files that are missing, wrong or damaged; several scenarios; JUnit; the shipped golden files.

use super::*;

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
    assert_eq!(document["checks"][0]["outcome"], "error");
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
    assert!(error.starts_with("error[E053]: "), "{error}");
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
    assert_eq!(code, 3);
    assert!(error.contains("second.json"), "{error}");
    // What is missing is told before anything is run; the other is checked all the same.
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines[0], "second.toml: ERROR, not checked");
    assert!(
        lines[1].starts_with("scenario.toml: no change in ") && lines.len() == 2,
        "{out}"
    );
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

/// Every scenario is checked, whatever the others are; the worst exit code counts; reports have an error for each that could not be checked.
#[test]
fn a_bad_scenario_keeps_no_other_from_being_checked() {
    let bench = Bench::new();
    for name in ["absent", "broken", "changed", "fails", "good"] {
        std::fs::write(bench.path(&format!("{name}.toml")), SCENARIO).unwrap();
    }
    let all = ["absent.toml", "broken.toml", "changed.toml", "fails.toml", "good.toml"];
    let check = |names: &[&str], arguments: &[&str]| {
        bench.command(&[&["check"], names, &["--against", "pinned"], arguments].concat())
    };
    std::fs::create_dir(bench.path("pinned")).unwrap();
    let (code, _, error) = check(&all, &["--update", "--trials", "128", "--quiet"]);
    assert_eq!(code, 0, "{error}");
    std::fs::remove_file(bench.path("pinned/absent.json")).unwrap();
    bench.edit("broken.toml", "priority = 1", "priorty = 1");
    bench.edit("changed.toml", "severity = 0.3", "severity = 0.35");
    bench.edit(
        "changed.toml",
        "title = \"Check\"\n",
        "title = \"Check\"\ndescription = \"A text that is longer than what is pinned as it is\"\n",
    );
    bench.edit("pinned/fails.json", "\"format\": 3", "\"format\": 1");
    let (code, out, error) = check(&all, &["--junit", "report.xml"]);
    assert_eq!(code, 3, "{error}");
    for said in [
        "absent.toml: ERROR, not checked",
        "broken.toml: ERROR, not checked",
        "fails.toml: ERROR, not checked",
        "changed.toml: CHANGED",
        "good.toml: no change",
        "  Keys of the scenario that differ\n    description: new\n    event.outage.severity: 0.3 -> 0.35\n",
    ] {
        assert!(out.contains(said), "`{said}` is not in\n{out}");
    }
    assert!(
        error.contains("fails.json: it has format 1; this program reads format 3")
            && error.contains("--against pinned/fails.json --update"),
        "{error}"
    );
    let xml = std::fs::read_to_string(bench.path("report.xml")).unwrap();
    let document = roxmltree::Document::parse(&xml).unwrap();
    let root = document.root_element();
    assert_eq!(root.attribute("errors"), Some("3"));
    let suites: Vec<_> = root.children().filter(|node| node.has_tag_name("testsuite")).collect();
    let suite_names: Vec<_> = suites.iter().map(|suite| suite.attribute("name").unwrap()).collect();
    assert_eq!(suite_names, all);
    for suite in &suites {
        let is_bad = ["absent.toml", "broken.toml", "fails.toml"].contains(&suite.attribute("name").unwrap());
        assert_eq!(suite.attribute("errors"), Some(if is_bad { "1" } else { "0" }));
        let errors = suite.descendants().filter(|node| node.has_tag_name("error")).count();
        assert_eq!(errors, usize::from(is_bad));
        let seconds = |node: &roxmltree::Node| node.attribute("time").unwrap().parse::<f64>().unwrap();
        let cases: f64 = suite
            .children()
            .filter(|node| node.has_tag_name("testcase"))
            .map(|case| seconds(&case))
            .sum();
        assert!((cases - seconds(suite)).abs() < 1e-9 && (is_bad || cases > 0.0));
    }
    assert!(xml.contains("event.outage.severity: 0.3 -&gt; 0.35"), "{xml}");
    // As JSON: every scenario in its place.
    let (code, out, error) = check(&all, &["--json"]);
    let document: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, error.as_str()), (3, ""));
    assert_eq!(
        names(&document["checks"], "outcome"),
        ["error", "error", "changed", "error", "same"]
    );
    assert_eq!(
        document["checks"][2]["scenario_keys"][1],
        serde_json::json!({ "key": "event.outage.severity", "old": "0.3", "new": "0.35" })
    );
    // An invalid one alone is exit code 1, a changed one too.
    assert_eq!(check(&["broken.toml", "good.toml"], &["--quiet"]).0, 1);
    assert_eq!(check(&["changed.toml", "good.toml"], &["--quiet"]).0, 1);
    // The earlier format is brought to this one with what it states.
    let (code, out, error) = check(&["fails.toml"], &["--update"]);
    assert!(code == 0 && out.contains("no change"), "{out}{error}");
    assert_eq!(check(&["fails.toml"], &[]).0, 0);
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
        let hash = content_hash(&Study::of(load(scenario), "test")).unwrap();
        assert_eq!(
            golden.settings.scenario_sha256, hash,
            "{name} has changed: critmin check scenarios/*.toml --against tests/golden --update"
        );
        assert!(
            golden.settings.every_policy && text.len() < 300_000,
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
