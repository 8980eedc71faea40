//! The figures of a run, as a golden file pins them.

use std::collections::BTreeMap;

use crate::regression::{BatchMeans, BatchSums, Golden, Settings, collect, scenario_keys};
use crate::scenario::SamplingDesign;
use crate::study::{Error, Frame, Progress, RunListener, RunPlan, RunResults, Sample, Study};

/// What to pin.
#[derive(Debug, Clone, PartialEq)]
pub struct PinPlan {
    /// Policy ids beside the baseline, in order.
    pub policies: Vec<String>,
    /// Whether these are all policies, so that one added later is new.
    pub every_policy: bool,
    /// Relative tolerance to state in the golden file.
    pub relative_tolerance: f64,
}

/// Runs the scenario, as it is set, and takes the figures to pin.
///
/// # Errors
/// See [`Study::run`]. A run that is stopped gives no figures.
pub fn pin(
    study: &Study,
    plan: &PinPlan,
    progress: &Progress,
    listener: &mut dyn RunListener,
) -> Result<Golden, Error> {
    let mut listener = Batches {
        sums: None,
        inner: listener,
    };
    let run_plan = RunPlan {
        policies: plan.policies.clone(),
        samples: true,
        ..RunPlan::default()
    };
    let part = study
        .simulate(&study.baseline()?, &run_plan, None, progress, &mut listener)?
        .part;
    if !part.is_complete() {
        return Err(Error::Interrupted);
    }
    let results = &part.finish();
    let headlines: BTreeMap<String, (String, String)> = results
        .policies
        .iter()
        .map(|policy| (policy.policy.clone(), policy.headline.clone()))
        .collect();
    let settings = settings(results, content_hash(study)?, plan.every_policy);
    Ok(Golden {
        program: results.manifest.program.clone(),
        relative_tolerance: plan.relative_tolerance,
        settings,
        scenario: scenario_keys(&study.document().resolved(None), study.document().data_files()),
        figures: collect(results),
        // One trial has no batches.
        batch_means: match results.manifest.nothing_is_random {
            true => BatchMeans::new(),
            false => listener.sums.map(|sums| sums.means(&headlines)).unwrap_or_default(),
        },
    })
}

/// The hash of the scenario's content. Seed and trials are settings of their own in a golden file, so they are taken out of it: the scenario
/// at another seed is the same scenario.
///
/// # Errors
/// When the scenario is so broken that nothing can be set in it.
pub fn content_hash(study: &Study) -> Result<String, Error> {
    let mut study = study.clone();
    study.set("run.seed=0")?;
    study.set("run.trials=1")?;
    Ok(study.document().hash())
}

fn settings(run: &RunResults, scenario_sha256: String, every_policy: bool) -> Settings {
    let manifest = &run.manifest;
    Settings {
        scenario: manifest.scenario.clone(),
        scenario_sha256,
        sampling_version: manifest.sampling_version,
        sampling: manifest.sampling.clone(),
        seed: manifest.seed,
        trials: manifest.trials_asked,
        start: manifest.start.clone(),
        step: manifest.step.clone(),
        periods: manifest.periods as u64,
        headline: run
            .policies
            .first()
            .map(|policy| format!("{} {}", policy.headline.0, policy.headline.1))
            .unwrap_or_default(),
        every_policy,
        policies: run.policies.iter().map(|policy| policy.policy.clone()).collect(),
        materials: run.materials.iter().map(|label| label.id.clone()).collect(),
        places: run.places.iter().map(|label| label.id.clone()).collect(),
    }
}

/// Gathers batch means on the way.
struct Batches<'a> {
    /// Once it is known how trials are drawn.
    sums: Option<BatchSums>,
    inner: &'a mut dyn RunListener,
}

impl RunListener for Batches<'_> {
    fn begins(&mut self, frame: &Frame) {
        let is_random = frame.manifest.sampling == SamplingDesign::Random.name();
        self.sums = Some(BatchSums::new(frame.manifest.trials_asked, !is_random));
        self.inner.begins(frame);
    }

    fn policy_begins(&mut self, policy: &str, number: usize, policies: usize, trials: u64) {
        self.inner.policy_begins(policy, number, policies, trials);
    }

    fn policy_ends(&mut self, trials_done: u64) {
        self.inner.policy_ends(trials_done);
    }

    fn samples(
        &mut self,
        policy: &str,
        rows: &[(String, String)],
        samples: &[Sample],
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        if let Some(sums) = &mut self.sums {
            sums.add(policy, rows, samples);
        }
        Ok(())
    }
}
