//! The simulation behind every run: its trials, or some of them, under the baseline and its policies, in slices that can be saved.

use std::ops::Range;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::facts;
use super::part::{Frame, Part, PartHead, PolicyPart};
use super::run::{PartReport, Prepared, RunError, RunListener, RunPlan, Stage, compiled, prepare_beside};
use super::variance;
use crate::engine::run::{Gather, Progress, simulate_in_blocks};
use crate::results::{PolicyFacts, Recorder, Recording, VarianceSplitter};
use crate::sampling::{BATCH_TRIALS, Design};
use crate::scenario::Document;

/// Trials between two times that samples are handed over, so that they take little memory: whole batches.
const SAMPLED_TRIALS: u64 = 16 * BATCH_TRIALS;
/// Batches after which precision is looked at for the first time: fewer say little about an error.
const FIRST_LOOK: u64 = 8;
/// Batches between two looks at least. Later, looks are an eighth of the batches so far apart: who looks often enough will once see a small error.
const LOOK_AGAIN: u64 = 4;

impl Gather for Recorder {
    fn absorb(&mut self, other: Self) {
        self.merge(&other);
    }
}

/// Simulates the plan's trials under the baseline, which has been examined, and its policies, or what is left of them after `earlier`, a part of
/// the same run that was not complete.
///
/// # Errors
/// See [`RunError`].
pub fn simulate_examined(
    document: &Document,
    baseline: &Prepared,
    scenario_name: &str,
    plan: &RunPlan,
    earlier: Option<Part>,
    progress: &Progress,
    listener: &mut dyn RunListener,
) -> Result<PartReport, RunError> {
    let mut clock = Clock::default();
    let ranked = clock.simulate(|| ranked(baseline));
    let baseline = ranked.as_ref().unwrap_or(baseline);
    let whole = baseline.scenario.run.trials;
    let head = part_head(document, scenario_name, plan, baseline)?;
    let trials = head.simulated();
    let mut part = match earlier {
        Some(earlier) => continued(earlier, head)?,
        None => Part {
            head,
            policies: Vec::new(),
        },
    };
    listener.begins(&part.head.frame);
    progress.done.fetch_add(part.trials_done(), Ordering::Relaxed);
    for number in 0..=plan.policies.len() {
        if part.policies.get(number).is_some_and(|policy| policy.complete) {
            continue;
        }
        let under_policy;
        let prepared = match number.checked_sub(1) {
            None => baseline,
            Some(policy) => {
                under_policy = clock.check(|| prepare_beside(baseline, document, &plan.policies[policy]))?;
                &under_policy
            }
        };
        let job = Job {
            prepared,
            number,
            plan,
            // Policies are compared pair by pair: after an early stop they get as many trials as the baseline.
            trials: match part.policies.first() {
                Some(baseline) if number > 0 => trials.start..trials.start + baseline.recorder.trials(),
                _ => trials.clone(),
            },
            whole,
        };
        clock.simulate(|| job.run(&mut part, progress, listener))?;
        if !part.policies[number].complete {
            break;
        }
    }
    if part.trials_done() == 0 && !part.is_complete() {
        return Err(RunError::Interrupted);
    }
    if !part.is_complete() {
        listener.checkpoint(&part);
        let first = &mut part.policies[0];
        if !first.complete {
            // For results of what is there; renewed when the part is completed.
            let done = first.recorder.trials();
            first.variance = clock.simulate(|| split(baseline, &(trials.start..trials.start + done), done))?;
        }
    }
    Ok(PartReport {
        part,
        stages: clock.stages(),
    })
}

/// Which run the part belongs to that the plan would give.
///
/// # Errors
/// Invalid scenario, or a model that cannot be compiled; trials that are not among those of the run.
pub fn part_head(
    document: &Document,
    scenario_name: &str,
    plan: &RunPlan,
    baseline: &Prepared,
) -> Result<PartHead, RunError> {
    let of = baseline.scenario.run.trials;
    let trials = plan.trials.clone().unwrap_or(0..of);
    if trials.is_empty() || trials.end > of {
        return Err(RunError::Range { range: trials, of });
    }
    let nothing_is_random = !is_random(document, baseline, plan)?;
    Ok(PartHead {
        trials,
        policies: plan.policies.clone(),
        precision: plan.precision,
        samples: plan.samples,
        frame: Frame::new(
            document,
            scenario_name,
            baseline,
            &plan.left_out,
            &plan.return_periods,
            nothing_is_random,
        ),
    })
}

