//! What is the same in all trials, laid out for the simulation of several trials at once; and which models can be simulated so.
//!
//! They are the plain ones: nothing uncertain but events; rigid trade by the gravity rule (with own users first or without), arriving at once;
//! plants with one kind of feed and without hosts; one user a market, and stocks of constant size; losses of production, restricted lanes
//! and surges of demand. What needs more is simulated trial by trial.

use std::ops::Range;

use crate::model::{EffectModel, Links, Model, Value, patterns};
use crate::scenario::Overlap;

/// Relative error up to which a pattern counts as a product of sales and purchases.
const PRODUCT: f64 = 1e-12;
/// Most causes that may reach a material: each costs every market something, whether it strikes or not.
pub const MOST_CAUSES: usize = 24;

/// A model for the simulation of several trials at once.
#[derive(Debug, Clone)]
pub struct Plan {
    pub chains: Vec<ChainPlan>,
    /// By event of the model: (chain, number there) in all that it strikes.
    pub places_of_event: Vec<Vec<(usize, usize)>>,
    /// Simulated periods.
    pub periods: usize,
}

/// Materials that are connected, however far, by being made from one another. What happens in one chain is nothing to another.
#[derive(Debug, Clone)]
pub struct ChainPlan {
    /// From upstream to downstream.
    pub materials: Vec<MaterialPlan>,
    /// Supplies that events can strike, over all its materials.
    pub struck: Vec<StruckSupply>,
    /// How overlapping effects combine.
    pub overlap: Overlap,
    /// Events of the model that strike it. Elsewhere in the plan, events are positions in this list.
    pub events: Vec<usize>,
    /// Which undisrupted period each period is, of those that differ.
    pub normal_of: Vec<usize>,
    pub normals: usize,
}

/// A supply that events can strike.
#[derive(Debug, Clone)]
pub struct StruckSupply {
    /// Position of its material in the chain, and its own there.
    pub material: usize,
    pub position: usize,
    /// Events, and the slot of each.
    pub hits: Vec<(usize, usize)>,
}

/// A material.
#[derive(Debug, Clone)]
pub struct MaterialPlan {
    /// Its number in the model.
    pub material: usize,
    pub rows: usize,
    pub columns: usize,
    pub first_market: usize,
    pub first_cell: usize,
    /// Undisrupted periods that differ.
    pub normals: Vec<Normal>,
    /// Supplies that can differ from normal.
    pub supplies: Vec<SupplyPlan>,
    /// Whether own users come first, and then each column's own row, and each row's own column.
    pub domestic_first: bool,
    pub own_row: Vec<Option<usize>>,
    pub own_column: Vec<Option<usize>>,
    /// What processors in each market order for.
    pub feeds: Vec<Option<FeedPlan>>,
    /// Whether any does, and whether needs can differ from normal.
    pub has_feed: bool,
    pub can_differ: bool,
    /// Positions in the chain of the materials that it is made from.
    pub inputs: Vec<usize>,
    /// (column, event, slot).
    pub surges: Vec<(usize, usize, usize)>,
    /// Sellers whose lanes events can restrict.
    pub banned: Vec<BannedRow>,
    /// Which of them a row is.
    pub ban_of_row: Vec<Option<usize>>,
    /// Events that strike it, or those who order it.
    pub events: Vec<usize>,
    /// The part of these that moves orders.
    pub ordering_events: Vec<usize>,
    /// Causes that can reach it; the slot after them is structural. And the event of each.
    pub causes: Vec<usize>,
    pub slot_events: Vec<usize>,
    /// Rows whose supply can differ from normal, or whose lanes can be restricted.
    pub moving_rows: Vec<usize>,
    /// Where the slots lie that each row's losses can have, in `row_slots`.
    pub row_parts: Vec<Range<usize>>,
    pub row_slots: Vec<usize>,
    /// Supplies that are always as normal, and commercial inventories with their markets, by number in the model.
    pub fixed_supplies: Vec<usize>,
    pub inventories: Vec<(usize, usize)>,
    /// Level at the start and the most that the commercial stock may hold, by column, t.
    pub stock_start: Vec<f64>,
    pub stock_most: Vec<f64>,
}

/// A supply that can differ from normal.
#[derive(Debug, Clone)]
pub struct SupplyPlan {
    /// Its number in the model.
    pub supply: usize,
    pub row: usize,
    /// In [`ChainPlan::struck`].
    pub struck: Option<usize>,
    pub feed: Option<InputPlan>,
    /// Where the slots of its hits lie among those of its row.
    pub hits: Vec<(usize, usize)>,
}

