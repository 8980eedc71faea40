//! The main job: simulate a scenario under the baseline and its policies, on common random numbers.

use std::ops::Range;
use std::time::Duration;

use thiserror::Error;

use super::examine::code;
use super::part::{Difference, Frame, Part};
use crate::engine::draws::Exhausted;
use crate::model::layout::Layout;
use crate::model::{Model, ModelError, compile, layout};
use crate::results::Sample;
use crate::results::types::CostlyTable;
use crate::sampling::Design;
use crate::scenario::{Code, Diagnostics, Document, PolicyLabel, Scenario};

/// Why a run failed.
#[derive(Debug, Error)]
pub enum RunError {
    /// The scenario is invalid under this policy.
    #[error("{}", .0.render(false).trim_end())]
    Invalid(Box<Diagnostics>),
    /// The scenario cannot be compiled.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Samples could not be written.
    #[error("cannot write samples: {0}")]
    Samples(Box<dyn std::error::Error + Send + Sync>),
    /// Stopped before any trial was done.
    #[error("interrupted before any result was complete")]
    Interrupted,
    /// The trials asked for are not among those of the run.
    #[error("the trials {}..{} are not among the {of} trials of the run (0..{of})", range.start, range.end)]
    Range {
        /// The trials asked for.
        range: Range<u64>,
        /// Trials of the run.
        of: u64,
    },
    /// An event was drawn so often in a trial that the rest had to be left out.
    #[error(
        "the event `{event}` happens more than a million times in trial {trial}{} under {policy}, and its later occurrences would be missing: the run is given up. Make its up and down times longer, or the horizon shorter",
        if *is_double { ", with some of its draws made anew (pick-freeze)," } else { "" }
    )]
    TooManyRenewals {
        /// Its id.
        event: String,
        /// The first trial in which it does.
        trial: u64,
        /// Whether it does so not in the trial itself, but in a double of it, with some draws made anew.
        is_double: bool,
        /// `the baseline`, or the policy.
        policy: String,
    },
    /// Scenarios that do not meet the same draws over the same time cannot be compared trial by trial.
    #[error(
        "{first} and {second} cannot be compared trial by trial: {what} is {one} in the first and {other} in the second"
    )]
    Incomparable {
        /// The first scenario.
        first: String,
        /// The other.
        second: String,
        /// What differs.
        what: &'static str,
        /// What it is in the first.
        one: String,
        /// What it is in the other.
        other: String,
    },
    /// What was to be continued belongs to another run.
    #[error("it belongs to another run: its {} is {}, that of this run is {}", .0.what, .0.one, .0.other)]
    AnotherRun(Difference),
    /// What was to be continued says that it belongs to this run, but not with this model.
    #[error(
        "it was computed by a program that differs in more than its version says: the scenario gives another model"
    )]
    AnotherModel,
}

impl RunError {
    /// The number under which `critmin validate --explain` has it; `None` for what is no fault of the scenario, or told with it.
    pub fn code(&self) -> Option<Code> {
        match self {
            RunError::TooManyRenewals { .. } => Some(Code::TooMany),
            RunError::Model(error) => Some(code(error)),
            _ => None,
        }
    }

    /// A trial that had to stop drawing an event.
    pub(crate) fn exhausted(prepared: &Prepared, found: Exhausted, is_double: bool) -> Self {
        let policy = &prepared.scenario.policy.id;
        RunError::TooManyRenewals {
            event: prepared.scenario.events[found.event].id.clone(),
            trial: found.trial,
            is_double,
            policy: match policy.as_str() {
                "baseline" => "the baseline".to_owned(),
                id => format!("the policy `{id}`"),
            },
        }
    }
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
    /// Stop once the standard error of the headline is at most this share of its mean (looked at after whole batches). Not together with
    /// `trials`: a part cannot know what the others find.
    pub precision: Option<f64>,
    /// Whether samples are wanted.
    pub samples: bool,
    /// Tables to do without, for speed: the others stay the same, to the last bit.
    pub left_out: Vec<CostlyTable>,
    /// Years of which return levels are stated, above 1, ascending.
    pub return_periods: Vec<f64>,
    /// These of the scenario's trials only; all when `None`.
    pub trials: Option<Range<u64>>,
    /// Trials in a block of work; as many as keep all threads busy when `None`. Results do not depend on it.
    pub block_trials: Option<u64>,
}

/// Receives what a run says on its way.
pub trait RunListener {
    /// What the results will say beside the policies is known.
    fn begins(&mut self, _frame: &Frame) {}
    /// A policy's simulation begins (or goes on, when it was begun earlier): its id, its number, how many there are, trials.
    fn policy_begins(&mut self, _policy: &str, _number: usize, _policies: usize, _trials: u64) {}
    /// A policy's simulation has ended.
    fn policy_ends(&mut self, _trials_done: u64) {}
    /// Samples of the trials that follow those of the last call, in trial order. `rows` names (material, place) by sample row.
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
    /// What has been done so far, to be saved: called when a pause was asked for ([`Progress::pause`](crate::study::Progress::pause)) and when the run is stopped.
    fn checkpoint(&mut self, _part: &Part) {}
    /// What has been done so far, to be told of: called when a look was asked for ([`Progress::look`](crate::study::Progress::look)) and when the baseline is complete.
    fn look(&mut self, _part: &Part) {}
}

/// Time spent in a stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// `check`, `compile` or `simulate`.
    pub name: &'static str,
    /// How long.
    pub duration: Duration,
}

/// What the simulation of a part gives.
#[derive(Debug, Clone, PartialEq)]
pub struct PartReport {
    /// What it came to; not complete when it was stopped.
    pub part: Part,
    /// Time by stage.
    pub stages: Vec<Stage>,
}

/// A scenario checked and compiled under a policy.
#[derive(Debug, Clone)]
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

/// Checks and compiles under a policy (`None` = the baseline), ready to be simulated.
///
/// # Errors
/// Invalid scenario, or a model that cannot be compiled.
pub fn prepare(document: &Document, policy: Option<&str>) -> Result<Prepared, RunError> {
    let mut prepared = compiled(document, policy)?;
    prepared.model.design = match policy {
        Some(_) if matches!(prepared.model.design, Design::Sobol(_)) => compiled(document, None)?.ranked_design(),
        _ => prepared.ranked_design(),
    };
    Ok(prepared)
}

/// The same with the design of the baseline, which has been prepared.
///
/// # Errors
/// As [`prepare`].
pub(super) fn prepare_beside(baseline: &Prepared, document: &Document, policy: &str) -> Result<Prepared, RunError> {
    let mut prepared = compiled(document, Some(policy))?;
    prepared.model.design = baseline.model.design.clone();
    Ok(prepared)
}

/// Checks and compiles under a policy. The dimensions of a Sobol' design are yet to be ranked.
///
/// # Errors
/// As [`prepare`].
pub(crate) fn compiled(document: &Document, policy: Option<&str>) -> Result<Prepared, RunError> {
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

/// Checks and compiles a variant of a document whose baseline is given ([`Document::variant`]).
///
/// # Errors
/// As [`prepare`].
pub(crate) fn prepare_variant(
    variant: &Document,
    label: PolicyLabel,
    baseline: &Scenario,
) -> Result<Prepared, RunError> {
    let (scenario, warnings) = variant.check_variant(label, baseline)?;
    let model = compile(&scenario)?;
    let layout = layout(&scenario, &model);
    Ok(Prepared {
        scenario,
        warnings,
        model,
        layout,
    })
}
