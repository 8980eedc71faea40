//! Refills of stocks: last in line, from output that nobody ordered and from idle capacity, so that a stock that served once is there again for
//! the next event.
//!
//! A stock orders what it lacks. Up to its level, and at most the level over its refill time, that order also raises output: of the sellers from
//! which its country normally buys, in the same proportions, up to their capacity, and of the plants that they need feed from. What is made for
//! refills serves nothing else, and the feed for it is ordered last in line too: refilling causes no shortage.

use super::refill_trade::RefillTrade;
use super::state::{Production, State};
use super::step::Trial;
use super::tolerance::{DECISION, ROUNDING, STOCK};
use crate::model::{EffectModel, Model};

/// Orders for stocks, and what is made and sent for them. Quantities in t per period.
#[derive(Debug, Clone, Default)]
pub struct Refills {
    /// Whether any material has such orders in this period.
    any: bool,
    /// All that stocks order, by market.
    pub order: Vec<f64>,
    /// The part that also raises output.
    firm: Vec<f64>,
    /// The part of the orders that is feed for refills further down, by market.
    feed: Vec<f64>,
    /// What is bought ahead of announced events, by market.
    ahead: Vec<f64>,
    /// What stocks are to hold above their maximum for announced events, until these are over.
    held: Vec<Held>,
    /// The same by market.
    pub(super) held_ahead: Vec<f64>,
    /// Output planned for refills above what is planned for others, by supply.
    pub planned: Vec<f64>,
    /// The part of each exporter's supply that is made for refills.
    pub supply: Vec<f64>,
    /// Feed that plants took from stock for refills, by market.
    pub feed_used: Vec<f64>,
    /// By material: whether it has orders for stocks that can be met, or is to make something for refills.
    pub reached: Vec<bool>,
    /// Memory: what each seller of the material at hand is asked for, and by which share of normal flows each buyer asks; its idle capacity, and that
    /// of its supplies.
    asked: Vec<f64>,
    shares: Vec<f64>,
    /// Memory: what is on its way to each market of the material at hand and not yet meant for one of its stocks.
    coming: Vec<f64>,
    idle: Vec<f64>,
    rooms: Vec<f64>,
}

/// What a market holds above its stock's maximum for an event, t.
#[derive(Debug, Clone, Copy)]
struct Held {
    event: usize,
    market: usize,
    tonnes: f64,
}

impl Refills {
    /// Whether stocks hold anything for announced events.
    pub(super) fn holds_ahead(&self) -> bool {
        !self.held.is_empty()
    }

    /// Prepares for a trial.
    pub(super) fn start(&mut self, model: &Model) {
        self.any = false;
        self.held.clear();
        for (values, length) in [
            (&mut self.order, model.markets.len()),
            (&mut self.firm, model.markets.len()),
            (&mut self.feed, model.markets.len()),
            (&mut self.ahead, model.markets.len()),
            (&mut self.held_ahead, model.markets.len()),
            (&mut self.feed_used, model.markets.len()),
            (&mut self.planned, model.supplies.len()),
            (&mut self.supply, model.exporter_rows),
        ] {
            values.clear();
            values.resize(length, 0.0);
        }
        self.reached.clear();
        self.reached.resize(model.materials.len(), false);
    }

    /// Forgets the period before.
    fn begin_period(&mut self) {
        if !std::mem::take(&mut self.any) {
            return;
        }
        for values in [
            &mut self.order,
            &mut self.firm,
            &mut self.feed,
            &mut self.ahead,
            &mut self.feed_used,
            &mut self.planned,
            &mut self.supply,
        ] {
            values.fill(0.0);
        }
        self.reached.fill(false);
    }
}

impl Refills {
    /// Holds more for an event.
    fn hold(&mut self, event: usize, market: usize, tonnes: f64) {
        self.held_ahead[market] += tonnes;
        let of_both = |held: &&mut Held| (held.event, held.market) == (event, market);
        match self.held.iter_mut().find(of_both) {
            Some(held) => held.tonnes += tonnes,
            None => self.held.push(Held { event, market, tonnes }),
        }
    }

    /// Lets go what is held for events that are neither announced nor in force any more.
    fn let_go(&mut self, trial: &Trial<'_>, period: usize) {
        let before = self.held.len();
        let severities = trial.severities;
        let is_on = |event: usize| {
            severities.of(event, period) > 0.0 || severities.announced(period).any(|announced| announced.event == event)
        };
        self.held.retain(|held| is_on(held.event));
        if self.held.len() < before {
            // Summed anew, so that nothing of what is let go is left in the last digits.
            self.held_ahead.fill(0.0);
            for held in &self.held {
                self.held_ahead[held.market] += held.tonnes;
            }
        }
    }
}

