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

/// Attribution state of one trial. "Slots" are the causes of the events that strike in the trial.
#[derive(Debug, Clone, Default)]
pub struct Blame {
    /// Shortfall by cell and cause, t (`cell x causes + cause`).
    pub by_cell: Vec<f64>,
    /// Cause of each slot.
    causes: Vec<usize>,
    slot_of: Vec<usize>,
    cause_count: usize,
    supply_hits: Vec<(usize, usize, f64)>,
    surge_hits: Vec<(usize, usize, f64)>,
    lane_hits: Vec<LaneHit>,
    stock_losses: Vec<(usize, usize, f64)>,
    row_lost: Vec<f64>,
    share: Vec<f64>,
    has_share: Vec<bool>,
    ring: Vec<Vec<f64>>,
    ring_written: Vec<Vec<usize>>,
    columns: Vec<f64>,
    competition: Vec<f64>,
    lane_severity: Vec<f64>,
    restricted: Vec<f64>,
    market: Vec<f64>,
    /// Cells with shares, by material.
    touched: Vec<Vec<usize>>,
}

#[derive(Debug, Clone, Copy)]
struct LaneHit {
    material: usize,
    event: usize,
    position: usize,
    slot: usize,
    severity: f64,
}

impl Blame {
    /// Prepares for a trial.
    pub(super) fn start(&mut self, model: &Model, severities: &Severities) {
        self.cause_count = model.cause_count();
        let causes = self.cause_count;
        if self.by_cell.len() == model.cells.len() * causes && self.touched.len() == model.materials.len() {
            for cell in self.touched.iter_mut().flat_map(|cells| cells.drain(..)) {
                self.by_cell[cell * causes..(cell + 1) * causes].fill(0.0);
            }
        } else {
            self.by_cell.clear();
            self.by_cell.resize(model.cells.len() * causes, 0.0);
            self.touched.clear();
            self.touched.resize(model.materials.len(), Vec::new());
        }
        self.causes.clear();
        self.slot_of.clear();
        self.slot_of.resize(self.cause_count, NONE);
        for (cause, &(event, ..)) in model.causes.iter().enumerate() {
            if severities.struck.binary_search(&event).is_ok() {
                self.slot_of[cause] = self.causes.len();
                self.causes.push(cause);
            }
        }
        let slots = self.causes.len();
        for (values, length) in [
            (&mut self.row_lost, model.exporter_rows * slots),
            (&mut self.share, model.markets.len() * slots),
        ] {
            values.clear();
            values.resize(length, 0.0);
        }
        self.has_share.clear();
        self.has_share.resize(model.markets.len(), false);
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

    /// Forgets a material's lost output of the period before.
    pub(super) fn begin_material(&mut self, model: &Model, material: usize) {
        let slots = self.causes.len();
        let rows = &model.links[material].rows;
        self.row_lost[rows.start * slots..rows.end * slots].fill(0.0);
        let causes = self.cause_count;
        for cell in self.touched[material].drain(..) {
            self.by_cell[cell * causes..(cell + 1) * causes].fill(0.0);
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
        if slots == 0 {
            return;
        }
        let row = |supply: usize| {
            let compiled = &model.supplies[supply];
            (model.materials[compiled.material].first_row + compiled.row) * slots
        };
        let at = row(supply);
        if let Some(host) = host {
            let from = row(host);
            let total: f64 = self.row_lost[from..from + slots].iter().sum();
            if total > 0.0 && from != at {
                for slot in 0..slots {
                    self.row_lost[at + slot] += lost * self.row_lost[from + slot] / total;
                }
                return;
            }
        }
        let by_feed = if feed.is_some() {
            unplanned.clamp(0.0, lost)
        } else {
            0.0
        };
        if let Some(market) = feed {
            for slot in 0..slots {
                self.row_lost[at + slot] += by_feed * self.share[market * slots + slot];
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
                    self.row_lost[at + slot] += (lost - by_feed) * severity / total;
                }
            }
        }
    }
}

impl State {
    /// Shares out the shortfalls of a material's markets in this period.
    pub(super) fn attribute(&mut self, trial: &Trial<'_>, material: usize, period: usize) {
        let model = trial.model;
        let compiled = &model.materials[material];
        let slots = self.blame.causes.len();
        let lead = compiled.lead_periods;
        let width = compiled.columns.len() * slots;
        if slots > 0 {
            // Where every order has been met, nothing is missing and the causes known so far stand.
            let markets = compiled.first_market..compiled.first_market + compiled.columns.len();
            let is_met = |market: usize| self.sent[market] >= self.order[market] * (1.0 - 1e-12);
            let computed = !self.is_clean[material] && !markets.into_iter().all(is_met);
            if computed {
                self.missing_by_cause(trial, material);
            }
            if lead == 0 {
                if computed {
                    let from = std::mem::take(&mut self.blame.columns);
                    self.blame.adopt(compiled.first_market, slots, &from);
                    self.blame.columns = from;
                }
            } else {
                let slot = period % lead;
                if period >= lead && self.blame.ring_written[material][slot] == period - lead + 1 {
                    let ring = std::mem::take(&mut self.blame.ring[material]);
                    self.blame
                        .adopt(compiled.first_market, slots, &ring[slot * width..(slot + 1) * width]);
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
        }
        for market in compiled.first_market..compiled.first_market + compiled.columns.len() {
            self.share_out(trial, market, period);
        }
    }

    /// Missing deliveries by column and cause, t, of the shipments allocated now; into `blame.columns`.
    fn missing_by_cause(&mut self, trial: &Trial<'_>, material: usize) {
        let model = trial.model;
        let compiled = &model.materials[material];
        let columns = compiled.columns.len();
        let slots = self.blame.causes.len();
        let (normal, flows) = (&self.normal[material], &self.flows[material]);
        let openness = &self.openness[material];
        let blame = &mut self.blame;
        for values in [&mut blame.lane_severity, &mut blame.restricted] {
            values.clear();
            values.resize(normal.len(), 0.0);
        }
        blame.columns.clear();
        blame.columns.resize(columns * slots, 0.0);
        blame.competition.clear();
        blame.competition.resize(columns, 0.0);
        let lanes = |hit: &LaneHit| match &model.events[hit.event].effect {
            EffectModel::Lanes(effects) | EffectModel::Quota(effects) => effects[hit.position].lanes.as_slice(),
            _ => &[],
        };
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
        for row in 0..compiled.rows.len() {
            let at = (compiled.first_row + row) * slots;
            let lost: f64 = blame.row_lost[at..at + slots].iter().sum();
            for column in 0..columns {
                let lane = row * columns + column;
                let rest = normal[lane] - flows[lane] - blame.restricted[lane];
                if rest <= 1e-12 * normal[lane] {
                    continue;
                }
                if lost > 0.0 {
                    for slot in 0..slots {
                        blame.columns[column * slots + slot] += rest * blame.row_lost[at + slot] / lost;
                    }
                } else {
                    blame.competition[column] += rest;
                }
            }
        }
        for &(cell, slot, severity) in &blame.surge_hits {
            let market = model.cells[cell].market;
            if model.markets[market].material == material {
                // Part of the surge that this event stands for.
                let extra = self.need[cell] * severity / (1.0 + self.surge[cell]);
                blame.columns[(market - compiled.first_market) * slots + slot] += extra;
            }
        }
        // Goods lost to others' bids are due to what made the others bid: the whole market's causes.
        blame.market.clear();
        blame.market.resize(slots, 0.0);
        for column in blame.columns.chunks_exact(slots) {
            for (sum, part) in blame.market.iter_mut().zip(column) {
                *sum += part;
            }
        }
        let total: f64 = blame.market.iter().sum();
        if total > 0.0 {
            for (column, outbid) in blame.columns.chunks_exact_mut(slots).zip(&blame.competition) {
                for (part, sum) in column.iter_mut().zip(&blame.market) {
                    *part += outbid * sum / total;
                }
            }
        }
    }

    /// Shares out the shortfalls of one market's cells.
    fn share_out(&mut self, trial: &Trial<'_>, market: usize, period: usize) {
        let model = trial.model;
        let cells = model.markets[market].cells.clone();
        let total: f64 = cells.clone().map(|cell| self.shortfall[cell]).sum();
        if total <= 0.0 {
            return;
        }
        let blame = &mut self.blame;
        let slots = blame.causes.len();
        let causes = blame.cause_count;
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
            let line = &mut blame.by_cell[cell * causes..(cell + 1) * causes];
            blame.touched[model.markets[market].material].push(cell);
            let due = shortfall - structural;
            line[causes - 1] += structural;
            for &(hit, slot, left) in &blame.stock_losses {
                // Once the lost stock is used up there is nothing left to share.
                if hit == market && left > 0.0 {
                    line[blame.causes[slot]] += due * by_stock * left / stock_part;
                }
            }
            let due = due * (1.0 - by_stock);
            if slots > 0 && blame.has_share[market] {
                for slot in 0..slots {
                    line[blame.causes[slot]] += due * blame.share[market * slots + slot];
                }
            } else {
                line[causes - 1] += due;
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
    /// Takes missing deliveries by cause as the shares of these markets from now on; a market with none keeps its last causes.
    fn adopt(&mut self, first_market: usize, slots: usize, columns: &[f64]) {
        for (column, missing) in columns.chunks_exact(slots).enumerate() {
            let total: f64 = missing.iter().sum();
            if total > 0.0 {
                let market = first_market + column;
                self.has_share[market] = true;
                for (share, part) in self.share[market * slots..(market + 1) * slots].iter_mut().zip(missing) {
                    *share = part / total;
                }
            }
        }
    }
}
