//! First pass: every table against the description of the format. Unknown keys, wrong types, missing keys, values out of range,
//! unknown ids. Goes on after each error.

use std::collections::BTreeSet;

use super::codes::Code;
use super::dates::Calendar;
use super::diagnostics::Problem;
use super::format::{Field, Kind, Range, SOURCE, TableSpec, Target};
use super::names::Names;
use super::source::Span;
use super::suggest::{nearest, quoted};
use super::tree::{Entry, Node, Table, Value};
use super::values::{self, Problems};
use super::{compound, dates, distribution, history, reserved};

/// The pass and what it finds.
pub(crate) struct Structure<'a> {
    pub names: &'a Names,
    /// Whether a scenario-wide assumption stands in for missing provenance.
    pub assumed: bool,
    pub out: Problems,
    /// Every country that is mentioned.
    pub mentioned: BTreeSet<String>,
}

impl Structure<'_> {
    /// Checks a table. `header` is where missing keys are reported.
    pub fn table(&mut self, spec: &TableSpec, table: &Table, header: Span) {
        let tag = spec
            .tag
            .and_then(|key| table.text(key))
            .filter(|tag| spec.tag_values().contains(tag));
        for entry in &table.entries {
            match self.field(spec, tag, entry) {
                Some(field) => self.value(field.kind, &entry.key, &entry.node),
                None => self.misplaced(spec, tag, table, entry),
            }
        }
        // Which keys a tagged table needs is known only when the tag is.
        let fields = spec.fields.iter().filter(|field| match tag {
            Some(tag) => field.goes_with(tag),
            None => field.only.is_empty(),
        });
        for field in fields.clone() {
            let given: Vec<&Entry> = table.entries.iter().filter(|entry| field.is(&entry.key)).collect();
            if let [first, second, ..] = given[..] {
                let message = format!("`{}` and `{}` are the same key", first.key, second.key);
                self.out.push(
                    Problem::error(
                        Code::Exclusive,
                        second.key_span,
                        message,
                        "only one of the two may be given",
                    )
                    .related(first.key_span, "given here"),
                );
            }
            if field.required && given.is_empty() {
                self.missing(spec, field, header);
            }
        }
        let whole = |key: &str| {
            spec.field(key).map_or(vec![key.to_string()], |field| {
                field
                    .aliases
                    .iter()
                    .chain([&field.name])
                    .map(|name| name.to_string())
                    .collect()
            })
        };
        for alternative in spec.alternatives {
            let goes = alternative.only.is_empty() || tag.is_some_and(|tag| alternative.only.contains(&tag));
            let keys: Vec<Vec<String>> = alternative.keys.iter().map(|key| whole(key)).collect();
            let given: Vec<&Entry> = keys
                .iter()
                .filter_map(|names| table.entries.iter().find(|entry| names.contains(&entry.key)))
                .collect();
            match given[..] {
                [] if alternative.required && goes => {
                    let label = format!("give one of {}", quoted(alternative.keys));
                    let message = format!(
                        "{} needs {}",
                        spec.name,
                        alternative
                            .keys
                            .iter()
                            .map(|key| format!("`{key}`"))
                            .collect::<Vec<_>>()
                            .join(" or ")
                    );
                    self.out.error(Code::MissingKey, header, message, label);
                }
                [first, second, ..] => {
                    let message = format!("`{}` and `{}` exclude each other", first.key, second.key);
                    self.out.push(
                        Problem::error(
                            Code::Exclusive,
                            second.key_span,
                            message,
                            "only one of the two may be given",
                        )
                        .related(first.key_span, "given here"),
                    );
                }
                _ => {}
            }
        }
        self.provenance(spec, table, header);
    }

    fn field<'s>(&self, spec: &'s TableSpec, tag: Option<&str>, entry: &Entry) -> Option<&'s Field> {
        let mut fields = spec.fields.iter().filter(|field| field.is(&entry.key));
        match tag {
            Some(tag) => fields.find(|field| field.goes_with(tag)),
            // Without a valid tag, a key that several variants use cannot be checked by value; take the only candidate.
            None => fields.next(),
        }
    }

    fn misplaced(&mut self, spec: &TableSpec, tag: Option<&str>, table: &Table, entry: &Entry) {
        if let (Some(key), Some(tag), Some(field)) = (spec.tag, tag, spec.field(&entry.key)) {
            let message = format!("`{}` does not go with {key} = \"{tag}\"", entry.key);
            let label = format!(
                "belongs to {key} = {}",
                field
                    .only
                    .iter()
                    .map(|v| format!("\"{v}\""))
                    .collect::<Vec<_>>()
                    .join(" or ")
            );
            let problem = Problem::error(Code::Misplaced, entry.key_span, message, label);
            let span = table.get(key).map(|node| node.span);
            self.out.push(match span {
                Some(span) => problem.related(span, "decided here"),
                None => problem,
            });
            return;
        }
        let fields = spec
            .fields
            .iter()
            .filter(|field| tag.is_none_or(|tag| field.goes_with(tag)));
        let known: Vec<&str> = fields
            .flat_map(|field| [field.name].into_iter().chain(field.aliases.iter().copied()))
            .collect();
        let problem = Problem::error(
            Code::UnknownKey,
            entry.key_span,
            format!("unknown key `{}` in {}", entry.key, spec.name),
            "no such key",
        );
        let hints = match nearest(&entry.key, known.iter().copied()) {
            Some(name) => vec![format!("did you mean `{name}`?")],
            None => vec![format!("keys of {}: {}", spec.name, known.join(", "))],
        };
        self.out.push(problem.hints(hints));
    }

    fn missing(&mut self, spec: &TableSpec, field: &Field, header: Span) {
        let (message, label) = match field.kind {
            Kind::Tables(inner) if !spec.name.contains('.') => {
                (format!("{} has no [[{}]]", spec.name, inner.name), String::new())
            }
            _ => (
                format!("{} has no `{}`", spec.name, field.name),
                format!("`{}` is missing", field.name),
            ),
        };
        self.out.push(
            Problem::error(Code::MissingKey, header, message, label).hint(format!("`{}`: {}", field.name, field.doc)),
        );
    }

    fn provenance(&mut self, spec: &TableSpec, table: &Table, header: Span) {
        let priced = ["price", "demand_elasticity", "supply_elasticity"]
            .iter()
            .any(|key| table.get(key).is_some());
        let figures = spec.figures || (spec.name == "material" && priced);
        let own_sources = table.get("data").is_some();
        if !figures || self.assumed || own_sources || spec.field(SOURCE.name).is_none() {
            return;
        }
        if table.get("source").is_none() && table.get("assumption").is_none() {
            let problem = Problem::error(
                Code::NoProvenance,
                header,
                format!("{} states figures without saying where they come from", spec.name),
                "`source` or `assumption` is missing",
            );
            self.out.push(
                problem
                    .hint("add source = \"publication, table, year\" or assumption = \"why this figure\"")
                    .hint("assumption = \"...\" at the top of the file stands in for all tables without their own"),
            );
        }
    }

    fn value(&mut self, kind: Kind, key: &str, node: &Node) {
        match kind {
            Kind::Any => {}
            Kind::Text => {
                self.text(key, node);
            }
            Kind::Label if matches!(node.value, Value::Integer(_)) => {}
            Kind::Label => {
                self.text(key, node);
            }
            Kind::Id => self.id(key, node),
            Kind::Texts => {
                for item in node.one_or_many() {
                    self.text(key, item);
                }
            }
            Kind::Flag => {
                if !matches!(node.value, Value::Flag(_)) {
                    self.out.error(
                        Code::WrongType,
                        node.span,
                        format!("`{key}` must be true or false, not {}", node.kind()),
                        "expected true or false",
                    );
                }
            }
            Kind::Count(low, high) => drop(values::count(key, node, low, high, &mut self.out)),
            Kind::Plain(range) => drop(values::plain(key, node, range, &mut self.out)),
            Kind::Number(range) | Kind::Drawn(range) => drop(values::uncertain(key, node, range, &mut self.out)),
            Kind::Rate(spec) => match history::table(node) {
                Some(table) => {
                    let before = self.out.list.len();
                    self.table(spec, table, node.span);
                    if self.out.list.len() == before {
                        drop(history::read(key, table, node.span, &mut self.out));
                    }
                }
                None => drop(values::uncertain(key, node, Range::NonNegative, &mut self.out)),
            },
            Kind::Quantity(range) => drop(values::quantity(key, node, range, None, &mut self.out)),
            Kind::Date => drop(dates::read(key, node, &mut self.out)),
            Kind::Dates => match &node.value {
                Value::Table(table) => {
                    drop(distribution::read(
                        key,
                        table,
                        node.span,
                        Some(Calendar::ANY),
                        &mut self.out,
                    ));
                }
                _ => drop(dates::read(key, node, &mut self.out)),
            },
            Kind::Word(words) => self.word(key, node, words),
            Kind::Flexibility => match node.text() {
                Some("coordinated") => {}
                Some(_) => self.word(key, node, &["coordinated"]),
                None => drop(values::uncertain(key, node, Range::AtLeastOne, &mut self.out)),
            },
            Kind::One(target) => {
                if let Some(name) = self.text(key, node) {
                    self.reference(target, &name, node.span);
                }
            }
            Kind::Many(target) => self.references(target, key, node),
            Kind::Table(spec) => match &node.value {
                Value::Table(table) => self.table(spec, table, node.span),
                _ => self.out.error(
                    Code::WrongType,
                    node.span,
                    format!("`{key}` must be a table, not {}", node.kind()),
                    "expected a table",
                ),
            },
            Kind::Tables(spec) => self.tables(spec, key, node),
            Kind::TablesByMaterial(spec) => {
                let Some(table) = node.table() else {
                    self.out.error(
                        Code::WrongType,
                        node.span,
                        format!("`{key}` must be a table by material"),
                        format!("write [{key}.MATERIAL]"),
                    );
                    return;
                };
                for entry in &table.entries {
                    self.reference(Target::Material, &entry.key, entry.key_span);
                    self.value(Kind::Table(spec), &format!("{key}.{}", entry.key), &entry.node);
                }
            }
            Kind::Shares => compound::shares(self, key, node),
            Kind::Flows => compound::flows(self, key, node),
            Kind::Lanes => compound::lanes(self, key, node),
            Kind::Correlation => compound::correlation(self, key, node),
        }
    }

    fn tables(&mut self, spec: &TableSpec, key: &str, node: &Node) {
        let Some(list) = node.list() else {
            let double = if node.table().is_some() {
                format!("write [[{key}]] with two brackets")
            } else {
                format!("expected [[{key}]]")
            };
            self.out.error(
                Code::WrongType,
                node.span,
                format!("`{key}` must be a list of tables, not {}", node.kind()),
                double,
            );
            return;
        };
        for item in list {
            match &item.value {
                Value::Table(table) => self.table(spec, table, item.span),
                _ => self.out.error(
                    Code::WrongType,
                    item.span,
                    format!("each element of `{key}` must be a table, not {}", item.kind()),
                    "expected a table",
                ),
            }
        }
    }

    /// A string that is not empty.
    pub fn text(&mut self, key: &str, node: &Node) -> Option<String> {
        match node.text() {
            Some(text) if !text.trim().is_empty() => Some(text.to_string()),
            Some(_) => {
                self.out.error(
                    Code::Empty,
                    node.span,
                    format!("`{key}` is empty"),
                    "expected some text",
                );
                None
            }
            None => {
                let label = if node.list().is_some() {
                    "expected one string"
                } else {
                    "expected a string"
                };
                self.out.error(
                    Code::WrongType,
                    node.span,
                    format!("`{key}` must be a string, not {}", node.kind()),
                    label,
                );
                None
            }
        }
    }

    fn id(&mut self, key: &str, node: &Node) {
        let Some(text) = self.text(key, node) else { return };
        let good = text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        if !good || text.chars().count() > 80 {
            let label = "letters, digits, `_` and `-` only, at most 80";
            self.out.error(
                Code::BadId,
                node.span,
                format!("`{}` cannot be an id", text.escape_debug()),
                label,
            );
        } else if let Some(meaning) = reserved::meaning(&text) {
            self.out.error(
                Code::Reserved,
                node.span,
                format!("`{text}` is a reserved word and cannot be an id"),
                format!("in results it stands for {meaning}"),
            );
        }
    }

    fn word(&mut self, key: &str, node: &Node, words: &[&str]) {
        let Some(text) = self.text(key, node) else { return };
        if !words.contains(&text.as_str()) {
            let problem = Problem::error(
                Code::UnknownWord,
                node.span,
                format!("`{text}` is not a value of `{key}`"),
                format!("expected {}", quoted(words)),
            );
            self.out.push(
                problem.hints(nearest(&text, words.iter().copied()).map(|word| format!("did you mean \"{word}\"?"))),
            );
        }
    }
}
