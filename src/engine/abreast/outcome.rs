//! What several trials came to, told at once or one trial after the other.

use std::ops::Range;

use super::memory::{Horizon, MaterialMemory};
use super::plan::{MaterialPlan, Plan};
use super::vector::{ABREAST, Eight};
use crate::engine::observe::{Observer, Occurrence, PeriodOutcome, TrialOutcome};
use crate::model::Model;

/// Several trials of a model. Each of the eight places of a number is that of the trial `first_trial + place`.
#[derive(Clone, Copy)]
pub struct GroupOutcome<'a> {
    pub(super) model: &'a Model,
    /// Trial in the first place.
    pub first_trial: u64,
    /// Bits of the places that hold trials; the others say nothing.
    pub told: u8,
    pub(super) plan: &'a Plan,
    pub(super) horizon: &'a Horizon,
    /// Occurrences within the horizon, by place; by event, then start.
    pub occurrences: &'a [Vec<Occurrence>; ABREAST],
    /// Demand over the horizon by cell, t.
    pub demand_t: &'a [Eight],
    /// By material, the causes that can have a part in its shortfalls, the structural one last.
    pub causes: &'a [Vec<usize>],
    /// By cell, where its line in `blame_t` begins.
    pub blame_start: &'a [usize],
    /// Shortfall over the horizon by cause, t, as in [`TrialOutcome::blame_t`].
    pub blame_t: &'a [Eight],
    /// By place, then by market.
    pub(super) price_peak: &'a [[f64; 3]],
    /// Output over the horizon by supply, t.
    pub output_t: &'a [Eight],
    /// Output lost against the same trial without events by supply, t.
    pub lost_output_t: &'a [Eight],
    /// Stock at the end, by stock, t.
    pub stock_end_t: &'a [Eight],
}

/// A material in several trials.
#[derive(Clone, Copy)]
pub struct MaterialOutcome<'a> {
    /// Number of the material.
    pub material: usize,
    /// Its cells.
    pub cells: (usize, usize),
    /// Periods in which something is missing in any of the trials, ascending.
    pub periods: &'a [usize],
    /// Shortfall over the horizon by cell, t.
    pub shortfall_t: &'a [Eight],
    memory: &'a MaterialMemory,
    plan: &'a MaterialPlan,
}

impl<'a> MaterialOutcome<'a> {
    fn line<'b>(&self, values: &'b [Eight], period: usize) -> &'b [Eight] {
        let count = self.cells.1 - self.cells.0;
        &values[period * count..(period + 1) * count]
    }

    /// Demand by cell in one of its periods, t, where it differs from what is normal.
    #[inline]
    pub fn other_demand_t(&self, period: usize) -> Option<&'a [Eight]> {
        self.memory.told.differs[period].then(|| self.line(&self.memory.told.need, period))
    }

    /// The normal demand by cell, t.
    #[inline]
    pub fn normal_demand_t(&self, period: usize) -> &'a [f64] {
        &self.plan.normals[self.plan.normal_of[period]].need
    }

    /// Demand less deliveries by cell in one of its periods, before stocks, t.
    #[inline]
    pub fn missing_t(&self, period: usize) -> &'a [Eight] {
        self.line(&self.memory.told.missing, period)
    }

    /// What stocks leave of it, t.
    #[inline]
    pub fn period_shortfall_t(&self, period: usize) -> &'a [Eight] {
        self.line(&self.memory.told.shortfall, period)
    }
}

impl<'a> GroupOutcome<'a> {
    /// The materials, from upstream to downstream.
    pub fn materials(&self) -> impl Iterator<Item = MaterialOutcome<'a>> + use<'a> {
        let materials = self.plan.materials.iter().zip(&self.horizon.materials);
        materials.map(|(plan, memory)| MaterialOutcome {
            material: plan.material,
            cells: (plan.first_cell, plan.first_cell + plan.columns),
            periods: &memory.told.periods,
            shortfall_t: &memory.shortfall,
            memory,
            plan,
        })
    }

