//! One period of several trials: what events have reached, material by material from upstream to downstream. The rules are those of the
//! simulation trial by trial ([`crate::engine::step`]), for plain models. In trials that nothing has reached, nothing changes, to the last bit.

use pulp::Simd;

use super::memory::{MaterialMemory, Memory, Scratch, Strikes};
use super::plan::{ChainPlan, MOST_CAUSES, MaterialPlan, Normal};
use super::vector::{ABREAST, Eight, Part, Wide};
use super::trade::Traded;
use super::{causes, trade};
use crate::engine::observe::Observer;
use crate::engine::severity::LARGEST_GROWTH;
use crate::engine::step::SAME;
use crate::engine::stocks::CLOSED;
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
        self.slots[..usize::from(self.count)].iter().map(|slot| usize::from(*slot))
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

/// What a period came to for a material, told as soon as it is known. Lines are by column.
#[derive(Clone, Copy)]
pub struct Lines<'a> {
    /// Number of the material in the model, and of its first cell.
    pub material: usize,
    pub first_cell: usize,
    /// The period that each place is in.
    pub periods: &'a [usize; ABREAST],
    /// 1 in places that are in a period at all, 0 in others.
    pub present: &'a Eight,
    /// Demand less deliveries, before stocks, t.
    pub missing_t: &'a [Eight],
    /// What stocks leave of it, t.
    pub shortfall_t: &'a [Eight],
    /// Demand, t, where it differs from the normal one.
    pub other_demand_t: Option<&'a [Eight]>,
    /// The normal demand, t.
    pub normal_demand_t: &'a [f64],
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
        };
        produce(present, upstream, memory, scratch);
        order(present, plan, when.normal, scratch);
        let traded = trade::trade(present, scratch);
        if present.is_ordering {
            trade::refill(present, traded, &mut memory.stock, scratch);
        }
        if serve(present, traded, memory, scratch) {
            let columns = ..own.columns;
            observer.lines(
                part,
                &Lines {
                    material: own.material,
                    first_cell: own.first_cell,
                    periods: when.periods,
                    present: when.present,
                    missing_t: &scratch.missing[columns],
                    shortfall_t: &scratch.shortfall[columns],
                    other_demand_t: present.is_ordering.then_some(&scratch.need[columns]),
                    normal_demand_t: &normal.need,
                },
            );
        }
    }
}

