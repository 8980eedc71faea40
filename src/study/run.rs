//! Simulating variants on the same draws: batches outside, variants inside, so that every look at them compares the same trials.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use super::outcome::{Outcome, Results};
use super::{Error, Progress, Variant};
use crate::analysis::facts::{PROGRAM, SAMPLING_VERSION};
use crate::analysis::part::{EQUAL_TRIALS, Frame};
use crate::analysis::run::Prepared;
use crate::analysis::simulate::{look_after, policy_facts};
use crate::engine::kept::Key;
use crate::engine::run::simulate_in_blocks;
use crate::model::Model;
use crate::results::sample_table::Collected;
use crate::results::{Recorder, Recording, VarianceSplitter};
use crate::sampling::{BATCH_TRIALS, Design};
use crate::scenario::differing;

/// Trials of all variants between two looks at whether to stop: whole batches.
const SLICE_TRIALS: u64 = 4 * BATCH_TRIALS;

/// Slices of trials that a [`Memory`] keeps, at most.
const MOST_KEPT: usize = 64;

/// What has been simulated of one variant (or the baseline), slice by slice: runs that share it simulate each slice once. It belongs to that variant
/// alone.
#[derive(Debug, Default)]
pub struct Memory(Mutex<Vec<(Range<u64>, Recording, Recorder)>>);

impl Memory {
    fn recall(&self, trials: &Range<u64>, recording: Recording) -> Option<Recorder> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut kept = kept.iter();
        let found = kept.find(|(range, of, _)| range == trials && *of == recording);
        found.map(|(_, _, recorder)| recorder.clone())
    }

    fn keep(&self, trials: Range<u64>, recording: Recording, recorder: &Recorder) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MOST_KEPT && !kept.iter().any(|(range, of, _)| *range == trials && *of == recording) {
            kept.push((trials, recording, recorder.clone()));
        }
    }
}

/// A run to come: a baseline, and variants to be compared with it.
#[derive(Debug, Clone)]
pub struct Run<'a> {
    baseline: &'a Variant,
    variants: Vec<&'a Variant>,
    trials: Option<u64>,
    precision: Option<f64>,
    samples: bool,
    causes: bool,
    timeline: bool,
    alone: bool,
    beside: Option<&'a Run<'a>>,
    memories: Vec<&'a Memory>,
}

impl<'a> Run<'a> {
    /// A run of this variant alone.
    pub fn new(baseline: &'a Variant) -> Self {
        Run {
            baseline,
            variants: Vec::new(),
            trials: None,
            precision: None,
            samples: true,
            causes: false,
            timeline: false,
            alone: false,
            beside: None,
            memories: Vec::new(),
        }
    }

    /// Beside these, on the same draws.
    #[must_use]
    pub fn against(mut self, variants: impl IntoIterator<Item = &'a Variant>) -> Self {
        self.variants.extend(variants);
        self
    }

    /// So many trials; else as many as the scenario says. Differences of fewer than 2,048 have the error of independent trials.
    #[must_use]
    pub fn trials(mut self, trials: u64) -> Self {
        self.trials = Some(trials);
        self
    }

    /// Stops once the headline of the baseline, and every variant's difference from it, has a standard error of at most this share of the
    /// baseline's mean.
    #[must_use]
    pub fn precision(mut self, share: f64) -> Self {
        self.precision = Some(share);
        self
    }

    /// Without keeping each trial's shortfall: memory does not grow with the trials then, and differences of CVaR have no error.
    #[must_use]
    pub fn without_samples(mut self) -> Self {
        self.samples = false;
        self
    }

    /// With what causes shortfalls, by event, country and stage: slower.
    #[must_use]
    pub fn with_causes(mut self) -> Self {
        self.causes = true;
        self
    }

    /// With the shortfall over time: slower.
    #[must_use]
    pub fn with_timeline(mut self) -> Self {
        self.timeline = true;
        self
    }

    /// Takes trials from what earlier runs have simulated, and keeps those that are new: the memory of the baseline first, then those of the variants in
    /// their order. Who has none is simulated anew.
    #[must_use]
    pub fn remembering(mut self, memories: impl IntoIterator<Item = &'a Memory>) -> Self {
        self.memories.extend(memories);
        self
    }

    /// Gives each variant the figures of a run of its own: its dimensions of a Sobol' design ranked by its own headline, its errors those of its sampling
    /// design, nothing simulated twice where nothing is random. Differences are as well known, but for Sobol' points of variants that rank otherwise.
    #[must_use]
    pub fn as_runs_alone(mut self) -> Self {
        self.alone = true;
        self
    }

    /// On the draws of another run, so that what comes of both can be compared trial by trial ([`Results::across`]).
    #[must_use]
    pub fn beside(mut self, other: &'a Run<'a>) -> Self {
        self.beside = Some(other);
        self
    }

    fn all(&self) -> impl Iterator<Item = &Variant> {
        std::iter::once(self.baseline).chain(self.variants.iter().copied())
    }

