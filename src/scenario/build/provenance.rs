//! Where every figure comes from.

use super::base::Base;
use crate::scenario::checked::{Citation, Provenance};
use crate::scenario::format::{Kind, TOP};
use crate::scenario::tree::Table;
use crate::scenario::values::Problems;
use crate::scenario::{history, names};

pub(crate) fn citations(base: &Base<'_>, assumption: Option<&str>) -> Vec<Citation> {
    let mut list = Vec::new();
    let mut materials_and_rest: Vec<(String, &Table, bool)> = Vec::new();
    for field in TOP.fields {
        match field.kind {
            // What only sensitivity analysis uses is no source of a run's figures.
            Kind::Tables(_) if field.name == "lever" => {}
            Kind::Tables(spec) if spec.field("source").is_some() => {
                let views = base.views(field.name);
                materials_and_rest.extend(views.into_iter().map(|view| (view.address, view.table, spec.figures)));
            }
            Kind::TablesByMaterial(_) => {
                let all = names::shares(base.top);
                materials_and_rest.extend(all.map(|(id, _, table, _)| (format!("shares.{id}"), table, true)));
            }
            _ => {}
        }
    }
    for (address, table, figures) in materials_and_rest {
        let before = list.len();
        let mut cite = |provenance| {
            list.push(Citation {
                address: address.clone(),
                provenance,
            })
        };
        if let Some(text) = table.text("source") {
            cite(Provenance::Source(text.to_string()));
        }
        if let Some(text) = table.text("assumption") {
            cite(Provenance::Assumption(text.to_string()));
        }
        for provenance in of_data(base, &address, table) {
            cite(provenance);
        }
        let priced = ["price", "demand_elasticity", "supply_elasticity"]
            .iter()
            .any(|key| table.get(key).is_some());
        if list.len() == before
            && (figures || priced)
            && let Some(text) = assumption
        {
            list.push(Citation {
                address: address.clone(),
                provenance: Provenance::Assumption(text.to_string()),
            });
        }
        // Beside what the table says of its other figures.
        list.extend(of_history(table).map(|provenance| Citation { address, provenance }));
    }
    list
}

/// The events and the exposure that a rate from history rests on.
fn of_history(table: &Table) -> Option<Provenance> {
    let per_year = table.get("arrival")?.table()?.get("per_year")?;
    let key = format!("{}.arrival.per_year", table.text("id").unwrap_or("event"));
    let (_, rate) = history::read(&key, history::table(per_year)?, per_year.span, &mut Problems::quiet())?;
    Some(Provenance::Source(rate.provenance()))
}

/// What the rows of named data cite, and what their readers should know.
fn of_data(base: &Base<'_>, address: &str, table: &Table) -> Vec<Provenance> {
    let Some(node) = table.get("data") else {
        return Vec::new();
    };
    let (sources, warnings): (Vec<String>, Vec<String>) = if let Some(id) = address.strip_prefix("shares.") {
        match base.files.shares(node, table, id, base.top, base.sources) {
            Ok(rows) => (rows.rows.into_iter().map(|row| row.source).collect(), rows.warnings),
            Err(_) => return Vec::new(),
        }
    } else {
        match base.files.trade(node, table, base.top, base.sources) {
            Ok(rows) => (rows.rows.into_iter().map(|row| row.source).collect(), rows.warnings),
            Err(_) => return Vec::new(),
        }
    };
    let sources: std::collections::BTreeSet<String> = sources.into_iter().filter(|source| !source.is_empty()).collect();
    let sources = sources.into_iter().map(Provenance::Source);
    sources
        .chain(
            warnings
                .into_iter()
                .map(|note| Provenance::Assumption(format!("note of the data: {note}"))),
        )
        .collect()
}
