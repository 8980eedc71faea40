//! The search for an allocation: it takes few evaluations however near supply is to orders, its answers are optima, and where it starts decides
//! nothing.

use std::path::Path;

use critmin::engine::draws::TrialStreams;
use critmin::engine::observe::{Observer, PeriodOutcome, TrialOutcome};
use critmin::engine::projection::Projection;
use critmin::engine::trial::Simulator;
use critmin::scenario::Document;
use critmin::study::inside::prepare;

use crate::support::{Random, close};

/// A market: up to 40 sellers and buyers, supply short of orders by 1e-9 to 0.9 of them.
struct Market {
    columns: usize,
    weights: Vec<f64>,
    supply: Vec<f64>,
    orders: Vec<f64>,
    flexibility: f64,
    openness: Vec<f64>,
    quotas: Vec<(Vec<usize>, f64)>,
}

/// Which limits a market has besides supply and orders.
#[derive(Clone, Copy, PartialEq)]
enum Limits {
    None,
    Caps,
    CapsAndQuotas,
}

impl Market {
    fn random(random: &mut Random, limits: Limits) -> Market {
        let most = if random.chance(0.3) { 3 } else { 40 };
        let (rows, columns) = (random.whole(1, most), random.whole(1, most));
        let density = if random.chance(0.5) {
            1.0
        } else {
            random.between(0.3, 1.0)
        };
        let decades = if random.chance(0.5) { 1.0 } else { 6.0 };
        let mut weights: Vec<f64> = (0..rows * columns)
            .map(|_| match random.chance(density) {
                true => libm::pow(10.0, decades * random.between(-0.5, 0.5)),
                false => 0.0,
            })
            .collect();
        // Everybody has a lane.
        (0..rows.max(columns)).for_each(|at| {
            let lane = (at % rows) * columns + at % columns;
            weights[lane] = weights[lane].max(0.1);
        });
        let sum = |lanes: &mut dyn Iterator<Item = usize>| lanes.map(|lane| weights[lane]).sum::<f64>();
        let mut supply: Vec<f64> = (0..rows)
            .map(|row| sum(&mut (row * columns..(row + 1) * columns)))
            .collect();
        let mut orders: Vec<f64> = (0..columns)
            .map(|column| sum(&mut (column..rows * columns).step_by(columns)))
            .collect();
        let noise = *random.pick(&[&0.0, &0.05, &0.5]);
        for value in supply.iter_mut().chain(&mut orders) {
            *value *= 1.0 + noise * random.between(-1.0, 1.0);
        }
        let short = libm::pow(10.0, random.between(-9.0, -0.05));
        let scale = orders.iter().sum::<f64>() * (1.0 - short) / supply.iter().sum::<f64>();
        supply.iter_mut().for_each(|supply| *supply *= scale);
        if random.chance(0.3) {
            let row = random.whole(0, rows - 1);
            supply[row] *= random.between(0.01, 1.0);
        }
        let openness = (0..rows * columns)
            .map(|_| match limits != Limits::None && random.chance(0.1) {
                true => random.unit(),
                false => 1.0,
            })
            .collect();
        let mut quotas = Vec::new();
        if limits == Limits::CapsAndQuotas {
            let row = random.whole(0, rows - 1);
            let part = if random.chance(0.3) { 1.0 } else { 0.6 };
            let lanes: Vec<usize> = (row * columns..(row + 1) * columns)
                .filter(|_| random.chance(part))
                .collect();
            let limit = random.unit() * lanes.iter().map(|&lane| weights[lane]).sum::<f64>();
            if limit > 0.0 {
                quotas.push((lanes, limit));
            }
        }
        let flexibility = if random.chance(0.2) {
            1.0
        } else {
            random.between(1.0, 3.0)
        };
        Market {
            columns,
            weights,
            supply,
            orders,
            flexibility,
            openness,
            quotas,
        }
    }

    fn solve(&self, start: &mut Vec<f64>) -> Projection {
        let mut projection = Projection::default();
        projection.prepare(self.supply.len(), self.columns, &self.weights, self.flexibility);
        for (lane, openness) in self.openness.iter().enumerate() {
            if *openness < 1.0 {
                projection.restrict(lane, *openness);
            }
        }
        for (lanes, limit) in &self.quotas {
            projection.limit_together(lanes, *limit);
        }
        projection.solve(&self.supply, &self.orders, start);
        projection
    }