/// Whether anything is left to chance under the baseline or any of the plan's policies.
fn is_random(document: &Document, baseline: &Prepared, plan: &RunPlan) -> Result<bool, RunError> {
    if baseline.model.is_random() {
        return Ok(true);
    }
    for policy in &plan.policies {
        if compiled(document, Some(policy))?.model.is_random() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// An earlier part under the head of this run.
fn continued(earlier: Part, head: PartHead) -> Result<Part, RunError> {
    match earlier.head.difference_of_part(&head) {
        Some(difference) => Err(RunError::AnotherRun(difference)),
        // Names and places of files may have changed; the rest is the same.
        None => Ok(Part { head, ..earlier }),
    }
}

/// The same with the dimensions of its Sobol' design ranked, if it has such a design.
fn ranked(baseline: &Prepared) -> Option<Prepared> {
    matches!(baseline.model.design, Design::Sobol(_)).then(|| {
        let mut ranked = baseline.clone();
        ranked.model.design = baseline.ranked_design();
        ranked
    })
}

fn split(baseline: &Prepared, trials: &Range<u64>, of: u64) -> Result<VarianceSplitter, RunError> {
    variance::split(baseline, variance::split_trials(trials, of))
}

/// Time by stage.
#[derive(Default)]
struct Clock {
    check: Duration,
    simulate: Duration,
}

impl Clock {
    fn check<T>(&mut self, work: impl FnOnce() -> T) -> T {
        timed(&mut self.check, work)
    }

    fn simulate<T>(&mut self, work: impl FnOnce() -> T) -> T {
        timed(&mut self.simulate, work)
    }

    fn stages(&self) -> Vec<Stage> {
        let stages = [("check", self.check), ("simulate", self.simulate)];
        stages.map(|(name, duration)| Stage { name, duration }).into()
    }
}

/// Without the command line there is no clock to ask.
#[cfg(not(feature = "cli"))]
fn timed<T>(_total: &mut Duration, work: impl FnOnce() -> T) -> T {
    work()
}

#[cfg(feature = "cli")]
fn timed<T>(total: &mut Duration, work: impl FnOnce() -> T) -> T {
    let started = std::time::Instant::now();
    let done = work();
    *total += started.elapsed();
    done
}

/// One policy's simulation.
struct Job<'a> {
    prepared: &'a Prepared,
    /// 0 is the baseline.
    number: usize,
    plan: &'a RunPlan,
    trials: Range<u64>,
    /// Trials of the whole run.
    whole: u64,
}

impl Job<'_> {
    /// Simulates what is left of the policy's trials into the part.
    fn run(&self, part: &mut Part, progress: &Progress, listener: &mut dyn RunListener) -> Result<(), RunError> {
        let Job { prepared, number, .. } = *self;
        let recording = Recording {
            samples: self.plan.samples,
            ..Recording::RUN.without(&self.plan.left_out)
        };
        let empty = Recorder::with(&prepared.layout, recording);
        let mut recorder = empty.fresh();
        if let Some(begun) = part.policies.get(number) {
            if !begun.recorder.is_like(&empty) {
                return Err(RunError::AnotherModel);
            }
            recorder.merge(&begun.recorder);
        }
        part.policies.truncate(number);
        part.policies.push(PolicyPart {
            facts: policy_facts(prepared),
            recorder,
            variance: VarianceSplitter::default(),
            complete: false,
        });
        let wanted = self.trials.end - self.trials.start;
        listener.policy_begins(
            &prepared.scenario.policy.id,
            number,
            self.plan.policies.len() + 1,
            wanted,
        );
        self.simulate(&empty, part, progress, listener)?;
        if number == 0 && part.policies[number].complete {
            // Its split and the policies are still to come.
            listener.look(part);
        }
        let policy = &mut part.policies[number];
        let done = policy.recorder.trials();
        if policy.complete && number == 0 {
            // Of the baseline alone: it costs two more simulations a trial. A run that stopped early is split as one of so many trials.
            let of = if self.plan.trials.is_some() { self.whole } else { done };
            policy.variance = split(prepared, &(self.trials.start..self.trials.start + done), of)?;
        }
        listener.policy_ends(done);
        Ok(())
    }

    fn simulate(
        &self,
        empty: &Recorder,
        part: &mut Part,
        progress: &Progress,
        listener: &mut dyn RunListener,
    ) -> Result<(), RunError> {
        let Prepared { model, scenario, .. } = self.prepared;
        let rows = empty.sample_rows();
        if self.plan.samples && self.trials.is_empty() {
            // A part without any of the run's trials has a table of samples, too: an empty one.
            let none = listener.samples(&scenario.policy.id, &rows, &[]);
            none.map_err(RunError::Samples)?;
        }
        loop {
            let policy = &mut part.policies[self.number];
            let next = self.trials.start + policy.recorder.trials();
            if next == self.trials.end || (is_look(next) && self.is_precise(&policy.recorder)) {
                policy.complete = true;
                return Ok(());
            }
            if progress.is_stopped() {
                return Ok(());
            }
            // Less when paused or stopped on the way.
            let slice = next..self.slice_end(next);
            let gathered = simulate_in_blocks(model, slice, self.plan.block_trials, progress, || empty.fresh());
            if let Some(found) = progress.exhausted() {
                return Err(RunError::exhausted(self.prepared, found, false));
            }
            let Some(mut recorder) = gathered else { continue };
            if self.plan.samples {
                let mut samples = recorder.take_samples();
                samples.sort_by_key(|sample| (sample.trial, sample.row));
                listener
                    .samples(&scenario.policy.id, &rows, &samples)
                    .map_err(RunError::Samples)?;
            }
            if policy.recorder.trials() == 0 {
                policy.recorder = recorder;
            } else {
                policy.recorder.merge(&recorder);
            }
            if progress.take_look() {
                listener.look(part);
            }
            if progress.take_pause() && !progress.is_stopped() {
                listener.checkpoint(part);
            }
        }
    }

    /// Where the slice of trials that begins with `next` ends: only precision and samples have to be looked at on the way.
    fn slice_end(&self, next: u64) -> u64 {
        let samples = (next / SAMPLED_TRIALS + 1) * SAMPLED_TRIALS;
        let ends = [
            Some(self.trials.end),
            self.plan.samples.then_some(samples),
            self.plan.precision.map(|_| look_after(next)),
        ];
        ends.into_iter().flatten().min().unwrap_or(self.trials.end)
    }

    /// Whether the headline is known as well as was asked for. Only the baseline decides.
    fn is_precise(&self, recorder: &Recorder) -> bool {
        let target = self.plan.precision.filter(|_| self.number == 0);
        let headline = recorder.headline().filter(|_| recorder.trials() > 0);
        target.zip(headline).is_some_and(|(target, headline)| {
            headline.value > 0.0 && headline.standard_error <= target * headline.value
        })
    }
}

