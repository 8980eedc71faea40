//! The supply under which trade was observed. Observed trade and the supply beside it in one file describe the same world; where `--set`, a policy or
//! a file that extends it changes the supply, trade is to follow, and for that the supply as it was written must be known.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{shares, tables};
use super::tree::{Entry, Node, Table, Value, table_to_json};

/// Lists of tables that state supply, besides `shares`.
const LISTS: [&str; 3] = ["supply", "recycling", "host"];
/// What has no part in the undisrupted supply. Some of it may name what only the changed supply has.
const BESIDE: [&str; 11] = [
    "event",
    "frailty",
    "copula",
    "chokepoint",
    "stockpile",
    "firm_supply",
    "inventory",
    "substitution",
    "focus",
    "policy",
    "trade",
];

/// The tree with the supply of every material as it is written: with a material whose trade is observed, in the file that states the trade (in the
/// whole document, where that is more than one file); with the others in the whole document. A material that has no supply there keeps
/// what it has. `None` where that is the supply at hand, or no trade is observed.
pub(crate) fn supply<'a>(top: &'a Table, merged: &'a Table, extended: &'a BTreeMap<usize, Table>) -> Option<Table> {
    let mut files: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (table, span) in tables(top, "trade") {
        files.entry(table.text("material")?).or_default().insert(span.file);
    }
    if files.is_empty() {
        return None;
    }
    let source = |material: &str| -> &'a Table {
        let written = match files
            .get(material)
            .map(|files| files.iter().collect::<Vec<_>>())
            .as_deref()
        {
            Some([file]) => extended.get(file).unwrap_or(merged),
            _ => merged,
        };
        if supplies(written).contains(material) {
            written
        } else {
            top
        }
    };
    let mut materials = supplies(top);
    materials.extend(supplies(merged));
    materials.extend(extended.values().flat_map(supplies));
    let mut written = top.clone();
    for material in &materials {
        put_shares(&mut written, material, source(material));
    }
    for list in LISTS {
        let nodes = materials.iter().flat_map(|material| {
            let from = source(material);
            let all = from.get(list).and_then(Node::list).unwrap_or(&[]);
            all.iter().filter(move |node| {
                node.table()
                    .is_some_and(|table| material_of(from, list, table) == Some(material))
            })
        });
        let nodes: Vec<Node> = nodes.cloned().collect();
        match (written.get_mut(list), nodes.is_empty()) {
            (Some(node), _) => node.value = Value::List(nodes),
            (None, true) => {}
            (None, false) => {
                let (key_span, span) = (nodes[0].span, nodes[0].span);
                let value = Value::List(nodes);
                written.put(Entry {
                    key: list.to_string(),
                    key_span,
                    node: Node { value, span },
                });
            }
        }
    }
    if stated(&written) == stated(top) {
        return None;
    }
    for key in BESIDE {
        written.remove(key);
    }
    Some(written)
}

/// Materials of which something is supplied.
fn supplies(top: &Table) -> BTreeSet<&str> {
    let mut found: BTreeSet<&str> = shares(top).map(|(material, ..)| material).collect();
    for list in ["supply", "recycling"] {
        found.extend(tables(top, list).filter_map(|(table, _)| table.text("material")));
    }
    found
}

/// Takes the shares of a material from another tree.
fn put_shares(top: &mut Table, material: &str, from: &Table) {
    let wanted = from
        .get("shares")
        .and_then(Node::table)
        .and_then(|table| table.entry(material));
    let there = top.get_mut("shares").and_then(Node::table_mut);
    match (wanted.cloned(), there) {
        (Some(entry), Some(table)) => table.put(entry),
        (None, Some(table)) => drop(table.remove(material)),
        (Some(entry), None) => top.put(Entry {
            key: "shares".to_string(),
            key_span: entry.key_span,
            node: Node {
                span: entry.node.span,
                value: Value::Table(Table { entries: vec![entry] }),
            },
        }),
        (None, None) => {}
    }
}

/// The material that a table of a list supplies; with a host, that of its by-product.
fn material_of<'a>(top: &'a Table, list: &str, table: &'a Table) -> Option<&'a str> {
    if list != "host" {
        return table.text("material");
    }
    let supply = table.text("supply")?;
    let plant = tables(top, "supply").find(|(table, _)| table.text("id") == Some(supply));
    match plant {
        Some((plant, _)) => plant.text("material"),
        None => supply.trim_start_matches("recycling.").split('.').next(),
    }
}

/// All that is stated about supply, whatever its order.
fn stated(top: &Table) -> BTreeSet<String> {
    let of_shares = shares(top).map(|(material, _, table, _)| format!("{material} {}", table_to_json(table)));
    let of_lists = LISTS
        .iter()
        .flat_map(|list| tables(top, list).map(move |(table, _)| format!("{list} {}", table_to_json(table))));
    of_shares.chain(of_lists).collect()
}
