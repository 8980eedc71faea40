//! The period's severities turned into losses, cost increases, surges, lane restrictions, quotas and destroyed stock.

use super::allocation::Quota;
use super::limits::TonnageQuota;
use super::severity::combine;
use super::state::{State, Struck};
use super::step::Trial;
use crate::model::{EffectModel, LaneEffect, Model};
use crate::scenario::Overlap;

impl State {
    /// Applies the period's severities and notes which materials they reach.
    pub(super) fn apply_effects(&mut self, trial: &Trial<'_>, period: usize) {
        self.forget_effects();
        let severities = trial.severities;
        for &event in &severities.struck {
            let severity = severities.of(event, period);
            if severity > 0.0 {
                self.apply(trial, event, severity);
            }
        }
    }

    /// Removes the effects of the period before.
    fn forget_effects(&mut self) {
        let Struck {
            trade, supplies, cells, ..
        } = &mut self.struck;
        for supply in supplies.drain(..) {
            (self.production.loss[supply], self.production.cost[supply]) = (0.0, 0.0);
        }
        for cell in cells.drain(..) {
            self.demand.surge[cell] = 0.0;
        }
        // Only trade that was struck has restrictions.
        let lanes = self
            .trade
            .is_restricted
            .iter_mut()
            .zip(&mut self.trade.openness)
            .zip(&mut self.trade.quotas);
        for (((restricted, openness), quotas), _) in lanes.zip(trade.iter()).filter(|(_, struck)| **struck) {
            if std::mem::take(restricted) {
                openness.fill(1.0);
            }
            for quota in quotas.drain(..) {
                self.trade.quota_pool.push(quota.lanes);
            }
        }
        self.trade.tonnage.clear();
        for flags in self.struck.of_period() {
            flags.fill(false);
        }
        self.blame.begin_period();
    }

    fn apply(&mut self, trial: &Trial<'_>, event: usize, severity: f64) {
        let model = trial.model;
        let overlap = model.overlap;
        match &model.events[event].effect {
            EffectModel::Production(supplies) => {
                for &(supply, cause) in supplies {
                    self.production.loss[supply] = combine(overlap, self.production.loss[supply], severity, false);
                    self.strike_supply(trial, supply);
                    self.blame.supply_hit(model, supply, cause, severity);
                }
            }
            EffectModel::Cost(supplies) => {
                for &(supply, cause) in supplies {
                    self.production.cost[supply] = combine(overlap, self.production.cost[supply], severity, true);
                    self.strike_supply(trial, supply);
                    // What the cost takes from the target: comparable with a loss of capacity.
                    let elasticity = model.supplies[supply].elasticity.of(trial.inputs);
                    self.blame
                        .supply_hit(model, supply, cause, 1.0 - libm::pow(1.0 + severity, -elasticity));
                }
            }
            EffectModel::Surge(cells) => {
                for &(cell, cause) in cells {
                    self.demand.surge[cell] = combine(overlap, self.demand.surge[cell], severity, true);
                    self.struck.cells.push(cell);
                    self.struck.orders[model.markets[model.cells[cell].market].material] = true;
                    self.blame.surge_hit(model, cell, cause, severity);
                }
            }
            EffectModel::Lanes(effects) => {
                for (position, effect) in effects.iter().enumerate() {
                    self.trade.is_restricted[effect.material] = true;
                    let lanes = &mut self.trade.openness[effect.material];
                    for &lane in &effect.lanes {
                        lanes[lane] = 1.0 - combine(overlap, 1.0 - lanes[lane], severity, false);
                    }
                    self.strike_trade(model, (event, position), effect, severity);
                }
            }
            EffectModel::Quota(effects) => {
                for (position, effect) in effects.iter().enumerate() {
                    if effect.tonnes_per_year.is_some() {
                        self.struck.trade[effect.material] = true;
                        // What it takes away is known when the pattern is.
                        self.trade.tonnage.push(TonnageQuota {
                            material: effect.material,
                            event,
                            position,
                            in_force: severity,
                        });
                        continue;
                    }
                    // The limit is a share of normal flows; it is turned into tonnes when the pattern is known.
                    let quotas = &mut self.trade.quotas[effect.material];
                    add_quota(quotas, &mut self.trade.quota_pool, &effect.lanes, severity, overlap);
                    self.strike_trade(model, (event, position), effect, severity);
                }
            }
            EffectModel::Stock { markets, stockpiles } => {
                for &(market, cause) in markets {
                    let lost = self.stocks.commercial[market] * severity.min(1.0);
                    self.stocks.commercial[market] -= lost;
                    let material = model.markets[market].material;
                    self.struck.trade[material] = true;
                    self.blame.stock_lost(model, market, cause, lost);
                }
                for &(stockpile, cause) in stockpiles {
                    self.destroy_stockpile(trial, stockpile, cause, severity);
                }
            }
        }
    }

