//! Biproportional balancing (RAS): scales the rows and the columns of a table of flows until both have given sums.
//!
//! Flow = row factor x seed x column factor. For given factors of one side those of the other follow in closed form, so the search is over
//! the side with fewer members, by Newton's method on the logarithms of its factors (the problem is the minimum of a convex function); where
//! no Newton step comes closer, by the proportional steps of Deming and Stephan (1940), which always converge but slowly. Bacharach (1970)
//! says when the sums can be reached.

mod search;

use self::search::{Search, TOLERANCE};
use super::fours::each;

/// Rounds in which what the search left over is dealt out; one is enough where all lanes are in use.
const REST_ROUNDS: usize = 4;

/// Memory of [`ras`], and the factors that it found.
#[derive(Debug, Clone, Default)]
pub struct Balancing {
    /// Factors of the shorter side (columns, where rows are as many); the next search starts from them.
    pub factors: Vec<f64>,
    /// Whether columns are the shorter side.
    by_columns: bool,
    search: Search,
    /// What rows and columns are still short of their sums.
    rows_left: Vec<f64>,
    columns_left: Vec<f64>,
}

impl Balancing {
    /// What the last balancing multiplied a row's flow to a column by.
    pub fn factor(&self, row: usize, column: usize) -> f64 {
        let (line, entry) = if self.by_columns { (row, column) } else { (column, row) };
        self.search.line_factors[line] * self.factors[entry]
    }

    /// What rows still have and columns still need.
    fn find_rest(&mut self, row_sums: &[f64], column_sums: &[f64], flows: &[f64]) {
        let columns = column_sums.len();
        self.rows_left.clear();
        self.rows_left.extend(
            flows
                .chunks_exact(columns)
                .zip(row_sums)
                .map(|(line, target)| (target - line.iter().sum::<f64>()).max(0.0)),
        );
        self.columns_left.clear();
        self.columns_left.extend((0..columns).map(|column| {
            let sum: f64 = flows.iter().skip(column).step_by(columns).sum();
            (column_sums[column] - sum).max(0.0)
        }));
    }
}

/// Balances `flows` (the seed) in place to these row and column sums, which have the same total, starting from the factors in `memory` where
/// their number fits (those of a similar problem). Where zeros in the seed make the sums unreachable, rows and columns stay below them.
pub fn ras(row_sums: &[f64], column_sums: &[f64], memory: &mut Balancing, flows: &mut [f64]) {
    let (rows, columns) = (row_sums.len(), column_sums.len());
    let total: f64 = row_sums.iter().sum();
    if total <= 0.0 || columns == 0 {
        flows.fill(0.0);
        return;
    }
    let by_columns = columns <= rows;
    memory.by_columns = by_columns;
    // Where lines are rows, entries are columns.
    let lane = |line: usize, entry: usize| {
        if by_columns {
            line * columns + entry
        } else {
            entry * columns + line
        }
    };
    let (line_sums, entry_sums) = if by_columns {
        (row_sums, column_sums)
    } else {
        (column_sums, row_sums)
    };
    let search = &mut memory.search;
    search.prepare(line_sums, entry_sums, &memory.factors, |line, entry| {
        flows[lane(line, entry)]
    });
    search.find();
    memory.factors.clear();
    memory
        .factors
        .extend_from_slice(&search.factors.as_flattened()[..search.entries]);
    // An entry may exceed its sum by what the search left open, by more where there is no exact solution.
    for (scale, (sum, target)) in search.step.iter_mut().zip(search.sums.iter().zip(&search.entry_sums)) {
        *scale = each(|at| {
            if sum[at] > target[at] {
                target[at] / sum[at]
            } else {
                1.0
            }
        });
    }
    let scales = search.step.as_flattened();
    for (line, found) in search.flows.chunks_exact(search.width).enumerate() {
        for (entry, (flow, scale)) in found.as_flattened()[..search.entries].iter().zip(scales).enumerate() {
            flows[lane(line, entry)] = flow * scale;
        }
    }
    let worst = search.worst;
    if worst > TOLERANCE {
        deal_out_rest(row_sums, column_sums, memory, flows);
    }
}

/// Where the sweeps end before both margins are met (an exact solution with lanes of 0 is approached ever more slowly), deals out what is left
/// over the lanes in use, in proportion to what rows still have and columns still need; then by swaps between sellers.
fn deal_out_rest(row_sums: &[f64], column_sums: &[f64], memory: &mut Balancing, flows: &mut [f64]) {
    let columns = column_sums.len();
    for _ in 0..REST_ROUNDS {
        memory.find_rest(row_sums, column_sums, flows);
        let Balancing {
            rows_left,
            columns_left,
            ..
        } = memory;
        let total = columns_left.iter().sum::<f64>().max(rows_left.iter().sum());
        if total <= 0.0 {
            return;
        }
        for (line, left) in flows.chunks_exact_mut(columns).zip(rows_left.iter()) {
            for (flow, need) in line.iter_mut().zip(columns_left.iter()) {
                if *flow > 0.0 {
                    *flow += left * (need / total);
                }
            }
        }
    }
    memory.find_rest(row_sums, column_sums, flows);
    let Balancing {
        rows_left,
        columns_left,
        ..
    } = memory;
    let small = 1e-13 * row_sums.iter().sum::<f64>();
    for (column, need) in columns_left.iter_mut().enumerate() {
        for (row, left) in rows_left.iter_mut().enumerate() {
            if *need > small && *left > small {
                swap_in(row, column, left, need, columns, flows);
            }
        }
    }
}

