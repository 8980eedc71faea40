//! Rigid trade without a search: the usual cases, in which one side of the market binds and the other does not.

use super::allocation::{Problem, Workspace};
use super::tolerance::ROUNDING;

/// Rigid trade that nothing but supply or orders limits, with the sums of the pattern's rows and columns known: sellers who have less cut all
/// their buyers alike, or buyers who order less cut all their sellers alike. Writes the flows; gives false, and leaves them open, where
/// both sides bind or something else does.
pub(super) fn cut_alike(
    problem: &Problem<'_>,
    (normal_rows, normal_columns): (&[f64], &[f64]),
    flows: &mut Vec<f64>,
) -> bool {
    let is_simple = problem.flexibility.is_some_and(|flexibility| flexibility <= 1.0)
        && !problem.domestic_first
        && !problem.is_restricted
        && problem.quotas.is_empty();
    if !is_simple {
        return false;
    }
    let columns = problem.orders.len();
    let covers = |(sum, limit): (&f64, &f64)| *sum <= limit * (1.0 + ROUNDING);
    let sellers_have_all = || normal_rows.iter().zip(problem.supply).all(covers);
    flows.clear();
    flows.extend_from_slice(problem.normal);
    if normal_columns.iter().zip(problem.orders).all(covers) {
        for ((line, sum), supply) in flows.chunks_exact_mut(columns).zip(normal_rows).zip(problem.supply) {
            if sum > supply {
                let factor = supply.max(0.0) / sum;
                line.iter_mut().for_each(|flow| *flow *= factor);
            }
        }
    } else if sellers_have_all() {
        for (column, (sum, order)) in normal_columns.iter().zip(problem.orders).enumerate() {
            if sum > order {
                let factor = order.max(0.0) / sum;
                for line in flows.chunks_exact_mut(columns) {
                    line[column] *= factor;
                }
            }
        }
    } else {
        return false;
    }
    true
}

/// The factor a <= 1 of a seller with restricted lanes whose buyers take all that is offered: its flows are min(openness, a) of normal, and use up
/// what it has where that is less than open lanes carry. `scale` x `normal` is the normal flow by lane, `openness` what lanes still carry.
pub(super) fn line_factor(normal: &[f64], openness: &[f64], scale: f64, supply: f64) -> f64 {
    let lanes = || normal.iter().zip(openness);
    let offered: f64 = scale * lanes().map(|(normal, open)| normal * open).sum::<f64>();
    if offered <= supply {
        return 1.0;
    }
    // A lane is cut by its restriction, or by the seller: with each round, the factor can only rise, and more lanes are cut by restrictions alone.
    let mut factor = 0.0;
    for _ in 0..=normal.len() {
        let (mut restricted, mut free) = (0.0, 0.0);
        for (normal, open) in lanes() {
            if *open <= factor {
                restricted += normal * open;
            } else {
                free += normal;
            }
        }
        let next = (supply / scale - restricted) / free;
        // (also where nothing is left to be cut)
        if free <= 0.0 || next <= factor || next.is_nan() {
            break;
        }
        factor = next;
    }
    factor.clamp(0.0, 1.0)
}

/// The usual cases of rigid trade, in one pass: every seller cuts all its buyers alike, and no buyer is offered more than it ordered; or buyers
/// take less than they normally do, and every seller has enough. These factors satisfy the conditions of the optimum. Gives false, and
/// changes nothing, where neither does.
pub(super) fn rigid_trade(problem: &Problem<'_>, workspace: &mut Workspace, flows: &mut [f64]) -> bool {
    if !problem.quotas.is_empty() {
        return false;
    }
    let columns = problem.orders.len();
    let Workspace {
        supply_left,
        orders_left,
        offered,
        buyer_factor,
        trade,
        ..
    } = workspace;
    trade.clear();
    trade.extend_from_slice(problem.normal);
    if problem.is_restricted {
        for (weight, openness) in trade.iter_mut().zip(problem.openness) {
            *weight *= openness;
        }
    }
    offered.clear();
    offered.resize(columns, 0.0);
    for (row, line) in trade.chunks_exact_mut(columns).enumerate() {
        if let Some(column) = problem.domestic[row].filter(|_| problem.domestic_first) {
            line[column] = 0.0;
        }
        for (sum, flow) in offered.iter_mut().zip(line.iter()) {
            *sum += flow;
        }
    }
    let fits = |(offered, order): (&f64, &f64)| *offered <= order * (1.0 + ROUNDING);
    let buyers_take_all = offered.iter().zip(orders_left.iter()).all(fits);
    if buyers_take_all {
        // Sellers cut; buyers then get no more than is offered above.
        for (row, line) in trade.chunks_exact_mut(columns).enumerate() {
            let sum: f64 = line.iter().sum();
            let supply = supply_left[row].max(0.0);
            if sum <= supply {
                continue;
            }
            let own = row * columns..(row + 1) * columns;
            let openness = &problem.openness[own.clone()];
            if problem.is_restricted && openness.iter().any(|openness| *openness < 1.0) {
                // Only what is left for trade counts, at home nothing.
                line.copy_from_slice(&problem.normal[own]);
                if let Some(column) = problem.domestic[row].filter(|_| problem.domestic_first) {
                    line[column] = 0.0;
                }
                let factor = line_factor(line, openness, 1.0, supply);
                for (flow, openness) in line.iter_mut().zip(openness) {
                    *flow *= openness.min(factor);
                }
            } else {
                let factor = supply / sum;
                line.iter_mut().for_each(|flow| *flow *= factor);
            }
        }
    } else if problem.is_restricted {
        return false;
    } else {
        buyer_factor.clear();
        let take = |(offered, order): (&f64, &f64)| {
            if *offered > *order {
                order.max(0.0) / offered
            } else {
                1.0
            }
        };
        buyer_factor.extend(offered.iter().zip(orders_left.iter()).map(take));
        for (row, line) in trade.chunks_exact_mut(columns).enumerate() {
            let mut sum = 0.0;
            for (flow, factor) in line.iter_mut().zip(buyer_factor.iter()) {
                *flow *= factor;
                sum += *flow;
            }
            if sum > supply_left[row] * (1.0 + ROUNDING) {
                return false;
            }
        }
    }
    for (row, line) in trade.chunks_exact(columns).enumerate() {
        let own = flows[row * columns..(row + 1) * columns].iter_mut();
        let mut sum = 0.0;
        for ((flow, left), traded) in own.zip(orders_left.iter_mut()).zip(line) {
            *flow += traded;
            *left -= traded;
            sum += traded;
        }
        supply_left[row] -= sum;
    }
    true
}
