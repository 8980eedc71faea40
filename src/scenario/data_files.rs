//! The data that a scenario names instead of writing numbers: shipped tables and CSV files of the user's own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::codes::Code;
use super::diagnostics::Problem;
use super::names;
use super::source::{Files, Sources, Span, Unreadable, shown};
use super::suggest::quoted;
use super::tree::{Node, Table, Value};
use crate::data::{self, DataError, Selection, ShareTable, TradeTable};

/// One file: how messages call it, and its text or why there is none.
#[derive(Debug, Clone)]
pub(crate) struct DataFile {
    pub name: String,
    pub text: Result<String, Unreadable>,
    /// What was done to read it, if that needs saying.
    pub note: Option<String>,
}

impl DataFile {
    fn read(path: &Path, files: &Files) -> DataFile {
        let name = shown(path);
        let decoded = files.bytes(path).and_then(|bytes| Ok(data::decode(bytes)?));
        let (text, note) = match decoded {
            Ok(decoded) => (Ok(decoded.text), decoded.note),
            Err(why) => (Err(why), None),
        };
        DataFile { name, text, note }
    }
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
                self.0
                    .entry(path.clone())
                    .or_insert_with(|| DataFile::read(&path, &sources.files));
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

    fn text(&self, node: &Node, name: &str, sources: &Sources) -> Result<Text<'_>, Problem> {
        let path = sources.directory(node.span.file).join(name);
        let why = match self.0.get(&path) {
            Some(DataFile {
                name,
                text: Ok(text),
                note,
            }) => {
                let note = note.as_deref();
                return Ok(Text { name, text, note });
            }
            Some(DataFile { text: Err(why), .. }) => why.clone(),
            None => "it was not read".to_string().into(),
        };
        let message = format!("the data file `{name}` cannot be used: {}", why.why);
        let problem = Problem::error(Code::Data, node.span, message, "").by_system(why.by_system);
        Err(if why.why.starts_with("there is no such file") {
            problem.hint("the name is relative to the file that names it")
        } else {
            problem
        })
    }

    /// The rows of a [shares] table of this material with `data`.
    pub fn shares(
        &self,
        node: &Node,
        table: &Table,
        id: &str,
        top: &Table,
        sources: &Sources,
    ) -> Result<ShareTable, Vec<Problem>> {
        let wanted = Wanted::of(table, names::material(top, id));
        match node.text() {
            Some("shares") => {
                let (Some(mineral), Some(stage)) = (wanted.text("mineral"), wanted.text("stage")) else {
                    let names: Vec<String> = data::minerals().into_iter().map(|(name, _)| name).collect();
                    let problem = Problem::error(
                        Code::Data,
                        node.span,
                        "the shipped data needs a mineral and a stage",
                        "",
                    )
                    .hint("add `mineral` and `stage` here or to the material")
                    .hint(format!("minerals: {}", names.join(", ")));
                    return Err(vec![problem]);
                };
                let rows =
                    data::shares(mineral, stage).map_err(|error| vec![data_problem(node.span, table, &error)])?;
                wanted.check_shipped(table, &["mineral", "stage"], &rows.year)?;
                Ok(rows)
            }
            Some(name) if is_file(name) => {
                let file = self.text(node, name, sources).map_err(|problem| vec![problem])?;
                let selection = wanted.selection(top, None);
                let mut rows = data::shares_from_csv(file.name, file.text, &selection)
                    .map_err(|errors| data_problems(node.span, table, &errors))?;
                rows.warnings.splice(0..0, file.note());
                Ok(rows)
            }
            _ => Err(vec![unknown_data(node, &["shares"])]),
        }
    }

    /// The rows of a [[trade]] table with `data`.
    pub fn trade(
        &self,
        node: &Node,
        table: &Table,
        top: &Table,
        sources: &Sources,
    ) -> Result<TradeTable, Vec<Problem>> {
        let (Some(importer), Some(id)) = (table.text("to"), table.text("material")) else {
            return Err(Vec::new());
        };
        let wanted = Wanted::of(table, names::material(top, id));
        let needed = |key: &str, data: &str| {
            wanted.text(key).ok_or_else(|| {
                let message = format!("`data = \"{data}\"` needs the material's `{key}`");
                vec![
                    Problem::error(Code::Data, node.span, message, "").hint(format!("add `{key}` to the [[material]]")),
                ]
            })
        };
        let shipped = |rows: Result<TradeTable, DataError>, keys: &[&str]| {
            let rows = rows.map_err(|error| vec![data_problem(node.span, table, &error)])?;
            wanted.check_shipped(table, keys, &rows.year)?;
            Ok(rows)
        };
        match node.text() {
            Some("trade") => {
                let product = needed("product", "trade")?;
                let rows = match importer {
                    names::EUROPEAN_UNION => data::trade_of_rest(product, &names::members_beside(top, id)),
                    _ => data::trade(product, Some(importer)),
                };
                shipped(rows, &["product"])
            }
            Some("us_import_sources") => {
                let mineral = needed("mineral", "us_import_sources")?;
                shipped(
                    data::us_import_sources(mineral, wanted.text("product")),
                    &["mineral", "product"],
                )
            }
            Some(name) if is_file(name) => {
                let file = self.text(node, name, sources).map_err(|problem| vec![problem])?;
                let selection = wanted.selection(top, Some(importer));
                let mut rows = data::trade_from_csv(file.name, file.text, &selection)
                    .map_err(|errors| data_problems(node.span, table, &errors))?;
                rows.warnings.splice(0..0, file.note());
                Ok(rows)
            }
            _ => Err(vec![unknown_data(node, &["trade", "us_import_sources"])]),
        }
    }
}

