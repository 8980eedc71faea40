//! Inside a country: perfectly secure supply joins the deliveries, which go to priority classes in order, then commercial stock, then strategic stockpiles cover what is missing.

use super::state::{Demand, State};
use super::step::Trial;
use super::tolerance::{DECISION, ROUNDING, STOCK};
use crate::model::Model;

/// Hands `amount` to cells by priority class, pro rata to `wants` within a class, through `give(cell, tonnes)`. Cells must be in order of
/// their class. Returns what was handed out.
fn by_priority(
    model: &Model,
    cells: impl Iterator<Item = usize> + Clone,
    wants: impl Fn(usize) -> f64,
    amount: f64,
    mut give: impl FnMut(usize, f64),
) -> f64 {
    let mut left = amount;
    let mut done: Option<u32> = None;
    loop {
        // The next class by number: pools of several markets are not sorted as a whole.
        let class = cells
            .clone()
            .map(|cell| model.cells[cell].priority)
            .filter(|priority| done.is_none_or(|done| *priority > done))
            .min();
        let Some(class) = class else { return amount - left };
        let members = cells.clone().filter(|&cell| model.cells[cell].priority == class);
        let total: f64 = members.clone().map(&wants).sum();
        if total > 0.0 {
            let share = (left / total).min(1.0);
            for cell in members {
                let tonnes = share * wants(cell);
                give(cell, tonnes);
            }
            left = (left - share * total).max(0.0);
        }
        if left <= 0.0 {
            return amount;
        }
        done = Some(class);
    }
}

impl State {
    /// What a market's commercial stock holds above what it is meant to hold at most.
    pub(super) fn overflow(&self, market: usize) -> f64 {
        let maximum = self.stocks.maximum[market] + self.stocks.refills.held_ahead[market];
        let above = self.stocks.commercial[market] - maximum;
        // Rounding must not change orders.
        if above > STOCK * maximum && above > 1e-9 {
            above
        } else {
            0.0
        }
    }

    /// Perfectly secure supply covers what arrivals leave missing, before stocks do: pro rata to what each of its markets misses.
    pub(super) fn add_firm_supply(&mut self, trial: &Trial<'_>, material: usize) {
        let Trial { model, inputs, .. } = *trial;
        for &index in &model.links[material].firm_supplies {
            let firm = &model.firm_supplies[index];
            let available = firm.tonnes_per_year.of(inputs) * model.step_years();
            let need = |state: &State, market: usize| -> f64 {
                state.demand.need[model.markets[market].cells.clone()].iter().sum()
            };
            let missing = |state: &State, market: usize| {
                let need = need(state, market);
                close(need - state.trade.arrival[market], need)
            };
            let wanted: f64 = firm.markets.iter().map(|&market| missing(self, market)).sum();
            if wanted <= 0.0 {
                continue;
            }
            for &market in &firm.markets {
                let missing = missing(self, market);
                if available >= wanted && missing > 0.0 {
                    self.trade.arrival[market] = need(self, market);
                } else {
                    self.trade.arrival[market] += missing * (available / wanted).min(1.0);
                }
            }
        }
    }

