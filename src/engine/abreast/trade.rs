//! Rigid trade of several trials by sellers' and buyers' factors, as in [`crate::engine::factored`].

use pulp::Simd;

use super::plan::BannedRow;
use super::step::{Present, combine};
use super::memory::Scratch;
use super::vector::{Eight, Part, Which, Wide};
use crate::engine::factored::{MOST_ROUNDS, ROUNDING, SETTLED};
use crate::engine::shipping::UNSOLD;

/// Gap of a stock, as a share of what it may hold, up to which it is full.
const FULL: f64 = 1e-9;

/// What trade came to.
#[derive(Clone, Copy)]
pub struct Traded<S: Simd> {
    /// What unrestricted sellers sell, as a share of all trade.
    pub sold: Wide<S>,
    /// Trials in which some buyer takes less than it normally does, or some lane is restricted.
    pub binds: Which<S>,
    pub restricted: Which<S>,
    pub any_binds: bool,
    pub any_restricted: bool,
    /// Whether every market gets the same part of what it normally gets, in all trials. Otherwise, arrivals and buyers' factors are in scratch.
    pub is_simple: bool,
}

/// Halvings after which nothing is left of the interval.
const HALVINGS: usize = 60;

/// Allocates a material's supply: factors, and what arrives in each market.
#[inline(always)]
pub fn trade<S: Simd>(present: Present<'_, S>, scratch: &mut Scratch) -> Traded<S> {
    let Present { part, plan, normal, .. } = present;
    let one = part.splat(1.0);
    keep_home(present, scratch);
    let restricted = ban(present, scratch);
    let any_restricted = restricted.any();
    let mut sold = offer(present, any_restricted, scratch);
    let binds = buyers_bind(present, scratch);
    let any_binds = binds.any();
    let is_simple = !(any_binds || any_restricted || plan.domestic_first);
    if any_binds {
        let (in_trade, taken) = balance(present, binds, scratch);
        sold = binds.choose(in_trade, sold);
        for (row, sales) in normal.sales.iter().enumerate() {
            let offered = part.splat(*sales) * taken;
            let supply = part.load(&scratch.supply[row]);
            let factor = offered.exceeds(supply).choose(supply / offered, one);
            let factor = binds.choose(factor, part.load(&scratch.sellers[row]));
            part.store(&mut scratch.sellers[row], factor);
        }
    }
    if !is_simple || present.is_ordering {
        for (column, purchases) in normal.purchases.iter().enumerate() {
            let offered = part.splat(*purchases) * sold;
            let mut factor = one;
            if any_binds {
                let order = part.load(&scratch.order[column]);
                factor = offered.exceeds(order).and(binds).choose(order / offered, one);
            }
            let mut arrival = factor * offered;
            if plan.domestic_first {
                arrival += part.load(&scratch.home[column]);
            }
            part.store(&mut scratch.buyers[column], factor);
            part.store(&mut scratch.arrival[column], arrival);
        }
    }
    if any_restricted {
        for (number, banned) in plan.banned.iter().enumerate() {
            if scratch.is_banned[number] {
                send_restricted(present, number, banned, scratch);
            }
        }
    }
    Traded {
        sold,
        binds,
        restricted,
        any_binds,
        any_restricted,
        is_simple,
    }
}

/// Own users' part, where they come first; the rest of supply and orders is traded.
#[inline(always)]
fn keep_home<S: Simd>(present: Present<'_, S>, scratch: &mut Scratch) {
    let Present { part, plan, normal, .. } = present;
    let zero = part.splat(0.0);
    if !plan.domestic_first {
        if present.is_ordering {
            for (order, need) in scratch.order.iter_mut().zip(&scratch.need[..plan.columns]) {
                part.store(order, part.load(need));
            }
        }
        return;
    }
    for kept in &mut scratch.kept[..plan.rows] {
        part.store(kept, zero);
    }
    for (column, row) in plan.own_row.iter().enumerate() {
        let mut order = part.load(&scratch.need[column]);
        let mut home = zero;
        if let Some(row) = *row {
            let supply = part.load(&scratch.supply[row]);
            home = part.splat(normal.own[column]).min(supply).min(order);
            order = order - home;
            part.store(&mut scratch.supply[row], supply - home);
            part.store(&mut scratch.kept[row], home);
        }
        part.store(&mut scratch.home[column], home);
        part.store(&mut scratch.order[column], order);
    }
}

