//! Causes of what is short, in several trials: as in [`crate::engine::attribute`] and [`crate::engine::factored_blame`].
//!
//! Column j misses c_j / total · Σ_i (1 - a_i b_j) r_i; shared out by the causes of each seller's lost output, that is
//! c_j / total · (D + (1 - b_j) Q) with the sums D = Σ (1 - a_i) r_i · share_i and Q = Σ a_i r_i · share_i by cause.

use pulp::Simd;

use super::memory::{MaterialMemory, Scratch};
use super::plan::BannedRow;
use super::step::Present;
use super::trade::Traded;
use super::vector::{Which, Wide};
use crate::engine::tolerance::ROUNDING;

/// Shares out a period's shortfalls by the causes of its missing deliveries.
#[inline(always)]
pub fn attribute<S: Simd>(
    present: Present<'_, S>,
    traded: Traded<S>,
    memory: &mut MaterialMemory,
    scratch: &mut Scratch,
) {
    let Present { part, plan, .. } = present;
    missing_by_seller(present, traded, scratch);
    find_common(present, memory, scratch);
    // Trials in which columns miss different parts.
    let mut differs = traded.binds.or(traded.restricted);
    for &(_, event, _) in &plan.surges {
        if present.strikes(event) {
            differs = differs.or(present.severity(event).exceeds(part.splat(0.0)));
        }
    }
    memory.differs = plan.domestic_first || differs.any();
    if memory.differs {
        missing_by_column(present, traded, scratch);
        find_shares(present, differs, memory, scratch);
    }
    share_out(present, memory, scratch);
}

/// Adds the shortfalls to what their causes are blamed for.
#[inline(always)]
fn share_out<S: Simd>(present: Present<'_, S>, memory: &mut MaterialMemory, scratch: &Scratch) {
    let Present { part, plan, .. } = present;
    let slots = plan.causes.len();
    let zero = part.splat(0.0);
    let MaterialMemory {
        columns,
        common,
        common_known,
        differs,
        share,
        blame,
        ..
    } = memory;
    let lines = blame.chunks_exact_mut(slots + 1);
    for (number, ((memory, line), column)) in columns.iter().zip(lines).zip(&scratch.columns).enumerate() {
        let short = part.load(&column.shortfall);
        if !short.exceeds(zero).any() {
            continue;
        }
        let (shares, known) = if *differs {
            (&share[number * slots..(number + 1) * slots], &memory.known)
        } else {
            (common.as_slice(), &*common_known)
        };
        for slot in present.live.iter() {
            part.add(&mut line[slot], short * part.load(&shares[slot]));
        }
        let unknown = zero.equals(part.load(known));
        if unknown.any() {
            part.add(&mut line[slots], unknown.keep(short));
        }
    }
}

/// Sums over sellers of what they miss of normal, by the causes of their losses.
#[inline(always)]
fn missing_by_seller<S: Simd>(present: Present<'_, S>, traded: Traded<S>, scratch: &mut Scratch) {
    let Present { part, plan, normal, .. } = present;
    let (zero, one) = (part.splat(0.0), part.splat(1.0));
    for slot in present.live.iter() {
        part.store(&mut scratch.missed[slot], zero);
    }
    let rows = scratch.rows.iter().zip(&normal.rows).zip(&plan.rows);
    for ((row, normal), compiled) in rows {
        if !row.has_lost {
            continue;
        }
        let mut missed = (one - part.load(&row.factor)) * part.splat(normal.sales);
        if traded.any_restricted {
            missed = unrestricted(present, compiled.ban, scratch).keep(missed);
        }
        let lost = part.load(&row.lost);
        let has_lost = lost.exceeds(zero);
        if compiled.parts.len() == 1 {
            let slot = plan.row_slots[compiled.parts.start];
            part.add(&mut scratch.missed[slot], has_lost.keep(missed));
            continue;
        }
        let rate = has_lost.keep(missed / lost);
        let parts = compiled.parts.clone();
        for (&slot, lost) in plan.row_slots[parts.clone()].iter().zip(&scratch.lost_parts[parts]) {
            if present.strikes(plan.slot_events[slot]) {
                part.add(&mut scratch.missed[slot], part.load(lost) * rate);
            }
        }
    }
}

