//! The golden file: JSON with one figure per line, sorted, so that a diff in version control shows what moved.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::to_string as json;
use thiserror::Error;

use super::batches::BatchMeans;
use super::duplicates::Unique;
use super::figure::{Figure, Figures, Key, Table, Value};
use super::partition::Partition;
use super::scenario_keys::ScenarioKeys;
use super::settings::Settings;

/// Version of the file format.
pub const FORMAT: u64 = 3;
/// Those before, which can be written anew: without the keys of the scenario; with other batches.
const OLDER: [u64; 2] = [1, 2];
/// Relative tolerance of numbers where nobody states one.
pub const RELATIVE_TOLERANCE: f64 = 1e-9;

/// The first line of every golden file, for whoever comes across one.
const ABOUT: &str =
    "Golden file of `critmin check`: figures of one run, with standard errors. Do not edit; rewrite it with --update.";

/// Why a text is no golden file that can be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GoldenError {
    /// Not JSON: damaged, or something else.
    #[error("line {line}, column {column}: {what}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the reader of JSON says.
        what: String,
    },
    /// JSON, but not of a golden file.
    #[error("line {line}, column {column}: {what}")]
    Content {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong.
        what: String,
    },
    /// A golden file of another format.
    #[error("it has format {found}; this program reads format {FORMAT}")]
    Format {
        /// Its format.
        found: u64,
    },
    /// JSON without `format`.
    #[error("it is JSON, but not a golden file: it has no `format`")]
    NoFormat,
}

impl GoldenError {
    fn of(error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let text = error.to_string();
        let what = text.split(" at line ").next().unwrap_or(&text).to_owned();
        if error.is_data() {
            GoldenError::Content { line, column, what }
        } else {
            GoldenError::Syntax { line, column, what }
        }
    }
}

/// What a golden file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Golden {
    /// Program that wrote it. Not compared.
    pub program: String,
    /// Relative tolerance of numbers.
    pub relative_tolerance: f64,
    /// Where the figures come from.
    pub settings: Settings,
    /// What the scenario says, key by key; empty where the file is of a format that did not hold it.
    pub scenario: ScenarioKeys,
    /// The figures.
    pub figures: Figures,
    /// Means of fixed batches of trials of some of them.
    pub batch_means: BatchMeans,
}

type ByPolicy<V> = Unique<String, V>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "about")]
    _about: String,
    format: u64,
    program: String,
    relative_tolerance: f64,
    manifest: Settings,
    scenario: Option<Unique<String, Unique<String, serde_json::Value>>>,
    figures: ByPolicy<Unique<Table, Unique<String, Figure>>>,
    batch_means: ByPolicy<Unique<String, Vec<f64>>>,
}

impl Golden {
    /// Reads the text of a golden file.
    ///
    /// # Errors
    /// See [`GoldenError`].
    pub fn from_text(text: &str) -> Result<Self, GoldenError> {
        Self::of_formats(text, &[FORMAT])
    }

    /// The same, also of a format before, to be written anew. What it says of batches is left out then.
    ///
    /// # Errors
    /// See [`GoldenError`].
    pub fn from_older_text(text: &str) -> Result<Self, GoldenError> {
        Self::of_formats(text, &[OLDER[0], OLDER[1], FORMAT])
    }

    fn of_formats(text: &str, formats: &[u64]) -> Result<Self, GoldenError> {
        // The format is looked at before anything else: what belongs to another one is not damage.
        let any: serde_json::Value = serde_json::from_str(text).map_err(|error| GoldenError::of(&error))?;
        match any.get("format").and_then(serde_json::Value::as_u64) {
            Some(format) if formats.contains(&format) => {}
            Some(found) => return Err(GoldenError::Format { found }),
            None => return Err(GoldenError::NoFormat),
        }
        let file: File = serde_json::from_str(text).map_err(|error| GoldenError::of(&error))?;
        let mut figures = Figures::new();
        for (policy, tables) in file.figures.0 {
            for (table, entries) in tables.0 {
                for (name, figure) in entries.0 {
                    figures.insert(key(text, &policy, table, &name)?, figure);
                }
            }
        }
        if file.manifest.trials == 0 {
            return Err(at_key(text, "trials", "trials is 0".to_owned()));
        }
        let mut batch_means = BatchMeans::new();
        let batches = Partition::of(&file.manifest).map_or(0, |partition| partition.parts());
        let entries = file.batch_means.0.into_iter().filter(|_| file.format == FORMAT);
        for (policy, entries) in entries {
            for (name, means) in entries.0 {
                if means.len() != batches {
                    let what = format!("{} batch means instead of {batches}", means.len());
                    return Err(at_key(text, &name, what));
                }
                batch_means.insert(key(text, &policy, Table::Summary, &name)?, means);
            }
        }
        if !(0.0..1.0).contains(&file.relative_tolerance) {
            let what = format!("relative_tolerance is {}, not from 0 to 1", file.relative_tolerance);
            return Err(at_key(text, "relative_tolerance", what));
        }
        Ok(Self {
            program: file.program,
            relative_tolerance: file.relative_tolerance,
            settings: file.manifest,
            scenario: file
                .scenario
                .into_iter()
                .flat_map(|things| things.0)
                .map(|(thing, keys)| (thing, keys.0.into_iter().collect()))
                .collect(),
            figures,
            batch_means,
        })
    }

