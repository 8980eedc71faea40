//! Which models can be simulated several trials at once, and the plan of those.
//!
//! They are the plain ones: nothing uncertain but events; rigid trade by the gravity rule (with own users first or without), arriving at once;
//! plants with one kind of feed and without hosts; one user a market, and stocks of constant size; losses of production, restricted lanes
//! and surges of demand. What needs more is simulated trial by trial.

use super::plan::{
    BannedRow, ChainPlan, ColumnPlan, FeedPlan, InputPlan, MOST_CAUSES, MaterialPlan, Normal, NormalColumn, NormalRow,
    NormalSupply, Plan, RowPlan, StruckSupply, SupplyPlan,
};
use crate::engine::tolerance::ROUNDING;
use crate::model::{EffectModel, Links, Model, Value, patterns};

impl Plan {
    /// The plan of a model; `None` where it is not a plain one.
    pub fn of(model: &Model) -> Option<Self> {
        if !is_plain(model) {
            return None;
        }
        let mut plan = Plan {
            chains: Vec::new(),
            places_of_event: vec![Vec::new(); model.events.len()],
            periods: model.periods,
        };
        for materials in connected(model) {
            let number = plan.chains.len();
            let chain = ChainPlan::of(model, &materials)?;
            for (own, &event) in chain.events.iter().enumerate() {
                plan.places_of_event[event].push((number, own));
            }
            plan.chains.push(chain);
        }
        Some(plan)
    }
}

/// Materials that are connected, each group from upstream to downstream.
fn connected(model: &Model) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for &material in &model.order {
        let mut joined = Vec::new();
        groups.retain_mut(|group| {
            let is_input = group.iter().any(|other| model.links[material].inputs.contains(other));
            if is_input {
                joined.append(group);
            }
            !is_input
        });
        joined.push(material);
        groups.push(joined);
    }
    for group in &mut groups {
        group.sort_by_key(|material| model.order.iter().position(|other| other == material));
    }
    groups
}

impl ChainPlan {
    fn of(model: &Model, materials: &[usize]) -> Option<Self> {
        let mut position = vec![usize::MAX; model.materials.len()];
        for (at, &material) in materials.iter().enumerate() {
            position[material] = at;
        }
        let starts: Vec<usize> = starts(model).collect();
        let place = |period: usize| starts.binary_search(&model.reference.same_since[period]).ok();
        let mut chain = ChainPlan {
            materials: Vec::new(),
            struck: Vec::new(),
            overlap: model.overlap,
            events: Vec::new(),
            normal_of: (0..model.periods).map(place).collect::<Option<_>>()?,
            normals: starts.len(),
        };
        let mut struck_of = vec![None; model.supplies.len()];
        for &material in materials {
            let compiled = MaterialPlan::of(model, material, &position, &mut chain.struck, &mut struck_of)?;
            chain.materials.push(compiled);
        }
        for at in 0..chain.materials.len() {
            chain.add_feeds(model, at, &struck_of);
            let own = &chain.materials[at];
            let takes_less = |column: &ColumnPlan| column.feed.as_ref().is_some_and(|feed| !feed.struck.is_empty());
            if !own.banned.is_empty() && own.columns.iter().any(takes_less) {
                // Where buyers take less while lanes are restricted, lanes have to be looked at one by one.
                return None;
            }
        }
        chain.number_events();
        Some(chain)
    }

    /// Numbers events as in its own list.
    fn number_events(&mut self) {
        let mut events: Vec<usize> = self
            .materials
            .iter()
            .flat_map(|own| own.events.iter().copied())
            .collect();
        events.sort_unstable();
        events.dedup();
        let renumber = |event: &mut usize| *event = events.binary_search(event).unwrap_or(usize::MAX);
        for own in &mut self.materials {
            own.events.iter_mut().for_each(renumber);
            own.ordering_events.iter_mut().for_each(renumber);
            own.slot_events.iter_mut().for_each(renumber);
            let feeds = own.supplies.iter_mut().filter_map(|supply| supply.feed.as_mut());
            feeds
                .flat_map(|feed| &mut feed.slots)
                .for_each(|(event, _)| renumber(event));
            own.surges.iter_mut().for_each(|(_, event, _)| renumber(event));
            let bans = own.banned.iter_mut().flat_map(|banned| &mut banned.bans);
            bans.for_each(|(event, ..)| renumber(event));
            let hits = own.supplies.iter_mut().flat_map(|supply| &mut supply.hits);
            hits.for_each(|(event, _)| renumber(event));
        }
        let hits = self.struck.iter_mut().flat_map(|supply| &mut supply.hits);
        hits.for_each(|(event, _)| renumber(event));
        self.events = events;
    }

