//! What a variant changes: differences of statistics between two runs on the same draws, with the errors of the pairs.
//!
//! Both runs meet the same batches of trials. The difference of two means is the mean of the differences by batch, so its error is the spread of these
//! between groups of batches (`results/groups.rs`): what both have in common drops out. For a probability the quantity is whether a trial exceeds
//! the threshold; for a CVaR it is max(X - VaR, 0) / (1 - level), by the asymptotic variance of the minimum of Rockafellar and
//! Uryasev's function. Too few batches to tell an error from: then what is a share of demand is compared trial by trial, and the error is that of
//! independent trials, which is mostly too large.

use super::estimate::{Bounds, symmetric_estimate};
use super::fixed::FixedSum;
use super::grid::position_of_whole_pct;
use super::groups::{GROUPS, group_of};
use super::histogram::NEGLIGIBLE;
use super::recorder::Recorder;
use super::row_groups::GroupSums;
use super::row_totals::USD_PER_STEP;
use super::sample_table::Samples;
use super::statistic::Statistic;
use super::types::{Estimate, PolicyResults};
use crate::sampling::BATCH_TRIALS;
use crate::sampling::special::student_t_quantile;

/// Statistics of which differences are told, in the order of the files.
pub const COMPARED: [Statistic; 8] = [
    Statistic::ExpectedShortfall,
    Statistic::ExpectedShortfallPct,
    Statistic::UnmetAfterAdaptationPct,
    Statistic::ExpectedMonthsShort,
    Statistic::ProbAny,
    Statistic::ProbGt10,
    Statistic::Cvar95Pct,
    Statistic::ExposedValueMusd,
];

/// More trials than this are not told.
const MOST_INDEPENDENT: f64 = 1e15;

/// Fewer trials tell no error.
pub const FEWEST_SINGLE_TRIALS: usize = 256;
/// Nor do fewer trials that differ.
pub const FEWEST_DIFFERENT: usize = 20;

/// A variant's statistic less the baseline's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// The difference with the error of the pairs. With fewer than eight whole batches of trials it is that of independent trials, and not known (NaN)
    /// with fewer than [`FEWEST_SINGLE_TRIALS`], where fewer than [`FEWEST_DIFFERENT`] of them differ, or where the quantity is no share of demand.
    pub estimate: Estimate,
    /// Trials with which two independent runs would know it as well.
    pub independent_trials: Option<u64>,
}

/// Differences of one row. `None`: one of the two has no such figure.
#[derive(Debug, Clone, PartialEq)]
pub struct RowDifferences {
    /// Material id.
    pub material: String,
    /// Country code, group id, `focus` or `WLD`.
    pub country: String,
    /// Sector, `all` or `feed`.
    pub sector: String,
    /// By position in [`COMPARED`].
    pub of: [Option<Difference>; COMPARED.len()],
}

impl RowDifferences {
    /// The difference of a statistic.
    pub fn get(&self, statistic: Statistic) -> Option<Difference> {
        let position = COMPARED.iter().position(|compared| *compared == statistic)?;
        self.of[position]
    }
}

/// One of the two runs.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// What was recorded.
    pub recorder: &'a Recorder,
    /// What that came to.
    pub results: &'a PolicyResults,
    /// Each trial's shortfall.
    pub samples: &'a Samples,
}

impl Side<'_> {
    fn row(&self, [material, country, sector]: [&str; 3]) -> Option<usize> {
        let mut rows = self.results.summary.iter();
        rows.position(|row| row.material == material && row.country == country && row.sector == sector)
    }

    /// Sums by group of the quantity whose mean over trials the statistic is, in its unit.
    fn sums(&self, row: usize, statistic: Statistic) -> Option<[f64; GROUPS]> {
        let totals = self.recorder.totals.row(row);
        let scaled = |sum: fn(&GroupSums) -> FixedSum, scale: f64| {
            Some(totals.groups.sums.map(|sums| sum(sums).value() * scale))
        };
        let beyond = |position| {
            let hits = totals.groups.share.beyond(position, false);
            Some(hits.map(|hits| hits as f64))
        };
        let plan = &self.recorder.plan;
        match statistic {
            Statistic::ExpectedShortfall => scaled(|sums| sums.shortfall, plan.rows[row].reference_demand_t),
            Statistic::ExpectedShortfallPct => scaled(|sums| sums.share, 100.0),
            Statistic::UnmetAfterAdaptationPct => scaled(|sums| sums.unmet, 100.0),
            Statistic::ExpectedMonthsShort => scaled(|sums| sums.short_periods, plan.layout.step_months),
            Statistic::ExposedValueMusd => scaled(|sums| sums.exposed, USD_PER_STEP / 1e6),
            Statistic::ProbAny => beyond(0),
            Statistic::ProbGt5 => beyond(position_of_whole_pct(5)),
            Statistic::ProbGt10 => beyond(position_of_whole_pct(10)),
            Statistic::ProbGt25 => beyond(position_of_whole_pct(25)),
            Statistic::ProbGt50 => beyond(position_of_whole_pct(50)),
            Statistic::Cvar95Pct => self.tail_sums(row, 0.95),
            _ => None,
        }
    }

    /// The quantity whose mean over trials the statistic is, trial by trial; `None` where it is no function of the share of demand that is short.
    fn by_trial(&self, row: usize, statistic: Statistic) -> Option<Vec<f64>> {
        let beyond = |least: f64| move |short: f64| f64::from(u8::from(short > least));
        let quantity: Box<dyn Fn(f64) -> f64> = match statistic {
            Statistic::ExpectedShortfallPct => Box::new(|short| short),
            Statistic::ProbAny => Box::new(beyond(100.0 * NEGLIGIBLE)),
            Statistic::ProbGt5 => Box::new(beyond(5.0)),
            Statistic::ProbGt10 => Box::new(beyond(10.0)),
            Statistic::ProbGt25 => Box::new(beyond(25.0)),
            Statistic::ProbGt50 => Box::new(beyond(50.0)),
            Statistic::Cvar95Pct => {
                let at_risk = Statistic::Var95Pct.of(&self.results.summary[row]).value()?;
                Box::new(move |short| (short - at_risk).max(0.0) / 0.05)
            }
            _ => return None,
        };
        Some(self.samples.of_row(row)?.map(|(_, short)| quantity(short)).collect())
    }

    fn tail_sums(&self, row: usize, level: f64) -> Option<[f64; GROUPS]> {
        let at_risk = Statistic::Var95Pct.of(&self.results.summary[row]).value()?;
        let mut sums = [0.0; GROUPS];
        for (trial, share) in self.samples.of_row(row)? {
            sums[group_of(trial)] += (share - at_risk).max(0.0) / (1.0 - level);
        }
        Some(sums)
    }
}

