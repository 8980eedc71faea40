//! What answers and charts show, and what they say they do not show: scenarios in `tests/shown/`.

use std::collections::BTreeSet;

use critmin::report::charts::{Chart, letters_without_shape, render_all};
use critmin::report::{prose, table};
use critmin::results::types::RunResults;
use critmin::results::{ALL_SECTORS, FOCUS};

use crate::support::{close, in_repository, load, program, read, said, simulate, with};

fn shown(name: &str, changes: &[&str]) -> RunResults {
    let document = load(&in_repository(&format!("tests/shown/{name}.toml")));
    simulate(&with(&document, changes), &[]).results
}

fn text_of(name: &str) -> String {
    std::fs::read_to_string(in_repository(&format!("tests/shown/{name}.toml"))).unwrap()
}

fn of_text(text: &str) -> RunResults {
    simulate(&read(text), &[]).results
}

fn chart<'a>(charts: &'a [Chart], name: &str) -> &'a str {
    let found = charts.iter().find(|chart| chart.name == name);
    &found.unwrap_or_else(|| panic!("no {name}")).svg
}

/// Everybody is in focus, in the answer, the table and the charts.
fn everybody(results: &RunResults) {
    assert_eq!(results.focus_places.len(), 20);
    let baseline = &results.policies[0];
    // A twentieth of demand is gone from March to December, in half of the trials.
    let focus = baseline
        .summary
        .iter()
        .find(|row| row.country == FOCUS && row.sector == ALL_SECTORS);
    let found = focus.unwrap().expected_shortfall_pct.value;
    assert!(close(found, 100.0 * 0.5 * (10.0 / 12.0) / 20.0, 0.1, 0.0), "{found}");
    let answer = prose::headline_sentence(results, baseline);
    assert!(answer.contains("m in the 20 places in focus"), "{answer}");
    assert!(!answer.contains("all demand"), "{answer}");
    let printed = table::summary(results, "scenario.toml", 80);
    for place in &results.focus_places {
        assert!(printed.contains(place.as_str()), "{place}: {printed}");
    }
    let charts = render_all(results).unwrap();
    for (name, many) in [("exceedance-m", 6), ("shortfall-by-country-m", 12), ("fan-m", 11)] {
        let svg = chart(&charts, name);
        assert!(svg.contains(&format!("Shown: {many} of 20 places")), "{name}");
        assert!(svg.contains("which lack nothing in any trial"), "{name}");
        assert!(svg.contains("Bulgaria") && !svg.contains("No shortfall"), "{name}");
    }
}

#[test]
fn all_countries_are_everybody() {
    everybody(&shown("all-is-everybody", &[]));
}

#[test]
fn without_a_focus_everybody_is_in_it() {
    let text = text_of("all-is-everybody");
    let focus = text.lines().find(|line| line.starts_with("focus")).unwrap();
    everybody(&of_text(&text.replace(focus, "")));
}

#[test]
fn all_materials_are_those_with_final_demand() {
    let text = text_of("all-is-everybody").replace("[\"m\"]", "\"all\"");
    let results = of_text(&format!(
        "{text}\n[[material]]\nid = \"feed_only\"\n[shares.feed_only]\noutput = 1\nby_country = {{ CHN = 1 }}\n"
    ));
    assert_eq!(results.focus_materials, ["m"]);
    everybody(&results);
}

#[test]
fn an_answer_that_all_demand_is_met_says_where_it_is_not() {
    let results = shown("all-is-everybody", &["focus.countries=AUS"]);
    let answer = prose::headline_sentence(&results, &results.policies[0]);
    assert!(
        answer.contains("all demand for m in Australia is met. That is not so everywhere: of m in Bulgaria,"),
        "{answer}"
    );
}

