//! Attribution: who is to blame for what is missing. Causes are followed through the chain: a plant's lost output is due to the events
//! that hit it or to the feed that it lacked, a buyer's missing deliveries to restricted lanes, to its sellers' lost output, or to
//! others who outbid it; a period's shortfall is shared in proportion to the causes of that period's missing deliveries (of the shipments
//! that should have arrived, with lead times). Where a shortfall lasts after the causes are gone (empty pipelines, spent stocks),
//! the last causes stand. What would be short without events is structural. The parts add up to the shortfall.

use super::severity::Severities;
use super::state::State;
use super::step::Trial;
use crate::model::{EffectModel, Model};

const NONE: usize = usize::MAX;
/// Part of a lane's normal flow below which nothing is missing on it.
pub(super) const NOTHING: f64 = 1e-12;

/// Attribution state of one trial. "Slots" are the causes of the events that strike in the trial, and after them the structural cause.
#[derive(Debug, Clone, Default)]
pub struct Blame {
    /// Shortfall by cell and slot, t (`cell x slots + slot`).
    pub by_cell: Vec<f64>,
    /// Cause of each slot; the last one is structural.
    pub causes: Vec<usize>,
    slot_of: Vec<usize>,
    supply_hits: Vec<(usize, usize, f64)>,
    surge_hits: Vec<(usize, usize, f64)>,
    pub(super) lane_hits: Vec<LaneHit>,
    stock_losses: Vec<(usize, usize, f64)>,
    /// Lost output by exporter row and slot, and over all slots.
    row_lost: Vec<f64>,
    row_total: Vec<f64>,
    share: Vec<f64>,
    has_share: Vec<bool>,
    ring: Vec<Vec<f64>>,
    ring_written: Vec<Vec<usize>>,
    pub(super) columns: Vec<f64>,
    pub(super) competition: Vec<f64>,
    pub(super) lane_severity: Vec<f64>,
    pub(super) restricted: Vec<f64>,
    market: Vec<f64>,
    /// What sellers normally offer and what they sell, by the causes of their lost output: memory of trade by factors.
    pub(super) offered: Vec<f64>,
    /// Slots with a part in a seller's loss, and their shares.
    pub(super) parts: Vec<(usize, f64)>,
    /// Whether any cell of the material has shares.
    has_blame: Vec<bool>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct LaneHit {
    pub(super) material: usize,
    pub(super) event: usize,
    pub(super) position: usize,
    pub(super) slot: usize,
    pub(super) severity: f64,
}

impl Blame {
    /// Prepares for a trial.
    pub(super) fn start(&mut self, model: &Model, severities: &Severities) {
        self.causes.clear();
        self.slot_of.clear();
        self.slot_of.resize(model.causes.len(), NONE);
        for (cause, &(event, ..)) in model.causes.iter().enumerate() {
            if severities.struck.binary_search(&event).is_ok() {
                self.slot_of[cause] = self.causes.len();
                self.causes.push(cause);
            }
        }
        self.causes.push(model.causes.len());
        let slots = self.causes.len();
        for (values, length) in [
            (&mut self.by_cell, model.cells.len() * slots),
            (&mut self.row_lost, model.exporter_rows * slots),
            (&mut self.row_total, model.exporter_rows),
            (&mut self.share, model.markets.len() * slots),
        ] {
            values.clear();
            values.resize(length, 0.0);
        }
        self.has_share.clear();
        self.has_share.resize(model.markets.len(), false);
        self.has_blame.clear();
        self.has_blame.resize(model.materials.len(), false);
        self.ring.resize(model.materials.len(), Vec::new());
        self.ring_written.resize(model.materials.len(), Vec::new());
        for (material, compiled) in model.materials.iter().enumerate() {
            self.ring[material].clear();
            self.ring[material].resize(compiled.lead_periods * compiled.columns.len() * slots, 0.0);
            self.ring_written[material].clear();
            self.ring_written[material].resize(compiled.lead_periods, 0);
        }
        self.stock_losses.clear();
    }

    /// Forgets the hits of the period before.
    pub(super) fn begin_period(&mut self) {
        self.supply_hits.clear();
        self.surge_hits.clear();
        self.lane_hits.clear();
    }

    /// Forgets a material's lost output and shares of the period before.
    pub(super) fn begin_material(&mut self, model: &Model, material: usize) {
        let slots = self.causes.len();
        let links = &model.links[material];
        for row in links.rows.clone() {
            if self.row_total[row] > 0.0 {
                self.row_total[row] = 0.0;
                self.row_lost[row * slots..(row + 1) * slots].fill(0.0);
            }
        }
        if std::mem::take(&mut self.has_blame[material]) {
            self.by_cell[links.cells.start * slots..links.cells.end * slots].fill(0.0);
        }
    }

