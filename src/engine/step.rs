//! One period of one trial: effects, planned output, then material by material from upstream to downstream.

use super::severity::Severities;
use super::state::State;
use crate::model::{Links, Model, World};

/// What a trial is simulated from.
#[derive(Clone, Copy)]
pub struct Trial<'a> {
    /// The model.
    pub model: &'a Model,
    /// The trial's undisrupted reference.
    pub world: &'a World,
    /// The trial's inputs.
    pub inputs: &'a [f64],
    /// Severities by event and period.
    pub severities: &'a Severities,
    /// Shortfall by period and cell of the same trial without events; `None` = nothing is short without events.
    pub structural: Option<&'a [f64]>,
}

impl State {
    /// Whether nothing can differ from the undisrupted reference in a period.
    pub fn is_quiet(&self, trial: &Trial<'_>, period: usize) -> bool {
        let first = period * trial.model.materials.len();
        let spare = trial.world.has_spare[first..]
            .iter()
            .zip(&trial.world.has_idle[first..]);
        !self.traced
            && !trial.severities.any(period)
            && !self.refills.holds_ahead
            && trial.severities.announced(period).next().is_none()
            && self.rests.iter().all(|rests| *rests)
            && self
                .stocks_full
                .iter()
                .zip(spare)
                .all(|(full, (spare, idle))| *full || !(*spare || *idle))
    }

    /// Simulates a period: the materials that events, neighbours or their own stocks have reached; everything else is as in the reference.
    pub fn step(&mut self, trial: &Trial<'_>, period: usize) {
        let model = trial.model;
        self.begin_period(trial, period);
        self.apply_effects(trial, period);
        self.last_period = Some(period);
        self.plan(trial, period);
        self.plan_refills(trial, period);
        for &material in &model.order {
            if self.is_reached(trial, material) {
                self.simulate(trial, material, period);
            } else if std::mem::take(&mut self.active[material]) {
                self.leave(trial, material, period);
            }
        }
        self.return_feed(trial);
        for material in 0..model.materials.len() {
            if self.active[material] {
                self.adapt(trial, material, period);
                self.note(trial, material);
                self.add_differences(trial, material, period);
            }
        }
    }

    /// Everything as in the reference, until events change it.
    fn begin_period(&mut self, trial: &Trial<'_>, period: usize) {
        let Trial { model, world, .. } = *trial;
        if self
            .reference_period
            .is_none_or(|known| known < world.same_since[period])
        {
            let of_period = |values: &[f64], into: &mut Vec<f64>| {
                let count = into.len();
                into.copy_from_slice(&values[period * count..(period + 1) * count]);
            };
            of_period(&world.target, &mut self.planned);
            of_period(&world.output, &mut self.output);
            of_period(&world.supply, &mut self.supply);
            of_period(&world.need, &mut self.need);
            of_period(&world.order, &mut self.order);
            self.reference_period = Some(period);
        }
        self.stock_change.fill(0.0);
        self.released.fill(0.0);
        self.has_returned.fill(false);
        self.short.clear();
        if model.links.iter().any(|links| !links.constant_stocks) {
            self.stock_levels(model, world, period);
        }
    }

    /// Whether a material may differ from the reference in this period.
    fn is_reached(&self, trial: &Trial<'_>, material: usize) -> bool {
        let links = &trial.model.links[material];
        let struck = &self.struck;
        self.traced
            || struck.plan[material]
            || struck.orders[material]
            || struck.trade[material]
            || !self.rests[material]
            || self.refills.reached[material]
            || links.inputs.iter().any(|&input| struck.feed[input])
            || links.hosts.iter().any(|&host| self.active[host])
    }

    /// Simulates a material in a period.
    fn simulate(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        self.active[material] = true;
        self.struck.feed[material] = false;
        self.blame.begin_losses(trial.model, material);
        self.produce(trial, material, period);
        self.place_orders(trial, material, period);
        self.ship(trial, material, period);
        if trial.model.links[material].is_plain {
            self.serve_plain(trial, material);
            self.note_carried(trial, material);
        } else {
            self.serve(trial, material);
            self.note_carried(trial, material);
            self.release_stockpiles(trial, material);
            self.settle(trial, material);
        }
        if self.short.last() == Some(&material) {
            let lead = trial.model.materials[material].lead_periods;
            self.onset[material] = trial.severities.onset(trial.model, material, period.checked_sub(lead));
        }
        self.attribute(trial, material, period);
    }

