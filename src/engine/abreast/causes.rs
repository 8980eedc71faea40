//! Causes of what is short, in several trials: as in [`crate::engine::attribute`] and [`crate::engine::factored_blame`].
//!
//! Column j misses c_j / total · Σ_i (1 - a_i b_j) r_i; shared out by the causes of each seller's lost output, that is
//! c_j / total · (D + (1 - b_j) Q) with the sums D = Σ (1 - a_i) r_i · share_i and Q = Σ a_i r_i · share_i by cause.

use pulp::Simd;

use super::memory::{MaterialMemory, Scratch};
use super::step::Present;
use super::trade::Traded;
use super::vector::{Which, Wide};
use crate::engine::attribute::NOTHING;

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
    for column in 0..plan.columns {
        let short = part.load(&scratch.shortfall[column]);
        if !short.exceeds(zero).any() {
            continue;
        }
        let (shares, known) = if memory.differs {
            (&memory.share[column * slots..(column + 1) * slots], &memory.known[column])
        } else {
            (memory.common.as_slice(), &memory.common_known)
        };
        let unknown = zero.equals(part.load(known));
        let line = &mut memory.blame[column * (slots + 1)..][..slots + 1];
        for slot in present.live.iter() {
            part.add(&mut line[slot], short * part.load(&shares[slot]));
        }
        if unknown.any() {
            part.add(&mut memory.blame[column * (slots + 1) + slots], unknown.keep(short));
        }
    }
}

/// Sums over sellers of what they miss of normal, and of what they sell, by the causes of their losses.
#[inline(always)]
fn missing_by_seller<S: Simd>(present: Present<'_, S>, traded: Traded<S>, scratch: &mut Scratch) {
    let Present { part, plan, normal, .. } = present;
    let (zero, one) = (part.splat(0.0), part.splat(1.0));
    for slot in present.live.iter() {
        part.store(&mut scratch.missed[slot], zero);
        part.store(&mut scratch.sold[slot], zero);
    }
    for &row in &plan.moving_rows {
        if !scratch.has_lost[row] {
            continue;
        }
        let factor = part.load(&scratch.sellers[row]);
        let sales = part.splat(normal.sales[row]);
        let mut missed = (one - factor) * sales;
        if traded.any_restricted {
            missed = unrestricted(present, row, scratch).keep(missed);
        }
        let lost = part.load(&scratch.lost[row]);
        let has_lost = lost.exceeds(zero);
        let parts = plan.row_parts[row].clone();
        if parts.len() == 1 {
            part.add(&mut scratch.missed[plan.row_slots[parts.start]], has_lost.keep(missed));
            continue;
        }
        let rate = has_lost.keep(missed / lost);
        for at in parts {
            let slot = plan.row_slots[at];
            if present.strikes(plan.slot_events[slot]) {
                let share = part.load(&scratch.lost_parts[at]) * rate;
                part.add(&mut scratch.missed[slot], share);
            }
        }
    }
}

/// Trials in which a row has no restricted lanes.
#[inline(always)]
fn unrestricted<S: Simd>(present: Present<'_, S>, row: usize, scratch: &Scratch) -> Which<S> {
    let Present { part, plan, .. } = present;
    let zero = part.splat(0.0);
    match plan.ban_of_row[row] {
        Some(number) if scratch.is_banned[number] => zero.equals(part.load(&scratch.banned[number])),
        _ => zero.equals(zero),
    }
}

