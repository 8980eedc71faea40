//! Snapshots, and the promises of the interface that they must keep.

use unicode_width::UnicodeWidthStr;

use super::example::{frame, quiet_run, run, samples};
use crate::report::file_list::ScenarioIdentity;
use crate::report::results_folder::ResultsFolder;
use crate::report::{csv, json, table, write_results};
use crate::results::statistic::Statistic;

fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes);
    String::from_utf8(bytes).unwrap()
}

/// The first lines of a text.
fn head(text: &str, lines: usize) -> String {
    text.lines().take(lines).collect::<Vec<_>>().join("\n")
}

#[test]
fn terminal_summary() {
    insta::assert_snapshot!(table::summary(&run(), "scenario.toml", 100));
}

#[test]
fn terminal_summary_fits() {
    for width in [32, 40, 60, 80, 100, 200] {
        let text = table::summary(&run(), "scenario.toml", width);
        assert!(text.lines().all(|line| line.width() <= width), "{width}:\n{text}");
        assert!(text.contains("3.6 ± 0.42"), "{width}:\n{text}");
    }
    insta::assert_snapshot!(table::summary(&run(), "scenario.toml", 80));
    insta::assert_snapshot!(table::summary(&run(), "scenario.toml", 40));
}

#[test]
fn terminal_summary_of_several_policies() {
    let mut run = run();
    let stock = run.policies[1].clone();
    for (id, name, factor) in [
        ("half", "Half of it", 1.3),
        ("none", "Does nothing", 1.855),
        ("worse", "稀土 of no help", 2.4),
    ] {
        let mut policy = stock.clone();
        (policy.policy, policy.name) = (id.into(), name.into());
        for row in &mut policy.summary {
            row.expected_shortfall_pct.value *= factor;
            row.cvar_pct[1].estimate.value *= factor;
        }
        run.policies.push(policy);
    }
    insta::assert_snapshot!(table::summary(&run, "scenario.toml", 80));
}

#[test]
fn terminal_summary_without_any_shortfall() {
    insta::assert_snapshot!(table::summary(&quiet_run(), "scenario.toml", 80));
}

#[test]
fn wide_ids_are_shortened() {
    let mut run = run();
    for policy in &mut run.policies {
        policy.policy = format!("{}_with_a_very_long_identifier", policy.policy);
        for row in &mut policy.summary {
            row.demand_t *= 1e7;
        }
    }
    let text = table::summary(&run, "scenario.toml", 80);
    assert!(text.lines().all(|line| line.width() <= 80), "{text}");
}

#[test]
fn summary_csv() {
    let text = text(|to| csv::summary(&run(), to).unwrap());
    let interface = "policy,material,country,sector,demand,expected_shortfall,expected_shortfall_se,expected_shortfall_pct,\
        expected_shortfall_pct_se,prob_any,prob_gt_5,prob_gt_10,prob_gt_25,prob_gt_50,expected_months_short,p50_pct,p75_pct,p90_pct,\
        p95_pct,p99_pct,var95_pct,cvar90_pct,cvar95_pct,cvar99_pct,max_pct,time_to_survive_months,time_to_recover_months,";
    assert!(text.starts_with(interface));
    insta::assert_snapshot!(text);
}

#[test]
fn exceedance_csv() {
    insta::assert_snapshot!(head(&text(|to| csv::exceedance(&run(), to).unwrap()), 16));
}

#[test]
fn timeline_csv() {
    insta::assert_snapshot!(head(&text(|to| csv::timeline(&run(), to).unwrap()), 7));
}

#[test]
fn years_csv() {
    insta::assert_snapshot!(head(&text(|to| csv::years(&run(), to).unwrap()), 7));
}

#[test]
fn return_periods_csv() {
    insta::assert_snapshot!(head(&text(|to| csv::return_periods(&run(), to).unwrap()), 7));
}

#[test]
fn event_classes_csv() {
    insta::assert_snapshot!(head(&text(|to| csv::event_classes(&run(), to).unwrap()), 7));
}

#[test]
fn events_csv() {
    insta::assert_snapshot!(text(|to| csv::events(&run(), to).unwrap()));
}

#[test]
fn attribution_csv() {
    insta::assert_snapshot!(head(&text(|to| csv::attribution(&run(), to).unwrap()), 9));
}

#[test]
fn supply_csv() {
    insta::assert_snapshot!(text(|to| csv::supply(&run(), to).unwrap()));
}

#[test]
fn samples_csv() {
    let mut writer = csv::SamplesWriter::new(Vec::new()).unwrap();
    writer
        .write(
            &csv::SamplesContext::of(&frame()),
            "baseline",
            &[("magnet".into(), "USA".into())],
            &samples(),
        )
        .unwrap();
    insta::assert_snapshot!(String::from_utf8(writer.finish().unwrap()).unwrap());
}

#[test]
fn results_json_ends_with_timing_and_marks_what_is_unsupported() {
    let times = [json::StageTime {
        stage: "simulate".into(),
        seconds: 1.5,
    }];
    let text = text(|to| json::results(&run(), &times, to).unwrap());
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let keys: Vec<_> = document.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "title",
        "description",
        "manifest",
        "materials",
        "places",
        "focus_materials",
        "focus_places",
        "policies",
        "timing",
    ];
    assert_eq!(keys, expected);
    let row = &document["policies"][0]["summary"][2];
    assert!(row["p99_pct"].is_null(), "400 trials have four beyond p99");
    assert!(row["p95_pct"]["value"].is_number());
    insta::assert_snapshot!(serde_json::to_string_pretty(row).unwrap());
}

#[test]
fn summary_json_is_the_same_every_time() {
    let first = text(|to| json::summary(&run(), None, to).unwrap());
    assert_eq!(first, text(|to| json::summary(&run(), None, to).unwrap()));
    let document: serde_json::Value = serde_json::from_str(&first).unwrap();
    assert_eq!(document["policies"][1]["cost"], 1.2e9);
    insta::assert_snapshot!(head(&first, 24));
}

#[test]
fn all_files_are_written_the_same_every_time() {
    let scratch = tempfile::tempdir().unwrap();
    let scenario = ScenarioIdentity::new("example.toml", &serde_json::Value::Null);
    let folder = ResultsFolder::create(scratch.path().join("out"), scenario, None).unwrap();
    let contents = || {
        write_results(&folder, &run(), &[]).unwrap();
        let entries = std::fs::read_dir(folder.folder().path()).unwrap();
        let read = |path: std::path::PathBuf| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read(path).unwrap())
        };
        entries
            .map(|entry| read(entry.unwrap().path()))
            .collect::<std::collections::BTreeMap<_, _>>()
    };
    let first = contents();
    let expected = [
        "attribution.csv",
        "event_classes.csv",
        "events.csv",
        "exceedance.csv",
        "files.json",
        "results.json",
        "return_periods.csv",
        "summary.csv",
        "supply.csv",
        "timeline.csv",
        "years.csv",
    ];
    assert!(first.keys().eq(expected), "{:?}", first.keys());
    assert_eq!(first, contents());
}

#[test]
fn every_statistic_is_a_column() {
    for statistic in Statistic::ALL {
        assert!(
            csv::SUMMARY_COLUMNS.contains(&(*statistic, csv::Part::Value)),
            "{statistic:?}"
        );
    }
}
