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

/// Relative tolerance of RAS on row and column sums.
const RAS_TOLERANCE: f64 = 1e-10;
/// Sweeps after which RAS stops; patterns with zeros may have no exact solution.
const RAS_SWEEPS: usize = 2_000;

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
    for row in 0..shape.rows {
        let kept = own(row);
        supply_left += supply[row] - kept;
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
        sums,
    } = memory;
    if row_factors.len() != rows || column_factors.len() != columns {
        row_factors.clear();
        row_factors.resize(rows, 1.0);
        column_factors.clear();
        column_factors.resize(columns, 1.0);
    }
    for _ in 0..RAS_SWEEPS {
        sums.clear();
        sums.resize(columns, 0.0);
        for ((line, factor), target) in flows.chunks_exact(columns).zip(row_factors.iter_mut()).zip(row_sums) {
            let sum: f64 = line
                .iter()
                .zip(column_factors.iter())
                .map(|(seed, factor)| seed * factor)
                .sum();
            *factor = if sum > 0.0 { target / sum } else { 0.0 };
            for (sum, seed) in sums.iter_mut().zip(line) {
                *sum += *factor * seed;
            }
        }
        let mut worst: f64 = 0.0;
        for ((factor, sum), target) in column_factors.iter_mut().zip(sums.iter()).zip(column_sums) {
            worst = worst.max((*factor * sum - target).abs());
            *factor = if *sum > 0.0 { target / sum } else { 0.0 };
        }
        if worst <= RAS_TOLERANCE * total {
            break;
        }
    }
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
    fn ras_without_exact_solution_never_oversells() {
        let mut flows = [1.0, 0.0, 0.0, 1.0];
        ras(&[80.0, 20.0], &[50.0, 50.0], &mut Balancing::default(), &mut flows);
        assert!(flows[0] <= 50.0 + 1e-9 && flows[3] <= 20.0 + 1e-9, "{flows:?}");
    }
}
