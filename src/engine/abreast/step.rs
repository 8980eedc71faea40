//! One period of several trials: what events have reached, material by material from upstream to downstream. The rules are those of the
//! simulation trial by trial ([`crate::engine::step`]), for plain models. In trials that nothing has reached, nothing changes, to the last bit.

use pulp::Simd;

use super::memory::{Column, MaterialMemory, Memory, Scratch, Strikes};
use super::plan::{ChainPlan, MOST_CAUSES, MaterialPlan, Normal};
use super::trade::Traded;
use super::vector::{ABREAST, Eight, Part, Wide};
use super::{causes, trade};
use crate::engine::observe::Observer;
use crate::engine::severity::LARGEST_GROWTH;
use crate::engine::tolerance::ROUNDING;
use crate::scenario::Overlap;

/// What a material's steps have in common.
#[derive(Clone, Copy)]
pub struct Present<'a, S: Simd> {
    pub part: Part<S>,
    pub plan: &'a MaterialPlan,
    pub normal: &'a Normal,
    pub strikes: &'a Strikes,
    pub overlap: Overlap,
    /// Whether some orders can differ from normal.
    pub is_ordering: bool,
    pub live: LiveSlots,
    /// Whether anybody asks for causes.
    pub wants_causes: bool,
}

/// Slots of the causes that are at work now: nothing can be missing for others.
#[derive(Clone, Copy)]
pub struct LiveSlots {
    slots: [u8; MOST_CAUSES],
    count: u8,
}

impl LiveSlots {
    #[inline(always)]
    fn of<S: Simd>(part: Part<S>, plan: &MaterialPlan, strikes: &Strikes) -> Self {
        let mut live = LiveSlots {
            slots: [0; MOST_CAUSES],
            count: 0,
        };
        for (slot, &event) in plan.slot_events.iter().enumerate() {
            if strikes.bits[event] & part.bits() != 0 {
                live.slots[usize::from(live.count)] = slot as u8;
                live.count += 1;
            }
        }
        live
    }

    /// Their numbers, ascending.
    #[inline(always)]
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.slots[..usize::from(self.count)]
            .iter()
            .map(|slot| usize::from(*slot))
    }
}

impl<S: Simd> Present<'_, S> {
    /// Whether an event strikes any of the trials at hand.
    #[inline(always)]
    pub fn strikes(&self, event: usize) -> bool {
        self.strikes.bits[event] & self.part.bits() != 0
    }

    /// Its severity.
    #[inline(always)]
    pub fn severity(&self, event: usize) -> Wide<S> {
        self.part.load(&self.strikes.severity[event])
    }
}

/// Severity of two effects that take away.
#[inline(always)]
pub fn combine<S: Simd>(part: Part<S>, overlap: Overlap, one: Wide<S>, other: Wide<S>) -> Wide<S> {
    let all = part.splat(1.0);
    match overlap {
        Overlap::Multiply => all - (all - one) * (all - other),
        Overlap::Max => one.max(other),
        Overlap::Sum => (one + other).min(all),
    }
}

/// Severity of two effects that enlarge.
#[inline(always)]
fn combine_growth<S: Simd>(part: Part<S>, overlap: Overlap, one: Wide<S>, other: Wide<S>) -> Wide<S> {
    let all = part.splat(1.0);
    match overlap {
        Overlap::Multiply => ((all + one) * (all + other) - all).min(part.splat(LARGEST_GROWTH)),
        Overlap::Max => one.max(other),
        Overlap::Sum => one + other,
    }
}

/// What a period came to for a material, told as soon as it is known.
#[derive(Clone, Copy)]
pub struct Lines<'a> {
    /// Number of the material in the model.
    pub material: usize,
    /// Number of its first cell; one follows the other.
    pub first_cell: usize,
    /// The period that each place is in.
    pub periods: &'a [usize; ABREAST],
    /// 1 in places that are in a period at all, 0 in others.
    pub present: &'a Eight,
    /// Number of the undisrupted period that all are in: periods of the same number have the same normal demand.
    pub normal: usize,
    /// The normal demand by cell, t.
    pub normal_demand_t: &'a [f64],
    /// Whether demand differs from it in any of the trials.
    pub differs: bool,
    pub(super) columns: &'a [Column],
}

