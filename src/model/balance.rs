//! Trade of one material by the gravity rule.

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
}
