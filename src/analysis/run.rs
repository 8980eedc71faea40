//! The main job: simulate a scenario under the baseline and its policies, on common random numbers.

use std::ops::Range;
use std::time::{Duration, Instant};

use thiserror::Error;

use super::facts;
use crate::engine::draws::TrialStreams;
use crate::engine::observe::{Layout, Observer, PeriodOutcome, TrialOutcome};
use crate::engine::run::{BLOCK_TRIALS, Gather, Progress, simulate};
use crate::engine::trial::Simulator;
use crate::model::{Model, ModelError, compile, layout};
use crate::results::types::{PolicyResults, RunResults, VarianceSplit};
use crate::results::{PolicyFacts, Recorder, Recording, Sample, ShortfallProbe, VarianceSplitter};
use crate::scenario::{Diagnostics, Document, Scenario};

/// Blocks simulated before precision, interruption and samples are looked at: fixed, so that a run that stops early can be repeated.
const BATCH_BLOCKS: u64 = 32;
/// Trials from which the variance split is estimated: a fortieth of the run's, within these bounds.
const SPLIT_TRIALS: std::ops::RangeInclusive<u64> = 400..=2_000;
/// Added to a trial's number for the second set of draws of the variance split: beyond any trial that a run can have.
const SPLIT_OFFSET: u64 = 1 << 40;

/// Why a run failed.
#[derive(Debug, Error)]
pub enum RunError {
    /// The scenario is invalid under this policy.
    #[error("the scenario has errors")]
    Invalid(Box<Diagnostics>),
    /// The scenario cannot be compiled.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Samples could not be written.
    #[error("cannot write samples: {0}")]
    Samples(Box<dyn std::error::Error + Send + Sync>),
    /// Stopped before the first batch of trials was done.
    #[error("interrupted before any result was complete")]
    Interrupted,
}

impl From<Diagnostics> for RunError {
    fn from(diagnostics: Diagnostics) -> Self {
        RunError::Invalid(Box::new(diagnostics))
    }
}

/// What to run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunPlan {
    /// Policy ids beside the baseline, in order.
    pub policies: Vec<String>,
    /// Stop once the standard error of the headline is at most this share of its mean (checked after whole batches).
    pub precision: Option<f64>,
    /// Whether samples are wanted.
    pub samples: bool,
}

/// Receives what a run says on its way.
pub trait RunListener {
    /// A policy's simulation begins: its id, its number, how many there are, trials.
    fn policy_begins(&mut self, _policy: &str, _number: usize, _policies: usize, _trials: u64) {}
    /// A policy's simulation has ended.
    fn policy_ends(&mut self, _trials_done: u64) {}
    /// Samples of whole batches, in trial order. `rows` names (material, place) by sample row.
    ///
    /// # Errors
    /// Whatever writing them gives; the run then stops.
    fn samples(
        &mut self,
        _policy: &str,
        _rows: &[(String, String)],
        _samples: &[Sample],
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Ok(())
    }
}

/// Time spent in a stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// `check`, `compile` or `simulate`.
    pub name: &'static str,
    /// How long.
    pub duration: Duration,
}

/// What a run gives.
#[derive(Debug, Clone, PartialEq)]
pub struct RunReport {
    /// The results.
    pub results: RunResults,
    /// Time by stage.
    pub stages: Vec<Stage>,
    /// Whether it was stopped: the results hold what was complete.
    pub interrupted: bool,
}

impl Gather for Recorder {
    fn absorb(&mut self, other: Self) {
        self.merge(&other);
    }
}

/// A scenario checked and compiled under a policy.
pub struct Prepared {
    /// The checked scenario.
    pub scenario: Scenario,
    /// Warnings of the check.
    pub warnings: Diagnostics,
    /// The compiled model.
    pub model: Model,
    /// Its layout.
    pub layout: Layout,
}

/// Checks and compiles under a policy.
///
/// # Errors
/// Invalid scenario, or a model that cannot be compiled.
pub fn prepare(document: &Document, policy: Option<&str>) -> Result<Prepared, RunError> {
    let (scenario, warnings) = document.check(policy)?;
    let model = compile(&scenario)?;
    let layout = layout(&scenario, &model);
    Ok(Prepared {
        scenario,
        warnings,
        model,
        layout,
    })
}

