//! What leads from a page back to files and commands: the scenario file that holds the changes, and the command that repeats what was found.

use crate::report::replay_command::quoted;
use crate::scenario::toml_text;
use crate::study::PROGRAM;

/// Changes that are kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// Id of the policy that they become.
    pub id: String,
    /// Its name.
    pub name: String,
    /// USD, where that is known.
    pub cost: Option<f64>,
    /// The changes, as `--set` takes them.
    pub assignments: Vec<String>,
}

/// A scenario file that extends the one that was explored by a policy for each of the kept: `critmin compare` with it gives the figures of the page.
pub fn policy_file(scenario: &str, kept: &[Kept], trials: u64) -> String {
    let ids: Vec<String> = kept.iter().map(|one| format!("--policy {}", one.id)).collect();
    let mut text = format!(
        "# Explored with {PROGRAM}. Put this file beside {scenario}; then\n#   critmin compare explored.toml {} --trials {trials}\n# repeats what the page showed.\nformat = 1\nextends = {}\n",
        ids.join(" "),
        toml_text(scenario)
    );
    for one in kept {
        text.push_str(&format!(
            "\n[[policy]]\nid = {}\nname = {}\n",
            toml_text(&one.id),
            toml_text(&one.name)
        ));
        if let Some(cost) = one.cost {
            text.push_str(&format!("cost = {cost:?}\n"));
        }
        text.push_str("set = [\n");
        // Of two values for one key the later holds.
        let last = |key: &str, number: usize| !one.assignments[number + 1..].iter().any(|later| key_of(later) == key);
        for (number, assignment) in one.assignments.iter().enumerate() {
            let (key, value) = assignment.split_once('=').unwrap_or((assignment, ""));
            if last(key, number) {
                text.push_str(&format!("  {{ key = {}, value = {value} }},\n", toml_text(key)));
            }
        }
        text.push_str("]\n");
    }
    text
}

fn key_of(assignment: &str) -> &str {
    assignment.split_once('=').map_or(assignment, |(key, _)| key)
}

/// The command whose figures are those of the page, for a shell.
pub fn command(scenario: &str, assignments: &[String], trials: u64) -> String {
    let mut words = vec!["critmin".to_owned(), "run".to_owned(), quoted(scenario)];
    for assignment in assignments {
        words.extend(["--set".to_owned(), quoted(assignment)]);
    }
    words.extend(["--policy".to_owned(), "baseline".to_owned()]);
    words.extend(["--trials".to_owned(), trials.to_string()]);
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_and_a_command_say_what_was_changed() {
        let kept = Kept {
            id: "explored_1".to_owned(),
            name: "It's \"ours\"".to_owned(),
            cost: Some(1.5e9),
            assignments: ["a.days=30.0", "b.rate={ path = { \"2026\" = 0.1 } }", "a.days=45"]
                .map(str::to_owned)
                .into(),
        };
        let text = policy_file("base.toml", std::slice::from_ref(&kept), 2_048);
        let (comment, tables) = text.split_at(text.find("format = 1").unwrap());
        assert!(
            comment.contains("critmin compare explored.toml --policy explored_1 --trials 2048\n"),
            "{comment}"
        );
        // The later of two values for one key holds.
        let expected = concat!(
            "format = 1\nextends = \"base.toml\"\n\n[[policy]]\nid = \"explored_1\"\nname = \"It's \\\"ours\\\"\"\ncost = 1500000000.0\nset = [\n",
            "  { key = \"b.rate\", value = { path = { \"2026\" = 0.1 } } },\n  { key = \"a.days\", value = 45 },\n]\n"
        );
        assert_eq!(tables, expected);
        assert_eq!(
            command("my file.toml", &kept.assignments, 2_048),
            "critmin run 'my file.toml' --set a.days=30.0 --set 'b.rate={ path = { \"2026\" = 0.1 } }' --set a.days=45 --policy baseline --trials 2048"
        );
    }
}
