//! E15: allocation on random small networks against a linear programme and against the conditions that make its optimum unique.

use critmin::engine::allocation::{Problem, Quota, Workspace, allocate};
use microlp::{ComparisonOp, OptimizationDirection, Problem as LinearProgramme};

use crate::support::{Random, close};

/// A random network that owns its numbers.
#[derive(Debug, Clone)]
struct Network {
    supply: Vec<f64>,
    orders: Vec<f64>,
    normal: Vec<f64>,
    openness: Vec<f64>,
    quotas: Vec<Quota>,
    domestic: Vec<Option<usize>>,
    domestic_first: bool,
    flexibility: Option<f64>,
}

impl Network {
    /// Supplies and orders off balance, some lanes unused, some restricted, perhaps a quota per exporter.
    fn random(random: &mut Random, restricted: bool) -> Self {
        let (rows, columns) = (random.whole(1, 6), random.whole(1, 6));
        let amount = |random: &mut Random| {
            if random.chance(0.1) {
                0.0
            } else {
                random.between(1.0, 100.0)
            }
        };
        let normal: Vec<f64> = (0..rows * columns)
            .map(|_| {
                if random.chance(0.25) {
                    0.0
                } else {
                    random.between(0.1, 40.0)
                }
            })
            .collect();
        let openness = (0..rows * columns)
            .map(|_| match () {
                () if restricted && random.chance(0.1) => 0.0,
                () if restricted && random.chance(0.2) => random.unit(),
                () => 1.0,
            })
            .collect();
        let mut quotas = Vec::new();
        if restricted && random.chance(0.5) {
            let row = random.whole(0, rows - 1);
            let lanes: Vec<usize> = (0..columns)
                .filter(|_| random.chance(0.7))
                .map(|column| row * columns + column)
                .collect();
            if !lanes.is_empty() {
                let limit = random.unit() * lanes.iter().map(|&lane| normal[lane]).sum::<f64>();
                quotas.push(Quota { lanes, limit });
            }
        }
        Network {
            supply: (0..rows).map(|_| amount(random)).collect(),
            orders: (0..columns).map(|_| amount(random)).collect(),
            normal,
            openness,
            quotas,
            domestic: vec![None; rows],
            domestic_first: false,
            flexibility: None,
        }
    }

    fn allocate(&self) -> Vec<f64> {
        self.allocate_from(&mut Vec::new())
    }

    /// Starts from the sellers' factors of another problem.
    fn allocate_from(&self, start: &mut Vec<f64>) -> Vec<f64> {
        let problem = Problem {
            supply: &self.supply,
            orders: &self.orders,
            normal_orders: &self.orders,
            normal: &self.normal,
            openness: &self.openness,
            is_restricted: self.openness.iter().any(|openness| *openness < 1.0),
            quotas: &self.quotas,
            flexibility: self.flexibility,
            domestic: &self.domestic,
            domestic_first: self.domestic_first,
        };
        let mut flows = Vec::new();
        allocate(&problem, &mut Workspace::default(), start, &mut flows);
        flows
    }

    fn with_flexibility(&self, flexibility: Option<f64>) -> Self {
        Network {
            flexibility,
            ..self.clone()
        }
    }

    fn columns(&self) -> usize {
        self.orders.len()
    }

    fn row_sum(&self, flows: &[f64], row: usize) -> f64 {
        flows[row * self.columns()..(row + 1) * self.columns()].iter().sum()
    }

    fn column_sum(&self, flows: &[f64], column: usize) -> f64 {
        (0..self.supply.len())
            .map(|row| flows[row * self.columns() + column])
            .sum()
    }

    /// The most that a lane may carry.
    fn lane_limit(&self, lane: usize) -> f64 {
        match self.flexibility {
            _ if self.normal[lane] <= 0.0 => 0.0,
            _ if self.openness[lane] < 1.0 => self.openness[lane] * self.normal[lane],
            Some(flexibility) => flexibility * self.normal[lane],
            None => f64::INFINITY,
        }
    }

