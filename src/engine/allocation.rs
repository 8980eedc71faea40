//! Allocation of one material's supply to its orders: least departure from the undisrupted trade pattern.
//!
//! T_ij = min(cap_ij, a_i q_g b_j B_ij) with a_i <= 1 (below 1 only where the supply binds), q_g <= 1 (only where a quota binds) and
//! b_j <= flexibility (below it only where the order is met). This is the optimum of least Kullback-Leibler divergence from
//! flexibility x B under these limits, found by cyclic projection (Bregman 1967), which for rows and columns alone is
//! iterative proportional fitting (Deming and Stephan 1940).

use super::maximum_flow::raise_to_maximum;

/// Relative change of the scaling factors at which sweeps stop.
const TOLERANCE: f64 = 1e-12;
/// Sweeps at most; what remains open then is left undelivered, never over-delivered.
const SWEEPS: usize = 2_000;

/// Lanes of one exporter whose total is limited.
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
    supply_left: Vec<f64>,
    orders_left: Vec<f64>,
    weights: Vec<f64>,
    caps: Vec<f64>,
    row_factor: Vec<f64>,
    column_factor: Vec<f64>,
    quota_factor: Vec<f64>,
    quota_limit: Vec<f64>,
    sums: Vec<f64>,
    pub(super) search: super::maximum_flow::Search,
}

