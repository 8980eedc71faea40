//! Several trials at once: the lanes of the processor's vectors each follow a trial through the periods. For plain models only ([`plan`] says
//! which); all others, and trials that turn out to need more, are simulated one by one. Every trial comes to the same, to the last bit,
//! whichever others it is simulated with and however wide the vectors are.

mod causes;
mod memory;
mod outcome;
mod plan;
mod step;
mod trade;
pub mod vector;

pub use outcome::{GroupOutcome, MaterialOutcome};
pub use vector::{ABREAST, Eight};

use std::ops::Range;

use pulp::Arch;

use self::memory::{Memory, bits_of};
use self::outcome::Teller;
use self::plan::Plan;
use self::step::Simulate;
use super::adaptation::price_index;
use super::draws::{Strikes, TrialStreams, design, draw_events, draw_inputs};
use super::observe::{Observer, Occurrence};
use super::severity::Severities;
use super::trial::Simulator;
use crate::model::Model;
use crate::sampling::Design;

/// Simulates trials of a plain model several at a time, reusing its memory.
#[derive(Debug, Clone)]
pub struct Abreast<'a> {
    model: &'a Model,
    design: Design,
    plan: Plan,
    memory: Memory,
    strikes: Strikes,
    severities: Severities,
    inputs: Vec<Vec<f64>>,
    occurrences: [Vec<Occurrence>; ABREAST],
    causes: Vec<Vec<usize>>,
    blame_start: Vec<usize>,
    blame: Vec<Eight>,
    demand: Vec<Eight>,
    output: Vec<Eight>,
    stock: Vec<Eight>,
    /// By trial, then by market.
    price_peak: Vec<[f64; 3]>,
    teller: Teller,
}

impl<'a> Abreast<'a> {
    /// A simulator of this model; `None` where it is not a plain one.
    pub fn new(model: &'a Model) -> Option<Self> {
        let plan = Plan::of(model)?;
        let memory = Memory::new(&plan, model.supplies.len());
        let mut causes = vec![vec![model.causes.len()]; model.materials.len()];
        for own in &plan.materials {
            causes[own.material].splice(0..0, own.causes.iter().copied());
        }
        let (mut blame_start, mut next) = (Vec::new(), 0);
        for cell in &model.cells {
            blame_start.push(next);
            next += causes[model.markets[cell.market].material].len();
        }
        let of = |count: usize| vec![Eight::default(); count];
        Some(Abreast {
            model,
            design: design(model),
            plan,
            memory,
            strikes: Strikes::default(),
            severities: Severities::default(),
            inputs: vec![Vec::new(); ABREAST],
            occurrences: Default::default(),
            causes,
            blame_start,
            blame: of(next),
            demand: of(model.cells.len()),
            output: of(model.supplies.len()),
            stock: of(model.inventories.len()),
            price_peak: vec![[1.0; 3]; ABREAST * model.markets.len()],
            teller: Teller::default(),
        })
    }

    /// Simulates these trials, at most [`ABREAST`] of them; those that need more, `alone`.
    pub fn run(&mut self, trials: Range<u64>, alone: &mut Simulator<'_>, observer: &mut impl Observer) {
        let count = (trials.end - trials.start) as usize;
        self.memory.effects.clear();
        for (place, trial) in trials.clone().enumerate() {
            let inputs = &mut self.inputs[place];
            draw_inputs(self.model, self.design, trial, inputs);
            draw_events(self.model, self.design, trial, inputs, &mut self.strikes);
            self.severities.fill(self.model, &self.strikes);
            self.memory.effects.take(&self.severities, place);
            let occurrences = &mut self.occurrences[place];
            occurrences.clear();
            occurrences.extend(self.strikes.all.iter().map(|strike| strike.occurrence));
        }
        self.memory.start(&self.plan);
        Arch::new().dispatch(Simulate {
            plan: &self.plan,
            memory: &mut self.memory,
        });
        let mut told = bits_of(count);
        for (place, given_up) in self.memory.of.given_up.0.iter().enumerate() {
            if *given_up > 0.0 {
                told &= !(1 << place);
            }
        }
        self.end(count);
        self.tell(trials.start, told, observer);
        for (place, trial) in trials.enumerate() {
            if told & 1 << place == 0 {
                GIVEN.fetch_add(1, std::sync::atomic::Ordering::Relaxed); alone.run(trial, TrialStreams::of(trial), observer);
            }
        }
    }

    /// Sums over the horizon.
    fn end(&mut self, count: usize) {
        let (model, world) = (self.model, &self.model.reference);
        let add = |sum: &mut Eight, normal: f64, extra: &Eight| {
            for (sum, extra) in sum.0.iter_mut().zip(&extra.0) {
                *sum = normal + extra;
            }
        };
        let horizon = &mut self.memory.of;
        for (supply, sum) in self.output.iter_mut().enumerate() {
            add(sum, world.output_total[supply], &horizon.extra_output[supply]);
        }
        for (plan, memory) in self.plan.materials.iter().zip(&mut horizon.materials) {
            let periods = memory.told.is_listed.iter().enumerate();
            memory
                .told
                .periods
                .extend(periods.filter(|(_, listed)| **listed).map(|(period, _)| period));
            let cells = plan.first_cell..plan.first_cell + plan.columns;
            for (cell, extra) in cells.clone().zip(&memory.extra_need) {
                add(&mut self.demand[cell], world.need_total[cell], extra);
            }
            if let Some(&first) = self.blame_start.get(cells.start) {
                self.blame[first..first + memory.blame.len()].copy_from_slice(&memory.blame);
            }
            for (column, served) in memory.least_served.iter().enumerate() {
                let market = plan.first_market + column;
                for (place, served) in served.0.iter().enumerate().take(count) {
                    self.price_peak[place * model.markets.len() + market] =
                        price_peak(model, plan.material, &self.inputs[place], *served);
                }
            }
        }
        for (stock, inventory) in self.stock.iter_mut().zip(&model.inventories) {
            let material = model.markets[inventory.market].material;
            let plans = self.plan.materials.iter().zip(&horizon.materials);
            for (plan, memory) in plans {
                if plan.material == material {
                    *stock = memory.stock[inventory.market - plan.first_market];
                }
            }
        }
    }

    fn tell(&mut self, first_trial: u64, told: u8, observer: &mut impl Observer) {
        let outcome = GroupOutcome {
            model: self.model,
            first_trial,
            told,
            plan: &self.plan,
            horizon: &self.memory.of,
            occurrences: &self.occurrences,
            demand_t: &self.demand,
            causes: &self.causes,
            blame_start: &self.blame_start,
            blame_t: &self.blame,
            price_peak: &self.price_peak,
            output_t: &self.output,
            lost_output_t: &self.memory.of.lost_output,
            stock_end_t: &self.stock,
        };
        if observer.takes_groups() {
            observer.group(&outcome);
        } else {
            self.teller.tell(&outcome, observer);
        }
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
    let peak = |elasticity: f64| price_index(served, elasticity, material.price_cap);
    if elasticity == least && elasticity == most {
        return [peak(elasticity); 3];
    }
    [elasticity, least, most].map(peak)
}
pub static GIVEN: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