    /// The largest total that limits of supply, orders, lanes and quotas allow, by the simplex method.
    fn maximum(&self) -> f64 {
        let mut programme = LinearProgramme::new(OptimizationDirection::Maximize);
        let lanes: Vec<_> = (0..self.normal.len())
            .map(|lane| programme.add_var(1.0, (0.0, self.lane_limit(lane))))
            .collect();
        let columns = self.columns();
        for (row, supply) in self.supply.iter().enumerate() {
            let line: Vec<_> = (0..columns)
                .map(|column| (lanes[row * columns + column], 1.0))
                .collect();
            programme.add_constraint(&line, ComparisonOp::Le, *supply);
        }
        for (column, order) in self.orders.iter().enumerate() {
            let line: Vec<_> = (0..self.supply.len())
                .map(|row| (lanes[row * columns + column], 1.0))
                .collect();
            programme.add_constraint(&line, ComparisonOp::Le, *order);
        }
        for quota in &self.quotas {
            let line: Vec<_> = quota.lanes.iter().map(|&lane| (lanes[lane], 1.0)).collect();
            programme.add_constraint(&line, ComparisonOp::Le, quota.limit);
        }
        programme
            .solve()
            .expect("a maximum flow exists")
            .into_solution()
            .expect("solved in time")
            .objective()
    }

    /// The network with rows in another order.
    fn permuted(&self, order: &[usize]) -> Self {
        let columns = self.columns();
        let lanes = |values: &[f64]| -> Vec<f64> {
            order
                .iter()
                .flat_map(|&row| values[row * columns..(row + 1) * columns].to_vec())
                .collect()
        };
        let moved = |lane: usize| {
            let row = order.iter().position(|&row| row == lane / columns).unwrap();
            row * columns + lane % columns
        };
        Network {
            supply: order.iter().map(|&row| self.supply[row]).collect(),
            normal: lanes(&self.normal),
            openness: lanes(&self.openness),
            quotas: self
                .quotas
                .iter()
                .map(|quota| Quota {
                    lanes: quota.lanes.iter().map(|&lane| moved(lane)).collect(),
                    limit: quota.limit,
                })
                .collect(),
            domestic: order.iter().map(|&row| self.domestic[row]).collect(),
            ..self.clone()
        }
    }

    /// Nothing is over-sold, over-delivered, negative or above its lane's or quota's limit.
    fn check_limits(&self, flows: &[f64]) {
        for (row, supply) in self.supply.iter().enumerate() {
            let sold = self.row_sum(flows, row);
            assert!(
                sold <= supply * (1.0 + 1e-9) + 1e-12,
                "row {row} sells {sold} of {supply}: {self:?}"
            );
        }
        for (column, order) in self.orders.iter().enumerate() {
            let got = self.column_sum(flows, column);
            assert!(
                got <= order * (1.0 + 1e-9) + 1e-12,
                "column {column} gets {got} of {order}: {self:?}"
            );
        }
        for (lane, flow) in flows.iter().enumerate() {
            let limit = self.lane_limit(lane);
            assert!(
                *flow >= 0.0 && *flow <= limit * (1.0 + 1e-9) + 1e-12,
                "lane {lane} carries {flow} of {limit}: {self:?}"
            );
        }
        for quota in &self.quotas {
            let used: f64 = quota.lanes.iter().map(|&lane| flows[lane]).sum();
            assert!(
                used <= quota.limit * (1.0 + 1e-9) + 1e-12,
                "a quota of {} carries {used}",
                quota.limit
            );
        }
    }
}

const NETWORKS: u64 = 300;

#[test]
fn coordinated_equals_the_linear_programme() {
    for seed in 0..NETWORKS {
        let network = Network::random(&mut Random::new(seed), seed % 2 == 1).with_flexibility(None);
        let flows = network.allocate();
        network.check_limits(&flows);
        let (total, maximum) = (flows.iter().sum::<f64>(), network.maximum());
        assert!(
            close(total, maximum, 1e-9, 1e-9),
            "seed {seed}: {total} instead of {maximum}\n{network:?}"
        );
    }
}