/// Allocates and writes the flows (row-major).
pub fn allocate(problem: &Problem<'_>, workspace: &mut Workspace, flows: &mut Vec<f64>) {
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
    trade(problem, flexibility, workspace, flows);
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

/// The lanes between countries (all lanes when home has no precedence), by cyclic projection.
fn trade(problem: &Problem<'_>, flexibility: f64, workspace: &mut Workspace, flows: &mut [f64]) {
    let (rows, columns) = (problem.supply.len(), problem.orders.len());
    let weights = &mut workspace.weights;
    weights.clear();
    weights.extend_from_slice(problem.normal);
    if problem.domestic_first {
        for (row, column) in problem.domestic.iter().enumerate() {
            if let Some(column) = *column {
                weights[row * columns + column] = 0.0;
            }
        }
    }
    let mut has_caps = false;
    workspace.caps.clear();
    if problem.is_restricted {
        workspace.caps.resize(weights.len(), f64::INFINITY);
        for (lane, weight) in weights.iter_mut().enumerate() {
            let openness = problem.openness[lane];
            if openness <= 0.0 {
                *weight = 0.0;
            } else if openness < 1.0 {
                workspace.caps[lane] = openness * *weight;
                has_caps = true;
            }
        }
    }
    // Home flows inside a quota's lanes do not exist: quotas name lanes between countries.
    workspace.quota_limit.clear();
    workspace.quota_limit.extend(problem.quotas.iter().map(|quota| quota.limit));
    workspace.row_factor.clear();
    workspace.row_factor.resize(rows, 1.0);
    workspace.column_factor.clear();
    workspace.column_factor.resize(columns, 1.0);
    workspace.quota_factor.clear();
    workspace.quota_factor.resize(problem.quotas.len(), 1.0);
    if has_caps || !problem.quotas.is_empty() {
        sweep_general(problem, flexibility, workspace);
    } else {
        sweep_plain(problem, flexibility, workspace);
    }
    write_flows(problem, workspace, flows);
}

/// Rows and columns only.
fn sweep_plain(problem: &Problem<'_>, flexibility: f64, workspace: &mut Workspace) {
    let columns = problem.orders.len();
    let Workspace { supply_left, orders_left, weights, row_factor, column_factor, sums, .. } = workspace;
    for _ in 0..SWEEPS {
        sums.clear();
        sums.resize(columns, 0.0);
        for (line, factor) in weights.chunks_exact(columns).zip(row_factor.iter()) {
            for (sum, weight) in sums.iter_mut().zip(line) {
                *sum += factor * weight;
            }
        }
        for ((factor, sum), order) in column_factor.iter_mut().zip(sums.iter()).zip(orders_left.iter()) {
            *factor = if *sum > 0.0 { (order.max(0.0) / sum).min(flexibility) } else { 0.0 };
        }
        let mut change: f64 = 0.0;
        for ((line, factor), supply) in weights.chunks_exact(columns).zip(row_factor.iter_mut()).zip(supply_left.iter()) {
            let sum: f64 = line.iter().zip(column_factor.iter()).map(|(weight, factor)| weight * factor).sum();
            let next = if sum > *supply { supply.max(0.0) / sum } else { 1.0 };
            change = change.max((next - *factor).abs());
            *factor = next;
        }
        if change <= TOLERANCE {
            break;
        }
    }
}

/// Rows, columns, lane caps and quotas.
fn sweep_general(problem: &Problem<'_>, flexibility: f64, workspace: &mut Workspace) {
    let (rows, columns) = (problem.supply.len(), problem.orders.len());
    for _ in 0..SWEEPS {
        for column in 0..columns {
            let lanes = (0..rows).map(|row| row * columns + column);
            workspace.column_factor[column] = 1.0;
            let order = workspace.orders_left[column].max(0.0);
            workspace.column_factor[column] = solve(problem, workspace, lanes, order, flexibility);
        }
        let mut change: f64 = 0.0;
        for (index, quota) in problem.quotas.iter().enumerate() {
            let before = workspace.quota_factor[index];
            workspace.quota_factor[index] = 1.0;
            let limit = workspace.quota_limit[index].max(0.0);
            let next = solve(problem, workspace, quota.lanes.iter().copied(), limit, 1.0);
            workspace.quota_factor[index] = next;
            change = change.max((next - before).abs());
        }
        for row in 0..rows {
            let lanes = row * columns..(row + 1) * columns;
            let before = workspace.row_factor[row];
            workspace.row_factor[row] = 1.0;
            let supply = workspace.supply_left[row].max(0.0);
            let next = solve(problem, workspace, lanes, supply, 1.0);
            workspace.row_factor[row] = next;
            change = change.max((next - before).abs());
        }
        if change <= TOLERANCE {
            break;
        }
    }
}

/// Product of the factors on a lane.
fn scaled(problem: &Problem<'_>, workspace: &Workspace, lane: usize) -> f64 {
    let columns = problem.orders.len();
    let mut flow =
        workspace.weights[lane] * workspace.row_factor[lane / columns] * workspace.column_factor[lane % columns];
    for (index, quota) in problem.quotas.iter().enumerate() {
        if quota.lanes.contains(&lane) {
            flow *= workspace.quota_factor[index];
        }
    }
    flow
}

/// The largest factor up to `most` with sum over lanes of min(cap, factor x scaled) <= `limit`. The sum is concave and piecewise linear
/// in the factor, so Newton's method from the left ends after at most as many steps as there are caps.
fn solve(
    problem: &Problem<'_>,
    workspace: &Workspace,
    lanes: impl Iterator<Item = usize> + Clone,
    limit: f64,
    most: f64,
) -> f64 {
    let cap = |lane: usize| workspace.caps.get(lane).copied().unwrap_or(f64::INFINITY);
    let at = |factor: f64| {
        let (mut sum, mut slope) = (0.0, 0.0);
        for lane in lanes.clone() {
            let flow = scaled(problem, workspace, lane);
            if factor * flow < cap(lane) {
                sum += factor * flow;
                slope += flow;
            } else {
                sum += cap(lane);
            }
        }
        (sum, slope)
    };
    if at(most).0 <= limit {
        return most;
    }
    let (_, total) = at(0.0);
    if total <= 0.0 {
        return most;
    }
    let mut factor = limit / total;
    for _ in 0..64 {
        let (sum, slope) = at(factor);
        if sum >= limit * (1.0 - 1e-15) || slope <= 0.0 {
            break;
        }
        let next = factor + (limit - sum) / slope;
        if next <= factor {
            break;
        }
        factor = next;
    }
    factor.min(most)
}

/// Adds the traded flows, trimmed so that no limit is exceeded by rounding or an unfinished sweep.
fn write_flows(problem: &Problem<'_>, workspace: &mut Workspace, flows: &mut [f64]) {
    let (rows, columns) = (problem.supply.len(), problem.orders.len());
    let general = !workspace.caps.is_empty() || !problem.quotas.is_empty();
    workspace.sums.clear();
    workspace.sums.resize(columns, 0.0);
    for row in 0..rows {
        let mut sum = 0.0;
        for column in 0..columns {
            let lane = row * columns + column;
            let mut flow = workspace.weights[lane] * workspace.row_factor[row] * workspace.column_factor[column];
            if general && flow > 0.0 {
                flow = scaled(problem, workspace, lane)
                    .min(workspace.caps.get(lane).copied().unwrap_or(f64::INFINITY));
            }
            workspace.weights[lane] = flow;
            sum += flow;
        }
        if sum > workspace.supply_left[row] {
            let factor = workspace.supply_left[row].max(0.0) / sum;
            workspace.weights[row * columns..(row + 1) * columns].iter_mut().for_each(|flow| *flow *= factor);
        }
    }
    for (quota, limit) in problem.quotas.iter().zip(&workspace.quota_limit) {
        let sum: f64 = quota.lanes.iter().map(|&lane| workspace.weights[lane]).sum();
        if sum > *limit {
            let factor = limit.max(0.0) / sum;
            quota.lanes.iter().for_each(|&lane| workspace.weights[lane] *= factor);
        }
    }
    for (lane, flow) in workspace.weights.iter().enumerate() {
        workspace.sums[lane % columns] += flow;
    }
    for (sum, order) in workspace.sums.iter_mut().zip(&workspace.orders_left) {
        *sum = if *sum > *order { order.max(0.0) / *sum } else { 1.0 };
    }
    for row in 0..rows {
        for column in 0..columns {
            let lane = row * columns + column;
            let flow = workspace.weights[lane] * workspace.sums[column];
            flows[lane] += flow;
            workspace.supply_left[row] -= flow;
            workspace.orders_left[column] -= flow;
        }
    }
}

/// Gives what is left to extra orders (refills of stocks) over lanes with room: up to flexibility x normal on open lanes, the
/// restriction on restricted ones. Rows hand out pro rata to what each column can still take; home first.
pub fn allocate_extra(
    problem: &Problem<'_>,
    extra_orders: &[f64],
    workspace: &mut Workspace,
    flows: &[f64],
    extra_flows: &mut Vec<f64>,
) {
    let (rows, columns) = (problem.supply.len(), problem.orders.len());
    extra_flows.clear();
    extra_flows.resize(flows.len(), 0.0);
    workspace.orders_left.clear();
    workspace.orders_left.extend_from_slice(extra_orders);
    workspace.quota_limit.clear();
    for quota in problem.quotas {
        let used: f64 = quota.lanes.iter().map(|&lane| flows[lane]).sum();
        workspace.quota_limit.push((quota.limit - used).max(0.0));
    }
    // Coordinated markets have no cap on a lane.
    let room = |lane: usize| {
        let openness = problem.openness[lane];
        let most = match problem.flexibility {
            _ if openness < 1.0 => openness * problem.normal[lane],
            Some(flexibility) => flexibility * problem.normal[lane],
            None if problem.normal[lane] > 0.0 => f64::INFINITY,
            None => 0.0,
        };
        (most - flows[lane]).max(0.0)
    };
    for row in 0..rows {
        let line = row * columns..(row + 1) * columns;
        let mut left = problem.supply[row] - flows[line.clone()].iter().sum::<f64>();
        // Room for rounding: a fully used row has nothing left.
        if left <= 1e-12 * problem.supply[row] {
            continue;
        }
        if let Some(column) = problem.domestic[row].filter(|_| problem.domestic_first) {
            let lane = line.start + column;
            let flow = left.min(room(lane)).min(workspace.orders_left[column]).max(0.0);
            extra_flows[lane] += flow;
            workspace.orders_left[column] -= flow;
            left -= flow;
        }
        // Unlimited refills compete by the pattern, so that infinite orders are shared too.
        let take = |lane: usize, orders: &[f64]| room(lane).min(orders[lane % columns]).min(problem.supply[row]);
        let total: f64 = line.clone().filter(|&lane| extra_flows[lane] == 0.0)
            .map(|lane| take(lane, &workspace.orders_left).max(0.0))
            .sum();
        if total <= 0.0 {
            continue;
        }
        let factor = (left / total).min(1.0);
        for lane in line {
            if extra_flows[lane] > 0.0 {
                continue;
            }
            let mut flow = factor * take(lane, &workspace.orders_left).max(0.0);
            for (quota, limit) in problem.quotas.iter().zip(workspace.quota_limit.iter_mut()) {
                if quota.lanes.contains(&lane) {
                    flow = flow.min(*limit);
                    *limit -= flow;
                }
            }
            extra_flows[lane] = flow;
            workspace.orders_left[lane % columns] -= flow;
        }
    }
}
