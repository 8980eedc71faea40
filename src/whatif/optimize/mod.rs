//! Which policies, at which sizes, lower a goal most for the money: every mix within reach under the same draws, the frontier of cost and goal, and what
//! the last dollar buys.
//!
//! Up to 4,096 mixes are all tried. More are searched from the baseline on: neighbours of all mixes on the frontier, until none of them changes it (Pareto
//! local search: Paquete, Chiarandini and Stützle 2004). Sizes are tried in equal steps first; around the best mix the steps are then halved.

mod goal;
mod mixes;
mod racing;
mod simulator;

use std::collections::BTreeMap;

pub use goal::Goal;
use mixes::{Mix, Space, with};
use racing::{Arena, Raced, is_within};
use simulator::is_by_trial;
pub use simulator::{Here, NamedMix, Simulated, Simulator};

use crate::study::{Difference, Error, Progress, Results, Run, Statistic, Study, Variant};

/// Mixes up to which all are tried.
const MOST_MIXES: usize = 4_096;
/// Trials of a mix while mixes are searched.
const SEARCH_TRIALS: u64 = 512;
/// How often the steps between sizes are halved around the best mix.
const HALVINGS: usize = 4;

/// What to optimise.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Most that may be spent, USD; without limit when `None`.
    pub budget: Option<f64>,
    /// What is to be low.
    pub goal: Goal,
    /// Largest share that one country may have of the output of any stage, 0 to 1.
    pub cap: Option<f64>,
    /// Ids of policies to choose from; all when empty.
    pub policies: Vec<String>,
    /// Sizes of each policy with a scale that are looked at first, its ends among them.
    pub steps: usize,
    /// Trials; as many as the scenario says when `None`.
    pub trials: Option<u64>,
    /// As many trials as the headline and what each policy alone does to it need for a standard error of at most this share of the baseline's mean; `trials`
    /// at most.
    pub precision: Option<f64>,
    /// Mixes up to which all are tried; more are searched.
    pub most_mixes: usize,
}

impl Default for Plan {
    fn default() -> Self {
        Plan {
            budget: None,
            goal: Goal::default(),
            cap: None,
            policies: Vec::new(),
            steps: 4,
            trials: None,
            precision: None,
            most_mixes: MOST_MIXES,
        }
    }
}

/// A mix that was tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// Its name: ids joined by `+`, each with `@` and its size where it has several; `baseline` for none.
    pub name: String,
    /// Ids, and sizes where there are several.
    pub policies: Vec<(String, Option<f64>)>,
    /// USD.
    pub cost: f64,
    /// The goal after the trials that it was given.
    pub goal: f64,
    /// Trials that it was given before others were clearly better for no more money.
    pub trials: u64,
    /// The largest share of one country at any stage in the last year: material, country, share.
    pub largest_share: Option<(String, String, f64)>,
    /// Whether it is within the cap.
    pub is_within_cap: bool,
    /// Whether it is within the budget.
    pub is_within_budget: bool,
    /// Whether it reaches more than all cheaper ones that are within the cap.
    pub is_on_frontier: bool,
}

/// A step from the best mix: one policy more, less, or of another size.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The policy.
    pub policy: String,
    /// Its size in the best mix; `None` where it is not in it, `Some(None)` where it has no sizes.
    pub from: Option<Option<f64>>,
    /// The same in the other mix.
    pub to: Option<Option<f64>>,
    /// What the other costs more, USD.
    pub cost: f64,
    /// The other's goal less that of the best mix.
    pub goal: Difference,
}

impl Step {
    /// By how much a million USD lowers the goal at this step; `None` where it costs nothing.
    pub fn lowers_per_million(&self) -> Option<f64> {
        (self.cost != 0.0).then(|| -self.goal.estimate.value / (self.cost / 1e6))
    }
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Optimum {
    /// What was asked.
    pub plan: Plan,
    /// The statistic that is to be low.
    pub statistic: Statistic,
    /// All mixes that were tried, by cost; the baseline first.
    pub tried: Vec<Tried>,
    /// Those on the frontier, by cost: numbers in `tried`.
    pub frontier: Vec<usize>,
    /// The one that reaches most within budget and cap: a number in `tried`; `None` where none is within them.
    pub best: Option<usize>,
    /// What changing one policy of the best mix would do.
    pub last_dollar: Vec<Step>,
    /// Policies that were no choice, and why.
    pub left_out: Vec<(String, String)>,
    /// Pairs of policies that cannot be chosen together, and why.
    pub excluded: Vec<(String, String, String)>,
    /// Mixes that there are with the sizes that were looked at first.
    pub mixes: f64,
    /// Whether all of them were tried.
    pub is_exhaustive: bool,
    /// Names of the policies by id.
    pub names: BTreeMap<String, String>,
    /// What the sizes of policies are counted in, where their keys say it: `days`.
    pub size_units: BTreeMap<String, &'static str>,
    /// The baseline, the frontier, and what was looked at for the last dollar, with all trials.
    pub results: Results,
}

/// An optimisation whose scenario and policies are known to be right.
#[derive(Debug)]
pub struct Prepared<'a> {
    study: &'a Study,
    baseline: Variant,
    space: Space,
    plan: &'a Plan,
}

