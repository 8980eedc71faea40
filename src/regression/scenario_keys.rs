//! What a scenario says, key by key, as a golden file pins it: so that a check can tell which keys have changed, not only that something has.
//! A line for each thing of the scenario; long texts by the first digits of their hash.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Longest value, as JSON, that is pinned as it is.
const LONGEST: usize = 32;
/// Bytes of the hash of a longer one.
const HASH_BYTES: usize = 4;
/// What keys that belong to nothing in particular are listed under.
const TOP: &str = "top";
/// What data files are listed under.
const FILES: &str = "files";
/// Keys that tell tables of one kind apart where they have no id.
const LABELS: [&str; 8] = [
    "key", "material", "importer", "country", "sector", "supply", "from", "to",
];

/// The values of a scenario's keys: by thing (`event.ban`, `time`), then by key within it.
pub type ScenarioKeys = BTreeMap<String, BTreeMap<String, Value>>;

/// A key of the scenario that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyChange {
    /// Its address: `event.ban.severity`.
    pub key: String,
    /// What it was, as JSON, or `#` and the first digits of its hash; `None` where it is new.
    pub old: Option<String>,
    /// What it is now; `None` where it is gone.
    pub new: Option<String>,
}

/// The keys of a resolved scenario and of its data files (name and text). Seed and number of trials are settings of their own in a golden file.
pub fn scenario_keys<'a>(resolved: &Value, files: impl IntoIterator<Item = (&'a str, &'a str)>) -> ScenarioKeys {
    let mut keys = ScenarioKeys::new();
    for (name, value) in resolved.as_object().into_iter().flatten() {
        match value {
            Value::Array(items) if is_tables(items) => {
                for (label, item) in labelled(items) {
                    add(&mut keys, &format!("{name}.{label}"), item);
                }
            }
            Value::Object(tables) if !tables.is_empty() && tables.values().all(Value::is_object) => {
                for (label, table) in tables {
                    add(&mut keys, &format!("{name}.{label}"), table);
                }
            }
            Value::Object(_) => add(&mut keys, name, value),
            _ => {
                keys.entry(TOP.to_owned())
                    .or_default()
                    .insert(name.clone(), short(value));
            }
        }
    }
    if let Some(run) = keys.get_mut("run") {
        run.remove("seed");
        run.remove("trials");
        if run.is_empty() {
            keys.remove("run");
        }
    }
    for (name, text) in files {
        let name = name.rsplit('/').next().unwrap_or(name);
        let text = hash(&text.replace("\r\n", "\n"));
        keys.entry(FILES.to_owned()).or_default().insert(name.to_owned(), text);
    }
    keys
}

fn add(keys: &mut ScenarioKeys, thing: &str, table: &Value) {
    let mut found = BTreeMap::new();
    leaves(table, "", &mut found);
    keys.entry(thing.to_owned()).or_default().extend(found);
}

fn leaves(value: &Value, at: &str, found: &mut BTreeMap<String, Value>) {
    let below = |name: &str| {
        if at.is_empty() {
            name.to_owned()
        } else {
            format!("{at}.{name}")
        }
    };
    match value {
        Value::Object(table) if !table.is_empty() => {
            table
                .iter()
                .for_each(|(name, value)| leaves(value, &below(name), found));
        }
        Value::Array(items) if is_tables(items) => {
            labelled(items).for_each(|(label, item)| leaves(item, &below(&label), found));
        }
        _ => {
            found.insert(at.to_owned(), short(value));
        }
    }
}

fn is_tables(items: &[Value]) -> bool {
    !items.is_empty() && items.iter().all(Value::is_object)
}

/// Each table of a list with what it is called: its id, what tells it apart, or its number; with a number behind it from the second of one name on.
fn labelled(items: &[Value]) -> impl Iterator<Item = (String, &Value)> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    items.iter().enumerate().map(move |(number, item)| {
        let label = label(item).unwrap_or_else(|| (number + 1).to_string());
        let count = seen.entry(label.clone()).or_default();
        *count += 1;
        let label = if *count == 1 { label } else { format!("{label}#{count}") };
        (label, item)
    })
}

fn label(item: &Value) -> Option<String> {
    let text = |key: &str| match item.get(key)? {
        Value::String(text) => Some(text.clone()),
        Value::Array(list) => {
            let texts: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
            Some(texts?.join("+"))
        }
        _ => None,
    };
    text("id").or_else(|| {
        let parts: Vec<String> = LABELS.iter().filter_map(|key| text(key)).collect();
        (!parts.is_empty()).then(|| parts.join("."))
    })
}

/// A value as it is, or the hash of a long one.
fn short(value: &Value) -> Value {
    let text = value.to_string();
    if text.chars().count() <= LONGEST {
        value.clone()
    } else {
        hash(&text)
    }
}

