//! Mixes simulated under common draws, here or by others: what a mix comes to hangs on the scenario, its policies and the trials alone.

use super::Goal;
use crate::scenario::SizedPolicy;
use crate::study::{Error, Memory, Progress, Run, Statistic, Study, Variant};

/// Mixes that are simulated at a time, so that memory does not grow with their number.
const AT_A_TIME: usize = 24;

/// A mix by its name, with its policies and their sizes where they have several.
pub type NamedMix = (String, Vec<(String, Option<f64>)>);

/// What a mix comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulated {
    /// Shortfall of each trial at the headline, % of demand.
    pub shortfall_pct: Vec<f64>,
    /// The goal.
    pub goal: f64,
    /// The largest share of one country at any stage in the last year: material, country, share.
    pub largest_share: Option<(String, String, f64)>,
}

/// Who simulates mixes.
pub trait Simulator {
    /// What these mixes come to in so many trials, each in its place.
    ///
    /// # Errors
    /// [`Error::Interrupted`] where it was stopped on the way; [`Error::TooManyRenewals`].
    fn simulate(&self, mixes: &[NamedMix], trials: u64) -> Result<Vec<Simulated>, Error>;
}

/// This process.
#[derive(Debug)]
pub struct Here<'a> {
    study: &'a Study,
    baseline: &'a Variant,
    goal: Goal,
    progress: &'a Progress,
    /// The baseline's trials, which all groups of mixes share.
    memory: Memory,
}

impl<'a> Here<'a> {
    /// Mixes of a scenario's policies. `baseline` is that of the scenario.
    pub fn new(study: &'a Study, baseline: &'a Variant, goal: Goal, progress: &'a Progress) -> Self {
        Here {
            study,
            baseline,
            goal,
            progress,
            memory: Memory::default(),
        }
    }
}

/// Whether a goal is one of the shortfalls of single trials.
pub fn is_by_trial(goal: Goal, baseline: &Variant) -> bool {
    goal.statistic(baseline) != Statistic::UnmetAfterAdaptationPct
}

impl Simulator for Here<'_> {
    fn simulate(&self, mixes: &[NamedMix], trials: u64) -> Result<Vec<Simulated>, Error> {
        let headline = self.baseline.headline();
        let is_by_trial = is_by_trial(self.goal, self.baseline);
        let mut found = Vec::with_capacity(mixes.len());
        for group in mixes.chunks(AT_A_TIME) {
            let sized = group
                .iter()
                .map(|(name, policies)| (name.clone(), sized(policies).collect()));
            let variants = self.study.mixes(&sized.collect::<Vec<_>>())?;
            let results = Run::new(self.baseline)
                .against(&variants)
                .trials(trials)
                .remembering([&self.memory])
                .watched(self.progress)?;
            if results.run.manifest.interrupted {
                return Err(Error::Interrupted);
            }
            for (number, ((name, _), variant)) in group.iter().zip(&variants).enumerate() {
                let samples = &results.samples[number + 1];
                let column = samples.rows.iter().position(|row| *row == headline);
                let values = column.map_or_else(Vec::new, |column| samples.shortfall_pct.column(column).to_vec());
                let goal = if is_by_trial {
                    self.goal.of(&values)
                } else {
                    let row = (headline.0.as_str(), headline.1.as_str());
                    let figure = results.get(name, row, self.goal.statistic(self.baseline));
                    figure.map_or(f64::NAN, |figure| figure.value)
                };
                found.push(Simulated {
                    shortfall_pct: values,
                    goal,
                    largest_share: largest_share(variant),
                });
            }
        }
        Ok(found)
    }
}

/// Policies with their sizes, as a scenario takes them.
pub fn sized(policies: &[(String, Option<f64>)]) -> impl Iterator<Item = SizedPolicy<'_>> {
    policies.iter().map(|(id, size)| (id.as_str(), *size))
}

/// The country with the largest share of any stage that the focus hangs on.
fn largest_share(variant: &Variant) -> Option<(String, String, f64)> {
    let shares = variant.largest_shares_at_the_end().into_iter();
    shares.max_by(|one, other| one.2.total_cmp(&other.2))
}
