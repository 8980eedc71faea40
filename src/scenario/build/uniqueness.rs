//! Ids and addresses must be unique.

use std::collections::BTreeMap;

use crate::scenario::address;
use crate::scenario::codes::Code;
use crate::scenario::diagnostics::Problem;
use crate::scenario::format::{Addressing, Kind, TOP, TableSpec};
use crate::scenario::names::{Names, tables};
use crate::scenario::source::Span;
use crate::scenario::tree::Table;
use crate::scenario::values::Problems;

/// Reports every table whose address another table of its kind has.
pub(crate) fn check(top: &Table, names: &Names, out: &mut Problems) {
    for field in TOP.fields {
        let Kind::Tables(spec) = field.kind else { continue };
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        for (table, header) in tables(top, field.name) {
            let Some(own) = address::of(spec, table) else { continue };
            let span = table.get("id").map_or(header, |node| node.span);
            match seen.get(&own) {
                None => drop(seen.insert(own, span)),
                Some(first) => out.push(twice(spec, table, &own, span).related(*first, "first here")),
            }
        }
    }
    for (table, _) in tables(top, "group") {
        let Some(node) = table.get("id") else { continue };
        let Some(id) = node.text() else { continue };
        if crate::data::country_name(id).is_some() || names.declared.contains_key(id) {
            let message = format!("the group `{id}` has the name of a country");
            out.push(
                Problem::error(Code::NameTaken, node.span, message, "already a country")
                    .hint("give the group another id"),
            );
        }
    }
}

fn twice(spec: &TableSpec, table: &Table, own: &str, span: Span) -> Problem {
    let (by_id, may) = match spec.addressing {
        Addressing::Id => (true, true),
        Addressing::IdOrKeys(_) => (table.get("id").is_some(), true),
        _ => (false, false),
    };
    let message = if by_id {
        format!("the id `{own}` is given to two tables [[{}]]", spec.name)
    } else {
        format!("there are two tables [[{}]] for `{own}`", spec.name)
    };
    let problem = Problem::error(Code::Duplicate, span, message, "second here");
    match (by_id, may, spec.name) {
        (true, ..) => {
            problem.hint("ids must be unique; a file that `extends` another changes the table by using its id")
        }
        (_, true, _) => problem.hint("give one of them an `id`, or put both into one table"),
        _ => problem.hint("put both into one table"),
    }
}

/// Reports a second table for the same material and country under another address; one under the same address has been reported.
pub(crate) fn once_each(key: &str, entries: &[(usize, usize, Span, String)], out: &mut Problems) {
    let mut seen: BTreeMap<(usize, usize), (Span, &str)> = BTreeMap::new();
    for (material, country, span, own) in entries {
        match seen.get(&(*material, *country)) {
            None => drop(seen.insert((*material, *country), (*span, own))),
            Some((first, other)) if other != own => {
                let message = format!("there is a second [[{key}]] for the same material and country");
                out.push(Problem::error(Code::Duplicate, *span, message, "second here").related(*first, "first here"));
            }
            Some(_) => {}
        }
    }
}