impl<'a> Lines<'a> {
    /// By cell: demand less deliveries, before stocks; what stocks leave of it; and demand, valid where it differs from the normal one. All in t.
    #[inline(always)]
    pub fn cells(&self) -> impl ExactSizeIterator<Item = [&'a Eight; 3]> + Clone + use<'a> {
        let columns = self.columns.iter();
        columns.map(|column| [&column.missing, &column.shortfall, &column.need])
    }

    /// The same of one cell.
    #[inline(always)]
    pub fn cell(&self, cell: usize) -> [&'a Eight; 3] {
        let column = &self.columns[cell - self.first_cell];
        [&column.missing, &column.shortfall, &column.need]
    }
}

/// Where the trials at hand are.
#[derive(Clone, Copy)]
pub struct When<'a> {
    pub periods: &'a [usize; ABREAST],
    pub present: &'a Eight,
    /// The undisrupted period that they all have in common.
    pub normal: usize,
}

/// Simulates a period in each of some trials, and tells what it came to.
#[inline(always)]
pub fn step<S: Simd>(
    part: Part<S>,
    plan: &ChainPlan,
    when: When<'_>,
    memory: &mut Memory,
    observer: &mut impl Observer,
) {
    let Memory {
        strikes,
        materials,
        scratch,
    } = memory;
    let strikes = &*strikes;
    strike_supplies(part, plan, strikes, when.normal, scratch);
    for (at, own) in plan.materials.iter().enumerate() {
        let (upstream, memory) = materials.split_at_mut(at);
        let Some(memory) = memory.first_mut() else { return };
        memory.is_lacking = false;
        let struck = strikes.any_of(&own.events) & part.bits() != 0;
        if !(struck || own.inputs.iter().any(|&input| upstream[input].is_lacking)) {
            continue;
        }
        let normal = &own.normals[when.normal];
        let present = Present {
            part,
            plan: own,
            normal,
            strikes,
            overlap: plan.overlap,
            is_ordering: strikes.any_of(&own.ordering_events) & part.bits() != 0,
            live: LiveSlots::of(part, own, strikes),
            wants_causes: observer.wants_causes(),
        };
        produce(present, upstream, memory, scratch);
        order(present, plan, when.normal, scratch);
        let traded = trade::trade(present, scratch);
        if present.is_ordering {
            trade::refill(present, traded, memory, scratch);
        }
        if serve(present, traded, memory, scratch) {
            observer.lines(
                part,
                &Lines {
                    material: own.material,
                    first_cell: own.first_cell,
                    periods: when.periods,
                    present: when.present,
                    normal: when.normal,
                    normal_demand_t: &normal.need,
                    differs: present.is_ordering,
                    columns: &scratch.columns[..own.columns.len()],
                },
            );
        }
    }
}

/// Loss of capacity and planned output of the supplies that events strike now.
#[inline(always)]
fn strike_supplies<S: Simd>(part: Part<S>, plan: &ChainPlan, strikes: &Strikes, normal: usize, scratch: &mut Scratch) {
    for (supply, struck) in plan.struck.iter().zip(&mut scratch.struck) {
        let mut loss = part.splat(0.0);
        struck.now = false;
        for &(event, _) in &supply.hits {
            if strikes.bits[event] & part.bits() != 0 {
                loss = combine(part, plan.overlap, loss, part.load(&strikes.severity[event]));
                struck.now = true;
            }
        }
        if struck.now {
            let normal = &plan.materials[supply.material].normals[normal].supplies[supply.position];
            let target = part.splat(normal.target);
            let left = (part.splat(1.0) - loss) * part.splat(normal.capacity);
            let planned = loss.exceeds(part.splat(0.0)).choose(target.min(left), target);
            part.store(&mut struck.loss, loss);
            part.store(&mut struck.planned, planned);
        }
    }
}

