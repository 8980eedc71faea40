//! Allocation of one material's supply to its orders: least departure from the undisrupted trade pattern.
//!
//! T_ij = min(cap_ij, a_i q_g b_j B_ij) with a_i <= 1 (below 1 only where the supply binds), q_g <= 1 (only where a quota binds) and
//! b_j <= flexibility (below it only where the order is met). This is the optimum of least Kullback-Leibler divergence from
//! flexibility x B under these limits (found in [`super::projection`]).

use super::maximum_flow::raise_to_maximum;
use super::projection::Projection;
use super::rigid::rigid_trade;
use super::tolerance::ROUNDING;
use crate::model::fours;

/// Lanes whose total is limited; of one exporter where trade is coordinated.
#[derive(Debug, Clone, PartialEq)]
pub struct Quota {
    /// Lanes (row x columns + column).
    pub lanes: Vec<usize>,
    /// Most that they may carry together, t.
    pub limit: f64,
}

/// What is to be allocated. All quantities in t per period; lanes are row-major.
#[derive(Debug, Clone, Copy)]
pub struct Problem<'a> {
    /// Supply by row.
    pub supply: &'a [f64],
    /// Orders by column.
    pub orders: &'a [f64],
    /// Undisrupted orders by column: by how much a country's own demand has grown beyond the pattern.
    pub normal_orders: &'a [f64],
    /// Undisrupted pattern B.
    pub normal: &'a [f64],
    /// What each lane still carries as a share of normal: 1 = open, below 1 = restricted (and unable to grow).
    pub openness: &'a [f64],
    /// Whether any entry of `openness` is below 1.
    pub is_restricted: bool,
    /// Export quotas.
    pub quotas: &'a [Quota],
    /// Most by which a buyer can scale up a lane, >= 1; `None` = coordinated.
    pub flexibility: Option<f64>,
    /// Own country's column of each row.
    pub domestic: &'a [Option<usize>],
    /// Whether own demand is served first.
    pub domestic_first: bool,
}

/// Memory that allocations reuse.
#[derive(Debug, Clone, Default)]
pub struct Workspace {
    pub(super) supply_left: Vec<f64>,
    pub(super) orders_left: Vec<f64>,
    projection: Projection,
    pub(super) trade: Vec<f64>,
    pub(super) offered: Vec<f64>,
    pub(super) buyer_factor: Vec<f64>,
    sellers: Vec<usize>,
    buyers: Vec<usize>,
    is_buyer: Vec<bool>,
    compact: Vec<f64>,
    supply: Vec<f64>,
    orders: Vec<f64>,
    factors: Vec<f64>,
    lane_of: Vec<usize>,
    quota_lanes: Vec<usize>,
    pub(super) search: super::maximum_flow::Search,
    /// By how much, at most, searches start beside the factors known; 0 but in tests of how little that decides.
    pub(super) start_shift: f64,
}

/// Allocates and writes the flows (row-major). `start` holds the sellers' factors of a similar problem (the period before), from which the
/// search starts, and receives those found; empty = none. The answer is unique, so the start changes speed and rounding only.
pub fn allocate(problem: &Problem<'_>, workspace: &mut Workspace, start: &mut Vec<f64>, flows: &mut Vec<f64>) {
    flows.clear();
    flows.resize(problem.normal.len(), 0.0);
    if problem.orders.is_empty() || problem.supply.is_empty() {
        return;
    }
    let flexibility = problem.flexibility.unwrap_or(1.0);
    workspace.supply_left.clear();
    workspace.supply_left.extend_from_slice(problem.supply);
    workspace.orders_left.clear();
    workspace.orders_left.extend_from_slice(problem.orders);
    if problem.domestic_first {
        serve_home(problem, flexibility, workspace, flows);
    }
    if !(flexibility <= 1.0 && rigid_trade(problem, workspace, flows)) {
        trade(problem, flexibility, workspace, start, flows);
    }
    if problem.domestic_first {
        top_up_home(problem, flexibility, workspace, flows);
    }
    if problem.flexibility.is_none() {
        raise_to_maximum(problem, &mut workspace.search, flows);
    }
}

/// A country's own users come first: what they normally get at home, more where their own demand has grown.
fn serve_home(problem: &Problem<'_>, flexibility: f64, workspace: &mut Workspace, flows: &mut [f64]) {
    let columns = problem.orders.len();
    for (row, column) in problem.domestic.iter().enumerate() {
        let Some(column) = *column else { continue };
        let lane = row * columns + column;
        let normal = problem.normal[lane] * problem.openness[lane];
        let growth = if problem.normal_orders[column] > 0.0 {
            (problem.orders[column] / problem.normal_orders[column]).clamp(1.0, flexibility)
        } else {
            1.0
        };
        let flow = (normal * growth).min(problem.supply[row]).min(problem.orders[column]);
        flows[lane] = flow;
        workspace.supply_left[row] -= flow;
        workspace.orders_left[column] -= flow;
    }
}

