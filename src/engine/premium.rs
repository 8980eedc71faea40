//! The premium on what reaches the targets of a restriction through third countries, in their price index.

use super::adaptation::price_index;
use super::state::State;
use super::step::Trial;
use crate::model::EffectModel;

impl State {
    /// By what share each market of a material pays more on what it is sent in this period: the premium times the share that has leaked.
    pub(super) fn find_premiums(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let model = trial.model;
        let first = model.materials[material].first_market;
        let columns = model.materials[material].columns.len();
        self.prices.premium[first..first + columns].fill(0.0);
        if self.trade.is_clean[material] {
            return;
        }
        for (event, leaked) in trial.severities.leaks(period) {
            let Some(leak) = &model.events[event].leak else {
                continue;
            };
            let premium = leak.premium.of(trial.inputs);
            // Of what the lanes carry, so much could not pass without the leak.
            let passes = 1.0 - trial.severities.of(event, period);
            if let EffectModel::Lanes(effects) | EffectModel::Quota(effects) = &model.events[event].effect
                && premium > 0.0
                && passes > 0.0
            {
                for effect in effects.iter().filter(|effect| effect.material == material) {
                    for &lane in &effect.lanes {
                        let market = first + lane % columns;
                        if self.trade.sent[market] > 0.0 {
                            let tonnes = self.trade.flows[material][lane] * (leaked / passes).min(1.0);
                            self.prices.premium[market] += premium * (tonnes / self.trade.sent[market]);
                        }
                    }
                }
            }
        }
    }

    /// Price index of a market of which so much is served.
    pub(super) fn price_with_premium(&self, trial: &Trial<'_>, material: usize, market: usize, served: f64) -> f64 {
        let compiled = &trial.model.materials[material];
        let elasticity = compiled.demand_elasticity.of(trial.inputs);
        let price = price_index(served, elasticity, compiled.price_cap);
        (price * (1.0 + self.prices.premium[market])).min(compiled.price_cap)
    }

    /// Notes what a market is served where no price before was as high.
    pub(super) fn note_peak(&mut self, trial: &Trial<'_>, material: usize, market: usize, served: f64) {
        let premium = 1.0 + self.prices.premium[market];
        let before = self.prices.premium_at_peak[market];
        let is_higher = if premium == before {
            served < self.prices.least_served[market]
        } else {
            let compiled = &trial.model.materials[material];
            let elasticity = compiled.demand_elasticity.of(trial.inputs);
            let price = |served: f64| price_index(served, elasticity, compiled.price_cap);
            price(served) * premium > price(self.prices.least_served[market]) * before
        };
        if is_higher {
            (self.prices.least_served[market], self.prices.premium_at_peak[market]) = (served, premium);
        }
    }
}