/// What a supply is made from.
#[derive(Debug, Clone)]
pub struct InputPlan {
    /// Position of the material, and the market's column.
    pub material: usize,
    pub column: usize,
    /// The material's slots: the event of each, and where its cause lies among the slots of the supply's row.
    pub slots: Vec<(usize, usize)>,
}

/// Orders of the processors in a market: by supply, struck or not, and t of feed per t.
#[derive(Debug, Clone)]
pub struct FeedPlan {
    /// (In [`ChainPlan::struck`], t of feed per t).
    pub struck: Vec<(usize, f64)>,
    /// (Supply number in the model, t of feed per t) of those that events cannot strike.
    pub others: Vec<(usize, f64)>,
    /// The same, orders in t by distinct normal period.
    pub others_t: Vec<f64>,
    /// Events that strike any of them.
    pub events: Vec<usize>,
}

/// A seller whose lanes events can restrict.
#[derive(Debug, Clone)]
pub struct BannedRow {
    pub row: usize,
    /// (Event, slot, columns).
    pub bans: Vec<(usize, usize, Vec<usize>)>,
}

/// An undisrupted period of a material; t in the period.
#[derive(Debug, Clone)]
pub struct Normal {
    /// Output, planned output and capacity of [`MaterialPlan::supplies`].
    pub output: Vec<f64>,
    pub target: Vec<f64>,
    pub capacity: Vec<f64>,
    /// Supply by row of the supplies that are always as normal.
    pub fixed: Vec<f64>,
    /// What users need, by column, and one over it (0 where it is 0).
    pub need: Vec<f64>,
    pub per_need: Vec<f64>,
    /// What goes to own users, by column.
    pub own: Vec<f64>,
    /// Sales to others by row, purchases from others by column, and their sum.
    pub sales: Vec<f64>,
    /// One over sales (0 where they are 0).
    pub per_sales: Vec<f64>,
    /// What rows sell whose supply is always the same.
    pub fixed_sales: f64,
    pub purchases: Vec<f64>,
    pub total: f64,
}

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
            if !(own.banned.is_empty() || own.feeds.iter().flatten().all(|feed| feed.struck.is_empty())) {
                // Where buyers take less while lanes are restricted, lanes have to be looked at one by one.
                return None;
            }
        }
        chain.number_events();
        Some(chain)
    }

    /// Numbers events as in its own list.
    fn number_events(&mut self) {
        let mut events: Vec<usize> = self.materials.iter().flat_map(|own| own.events.iter().copied()).collect();
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
        for column in 0..plan.columns {
            let market = &model.markets[plan.first_market + column];
            if market.feed_cell.is_none() {
                plan.feeds.push(None);
                continue;
            }
            let mut feed = FeedPlan {
                struck: Vec::new(),
                others: Vec::new(),
                others_t: Vec::new(),
                events: Vec::new(),
            };
            for &(consumer, input) in &market.consumers {
                let per_tonne = model.supplies[consumer].inputs[input].1.of(&model.reference.inputs);
                match struck_of[consumer] {
                    Some(struck) => {
                        feed.struck.push((struck, per_tonne));
                        feed.events
                            .extend(struck_supplies[struck].hits.iter().map(|(event, _)| *event));
                    }
                    None => feed.others.push((consumer, per_tonne)),
                }
            }
            feed.others_t = starts(model).map(|period| {
                let base = period * model.supplies.len();
                let ordered = feed.others.iter();
                ordered
                    .map(|(supply, per_tonne)| per_tonne * model.reference.target[base + supply])
                    .sum()
            }).collect();
            plan.ordering_events.extend_from_slice(&feed.events);
            (plan.has_feed, plan.can_differ) = (true, true);
            plan.feeds.push(Some(feed));
        }
        plan.can_differ |= !plan.surges.is_empty();
        plan.ordering_events.extend(plan.surges.iter().map(|(_, event, _)| *event));
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
            rows: compiled.rows.len(),
            columns: compiled.columns.len(),
            first_market: compiled.first_market,
            first_cell: links.cells.start,
            normals: Vec::new(),
            supplies: Vec::new(),
            domestic_first: compiled.domestic_first,
            own_row: if compiled.domestic_first {
                compiled.own_row.clone()
            } else {
                vec![None; compiled.columns.len()]
            },
            own_column: if compiled.domestic_first {
                compiled.domestic.clone()
            } else {
                vec![None; compiled.rows.len()]
            },
            feeds: Vec::new(),
            has_feed: false,
            can_differ: false,
            inputs: links.inputs.iter().map(|&input| position[input]).collect(),
            surges: Vec::new(),
            banned: Vec::new(),
            ban_of_row: vec![None; compiled.rows.len()],
            events: Vec::new(),
            ordering_events: Vec::new(),
            causes: links.causes.clone(),
            slot_events: links.causes.iter().map(|&cause| model.causes[cause].0).collect(),
            moving_rows: Vec::new(),
            row_parts: Vec::new(),
            row_slots: Vec::new(),
            fixed_supplies: Vec::new(),
            inventories: Vec::new(),
            stock_start: vec![0.0; compiled.columns.len()],
            stock_most: vec![0.0; compiled.columns.len()],
        };
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
                            let (row, column) = (lane / plan.columns, lane % plan.columns);
                            if compiled.domestic[row] == Some(column) {
                                return None;
                            }
                            let ban = *plan.ban_of_row[row].get_or_insert_with(|| {
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
        plan.moving_rows = (0..plan.rows)
            .filter(|&row| {
                plan.domestic_first || plan.ban_of_row[row].is_some() || plan.supplies.iter().any(|own| own.row == row)
            })
            .collect();
        plan.find_normals(model)?;
        for (number, inventory) in model.inventories.iter().enumerate() {
            let market = &model.markets[inventory.market];
            if market.material != material {
                continue;
            }
            let most = model.reference.inventory_maximum(model, number, 0);
            let start = model.reference.inventory_level[number];
            if !(most.is_finite() && start <= most * (1.0 + 1e-12)) {
                return None;
            }
            let column = inventory.market - compiled.first_market;
            plan.inventories.push((number, inventory.market));
            (plan.stock_start[column], plan.stock_most[column]) = (start, most);
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
        for row in 0..self.rows {
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
            self.row_parts.push(first..self.row_slots.len());
        }
        for &supply in &compiled.supplies {
            let row = model.supplies[supply].row;
            let part = |slot: usize| {
                let parts = self.row_parts[row].clone();
                parts.clone().find(|&part| self.row_slots[part] == slot).unwrap_or(parts.start)
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
        let (world, compiled) = (&model.reference, &model.materials[self.material]);
        let base = period * model.supplies.len();
        let of = |values: &[f64]| self.supplies.iter().map(|own| values[base + own.supply]).collect();
        let mut fixed = vec![0.0; self.rows];
        for &supply in &compiled.supplies {
            if !self.supplies.iter().any(|own| own.supply == supply) {
                fixed[model.supplies[supply].row] += world.output[base + supply];
            }
        }
        let cells = period * model.cells.len() + self.first_cell;
        let (mut memory, mut flows) = (patterns::PatternMemory::default(), Vec::new());
        patterns::pattern(model, world, self.material, period, &mut memory, &mut flows);
        let mut own = vec![0.0; self.columns];
        for (column, row) in self.own_row.iter().enumerate() {
            if let Some(row) = row {
                own[column] = std::mem::take(&mut flows[row * self.columns + column]);
            }
        }
        let (mut sales, mut purchases) = (Vec::new(), vec![0.0; self.columns]);
        for line in flows.chunks_exact(self.columns.max(1)) {
            sales.push(line.iter().sum::<f64>());
            purchases.iter_mut().zip(line).for_each(|(sum, flow)| *sum += flow);
        }
        let total: f64 = purchases.iter().sum();
        for (sales, line) in sales.iter().zip(flows.chunks_exact(self.columns.max(1))) {
            for (purchases, flow) in purchases.iter().zip(line) {
                if (sales * purchases - flow * total).abs() > PRODUCT * total * total {
                    return None;
                }
            }
        }
        let inverse = |values: &[f64]| -> Vec<f64> {
            let one_over = |value: &f64| if *value > 0.0 { 1.0 / value } else { 0.0 };
            values.iter().map(one_over).collect()
        };
        let rows = (0..self.rows).filter(|row| !self.moving_rows.contains(row));
        let need = &world.need[cells..cells + self.columns];
        Some(Normal {
            per_need: inverse(need),
            per_sales: inverse(&sales),
            fixed_sales: rows.map(|row| sales[row].min(fixed[row])).sum(),
            output: of(&world.output),
            target: of(&world.target),
            capacity: of(&world.capacity),
            fixed,
            need: need.to_vec(),
            own,
            sales,
            purchases,
            total,
        })
    }
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
