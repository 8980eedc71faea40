//! Trade of one material in one period: allocation against the undisrupted pattern, and the way to the buyers.

use super::allocation::{Problem, allocate};
use super::rigid::cut_alike;
use super::state::{AllocationMemory, State};
use super::step::Trial;
use super::tolerance::{DECISION, ROUNDING};
use crate::model::fours::{self, EMPTY, each};
use crate::model::{Model, World, patterns, row};

impl State {
    /// Allocates the material's supply and sends it on its way.
    pub(super) fn ship(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let Trial { model, world, .. } = *trial;
        let links = &model.links[material];
        let normal_supply = world.supply(model, material, period);
        let normal_orders = world.orders(model, material, period);
        let spare = world.has_spare[[period, material]];
        let made = self.stocks.refills.supply[links.rows.clone()]
            .iter()
            .any(|made| *made > 0.0);
        let orders = &self.stocks.refills.order[links.markets.clone()];
        let wants_refill = orders.iter().any(|order| *order > 0.0);
        self.trade.refill_flows[material].clear();
        let same = |values: &[f64], normal: &[f64], tolerance: f64| {
            values
                .iter()
                .zip(normal)
                .all(|(value, normal)| (value - normal).abs() <= tolerance * normal)
        };
        let covered = is_covered(world, model, material, period);
        // Where lanes carry less than is wanted, flexible buyers look elsewhere even without an event.
        let is_held_up = !links.is_rigid && world.capacity_binds[[period, material]];
        let has_quotas = self.has_quotas(material);
        let is_normal = |tolerance: f64| {
            !is_held_up
                && !self.trade.is_restricted[material]
                && !has_quotas
                && (!self.demand.has_other_orders[material]
                    || same(&self.demand.order[links.markets.clone()], normal_orders, tolerance))
                && if covered {
                    // More than enough supply changes no flow where all orders are met anyway.
                    self.production.supply[links.rows.clone()]
                        .iter()
                        .zip(normal_supply)
                        .all(|(supply, normal)| *supply >= normal * (1.0 - tolerance))
                } else {
                    same(&self.production.supply[links.rows.clone()], normal_supply, tolerance)
                }
        };
        let as_normal = is_normal(ROUNDING);
        // What a search upstream leaves open must not decide whether buyers go on finding other sellers.
        let is_disturbed = !as_normal && !is_normal(DECISION);
        self.trade.is_clean[material] = as_normal && !(wants_refill && (spare || made));
        if !is_disturbed {
            self.trade.disturbed_months[material] = 0.0;
        }
        if self.trade.is_clean[material] {
            if model.materials[material].lead_periods == 0 {
                for market in links.markets.clone() {
                    self.trade.arrival[market] = world.coverage[[period, market]] * self.demand.order[market];
                }
            }
        } else {
            self.trade(trial, material, period, as_normal);
            if wants_refill && (made || as_normal || self.trade.memory[material].has_unsold) {
                self.share_refills(trial, material);
            }
            if is_disturbed {
                self.trade.disturbed_months[material] += model.step_months;
            }
        }
        self.move_shipments(trial, material, period);
        self.find_premiums(trial, material, period);
    }

    /// Makes sure that the undisrupted pattern of a period is at hand, with its sums.
    pub(super) fn know_pattern(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let Trial { model, world, .. } = *trial;
        let known = self.trade.memory[material].pattern;
        if known.is_some_and(|known| patterns::is_same(model, world, material, known, period)) {
            return;
        }
        let normal = &mut self.trade.normal[material];
        patterns::pattern(model, world, material, period, &mut self.trade.pattern_memory, normal);
        let memory = &mut self.trade.memory[material];
        memory.pattern = Some(period);
        memory.is_known = false;
        let columns = model.materials[material].columns.len();
        add_rows(normal, columns, &mut memory.normal_rows);
        memory.normal_columns.resize(columns, 0.0);
        add_columns(normal, &mut memory.normal_columns);
    }

    /// Flows of a material whose trade differs from the reference.
    fn trade(&mut self, trial: &Trial<'_>, material: usize, period: usize, as_normal: bool) {
        let Trial {
            model, world, inputs, ..
        } = *trial;
        let compiled = &model.materials[material];
        let links = &model.links[material];
        self.know_pattern(trial, material, period);
        let flexibility = compiled.flexibility.map(|limit| {
            let rerouting = compiled.rerouting_months.of(inputs);
            let from = self.trade.disturbed_months[material];
            1.0 + (limit.of(inputs) - 1.0) * mean_rise(from, from + model.step_months, rerouting)
        });
        // Refills may go beyond flexibility.
        let reach = flexibility.filter(|_| !self.stocks.refills.reached[material]);
        self.gather_limits(trial, material, period, reach.unwrap_or(f64::INFINITY));
        let problem = Problem {
            supply: &self.production.supply[links.rows.clone()],
            orders: &self.demand.order[links.markets.clone()],
            normal_orders: world.orders(model, material, period),
            normal: &self.trade.normal[material],
            openness: &self.trade.openness[material],
            is_restricted: self.trade.is_restricted[material],
            quotas: self.trade.limits.list(),
            flexibility,
            domestic: &compiled.domestic,
            domestic_first: compiled.domestic_first,
        };
        let memory = &mut self.trade.memory[material];
        if as_normal {
            // Only refills differ from the pattern: the pattern itself is the answer.
            self.trade.flows[material].clone_from(&self.trade.normal[material]);
            memory.sent_rows.clone_from(&memory.normal_rows);
            memory.is_known = false;
        } else if !memory.answers(&problem) {
            // An answer is of use where the same problem can come again.
            memory.is_known = false;
            if period + 1 < model.periods && patterns::is_same(model, world, material, period, period + 1) {
                memory.remember(&problem);
            }
            let flows = &mut self.trade.flows[material];
            let sums = (memory.normal_rows.as_slice(), memory.normal_columns.as_slice());
            if !cut_alike(&problem, sums, flows) {
                allocate(&problem, &mut self.trade.workspace, &mut memory.factors, flows);
            }
            add_rows(flows, problem.orders.len(), &mut memory.sent_rows);
            let sellers = problem.supply.iter().zip(&memory.sent_rows);
            memory.has_unsold = sellers.fold(false, |any, (supply, sent)| any | (supply - sent > DECISION * supply));
        }
    }