/// The differences of a variant from the baseline, for every row that both have.
pub fn differences(baseline: Side<'_>, variant: Side<'_>) -> Vec<RowDifferences> {
    let rows = variant.results.summary.iter();
    let found = rows.filter_map(|row| {
        let names = [row.material.as_str(), &row.country, &row.sector];
        baseline.row(names)?;
        Some(RowDifferences {
            material: row.material.clone(),
            country: row.country.clone(),
            sector: row.sector.clone(),
            of: COMPARED.map(|statistic| contrast(&[(1.0, variant), (-1.0, baseline)], names, statistic)),
        })
    });
    found.collect()
}

/// A sum of multiples of a statistic of several runs on the same draws, in the row of this material, place and sector. The difference of two is 1 and -1
/// of it; whether two measures are worth more together is (1, -1, -1, 1) of both, each, and neither.
pub fn contrast(terms: &[(f64, Side<'_>)], row: [&str; 3], statistic: Statistic) -> Option<Difference> {
    let errors = terms.first()?.1.recorder.errors();
    let trials = errors.trials();
    let (mut value, mut apart, mut sums, mut is_certain) = (0.0, Some(0.0), Some([0.0; GROUPS]), true);
    let is_short = errors.groups().is_none() && trials < GROUPS as u64 * BATCH_TRIALS;
    let mut single = is_short.then(|| vec![0.0; trials as usize]);
    for (times, side) in terms {
        let number = side.row(row)?;
        let found = statistic.of(&side.results.summary[number]);
        value += times * found.value()?;
        apart = apart
            .zip(found.estimate())
            .map(|(apart, own)| apart + times * times * own.standard_error * own.standard_error);
        sums = sums.zip(side.sums(number, statistic)).map(|(mut sums, own)| {
            sums.iter_mut().zip(own).for_each(|(sum, own)| *sum += times * own);
            sums
        });
        is_certain &= side.recorder.is_one_trial_repeated();
        let own = single.as_ref().and_then(|_| side.by_trial(number, statistic));
        single = single.zip(own).and_then(|(mut all, own)| {
            let is_whole = all.len() == own.len();
            all.iter_mut().zip(own).for_each(|(sum, own)| *sum += times * own);
            is_whole.then_some(all)
        });
    }
    let error = if is_certain {
        Some(0.0)
    } else if let Some(single) = &single {
        let is_enough = single.len() >= FEWEST_SINGLE_TRIALS
            && single.iter().filter(|difference| **difference != 0.0).count() >= FEWEST_DIFFERENT;
        let error = is_enough.then(|| by_trial(single)).flatten();
        error.map(|error| error.standard_error)
    } else {
        errors.groups().zip(sums).map(|(groups, sums)| {
            let variance = groups.variance_of_mean(&sums);
            // Where all groups agree although trials differ, that is chance, or all that a batch can tell: as in `errors::seen`.
            let finest = value.abs() * largest(statistic) / trials.max(1) as f64 / BATCH_TRIALS as f64;
            if variance > 0.0 { variance } else { finest }.sqrt()
        })
    };
    let independent = apart.and_then(|apart| {
        let paired = error.filter(|error| *error > 0.0)?;
        let trials = libm::ceil(trials as f64 * apart / (paired * paired));
        // An error that is rounding alone says nothing.
        (trials <= MOST_INDEPENDENT).then_some(trials as u64)
    });
    Some(Difference {
        estimate: symmetric_estimate(value, error, errors.reach(), Bounds::ANY),
        independent_trials: independent,
    })
}

/// The largest that a trial's quantity can be where that is known; else 1.
fn largest(statistic: Statistic) -> f64 {
    match statistic {
        Statistic::ExpectedShortfallPct | Statistic::UnmetAfterAdaptationPct => 100.0,
        Statistic::Cvar95Pct => 2_000.0,
        _ => 1.0,
    }
}

/// The mean of a quantity of independent trials, with its error and Student's t; `None` for fewer than two.
pub fn by_trial(values: &[f64]) -> Option<Estimate> {
    let count = values.len() as f64;
    if count < 2.0 {
        return None;
    }
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    let error = (squares / (count - 1.0) / count).sqrt();
    let reach = student_t_quantile(count - 1.0, 0.975);
    Some(symmetric_estimate(mean, Some(error), reach, Bounds::ANY))
}
