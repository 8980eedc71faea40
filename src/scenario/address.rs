//! Addresses of keys: `supply.ID.capacity`, `demand.MATERIAL.COUNTRY.SECTOR.amount`, `time.periods`. Finds the place in the
//! tree and puts a value there.

use super::codes::Code;
use super::data_files::DataFiles;
use super::diagnostics::Problem;
use super::format::{Addressing, Field, Kind, TOP, TableSpec};
use super::source::{Sources, Span};
use super::suggest::{hint, nearest};
use super::tree::{Entry, Node, Table, Value};

/// The address of a table among its kind, if it has what it takes.
pub(crate) fn of(spec: &TableSpec, table: &Table) -> Option<String> {
    let by_keys = |keys: &[&str]| {
        let parts: Option<Vec<String>> = keys.iter().map(|key| part(spec, table, key)).collect();
        parts.map(|parts| parts.join("."))
    };
    match spec.addressing {
        Addressing::None => None,
        Addressing::Id => table.text("id").map(str::to_string),
        Addressing::Keys(keys) => by_keys(keys),
        Addressing::IdOrKeys(keys) => table.text("id").map(str::to_string).or_else(|| by_keys(keys)),
    }
}

fn part(spec: &TableSpec, table: &Table, key: &str) -> Option<String> {
    let field = spec.field(key)?;
    let Some(entry) = table.entries.iter().find(|entry| field.is(&entry.key)) else {
        return (!field.required).then(|| field.default.trim_matches('"').to_string());
    };
    let names: Option<Vec<&str>> = entry.node.one_or_many().iter().map(Node::text).collect();
    names.map(|names| names.join("+"))
}

/// One change of a key.
#[derive(Debug, Clone)]
pub(crate) struct Override {
    pub key: String,
    pub key_span: Span,
    pub action: Action,
}

/// What is done at an address.
#[derive(Debug, Clone)]
pub(crate) enum Action {
    /// Puts a value there.
    Set(Node),
    /// Multiplies the number there.
    Scale(f64),
    /// Takes away what is there.
    Remove,
}

impl Override {
    /// Whether it does the same to the same key.
    pub fn is_same(&self, other: &Self) -> bool {
        self.key == other.key
            && match (&self.action, &other.action) {
                (Action::Set(one), Action::Set(other)) => one.to_json() == other.to_json(),
                (Action::Scale(one), Action::Scale(other)) => one == other,
                (Action::Remove, Action::Remove) => true,
                _ => false,
            }
    }

    /// Where what is put there stands; of other changes the key.
    fn span(&self) -> Span {
        match &self.action {
            Action::Set(value) => value.span,
            _ => self.key_span,
        }
    }
}

/// Puts values at addresses.
pub(crate) struct Overrides<'a> {
    pub files: &'a DataFiles,
    pub sources: &'a Sources,
    /// Shares of single countries that were set, as (material, country).
    pub touched: Vec<(String, String)>,
}

