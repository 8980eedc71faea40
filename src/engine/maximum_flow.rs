//! The coordinated response: from the least-departure allocation, goods are rerouted along open lanes until no more can be delivered in
//! total. Augmenting paths (Edmonds and Karp 1972) never lower what a seller sells or a buyer gets, so nobody is worse off than under
//! rigid contracts; shortest paths first, lower rows and columns first, so the answer is unique and the same on every machine.

use std::collections::VecDeque;

use super::allocation::Problem;

/// Memory that searches reuse.
#[derive(Debug, Clone, Default)]
pub struct Search {
    queue: VecDeque<usize>,
    parent: Vec<usize>,
    supply_left: Vec<f64>,
    orders_left: Vec<f64>,
    quota_left: Vec<f64>,
    quota_of_lane: Vec<usize>,
}

const NONE: usize = usize::MAX;

/// Raises `flows` (feasible) to a maximum flow over lanes with a positive pattern. Restricted lanes stay within their restriction and
/// quotas within their limits.
pub fn raise_to_maximum(problem: &Problem<'_>, search: &mut Search, flows: &mut [f64]) {
    let (rows, columns) = (problem.supply.len(), problem.orders.len());
    let total: f64 = problem.orders.iter().sum::<f64>().min(problem.supply.iter().sum());
    let negligible = 1e-13 * total;
    search.supply_left.clear();
    search.supply_left.extend(
        (0..rows).map(|row| problem.supply[row] - flows[row * columns..(row + 1) * columns].iter().sum::<f64>()),
    );
    search.orders_left.clear();
    search.orders_left.extend_from_slice(problem.orders);
    for (lane, flow) in flows.iter().enumerate() {
        search.orders_left[lane % columns] -= flow;
    }
    search.quota_of_lane.clear();
    search.quota_of_lane.resize(flows.len(), NONE);
    search.quota_left.clear();
    for (index, quota) in problem.quotas.iter().enumerate() {
        let mut left = quota.limit;
        for &lane in &quota.lanes {
            search.quota_of_lane[lane] = index;
            left -= flows[lane];
        }
        search.quota_left.push(left.max(0.0));
    }
    // Nodes: row r, then column rows + c, then quota rows + columns + q. A quota's lanes leave its exporter through the quota node.
    while let Some(column) = shortest_path(problem, search, flows, negligible) {
        augment(problem, search, flows, column);
    }
}

fn room(problem: &Problem<'_>, flows: &[f64], lane: usize) -> f64 {
    if problem.normal[lane] <= 0.0 {
        0.0
    } else if problem.openness[lane] < 1.0 {
        problem.openness[lane] * problem.normal[lane] - flows[lane]
    } else {
        f64::INFINITY
    }
}

/// Breadth-first search from sellers with supply left to a buyer with orders left; returns the buyer.
fn shortest_path(problem: &Problem<'_>, search: &mut Search, flows: &[f64], negligible: f64) -> Option<usize> {
    let (rows, columns) = (problem.supply.len(), problem.orders.len());
    search.parent.clear();
    search.parent.resize(rows + columns + problem.quotas.len(), NONE);
    search.queue.clear();
    for row in 0..rows {
        if search.supply_left[row] > negligible {
            search.parent[row] = row;
            search.queue.push_back(row);
        }
    }
    while let Some(node) = search.queue.pop_front() {
        let reach = |search: &mut Search, next: usize| {
            if search.parent[next] == NONE {
                search.parent[next] = node;
                search.queue.push_back(next);
            }
        };
        if node < rows {
            for column in 0..columns {
                let lane = node * columns + column;
                if search.quota_of_lane[lane] == NONE && room(problem, flows, lane) > negligible {
                    reach(search, rows + column);
                }
            }
            for (index, quota) in problem.quotas.iter().enumerate() {
                if quota.lanes.first().is_some_and(|lane| lane / columns == node)
                    && search.quota_left[index] > negligible
                {
                    reach(search, rows + columns + index);
                }
            }
        } else if node < rows + columns {
            let column = node - rows;
            if search.orders_left[column] > negligible {
                return Some(column);
            }
            for row in 0..rows {
                let lane = row * columns + column;
                if flows[lane] > negligible {
                    let quota = search.quota_of_lane[lane];
                    reach(search, if quota == NONE { row } else { rows + columns + quota });
                }
            }
        } else {
            let quota = &problem.quotas[node - rows - columns];
            for &lane in &quota.lanes {
                if room(problem, flows, lane) > negligible {
                    reach(search, rows + lane % columns);
                }
            }
            // Undoing what the quota carries frees the exporter.
            if let Some(lane) = quota.lanes.first()
                && quota.limit - search.quota_left[node - rows - columns] > negligible
            {
                reach(search, lane / columns);
            }
        }
    }
    None
}

/// Sends as much as the found path allows.
fn augment(problem: &Problem<'_>, search: &mut Search, flows: &mut [f64], column: usize) {
    let (rows, columns) = (problem.supply.len(), problem.orders.len());
    let exporter = |node: usize| {
        if node < rows {
            node
        } else {
            problem.quotas[node - rows - columns].lanes[0] / columns
        }
    };
    let mut amount = search.orders_left[column];
    let mut node = rows + column;
    while search.parent[node] != node {
        let from = search.parent[node];
        let step = if (rows..rows + columns).contains(&node) {
            room(problem, flows, exporter(from) * columns + node - rows)
        } else if (rows..rows + columns).contains(&from) {
            flows[exporter(node) * columns + from - rows]
        } else if node >= rows + columns {
            search.quota_left[node - rows - columns]
        } else {
            let quota = from - rows - columns;
            problem.quotas[quota].limit - search.quota_left[quota]
        };
        amount = amount.min(step);
        node = from;
    }
    amount = amount.min(search.supply_left[node]);
    search.supply_left[node] -= amount;
    search.orders_left[column] -= amount;
    let mut node = rows + column;
    while search.parent[node] != node {
        let from = search.parent[node];
        if (rows..rows + columns).contains(&node) {
            flows[exporter(from) * columns + node - rows] += amount;
        } else if (rows..rows + columns).contains(&from) {
            let lane = exporter(node) * columns + from - rows;
            flows[lane] = (flows[lane] - amount).max(0.0);
        } else if node >= rows + columns {
            search.quota_left[node - rows - columns] -= amount;
        } else {
            search.quota_left[from - rows - columns] += amount;
        }
        node = from;
    }
}