    /// Hands arrivals to the cells of each market of a material; commercial stock covers what is missing.
    pub(super) fn serve(&mut self, trial: &Trial<'_>, material: usize) {
        let model = trial.model;
        for market in model.links[material].markets.clone() {
            let cells = model.markets[market].cells.clone();
            let need: f64 = self.demand.need[cells.clone()].iter().sum();
            let arrival = self.trade.arrival[market];
            if arrival >= need * (1.0 - ROUNDING) {
                self.demand.missing[cells.clone()].fill(0.0);
                self.demand.shortfall[cells].fill(0.0);
                let surplus = arrival - need;
                if surplus > ROUNDING * need {
                    self.stocks.commercial[market] += surplus;
                    self.stocks.change[market] += surplus;
                }
                continue;
            }
            if cells.len() == 1 {
                self.serve_one(market, cells.start, need, arrival);
                continue;
            }
            let Demand {
                need: needs,
                missing,
                shortfall,
                ..
            } = &mut self.demand;
            let commercial = &mut self.stocks.commercial[market];
            for cell in cells.clone() {
                missing[cell] = needs[cell];
            }
            by_priority(
                model,
                cells.clone(),
                |cell| needs[cell],
                arrival,
                |cell, tonnes| {
                    missing[cell] = close(needs[cell] - tonnes, needs[cell]);
                },
            );
            for cell in cells.clone() {
                shortfall[cell] = missing[cell];
            }
            if *commercial > 0.0 {
                let wanted: f64 = cells.clone().map(|cell| missing[cell]).sum();
                let drawn = by_priority(
                    model,
                    cells,
                    |cell| missing[cell],
                    commercial.min(wanted),
                    |cell, tonnes| shortfall[cell] = close(missing[cell] - tonnes, needs[cell]),
                );
                *commercial = (*commercial - drawn).max(0.0);
                self.stocks.change[market] -= drawn;
            }
        }
    }

    /// Notes how far commercial stock has carried those that are short: until it was used up.
    pub(super) fn note_carried(&mut self, trial: &Trial<'_>, material: usize) {
        for cell in trial.model.links[material].cells.clone() {
            if self.demand.shortfall[cell] > 0.0 {
                self.demand.carried[cell] = 1.0 - self.demand.shortfall[cell] / self.demand.missing[cell];
            }
        }
    }

    /// The same as [`State::serve`] and [`State::settle`] for a material whose markets have one plain user each.
    pub(super) fn serve_plain(&mut self, trial: &Trial<'_>, material: usize) {
        let links = &trial.model.links[material];
        let (cells, markets) = (links.cells.clone(), links.markets.clone());
        let of_users = self.demand.need[cells.clone()]
            .iter()
            .zip(&self.trade.arrival[markets.clone()])
            .zip(
                self.demand.missing[cells.clone()]
                    .iter_mut()
                    .zip(&mut self.demand.shortfall[cells.clone()]),
            )
            .zip(
                self.demand.unmet[cells]
                    .iter_mut()
                    .zip(&mut self.production.feed_available[markets.clone()]),
            );
        let of_stocks = self.stocks.commercial[markets.clone()]
            .iter_mut()
            .zip(&mut self.stocks.change[markets.clone()])
            .zip(&mut self.prices.least_served[markets.clone()]);
        let (mut any_missing, mut any_short) = (false, false);
        for ((((need, arrival), (missing, shortfall)), (unmet, feed)), ((stock, change), served)) in
            of_users.zip(of_stocks)
        {
            let gap = need - arrival;
            let (mut lacking, mut short) = (0.0, 0.0);
            if gap > ROUNDING * need {
                let drawn = stock.min(gap);
                *stock -= drawn;
                *change -= drawn;
                (lacking, short) = (gap, close(gap - drawn, *need));
                any_missing = true;
                if short > 0.0 {
                    any_short = true;
                    *served = served.min(1.0 - short / need);
                }
            } else if -gap > ROUNDING * need {
                *stock -= gap;
                *change -= gap;
            }
            *missing = lacking;
            *shortfall = short;
            *unmet = short;
            *feed = need - short;
        }
        self.struck.feed[material] = any_short;
        if any_missing {
            self.short.push(material);
        }
        self.prices.index[markets.clone()].fill(1.0);
        if any_short && (self.traced || links.responds) {
            for (market, cell) in markets.zip(links.cells.clone()) {
                self.prices.index[market] =
                    self.price_now(trial, material, self.demand.shortfall[cell], self.demand.need[cell]);
            }
        }
    }

    /// The usual market: one user, who is short.
    fn serve_one(&mut self, market: usize, cell: usize, need: f64, arrival: f64) {
        let missing = close(need - arrival, need);
        let stock = self.stocks.commercial[market];
        let drawn = stock.min(missing);
        self.demand.missing[cell] = missing;
        self.demand.shortfall[cell] = close(missing - drawn, need);
        if drawn > 0.0 {
            self.stocks.commercial[market] = stock - drawn;
            self.stocks.change[market] -= drawn;
        }
    }

