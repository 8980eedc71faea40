//! Every name that a scenario defines, taken from the raw tree, so that a broken table does not make its id unknown.

pub(crate) use crate::data::EUROPEAN_UNION;
use std::collections::{BTreeMap, BTreeSet};

use super::data_files::DataFiles;
use super::format::Target;
use super::reserved;
use super::source::{Sources, Span};
use super::tree::{Node, Table};
use crate::data;

/// The names of a scenario.
#[derive(Debug, Default)]
pub(crate) struct Names {
    sets: BTreeMap<Target, BTreeSet<String>>,
    /// Countries declared in the file, with their display names.
    pub declared: BTreeMap<String, String>,
    /// Ids of groups.
    pub groups: BTreeSet<String>,
}

/// The tables of a list, as they are.
pub(crate) fn tables<'a>(top: &'a Table, key: &str) -> impl Iterator<Item = (&'a Table, Span)> {
    let list: &[Node] = top.get(key).and_then(Node::list).unwrap_or(&[]);
    list.iter()
        .filter_map(|node| node.table().map(|table| (table, node.span)))
}

/// The [[material]] with this id.
pub(crate) fn material<'a>(top: &'a Table, id: &str) -> Option<&'a Table> {
    tables(top, "material")
        .map(|(table, _)| table)
        .find(|table| table.text("id") == Some(id))
}

/// The tables under [shares], with the material's id and its place.
pub(crate) fn shares(top: &Table) -> impl Iterator<Item = (&str, Span, &Table, Span)> {
    let entries = top
        .get("shares")
        .and_then(Node::table)
        .map_or(&[][..], |table| &table.entries);
    entries.iter().filter_map(|entry| {
        entry
            .node
            .table()
            .map(|table| (entry.key.as_str(), entry.key_span, table, entry.node.span))
    })
}

/// The countries in the `by_country` of a [shares] table, whatever their form.
pub(crate) fn share_countries(table: &Table) -> Vec<(&str, Span)> {
    let Some(by_country) = table.get("by_country").and_then(Node::table) else {
        return Vec::new();
    };
    let inner = ["mean", "alphas"]
        .iter()
        .find_map(|key| by_country.get(key).and_then(Node::table));
    let rows = if by_country.get("dist").is_some() {
        inner
    } else {
        Some(by_country)
    };
    rows.map_or(Vec::new(), |rows| {
        rows.entries
            .iter()
            .map(|entry| (entry.key.as_str(), entry.key_span))
            .collect()
    })
}

impl Names {
    pub fn collect(top: &Table, files: &DataFiles, sources: &Sources) -> Names {
        let mut names = Names::default();
        for (list, target) in [
            ("material", Target::Material),
            ("country", Target::Country),
            ("group", Target::Place),
            ("supply", Target::Supply),
            ("event", Target::Event),
            ("chokepoint", Target::Chokepoint),
        ] {
            for (table, _) in tables(top, list) {
                if let Some(id) = table.text("id") {
                    names.add(target, id);
                }
            }
        }
        for (table, _) in tables(top, "country") {
            if let Some(id) = table.text("id") {
                names
                    .declared
                    .insert(id.to_string(), table.text("name").unwrap_or(id).to_string());
            }
        }
        names.groups = names.sets.get(&Target::Place).cloned().unwrap_or_default();
        for row in data::countries().iter().filter(|row| row.code != reserved::WORLD) {
            names.add(Target::Country, &row.code);
        }
        let countries: Vec<String> = names.known(Target::Country).map(str::to_string).collect();
        for country in countries {
            names.add(Target::Place, &country);
        }
        for (id, _, table, _) in shares(top) {
            for (country, _) in share_countries(table) {
                names.add(Target::Supply, &format!("{id}.{country}"));
            }
            if let Some(node) = table.get("data")
                && let Ok(rows) = files.shares(node, table, id, top, sources)
            {
                for row in rows.rows {
                    names.add(Target::Supply, &format!("{id}.{}", row.country));
                }
            }
        }
        for (table, _) in tables(top, "recycling") {
            if let (Some(material), Some(country)) = (table.text("material"), table.text("country")) {
                names.add(Target::Supply, &format!("recycling.{material}.{country}"));
            }
        }
        names.add(Target::Sector, "feed");
        for (table, _) in tables(top, "demand") {
            names.add(Target::Sector, table.text("sector").unwrap_or("final"));
        }
        names
    }

    fn add(&mut self, target: Target, name: &str) {
        self.sets.entry(target).or_default().insert(name.to_string());
    }

    pub fn has(&self, target: Target, name: &str) -> bool {
        self.sets.get(&target).is_some_and(|set| set.contains(name))
    }

    pub fn known(&self, target: Target) -> impl Iterator<Item = &str> {
        self.sets.get(&target).into_iter().flatten().map(String::as_str)
    }

    /// The names among them that are no codes of ISO 3166: those that the scenario declares.
    pub fn own(&self, target: Target) -> impl Iterator<Item = &str> {
        self.known(target).filter(|name| data::country_name(name).is_none())
    }

    /// Display name of a country.
    pub fn country_name(&self, code: &str) -> String {
        match self.declared.get(code) {
            Some(name) => name.clone(),
            None => data::country_name(code).unwrap_or(code).to_string(),
        }
    }
}

/// The members of the European Union that buy a material on their own, in order: those with demand or observed trade of it.
pub(crate) fn members_beside<'a>(top: &'a Table, material: &str) -> Vec<&'a str> {
    let buyers = tables(top, "demand").map(|(table, _)| (table, "country"));
    let buyers = buyers.chain(tables(top, "trade").map(|(table, _)| (table, "to")));
    let named: BTreeSet<&str> = buyers
        .filter(|(table, _)| table.text("material") == Some(material))
        .filter_map(|(table, key)| table.text(key))
        .filter(|code| data::is_member(code))
        .collect();
    named.into_iter().collect()
}