#[test]
fn coordinated_leaves_nobody_worse_off_than_rigid_contracts() {
    for seed in 0..NETWORKS {
        let network = Network::random(&mut Random::new(seed), seed % 2 == 1);
        let rigid = network.with_flexibility(Some(1.0)).allocate();
        let coordinated = network.with_flexibility(None).allocate();
        let columns = network.orders.len();
        let bought = |flows: &[f64], column: usize| flows.iter().skip(column).step_by(columns).sum::<f64>();
        for column in 0..columns {
            let (before, after) = (bought(&rigid, column), bought(&coordinated, column));
            assert!(
                after >= before - 1e-9 * (1.0 + before),
                "seed {seed}: buyer {column} falls from {before} to {after}"
            );
        }
        for (row, (before, after)) in rigid.chunks(columns).zip(coordinated.chunks(columns)).enumerate() {
            let (before, after) = (before.iter().sum::<f64>(), after.iter().sum::<f64>());
            assert!(
                after >= before - 1e-9 * (1.0 + before),
                "seed {seed}: seller {row} falls from {before} to {after}"
            );
        }
    }
}

#[test]
fn gravity_rises_with_flexibility_towards_the_maximum() {
    for seed in 0..NETWORKS {
        let network = Network::random(&mut Random::new(seed), seed % 2 == 1);
        let maximum = network.maximum();
        let mut before = 0.0;
        for flexibility in [1.0, 1.5, 4.0, 1e4] {
            let network = network.with_flexibility(Some(flexibility));
            let flows = network.allocate();
            network.check_limits(&flows);
            let total: f64 = flows.iter().sum();
            assert!(
                total >= before * (1.0 - 1e-9),
                "seed {seed}: {total} at {flexibility}, {before} before"
            );
            assert!(
                total <= network.maximum() * (1.0 + 1e-9) + 1e-9,
                "seed {seed}: above what limits allow"
            );
            before = total;
        }
        // How near 1e4 comes depends on how far goods must be passed on along sparse lanes: with every lane in use it is 1e-4.
        let dense = network.normal.iter().all(|normal| *normal > 0.0) && seed % 2 == 0;
        let far = network.with_flexibility(Some(1e6)).allocate().iter().sum::<f64>();
        for (total, nearness) in [(before, if dense { 1e-4 } else { 1e-2 }), (far, 1e-4)] {
            assert!(
                close(total, maximum, nearness, 1e-9),
                "seed {seed}: {total} of {maximum}\n{network:?}"
            );
        }
    }
}

#[test]
fn gravity_does_not_depend_on_the_order_of_sellers() {
    for seed in 0..NETWORKS {
        let mut random = Random::new(seed);
        let network = Network::random(&mut random, seed % 2 == 1).with_flexibility(Some(random.between(1.0, 4.0)));
        let order = random.order(network.supply.len());
        let (flows, permuted) = (network.allocate(), network.permuted(&order).allocate());
        let columns = network.columns();
        let total: f64 = flows.iter().sum();
        for (position, &row) in order.iter().enumerate() {
            for column in 0..columns {
                let (one, other) = (flows[row * columns + column], permuted[position * columns + column]);
                assert!(
                    close(one, other, 1e-7, 1e-7 * total),
                    "seed {seed}: {one} and {other}\n{network:?}"
                );
            }
        }
    }
}

#[test]
fn gravity_does_not_depend_on_where_the_search_starts() {
    for seed in 0..NETWORKS {
        let mut random = Random::new(seed);
        let network = Network::random(&mut random, seed % 2 == 1).with_flexibility(Some(random.between(1.0, 4.0)));
        let cold = network.allocate();
        let total: f64 = cold.iter().sum();
        // Factors of a market with other supply and orders, and arbitrary ones.
        let mut found = Vec::new();
        let mut other = network.clone();
        other
            .supply
            .iter_mut()
            .for_each(|supply| *supply *= random.between(0.2, 2.0));
        other
            .orders
            .iter_mut()
            .for_each(|order| *order *= random.between(0.2, 2.0));
        other.allocate_from(&mut found);
        let arbitrary: Vec<f64> = network.supply.iter().map(|_| random.unit()).collect();
        for start in [found, arbitrary] {
            let warm = network.allocate_from(&mut start.clone());
            for (lane, (one, other)) in cold.iter().zip(&warm).enumerate() {
                assert!(
                    close(*one, *other, 1e-7, 1e-7 * total),
                    "seed {seed}, lane {lane}: {one} and {other}\n{network:?}"
                );
            }
        }
    }
}

