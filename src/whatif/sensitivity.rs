//! What drives the answer: what each uncertain input, and each lever, does to a statistic from one end of its range to the other; which share of the
//! headline's variance each input and event accounts for; and which ranges of them mark the worst trials.

use rayon::prelude::*;

use super::prim::{self, Found};
use super::sobol::{Evaluations, Indices};
use super::{Refusal, Unanswered};
use crate::study::{
    Difference, Drawn, Error, Factor, Lever, PolicyResults, Progress, Results, Run, Seen, Statistic, Study, Uncertain,
    Variant,
};

/// Trials of the tornado where no other number is asked for: the fewest with a stated error of differences.
pub const TRIALS: u64 = 2_048;
/// Trials of a look at the indices: their number doubles from here.
const FIRST_LOOK: u64 = 1_024;
/// Trials of the indices at most, where no number is asked for.
pub const MOST_INDEX_TRIALS: u64 = 16_384;
/// Where no number of trials is asked for, indices are evaluated until every interval is at most so wide.
pub const WIDEST_INTERVAL: f64 = 0.1;
/// A factor that drew something else in fewer trials is evaluated as long as any other.
const FEWEST_MOVED: usize = 200;
/// The worst share of trials that discovery looks for.
const WORST: f64 = 0.1;
/// What is smaller, in percent of demand, is rounding of flows.
const ROUNDING: f64 = 1e-6;

/// What to look at.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The statistic of the tornado; the headline's measure when `None`.
    pub of: Option<Statistic>,
    /// Trials of everything.
    pub trials: Option<u64>,
    /// Stop the tornado once headline and differences are known to this share of the baseline's mean.
    pub precision: Option<f64>,
}

/// One end of a bar.
#[derive(Debug, Clone, PartialEq)]
pub struct End {
    /// What the key is set to, as TOML.
    pub at: String,
    /// `key=value`, as `critmin run --set` takes it.
    pub set: String,
    /// The statistic there, where there is one.
    pub value: Option<f64>,
    /// Less that of the scenario as it is, with the error of the pairs.
    pub difference: Option<Difference>,
}

/// What one number does to the statistic at the headline, all else at random.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// Its key.
    pub key: String,
    /// Its name; the key where it has none.
    pub name: String,
    /// Whether its ends are a lever's; else the quantiles at 10 % and 90 % of its distribution.
    pub is_lever: bool,
    /// Lower and upper end.
    pub ends: [End; 2],
}

impl Bar {
    /// From the lowest to the highest of the statistic at both ends and in the scenario as it is.
    pub fn span(&self) -> f64 {
        let ends = self.ends.iter().filter_map(|end| Some(end.difference?.estimate.value));
        let (low, high) = ends.fold((0.0_f64, 0.0_f64), |(low, high), end| (low.min(end), high.max(end)));
        high - low
    }
}

/// Ranges that mark the worst trials.
#[derive(Debug, Clone, PartialEq)]
pub struct Discovery {
    /// What the ranges are of.
    pub columns: Vec<Seen>,
    /// Trials looked at.
    pub trials: usize,
    /// Trials among the worst.
    pub worst: usize,
    /// Shortfall from which on a trial is among the worst, %.
    pub threshold_pct: f64,
    /// Boxes, the best first.
    pub boxes: Vec<Found>,
    /// Each column's smallest and largest value in any trial.
    pub extent: Vec<(f64, f64)>,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Sensitivity {
    /// What bars are of.
    pub statistic: Statistic,
    /// The measure of the headline, of which indices and boxes are.
    pub measure: Statistic,
    /// The scenario as it is first, then both ends of every bar.
    pub results: Results,
    /// The widest first.
    pub bars: Vec<Bar>,
    /// Keys that cannot be set alone, and why.
    pub left_out: Vec<(String, String)>,
    /// Ids and names of all events.
    pub events: Vec<(String, String)>,
    /// What indices are of.
    pub factors: Vec<Factor>,
    /// The indices; `None` where the headline does not vary.
    pub indices: Option<Indices>,
    /// Trials from which they are; in the first of them each was simulated once more for each factor, in later ones for those of which less was known.
    pub index_trials: u64,
    /// Which ranges mark the worst trials; `None` where no trial is short.
    pub discovery: Option<Discovery>,
    /// Whether it was stopped on the way.
    pub interrupted: bool,
}

impl Sensitivity {
    /// The scenario as it is.
    pub fn baseline(&self) -> Option<&PolicyResults> {
        self.results.run.policies.first()
    }

    /// Positions of the factors, the largest total index first.
    pub fn ranked(&self) -> Vec<usize> {
        let Some(indices) = &self.indices else {
            return Vec::new();
        };
        let mut ranked: Vec<usize> = (0..self.factors.len()).collect();
        let total = |factor: usize| indices.total[factor].value;
        ranked.sort_by(|one, other| total(*other).total_cmp(&total(*one)));
        ranked
    }