    /// Who orders a material, now that all supplies have their places.
    fn add_feeds(&mut self, model: &Model, at: usize, struck_of: &[Option<usize>]) {
        let struck_supplies = &self.struck;
        let plan = &mut self.materials[at];
        for (column, compiled) in plan.columns.iter_mut().enumerate() {
            let market = &model.markets[plan.first_market + column];
            if market.feed_cell.is_none() {
                continue;
            }
            let mut feed = FeedPlan {
                struck: Vec::new(),
                others_t: Vec::new(),
            };
            let mut others = Vec::new();
            for &(consumer, input) in &market.consumers {
                let per_tonne = model.supplies[consumer].inputs[input].1.of(&model.reference.inputs);
                match struck_of[consumer] {
                    Some(struck) => {
                        feed.struck.push((struck, per_tonne));
                        plan.ordering_events
                            .extend(struck_supplies[struck].hits.iter().map(|(event, _)| *event));
                    }
                    None => others.push((consumer, per_tonne)),
                }
            }
            feed.others_t = starts(model)
                .map(|period| {
                    let base = period * model.supplies.len();
                    let ordered = others.iter();
                    ordered
                        .map(|(supply, per_tonne)| per_tonne * model.reference.target[base + supply])
                        .sum()
                })
                .collect();
            (plan.has_feed, plan.can_differ) = (true, true);
            compiled.feed = Some(feed);
        }
        plan.can_differ |= !plan.surges.is_empty();
        plan.ordering_events
            .extend(plan.surges.iter().map(|(_, event, _)| *event));
        plan.events.extend_from_slice(&plan.ordering_events);
        for events in [&mut plan.ordering_events, &mut plan.events] {
            events.sort_unstable();
            events.dedup();
        }
    }
}

impl MaterialPlan {
    fn of(
        model: &Model,
        material: usize,
        position: &[usize],
        all_struck: &mut Vec<StruckSupply>,
        struck_of: &mut [Option<usize>],
    ) -> Option<Self> {
        let compiled = &model.materials[material];
        let links = &model.links[material];
        let mut plan = MaterialPlan {
            material,
            rows: vec![RowPlan::default(); compiled.rows.len()],
            columns: vec![ColumnPlan::default(); compiled.columns.len()],
            first_market: compiled.first_market,
            first_cell: links.cells.start,
            normals: Vec::new(),
            supplies: Vec::new(),
            domestic_first: compiled.domestic_first,
            has_feed: false,
            can_differ: false,
            inputs: links.inputs.iter().map(|&input| position[input]).collect(),
            surges: Vec::new(),
            banned: Vec::new(),
            events: Vec::new(),
            ordering_events: Vec::new(),
            causes: links.causes.clone(),
            slot_events: links.causes.iter().map(|&cause| model.causes[cause].0).collect(),
            row_slots: Vec::new(),
            fixed_supplies: Vec::new(),
            inventories: Vec::new(),
        };
        if compiled.domestic_first {
            for (row, own) in plan.rows.iter_mut().zip(&compiled.domestic) {
                row.own_column = *own;
            }
            for (column, own) in plan.columns.iter_mut().zip(&compiled.own_row) {
                column.own_row = *own;
            }
        }
        let at = position[material];
        let slot = |cause: usize| plan.causes.binary_search(&cause).ok();
        let mut hits = vec![Vec::new(); model.supplies.len()];
        for (event, of_event) in model.events.iter().enumerate() {
            match &of_event.effect {
                EffectModel::Production(supplies) => {
                    for &(supply, cause) in supplies {
                        if model.supplies[supply].material == material {
                            hits[supply].push((event, slot(cause)?));
                            plan.events.push(event);
                        }
                    }
                }
                EffectModel::Surge(cells) => {
                    for &(cell, cause) in cells {
                        let market = model.cells[cell].market;
                        if model.markets[market].material == material {
                            plan.surges.push((market - compiled.first_market, event, slot(cause)?));
                        }
                    }
                }
                EffectModel::Lanes(effects) => {
                    for effect in effects.iter().filter(|effect| effect.material == material) {
                        plan.events.push(event);
                        let slot = slot(effect.cause)?;
                        for &lane in &effect.lanes {
                            let columns = compiled.columns.len();
                            let (row, column) = (lane / columns, lane % columns);
                            if compiled.domestic[row] == Some(column) {
                                return None;
                            }
                            let ban = *plan.rows[row].ban.get_or_insert_with(|| {
                                plan.banned.push(BannedRow { row, bans: Vec::new() });
                                plan.banned.len() - 1
                            });
                            let bans = &mut plan.banned[ban].bans;
                            match bans.last_mut().filter(|(last, ..)| *last == event) {
                                Some((.., columns)) => columns.push(column),
                                None => bans.push((event, slot, vec![column])),
                            }
                        }
                    }
                }
                EffectModel::Cost(_) | EffectModel::Quota(_) | EffectModel::Stock { .. } => return None,
            }
        }
        plan.find_supplies(model, &hits, (at, position), all_struck, struck_of);
        for (number, row) in plan.rows.iter_mut().enumerate() {
            row.moves =
                plan.domestic_first || row.ban.is_some() || plan.supplies.iter().any(|supply| supply.row == number);
        }
        plan.find_normals(model)?;
        for (number, inventory) in model.inventories.iter().enumerate() {
            let market = &model.markets[inventory.market];
            if market.material != material {
                continue;
            }
            let most = model.reference.inventory_maximum(model, number, 0);
            let start = model.reference.inventory_level[number];
            if !(most.is_finite() && start <= most * (1.0 + ROUNDING)) {
                return None;
            }
            let column = inventory.market - compiled.first_market;
            plan.inventories.push((number, inventory.market));
            (plan.columns[column].stock_start, plan.columns[column].stock_most) = (start, most);
        }
        Some(plan)
    }