impl Overrides<'_> {
    /// Applies one change. The error points at the key.
    pub fn apply(&mut self, top: &mut Table, change: &Override) -> Result<(), Problem> {
        let parts: Vec<&str> = change.key.split('.').map(str::trim).collect();
        let fixed = ["format", "extends", "policy"];
        if fixed.contains(&parts[0]) {
            let message = format!("`{}` cannot be set", change.key);
            return Err(Problem::error(
                Code::NotSettable,
                change.key_span,
                message,
                "not a key that can be set",
            ));
        }
        if parts.iter().any(|part| part.is_empty()) {
            let message = format!("`{}` is not an address", change.key);
            return Err(Problem::error(
                Code::UnknownAddress,
                change.key_span,
                message,
                "expected e.g. supply.ID.capacity",
            ));
        }
        if let ["shares", material, "by_country", rest @ ..] = parts.as_slice() {
            if !rest.is_empty() {
                self.write_out_data(top, material);
            }
            if let [country] = *rest {
                self.touched.push((material.to_string(), country.to_string()));
            }
        }
        self.descend(&TOP, top, &parts, "", change)
    }

    fn descend(
        &self,
        spec: &'static TableSpec,
        table: &mut Table,
        parts: &[&str],
        done: &str,
        change: &Override,
    ) -> Result<(), Problem> {
        let key = parts[0];
        let tag = spec.tag.and_then(|tag| table.text(tag));
        let fits = |field: &&Field| field.is(key) && tag.is_none_or(|tag| field.goes_with(tag));
        let Some(field) = spec.fields.iter().find(fits).or_else(|| spec.field(key)) else {
            let problem = unknown(change, done, key);
            let known = spec.fields.iter().map(|field| field.name);
            return Err(problem.hints(match nearest(key, known.clone()) {
                Some(name) => vec![format!("did you mean `{done}{name}`?")],
                None => vec![format!("keys here: {}", known.collect::<Vec<_>>().join(", "))],
            }));
        };
        if parts.len() == 1 {
            if key == "id" {
                return Err(Problem::error(
                    Code::NotSettable,
                    change.key_span,
                    "an id cannot be changed",
                    "other tables refer to it",
                ));
            }
            if let Action::Set(_) = change.action {
                for rival in spec.rivals(key) {
                    table.remove(rival);
                }
            }
            let present = table.entries.iter().find(|entry| field.is(&entry.key));
            let name = present.map_or(key, |entry| &entry.key).to_string();
            return act(table, &name, change);
        }
        let here = format!("{done}{key}.");
        let rest = &parts[1..];
        let present = table
            .entries
            .iter()
            .find(|entry| field.is(&entry.key))
            .map(|entry| entry.key.clone());
        match field.kind {
            Kind::Table(inner) => {
                let inner_table = self.inner(table, present.as_deref().unwrap_or(key), change)?;
                let result = self.descend(inner, inner_table, rest, &here, change);
                if result.is_err() && present.is_none() {
                    table.remove(key);
                }
                result
            }
            Kind::Tables(inner) => self.in_list(inner, table.get_mut(key), rest, &here, change),
            Kind::TablesByMaterial(inner) => {
                let known: Vec<String> = table.get(key).and_then(Node::table).map_or(Vec::new(), |table| {
                    table.entries.iter().map(|entry| entry.key.clone()).collect()
                });
                let found = table
                    .get_mut(key)
                    .and_then(Node::table_mut)
                    .and_then(|table| table.get_mut(rest[0]));
                let Some(node) = found else {
                    let problem = unknown(change, &here, rest[0]);
                    return Err(problem.hints(hint(rest[0], "such table", known.iter().map(String::as_str))));
                };
                match (&rest[1..], node) {
                    ([], node) => {
                        let Action::Set(value) = &change.action else {
                            return Err(not_a_number(change));
                        };
                        *node = value.clone();
                        Ok(())
                    }
                    (
                        rest,
                        Node {
                            value: Value::Table(table),
                            ..
                        },
                    ) => self.descend(inner, table, rest, &format!("{here}{}.", parts[1]), change),
                    _ => Err(not_a_table(change, &here)),
                }
            }
            _ => {
                let Some(name) = present else {
                    let message = format!("`{done}{key}` is not set, so `{}` cannot be", change.key);
                    return Err(Problem::error(Code::UnknownAddress, change.key_span, message, "")
                        .hint(format!("set `{done}{key}` to a whole table instead")));
                };
                put_inside(table, &name, rest, change)
            }
        }
    }

    /// A table within a table, made if absent.
    fn inner<'t>(&self, table: &'t mut Table, key: &str, change: &Override) -> Result<&'t mut Table, Problem> {
        if table.get(key).is_none() {
            let node = Node {
                value: Value::Table(Table::default()),
                span: change.span(),
            };
            table.put(Entry {
                key: key.to_string(),
                key_span: change.key_span,
                node,
            });
        }
        table
            .get_mut(key)
            .and_then(Node::table_mut)
            .ok_or_else(|| not_a_table(change, key))
    }

    fn in_list(
        &self,
        spec: &'static TableSpec,
        list: Option<&mut Node>,
        rest: &[&str],
        here: &str,
        change: &Override,
    ) -> Result<(), Problem> {
        let wanted = rest.join(".");
        let mut none = Vec::new();
        let nodes = match list.map(|node| &mut node.value) {
            Some(Value::List(nodes)) => nodes,
            _ => &mut none,
        };
        let mut all = Vec::new();
        let mut found: Vec<(usize, String)> = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            let Some(table) = node.table() else { continue };
            for address in addresses(spec, table) {
                if wanted == address || wanted.starts_with(&format!("{address}.")) {
                    found.push((index, address.clone()));
                }
                all.push(address);
            }
        }
        let longest = found.iter().map(|(_, address)| address.len()).max();
        found.retain(|(_, address)| Some(address.len()) == longest);
        let (index, address) = match found.as_slice() {
            [one] => one.clone(),
            [] => {
                let names = all.iter().map(String::as_str);
                // The last part may be a key: compare without it, too.
                let shorter = wanted.rsplit_once('.').map_or(wanted.as_str(), |(first, _)| first);
                let near = nearest(shorter, names.clone()).or_else(|| nearest(rest[0], names));
                let problem = unknown(change, here, shorter);
                return Err(problem.hints(match near {
                    Some(name) => vec![format!("did you mean `{here}{name}`?")],
                    None if all.is_empty() => vec![format!("there is no [[{}]] in this scenario", spec.name)],
                    None => vec![format!(
                        "known: {}",
                        all.iter()
                            .take(20)
                            .map(|a| format!("`{here}{a}`"))
                            .collect::<Vec<_>>()
                            .join(", ")
                    )],
                }));
            }
            _ => {
                let message = format!("`{}` fits more than one table", change.key);
                return Err(
                    Problem::error(Code::UnknownAddress, change.key_span, message, "ambiguous")
                        .hint("use the longer address, e.g. host.SUPPLY.HOST.ratio"),
                );
            }
        };
        let node = &mut nodes[index];
        let after: Vec<&str> = wanted[address.len()..]
            .split('.')
            .filter(|part| !part.is_empty())
            .collect();
        let Some(table) = node.table_mut() else {
            return Err(not_a_table(change, here));
        };
        if !after.is_empty() {
            return self.descend(spec, table, &after, &format!("{here}{address}."), change);
        }
        let value = match &change.action {
            Action::Set(value) => value,
            Action::Scale(_) => return Err(not_a_number(change)),
            Action::Remove => {
                nodes.remove(index);
                return Ok(());
            }
        };
        let id = table.entry("id").cloned();
        *node = value.clone();
        if let (Some(id), Some(table)) = (id, node.table_mut())
            && table.get("id").is_none()
        {
            table.entries.insert(0, id);
        }
        Ok(())
    }

    /// Replaces `data` of a [shares] table by the rows it stands for, so that one of them can be set.
    fn write_out_data(&self, top: &mut Table, material: &str) {
        let rows = {
            let table = top
                .get("shares")
                .and_then(Node::table)
                .and_then(|table| table.get(material))
                .and_then(Node::table);
            let data = table.and_then(|table| table.get("data").map(|node| (table, node)));
            data.and_then(|(table, node)| {
                self.files
                    .shares(node, table, material, top, self.sources)
                    .ok()
                    .map(|rows| (rows, node.span))
            })
        };
        let (Some((rows, span)), Some(table)) = (
            rows,
            top.get_mut("shares")
                .and_then(Node::table_mut)
                .and_then(|table| table.get_mut(material))
                .and_then(Node::table_mut),
        ) else {
            return;
        };
        let entry = |key: &str, value: Value| Entry {
            key: key.to_string(),
            key_span: span,
            node: Node { value, span },
        };
        let by_country = rows
            .rows
            .iter()
            .map(|row| entry(&row.country, Value::Float(row.share)))
            .collect();
        if let (None, Some(total)) = (table.get("output"), rows.total_t) {
            table.put(entry("output", Value::Float(total)));
        }
        if table.get("source").is_none() {
            let mut sources: Vec<&str> = rows.rows.iter().map(|row| row.source.as_str()).collect();
            sources.dedup();
            table.put(entry("source", Value::Text(sources.join("; "))));
        }
        table.remove("data");
        table.put(entry("by_country", Value::Table(Table { entries: by_country })));
    }
}

