//! The small problem, written by hand for this one problem: what a program can reach that knows nothing else.
//!
//! Usage: peer PROBLEM TRIALS SEED           simulate and print the statistics as JSON
//!        peer PROBLEM replay OCCURRENCES    simulate given occurrences, print every trial
//! (occurrences: lines of trial, event, start, duration, severity)
//!
//! Quantities are relative, as in problem.py: shares of what is normal, stocks in months of normal orders.

use std::time::Instant;

const PERIODS: usize = 60;
const COUNTRIES: usize = 10;
/// The fan's quantiles are read from bins 1/32 wide, as in critmin: the leading bits of a share as `f32`, from 2^-12.
const BIN_SHIFT: u32 = 18;
const FIRST_BIN: u32 = (127 - 12) << 5;
const BINS: usize = 12 * 32 + 1;
/// Shares up to this count as nothing, as in critmin.
const NEGLIGIBLE: f64 = 1e-8;
/// Relative gap below which need counts as met, as in critmin.
const MET: f64 = 1e-12;

struct Mineral {
    /// Capacities over normal output.
    mine_capacity: f64,
    refiner_capacity: f64,
    mines: Vec<f64>,
    refiners: Vec<f64>,
    ore_stock: Vec<f64>,
    users: [f64; COUNTRIES],
    metal_stock: [f64; COUNTRIES],
    /// Users whose imports from a refiner's country a ban cuts, by refiner.
    banned: Vec<[bool; COUNTRIES]>,
    /// What they use together.
    banned_share: Vec<f64>,
}

struct Event {
    per_month: f64,
    mu: f64,
    sigma: f64,
    alpha: f64,
    beta: f64,
    recovery: f64,
    mines: Vec<(usize, usize)>,
    refiners: Vec<(usize, usize)>,
    bans: Vec<(usize, usize)>,
}

/// The problem file, word by word.
struct Words<'a>(std::str::SplitWhitespace<'a>);

impl Words<'_> {
    fn number(&mut self) -> f64 {
        self.0.next().expect("a number").parse().expect("a number")
    }
    fn count(&mut self) -> usize {
        self.number() as usize
    }
    fn numbers(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| self.number()).collect()
    }
    fn hits(&mut self) -> Vec<(usize, usize)> {
        (0..self.count()).map(|_| (self.count(), self.count())).collect()
    }
}

fn read(text: &str) -> (Vec<Mineral>, Vec<Event>) {
    let mut words = Words(text.split_whitespace());
    assert_eq!((words.count(), words.count()), (PERIODS, COUNTRIES));
    let mut minerals: Vec<Mineral> = (0..words.count())
        .map(|_| {
            let (mine_capacity, refiner_capacity) = (words.number(), words.number());
            let mines = words.count();
            let mines = words.numbers(mines);
            let refiners = words.count();
            Mineral {
                mine_capacity,
                refiner_capacity,
                mines,
                refiners: words.numbers(refiners),
                ore_stock: words.numbers(refiners),
                users: std::array::from_fn(|_| words.number()),
                metal_stock: std::array::from_fn(|_| words.number()),
                banned: vec![[false; COUNTRIES]; refiners],
                banned_share: vec![0.0; refiners],
            }
        })
        .collect();
    let events = (0..words.count())
        .map(|_| {
            let mut event = Event {
                per_month: words.number(),
                mu: words.number(),
                sigma: words.number(),
                alpha: words.number(),
                beta: words.number(),
                recovery: words.number(),
                mines: words.hits(),
                refiners: words.hits(),
                bans: Vec::new(),
            };
            for _ in 0..words.count() {
                let (mineral, row) = (words.count(), words.count());
                event.bans.push((mineral, row));
                let chain = &mut minerals[mineral];
                for user in 0..COUNTRIES {
                    if words.count() == 1 {
                        chain.banned[row][user] = true;
                        chain.banned_share[row] += chain.users[user];
                    }
                }
            }
            event
        })
        .collect();
    (minerals, events)
}