/// Checks all policies, and finds out what can be put together.
///
/// # Errors
/// A scenario or policy that is wrong, or that there is not.
pub fn prepare<'a>(study: &'a Study, plan: &'a Plan) -> Result<Prepared<'a>, Error> {
    Ok(Prepared {
        baseline: study.baseline()?,
        space: Space::new(study, &plan.policies, plan.steps)?,
        study,
        plan,
    })
}

impl Prepared<'_> {
    /// Whether there is anything to choose.
    pub fn has_choices(&self) -> bool {
        !self.space.choices.is_empty()
    }

    /// Why each policy that is no choice is none.
    pub fn left_out(&self) -> &[(String, String)] {
        &self.space.left_out
    }

    /// Simulates and chooses.
    ///
    /// # Errors
    /// [`Error::Interrupted`] where it was stopped on the way; [`Error::TooManyRenewals`].
    pub fn run(&self, progress: &Progress) -> Result<Optimum, Error> {
        let here = Here::new(self.study, &self.baseline, self.plan.goal, progress);
        self.run_by(&here, progress)
    }

    /// The same with mixes simulated by another, such as a cluster: what the answer speaks of in the end is simulated here.
    ///
    /// # Errors
    /// As [`Prepared::run`], and those of `simulator`.
    pub fn run_by(&self, simulator: &dyn Simulator, progress: &Progress) -> Result<Optimum, Error> {
        let (plan, space) = (self.plan, &self.space);
        let most = plan.trials.unwrap_or_else(|| self.baseline.trials());
        let trials = match plan.precision {
            Some(share) => self.precise(share, most, progress)?,
            None => most,
        };
        let mut arena = Arena {
            study: self.study,
            space,
            simulator,
            goal: plan.goal,
            cap: plan.cap,
            drops: is_by_trial(plan.goal, &self.baseline),
            known: BTreeMap::new(),
        };
        let is_exhaustive = space.count() <= plan.most_mixes as f64;
        let mixes = match is_exhaustive {
            true => space.all(),
            false => search(&mut arena, plan.most_mixes, trials)?,
        };
        arena.race(mixes, trials)?;
        let best = refine(&mut arena, plan.budget, trials)?;
        let steps = match &best {
            Some(best) => steps(space, best),
            None => Vec::new(),
        };
        self.settle(arena, progress, best, steps, (is_exhaustive, trials))
    }

    /// Trials that the headline, and the difference of each policy alone at its largest size, need for a standard error of at most this share of the
    /// baseline's mean.
    fn precise(&self, share: f64, most: u64, progress: &Progress) -> Result<u64, Error> {
        let space = &self.space;
        let alone = space.choices.iter().enumerate().map(|(number, choice)| {
            let mix: Mix = vec![(number, choice.sizes.last().copied().flatten())];
            (space.name(&mix), space.policies(&mix))
        });
        let variants = self.study.mixes(&alone.collect::<Vec<_>>())?;
        let run = Run::new(&self.baseline)
            .against(&variants)
            .trials(most)
            .precision(share);
        let results = run.watched(progress)?;
        match results.run.manifest.interrupted || progress.is_stopped() {
            true => Err(Error::Interrupted),
            false => Ok(results.trials()),
        }
    }

    /// Gives what the answer speaks of a run of its own, with everything recorded.
    fn settle(
        &self,
        arena: Arena<'_>,
        progress: &Progress,
        best: Option<Mix>,
        steps: Vec<(usize, Mix)>,
        (is_exhaustive, trials): (bool, u64),
    ) -> Result<Optimum, Error> {
        let (plan, space) = (self.plan, &self.space);
        let statistic = plan.goal.statistic(&self.baseline);
        let on_frontier: Vec<Mix> = arena.frontier().into_iter().map(|raced| raced.mix.clone()).collect();
        let mut told = on_frontier.clone();
        told.extend(steps.iter().map(|(_, mix)| mix.clone()));
        told.extend(best.clone());
        told.sort_by_key(|mix| space.name(mix));
        told.dedup();
        told.retain(|mix| !mix.is_empty());
        let named: Vec<_> = told.iter().map(|mix| (space.name(mix), space.policies(mix))).collect();
        let variants = self.study.mixes(&named)?;
        let run = Run::new(&self.baseline).against(&variants).trials(trials);
        let results = run.watched(progress)?;
        let headline = self.baseline.headline();
        let row = (headline.0.as_str(), headline.1.as_str());
        let last_dollar = best.iter().flat_map(|best| {
            let name = space.name(best);
            let results = &results;
            steps.iter().filter_map(move |(number, mix)| {
                let other = space.name(mix);
                let goal = results.contrast(&[(&other, 1.0), (&name, -1.0)], row, statistic)?;
                let size = |mix: &Mix| mix.iter().find(|(taken, _)| taken == number).map(|(_, size)| *size);
                let cost = |mix: &Mix| self.study.cost_of(&space.policies(mix)).unwrap_or(0.0);
                Some(Step {
                    policy: space.choices[*number].id.clone(),
                    from: size(best),
                    to: size(mix),
                    cost: cost(mix) - cost(best),
                    goal,
                })
            })
        });
        let last_dollar = last_dollar.collect();
        let mut tried: Vec<Tried> = arena
            .known
            .values()
            .map(|raced| self.tried(raced, on_frontier.contains(&raced.mix)))
            .collect();
        tried.sort_by(|one, other| {
            let size = |tried: &Tried| tried.policies.len();
            let order = one.cost.total_cmp(&other.cost).then(size(one).cmp(&size(other)));
            order.then_with(|| one.name.cmp(&other.name))
        });
        let number_of = |name: &str| tried.iter().position(|tried| tried.name == name);
        let id = |number: usize| space.choices[number].id.clone();
        let excluded = space.excluded.iter();
        Ok(Optimum {
            plan: plan.clone(),
            statistic,
            frontier: (0..tried.len())
                .filter(|number| tried[*number].is_on_frontier)
                .collect(),
            best: best.and_then(|best| number_of(&space.name(&best))),
            last_dollar,
            left_out: space.left_out.clone(),
            excluded: excluded
                .map(|(one, other, why)| (id(*one), id(*other), why.clone()))
                .collect(),
            mixes: space.count(),
            is_exhaustive,
            names: self
                .study
                .policies()
                .into_iter()
                .map(|label| (label.id, label.name))
                .collect(),
            size_units: size_units(self.study),
            tried,
            results,
        })
    }

    fn tried(&self, raced: &Raced, is_on_frontier: bool) -> Tried {
        let policies = self.space.policies(&raced.mix).into_iter();
        Tried {
            name: self.space.name(&raced.mix),
            policies: policies.map(|(id, size)| (id.to_owned(), size)).collect(),
            cost: raced.cost,
            goal: raced.found.goal,
            trials: raced.trials() as u64,
            largest_share: raced.found.largest_share.clone(),
            is_within_cap: is_within(self.plan.cap, raced),
            is_within_budget: self.plan.budget.is_none_or(|budget| raced.cost <= budget),
            is_on_frontier,
        }
    }
}