    /// Simulates.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn results(&self) -> Result<Results, Error> {
        self.watched(&Progress::default())
    }

    /// Simulates, telling `progress` of every trial of every variant; when that asks to stop, the results are those of the trials that all variants have.
    ///
    /// # Errors
    /// See [`Error`]; [`Error::Interrupted`] where no trial was complete.
    pub fn watched(&self, progress: &Progress) -> Result<Results, Error> {
        self.stepped(progress, &[], |_| {})
    }

    /// The same, and shows on the way what so many trials come to: the results of a run of just so many.
    ///
    /// # Errors
    /// See [`Run::watched`].
    pub fn stepped(&self, progress: &Progress, steps: &[u64], mut show: impl FnMut(Results)) -> Result<Results, Error> {
        let variants = self.all();
        let all: Vec<Cow<'_, Prepared>> = if self.alone {
            let ranked = variants.map(|variant| match variant.prepared.model.design {
                Design::Sobol(_) => with_design(&variant.prepared, &variant.prepared.ranked_design()),
                _ => Cow::Borrowed(&variant.prepared),
            });
            ranked.collect()
        } else {
            let first = self.beside.map_or(self.baseline, |other| other.baseline);
            let design = first.prepared.ranked_design();
            let ranked = variants.map(|variant| with_design(&variant.prepared, &design));
            ranked.collect()
        };
        let mut others = self.beside.into_iter().flat_map(Run::all);
        let is_random = all.iter().any(|prepared| prepared.model.is_random())
            || others.any(|variant| variant.prepared.model.is_random());
        let asked = self.trials.unwrap_or_else(|| self.baseline.trials());
        let wanted = if is_random { asked } else { asked.min(1) };
        let recording = Recording {
            // Of few trials, the errors of differences are found trial by trial.
            samples: self.samples || asked < 8 * BATCH_TRIALS,
            attribution: self.causes,
            timeline: self.timeline,
            ..Recording::TOTALS
        };
        let simulated: Vec<Different<'_>> = all.iter().map(|variant| Different::new(variant, &all[0])).collect();
        let empty: Vec<Recorder> = all.iter().map(|prepared| of_batches(prepared, recording)).collect();
        let mut recorders: Vec<Recorder> = empty.iter().map(Recorder::fresh).collect();
        let mut samples = vec![Collected::default(); all.len()];
        let mut done = 0;
        while done < wanted && !(self.is_look(done) && self.is_precise(&recorders)) {
            let step = steps.iter().copied().filter(|step| *step > done).min();
            let next = self.slice_end(done).min(step.unwrap_or(u64::MAX)).min(wanted);
            let mut slice: Vec<Recorder> = Vec::with_capacity(all.len());
            for (number, (different, empty)) in simulated.iter().zip(&empty).enumerate() {
                let memory = self.memories.get(number);
                if let Some(known) = memory.and_then(|memory| memory.recall(&(done..next), recording)) {
                    progress.done.fetch_add(next - done, Ordering::Relaxed);
                    slice.push(known);
                    continue;
                }
                let gathered = different.simulated(done..next, empty, progress)?;
                let Some(mut gathered) = gathered else { break };
                if let Some(baseline) = slice.first().filter(|baseline| baseline.trials() == gathered.trials()) {
                    gathered.take_materials(baseline, &different.same);
                }
                if let Some(memory) = memory.filter(|_| gathered.trials() == next - done) {
                    memory.keep(done..next, recording, &gathered);
                }
                slice.push(gathered);
            }
            // A slice that was not finished is left out: all variants have the same trials.
            if slice.len() < all.len() || slice.iter().any(|recorder| recorder.trials() < next - done) {
                break;
            }
            for ((recorder, mut gathered), samples) in recorders.iter_mut().zip(slice).zip(&mut samples) {
                samples.add(gathered.take_samples());
                recorder.merge(&gathered);
            }
            done = next;
            if done < wanted && steps.contains(&done) {
                show(self.gathered(&all, recorders.clone(), samples.clone(), (done, asked), false));
            }
        }
        if done == 0 {
            return Err(Error::Interrupted);
        }
        progress.done.store(done * all.len() as u64, Ordering::Relaxed);
        let interrupted = done < wanted && self.precision.is_none();
        Ok(self.gathered(&all, recorders, samples, (done, asked), interrupted))
    }

    /// What was recorded, as results.
    fn gathered(
        &self,
        all: &[Cow<'_, Prepared>],
        recorders: Vec<Recorder>,
        samples: Vec<Collected>,
        (done, asked): (u64, u64),
        interrupted: bool,
    ) -> Results {
        let is_random = all.iter().any(|prepared| prepared.model.is_random());
        let frame = Frame::new(
            &self.baseline.document,
            &self.baseline.scenario_name,
            &self.baseline.prepared,
            &[],
            &[],
            !is_random,
        );
        let outcomes = all
            .iter()
            .zip(recorders)
            .zip(samples)
            .map(|((prepared, recorder), samples)| {
                let recording = recorder.recording();
                let recorder = if is_random {
                    recorder
                } else {
                    recorder.repeated(EQUAL_TRIALS)
                };
                let mut facts = policy_facts(prepared);
                facts.variance = VarianceSplitter::default().finish();
                let own = (self.alone && is_random).then(|| own_errors(prepared, &recorder, recording));
                Outcome {
                    results: own.flatten().as_ref().unwrap_or(&recorder).finish(facts),
                    recorder,
                    samples,
                }
            });
        Results::new(frame, done, asked, interrupted, outcomes.collect())
    }

    fn slice_end(&self, done: u64) -> u64 {
        let slice = (done / SLICE_TRIALS + 1) * SLICE_TRIALS;
        match self.precision {
            Some(_) => slice.min(look_after(done)),
            None => slice,
        }
    }

    fn is_look(&self, done: u64) -> bool {
        self.precision.is_some() && done > 0 && look_after(done - 1) == done
    }

    /// Whether headline and paired differences are known as well as was asked for.
    fn is_precise(&self, recorders: &[Recorder]) -> bool {
        let Some((share, (baseline, variants))) = self.precision.zip(recorders.split_first()) else {
            return false;
        };
        let Some(headline) = baseline.headline() else {
            return false;
        };
        let most = share * headline.value;
        headline.value > 0.0
            && headline.standard_error <= most
            && variants
                .iter()
                .all(|variant| variant.headline_difference(baseline).is_some_and(|error| error <= most))
    }
}