    fn strike_supply(&mut self, trial: &Trial<'_>, supply: usize) {
        self.struck.supplies.push(supply);
        self.struck.plan[trial.model.supplies[supply].material] = true;
    }

    fn strike_trade(&mut self, model: &Model, (event, position): (usize, usize), effect: &LaneEffect, severity: f64) {
        self.struck.trade[effect.material] = true;
        self.blame
            .lane_hit(model, (effect.material, event, position), effect.cause, severity);
    }

    /// Destroys part of a stockpile; the loss is booked on its owners by their orders at the start.
    fn destroy_stockpile(&mut self, trial: &Trial<'_>, stockpile: usize, cause: usize, severity: f64) {
        let lost = self.stocks.stockpile[stockpile] * severity.min(1.0);
        self.stocks.stockpile[stockpile] -= lost;
        let compiled = &trial.model.stockpiles[stockpile];
        self.struck.trade[compiled.material] = true;
        let owners = &compiled.owners;
        let orders = |market: usize| trial.world.start_orders_per_year[market];
        let total: f64 = owners.iter().map(|&market| orders(market)).sum();
        for &market in owners {
            let share = if total > 0.0 {
                orders(market) / total
            } else {
                1.0 / owners.len() as f64
            };
            self.blame.stock_lost(trial.model, market, cause, share * lost);
        }
    }
}

/// Adds a quota on an exporter's lanes. Quotas that share lanes cut each other up: each set of lanes under the same quotas has a limit of its own,
/// with their combined severity. `pool` holds the memory of quotas past.
fn add_quota(quotas: &mut Vec<Quota>, pool: &mut Vec<Vec<usize>>, lanes: &[usize], severity: f64, overlap: Overlap) {
    let fresh = |pool: &mut Vec<Vec<usize>>| {
        let mut lanes = pool.pop().unwrap_or_default();
        lanes.clear();
        lanes
    };
    let mut left = fresh(pool);
    left.extend_from_slice(lanes);
    for index in 0..quotas.len() {
        let mut shared = fresh(pool);
        shared.extend(quotas[index].lanes.iter().copied().filter(|lane| left.contains(lane)));
        if shared.is_empty() {
            pool.push(shared);
            continue;
        }
        left.retain(|lane| !shared.contains(lane));
        let limit = 1.0 - combine(overlap, 1.0 - quotas[index].limit, severity, false);
        if shared.len() == quotas[index].lanes.len() {
            quotas[index].limit = limit;
            pool.push(shared);
        } else {
            quotas[index].lanes.retain(|lane| !shared.contains(lane));
            quotas.push(Quota { lanes: shared, limit });
        }
    }
    if left.is_empty() {
        pool.push(left);
    } else {
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
        let (mut quotas, mut pool) = (Vec::new(), Vec::new());
        add_quota(&mut quotas, &mut pool, &[1, 2, 3], 0.2, Overlap::Multiply);
        add_quota(&mut quotas, &mut pool, &[1, 7], 0.5, Overlap::Multiply);
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