/// The text of a data file, and its name in messages.
struct Text<'a> {
    name: &'a str,
    text: &'a str,
    note: Option<&'a str>,
}

impl Text<'_> {
    /// What was done to read it.
    fn note(&self) -> Option<String> {
        self.note.map(|note| format!("{}: {note}", self.name))
    }
}

/// What selects rows, in the table itself or in its material.
struct Wanted(BTreeMap<&'static str, (String, bool)>);

impl Wanted {
    fn of(table: &Table, material: Option<&Table>) -> Wanted {
        let label = |node: &Node| match &node.value {
            Value::Text(text) => Some(text.clone()),
            Value::Integer(number) => Some(number.to_string()),
            _ => None,
        };
        let found = Selection::KEYS.into_iter().filter_map(|key| {
            let own = table.get(key).and_then(label).map(|value| (value, true));
            let value = own.or_else(|| {
                let inherited = ["mineral", "stage", "product"].contains(&key);
                let node = material.filter(|_| inherited)?.get(key)?;
                label(node).map(|value| (value, false))
            })?;
            Some((key, value))
        });
        Wanted(found.collect())
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(|(value, _)| value.as_str())
    }

    /// What is wanted of a CSV file. A file of one mineral and stage needs no columns for them, nor for what only the material
    /// says.
    fn selection<'a>(&'a self, top: &'a Table, importer: Option<&'a str>) -> Selection<'a> {
        let mut optional = vec!["mineral", "stage"];
        if self.0.get("product").is_some_and(|(_, own)| !own) {
            optional.push("product");
        }
        Selection {
            mineral: self.text("mineral"),
            stage: self.text("stage"),
            year: self.text("year"),
            product: self.text("product"),
            flow: self.text("flow"),
            measure: self.text("measure"),
            importer,
            optional,
            own_countries: names::tables(top, "country")
                .filter_map(|(table, _)| table.text("id"))
                .collect(),
        }
    }

    /// Reports keys that select nothing in shipped data, or another year than it is of.
    fn check_shipped(&self, table: &Table, used: &[&str], year: &str) -> Result<(), Vec<Problem>> {
        let mut problems = Vec::new();
        for (key, (value, own)) in &self.0 {
            let Some(entry) = table.entry(key).filter(|_| *own && !used.contains(key)) else {
                continue;
            };
            if *key != "year" {
                let message = format!("`{key}` selects rows of a CSV file; the shipped data is chosen without it");
                problems.push(Problem::error(Code::Data, entry.key_span, message, "").hint(format!("remove `{key}`")));
            } else if value != year {
                let message = format!("the shipped data is of {year}, not of {value}");
                problems.push(Problem::error(Code::Data, entry.node.span, message, ""));
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
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
        DataError::NoColumnToSelect { key, .. } => key,
        _ => "data",
    };
    problem_of(table.get(key).map_or(data, |node| node.span), error)
}

fn data_problems(data: Span, table: &Table, errors: &[DataError]) -> Vec<Problem> {
    errors.iter().map(|error| data_problem(data, table, error)).collect()
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
