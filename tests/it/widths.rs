//! What commands print fits the terminal: no line is wider, and no number is cut.

use std::process::Command;

use critmin::report::{story, table};
use unicode_width::UnicodeWidthStr;

use crate::support::{in_repository, load, program, replay, said, simulate, with};

const WIDTHS: [usize; 3] = [40, 80, 200];

fn assert_fits(what: &str, text: &str, width: usize) {
    for line in text.lines() {
        assert!(
            line.width() <= width,
            "{what}: {} of {width} columns: {line}",
            line.width()
        );
    }
}

#[test]
fn every_shipped_scenario_fits() {
    let mut scenarios = 0;
    for entry in std::fs::read_dir(in_repository("scenarios")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        scenarios += 1;
        let document = with(&load(&path), &["run.trials=12"]);
        let policies: Vec<String> = document.policies().into_iter().map(|policy| policy.id).collect();
        let policies: Vec<&str> = policies.iter().map(String::as_str).collect();
        let results = simulate(&document, &policies).results;
        let replay = replay(&document, None, 3).unwrap();
        let what = path.display().to_string();
        for width in WIDTHS {
            let summary = table::summary(&results, "scenario.toml", width);
            assert_fits(&what, &summary, width);
            assert_fits(&what, &story::tell(&replay, width), width);
            // The mean of the headline stands in its table, whole.
            let (material, country) = &results.policies[0].headline;
            let row = results.policies[0]
                .summary
                .iter()
                .find(|row| row.material == *material && row.country == *country && row.sector == "all")
                .unwrap();
            assert!(
                row.expected_shortfall_pct.value == 0.0 || summary.contains(" ± "),
                "{what}: {summary}"
            );
            // One paragraph on policies, however many there are.
            assert_eq!(
                summary.matches("Policies: ").count(),
                usize::from(!policies.is_empty()),
                "{summary}"
            );
        }
    }
    assert_eq!(scenarios, 17);
}

fn at(width: usize, arguments: &[&str]) -> Command {
    let mut command = program();
    command
        .env("COLUMNS", width.to_string())
        .args(arguments)
        .current_dir(in_repository(""));
    command
}

#[test]
fn every_command_fits() {
    let folder = tempfile::tempdir().unwrap();
    let own = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (out, golden, parts) = (own("out"), own("golden/"), own("parts"));
    let (compared, screened, optimized) = (own("compared"), own("screened"), own("optimized"));
    let (robust, exposed) = (own("robust"), own("exposed"));
    let (indices, of_mineral) = (own("indices"), own("of_mineral"));
    std::fs::create_dir(&golden).unwrap();
    let scenario = "scenarios/drc-cobalt.toml";
    let done = said(
        &at(
            80,
            &["check", scenario, "--against", &golden, "--update", "--trials", "16"],
        )
        .output()
        .unwrap(),
    );
    assert_eq!(done.0, 0, "{}", done.2);
    let range = [
        "run",
        scenario,
        "--trials",
        "16",
        "--trials-range",
        "0..16",
        "--out",
        &parts,
    ];
    assert_eq!(said(&at(80, &range).output().unwrap()).0, 0);
    let part = format!("{parts}/partial-0-16.critmin");
    for width in WIDTHS {
        for (arguments, expected) in [
            (
                &["run", scenario, "--trials", "16", "--formats", "none", "--out", &out][..],
                0,
            ),
            (
                &[
                    "compare",
                    scenario,
                    "--trials",
                    "16",
                    "--formats",
                    "none",
                    "--out",
                    &compared,
                ],
                0,
            ),
            (
                &[
                    "optimize",
                    scenario,
                    "--trials",
                    "16",
                    "--policy",
                    "us_stockpile",
                    "--formats",
                    "none",
                    "--out",
                    &optimized,
                ],
                0,
            ),
            (
                &[
                    "robustness",
                    scenario,
                    "--trials",
                    "16",
                    "--formats",
                    "none",
                    "--out",
                    &robust,
                ],
                0,
            ),
            (&["screen", scenario, "--formats", "none", "--out", &screened], 0),
            (
                &["screen", "--country", "IND", "--formats", "none", "--out", &exposed],
                0,
            ),
            (&["indices", scenario, "--formats", "none", "--out", &indices], 0),
            (
                &[
                    "indices",
                    "--mineral",
                    "lithium",
                    "--country",
                    "USA,IND",
                    "--formats",
                    "none",
                    "--out",
                    &of_mineral,
                ],
                0,
            ),
            (&["merge", &part, "--formats", "none", "--out", &out], 0),
            (&["replay", scenario, "--trial", "2"], 0),
            (&["check", scenario, "--against", &golden, "--seed", "7"], 1),
            (&["validate", scenario, "scenarios/electric-vehicle-batteries.toml"], 0),
            (&["data"], 0),
            (&["data", "gallium"], 0),
            (&["data", "--table", "countries.csv"], 0),
            (&["data", "--table", "events.csv"], 0),
            (&["rates"], 0),
            (&["rates", "--kind", "export_restriction", "--country", "CHN"], 0),
            (&["rates", "--kind", "mine_stop"], 0),
        ] {
            let (code, printed, talk) = said(&at(width, arguments).output().unwrap());
            assert_eq!(code, expected, "{arguments:?}: {talk}");
            assert_fits(&format!("{arguments:?}"), &printed, width);
            assert_fits(&format!("{arguments:?}"), &talk, width);
        }
    }
}

/// Cells are wrapped between words; a number is in one piece at every width.
#[test]
fn data_cuts_no_number() {
    let whole = said(&at(400, &["data", "gallium"]).output().unwrap()).1;
    let numbers: Vec<&str> = whole
        .split_whitespace()
        .filter(|word| word.len() >= 4 && word.parse::<f64>().is_ok())
        .collect();
    assert!(numbers.len() > 50);
    for width in WIDTHS {
        let text = said(&at(width, &["data", "gallium"]).output().unwrap()).1;
        let words: Vec<&str> = text.split_whitespace().collect();
        for number in &numbers {
            assert!(words.contains(number), "{number} at {width}");
        }
    }
}

/// Without a terminal and without COLUMNS it is 80.
#[test]
fn without_a_terminal_it_is_80() {
    let mut command = at(80, &["data", "cobalt"]);
    let with_columns = said(&command.output().unwrap()).1;
    let without = said(&command.env_remove("COLUMNS").output().unwrap()).1;
    assert_eq!(with_columns, without);
    let silly = said(&command.env("COLUMNS", "wide").output().unwrap()).1;
    assert_eq!(silly, without);
}
