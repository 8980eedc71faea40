//! Every format drawn in full.

use super::*;
use crate::regression::tests::{example, key, moved, with};
use crate::regression::{Figure, Golden, RELATIVE_TOLERANCE, Table, Value, compare};

fn check(now: Golden, outcome: Outcome) -> Check {
    let comparison = compare(&example(), &now, false, RELATIVE_TOLERANCE);
    Check {
        scenario: "scenarios/example.toml".to_owned(),
        against: "golden/example.json".to_owned(),
        outcome,
        allow_noise: outcome == Outcome::WithinNoise,
        seconds: 1.25,
        now,
        comparison: Some(comparison),
    }
}

/// Moves of every kind, with shared draws.
fn changed() -> Check {
    let mut now = moved(|batch| if batch % 2 == 0 { 0.2 } else { 0.0 });
    let mut set = |table, row: &str, statistic: &str, value| {
        now.figures.get_mut(&key(table, row, statistic)).unwrap().value = value;
    };
    set(Table::Summary, "metal buyer all", "prob_any", Value::Number(0.31));
    set(Table::Replayable, "metal buyer p95", "trial", Value::Whole(4));
    set(Table::Balance, "metal", "supply_t", Value::Number(1e6 + 0.01));
    set(Table::Summary, "metal buyer all", "cvar99_pct", Value::Number(61.25));
    let gone = key(Table::Events, "ban", "mean_severity");
    let figure: Figure = now.figures.remove(&gone).unwrap();
    now.figures.insert(key(Table::Events, "quake", "mean_severity"), figure);
    now.settings.scenario_sha256 = "fedcba9876543210".to_owned();
    let ban = now.scenario.get_mut("event.ban").unwrap();
    ban.insert("severity".to_owned(), 0.6.into());
    ban.insert("source".to_owned(), "#00000000".into());
    ban.insert("name".to_owned(), "Export ban".into());
    now.scenario.remove("top");
    now.settings.materials.push("<steel & \"iron\">".to_owned());
    check(now, Outcome::Changed)
}

/// A scenario that could not be checked.
fn failed() -> Entry {
    Entry::Failed(Failed {
        scenario: "scenarios/broken.toml".to_owned(),
        against: "golden/broken.json".to_owned(),
        seconds: 0.5,
        kind: "no_golden_file",
        text: "error: there is no golden file golden/broken.json\n\nhint: write it\n".to_owned(),
        errors: serde_json::json!([{ "level": "error", "message": "there is no golden file", "hints": ["write it"] }]),
    })
}

/// Other draws: one move within noise, one not.
fn other_draws(outcome: Outcome) -> Check {
    let mut now = moved(|_| 1.0);
    let cars = key(Table::Summary, "magnet buyer electric cars", "expected_shortfall_pct");
    if outcome == Outcome::Changed {
        now.figures.get_mut(&cars).unwrap().value = Value::Number(3e-7);
    }
    now.settings.seed = 7;
    check(now, outcome)
}

#[test]
fn for_people() {
    let checks = [
        check(example(), Outcome::Same),
        changed(),
        other_draws(Outcome::WithinNoise),
        other_draws(Outcome::Changed),
        check(example(), Outcome::Updated),
        check(moved(|_| 0.1), Outcome::Updated),
        Check {
            outcome: Outcome::Created,
            comparison: None,
            ..check(example(), Outcome::Same)
        },
    ];
    let texts: Vec<String> = checks.iter().map(text).collect();
    insta::assert_snapshot!(texts.join("\n----\n"));
}

#[test]
fn long_lists_are_cut_and_counted() {
    let mut now = example();
    for number in 0..30 {
        let figure = Figure {
            value: Value::Number(f64::from(number)),
            standard_error: None,
            scale: 100.0,
        };
        let key = key(Table::Summary, &format!("metal place{number:02} all"), "max_pct");
        now.figures.insert(key, figure);
    }
    let text = text(&check(now, Outcome::Changed));
    assert_eq!(text.matches("max_pct").count(), 10, "{text}");
    assert!(text.contains("    and 20 more; --json lists all\n"), "{text}");
}

#[test]
fn as_json() {
    let document = json(&[changed().into(), check(example(), Outcome::Same).into(), failed()]);
    insta::assert_snapshot!(format!("{document:#}"));
}

#[test]
fn as_junit() {
    let checks = [changed().into(), check(example(), Outcome::Same).into(), failed()];
    let xml = junit(&checks);
    insta::assert_snapshot!(xml);
    let document = roxmltree::Document::parse(&xml).unwrap();
    let suites: Vec<_> = document
        .descendants()
        .filter(|node| node.has_tag_name("testsuite"))
        .collect();
    assert_eq!(suites.len(), 3);
    for suite in suites {
        let cases = suite.children().filter(|node| node.has_tag_name("testcase"));
        let failed = cases
            .clone()
            .filter(|case| case.children().any(|node| node.has_tag_name("failure")));
        assert_eq!(
            suite.attribute("tests"),
            Some(cases.clone().count().to_string().as_str())
        );
        assert_eq!(suite.attribute("failures"), Some(failed.count().to_string().as_str()));
    }
    // It is known as a report, until somebody changes it.
    assert!(is_junit(&xml));
    for changed in [
        xml.replace("example", "sample"),
        format!("{xml} "),
        xml[..xml.len() - 1].to_owned(),
        String::new(),
    ] {
        assert!(!is_junit(&changed), "{changed}");
    }
    // What XML gives a meaning to arrives as it was.
    let settings = document
        .descendants()
        .find(|node| node.has_tag_name("failure"))
        .unwrap();
    assert!(settings.text().unwrap().contains("<steel & \"iron\">"));
}

#[test]
fn junit_holds_characters_that_xml_cannot() {
    let mut odd = changed();
    odd.scenario = "bell\u{7}\u{0} <&>\"'.toml".to_owned();
    let xml = junit(&[odd.into()]);
    let document = roxmltree::Document::parse(&xml).unwrap();
    let suite = document
        .descendants()
        .find(|node| node.has_tag_name("testsuite"))
        .unwrap();
    assert_eq!(suite.attribute("name"), Some("bell?? <&>\"'.toml"));
}

#[test]
fn where_noise_is_allowed_it_fails_no_case() {
    let mut noisy = other_draws(Outcome::Changed);
    noisy.allow_noise = true;
    let xml = junit(&[noisy.into()]);
    let document = roxmltree::Document::parse(&xml).unwrap();
    let failed: Vec<Option<&str>> = document
        .descendants()
        .filter(|node| node.has_tag_name("failure"))
        .map(|failure| failure.parent().and_then(|case| case.attribute("name")))
        .collect();
    assert_eq!(failed, [Some("magnet")]);
}

#[test]
fn numbers_show_as_many_digits_as_tell_them_apart() {
    use super::words::from_to;
    let number = Value::Number;
    assert_eq!(from_to(number(12.0), number(13.0)), "12 -> 13");
    assert_eq!(from_to(number(1e6), number(1e6 + 0.01)), "1000000 -> 1000000.01");
    assert_eq!(from_to(number(0.0), number(3e-17)), "0 -> 3e-17");
    assert_eq!(
        from_to(number(0.1), number(0.100_000_000_000_000_02)),
        "0.1 -> 0.10000000000000002"
    );
    assert_eq!(from_to(Value::Missing, Value::Whole(3)), "not available -> 3");
    let unseen = with(Table::Summary, "metal buyer all", "prob_any", number(0.3 + 1e-13));
    assert!(!compare(&example(), &unseen, false, RELATIVE_TOLERANCE).is_changed());
}