#[test]
fn a_replay_shows_those_who_go_short() {
    let file = in_repository("tests/shown/all-is-everybody.toml");
    let results = shown("all-is-everybody", &[]);
    let worst = results.policies[0]
        .replayable
        .iter()
        .find(|trial| trial.rank == "maximum")
        .unwrap();
    let mut command = program();
    command
        .arg("replay")
        .arg(file)
        .args(["--trial", &worst.trial.to_string()]);
    let (code, stdout, _) = said(&command.output().unwrap());
    assert_eq!(code, 0);
    assert!(stdout.contains("BGR"), "{stdout}");
    assert!(stdout.contains("13 more countries are not shown"), "{stdout}");
}

#[test]
fn an_atom_is_one_step() {
    let results = shown("atom", &[]);
    let curve = &results.policies[0].exceedance[0];
    let [zero, fall] = curve.steps[..] else {
        panic!("{:?}", curve.steps)
    };
    assert_eq!(zero.shortfall_pct, 0.0);
    assert!(close(fall.shortfall_pct, 500.0 / 12.0, 1e-9, 0.0), "{fall:?}");
    assert_eq!(fall.trials_beyond, 0);
    // The same as the table's exact counts on both sides.
    let at = |pct: f64| {
        curve
            .points
            .iter()
            .find(|point| point.shortfall_pct == pct)
            .unwrap()
            .probability
            .value
    };
    assert_eq!(at(41.0), zero.trials_beyond as f64 / 500.0);
    assert_eq!(at(42.0), 0.0);
}

#[test]
fn ids_that_differ_by_case_get_files_of_their_own() {
    let results = shown("ids-by-case", &[]);
    let charts = render_all(&results).unwrap();
    let names: BTreeSet<String> = charts.iter().map(|chart| chart.name.to_lowercase()).collect();
    assert_eq!(names.len(), charts.len());
    assert!(charts.iter().any(|chart| chart.name == "fan-nd"));
    assert!(charts.iter().any(|chart| chart.name == "fan-ND-2"));
}

#[test]
fn ids_of_other_scripts_become_numbers() {
    let text = text_of("ids-by-case")
        .replace("\"ND\"", "\"钕铁硼\"")
        .replace("shares.ND", "shares.\"钕铁硼\"");
    let charts = render_all(&of_text(&text)).unwrap();
    assert!(
        charts.iter().any(|chart| chart.name == "fan-material-2"),
        "{:?}",
        charts.iter().map(|c| &c.name).collect::<Vec<_>>()
    );
    assert!(charts.iter().all(|chart| chart.name.is_ascii()));
    // As long as an id may be, and a name that is a device on Windows.
    for id in ["c".repeat(80), "CON".to_owned(), "ß".repeat(80)] {
        let text = text_of("ids-by-case")
            .replace("\"ND\"", &format!("\"{id}\""))
            .replace("shares.ND", &format!("shares.\"{id}\""));
        for chart in render_all(&of_text(&text)).unwrap() {
            assert!(
                chart.name.len() < 200 && chart.name.is_ascii() && chart.name.to_uppercase() != "CON",
                "{}",
                chart.name
            );
        }
    }
}

#[test]
fn letters_that_no_font_has_are_named() {
    let file = in_repository("tests/shown/other-scripts.toml");
    let folder = tempfile::tempdir().unwrap();
    let of_formats = |formats: &str| {
        let mut command = program();
        command
            .arg("run")
            .arg(&file)
            .args(["--trials", "50", "--formats", formats, "--out"])
            .arg(folder.path());
        let (code, _, stderr) = said(&command.output().unwrap());
        assert_eq!(code, 0, "{stderr}");
        stderr
    };
    // What is missing depends on the fonts of this machine; the program must say what the library found.
    let missing = letters_without_shape(&shown("other-scripts", &["run.trials=50"]));
    let stderr = of_formats("png");
    assert_eq!(
        stderr.contains("PNG charts show boxes for"),
        !missing.is_empty(),
        "{stderr}"
    );
    for text in &missing {
        assert!(stderr.contains(&text.letters), "{stderr}");
    }
    assert!(!of_formats("svg").contains("boxes"));
}
