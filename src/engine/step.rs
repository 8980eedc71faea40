//! One period of one trial: effects, planned output, then material by material from upstream to downstream.

use super::severity::Severities;
use super::state::State;
use crate::model::{Links, Model, World};

/// Relative difference below which a quantity equals the reference.
pub(super) const SAME: f64 = 1e-12;

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
        self.is_clean[material] = true;
        self.is_short[material] = false;
        self.struck.fresh[material] = true;
        self.struck.feed_moved[material] = std::mem::take(&mut self.struck.feed[material]);
        self.refill_flows[material].clear();
        self.disturbed_months[material] = 0.0;
        self.blame.begin_losses(model, material);
    }

    /// Needs and orders of the reference.
    fn as_ordered_normally(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let Trial { model, world, .. } = *trial;
        let links = &model.links[material];
        let base = period * model.cells.len();
        self.need[links.cells.clone()].copy_from_slice(&world.need[base + links.cells.start..base + links.cells.end]);
        self.order[links.markets.clone()].copy_from_slice(world.orders(model, material, period));
    }

    /// Planned output: what capacity allows of the target, which prices may have raised and costs lowered.
    fn plan(&mut self, trial: &Trial<'_>, period: usize) {
        let Trial {
            model, world, inputs, ..
        } = *trial;
        let base = period * model.supplies.len();
        for &material in &model.order {
            let links = &model.links[material];
            let is_struck = self.struck.plan[material] | self.struck.changed[material] | self.is_replanned[material];
            if !(is_struck || links.responds) && links.hosts.is_empty() {
                continue;
            }
            let responding = links.responds && !self.rests[material] && self.is_responding(model, material);
            // A response moves plans from period to period, and with them what is ordered upstream.
            self.struck.changed[material] |= responding;
            let own = self.struck.plan[material] || responding;
            let by_host = links.hosts.iter().any(|&host| self.struck.plan[host]);
            self.struck.changed[material] |= links.hosts.iter().any(|&host| self.struck.changed[host]);
            let changed = self.struck.changed[material];
            if changed {
                for &input in &links.inputs {
                    self.struck.changed[input] = true;
                }
            }
            if !(own || by_host) {
                if std::mem::take(&mut self.is_replanned[material]) {
                    for &index in &model.materials[material].supplies {
                        self.planned[index] = world.target[base + index];
                    }
                }
                continue;
            }
            self.struck.plan[material] = true;
            for &input in &links.inputs {
                self.struck.orders[input] = true;
            }
            if !changed && self.is_replanned[material] {
                continue;
            }
            self.is_replanned[material] = true;
            for &index in &model.materials[material].supplies {
                let supply = &model.supplies[index];
                let capacity = world.capacity[base + index];
                let mut target = world.target[base + index];
                if self.extra[index] > 0.0 {
                    // The undisrupted plan may have risen since: capacity is the limit.
                    target = (target + self.extra[index] * capacity).min(capacity);
                }
                if self.cost[index] > 0.0 {
                    target *= libm::pow(1.0 + self.cost[index], -supply.elasticity.of(inputs));
                }
                if self.loss[index] > 0.0 {
                    target = target.min((1.0 - self.loss[index]) * capacity);
                }
                if !supply.hosts.is_empty() {
                    let limit: f64 = supply
                        .hosts
                        .iter()
                        .map(|&(host, ratio)| ratio.of(inputs) * self.planned[host])
                        .sum();
                    target = target.min(limit);
                }
                self.planned[index] = target;
            }
        }
    }

    /// Actual output of a material's supplies: planned, unless feed or a host's output is short.
    fn produce(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let Trial { model, world, .. } = *trial;
        let compiled = &model.materials[material];
        self.supply[model.links[material].rows.clone()].fill(0.0);
        let base = period * model.supplies.len();
        let links = &model.links[material];
        let limited = !links.hosts.is_empty() || links.inputs.iter().any(|&input| self.struck.feed[input]);
        for &index in &compiled.supplies {
            let planned = self.planned[index];
            let (output, by_feed, by_host) = if limited {
                self.limited(trial, index, period)
            } else {
                (planned, None, None)
            };
            self.output[index] = output;
            self.supply[compiled.first_row + model.supplies[index].row] += output;
            let normal = world.output[base + index];
            let lost = normal - output;
            if lost > SAME * normal {
                self.blame
                    .output_lost(model, index, lost, planned - output, by_feed, by_host);
            }
        }
    }

    /// Output of a supply whose feed or host may be short, and the market or the host that limits it.
    fn limited(&self, trial: &Trial<'_>, index: usize, period: usize) -> (f64, Option<usize>, Option<usize>) {
        let Trial {
            model, world, inputs, ..
        } = *trial;
        let supply = &model.supplies[index];
        let base = period * model.supplies.len();
        let planned = self.planned[index];
        let mut output = planned;
        let (mut by_feed, mut by_host) = (None, None);
        for &(market, _) in &supply.inputs {
            let Some(feed) = model.markets[market].feed_cell else {
                continue;
            };
            if !self.struck.feed[model.markets[market].material] {
                continue;
            }
            if self.feed_available[market] < self.need[feed] {
                let limit = planned * self.feed_available[market] / self.need[feed];
                if limit < output {
                    output = limit;
                    by_feed = Some(market);
                }
            }
        }
        if !supply.hosts.is_empty() {
            let limit: f64 = supply
                .hosts
                .iter()
                .map(|&(host, ratio)| ratio.of(inputs) * self.output[host])
                .sum();
            // Planned output was cut to the hosts' plans already, so even then the host is the reason for a loss.
            if limit <= output * (1.0 + SAME) {
                output = output.min(limit);
                by_host = supply.hosts.iter().map(|&(host, _)| host).min_by(|one, other| {
                    let share = |host: usize| self.output[host] / world.output[base + host].max(f64::MIN_POSITIVE);
                    share(*one).total_cmp(&share(*other))
                });
            }
        }
        (output, by_feed, by_host)
    }

    /// Needs now and orders for a lead time later: those of the reference, unless plans, surges or full stocks change them.
    fn place_orders(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let model = trial.model;
        let links = &model.links[material];
        self.has_other_needs[material] = self.struck.orders[material];
        self.has_other_orders[material] = self.struck.orders[material];
        if self.struck.orders[material] {
            for market in links.markets.clone() {
                self.order[market] = self.ordered(trial, market, period);
            }
            self.order_refills(trial, material);
            return;
        }
        self.as_ordered_normally(trial, material, period);
        if links.has_feed {
            // Goods above what the stock is meant to hold are used before new ones are ordered.
            for market in links.markets.clone() {
                if model.markets[market].feed_cell.is_some() && self.overflow(market) > 0.0 {
                    self.order[market] = self.ordered(trial, market, period);
                    self.has_other_orders[material] = true;
                }
            }
        }
        self.order_refills(trial, material);
    }

    /// Writes a market's needs of this period and gives its order for a lead time later.
    fn ordered(&mut self, trial: &Trial<'_>, market: usize, period: usize) -> f64 {
        let Trial {
            model, world, inputs, ..
        } = *trial;
        let compiled = &model.markets[market];
        let lead = model.materials[compiled.material].lead_periods;
        let (cells, supplies) = (model.cells.len(), model.supplies.len());
        let then = (period + lead).min(model.reference_periods - 1);
        if let (0, 1, Some(cell)) = (lead, compiled.cells.len(), compiled.feed_cell) {
            // The usual processors' market.
            let mut need = 0.0;
            for &(consumer, position) in &compiled.consumers {
                need += model.supplies[consumer].inputs[position].1.of(inputs) * self.planned[consumer];
            }
            self.need[cell] = need;
            return (need - self.overflow(market)).max(0.0);
        }
        let mut order = 0.0;
        for cell in compiled.cells.clone() {
            if model.cells[cell].is_feed {
                let (mut need, mut ahead) = (0.0, 0.0);
                for &(consumer, position) in &compiled.consumers {
                    let per_tonne = model.supplies[consumer].inputs[position].1.of(inputs);
                    let planned = per_tonne * self.planned[consumer];
                    need += planned;
                    if lead > 0 {
                        let now = world.target[period * supplies + consumer];
                        let later = world.target[then * supplies + consumer];
                        // A plant that opens within the lead time orders ahead.
                        ahead += if now > 0.0 {
                            planned * (later / now)
                        } else {
                            per_tonne * later * (1.0 - self.loss[consumer])
                        };
                    }
                }
                self.need[cell] = need;
                let wanted = if lead > 0 { ahead } else { need };
                order += (wanted - self.overflow(market)).max(0.0);
            } else {
                let surge = 1.0 + self.surge[cell];
                self.need[cell] = world.need[period * cells + cell] * surge;
                order += world.need[then * cells + cell] * surge;
            }
        }
        order
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
            || links.stockpiles.iter().any(|&index| self.released[index] != 0.0);
        if stocks_moved || self.struck.changed[material] || !links.constant_stocks {
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
            && self.quotas[material].is_empty()
            && (rerouting <= 0.0
                || links.is_rigid
                || self.disturbed_months[material] == 0.0
                || self.disturbed_months[material] - model.step_months >= rerouting);
        self.stands[material] = holds && stocks_rest && !self.has_refill[material];
        self.steady[material] =
            holds && !self.substitution_moved[material] && !stocks_moved && !self.blame.has_stock_losses();
    }

    fn is_responding(&self, model: &Model, material: usize) -> bool {
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