/// Output, and what was lost of it by cause.
#[inline(always)]
fn produce<S: Simd>(
    present: Present<'_, S>,
    upstream: &[MaterialMemory],
    memory: &mut MaterialMemory,
    scratch: &mut Scratch,
) {
    let Present { part, plan, normal, .. } = present;
    let (zero, one) = (part.splat(0.0), part.splat(1.0));
    let Scratch {
        struck,
        rows,
        lost_parts,
        ..
    } = scratch;
    for (row, normal) in rows.iter_mut().zip(&normal.rows) {
        part.store(&mut row.supply, part.splat(normal.fixed));
        row.has_lost = false;
    }
    let supplies = plan.supplies.iter().zip(&normal.supplies).zip(&mut memory.lost_output);
    for ((supply, normal), lost_output) in supplies {
        let row = &mut rows[supply.row];
        let usual = part.splat(normal.output);
        let hit = supply.struck.map(|number| &struck[number]).filter(|struck| struck.now);
        let feed = supply.feed.as_ref().filter(|feed| upstream[feed.material].is_lacking);
        if hit.is_none() && feed.is_none() {
            part.add(&mut row.supply, usual);
            continue;
        }
        let mut planned = part.splat(normal.target);
        let mut differs = part.none();
        if let Some(struck) = hit {
            planned = part.load(&struck.planned);
            differs = part.load(&struck.loss).exceeds(zero);
        }
        let mut output = planned;
        if let Some(feed) = feed {
            let served = part.load(&upstream[feed.material].columns[feed.column].served);
            let lacks = one.exceeds(served);
            differs = differs.or(lacks);
            output = lacks.choose(planned * served, planned);
        }
        let output = differs.choose(output, usual);
        part.add(&mut row.supply, output);
        let lost = (usual - output).max(zero);
        let counts = lost.exceeds(part.splat(ROUNDING * normal.output));
        if !counts.any() {
            continue;
        }
        part.add(lost_output, lost);
        if !present.wants_causes {
            continue;
        }
        let lost = counts.keep(lost);
        let parts = &plan.rows[supply.row].parts;
        let mut lost_with_cause = zero;
        if row.has_lost {
            lost_with_cause = part.load(&row.lost);
        } else {
            row.has_lost = true;
            for lost in &mut lost_parts[parts.clone()] {
                part.store(lost, zero);
            }
        }
        let mut by_feed = zero;
        if let Some(feed) = feed {
            let input = &upstream[feed.material];
            by_feed = (planned - output).max(zero).min(lost);
            let slots = feed.slots.len();
            let (known, shares) = if input.differs {
                let shares = &input.share[feed.column * slots..][..slots];
                (&input.columns[feed.column].known, shares)
            } else {
                (&input.common_known, input.common.as_slice())
            };
            let booked = by_feed * part.load(known);
            for (share, &(event, at)) in shares.iter().zip(&feed.slots) {
                if present.strikes(event) {
                    part.add(&mut lost_parts[at], booked * part.load(share));
                }
            }
            lost_with_cause += booked;
        }
        if hit.is_some() {
            let mut severities = zero;
            for &(event, _) in &supply.hits {
                if present.strikes(event) {
                    severities += present.severity(event);
                }
            }
            let is_hit = severities.exceeds(zero);
            let own = is_hit.keep(lost - by_feed);
            if let [(_, at)] = supply.hits.as_slice() {
                part.add(&mut lost_parts[*at], own);
            } else {
                let rate = is_hit.keep(own / severities);
                for &(event, at) in &supply.hits {
                    if present.strikes(event) {
                        part.add(&mut lost_parts[at], rate * present.severity(event));
                    }
                }
            }
            lost_with_cause += own;
        }
        part.store(&mut row.lost, lost_with_cause);
    }
}