/// Runs the baseline and the plan's policies.
///
/// # Errors
/// See [`RunError`].
pub fn run(
    document: &Document,
    scenario_name: &str,
    plan: &RunPlan,
    progress: &Progress,
    listener: &mut dyn RunListener,
) -> Result<RunReport, RunError> {
    let mut stages = vec![
        Stage {
            name: "check",
            duration: Duration::ZERO,
        },
        Stage {
            name: "simulate",
            duration: Duration::ZERO,
        },
    ];
    let policies: Vec<Option<&str>> = std::iter::once(None)
        .chain(plan.policies.iter().map(|policy| Some(policy.as_str())))
        .collect();
    let mut found: Vec<PolicyResults> = Vec::new();
    let mut baseline = None;
    let mut interrupted = false;
    let mut trials = 0;
    for (number, &policy) in policies.iter().enumerate() {
        let started = Instant::now();
        let prepared = prepare(document, policy)?;
        stages[0].duration += started.elapsed();
        let started = Instant::now();
        // Policies are compared pair by pair: after an early stop they get as many trials as the baseline.
        let wanted = if number == 0 {
            prepared.scenario.run.trials
        } else {
            trials
        };
        let precision = if number == 0 { plan.precision } else { None };
        let id = prepared.scenario.policy.id.clone();
        listener.policy_begins(&id, number, policies.len(), wanted);
        let job = Job {
            prepared: &prepared,
            samples: plan.samples,
            precision,
            wanted,
        };
        let recorder = job.simulate(progress, listener)?;
        let done = recorder.as_ref().map_or(0, Recorder::trials);
        listener.policy_ends(done);
        interrupted = progress.is_stopped();
        match recorder {
            Some(recorder) if number == 0 || done == wanted => {
                trials = done;
                // Of the baseline alone: it costs two more simulations a trial.
                let variance = if number == 0 {
                    split_variance(&prepared, done)
                } else {
                    None
                };
                found.push(recorder.finish(policy_facts(&prepared, variance)));
            }
            _ => {}
        }
        if number == 0 {
            baseline = Some(prepared);
        }
        stages[1].duration += started.elapsed();
        if interrupted {
            break;
        }
    }
    let Some(baseline) = baseline.filter(|_| !found.is_empty()) else {
        return Err(RunError::Interrupted);
    };
    let results = assemble(document, scenario_name, &baseline, found, trials);
    Ok(RunReport {
        results,
        stages,
        interrupted,
    })
}

/// One policy's simulation.
struct Job<'a> {
    prepared: &'a Prepared,
    samples: bool,
    precision: Option<f64>,
    wanted: u64,
}

impl Job<'_> {
    fn simulate(&self, progress: &Progress, listener: &mut dyn RunListener) -> Result<Option<Recorder>, RunError> {
        let Prepared {
            model,
            layout,
            scenario,
            ..
        } = self.prepared;
        let recording = Recording {
            samples: self.samples,
            ..Recording::RUN
        };
        let empty = Recorder::with(layout, recording);
        let rows = empty.sample_rows();
        let mut total: Option<Recorder> = None;
        for batch in batches(self.wanted) {
            if progress.is_stopped() {
                break;
            }
            let expected = batch.end - batch.start;
            let Some(mut recorder) = simulate(model, batch, progress, || empty.fresh()) else {
                break;
            };
            // A batch that was cut short is dropped: what is kept are whole batches, which can be repeated.
            if recorder.trials() < expected {
                break;
            }
            if self.samples {
                let mut samples = recorder.take_samples();
                samples.sort_by_key(|sample| (sample.trial, sample.row));
                listener
                    .samples(&scenario.policy.id, &rows, &samples)
                    .map_err(RunError::Samples)?;
            }
            match &mut total {
                Some(total) => total.merge(&recorder),
                None => total = Some(recorder),
            }
            if let (Some(target), Some(total)) = (self.precision, &total)
                && total
                    .headline()
                    .is_some_and(|headline| headline.value > 0.0 && headline.standard_error <= target * headline.value)
            {
                break;
            }
        }
        Ok(total)
    }
}

