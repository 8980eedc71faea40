//! Mixes raced under common draws: all get a few trials, and only those that none is clearly better than for no more money get more.

use std::collections::BTreeMap;

use super::Goal;
use super::mixes::{Mix, Space};
use super::simulator::{NamedMix, Simulated, Simulator, sized};
use crate::study::{Error, Study};

/// Trials after which mixes that are clearly beaten drop out; all that are left get the whole run then.
const STAGES: [u64; 2] = [512, 2_048];
/// How many standard errors of the paired difference make one clearly better.
const CLEARLY: f64 = 4.0;
/// What is known of a mix.
#[derive(Debug, Clone)]
pub struct Raced {
    pub mix: Mix,
    pub cost: f64,
    pub found: Simulated,
    /// Whether it is still in the race.
    pub is_in: bool,
}

impl Raced {
    /// Trials that it was given.
    pub fn trials(&self) -> usize {
        self.found.shortfall_pct.len()
    }
}

/// Has mixes simulated, and remembers them.
pub struct Arena<'a> {
    pub study: &'a Study,
    pub space: &'a Space,
    pub simulator: &'a dyn Simulator,
    pub goal: Goal,
    pub cap: Option<f64>,
    /// Whether what is recorded is the goal itself, so that the beaten may be dropped.
    pub drops: bool,
    pub known: BTreeMap<String, Raced>,
}

impl Arena<'_> {
    /// Gives these mixes so many trials; those that have as many are left alone.
    pub fn simulate(&mut self, mixes: &[Mix], trials: u64) -> Result<(), Error> {
        let is_new = |mix: &&Mix| {
            let known = self.known.get(&self.space.name(mix));
            known.is_none_or(|known| (known.trials() as u64) < trials)
        };
        let new: Vec<&Mix> = mixes.iter().filter(is_new).collect();
        let owned = |mix: &&Mix| {
            let policies = self.space.policies(mix).into_iter();
            (
                self.space.name(mix),
                policies.map(|(id, size)| (id.to_owned(), size)).collect(),
            )
        };
        let named: Vec<NamedMix> = new.iter().map(owned).collect();
        let found = self.simulator.simulate(&named, trials)?;
        for ((mix, (name, policies)), found) in new.into_iter().zip(named).zip(found) {
            let cost = self.study.cost_of(&sized(&policies).collect::<Vec<_>>());
            let raced = Raced {
                mix: mix.clone(),
                cost: cost.unwrap_or(0.0),
                found,
                is_in: true,
            };
            self.known.insert(name, raced);
        }
        Ok(())
    }

    /// Races these mixes up to all the trials.
    pub fn race(&mut self, mixes: Vec<Mix>, trials: u64) -> Result<(), Error> {
        let mut left = mixes;
        let drops = self.drops;
        let stages = STAGES.into_iter().filter(|stage| drops && *stage < trials);
        for stage in stages.chain([trials]) {
            self.simulate(&left, stage)?;
            self.drop_beaten();
            left.retain(|mix| self.known.get(&self.space.name(mix)).is_some_and(|raced| raced.is_in));
        }
        Ok(())
    }

    /// Takes out of the race whoever is clearly beaten for no more money by one that had as many trials.
    pub fn drop_beaten(&mut self) {
        let frontier: Vec<Raced> = self.frontier().into_iter().cloned().collect();
        let (goal, cap, drops) = (self.goal, self.cap, self.drops);
        for raced in self.known.values_mut() {
            let is_beaten = frontier.iter().any(|best| {
                best.cost <= raced.cost
                    && best.trials() >= raced.trials()
                    && best.mix != raced.mix
                    && (!is_within(cap, raced) || drops && beats(goal, best, raced))
            });
            raced.is_in &= !is_beaten;
        }
    }

    /// Those allowed that reach more than all cheaper ones, among those still in the race; by cost.
    pub fn frontier(&self) -> Vec<&Raced> {
        let mut all: Vec<&Raced> = self
            .known
            .values()
            .filter(|raced| raced.is_in && is_within(self.cap, raced))
            .collect();
        all.sort_by(|one, other| {
            let order = one
                .cost
                .total_cmp(&other.cost)
                .then(one.found.goal.total_cmp(&other.found.goal));
            order.then(one.mix.len().cmp(&other.mix.len()))
        });
        let mut least = f64::INFINITY;
        all.retain(|raced| {
            let is_better = raced.found.goal < least - SAME * least.abs().min(1e300);
            least = if is_better { raced.found.goal } else { least };
            is_better
        });
        all
    }
}

/// Goals that differ by less, relatively, are the same but for rounding.
const SAME: f64 = 1e-9;

/// Whether no country has more than the cap allows.
pub fn is_within(cap: Option<f64>, raced: &Raced) -> bool {
    let largest = raced.found.largest_share.as_ref().map_or(0.0, |(_, _, share)| *share);
    cap.is_none_or(|cap| largest <= cap + SAME)
}

/// Whether one is clearly better than another for no more money, or no worse for less.
fn beats(goal: Goal, best: &Raced, other: &Raced) -> bool {
    let trials = best.trials().min(other.trials());
    let (one, two) = (
        &best.found.shortfall_pct[..trials],
        &other.found.shortfall_pct[..trials],
    );
    if one
        .iter()
        .zip(two)
        .all(|(one, two)| (one - two).abs() <= SAME * one.abs().max(1.0))
    {
        return best.cost < other.cost || best.mix.len() < other.mix.len();
    }
    let (of_one, of_two) = (goal.by_trial(one), goal.by_trial(two));
    let apart: Vec<f64> = of_two.iter().zip(&of_one).map(|(two, one)| two - one).collect();
    let count = trials as f64;
    let mean = apart.iter().sum::<f64>() / count;
    let variance = apart.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (count - 1.0);
    goal.of(two) - goal.of(one) > CLEARLY * (variance / count).sqrt()
}