/// What users need and order, where that can differ from normal.
#[inline(always)]
fn order<S: Simd>(present: Present<'_, S>, chain: &ChainPlan, number: usize, scratch: &mut Scratch) {
    let Present { part, plan, normal, .. } = present;
    if !(present.is_ordering || plan.domestic_first) {
        return;
    }
    let Scratch { struck, columns, .. } = scratch;
    for (column, normal) in columns.iter_mut().zip(&normal.columns) {
        part.store(&mut column.need, part.splat(normal.need));
    }
    if !present.is_ordering {
        return;
    }
    for ((compiled, normal), column) in plan.columns.iter().zip(&normal.columns).zip(columns.iter_mut()) {
        let Some(feed) = &compiled.feed else { continue };
        let mut any = false;
        for &(supply, _) in &feed.struck {
            any |= struck[supply].now;
        }
        if !any {
            continue;
        }
        let mut sum = part.splat(feed.others_t[number]);
        let mut differs = part.none();
        for &(supply, per_tonne) in &feed.struck {
            let now = &struck[supply];
            let planned = if now.now {
                differs = differs.or(part.load(&now.loss).exceeds(part.splat(0.0)));
                part.load(&now.planned)
            } else {
                let supply = &chain.struck[supply];
                part.splat(chain.materials[supply.material].normals[number].supplies[supply.position].target)
            };
            sum += part.splat(per_tonne) * planned;
        }
        part.store(&mut column.need, differs.choose(sum, part.splat(normal.need)));
    }
    let mut any_surge = false;
    for &(_, event, _) in &plan.surges {
        any_surge |= present.strikes(event);
    }
    if !any_surge {
        return;
    }
    for column in &mut columns[..plan.columns.len()] {
        part.store(&mut column.surge, part.splat(0.0));
    }
    for &(column, event, _) in &plan.surges {
        if present.strikes(event) {
            let surge = &mut columns[column].surge;
            let grown = combine_growth(part, present.overlap, part.load(surge), present.severity(event));
            part.store(surge, grown);
        }
    }
    for ((compiled, normal), column) in plan.columns.iter().zip(&normal.columns).zip(columns) {
        if compiled.feed.is_none() {
            let need = part.splat(normal.need) * (part.splat(1.0) + part.load(&column.surge));
            part.store(&mut column.need, need);
        }
    }
}

/// Hands arrivals to users; stocks cover what is missing, as far as they go. Then what is short is shared out by its causes. Tells whether
/// anything is missing.
#[inline(always)]
fn serve<S: Simd>(
    present: Present<'_, S>,
    traded: Traded<S>,
    memory: &mut MaterialMemory,
    scratch: &mut Scratch,
) -> bool {
    let Present { part, plan, normal, .. } = present;
    let (one, closed) = (part.splat(1.0), part.splat(ROUNDING));
    let (mut any_missing, mut any_short) = (part.none(), false);
    let columns = scratch.columns.iter_mut().zip(&normal.columns);
    for ((column, normal), memory) in columns.zip(&mut memory.columns) {
        let usual = part.splat(normal.need);
        let mut need = usual;
        if present.is_ordering {
            need = part.load(&column.need);
            part.add(&mut memory.extra_need, need - usual);
        }
        let arrival = if traded.is_simple {
            part.splat(normal.purchases) * traded.sold
        } else {
            part.load(&column.arrival)
        };
        let gap = need - arrival;
        let negligible = closed * need;
        let misses = gap.exceeds(negligible);
        let missing = misses.keep(gap);
        let held = part.load(&memory.stock);
        let drawn = held.min(missing);
        part.store(&mut memory.stock, held - drawn);
        let short = missing - drawn;
        let is_short = short.exceeds(negligible);
        let short = is_short.keep(short);
        part.store(&mut column.missing, missing);
        part.store(&mut column.shortfall, short);
        any_missing = any_missing.or(misses);
        let mut served = one;
        if is_short.any() {
            any_short = true;
            part.add(&mut memory.shortfall, short);
            served = if plan.can_differ {
                is_short.choose((need - short) / need, one)
            } else {
                one - short * part.splat(normal.per_need)
            };
            let least = part.load(&memory.least_served).min(served);
            part.store(&mut memory.least_served, least);
        }
        if plan.has_feed {
            part.store(&mut memory.served, served);
        }
    }
    if any_short {
        memory.is_lacking = plan.has_feed;
        if present.wants_causes {
            causes::attribute(present, traded, memory, scratch);
        }
    }
    any_missing.any()
}
