//! A TOML document as a tree in which every key and value knows where it was written. Knows nothing of scenarios.

use toml::de::{DeTable, DeValue};

use super::codes::Code;
use super::diagnostics::Problem;
use super::slips;
use super::source::Span;

/// A value and its place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub value: Value,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub(crate) enum Value {
    Text(String),
    Integer(i64),
    Float(f64),
    Flag(bool),
    /// A TOML date, as written.
    Date(String),
    List(Vec<Node>),
    Table(Table),
}

/// A key, its place and its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub key: String,
    pub key_span: Span,
    pub node: Node,
}

/// Keys in the order of the file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    pub entries: Vec<Entry>,
}

impl Table {
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.entries
            .iter_mut()
            .find(|entry| entry.key == key)
            .map(|entry| &mut entry.node)
    }

    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Node::text)
    }

    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        let at = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(at))
    }

    /// Replaces the value of a key, or adds the key at the end.
    pub fn put(&mut self, entry: Entry) {
        match self.entries.iter_mut().find(|old| old.key == entry.key) {
            Some(old) => *old = entry,
            None => self.entries.push(entry),
        }
    }
}

impl Node {
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    pub fn table_mut(&mut self) -> Option<&mut Table> {
        match &mut self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    pub fn list(&self) -> Option<&[Node]> {
        match &self.value {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    /// The elements of a list, or the value itself as the only one.
    pub fn one_or_many(&self) -> &[Node] {
        match &self.value {
            Value::List(list) => list,
            _ => std::slice::from_ref(self),
        }
    }

    /// The number, if it is an integer or a float.
    pub fn number(&self) -> Option<f64> {
        match self.value {
            Value::Integer(value) => Some(value as f64),
            Value::Float(value) => Some(value),
            _ => None,
        }
    }

    /// What it is, with the article, for messages.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Text(_) => "a string",
            Value::Integer(_) | Value::Float(_) => "a number",
            Value::Flag(_) => "true or false",
            Value::Date(_) => "a date",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }

    /// Plain JSON; keys sorted, so that the order of the file does not matter.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Text(text) | Value::Date(text) => text.clone().into(),
            Value::Integer(value) => (*value).into(),
            Value::Float(value) if value.fract() == 0.0 && value.abs() < 9e15 => (*value as i64).into(),
            Value::Float(value) => (*value).into(),
            Value::Flag(value) => (*value).into(),
            Value::List(list) => list.iter().map(Node::to_json).collect(),
            Value::Table(table) => table_to_json(table),
        }
    }
}

