//! After deliveries: price index, value exposed, substitution, and producers' lagged response to prices.

use super::state::State;
use super::step::Trial;
use super::tolerance::{GONE, NORMAL_PRICE};
use crate::model::Model;

/// Price index that a served share of orders implies: share^(-1 / |elasticity|), capped. The gap is what price would have to destroy.
pub fn price_index(served: f64, demand_elasticity: f64, cap: f64) -> f64 {
    if served >= 1.0 {
        1.0
    } else if served <= 0.0 {
        cap
    } else {
        libm::pow(served, 1.0 / demand_elasticity).min(cap)
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
    // The price index of above, from one logarithm.
    let logarithm = libm::log(served.max(0.0));
    let peak = |elasticity: f64| libm::exp(logarithm / elasticity).min(material.price_cap);
    if elasticity == least && elasticity == most {
        return [peak(elasticity); 3];
    }
    [elasticity, least, most].map(peak)
}

/// A level that moves towards another, by at most so much.
fn moved(level: f64, towards: f64, most: f64) -> f64 {
    level + (towards - level).clamp(-most, most)
}

/// Its mean on the way, which is taken at an even speed: so nothing depends on how long a period is.
pub(super) fn mean_on_the_way(level: f64, towards: f64, most: f64) -> f64 {
    let distance = (towards - level).abs();
    if distance <= 0.0 || most <= 0.0 {
        return level;
    }
    let there = moved(level, towards, most);
    let on_the_way = (distance / most).min(1.0);
    there + 0.5 * on_the_way * (level - there)
}

impl State {
    /// What each cell of a material's markets is left with: feed at hand, adaptation, value exposed, price.
    pub(super) fn settle(&mut self, trial: &Trial<'_>, material: usize) {
        let model = trial.model;
        let links = &model.links[material];
        let priced = self.traced || links.responds;
        let mut any_missing = false;
        for market in links.markets.clone() {
            let (mut need, mut short) = (0.0, 0.0);
            for cell in model.markets[market].cells.clone() {
                any_missing |= self.demand.missing[cell] > 0.0;
                need += self.demand.need[cell];
                short += self.demand.shortfall[cell];
                self.settle_cell(trial, cell);
            }
            if let Some(feed) = model.markets[market].feed_cell {
                self.production.feed_available[market] = self.demand.need[feed] - self.demand.shortfall[feed];
                self.struck.feed[material] |= self.demand.shortfall[feed] > 0.0;
            }
            self.prices.index[market] = 1.0;
            if short > 0.0 || self.prices.premium[market] > 0.0 {
                let served = if short > 0.0 { 1.0 - short / need } else { 1.0 };
                self.note_peak(trial, material, market, served);
                if priced {
                    self.prices.index[market] = self.price_with_premium(trial, material, market, served);
                }
            }
        }
        if any_missing {
            self.short.push(material);
        }
    }

    /// Price index of a market where so much of its need is short.
    pub(super) fn price_now(&self, trial: &Trial<'_>, material: usize, short: f64, need: f64) -> f64 {
        if short <= 0.0 {
            return 1.0;
        }
        let compiled = &trial.model.materials[material];
        let elasticity = compiled.demand_elasticity.of(trial.inputs);
        price_index(1.0 - short / need, elasticity, compiled.price_cap)
    }

    /// Substitution, and what it leaves unmet.
    fn settle_cell(&mut self, trial: &Trial<'_>, index: usize) {
        let Trial { model, inputs, .. } = *trial;
        let cell = &model.cells[index];
        let shortfall = self.demand.shortfall[index];
        let mut adapted = 0.0;
        let start = self.demand.substitution_start[index];
        for (entry, &(maximum, per_year)) in cell.substitutions.iter().enumerate() {
            let level = &mut self.demand.substitution[start + entry];
            // It grows while the shortage lasts and falls back at the same speed.
            let change = per_year.of(inputs) * model.step_years();
            let towards = if shortfall > 0.0 { maximum.of(inputs) } else { 0.0 };
            let next = moved(*level, towards, change);
            adapted += mean_on_the_way(*level, towards, change);
            *level = next;
        }
        let unmet = (shortfall - adapted * self.demand.need[index]).max(0.0);
        self.demand.unmet[index] = unmet;
        self.demand.exposed[index] = match cell.value_added {
            Some(value) if unmet > 0.0 => {
                let lost = 1.0 - cell.substitutability.of(inputs);
                value.of(inputs) * model.step_years() * unmet / self.demand.need[index] * lost
            }
            _ => 0.0,
        };
    }

    /// Producers outside the disruption move their output towards what the expected price calls for, within their ramp.
    pub(super) fn adapt(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let model = trial.model;
        if model.links[material].responds {
            self.expect_prices(trial, material);
            self.respond(trial, material, period);
        }
    }

    /// What each exporter comes to expect of the price.
    fn expect_prices(&mut self, trial: &Trial<'_>, material: usize) {
        let compiled = &trial.model.materials[material];
        let columns = compiled.columns.len();
        let prices = &self.prices.index[compiled.first_market..compiled.first_market + columns];
        let any_price = prices.iter().any(|price| *price > 1.0);
        for row in 0..compiled.rows.len() {
            let at = compiled.first_row + row;
            let mut observed = 1.0;
            if any_price && !self.trade.is_clean[material] {
                // A seller sees the prices of its buyers, in proportion to what it sells to them; one that sells nothing sees those of the
                // buyers that it could reach.
                let line = row * columns..(row + 1) * columns;
                let (mut weights, mut sum) = (0.0, 0.0);
                for (flow, price) in self.trade.flows[material][line.clone()].iter().zip(prices) {
                    weights += flow;
                    sum += flow * price;
                }
                if weights <= 0.0 {
                    let lanes = self.trade.normal[material][line.clone()]
                        .iter()
                        .zip(&self.trade.openness[material][line]);
                    for ((normal, openness), price) in lanes.zip(prices) {
                        weights += normal * openness;
                        sum += normal * openness * price;
                    }
                }
                if weights > 0.0 {
                    observed = sum / weights;
                }
            } else if any_price {
                // Undisturbed trade in a period with a gap (structural, or of earlier shipments): the market's mean price.
                let markets = compiled.first_market..compiled.first_market + columns;
                let orders = &self.demand.order[markets];
                let total: f64 = orders.iter().sum();
                if total > 0.0 {
                    observed = orders
                        .iter()
                        .zip(prices)
                        .map(|(order, price)| order * price)
                        .sum::<f64>()
                        / total;
                }
            }
            if observed > 1.0 || self.prices.expectation[at] > 0.0 {
                let gap = libm::log(observed) - self.prices.expectation[at];
                let expectation = self.prices.expectation[at] + compiled.price_adjustment * gap;
                self.prices.expectation[at] = if observed <= NORMAL_PRICE && expectation < GONE {
                    0.0
                } else {
                    expectation
                };
            }
        }
    }

    /// Moves extra output towards what the expected price calls for.
    fn respond(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let Trial {
            model, world, inputs, ..
        } = *trial;
        for &index in &model.materials[material].supplies {
            let supply = &model.supplies[index];
            let expectation = self.prices.expectation[model.materials[material].first_row + supply.row];
            if expectation == 0.0 && self.production.extra[index] == 0.0 {
                continue;
            }
            let capacity = world.capacity[[period, index]];
            let mut wanted = 0.0;
            if capacity > 0.0 && self.production.loss[index] == 0.0 && supply.recycling.is_none() {
                let planned = world.target[[period, index]] / capacity;
                let response = libm::expm1(supply.elasticity.of(inputs) * expectation);
                wanted = (planned * response).min(1.0 - planned).max(0.0);
            }
            let most = supply.ramp_per_month.of(inputs) * model.step_months;
            let extra = moved(self.production.extra[index], wanted, most);
            self.production.extra[index] = if wanted == 0.0 && extra < GONE { 0.0 } else { extra };
            self.production.extra_wanted[index] = wanted;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{mean_on_the_way, price_index};

    #[test]
    fn a_level_has_its_mean_on_the_way() {
        assert_eq!(mean_on_the_way(0.0, 0.5, 0.25), 0.125);
        assert_eq!(mean_on_the_way(0.25, 0.5, 0.25), 0.375);
        // Half the period on the way, half of it there.
        assert_eq!(mean_on_the_way(0.25, 0.5, 0.5), 0.4375);
        assert_eq!(mean_on_the_way(0.5, 0.0, 0.25), 0.375);
        assert_eq!(mean_on_the_way(0.5, 0.5, 0.25), 0.5);
        assert_eq!(mean_on_the_way(0.5, 0.7, 0.0), 0.5);
    }

    #[test]
    fn price_follows_the_gap_and_stops_at_the_cap() {
        assert_eq!(price_index(1.0, -0.2, 10.0), 1.0);
        assert!((price_index(0.7746, -0.2, 10.0) - 3.586).abs() < 1e-3);
        assert_eq!(price_index(0.5, -0.2, 10.0), 10.0);
        assert_eq!(price_index(0.0, -0.2, 10.0), 10.0);
    }
}