/// What lanes still carry; gives the trials in which any is restricted.
#[inline(always)]
fn ban<S: Simd>(present: Present<'_, S>, scratch: &mut Scratch) -> Which<S> {
    let Present { part, plan, .. } = present;
    let (zero, one) = (part.splat(0.0), part.splat(1.0));
    let mut restricted = part.none();
    for (number, banned) in plan.banned.iter().enumerate() {
        let is_banned = banned.bans.iter().any(|&(event, ..)| present.strikes(event));
        scratch.is_banned[number] = is_banned;
        if !is_banned {
            continue;
        }
        let lanes = number * plan.columns..(number + 1) * plan.columns;
        for lane in lanes.clone() {
            part.store(&mut scratch.openness[lane], one);
            part.store(&mut scratch.severity[lane], zero);
        }
        let mut here = part.none();
        for (event, _, columns) in &banned.bans {
            if !present.strikes(*event) {
                continue;
            }
            let severity = present.severity(*event);
            here = here.or(severity.exceeds(zero));
            for column in columns {
                let lane = lanes.start + column;
                let closed = one - part.load(&scratch.openness[lane]);
                let open = one - combine(part, present.overlap, closed, severity);
                part.store(&mut scratch.openness[lane], open);
                part.add(&mut scratch.severity[lane], severity);
            }
        }
        part.store(&mut scratch.banned[number], here.keep(one));
        restricted = restricted.or(here);
    }
    restricted
}

/// Sellers' factors where buyers take all that is offered; gives what unrestricted sellers sell, as a share of all trade.
#[inline(always)]
fn offer<S: Simd>(present: Present<'_, S>, any_restricted: bool, scratch: &mut Scratch) -> Wide<S> {
    let Present { part, plan, normal, .. } = present;
    let (zero, one) = (part.splat(0.0), part.splat(1.0));
    let mut sold = part.splat(normal.fixed_sales);
    for &row in &plan.moving_rows {
        let sales = part.splat(normal.sales[row]);
        let supply = part.load(&scratch.supply[row]);
        let factor = sales
            .exceeds(supply)
            .choose(supply * part.splat(normal.per_sales[row]), one);
        part.store(&mut scratch.sellers[row], factor);
        let mut own = sales.min(supply);
        if any_restricted {
            if let Some(number) = plan.ban_of_row[row] {
                if scratch.is_banned[number] {
                    own = part.load(&scratch.banned[number]).exceeds(zero).not().keep(own);
                }
            }
        }
        sold += own;
    }
    if !plan.domestic_first && present.is_ordering {
        // Rows that never move are looked at where buyers bind.
        for (row, fixed) in normal.fixed.iter().enumerate() {
            if !plan.moving_rows.contains(&row) {
                part.store(&mut scratch.sellers[row], part.splat((fixed * normal.per_sales[row]).min(1.0)));
            }
        }
    }
    if normal.total > 0.0 {
        sold * part.splat(1.0 / normal.total)
    } else {
        one
    }
}

/// Trials in which some buyer takes less than it normally does.
#[inline(always)]
fn buyers_bind<S: Simd>(present: Present<'_, S>, scratch: &Scratch) -> Which<S> {
    let Present { part, normal, .. } = present;
    let mut binds = part.none();
    if present.is_ordering && normal.total > 0.0 {
        for (purchases, order) in normal.purchases.iter().zip(&scratch.order) {
            let limit = part.load(order) * part.splat(1.0 + ROUNDING);
            binds = binds.or(part.splat(*purchases).exceeds(limit));
        }
    }
    binds
}

