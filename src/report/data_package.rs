//! `datapackage.json`: what is in a folder of results, for programs that read data packages (Frictionless, version 1): the tables with their fields, units,
//! meanings, and the licences of shipped figures behind them. It follows from [`super::columns`].

use serde_json::{Map, Value, json};

use super::columns::{Column, Kind, Table};
use super::sheet::Dialect;
use crate::data::{ShippedSource, sources_named_in};
use crate::results::types::RunResults;

/// Name of the file.
pub const NAME: &str = "datapackage.json";

/// What a package is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// What the folder is called: the scenario, and the command.
    pub name: String,
    /// Title of the scenario.
    pub title: String,
    /// Its description.
    pub description: Option<String>,
    /// Texts that say where figures come from.
    pub citations: Vec<String>,
}

impl About {
    /// Of what a command (`run`, `compare`) found of a scenario.
    pub fn of(run: &RunResults, command: &str) -> Self {
        let name = run.manifest.scenario.trim_end_matches(".toml");
        Self {
            name: format!("{command}-{name}"),
            title: run.title.clone(),
            description: run.description.clone(),
            citations: run
                .manifest
                .citations
                .iter()
                .map(|citation| citation.text.clone())
                .collect(),
        }
    }

    /// The sources of shipped figures that it names.
    pub fn sources(&self) -> Vec<&'static ShippedSource> {
        let texts: Vec<&str> = self.citations.iter().map(String::as_str).collect();
        sources_named_in(&texts)
    }
}

/// The document.
pub fn document(about: &About, tables: &[Table], dialect: Dialect) -> Value {
    let mut package = Map::new();
    let mut add = |key: &str, value: Value| package.insert(key.to_owned(), value);
    add("profile", json!("tabular-data-package"));
    add("name", json!(slug(&about.name)));
    add("title", json!(about.title));
    if let Some(description) = &about.description {
        add("description", json!(description));
    }
    add("program", json!(format!("critmin {}", env!("CARGO_PKG_VERSION"))));
    let sources = about.sources();
    let mut licences: Vec<Value> = Vec::new();
    for source in &sources {
        let Some(id) = licence_id(&source.licence) else {
            continue;
        };
        let title = format!("of figures of {}: {}", source.source, source.licence);
        licences.push(json!({ "name": id, "title": title }));
    }
    if !licences.is_empty() {
        add("licenses", Value::Array(licences));
    }
    if !sources.is_empty() {
        let sources = sources.iter().map(|source| {
            json!({
                "title": source.source,
                "publisher": source.publisher,
                "edition": source.edition,
                "reference": source.reference,
                "licence": source.licence,
                "credit": source.credit,
            })
        });
        add("sources", sources.collect());
    }
    add(
        "resources",
        tables.iter().map(|table| resource(table, dialect)).collect(),
    );
    Value::Object(package)
}

/// The name by which a licence is known where software looks for it; `None` for single facts, which need none.
fn licence_id(licence: &str) -> Option<&'static str> {
    [
        ("CC BY 4.0", "CC-BY-4.0"),
        ("CC0 1.0", "CC0-1.0"),
        ("US Government work", "other-pd"),
        ("Etalab Open Licence 2.0", "etalab-2.0"),
        ("Unicode License v3", "Unicode-3.0"),
    ]
    .into_iter()
    .find_map(|(begins, id)| licence.starts_with(begins).then_some(id))
}

/// Lower-case letters, digits and hyphens, as names of packages have to be.
fn slug(name: &str) -> String {
    let letters = name.chars().map(|character| match character.to_ascii_lowercase() {
        letter @ ('a'..='z' | '0'..='9' | '.' | '_') => letter,
        _ => '-',
    });
    letters.collect()
}

fn resource(table: &Table, dialect: Dialect) -> Value {
    let name = table.file.trim_end_matches(".csv");
    let fields: Vec<Value> = table.columns.iter().map(|column| field(column, dialect)).collect();
    let delimiter = match dialect {
        Dialect::Comma => ",",
        Dialect::Semicolon => ";",
    };
    json!({
        "profile": "tabular-data-resource",
        "name": name.replace('_', "-"),
        "path": table.file,
        "title": table.sheet,
        "description": table.holds,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": { "delimiter": delimiter },
        "schema": { "fields": fields, "missingValues": [""] },
    })
}

fn field(column: &Column, dialect: Dialect) -> Value {
    let kind = match column.kind {
        Kind::Text => "string",
        Kind::Number => "number",
        Kind::Whole => "integer",
        Kind::Truth => "boolean",
        Kind::Date => "date",
        Kind::Mixed => "any",
    };
    let mut field = Map::new();
    field.insert("name".to_owned(), json!(column.name));
    field.insert("type".to_owned(), json!(kind));
    field.insert("description".to_owned(), json!(column.meaning));
    if !column.unit.is_empty() {
        field.insert("unit".to_owned(), json!(column.unit_in_words()));
    }
    if column.kind == Kind::Number && dialect == Dialect::Semicolon {
        field.insert("decimalChar".to_owned(), json!(","));
    }
    Value::Object(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_packages() {
        assert_eq!(slug("run-Übung 1/a"), "run--bung-1-a");
        assert_eq!(licence_id("single facts, cited"), None);
    }
}
