//! What is planned, made and ordered in a period.

use std::ops::Range;

use super::adaptation::mean_on_the_way;
use super::state::State;
use super::step::Trial;
use super::tolerance::{ROUNDING, STOCK};

impl State {
    /// Planned output: what capacity allows of the target, which prices may have raised and costs lowered.
    pub(super) fn plan(&mut self, trial: &Trial<'_>, period: usize) {
        let Trial {
            model, world, inputs, ..
        } = *trial;
        for &material in &model.order {
            let links = &model.links[material];
            let responding = links.responds && !self.rests[material] && self.is_responding(model, material);
            let by_host = links.hosts.iter().any(|&host| self.struck.plan[host]);
            if !(self.struck.plan[material] || responding || by_host) {
                if std::mem::take(&mut self.production.is_replanned[material]) {
                    for &index in &model.materials[material].supplies {
                        self.production.planned[index] = world.target[[period, index]];
                    }
                }
                continue;
            }
            self.struck.plan[material] = true;
            for &input in &links.inputs {
                self.struck.orders[input] = true;
            }
            self.production.is_replanned[material] = true;
            for &index in &model.materials[material].supplies {
                let supply = &model.supplies[index];
                let capacity = world.capacity[[period, index]];
                let mut target = world.target[[period, index]];
                let most = supply.ramp_per_month.of(inputs) * model.step_months;
                let extra = mean_on_the_way(self.production.extra[index], self.production.extra_wanted[index], most);
                if extra > 0.0 {
                    // The undisrupted plan may have risen since: capacity is the limit.
                    target = (target + extra * capacity).min(capacity);
                }
                if self.production.cost[index] > 0.0 {
                    target *= libm::pow(1.0 + self.production.cost[index], -supply.elasticity.of(inputs));
                }
                if self.production.loss[index] > 0.0 {
                    target = target.min((1.0 - self.production.loss[index]) * capacity);
                }
                if !supply.hosts.is_empty() {
                    target = target.min(world.host_limit(supply, &self.production.planned));
                }
                self.production.planned[index] = target;
            }
        }
    }

    /// Actual output of a material's supplies: planned, unless feed or a host's output is short.
    pub(super) fn produce(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let Trial { model, world, .. } = *trial;
        let compiled = &model.materials[material];
        self.production.supply[model.links[material].rows.clone()].fill(0.0);
        let links = &model.links[material];
        let limited = !links.hosts.is_empty() || links.inputs.iter().any(|&input| self.struck.feed[input]);
        for &index in &compiled.supplies {
            let planned = self.production.planned[index];
            let (output, by_feed, by_host) = if limited {
                self.limited(trial, index, period)
            } else {
                (planned, None, None)
            };
            let made = self.make_for_refills(trial, index, output, period);
            let row = compiled.first_row + model.supplies[index].row;
            self.production.output[index] = output + made;
            self.production.supply[row] += output;
            self.stocks.refills.supply[row] += made;
            let normal = world.output[[period, index]];
            let lost = normal - output;
            if lost > ROUNDING * normal {
                self.blame
                    .output_lost(model, index, lost, planned - output, by_feed, by_host);
            }
        }
    }

    /// Output of a supply whose feed or host may be short, and the market or the host that limits it.
    fn limited(&self, trial: &Trial<'_>, index: usize, period: usize) -> (f64, Option<usize>, Option<usize>) {
        let Trial { model, world, .. } = *trial;
        let supply = &model.supplies[index];
        let planned = self.production.planned[index];
        let mut output = planned;
        let (mut by_feed, mut by_host) = (None, None);
        for &(market, _) in &supply.inputs {
            let Some(feed) = model.markets[market].feed_cell else {
                continue;
            };
            if !self.struck.feed[model.markets[market].material] {
                continue;
            }
            if self.production.feed_available[market] < self.demand.need[feed] {
                let limit = planned * self.production.feed_available[market] / self.demand.need[feed];
                if limit < output {
                    output = limit;
                    by_feed = Some(market);
                }
            }
        }
        if !supply.hosts.is_empty() {
            let limit = world.host_limit(supply, &self.production.output);
            // Planned output was cut to the hosts' plans already, so even then the host is the reason for a loss.
            if limit <= output * (1.0 + ROUNDING) {
                output = output.min(limit);
                by_host = supply.hosts.iter().map(|host| host.supply).min_by(|one, other| {
                    let share = |host: usize| {
                        self.production.output[host] / world.output[[period, host]].max(f64::MIN_POSITIVE)
                    };
                    share(*one).total_cmp(&share(*other))
                });
            }
        }
        (output, by_feed, by_host)
    }