/// T_ij = a_i b_j B_ij with a_i < 1 only where the supply is sold out and b_j < beta only where the order is met: the conditions of the
/// unique optimum. Factors are read off the flows: along the lanes of a network without zeros, T_ij / B_ij must have rank one.
#[test]
fn gravity_meets_the_conditions_of_its_optimum() {
    let mut binding = 0;
    for seed in 0..NETWORKS {
        let mut random = Random::new(seed);
        let mut network = Network::random(&mut random, false);
        network.normal.iter_mut().for_each(|normal| *normal = normal.max(0.5));
        network.supply.iter_mut().for_each(|supply| *supply = supply.max(1.0));
        network.orders.iter_mut().for_each(|order| *order = order.max(1.0));
        let flexibility = random.between(1.0, 3.0);
        let network = network.with_flexibility(Some(flexibility));
        let flows = network.allocate();
        let (rows, columns) = (network.supply.len(), network.columns());
        let ratio = |row: usize, column: usize| flows[row * columns + column] / network.normal[row * columns + column];
        let met = |column: usize| close(network.column_sum(&flows, column), network.orders[column], 1e-7, 0.0);
        let sold_out = |row: usize| close(network.row_sum(&flows, row), network.supply[row], 1e-7, 0.0);
        for row in 1..rows {
            for column in 1..columns {
                let (one, other) = (ratio(row, column) * ratio(0, 0), ratio(row, 0) * ratio(0, column));
                assert!(
                    close(one, other, 1e-6, 1e-9),
                    "seed {seed}: not a product of factors: {one}, {other}"
                );
            }
        }
        // With b_j = beta for the buyer that scales most, a_i is ratio / beta; where somebody is not met, beta is reached.
        for column in (0..columns).filter(|&column| !met(column)) {
            for row in (0..rows).filter(|&row| !sold_out(row)) {
                binding += 1;
                assert!(
                    close(ratio(row, column), flexibility, 1e-6, 0.0),
                    "seed {seed}: buyer {column} is short and seller {row} has goods, yet the lane carries {} x normal",
                    ratio(row, column)
                );
            }
            for row in (0..rows).filter(|&row| sold_out(row)) {
                // a_i from this buyer, whose b is beta; a met buyer's b follows and must not exceed beta.
                let a = ratio(row, column) / flexibility;
                assert!(a <= 1.0 + 1e-7, "seed {seed}: a = {a}");
                for other in 0..columns {
                    let b = ratio(row, other) / a;
                    assert!(
                        b <= flexibility * (1.0 + 1e-6),
                        "seed {seed}: b = {b} above {flexibility}"
                    );
                }
            }
        }
    }
    assert!(binding > 100, "only {binding} limits were seen to bind");
}

#[test]
fn restricted_lanes_and_quotas_hold_at_any_flexibility() {
    for seed in 0..NETWORKS {
        let mut random = Random::new(seed + 10_000);
        let network = Network::random(&mut random, true);
        for flexibility in [Some(1.0), Some(2.5), Some(1e6), None] {
            let network = network.with_flexibility(flexibility);
            network.check_limits(&network.allocate());
        }
    }
}

#[test]
fn own_users_come_first() {
    for seed in 0..NETWORKS {
        let mut random = Random::new(seed + 20_000);
        let mut network = Network::random(&mut random, true);
        let columns = network.columns();
        network.domestic = (0..network.supply.len())
            .map(|row| (row < columns).then_some(row))
            .collect();
        network.domestic_first = true;
        // Quotas and restrictions are between countries.
        for row in 0..network.supply.len().min(columns) {
            network.openness[row * columns + row] = 1.0;
        }
        let columns_of = |quota: &Quota| {
            quota
                .lanes
                .iter()
                .map(|lane| (lane / columns, lane % columns))
                .collect::<Vec<_>>()
        };
        network
            .quotas
            .retain(|quota| columns_of(quota).iter().all(|(row, column)| row != column));
        for flexibility in [Some(1.0), Some(2.0), None] {
            let network = network.with_flexibility(flexibility);
            let flows = network.allocate();
            network.check_limits(&flows);
            for row in 0..network.supply.len().min(columns) {
                let lane = row * columns + row;
                let due = network.normal[lane].min(network.supply[row]).min(network.orders[row]);
                // A coordinated response may move goods abroad only if home is still served as before in total.
                let home = if flexibility.is_none() {
                    network.column_sum(&flows, row)
                } else {
                    flows[lane]
                };
                assert!(home >= due * (1.0 - 1e-9), "seed {seed}: home gets {home} of {due}");
            }
        }
    }
}
