//! Causes of what is short, in several trials: as in [`crate::engine::attribute`] and [`crate::engine::factored_blame`].
//!
//! Column j misses c_j / total · Σ_i (1 - a_i b_j) r_i; shared out by the causes of each seller's lost output, that is
//! c_j / total · (D + (1 - b_j) Q) with the sums D = Σ (1 - a_i) r_i · share_i and Q = Σ a_i r_i · share_i by cause.

use pulp::Simd;

use super::memory::{MaterialMemory, Scratch};
use super::step::Present;
use super::vector::Wide;
use crate::engine::attribute::NOTHING;

/// Shares out a period's shortfalls by the causes of its missing deliveries.
#[inline(always)]
pub fn attribute<S: Simd>(present: Present<'_, S>, first: usize, memory: &mut MaterialMemory, scratch: &mut Scratch) {
    let Present { part, plan, .. } = present;
    let slots = plan.causes.len();
    let zero = part.splat(0.0);
    if slots > 0 {
        missing_by_seller(present, scratch);
        if plan.domestic_first {
            missing_at_home(present, scratch);
        }
        for (number, banned) in plan.banned.iter().enumerate() {
            if scratch.is_banned[number] {
                missing_on_restricted_lanes(present, number, banned, scratch);
            }
        }
        for &(column, event, slot) in &plan.surges {
            if present.strikes(event) {
                let need = part.load(&scratch.need[column]);
                let surge = part.load(&scratch.surge[column]);
                let extra = need * present.severity(event) / (part.splat(1.0) + surge);
                part.add(&mut scratch.columns[column * slots + slot], extra);
            }
        }
        spread_competition(present, scratch);
    }
    for column in 0..plan.columns {
        let short = part.load(&memory.told.shortfall[first + column]);
        let line = column * (slots + 1);
        let mut total = zero;
        let missing = &scratch.columns[column * slots..][..slots];
        for part_of in missing {
            total += part.load(part_of);
        }
        let is_found = total.exceeds(zero);
        let known = is_found.choose(part.splat(1.0), part.load(&memory.known[column]));
        part.store(&mut memory.known[column], known);
        let rate = is_found.keep(part.splat(1.0) / total);
        for (slot, part_of) in missing.iter().enumerate() {
            let share = &mut memory.share[column * slots + slot];
            let now = is_found.choose(part.load(part_of) * rate, part.load(share));
            part.store(share, now);
            let blamed = known.exceeds(zero).keep(short * now);
            part.add(&mut memory.blame[line + slot], blamed);
        }
        let unknown = known.exceeds(zero).not();
        if unknown.any() {
            part.add(&mut memory.blame[line + slots], unknown.keep(short));
        }
    }
}

/// What columns miss of trade by the causes of sellers' losses, and for want of a seller.
#[inline(always)]
fn missing_by_seller<S: Simd>(present: Present<'_, S>, scratch: &mut Scratch) {
    let Present { part, plan, normal, .. } = present;
    let slots = plan.causes.len();
    let (zero, one) = (part.splat(0.0), part.splat(1.0));
    for slot in 0..slots {
        part.store(&mut scratch.missed[slot], zero);
        part.store(&mut scratch.sold[slot], zero);
    }
    let (mut others_missed, mut others_sold) = (zero, zero);
    for (row, sales) in normal.sales.iter().enumerate() {
        let factor = part.load(&scratch.sellers[row]);
        let sales = part.splat(*sales);
        let (mut missed, mut sold) = ((one - factor) * sales, factor * sales);
        if let Some(number) = plan.ban_of_row[row].filter(|&number| scratch.is_banned[number]) {
            let is_free = part.load(&scratch.banned[number]).exceeds(zero).not();
            (missed, sold) = (is_free.keep(missed), is_free.keep(sold));
        }
        let parts = plan.row_parts[row].clone();
        let lost = part.load(&scratch.lost[row]);
        let has_lost = lost.exceeds(zero);
        if !parts.is_empty() && has_lost.any() {
            let rate = has_lost.keep(one / lost);
            for at in parts {
                let share = part.load(&scratch.lost_parts[at]) * rate;
                let slot = plan.row_slots[at];
                part.add(&mut scratch.missed[slot], missed * share);
                part.add(&mut scratch.sold[slot], sold * share);
            }
        }
        others_missed += has_lost.not().keep(missed);
        others_sold += has_lost.not().keep(sold);
    }
    for (column, purchases) in normal.purchases.iter().enumerate() {
        let share = if normal.total > 0.0 {
            part.splat(purchases / normal.total)
        } else {
            zero
        };
        let left = one - part.load(&scratch.buyers[column]);
        for slot in 0..slots {
            let missing = part.load(&scratch.missed[slot]) + left * part.load(&scratch.sold[slot]);
            part.store(&mut scratch.columns[column * slots + slot], share * missing);
        }
        // What nobody's loss explains is rounding where all sell as ever.
        let missing = others_missed + left * others_sold;
        let counts = missing.exceeds(part.splat(NOTHING * normal.total));
        part.store(&mut scratch.outbid[column], share * counts.keep(missing));
    }
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
    let lost = part.load(&scratch.lost[row]);
    let has_lost = lost.exceeds(part.splat(0.0));
    let rate = has_lost.keep(missing / lost);
    for at in plan.row_parts[row].clone() {
        let blamed = rate * part.load(&scratch.lost_parts[at]);
        part.add(&mut scratch.columns[column * slots + plan.row_slots[at]], blamed);
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
    for slot in 0..slots {
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
        for slot in 0..slots {
            let added = part_of * part.load(&scratch.missed[slot]);
            part.add(&mut scratch.columns[column * slots + slot], added);
        }
    }
}