/// xoshiro256++ (Blackman and Vigna 2021), seeded by splitmix64.
struct Random {
    state: [u64; 4],
    spare: Option<f64>,
}

impl Random {
    fn new(mut seed: u64) -> Self {
        let state = std::array::from_fn(|_| {
            seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let z = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        });
        Random { state, spare: None }
    }

    fn next(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// In (0, 1).
    fn uniform(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Standard normal, by the polar method.
    fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (a, b) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = a * a + b * b;
            if square < 1.0 && square > 0.0 {
                let factor = (-2.0 * square.ln() / square).sqrt();
                self.spare = Some(b * factor);
                return a * factor;
            }
        }
    }

    /// Gamma of shape at least 1 (Marsaglia and Tsang 2000).
    fn gamma(&mut self, shape: f64) -> f64 {
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let normal = self.normal();
            let v = 1.0 + c * normal;
            if v <= 0.0 {
                continue;
            }
            let v = v * v * v;
            let square = normal * normal;
            let uniform = self.uniform();
            if uniform < 1.0 - 0.0331 * square * square || uniform.ln() < 0.5 * square + d * (1.0 - v + v.ln()) {
                return d * v;
            }
        }
    }
}

/// What is left of every producer's capacity and of every banned lane, in one mineral's chain and one period.
#[derive(Clone, Copy)]
struct Month {
    is_hit: bool,
    mines: [f64; COUNTRIES],
    refiners: [f64; COUNTRIES],
    exports: [f64; COUNTRIES],
}

const NORMAL: Month = Month {
    is_hit: false,
    mines: [1.0; COUNTRIES],
    refiners: [1.0; COUNTRIES],
    exports: [1.0; COUNTRIES],
};

/// Shortfall of one trial: share of the horizon's demand by mineral and user (the world last), and of the world's
/// demand by mineral and period.
struct Outcome {
    short: Vec<[f64; COUNTRIES + 1]>,
    world: Vec<[f64; PERIODS]>,
}

struct Simulator<'a> {
    minerals: &'a [Mineral],
    events: &'a [Event],
    months: Vec<[Month; PERIODS]>,
    outcome: Outcome,
}

impl<'a> Simulator<'a> {
    fn new(minerals: &'a [Mineral], events: &'a [Event]) -> Self {
        Simulator {
            minerals,
            events,
            months: vec![[NORMAL; PERIODS]; minerals.len()],
            outcome: Outcome {
                short: vec![[0.0; COUNTRIES + 1]; minerals.len()],
                world: vec![[0.0; PERIODS]; minerals.len()],
            },
        }
    }

    fn draw(&mut self, random: &mut Random) {
        for index in 0..self.events.len() {
            let event = &self.events[index];
            let mut start = 0.0;
            loop {
                start -= random.uniform().ln() / event.per_month;
                if start >= PERIODS as f64 {
                    break;
                }
                let duration = (event.mu + event.sigma * random.normal()).exp();
                let gamma = random.gamma(event.alpha);
                let severity = gamma / (gamma + random.gamma(event.beta));
                self.strike(index, start, duration, severity);
            }
        }
    }

    /// Takes an occurrence's severity, averaged over each period, from what it hits.
    fn strike(&mut self, event: usize, start: f64, duration: f64, severity: f64) {
        let event = &self.events[event];
        let full = start + duration;
        let end = full + event.recovery;
        // Severity accumulated from the start: full, then falling on a line.
        let accumulated = |time: f64| {
            let falling = (time - full).clamp(0.0, event.recovery);
            let recovered = if falling > 0.0 {
                0.5 * falling * falling / event.recovery
            } else {
                0.0
            };
            severity * ((time - start).clamp(0.0, duration) + falling - recovered)
        };
        let first = start as usize;
        let last = (end.ceil() as usize).min(PERIODS);
        let mut before = 0.0;
        for period in first..last {
            let after = accumulated((period + 1) as f64);
            let left = 1.0 - (after - before);
            before = after;
            for &(mineral, row) in &event.mines {
                let month = &mut self.months[mineral][period];
                month.is_hit = true;
                month.mines[row] *= left;
            }
            for &(mineral, row) in &event.refiners {
                let month = &mut self.months[mineral][period];
                month.is_hit = true;
                month.refiners[row] *= left;
            }
            for &(mineral, row) in &event.bans {
                let month = &mut self.months[mineral][period];
                month.is_hit = true;
                month.exports[row] *= left;
            }
        }
    }