/// Trials in which a row has no restricted lanes.
#[inline(always)]
fn unrestricted<S: Simd>(present: Present<'_, S>, ban: Option<usize>, scratch: &Scratch) -> Which<S> {
    let part = present.part;
    let zero = part.splat(0.0);
    match ban {
        Some(number) if scratch.banned[number].now => zero.equals(part.load(&scratch.banned[number].which)),
        _ => zero.equals(zero),
    }
}

/// The causes' shares where all columns miss the same part of what they normally get.
#[inline(always)]
fn find_common<S: Simd>(present: Present<'_, S>, memory: &mut MaterialMemory, scratch: &Scratch) {
    let part = present.part;
    let mut total = part.splat(0.0);
    for slot in present.live.iter() {
        total += part.load(&scratch.missed[slot]);
    }
    let is_found = total.exceeds(part.splat(0.0));
    part.store(&mut memory.common_known, is_found.keep(part.splat(1.0)));
    let rate = is_found.keep(part.splat(1.0) / total);
    for slot in present.live.iter() {
        part.store(&mut memory.common[slot], part.load(&scratch.missed[slot]) * rate);
    }
}

/// The causes' shares by column; those of all columns alike in trials in which nothing differs.
#[inline(always)]
fn find_shares<S: Simd>(present: Present<'_, S>, differs: Which<S>, memory: &mut MaterialMemory, scratch: &Scratch) {
    let Present { part, plan, .. } = present;
    let slots = plan.causes.len().max(1);
    let by_column = if plan.domestic_first { !part.none() } else { differs };
    let zero = part.splat(0.0);
    let common_known = part.load(&memory.common_known);
    let lines = memory
        .share
        .chunks_exact_mut(slots)
        .zip(scratch.missing.chunks_exact(slots));
    for ((column, (shares, missing)), now) in memory.columns.iter_mut().zip(lines).zip(&scratch.columns) {
        if !part.load(&now.shortfall).exceeds(zero).any() {
            continue;
        }
        let mut total = zero;
        for slot in present.live.iter() {
            total += part.load(&missing[slot]);
        }
        let is_found = total.exceeds(zero);
        let rate = is_found.keep(part.splat(1.0) / total);
        let known = by_column.choose(is_found.keep(part.splat(1.0)), common_known);
        part.store(&mut column.known, known);
        for slot in present.live.iter() {
            let own = part.load(&missing[slot]) * rate;
            let share = by_column.choose(own, part.load(&memory.common[slot]));
            part.store(&mut shares[slot], share);
        }
    }
}

/// What each column misses, by cause.
#[inline(always)]
fn missing_by_column<S: Simd>(present: Present<'_, S>, traded: Traded<S>, scratch: &mut Scratch) {
    let Present { part, plan, normal, .. } = present;
    let one = part.splat(1.0);
    let (others_missed, others_sold) = missing_by_others(present, traded, scratch);
    let slots = plan.causes.len().max(1);
    let Scratch {
        columns,
        missing,
        missed,
        sold,
        ..
    } = &mut *scratch;
    let nothing = part.splat(ROUNDING * normal.total);
    for ((column, normal), line) in columns
        .iter_mut()
        .zip(&normal.columns)
        .zip(missing.chunks_exact_mut(slots))
    {
        let share = part.splat(normal.share);
        let mut others = others_missed;
        if traded.any_binds {
            let left = one - part.load(&column.factor);
            others += left * others_sold;
            for slot in present.live.iter() {
                let missing = part.load(&missed[slot]) + left * part.load(&sold[slot]);
                part.store(&mut line[slot], share * missing);
            }
        } else {
            for slot in present.live.iter() {
                part.store(&mut line[slot], share * part.load(&missed[slot]));
            }
        }
        // What nobody's loss explains is rounding where all sell as ever.
        let counts = others.exceeds(nothing);
        part.store(&mut column.outbid, share * counts.keep(others));
    }
    if plan.domestic_first {
        missing_at_home(present, scratch);
    }
    if traded.any_restricted {
        for (number, banned) in plan.banned.iter().enumerate() {
            if scratch.banned[number].now {
                missing_on_restricted_lanes(present, number, banned, scratch);
            }
        }
    }
    for &(column, event, slot) in &plan.surges {
        if present.strikes(event) {
            let now = &scratch.columns[column];
            let extra = part.load(&now.need) * present.severity(event) / (one + part.load(&now.surge));
            part.add(&mut scratch.missing[column * slots + slot], extra);
        }
    }
    spread_competition(present, scratch);
}

