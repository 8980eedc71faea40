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
const RAS_TOLERANCE: f64 = 1e-11;
/// Sweeps after which RAS stops; patterns with zeros may have no exact solution.
const RAS_SWEEPS: usize = 20_000;

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

/// Balances `flows` in place to the largest common total of supply and orders: rows to `supply x total / sum(supply)`, columns to
/// `orders x total / sum(orders)`. Never exceeds supply or orders, even where zeros in the pattern make the targets unreachable.
///
/// `column_sums` is scratch space, so that a trial allocates nothing.
pub fn ras(shape: Shape<'_>, supply: &[f64], orders: &[f64], column_sums: &mut Vec<f64>, flows: &mut [f64]) {
    let (rows, columns) = (shape.rows, shape.columns);
    let supply_sum: f64 = supply.iter().sum();
    let orders_sum: f64 = orders.iter().sum();
    let total = supply_sum.min(orders_sum);
    if total <= 0.0 {
        flows.fill(0.0);
        return;
    }
    let row_scale = total / supply_sum;
    let column_scale = total / orders_sum;
    column_sums.clear();
    column_sums.resize(columns, 0.0);
    for _ in 0..RAS_SWEEPS {
        for row in 0..rows {
            let line = &mut flows[row * columns..(row + 1) * columns];
            let sum: f64 = line.iter().sum();
            let factor = if sum > 0.0 { supply[row] * row_scale / sum } else { 0.0 };
            line.iter_mut().for_each(|flow| *flow *= factor);
        }
        column_sums.fill(0.0);
        for line in flows.chunks_exact(columns) {
            for (sum, flow) in column_sums.iter_mut().zip(line) {
                *sum += flow;
            }
        }
        let mut worst: f64 = 0.0;
        for column in 0..columns {
            let target = orders[column] * column_scale;
            worst = worst.max((column_sums[column] - target).abs());
            column_sums[column] = if column_sums[column] > 0.0 {
                target / column_sums[column]
            } else {
                0.0
            };
        }
        for line in flows.chunks_exact_mut(columns) {
            for (flow, factor) in line.iter_mut().zip(column_sums.iter()) {
                *flow *= factor;
            }
        }
        if worst <= RAS_TOLERANCE * total {
            break;
        }
    }
    // The column step came last: a row may exceed its supply where the pattern has no exact solution.
    for row in 0..rows {
        let line = &mut flows[row * columns..(row + 1) * columns];
        let sum: f64 = line.iter().sum();
        if sum > supply[row] {
            let factor = supply[row] / sum;
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
        let domestic = [None, None];
        let shape = Shape {
            rows: 2,
            columns: 2,
            domestic: &domestic,
        };
        let mut flows = [1.0, 2.0, 3.0, 1.0];
        ras(shape, &[60.0, 40.0], &[30.0, 70.0], &mut Vec::new(), &mut flows);
        assert!((flows[0] + flows[1] - 60.0).abs() < 1e-8 && (flows[0] + flows[2] - 30.0).abs() < 1e-8);
        // Biproportional: the cross ratio of the seed is kept.
        assert!(((flows[0] * flows[3]) / (flows[1] * flows[2]) - 1.0 / 6.0).abs() < 1e-9);
    }

    #[test]
    fn ras_without_exact_solution_never_oversells() {
        let domestic = [None, None];
        let shape = Shape {
            rows: 2,
            columns: 2,
            domestic: &domestic,
        };
        let mut flows = [1.0, 0.0, 0.0, 1.0];
        ras(shape, &[80.0, 20.0], &[50.0, 50.0], &mut Vec::new(), &mut flows);
        assert!(flows[0] <= 50.0 + 1e-9 && flows[3] <= 20.0 + 1e-9, "{flows:?}");
    }
}