    /// Follows every chain through the periods, and clears what the events have left.
    fn run(&mut self) {
        for (index, mineral) in self.minerals.iter().enumerate() {
            let world = &mut self.outcome.world[index];
            let mut short = [0.0; COUNTRIES];
            let mut ore_stock = [0.0; COUNTRIES];
            ore_stock[..mineral.refiners.len()].copy_from_slice(&mineral.ore_stock);
            let mut metal_stock = mineral.metal_stock;
            for (month, world) in self.months[index].iter_mut().zip(world) {
                *world = 0.0;
                // Without an event all trade is normal.
                if month.is_hit {
                    let metal = refine(mineral, month, &mut ore_stock);
                    *world = deliver(mineral, &metal, &month.exports, &mut metal_stock, &mut short);
                    *month = NORMAL;
                }
            }
            let totals = &mut self.outcome.short[index];
            totals[COUNTRIES] = 0.0;
            for user in 0..COUNTRIES {
                totals[user] = short[user] / PERIODS as f64;
                totals[COUNTRIES] += mineral.users[user] * totals[user];
            }
        }
    }
}

/// Ore from mines to refiners, and what they make of it, as a share of normal.
fn refine(mineral: &Mineral, month: &Month, stock: &mut [f64; COUNTRIES]) -> [f64; COUNTRIES] {
    let (mines, refiners) = (&mineral.mines, &mineral.refiners);
    let mut mined = [1.0; COUNTRIES];
    let mut planned = [1.0; COUNTRIES];
    for row in 0..mines.len() {
        mined[row] = (month.mines[row] * mineral.mine_capacity).min(1.0);
    }
    for row in 0..refiners.len() {
        planned[row] = (month.refiners[row] * mineral.refiner_capacity).min(1.0);
    }
    let lost = |shares: &[f64], left: &[f64; COUNTRIES]| -> f64 {
        shares.iter().zip(left).map(|(share, left)| share * (1.0 - left)).sum()
    };
    let (mut sold, bought) = (1.0 - lost(mines, &mined), 1.0 - lost(refiners, &planned));
    // Where only one side is short, that is the answer already.
    if sold < 1.0 && bought < 1.0 {
        sold = allocate(mines, &mined, refiners, &planned).0;
    }
    let mut output = [0.0; COUNTRIES];
    for row in 0..refiners.len() {
        let mut missing = planned[row] - planned[row].min(sold);
        if missing <= MET * planned[row] {
            missing = 0.0;
        }
        let drawn = missing.min(stock[row]);
        stock[row] -= drawn;
        output[row] = planned[row] - (missing - drawn);
    }
    output
}