/// The causes' shares where all columns miss the same part of what they normally get.
#[inline(always)]
fn find_common<S: Simd>(present: Present<'_, S>, memory: &mut MaterialMemory, scratch: &Scratch) {
    let Present { part, .. } = present;
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
fn find_shares<S: Simd>(
    present: Present<'_, S>,
    differs: Which<S>,
    memory: &mut MaterialMemory,
    scratch: &Scratch,
) {
    let Present { part, plan, .. } = present;
    let slots = plan.causes.len();
    let by_column = if plan.domestic_first { part.none().not() } else { differs };
    let common_known = part.load(&memory.common_known);
    for column in 0..plan.columns {
        let missing = &scratch.columns[column * slots..(column + 1) * slots];
        let mut total = part.splat(0.0);
        for slot in present.live.iter() {
            total += part.load(&missing[slot]);
        }
        let is_found = total.exceeds(part.splat(0.0));
        let rate = is_found.keep(part.splat(1.0) / total);
        let known = by_column.choose(is_found.keep(part.splat(1.0)), common_known);
        part.store(&mut memory.known[column], known);
        let shares = &mut memory.share[column * slots..(column + 1) * slots];
        for slot in present.live.iter() {
            let own = part.load(&missing[slot]) * rate;
            part.store(&mut shares[slot], by_column.choose(own, part.load(&memory.common[slot])));
        }
    }
}

/// What each column misses, by cause.
#[inline(always)]
fn missing_by_column<S: Simd>(present: Present<'_, S>, traded: Traded<S>, scratch: &mut Scratch) {
    let Present { part, plan, normal, .. } = present;
    let slots = plan.causes.len();
    let (zero, one) = (part.splat(0.0), part.splat(1.0));
    let (mut others_missed, mut others_sold) = (zero, zero);
    for (row, sales) in normal.sales.iter().enumerate() {
        let is_lossy = scratch.has_lost[row];
        if !(is_lossy || plan.moving_rows.contains(&row) || traded.any_binds) {
            continue;
        }
        let factor = part.load(&scratch.sellers[row]);
        let sales = part.splat(*sales);
        let mut missed = (one - factor) * sales;
        let mut sold = factor * sales;
        if traded.any_restricted {
            let free = unrestricted(present, row, scratch);
            (missed, sold) = (free.keep(missed), free.keep(sold));
        }
        let mut others = zero.equals(zero);
        if is_lossy {
            let lost = part.load(&scratch.lost[row]);
            let has_lost = lost.exceeds(zero);
            others = has_lost.not();
            let rate = has_lost.keep(sold / lost);
            for at in plan.row_parts[row].clone() {
                let slot = plan.row_slots[at];
                if traded.any_binds && present.strikes(plan.slot_events[slot]) {
                    let share = part.load(&scratch.lost_parts[at]) * rate;
                    part.add(&mut scratch.sold[slot], share);
                }
            }
        }
        others_missed += others.keep(missed);
        others_sold += others.keep(sold);
    }
    for (column, purchases) in normal.purchases.iter().enumerate() {
        let share = if normal.total > 0.0 {
            part.splat(purchases / normal.total)
        } else {
            zero
        };
        let left = one - part.load(&scratch.buyers[column]);
        let line = &mut scratch.columns[column * slots..(column + 1) * slots];
        for slot in present.live.iter() {
            let missing = part.load(&scratch.missed[slot]) + left * part.load(&scratch.sold[slot]);
            part.store(&mut line[slot], share * missing);
        }
        // What nobody's loss explains is rounding where all sell as ever.
        let missing = others_missed + left * others_sold;
        let counts = missing.exceeds(part.splat(NOTHING * normal.total));
        part.store(&mut scratch.outbid[column], share * counts.keep(missing));
    }
    if plan.domestic_first {
        missing_at_home(present, scratch);
    }
    if traded.any_restricted {
        for (number, banned) in plan.banned.iter().enumerate() {
            if scratch.is_banned[number] {
                missing_on_restricted_lanes(present, number, banned, scratch);
            }
        }
    }
    for &(column, event, slot) in &plan.surges {
        if present.strikes(event) {
            let need = part.load(&scratch.need[column]);
            let surge = part.load(&scratch.surge[column]);
            let extra = need * present.severity(event) / (one + surge);
            part.add(&mut scratch.columns[column * slots + slot], extra);
        }
    }
    spread_competition(present, scratch);
}

/// What own users miss.
#[inline(always)]
fn missing_at_home<S: Simd>(present: Present<'_, S>, scratch: &mut Scratch) {
    let Present { part, plan, normal, .. } = present;
    for (column, row) in plan.own_row.iter().enumerate() {
        let Some(row) = *row else { continue };
        let usual = part.splat(normal.own[column]);
        let missing = usual - part.load(&scratch.home[column]);
        let counts = missing.exceeds(part.splat(NOTHING) * usual);
        if counts.any() {
            blame_row(present, row, column, counts.keep(missing), scratch);
        }
    }
}

/// Shares out what a column misses of a seller by the causes of the seller's losses.
#[inline(always)]
fn blame_row<S: Simd>(present: Present<'_, S>, row: usize, column: usize, missing: Wide<S>, scratch: &mut Scratch) {
    let Present { part, plan, .. } = present;
    let slots = plan.causes.len();
    if !scratch.has_lost[row] {
        part.add(&mut scratch.outbid[column], missing);
        return;
    }
    let lost = part.load(&scratch.lost[row]);
    let has_lost = lost.exceeds(part.splat(0.0));
    let rate = has_lost.keep(missing / lost);
    for at in plan.row_parts[row].clone() {
        let slot = plan.row_slots[at];
        if present.strikes(plan.slot_events[slot]) {
            let blamed = rate * part.load(&scratch.lost_parts[at]);
            part.add(&mut scratch.columns[column * slots + slot], blamed);
        }
    }
    part.add(&mut scratch.outbid[column], has_lost.not().keep(missing));
}

/// The part of a seller with restricted lanes: the restrictions', and the rest.
#[inline(always)]
fn missing_on_restricted_lanes<S: Simd>(
    present: Present<'_, S>,
    number: usize,
    banned: &super::plan::BannedRow,
    scratch: &mut Scratch,
) {
    let Present { part, plan, normal, .. } = present;
    if normal.total <= 0.0 {
        return;
    }
    let slots = plan.causes.len();
    let (zero, one) = (part.splat(0.0), part.splat(1.0));
    let is_here = part.load(&scratch.banned[number]).exceeds(zero);
    let sales = normal.sales[banned.row] / normal.total;
    for (column, purchases) in normal.purchases.iter().enumerate() {
        let lane = number * plan.columns + column;
        let usual = part.splat(sales * purchases);
        let missing = (usual - part.load(&scratch.flow[lane])).max(zero);
        let cut = (one - part.load(&scratch.openness[lane])) * usual;
        let severity = part.load(&scratch.severity[lane]);
        let restricted = is_here.and(severity.exceeds(zero)).keep(missing.min(cut));
        let rate = severity.exceeds(zero).keep(restricted / severity);
        for (event, slot, columns) in &banned.bans {
            if present.strikes(*event) && columns.contains(&column) {
                let blamed = rate * present.severity(*event);
                part.add(&mut scratch.columns[column * slots + slot], blamed);
            }
        }
        let rest = missing - restricted;
        let counts = is_here.and(rest.exceeds(part.splat(NOTHING) * usual));
        if counts.any() {
            blame_row(present, banned.row, column, counts.keep(rest), scratch);
        }
    }
}

/// Goods lost to others' bids are due to what made the others bid: the whole market's causes.
#[inline(always)]
fn spread_competition<S: Simd>(present: Present<'_, S>, scratch: &mut Scratch) {
    let Present { part, plan, .. } = present;
    let slots = plan.causes.len();
    let zero = part.splat(0.0);
    let mut outbid = part.none();
    for column in &scratch.outbid[..plan.columns] {
        outbid = outbid.or(part.load(column).exceeds(zero));
    }
    if !outbid.any() {
        return;
    }
    let mut total = zero;
    for slot in present.live.iter() {
        let mut sum = zero;
        for column in 0..plan.columns {
            sum += part.load(&scratch.columns[column * slots + slot]);
        }
        total += sum;
        part.store(&mut scratch.missed[slot], sum);
    }
    let rate = total.exceeds(zero).keep(part.splat(1.0) / total);
    for column in 0..plan.columns {
        let part_of = part.load(&scratch.outbid[column]) * rate;
        for slot in present.live.iter() {
            let added = part_of * part.load(&scratch.missed[slot]);
            part.add(&mut scratch.columns[column * slots + slot], added);
        }
    }
}
