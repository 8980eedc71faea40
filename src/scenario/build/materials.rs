//! Materials and recipes.

use super::base::Base;
use super::view::View;
use super::{Read, Skip};
use crate::scenario::checked::*;
use crate::scenario::format::{Kind, TableSpec};
use crate::scenario::tree::Node;

pub(crate) fn read(base: &Base<'_>) -> Vec<Material> {
    base.views("material")
        .iter()
        .filter_map(|view| one(view).ok())
        .collect()
}

fn one(view: &View<'_>) -> Read<Material> {
    let id = view.text("id").ok_or(Skip)?;
    let flexibility = match view.get("flexibility").map(|node| (node, node.text())) {
        None => Flexibility::Limit(Number::Fixed(1.0)),
        Some((_, Some("coordinated"))) => Flexibility::Coordinated,
        Some(_) => Flexibility::Limit(view.number_or("flexibility", 1.0)?),
    };
    Ok(Material {
        name: view.text("name").unwrap_or_else(|| id.clone()),
        id,
        unit: view.text("unit").unwrap_or_else(|| "t".to_string()),
        price: view.number("price")?,
        flexibility,
        rerouting_months: view.number_or("rerouting_months", 0.0)?,
        demand_elasticity: view.number_or("demand_elasticity", -0.3)?,
        supply_elasticity: view.number_or("supply_elasticity", 0.2)?,
        price_cap: view.plain("price_cap")?.unwrap_or(10.0),
        price_lag_months: view.plain("price_lag_months")?.unwrap_or(3.0),
        lead_time_periods: view.count("lead_time", 0)? as usize,
        domestic_first: view.flag("domestic_first", true)?,
        openness: view.plain("openness")?.unwrap_or(0.05),
        inputs: inputs(view)?.unwrap_or_default(),
        feed_priority: view.count("feed_priority", 2)? as u32,
    })
}

/// The recipe of a table, if it has one of its own.
pub(crate) fn inputs(view: &View<'_>) -> Read<Option<Vec<Input>>> {
    let Some(node) = view.get("inputs") else {
        return Ok(None);
    };
    let Some(Kind::Tables(spec)) = view.spec.field("inputs").map(|field| field.kind) else {
        return Err(Skip);
    };
    let list = node.list().ok_or(Skip)?;
    list.iter()
        .map(|item| input(view, spec, item))
        .collect::<Read<Vec<Input>>>()
        .map(Some)
}

fn input(view: &View<'_>, spec: &'static TableSpec, item: &Node) -> Read<Input> {
    let table = item.table().ok_or(Skip)?;
    let material = table.text("material").ok_or(Skip)?;
    let address = format!("{}.inputs.{material}", view.address);
    let inner = View {
        base: view.base,
        spec,
        table,
        header: item.span,
        address,
    };
    Ok(Input {
        material: inner.material("material")?,
        per_tonne: inner.number("per_tonne")?.ok_or(Skip)?,
    })
}