impl Node {
    /// The value as TOML on one line, as `--set` takes it.
    pub fn to_toml(&self) -> String {
        match &self.value {
            Value::Text(text) => quoted(text),
            Value::Integer(value) => value.to_string(),
            Value::Float(value) if value.is_nan() => "nan".to_owned(),
            // The shortest text that reads back as the same number; with a point, so that it stays a float.
            Value::Float(value) => format!("{value:?}"),
            Value::Flag(value) => value.to_string(),
            Value::Date(text) => text.clone(),
            Value::List(list) => {
                let items: Vec<String> = list.iter().map(Node::to_toml).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Table(table) => {
                let entry = |entry: &Entry| format!("{} = {}", key_text(&entry.key), entry.node.to_toml());
                let entries: Vec<String> = table.entries.iter().map(entry).collect();
                format!("{{ {} }}", entries.join(", "))
            }
        }
    }
}

/// A key as TOML: bare, or in quotes where it must be.
fn key_text(key: &str) -> String {
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
    match !key.is_empty() && key.chars().all(is_bare) {
        true => key.to_owned(),
        false => quoted(key),
    }
}

/// A text as a basic string of TOML.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(letter))),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

pub(crate) fn table_to_json(table: &Table) -> serde_json::Value {
    let sorted: std::collections::BTreeMap<&str, &Node> = table
        .entries
        .iter()
        .map(|entry| (entry.key.as_str(), &entry.node))
        .collect();
    sorted
        .into_iter()
        .map(|(key, node)| (key.to_string(), node.to_json()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// Parses a document. `fatal` says that the text is not TOML at all; a key that is given twice is an error, but not fatal.
pub(crate) struct Parsed {
    pub table: Table,
    pub problems: Vec<Problem>,
    pub fatal: bool,
}

/// Parses a TOML document, with every syntax error.
pub(crate) fn parse_document(text: &str, file: usize) -> Parsed {
    let (root, errors) = DeTable::parse_recoverable(text);
    let place = Place { file, offset: 0 };
    let fatal = errors.iter().any(|error| error.message() != "duplicate key");
    let mut problems: Vec<Problem> = told_once(&errors, text)
        .map(|error| syntax_error(error, text, place))
        .collect();
    problems.dedup_by(|later, earlier| line_of(text, later.span.start) == line_of(text, earlier.span.start));
    if fatal && let Some(format) = slips::other_format(text) {
        let span = place.span(0..text.lines().next().map_or(0, str::len));
        let message = format!("this looks like {format}, and a scenario is TOML");
        problems =
            vec![Problem::error(Code::OtherFormat, span, message, "not TOML").hint(
                "`critmin new FILE` writes a scenario to start from; docs/scenario-format.md describes the format",
            )];
    }
    let mut table = Table::default();
    if !fatal {
        table = convert_table(root.get_ref(), place, &mut problems);
    }
    Parsed { table, problems, fatal }
}

/// Parses a single TOML value that stands at `offset` in its source.
pub(crate) fn parse_value(text: &str, file: usize, offset: usize) -> Result<Node, Problem> {
    let place = Place { file, offset };
    let value = DeValue::parse(text).map_err(|error| syntax_error(&error, text, place))?;
    let mut problems = Vec::new();
    let node = convert(value.get_ref(), place.span(value.span()), place, &mut problems);
    problems.pop().map_or(Ok(node), Err)
}

/// Without the keys of a table whose header is given twice: the header says it all.
fn told_once<'e>(errors: &'e [toml::de::Error], text: &'e str) -> impl Iterator<Item = &'e toml::de::Error> {
    let mut repeated: Option<usize> = None;
    errors.iter().filter(move |error| {
        let at = error.span().map_or(0, |span| span.start.min(text.len()));
        if error.message() != "duplicate key" {
            return true;
        }
        if let Some(header) = repeated
            && header < at
            && !text.get(header..at).unwrap_or("\n[").contains("\n[")
        {
            return false;
        }
        repeated = text
            .get(..at)
            .unwrap_or_default()
            .trim_end()
            .ends_with('[')
            .then_some(at);
        true
    })
}

#[derive(Clone, Copy)]
struct Place {
    file: usize,
    offset: usize,
}

impl Place {
    fn span(self, range: std::ops::Range<usize>) -> Span {
        Span {
            file: self.file,
            start: self.offset + range.start,
            end: self.offset + range.end.max(range.start),
        }
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at.min(text.len())]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
}

fn syntax_error(error: &toml::de::Error, text: &str, place: Place) -> Problem {
    let mut range = error.span().unwrap_or(0..0);
    range.end = range.end.clamp(range.start, text.len());
    range.start = range.start.min(range.end);
    while !text.is_char_boundary(range.start) {
        range.start -= 1;
    }
    while !text.is_char_boundary(range.end) {
        range.end += 1;
    }
    let message = error.message();
    if message == "duplicate key" {
        let key = &text[range.clone()];
        return Problem::error(
            Code::GivenTwice,
            place.span(range),
            format!("`{key}` is given twice"),
            "already given above",
        )
        .hint("remove one of the two; a table header such as [time] may stand only once in a file");
    }
    if message.contains("recurs") {
        let message = "tables or lists are nested too deeply";
        return Problem::error(Code::TooDeep, place.span(range), message, "deeper than 80")
            .hint("no value of a scenario is nested deeper than a few levels: is a bracket not closed?");
    }
    if range.is_empty()
        && text[range.start..]
            .trim_start_matches([' ', '\t'])
            .chars()
            .next()
            .is_none_or(|c| "\r\n#".contains(c))
        && message.starts_with("string values must be quoted")
    {
        return Problem::error(
            Code::NotToml,
            place.span(range),
            "this is not TOML: a value is missing",
            "expected a value",
        );
    }
    let quoted = message.starts_with("string values must be quoted") || message.starts_with("invalid float");
    let range_start = range.start;
    let problem = Problem::error(
        Code::NotToml,
        place.span(range),
        format!("this is not TOML: {message}"),
        "",
    );
    match slips::value_at(text, range_start).and_then(slips::meant) {
        Some(meant) => problem.hint(meant),
        None if quoted => problem.hint("text stands in double quotes: \"...\""),
        None => problem,
    }
}

fn convert_table(table: &DeTable<'_>, place: Place, problems: &mut Vec<Problem>) -> Table {
    let entries = table.iter().map(|(key, value)| Entry {
        key: key.get_ref().to_string(),
        key_span: place.span(key.span()),
        node: convert(value.get_ref(), place.span(value.span()), place, problems),
    });
    Table {
        entries: entries.collect(),
    }
}

fn convert(value: &DeValue<'_>, span: Span, place: Place, problems: &mut Vec<Problem>) -> Node {
    let value = match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(integer) => match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(value) => Value::Integer(value),
            // Too large for any key that takes whole numbers, and told there, with what the key takes.
            Err(_) => match integer.as_str().parse::<f64>() {
                Ok(value) if value.is_finite() && integer.radix() == 10 => Value::Float(value),
                _ => too_large(span, problems),
            },
        },
        DeValue::Float(float) => match float.as_str().parse::<f64>() {
            Ok(value) if value.is_infinite() && !float.as_str().contains("inf") => too_large(span, problems),
            Ok(value) => Value::Float(value),
            Err(_) => too_large(span, problems),
        },
        DeValue::Boolean(value) => Value::Flag(*value),
        DeValue::Datetime(date) => Value::Date(date.to_string()),
        DeValue::Array(list) => Value::List(
            list.iter()
                .map(|item| convert(item.get_ref(), place.span(item.span()), place, problems))
                .collect(),
        ),
        DeValue::Table(table) => Value::Table(convert_table(table, place, problems)),
    };
    Node { value, span }
}

fn too_large(span: Span, problems: &mut Vec<Problem>) -> Value {
    problems.push(Problem::error(
        Code::NumberTooLarge,
        span,
        "this number is too large to be held",
        "at most about 1.8e308",
    ));
    Value::Float(0.0)
}
