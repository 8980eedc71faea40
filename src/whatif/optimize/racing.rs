//! Mixes raced under common draws: all get a few trials, and only those that none is clearly better than for no more money get more.

use std::collections::BTreeMap;

use super::Goal;
use super::mixes::{Mix, Space};
use crate::study::{Error, Progress, Run, Study, Variant};

/// Trials after which mixes that are clearly beaten drop out; all that are left get the whole run then.
const STAGES: [u64; 2] = [512, 2_048];
/// How many standard errors of the paired difference make one clearly better.
const CLEARLY: f64 = 4.0;
/// Mixes that are simulated at a time, so that memory does not grow with their number.
const AT_A_TIME: usize = 24;

/// What is known of a mix.
#[derive(Debug, Clone)]
pub struct Raced {
    pub mix: Mix,
    pub cost: f64,
    /// Shortfall of each trial at the headline, % of demand.
    pub shortfall_pct: Vec<f64>,
    pub goal: f64,
    /// The largest share of one country at any stage in the last year: material, country, share.
    pub largest_share: Option<(String, String, f64)>,
    /// Whether it is still in the race.
    pub is_in: bool,
}

/// Simulates mixes, and remembers them.
pub struct Arena<'a> {
    pub study: &'a Study,
    pub space: &'a Space,
    pub baseline: &'a Variant,
    pub goal: Goal,
    pub cap: Option<f64>,
    pub progress: &'a Progress,
    /// Whether what is recorded is the goal itself, so that the beaten may be dropped.
    pub drops: bool,
    pub known: BTreeMap<String, Raced>,
}

impl Arena<'_> {
    /// Gives these mixes so many trials, in groups; those that have as many are left alone.
    pub fn simulate(&mut self, mixes: &[Mix], trials: u64) -> Result<(), Error> {
        let is_new = |mix: &&Mix| {
            let known = self.known.get(&self.space.name(mix));
            known.is_none_or(|known| (known.shortfall_pct.len() as u64) < trials)
        };
        let new: Vec<&Mix> = mixes.iter().filter(is_new).collect();
        let (material, place) = self.baseline.headline();
        for group in new.chunks(AT_A_TIME) {
            let named: Vec<_> = group
                .iter()
                .map(|mix| (self.space.name(mix), self.space.policies(mix)))
                .collect();
            let variants = self.study.mixes(&named)?;
            let results = Run::new(self.baseline)
                .against(&variants)
                .trials(trials)
                .watched(self.progress)?;
            if results.run.manifest.interrupted {
                return Err(Error::Interrupted);
            }
            for (number, ((mix, (name, policies)), variant)) in group.iter().zip(&named).zip(&variants).enumerate() {
                let samples = &results.samples[number + 1];
                let column = samples
                    .rows
                    .iter()
                    .position(|row| *row == (material.clone(), place.clone()));
                let values = column.map_or_else(Vec::new, |column| samples.shortfall_pct.column(column).to_vec());
                let goal = match self.drops {
                    true => self.goal.of(&values),
                    false => results
                        .get(name, (&material, &place), self.goal.statistic(self.baseline))
                        .map_or(f64::NAN, |found| found.value),
                };
                self.known.insert(
                    name.clone(),
                    Raced {
                        mix: (*mix).clone(),
                        cost: self.study.cost_of(policies).unwrap_or(0.0),
                        goal,
                        shortfall_pct: values,
                        largest_share: largest_share(variant),
                        is_in: true,
                    },
                );
            }
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
                    && best.shortfall_pct.len() >= raced.shortfall_pct.len()
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
            let order = one.cost.total_cmp(&other.cost).then(one.goal.total_cmp(&other.goal));
            order.then(one.mix.len().cmp(&other.mix.len()))
        });
        let mut least = f64::INFINITY;
        all.retain(|raced| {
            let is_better = raced.goal < least - SAME * least.abs().min(1e300);
            least = if is_better { raced.goal } else { least };
            is_better
        });
        all
    }
}

/// Goals that differ by less, relatively, are the same but for rounding.
const SAME: f64 = 1e-9;

/// Whether no country has more than the cap allows.
pub fn is_within(cap: Option<f64>, raced: &Raced) -> bool {
    let largest = raced.largest_share.as_ref().map_or(0.0, |(_, _, share)| *share);
    cap.is_none_or(|cap| largest <= cap + SAME)
}

/// Whether one is clearly better than another for no more money, or no worse for less.
fn beats(goal: Goal, best: &Raced, other: &Raced) -> bool {
    let trials = best.shortfall_pct.len().min(other.shortfall_pct.len());
    let (one, two) = (&best.shortfall_pct[..trials], &other.shortfall_pct[..trials]);
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

/// The country with the largest share of any stage that the focus hangs on.
fn largest_share(variant: &Variant) -> Option<(String, String, f64)> {
    let shares = variant.largest_shares_at_the_end().into_iter();
    shares.max_by(|one, other| one.2.total_cmp(&other.2))
}
