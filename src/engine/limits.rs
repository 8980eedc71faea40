//! Limits in tonnes on what sets of lanes carry together, kept disjoint as the search for an allocation demands: quotas of events, and what lanes
//! carry without any event.

use super::allocation::Quota;
use super::state::State;
use super::step::Trial;
use crate::model::{EffectModel, LaneEffect, Model, Series};

/// A quota in tonnes that an event has put in force in the present period.
#[derive(Debug, Clone, Copy)]
pub(super) struct TonnageQuota {
    pub(super) material: usize,
    pub(super) event: usize,
    /// Position among the event's effects.
    pub(super) position: usize,
    /// Share of the period for which it is in force.
    pub(super) in_force: f64,
}

impl TonnageQuota {
    fn effect<'m>(&self, model: &'m Model) -> Option<(&'m LaneEffect, &'m Series)> {
        let EffectModel::Quota(effects) = &model.events[self.event].effect else {
            return None;
        };
        let effect = effects.get(self.position)?;
        Some((effect, effect.tonnes_per_year.as_ref()?))
    }
}

/// The limits of one material's trade, with the memory of limits past.
#[derive(Debug, Clone, Default)]
pub(super) struct Limits {
    list: Vec<Quota>,
    pool: Vec<Vec<usize>>,
    pieces: Vec<usize>,
    left: Vec<usize>,
}

impl Limits {
    pub(super) fn list(&self) -> &[Quota] {
        &self.list
    }

    pub(super) fn clear(&mut self) {
        for quota in self.list.drain(..) {
            self.pool.push(quota.lanes);
        }
    }

    fn fresh(&mut self) -> Vec<usize> {
        let mut lanes = self.pool.pop().unwrap_or_default();
        lanes.clear();
        lanes
    }

    /// Adds lanes that no other limit has.
    fn push(&mut self, lanes: &[usize], limit: f64) {
        let mut own = self.fresh();
        own.extend_from_slice(lanes);
        self.list.push(Quota { lanes: own, limit });
    }

    /// Adds a limit in tonnes on lanes of which some may be under other limits. Sets of lanes stay disjoint: where the limit shares some lanes of a
    /// set, that set is split in two by normal flows; the tonnes are then dealt out over all its sets by normal flows, none getting more than it
    /// may carry already. So no limit is ever exceeded, and where one set has another's lanes, what the inner limit leaves is the others'.
    pub(super) fn add(&mut self, lanes: &[usize], tonnes: f64, normal: &[f64]) {
        self.left.clear();
        self.left.extend_from_slice(lanes);
        self.pieces.clear();
        for index in 0..self.list.len() {
            let mut shared = self.fresh();
            let left = &self.left;
            shared.extend(
                self.list[index]
                    .lanes
                    .iter()
                    .copied()
                    .filter(|lane| left.contains(lane)),
            );
            if shared.is_empty() {
                self.pool.push(shared);
                continue;
            }
            self.left.retain(|lane| !shared.contains(lane));
            if shared.len() == self.list[index].lanes.len() {
                self.pool.push(shared);
                self.pieces.push(index);
                continue;
            }
            let (all, part) = (flow(&self.list[index].lanes, normal), flow(&shared, normal));
            let whole = &mut self.list[index];
            let limit = if all > 0.0 { whole.limit * part / all } else { 0.0 };
            whole.limit -= limit;
            whole.lanes.retain(|lane| !shared.contains(lane));
            self.list.push(Quota { lanes: shared, limit });
            self.pieces.push(self.list.len() - 1);
        }
        if !self.left.is_empty() {
            let left = std::mem::take(&mut self.left);
            self.push(&left, f64::INFINITY);
            self.left = left;
            self.pieces.push(self.list.len() - 1);
        }
        self.deal_out(tonnes, normal);
    }

