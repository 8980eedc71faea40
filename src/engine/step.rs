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
        let spare = &trial.world.has_spare[period * trial.model.materials.len()..];
        !self.traced
            && !trial.severities.any(period)
            && self.rests.iter().all(|rests| *rests)
            && self.stocks_full.iter().zip(spare).all(|(full, spare)| *full || !*spare)
    }

    /// Simulates a period: what events have reached, unless it comes out as in the period before; everything else is as in the reference.
    pub fn step(&mut self, trial: &Trial<'_>, period: usize) {
        let model = trial.model;
        self.begin_period(trial, period);
        self.apply_effects(trial, period);
        let follows = period > 0 && self.last_period == Some(period - 1) && trial.world.same_since[period] < period;
        self.last_period = Some(period);
        if !follows || self.traced {
            self.struck.changed.fill(true);
        }
        self.plan(trial, period);
        for &material in &model.order {
            if self.is_reached(trial, material, period) {
                if self.is_repeated(trial, material, period) {
                    if self.is_short[material] {
                        self.short.push(material);
                        self.share_out_all(trial, material, period);
                    }
                } else {
                    self.simulate(trial, material, period);
                }
            } else if std::mem::take(&mut self.active[material]) {
                self.leave(trial, material, period);
            }
        }
        self.return_feed(trial);
        for material in 0..model.materials.len() {
            if self.active[material] {
                if self.struck.fresh[material] {
                    self.adapt(trial, material, period);
                    self.note(trial, material);
                }
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

    /// Whether a material comes out as in the period before: it left nothing behind that moves it, and nothing around it has changed.
    fn is_repeated(&self, trial: &Trial<'_>, material: usize, period: usize) -> bool {
        let links = &trial.model.links[material];
        let struck = &self.struck;
        self.active[material]
            && self.steady[material]
            && !struck.changed[material]
            && !links.inputs.iter().any(|&input| struck.feed_moved[input])
            && !links.hosts.iter().any(|&host| struck.fresh[host])
            && trial.structural.is_none_or(|values| {
                let cells = trial.model.cells.len();
                let of = |period: usize| &values[period * cells + links.cells.start..period * cells + links.cells.end];
                of(period) == of(period - 1)
            })
    }

    /// Whether a material may differ from the reference in this period.
    fn is_reached(&self, trial: &Trial<'_>, material: usize, period: usize) -> bool {
        let Trial { model, world, .. } = *trial;
        let links = &model.links[material];
        let struck = &self.struck;
        let refills = || !self.stocks_full[material] && world.has_spare[period * model.materials.len() + material];
        self.traced
            || struck.plan[material]
            || struck.orders[material]
            || struck.trade[material]
            || !self.rests[material]
            || refills()
            || links.inputs.iter().any(|&input| struck.feed[input])
            || links.hosts.iter().any(|&host| self.active[host])
    }

    /// Simulates a material in a period.
    fn simulate(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let stands = self.trade_stands(trial, material);
        self.active[material] = true;
        self.struck.fresh[material] = true;
        self.struck.feed_moved[material] = std::mem::take(&mut self.struck.feed[material]);
        self.substitution_moved[material] = false;
        if !stands {
            self.blame.begin_losses(trial.model, material);
            self.causes_known[material] = false;
            self.produce(trial, material, period);
            self.place_orders(trial, material, period);
            self.ship(trial, material, period);
        }
        if trial.model.links[material].is_plain {
            self.serve_plain(trial, material);
        } else {
            self.serve(trial, material);
            self.release_stockpiles(trial, material);
            self.settle(trial, material);
        }
        self.struck.feed_moved[material] |= self.struck.feed[material];
        self.attribute(trial, material, period);
    }

    /// Whether output, orders and trade are those of the period before, though stocks may have changed.
    fn trade_stands(&self, trial: &Trial<'_>, material: usize) -> bool {
        let links = &trial.model.links[material];
        let struck = &self.struck;
        self.active[material]
            && self.stands[material]
            && (self.stocks_full[material] || !self.has_unsold[material])
            && !struck.changed[material]
            && !links.inputs.iter().any(|&input| struck.feed_moved[input])
            && !links.hosts.iter().any(|&host| struck.fresh[host])
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
        self.is_short[material] = false;
        self.struck.fresh[material] = true;
        self.struck.feed_moved[material] = std::mem::take(&mut self.struck.feed[material]);
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
        let stocks_moved = self.stock_change[links.markets.clone()]
            .iter()
            .any(|change| *change != 0.0)
            || links.stockpiles.iter().any(|&index| self.released[index] != 0.0)
            || self.has_returned[material];
        let in_transit = model.materials[material].lead_periods > 0;
        if stocks_moved || in_transit || self.struck.changed[material] || !links.constant_stocks {
            (self.stocks_at_rest[material], self.stocks_full[material]) = self.stocks_rest(model, links);
        }
        let stocks_rest = self.stocks_at_rest[material];
        let responding = links.responds && self.is_responding(model, material);
        self.rests[material] = stocks_rest
            && links.constant_stocks
            && world.is_balanced[material]
            && self.is_clean[material]
            && !responding
            && self.is_unsubstituted(links)
            && self.has_arrived(model, material, period);
        let compiled = &model.materials[material];
        let rerouting = compiled.rerouting_months.of(trial.inputs);
        let holds = compiled.lead_periods == 0
            && links.constant_stocks
            && !responding
            && !self.has_quotas(material)
            && compiled.capacities.is_empty()
            && (rerouting <= 0.0
                || links.is_rigid
                || self.disturbed_months[material] == 0.0
                || self.disturbed_months[material] - model.step_months >= rerouting);
        self.stands[material] = holds && stocks_rest && !self.has_refill[material];
        self.steady[material] =
            holds && !self.substitution_moved[material] && !stocks_moved && !self.blame.has_stock_losses();
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