    /// Writes this period's shipments into the pipeline and reads what arrives.
    fn move_shipments(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let Trial { model, world, .. } = *trial;
        let compiled = &model.materials[material];
        let markets = model.links[material].markets.clone();
        let lead = compiled.lead_periods;
        let clean = self.trade.is_clean[material];
        if clean {
            self.trade.sent[markets.clone()].fill(0.0);
        } else {
            add_columns(&self.trade.flows[material], &mut self.trade.sent[markets.clone()]);
        }
        let has_refill = !self.trade.refill_flows[material].is_empty();
        if has_refill {
            self.stocks.refill_sent.resize(markets.len(), 0.0);
            add_columns(&self.trade.refill_flows[material], &mut self.stocks.refill_sent);
        }
        if lead == 0 {
            if !clean {
                self.trade.arrival[markets.clone()].copy_from_slice(&self.trade.sent[markets.clone()]);
            }
            if has_refill {
                for (column, market) in markets.enumerate() {
                    let refill = self.stocks.refill_sent[column];
                    if refill > 0.0 {
                        self.receive_refill(trial, market, refill);
                    }
                }
            }
            return;
        }
        let columns = compiled.columns.len();
        let slot = period % lead;
        let written = self.trade.pipeline[material].holds(period);
        for (column, market) in markets.enumerate() {
            let at = slot * columns + column;
            let pipeline = &mut self.trade.pipeline[material];
            let (arrival, refill_arrival) = if written {
                (pipeline.sent[at], pipeline.refill[at])
            } else {
                (world.arrival[[period, market]], 0.0)
            };
            self.trade.arrival[market] = arrival;
            if !clean {
                let refill = if has_refill {
                    self.stocks.refill_sent[column]
                } else {
                    0.0
                };
                pipeline.sent[at] = self.trade.sent[market];
                pipeline.refill[at] = refill;
                self.stocks.refill_in_transit[market] += refill;
            }
            self.stocks.refill_in_transit[market] = (self.stocks.refill_in_transit[market] - refill_arrival).max(0.0);
            if refill_arrival > 0.0 {
                self.receive_refill(trial, market, refill_arrival);
            }
        }
        if !clean {
            self.trade.pipeline[material].written[slot] = period + 1;
        }
    }
}

impl AllocationMemory {
    /// Whether the last answer is the answer to this problem; the pattern is known to be the same.
    fn answers(&self, problem: &Problem<'_>) -> bool {
        self.is_known
            && problem.quotas.is_empty()
            && self.flexibility == problem.flexibility
            && self.supply == problem.supply
            && self.orders == problem.orders
            && if problem.is_restricted {
                self.openness == problem.openness
            } else {
                self.openness.is_empty()
            }
    }

    fn remember(&mut self, problem: &Problem<'_>) {
        self.is_known = problem.quotas.is_empty();
        self.flexibility = problem.flexibility;
        for (kept, values) in [
            (&mut self.supply, problem.supply),
            (&mut self.orders, problem.orders),
            (&mut self.openness, problem.openness),
        ] {
            kept.clear();
            kept.extend_from_slice(values);
        }
        if !problem.is_restricted {
            self.openness.clear();
        }
    }
}

/// Sums of the columns of row-major flows.
fn add_columns(flows: &[f64], sums: &mut [f64]) {
    let columns = sums.len().max(1);
    let (fours, rest) = sums.as_chunks_mut::<4>();
    let first_of_rest = 4 * fours.len();
    for (number, sums) in fours.iter_mut().enumerate() {
        *sums = EMPTY;
        for line in flows.chunks_exact(columns) {
            let flows = &line.as_chunks::<4>().0[number];
            *sums = each(|at| sums[at] + flows[at]);
        }
    }
    for (sum, column) in rest.iter_mut().zip(first_of_rest..) {
        *sum = flows.iter().skip(column).step_by(columns).sum();
    }
}

/// Sums of the rows of row-major flows.
fn add_rows(flows: &[f64], columns: usize, sums: &mut Vec<f64>) {
    sums.clear();
    sums.extend(flows.chunks_exact(columns.max(1)).map(fours::total));
}

/// Whether all undisrupted orders of a material are covered in a period.
fn is_covered(world: &World, model: &Model, material: usize, period: usize) -> bool {
    let markets = &model.links[material].markets;
    world.is_balanced[material]
        || row(&world.coverage, period)[markets.clone()]
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
