//! Attribution where trade is known by factors: what is missing by column and cause without a pass over all lanes.
//!
//! With B_ij = r_i c_j / total and T_ij = a_i b_j B_ij, column j misses c_j / total · Σ_i (1 - a_i b_j) r_i. Shared out by the causes of each
//! seller's lost output, that is c_j / total · (P - b_j Q) with the sums P = Σ r_i · share_i and Q = Σ a_i r_i · share_i by cause.

use super::blame::{Blame, LaneHit};
use super::factored::Factored;
use super::tolerance::{ROUNDING, STOCK};
use crate::model::{EffectModel, Model};

impl Blame {
    /// Missing deliveries by column and cause, t, into `columns`, and those for want of a seller into `competition`: the same as by lanes. Gives
    /// whether there are any of the latter.
    pub(super) fn missing_by_factors(
        &mut self,
        model: &Model,
        material: usize,
        trade: &Factored,
        openness: &[f64],
    ) -> bool {
        let columns = model.materials[material].columns.len();
        let slots = self.causes[material].len();
        self.columns.clear();
        self.columns.resize(columns * slots, 0.0);
        self.competition.clear();
        self.competition.resize(columns, 0.0);
        self.offered.clear();
        self.offered.resize(2 * slots, 0.0);
        if !trade.takes_all() {
            return self.missing_by_buyer(model, material, trade);
        }
        // All columns miss the same part of what they normally get, restrictions apart.
        let others = self.missing_by_seller(model, material, trade);
        for ((line, competition), normal) in self
            .columns
            .chunks_exact_mut(slots)
            .zip(&mut self.competition)
            .zip(&trade.normal_columns)
        {
            let share = normal / trade.total;
            for (part, missing) in line.iter_mut().zip(&self.offered) {
                *part = share * missing;
            }
            *competition = share * others;
        }
        let outbid = !trade.restricted.is_empty() && self.missing_on_restricted_lines(model, material, trade, openness);
        outbid || others > 0.0
    }

    /// Whether all markets of a material miss the same part of what they normally get, for known causes: their shares are then the same.
    /// Takes them over.
    pub(super) fn adopt_alike(&mut self, model: &Model, material: usize, trade: &Factored) -> bool {
        let of_surges = |hit: &(usize, usize, f64)| model.markets[model.cells[hit.0].market].material == material;
        if !(trade.takes_all() && trade.restricted.is_empty()) || self.surge_hits.iter().any(of_surges) {
            return false;
        }
        let slots = self.causes[material].len();
        self.offered.clear();
        self.offered.resize(slots, 0.0);
        // What is missing for want of a seller is shared out like the rest.
        self.missing_by_seller(model, material, trade);
        let total: f64 = self.offered.iter().sum();
        if total > STOCK * trade.total {
            self.offered.iter_mut().for_each(|part| *part /= total);
            let markets = model.links[material].markets.clone();
            let lines = self.share[self.market_start[markets.start]..].chunks_exact_mut(slots);
            for ((shares, known), normal) in lines.zip(&mut self.has_share[markets]).zip(&trade.normal_columns) {
                if *normal > 0.0 {
                    shares.copy_from_slice(&self.offered);
                    *known = true;
                }
            }
        }
        true
    }

    /// What unrestricted sellers miss of normal trade by the causes of their losses, into `offered`; gives what those miss who lost nothing.
    fn missing_by_seller(&mut self, model: &Model, material: usize, trade: &Factored) -> f64 {
        let first_row = model.materials[material].first_row;
        let mut others = 0.0;
        let mut lines = trade.restricted.iter().peekable();
        for (row, (factor, normal)) in trade.sellers.iter().zip(&trade.normal_rows).enumerate() {
            if lines.next_if_eq(&&row).is_some() || 1.0 - factor <= ROUNDING {
                continue;
            }
            let missing = normal * (1.0 - factor);
            self.find_parts(material, first_row + row);
            for &(slot, share) in &self.parts {
                self.offered[slot] += missing * share;
            }
            if self.parts.is_empty() {
                others += missing;
            }
        }
        others
    }