    /// Supplies that can differ from normal, and the slots of their rows.
    fn find_supplies(
        &mut self,
        model: &Model,
        hits: &[Vec<(usize, usize)>],
        (at, position): (usize, &[usize]),
        all_struck: &mut Vec<StruckSupply>,
        struck_of: &mut [Option<usize>],
    ) {
        let compiled = &model.materials[self.material];
        for row in 0..self.rows.len() {
            let first = self.row_slots.len();
            for &supply in &compiled.supplies {
                if model.supplies[supply].row != row {
                    continue;
                }
                let mut own: Vec<usize> = hits[supply].iter().map(|(_, slot)| *slot).collect();
                if let Some(&(market, _)) = model.supplies[supply].inputs.first() {
                    let input = model.markets[market].material;
                    // Its causes can all reach this material.
                    let here = |cause: &usize| self.causes.binary_search(cause).ok();
                    own.extend(model.links[input].causes.iter().filter_map(here));
                }
                for slot in own {
                    if !self.row_slots[first..].contains(&slot) {
                        self.row_slots.push(slot);
                    }
                }
            }
            self.rows[row].parts = first..self.row_slots.len();
        }
        for &supply in &compiled.supplies {
            let row = model.supplies[supply].row;
            let part = |slot: usize| {
                let parts = self.rows[row].parts.clone();
                parts
                    .clone()
                    .find(|&part| self.row_slots[part] == slot)
                    .unwrap_or(parts.start)
            };
            let feed = model.supplies[supply].inputs.first().map(|&(market, _)| {
                let input = model.markets[market].material;
                let here = |cause: &usize| self.causes.binary_search(cause).ok();
                InputPlan {
                    material: position[input],
                    column: market - model.materials[input].first_market,
                    slots: model.links[input]
                        .causes
                        .iter()
                        .filter_map(|cause| Some((model.causes[*cause].0, part(here(cause)?))))
                        .collect(),
                }
            });
            let hits = &hits[supply];
            let own = SupplyPlan {
                supply,
                row,
                struck: (!hits.is_empty()).then_some(all_struck.len()),
                feed,
                hits: hits.iter().map(|(event, slot)| (*event, part(*slot))).collect(),
            };
            if !hits.is_empty() {
                struck_of[supply] = Some(all_struck.len());
                all_struck.push(StruckSupply {
                    material: at,
                    position: self.supplies.len(),
                    hits: hits.clone(),
                });
            }
            if own.struck.is_some() || own.feed.is_some() {
                self.supplies.push(own);
            } else {
                self.fixed_supplies.push(supply);
            }
        }
    }

