//! What a variant changes: differences of statistics between two runs on the same draws, with the errors of the pairs.
//!
//! Both runs meet the same batches of trials. The difference of two means is the mean of the differences by batch, so its error is the spread of these
//! between groups of batches ([`super::groups`]): what both have in common drops out. For a probability the quantity is whether a trial exceeds
//! the threshold; for a CVaR it is max(X - VaR, 0) / (1 - level), by the asymptotic variance of the minimum of Rockafellar and
//! Uryasev's function.

use super::errors::Errors;
use super::estimate::{Bounds, symmetric_estimate};
use super::fixed::FixedSum;
use super::grid::position_of_whole_pct;
use super::groups::GROUPS;
use super::recorder::Recorder;
use super::row_groups::GroupSums;
use super::row_totals::USD_PER_STEP;
use super::statistic::Statistic;
use super::types::{Estimate, PolicyResults};
use crate::sampling::BATCH_TRIALS;

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

/// A variant's statistic less the baseline's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// The difference with the error of the pairs; the error is not known (NaN) with fewer than eight whole batches of trials.
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
    /// Each trial's shortfall in % of demand, from the first trial on, by number of the row; `None` for rows without samples.
    pub shares_pct: &'a dyn Fn(usize) -> Option<Vec<f64>>,
    /// Number of the first trial.
    pub first_trial: u64,
}

impl Side<'_> {
    fn row(&self, material: &str, country: &str, sector: &str) -> Option<usize> {
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
            Statistic::ProbGt10 => beyond(position_of_whole_pct(10)),
            Statistic::Cvar95Pct => self.tail_sums(row, 0.95),
            _ => None,
        }
    }

    fn tail_sums(&self, row: usize, level: f64) -> Option<[f64; GROUPS]> {
        let at_risk = Statistic::Var95Pct.of(&self.results.summary[row]).value()?;
        let mut sums = [0.0; GROUPS];
        for (trial, share) in (self.first_trial..).zip((self.shares_pct)(row)?) {
            sums[super::groups::group_of(trial)] += (share - at_risk).max(0.0) / (1.0 - level);
        }
        Some(sums)
    }
}

/// The differences of a variant from the baseline, for every row that both have.
pub fn differences(baseline: Side<'_>, variant: Side<'_>) -> Vec<RowDifferences> {
    let errors = variant.recorder.errors();
    let rows = variant.results.summary.iter().enumerate();
    let found = rows.filter_map(|(number, row)| {
        let before = baseline.row(&row.material, &row.country, &row.sector)?;
        Some(RowDifferences {
            material: row.material.clone(),
            country: row.country.clone(),
            sector: row.sector.clone(),
            of: COMPARED.map(|statistic| difference(&errors, (baseline, before), (variant, number), statistic)),
        })
    });
    found.collect()
}

fn difference(
    errors: &Errors,
    (baseline, before): (Side<'_>, usize),
    (variant, after): (Side<'_>, usize),
    statistic: Statistic,
) -> Option<Difference> {
    let [old, new] = [(baseline, before), (variant, after)].map(|(side, row)| statistic.of(&side.results.summary[row]));
    let value = new.value()? - old.value()?;
    let trials = errors.trials();
    let is_certain = variant.recorder.is_one_trial_repeated() && baseline.recorder.is_one_trial_repeated();
    let error = if is_certain {
        Some(0.0)
    } else {
        let sums = baseline.sums(before, statistic).zip(variant.sums(after, statistic));
        errors.groups().zip(sums).map(|(groups, (old, new))| {
            let variance = groups.variance_of_mean(&std::array::from_fn(|group| new[group] - old[group]));
            // Where all groups agree although the two differ, that is chance, or all that a batch can tell: as in `errors::seen`.
            let scale = if value == 0.0 { 0.0 } else { largest(statistic) };
            let finest = value.abs() * scale / trials.max(1) as f64 / BATCH_TRIALS as f64;
            if variance > 0.0 { variance } else { finest }.sqrt()
        })
    };
    let independent = old.estimate().zip(new.estimate()).and_then(|(old, new)| {
        let apart = old.standard_error * old.standard_error + new.standard_error * new.standard_error;
        let paired = error.filter(|error| *error > 0.0)?;
        let trials = libm::ceil(trials as f64 * apart / (paired * paired));
        trials.is_finite().then_some(trials as u64)
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
