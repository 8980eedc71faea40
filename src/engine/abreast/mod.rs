//! Several trials at once: the lanes of the processor's vectors each follow a trial through the periods in which an event reaches a chain of
//! materials; a lane whose trial has ended takes up the next. For plain models only (`compile` says which); all others are simulated trial by
//! trial. Every trial comes to the same, to the last bit, whichever others it is simulated with and however wide the vectors are.

mod causes;
mod compile;
mod jobs;
mod memory;
mod outcome;
mod plan;
mod step;
mod trade;
pub mod vector;

pub use outcome::{ChainOutcome, MaterialOutcome};
pub use step::Lines;
pub use vector::{ABREAST, Eight};

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

use self::jobs::{Job, Jobs};
use self::memory::Memory;
use self::plan::{ChainPlan, Plan};
use self::step::{When, step};
use self::vector::Part;
use super::draws::{Exhausted, Strikes, draw_events, draw_inputs};
use super::observe::{Observer, Occurrence};
use super::severity::Severities;
use crate::model::Model;

/// Simulates trials of a plain model several at a time, reusing its memory.
#[derive(Debug, Clone)]
pub struct Abreast<'a> {
    model: &'a Model,
    arch: Arch,
    plan: Plan,
    jobs: Jobs,
    /// By chain.
    memory: Vec<Memory>,
    strikes: Strikes,
    severities: Severities,
    /// By trial, as many numbers as the model has input slots.
    inputs: Vec<f64>,
    drawn: Vec<f64>,
    occurrences: Vec<Occurrence>,
    exhausted: Option<Exhausted>,
}

impl<'a> Abreast<'a> {
    /// A simulator of this model with the widest vectors that the processor has; `None` where it is not a plain one.
    pub fn new(model: &'a Model) -> Option<Self> {
        Self::on(Arch::new(), model)
    }

    /// The same with vectors of this kind, which decide on speed alone.
    pub fn on(arch: Arch, model: &'a Model) -> Option<Self> {
        let plan = Plan::of(model)?;
        Some(Abreast {
            model,
            arch,
            jobs: Jobs::new(&plan),
            memory: plan.chains.iter().map(Memory::new).collect(),
            plan,
            strikes: Strikes::default(),
            severities: Severities::default(),
            inputs: Vec::new(),
            drawn: Vec::new(),
            occurrences: Vec::new(),
            exhausted: None,
        })
    }

    /// The first of the trials so far in which an event had to be left off being drawn.
    pub fn exhausted(&self) -> Option<Exhausted> {
        self.exhausted
    }

    /// Simulates these trials. The observer is told, of each, its occurrences; then of each chain what trials came to, in any order.
    pub fn run(&mut self, trials: Range<u64>, observer: &mut impl Observer) {
        self.jobs.clear();
        self.inputs.clear();
        for trial in trials.clone() {
            draw_inputs(self.model, trial, &mut self.drawn);
            draw_events(self.model, trial, &self.drawn, &mut self.strikes);
            let exhausted = self.strikes.exhausted.map(|event| Exhausted { trial, event });
            self.exhausted = self.exhausted.or(exhausted);
            self.severities.fill(self.model, &self.strikes);
            self.jobs
                .add(&self.plan, (trial - trials.start) as usize, &self.severities);
            self.inputs.extend_from_slice(&self.drawn);
            self.occurrences.clear();
            self.occurrences
                .extend(self.strikes.all.iter().map(|strike| strike.occurrence));
            observer.begin_trial(trial, &self.occurrences);
        }
        for (number, (chain, memory)) in self.plan.chains.iter().zip(&mut self.memory).enumerate() {
            self.arch.dispatch(Crew {
                model: self.model,
                chain,
                jobs: &self.jobs,
                number,
                memory,
                first_trial: trials.start,
                inputs: &self.inputs,
                observer: &mut *observer,
            });
        }
    }
}

/// The lanes at work on the jobs of one chain.
struct Crew<'a, O> {
    model: &'a Model,
    chain: &'a ChainPlan,
    jobs: &'a Jobs,
    number: usize,
    memory: &'a mut Memory,
    first_trial: u64,
    inputs: &'a [f64],
    observer: &'a mut O,
}