/// What is still unsold at home goes to own users who are still short, within their flexibility.
fn top_up_home(problem: &Problem<'_>, flexibility: f64, workspace: &mut Workspace, flows: &mut [f64]) {
    let columns = problem.orders.len();
    for (row, column) in problem.domestic.iter().enumerate() {
        let Some(column) = *column else { continue };
        let lane = row * columns + column;
        if problem.openness[lane] < 1.0 {
            continue;
        }
        let room = flexibility * problem.normal[lane] - flows[lane];
        let flow = room.min(workspace.supply_left[row]).min(workspace.orders_left[column]);
        if flow > 0.0 {
            flows[lane] += flow;
            workspace.supply_left[row] -= flow;
            workspace.orders_left[column] -= flow;
        }
    }
}

/// The lanes between countries (all lanes when home has no precedence), by projection over the sellers and buyers that have a lane between
/// them: with own users first most countries either sell or buy.
fn trade(problem: &Problem<'_>, flexibility: f64, workspace: &mut Workspace, start: &mut Vec<f64>, flows: &mut [f64]) {
    let columns = problem.orders.len();
    let Workspace {
        supply_left,
        orders_left,
        projection,
        sellers,
        buyers,
        is_buyer,
        compact,
        supply,
        orders,
        factors,
        lane_of,
        quota_lanes,
        start_shift,
        ..
    } = workspace;
    buyers.clear();
    buyers.extend((0..columns).filter(|&column| orders_left[column] > 0.0));
    is_buyer.clear();
    is_buyer.resize(buyers.len(), false);
    sellers.clear();
    compact.clear();
    for (row, line) in problem.normal.chunks_exact(columns).enumerate() {
        // What rounding leaves of a supply that its own users take is nothing to sell.
        if supply_left[row] <= ROUNDING * problem.supply[row] {
            continue;
        }
        let home = problem.domestic[row].filter(|_| problem.domestic_first);
        let (first, mut sells) = (compact.len(), false);
        compact.extend(
            buyers
                .iter()
                .map(|&column| if home == Some(column) { 0.0 } else { line[column] }),
        );
        for (weight, buys) in compact[first..].iter().zip(is_buyer.iter_mut()) {
            *buys |= *weight > 0.0;
            sells |= *weight > 0.0;
        }
        if sells {
            sellers.push(row);
        } else {
            compact.truncate(first);
        }
    }
    if sellers.is_empty() {
        return;
    }
    if is_buyer.contains(&false) {
        // Who has a lane to no seller is no buyer.
        let mut buys = is_buyer.iter().cycle();
        compact.retain(|_| buys.next() == Some(&true));
        let mut buys = is_buyer.iter();
        buyers.retain(|_| buys.next() == Some(&true));
    }
    supply.clear();
    supply.extend(sellers.iter().map(|&row| supply_left[row]));
    orders.clear();
    orders.extend(buyers.iter().map(|&column| orders_left[column]));
    projection.prepare(sellers.len(), buyers.len(), compact, flexibility);
    if problem.is_restricted {
        for (seller, &row) in sellers.iter().enumerate() {
            for (buyer, &column) in buyers.iter().enumerate() {
                let openness = problem.openness[row * columns + column];
                if openness < 1.0 {
                    projection.restrict(seller * buyers.len() + buyer, openness);
                }
            }
        }
    }
    if !problem.quotas.is_empty() {
        lane_of.clear();
        lane_of.resize(problem.normal.len(), usize::MAX);
        for (seller, &row) in sellers.iter().enumerate() {
            for (buyer, &column) in buyers.iter().enumerate() {
                lane_of[row * columns + column] = seller * buyers.len() + buyer;
            }
        }
        for quota in problem.quotas {
            quota_lanes.clear();
            let lanes = quota.lanes.iter().map(|&lane| lane_of[lane]);
            quota_lanes.extend(lanes.filter(|&lane| lane != usize::MAX));
            projection.limit_together(quota_lanes, quota.limit);
        }
    }
    // Where another set of sellers was at work, the factors of those that remain are still the best guess.
    factors.clear();
    if start.len() == problem.supply.len() {
        factors.extend(sellers.iter().map(|&row| start[row]));
    } else {
        start.clear();
        start.resize(problem.supply.len(), 1.0);
    }
    if *start_shift > 0.0 {
        factors.resize(sellers.len(), 1.0);
        for (&row, factor) in sellers.iter().zip(factors.iter_mut()) {
            *factor *= 1.0 - *start_shift * (0.618 * (row + 1) as f64).fract();
        }
    }
    projection.solve(supply, orders, factors);
    for (&row, factor) in sellers.iter().zip(factors.iter()) {
        start[row] = *factor;
    }
    for (&row, line) in sellers.iter().zip(projection.flows().chunks_exact(buyers.len())) {
        let of_row = &mut flows[row * columns..(row + 1) * columns];
        for (&column, flow) in buyers.iter().zip(line) {
            of_row[column] += flow;
            orders_left[column] -= flow;
        }
        supply_left[row] -= fours::total(line);
    }
}
