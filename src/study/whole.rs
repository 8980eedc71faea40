//! A run with the scenario's policies as `critmin run` makes it: every table, in one go or in parts.

use super::{
    Error, Part, PartHead, PartReport, Progress, Replay, RunListener, RunPlan, RunResults, Sample, Samples, Study,
    Variant,
};
use crate::analysis::examine::examine;
use crate::analysis::replay::replay;
use crate::analysis::simulate::{part_head, simulate_examined};
use crate::results::sample_table::Collected;
use crate::scenario::Diagnostics;

/// The trial that is worth telling as a story, among those worth replaying.
const TELLING: &str = "p95";

/// What a run with policies came to.
#[derive(Debug, Clone)]
pub struct Whole {
    /// The results.
    pub run: RunResults,
    /// Each trial's shortfall, by policy as in the results; empty where samples were not asked for.
    pub samples: Vec<Samples>,
}

impl Study {
    /// Everything that can be said of the scenario and its policies without a draw: its warnings.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong with it.
    pub fn check(&self) -> Result<Diagnostics, Error> {
        Ok(examine(self.document())?.warnings)
    }

    /// Runs the baseline and the plan's policies. Where `progress` asks to stop, the results are those of what was complete.
    ///
    /// # Errors
    /// See [`Error`]; [`Error::Interrupted`] where no trial was complete.
    pub fn run(&self, plan: &RunPlan, progress: &Progress) -> Result<Whole, Error> {
        let mut gathered = Gathered::default();
        let PartReport { part, .. } = self.simulate(&self.baseline()?, plan, None, progress, &mut gathered)?;
        let run = part.finish();
        let first = part.head.trials.start;
        let mut samples: Vec<Samples> = gathered
            .of
            .into_iter()
            .map(|(samples, rows)| samples.table(first, &rows))
            .collect();
        samples.truncate(run.policies.len());
        Ok(Whole { run, samples })
    }

    /// Runs the plan's range of trials: a part of the run, to be merged with the others. Not complete where `progress` asked to stop.
    ///
    /// # Errors
    /// See [`Study::run`]; [`Error::Range`] where there are no such trials.
    pub fn part(&self, plan: &RunPlan, progress: &Progress) -> Result<Part, Error> {
        let report = self.simulate(&self.baseline()?, plan, None, progress, &mut Gathered::default())?;
        Ok(report.part)
    }

    /// Runs the plan's trials, or those that `earlier`, a part of the same run, does not have, and tells `listener` on the way. `baseline` is this
    /// study's.
    ///
    /// # Errors
    /// See [`Study::part`]; [`Error::AnotherRun`], [`Error::AnotherModel`] where `earlier` is none of this run.
    pub fn simulate(
        &self,
        baseline: &Variant,
        plan: &RunPlan,
        earlier: Option<Part>,
        progress: &Progress,
        listener: &mut dyn RunListener,
    ) -> Result<PartReport, Error> {
        let (document, prepared) = (self.document(), &baseline.prepared);
        simulate_examined(document, prepared, self.name(), plan, earlier, progress, listener)
    }

    /// To which run a part of this plan would belong. `baseline` is this study's.
    ///
    /// # Errors
    /// See [`Study::part`].
    pub fn part_head(&self, baseline: &Variant, plan: &RunPlan) -> Result<PartHead, Error> {
        part_head(self.document(), self.name(), plan, &baseline.prepared)
    }

    /// One trial in full, under a policy where one is named.
    ///
    /// # Errors
    /// See [`Study::policy`]; [`Error::TooManyRenewals`].
    pub fn replay(&self, policy: Option<&str>, trial: u64) -> Result<Replay, Error> {
        replay(self.document(), policy.filter(|policy| *policy != "baseline"), trial)
    }

    /// A trial in the worst twentieth of a run of this study, in full; `None` where there is none.
    pub fn telling_trial(&self, run: &RunResults) -> Option<Replay> {
        let mut worth = run.policies.first()?.replayable.iter();
        let bad = worth.find(|trial| trial.rank == TELLING)?;
        self.replay(None, bad.trial).ok()
    }
}

/// Samples as they come, by policy.
#[derive(Default)]
struct Gathered {
    of: Vec<(Collected, Vec<(String, String)>)>,
}

impl RunListener for Gathered {
    fn policy_begins(&mut self, _policy: &str, number: usize, _policies: usize, _trials: u64) {
        self.of.resize_with(number + 1, Default::default);
    }

    fn samples(
        &mut self,
        _policy: &str,
        rows: &[(String, String)],
        samples: &[Sample],
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        if let Some((collected, names)) = self.of.last_mut() {
            if names.is_empty() {
                *names = rows.to_vec();
            }
            collected.add(samples.to_vec());
        }
        Ok(())
    }
}
