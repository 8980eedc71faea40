//! A run with the scenario's policies as `critmin run` makes it: every table, in one go or in parts.

use super::{Error, Progress, RunResults, Samples, Study};
use crate::analysis::examine::examine;
use crate::analysis::part::Part;
use crate::analysis::replay::{Replay, replay};
use crate::analysis::run::{PartReport, RunListener, RunPlan};
use crate::analysis::simulate::simulate_examined;
use crate::results::Sample;
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
        let PartReport { part, .. } = self.simulated(plan, progress, &mut gathered)?;
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
        Ok(self.simulated(plan, progress, &mut Gathered::default())?.part)
    }

    fn simulated(
        &self,
        plan: &RunPlan,
        progress: &Progress,
        listener: &mut dyn RunListener,
    ) -> Result<PartReport, Error> {
        let examined = examine(self.document())?;
        simulate_examined(self.document(), &examined, self.name(), plan, None, progress, listener)
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
