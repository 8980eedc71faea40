//! Rigid trade of several trials by sellers' and buyers' factors, as in [`crate::engine::factored`].

use pulp::Simd;

use super::memory::{Column, MaterialMemory, Row, Scratch};
use super::plan::{BannedRow, NormalColumn, NormalRow};
use super::step::{Present, combine};
use super::vector::{Part, Which, Wide};
use crate::engine::factored::MOST_ROUNDS;
use crate::engine::tolerance::{DECISION, ROUNDING, SETTLED, STOCK};

/// Halvings after which nothing is left of an interval.
const HALVINGS: usize = 60;

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
    /// Whether every market gets the same part of what it normally gets, in all trials. Otherwise, arrivals are in scratch.
    pub is_simple: bool,
}

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
    if any_binds {
        let (in_trade, taken) = balance(present, binds, scratch);
        sold = binds.choose(in_trade, sold);
        for (row, normal) in scratch.rows.iter_mut().zip(&normal.rows) {
            let offered = part.splat(normal.sales) * taken;
            let supply = part.load(&row.supply);
            let factor = offered.exceeds(supply).choose(supply / offered, one);
            let factor = binds.choose(factor, part.load(&row.factor));
            part.store(&mut row.factor, factor);
        }
    }
    let is_simple = !(any_binds || any_restricted || plan.domestic_first);
    if !is_simple {
        for (column, normal) in scratch.columns.iter_mut().zip(&normal.columns) {
            let offered = part.splat(normal.purchases) * sold;
            let mut factor = one;
            if any_binds {
                let order = part.load(&column.order);
                factor = offered.exceeds(order).and(binds).choose(order / offered, one);
            }
            let mut arrival = factor * offered;
            if plan.domestic_first {
                arrival += part.load(&column.home);
            }
            part.store(&mut column.factor, factor);
            part.store(&mut column.arrival, arrival);
        }
    }
    if any_restricted {
        for (number, banned) in plan.banned.iter().enumerate() {
            if scratch.banned[number].now {
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
    let Scratch { rows, columns, .. } = scratch;
    if !plan.domestic_first {
        if present.is_ordering {
            for column in &mut columns[..plan.columns.len()] {
                let need = part.load(&column.need);
                part.store(&mut column.order, need);
            }
        }
        return;
    }
    for row in &mut rows[..plan.rows.len()] {
        part.store(&mut row.kept, zero);
    }
    for ((column, normal), compiled) in columns.iter_mut().zip(&normal.columns).zip(&plan.columns) {
        let mut order = part.load(&column.need);
        let mut home = zero;
        if let Some(row) = compiled.own_row {
            let row = &mut rows[row];
            let supply = part.load(&row.supply);
            home = part.splat(normal.own).min(supply).min(order);
            order = order - home;
            part.store(&mut row.supply, supply - home);
            part.store(&mut row.kept, home);
        }
        part.store(&mut column.home, home);
        part.store(&mut column.order, order);
    }
}

/// What lanes still carry; gives the trials in which any is restricted.
#[inline(always)]
fn ban<S: Simd>(present: Present<'_, S>, scratch: &mut Scratch) -> Which<S> {
    let Present { part, plan, .. } = present;
    let (zero, one) = (part.splat(0.0), part.splat(1.0));
    let mut restricted = part.none();
    let lanes = scratch.lanes.chunks_exact_mut(plan.columns.len().max(1));
    for ((compiled, banned), lanes) in plan.banned.iter().zip(&mut scratch.banned).zip(lanes) {
        banned.now = false;
        for (event, ..) in &compiled.bans {
            banned.now |= present.strikes(*event);
        }
        if !banned.now {
            continue;
        }
        for lane in &mut *lanes {
            part.store(&mut lane.open, one);
            part.store(&mut lane.severity, zero);
        }
        let mut here = part.none();
        for (event, _, columns) in &compiled.bans {
            if !present.strikes(*event) {
                continue;
            }
            let severity = present.severity(*event);
            here = here.or(severity.exceeds(zero));
            for &column in columns {
                let lane = &mut lanes[column];
                let closed = combine(part, present.overlap, one - part.load(&lane.open), severity);
                part.store(&mut lane.open, one - closed);
                part.add(&mut lane.severity, severity);
            }
        }
        part.store(&mut banned.which, here.keep(one));
        restricted = restricted.or(here);
    }
    restricted
}

/// Sellers' factors where buyers take all that is offered; gives what unrestricted sellers sell, as a share of all trade.
#[inline(always)]
fn offer<S: Simd>(present: Present<'_, S>, any_restricted: bool, scratch: &mut Scratch) -> Wide<S> {
    let Present { part, plan, normal, .. } = present;
    let (zero, one) = (part.splat(0.0), part.splat(1.0));
    let mut sum = part.splat(normal.fixed_sales);
    for ((row, normal), compiled) in scratch.rows.iter_mut().zip(&normal.rows).zip(&plan.rows) {
        if !compiled.moves {
            part.store(&mut row.factor, part.splat((normal.fixed * normal.per_sales).min(1.0)));
            continue;
        }
        let sales = part.splat(normal.sales);
        let supply = part.load(&row.supply);
        let factor = sales.exceeds(supply).choose(supply * part.splat(normal.per_sales), one);
        part.store(&mut row.factor, factor);
        let mut own = sales.min(supply);
        if any_restricted && let Some(number) = compiled.ban {
            let banned = &scratch.banned[number];
            if banned.now {
                own = zero.equals(part.load(&banned.which)).keep(own);
            }
        }
        sum += own;
    }
    if normal.total > 0.0 {
        sum * part.splat(normal.per_total)
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
        let limit = part.splat(1.0 + ROUNDING);
        for (normal, column) in normal.columns.iter().zip(&scratch.columns) {
            let order = part.load(&column.order) * limit;
            binds = binds.or(part.splat(normal.purchases).exceeds(order));
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
    let per_total = part.splat(normal.per_total);
    let mut sellers_bind = part.none();
    for (normal, row) in normal.rows.iter().zip(&scratch.rows) {
        let limit = part.load(&row.supply) * part.splat(1.0 + ROUNDING);
        sellers_bind = sellers_bind.or(part.splat(normal.sales).exceeds(limit));
    }
    // Where sellers have enough, buyers get what they order.
    let mut ordered = zero;
    for (normal, column) in normal.columns.iter().zip(&scratch.columns) {
        ordered += part.splat(normal.purchases).min(part.load(&column.order));
    }
    let (mut sold, mut taken) = (one, sellers_bind.choose(one, ordered * per_total));
    let mut open = binds.and(sellers_bind);
    for _ in 0..MOST_ROUNDS {
        if !open.any() {
            return (sold, taken);
        }
        let (supplied, free_sellers) = bound_sellers(part, &normal.rows, &scratch.rows, taken);
        let (ordered, free_buyers) = bound_buyers(part, &normal.columns, &scratch.columns, sold);
        let (supplied, free_sellers) = (supplied * per_total, free_sellers * per_total);
        let (ordered, free_buyers) = (ordered * per_total, free_buyers * per_total);
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
        let moved = (now_sold - sold)
            .max(sold - now_sold)
            .max(now_taken - taken)
            .max(taken - now_taken);
        (sold, taken) = (open.choose(now_sold, sold), open.choose(now_taken, taken));
        open = open.and(moved.exceeds(part.splat(SETTLED)));
    }
    // Sets that do not settle: what is sold rises with what is taken, what is bought falls, and halving finds where they meet.
    let (mut low, mut high) = (zero, one);
    for _ in 0..HALVINGS {
        let middle = part.splat(0.5) * (low + high);
        let (supplied, free_sellers) = bound_sellers(part, &normal.rows, &scratch.rows, middle);
        let by_sellers = supplied + middle * free_sellers;
        let now_sold = by_sellers / middle * per_total;
        let (ordered, free_buyers) = bound_buyers(part, &normal.columns, &scratch.columns, now_sold);
        let too_much = by_sellers.exceeds(ordered + now_sold * free_buyers);
        (low, high) = (too_much.choose(low, middle), too_much.choose(middle, high));
    }
    let (supplied, free_sellers) = bound_sellers(part, &normal.rows, &scratch.rows, high);
    (
        open.choose((supplied / high + free_sellers) * per_total, sold),
        open.choose(high, taken),
    )
}

/// Supply of sellers who bind and normal sales of the others, with buyers taking so much of normal.
#[inline(always)]
fn bound_sellers<S: Simd>(part: Part<S>, normal: &[NormalRow], rows: &[Row], taken: Wide<S>) -> (Wide<S>, Wide<S>) {
    let (mut bound, mut free) = (part.splat(0.0), part.splat(0.0));
    for (normal, row) in normal.iter().zip(rows) {
        let (sales, supply) = (part.splat(normal.sales), part.load(&row.supply));
        let binds = (sales * taken).exceeds(supply);
        bound += binds.keep(supply);
        free += (!binds).keep(sales);
    }
    (bound, free)
}

/// Orders of buyers who bind and normal purchases of the others, with sellers selling so much of normal.
#[inline(always)]
fn bound_buyers<S: Simd>(
    part: Part<S>,
    normal: &[NormalColumn],
    columns: &[Column],
    sold: Wide<S>,
) -> (Wide<S>, Wide<S>) {
    let (mut bound, mut free) = (part.splat(0.0), part.splat(0.0));
    for (normal, column) in normal.iter().zip(columns) {
        let (purchases, order) = (part.splat(normal.purchases), part.load(&column.order));
        let binds = (purchases * sold).exceeds(order);
        bound += binds.keep(order);
        free += (!binds).keep(purchases);
    }
    (bound, free)
}

/// Flows of a seller with restricted lanes, in the trials in which it has them: as [`crate::engine::rigid::line_factor`].
#[inline(always)]
fn send_restricted<S: Simd>(present: Present<'_, S>, number: usize, banned: &BannedRow, scratch: &mut Scratch) {
    let Present { part, plan, normal, .. } = present;
    let (zero, one) = (part.splat(0.0), part.splat(1.0));
    let count = plan.columns.len();
    let lanes = &mut scratch.lanes[number * count..(number + 1) * count];
    let is_here = part.load(&scratch.banned[number].which).exceeds(zero);
    let supply = part.load(&scratch.rows[banned.row].supply);
    let share = part.splat(normal.rows[banned.row].sales * normal.per_total);
    let mut offered = zero;
    for (normal, lane) in normal.columns.iter().zip(&*lanes) {
        offered += part.splat(normal.purchases) * part.load(&lane.open);
    }
    let mut searched = is_here.and((share * offered).exceeds(supply));
    let mut factor = searched.choose(zero, one);
    // A lane is cut by its restriction, or by the seller: with each round the factor rises, and more lanes are cut by restrictions alone.
    for _ in 0..=count {
        if !searched.any() {
            break;
        }
        let (mut restricted, mut free) = (zero, zero);
        for (normal, lane) in normal.columns.iter().zip(&*lanes) {
            let (purchases, open) = (part.splat(normal.purchases), part.load(&lane.open));
            let is_free = open.exceeds(factor);
            free += is_free.keep(purchases);
            restricted += (!is_free).keep(purchases * open);
        }
        let next = (supply / share - restricted) / free;
        searched = searched.and(free.exceeds(zero)).and(next.exceeds(factor));
        factor = searched.choose(next, factor);
    }
    let factor = factor.min(one);
    let columns = normal.columns.iter().zip(&mut scratch.columns);
    for ((normal, column), lane) in columns.zip(lanes) {
        let carried = part.load(&lane.open).min(factor) * share * part.splat(normal.purchases);
        let flow = is_here.keep(carried);
        part.store(&mut lane.flow, flow);
        part.add(&mut column.arrival, flow);
    }
}

/// Gives what is left to stocks that want refills, home first: as [`crate::engine::allocation::allocate_extra`].
#[inline(always)]
pub fn refill<S: Simd>(present: Present<'_, S>, traded: Traded<S>, memory: &mut MaterialMemory, scratch: &mut Scratch) {
    let Present { part, plan, normal, .. } = present;
    if traded.is_simple {
        return;
    }
    let one = part.splat(1.0);
    scratch.wanting.clear();
    // Only who orders less than normal can be sent more than it orders.
    let columns = scratch.columns.iter_mut().zip(&normal.columns).zip(&plan.columns);
    for (number, (((column, normal), compiled), memory)) in columns.zip(&memory.columns).enumerate() {
        let most = part.splat(compiled.stock_most);
        let gap = most - part.load(&memory.stock);
        let usual = part.splat(normal.need * (1.0 - ROUNDING));
        let less = one
            .exceeds(part.load(&column.factor))
            .or(usual.exceeds(part.load(&column.need)));
        let wants = less.and(gap.exceeds(part.splat(STOCK * compiled.stock_most)));
        if wants.any() {
            part.store(&mut column.wanted, wants.keep(gap));
            scratch.wanting.push(number);
        }
    }
    if !scratch.wanting.is_empty() {
        give(present, memory, scratch);
    }
}

/// Gives what is left to the columns that want refills.
#[inline(always)]
fn give<S: Simd>(present: Present<'_, S>, memory: &mut MaterialMemory, scratch: &mut Scratch) {
    let Present { part, plan, normal, .. } = present;
    let (zero, one) = (part.splat(0.0), part.splat(1.0));
    let count = plan.columns.len();
    let Scratch {
        rows,
        columns,
        wanting,
        banned,
        lanes,
        ..
    } = scratch;
    let mut taken = zero;
    for (normal, column) in normal.columns.iter().zip(&*columns) {
        taken += part.splat(normal.share) * part.load(&column.factor);
    }
    for ((row, normal_row), compiled) in rows.iter().zip(&normal.rows).zip(&plan.rows) {
        let sales = part.splat(normal_row.sales);
        let supply = part.load(&row.supply);
        let factor = part.load(&row.factor);
        let mut sent = factor * sales * taken;
        if let Some(number) = compiled.ban
            && banned[number].now
        {
            let mut flows = zero;
            for lane in &lanes[number * count..(number + 1) * count] {
                flows += part.load(&lane.flow);
            }
            sent = part.load(&banned[number].which).exceeds(zero).choose(flows, sent);
        }
        let mut all = supply;
        if plan.domestic_first {
            all += part.load(&row.kept);
        }
        let mut left = supply - sent;
        let mut has = left.exceeds(part.splat(DECISION) * all);
        if !has.any() {
            continue;
        }
        if let Some(own) = compiled.own_column
            && wanting.contains(&own)
        {
            let (column, normal) = (&mut columns[own], &normal.columns[own]);
            let usual = part.splat(normal.need * (1.0 - ROUNDING));
            let less = usual.exceeds(part.load(&column.need)).and(has);
            let room = part.splat(normal.own) - part.load(&column.home);
            let wanted = part.load(&column.wanted);
            let given = less.keep(left.min(room).min(wanted).max(zero));
            part.add(&mut memory.columns[own].stock, given);
            part.store(&mut column.wanted, wanted - given);
            left = left - given;
            has = has.and(left.exceeds(zero));
        }
        let share = sales * part.splat(normal.per_total);
        let mut total = zero;
        for &number in wanting.iter() {
            let column = &mut columns[number];
            let buyer = part.load(&column.factor);
            let lane = share * part.splat(normal.columns[number].purchases);
            let room = one.exceeds(buyer).keep(lane - factor * buyer * lane);
            let take = room.min(part.load(&column.wanted)).min(all).max(zero);
            part.store(&mut column.take, take);
            total += take;
        }
        let gives = has.and(total.exceeds(zero));
        if !gives.any() {
            continue;
        }
        let factor = gives.keep((left / total).min(one));
        for &number in wanting.iter() {
            let column = &mut columns[number];
            let given = factor * part.load(&column.take);
            part.add(&mut memory.columns[number].stock, given);
            let wanted = part.load(&column.wanted) - given;
            part.store(&mut column.wanted, wanted);
        }
    }
}
