//! Attribution: a material's missing deliveries by cause, and the shortfalls of its markets shared out by them.

use super::blame::{Blame, LaneHit};
use super::state::State;
use super::step::Trial;
use super::tolerance::ROUNDING;
use crate::model::EffectModel;

impl State {
    /// Shares out the shortfalls of a material's markets in this period.
    pub(super) fn attribute(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let model = trial.model;
        let compiled = &model.materials[material];
        let markets = model.links[material].markets.clone();
        let slots = self.blame.causes[material].len();
        let lead = compiled.lead_periods;
        let any_short = self.demand.shortfall[model.links[material].cells.clone()]
            .iter()
            .any(|shortfall| *shortfall > 0.0);
        if slots > 1 {
            // Where every order has been met, nothing is missing and the causes known so far stand. Where nobody can be outbid and shipments
            // arrive at once, a shortfall has its causes in the same period: before, they need not be known.
            let is_met = |market: usize| self.trade.sent[market] >= self.demand.order[market] * (1.0 - ROUNDING);
            let needed = any_short || lead > 0 || !model.links[material].is_rigid;
            let computed = needed && !self.trade.is_clean[material] && !markets.clone().all(is_met);
            if computed {
                self.missing_by_cause(trial, material);
            }
            if lead == 0 {
                if computed {
                    let from = std::mem::take(&mut self.blame.columns);
                    self.blame
                        .adopt(material, markets.start, &self.demand.order[markets], &from);
                    self.blame.columns = from;
                }
            } else {
                self.pass_on_causes(trial, material, markets.start, period, lead, computed);
            }
        }
        if any_short {
            self.share_out_all(trial, material, period);
        }
    }

    /// Shares out the shortfalls of a material's markets by the causes known so far.
    pub(super) fn share_out_all(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let links = &trial.model.links[material];
        if !(links.is_plain && trial.structural.is_none() && self.blame.stock_losses.is_empty()) {
            for market in links.markets.clone() {
                self.share_out(trial, market, period);
            }
            return;
        }
        // One user a market: cells and markets run in step.
        let blame = &mut self.blame;
        let slots = blame.causes[material].len();
        let (Some(from), Some(to)) = (
            blame.market_start.get(links.markets.start),
            blame.cell_start.get(links.cells.start),
        ) else {
            return;
        };
        let shares = blame.share[*from..]
            .chunks_exact(slots)
            .zip(&blame.has_share[links.markets.clone()]);
        let lines = blame.by_cell[*to..].chunks_exact_mut(slots);
        for ((line, (shares, known)), shortfall) in lines.zip(shares).zip(&self.demand.shortfall[links.cells.clone()]) {
            if *shortfall <= 0.0 {
                continue;
            }
            if *known {
                for (part, share) in line.iter_mut().zip(shares) {
                    *part += shortfall * share;
                }
            } else {
                line[slots - 1] += shortfall;
            }
        }
    }

    /// With lead times, the causes of what arrives are those of the period in which it was sent.
    fn pass_on_causes(
        &mut self,
        trial: &Trial<'_>,
        material: usize,
        first_market: usize,
        period: usize,
        lead: usize,
        computed: bool,
    ) {
        let width = self.blame.ring[material].len() / lead;
        let slot = period % lead;
        if period >= lead && self.blame.ring_written[material][slot] == period - lead + 1 {
            let ring = std::mem::take(&mut self.blame.ring[material]);
            let orders = &self.demand.order[trial.model.links[material].markets.clone()];
            self.blame
                .adopt(material, first_market, orders, &ring[slot * width..(slot + 1) * width]);
            self.blame.ring[material] = ring;
        }
        if computed {
            let Blame {
                ring,
                columns,
                ring_written,
                ..
            } = &mut self.blame;
            ring[material][slot * width..(slot + 1) * width].copy_from_slice(columns);
            ring_written[material][slot] = period + 1;
        }
    }

