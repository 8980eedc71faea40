//! One period of one trial: effects, planned output, then material by material from upstream to downstream.

use super::allocation::{Problem, Quota, allocate, allocate_extra};
use super::severity::{Severities, combine};
use super::state::State;
use crate::model::{EffectModel, Model, World, patterns};
use crate::scenario::Overlap;

/// Relative difference below which a quantity equals the reference.
const SAME: f64 = 1e-12;

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
    /// Simulates a period in full.
    pub fn step(&mut self, trial: &Trial<'_>, period: usize) {
        self.apply_effects(trial, period);
        self.plan(trial, period);
        self.feed_used.fill(0.0);
        self.stock_change.fill(0.0);
        self.released.fill(0.0);
        for &material in &trial.model.order {
            self.produce(trial, material, period);
            self.place_orders(trial, material, period);
            self.ship(trial, material, period);
            self.serve(trial, material, period);
            self.release_stockpiles(trial, material, period);
            self.settle(trial, material, period);
            self.attribute(trial, material, period);
        }
        self.return_feed(trial.model);
        self.adapt(trial, period);
        self.note_output(trial, period);
        self.at_rest = self.is_at_rest(trial, period);
    }

    /// Turns the period's severities into losses, cost increases, surges, lane restrictions and quotas.
    fn apply_effects(&mut self, trial: &Trial<'_>, period: usize) {
        let Trial { model, severities, .. } = *trial;
        self.loss.fill(0.0);
        self.cost.fill(0.0);
        self.surge.fill(0.0);
        for material in 0..model.materials.len() {
            if self.is_restricted[material] {
                self.openness[material].fill(1.0);
                self.is_restricted[material] = false;
            }
            self.quotas[material].clear();
        }
        self.blame.begin_period();
        if !severities.any(period) {
            return;
        }
        let overlap = model.overlap;
        for &event in &severities.struck {
            let severity = severities.of(event, period);
            if severity <= 0.0 {
                continue;
            }
            match &model.events[event].effect {
                EffectModel::Production(supplies) => {
                    for &(supply, cause) in supplies {
                        self.loss[supply] = combine(overlap, self.loss[supply], severity, false);
                        self.blame.supply_hit(supply, cause, severity);
                    }
                }
                EffectModel::Cost(supplies) => {
                    for &(supply, cause) in supplies {
                        self.cost[supply] = combine(overlap, self.cost[supply], severity, true);
                        // What the cost takes from the target: comparable with a loss of capacity.
                        let elasticity = model.supplies[supply].elasticity.of(trial.inputs);
                        self.blame
                            .supply_hit(supply, cause, 1.0 - libm::pow(1.0 + severity, -elasticity));
                    }
                }
                EffectModel::Surge(cells) => {
                    for &(cell, cause) in cells {
                        self.surge[cell] = combine(overlap, self.surge[cell], severity, true);
                        self.blame.surge_hit(cell, cause, severity);
                    }
                }
                EffectModel::Lanes(effects) => {
                    for (position, effect) in effects.iter().enumerate() {
                        self.is_restricted[effect.material] = true;
                        let lanes = &mut self.openness[effect.material];
                        for &lane in &effect.lanes {
                            lanes[lane] = 1.0 - combine(overlap, 1.0 - lanes[lane], severity, false);
                        }
                        self.blame
                            .lane_hit(effect.material, event, position, effect.cause, severity);
                    }
                }
                EffectModel::Quota(effects) => {
                    for (position, effect) in effects.iter().enumerate() {
                        // The limit is a share of normal flows; it is turned into tonnes when the pattern is known.
                        add_quota(&mut self.quotas[effect.material], &effect.lanes, severity, overlap);
                        self.blame
                            .lane_hit(effect.material, event, position, effect.cause, severity);
                    }
                }
                EffectModel::Stock { markets, stockpiles } => {
                    for &(market, cause) in markets {
                        let lost = self.commercial[market] * severity.min(1.0);
                        self.commercial[market] -= lost;
                        self.blame.stock_lost(market, cause, lost);
                    }
                    for &(stockpile, cause) in stockpiles {
                        let lost = self.stockpile[stockpile] * severity.min(1.0);
                        self.stockpile[stockpile] -= lost;
                        let owners = &model.stockpiles[stockpile].owners;
                        let orders = |market: usize| trial.world.start_orders_per_year[market];
                        let total: f64 = owners.iter().map(|&market| orders(market)).sum();
                        for &market in owners {
                            let share = if total > 0.0 {
                                orders(market) / total
                            } else {
                                1.0 / owners.len() as f64
                            };
                            self.blame.stock_lost(market, cause, share * lost);
                        }
                    }
                }
            }
        }
    }

    /// Planned output: what capacity allows of the target, which prices may have raised and costs lowered.
    fn plan(&mut self, trial: &Trial<'_>, period: usize) {
        let Trial {
            model, world, inputs, ..
        } = *trial;
        let base = period * model.supplies.len();
        for (index, supply) in model.supplies.iter().enumerate() {
            let capacity = world.capacity[base + index];
            let mut target = world.target[base + index];
            if self.extra[index] > 0.0 {
                // The undisrupted plan may have risen since: capacity is the limit.
                target = (target + self.extra[index] * capacity).min(capacity);
            }
            if self.cost[index] > 0.0 {
                target *= libm::pow(1.0 + self.cost[index], -supply.elasticity.of(inputs));
            }
            self.planned[index] = if self.loss[index] > 0.0 {
                target.min((1.0 - self.loss[index]) * capacity)
            } else {
                target
            };
        }
        for &index in &model.supply_order {
            let hosts = &model.supplies[index].hosts;
            if !hosts.is_empty() {
                let limit: f64 = hosts
                    .iter()
                    .map(|&(host, ratio)| ratio.of(inputs) * self.planned[host])
                    .sum();
                self.planned[index] = self.planned[index].min(limit);
            }
        }
    }

    /// Actual output of a material's supplies: planned, unless feed or a host's output is short.
    fn produce(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let Trial {
            model, world, inputs, ..
        } = *trial;
        let compiled = &model.materials[material];
        self.supply[compiled.first_row..compiled.first_row + compiled.rows.len()].fill(0.0);
        let base = period * model.supplies.len();
        for &index in &compiled.supplies {
            let supply = &model.supplies[index];
            let planned = self.planned[index];
            let mut output = planned;
            let mut limited_by_feed = None;
            let mut limited_by_host = None;
            for &(market, _) in &supply.inputs {
                let Some(feed) = model.markets[market].feed_cell else {
                    continue;
                };
                if self.feed_available[market] < self.need[feed] {
                    let limit = planned * self.feed_available[market] / self.need[feed];
                    if limit < output {
                        output = limit;
                        limited_by_feed = Some(market);
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
                    limited_by_host = supply.hosts.iter().map(|&(host, _)| host).min_by(|one, other| {
                        let share = |host: usize| self.output[host] / world.output[base + host].max(f64::MIN_POSITIVE);
                        share(*one).total_cmp(&share(*other))
                    });
                }
            }
            for &(market, per_tonne) in &supply.inputs {
                self.feed_used[market] += per_tonne.of(inputs) * output;
            }
            self.output[index] = output;
            self.supply[compiled.first_row + supply.row] += output;
            let lost = world.output[base + index] - output;
            if lost > SAME * world.output[base + index] {
                self.blame.output_lost(
                    trial.model,
                    index,
                    lost,
                    planned - output,
                    limited_by_feed,
                    limited_by_host,
                );
            }
        }
    }

    /// Needs now and orders for a lead time later.
    fn place_orders(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let Trial {
            model, world, inputs, ..
        } = *trial;
        let compiled = &model.materials[material];
        let lead = compiled.lead_periods;
        let (cells, supplies) = (model.cells.len(), model.supplies.len());
        let then = (period + lead).min(model.reference_periods - 1);
        for market in compiled.first_market..compiled.first_market + compiled.columns.len() {
            let mut order = 0.0;
            for cell in model.markets[market].cells.clone() {
                if model.cells[cell].is_feed {
                    let (mut need, mut ahead) = (0.0, 0.0);
                    for &(consumer, position) in &model.markets[market].consumers {
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
                    // Goods above what the stock is meant to hold are used before new ones are ordered.
                    let wanted = if lead > 0 { ahead } else { need };
                    order += (wanted - self.overflow(trial, market, period)).max(0.0);
                } else {
                    let surge = 1.0 + self.surge[cell];
                    self.need[cell] = world.need[period * cells + cell] * surge;
                    order += world.need[then * cells + cell] * surge;
                }
            }
            self.order[market] = order;
            self.refill_order[market] = 0.0;
        }
        self.order_refills(trial, material, period);
    }

    /// Allocates the material's supply and sends it on its way.
    fn ship(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let Trial {
            model, world, inputs, ..
        } = *trial;
        let compiled = &model.materials[material];
        let rows = compiled.first_row..compiled.first_row + compiled.rows.len();
        let markets = compiled.first_market..compiled.first_market + compiled.columns.len();
        let normal_supply = world.supply(model, material, period);
        let normal_orders = world.orders(model, material, period);
        let same = |values: &[f64], normal: &[f64]| {
            values
                .iter()
                .zip(normal)
                .all(|(value, normal)| (value - normal).abs() <= SAME * normal)
        };
        let has_spare = || {
            let covered: f64 = normal_orders
                .iter()
                .enumerate()
                .map(|(column, order)| order * world.coverage[period * model.markets.len() + markets.start + column])
                .sum();
            normal_supply.iter().sum::<f64>() > covered * (1.0 + SAME)
        };
        let wants_refill = self.refill_order[markets.clone()].iter().any(|order| *order > 0.0);
        self.refill_flows[material].clear();
        let as_normal = !self.is_restricted[material]
            && self.quotas[material].is_empty()
            && same(&self.order[markets.clone()], normal_orders)
            && if is_covered(world, model, period, &markets) {
                // More than enough supply changes no flow where all orders are met anyway.
                self.supply[rows.clone()]
                    .iter()
                    .zip(normal_supply)
                    .all(|(supply, normal)| *supply >= normal * (1.0 - SAME))
            } else {
                same(&self.supply[rows.clone()], normal_supply)
            };
        self.is_clean[material] = as_normal && !(wants_refill && has_spare());
        let lead = compiled.lead_periods;
        if as_normal {
            self.disturbed_months[material] = 0.0;
        }
        if self.is_clean[material] {
            if lead == 0 {
                let base = period * model.markets.len();
                for market in markets.clone() {
                    self.arrival[market] = world.coverage[base + market] * self.order[market];
                }
            }
        } else {
            patterns::pattern(
                model,
                world,
                material,
                period,
                &mut self.pattern_memory,
                &mut self.normal[material],
            );
            self.scale_quotas(material);
            let flexibility = compiled.flexibility.map(|limit| {
                let rerouting = compiled.rerouting_months.of(inputs);
                let from = self.disturbed_months[material];
                1.0 + (limit.of(inputs) - 1.0) * mean_rise(from, from + model.step_months, rerouting)
            });
            if !as_normal {
                self.disturbed_months[material] += model.step_months;
            }
            let problem = Problem {
                supply: &self.supply[rows.clone()],
                orders: &self.order[markets.clone()],
                normal_orders,
                normal: &self.normal[material],
                openness: &self.openness[material],
                is_restricted: self.is_restricted[material],
                quotas: &self.quotas[material],
                flexibility,
                domestic: &compiled.domestic,
                domestic_first: compiled.domestic_first,
            };
            // Only refills differ from the pattern: the pattern itself is the answer.
            if as_normal {
                self.flows[material].clone_from(&self.normal[material]);
            } else {
                allocate(
                    &problem,
                    &mut self.workspace,
                    &mut self.factors[material],
                    &mut self.flows[material],
                );
            }
            if wants_refill {
                allocate_extra(
                    &problem,
                    &self.refill_order[markets.clone()],
                    &mut self.workspace,
                    &self.flows[material],
                    &mut self.refill_flows[material],
                );
            }
        }
        self.move_shipments(trial, material, period);
    }

    /// Writes this period's shipments into the pipeline and reads what arrives.
    fn move_shipments(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let Trial { model, world, .. } = *trial;
        let compiled = &model.materials[material];
        let columns = compiled.columns.len();
        let lead = compiled.lead_periods;
        let slot = if lead > 0 { period % lead } else { 0 };
        for column in 0..columns {
            let market = compiled.first_market + column;
            let total = |flows: &[f64]| -> f64 {
                if flows.is_empty() {
                    0.0
                } else {
                    (0..compiled.rows.len()).map(|row| flows[row * columns + column]).sum()
                }
            };
            let clean = self.is_clean[material];
            let sent = if clean { 0.0 } else { total(&self.flows[material]) };
            self.sent[market] = sent;
            let refill = total(&self.refill_flows[material]);
            let mut refill_arrival = refill;
            if lead == 0 {
                if !clean {
                    self.arrival[market] = sent;
                }
            } else {
                let at = slot * columns + column;
                let written = self.pipeline[material].written[slot] == period - period.min(lead) + 1 && period >= lead;
                refill_arrival = if written {
                    self.pipeline[material].refill[at]
                } else {
                    0.0
                };
                self.arrival[market] = if written {
                    self.pipeline[material].sent[at]
                } else {
                    world.arrival[period * model.markets.len() + market]
                };
                if !clean {
                    self.pipeline[material].sent[at] = sent;
                    self.pipeline[material].refill[at] = refill;
                    self.refill_in_transit[market] += refill;
                }
                self.refill_in_transit[market] = (self.refill_in_transit[market] - refill_arrival).max(0.0);
            }
            if refill_arrival > 0.0 {
                self.receive_refill(trial, market, refill_arrival, period);
            }
        }
        if lead > 0 && !self.is_clean[material] {
            self.pipeline[material].written[slot] = period + 1;
        }
    }

    /// Turns quota shares into tonnes of the period's normal flows.
    fn scale_quotas(&mut self, material: usize) {
        let normal = &self.normal[material];
        for quota in &mut self.quotas[material] {
            quota.limit *= quota.lanes.iter().map(|&lane| normal[lane]).sum::<f64>();
        }
    }

    fn note_output(&mut self, trial: &Trial<'_>, period: usize) {
        let base = period * trial.model.supplies.len();
        for (index, output) in self.output.iter().enumerate() {
            let difference = output - trial.world.output[base + index];
            self.output_difference[index] += difference;
            if difference < 0.0 {
                self.lost_output[index] -= difference;
            }
        }
    }

    /// Whether nothing differs any more from the undisrupted reference.
    fn is_at_rest(&self, trial: &Trial<'_>, period: usize) -> bool {
        let Trial {
            model,
            world,
            severities,
            ..
        } = *trial;
        world.balanced
            && !severities.any(period)
            && self.is_clean.iter().all(|clean| *clean)
            && self.extra.iter().all(|extra| *extra == 0.0)
            && self.expectation.iter().all(|expectation| *expectation == 0.0)
            && self.substitution.iter().all(|level| *level == 0.0)
            && self.pipeline.iter().zip(&model.materials).all(|(pipeline, material)| {
                // A slot that is still to arrive was written within the last lead periods.
                pipeline
                    .written
                    .iter()
                    .all(|&written| written == 0 || written + material.lead_periods <= period + 1)
            })
            && self.stocks_rest(model, world, period)
    }
}

/// Whether all undisrupted orders of these markets are covered in a period.
fn is_covered(world: &World, model: &Model, period: usize, markets: &std::ops::Range<usize>) -> bool {
    let base = period * model.markets.len();
    world.coverage[base + markets.start..base + markets.end]
        .iter()
        .all(|share| *share >= 1.0)
}

/// Mean of a rise from 0 (at time 0) to 1 (after `rise`) over `from..to`; 1 where `rise` is 0.
fn mean_rise(from: f64, to: f64, rise: f64) -> f64 {
    if rise <= 0.0 || from >= rise {
        return 1.0;
    }
    let integral = |time: f64| {
        if time < rise {
            0.5 * time * time / rise
        } else {
            time - 0.5 * rise
        }
    };
    (integral(to) - integral(from)) / (to - from)
}

/// Adds a quota on an exporter's lanes. Quotas that share lanes cut each other up: each set of lanes under the same quotas has a limit of its own,
/// with their combined severity.
fn add_quota(quotas: &mut Vec<Quota>, lanes: &[usize], severity: f64, overlap: Overlap) {
    let mut left = lanes.to_vec();
    for index in 0..quotas.len() {
        let (shared, rest): (Vec<usize>, Vec<usize>) = quotas[index].lanes.iter().partition(|lane| left.contains(lane));
        if shared.is_empty() {
            continue;
        }
        left.retain(|lane| !shared.contains(lane));
        let limit = 1.0 - combine(overlap, 1.0 - quotas[index].limit, severity, false);
        if rest.is_empty() {
            quotas[index].limit = limit;
        } else {
            quotas[index].lanes = rest;
            quotas.push(Quota { lanes: shared, limit });
        }
    }
    if !left.is_empty() {
        quotas.push(Quota {
            lanes: left,
            limit: 1.0 - severity.min(1.0),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_quotas_cut_each_other_up() {
        let mut quotas = Vec::new();
        add_quota(&mut quotas, &[1, 2, 3], 0.2, Overlap::Multiply);
        add_quota(&mut quotas, &[1, 7], 0.5, Overlap::Multiply);
        let limit = |lane: usize| {
            quotas
                .iter()
                .find(|quota| quota.lanes.contains(&lane))
                .map(|quota| quota.limit)
        };
        assert!((limit(1).unwrap() - 0.4).abs() < 1e-12);
        assert!((limit(2).unwrap() - 0.8).abs() < 1e-12 && limit(2) == limit(3));
        assert!((limit(7).unwrap() - 0.5).abs() < 1e-12);
        assert_eq!(quotas.iter().map(|quota| quota.lanes.len()).sum::<usize>(), 4);
    }
}
