//! What a run of variants gives.

use super::{Difference, Estimate, PolicyResults, RowDifferences, RunResults, Samples, Statistic};
use crate::analysis::part::Frame;
use crate::results::difference::{Side, by_trial, contrast, differences};
use crate::results::sample_table::Collected;
use crate::results::{ALL_SECTORS, Recorder};

/// One variant's trials.
pub(super) struct Outcome {
    pub(super) results: PolicyResults,
    pub(super) recorder: Recorder,
    pub(super) samples: Collected,
}

/// What the baseline and its variants came to, on the same draws.
#[derive(Debug, Clone)]
pub struct Results {
    /// Everything as a run of the program has it: the baseline first, then the variants in their order.
    pub run: RunResults,
    /// Differences from the baseline, by variant (the first is the baseline's: none) and row.
    pub differences: Vec<Vec<RowDifferences>>,
    /// Each trial's shortfall, by variant.
    pub samples: Vec<Samples>,
    recorders: Vec<Recorder>,
}

impl Results {
    pub(super) fn new(frame: Frame, trials: u64, asked: u64, interrupted: bool, outcomes: Vec<Outcome>) -> Self {
        let (mut policies, mut samples, mut recorders) = (Vec::new(), Vec::new(), Vec::new());
        for outcome in outcomes {
            samples.push(outcome.samples.table(0, &outcome.recorder.sample_rows()));
            policies.push(outcome.results);
            recorders.push(outcome.recorder);
        }
        let mut run = frame.fill(trials, interrupted, policies);
        run.manifest.trials_asked = asked;
        let mut results = Results {
            run,
            differences: Vec::new(),
            samples,
            recorders,
        };
        let found = (0..results.recorders.len()).map(|number| match number {
            0 => Vec::new(),
            number => differences(results.side(0), results.side(number)),
        });
        results.differences = found.collect();
        results
    }

    fn side(&self, number: usize) -> Side<'_> {
        Side {
            recorder: &self.recorders[number],
            results: &self.run.policies[number],
            samples: &self.samples[number],
        }
    }

    fn number(&self, variant: &str) -> Option<usize> {
        self.run.policies.iter().position(|policy| policy.policy == variant)
    }

    /// Trials of each variant.
    pub fn trials(&self) -> u64 {
        self.run.manifest.trials
    }

    /// What a variant came to, by its name (`baseline`, a policy's id).
    pub fn variant(&self, name: &str) -> Option<&PolicyResults> {
        Some(&self.run.policies[self.number(name)?])
    }

    /// A statistic of a variant at (material, place), final demand of all sectors.
    pub fn get(&self, variant: &str, (material, place): (&str, &str), statistic: Statistic) -> Option<Estimate> {
        statistic.of(self.variant(variant)?.row((material, place))?).estimate()
    }

    /// A statistic of a variant at (material, place) less the baseline's, with the error of the pairs. Of those in
    /// [`COMPARED`](super::COMPARED).
    pub fn difference(
        &self,
        variant: &str,
        (material, place): (&str, &str),
        statistic: Statistic,
    ) -> Option<Difference> {
        let mut rows = self.differences[self.number(variant)?].iter();
        let row = rows.find(|row| row.material == material && row.country == place && row.sector == ALL_SECTORS)?;
        row.get(statistic)
    }

    /// A sum of multiples of a statistic of several variants at (material, place), with the error of the common draws: whether two variants are worth
    /// more together is `[("both", 1.0), ("one", -1.0), ("other", -1.0), ("baseline", 1.0)]`.
    pub fn contrast(
        &self,
        terms: &[(&str, f64)],
        (material, place): (&str, &str),
        statistic: Statistic,
    ) -> Option<Difference> {
        let sides = terms
            .iter()
            .map(|(name, times)| Some((*times, self.side(self.number(name)?))));
        let sides: Option<Vec<(f64, Side<'_>)>> = sides.collect();
        contrast(&sides?, [material, place, ALL_SECTORS], statistic)
    }

    /// The same over several runs with the same trials on the same draws ([`Run::beside`](super::Run::beside)): results, name in them, multiple. `None`
    /// where trials differ.
    pub fn across(
        terms: &[(&Results, &str, f64)],
        (material, place): (&str, &str),
        statistic: Statistic,
    ) -> Option<Difference> {
        let (first, ..) = terms.first()?;
        let sides = terms.iter().map(|(results, name, times)| {
            let side = results.side(results.number(name)?);
            (results.trials() == first.trials()).then_some((*times, side))
        });
        let sides: Option<Vec<(f64, Side<'_>)>> = sides.collect();
        contrast(&sides?, [material, place, ALL_SECTORS], statistic)
    }

    /// The same of the mean shortfall in % of demand, trial by trial, with the error of independent trials: for runs of too few batches to tell one from.
    /// `None` where trials differ, or the place is not in focus.
    pub fn across_trials(terms: &[(&Results, &str, f64)], (material, place): (&str, &str)) -> Option<Estimate> {
        let (first, ..) = terms.first()?;
        let mut sums = vec![0.0; first.trials() as usize];
        for (results, name, times) in terms {
            let samples = &results.samples[results.number(name)?];
            let mut rows = samples.rows.iter();
            let column = rows.position(|row| row.0 == material && row.1 == place)?;
            let values = samples.shortfall_pct.column(column);
            if values.len() != sums.len() {
                return None;
            }
            sums.iter_mut()
                .zip(values)
                .for_each(|(sum, value)| *sum += times * value);
        }
        by_trial(&sums)
    }
}
