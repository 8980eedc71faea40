//! Every figure with a source or an assumption: its value, where it comes from, and where it stands in the scenario.

use maud::{Markup, html};
use serde_json::Value;

use super::line;
use crate::report::number::six_digits;
use crate::results::types::{Manifest, ManifestCitation};

/// Keys that say what a table is of, or where it comes from, not how much.
const NOT_FIGURES: [&str; 12] = [
    "id",
    "name",
    "description",
    "source",
    "assumption",
    "material",
    "country",
    "sector",
    "kind",
    "form",
    "to",
    "from",
];
/// Figures of one table that are shown at most.
const MOST: usize = 12;

/// The list, by kind of table.
pub(super) fn listed(manifest: &Manifest) -> Markup {
    let mut kinds: Vec<(&str, Vec<&ManifestCitation>)> = Vec::new();
    for citation in &manifest.citations {
        let kind = citation.address.split('.').next().unwrap_or_default();
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, list)) => list.push(citation),
            None => kinds.push((kind, vec![citation])),
        }
    }
    html! {
        p { "What has a source is marked so; all else is an assumption. " code { "FILE:LINE" } " says where it stands." }
        @for (kind, citations) in &kinds {
            details open {
                summary { (kind) " (" (citations.len()) ")" }
                div class="scroll" tabindex="0" role="region" aria-label={ "Sources of " (kind) } {
                    table class="sources" {
                        thead { tr { th scope="col" { "Of" } th scope="col" { "Figures" } th scope="col" { "Where from" } th scope="col" { "Stands in" } } }
                        tbody { @for citation in citations { tr {
                            th scope="row" { (line(citation.address.split_once('.').map_or("", |(_, rest)| rest))) }
                            td { (line(&figures(&manifest.resolved_scenario, &citation.address))) }
                            td { strong { (if citation.kind == "source" { "Source" } else { "Assumption" }) } ": " (line(&citation.text)) }
                            td { (line(&citation.place)) }
                        } } }
                    }
                }
            }
        }
        @if !manifest.defaults.is_empty() {
            details {
                summary { "Where the scenario says nothing, these defaults hold (" (manifest.defaults.len()) ")" }
                ul class="plain" { @for default in &manifest.defaults { li { code { (line(default)) } } } }
            }
        }
    }
}

/// The figures of the table at an address, in words.
pub fn figures(scenario: &Value, address: &str) -> String {
    let mut parts = address.split('.');
    let Some(table) = parts.next().and_then(|kind| scenario.get(kind)) else {
        return String::new();
    };
    let parts: Vec<&str> = parts.collect();
    let found = match table {
        Value::Object(tables) => parts.first().and_then(|id| tables.get(*id)),
        Value::Array(tables) => tables.iter().find(|table| is_at(table, &parts)),
        _ => None,
    };
    let Some(Value::Object(found)) = found else {
        return String::new();
    };
    let mut shown: Vec<String> = found
        .iter()
        .filter(|(key, _)| !NOT_FIGURES.contains(&key.as_str()))
        .map(|(key, value)| format!("{} {}", key.replace('_', " "), said(value)))
        .collect();
    if shown.len() > MOST {
        let more = shown.len() - MOST;
        shown.truncate(MOST);
        shown.push(format!("{more} more"));
    }
    shown.join("; ")
}

/// Whether a table of a list is the one with these parts of an address: its id, or what it is of.
fn is_at(table: &Value, parts: &[&str]) -> bool {
    if let Some(id) = table.get("id").and_then(Value::as_str) {
        return parts.first() == Some(&id);
    }
    let names = |part: &&str| {
        let is = |value: &Value| match value {
            Value::String(text) => text == part,
            Value::Array(list) => list.iter().any(|one| one == part),
            _ => false,
        };
        // A sector that is not named is `final`.
        *part == "final" || table.as_object().is_some_and(|table| table.values().any(is))
    };
    parts.iter().all(names)
}

/// A value in words.
fn said(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(is) => (if *is { "yes" } else { "no" }).to_owned(),
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), six_digits),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(said).collect::<Vec<_>>().join(", "),
        Value::Object(table) => {
            let inner: Vec<String> = table
                .iter()
                .filter(|(key, _)| !["source", "assumption", "note"].contains(&key.as_str()))
                .map(|(key, value)| match key.as_str() {
                    "dist" | "process" => said(value),
                    key => format!("{} {}", key.replace('_', " "), said(value)),
                })
                .collect();
            format!("({})", inner.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_found_by_their_address() {
        let scenario = serde_json::json!({
            "demand": [
                { "material": "m", "country": "USA", "sector": "wind", "amount": 2 },
                { "material": "m", "country": "USA", "amount": 1234567.0, "growth": { "dist": "normal", "mean": 0.1 } },
            ],
            "shares": { "m": { "output": 5, "by_country": { "CHN": 0.9 }, "source": "x" } },
            "event": [{ "id": "ban", "kind": "export_restriction", "severity": 0.5 }],
        });
        let of = |address| figures(&scenario, address);
        assert_eq!(of("demand.m.USA.wind"), "amount 2");
        assert_eq!(of("shares.m"), "output 5; by country (CHN 0.9)");
        assert_eq!(of("event.ban"), "severity 0.5");
        assert_eq!(of("event.none"), "");
    }
}
