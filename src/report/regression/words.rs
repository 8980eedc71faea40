//! Numbers and sentences that the formats share.

use crate::regression::{Basis, Comparison, KeyChange, Move, Value, Verdict};
use crate::report::number::{counted, grouped, significant};

/// A value in so many significant digits.
fn value_text(value: Value, digits: usize) -> String {
    match value {
        Value::Missing => "not available".to_owned(),
        Value::Whole(whole) => whole.to_string(),
        Value::Number(number) => shown(number, digits),
    }
}

/// A value by itself.
pub fn value(value: Value) -> String {
    value_text(value, 6)
}

/// `12.3 -> 13.1`, with as many digits as it takes to tell them apart.
pub fn from_to(old: Value, new: Value) -> String {
    let pair = |digits| (value_text(old, digits), value_text(new, digits));
    let (old, new) = (6..=17)
        .map(pair)
        .find(|(old, new)| old != new)
        .unwrap_or_else(|| pair(17));
    format!("{old} -> {new}")
}

/// `(+0.8, relative +6.5 %)`, the first in the unit of the figure; empty where there is no difference to take.
pub fn size(moved: &Move) -> String {
    let Some(change) = moved.change else {
        return String::new();
    };
    let change = signed(change, 3);
    match moved.relative_change {
        Some(relative) => format!("({change}, relative {} %)", signed(relative * 100.0, 3)),
        None => format!("({change})"),
    }
}

fn signed(value: f64, digits: usize) -> String {
    let text = shown(value, digits);
    if value > 0.0 { format!("+{text}") } else { text }
}

/// So many significant digits, with an exponent where zeros would fill the line.
fn shown(value: f64, digits: usize) -> String {
    let text = significant(value, digits);
    match value.abs() {
        0.0 | 1e-4..1e9 => text,
        _ => text.parse().map_or(text, |rounded: f64| format!("{rounded:e}")),
    }
}

/// What to make of a move, in a sentence without a full stop.
pub fn judgement(moved: &Move) -> String {
    let noise = &moved.noise;
    let (kind, without_spread) = match noise.basis {
        Basis::NoDraws => return "depends on no draws".to_owned(),
        Basis::Unknown => return "no Monte Carlo error is known for this figure".to_owned(),
        Basis::Paired => ("paired standard errors", "the same in every batch of trials"),
        Basis::Unpaired => ("unpaired standard errors", "no spread over trials"),
        Basis::Independent => ("standard errors", "no spread over trials"),
    };
    let by = match noise.standard_errors {
        Some(count) => format!("{} {kind}", errors(count)),
        None => without_spread.to_owned(),
    };
    let then = match (noise.basis, noise.verdict) {
        (Basis::Independent, Verdict::Noise) => "within noise",
        (_, Verdict::Shift) => "more than noise",
        (_, Verdict::Unclear) => "perhaps noise",
        (Basis::Paired, _) => "trials moved, but their mean cannot be told from what it was",
        _ => "within what the figure itself is uncertain by",
    };
    let small = match moved.own_standard_error {
        Some(error) if noise.basis == Basis::Paired && moved.is_below_own_error() => {
            format!(
                "; less than the figure's own error ({}), so no conclusion changes",
                significant(error, 2)
            )
        }
        _ => String::new(),
    };
    format!("{by}: {then}{small}")
}

/// A number of standard errors: two digits, whole from 10 up.
fn errors(count: f64) -> String {
    if count < 9.95 {
        format!("{count:.1}")
    } else {
        grouped(libm::round(count) as u64)
    }
}

/// `14 of 93 figures moved, 2 are new, 1 has vanished, 1 setting differs`.
pub fn tally(comparison: &Comparison) -> String {
    let mut parts = vec![format!(
        "{} of {} figures moved",
        grouped(comparison.moves.len() as u64),
        grouped(comparison.figures() as u64)
    )];
    let mut add = |count: usize, one: &str, several: &str| {
        if count > 0 {
            parts.push(format!(
                "{} {}",
                grouped(count as u64),
                if count == 1 { one } else { several }
            ));
        }
    };
    add(comparison.added.len(), "is new", "are new");
    add(comparison.vanished.len(), "has vanished", "have vanished");
    add(comparison.settings.len(), "setting differs", "settings differ");
    parts.join(", ")
}

/// What has become of the baseline's headline, in a line.
pub fn headline(comparison: &Comparison) -> String {
    let what = format!("headline ({}): expected_shortfall_pct", comparison.headline);
    match comparison.headline_move() {
        None => format!("{what} has not moved"),
        Some(moved) => format!("{what} {} {}", from_to(moved.old, moved.new), size(moved)),
    }
}

/// What the draws of both runs have to do with one another.
pub fn draws(comparison: &Comparison) -> String {
    if comparison.draws.is_empty() {
        return format!(
            "same draws ({}, seed {}): no move is due to chance alone",
            counted(comparison.trials, "trial"),
            comparison.seed
        );
    }
    let other: Vec<String> = comparison
        .draws
        .iter()
        .map(|change| format!("{} {} -> {}", change.name, change.old, change.new))
        .collect();
    format!("other draws ({}): figures move by chance too", other.join(", "))
}

/// A key of the scenario that differs: `event.ban.severity: 0.5 -> 0.6`. Long texts are pinned by their hash only.
pub fn key_change(change: &KeyChange) -> String {
    let is_long = |value: &String| value.starts_with('#');
    let what = match (&change.old, &change.new) {
        (Some(old), Some(new)) if is_long(old) || is_long(new) => "another text".to_owned(),
        (Some(old), Some(new)) => format!("{old} -> {new}"),
        (None, Some(new)) if !is_long(new) => format!("new, {new}"),
        (None, _) => "new".to_owned(),
        (Some(old), None) if !is_long(old) => format!("gone, was {old}"),
        (Some(_), None) => "gone".to_owned(),
    };
    format!("{}: {what}", change.key)
}

/// What explains the changes, as far as it can be told; and what to do.
pub fn explanations(comparison: &Comparison) -> Vec<String> {
    let differs = |name: &str| comparison.settings.iter().find(|change| change.name == name);
    let mut lines = Vec::new();
    if let Some(change) = differs("scenario") {
        lines.push(format!(
            "the golden file was written for `{}`, not for `{}`: is it the right one?",
            change.old, change.new
        ));
    }
    let moved = !(comparison.moves.is_empty() && comparison.added.is_empty() && comparison.vanished.is_empty());
    match (differs("scenario_sha256"), moved) {
        (Some(_), true) => lines.push("the scenario has changed: figures may have moved because of it".to_owned()),
        (Some(_), false) => lines.push("the scenario has changed, but no pinned figure moved".to_owned()),
        (None, true) if comparison.draws.is_empty() => {
            let (old, new) = &comparison.programs;
            let programs = if old == new {
                String::new()
            } else {
                format!(" ({old} then, {new} now)")
            };
            lines.push(format!(
                "scenario, seed and trials are the same: the program or its data has changed{programs}"
            ));
        }
        _ => {}
    }
    if !comparison.draws.is_empty() && !comparison.moves.is_empty() {
        let count = |verdict| grouped(comparison.count(verdict) as u64);
        lines.push(format!(
            "moves within noise: {}; perhaps noise: {}; more than noise: {}; without a known error: {}",
            count(Verdict::Noise),
            count(Verdict::Unclear),
            count(Verdict::Shift),
            count(Verdict::Unknown),
        ));
    }
    lines
}
