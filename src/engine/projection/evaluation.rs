//! One look at the current factors: the flows that they give, how far these are from the limits, and the dual.

use super::{CappedColumn, LineFactor, Projection};
use crate::model::fours::{self, EMPTY, Four, each};

impl Projection {
    /// The dual to be made least over factors up to 1: sum over flows of T (1 + log(flexibility x scaled pattern / T)), less the limits times the
    /// factors' logarithms. It is convex in these logarithms; its gradient is what each limit carries less the limit.
    pub(super) fn dual(&self) -> f64 {
        let mut total = 0.0;
        let open = |factor: f64| {
            if factor < self.flexibility {
                1.0 + libm::log(self.flexibility / factor)
            } else {
                1.0
            }
        };
        // Lanes without caps, by column.
        let sums = self
            .binding_sums
            .as_flattened()
            .iter()
            .zip(self.free_sums.as_flattened());
        for (factor, (binding, free)) in self.column_factors.as_flattened().iter().zip(sums) {
            let flow = factor * (binding + free);
            if flow > 0.0 {
                total += flow * open(*factor);
            }
        }
        for capped in &self.capped_columns {
            let flow = capped.factor * (capped.binding + capped.free);
            if flow > 0.0 {
                total += flow * open(capped.factor);
            }
            for lane in &self.capped_lanes[capped.first..capped.end] {
                let value = lane.value.whole();
                let flow = capped.factor * value;
                if flow >= lane.cap {
                    total += lane.cap * (1.0 + libm::log(self.flexibility * value / lane.cap));
                } else if flow > 0.0 {
                    total += flow * open(capped.factor);
                }
            }
        }
        for (factor, limit) in self.factors.iter().zip(&self.limits) {
            if *factor > 0.0 && *factor < 1.0 {
                total -= limit * libm::log(*factor);
            }
        }
        total
    }

    /// The common scale, column factors, what each limit carries and how far that is from the limits, for the current factors.
    pub(super) fn evaluate(&mut self) {
        self.evaluations += 1;
        self.scale_pattern();
        self.scale_together();
        self.set_column_factors();
        self.add_usage();
        self.gap = self.largest_gap();
    }

    /// The lines' factors, and the pattern scaled by them: its sums by column, and its lanes that have caps.
    fn scale_pattern(&mut self) {
        let line_factor = |factor: f64| {
            let is_scaled = factor < 1.0;
            LineFactor {
                binding: if is_scaled { factor } else { 0.0 },
                free: if is_scaled { 0.0 } else { factor },
            }
        };
        let (sellers, quotas) = self.factors.split_at(self.rows);
        let quotas = self
            .line_quotas
            .iter()
            .map(|&quota| quotas[quota])
            .zip(&self.quota_rows);
        self.line_factors.clear();
        self.line_factors
            .extend(sellers.iter().map(|factor| line_factor(*factor)));
        self.line_factors
            .extend(quotas.map(|(quota, &row)| line_factor(quota * sellers[row])));
        let lines = self.line_factors.len();
        for (at, (binding, free)) in self.binding_sums.iter_mut().zip(&mut self.free_sums).enumerate() {
            let (mut bound, mut unbound) = (EMPTY, EMPTY);
            for (four, factor) in self.weights[at * lines..(at + 1) * lines]
                .iter()
                .zip(&self.line_factors)
            {
                bound = each(|at| bound[at] + factor.binding * four[at]);
                unbound = each(|at| unbound[at] + factor.free * four[at]);
            }
            (*binding, *free) = (bound, unbound);
        }
        for capped in &mut self.capped_columns {
            // What is left in the sums of all columns are those without caps.
            let of = |sums: &mut Vec<Four>| std::mem::take(&mut sums.as_flattened_mut()[capped.column]);
            capped.binding = of(&mut self.binding_sums);
            capped.free = of(&mut self.free_sums);
            (capped.all_binding, capped.all_free) = (capped.binding, capped.free);
            for lane in &mut self.capped_lanes[capped.first..capped.end] {
                let factor = self.line_factors[lane.line];
                lane.value.binding = lane.weight * factor.binding;
                lane.value.free = lane.weight * factor.free;
                capped.all_binding += lane.value.binding;
                capped.all_free += lane.value.free;
            }
        }
    }

