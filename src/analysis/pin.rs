//! The figures of a run, as a golden file pins them.

use std::collections::BTreeMap;

use super::run::{RunError, RunListener, RunPlan, run};
use crate::engine::run::Progress;
use crate::regression::{BatchMeans, BatchSums, Golden, Settings, collect, scenario_keys};
use crate::results::Sample;
use crate::results::types::RunResults;
use crate::scenario::{Document, SamplingDesign};

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
/// See [`RunError`]. A run that is stopped gives no figures.
pub fn pin(
    document: &Document,
    scenario_name: &str,
    plan: &PinPlan,
    progress: &Progress,
    listener: &mut dyn RunListener,
) -> Result<Golden, RunError> {
    let (scenario, _) = document.check(None)?;
    let mut listener = Batches {
        sums: BatchSums::new(scenario.run.trials, scenario.run.sampling != SamplingDesign::Random),
        inner: listener,
    };
    let run_plan = RunPlan {
        policies: plan.policies.clone(),
        samples: true,
        ..RunPlan::default()
    };
    let report = run(document, scenario_name, &run_plan, progress, &mut listener)?;
    if report.interrupted {
        return Err(RunError::Interrupted);
    }
    let results = &report.results;
    let headlines: BTreeMap<String, (String, String)> = results
        .policies
        .iter()
        .map(|policy| (policy.policy.clone(), policy.headline.clone()))
        .collect();
    let settings = settings(results, content_hash(document)?, plan.every_policy);
    Ok(Golden {
        program: results.manifest.program.clone(),
        relative_tolerance: plan.relative_tolerance,
        settings,
        scenario: scenario_keys(&document.resolved(None), document.data_files()),
        figures: collect(results),
        // One trial has no batches.
        batch_means: match results.manifest.nothing_is_random {
            true => BatchMeans::new(),
            false => listener.sums.means(&headlines),
        },
    })
}

/// The hash of the scenario's content. Seed and trials are settings of their own in a golden file, so they are taken out of it: the scenario
/// at another seed is the same scenario.
///
/// # Errors
/// When the scenario is so broken that nothing can be set in it.
pub fn content_hash(document: &Document) -> Result<String, RunError> {
    let mut document = document.clone();
    document.set("run.seed=0")?;
    document.set("run.trials=1")?;
    Ok(document.hash())
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
    sums: BatchSums,
    inner: &'a mut dyn RunListener,
}

impl RunListener for Batches<'_> {
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
        self.sums.add(policy, rows, samples);
        Ok(())
    }
}