    /// The widest interval of any index.
    pub fn widest_interval(&self) -> f64 {
        self.indices.as_ref().map_or(0.0, widest)
    }
}

fn widest(indices: &Indices) -> f64 {
    let all = indices.first.iter().chain(&indices.total);
    all.map(|found| found.high - found.low).fold(0.0, f64::max)
}

/// A sensitivity analysis whose ends are known to be right.
#[derive(Debug, Clone)]
pub struct Prepared {
    baseline: Variant,
    /// Both ends of every bar.
    variants: Vec<Variant>,
    bars: Vec<Bar>,
    left_out: Vec<(String, String)>,
    factors: Vec<Factor>,
}

/// Looks at everything.
///
/// # Errors
/// See [`prepare`] and [`Prepared::run`].
pub fn sensitivity(study: &Study, plan: &Plan, progress: &Progress) -> Result<Sensitivity, Unanswered> {
    Ok(prepare(study)?.run(plan, progress)?)
}

/// Checks and compiles both ends of every uncertain number and lever.
///
/// # Errors
/// A scenario that is wrong, as it is or at an end of a lever; one in which nothing is uncertain.
pub fn prepare(study: &Study) -> Result<Prepared, Unanswered> {
    // Everything wrong with the scenario itself is told of it, not of an end.
    let as_it_is = study.baseline()?;
    let (levers, factors) = (study.levers(), as_it_is.factors());
    if levers.is_empty() && factors.is_empty() {
        return Err(Refusal::new(
            "nothing in this scenario is uncertain: no number has a distribution, no event is left to chance, and no [[lever]] gives a range".to_owned(),
            "give a number a distribution, such as { dist = \"uniform\", low = 1, high = 2 }, or a range in a [[lever]] (docs/scenario-format.md)",
        )
        .into());
    }
    let mut study = study.clone();
    let mut bars = bars(&as_it_is, &levers);
    // Who is in focus where none is stated follows demand, and is to be the same at all ends.
    if bars.iter().any(|bar| bar.key.starts_with("demand")) {
        let (materials, places) = as_it_is.focus();
        study.set(&format!(
            "focus={{ materials = {materials:?}, countries = {places:?} }}"
        ))?;
    }
    let baseline = study.point("baseline", &[], None)?;
    let made: Vec<[Result<Variant, Error>; 2]> = bars
        .par_iter()
        .map(|bar| {
            bar.ends
                .each_ref()
                .map(|end| study.point(&end.set, std::slice::from_ref(&end.set), None))
        })
        .collect();
    let (mut variants, mut left_out) = (Vec::new(), Vec::new());
    let mut kept = Vec::new();
    for (bar, made) in bars.drain(..).zip(made) {
        match made {
            [Ok(low), Ok(high)] => {
                variants.extend([low, high]);
                kept.push(bar);
            }
            [Err(error), _] | [_, Err(error)] => match (bar.is_lever, &error) {
                // Of a number's own distribution: what is drawn in every trial is not all that a key may be set to.
                (false, Error::Invalid(problems)) => {
                    let first = problems.errors().next();
                    let why = first.map_or_else(|| error.to_string(), |problem| problem.message.clone());
                    left_out.push((bar.key, why));
                }
                _ => return Err(error.into()),
            },
        }
    }
    Ok(Prepared {
        baseline,
        variants,
        bars: kept,
        left_out,
        factors,
    })
}

/// Uncertain numbers at their quantiles, but for those that a lever has a range for; then the levers.
fn bars(variant: &Variant, levers: &[Lever]) -> Vec<Bar> {
    let bar = |key: &str, name: &str, is_lever: bool, ends: [String; 2]| Bar {
        key: key.to_owned(),
        name: name.to_owned(),
        is_lever,
        ends: ends.map(|at| End {
            set: format!("{key}={at}"),
            at,
            value: None,
            difference: None,
        }),
    };
    let is_free = |one: &&Uncertain| !levers.iter().any(|lever| lever.key == one.key);
    let uncertain = variant.uncertain();
    let own = uncertain.iter().filter(is_free);
    let own = own.map(|one| bar(&one.key, &one.key, false, one.ends.clone()));
    let levers = levers.iter();
    let ranges = levers.map(|lever| {
        bar(
            &lever.key,
            &lever.name,
            true,
            [lever.low.to_string(), lever.high.to_string()],
        )
    });
    own.chain(ranges).collect()
}

impl Prepared {
    /// Simulates.
    ///
    /// # Errors
    /// [`Error::Interrupted`] where no trial was complete; [`Error::TooManyRenewals`].
    pub fn run(self, plan: &Plan, progress: &Progress) -> Result<Sensitivity, Error> {
        let measure = self.baseline.headline_statistic();
        let statistic = plan.of.unwrap_or(measure);
        let mut run = Run::new(&self.baseline).against(&self.variants).as_runs_alone();
        if statistic != Statistic::Cvar95Pct {
            run = run.without_samples();
        }
        run = match (plan.trials, plan.precision) {
            (Some(trials), _) => run.trials(trials),
            (None, None) => run.trials(TRIALS),
            (None, Some(_)) => run,
        };
        if let Some(share) = plan.precision {
            run = run.precision(share);
        }
        let results = run.watched(progress)?;
        let mut bars = self.bars;
        for end in bars.iter_mut().flat_map(|bar| &mut bar.ends) {
            fill(end, &results, statistic);
        }
        // Stable: equal ones stay in the order of the model.
        bars.sort_by(|one, other| other.span().total_cmp(&one.span()));
        let seed = results.run.manifest.seed;
        let evaluated = evaluate(&self.baseline, &self.factors, plan.trials, seed, progress)?;
        let (evaluations, indices) = evaluated;
        let trials = evaluations.a.len() as u64;
        let discovery = (trials > 0)
            .then(|| discover(self.baseline.drawn(trials), &evaluations))
            .flatten();
        let interrupted = results.run.manifest.interrupted || progress.is_stopped();
        Ok(Sensitivity {
            statistic,
            measure,
            results,
            bars,
            left_out: self.left_out,
            events: self.baseline.event_names(),
            factors: self.factors,
            indices,
            index_trials: trials,
            discovery,
            interrupted,
        })
    }
}

/// The statistic of an end at the headline.
fn fill(end: &mut End, results: &Results, statistic: Statistic) {
    let Some((material, place)) = results.run.policies.first().map(|policy| policy.headline.clone()) else {
        return;
    };
    let row = (material.as_str(), place.as_str());
    end.difference = results.contrast(&[(end.set.as_str(), 1.0), ("baseline", -1.0)], row, statistic);
    let policy = results.variant(&end.set);
    end.value = policy.and_then(|policy| statistic.of(policy.row(row)?).value());
}

/// Evaluates the factors in so many trials; where none are asked for, until every interval is narrow enough.
fn evaluate(
    baseline: &Variant,
    factors: &[Factor],
    asked: Option<u64>,
    seed: u64,
    progress: &Progress,
) -> Result<(Evaluations, Option<Indices>), Error> {
    let mut all = Evaluations {
        a: Vec::new(),
        b: Vec::new(),
        ab: vec![Vec::new(); factors.len()],
    };
    if factors.is_empty() {
        return Ok((all, None));
    }
    let most = asked.unwrap_or(MOST_INDEX_TRIALS);
    let mut until = asked.unwrap_or(FIRST_LOOK);
    // Factors that are still evaluated, and in how many trials each drew something else.
    let mut open: Vec<usize> = (0..factors.len()).collect();
    let mut moved = vec![0; factors.len()];
    loop {
        let done = all.a.len() as u64;
        let chosen: Vec<&Factor> = open.iter().map(|factor| &factors[*factor]).collect();
        let more = baseline.frozen(&chosen, done..until, progress)?;
        all.a.extend(more.own);
        all.b.extend(more.other);
        for (column, factor) in open.iter().enumerate() {
            all.ab[*factor].extend(more.anew.column(column));
            moved[*factor] += more.moved[column];
        }
        let indices = all.indices(seed);
        let Some(found) = indices.as_ref().filter(|_| until < most && !progress.is_stopped()) else {
            return Ok((all, indices));
        };
        let is_wide = |factor: usize| {
            let ends = [found.first[factor], found.total[factor]];
            ends.iter().any(|index| index.high - index.low > WIDEST_INTERVAL)
        };
        if !open.iter().any(|factor| is_wide(*factor)) {
            return Ok((all, indices));
        }
        // What has hardly ever moved is not known to have no influence, and costs no simulation.
        open.retain(|factor| is_wide(*factor) || moved[*factor] < FEWEST_MOVED);
        until = (until * 2).min(most);
    }
}

/// The ranges that mark the worst trials.
fn discover(drawn: Drawn, evaluations: &Evaluations) -> Option<Discovery> {
    let shortfalls: Vec<f64> = evaluations.a.iter().chain(&evaluations.b).copied().collect();
    let mut sorted = shortfalls.clone();
    sorted.sort_by(|one, other| other.total_cmp(one));
    let count = ((WORST * sorted.len() as f64).ceil() as usize).max(1);
    // Equal ones are all among the worst or none is; what is not short never is.
    let at = sorted[count - 1].max(ROUNDING);
    let threshold_pct = match sorted[count - 1] > ROUNDING && sorted.partition_point(|value| *value >= at) <= 2 * count
    {
        true => at,
        false => sorted.iter().rev().copied().find(|value| *value > at)?,
    };
    let is_case: Vec<bool> = shortfalls.iter().map(|value| *value >= threshold_pct).collect();
    let columns = drawn.values.columns().into_iter();
    let extent = columns.map(|column| {
        let ends = (f64::INFINITY, f64::NEG_INFINITY);
        column
            .iter()
            .fold(ends, |(low, high), value| (low.min(*value), high.max(*value)))
    });
    Some(Discovery {
        trials: shortfalls.len(),
        worst: is_case.iter().filter(|is_case| **is_case).count(),
        threshold_pct,
        boxes: prim::boxes(&drawn.values, &is_case),
        extent: extent.collect(),
        columns: drawn.columns,
    })
}
