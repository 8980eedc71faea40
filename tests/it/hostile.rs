//! Hostile texts (`tests/hostile/`) through every output: no formula reaches a table, nothing that a terminal would act on reaches a terminal or a file, and
//! JSON still says what the scenario says.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{in_repository, program, said};

/// Whether a character acts instead of being seen. Line feeds are looked at by the tests themselves.
fn acts(character: char) -> bool {
    (character.is_control() && character != '\n')
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}')
}

fn assert_calm(what: &str, text: &str) {
    for (number, line) in text.lines().enumerate() {
        assert!(!line.contains(acts), "{what}, line {}: {line:?}", number + 1);
    }
    assert!(!text.contains('\r'), "{what} has carriage returns");
}

/// What a spreadsheet would take for a formula, in a locale with commas or with semicolons.
fn is_formula(cell: &str) -> bool {
    let is_number = cell.parse::<f64>().is_ok_and(f64::is_finite);
    !is_number
        && cell.split(';').any(|part| {
            part.trim_start()
                .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        })
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}

/// Looks at every file, by its kind; gives how many of each were looked at.
fn look(folder: &Path, title: &str) -> [usize; 4] {
    let [mut tables, mut documents, mut pictures, mut others] = [0; 4];
    for path in files(folder) {
        let name = path.display().to_string();
        let extension = path.extension().map_or("", |extension| extension.to_str().unwrap());
        if matches!(extension, "png" | "critmin") {
            others += 1;
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        assert_calm(&name, &text);
        match extension {
            "csv" => {
                tables += 1;
                let mut reader = csv::Reader::from_reader(text.as_bytes());
                let mut rows = 0;
                for record in reader.records() {
                    let record = record.unwrap();
                    rows += 1;
                    for cell in &record {
                        assert!(!is_formula(cell), "{name}: {cell:?}");
                        assert!(!cell.contains('\n'), "{name}: {cell:?}");
                    }
                }
                // So that a line is a row also for programs that do not know quotes.
                assert_eq!(text.lines().count(), rows + 1, "{name}");
            }
            "json" => {
                documents += 1;
                let document: Value = serde_json::from_str(&text).unwrap();
                if name.ends_with("results.json") {
                    assert_eq!(document["title"], title, "{name} says what the scenario says");
                }
            }
            "svg" | "xml" => {
                pictures += 1;
                roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            }
            _ => others += 1,
        }
    }
    [tables, documents, pictures, others]
}

/// Runs it; its exit code, its results and its talk, which must both be calm.
fn calm(command: &mut Command) -> (i32, String) {
    let (code, out, talk) = said(&command.output().unwrap());
    let what = format!("{command:?}");
    assert_calm(&format!("stdout of {what}"), &out);
    assert_calm(&format!("stderr of {what}"), &talk);
    (code, out)
}

fn title_of(scenario: &Path) -> String {
    let text = std::fs::read_to_string(scenario).unwrap();
    let table: toml::Table = text.parse().unwrap();
    table["title"].as_str().unwrap().to_owned()
}

/// Every command on one scenario.
fn walk(name: &str) {
    let scenario = in_repository(&format!("tests/hostile/{name}.toml"));
    let title = title_of(&scenario);
    let folder = tempfile::tempdir().unwrap();
    let [out, trace, parts, merged, golden] =
        ["out", "trace", "parts", "merged", "golden"].map(|name| folder.path().join(name));
    let run = |arguments: &[&str]| {
        let mut command = program();
        command.arg("run").arg(&scenario).args(arguments);
        command
    };
    let (code, _) = calm(run(&["--samples"]).arg("--out").arg(&out));
    assert_eq!(code, 0);
    let (code, printed) = calm(run(&["--json", "--formats", "none"]).arg("--out").arg(&out));
    let document: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!((code, document["title"].as_str()), (0, Some(title.as_str())));
    let (code, _) = calm(run(&["--samples", "--formats", "svg,png"]).arg("--out").arg(&out));
    assert_eq!(code, 0);
    let trials = document["trials"].as_u64().unwrap();
    for range in ["0..50".to_owned(), format!("50..{trials}")] {
        let (code, _) = calm(run(&["--samples", "--trials-range", &range]).arg("--out").arg(&parts));
        assert_eq!(code, 0);
    }
    let mut merge = program();
    merge
        .arg("merge")
        .args(files(&parts))
        .args(["--formats", "none"])
        .arg("--out")
        .arg(&merged);
    assert_eq!(calm(&mut merge).0, 0);
    for extra in [&["--json"][..], &[]] {
        let mut replay = program();
        replay
            .arg("replay")
            .arg(&scenario)
            .args(["--trial", "1"])
            .args(extra)
            .arg("--out")
            .arg(&trace);
        assert_eq!(calm(&mut replay).0, 0);
        let mut validate = program();
        validate.arg("validate").arg(&scenario).args(extra);
        calm(&mut validate);
    }
    std::fs::create_dir(&golden).unwrap();
    let check = |arguments: &[&str]| {
        let mut command = program();
        command
            .arg("check")
            .arg(&scenario)
            .args(arguments)
            .arg("--against")
            .arg(&golden);
        calm(&mut command)
    };
    assert_eq!(check(&["--update"]).0, 0);
    let junit = golden.join("junit.xml");
    let junit = junit.to_str().unwrap();
    assert_eq!(check(&["--seed", "77", "--junit", junit]).0, 1);
    assert_eq!(check(&["--seed", "77", "--json"]).0, 1);
    let [tables, documents, pictures, _] = look(folder.path(), &title);
    assert!(
        tables >= 20 && documents >= 3 && pictures >= 4,
        "{tables} {documents} {pictures}"
    );
}

#[test]
fn a_formula_as_a_name_is_text_everywhere() {
    walk("formula-in-event-name");
}

#[test]
fn an_escape_in_the_title_is_a_symbol_everywhere() {
    walk("escape-in-title");
}

#[test]
fn everything_hostile_is_harmless_everywhere() {
    walk("everything");
}

/// Numbers stay numbers, and nobody loses a name: an apostrophe stands before it.
#[test]
fn cells_keep_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = in_repository("tests/hostile/everything.toml");
    let out = folder.path().join("out");
    calm(
        program()
            .arg("run")
            .arg(&scenario)
            .args(["--formats", "none"])
            .arg("--out")
            .arg(&out),
    );
    let text = std::fs::read_to_string(out.join("summary.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|column| column == name).unwrap();
    let mut seen = 0;
    for record in reader.records() {
        let record = record.unwrap();
        let cell = |name: &str| &record[column(name)];
        cell("event_shortfall_pct").parse::<f64>().unwrap();
        if cell("material") == "cells" {
            assert_eq!((cell("unit"), cell("material_name")), ("GWh", "'-Cells <b>&\"'"));
            seen += 1;
        }
        if cell("policy") == "'-stock" && cell("country") == "'-USA" {
            assert_eq!(cell("policy_name"), "'@␛[32mStock� ");
            assert_eq!(cell("place_name"), "' =cmd|' /C calc'!A0");
            seen += 1;
        }
    }
    assert!(seen >= 4, "{text}");
}

/// The data command prints what others have written.
#[test]
fn shipped_tables_hold_no_formula() {
    for table in [
        "sources.csv",
        "events.csv",
        "export_controls.csv",
        "stocks.csv",
        "prices.csv",
    ] {
        let (code, out) = calm(program().args(["data", "--csv", "--table", table]));
        assert_eq!(code, 0, "{table}");
        let mut reader = csv::Reader::from_reader(out.as_bytes());
        let cells: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert!(!cells.is_empty());
        for cell in cells.iter().flatten() {
            assert!(!is_formula(cell), "{table}: {cell:?}");
        }
    }
}