    /// Checks that flows and factors meet the conditions of the unique optimum of a convex programme, worked out here anew: T = min(cap, a q b B) with
    /// the buyer's b at most flexibility, and below it only where its order is met; a seller's or quota's factor is below 1 only where
    /// its limit is used up.
    fn assert_optimal(&self, projection: &Projection, what: &str) {
        let total: f64 = self.orders.iter().sum();
        let (flows, factors) = (projection.flows(), projection.factors());
        let quota_of = |lane: usize| self.quotas.iter().position(|(lanes, _)| lanes.contains(&lane));
        let offer = |lane: usize| {
            let quota = quota_of(lane).map_or(1.0, |quota| factors[self.supply.len() + quota]);
            self.weights[lane] * factors[lane / self.columns] * quota
        };
        let cap = |lane: usize| match self.openness[lane] < 1.0 {
            true => self.openness[lane] * self.weights[lane],
            false => f64::INFINITY,
        };
        for (column, order) in self.orders.iter().enumerate() {
            let lanes = || (column..self.weights.len()).step_by(self.columns);
            let bought = |b: f64| lanes().map(|lane| (b * offer(lane)).min(cap(lane))).sum::<f64>();
            // The buyer's factor, by halving.
            let (mut low, mut high) = (0.0, self.flexibility);
            if bought(high) > *order {
                for _ in 0..200 {
                    let middle = 0.5 * (low + high);
                    if bought(middle) < *order {
                        low = middle
                    } else {
                        high = middle
                    }
                }
            }
            for lane in lanes() {
                let expected = (high * offer(lane)).min(cap(lane));
                assert!(
                    close(flows[lane], expected, 1e-8, 1e-9 * total),
                    "{what}, lane {lane}: {} for {expected}",
                    flows[lane]
                );
            }
        }
        let limits = self.supply.iter().chain(self.quotas.iter().map(|(_, limit)| limit));
        for (variable, (limit, factor)) in limits.zip(factors).enumerate() {
            let used: f64 = match variable.checked_sub(self.supply.len()) {
                None => flows[variable * self.columns..(variable + 1) * self.columns]
                    .iter()
                    .sum(),
                Some(quota) => self.quotas[quota].0.iter().map(|&lane| flows[lane]).sum(),
            };
            assert!(
                used <= limit * (1.0 + 1e-12),
                "{what}, limit {variable}: {used} of {limit}"
            );
            assert!((0.0..=1.0).contains(factor), "{what}, factor {variable}: {factor}");
            if *factor < 1.0 {
                assert!(
                    close(used, *limit, 1e-8, 0.0),
                    "{what}, limit {variable}: {used} of {limit}, factor {factor}"
                );
            }
        }
    }
}

#[test]
fn few_evaluations_reach_the_optimum_however_near_supply_is_to_orders() {
    for (limits, mean_at_most, most_at_most) in [
        (Limits::None, 6.0, 60),
        (Limits::Caps, 7.5, 150),
        (Limits::CapsAndQuotas, 10.5, 400),
    ] {
        let (mut sum, mut most) = (0, 0);
        let markets: usize = 600;
        for seed in 0..markets as u64 {
            let market = Market::random(&mut Random::new(seed), limits);
            let projection = market.solve(&mut Vec::new());
            market.assert_optimal(&projection, &format!("seed {seed}"));
            sum += projection.evaluations();
            most = most.max(projection.evaluations());
        }
        let mean = sum as f64 / markets as f64;
        assert!(
            mean <= mean_at_most && most <= most_at_most,
            "{mean} evaluations in the mean, {most} at most"
        );
    }
}