/// Shares of normal trade that sellers and buyers can do, where buyers bind: as [`crate::engine::factored`] has it. Gives what is sold and what is
/// taken.
#[inline(always)]
fn balance<S: Simd>(present: Present<'_, S>, binds: Which<S>, scratch: &Scratch) -> (Wide<S>, Wide<S>) {
    let Present { part, normal, .. } = present;
    let (zero, one) = (part.splat(0.0), part.splat(1.0));
    let total = part.splat(normal.total);
    let mut sellers_bind = part.none();
    for (sales, supply) in normal.sales.iter().zip(&scratch.supply) {
        let limit = part.load(supply) * part.splat(1.0 + ROUNDING);
        sellers_bind = sellers_bind.or(part.splat(*sales).exceeds(limit));
    }
    // Where sellers have enough, buyers get what they order.
    let mut ordered = zero;
    for (purchases, order) in normal.purchases.iter().zip(&scratch.order) {
        ordered += part.splat(*purchases).min(part.load(order));
    }
    let (mut sold, mut taken) = (one, sellers_bind.choose(one, ordered / total));
    let mut open = binds.and(sellers_bind);
    for _ in 0..MOST_ROUNDS {
        if !open.any() {
            return (sold, taken);
        }
        let (supplied, free_sellers) = bound_and_free(part, &normal.sales, &scratch.supply, taken, total);
        let (ordered, free_buyers) = bound_and_free(part, &normal.purchases, &scratch.order, sold, total);
        let half = part.splat(0.5) * (supplied - ordered - free_buyers * free_sellers);
        let root = (half * half + free_sellers * free_buyers * supplied).sqrt();
        let both = half
            .exceeds(zero)
            .choose(free_buyers * supplied / (half + root), (root - half) / free_sellers);
        let both = one.exceeds(both).choose(both, one);
        // Without anything to sell for those who bind, the others sell as much as buyers take.
        let alone = free_sellers
            .exceeds(zero)
            .choose(ordered / free_sellers + free_buyers, one);
        let now_taken = supplied.exceeds(zero).choose(both, alone);
        let takes = now_taken.exceeds(zero);
        let now_sold = takes.choose(supplied / now_taken + free_sellers, one);
        let moved = (now_sold - sold).max(sold - now_sold).max(now_taken - taken).max(taken - now_taken);
        (sold, taken) = (open.choose(now_sold, sold), open.choose(now_taken, taken));
        open = open.and(moved.exceeds(part.splat(SETTLED)));
    }
    // Sets that do not settle: what is sold rises with what is taken, what is bought falls, and halving finds where they meet.
    let (mut low, mut high) = (zero, one);
    for _ in 0..HALVINGS {
        let middle = part.splat(0.5) * (low + high);
        let (supplied, free_sellers) = bound_and_free(part, &normal.sales, &scratch.supply, middle, total);
        let by_sellers = supplied + middle * free_sellers;
        let now_sold = by_sellers / middle;
        let (ordered, free_buyers) = bound_and_free(part, &normal.purchases, &scratch.order, now_sold, total);
        let too_much = by_sellers.exceeds(ordered + now_sold * free_buyers);
        (low, high) = (too_much.choose(low, middle), too_much.choose(middle, high));
    }
    let (supplied, free_sellers) = bound_and_free(part, &normal.sales, &scratch.supply, high, total);
    (
        open.choose(supplied / high + free_sellers, sold),
        open.choose(high, taken),
    )
}

/// Limits of those that bind and normal trade of the others, as shares of all trade, with the other side trading so much of normal.
#[inline(always)]
fn bound_and_free<S: Simd>(
    part: Part<S>,
    normal: &[f64],
    limits: &[Eight],
    other: Wide<S>,
    total: Wide<S>,
) -> (Wide<S>, Wide<S>) {
    let (mut bound, mut free) = (part.splat(0.0), part.splat(0.0));
    for (normal, limit) in normal.iter().zip(limits) {
        let (normal, limit) = (part.splat(*normal), part.load(limit));
        let binds = (normal * other).exceeds(limit);
        bound += binds.keep(limit);
        free += binds.not().keep(normal);
    }
    (bound / total, free / total)
}

/// Flows of a seller with restricted lanes, in the trials in which it has them: as [`crate::engine::rigid::line_factor`].
#[inline(always)]
fn send_restricted<S: Simd>(present: Present<'_, S>, number: usize, banned: &BannedRow, scratch: &mut Scratch) {
    let Present { part, plan, normal, .. } = present;
    let (zero, one) = (part.splat(0.0), part.splat(1.0));
    let first = number * plan.columns;
    let is_here = part.load(&scratch.banned[number]).exceeds(zero);
    let supply = part.load(&scratch.supply[banned.row]);
    let share = if normal.total > 0.0 {
        part.splat(normal.sales[banned.row] / normal.total)
    } else {
        zero
    };
    let openness = &scratch.openness[first..first + plan.columns];
    let mut offered = zero;
    for (purchases, open) in normal.purchases.iter().zip(openness) {
        offered += part.splat(*purchases) * part.load(open);
    }
    let mut open_lanes = is_here.and((share * offered).exceeds(supply));
    let mut factor = open_lanes.choose(zero, one);
    for _ in 0..=plan.columns {
        if !open_lanes.any() {
            break;
        }
        let (mut restricted, mut free) = (zero, zero);
        for (purchases, open) in normal.purchases.iter().zip(openness) {
            let (purchases, open) = (part.splat(*purchases), part.load(open));
            let is_free = open.exceeds(factor);
            free += is_free.keep(purchases);
            restricted += is_free.not().keep(purchases * open);
        }
        let next = (supply / share - restricted) / free;
        open_lanes = open_lanes.and(free.exceeds(zero)).and(next.exceeds(factor));
        factor = open_lanes.choose(next, factor);
    }
    let factor = factor.min(one);
    for (column, purchases) in normal.purchases.iter().enumerate() {
        let open = part.load(&scratch.openness[first + column]);
        let flow = is_here.keep(open.min(factor) * share * part.splat(*purchases));
        part.store(&mut scratch.flow[first + column], flow);
        part.add(&mut scratch.arrival[column], flow);
    }
}