/// The part of an order that raises output: what is lacking (less what is on its way), at most the level over the refill time and what the level has
/// risen by.
fn firm_order(gap: f64, level: f64, risen: f64, months: f64, step_months: f64) -> f64 {
    gap.min(level * (step_months / months).min(1.0) + risen.max(0.0))
        .max(0.0)
}

impl State {
    /// Orders for stocks, from users up to mines, and the output that they call for.
    pub(super) fn plan_refills(&mut self, trial: &Trial<'_>, period: usize) {
        let Trial { model, world, .. } = *trial;
        self.stocks.refills.begin_period();
        self.buy_ahead(trial, period);
        for &material in model.order.iter().rev() {
            let markets = model.links[material].markets.clone();
            let is_any = |values: &[f64]| values[markets.clone()].iter().any(|value| *value > 0.0);
            let has_feed =
                self.stocks.refills.any && (is_any(&self.stocks.refills.feed) || is_any(&self.stocks.refills.ahead));
            if self.stocks.are_full[material] && !has_feed {
                continue;
            }
            self.stocks.refills.any = true;
            self.order_refills(trial, material, period);
            let raised = self.raise_output(trial, material, period);
            let spare = world.has_spare[[period, material]];
            self.stocks.refills.reached[material] |= raised || (spare && !self.stocks.are_full[material]) || has_feed;
        }
    }

    /// Buyers who know of an event order ahead what it is going to take from them, in even parts until it strikes, last in line like refills. They hold
    /// what they get until that event is neither announced nor in force.
    fn buy_ahead(&mut self, trial: &Trial<'_>, period: usize) {
        let Trial { model, world, .. } = *trial;
        self.stocks.refills.let_go(trial, period);
        if !model.run_refills {
            return;
        }
        for announced in trial.severities.announced(period) {
            // Tonnes of a period's normal flows that are bought in this period.
            let part = announced.loss_to_come_months / model.step_months
                * (announced.share_of_period * model.step_months / announced.notice_months).min(1.0);
            match &model.events[announced.event].effect {
                EffectModel::Lanes(effects) | EffectModel::Quota(effects) => {
                    for effect in effects {
                        self.know_pattern(trial, effect.material, period);
                        for &lane in &effect.lanes {
                            self.order_ahead(trial, announced.event, (effect.material, lane), part, period);
                        }
                    }
                }
                EffectModel::Production(supplies) => {
                    for &(index, _) in supplies {
                        let supply = &model.supplies[index];
                        self.know_pattern(trial, supply.material, period);
                        let output = world.output[[period, index]];
                        let row = world.supply(model, supply.material, period)[supply.row];
                        if output > 0.0 {
                            let columns = model.materials[supply.material].columns.len();
                            for lane in supply.row * columns..(supply.row + 1) * columns {
                                let (lane, part) = ((supply.material, lane), part * output / row);
                                self.order_ahead(trial, announced.event, lane, part, period);
                            }
                        }
                    }
                }
                EffectModel::Cost(_) | EffectModel::Surge(_) | EffectModel::Stock { .. } => {}
            }
        }
    }

    /// Orders a part of what a lane normally carries ahead, less what the buyer's stock has left from before, which is held from now on.
    fn order_ahead(
        &mut self,
        trial: &Trial<'_>,
        event: usize,
        (material, lane): (usize, usize),
        part: f64,
        period: usize,
    ) {
        let compiled = &trial.model.materials[material];
        let market = compiled.first_market + lane % compiled.columns.len();
        let wanted = part * self.trade.normal[material][lane];
        if wanted <= 0.0 {
            return;
        }
        let above = self.overflow(market);
        let there = self.left_above(trial, market, above, period, period..period + compiled.lead_periods);
        let refills = &mut self.stocks.refills;
        refills.ahead[market] += (wanted - there).max(0.0);
        refills.hold(event, market, wanted);
        refills.any = true;
    }