    /// Strategic stockpiles of a material release within their rules: owners first, then allies.
    pub(super) fn release_stockpiles(&mut self, trial: &Trial<'_>, material: usize) {
        let Trial { model, inputs, .. } = *trial;
        for &index in &model.links[material].stockpiles {
            if self.stocks.stockpile[index] <= 0.0 {
                continue;
            }
            let stockpile = &model.stockpiles[index];
            let per_month = stockpile.max_per_month.of(inputs);
            let per_period = (per_month * model.step_months).min(1.0);
            let full = self.stocks.full[index].max(self.stocks.stockpile[index]);
            let mut available = self.stocks.stockpile[index].min(per_period * full);
            for markets in [&stockpile.owners, &stockpile.allies] {
                self.trade.pool.clear();
                for &market in markets {
                    let cells = model.markets[market]
                        .cells
                        .clone()
                        .filter(|&cell| stockpile.allowed[cell]);
                    let need: f64 = cells.clone().map(|cell| self.demand.need[cell]).sum();
                    let short: f64 = cells.clone().map(|cell| self.demand.shortfall[cell]).sum();
                    if short > 0.0 && short > (stockpile.trigger.of(inputs) + DECISION) * need {
                        self.trade.pool.extend(cells);
                    }
                }
                let Demand {
                    need,
                    shortfall,
                    missing,
                    carried,
                    ..
                } = &mut self.demand;
                let (pool, scratch) = (&self.trade.pool, &mut self.scratch);
                let level = &mut self.stocks.stockpile[index];
                let wanted: f64 = pool.iter().map(|&cell| shortfall[cell]).sum();
                let amount = available.min(wanted);
                if amount <= 0.0 {
                    continue;
                }
                scratch.clear();
                scratch.extend_from_slice(shortfall);
                let drawn = by_priority(
                    model,
                    pool.iter().copied(),
                    |cell| scratch[cell],
                    amount,
                    |cell, tonnes| {
                        shortfall[cell] = close(scratch[cell] - tonnes, need[cell]);
                    },
                );
                *level = (*level - drawn).max(0.0);
                // It carried its users until it was empty; a release that is too slow leaves them short all along.
                if *level <= STOCK * full && (per_month >= 1.0 || wanted <= per_month * model.step_months * full) {
                    for &cell in pool.iter() {
                        carried[cell] += (scratch[cell] - shortfall[cell]) / missing[cell];
                    }
                }
                self.stocks.released[index] += drawn;
                available -= drawn;
            }
        }
    }

    /// Feed that processors could not use (another input or the host was short) goes to the commercial stock.
    pub(super) fn return_feed(&mut self, trial: &Trial<'_>) {
        let Trial { model, inputs, .. } = *trial;
        for (material, links) in model.links.iter().enumerate() {
            let active = &self.active;
            let wanted = links.can_leave_feed || self.traced && links.has_feed;
            if !(wanted && (active[material] || links.users.iter().any(|&user| active[user]))) {
                continue;
            }
            for market in links.markets.clone() {
                let Some(feed) = model.markets[market].feed_cell else {
                    continue;
                };
                if !self.active[material] {
                    self.production.feed_available[market] = self.demand.need[feed];
                }
                let available = self.production.feed_available[market];
                let used = model.markets[market].consumers.iter().map(|&(consumer, position)| {
                    model.supplies[consumer].inputs[position].1.of(inputs) * self.production.output[consumer]
                });
                self.production.feed_used[market] = used.sum();
                let left = available - self.production.feed_used[market];
                if left > STOCK * available {
                    self.stocks.commercial[market] += left;
                    self.stocks.change[market] += left;
                    self.rests[material] = false;
                    self.stocks.has_returned[material] = true;
                }
            }
        }
    }
}

/// A remaining gap, or 0 where it is rounding.
fn close(gap: f64, need: f64) -> f64 {
    if gap <= ROUNDING * need { 0.0 } else { gap }
}