/// Every address that a table answers to: the full one, and for a host also that of its supply alone.
fn addresses(spec: &TableSpec, table: &Table) -> Vec<String> {
    let mut addresses: Vec<String> = of(spec, table).into_iter().collect();
    match spec.name {
        "host" => addresses.extend(table.text("supply").map(str::to_string)),
        "inputs" => addresses.extend(table.text("material").map(str::to_string)),
        _ => {}
    }
    addresses
}

fn put_inside(table: &mut Table, key: &str, rest: &[&str], change: &Override) -> Result<(), Problem> {
    let Some(inner) = table.get_mut(key).and_then(Node::table_mut) else {
        return Err(not_a_table(change, key));
    };
    if rest.len() > 1 {
        return put_inside(inner, rest[0], &rest[1..], change);
    }
    act(inner, rest[0], change)
}

/// Does what is asked for to a key of a table.
fn act(table: &mut Table, key: &str, change: &Override) -> Result<(), Problem> {
    match &change.action {
        Action::Set(value) => table.put(Entry {
            key: key.to_string(),
            key_span: change.key_span,
            node: value.clone(),
        }),
        Action::Scale(factor) => {
            let node = table.get_mut(key).ok_or_else(|| not_there(change))?;
            let number = node.number().ok_or_else(|| not_a_number(change))?;
            node.value = Value::Float(number * factor);
        }
        Action::Remove => {
            table.remove(key).ok_or_else(|| not_there(change))?;
        }
    }
    Ok(())
}