    /// Deals tonnes out over the pieces, by normal flows; a piece that may carry less keeps its limit, and leaves the rest to the others.
    fn deal_out(&mut self, mut tonnes: f64, normal: &[f64]) {
        loop {
            let total: f64 = self
                .pieces
                .iter()
                .map(|&piece| flow(&self.list[piece].lanes, normal))
                .sum();
            let before = self.pieces.len();
            let (list, mut dealt) = (&mut self.list, 0.0);
            self.pieces.retain(|&piece| {
                let quota = &mut list[piece];
                let share = if total > 0.0 {
                    tonnes * (flow(&quota.lanes, normal) / total)
                } else {
                    0.0
                };
                let keeps = quota.limit <= share;
                if keeps {
                    dealt += quota.limit;
                }
                !keeps
            });
            if self.pieces.len() == before {
                for &piece in &self.pieces {
                    let quota = &mut self.list[piece];
                    quota.limit = if total > 0.0 {
                        tonnes * (flow(&quota.lanes, normal) / total)
                    } else {
                        0.0
                    };
                }
                return;
            }
            tonnes = (tonnes - dealt).max(0.0);
        }
    }

    /// Splits limits that span several sellers, by normal flows: the coordinated response knows limits of one seller only.
    fn split_by_seller(&mut self, columns: usize, normal: &[f64]) {
        for index in 0..self.list.len() {
            let Some(first) = self.list[index].lanes.first().map(|lane| lane / columns) else {
                continue;
            };
            let all = flow(&self.list[index].lanes, normal);
            let whole = self.list[index].limit;
            let share = |lanes: &[usize]| {
                if all > 0.0 {
                    whole * flow(lanes, normal) / all
                } else {
                    0.0
                }
            };
            if self.list[index].lanes.iter().all(|lane| lane / columns == first) {
                continue;
            }
            let mut rest = std::mem::take(&mut self.list[index].lanes);
            // Lanes ascend by seller but for what has been cut out of them.
            rest.sort_unstable();
            let end = rest.partition_point(|lane| lane / columns == first);
            let mut start = end;
            while let Some(seller) = rest.get(start).map(|lane| lane / columns) {
                let next = rest.partition_point(|lane| lane / columns <= seller);
                let limit = share(&rest[start..next]);
                let mut own = self.fresh();
                own.extend_from_slice(&rest[start..next]);
                self.list.push(Quota { lanes: own, limit });
                start = next;
            }
            rest.truncate(end);
            self.list[index].limit = share(&rest);
            self.list[index].lanes = rest;
        }
    }
}

fn flow(lanes: &[usize], normal: &[f64]) -> f64 {
    lanes.iter().map(|&lane| normal[lane]).sum()
}

impl State {
    /// Whether an event has put a quota on a material's trade in this period.
    pub(super) fn has_quotas(&self, material: usize) -> bool {
        !self.trade.quotas[material].is_empty() || self.trade.tonnage.iter().any(|quota| quota.material == material)
    }