fn hash(text: &str) -> Value {
    let digest = Sha256::digest(text.as_bytes());
    let digits: String = digest
        .iter()
        .take(HASH_BYTES)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Value::String(format!("#{digits}"))
}

/// The keys that differ.
pub(super) fn key_changes(old: &ScenarioKeys, new: &ScenarioKeys) -> Vec<KeyChange> {
    let (old, new) = (flat(old), flat(new));
    let mut changes: Vec<KeyChange> = old
        .iter()
        .filter(|(key, value)| new.get(*key) != Some(value))
        .map(|(key, value)| KeyChange {
            key: key.clone(),
            old: Some(value.clone()),
            new: new.get(key).cloned(),
        })
        .collect();
    changes.extend(
        new.iter()
            .filter(|(key, _)| !old.contains_key(*key))
            .map(|(key, value)| KeyChange {
                key: key.clone(),
                old: None,
                new: Some(value.clone()),
            }),
    );
    changes.sort_by(|one, other| one.key.cmp(&other.key));
    changes
}

fn flat(keys: &ScenarioKeys) -> BTreeMap<String, String> {
    let address = |thing: &str, key: &str| match (thing, key) {
        (TOP, key) => key.to_owned(),
        (FILES, name) => format!("file {name}"),
        (thing, "") => thing.to_owned(),
        _ => format!("{thing}.{key}"),
    };
    let shown = |value: &Value| match value {
        Value::String(text) if text.starts_with('#') => text.clone(),
        value => value.to_string(),
    };
    let entries = keys
        .iter()
        .flat_map(|(thing, keys)| keys.iter().map(move |(key, value)| (address(thing, key), shown(value))));
    entries.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn keys(scenario: &Value) -> ScenarioKeys {
        scenario_keys(scenario, [("folder/supply.csv", "a\r\nb")])
    }

    fn scenario() -> Value {
        json!({
            "title": "A title that is longer than thirty-two characters",
            "run": { "seed": 3, "trials": 5, "sampling": "sobol" },
            "time": { "start": "2026-01", "periods": 12 },
            "shares": { "ore": { "by_country": { "CHN": 0.5 } } },
            "demand": [
                { "material": "ore", "country": "USA", "amount": 5 },
                { "material": "ore", "country": ["CHN", "IND"], "amount": 7 },
                { "material": "ore", "country": "USA", "amount": 6 },
            ],
            "policy": [{ "id": "more", "set": [{ "key": "time.periods", "value": 3 }] }],
        })
    }

    #[test]
    fn every_key_has_an_address() {
        let found: Vec<String> = flat(&keys(&scenario())).into_keys().collect();
        let expected = [
            "demand.ore.CHN+IND.amount",
            "demand.ore.CHN+IND.country",
            "demand.ore.CHN+IND.material",
            "demand.ore.USA#2.amount",
            "demand.ore.USA#2.country",
            "demand.ore.USA#2.material",
            "demand.ore.USA.amount",
            "demand.ore.USA.country",
            "demand.ore.USA.material",
            "file supply.csv",
            "policy.more.id",
            "policy.more.set.time.periods.key",
            "policy.more.set.time.periods.value",
            "run.sampling",
            "shares.ore.by_country.CHN",
            "time.periods",
            "time.start",
            "title",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_differs_is_told_by_key() {
        let mut now = scenario();
        now["title"] = json!("Another title that is longer than thirty-two characters");
        now["run"]["seed"] = json!(9);
        now["demand"][0]["amount"] = json!(5.5);
        now["time"]["step"] = json!("week");
        now["shares"]["ore"]["by_country"] = json!({ "COD": 1 });
        let changes = key_changes(&keys(&scenario()), &keys(&now));
        let told: Vec<(&str, Option<&str>, Option<&str>)> = changes
            .iter()
            .map(|change| (change.key.as_str(), change.old.as_deref(), change.new.as_deref()))
            .collect();
        assert_eq!(
            told[..4],
            [
                ("demand.ore.USA.amount", Some("5"), Some("5.5")),
                ("shares.ore.by_country.CHN", Some("0.5"), None),
                ("shares.ore.by_country.COD", None, Some("1")),
                ("time.step", None, Some("\"week\"")),
            ]
        );
        assert!(
            told[4].0 == "title" && told[4].1 != told[4].2 && told.len() == 5,
            "{told:?}"
        );
        let file = key_changes(
            &keys(&scenario()),
            &scenario_keys(&scenario(), [("supply.csv", "a\nc")]),
        );
        assert_eq!(file.len(), 1);
        assert_eq!(file[0].key, "file supply.csv");
        // Ends of lines are no change.
        assert_eq!(
            key_changes(
                &keys(&scenario()),
                &scenario_keys(&scenario(), [("supply.csv", "a\nb")])
            ),
            []
        );
    }
}
