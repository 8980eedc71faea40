//! Trials at values of uncertain inputs that somebody else has chosen: for designs and analyses of other programs.

use ndarray::ArrayView2;
use rayon::prelude::*;

use super::{Error, Progress, Variant};
use crate::engine::draws::TrialStreams;
use crate::engine::trial::Simulator;
use crate::model::InputKind;
use crate::results::ShortfallProbe;
use crate::sampling::Design;

/// Rows between two looks at whether to stop.
const ROWS: usize = 1_024;

/// Uncertain numbers of a variant that are given row by row.
#[derive(Debug, Clone)]
pub struct Given<'a> {
    variant: &'a Variant,
    slots: Vec<usize>,
}

impl Variant {
    /// Uncertain numbers that can be given trial by trial, in the order of the model. Shares that are scaled together to their sum cannot, nor can
    /// vectors of shares.
    pub fn can_be_given(&self) -> Vec<&str> {
        let model = &self.prepared.model;
        let is_scaled = |slot: usize| model.normalisations.iter().any(|scaled| scaled.slots.contains(&slot));
        let inputs = model.inputs.iter();
        let free = inputs.filter(|input| matches!(input.kind, InputKind::Scalar(_)) && !is_scaled(input.slot));
        free.map(|input| input.name.as_str()).collect()
    }

    /// These uncertain numbers, to be given.
    ///
    /// # Errors
    /// The first key that is not among [`Variant::can_be_given`].
    pub fn given<'a>(&'a self, keys: &[String]) -> Result<Given<'a>, String> {
        let free = self.can_be_given();
        let inputs = &self.prepared.model.inputs;
        let slot = |key: &String| {
            let found = inputs
                .iter()
                .find(|input| input.name == *key && free.contains(&key.as_str()));
            found.map(|input| input.slot).ok_or_else(|| key.clone())
        };
        let slots: Result<Vec<usize>, String> = keys.iter().map(slot).collect();
        Ok(Given {
            variant: self,
            slots: slots?,
        })
    }
}

impl Given<'_> {
    /// The headline's shortfall over the horizon, % of demand, of one trial for each row of values (row x key): all that is not given is drawn as in the
    /// trial of that number, independently of all others whatever the scenario's design. Fewer rows where `progress` was stopped; none without demand.
    ///
    /// # Errors
    /// [`Error::TooManyRenewals`].
    pub fn trials(&self, values: ArrayView2<'_, f64>, trials: &[u64], progress: &Progress) -> Result<Vec<f64>, Error> {
        let prepared = &self.variant.prepared;
        let mut model = prepared.model.clone();
        model.design = Design::Random;
        let Some(probe) = ShortfallProbe::headline(&prepared.layout) else {
            return Ok(Vec::new());
        };
        let rows: Vec<usize> = (0..values.nrows().min(trials.len())).collect();
        let mut found = Vec::with_capacity(rows.len());
        for rows in rows.chunks(ROWS) {
            if progress.is_stopped() {
                break;
            }
            let simulated = rows.par_iter().map_init(
                || (Simulator::new(&model), probe.clone()),
                |(simulator, probe), row| {
                    let values = values.row(*row);
                    let given: Vec<(usize, f64)> = self.slots.iter().copied().zip(values.iter().copied()).collect();
                    let trial = trials[*row];
                    simulator.run_with(trial, TrialStreams::of(trial), &given, probe);
                    let share = probe.take().first().map_or(0.0, |ended| ended.share);
                    match simulator.exhausted() {
                        Some(found) => Err(Error::exhausted(prepared, found, false)),
                        None => Ok(100.0 * share),
                    }
                },
            );
            let simulated: Vec<Result<f64, Error>> = simulated.collect();
            for shortfall_pct in simulated {
                found.push(shortfall_pct?);
            }
            progress
                .done
                .fetch_add(rows.len() as u64, std::sync::atomic::Ordering::Relaxed);
        }
        Ok(found)
    }
}