/// Cuts the trials of a run into batches of a fixed size, at most 64 of them.
fn batches(trials: u64) -> impl Iterator<Item = Range<u64>> {
    let batch = (BATCH_BLOCKS * BLOCK_TRIALS).max((trials / 64).div_ceil(BLOCK_TRIALS) * BLOCK_TRIALS);
    (0..trials.div_ceil(batch)).map(move |number| number * batch..((number + 1) * batch).min(trials))
}

fn policy_facts(prepared: &Prepared, variance: Option<VarianceSplit>) -> PolicyFacts {
    let Prepared { scenario, model, .. } = prepared;
    PolicyFacts {
        policy: scenario.policy.id.clone(),
        name: scenario.policy.name.clone(),
        cost: scenario.policy.cost,
        supply_shares: facts::supply_shares(scenario, model),
        balance: facts::balance(scenario, model),
        variance,
    }
}

/// Splits the headline's variance into inputs and events by pick-freeze, on some of the trials.
fn split_variance(prepared: &Prepared, trials: u64) -> Option<VarianceSplit> {
    let Prepared { model, layout, .. } = prepared;
    if model.inputs.is_empty() || model.events.is_empty() {
        return None;
    }
    ShortfallProbe::headline(layout)?;
    let split = (trials / 40)
        .clamp(*SPLIT_TRIALS.start(), *SPLIT_TRIALS.end())
        .min(trials);
    let gathered = simulate(model, 0..split, &Progress::default(), || {
        SplitObserver::new(model, layout)
    })?;
    gathered.splitter.finish()
}

/// Runs each trial twice more, with one of inputs and events drawn anew.
struct SplitObserver<'a> {
    simulator: Simulator<'a>,
    probe: Option<ShortfallProbe>,
    splitter: VarianceSplitter,
}

impl<'a> SplitObserver<'a> {
    fn new(model: &'a Model, layout: &Layout) -> Self {
        SplitObserver {
            simulator: Simulator::new(model),
            probe: ShortfallProbe::headline(layout),
            splitter: VarianceSplitter::default(),
        }
    }
}

impl Observer for SplitObserver<'_> {
    fn period(&mut self, outcome: &PeriodOutcome<'_>) {
        if let Some(probe) = &mut self.probe {
            probe.period(outcome);
        }
    }

    fn end_trial(&mut self, outcome: &TrialOutcome<'_>) {
        let Some(probe) = &mut self.probe else { return };
        probe.end_trial(outcome);
        let (trial, other) = (outcome.trial, outcome.trial + SPLIT_OFFSET);
        self.simulator.run(
            trial,
            TrialStreams {
                inputs: trial,
                events: other,
            },
            probe,
        );
        self.simulator.run(
            trial,
            TrialStreams {
                inputs: other,
                events: trial,
            },
            probe,
        );
        if let [own, new_events, new_inputs] = probe.take().as_slice() {
            self.splitter.add(trial, own.share, new_events.share, new_inputs.share);
        }
    }
}

impl Gather for SplitObserver<'_> {
    fn absorb(&mut self, other: Self) {
        self.splitter.merge(&other.splitter);
    }
}

fn assemble(
    document: &Document,
    scenario_name: &str,
    baseline: &Prepared,
    policies: Vec<PolicyResults>,
    trials: u64,
) -> RunResults {
    let Prepared {
        scenario,
        warnings,
        model,
        layout,
    } = baseline;
    let (materials, places) = facts::labels(layout);
    let mut manifest = facts::manifest(document, scenario, scenario_name, warnings, &model.warnings);
    manifest.trials = trials;
    let has_demand = |material: &usize| {
        layout
            .cells
            .iter()
            .any(|cell| cell.material == *material && !cell.is_feed)
    };
    RunResults {
        title: scenario.title.clone(),
        description: scenario.description.clone(),
        manifest,
        focus_materials: layout
            .focus_materials
            .iter()
            .filter(|material| has_demand(material))
            .map(|&material| layout.materials[material].0.clone())
            .collect(),
        focus_places: layout
            .focus_places
            .iter()
            .map(|place| match place {
                Ok(country) => layout.countries[*country].0.clone(),
                Err(group) => layout.groups[*group].0.clone(),
            })
            .collect(),
        materials,
        places,
        policies,
    }
}