    /// What the stocks of a material order.
    fn order_refills(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let Trial {
            model, world, inputs, ..
        } = *trial;
        let links = &model.links[material];
        let first = links.markets.start;
        // What is on its way is no longer lacking: it fills the inventory first, then stockpiles.
        let mut coming = std::mem::take(&mut self.stocks.refills.coming);
        coming.clear();
        coming.extend_from_slice(&self.stocks.refill_in_transit[links.markets.clone()]);
        for market in links.markets.clone() {
            let Some(number) = model.markets[market].inventory else {
                continue;
            };
            let inventory = &model.inventories[number];
            let (maximum, stock) = (self.stocks.maximum[market], self.stocks.commercial[market]);
            let taken = coming[market - first].min((maximum - stock).max(0.0));
            coming[market - first] -= taken;
            let lacking = maximum - stock - taken;
            let Some(months) = inventory.refill_months.filter(|_| lacking > STOCK * maximum.min(1e300)) else {
                continue;
            };
            self.stocks.refills.order[market] = lacking;
            let level = |period: usize| world.level(&inventory.level, period, world.start_orders_per_year[market]);
            let (now, before) = (level(period), level(period.saturating_sub(1)));
            self.stocks.refills.firm[market] = firm_order(
                now - stock - taken,
                now,
                now - before,
                months.of(inputs),
                model.step_months,
            );
        }
        for &index in &links.stockpiles {
            let stockpile = &model.stockpiles[index];
            let Some(months) = stockpile.refill_months.filter(|_| !stockpile.owners.is_empty()) else {
                continue;
            };
            let full = self.stocks.full[index];
            let gap = full - self.stocks.stockpile[index];
            if gap <= STOCK * full {
                continue;
            }
            let risen = full - world.stockpile_level(model, index, period.saturating_sub(1));
            // All of its owners wait for the same stock.
            let on_its_way: f64 = stockpile.owners.iter().map(|&market| coming[market - first]).sum();
            let lacking = (gap - on_its_way).max(0.0);
            let for_others = if on_its_way > gap { 1.0 - gap / on_its_way } else { 0.0 };
            let orders = |market: usize| world.start_orders_per_year[market];
            let total: f64 = stockpile.owners.iter().map(|&market| orders(market)).sum();
            for &market in &stockpile.owners {
                coming[market - first] *= for_others;
                if lacking <= STOCK * full {
                    continue;
                }
                let share = if total > 0.0 {
                    orders(market) / total
                } else {
                    1.0 / stockpile.owners.len() as f64
                };
                self.stocks.refills.order[market] += lacking * share;
                self.stocks.refills.firm[market] += firm_order(
                    lacking * share,
                    full * share,
                    risen * share,
                    months.of(inputs),
                    model.step_months,
                );
            }
        }
        self.stocks.refills.coming = coming;
        let refills = &mut self.stocks.refills;
        for market in links.markets.clone() {
            let more = refills.feed[market] + refills.ahead[market];
            refills.order[market] += more;
            refills.firm[market] += more;
        }
    }

    /// Plans output for refills where sellers have idle capacity, and orders the feed for it. Gives whether there is any.
    fn raise_output(&mut self, trial: &Trial<'_>, material: usize, period: usize) -> bool {
        let Trial {
            model, world, inputs, ..
        } = *trial;
        let links = &model.links[material];
        let wanted = self.stocks.refills.firm[links.markets.clone()]
            .iter()
            .any(|order| *order > 0.0);
        if !(wanted && world.has_idle[[period, material]]) {
            return false;
        }
        self.know_pattern(trial, material, period);
        let compiled = &model.materials[material];
        let columns = compiled.columns.len();
        let (normal, openness) = (&self.trade.normal[material], &self.trade.openness[material]);
        let is_restricted = self.trade.is_restricted[material];
        let memory = &self.trade.memory[material];
        let Production { planned, loss, .. } = &self.production;
        let Refills {
            firm,
            feed,
            planned: raised,
            asked,
            shares,
            idle,
            rooms,
            ..
        } = &mut self.stocks.refills;
        // By what share of what lanes normally carry each buyer's order is: first their sums.
        shares.clear();
        if is_restricted {
            shares.resize(columns, 0.0);
            for (normal, openness) in normal.chunks_exact(columns).zip(openness.chunks_exact(columns)) {
                for (sum, (normal, openness)) in shares.iter_mut().zip(normal.iter().zip(openness)) {
                    *sum += normal * openness;
                }
            }
        } else {
            shares.extend_from_slice(&memory.normal_columns);
        }
        for (share, order) in shares.iter_mut().zip(&firm[links.markets.clone()]) {
            *share = if *share > 0.0 && *order > 0.0 {
                order / *share
            } else {
                0.0
            };
        }
        let supply = world.supply(model, material, period);
        asked.clear();
        asked.extend(normal.chunks_exact(columns).enumerate().map(|(row, normal)| {
            let asked: f64 = if is_restricted {
                let openness = &openness[row * columns..(row + 1) * columns];
                let lanes = normal.iter().zip(openness).zip(shares.iter());
                lanes.map(|((normal, openness), share)| normal * openness * share).sum()
            } else {
                normal
                    .iter()
                    .zip(shares.iter())
                    .map(|(normal, share)| normal * share)
                    .sum()
            };
            // What is made in any case comes first.
            (asked - (supply[row] - memory.normal_rows[row]).max(0.0)).max(0.0)
        }));
        let room = |index: usize| {
            let supply = &model.supplies[index];
            if supply.recycling.is_some() {
                return 0.0;
            }
            let mut most = (1.0 - loss[index]) * world.capacity[[period, index]];
            if !supply.hosts.is_empty() {
                most = most.min(world.host_limit(supply, planned));
            }
            let room = most - planned[index];
            if room > ROUNDING * most { room } else { 0.0 }
        };
        idle.clear();
        idle.resize(compiled.rows.len(), 0.0);
        rooms.clear();
        for &index in &compiled.supplies {
            let row = model.supplies[index].row;
            let room = if asked[row] > 0.0 { room(index) } else { 0.0 };
            rooms.push(room);
            idle[row] += room;
        }
        let mut any = false;
        for (&index, room) in compiled.supplies.iter().zip(rooms.iter()) {
            let supply = &model.supplies[index];
            let (asked, idle) = (asked[supply.row], idle[supply.row]);
            if asked <= 0.0 || idle <= 0.0 {
                continue;
            }
            let extra = room * (asked / idle).min(1.0);
            if extra > 0.0 {
                any = true;
                raised[index] = extra;
                for &(market, per_tonne) in &supply.inputs {
                    feed[market] += per_tonne.of(inputs) * extra;
                }
            }
        }
        any
    }

