//! Allocation of one material's supply in one period. Sellers' shares fall as 1 / rank, buyers' too; what each buyer normally takes from each
//! seller is the product of the two (gravity). Capacity is 10 % above orders, and the largest seller has lost half of its own.
//!
//! Flexible trade is a search: `from scratch` begins it anew each time, `from the period before` where it ended, as in a run.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use critmin::engine::allocation::{Problem, Workspace, allocate};

/// A market that owns its numbers, t per period.
struct Market {
    supply: Vec<f64>,
    orders: Vec<f64>,
    normal: Vec<f64>,
    openness: Vec<f64>,
    domestic: Vec<Option<usize>>,
}

impl Market {
    /// As many sellers as buyers.
    fn of(size: usize) -> Self {
        const DEMAND_T: f64 = 1_000.0;
        let weights = (1..=size).map(|rank| 1.0 / rank as f64);
        let total: f64 = weights.clone().sum();
        let shares: Vec<f64> = weights.map(|weight| weight / total).collect();
        let mut supply: Vec<f64> = shares.iter().map(|share| 1.1 * DEMAND_T * share).collect();
        supply[0] *= 0.5;
        Self {
            supply,
            orders: shares.iter().map(|share| DEMAND_T * share).collect(),
            normal: shares
                .iter()
                .flat_map(|seller| shares.iter().map(move |buyer| DEMAND_T * seller * buyer))
                .collect(),
            openness: vec![1.0; size * size],
            domestic: vec![None; size],
        }
    }

    /// The second seller sends every other buyer only 30 % of what it normally does.
    fn restricted(size: usize) -> Self {
        let mut market = Self::of(size);
        for lane in market.openness[size..2 * size].iter_mut().step_by(2) {
            *lane = 0.3;
        }
        market
    }

    fn problem(&self, flexibility: Option<f64>) -> Problem<'_> {
        Problem {
            supply: &self.supply,
            orders: &self.orders,
            normal_orders: &self.orders,
            normal: &self.normal,
            openness: &self.openness,
            is_restricted: self.openness.iter().any(|openness| *openness < 1.0),
            quotas: &[],
            flexibility,
            domestic: &self.domestic,
            domestic_first: false,
        }
    }
}

fn allocation(criterion: &mut Criterion) {
    const FLEXIBLE: Option<f64> = Some(1.5);
    const COORDINATED: Option<f64> = None;
    let mut group = criterion.benchmark_group("allocation");
    for size in [10, 40] {
        let free = Market::of(size);
        let restricted = Market::restricted(size);
        for (name, market, flexibility, is_new) in [
            ("rigid", &free, Some(1.0), true),
            ("flexible, from scratch", &free, FLEXIBLE, true),
            ("flexible, from the period before", &free, FLEXIBLE, false),
            ("flexible, restricted lanes, from scratch", &restricted, FLEXIBLE, true),
            ("coordinated", &free, COORDINATED, true),
        ] {
            let problem = market.problem(flexibility);
            group.bench_function(format!("{name}, {size}x{size}"), |bencher| {
                let (mut workspace, mut start, mut flows) = (Workspace::default(), Vec::new(), Vec::new());
                bencher.iter(|| {
                    if is_new {
                        start.clear();
                    }
                    allocate(black_box(&problem), &mut workspace, &mut start, &mut flows);
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, allocation);
criterion_main!(benches);
