//! Baseline trade of one material: the gravity rule, observed lanes, and biproportional balancing (RAS).
//!
//! Sources: Deming and Stephan (1940) and Bacharach (1970) for RAS / iterative proportional fitting.

/// Which countries face each other: `domestic[row]` is the column of the same country, if it buys.
#[derive(Debug, Clone, Copy)]
pub struct Shape<'a> {
    /// Number of exporters.
    pub rows: usize,
    /// Number of buyers.
    pub columns: usize,
    /// Column of each row's own country.
    pub domestic: &'a [Option<usize>],
}

/// Largest relative error of RAS in a row's sum (columns are met exactly).
const RAS_TOLERANCE: f64 = 1e-10;
/// Sweeps after which RAS stops; patterns with zeros may have no exact solution.
const RAS_SWEEPS: usize = 2_000;
/// Rounds in which what the sweeps left over is dealt out; one is enough where all lanes are in use.
const REST_ROUNDS: usize = 4;

/// Gravity flows (t per period) for supply and orders (t per period), row-major into `flows`.
///
/// With `domestic_first` each country first serves itself; what remains is traded in proportion to what sellers have and buyers need.
/// An excess of supply stays unsold pro rata; an excess of orders stays unserved pro rata.
///
/// `needs` is scratch space, so that a trial allocates nothing.
pub fn gravity(
    shape: Shape<'_>,
    supply: &[f64],
    orders: &[f64],
    domestic_first: bool,
    needs: &mut Vec<f64>,
    flows: &mut [f64],
) {
    flows.fill(0.0);
    let own = |row: usize| match shape.domestic[row] {
        Some(column) if domestic_first => supply[row].min(orders[column]),
        _ => 0.0,
    };
    needs.clear();
    needs.extend_from_slice(orders);
    let mut supply_left = 0.0;
    for (row, supply) in supply.iter().enumerate() {
        let kept = own(row);
        supply_left += supply - kept;
        if let Some(column) = shape.domestic[row] {
            needs[column] -= kept;
        }
    }
    let orders_left: f64 = needs.iter().sum();
    let larger = supply_left.max(orders_left);
    for row in 0..shape.rows {
        let kept = own(row);
        let line = &mut flows[row * shape.columns..(row + 1) * shape.columns];
        if larger > 0.0 && supply[row] > kept {
            let scale = (supply[row] - kept) / larger;
            for (flow, need) in line.iter_mut().zip(needs.iter()) {
                *flow = scale * need.max(0.0);
            }
        }
        if let Some(column) = shape.domestic[row] {
            line[column] += kept;
        }
    }
}

/// Memory of [`ras`], and the factors that it found: flows = row factor x seed x column factor.
#[derive(Debug, Clone, Default)]
pub struct Balancing {
    /// Factor of each row.
    pub row_factors: Vec<f64>,
    /// Factor of each column.
    pub column_factors: Vec<f64>,
    sums: Vec<f64>,
    kept: Vec<f64>,
    matrix: Vec<f64>,
    step: Vec<f64>,
}

impl Balancing {
    /// Column factors that reach the column sums for the current row factors, and the row sums that follow; gives their largest relative error.
    fn fit_columns(&mut self, seed: &[f64], row_sums: &[f64], column_sums: &[f64]) -> f64 {
        let columns = column_sums.len();
        self.column_factors.clear();
        self.column_factors.resize(columns, 0.0);
        for (line, factor) in seed.chunks_exact(columns).zip(&self.row_factors) {
            for (sum, seed) in self.column_factors.iter_mut().zip(line) {
                *sum += factor * seed;
            }
        }
        for (factor, target) in self.column_factors.iter_mut().zip(column_sums) {
            *factor = if *factor > 0.0 { target / *factor } else { 0.0 };
        }
        let mut worst: f64 = 0.0;
        self.sums.clear();
        for ((line, factor), target) in seed.chunks_exact(columns).zip(&self.row_factors).zip(row_sums) {
            let sum: f64 = line
                .iter()
                .zip(&self.column_factors)
                .map(|(seed, factor)| seed * factor)
                .sum();
            self.sums.push(factor * sum);
            if *target > 0.0 {
                worst = worst.max((factor * sum / target - 1.0).abs());
            }
        }
        worst
    }

