//! Does the whole hang together: demand with supply, recipes with supply, materials with users.

use std::collections::BTreeSet;

use super::base::Base;
use super::supplies::Made;
use crate::scenario::checked::Size;
use crate::scenario::codes::Code;
use crate::scenario::diagnostics::Problem;
use crate::scenario::format::Target;
use crate::scenario::names::{self, shares, tables};
use crate::scenario::source::Span;
use crate::scenario::tree::{Node, Table};
use crate::scenario::values::Problems;

/// Whether some supply could not be read, so that nothing can be said about where there is none.
pub(crate) fn unreadable_supplies(base: &Base<'_>, made: &Made) -> bool {
    let written: usize = shares(base.top)
        .map(|(id, _, table, _)| match table.get("data") {
            Some(node) => {
                let rows = base.files.shares(node, table, id, base.top, base.sources);
                rows.map_or(usize::MAX / 2, |rows| rows.rows.len())
            }
            None => names::share_countries(table).len().max(1),
        })
        .fold(0, usize::saturating_add);
    let plants = tables(base.top, "supply").count();
    let read = made
        .list
        .iter()
        .filter(|supply| !matches!(supply.size, Size::Recycled(_)))
        .count();
    read < written.saturating_add(plants)
}

pub(crate) fn check(base: &Base<'_>, out: &mut Problems) {
    let top = base.top;
    let mut supplied: BTreeSet<&str> = shares(top).map(|(id, ..)| id).collect();
    supplied.extend(tables(top, "supply").filter_map(|(table, _)| table.text("material")));
    supplied.extend(tables(top, "recycling").filter_map(|(table, _)| table.text("material")));
    // A misspelt material has been reported; whose supply it was meant to be is not known.
    let misspelt = supplied.iter().any(|id| !base.names.has(Target::Material, id))
        || tables(top, "supply").any(|(table, _)| table.text("material").is_none());
    let known = |id: &str| base.names.has(Target::Material, id);
    if !misspelt {
        for (table, _) in tables(top, "demand") {
            if let Some(node) = table.get("material")
                && let Some(id) = node.text()
                && known(id)
                && !supplied.contains(id)
            {
                out.push(no_supply(
                    node.span,
                    format!("there is demand for `{id}`, but no supply of it"),
                    id,
                ));
            }
        }
        let mut reported = BTreeSet::new();
        for (span, id) in inputs(top) {
            if known(id) && !supplied.contains(id) && reported.insert(id) {
                out.push(no_supply(
                    span,
                    format!("a recipe needs `{id}`, but there is no supply of it"),
                    id,
                ));
            }
        }
    }
    idle_materials(base, out);
}

fn no_supply(span: Span, message: String, id: &str) -> Problem {
    Problem::error(Code::NoSupply, span, message, "never delivered")
        .hint(format!("add [shares.{id}] or a [[supply]] of it"))
}

/// Every material that a recipe names.
fn inputs(top: &Table) -> Vec<(Span, &str)> {
    let owners = tables(top, "material")
        .chain(tables(top, "supply"))
        .map(|(table, _)| table);
    let lists = owners.chain(shares(top).map(|(_, _, table, _)| table));
    let items = lists
        .filter_map(|table| table.get("inputs").and_then(Node::list))
        .flatten();
    let nodes = items.filter_map(|item| item.table().and_then(|table| table.get("material")));
    nodes
        .filter_map(|node| node.text().map(|text| (node.span, text)))
        .collect()
}

fn idle_materials(base: &Base<'_>, out: &mut Problems) {
    let top = base.top;
    let mut used: BTreeSet<&str> = inputs(top).into_iter().map(|(_, id)| id).collect();
    used.extend(tables(top, "demand").filter_map(|(table, _)| table.text("material")));
    let hosts: Vec<&str> = tables(top, "host")
        .filter_map(|(table, _)| table.text("host"))
        .collect();
    for host in hosts {
        let plant = tables(top, "supply").find(|(table, _)| table.text("id") == Some(host));
        used.extend(match plant {
            Some((table, _)) => table.text("material"),
            None => host.split('.').next(),
        });
    }
    // A demand or recipe whose material is misspelt was meant for one of them.
    if used.iter().any(|id| !base.names.has(Target::Material, id)) {
        return;
    }
    for (table, header) in tables(top, "material") {
        if let Some(id) = table.text("id")
            && !used.contains(id)
        {
            let span = table.get("id").map_or(header, |node| node.span);
            let message = format!("nobody uses `{id}`: there is no demand for it and no recipe needs it");
            out.push(Problem::warning(Code::Unused, span, message, "not used"));
        }
    }
}
