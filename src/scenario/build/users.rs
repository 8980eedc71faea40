//! Demand, observed trade, substitution.

use super::base::Base;
use super::shares::{check_sum, no_rows_to_select, undeclared};
use super::view::View;
use super::{Read, Skip};
use crate::data::Selection;
use crate::scenario::checked::*;
use crate::scenario::codes::Code;
use crate::scenario::data_files::warnings;
use crate::scenario::diagnostics::Problem;
use crate::scenario::format::Target;
use crate::scenario::tree::Node;
use crate::scenario::values::Problems;

pub(crate) fn demands(base: &Base<'_>, out: &mut Problems) -> Vec<Demand> {
    base.views("demand")
        .iter()
        .filter_map(|view| demand(view, out).ok())
        .collect()
}

fn demand(view: &View<'_>, out: &mut Problems) -> Read<Demand> {
    let sector = match view.get("sector") {
        None => "final".to_string(),
        Some(node) => node.text().ok_or(Skip)?.to_string(),
    };
    let mut words = ["feed", "all"].into_iter();
    if let Some(word) = words.find(|word| word.eq_ignore_ascii_case(sector.trim())) {
        let label = match word {
            "feed" => "\"feed\" is what processors order for their recipes",
            _ => "\"all\" is the sum of the sectors",
        };
        out.error(
            Code::Reserved,
            view.span("sector"),
            format!("`{sector}` is a reserved sector name"),
            label,
        );
    }
    Ok(Demand {
        material: view.material("material")?,
        country: view.country("country")?,
        sector,
        amount: view.quantity("amount")?.ok_or(Skip)?,
        growth: view.number_or("growth", 0.0)?,
        priority: view.count("priority", 2)? as u32,
        value_added: view.number("value_added")?,
        substitutability: view.number_or("substitutability", 0.0)?,
    })
}

pub(crate) fn trades(base: &Base<'_>, out: &mut Problems) -> Vec<Trade> {
    base.views("trade")
        .iter()
        .filter_map(|view| trade(view, out).ok())
        .collect()
}

fn trade(view: &View<'_>, out: &mut Problems) -> Read<Trade> {
    if view.get("data").is_none() {
        no_rows_to_select(view, &Selection::KEYS, out);
    }
    let flows = if let Some(node) = view.get("data") {
        trade_data(view, node, out)?
    } else if let Some(node) = view.get("shares") {
        let rows = flows(view, node)?;
        let what = format!("the shares of `{}`", view.address);
        check_sum(&what, rows.iter().map(|(_, share)| share).sum(), node.span, out);
        TradeFlows::Shares(rows)
    } else {
        let node = view.get("tonnes").ok_or(Skip)?;
        let rows = flows(view, node)?;
        if rows.iter().all(|(_, tonnes)| *tonnes == 0.0) {
            out.error(
                Code::Empty,
                node.span,
                "all these flows are 0",
                "at least one must be above 0",
            );
        }
        TradeFlows::Tonnes(rows)
    };
    Ok(Trade {
        material: view.material("material")?,
        to: view.country("to")?,
        flows,
    })
}

fn flows(view: &View<'_>, node: &Node) -> Read<Vec<(CountryIndex, f64)>> {
    let rows = &node.table().ok_or(Skip)?.entries;
    rows.iter()
        .map(|row| {
            let value = row
                .node
                .number()
                .filter(|value| value.is_finite() && *value >= 0.0)
                .ok_or(Skip)?;
            Ok((view.base.country(&row.key)?, value))
        })
        .collect()
}

fn trade_data(view: &View<'_>, node: &Node, out: &mut Problems) -> Read<TradeFlows> {
    let to = view.text("to").ok_or(Skip)?;
    view.text("material").ok_or(Skip)?;
    view.country("to")?;
    node.text().ok_or(Skip)?;
    if node.text() == Some("us_import_sources") && to != "USA" {
        let problem = Problem::error(
            Code::Data,
            node.span,
            "\"us_import_sources\" states the imports of the USA",
            "",
        );
        out.push(problem.related(view.span("to"), format!("but this is `{to}`")));
        return Err(Skip);
    }
    let table = view
        .base
        .files
        .trade(node, view.table, view.base.top, view.base.sources)
        .map_err(|problems| {
            problems.into_iter().for_each(|problem| out.push(problem));
            Skip
        })?;
    let mut rows = Vec::new();
    for row in &table.rows {
        if !view.base.names.has(Target::Country, &row.exporter) {
            let message = format!("the trade data names `{}`, which is no known country", row.exporter);
            out.push(Problem::error(Code::UnknownName, node.span, message, "").hint(undeclared(&row.exporter)));
            return Err(Skip);
        }
        rows.push((view.base.country(&row.exporter)?, row.share));
    }
    check_sum(
        &format!("the shares of `{}`", view.address),
        rows.iter().map(|(_, share)| share).sum(),
        node.span,
        out,
    );
    if !["trade", "us_import_sources"].contains(&node.text().unwrap_or_default()) {
        warnings(node, &table.warnings)
            .into_iter()
            .for_each(|warning| out.push(warning));
    }
    Ok(TradeFlows::Shares(rows))
}

pub(crate) fn substitutions(base: &Base<'_>) -> Vec<Substitution> {
    let one = |view: &View<'_>| -> Read<Substitution> {
        Ok(Substitution {
            material: view.material("material")?,
            countries: view.countries("countries")?.ok_or(Skip)?,
            sectors: view.sectors("sectors")?,
            maximum: view.number("maximum")?.ok_or(Skip)?,
            per_year: view.number("per_year")?.ok_or(Skip)?,
        })
    };
    base.views("substitution")
        .iter()
        .filter_map(|view| one(view).ok())
        .collect()
}