    /// What rows still have (into `sums`) and columns still need (into `kept`).
    fn find_rest(&mut self, row_sums: &[f64], column_sums: &[f64], flows: &[f64]) {
        let columns = column_sums.len();
        self.sums.clear();
        self.sums.extend(
            flows
                .chunks_exact(columns)
                .zip(row_sums)
                .map(|(line, target)| (target - line.iter().sum::<f64>()).max(0.0)),
        );
        self.kept.clear();
        self.kept.extend((0..columns).map(|column| {
            let sum: f64 = flows.iter().skip(column).step_by(columns).sum();
            (column_sums[column] - sum).max(0.0)
        }));
    }

    /// Row factors that reach the row sums for the current column factors.
    fn fit_rows(&mut self, row_sums: &[f64]) {
        for ((factor, sum), target) in self.row_factors.iter_mut().zip(&self.sums).zip(row_sums) {
            if *sum > 0.0 {
                // Without an exact solution factors drift apart for ever.
                *factor = (*factor * target / sum).min(1e100);
                if *target > 0.0 {
                    *factor = factor.max(1e-100);
                }
            }
        }
    }

    /// A Newton step in the row factors' logarithms, with the columns always met; false (and nothing changed) when it does not halve the error.
    fn newton(&mut self, seed: &[f64], row_sums: &[f64], column_sums: &[f64], worst: &mut f64) -> bool {
        let (rows, columns) = (row_sums.len(), column_sums.len());
        self.matrix.clear();
        self.matrix.resize(rows * rows, 0.0);
        let flow = |memory: &Self, row: usize, column: usize| {
            memory.row_factors[row] * seed[row * columns + column] * memory.column_factors[column]
        };
        for (column, target) in column_sums.iter().enumerate() {
            if *target <= 0.0 {
                continue;
            }
            for one in 0..rows {
                let share = flow(self, one, column) / target;
                if share > 0.0 {
                    for other in 0..=one {
                        let entry = share * flow(self, other, column);
                        self.matrix[one * rows + other] -= entry;
                    }
                }
            }
        }
        self.step.clear();
        for (row, target) in row_sums.iter().enumerate() {
            // The common scale of all rows is free, and an empty row's factor too: a trace of the diagonal keeps both still.
            self.matrix[row * rows + row] += self.sums[row] * (1.0 + 1e-12) + f64::MIN_POSITIVE;
            self.step.push(if self.sums[row] > 0.0 {
                target - self.sums[row]
            } else {
                0.0
            });
        }
        if !super::linear::solve_symmetric(&mut self.matrix, &mut self.step, rows) {
            return false;
        }
        // Only differences between rows matter.
        let middle = self.step.iter().sum::<f64>() / rows as f64;
        self.kept.clone_from(&self.row_factors);
        for (factor, step) in self.row_factors.iter_mut().zip(&self.step) {
            *factor *= libm::exp((step - middle).clamp(-2.0, 2.0));
        }
        let next = self.fit_columns(seed, row_sums, column_sums);
        if next < 0.5 * *worst {
            *worst = next;
            return true;
        }
        self.row_factors.clone_from(&self.kept);
        self.fit_columns(seed, row_sums, column_sums);
        false
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
    let Balancing {
        row_factors,
        column_factors,
        ..
    } = memory;
    if row_factors.len() != rows || column_factors.len() != columns {
        row_factors.clear();
        row_factors.resize(rows, 1.0);
        column_factors.clear();
        column_factors.resize(columns, 1.0);
    }
    for (factor, target) in row_factors.iter_mut().zip(row_sums) {
        if *target <= 0.0 {
            *factor = 0.0;
        }
    }
    let seed: &[f64] = flows;
    let mut worst = memory.fit_columns(seed, row_sums, column_sums);
    for sweep in 0..RAS_SWEEPS {
        if worst <= RAS_TOLERANCE {
            break;
        }
        if sweep % 2 == 1 && memory.newton(seed, row_sums, column_sums, &mut worst) {
            continue;
        }
        memory.fit_rows(row_sums);
        worst = memory.fit_columns(seed, row_sums, column_sums);
    }
    let Balancing {
        row_factors,
        column_factors,
        ..
    } = memory;
    for (line, row_factor) in flows.chunks_exact_mut(columns).zip(row_factors.iter()) {
        for (flow, factor) in line.iter_mut().zip(column_factors.iter()) {
            *flow *= row_factor * factor;
        }
    }
    // A factor of 0 could not be started from.
    row_factors
        .iter_mut()
        .chain(column_factors.iter_mut())
        .for_each(|factor| {
            if *factor <= 0.0 || !factor.is_finite() {
                *factor = 1.0;
            }
        });
    // The column step came last: a row may exceed its supply where the pattern has no exact solution.
    for row in 0..rows {
        let line = &mut flows[row * columns..(row + 1) * columns];
        let sum: f64 = line.iter().sum();
        if sum > row_sums[row] {
            let factor = row_sums[row] / sum;
            line.iter_mut().for_each(|flow| *flow *= factor);
        }
    }
    if worst > RAS_TOLERANCE {
        deal_out_rest(row_sums, column_sums, memory, flows);
    }
}

/// Where the sweeps end before both margins are met (an exact solution with lanes of 0 is approached ever more slowly), deals out what is left
/// over the lanes in use, in proportion to what rows still have and columns still need; then by swaps between sellers.
fn deal_out_rest(row_sums: &[f64], column_sums: &[f64], memory: &mut Balancing, flows: &mut [f64]) {
    let columns = column_sums.len();
    for _ in 0..REST_ROUNDS {
        memory.find_rest(row_sums, column_sums, flows);
        let Balancing { sums, kept, .. } = memory;
        let total = kept.iter().sum::<f64>().max(sums.iter().sum());
        if total <= 0.0 {
            return;
        }
        for (line, left) in flows.chunks_exact_mut(columns).zip(sums.iter()) {
            for (flow, need) in line.iter_mut().zip(kept.iter()) {
                if *flow > 0.0 {
                    *flow += left * (need / total);
                }
            }
        }
    }
    memory.find_rest(row_sums, column_sums, flows);
    let Balancing { sums, kept, .. } = memory;
    let small = 1e-13 * row_sums.iter().sum::<f64>();
    for (column, need) in kept.iter_mut().enumerate() {
        for (row, left) in sums.iter_mut().enumerate() {
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
    fn gravity_serves_home_first_and_trades_the_rest() {
        // E7: the leader makes 90 and uses 60, the rest makes 10 and uses 40.
        let domestic = [Some(0), Some(1)];
        let shape = Shape {
            rows: 2,
            columns: 2,
            domestic: &domestic,
        };
        let mut flows = [0.0; 4];
        gravity(shape, &[90.0, 10.0], &[60.0, 40.0], true, &mut Vec::new(), &mut flows);
        assert_eq!(flows, [60.0, 30.0, 0.0, 10.0]);
        gravity(shape, &[90.0, 10.0], &[60.0, 40.0], false, &mut Vec::new(), &mut flows);
        assert_eq!(flows, [54.0, 36.0, 6.0, 4.0]);
    }

    #[test]
    fn gravity_leaves_excess_unsold_pro_rata() {
        let shape = Shape {
            rows: 2,
            columns: 1,
            domestic: &[None, None],
        };
        let mut flows = [0.0; 2];
        gravity(shape, &[90.0, 30.0], &[60.0], true, &mut Vec::new(), &mut flows);
        assert_eq!(flows, [45.0, 15.0]);
        gravity(shape, &[30.0, 10.0], &[60.0], true, &mut Vec::new(), &mut flows);
        assert_eq!(flows, [30.0, 10.0]);
    }

    #[test]
    fn ras_reaches_both_margins() {
        let mut flows = [1.0, 2.0, 3.0, 1.0];
        ras(&[60.0, 40.0], &[30.0, 70.0], &mut Balancing::default(), &mut flows);
        assert!((flows[0] + flows[1] - 60.0).abs() < 1e-8 && (flows[0] + flows[2] - 30.0).abs() < 1e-8);
        // Biproportional: the cross ratio of the seed is kept.
        assert!(((flows[0] * flows[3]) / (flows[1] * flows[2]) - 1.0 / 6.0).abs() < 1e-9);
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