/// A variant as far as it differs from the baseline: on the same draws the rest comes to the same figures.
struct Different<'a> {
    of: &'a Prepared,
    /// Simulates nothing but the materials that differ.
    model: Cow<'a, Model>,
    /// The materials that are the baseline's.
    same: Vec<usize>,
    /// What names its trials where they are kept.
    key: OnceCell<Key>,
}

impl<'a> Different<'a> {
    fn new(of: &'a Prepared, baseline: &Prepared) -> Self {
        let mut model = Cow::Borrowed(&of.model);
        let mut same = Vec::new();
        if !std::ptr::eq(of, baseline) && of.model.design == baseline.model.design {
            let differs = differing(&baseline.scenario, &of.scenario);
            same.extend((0..differs.len()).filter(|material| !differs[*material]));
            if !same.is_empty() {
                model.to_mut().order.retain(|material| differs[*material]);
            }
        }
        Different {
            of,
            model,
            same,
            key: OnceCell::new(),
        }
    }

    /// These trials as they were kept, else simulated; fewer where `progress` was stopped.
    fn simulated(&self, trials: Range<u64>, empty: &Recorder, progress: &Progress) -> Result<Option<Recorder>, Error> {
        let kept = progress.kept.as_deref().map(|kept| {
            let key = self
                .key
                .get_or_init(|| Key::of(&(PROGRAM, SAMPLING_VERSION, &*self.model, empty.layout())));
            (kept, key.and(&(&trials, empty.recording())))
        });
        if let Some(found) = kept.and_then(|(kept, key)| Recorder::from_bytes(&kept.recall(key)?, &trials, empty)) {
            progress.done.fetch_add(found.trials(), Ordering::Relaxed);
            return Ok(Some(found));
        }
        let gathered = simulate_in_blocks(&self.model, trials.clone(), None, progress, || empty.fresh());
        if let Some(found) = progress.exhausted() {
            return Err(Error::exhausted(self.of, found, false));
        }
        if let Some(((kept, key), gathered)) = kept.zip(gathered.as_ref())
            && gathered.trials() == trials.end - trials.start
        {
            kept.keep(key, &mut || gathered.to_bytes());
        }
        Ok(gathered)
    }
}

/// With a design whose dimensions are ranked on the baseline.
fn with_design<'a>(prepared: &'a Prepared, design: &Design) -> Cow<'a, Prepared> {
    match design {
        Design::Sobol(_) => {
            let mut prepared = prepared.clone();
            prepared.model.design = design.clone();
            Cow::Owned(prepared)
        }
        _ => Cow::Borrowed(prepared),
    }
}

/// What a run of its own would have recorded, where that is something else: of independent trials no batches, and one trial where nothing is random.
fn own_errors(prepared: &Prepared, recorder: &Recorder, recording: Recording) -> Option<Recorder> {
    if !prepared.model.is_random() {
        let one = || of_batches(prepared, recording);
        let only = simulate_in_blocks(&prepared.model, 0..1, None, &Progress::default(), one);
        return only.map(|only| only.repeated(EQUAL_TRIALS));
    }
    (!prepared.layout.in_batches).then(|| recorder.as_independent())
}

/// A recorder that gathers its trials by batches in every design: independent trials make independent batches, too.
fn of_batches(prepared: &Prepared, recording: Recording) -> Recorder {
    let mut layout = prepared.layout.clone();
    layout.in_batches = true;
    Recorder::with(&layout, recording)
}