fn size_units(study: &Study) -> BTreeMap<String, &'static str> {
    let options = study.policy_options().into_iter();
    let in_days = options.filter(|option| {
        let keys = option.scale.as_ref().map(|scale| &scale.keys);
        keys.is_some_and(|keys| keys.iter().all(|key| key.ends_with(".days")))
    });
    in_days.map(|option| (option.label.id, "days")).collect()
}

/// The mixes that are worth a race where there are too many to try: what the search came by.
fn search(arena: &mut Arena<'_>, most: usize, trials: u64) -> Result<Vec<Mix>, Error> {
    let trials = trials.min(SEARCH_TRIALS);
    let mut open: Vec<Mix> = vec![Vec::new()];
    arena.simulate(&open, trials)?;
    let mut looked_at: Vec<Mix> = Vec::new();
    while !open.is_empty() && arena.known.len() < most {
        let mut next: Vec<Mix> = open.iter().flat_map(|mix| arena.space.neighbours(mix)).collect();
        next.sort_by_key(|mix| arena.space.name(mix));
        next.dedup();
        next.retain(|mix| !arena.known.contains_key(&arena.space.name(mix)));
        next.truncate(most - arena.known.len());
        looked_at.append(&mut open);
        arena.simulate(&next, trials)?;
        let frontier = arena.frontier().into_iter().map(|raced| raced.mix.clone());
        open = frontier.filter(|mix| !looked_at.contains(mix)).collect();
    }
    let all = arena.known.values().map(|raced| raced.mix.clone());
    Ok(all.collect())
}

