//! One period of several trials: what events have reached, material by material from upstream to downstream. The rules are those of the
//! simulation trial by trial ([`crate::engine::step`]), for plain models. In trials that nothing has reached, nothing changes, to the last bit.

use pulp::{Simd, WithSimd};

use super::memory::{Horizon, MaterialMemory, Memory, Scratch, Strikes};
use super::plan::{MaterialPlan, Normal, Plan};
use super::vector::{Eight, Part, Wide};
use super::trade::Traded;
use super::{causes, trade};
use crate::engine::severity::LARGEST_GROWTH;
use crate::engine::step::SAME;
use crate::engine::stocks::CLOSED;
use crate::scenario::Overlap;

/// The simulation of all periods, at the width of the processor's vectors.
pub struct Simulate<'a> {
    pub plan: &'a Plan,
    pub memory: &'a mut Memory,
}

impl WithSimd for Simulate<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Memory { effects, of, scratch } = self.memory;
        for number in 0..Part::<S>::COUNT {
            let part = Part::new(simd, number);
            for period in 0..self.plan.periods {
                if effects.any(period) & part.bits() != 0 {
                    step(part, self.plan, effects.of(period), period, of, scratch);
                }
            }
        }
    }
}

/// What a material's steps have in common.
#[derive(Clone, Copy)]
pub struct Present<'a, S: Simd> {
    pub part: Part<S>,
    pub plan: &'a MaterialPlan,
    pub normal: &'a Normal,
    pub strikes: Strikes<'a>,
    pub overlap: Overlap,
    /// Whether some orders can differ from normal.
    pub is_ordering: bool,
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

#[inline(always)]
fn step<S: Simd>(
    part: Part<S>,
    plan: &Plan,
    strikes: Strikes<'_>,
    period: usize,
    of: &mut Horizon,
    scratch: &mut Scratch,
) {
    strike_supplies(part, plan, strikes, period, scratch);
    for (at, own) in plan.materials.iter().enumerate() {
        let (upstream, memory) = of.materials.split_at_mut(at);
        let Some(memory) = memory.first_mut() else { return };
        memory.is_lacking = false;
        let struck = strikes.any_of(&own.events) & part.bits() != 0;
        if !(struck || own.inputs.iter().any(|&input| upstream[input].is_lacking)) {
            continue;
        }
        let present = Present {
            part,
            plan: own,
            normal: &own.normals[own.normal_of[period]],
            strikes,
            overlap: plan.overlap,
            is_ordering: strikes.any_of(&own.ordering_events) & part.bits() != 0,
        };
        produce(present, upstream, &mut of.extra_output, &mut of.lost_output, scratch);
        order(present, plan, period, scratch);
        let traded = trade::trade(present, &mut of.given_up, scratch);
        if present.is_ordering {
            trade::refill(present, traded, &mut memory.stock, scratch);
        }
        serve(present, traded, period, memory, scratch);
    }
}

/// Loss of capacity and planned output of the supplies that events strike now.
#[inline(always)]
fn strike_supplies<S: Simd>(part: Part<S>, plan: &Plan, strikes: Strikes<'_>, period: usize, scratch: &mut Scratch) {
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
            let material = &plan.materials[supply.material];
            let normal = &material.normals[material.normal_of[period]];
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
    extra_output: &mut [Eight],
    lost_output: &mut [Eight],
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
        part.add(&mut extra_output[supply.supply], difference);
        let lost = (zero - difference).max(zero);
        part.add(&mut lost_output[supply.supply], lost);
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
            for (share, parts) in shares.iter().zip(&feed.slots) {
                part.add(&mut scratch.lost_parts[*parts], booked * part.load(share));
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
fn order<S: Simd>(present: Present<'_, S>, whole: &Plan, period: usize, scratch: &mut Scratch) {
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
        let mut sum = part.splat(feed.others_t[plan.normal_of[period]]);
        let mut differs = part.none();
        for &(number, per_tonne) in &feed.struck {
            let planned = if scratch.is_struck[number] {
                differs = differs.or(part.load(&scratch.loss[number]).exceeds(part.splat(0.0)));
                part.load(&scratch.planned[number])
            } else {
                let supply = &whole.struck[number];
                let material = &whole.materials[supply.material];
                part.splat(material.normals[material.normal_of[period]].target[supply.position])
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

/// Hands arrivals to users; stocks cover what is missing, as far as they go. Then what is short is shared out by its causes.
#[inline(always)]
fn serve<S: Simd>(
    present: Present<'_, S>,
    traded: Traded<S>,
    period: usize,
    memory: &mut MaterialMemory,
    scratch: &mut Scratch,
) {
    let Present { part, plan, normal, .. } = present;
    let closed = part.splat(CLOSED);
    let (mut any_missing, mut any_short) = (part.none(), part.none());
    let MaterialMemory { told, stock, .. } = memory;
    let lines = period * plan.columns..(period + 1) * plan.columns;
    let (told_missing, told_shortfall) = (&mut told.missing[lines.clone()], &mut told.shortfall[lines.clone()]);
    if !part.is_all() && !told.is_listed[period] {
        // Other passes may have nothing to tell of this period.
        told_missing.fill(Eight::default());
        told_shortfall.fill(Eight::default());
    }
    let of_columns = told_missing.iter_mut().zip(told_shortfall).zip(stock.iter_mut());
    for (column, ((told_missing, told_shortfall), stock)) in of_columns.enumerate() {
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
        part.store(told_missing, missing);
        part.store(told_shortfall, is_short.keep(short));
        (any_missing, any_short) = (any_missing.or(misses), any_short.or(is_short));
    }
    if present.is_ordering {
        let is_first = !std::mem::replace(&mut told.differs[period], true);
        let told_need = told.need[lines.clone()].iter_mut().zip(&normal.need);
        for ((told, usual), need) in told_need.zip(&scratch.need) {
            if is_first && !part.is_all() {
                *told = Eight::splat(*usual);
            }
            part.store(told, part.load(need));
        }
        for ((extra, need), usual) in memory.extra_need.iter_mut().zip(&scratch.need).zip(&normal.need) {
            part.add(extra, part.load(need) - part.splat(*usual));
        }
    }
    if any_missing.any() {
        told.is_listed[period] = true;
    }
    if any_short.any() {
        note(present, lines.start, memory, scratch);
        memory.is_lacking = plan.has_feed;
        causes::attribute(present, traded, lines.start, memory, scratch);
    }
}

/// Adds up what is short; what processors are left with.
#[inline(always)]
fn note<S: Simd>(present: Present<'_, S>, first: usize, memory: &mut MaterialMemory, scratch: &Scratch) {
    let Present { part, plan, normal, .. } = present;
    let (zero, one) = (part.splat(0.0), part.splat(1.0));
    for column in 0..plan.columns {
        let short = part.load(&memory.told.shortfall[first + column]);
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