/// What a lane is at.
#[derive(Clone, Copy, Default)]
struct Lane<'a> {
    job: Option<Job<'a>>,
    /// Position in the job's periods.
    next: usize,
}

impl Lane<'_> {
    /// The period that comes next.
    #[inline(always)]
    fn period(&self) -> Option<usize> {
        self.job.map(|job| job.periods[self.next])
    }
}

impl<O: Observer> WithSimd for Crew<'_, O> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Crew { chain, memory, .. } = self;
        let mut waiting = self.jobs.of(self.number);
        let nothing = self.jobs.nothing(self.number);
        let mut lanes = [Lane::default(); ABREAST];
        loop {
            let mut idle = true;
            for lane in &lanes {
                idle &= lane.job.is_none();
            }
            // Where the undisrupted world changes, lanes go through it together.
            if idle || chain.normals == 1 {
                for (place, lane) in lanes.iter_mut().enumerate() {
                    while lane.job.is_none() {
                        let Some(job) = waiting.next() else { break };
                        memory.start(chain, place);
                        if job.periods.is_empty() {
                            let part = Part::new(simd, place / S::F64_LANES);
                            let outcome = outcome(self.model, chain, memory, job, place, self.first_trial, self.inputs);
                            self.observer.end_chain(part, &outcome);
                        } else {
                            *lane = Lane {
                                job: Some(job),
                                next: 0,
                            };
                        }
                    }
                }
            }
            // Lanes that are ahead wait.
            let mut normal = usize::MAX;
            for lane in &lanes {
                if let Some(period) = lane.period() {
                    normal = normal.min(chain.normal_of[period]);
                }
            }
            if normal == usize::MAX {
                return;
            }
            let (mut periods, mut present) = ([0; ABREAST], Eight::default());
            let mut severities = [nothing; ABREAST];
            for (place, lane) in lanes.iter().enumerate() {
                if let (Some(job), Some(period)) = (lane.job, lane.period())
                    && chain.normal_of[period] == normal
                {
                    (periods[place], present.0[place]) = (period, 1.0);
                    severities[place] = job.severities(lane.next, chain.events.len());
                }
            }
            memory.strikes.take(&severities);
            for number in 0..Part::<S>::COUNT {
                let when = When {
                    periods: &periods,
                    present: &present,
                    normal,
                };
                step(Part::new(simd, number), chain, when, memory, self.observer);
            }
            for (place, lane) in lanes.iter_mut().enumerate() {
                let Some(job) = lane.job.filter(|_| present.0[place] > 0.0) else {
                    continue;
                };
                lane.next += 1;
                if lane.next == job.periods.len() {
                    let part = Part::new(simd, place / S::F64_LANES);
                    let outcome = outcome(self.model, chain, memory, job, place, self.first_trial, self.inputs);
                    self.observer.end_chain(part, &outcome);
                    *lane = Lane::default();
                }
            }
        }
    }
}

/// What a job came to in a place.
#[inline(always)]
fn outcome<'a>(
    model: &'a Model,
    chain: &'a ChainPlan,
    memory: &'a Memory,
    job: Job<'_>,
    place: usize,
    first_trial: u64,
    inputs: &'a [f64],
) -> ChainOutcome<'a> {
    let slots = model.input_slots;
    ChainOutcome {
        model,
        chain,
        memory,
        place,
        trial: first_trial + job.trial as u64,
        inputs: &inputs[job.trial * slots..(job.trial + 1) * slots],
        is_reached: !job.periods.is_empty(),
    }
}

/// Largest price index of the horizon, and what it would be at both ends of the elasticity's range, from the lowest share of need that was met.
pub(super) fn price_peak(model: &Model, material: usize, inputs: &[f64], served: f64) -> [f64; 3] {
    if served >= 1.0 {
        return [1.0; 3];
    }
    let material = &model.materials[material];
    let (least, most) = material.demand_elasticity_band;
    let elasticity = material.demand_elasticity.of(inputs);
    // The price index of [`super::adaptation::price_index`], from one logarithm.
    let logarithm = libm::log(served.max(0.0));
    let peak = |elasticity: f64| libm::exp(logarithm / elasticity).min(material.price_cap);
    if elasticity == least && elasticity == most {
        return [peak(elasticity); 3];
    }
    [elasticity, least, most].map(peak)
}