    /// Whether an event has destroyed stock in this trial.
    pub(super) fn has_stock_losses(&self) -> bool {
        !self.stock_losses.is_empty()
    }

    pub(super) fn supply_hit(&mut self, supply: usize, cause: usize, severity: f64) {
        self.supply_hits.push((supply, self.slot_of[cause], severity));
    }

    pub(super) fn surge_hit(&mut self, cell: usize, cause: usize, severity: f64) {
        self.surge_hits.push((cell, self.slot_of[cause], severity));
    }

    pub(super) fn lane_hit(&mut self, material: usize, event: usize, position: usize, cause: usize, severity: f64) {
        self.lane_hits.push(LaneHit {
            material,
            event,
            position,
            slot: self.slot_of[cause],
            severity,
        });
    }

    pub(super) fn stock_lost(&mut self, market: usize, cause: usize, tonnes: f64) {
        if tonnes > 0.0 {
            self.stock_losses.push((market, self.slot_of[cause], tonnes));
        }
    }

    /// Books lost output at its exporter's row. `unplanned` is the part below plan, for want of feed or of a host's output.
    pub(super) fn output_lost(
        &mut self,
        model: &Model,
        supply: usize,
        lost: f64,
        unplanned: f64,
        feed: Option<usize>,
        host: Option<usize>,
    ) {
        let slots = self.causes.len();
        if slots == 1 {
            return;
        }
        let row = |supply: usize| {
            let compiled = &model.supplies[supply];
            model.materials[compiled.material].first_row + compiled.row
        };
        let own = row(supply);
        if let Some(host) = host {
            let from = row(host);
            let total = self.row_total[from];
            if total > 0.0 && from != own {
                for slot in 0..slots {
                    self.row_lost[own * slots + slot] += lost * self.row_lost[from * slots + slot] / total;
                }
                self.row_total[own] += lost;
                return;
            }
        }
        let mut by_feed = 0.0;
        if let Some(market) = feed {
            by_feed = unplanned.clamp(0.0, lost);
            let line = &mut self.row_lost[own * slots..(own + 1) * slots];
            for (lost, share) in line.iter_mut().zip(&self.share[market * slots..(market + 1) * slots]) {
                *lost += by_feed * share;
            }
            if self.has_share[market] {
                self.row_total[own] += by_feed;
            }
        }
        let total: f64 = self
            .supply_hits
            .iter()
            .filter(|(hit, ..)| *hit == supply)
            .map(|(.., severity)| severity)
            .sum();
        if total > 0.0 {
            for &(hit, slot, severity) in &self.supply_hits {
                if hit == supply {
                    self.row_lost[own * slots + slot] += (lost - by_feed) * severity / total;
                }
            }
            self.row_total[own] += lost - by_feed;
        }
    }
}

impl State {
    /// Shares out the shortfalls of a material's markets in this period.
    pub(super) fn attribute(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let model = trial.model;
        let compiled = &model.materials[material];
        let markets = model.links[material].markets.clone();
        let slots = self.blame.causes.len();
        let lead = compiled.lead_periods;
        let any_short = self.shortfall[model.links[material].cells.clone()]
            .iter()
            .any(|shortfall| *shortfall > 0.0);
        if slots > 1 {
            // Where every order has been met, nothing is missing and the causes known so far stand. Where nobody can be outbid and shipments
            // arrive at once, a shortfall has its causes in the same period: before, they need not be known.
            let is_met = |market: usize| self.sent[market] >= self.order[market] * (1.0 - NOTHING);
            let needed = any_short || lead > 0 || !model.links[material].is_rigid;
            let computed = needed && !self.is_clean[material] && !markets.clone().all(is_met);
            if computed {
                self.missing_by_cause(trial, material);
            }
            if lead == 0 {
                if computed {
                    let from = std::mem::take(&mut self.blame.columns);
                    self.blame.adopt(markets.start, &from);
                    self.blame.columns = from;
                }
            } else {
                self.pass_on_causes(material, markets.start, period, lead, computed);
            }
        }
        if any_short {
            for market in markets {
                self.share_out(trial, market, period);
            }
        }
    }