fn not_there(change: &Override) -> Problem {
    let message = format!("`{}` is not set in this scenario", change.key);
    Problem::error(Code::UnknownAddress, change.key_span, message, "nothing is there")
}

fn not_a_number(change: &Override) -> Problem {
    let message = format!("`{}` is not a number that could be multiplied", change.key);
    Problem::error(Code::NotSettable, change.key_span, message, "not a single number")
        .hint("set a value instead, or scale a key inside it")
}

fn unknown(change: &Override, here: &str, part: &str) -> Problem {
    let message = format!("there is no `{here}{part}` in this scenario");
    Problem::error(Code::UnknownAddress, change.key_span, message, "unknown address")
}

fn not_a_table(change: &Override, key: &str) -> Problem {
    let message = format!(
        "`{}` leads into `{}`, which is not a table",
        change.key,
        key.trim_end_matches('.')
    );
    Problem::error(Code::UnknownAddress, change.key_span, message, "").hint("replace the whole value instead")
}

/// Where single shares were set, the other countries' shares give way in proportion, so that the sum stays 1.
pub(crate) fn rebalance(top: &mut Table, touched: &[(String, String)]) {
    let Some(all) = top.get_mut("shares").and_then(Node::table_mut) else {
        return;
    };
    'tables: for entry in &mut all.entries {
        let set: Vec<&str> = touched
            .iter()
            .filter(|(m, _)| *m == entry.key)
            .map(|(_, c)| c.as_str())
            .collect();
        if set.is_empty() {
            continue;
        }
        let Some(rows) = entry
            .node
            .table_mut()
            .and_then(|t| t.get_mut("by_country"))
            .and_then(Node::table_mut)
        else {
            continue;
        };
        let (mut fixed, mut free) = (0.0, 0.0);
        for row in &rows.entries {
            let Some(share) = row.node.number() else {
                continue 'tables;
            };
            if set.contains(&row.key.as_str()) {
                fixed += share
            } else {
                free += share
            }
        }
        let factor = (1.0 - fixed) / free;
        if !factor.is_finite() || factor < 0.0 || (fixed + free - 1.0).abs() <= 1e-9 {
            continue;
        }
        for row in rows.entries.iter_mut().filter(|row| !set.contains(&row.key.as_str())) {
            if let Some(share) = row.node.number() {
                row.node.value = Value::Float(share * factor);
            }
        }
    }
}
