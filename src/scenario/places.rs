//! Which address a place of the text has, and where an address stands.

use std::collections::BTreeMap;

use super::address;
use super::format::{Kind, TOP, TableSpec};
use super::source::Span;
use super::tree::{Node, Table, Value};

/// Addresses of a tree by place, and places by address.
#[derive(Debug, Default)]
pub(crate) struct Places {
    by_span: BTreeMap<Span, String>,
    by_address: BTreeMap<String, Span>,
}

impl Places {
    pub fn of(top: &Table) -> Places {
        let mut places = Places::default();
        // What a policy sets stands in the policy's own table too: where it was put counts.
        for last in [false, true] {
            for entry in top.entries.iter().filter(|entry| (entry.key == "policy") == last) {
                let kind = TOP.field(&entry.key).map(|field| field.kind);
                places.entry(entry.key_span, &entry.node, &entry.key, kind);
            }
        }
        places
    }

    fn note(&mut self, span: Span, address: &str) {
        self.by_span.entry(span).or_insert_with(|| address.to_string());
        self.by_address.entry(address.to_string()).or_insert(span);
    }

    fn entry(&mut self, key_span: Span, node: &Node, address: &str, kind: Option<Kind>) {
        self.note(node.span, address);
        self.note(key_span, address);
        match (&node.value, kind) {
            (Value::List(list), Some(Kind::Tables(spec))) => {
                for item in list {
                    let Some(table) = item.table() else { continue };
                    let own = own_address(spec, table);
                    let address = own.map_or_else(|| address.to_string(), |own| format!("{address}.{own}"));
                    self.note(item.span, &address);
                    self.table(table, &address, Some(spec));
                }
            }
            (Value::List(list), _) => list.iter().for_each(|item| self.note(item.span, address)),
            (Value::Table(table), Some(Kind::Table(spec))) => self.table(table, address, Some(spec)),
            (Value::Table(table), Some(Kind::TablesByMaterial(spec))) => {
                for entry in &table.entries {
                    let address = format!("{address}.{}", entry.key);
                    self.entry(entry.key_span, &entry.node, &address, Some(Kind::Table(spec)));
                }
            }
            (Value::Table(table), _) => self.table(table, address, None),
            _ => {}
        }
    }

    fn table(&mut self, table: &Table, address: &str, spec: Option<&'static TableSpec>) {
        for entry in &table.entries {
            let field = spec.and_then(|spec| spec.field(&entry.key));
            let key = field.map_or(entry.key.as_str(), |field| field.name);
            let address = format!("{address}.{key}");
            self.entry(entry.key_span, &entry.node, &address, field.map(|field| field.kind));
        }
    }

    /// The address of a place; empty where it has none.
    pub fn address(&self, span: Span) -> String {
        let before = self.by_span.range(..=span).rev().take(1000);
        let mut around = before.filter(|(at, _)| at.file == span.file && at.start <= span.start && span.end <= at.end);
        around.next().map_or_else(String::new, |(_, address)| address.clone())
    }

    /// Where an address stands, or the nearest table around it that does.
    pub fn span(&self, address: &str) -> Option<Span> {
        let mut address = address;
        loop {
            if let Some(span) = self.by_address.get(address) {
                return Some(*span);
            }
            address = address.rsplit_once('.')?.0;
        }
    }
}

/// The address of a table of a list, or of a recipe's input.
fn own_address(spec: &TableSpec, table: &Table) -> Option<String> {
    address::of(spec, table).or_else(|| match spec.name {
        "inputs" => table.text("material").map(str::to_string),
        "policy.set" => table.text("key").map(str::to_string),
        _ => None,
    })
}