    /// With lead times, the causes of what arrives are those of the period in which it was sent.
    fn pass_on_causes(&mut self, material: usize, first_market: usize, period: usize, lead: usize, computed: bool) {
        let width = self.blame.ring[material].len() / lead;
        let slot = period % lead;
        if period >= lead && self.blame.ring_written[material][slot] == period - lead + 1 {
            let ring = std::mem::take(&mut self.blame.ring[material]);
            self.blame.adopt(first_market, &ring[slot * width..(slot + 1) * width]);
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
        let slots = self.blame.causes.len();
        if self.is_factored[material] {
            let trade = &self.factored[material];
            let blame = &mut self.blame;
            let outbid = blame.missing_by_factors(model, material, trade, &self.openness[material]);
            blame.add_surges(model, material, &self.need, &self.surge);
            if outbid {
                blame.spread_competition();
            }
            return;
        }
        let (normal, flows) = (&self.normal[material], &self.flows[material]);
        let openness = &self.openness[material];
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
            blame.find_parts(compiled.first_row + row);
            for (column, (normal, flow)) in normal.iter().zip(flows).enumerate() {
                let restricted = if has_hits {
                    blame.restricted[line.start + column]
                } else {
                    0.0
                };
                let rest = normal - flow - restricted;
                if rest <= NOTHING * normal {
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
        blame.add_surges(model, material, &self.need, &self.surge);
        if outbid {
            blame.spread_competition();
        }
    }

    /// Shares out the shortfalls of one market's cells.
    fn share_out(&mut self, trial: &Trial<'_>, market: usize, period: usize) {
        let model = trial.model;
        let cells = model.markets[market].cells.clone();
        let total: f64 = self.shortfall[cells.clone()].iter().sum();
        if total <= 0.0 {
            return;
        }
        let blame = &mut self.blame;
        let slots = blame.causes.len();
        blame.has_blame[model.markets[market].material] = true;
        // Stock that an event destroyed would have covered as much.
        let mut stock_part = 0.0;
        for (hit, _, left) in blame.stock_losses.iter() {
            if *hit == market {
                stock_part += left;
            }
        }
        let by_stock = stock_part.min(total) / total;
        for cell in cells {
            let shortfall = self.shortfall[cell];
            if shortfall <= 0.0 {
                continue;
            }
            let structural = trial
                .structural
                .map_or(0.0, |values| values[period * model.cells.len() + cell])
                .min(shortfall);
            let line = &mut blame.by_cell[cell * slots..(cell + 1) * slots];
            let due = shortfall - structural;
            for &(hit, slot, left) in &blame.stock_losses {
                // Once the lost stock is used up there is nothing left to share.
                if hit == market && left > 0.0 {
                    line[slot] += due * by_stock * left / stock_part;
                }
            }
            let due = due * (1.0 - by_stock);
            if blame.has_share[market] {
                let shares = &blame.share[market * slots..(market + 1) * slots];
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

impl Blame {
    /// The causes of a seller's lost output, with their shares; none where it lost nothing.
    pub(super) fn find_parts(&mut self, row: usize) {
        self.parts.clear();
        let total = self.row_total[row];
        if total > 0.0 {
            let slots = self.causes.len();
            let line = &self.row_lost[row * slots..(row + 1) * slots];
            let struck = line.iter().enumerate().filter(|(_, lost)| **lost > 0.0);
            self.parts.extend(struck.map(|(slot, lost)| (slot, lost / total)));
        }
    }

    /// Books demand surges with the part of the tonnes that each event stands for.
    fn add_surges(&mut self, model: &Model, material: usize, need: &[f64], surge: &[f64]) {
        let slots = self.causes.len();
        for &(cell, slot, severity) in &self.surge_hits {
            let market = model.cells[cell].market;
            if model.markets[market].material == material {
                let extra = need[cell] * severity / (1.0 + surge[cell]);
                self.columns[(market - model.materials[material].first_market) * slots + slot] += extra;
            }
        }
    }

    /// Goods lost to others' bids are due to what made the others bid: the whole market's causes.
    pub(super) fn spread_competition(&mut self) {
        let slots = self.causes.len();
        self.market.clear();
        self.market.resize(slots, 0.0);
        for column in self.columns.chunks_exact(slots) {
            for (sum, part) in self.market.iter_mut().zip(column) {
                *sum += part;
            }
        }
        let total: f64 = self.market.iter().sum();
        if total > 0.0 {
            for (column, outbid) in self.columns.chunks_exact_mut(slots).zip(&self.competition) {
                if *outbid > 0.0 {
                    for (part, sum) in column.iter_mut().zip(&self.market) {
                        *part += outbid * sum / total;
                    }
                }
            }
        }
    }

    /// Takes missing deliveries by cause as the shares of these markets from now on; a market with none keeps its last causes.
    fn adopt(&mut self, first_market: usize, columns: &[f64]) {
        let slots = self.causes.len();
        for (column, missing) in columns.chunks_exact(slots).enumerate() {
            let total: f64 = missing.iter().sum();
            if total > 0.0 {
                let market = first_market + column;
                self.has_share[market] = true;
                let shares = &mut self.share[market * slots..(market + 1) * slots];
                for (share, part) in shares.iter_mut().zip(missing) {
                    *share = part / total;
                }
            }
        }
    }
}
