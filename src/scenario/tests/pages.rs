//! Schema, starter and reference page.

use std::path::Path;

use crate::scenario::*;

fn as_json(path: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(path).unwrap();
    plain(serde_json::to_value(toml::from_str::<toml::Table>(&text).unwrap()).unwrap())
}

/// TOML dates as text.
fn plain(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(map) => match map.get("$__toml_private_datetime") {
            Some(date) => date.clone(),
            None => map.into_iter().map(|(key, value)| (key, plain(value))).collect(),
        },
        serde_json::Value::Array(list) => list.into_iter().map(plain).collect(),
        other => other,
    }
}

#[test]
fn the_starter_is_valid_without_a_warning() {
    let title = "A \"quoted\" \\ title\nin two lines";
    let document = Document::from_text("new.toml", &starter(title)).unwrap_or_else(|errors| panic!("{errors}"));
    let (scenario, warnings) = document.check(None).unwrap_or_else(|errors| panic!("{errors}"));
    assert!(warnings.is_empty(), "{warnings}");
    assert_eq!(scenario.title, "A \"quoted\" \\ title in two lines");
    assert!(starter("").contains("title = \"A supply disruption\""));
}

#[test]
fn the_reference_page_is_committed_as_generated() {
    let path = "docs/scenario-format.md";
    if std::env::var_os("UPDATE_PAGES").is_some() {
        std::fs::create_dir_all("docs").unwrap();
        std::fs::write(path, format_reference()).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == format_reference(),
        "run the tests with UPDATE_PAGES=1 and commit {path}"
    );
}

#[test]
fn the_page_of_diagnostics_is_committed_as_generated() {
    let path = "docs/diagnostics.md";
    if std::env::var_os("UPDATE_PAGES").is_some() {
        std::fs::write(path, diagnostics_reference()).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == diagnostics_reference(),
        "run the tests with UPDATE_PAGES=1 and commit {path}"
    );
}

#[test]
fn codes_ascend_and_say_what_to_do() {
    for pair in CODES.windows(2) {
        assert!(pair[0].number < pair[1].number, "{} {}", pair[0].number, pair[1].number);
    }
    for entry in CODES {
        let (letter, digits) = entry.number.split_at(1);
        assert!(["E", "W"].contains(&letter) && digits.len() == 3 && digits.parse::<u16>().is_ok());
        assert_eq!(Code::of(&entry.number.to_lowercase()), Some(entry.code));
        assert!(
            entry.advice.ends_with('.') && !entry.title.ends_with('.'),
            "{}",
            entry.number
        );
    }
    assert_eq!((Code::of("W999"), Code::of("")), (None, None));
    assert_eq!(Code::meant("W041x"), Some("W041"));
}

#[test]
fn the_examples_of_the_reference_use_known_keys() {
    let page = format_reference();
    for example in page
        .split("```toml\n")
        .skip(1)
        .map(|rest| rest.split("\n```").next().unwrap())
    {
        toml::from_str::<toml::Table>(example).unwrap_or_else(|error| panic!("{example}\n{error}"));
        let text = format!("{example}\n");
        let document = Document::from_text("example.toml", &text).unwrap();
        let errors = document.check(None).expect_err("an example is not a whole scenario");
        let unknown: Vec<&str> = errors
            .errors()
            .map(|error| error.message.as_str())
            .filter(|m| m.contains("unknown key"))
            .collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}

#[test]
fn the_schema_accepts_good_files_and_rejects_broken_structure() {
    let schema = json_schema();
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::validator_for(&schema).unwrap();
    for folder in ["tests/good-scenarios", "tests/good-scenarios/base"] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                let errors: Vec<String> = validator
                    .iter_errors(&as_json(&path))
                    .map(|e| format!("{} at {}", e, e.instance_path()))
                    .collect();
                assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
            }
        }
    }
    let start: toml::Table = toml::from_str(&starter("x")).unwrap();
    assert!(validator.is_valid(&serde_json::to_value(&start).unwrap()));
    let mut rejected = 0;
    for entry in std::fs::read_dir("tests/bad-scenarios").unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().to_string();
        if name.starts_with("structure-") {
            assert!(!validator.is_valid(&as_json(&path)), "{name}");
            rejected += 1;
        }
    }
    assert!(rejected >= 10, "{rejected}");
}