    fn find_normals(&mut self, model: &Model) -> Option<()> {
        for period in starts(model) {
            let normal = self.normal(model, period)?;
            self.normals.push(normal);
        }
        Some(())
    }

    fn normal(&self, model: &Model, period: usize) -> Option<Normal> {
        let world = &model.reference;
        let base = period * model.supplies.len();
        let (count, cells) = (self.columns.len(), period * model.cells.len() + self.first_cell);
        let mut fixed = vec![0.0; self.rows.len()];
        for &supply in &self.fixed_supplies {
            fixed[model.supplies[supply].row] += world.output[base + supply];
        }
        let (mut memory, mut flows) = (patterns::PatternMemory::default(), Vec::new());
        patterns::pattern(model, world, self.material, period, &mut memory, &mut flows);
        let mut columns: Vec<NormalColumn> = Vec::new();
        for (column, plan) in self.columns.iter().enumerate() {
            // What is left of the pattern is trade.
            let own = plan
                .own_row
                .map_or(0.0, |row| std::mem::take(&mut flows[row * count + column]));
            let need = world.need[cells + column];
            columns.push(NormalColumn {
                need,
                per_need: one_over(need),
                own,
                purchases: flows.chunks_exact(count).map(|line| line[column]).sum(),
                share: 0.0,
            });
        }
        let total: f64 = columns.iter().map(|column| column.purchases).sum();
        let per_total = one_over(total);
        for column in &mut columns {
            column.share = column.purchases * per_total;
        }
        let mut rows: Vec<NormalRow> = Vec::new();
        for (line, fixed) in flows.chunks_exact(count).zip(fixed) {
            let sales: f64 = line.iter().sum();
            for (column, flow) in columns.iter().zip(line) {
                if (sales * column.purchases - flow * total).abs() > ROUNDING * total * total {
                    return None;
                }
            }
            rows.push(NormalRow {
                fixed,
                sales,
                per_sales: one_over(sales),
            });
        }
        let of_supplies = self.supplies.iter().map(|own| NormalSupply {
            output: world.output[base + own.supply],
            target: world.target[base + own.supply],
            capacity: world.capacity[base + own.supply],
        });
        let fixed_rows = rows.iter().zip(&self.rows).filter(|(_, plan)| !plan.moves);
        Some(Normal {
            supplies: of_supplies.collect(),
            fixed_sales: fixed_rows.map(|(row, _)| row.sales.min(row.fixed)).sum(),
            need: columns.iter().map(|column| column.need).collect(),
            rows,
            columns,
            total,
            per_total,
        })
    }
}

/// One over a positive number; otherwise 0.
fn one_over(value: f64) -> f64 {
    if value > 0.0 { 1.0 / value } else { 0.0 }
}

/// First ones of the undisrupted periods that differ.
fn starts(model: &Model) -> impl Iterator<Item = usize> {
    let same_since = &model.reference.same_since;
    (0..model.periods).filter(|&period| same_since[period] == period)
}

/// Whether a model has nothing that the simulation of several trials at once leaves out.
fn is_plain(model: &Model) -> bool {
    let of_supplies = |links: &Links| {
        model.materials[links.material].supplies.iter().all(|&supply| {
            let supply = &model.supplies[supply];
            supply.hosts.is_empty()
                && supply.inputs.len() <= 1
                && supply.inputs.iter().all(|(market, per_tonne)| {
                    matches!(per_tonne, Value::Fixed(_)) && model.markets[*market].feed_cell.is_some()
                })
        })
    };
    let of_materials = |links: &Links| {
        let material = &model.materials[links.material];
        links.is_plain
            && links.is_rigid
            && !links.responds
            && links.hosts.is_empty()
            && links.constant_stocks
            && links.causes.len() <= MOST_CAUSES
            && material.lead_periods == 0
            && material.observed.is_none()
            && material.capacities.is_empty()
            && links.cells.len() == material.columns.len()
            && !material.rows.is_empty()
            && !material.columns.is_empty()
            && of_supplies(links)
    };
    !model.world_is_uncertain
        && model.reference.balanced
        && model.stockpiles.is_empty()
        && model.links.iter().all(of_materials)
}