/// What sellers who lost nothing miss of normal, and what they sell; what the others sell goes to the causes of their losses.
#[inline(always)]
fn missing_by_others<S: Simd>(present: Present<'_, S>, traded: Traded<S>, scratch: &mut Scratch) -> (Wide<S>, Wide<S>) {
    let Present { part, plan, normal, .. } = present;
    let (zero, one) = (part.splat(0.0), part.splat(1.0));
    let (mut others_missed, mut others_sold) = (zero, zero);
    for slot in present.live.iter() {
        part.store(&mut scratch.sold[slot], zero);
    }
    for ((row, normal), compiled) in scratch.rows.iter().zip(&normal.rows).zip(&plan.rows) {
        if !(row.has_lost || compiled.moves || traded.any_binds) {
            continue;
        }
        let (factor, sales) = (part.load(&row.factor), part.splat(normal.sales));
        let (mut missed, mut sold) = ((one - factor) * sales, factor * sales);
        if traded.any_restricted {
            let free = unrestricted(present, compiled.ban, scratch);
            (missed, sold) = (free.keep(missed), free.keep(sold));
        }
        let mut others = zero.equals(zero);
        if row.has_lost {
            let lost = part.load(&row.lost);
            let has_lost = lost.exceeds(zero);
            others = !has_lost;
            if traded.any_binds {
                let rate = has_lost.keep(sold / lost);
                let parts = compiled.parts.clone();
                for (&slot, lost) in plan.row_slots[parts.clone()].iter().zip(&scratch.lost_parts[parts]) {
                    if present.strikes(plan.slot_events[slot]) {
                        part.add(&mut scratch.sold[slot], part.load(lost) * rate);
                    }
                }
            }
        }
        others_missed += others.keep(missed);
        others_sold += others.keep(sold);
    }
    (others_missed, others_sold)
}

/// What own users miss.
#[inline(always)]
fn missing_at_home<S: Simd>(present: Present<'_, S>, scratch: &mut Scratch) {
    let Present { part, plan, normal, .. } = present;
    for (column, (compiled, normal)) in plan.columns.iter().zip(&normal.columns).enumerate() {
        let Some(row) = compiled.own_row else { continue };
        let usual = part.splat(normal.own);
        let missing = usual - part.load(&scratch.columns[column].home);
        let counts = missing.exceeds(part.splat(ROUNDING) * usual);
        if counts.any() {
            blame_row(present, row, column, counts.keep(missing), scratch);
        }
    }
}

