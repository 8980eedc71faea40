//! What comes of rows of numbers that somebody else has chosen: one run, or one trial, for each.

use ndarray::{Array2, Axis as Side};
use rayon::prelude::*;

use super::{Refusal, Unanswered};
use crate::study::{Error, Estimate, Found, Progress, Run, Statistic, Study, Variant};

/// Runs that share a look at whether to stop.
const TOGETHER: usize = 32;

/// What each row is.
#[derive(Debug, Clone, PartialEq)]
pub enum Rows {
    /// A run of so many trials, all rows on the same draws.
    Runs(u64),
    /// One trial each, of these numbers: what is not given is drawn as in the trial of that number.
    Trials(Vec<u64>),
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The keys of the columns, as `--set` takes them.
    pub keys: Vec<String>,
    /// Row x key.
    pub values: Array2<f64>,
    /// What each row is.
    pub rows: Rows,
    /// The statistic of runs; that of the headline when `None`. Of a trial it is always its shortfall.
    pub of: Option<Statistic>,
    /// Material and place of runs; those of the headline when `None`.
    pub at: Option<(String, String)>,
}

/// What came of the rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// What values are.
    pub statistic: Statistic,
    /// Material and place.
    pub at: (String, String),
    /// Of each row, as far as it came; `NaN` where there is no figure.
    pub values: Vec<f64>,
    /// Its standard error, where it is of a run and known; else `NaN`.
    pub standard_errors: Vec<f64>,
}

/// Simulates all rows; fewer where `progress` was stopped.
///
/// # Errors
/// A key or value that the scenario does not take, or an uncertain number that cannot be given to single trials; [`Error::Interrupted`] where no row was complete.
pub fn run(study: &Study, plan: &Plan, progress: &Progress) -> Result<Batch, Unanswered> {
    let baseline = study.baseline()?;
    let mut batch = Batch {
        statistic: plan.of.unwrap_or(baseline.headline_statistic()),
        at: plan.at.clone().unwrap_or(baseline.headline()),
        values: Vec::new(),
        standard_errors: Vec::new(),
    };
    match &plan.rows {
        Rows::Trials(numbers) => trials(&baseline, plan, numbers, progress, &mut batch)?,
        Rows::Runs(trials) => runs(study, plan, *trials, progress, &mut batch)?,
    }
    match batch.values.is_empty() && plan.values.nrows() > 0 {
        true => Err(Error::Interrupted.into()),
        false => Ok(batch),
    }
}

fn trials(
    baseline: &Variant,
    plan: &Plan,
    numbers: &[u64],
    progress: &Progress,
    batch: &mut Batch,
) -> Result<(), Unanswered> {
    if plan.of.is_some() || plan.at.is_some() {
        return Err(Refusal::new(
            "a single trial has no statistic but its shortfall at the headline".to_owned(),
            "leave the statistic and the place out, or give each row a run of several trials",
        )
        .into());
    }
    if numbers.len() != plan.values.nrows() {
        let message = format!(
            "there are {} numbers of trials for {} rows",
            numbers.len(),
            plan.values.nrows()
        );
        return Err(Refusal::new(message, "give one for each row").into());
    }
    let given = baseline.given(&plan.keys).map_err(|key| {
        let known = baseline.can_be_given();
        Refusal::new(
            format!("`{key}` is no uncertain number that a single trial can be given"),
            match known.is_empty() {
                true => "no number of this scenario is uncertain; a run of several trials for each row takes any key"
                    .to_owned(),
                false => format!(
                    "these can: {}; a run of several trials for each row takes any key",
                    known.join(", ")
                ),
            },
        )
    })?;
    batch.values = given.trials(plan.values.view(), numbers, progress)?;
    batch.standard_errors = vec![f64::NAN; batch.values.len()];
    Ok(())
}

fn runs(study: &Study, plan: &Plan, trials: u64, progress: &Progress, batch: &mut Batch) -> Result<(), Unanswered> {
    let rows: Vec<Vec<f64>> = plan.values.axis_iter(Side(0)).map(|row| row.to_vec()).collect();
    for (chunk, rows) in rows.chunks(TOGETHER).enumerate() {
        let points = rows.par_iter().enumerate().map(|(number, row)| {
            let set = plan.keys.iter().zip(row);
            let set: Vec<String> = set.map(|(key, value)| format!("{key}={value}")).collect();
            study.point(&format!("row {}", chunk * TOGETHER + number), &set, None)
        });
        // All are made before one is looked at, so that the error is always the same.
        let points: Vec<Result<Variant, Error>> = points.collect();
        let points: Vec<Variant> = points.into_iter().collect::<Result<_, Error>>()?;
        let Some((first, others)) = points.split_first() else {
            continue;
        };
        let run = Run::new(first).against(others).as_runs_alone().without_samples();
        let found = match run.trials(trials).watched(progress) {
            Err(Error::Interrupted) => return Ok(()),
            found => found?,
        };
        if found.run.manifest.interrupted {
            return Ok(());
        }
        for policy in &found.run.policies {
            let row = policy.row((&batch.at.0, &batch.at.1));
            let figure = row.map_or(Found::Missing, |row| batch.statistic.of(row));
            batch.values.push(figure.value().unwrap_or(f64::NAN));
            let error = figure.estimate().map(|Estimate { standard_error, .. }| standard_error);
            batch.standard_errors.push(error.unwrap_or(f64::NAN));
        }
    }
    Ok(())
}