/// Rigid trade T = a b B with the gravity pattern B, sellers' factors a = min(1, supply / bought) and buyers' factors
/// b = min(1, order / sold), all relative: gives `sold`, the mean of a over sellers, and `bought`, the mean of b over
/// buyers. For known sets of bound sellers and buyers they solve a quadratic equation; the sets are found by trying.
fn allocate(sellers: &[f64], supply: &[f64; COUNTRIES], buyers: &[f64], orders: &[f64; COUNTRIES]) -> (f64, f64) {
    let (mut sold, mut bought) = (1.0, 1.0);
    let mut previous = (u32::MAX, u32::MAX);
    for _ in 0..20 {
        let (mut sellers_bound, mut supplied, mut free_sellers) = (0, 0.0, 0.0);
        for (row, share) in sellers.iter().enumerate() {
            if supply[row] < bought {
                sellers_bound |= 1 << row;
                supplied += share * supply[row];
            } else {
                free_sellers += share;
            }
        }
        let (mut buyers_bound, mut ordered, mut free_buyers) = (0, 0.0, 0.0);
        for (row, share) in buyers.iter().enumerate() {
            if orders[row] < sold {
                buyers_bound |= 1 << row;
                ordered += share * orders[row];
            } else {
                free_buyers += share;
            }
        }
        if (sellers_bound, buyers_bound) == previous {
            break;
        }
        previous = (sellers_bound, buyers_bound);
        // sold = supplied / bought + free_sellers and bought = ordered / sold + free_buyers.
        if sellers_bound == 0 {
            (sold, bought) = (1.0, ordered + free_buyers);
        } else if buyers_bound == 0 {
            (sold, bought) = (supplied + free_sellers, 1.0);
        } else {
            let half = 0.5 * (supplied - ordered - free_buyers * free_sellers);
            let root = (half * half + free_sellers * free_buyers * supplied).sqrt();
            bought = if half > 0.0 {
                free_buyers * supplied / (half + root)
            } else {
                (root - half) / free_sellers
            };
            sold = supplied / bought + free_sellers;
        }
    }
    (sold, bought)
}

/// Metal from refiners to users; gives the world's shortfall.
fn deliver(
    mineral: &Mineral,
    metal: &[f64; COUNTRIES],
    exports: &[f64; COUNTRIES],
    stock: &mut [f64; COUNTRIES],
    short: &mut [f64; COUNTRIES],
) -> f64 {
    let mut arrival = [0.0; COUNTRIES];
    let mut to_all = 0.0;
    for (row, share) in mineral.refiners.iter().enumerate() {
        let (open, output) = (exports[row], metal[row]);
        if open >= output {
            to_all += share * output;
            continue;
        }
        // The ban binds: what banned users cannot take goes to the others, up to normal.
        let cut = mineral.banned_share[row];
        let free = ((output - open * cut) / (1.0 - cut)).min(1.0);
        to_all += share * free;
        for user in 0..COUNTRIES {
            if mineral.banned[row][user] {
                arrival[user] -= share * (free - open);
            }
        }
    }
    let mut unmet = [0.0; COUNTRIES];
    for user in 0..COUNTRIES {
        let missing = 1.0 - (arrival[user] + to_all);
        let missing = if missing <= MET { 0.0 } else { missing };
        let drawn = if missing < stock[user] { missing } else { stock[user] };
        stock[user] -= drawn;
        unmet[user] = if missing - drawn <= MET { 0.0 } else { missing - drawn };
        short[user] += unmet[user];
    }
    unmet
        .iter()
        .zip(&mineral.users)
        .map(|(unmet, share)| unmet * share)
        .sum()
}

/// Distribution of the world's shortfall in one period.
#[derive(Clone)]
struct Fan {
    sum: f64,
    squares: f64,
    bins: Vec<u32>,
}

impl Fan {
    fn add(&mut self, share: f64) {
        if share > NEGLIGIBLE {
            self.sum += share;
            self.squares += share * share;
            let bin = ((share as f32).to_bits() >> BIN_SHIFT).saturating_sub(FIRST_BIN);
            self.bins[(bin as usize).min(BINS - 1)] += 1;
        }
    }

    /// Mean, its standard error, and the quantiles.
    fn statistics(&self, trials: usize) -> String {
        let n = trials as f64;
        let mean = self.sum / n;
        let error = ((self.squares / n - mean * mean).max(0.0) / (n - 1.0)).sqrt();
        let zeros = trials - self.bins.iter().sum::<u32>() as usize;
        let quantile = |level: f64| {
            let rank = (level * n).ceil() as usize;
            let mut seen = zeros;
            if seen >= rank {
                return 0.0;
            }
            let bin = self.bins.iter().position(|count| {
                seen += *count as usize;
                seen >= rank
            });
            let edge = |bin: u32| f64::from(f32::from_bits((bin + FIRST_BIN) << BIN_SHIFT));
            let bin = bin.unwrap_or(BINS - 1) as u32;
            0.5 * (edge(bin) + edge(bin + 1)).min(2.0)
        };
        format!(
            "[{mean:e},{error:e},{:e},{:e},{:e}]",
            quantile(0.05),
            quantile(0.5),
            quantile(0.95)
        )
    }
}