    /// The same by column, where buyers take less than they are offered (and nothing is restricted).
    fn missing_by_buyer(&mut self, model: &Model, material: usize, trade: &Factored) -> bool {
        let first_row = model.materials[material].first_row;
        let slots = self.causes[material].len();
        // P and Q, and the same of sellers who lost nothing.
        let (mut others, mut others_sold) = (0.0, 0.0);
        for (row, (factor, normal)) in trade.sellers.iter().zip(&trade.normal_rows).enumerate() {
            self.find_parts(material, first_row + row);
            for &(slot, share) in &self.parts {
                self.offered[slot] += normal * share;
                self.offered[slots + slot] += factor * normal * share;
            }
            if self.parts.is_empty() {
                others += normal;
                others_sold += factor * normal;
            }
        }
        let (offered, sold) = self.offered.split_at(slots);
        let mut outbid = false;
        for (column, (line, competition)) in self
            .columns
            .chunks_exact_mut(slots)
            .zip(&mut self.competition)
            .enumerate()
        {
            let (buyer, share) = (trade.buyers[column], trade.normal_columns[column] / trade.total);
            // Differences of equal numbers leave rounding.
            let missing = |offered: f64, sold: f64| {
                let missing = offered - buyer * sold;
                if missing > ROUNDING * offered {
                    share * missing
                } else {
                    0.0
                }
            };
            for ((part, offered), sold) in line.iter_mut().zip(offered).zip(sold) {
                *part = missing(*offered, *sold);
            }
            *competition = missing(others, others_sold);
            outbid |= *competition > 0.0;
        }
        outbid
    }

    /// The part of sellers with restricted lanes; whether any of it is for want of a seller.
    fn missing_on_restricted_lines(
        &mut self,
        model: &Model,
        material: usize,
        trade: &Factored,
        openness: &[f64],
    ) -> bool {
        let compiled = &model.materials[material];
        let (slots, columns) = (self.causes[material].len(), compiled.columns.len());
        for values in [&mut self.lane_severity, &mut self.restricted] {
            values.clear();
            values.resize(openness.len(), 0.0);
        }
        let lanes = |hit: &LaneHit| match &model.events[hit.event].effect {
            EffectModel::Lanes(effects) => effects[hit.position].lanes.as_slice(),
            _ => &[],
        };
        for hit in self.lane_hits.iter().filter(|hit| hit.material == material) {
            for &lane in lanes(hit) {
                self.lane_severity[lane] += hit.severity;
            }
        }
        let normal =
            |lane: usize| trade.normal_rows[lane / columns] * trade.normal_columns[lane % columns] / trade.total;
        let flow = |lane: usize| {
            let line = trade.restricted.iter().position(|row| *row == lane / columns);
            line.map_or(normal(lane), |line| trade.lines[line * columns + lane % columns])
        };
        for hit in self.lane_hits.iter().filter(|hit| hit.material == material) {
            for &lane in lanes(hit) {
                let normal = normal(lane);
                let restricted = (normal - flow(lane)).max(0.0).min((1.0 - openness[lane]) * normal);
                self.restricted[lane] = restricted;
                self.columns[lane % columns * slots + hit.slot] += restricted * hit.severity / self.lane_severity[lane];
            }
        }
        let mut outbid = false;
        for (&row, line) in trade.restricted.iter().zip(trade.lines.chunks_exact(columns.max(1))) {
            self.find_parts(material, compiled.first_row + row);
            for (column, flow) in line.iter().enumerate() {
                let lane = row * columns + column;
                let normal = normal(lane);
                let rest = normal - flow - self.restricted[lane];
                if rest <= ROUNDING * normal {
                    continue;
                }
                for &(slot, share) in &self.parts {
                    self.columns[column * slots + slot] += rest * share;
                }
                if self.parts.is_empty() {
                    self.competition[column] += rest;
                    outbid = true;
                }
            }
        }
        outbid
    }
}