    /// The text of the golden file.
    pub fn to_text(&self) -> String {
        let manifest: Vec<String> = match serde_json::to_value(&self.settings) {
            Ok(serde_json::Value::Object(settings)) => settings
                .iter()
                .map(|(name, value)| format!("{}: {value}", string(name)))
                .collect(),
            // Plain strings, numbers and lists always have a form in JSON.
            _ => Vec::new(),
        };
        let head = [
            format!("\"about\": {}", string(ABOUT)),
            format!("\"format\": {FORMAT}"),
            format!("\"program\": {}", string(&self.program)),
            format!("\"relative_tolerance\": {}", number(self.relative_tolerance)),
            format!("\"manifest\": {}", object(1, &manifest)),
            format!("\"scenario\": {}", scenario(&self.scenario)),
            format!("\"figures\": {}", figures(&self.figures)),
            format!("\"batch_means\": {}", batch_means(&self.batch_means)),
        ];
        let mut text = object(0, &head);
        text.push('\n');
        text
    }
}

/// The key of a line: labels of the row and the statistic, with spaces between them.
fn key(text: &str, policy: &str, table: Table, name: &str) -> Result<Key, GoldenError> {
    // The variance split has no statistic without a row either: every line has a row.
    match name.rsplit_once(' ') {
        Some((row, statistic)) if !row.is_empty() => Ok(Key {
            policy: policy.to_owned(),
            table,
            row: row.to_owned(),
            statistic: statistic.to_owned(),
        }),
        _ => {
            let what = format!("`{name}` is not the name of a figure: a row and a statistic with a space between them");
            Err(at_key(text, name, what))
        }
    }
}

/// An error about the line on which a key first stands.
fn at_key(text: &str, key: &str, what: String) -> GoldenError {
    let at = text.find(&string(key)).unwrap_or(0);
    let before = &text[..at];
    GoldenError::Content {
        line: 1 + before.matches('\n').count(),
        column: 1 + before.chars().rev().take_while(|character| *character != '\n').count(),
        what,
    }
}

/// A line for each thing of the scenario.
fn scenario(keys: &ScenarioKeys) -> String {
    let lines: Vec<String> = keys
        .iter()
        .map(|(thing, keys)| format!("{}: {}", string(thing), json(keys).unwrap_or_default()))
        .collect();
    object(1, &lines)
}

fn figures(figures: &Figures) -> String {
    let mut by_policy: BTreeMap<&str, BTreeMap<Table, Vec<String>>> = BTreeMap::new();
    for (key, figure) in figures {
        let lines = by_policy.entry(&key.policy).or_default().entry(key.table).or_default();
        lines.push(format!("{}: {}", name(key), figure_text(figure)));
    }
    let policies: Vec<String> = by_policy
        .iter()
        .map(|(policy, tables)| {
            let tables: Vec<String> = tables
                .iter()
                .map(|(table, lines)| format!("{}: {}", string(table.name()), object(3, lines)))
                .collect();
            format!("{}: {}", string(policy), object(2, &tables))
        })
        .collect();
    object(1, &policies)
}

fn batch_means(means: &BatchMeans) -> String {
    let mut by_policy: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (key, means) in means {
        // Without the `.0` of whole numbers and without spaces: these lines are long.
        let means: Vec<String> = means
            .iter()
            .map(|mean| {
                let text = number(*mean);
                text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
            })
            .collect();
        let line = format!("{}: [{}]", name(key), means.join(","));
        by_policy.entry(&key.policy).or_default().push(line);
    }
    let policies: Vec<String> = by_policy
        .iter()
        .map(|(policy, lines)| format!("{}: {}", string(policy), object(2, lines)))
        .collect();
    object(1, &policies)
}

fn name(key: &Key) -> String {
    string(&format!("{} {}", key.row, key.statistic))
}

fn figure_text(figure: &Figure) -> String {
    match (figure.value, figure.standard_error) {
        (Value::Missing, _) => "null".to_owned(),
        (Value::Whole(value), _) => value.to_string(),
        (Value::Number(value), None) => number(value),
        (Value::Number(value), Some(standard_error)) => format!("[{}, {}]", number(value), number(standard_error)),
    }
}

/// An object with an entry per line, indented by a space per level; `depth` is that of its own line.
fn object(depth: usize, entries: &[String]) -> String {
    if entries.is_empty() {
        return "{}".to_owned();
    }
    let indent = " ".repeat(depth);
    let lines: Vec<String> = entries.iter().map(|entry| format!("{indent} {entry}")).collect();
    format!("{{\n{}\n{indent}}}", lines.join(",\n"))
}

fn string(text: &str) -> String {
    // Writing a string as JSON cannot fail.
    json(text).unwrap_or_default()
}

fn number(value: f64) -> String {
    // Nor can a number.
    json(&value).unwrap_or_default()
}
