//! The outcome of checks as JUnit XML, which GitLab, Jenkins and others show beside a change: a suite per scenario, in it a case for the
//! settings and one for each material and the events of each policy. No times: the same check gives the same bytes.
//!
//! The subset written is what readers agree on: `testsuites`, `testsuite`, `testcase`, `failure`, with names, classes and counts.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::regression::{Comparison, Group, Key, Move, SettingChange, Verdict};
use crate::report::harmless::xml as escaped;

use super::text::{name, one};
use super::{Check, words};

/// A case: its class, its name, and why it failed.
struct Case {
    class: String,
    name: String,
    /// A line, and all of it.
    failure: Option<(String, String)>,
}

/// One document for all checks.
pub fn junit(checks: &[Check]) -> String {
    let suites: Vec<(&Check, Vec<Case>)> = checks.iter().map(|check| (check, cases(check))).collect();
    let all = || suites.iter().flat_map(|(_, cases)| cases);
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        xml,
        "<testsuites name=\"critmin check\" tests=\"{}\" failures=\"{}\" errors=\"0\">",
        all().count(),
        failures(all())
    );
    for (check, cases) in &suites {
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\">",
            escaped(&check.scenario),
            cases.len(),
            failures(cases.iter())
        );
        for case in cases {
            write_case(&mut xml, case, &check.scenario);
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn failures<'a>(cases: impl Iterator<Item = &'a Case>) -> usize {
    cases.filter(|case| case.failure.is_some()).count()
}

fn write_case(xml: &mut String, case: &Case, file: &str) {
    let _ = write!(
        xml,
        "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\"",
        escaped(&case.class),
        escaped(&case.name),
        escaped(file)
    );
    match &case.failure {
        None => xml.push_str("/>\n"),
        Some((message, text)) => {
            let _ = writeln!(
                xml,
                ">\n      <failure type=\"changed\" message=\"{}\">{}</failure>\n    </testcase>",
                escaped(message),
                escaped(text)
            );
        }
    }
}

fn cases(check: &Check) -> Vec<Case> {
    let scenario = &check.now.settings.scenario;
    // Jenkins takes what stands before the last dot of a class for a package.
    let stem = scenario.strip_suffix(".toml").unwrap_or(scenario);
    let class = |policy: &str| format!("critmin.{stem}.{policy}");
    let Some(comparison) = &check.comparison else {
        return Vec::new();
    };
    let mut found = vec![Case {
        class: class("settings"),
        name: "settings".to_owned(),
        failure: settings_failure(check, comparison),
    }];
    let lone = comparison.added.iter().chain(&comparison.vanished);
    let groups: BTreeSet<Group> = comparison
        .compared
        .keys()
        .cloned()
        .chain(lone.map(|figure| Group::of(&figure.key)))
        .collect();
    found.extend(groups.into_iter().map(|group| Case {
        failure: failure(check, comparison, &group),
        class: class(&group.policy),
        name: group.material.unwrap_or_else(|| "events".to_owned()),
    }));
    found
}

fn settings_failure(check: &Check, comparison: &Comparison) -> Option<(String, String)> {
    let settings: Vec<&SettingChange> = comparison
        .settings
        .iter()
        .filter(|change| !(check.allow_noise && change.is_judged_by_figures()))
        .collect();
    if settings.is_empty() || !check.outcome.is_failure() {
        return None;
    }
    let names: Vec<&str> = settings.iter().map(|change| change.name).collect();
    let mut lines: Vec<String> = settings
        .iter()
        .map(|change| format!("{}: {} -> {}", change.name, change.old, change.new))
        .collect();
    lines.extend(words::explanations(comparison));
    Some((format!("differs: {}", names.join(", ")), lines.join("\n")))
}

/// What failed in a group.
fn failure(check: &Check, comparison: &Comparison, group: &Group) -> Option<(String, String)> {
    if !check.outcome.is_failure() {
        return None;
    }
    let is_here = |key: &Key| Group::of(key) == *group;
    let is_shift = |moved: &Move| moved.noise.verdict == Verdict::Shift;
    let moves: Vec<&Move> = comparison
        .moves
        .iter()
        .filter(|moved| is_here(&moved.key) && (!check.allow_noise || is_shift(moved)))
        .collect();
    let mut text = format!("{}\n", words::draws(comparison));
    text.extend(moves.iter().map(|moved| one(moved)));
    let mut lone = 0;
    for (what, figures) in [("new", &comparison.added), ("vanished", &comparison.vanished)] {
        for figure in figures.iter().filter(|figure| is_here(&figure.key)) {
            lone += 1;
            let _ = writeln!(
                text,
                "    {what}: {}: {}",
                name(&figure.key),
                words::value(figure.value)
            );
        }
    }
    if moves.is_empty() && lone == 0 {
        return None;
    }
    let beyond = moves.iter().filter(|moved| is_shift(moved)).count();
    let message = format!(
        "{} of {} figures moved, {beyond} beyond noise; {lone} new or vanished",
        moves.len(),
        comparison.compared.get(group).copied().unwrap_or(0)
    );
    Some((message, text))
}