/// Shares out what a column misses of a seller by the causes of the seller's losses.
#[inline(always)]
fn blame_row<S: Simd>(present: Present<'_, S>, row: usize, column: usize, missing: Wide<S>, scratch: &mut Scratch) {
    let Present { part, plan, .. } = present;
    let slots = plan.causes.len().max(1);
    let Scratch {
        rows,
        columns,
        lost_parts,
        missing: lines,
        ..
    } = scratch;
    let (row, compiled) = (&rows[row], &plan.rows[row]);
    let outbid = &mut columns[column].outbid;
    if !row.has_lost {
        part.add(outbid, missing);
        return;
    }
    let lost = part.load(&row.lost);
    let has_lost = lost.exceeds(part.splat(0.0));
    let rate = has_lost.keep(missing / lost);
    let parts = compiled.parts.clone();
    let line = &mut lines[column * slots..(column + 1) * slots];
    for (&slot, lost) in plan.row_slots[parts.clone()].iter().zip(&lost_parts[parts]) {
        if present.strikes(plan.slot_events[slot]) {
            part.add(&mut line[slot], rate * part.load(lost));
        }
    }
    part.add(outbid, (!has_lost).keep(missing));
}

/// The part of a seller with restricted lanes: the restrictions', and the rest.
#[inline(always)]
fn missing_on_restricted_lanes<S: Simd>(
    present: Present<'_, S>,
    number: usize,
    banned: &BannedRow,
    scratch: &mut Scratch,
) {
    let Present { part, plan, normal, .. } = present;
    let (slots, count) = (plan.causes.len().max(1), plan.columns.len());
    let (zero, one) = (part.splat(0.0), part.splat(1.0));
    let is_here = part.load(&scratch.banned[number].which).exceeds(zero);
    let sales = normal.rows[banned.row].sales * normal.per_total;
    for (column, normal) in normal.columns.iter().enumerate() {
        let lane = &scratch.lanes[number * count + column];
        let usual = part.splat(sales * normal.purchases);
        let missing = (usual - part.load(&lane.flow)).max(zero);
        let cut = (one - part.load(&lane.open)) * usual;
        let severity = part.load(&lane.severity);
        let restricted = is_here.and(severity.exceeds(zero)).keep(missing.min(cut));
        if let [(event, slot, columns)] = banned.bans.as_slice() {
            if present.strikes(*event) && columns.contains(&column) {
                part.add(&mut scratch.missing[column * slots + slot], restricted);
            }
        } else {
            let rate = severity.exceeds(zero).keep(restricted / severity);
            for (event, slot, columns) in &banned.bans {
                if present.strikes(*event) && columns.contains(&column) {
                    let blamed = rate * present.severity(*event);
                    part.add(&mut scratch.missing[column * slots + slot], blamed);
                }
            }
        }
        let rest = missing - restricted;
        let counts = is_here.and(rest.exceeds(part.splat(ROUNDING) * usual));
        if counts.any() {
            blame_row(present, banned.row, column, counts.keep(rest), scratch);
        }
    }
}

/// Goods lost to others' bids are due to what made the others bid: the whole market's causes.
#[inline(always)]
fn spread_competition<S: Simd>(present: Present<'_, S>, scratch: &mut Scratch) {
    let Present { part, plan, .. } = present;
    let (slots, count) = (plan.causes.len().max(1), plan.columns.len());
    let zero = part.splat(0.0);
    let Scratch {
        columns,
        missing,
        missed,
        ..
    } = scratch;
    let columns = &columns[..count];
    let mut outbid = part.none();
    for column in columns {
        outbid = outbid.or(part.load(&column.outbid).exceeds(zero));
    }
    if !outbid.any() {
        return;
    }
    let mut total = zero;
    for slot in present.live.iter() {
        let mut sum = zero;
        for line in missing.chunks_exact(slots).take(count) {
            sum += part.load(&line[slot]);
        }
        total += sum;
        part.store(&mut missed[slot], sum);
    }
    let rate = total.exceeds(zero).keep(part.splat(1.0) / total);
    for (column, line) in columns.iter().zip(missing.chunks_exact_mut(slots)) {
        let share = part.load(&column.outbid) * rate;
        for slot in present.live.iter() {
            part.add(&mut line[slot], share * part.load(&missed[slot]));
        }
    }
}
