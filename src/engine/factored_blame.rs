//! Attribution where trade is known by factors: what is missing by column and cause without a pass over all lanes.
//!
//! With B_ij = r_i c_j / total and T_ij = a_i b_j B_ij, column j misses c_j / total · Σ_i (1 - a_i b_j) r_i. Shared out by the causes of each
//! seller's lost output, that is c_j / total · (P - b_j Q) with the sums P = Σ r_i · share_i and Q = Σ a_i r_i · share_i by cause.

use super::attribute::NOTHING;
use super::blame::{Blame, LaneHit};
use super::factored::Factored;
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
        let compiled = &model.materials[material];
        let slots = self.causes[material].len();
        let columns = compiled.columns.len();
        self.columns.clear();
        self.columns.resize(columns * slots, 0.0);
        self.competition.clear();
        self.competition.resize(columns, 0.0);
        // P and Q, and the same of sellers who lost nothing.
        self.offered.clear();
        self.offered.resize(2 * slots, 0.0);
        let (mut others, mut others_sold) = (0.0, 0.0);
        let mut lines = trade.restricted.iter().peekable();
        for (row, (factor, normal)) in trade.sellers.iter().zip(&trade.normal_rows).enumerate() {
            if lines.next_if_eq(&&row).is_some() {
                continue;
            }
            self.find_parts(material, compiled.first_row + row);
            for &(slot, share) in &self.parts {
                self.offered[slot] += normal * share;
                self.offered[slots + slot] += factor * normal * share;
            }
            if self.parts.is_empty() {
                others += normal;
                others_sold += factor * normal;
            }
        }
        let (offered, sold) = self.offered.split_at_mut(slots);
        let (offered, sold) = (offered, &*sold);
        let mut outbid = false;
        if trade.takes_all() {
            // All columns miss the same part of what they normally get.
            for (offered, sold) in offered.iter_mut().zip(sold.iter()) {
                let missing = *offered - *sold;
                *offered = if missing > NOTHING * *offered {
                    missing / trade.total
                } else {
                    0.0
                };
            }
            for (line, normal) in self.columns.chunks_exact_mut(slots).zip(&trade.normal_columns) {
                for (part, missing) in line.iter_mut().zip(offered.iter()) {
                    *part = normal * missing;
                }
            }
            let missing = others - others_sold;
            if missing > NOTHING * others {
                outbid = true;
                for (competition, normal) in self.competition.iter_mut().zip(&trade.normal_columns) {
                    *competition = normal * missing / trade.total;
                }
            }
            return outbid
                | (!trade.restricted.is_empty() && self.missing_on_restricted_lines(model, material, trade, openness));
        }
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
                if missing > NOTHING * offered {
                    share * missing
                } else {
                    0.0
                }
            };
            for ((part, offered), sold) in line.iter_mut().zip(offered.iter()).zip(sold.iter()) {
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
                if rest <= NOTHING * normal {
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
