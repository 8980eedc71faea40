//! One period of one trial: effects, planned output, then material by material from upstream to downstream.

use ndarray::Array2;

use super::severity::Severities;
use super::state::State;
use crate::model::{Links, Model, World, row};

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
        let (spare, idle) = (row(&trial.world.has_spare, period), row(&trial.world.has_idle, period));
        !self.traced
            && !trial.severities.any(period)
            && !self.stocks.refills.holds_ahead()
            && trial.severities.announced(period).next().is_none()
            && trial.model.order.iter().all(|&material| {
                let may_fill = || spare[material] || idle[material];
                self.rests[material] && (self.stocks.are_full[material] || !may_fill())
            })
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
            let of_period = |table: &Array2<f64>, into: &mut Vec<f64>| into.copy_from_slice(row(table, period));
            of_period(&world.target, &mut self.production.planned);
            of_period(&world.output, &mut self.production.output);
            of_period(&world.supply, &mut self.production.supply);
            of_period(&world.need, &mut self.demand.need);
            of_period(&world.order, &mut self.demand.order);
            self.reference_period = Some(period);
        }
        self.stocks.change.fill(0.0);
        self.stocks.released.fill(0.0);
        self.stocks.has_returned.fill(false);
        self.short.clear();
        if model.links.iter().any(|links| !links.constant_stocks) {
            self.stocks.levels(model, world, period);
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
            || self.stocks.refills.reached[material]
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
            self.add_firm_supply(trial, material);
            self.serve(trial, material);
            self.note_carried(trial, material);
            self.release_stockpiles(trial, material);
            self.settle(trial, material);
        }
        if self.short.last() == Some(&material) {
            let lead = trial.model.materials[material].lead_periods;
            self.demand.onset[material] = trial.severities.onset(trial.model, material, period.checked_sub(lead));
        }
        self.attribute(trial, material, period);
    }

    /// A material that was simulated until now is as in the reference again.
    fn leave(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let Trial { model, world, .. } = *trial;
        let links = &model.links[material];
        for &supply in &model.materials[material].supplies {
            self.production.planned[supply] = world.target[[period, supply]];
            self.production.output[supply] = world.output[[period, supply]];
        }
        let rows = world.supply(model, material, period);
        self.production.supply[links.rows.clone()].copy_from_slice(rows);
        self.as_ordered_normally(trial, material, period);
        for values in [
            &mut self.demand.missing,
            &mut self.demand.shortfall,
            &mut self.demand.unmet,
            &mut self.demand.exposed,
        ] {
            values[links.cells.clone()].fill(0.0);
        }
        self.prices.index[links.markets.clone()].fill(1.0);
        self.prices.premium[links.markets.clone()].fill(0.0);
        self.trade.is_clean[material] = true;
        self.struck.feed[material] = false;
        self.trade.refill_flows[material].clear();
        self.trade.disturbed_months[material] = 0.0;
        self.blame.begin_losses(model, material);
    }

    /// Needs and orders of the reference.
    pub(super) fn as_ordered_normally(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let Trial { model, world, .. } = *trial;
        let links = &model.links[material];
        self.demand.need[links.cells.clone()].copy_from_slice(&row(&world.need, period)[links.cells.clone()]);
        self.demand.order[links.markets.clone()].copy_from_slice(world.orders(model, material, period));
    }

    /// Adds the period's differences from the reference.
    fn add_differences(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let Trial { model, world, .. } = *trial;
        for &index in &model.materials[material].supplies {
            let difference = self.production.output[index] - world.output[[period, index]];
            self.production.output_difference[index] += difference;
            if difference < 0.0 {
                self.production.lost_output[index] -= difference;
            }
        }
        if self.demand.has_other_needs[material] {
            let cells = model.links[material].cells.clone();
            let reference = &row(&world.need, period)[cells.clone()];
            let year = model.years.of_period[period] * model.cells.len();
            let of_year = &mut self.demand.demand_difference_by_year[year + cells.start..year + cells.end];
            let needs = self.demand.need[cells.clone()].iter().zip(reference);
            let sums = self.demand.demand_difference[cells].iter_mut().zip(of_year);
            for ((sum, of_year), (need, reference)) in sums.zip(needs) {
                *sum += need - reference;
                *of_year += need - reference;
            }
        }
    }

    /// Notes what a material carries over into the next period.
    fn note(&mut self, trial: &Trial<'_>, material: usize) {
        let Trial { model, world, .. } = *trial;
        let period = self.last_period.unwrap_or(0);
        let links = &model.links[material];
        let rest;
        (rest, self.stocks.are_full[material]) = self.stocks.rest(model, links);
        self.rests[material] = rest
            && links.constant_stocks
            && !self.stocks.has_returned[material]
            && world.is_balanced[material]
            && self.trade.is_clean[material]
            && !(links.responds && self.is_responding(model, material))
            && self.is_unsubstituted(links)
            && self.has_arrived(model, material, period);
    }

    pub(super) fn is_responding(&self, model: &Model, material: usize) -> bool {
        let links = &model.links[material];
        links.responds
            && (self.prices.expectation[links.rows.clone()]
                .iter()
                .any(|expectation| *expectation != 0.0)
                || model.materials[material]
                    .supplies
                    .iter()
                    .any(|&supply| self.production.extra[supply] != 0.0))
    }

    fn is_unsubstituted(&self, links: &Links) -> bool {
        let end = self.demand.substitution_start.get(links.cells.end).copied();
        let start = self.demand.substitution_start.get(links.cells.start).copied();
        let entries = start.unwrap_or(self.demand.substitution.len())..end.unwrap_or(self.demand.substitution.len());
        self.demand.substitution[entries].iter().all(|level| *level == 0.0)
    }

    /// Whether no shipment that differs from the reference is still to arrive.
    fn has_arrived(&self, model: &Model, material: usize, period: usize) -> bool {
        let lead = model.materials[material].lead_periods;
        self.trade.pipeline[material]
            .written
            .iter()
            .all(|&written| written == 0 || written + lead <= period + 1)
    }
}