    fn set_column_factors(&mut self) {
        let sums = self.binding_sums.iter().zip(&self.free_sums).zip(&self.orders);
        let most = self.flexibility;
        for (factors, ((binding, free), order)) in self.column_factors.iter_mut().zip(sums) {
            *factors = each(|at| {
                // (also where nobody sells: then it is not a number)
                let met = order[at] / (binding[at] + free[at]);
                if met < most { met } else { most }
            });
        }
        let mut columns = std::mem::take(&mut self.capped_columns);
        for capped in &mut columns {
            let factor = self.meet(capped, 1.0).factor;
            self.column_factors.as_flattened_mut()[capped.column] = factor;
            capped.factor = factor;
            capped.moving = capped.binding + capped.free;
            for lane in &mut self.capped_lanes[capped.first..capped.end] {
                lane.can_grow = factor * lane.value.whole() < lane.cap;
                if lane.can_grow {
                    capped.moving += lane.value.whole();
                }
            }
        }
        self.capped_columns = columns;
    }

    /// What each limit carries.
    fn add_usage(&mut self) {
        let lines = self.line_factors.len();
        let usage_of_lines = &mut self.line_usage;
        usage_of_lines.clear();
        usage_of_lines.resize(lines, 0.0);
        for (at, factors) in self.column_factors.iter().enumerate() {
            let fours = self.weights[at * lines..(at + 1) * lines]
                .iter()
                .zip(&self.line_factors);
            for (usage, (four, factor)) in usage_of_lines.iter_mut().zip(fours) {
                *usage += factor.whole() * fours::sum(each(|at| four[at] * factors[at]));
            }
        }
        for capped in &self.capped_columns {
            for lane in &self.capped_lanes[capped.first..capped.end] {
                usage_of_lines[lane.line] += (capped.factor * lane.value.whole()).min(lane.cap);
            }
        }
        let (sellers, quotas) = usage_of_lines.split_at(self.rows);
        self.usage.clear();
        self.usage.extend_from_slice(sellers);
        self.usage.resize(self.limits.len(), 0.0);
        for (usage, (&row, &quota)) in quotas.iter().zip(self.quota_rows.iter().zip(&self.line_quotas)) {
            self.usage[row] += usage;
            self.usage[self.rows + quota] += usage;
        }
    }

    /// Largest relative violation: usage above a limit, or below it where the factor is below 1.
    fn largest_gap(&self) -> f64 {
        let mut worst: f64 = 0.0;
        let limits = self.limits.iter().zip(&self.limit_inverses);
        for ((usage, (limit, inverse)), factor) in self.usage.iter().zip(limits).zip(&self.factors) {
            let over = (usage - limit) * inverse;
            let gap = if *factor < 1.0 { over.abs() } else { over };
            worst = if gap > worst { gap } else { worst };
        }
        worst
    }

    /// The factor at which the flows of a column with caps, with binding lanes scaled by `scale`, add up to the order. Their sum is concave and
    /// piecewise linear in the factor, so Newton's method from the left (from the factor without caps) ends after at most as many steps as there
    /// are caps.
    pub(super) fn meet(&self, capped: &CappedColumn, scale: f64) -> Met {
        let lanes = &self.capped_lanes[capped.first..capped.end];
        let order = self.orders.as_flattened()[capped.column];
        let most = self.flexibility;
        let (mut moving, mut standing) = (scale * capped.all_binding, capped.all_free);
        let (mut factor, mut held_moving, mut held) = (0.0, 0.0, 0.0);
        loop {
            let next = (order - held_moving - held) / (moving + standing);
            // (also where no lane is left that could carry more: then it is infinite or not a number)
            let next = if next < most { next } else { most };
            if next <= factor * (1.0 + 1e-15) {
                break;
            }
            factor = next;
            // What can still grow and what its cap holds, with binding limits and without.
            (moving, standing, held_moving, held) = (scale * capped.binding, capped.free, 0.0, 0.0);
            for lane in lanes {
                let (binding, free) = (scale * lane.value.binding, lane.value.free);
                let grows = factor * (binding + free) < lane.cap;
                moving += if grows { binding } else { 0.0 };
                standing += if grows { free } else { 0.0 };
                held_moving += if grows || binding <= 0.0 { 0.0 } else { lane.cap };
                held += if grows || binding > 0.0 { 0.0 } else { lane.cap };
            }
        }
        let share = if factor < most {
            standing / (moving + standing)
        } else {
            1.0
        };
        Met {
            factor,
            carried: factor * moving + held_moving,
            slope: if moving > 0.0 {
                factor * moving / scale * share
            } else {
                0.0
            },
        }
    }
}

/// Where a column with caps is met.
pub(super) struct Met {
    /// Its factor, at most flexibility.
    pub(super) factor: f64,
    /// What lanes of binding limits carry, t.
    pub(super) carried: f64,
    /// Derivative of that in the scale.
    pub(super) slope: f64,
}