    /// A material that was simulated until now is as in the reference again.
    fn leave(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let Trial { model, world, .. } = *trial;
        let links = &model.links[material];
        let base = period * model.supplies.len();
        for &supply in &model.materials[material].supplies {
            self.planned[supply] = world.target[base + supply];
            self.output[supply] = world.output[base + supply];
        }
        let rows = world.supply(model, material, period);
        self.supply[links.rows.clone()].copy_from_slice(rows);
        self.as_ordered_normally(trial, material, period);
        for values in [
            &mut self.missing,
            &mut self.shortfall,
            &mut self.unmet,
            &mut self.exposed,
        ] {
            values[links.cells.clone()].fill(0.0);
        }
        self.price[links.markets.clone()].fill(1.0);
        self.premium[links.markets.clone()].fill(0.0);
        self.is_clean[material] = true;
        self.struck.feed[material] = false;
        self.refill_flows[material].clear();
        self.disturbed_months[material] = 0.0;
        self.blame.begin_losses(model, material);
    }

    /// Needs and orders of the reference.
    pub(super) fn as_ordered_normally(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let Trial { model, world, .. } = *trial;
        let links = &model.links[material];
        let base = period * model.cells.len();
        self.need[links.cells.clone()].copy_from_slice(&world.need[base + links.cells.start..base + links.cells.end]);
        self.order[links.markets.clone()].copy_from_slice(world.orders(model, material, period));
    }

    /// Adds the period's differences from the reference.
    fn add_differences(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let Trial { model, world, .. } = *trial;
        let base = period * model.supplies.len();
        for &index in &model.materials[material].supplies {
            let difference = self.output[index] - world.output[base + index];
            self.output_difference[index] += difference;
            if difference < 0.0 {
                self.lost_output[index] -= difference;
            }
        }
        if self.has_other_needs[material] {
            let cells = model.links[material].cells.clone();
            let base = period * model.cells.len();
            let reference = &world.need[base + cells.start..base + cells.end];
            let needs = self.need[cells.clone()].iter().zip(reference);
            for (sum, (need, reference)) in self.demand_difference[cells].iter_mut().zip(needs) {
                *sum += need - reference;
            }
        }
    }

    /// Notes what a material carries over into the next period.
    fn note(&mut self, trial: &Trial<'_>, material: usize) {
        let Trial { model, world, .. } = *trial;
        let period = self.last_period.unwrap_or(0);
        let links = &model.links[material];
        let rest;
        (rest, self.stocks_full[material]) = self.stocks_rest(model, links);
        self.rests[material] = rest
            && links.constant_stocks
            && !self.has_returned[material]
            && world.is_balanced[material]
            && self.is_clean[material]
            && !(links.responds && self.is_responding(model, material))
            && self.is_unsubstituted(links)
            && self.has_arrived(model, material, period);
    }

    pub(super) fn is_responding(&self, model: &Model, material: usize) -> bool {
        let links = &model.links[material];
        links.responds
            && (self.expectation[links.rows.clone()]
                .iter()
                .any(|expectation| *expectation != 0.0)
                || model.materials[material]
                    .supplies
                    .iter()
                    .any(|&supply| self.extra[supply] != 0.0))
    }

    fn is_unsubstituted(&self, links: &Links) -> bool {
        let end = self.substitution_start.get(links.cells.end).copied();
        let start = self.substitution_start.get(links.cells.start).copied();
        let entries = start.unwrap_or(self.substitution.len())..end.unwrap_or(self.substitution.len());
        self.substitution[entries].iter().all(|level| *level == 0.0)
    }

    /// Whether no shipment that differs from the reference is still to arrive.
    fn has_arrived(&self, model: &Model, material: usize, period: usize) -> bool {
        let lead = model.materials[material].lead_periods;
        self.pipeline[material]
            .written
            .iter()
            .all(|&written| written == 0 || written + lead <= period + 1)
    }
}
