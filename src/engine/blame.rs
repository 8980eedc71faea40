//! Attribution: who is to blame for what is missing. Causes are followed through the chain: a plant's lost output is due to the events
//! that hit it or to the feed that it lacked, a buyer's missing deliveries to restricted lanes, to its sellers' lost output, or to
//! others who outbid it; a period's shortfall is shared in proportion to the causes of that period's missing deliveries (of the shipments
//! that should have arrived, with lead times). Where a shortfall lasts after the causes are gone (empty pipelines, spent stocks),
//! the last causes stand. What would be short without events is structural. The parts add up to the shortfall.
//!
//! Here: what is kept, and the causes of lost output. `attribute` shares out what is short.

use super::severity::Severities;
use super::tolerance::STOCK;
use crate::model::Model;

const NONE: usize = usize::MAX;

/// Attribution state of one trial. A material's "slots" are the causes that can reach it through the chain, of the events that strike in the
/// trial, and after them the structural cause; its rows, markets and cells have a line of so many numbers each.
#[derive(Debug, Clone, Default)]
pub struct Blame {
    /// Causes of each material's slots, ascending; the last one is structural.
    pub causes: Vec<Vec<usize>>,
    /// Shortfall so far by cell and slot, t.
    pub by_cell: Vec<f64>,
    /// Where each cell's line begins.
    pub cell_start: Vec<usize>,
    /// Slot of each cause by material (`material x causes + cause`).
    slots: Vec<usize>,
    has_struck: Vec<bool>,
    supply_hits: Vec<(usize, usize, f64)>,
    pub(super) surge_hits: Vec<(usize, usize, f64)>,
    pub(super) lane_hits: Vec<LaneHit>,
    /// (Market, slot, t that its stock would still have covered).
    pub(super) stock_losses: Vec<(usize, usize, f64)>,
    /// Lost output by exporter row and slot, and over all slots.
    row_lost: Vec<f64>,
    row_start: Vec<usize>,
    row_total: Vec<f64>,
    /// Share of each slot in what a market misses; where each market's line begins, and whether it has any.
    pub(super) share: Vec<f64>,
    pub(super) market_start: Vec<usize>,
    pub(super) has_share: Vec<bool>,
    pub(super) ring: Vec<Vec<f64>>,
    pub(super) ring_written: Vec<Vec<usize>>,
    /// Missing deliveries of the material at hand by column and slot, and by column for want of a seller.
    pub(super) columns: Vec<f64>,
    pub(super) competition: Vec<f64>,
    pub(super) lane_severity: Vec<f64>,
    pub(super) restricted: Vec<f64>,
    market: Vec<f64>,
    /// Slots with a part in a seller's loss, and their shares.
    pub(super) parts: Vec<(usize, f64)>,
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
        self.find_slots(model, severities);
        let (mut cells, mut rows, mut markets) = (0, 0, 0);
        for starts in [&mut self.cell_start, &mut self.row_start, &mut self.market_start] {
            starts.clear();
        }
        // Cells, rows and markets are numbered material by material.
        for (causes, links) in self.causes.iter().zip(&model.links) {
            for (starts, next, count) in [
                (&mut self.cell_start, &mut cells, links.cells.len()),
                (&mut self.row_start, &mut rows, links.rows.len()),
                (&mut self.market_start, &mut markets, links.markets.len()),
            ] {
                starts.extend((0..count).map(|line| *next + line * causes.len()));
                *next += count * causes.len();
            }
        }
        for (values, length) in [
            (&mut self.by_cell, cells),
            (&mut self.row_lost, rows),
            (&mut self.row_total, model.exporter_rows),
            (&mut self.share, markets),
        ] {
            values.clear();
            values.resize(length, 0.0);
        }
        self.has_share.clear();
        self.has_share.resize(model.markets.len(), false);
        self.ring.resize(model.materials.len(), Vec::new());
        self.ring_written.resize(model.materials.len(), Vec::new());
        for (material, compiled) in model.materials.iter().enumerate() {
            let width = compiled.columns.len() * self.causes[material].len();
            self.ring[material].clear();
            self.ring[material].resize(compiled.lead_periods * width, 0.0);
            self.ring_written[material].clear();
            self.ring_written[material].resize(compiled.lead_periods, 0);
        }
        self.stock_losses.clear();
    }

    /// Finds the causes that can reach each material in this trial.
    fn find_slots(&mut self, model: &Model, severities: &Severities) {
        let (materials, causes) = (model.materials.len(), model.causes.len());
        if self.causes.len() != materials
            || self.slots.len() != materials * causes
            || self.has_struck.len() != model.events.len()
        {
            self.causes = vec![Vec::new(); materials];
            self.slots = vec![NONE; materials * causes];
            self.has_struck = vec![false; model.events.len()];
        }
        for &event in &severities.struck {
            self.has_struck[event] = true;
        }
        let of_materials = self.causes.iter_mut().zip(self.slots.chunks_exact_mut(causes.max(1)));
        for ((own, slots), links) in of_materials.zip(&model.links) {
            for cause in own.drain(..) {
                if let Some(slot) = slots.get_mut(cause) {
                    *slot = NONE;
                }
            }
            for &cause in &links.causes {
                if self.has_struck[model.causes[cause].0] {
                    slots[cause] = own.len();
                    own.push(cause);
                }
            }
        }
        // The structural cause, also of materials that no event can reach.
        for own in &mut self.causes {
            if own.last() != Some(&causes) {
                own.push(causes);
            }
        }
        for &event in &severities.struck {
            self.has_struck[event] = false;
        }
    }

    /// Forgets the hits of the period before.
    pub(super) fn begin_period(&mut self) {
        self.supply_hits.clear();
        self.surge_hits.clear();
        self.lane_hits.clear();
    }

    /// Forgets a material's lost output of the period before.
    pub(super) fn begin_losses(&mut self, model: &Model, material: usize) {
        let rows = model.links[material].rows.clone();
        if let (false, Some(first)) = (rows.is_empty(), self.row_start.get(rows.start)) {
            let slots = self.causes[material].len();
            self.row_total[rows.clone()].fill(0.0);
            self.row_lost[*first..first + rows.len() * slots].fill(0.0);
        }
    }

    fn slot(&self, model: &Model, material: usize, cause: usize) -> usize {
        self.slots[material * model.causes.len() + cause]
    }

    pub(super) fn supply_hit(&mut self, model: &Model, supply: usize, cause: usize, severity: f64) {
        let slot = self.slot(model, model.supplies[supply].material, cause);
        self.supply_hits.push((supply, slot, severity));
    }

    pub(super) fn surge_hit(&mut self, model: &Model, cell: usize, cause: usize, severity: f64) {
        let slot = self.slot(model, model.markets[model.cells[cell].market].material, cause);
        self.surge_hits.push((cell, slot, severity));
    }

    pub(super) fn lane_hit(&mut self, model: &Model, hit: (usize, usize, usize), cause: usize, severity: f64) {
        let (material, event, position) = hit;
        self.lane_hits.push(LaneHit {
            material,
            event,
            position,
            slot: self.slot(model, material, cause),
            severity,
        });
    }

    pub(super) fn stock_lost(&mut self, model: &Model, market: usize, cause: usize, tonnes: f64) {
        let slot = self.slot(model, model.markets[market].material, cause);
        // A cause that is not followed has none.
        if tonnes > 0.0 && slot != NONE {
            self.stock_losses.push((market, slot, tonnes));
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
        let compiled = &model.supplies[supply];
        let material = compiled.material;
        if self.causes[material].len() == 1 {
            return;
        }
        let own = model.materials[material].first_row + compiled.row;
        let start = self.row_start[own];
        let of_material = material * model.causes.len();
        if let Some(host) = host {
            let host = &model.supplies[host];
            let from = model.materials[host.material].first_row + host.row;
            let total = self.row_total[from];
            if total > 0.0 && from != own {
                for (position, cause) in self.causes[host.material].iter().enumerate() {
                    let part = self.row_lost[self.row_start[from] + position];
                    if part > 0.0 {
                        self.row_lost[start + self.slots[of_material + cause]] += lost * part / total;
                    }
                }
                self.row_total[own] += lost;
                return;
            }
        }
        let mut by_feed = 0.0;
        if let Some(market) = feed {
            by_feed = unplanned.clamp(0.0, lost);
            if self.has_share[market] {
                let input = model.markets[market].material;
                let shares = &self.share[self.market_start[market]..];
                for (share, cause) in shares.iter().zip(&self.causes[input]) {
                    if *share > 0.0 {
                        self.row_lost[start + self.slots[of_material + cause]] += by_feed * share;
                    }
                }
                self.row_total[own] += by_feed;
            }
        }
        let mut total = 0.0;
        for (hit, _, severity) in &self.supply_hits {
            if *hit == supply {
                total += severity;
            }
        }
        if total > 0.0 {
            for &(hit, slot, severity) in &self.supply_hits {
                if hit == supply {
                    self.row_lost[start + slot] += (lost - by_feed) * severity / total;
                }
            }
            self.row_total[own] += lost - by_feed;
        }
    }

    /// The causes of a seller's lost output, with their shares; none where it lost nothing.
    pub(super) fn find_parts(&mut self, material: usize, row: usize) {
        self.parts.clear();
        let total = self.row_total[row];
        if total > 0.0 {
            let start = self.row_start[row];
            let line = &self.row_lost[start..start + self.causes[material].len()];
            let struck = line.iter().enumerate().filter(|(_, lost)| **lost > 0.0);
            self.parts.extend(struck.map(|(slot, lost)| (slot, lost / total)));
        }
    }

    /// Books demand surges with the part of the tonnes that each event stands for.
    pub(super) fn add_surges(&mut self, model: &Model, material: usize, need: &[f64], surge: &[f64]) {
        let slots = self.causes[material].len();
        for &(cell, slot, severity) in &self.surge_hits {
            let market = model.cells[cell].market;
            if model.markets[market].material == material {
                let extra = need[cell] * severity / (1.0 + surge[cell]);
                self.columns[(market - model.materials[material].first_market) * slots + slot] += extra;
            }
        }
    }

    /// Goods lost to others' bids are due to what made the others bid: the whole market's causes.
    pub(super) fn spread_competition(&mut self, material: usize) {
        let slots = self.causes[material].len();
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

    /// Takes missing deliveries by cause as the shares of a material's markets from now on; a market with none (or hardly any of its orders, which
    /// are given too) keeps its last causes.
    pub(super) fn adopt(&mut self, material: usize, first_market: usize, orders: &[f64], columns: &[f64]) {
        let slots = self.causes[material].len();
        for ((missing, order), market) in columns.chunks_exact(slots).zip(orders).zip(first_market..) {
            let total: f64 = missing.iter().sum();
            if total > STOCK * order {
                self.has_share[market] = true;
                let start = self.market_start[market];
                for (share, part) in self.share[start..start + slots].iter_mut().zip(missing) {
                    *share = part / total;
                }
            }
        }
    }
}