    /// Needs now and orders for a lead time later: those of the reference, unless plans, surges or full stocks change them.
    pub(super) fn place_orders(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let model = trial.model;
        let links = &model.links[material];
        self.demand.has_other_needs[material] = self.struck.orders[material];
        self.demand.has_other_orders[material] = self.struck.orders[material];
        if self.struck.orders[material] {
            for market in links.markets.clone() {
                self.demand.order[market] = self.ordered(trial, market, period);
            }
            return;
        }
        self.as_ordered_normally(trial, material, period);
        if links.has_feed {
            // Goods above what the stock is meant to hold are used before new ones are ordered.
            for market in links.markets.clone() {
                if model.markets[market].feed_cell.is_some() && self.overflow(market) > 0.0 {
                    self.demand.order[market] = self.ordered(trial, market, period);
                    self.demand.has_other_orders[material] = true;
                }
            }
        }
    }

    /// Writes a market's needs of this period and gives its order for a lead time later.
    fn ordered(&mut self, trial: &Trial<'_>, market: usize, period: usize) -> f64 {
        let Trial { model, inputs, .. } = *trial;
        let compiled = &model.markets[market];
        let lead = model.materials[compiled.material].lead_periods;
        let then = (period + lead).min(model.reference_periods - 1);
        if let (0, 1, Some(cell)) = (lead, compiled.cells.len(), compiled.feed_cell) {
            // The usual processors' market.
            let mut need = 0.0;
            for &(consumer, position) in &compiled.consumers {
                need += model.supplies[consumer].inputs[position].1.of(inputs) * self.production.planned[consumer];
            }
            self.demand.need[cell] = need;
            return (need - self.overflow(market)).max(0.0);
        }
        let mut order = 0.0;
        for cell in compiled.cells.clone() {
            self.demand.need[cell] = self.need_then(trial, cell, period, period);
            let wanted = if lead > 0 {
                self.need_then(trial, cell, period, then)
            } else {
                self.demand.need[cell]
            };
            order += if model.cells[cell].is_feed {
                (wanted - self.left_above(trial, market, self.overflow(market), period, period..period + lead)).max(0.0)
            } else {
                wanted
            };
        }
        order
    }

    /// What a cell is going to need in a period to come, as things are now: plans follow the reference from here, surges stay.
    fn need_then(&self, trial: &Trial<'_>, cell: usize, period: usize, then: usize) -> f64 {
        let Trial {
            model, world, inputs, ..
        } = *trial;
        let compiled = &model.cells[cell];
        if !compiled.is_feed {
            return world.need[[then, cell]] * (1.0 + self.demand.surge[cell]);
        }
        let feed = model.markets[compiled.market]
            .consumers
            .iter()
            .map(|&(consumer, position)| {
                let per_tonne = model.supplies[consumer].inputs[position].1.of(inputs);
                let planned = per_tonne * self.production.planned[consumer];
                if then == period {
                    return planned;
                }
                let (now, later) = (world.target[[period, consumer]], world.target[[then, consumer]]);
                if now > 0.0 {
                    planned * (later / now)
                } else {
                    // A plant that opens until then orders ahead.
                    per_tonne * later * (1.0 - self.production.loss[consumer])
                }
            });
        feed.sum()
    }

    /// What of goods above a stock's maximum is not going to be used in `periods` to come, as far as goods are on their way by now, for what these leave
    /// missing: of present plans, or of the undisrupted ones where these are more, so that a plant that works again finds feed. So no goods are taken off two
    /// orders, and none that are waited for go into refills.
    pub(super) fn left_above(
        &self,
        trial: &Trial<'_>,
        market: usize,
        above: f64,
        period: usize,
        periods: Range<usize>,
    ) -> f64 {
        let mut left = above;
        for then in periods {
            if left <= STOCK * above {
                return 0.0;
            }
            let cells = trial.model.markets[market].cells.clone();
            let needs = cells.map(|cell| {
                let undisrupted = trial.world.need[[then, cell]];
                self.need_then(trial, cell, period, then).max(undisrupted)
            });
            let need: f64 = needs.sum();
            let gap = need - self.arrival_then(trial, market, then);
            if gap > ROUNDING * need {
                left -= gap;
            }
        }
        left.max(0.0)
    }

    /// What of goods already sent arrives in a market in one of the periods of the lead time from now on.
    fn arrival_then(&self, trial: &Trial<'_>, market: usize, period: usize) -> f64 {
        let Trial { model, world, .. } = *trial;
        let material = model.markets[market].material;
        let pipeline = &self.trade.pipeline[material];
        if pipeline.holds(period) {
            let columns = model.materials[material].columns.len();
            let column = market - model.materials[material].first_market;
            pipeline.sent[period % pipeline.written.len() * columns + column]
        } else {
            world.arrival[[period, market]]
        }
    }
}