/// The best mix within the budget, its sizes tried in ever smaller steps, and up to where the budget ends.
fn refine(arena: &mut Arena<'_>, budget: Option<f64>, trials: u64) -> Result<Option<Mix>, Error> {
    let Some(mut best) = best_within(arena, budget) else {
        return Ok(None);
    };
    let space = arena.space;
    let step_of = |number: usize| {
        let sizes = &space.choices[number].sizes;
        sizes.first().copied().flatten().zip(sizes.get(1).copied().flatten())
    };
    for halving in 1..=HALVINGS {
        loop {
            let mut next = Vec::new();
            for (at, (number, size)) in best.iter().enumerate() {
                let (Some(size), Some((first, second))) = (*size, step_of(*number)) else {
                    continue;
                };
                let ends = (
                    first,
                    space.choices[*number].sizes.last().copied().flatten().unwrap_or(first),
                );
                let step = (second - first) / f64::from(1_u32 << halving);
                let rest = rest_of_budget(arena, &best, at, budget);
                for other in [Some(size - step), Some(size + step), rest.map(|rest| size + rest)] {
                    let Some(other) = other else { continue };
                    let mut mix = best.clone();
                    mix[at].1 = Some(other.clamp(ends.0, ends.1));
                    next.push(mix);
                }
            }
            next.retain(|mix| budget.is_none_or(|budget| cost(arena, mix) <= budget));
            next.retain(|mix| !arena.known.contains_key(&space.name(mix)));
            if next.is_empty() {
                break;
            }
            arena.simulate(&next, trials)?;
            arena.drop_beaten();
            match best_within(arena, budget) {
                Some(better) if better != best => best = better,
                _ => break,
            }
        }
    }
    Ok(Some(best))
}

fn cost(arena: &Arena<'_>, mix: &Mix) -> f64 {
    arena.study.cost_of(&arena.space.policies(mix)).unwrap_or(0.0)
}

/// How many more units of a choice the rest of the budget buys; never more than the budget when its price is added up again.
fn rest_of_budget(arena: &Arena<'_>, mix: &Mix, at: usize, budget: Option<f64>) -> Option<f64> {
    let rest = budget? - cost(arena, mix);
    let mut more = mix.clone();
    more[at].1 = more[at].1.map(|size| size + 1.0);
    let price = cost(arena, &more) - cost(arena, mix);
    (price > 0.0 && rest > 0.0).then(|| rest / price * (1.0 - 1e-12))
}

fn best_within(arena: &Arena<'_>, budget: Option<f64>) -> Option<Mix> {
    let frontier = arena.frontier().into_iter();
    let mut within = frontier.filter(|raced| budget.is_none_or(|budget| raced.cost <= budget));
    within.next_back().map(|raced| raced.mix.clone())
}

/// What differs from a mix by one policy: its number, and the other mix. Sizes go up and down by one of the steps that were looked at first.
fn steps(space: &Space, best: &Mix) -> Vec<(usize, Mix)> {
    let mut found = Vec::new();
    for (number, choice) in space.choices.iter().enumerate() {
        let Some(at) = best.iter().position(|(taken, _)| *taken == number) else {
            let more = with(best, number, choice.sizes.first().copied().flatten());
            if best.iter().all(|(taken, _)| space.go_together(*taken, number)) {
                found.push((number, more));
            }
            continue;
        };
        let mut without = best.clone();
        without.remove(at);
        found.push((number, without));
        let Some(size) = best[at].1 else { continue };
        let sizes = || choice.sizes.iter().copied().flatten();
        let below = sizes().rfind(|other| *other < size);
        let above = sizes().find(|other| *other > size);
        for other in below.into_iter().chain(above) {
            let mut mix = best.clone();
            mix[at].1 = Some(other);
            found.push((number, mix));
        }
    }
    found
}