/// Mean, standard error, probability of any shortfall, 50, 95 and 99 % quantiles, mean of the worst 5 %. Reorders the
/// values.
fn statistics(values: &mut [f64]) -> String {
    let n = values.len();
    let count = n as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (count - 1.0);
    let any = values.iter().filter(|value| **value > NEGLIGIBLE).count() as f64 / count;
    let rank = |level: f64| (level * count).ceil() as usize - 1;
    let middle = *values.select_nth_unstable_by(rank(0.5), f64::total_cmp).1;
    let at_risk = *values[rank(0.5)..]
        .select_nth_unstable_by(rank(0.95) - rank(0.5), f64::total_cmp)
        .1;
    let excess: f64 = values[rank(0.95)..].iter().map(|value| value - at_risk).sum();
    let tail = at_risk + excess / count / 0.05;
    let extreme = *values[rank(0.95)..]
        .select_nth_unstable_by(rank(0.99) - rank(0.95), f64::total_cmp)
        .1;
    let error = (variance / count).sqrt();
    format!("[{mean:e},{error:e},{any:e},{middle:e},{at_risk:e},{extreme:e},{tail:e}]")
}

fn list<T>(items: impl IntoIterator<Item = T>, write: impl FnMut(T) -> String) -> String {
    format!("[{}]", items.into_iter().map(write).collect::<Vec<_>>().join(","))
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let (minerals, events) = read(&std::fs::read_to_string(&arguments[1]).expect("the problem file"));
    let mut simulator = Simulator::new(&minerals, &events);
    if arguments[2] == "replay" {
        replay(&mut simulator, &arguments[3]);
        return;
    }
    let trials: usize = arguments[2].parse().expect("a number of trials");
    let mut random = Random::new(arguments[3].parse().expect("a seed"));
    let started = Instant::now();
    let mut short = vec![vec![0.0; trials]; minerals.len() * (COUNTRIES + 1)];
    let empty = Fan {
        sum: 0.0,
        squares: 0.0,
        bins: vec![0; BINS],
    };
    let mut fans = vec![empty; minerals.len() * PERIODS];
    for trial in 0..trials {
        simulator.draw(&mut random);
        simulator.run();
        for (values, share) in short.iter_mut().zip(simulator.outcome.short.iter().flatten()) {
            values[trial] = *share;
        }
        for (fan, share) in fans.iter_mut().zip(simulator.outcome.world.iter().flatten()) {
            fan.add(*share);
        }
    }
    let cells = list(short.iter_mut(), |values| statistics(values));
    let fans = list(fans.iter(), |fan| fan.statistics(trials));
    let seconds = started.elapsed().as_secs_f64();
    println!("{{\"simulate_seconds\":{seconds},\"cells\":{cells},\"fan\":{fans}}}");
}

/// Simulates given occurrences trial by trial.
fn replay(simulator: &mut Simulator, path: &str) {
    let text = std::fs::read_to_string(path).expect("the occurrences");
    let rows: Vec<Vec<f64>> = text
        .lines()
        .map(|line| {
            line.split_whitespace()
                .map(|word| word.parse().expect("a number"))
                .collect()
        })
        .collect();
    let trials = rows.iter().map(|row| row[0] as usize + 1).max().unwrap_or(0);
    let trials = list(0..trials, |trial| {
        for row in rows.iter().filter(|row| row[0] as usize == trial) {
            simulator.strike(row[1] as usize, row[2], row[3], row[4]);
        }
        simulator.run();
        let short = list(simulator.outcome.short.iter().flatten(), |share| format!("{share:e}"));
        let world = list(simulator.outcome.world.iter().flatten(), |share| format!("{share:e}"));
        format!("{{\"short\":{short},\"world\":{world}}}")
    });
    println!("{{\"trials\":{trials}}}");
}
