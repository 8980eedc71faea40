//! Commands that show the same again: that which gives a run's results, and that which replays a trial, with everything that it depends on.

use super::harmless;
use super::width::columns;
use crate::results::types::{Manifest, RunResults};

/// Id of the baseline.
const BASELINE: &str = "baseline";

/// The words of the command for a trial of a policy. `scenario` is where the scenario's file is.
pub fn replay_command(manifest: &Manifest, policy: &str, trial: u64, scenario: &str) -> Vec<String> {
    let mut words = vec!["critmin".to_owned(), "replay".to_owned(), quoted(scenario)];
    for change in &manifest.set {
        words.extend(["--set".to_owned(), quoted(change)]);
    }
    let numbers = [("--seed", manifest.seed), ("--trial", trial)];
    words.extend(
        numbers
            .iter()
            .flat_map(|(flag, number)| [(*flag).to_owned(), number.to_string()]),
    );
    if policy != BASELINE {
        words.extend(["--policy".to_owned(), quoted(policy)]);
    }
    words
}

/// The command that gives the same results.
pub fn run_command(results: &RunResults) -> String {
    let manifest = &results.manifest;
    let mut words = vec!["critmin run".to_owned(), quoted(&manifest.scenario)];
    words.extend(manifest.set.iter().map(|change| format!("--set {}", quoted(change))));
    words.push(format!("--trials {} --seed {}", manifest.trials, manifest.seed));
    let policies = results.policies.iter().map(|policy| policy.policy.as_str());
    words.extend(policies.map(|policy| format!("--policy {policy}")));
    if !manifest.return_periods.is_empty() {
        let periods: Vec<String> = manifest.return_periods.iter().map(f64::to_string).collect();
        words.push(format!("--return-periods {}", periods.join(",")));
    }
    if !manifest.left_out.is_empty() {
        let left_out: Vec<&str> = manifest.left_out.iter().map(|table| table.name()).collect();
        words.push(format!("--without {}", left_out.join(",")));
    }
    words.join(" ")
}

/// A command in lines of at most so many columns, as a shell takes it: a line that goes on ends in `\`. What is to stay together is one word.
pub(super) fn in_lines(words: &[String], width: usize) -> String {
    let (mut text, mut line) = (String::new(), "   ".to_owned());
    for word in words {
        if columns(&line) + columns(word) + 3 > width && line.trim() != "" {
            text.push_str(&format!("{line} \\\n"));
            line = "     ".to_owned();
        }
        line.push(' ');
        line.push_str(&harmless::line(word));
    }
    text + &line + "\n"
}

/// A word as a shell takes it: within quotes where it holds anything that shells give a meaning to.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "_-./=:,+@%".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_shells() {
        assert_eq!(quoted("scenarios/a-b_1.toml"), "scenarios/a-b_1.toml");
        assert_eq!(quoted("my file.toml"), "'my file.toml'");
        assert_eq!(quoted("title=it's"), "'title=it'\\''s'");
        assert_eq!(quoted("a=[1, 2]"), "'a=[1, 2]'");
        assert_eq!(quoted(""), "''");
    }
}
