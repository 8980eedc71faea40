//! How a sensitivity analysis ([`crate::whatif::sensitivity`]) is shown: a table, one JSON document, and words for the terminal.

pub mod csv;
pub mod json;
pub mod words;

use super::number::significant;
use super::prose::material_name;
use crate::study::{Factor, FactorKind, Seen};
use crate::whatif::prim::Range;
use crate::whatif::sensitivity::{Discovery, End, Sensitivity};

/// Names of the files that a sensitivity analysis writes beside charts.
pub const NAMES: [&str; 2] = ["sensitivity.csv", "sensitivity.json"];

/// What a key is called: of an event by the event's name, of a share by country and material.
pub fn key_name(found: &Sensitivity, key: &str) -> String {
    let run = &found.results.run;
    if let Some(rest) = key.strip_prefix("event.") {
        let of_event = found.events.iter().filter_map(|(id, name)| {
            let rest = rest.strip_prefix(id.as_str())?.strip_prefix('.')?;
            Some((id.len(), name, rest))
        });
        // Ids may hold dots: the longest one is meant.
        if let Some((_, name, rest)) = of_event.max_by_key(|(length, ..)| *length) {
            let what = match rest {
                "arrival.per_year" => "times a year",
                "arrival.probability" => "probability",
                other => other,
            };
            return format!("{name}: {what}");
        }
    }
    let parts: Vec<&str> = key.split('.').collect();
    match parts[..] {
        ["shares", material, "by_country", country] => {
            format!("{country}'s share of {}", material_name(run, material))
        }
        _ => key.to_owned(),
    }
}

/// What a factor is called.
pub fn factor_name(found: &Sensitivity, factor: &Factor) -> String {
    let name = |position: usize| factor.events.get(position).map_or("", |(_, name)| name.as_str());
    match (factor.kind, factor.events.len()) {
        (FactorKind::Input | FactorKind::Shares, _) => key_name(found, &factor.id),
        (FactorKind::Event, _) => name(0).to_owned(),
        (FactorKind::Events, 2) => format!("{} and {}, tied", name(0), name(1)),
        (FactorKind::Events, count) => format!("{count} tied events: {} and others", name(0)),
    }
}

/// What a factor is, in a word.
fn kind_name(kind: FactorKind) -> &'static str {
    match kind {
        FactorKind::Input => "input",
        FactorKind::Shares => "shares",
        FactorKind::Event => "event",
        FactorKind::Events => "tied events",
    }
}

/// Which end of a bar.
fn end_name(is_lever: bool, number: usize) -> &'static str {
    match (is_lever, number) {
        (false, 0) => "p10",
        (false, _) => "p90",
        (true, 0) => "low",
        (true, _) => "high",
    }
}

/// Value of an end for people: a number to three digits, else as it is.
pub(super) fn shown(end: &End) -> String {
    let number = end.at.parse::<f64>();
    number.map_or_else(|_| end.at.trim_matches('"').to_owned(), |number| significant(number, 3))
}

/// Id, name and kind of what a column of a discovery is.
fn column(seen: &Seen) -> [&str; 2] {
    match seen {
        Seen::Input(key) => [key, "input"],
        Seen::Struck(id, _) => [id, "struck"],
        Seen::SeverityMonths(id, _) => [id, "severity months"],
    }
}

/// A range of a box in words: `China bans exports in a crisis`, `USA demand at least 12`.
pub(super) fn range_in_words(found: &Sensitivity, discovery: &Discovery, range: &Range) -> String {
    let seen = &discovery.columns[range.column];
    let ends = |unit: &str| match (range.low, range.high) {
        (Some(low), Some(high)) => format!("{} to {}{unit}", significant(low, 3), significant(high, 3)),
        (Some(low), None) => format!("at least {}{unit}", significant(low, 3)),
        (None, Some(high)) => format!("at most {}{unit}", significant(high, 3)),
        (None, None) => "any".to_owned(),
    };
    match seen {
        Seen::Struck(_, name) if range.low.is_some() => format!("\"{name}\" strikes"),
        Seen::Struck(_, name) => format!("\"{name}\" does not strike"),
        Seen::SeverityMonths(_, name) => format!("\"{name}\": severity times months {}", ends("")),
        Seen::Input(key) => format!("{} {}", key_name(found, key), ends("")),
    }
}