/// Brings what a row has left to a column in need to which it has no lane: the row sells it to another column, one of whose sellers
/// sells as much less there and more to the column in need.
fn swap_in(row: usize, column: usize, left: &mut f64, need: &mut f64, columns: usize, flows: &mut [f64]) {
    for between in 0..columns {
        if flows[row * columns + between] <= 0.0 {
            continue;
        }
        for other in 0..flows.len() / columns {
            let (from, to) = (other * columns + between, other * columns + column);
            if other == row || flows[from] <= 0.0 || flows[to] <= 0.0 {
                continue;
            }
            let amount = left.min(*need).min(flows[from]);
            flows[from] -= amount;
            flows[to] += amount;
            flows[row * columns + between] += amount;
            *left -= amount;
            *need -= amount;
            if *left <= 0.0 || *need <= 0.0 {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ras_reaches_both_margins() {
        let mut flows = [1.0, 2.0, 3.0, 1.0];
        ras(&[60.0, 40.0], &[30.0, 70.0], &mut Balancing::default(), &mut flows);
        assert!((flows[0] + flows[1] - 60.0).abs() < 1e-8 && (flows[0] + flows[2] - 30.0).abs() < 1e-8);
        // Biproportional: the cross ratio of the seed is kept.
        assert!(((flows[0] * flows[3]) / (flows[1] * flows[2]) - 1.0 / 6.0).abs() < 1e-9);
    }

    /// Sums of rows and of columns.
    fn margins(flows: &[f64], columns: usize) -> (Vec<f64>, Vec<f64>) {
        let rows = flows.chunks_exact(columns).map(|line| line.iter().sum()).collect();
        let columns = (0..columns).map(|column| flows.iter().skip(column).step_by(columns).sum());
        (rows, columns.collect())
    }

    /// A table of arbitrary numbers, some of them 0, and another with the same zeros whose sums it is to reach.
    fn tables(rows: usize, columns: usize) -> (Vec<f64>, Vec<f64>) {
        let value = |at: usize| ((7919 * (at + 1)) % 101) as f64;
        let seed: Vec<f64> = (0..rows * columns)
            .map(|at| if at % 5 == 3 { 0.0 } else { 1.0 + value(at) })
            .collect();
        let goal = seed
            .iter()
            .enumerate()
            .map(|(at, seed)| if *seed > 0.0 { 1.0 + value(at + 57) } else { 0.0 });
        let goal = goal.collect();
        (seed, goal)
    }

    #[test]
    fn tables_of_all_shapes_reach_their_sums_and_keep_their_cross_ratios() {
        for rows in 1..=9 {
            for columns in 1..=9 {
                let (seed, goal) = tables(rows, columns);
                let (row_sums, column_sums) = margins(&goal, columns);
                let mut flows = seed.clone();
                let mut memory = Balancing::default();
                ras(&row_sums, &column_sums, &mut memory, &mut flows);
                let found = margins(&flows, columns);
                for (sum, target) in found.0.iter().chain(&found.1).zip(row_sums.iter().chain(&column_sums)) {
                    assert!(
                        (sum - target).abs() <= 1e-9 * target,
                        "{rows} x {columns}: {sum} for {target}"
                    );
                }
                for (at, (flow, seed)) in flows.iter().zip(&seed).enumerate() {
                    let expected = memory.factor(at / columns, at % columns) * seed;
                    assert!(
                        (flow - expected).abs() <= 1e-9 * expected,
                        "{rows} x {columns}: {flow} for {expected}"
                    );
                }
            }
        }
    }

    #[test]
    fn rows_and_columns_are_treated_alike() {
        for (rows, columns) in [(3, 5), (7, 2), (8, 8), (12, 5)] {
            let (seed, goal) = tables(rows, columns);
            let (row_sums, column_sums) = margins(&goal, columns);
            let turned = |flows: &[f64]| -> Vec<f64> {
                (0..columns)
                    .flat_map(|column| flows.iter().copied().skip(column).step_by(columns))
                    .collect()
            };
            let (mut flows, mut other) = (seed.clone(), turned(&seed));
            ras(&row_sums, &column_sums, &mut Balancing::default(), &mut flows);
            ras(&column_sums, &row_sums, &mut Balancing::default(), &mut other);
            for (one, other) in turned(&flows).iter().zip(&other) {
                assert!((one - other).abs() <= 1e-9 * one, "{one} and {other}");
            }
        }
    }

    #[test]
    fn ras_starts_from_known_factors() {
        let seed = [1.0, 2.0, 3.0, 1.0];
        let (rows, columns) = ([60.0, 40.0], [30.0, 70.0]);
        let mut memory = Balancing::default();
        let mut flows = seed;
        ras(&rows, &columns, &mut memory, &mut flows);
        let mut again = seed;
        ras(&rows, &columns, &mut memory, &mut again);
        for (one, other) in flows.iter().zip(&again) {
            assert!((one - other).abs() < 1e-8);
        }
    }

    #[test]
    fn what_has_no_lane_is_swapped_in() {
        // The first row has 10 left and no lane to the second column, which needs 10.
        let mut flows = [50.0, 0.0, 30.0, 20.0];
        deal_out_rest(&[60.0, 50.0], &[80.0, 30.0], &mut Balancing::default(), &mut flows);
        assert_eq!(flows, [60.0, 0.0, 20.0, 30.0]);
    }

    #[test]
    fn ras_without_exact_solution_never_oversells() {
        let mut flows = [1.0, 0.0, 0.0, 1.0];
        ras(&[80.0, 20.0], &[50.0, 50.0], &mut Balancing::default(), &mut flows);
        assert!(flows[0] <= 50.0 + 1e-9 && flows[3] <= 20.0 + 1e-9, "{flows:?}");
    }
}