    /// Missing deliveries by column and cause, t, of the shipments allocated now; into `blame.columns`.
    fn missing_by_cause(&mut self, trial: &Trial<'_>, material: usize) {
        let model = trial.model;
        let compiled = &model.materials[material];
        let columns = compiled.columns.len();
        let slots = self.blame.causes[material].len();
        let (normal, flows) = (&self.trade.normal[material], &self.trade.flows[material]);
        let openness = &self.trade.openness[material];
        let blame = &mut self.blame;
        blame.columns.clear();
        blame.columns.resize(columns * slots, 0.0);
        blame.competition.clear();
        blame.competition.resize(columns, 0.0);
        let lanes = |hit: &LaneHit| match &model.events[hit.event].effect {
            EffectModel::Lanes(effects) | EffectModel::Quota(effects) => effects[hit.position].lanes.as_slice(),
            _ => &[],
        };
        let has_hits = blame.lane_hits.iter().any(|hit| hit.material == material);
        if has_hits {
            for values in [&mut blame.lane_severity, &mut blame.restricted] {
                values.clear();
                values.resize(normal.len(), 0.0);
            }
            for hit in blame.lane_hits.iter().filter(|hit| hit.material == material) {
                for &lane in lanes(hit) {
                    blame.lane_severity[lane] += hit.severity;
                }
            }
            for hit in blame.lane_hits.iter().filter(|hit| hit.material == material) {
                for &lane in lanes(hit) {
                    let missing = (normal[lane] - flows[lane]).max(0.0);
                    let cut = if openness[lane] < 1.0 {
                        1.0 - openness[lane]
                    } else {
                        blame.lane_severity[lane].min(1.0)
                    };
                    let restricted = missing.min(cut * normal[lane]);
                    blame.restricted[lane] = restricted;
                    blame.columns[lane % columns * slots + hit.slot] +=
                        restricted * hit.severity / blame.lane_severity[lane];
                }
            }
        }
        let mut outbid = false;
        for row in 0..compiled.rows.len() {
            let line = row * columns..(row + 1) * columns;
            let (normal, flows) = (&normal[line.clone()], &flows[line.clone()]);
            if normal == flows {
                continue;
            }
            blame.find_parts(material, compiled.first_row + row);
            for (column, (normal, flow)) in normal.iter().zip(flows).enumerate() {
                let restricted = if has_hits {
                    blame.restricted[line.start + column]
                } else {
                    0.0
                };
                let rest = normal - flow - restricted;
                if rest <= ROUNDING * normal {
                    continue;
                }
                for &(slot, share) in &blame.parts {
                    blame.columns[column * slots + slot] += rest * share;
                }
                if blame.parts.is_empty() {
                    blame.competition[column] += rest;
                    outbid = true;
                }
            }
        }
        blame.add_surges(model, material, &self.demand.need, &self.demand.surge);
        if outbid {
            blame.spread_competition(material);
        }
    }

    /// Shares out the shortfalls of one market's cells.
    fn share_out(&mut self, trial: &Trial<'_>, market: usize, period: usize) {
        let model = trial.model;
        let cells = model.markets[market].cells.clone();
        let total: f64 = self.demand.shortfall[cells.clone()].iter().sum();
        if total <= 0.0 {
            return;
        }
        let blame = &mut self.blame;
        let material = model.markets[market].material;
        let slots = blame.causes[material].len();
        // Stock that an event destroyed would have covered as much.
        let mut stock_part = 0.0;
        for (hit, _, left) in blame.stock_losses.iter() {
            if *hit == market {
                stock_part += left;
            }
        }
        let by_stock = stock_part.min(total) / total;
        for cell in cells {
            let shortfall = self.demand.shortfall[cell];
            if shortfall <= 0.0 {
                continue;
            }
            let structural = trial
                .structural
                .map_or(0.0, |values| values[period * model.cells.len() + cell])
                .min(shortfall);
            let start = blame.cell_start[cell];
            let line = &mut blame.by_cell[start..start + slots];
            let due = shortfall - structural;
            for &(hit, slot, left) in &blame.stock_losses {
                // Once the lost stock is used up there is nothing left to share.
                if hit == market && left > 0.0 {
                    line[slot] += due * by_stock * left / stock_part;
                }
            }
            let due = due * (1.0 - by_stock);
            if blame.has_share[market] {
                let shares = &blame.share[blame.market_start[market]..];
                for (part, share) in line.iter_mut().zip(shares) {
                    *part += due * share;
                }
                line[slots - 1] += structural;
            } else {
                line[slots - 1] += structural + due;
            }
        }
        if stock_part > 0.0 {
            let used = by_stock * total / stock_part;
            for (hit, _, left) in &mut blame.stock_losses {
                if *hit == market {
                    *left *= 1.0 - used;
                }
            }
        }
    }
}
