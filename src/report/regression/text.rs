//! The outcome of checks for people.

use crate::regression::{Comparison, Key, Lone, Move};
use crate::report::harmless;
use crate::report::number::{counted, grouped};
use crate::report::width::wrapped;

use super::words;
use super::{Check, Outcome};

/// Longest list of moves; the others are counted.
const MOST_MOVES: usize = 20;
/// Longest list of keys of the scenario.
const MOST_KEYS: usize = 20;
/// Longest list of new or vanished figures.
const MOST_LONE: usize = 10;

/// What came of a check, no line wider than so many columns, ending in a newline.
pub fn text(check: &Check, width: usize) -> String {
    let text = whole(check);
    let mut shown = String::with_capacity(text.len());
    for line in text.lines() {
        let content = line.trim_start_matches(' ');
        let lead = &line[..line.len() - content.len()];
        shown.push_str(&wrapped(content, lead, &format!("{lead}    "), width));
        shown.push('\n');
    }
    harmless::lines(&shown).into_owned()
}

fn whole(check: &Check) -> String {
    let Check {
        scenario, against, now, ..
    } = check;
    let Some(comparison) = &check.comparison else {
        return format!(
            "{scenario}: wrote {against}: {}, {}, seed {}\n",
            counted(now.figures.len() as u64, "figure"),
            counted(now.settings.trials, "trial"),
            now.settings.seed
        );
    };
    let tally = match comparison.is_changed() {
        true => words::tally(comparison),
        false => format!("no change in {}", counted(comparison.figures() as u64, "figure")),
    };
    let mut text = match check.outcome {
        Outcome::Same => return format!("{scenario}: {tally}\n"),
        Outcome::Updated if !comparison.is_changed() => {
            return format!("{scenario}: {tally}; {against} is up to date\n");
        }
        Outcome::Updated => format!("{scenario}: {tally}; rewrote {against}\n"),
        Outcome::WithinNoise => format!("{scenario}: within noise; {tally}\n"),
        _ => format!("{scenario}: CHANGED; {tally}\n"),
    };
    text.push_str(&format!("  {}\n", words::draws(comparison)));
    text.push_str(&format!("  {}\n", words::headline(comparison)));
    body(&mut text, comparison);
    for line in words::explanations(comparison) {
        text.push_str(&format!("  {line}\n"));
    }
    if check.outcome == Outcome::Changed {
        text.push_str(&format!(
            "\nhint: if the change is meant, accept it with: critmin check {scenario} --against {against} --update\n"
        ));
    }
    text
}

fn body(text: &mut String, comparison: &Comparison) {
    if !comparison.settings.is_empty() {
        text.push_str("\n  Settings that differ\n");
    }
    for change in &comparison.settings {
        let [old, new] = [&change.old, &change.new].map(|value| if value.is_empty() { "none" } else { value.as_str() });
        // The first digits of a hash are enough to tell two of them apart.
        let [old, new] = match change.name {
            "scenario_sha256" => [old, new].map(|hash| format!("{}…", hash.chars().take(12).collect::<String>())),
            _ => [old, new].map(ToOwned::to_owned),
        };
        text.push_str(&format!("    {}: {old} -> {new}\n", change.name));
    }
    if !comparison.scenario_keys.is_empty() {
        text.push_str("\n  Keys of the scenario that differ\n");
    }
    for change in comparison.scenario_keys.iter().take(MOST_KEYS) {
        text.push_str(&format!("    {}\n", words::key_change(change)));
    }
    more(text, comparison.scenario_keys.len(), MOST_KEYS);
    if !comparison.moves.is_empty() {
        text.push_str("\n  Figures that moved, surest and largest first\n");
    }
    for moved in comparison.moves.iter().take(MOST_MOVES) {
        text.push_str(&one(moved));
    }
    more(text, comparison.moves.len(), MOST_MOVES);
    lone(text, "Figures that are new", &comparison.added);
    lone(text, "Figures that have vanished", &comparison.vanished);
    text.push('\n');
}

/// A move in two lines.
pub(super) fn one(moved: &Move) -> String {
    let mut line = format!("    {}: {}", name(&moved.key), words::from_to(moved.old, moved.new));
    let size = words::size(moved);
    if !size.is_empty() {
        line.push(' ');
        line.push_str(&size);
    }
    format!("{line}\n      {}\n", words::judgement(moved))
}

/// Where a figure stands: `baseline, summary.csv: magnet USA all, prob_any`.
pub(super) fn name(key: &Key) -> String {
    let Key {
        policy,
        table,
        row,
        statistic,
    } = key;
    format!("{policy}, {}: {row}, {statistic}", table.place())
}

fn lone(text: &mut String, title: &str, figures: &[Lone]) {
    if !figures.is_empty() {
        text.push_str(&format!("\n  {title}\n"));
    }
    for figure in figures.iter().take(MOST_LONE) {
        text.push_str(&format!("    {}: {}\n", name(&figure.key), words::value(figure.value)));
    }
    more(text, figures.len(), MOST_LONE);
}

fn more(text: &mut String, count: usize, shown: usize) {
    if count > shown {
        text.push_str(&format!(
            "    and {} more; --json lists all\n",
            grouped((count - shown) as u64)
        ));
    }
}