    /// Gathers the limits of a material's trade in tonnes, now that the pattern is known. `reach` is the most by which a lane can exceed the pattern: what
    /// no lanes can exceed is no limit.
    pub(super) fn gather_limits(&mut self, trial: &Trial<'_>, material: usize, period: usize, reach: f64) {
        let model = trial.model;
        let compiled = &model.materials[material];
        let normal = &self.trade.normal[material];
        let limits = &mut self.trade.limits;
        limits.clear();
        for quota in &self.trade.quotas[material] {
            // A share of the period's normal flows; quotas of events are disjoint already.
            limits.push(&quota.lanes, quota.limit * flow(&quota.lanes, normal));
        }
        for quota in self.trade.tonnage.iter().filter(|quota| quota.material == material) {
            let Some((effect, tonnes)) = quota.effect(model) else {
                continue;
            };
            let tonnes = tonnes.at(period, trial.inputs).max(0.0) * model.step_years();
            let usual = flow(&effect.lanes, normal);
            // While it is not in force as much passes as usual, or as the quota itself would let pass where that is more.
            let limit = quota.in_force * tonnes + (1.0 - quota.in_force) * tonnes.max(usual);
            if reach * usual > limit {
                limits.add(&effect.lanes, limit, normal);
            }
            if usual > limit {
                let severity = 1.0 - limit / usual;
                let hit = (material, quota.event, quota.position);
                self.blame.lane_hit(model, hit, effect.cause, severity);
            }
        }
        for capacity in &compiled.capacities {
            let tonnes = capacity.tonnes(model, trial.inputs, period);
            // (the pattern keeps to it, up to rounding)
            let usual = flow(&capacity.lanes, normal).min(tonnes);
            if reach * usual > tonnes {
                limits.add(&capacity.lanes, tonnes, normal);
            }
        }
        if compiled.flexibility.is_none() {
            limits.split_by_seller(compiled.columns.len(), normal);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(list: &[(&[usize], f64)]) -> Limits {
        let mut limits = Limits::default();
        list.iter().for_each(|(lanes, limit)| limits.push(lanes, *limit));
        limits
    }

    fn of(limits: &Limits, lane: usize) -> f64 {
        let mut found = limits.list.iter().filter(|quota| quota.lanes.contains(&lane));
        let limit = found.next().map(|quota| quota.limit).unwrap();
        assert!(found.next().is_none(), "lane {lane} has two limits");
        limit
    }

    const NORMAL: [f64; 4] = [10.0, 20.0, 30.0, 40.0];

    #[test]
    fn alone_it_is_itself() {
        let mut limits = Limits::default();
        limits.add(&[1, 2], 45.0, &NORMAL);
        assert_eq!((of(&limits, 1), of(&limits, 2), limits.list.len()), (45.0, 45.0, 1));
    }

    #[test]
    fn on_the_same_lanes_the_smaller_counts() {
        for (tonnes, expected) in [(45.0, 30.0), (12.0, 12.0)] {
            let mut limits = limits(&[(&[1, 2], 30.0)]);
            limits.add(&[1, 2], tonnes, &NORMAL);
            assert_eq!((of(&limits, 1), limits.list.len()), (expected, 1));
        }
    }

    #[test]
    fn what_an_inner_limit_leaves_is_the_others() {
        // 60 t on three lanes, one of which carries 5 at most: 55 for the other two.
        let mut inner = limits(&[(&[0], 5.0)]);
        inner.add(&[0, 1, 2], 60.0, &NORMAL);
        assert_eq!((of(&inner, 0), of(&inner, 1), of(&inner, 2)), (5.0, 55.0, 55.0));
        // 30 t: by normal flows the one lane has 5, as much as it may carry.
        let mut inner = limits(&[(&[0], 8.0)]);
        inner.add(&[0, 1, 2], 30.0, &NORMAL);
        assert_eq!((of(&inner, 0), of(&inner, 1)), (5.0, 25.0));
    }

    #[test]
    fn a_set_of_which_it_has_a_part_is_split_by_normal_flows() {
        let mut crossing = limits(&[(&[0, 1, 2], 30.0)]);
        crossing.add(&[2, 3], 35.0, &NORMAL);
        // 30 t over normal flows of 10 + 20 and 30; then 35 t over 30 and 40.
        assert_eq!((of(&crossing, 0), of(&crossing, 1)), (15.0, 15.0));
        assert_eq!((of(&crossing, 2), of(&crossing, 3)), (15.0, 20.0));
        let total: f64 = crossing.list.iter().map(|quota| quota.limit).sum();
        assert_eq!((total, crossing.list.len()), (50.0, 3));
    }

    #[test]
    fn lanes_without_normal_flow_carry_nothing() {
        let mut limits = Limits::default();
        limits.add(&[0, 1], 45.0, &[0.0; 4]);
        assert_eq!(of(&limits, 0), 0.0);
    }

    #[test]
    fn for_the_coordinated_response_each_seller_has_its_own() {
        let mut shared = limits(&[(&[0, 1, 2, 3], 50.0)]);
        shared.split_by_seller(2, &NORMAL);
        assert_eq!((of(&shared, 0), of(&shared, 1)), (15.0, 15.0));
        assert_eq!((of(&shared, 2), of(&shared, 3)), (35.0, 35.0));
        let before = shared.list.clone();
        shared.split_by_seller(2, &NORMAL);
        assert_eq!(shared.list, before);
    }
}