/// A quota on all that a lone seller sells to a lone buyer: seller and quota bind on the same lane, from whatever start.
#[test]
fn a_quota_on_everything_and_its_seller_bind_together() {
    for supply in [40.0, 85.0, 86.0, 90.0, 120.0] {
        for order in [50.0, 100.0, 130.0] {
            for start in [None, Some(0.1), Some(0.5), Some(0.77), Some(1.0)] {
                let market = Market {
                    columns: 1,
                    weights: vec![100.0],
                    supply: vec![supply],
                    orders: vec![order],
                    flexibility: 1.3,
                    openness: vec![1.0],
                    quotas: vec![(vec![0], 86.0)],
                };
                let projection = market.solve(&mut start.into_iter().collect());
                let (flow, expected) = (projection.flows()[0], supply.min(order).min(86.0));
                assert!(
                    close(flow, expected, 1e-9, 0.0),
                    "{supply}, {order}, {start:?}: {flow} for {expected}"
                );
            }
        }
    }
}

#[test]
fn another_start_finds_the_same_optimum() {
    for seed in 0..300 {
        let mut random = Random::new(seed + 50_000);
        let market = Market::random(&mut random, Limits::CapsAndQuotas);
        let cold = market.solve(&mut Vec::new());
        let mut start: Vec<f64> = market.supply.iter().map(|_| random.unit()).collect();
        let warm = market.solve(&mut start);
        market.assert_optimal(&warm, &format!("seed {seed}"));
        let total: f64 = market.orders.iter().sum();
        for (one, other) in cold.flows().iter().zip(warm.flows()) {
            assert!(
                close(*one, *other, 1e-7, 1e-8 * total),
                "seed {seed}: {one} and {other}"
            );
        }
    }
}

/// Demand and shortfall over the horizon by cell, of every trial.
#[derive(Default)]
struct Totals {
    shortfall_t: Vec<f64>,
    trials: Vec<(Vec<f64>, Vec<f64>)>,
}

impl Observer for Totals {
    fn period(&mut self, period: &PeriodOutcome<'_>) {
        self.shortfall_t.resize(period.shortfall_t.len(), 0.0);
        for (sum, shortfall) in self.shortfall_t.iter_mut().zip(period.shortfall_t) {
            *sum += shortfall;
        }
    }

    fn end_trial(&mut self, trial: &TrialOutcome<'_>) {
        self.trials
            .push((trial.demand_t.to_vec(), std::mem::take(&mut self.shortfall_t)));
    }
}

/// What a search leaves open must not decide: "trade is as normal", "nothing is unsold", how far flexibility has risen.
#[test]
fn where_searches_start_moves_no_trial() {
    where_searches_start(false);
}

/// Nor who gets what is left for stocks.
#[test]
fn where_searches_start_moves_no_trial_with_refills() {
    where_searches_start(true);
}

fn where_searches_start(refill: bool) {
    for (name, trials) in [
        ("china-rare-earth-controls", 0..300),
        ("us-india-partnership", 0..200),
        ("defence-aerospace", 0..200),
        ("indonesia-nickel", 0..200),
        ("ministerial-coalition", 0..100),
        ("electric-vehicle-batteries", 0..30),
    ] {
        let mut document = Document::load(Path::new(&format!("scenarios/{name}.toml"))).unwrap();
        document.set("run.seed=5").unwrap();
        document.set(&format!("run.refill={refill}")).unwrap();
        let prepared = prepare(&document, None).unwrap();
        let simulate = |shift: f64| {
            let mut simulator = Simulator::new(&prepared.model);
            simulator.shift_searches(shift);
            let mut totals = Totals::default();
            for trial in trials.clone() {
                simulator.run(trial, TrialStreams::of(trial), &mut totals);
            }
            totals.trials
        };
        let expected = simulate(0.0);
        assert!(
            expected
                .iter()
                .any(|(_, shortfall)| shortfall.iter().any(|tonnes| *tonnes > 0.0))
        );
        for shift in [0.05, 0.2] {
            for (trial, (one, other)) in trials.clone().zip(expected.iter().zip(simulate(shift))) {
                let cells = one.0.iter().zip(one.1.iter().zip(&other.1)).enumerate();
                for (cell, (demand, (one, other))) in cells {
                    assert!(
                        (one - other).abs() <= 1e-6 * demand,
                        "{name}, trial {trial}, cell {cell}: {one} and {other} of {demand} t"
                    );
                }
            }
        }
    }
}