/// Gives what is left to stocks that want refills, home first: as [`crate::engine::allocation::allocate_extra`].
#[inline(always)]
pub fn refill<S: Simd>(present: Present<'_, S>, traded: Traded<S>, stock: &mut [Eight], scratch: &mut Scratch) {
    let Present { part, plan, normal, .. } = present;
    if !(traded.any_binds || plan.domestic_first) {
        return;
    }
    let (zero, one) = (part.splat(0.0), part.splat(1.0));
    // Only who orders less than normal can be sent more than it orders.
    let mut wanting = std::mem::take(&mut scratch.wanting);
    wanting.clear();
    for (column, most) in plan.stock_most.iter().enumerate() {
        let most = part.splat(*most);
        let gap = most - part.load(&stock[column]);
        let usual = part.splat(normal.need[column] * (1.0 - ROUNDING));
        let less = one
            .exceeds(part.load(&scratch.buyers[column]))
            .or(usual.exceeds(part.load(&scratch.need[column])));
        let wants = less.and(gap.exceeds(part.splat(FULL) * most));
        if wants.any() {
            part.store(&mut scratch.wanted[column], wants.keep(gap));
            wanting.push(column);
        }
    }
    if !wanting.is_empty() {
        give(present, &wanting, stock, scratch);
    }
    scratch.wanting = wanting;
}

/// Gives what is left to the columns that want refills.
#[inline(always)]
fn give<S: Simd>(present: Present<'_, S>, wanting: &[usize], stock: &mut [Eight], scratch: &mut Scratch) {
    let Present { part, plan, normal, .. } = present;
    let (zero, one) = (part.splat(0.0), part.splat(1.0));
    let mut taken = zero;
    for (column, purchases) in normal.purchases.iter().enumerate() {
        taken += part.splat(*purchases) * part.load(&scratch.buyers[column]);
    }
    if normal.total > 0.0 {
        taken = taken / part.splat(normal.total);
    }
    for (row, sales) in normal.sales.iter().enumerate() {
        let sales = part.splat(*sales);
        let supply = part.load(&scratch.supply[row]);
        let factor = part.load(&scratch.sellers[row]);
        let mut sent = factor * sales * taken;
        let banned = match plan.ban_of_row[row] {
            Some(number) if scratch.is_banned[number] => Some(number),
            _ => None,
        };
        if let Some(number) = banned {
            let mut flows = zero;
            for flow in &scratch.flow[number * plan.columns..(number + 1) * plan.columns] {
                flows += part.load(flow);
            }
            let is_banned = part.load(&scratch.banned[number]).exceeds(zero);
            sent = is_banned.choose(flows, sent);
        }
        let mut all = supply;
        if plan.domestic_first {
            all += part.load(&scratch.kept[row]);
        }
        let mut left = supply - sent;
        let mut has = left.exceeds(part.splat(UNSOLD) * all);
        if !has.any() {
            continue;
        }
        if let Some(column) = plan.own_column[row].filter(|column| wanting.contains(column)) {
            let usual = part.splat(normal.need[column] * (1.0 - ROUNDING));
            let less = usual.exceeds(part.load(&scratch.need[column])).and(has);
            let room = part.splat(normal.own[column]) - part.load(&scratch.home[column]);
            let wanted = part.load(&scratch.wanted[column]);
            let given = less.keep(left.min(room).min(wanted).max(zero));
            part.add(&mut stock[column], given);
            part.store(&mut scratch.wanted[column], wanted - given);
            left = left - given;
            has = has.and(left.exceeds(zero));
        }
        let mut total = zero;
        let share = sales * part.splat(1.0 / normal.total.max(f64::MIN_POSITIVE));
        for &column in wanting {
            let buyer = part.load(&scratch.buyers[column]);
            let lane = share * part.splat(normal.purchases[column]);
            let room = one.exceeds(buyer).keep(lane - factor * buyer * lane);
            let take = room.min(part.load(&scratch.wanted[column])).min(all).max(zero);
            part.store(&mut scratch.take[column], take);
            total += take;
        }
        let gives = has.and(total.exceeds(zero));
        if !gives.any() {
            continue;
        }
        let factor = gives.keep((left / total).min(one));
        for &column in wanting {
            let given = factor * part.load(&scratch.take[column]);
            part.add(&mut stock[column], given);
            let wanted = part.load(&scratch.wanted[column]) - given;
            part.store(&mut scratch.wanted[column], wanted);
        }
    }
}