/// Loss of capacity and planned output of the supplies that events strike now.
#[inline(always)]
fn strike_supplies<S: Simd>(
    part: Part<S>,
    plan: &ChainPlan,
    strikes: &Strikes,
    normal: usize,
    scratch: &mut Scratch,
) {
    for (number, supply) in plan.struck.iter().enumerate() {
        let mut loss = part.splat(0.0);
        let mut is_struck = false;
        for &(event, _) in &supply.hits {
            if strikes.bits[event] & part.bits() != 0 {
                loss = combine(part, plan.overlap, loss, part.load(&strikes.severity[event]));
                is_struck = true;
            }
        }
        scratch.is_struck[number] = is_struck;
        if is_struck {
            let normal = &plan.materials[supply.material].normals[normal];
            let target = part.splat(normal.target[supply.position]);
            let left = (part.splat(1.0) - loss) * part.splat(normal.capacity[supply.position]);
            let planned = loss.exceeds(part.splat(0.0)).choose(target.min(left), target);
            part.store(&mut scratch.loss[number], loss);
            part.store(&mut scratch.planned[number], planned);
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
    for (row, fixed) in normal.fixed.iter().enumerate() {
        part.store(&mut scratch.supply[row], part.splat(*fixed));
        scratch.has_lost[row] = false;
    }
    for (position, supply) in plan.supplies.iter().enumerate() {
        let usual = part.splat(normal.output[position]);
        let struck = supply.struck.filter(|&number| scratch.is_struck[number]);
        let feed = supply.feed.as_ref().filter(|feed| upstream[feed.material].is_lacking);
        if struck.is_none() && feed.is_none() {
            part.add(&mut scratch.supply[supply.row], usual);
            continue;
        }
        let mut planned = part.splat(normal.target[position]);
        let mut differs = part.none();
        if let Some(number) = struck {
            planned = part.load(&scratch.planned[number]);
            differs = part.load(&scratch.loss[number]).exceeds(zero);
        }
        let mut output = planned;
        if let Some(feed) = feed {
            let share = part.load(&upstream[feed.material].feed[feed.column]);
            let lacks = one.exceeds(share);
            differs = differs.or(lacks);
            output = lacks.choose(planned * share, planned);
        }
        let output = differs.choose(output, usual);
        part.add(&mut scratch.supply[supply.row], output);
        let difference = output - usual;
        part.add(&mut memory.extra_output[position], difference);
        let lost = (zero - difference).max(zero);
        part.add(&mut memory.lost_output[position], lost);
        let counts = lost.exceeds(part.splat(SAME) * usual);
        if !counts.any() {
            continue;
        }
        let lost = counts.keep(lost);
        if !scratch.has_lost[supply.row] {
            scratch.has_lost[supply.row] = true;
            part.store(&mut scratch.lost[supply.row], zero);
            for parts in &mut scratch.lost_parts[plan.row_parts[supply.row].clone()] {
                part.store(parts, zero);
            }
        }
        let mut by_feed = zero;
        if let Some(feed) = feed {
            let input = &upstream[feed.material];
            by_feed = (planned - output).max(zero).min(lost);
            let slots = feed.slots.len();
            let (known, shares) = if input.differs {
                (&input.known[feed.column], &input.share[feed.column * slots..][..slots])
            } else {
                (&input.common_known, input.common.as_slice())
            };
            let booked = by_feed * part.load(known);
            for (share, &(event, parts)) in shares.iter().zip(&feed.slots) {
                if present.strikes(event) {
                    part.add(&mut scratch.lost_parts[parts], booked * part.load(share));
                }
            }
            part.add(&mut scratch.lost[supply.row], booked);
        }
        if struck.is_some() {
            let mut severities = zero;
            for &(event, _) in &supply.hits {
                if present.strikes(event) {
                    severities += present.severity(event);
                }
            }
            let hit = severities.exceeds(zero);
            let own = hit.keep(lost - by_feed);
            let rate = hit.keep(own / severities);
            for &(event, parts) in &supply.hits {
                if present.strikes(event) {
                    part.add(&mut scratch.lost_parts[parts], rate * present.severity(event));
                }
            }
            part.add(&mut scratch.lost[supply.row], own);
        }
    }
}

/// What users need and order, where that can differ from normal.
#[inline(always)]
fn order<S: Simd>(present: Present<'_, S>, chain: &ChainPlan, number: usize, scratch: &mut Scratch) {
    let Present { part, plan, normal, .. } = present;
    if !(present.is_ordering || plan.domestic_first) {
        return;
    }
    for (need, usual) in scratch.need.iter_mut().zip(&normal.need) {
        part.store(need, part.splat(*usual));
    }
    if !present.is_ordering {
        return;
    }
    for (column, feed) in plan.feeds.iter().enumerate() {
        let Some(feed) = feed else { continue };
        if !feed.struck.iter().any(|&(number, _)| scratch.is_struck[number]) {
            continue;
        }
        let mut sum = part.splat(feed.others_t[number]);
        let mut differs = part.none();
        for &(struck, per_tonne) in &feed.struck {
            let planned = if scratch.is_struck[struck] {
                differs = differs.or(part.load(&scratch.loss[struck]).exceeds(part.splat(0.0)));
                part.load(&scratch.planned[struck])
            } else {
                let supply = &chain.struck[struck];
                part.splat(chain.materials[supply.material].normals[number].target[supply.position])
            };
            sum += part.splat(per_tonne) * planned;
        }
        let need = differs.choose(sum, part.splat(normal.need[column]));
        part.store(&mut scratch.need[column], need);
    }
    if plan.surges.iter().any(|&(_, event, _)| present.strikes(event)) {
        for surge in &mut scratch.surge[..plan.columns] {
            part.store(surge, part.splat(0.0));
        }
        for &(column, event, _) in &plan.surges {
            if present.strikes(event) {
                let surge = part.load(&scratch.surge[column]);
                let surge = combine_growth(part, present.overlap, surge, present.severity(event));
                part.store(&mut scratch.surge[column], surge);
            }
        }
        for (column, usual) in normal.need.iter().enumerate() {
            if plan.feeds[column].is_none() {
                let need = part.splat(*usual) * (part.splat(1.0) + part.load(&scratch.surge[column]));
                part.store(&mut scratch.need[column], need);
            }
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
    let closed = part.splat(CLOSED);
    let (mut any_missing, mut any_short) = (part.none(), part.none());
    for (column, stock) in memory.stock.iter_mut().enumerate() {
        let need = if present.is_ordering {
            part.load(&scratch.need[column])
        } else {
            part.splat(normal.need[column])
        };
        let arrival = if traded.is_simple {
            part.splat(normal.purchases[column]) * traded.sold
        } else {
            part.load(&scratch.arrival[column])
        };
        let gap = need - arrival;
        let negligible = closed * need;
        let misses = gap.exceeds(negligible);
        let missing = misses.keep(gap);
        let held = part.load(stock);
        let drawn = held.min(missing);
        part.store(stock, held - drawn);
        let short = missing - drawn;
        let is_short = short.exceeds(negligible);
        part.store(&mut scratch.missing[column], missing);
        part.store(&mut scratch.shortfall[column], is_short.keep(short));
        (any_missing, any_short) = (any_missing.or(misses), any_short.or(is_short));
    }
    if present.is_ordering {
        for ((extra, need), usual) in memory.extra_need.iter_mut().zip(&scratch.need).zip(&normal.need) {
            part.add(extra, part.load(need) - part.splat(*usual));
        }
    }
    if any_short.any() {
        note(present, memory, scratch);
        memory.is_lacking = plan.has_feed;
        causes::attribute(present, traded, memory, scratch);
    }
    any_missing.any()
}

/// Adds up what is short; what processors are left with.
#[inline(always)]
fn note<S: Simd>(present: Present<'_, S>, memory: &mut MaterialMemory, scratch: &Scratch) {
    let Present { part, plan, normal, .. } = present;
    let (zero, one) = (part.splat(0.0), part.splat(1.0));
    for column in 0..plan.columns {
        let short = part.load(&scratch.shortfall[column]);
        let is_short = short.exceeds(zero);
        if !is_short.any() {
            if plan.feeds[column].is_some() {
                part.store(&mut memory.feed[column], one);
            }
            continue;
        }
        part.add(&mut memory.shortfall[column], short);
        let served = if plan.can_differ {
            let need = if present.is_ordering {
                part.load(&scratch.need[column])
            } else {
                part.splat(normal.need[column])
            };
            (need - short) / need
        } else {
            one - short * part.splat(normal.per_need[column])
        };
        let served = is_short.choose(served, one);
        let least = part.load(&memory.least_served[column]).min(served);
        part.store(&mut memory.least_served[column], least);
        if plan.feeds[column].is_some() {
            part.store(&mut memory.feed[column], served);
        }
    }
}