    /// What a supply makes for refills, beside its other output: what is planned, as far as there is feed for it in stock beyond what the stock is to
    /// hold and what the next arrivals are going to leave missing, and its hosts allow.
    pub(super) fn make_for_refills(&mut self, trial: &Trial<'_>, index: usize, output: f64, period: usize) -> f64 {
        let Trial { model, inputs, .. } = *trial;
        let supply = &model.supplies[index];
        let wanted = self.stocks.refills.planned[index];
        if wanted <= 0.0 {
            return 0.0;
        }
        let mut made = wanted;
        for &(market, _) in &supply.inputs {
            // Plants share what has come, each in proportion to what it planned.
            let above = self.overflow(market) + self.stocks.refills.feed_used[market];
            let lead = model.materials[model.markets[market].material].lead_periods;
            let there = self.left_above(trial, market, above, period, period + 1..period + lead + 1);
            made = made.min(wanted * (there / self.stocks.refills.feed[market]).min(1.0));
        }
        if !supply.hosts.is_empty() {
            made = made.min(trial.world.host_limit(supply, &self.production.output) - output);
        }
        if made <= 0.0 {
            return 0.0;
        }
        for &(market, per_tonne) in &supply.inputs {
            let used = (per_tonne.of(inputs) * made).min(self.stocks.commercial[market]);
            self.stocks.refills.feed_used[market] += used;
            self.stocks.commercial[market] -= used;
            self.stocks.change[market] -= used;
            self.production.feed_available[market] += used;
        }
        made
    }

    /// Puts an arrived refill into the commercial stock up to its maximum, then into stockpiles; what is over stays commercial.
    pub(super) fn receive_refill(&mut self, trial: &Trial<'_>, market: usize, amount: f64) {
        let model = trial.model;
        let mut left = amount;
        if model.markets[market].inventory.is_some() {
            let take = (self.stocks.maximum[market] - self.stocks.commercial[market]).clamp(0.0, left);
            self.stocks.commercial[market] += take;
            left -= take;
        }
        for &index in &model.links[model.markets[market].material].stockpiles {
            let stockpile = &model.stockpiles[index];
            if left > 0.0 && stockpile.refill_months.is_some() && stockpile.owners.contains(&market) {
                let take = (self.stocks.full[index] - self.stocks.stockpile[index]).clamp(0.0, left);
                self.stocks.stockpile[index] += take;
                left -= take;
            }
        }
        self.stocks.commercial[market] += left;
        self.stocks.change[market] += amount;
    }

    /// Shares out what sellers have left, and what they made for refills, among the orders for stocks. Restricted lanes carry at most their
    /// restriction, quotas hold.
    pub(super) fn share_refills(&mut self, trial: &Trial<'_>, material: usize) {
        let links = &trial.model.links[material];
        let left = &mut self.trade.refill_trade.left;
        left.clear();
        let sent = self.trade.memory[material].sent_rows.iter();
        let supply = self.production.supply[links.rows.clone()].iter();
        let made = self.stocks.refills.supply[links.rows.clone()].iter();
        left.extend(sent.zip(supply).zip(made).map(|((sent, supply), made)| {
            let unsold = supply - sent;
            // A fully used seller has nothing left but rounding.
            made + if unsold > DECISION * supply { unsold } else { 0.0 }
        }));
        let trade = RefillTrade {
            normal: &self.trade.normal[material],
            flows: &self.trade.flows[material],
            openness: &self.trade.openness[material],
            is_restricted: self.trade.is_restricted[material],
            limits: self.trade.limits.list(),
            orders: &self.stocks.refills.order[links.markets.clone()],
        };
        self.trade
            .refill_trade
            .share(&trade, &mut self.trade.refill_flows[material]);
    }
}
