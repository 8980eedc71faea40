//! What the lanes have to do: of each trial and chain, the periods in which an event strikes the chain.

use super::plan::Plan;
use crate::engine::severity::Severities;

/// Jobs of a block of trials, by chain.
#[derive(Debug, Clone, Default)]
pub struct Jobs {
    chains: Vec<ChainJobs>,
    /// By chain and period: whether an event of the trial at hand strikes.
    is_struck: Vec<bool>,
    /// By chain: whether any does.
    any: Vec<bool>,
}

/// Jobs of one chain.
#[derive(Debug, Clone, Default)]
struct ChainJobs {
    /// Trial, and where its periods end.
    trials: Vec<(usize, usize)>,
    periods: Vec<usize>,
    /// By period, then by event of the chain.
    severities: Vec<f64>,
    events: usize,
    /// As many zeros as events.
    nothing: Vec<f64>,
}

/// One trial of one chain.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// Number of the trial in its block.
    pub trial: usize,
    /// Periods in which an event strikes, ascending.
    pub periods: &'a [usize],
    severities: &'a [f64],
}

impl<'a> Job<'a> {
    /// Severities by event in the period of this position.
    #[inline(always)]
    pub fn severities(&self, position: usize, events: usize) -> &'a [f64] {
        &self.severities[position * events..(position + 1) * events]
    }
}

impl Jobs {
    /// For the chains of a plan.
    pub fn new(plan: &Plan) -> Self {
        let of_chain = |events: usize| ChainJobs {
            events,
            nothing: vec![0.0; events],
            ..ChainJobs::default()
        };
        Jobs {
            chains: plan.chains.iter().map(|chain| of_chain(chain.events.len())).collect(),
            is_struck: vec![false; plan.chains.len() * plan.periods],
            any: vec![false; plan.chains.len()],
        }
    }

    /// Forgets all jobs.
    pub fn clear(&mut self) {
        for chain in &mut self.chains {
            chain.trials.clear();
            chain.periods.clear();
            chain.severities.clear();
        }
    }

    /// Adds a trial to every chain.
    pub fn add(&mut self, plan: &Plan, trial: usize, severities: &Severities) {
        for &(event, from, to) in severities.touched() {
            for &(chain, _) in &plan.places_of_event[event] {
                self.any[chain] = true;
                for period in from..to {
                    self.is_struck[chain * plan.periods + period] |= severities.of(event, period) > 0.0;
                }
            }
        }
        for (number, (jobs, chain)) in self.chains.iter_mut().zip(&plan.chains).enumerate() {
            if std::mem::take(&mut self.any[number]) {
                let struck = &mut self.is_struck[number * plan.periods..(number + 1) * plan.periods];
                for (period, is_struck) in struck.iter_mut().enumerate() {
                    if std::mem::take(is_struck) {
                        jobs.periods.push(period);
                        let of_events = chain.events.iter().map(|&event| severities.of(event, period));
                        jobs.severities.extend(of_events);
                    }
                }
            }
            jobs.trials.push((trial, jobs.periods.len()));
        }
    }

    /// Severities by event of a chain where none strikes.
    pub fn nothing(&self, chain: usize) -> &[f64] {
        &self.chains[chain].nothing
    }

    /// The jobs of a chain.
    pub fn of(&self, chain: usize) -> impl Iterator<Item = Job<'_>> {
        let jobs = &self.chains[chain];
        let mut first = 0;
        jobs.trials.iter().map(move |&(trial, end)| {
            let from = std::mem::replace(&mut first, end);
            Job {
                trial,
                periods: &jobs.periods[from..end],
                severities: &jobs.severities[from * jobs.events..end * jobs.events],
            }
        })
    }
}
