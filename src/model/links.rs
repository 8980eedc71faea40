//! Which materials touch which: what the engine needs to leave alone whatever no event has reached.

use std::ops::Range;

use super::{Model, Value};

/// Neighbours of one material in the chain, and where its parts lie.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// Its own number.
    pub material: usize,
    /// Its cells.
    pub cells: Range<usize>,
    /// Its markets.
    pub markets: Range<usize>,
    /// Its exporter rows.
    pub rows: Range<usize>,
    /// Materials that its supplies take as feed.
    pub inputs: Vec<usize>,
    /// Materials whose by-products are tied to its supplies.
    pub by_products: Vec<usize>,
    /// Materials that host its by-products.
    pub hosts: Vec<usize>,
    /// Materials whose supplies take it as feed.
    pub users: Vec<usize>,
    /// Causes that can reach it: of events that strike it, its feed or its hosts, however far up the chain; ascending.
    pub causes: Vec<usize>,
    /// Stockpiles that hold it.
    pub stockpiles: Vec<usize>,
    /// Perfectly secure supply of it.
    pub firm_supplies: Vec<usize>,
    /// Whether any supply of it can respond to prices.
    pub responds: bool,
    /// Whether any market of it has feed orders.
    pub has_feed: bool,
    /// Whether a processor of it can be short of something else, so that feed is left over.
    pub can_leave_feed: bool,
    /// Whether every market of it has one user without value added or substitutes, and neither stockpile nor perfectly secure supply serves it: cell and market numbers then
    /// run in step.
    pub is_plain: bool,
    /// Whether no buyer can ever replace a seller: then nobody is outbid.
    pub is_rigid: bool,
    /// Whether the levels of all its stocks stay the same over time.
    pub constant_stocks: bool,
}

/// Finds the neighbours of every material.
pub(super) fn links(model: &Model) -> Vec<Links> {
    let mut found: Vec<Links> = model
        .materials
        .iter()
        .enumerate()
        .map(|(number, material)| {
            let markets = material.first_market..material.first_market + material.columns.len();
            let cells = model.markets[markets.clone()].iter().map(|market| market.cells.clone());
            Links {
                material: number,
                cells: cells.clone().map(|cells| cells.start).min().unwrap_or(0)
                    ..cells.map(|cells| cells.end).max().unwrap_or(0),
                rows: material.first_row..material.first_row + material.rows.len(),
                has_feed: model.markets[markets.clone()]
                    .iter()
                    .any(|market| market.feed_cell.is_some()),
                constant_stocks: true,
                is_rigid: matches!(material.flexibility, Some(Value::Fixed(limit)) if limit <= 1.0),
                is_plain: model.markets[markets.clone()].iter().all(|market| {
                    market.cells.len() == 1 && {
                        let cell = &model.cells[market.cells.start];
                        cell.value_added.is_none() && cell.substitutions.is_empty()
                    }
                }),
                markets,
                ..Links::default()
            }
        })
        .collect();
    for supply in &model.supplies {
        let material = supply.material;
        for &(market, _) in &supply.inputs {
            let input = model.markets[market].material;
            found[input].can_leave_feed |= supply.inputs.len() > 1 || !supply.hosts.is_empty();
            add(&mut found[material].inputs, input);
            add(&mut found[input].users, material);
        }
        for host in &supply.hosts {
            let host = model.supplies[host.supply].material;
            add(&mut found[material].hosts, host);
            add(&mut found[host].by_products, material);
        }
        let is_zero = |value: Value| matches!(value, Value::Fixed(fixed) if fixed == 0.0);
        found[material].responds |=
            supply.recycling.is_none() && !is_zero(supply.elasticity) && !is_zero(supply.ramp_per_month);
    }
    for (index, stockpile) in model.stockpiles.iter().enumerate() {
        let links = &mut found[stockpile.material];
        links.stockpiles.push(index);
        links.is_plain = false;
        links.constant_stocks &= stockpile.refill_months.is_none() || stockpile.level.is_constant();
    }
    for (index, firm) in model.firm_supplies.iter().enumerate() {
        let links = &mut found[firm.material];
        links.firm_supplies.push(index);
        links.is_plain = false;
    }
    for inventory in &model.inventories {
        let links = &mut found[model.markets[inventory.market].material];
        links.constant_stocks &=
            inventory.level.is_constant() && inventory.maximum.as_ref().is_none_or(super::LevelModel::is_constant);
    }
    found
}

/// Finds what follows from events: the causes that can reach each material.
pub(super) fn complete_links(model: &mut Model) {
    // A premium on what leaks moves prices where nothing is short.
    for event in model.events.iter().filter(|event| event.leak.is_some()) {
        for &material in &event.materials {
            model.links[material].is_plain = false;
        }
    }
    // From upstream to downstream.
    for &material in &model.order {
        let links = &model.links[material];
        let mut causes: Vec<usize> = (0..model.causes.len())
            .filter(|&cause| model.causes[cause].1 == material)
            .collect();
        for &neighbour in links.inputs.iter().chain(&links.hosts) {
            causes.extend_from_slice(&model.links[neighbour].causes);
        }
        causes.sort_unstable();
        causes.dedup();
        model.links[material].causes = causes;
    }
}

fn add(list: &mut Vec<usize>, material: usize) {
    if !list.contains(&material) {
        list.push(material);
    }
}
