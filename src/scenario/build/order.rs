//! Orders and circles: materials upstream to downstream, events that follow events.

use std::collections::{BTreeMap, BTreeSet};

use super::base::Base;
use crate::scenario::checked::MaterialIndex;
use crate::scenario::codes::Code;
use crate::scenario::names::{self, tables};
use crate::scenario::source::Span;
use crate::scenario::tree::{Node, Table};
use crate::scenario::values::Problems;

/// What must come before what: for each name, the names before it and where that is written.
pub(crate) type Before = BTreeMap<String, Vec<(String, Span)>>;

/// Materials so that inputs and hosts come before their users; reports circles.
pub(crate) fn materials(base: &Base<'_>, out: &mut Problems) -> Option<Vec<MaterialIndex>> {
    let before = recipes(base.top);
    for circle in circles(&before) {
        let names: Vec<&str> = circle.iter().map(|(name, _)| name.as_str()).collect();
        let message = format!("the recipes go in a circle: {} needs {}", names[0], join(&names));
        out.error(Code::Circle, circle[0].1, message, "leads back to itself");
    }
    // Of those that wait for nothing the first of the file comes first.
    let mut index: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, id) in base.material_ids.iter().enumerate() {
        index.entry(id).or_insert(at);
    }
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); base.material_ids.len()];
    let mut waits: Vec<usize> = vec![0; base.material_ids.len()];
    for (at, id) in base.material_ids.iter().enumerate() {
        for input in before
            .get(id)
            .into_iter()
            .flatten()
            .filter_map(|(input, _)| index.get(input.as_str()))
        {
            users[*input].push(at);
            waits[at] += 1;
        }
    }
    let mut ready: BTreeSet<usize> = (0..waits.len()).filter(|at| waits[*at] == 0).collect();
    let mut order = Vec::new();
    while let Some(at) = ready.pop_first() {
        order.push(base.material(&base.material_ids[at]).ok()?);
        for user in std::mem::take(&mut users[at]) {
            waits[user] -= 1;
            if waits[user] == 0 {
                ready.insert(user);
            }
        }
    }
    (order.len() == waits.len()).then_some(order)
}

fn join(names: &[&str]) -> String {
    let mut rest: Vec<&str> = names[1..].to_vec();
    rest.push(names[0]);
    rest.join(", which needs ")
}

fn recipes(top: &Table) -> Before {
    let mut before = Before::new();
    let mut add = |of: &str, table: &Table| {
        for input in table.get("inputs").and_then(Node::list).unwrap_or(&[]) {
            if let Some(node) = input.table().and_then(|table| table.get("material"))
                && let Some(name) = node.text()
            {
                before
                    .entry(of.to_string())
                    .or_default()
                    .push((name.to_string(), node.span));
            }
        }
    };
    for (table, _) in tables(top, "material") {
        if let Some(id) = table.text("id") {
            add(id, table);
        }
    }
    for (table, _) in tables(top, "supply") {
        if let Some(of) = table.text("material") {
            add(of, table);
        }
    }
    for (id, _, table, _) in names::shares(top) {
        add(id, table);
    }
    let plants: BTreeMap<&str, &Table> = tables(top, "supply")
        .filter_map(|(table, _)| Some((table.text("id")?, table)))
        .collect();
    let makes = |supply: &str| -> Option<String> {
        match plants.get(supply) {
            Some(table) => table.text("material").map(str::to_string),
            None => supply
                .trim_start_matches("recycling.")
                .split('.')
                .next()
                .map(str::to_string),
        }
    };
    for (table, _) in tables(top, "host") {
        if let (Some(supply), Some(host)) = (table.text("supply"), table.get("host"))
            && let (Some(of), Some(on)) = (makes(supply), host.text().and_then(makes))
            && of != on
        {
            before.entry(of).or_default().push((on, host.span));
        }
    }
    before
}

/// Events that follow each other in a circle are reported.
pub(crate) fn after_cycles(base: &Base<'_>, out: &mut Problems) {
    let mut before = Before::new();
    for (table, _) in tables(base.top, "event") {
        if let (Some(id), Some(arrival)) = (table.text("id"), table.get("arrival").and_then(Node::table))
            && arrival.text("process") == Some("after")
            && let Some(node) = arrival.get("event")
            && let Some(event) = node.text()
        {
            before
                .entry(id.to_string())
                .or_default()
                .push((event.to_string(), node.span));
        }
    }
    for circle in circles(&before) {
        let mut names: Vec<&str> = circle.iter().map(|(name, _)| name.as_str()).collect();
        names.push(names[0]);
        let message = format!("these events wait for each other: {}", names.join(" after "));
        out.error(Code::Circle, circle[0].1, message, "never starts");
    }
}

/// Each circle once: its names, each with the place where it names the next.
pub(crate) fn circles(before: &Before) -> Vec<Vec<(String, Span)>> {
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut found = Vec::new();
    for start in before.keys() {
        if done.contains(start.as_str()) {
            continue;
        }
        // (name, next neighbour to visit), without recursion: chains may be long.
        let mut trail: Vec<(&str, usize)> = vec![(start, 0)];
        let mut open: BTreeMap<&str, usize> = BTreeMap::from([(start.as_str(), 0)]);
        while let Some((name, next)) = trail.last().copied() {
            let edge = before.get(name).and_then(|edges| edges.get(next));
            let Some((to, _)) = edge else {
                done.insert(name);
                trail.pop();
                open.remove(name);
                continue;
            };
            if let Some(top) = trail.last_mut() {
                top.1 += 1;
            }
            if let Some(&at) = open.get(to.as_str()) {
                let circle = trail[at..].iter().filter_map(|(name, next)| {
                    let span = before.get(*name)?.get(next - 1)?.1;
                    Some((name.to_string(), span))
                });
                found.push(circle.collect());
            } else if !done.contains(to.as_str()) {
                open.insert(to, trail.len());
                trail.push((to, 0));
            }
        }
    }
    found
}
