//! `extends`: one document laid over another.

use super::address;
use super::format::{Addressing, Kind, TableSpec};
use super::tree::{Entry, Node, Table, Value};

/// Lays `over` over `base`. Tables merge key by key, tables of a list by their address; all else is replaced.
pub(crate) fn tables(spec: Option<&TableSpec>, base: &mut Table, over: Table) {
    for entry in over.entries {
        if let Some(spec) = spec {
            for rival in spec.rivals(&entry.key) {
                base.remove(rival);
            }
        }
        let kind = spec.and_then(|spec| spec.field(&entry.key)).map(|field| field.kind);
        match base.get_mut(&entry.key) {
            None => base.entries.push(entry),
            Some(old) => one(kind, old, entry),
        }
    }
}

fn one(kind: Option<Kind>, old: &mut Node, entry: Entry) {
    let (key_span, new) = (entry.key_span, entry.node);
    let _ = key_span;
    match (kind, &mut old.value, new) {
        (
            Some(Kind::Tables(spec)),
            Value::List(list),
            Node {
                value: Value::List(new),
                ..
            },
        ) if !matches!(spec.addressing, Addressing::None) => {
            lists(spec, list, new);
        }
        (
            kind,
            Value::Table(table),
            Node {
                value: Value::Table(new),
                span,
            },
        ) if !replaces(kind, table, &new) => {
            old.span = span;
            match kind {
                Some(Kind::Table(spec)) => tables(Some(spec), table, new),
                Some(Kind::TablesByMaterial(spec)) => by_material(spec, table, new),
                _ => tables(None, table, new),
            }
        }
        (_, _, new) => *old = new,
    }
}

/// A table that says anew what it is (another distribution, another process) replaces the old one.
fn replaces(kind: Option<Kind>, old: &Table, new: &Table) -> bool {
    if let Some(Kind::Table(TableSpec { tag: Some(tag), .. })) = kind {
        return new.text(tag).is_some() && new.text(tag) != old.text(tag);
    }
    let kinds = ["dist", "path"];
    kinds.iter().any(|key| new.get(key).is_some())
        || (matches!(kind, Some(Kind::Rate(_))) && new.get("rate").is_some())
        || (kinds.iter().any(|key| old.get(key).is_some()) && matches!(kind, Some(Kind::Shares)))
}

fn by_material(spec: &TableSpec, base: &mut Table, over: Table) {
    for entry in over.entries {
        match (base.get_mut(&entry.key), entry) {
            (
                Some(Node {
                    value: Value::Table(table),
                    span,
                }),
                Entry {
                    node:
                        Node {
                            value: Value::Table(new),
                            span: at,
                        },
                    ..
                },
            ) => {
                *span = at;
                tables(Some(spec), table, new);
            }
            (_, entry) => base.put(entry),
        }
    }
}

fn lists(spec: &TableSpec, base: &mut Vec<Node>, over: Vec<Node>) {
    let find = |node: &Node| node.table().and_then(|table| address::of(spec, table));
    let mut open: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    for (index, node) in base.iter().enumerate() {
        if let Some(address) = find(node) {
            open.entry(address).or_insert(index);
        }
    }
    for node in over {
        // Each base table is met once: a second one with the same address is a duplicate, and reported as such later.
        match (find(&node).and_then(|address| open.remove(&address)), node) {
            (
                Some(index),
                Node {
                    value: Value::Table(new),
                    span,
                },
            ) => {
                if let Node {
                    value: Value::Table(table),
                    span: old,
                } = &mut base[index]
                {
                    *old = span;
                    let changed = spec
                        .tag
                        .is_some_and(|tag| new.text(tag).is_some() && new.text(tag) != table.text(tag));
                    if changed {
                        *table = new
                    } else {
                        tables(Some(spec), table, new)
                    }
                }
            }
            (_, node) => base.push(node),
        }
    }
}