/// The first number of trials above this one after which precision is looked at: a multiple of the batch that depends on nothing else, so that a
/// run stops at the same trial whatever number was asked for.
pub(crate) fn look_after(trials: u64) -> u64 {
    let mut batches = FIRST_LOOK;
    while batches * BATCH_TRIALS <= trials {
        batches += LOOK_AGAIN.max(batches / 8);
    }
    batches * BATCH_TRIALS
}

/// Whether precision is looked at after so many trials.
fn is_look(trials: u64) -> bool {
    trials > 0 && look_after(trials - 1) == trials
}

pub(crate) fn policy_facts(prepared: &Prepared) -> PolicyFacts {
    let Prepared { scenario, model, .. } = prepared;
    PolicyFacts {
        policy: scenario.policy.id.clone(),
        name: scenario.policy.name.clone(),
        cost: scenario.policy.cost,
        supply_shares: facts::supply_shares(scenario, model),
        balance: facts::balance(scenario, model),
        variance: None,
        return_periods: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precision_is_looked_at_after_whole_batches_that_get_rarer() {
        let mut looks = Vec::new();
        while looks.last().is_none_or(|last| *last < 1_000_000) {
            looks.push(look_after(looks.last().copied().unwrap_or(0)));
        }
        assert_eq!(looks[..4], [2048, 3072, 4096, 5120]);
        assert!(
            looks
                .iter()
                .all(|look| look.is_multiple_of(BATCH_TRIALS) && is_look(*look))
        );
        assert!(looks.len() < 60, "{} looks", looks.len());
        // From wherever a run goes on, the next look is the same.
        for trials in [0, 1, 2047, 2048, 2049, 100_000] {
            let next = looks.iter().find(|look| **look > trials).unwrap();
            assert_eq!(look_after(trials), *next);
            assert_eq!(is_look(trials), looks.contains(&trials), "{trials}");
        }
    }
}