    /// Price peaks by market of the trial in one place, as in [`TrialOutcome::price_peak`].
    pub fn price_peak_of(&self, place: usize) -> &'a [[f64; 3]] {
        let markets = self.model.markets.len();
        &self.price_peak[place * markets..(place + 1) * markets]
    }

    /// Places that hold trials.
    pub fn places(&self) -> impl Iterator<Item = usize> + use<> {
        let told = self.told;
        (0..ABREAST).filter(move |place| told & 1 << place != 0)
    }

    /// Periods simulated.
    pub fn periods(&self) -> Range<usize> {
        0..self.plan.periods
    }
}

/// Tells observers trial by trial.
#[derive(Debug, Clone, Default)]
pub(super) struct Teller {
    short: Vec<usize>,
    zeros: Vec<f64>,
    demand: Vec<f64>,
    missing: Vec<f64>,
    shortfall: Vec<f64>,
    unmet: Vec<f64>,
    demand_total: Vec<f64>,
    blame: Vec<f64>,
    output: Vec<f64>,
    lost_output: Vec<f64>,
    stock_end: Vec<f64>,
}

impl Teller {
    pub(super) fn tell(&mut self, outcome: &GroupOutcome<'_>, observer: &mut impl Observer) {
        let (model, world) = (outcome.model, &outcome.model.reference);
        let cells = model.cells.len();
        for values in [&mut self.zeros, &mut self.missing, &mut self.shortfall, &mut self.unmet] {
            values.clear();
            values.resize(cells, 0.0);
        }
        for place in outcome.places() {
            for period in outcome.periods() {
                self.demand.clear();
                self.demand
                    .extend_from_slice(&world.need[period * cells..(period + 1) * cells]);
                self.short.clear();
                for material in outcome.materials() {
                    if material.periods.binary_search(&period).is_err() {
                        continue;
                    }
                    let own = material.cells.0..material.cells.1;
                    let missing = material.missing_t(period);
                    if missing.iter().any(|missing| missing.0[place] > 0.0) {
                        self.short.push(material.material);
                    }
                    for (into, from) in [
                        (&mut self.missing, missing),
                        (&mut self.shortfall, material.period_shortfall_t(period)),
                        (&mut self.unmet, material.period_shortfall_t(period)),
                    ] {
                        for (into, from) in into[own.clone()].iter_mut().zip(from) {
                            *into = from.0[place];
                        }
                    }
                    if let Some(demand) = material.other_demand_t(period) {
                        for (into, from) in self.demand[own].iter_mut().zip(demand) {
                            *into = from.0[place];
                        }
                    }
                }
                observer.period(&PeriodOutcome {
                    period,
                    short: &self.short,
                    demand_t: &self.demand,
                    missing_t: &self.missing,
                    shortfall_t: &self.shortfall,
                    unmet_t: &self.unmet,
                    structural_t: &self.zeros,
                    exposed_usd: &self.zeros,
                });
                for material in outcome.materials() {
                    let own = material.cells.0..material.cells.1;
                    for values in [&mut self.missing, &mut self.shortfall, &mut self.unmet] {
                        values[own.clone()].fill(0.0);
                    }
                }
            }
            for (into, from) in [
                (&mut self.demand_total, outcome.demand_t),
                (&mut self.blame, outcome.blame_t),
                (&mut self.output, outcome.output_t),
                (&mut self.lost_output, outcome.lost_output_t),
                (&mut self.stock_end, outcome.stock_end_t),
            ] {
                into.clear();
                into.extend(from.iter().map(|eight| eight.0[place]));
            }
            observer.end_trial(&TrialOutcome {
                trial: outcome.first_trial + place as u64,
                occurrences: &outcome.occurrences[place],
                demand_t: &self.demand_total,
                structural_t: None,
                causes: outcome.causes,
                blame_start: outcome.blame_start,
                blame_t: &self.blame,
                price_peak: outcome.price_peak_of(place),
                output_t: &self.output,
                lost_output_t: &self.lost_output,
                stock_end_t: &self.stock_end,
            });
        }
    }
}
