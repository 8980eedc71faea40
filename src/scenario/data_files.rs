//! The data that a scenario names instead of writing numbers: shipped tables and CSV files of the user's own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::codes::Code;
use super::diagnostics::Problem;
use super::source::{Sources, Span, Unreadable, read_text};
use super::suggest::quoted;
use super::tree::{Node, Table, Value};
use crate::data::{self, DataError, ShareTable, TradeTable};

/// One file: how messages call it, and its text or why there is none.
#[derive(Debug, Clone)]
pub(crate) struct DataFile {
    pub name: String,
    pub text: Result<String, Unreadable>,
}

/// The CSV files that a document names, by path.
#[derive(Debug, Clone, Default)]
pub(crate) struct DataFiles(BTreeMap<PathBuf, DataFile>);

impl DataFiles {
    /// Reads every file that is named under a `data` key (or as a policy's value for one), once.
    pub fn read_named(&mut self, top: &Table, sources: &Sources) {
        for entry in &top.entries {
            self.visit(&entry.key, &entry.node, sources);
        }
    }

    fn visit(&mut self, key: &str, node: &Node, sources: &Sources) {
        match &node.value {
            Value::Text(name) if (key == "data" || key == "value") && is_file(name) => {
                let directory = sources.directory(node.span.file);
                let path = directory.join(name);
                let shown = path.to_string_lossy().replace('\\', "/");
                self.0.entry(path.clone()).or_insert_with(|| DataFile {
                    name: shown,
                    text: read_text(&path),
                });
            }
            Value::Table(table) => {
                for entry in &table.entries {
                    self.visit(&entry.key, &entry.node, sources);
                }
            }
            Value::List(list) => {
                for item in list {
                    self.visit(key, item, sources);
                }
            }
            _ => {}
        }
    }

    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.keys().map(PathBuf::as_path)
    }

    pub fn iter(&self) -> impl Iterator<Item = &DataFile> {
        self.0.values()
    }

    fn text(&self, node: &Node, name: &str, sources: &Sources) -> Result<(&str, &str), Problem> {
        let path = sources.directory(node.span.file).join(name);
        let why = match self.0.get(&path) {
            Some(DataFile { name, text: Ok(text) }) => return Ok((name, text)),
            Some(DataFile { text: Err(why), .. }) => why.clone(),
            None => "it was not read".to_string().into(),
        };
        let message = format!("the data file `{name}` cannot be used: {}", why.why);
        let problem = Problem::error(Code::Data, node.span, message, "").by_system(why.by_system);
        Err(problem.hint("the name is relative to the file that names it"))
    }

    /// The rows of a [shares] table with `data`.
    pub fn shares(
        &self,
        node: &Node,
        table: &Table,
        material: Option<&Table>,
        sources: &Sources,
    ) -> Result<ShareTable, Problem> {
        let key = |key| {
            table
                .text(key)
                .or_else(|| material.and_then(|material| material.text(key)))
        };
        let (mineral, stage) = (key("mineral"), key("stage"));
        match node.text() {
            Some("shares") => {
                let (Some(mineral), Some(stage)) = (mineral, stage) else {
                    let names: Vec<String> = data::minerals().into_iter().map(|(name, _)| name).collect();
                    let problem = Problem::error(
                        Code::Data,
                        node.span,
                        "the shipped data needs a mineral and a stage",
                        "",
                    )
                    .hint("add `mineral` and `stage` here or to the material")
                    .hint(format!("minerals: {}", names.join(", ")));
                    return Err(problem);
                };
                data::shares(mineral, stage).map_err(|error| data_problem(node.span, table, &error))
            }
            Some(name) if is_file(name) => {
                let (shown, text) = self.text(node, name, sources)?;
                data::shares_from_csv(shown, text, mineral, stage)
                    .map_err(|error| data_problem(node.span, table, &error))
            }
            _ => Err(unknown_data(node, &["shares"])),
        }
    }

    /// The rows of a [[trade]] table with `data`.
    pub fn trade(
        &self,
        node: &Node,
        importer: &str,
        material: Option<&Table>,
        sources: &Sources,
    ) -> Result<TradeTable, Problem> {
        let key = |key| material.and_then(|material| material.text(key));
        let needs = |key: &str, data: &str| {
            let message = format!("`data = \"{data}\"` needs the material's `{key}`");
            Problem::error(Code::Data, node.span, message, "").hint(format!("add `{key}` to the [[material]]"))
        };
        let table = match node.text() {
            Some("trade") => {
                let product = key("product").ok_or_else(|| needs("product", "trade"))?;
                data::trade(product, Some(importer))
            }
            Some("us_import_sources") => {
                let mineral = key("mineral").ok_or_else(|| needs("mineral", "us_import_sources"))?;
                data::us_import_sources(mineral, key("product"))
            }
            Some(name) if is_file(name) => {
                let (shown, text) = self.text(node, name, sources)?;
                data::trade_from_csv(shown, text, Some(importer))
            }
            _ => return Err(unknown_data(node, &["trade", "us_import_sources"])),
        };
        table.map_err(|error| problem_of(node.span, &error))
    }
}

fn is_file(name: &str) -> bool {
    name.to_lowercase().ends_with(".csv")
}

fn unknown_data(node: &Node, known: &[&str]) -> Problem {
    let message = "`data` names neither shipped data nor a CSV file";
    Problem::error(
        Code::Data,
        node.span,
        message,
        format!("expected {} or the name of a .csv file", quoted(known)),
    )
}

/// Points at the mineral or the stage when it is that which is wrong, and stands in this table.
fn data_problem(data: Span, table: &Table, error: &DataError) -> Problem {
    let key = match error {
        DataError::UnknownMineral { .. } => "mineral",
        DataError::UnknownStage { .. } => "stage",
        _ => "data",
    };
    problem_of(table.get(key).map_or(data, |node| node.span), error)
}

fn problem_of(span: Span, error: &DataError) -> Problem {
    Problem::error(Code::Data, span, error.to_string(), "").hints(error.hint())
}

/// The warnings of a user's file. That a country is no ISO code is none: the scenario may declare its own.
pub(crate) fn warnings(node: &Node, warnings: &[String]) -> Vec<Problem> {
    let own_codes = |warning: &&String| !warning.ends_with("is not a code of a country or region known here");
    warnings
        .iter()
        .filter(own_codes)
        .map(|warning| Problem::warning(Code::DataNote, node.span, warning.as_str(), ""))
        .collect()
}
