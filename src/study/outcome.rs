//! What a run of variants gives.

use super::samples::Collected;
use super::{Difference, Estimate, PolicyResults, RowDifferences, RunResults, Samples, Statistic};
use crate::analysis::part::Frame;
use crate::results::difference::{Side, differences};
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
}

impl Results {
    pub(super) fn new(frame: Frame, trials: u64, asked: u64, interrupted: bool, outcomes: Vec<Outcome>) -> Self {
        let mut found = vec![Vec::new()];
        if let Some((baseline, variants)) = outcomes.split_first() {
            let of_baseline = |row| baseline.samples.of_row(row);
            let before = Side {
                recorder: &baseline.recorder,
                results: &baseline.results,
                shares_pct: &of_baseline,
                first_trial: 0,
            };
            found.extend(variants.iter().map(|variant| {
                let of_variant = |row| variant.samples.of_row(row);
                let after = Side {
                    recorder: &variant.recorder,
                    results: &variant.results,
                    shares_pct: &of_variant,
                    first_trial: 0,
                };
                differences(before, after)
            }));
        }
        let (policies, samples) = outcomes
            .into_iter()
            .map(|outcome| {
                let names = outcome.recorder.sample_rows();
                (outcome.results, outcome.samples.table(0, &names))
            })
            .unzip();
        let mut run = frame.fill(trials, interrupted, policies);
        run.manifest.trials_asked = asked;
        Results {
            run,
            differences: found,
            samples,
        }
    }

    /// Trials of each variant.
    pub fn trials(&self) -> u64 {
        self.run.manifest.trials
    }

    /// What a variant came to, by its name (`baseline`, a policy's id).
    pub fn variant(&self, name: &str) -> Option<&PolicyResults> {
        self.run.policies.iter().find(|policy| policy.policy == name)
    }

    /// A statistic of a variant at (material, place), final demand of all sectors.
    pub fn get(&self, variant: &str, (material, place): (&str, &str), statistic: Statistic) -> Option<Estimate> {
        let mut rows = self.variant(variant)?.summary.iter();
        let row = rows.find(|row| row.material == material && row.country == place && row.sector == ALL_SECTORS)?;
        statistic.of(row).estimate()
    }

    /// A statistic of a variant at (material, place) less the baseline's, with the error of the pairs. Of those in
    /// [`COMPARED`](super::COMPARED).
    pub fn difference(
        &self,
        variant: &str,
        (material, place): (&str, &str),
        statistic: Statistic,
    ) -> Option<Difference> {
        let number = self.run.policies.iter().position(|policy| policy.policy == variant)?;
        let mut rows = self.differences[number].iter();
        let row = rows.find(|row| row.material == material && row.country == place && row.sector == ALL_SECTORS)?;
        row.get(statistic)
    }
}
