//! The outcome of checks as JUnit XML, which GitLab, Jenkins and others show beside a change: a suite per scenario, in it a case for the
//! settings and one for each material and the events of each policy; for a scenario that could not be checked a single one, which is an error.
//! The time of a scenario is that of its first case: the others come of the same run.
//!
//! The subset written is what readers agree on: `testsuites`, `testsuite`, `testcase`, `failure`, `error`, with names, classes, counts and times.
//! A last line holds the SHA-256 of what stands before it, so that a report is known as one, and as unchanged, before another replaces it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::regression::{Comparison, Group, Key, Move, SettingChange, Verdict};
use crate::report::harmless::xml as escaped;

use super::text::{name, one};
use super::{Check, Entry, Failed, words};
use crate::report::number::hexadecimal;

/// How every report begins.
const BEGIN: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"critmin check\"";
/// What stands before and after the hash in the last line.
const SEAL: (&str, &str) = ("<!-- SHA-256 of all before: ", " -->\n");

/// A case: its class, its name, and why it failed.
struct Case {
    class: String,
    name: String,
    /// A line, and all of it.
    failure: Option<(String, String)>,
    /// Likewise, where it could not be checked: with the kind of error.
    error: Option<(&'static str, String, String)>,
}

/// A scenario with its cases.
struct Suite<'a> {
    scenario: &'a str,
    seconds: f64,
    cases: Vec<Case>,
}

impl Suite<'_> {
    fn failures(&self) -> usize {
        self.cases.iter().filter(|case| case.failure.is_some()).count()
    }

    fn errors(&self) -> usize {
        self.cases.iter().filter(|case| case.error.is_some()).count()
    }
}

/// One document for all checks.
pub fn junit(entries: &[Entry]) -> String {
    let suites: Vec<Suite<'_>> = entries.iter().map(suite).collect();
    let mut xml = String::from(BEGIN);
    let _ = writeln!(
        xml,
        " tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{:.3}\">",
        suites.iter().map(|suite| suite.cases.len()).sum::<usize>(),
        suites.iter().map(Suite::failures).sum::<usize>(),
        suites.iter().map(Suite::errors).sum::<usize>(),
        suites.iter().map(|suite| suite.seconds).sum::<f64>()
    );
    for suite in &suites {
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"0\" time=\"{:.3}\">",
            escaped(suite.scenario),
            suite.cases.len(),
            suite.failures(),
            suite.errors(),
            suite.seconds
        );
        for (number, case) in suite.cases.iter().enumerate() {
            write_case(
                &mut xml,
                case,
                suite.scenario,
                if number == 0 { suite.seconds } else { 0.0 },
            );
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    let seal = seal(&xml);
    xml.push_str(&seal);
    xml
}

fn seal(before: &str) -> String {
    format!(
        "{}{}{}",
        SEAL.0,
        hexadecimal(&Sha256::digest(before.as_bytes())),
        SEAL.1
    )
}

/// Whether a text is a report that [`junit`] wrote, unchanged.
pub fn is_junit(text: &str) -> bool {
    let Some(at) = text.rfind(SEAL.0) else { return false };
    text.starts_with(BEGIN) && text[at..] == seal(&text[..at])
}

fn suite(entry: &Entry) -> Suite<'_> {
    match entry {
        Entry::Done(check) => Suite {
            scenario: &check.scenario,
            seconds: check.seconds,
            cases: cases(check),
        },
        Entry::Failed(failed) => Suite {
            scenario: &failed.scenario,
            seconds: failed.seconds,
            cases: vec![failed_case(failed)],
        },
    }
}

fn failed_case(failed: &Failed) -> Case {
    let name = failed.scenario.rsplit(['/', '\\']).next().unwrap_or_default();
    let first = failed.text.lines().next().unwrap_or_default();
    let message = first.strip_prefix("error: ").unwrap_or(first).to_owned();
    Case {
        class: format!("critmin.{}.check", name.strip_suffix(".toml").unwrap_or(name)),
        name: "check".to_owned(),
        failure: None,
        error: Some((failed.kind, message, failed.text.clone())),
    }
}

fn write_case(xml: &mut String, case: &Case, file: &str, seconds: f64) {
    let _ = write!(
        xml,
        "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" time=\"{seconds:.3}\"",
        escaped(&case.class),
        escaped(&case.name),
        escaped(file)
    );
    let found = match (&case.failure, &case.error) {
        (Some((message, text)), _) => Some(("failure", "changed", message, text)),
        (None, Some((kind, message, text))) => Some(("error", *kind, message, text)),
        (None, None) => None,
    };
    match found {
        None => xml.push_str("/>\n"),
        Some((element, kind, message, text)) => {
            let _ = writeln!(
                xml,
                ">\n      <{element} type=\"{kind}\" message=\"{}\">{}</{element}>\n    </testcase>",
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
        error: None,
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
        error: None,
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
    lines.extend(comparison.scenario_keys.iter().map(words::key_change));
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
