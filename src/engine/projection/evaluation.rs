//! One look at the current factors: the flows that they give, how far these are from the limits, and the dual.

use super::{NONE, Projection};

impl Projection {
    /// The dual to be made least over factors up to 1: sum over flows of T (1 + log(flexibility x scaled pattern / T)), less the limits times the
    /// factors' logarithms. It is convex in these logarithms; its gradient is what each limit carries less the limit.
    pub(super) fn dual(&self) -> f64 {
        let mut total = 0.0;
        for (column, factor) in self.column_factors.iter().enumerate() {
            if *factor <= 0.0 {
                continue;
            }
            let open = 1.0
                + if self.column_binds[column] {
                    libm::log(self.flexibility / factor)
                } else {
                    0.0
                };
            for row in 0..self.rows {
                let lane = row * self.columns + column;
                let flow = self.flows[lane];
                if self.has_caps && flow > 0.0 && flow >= self.caps[lane] {
                    total += flow * (1.0 + libm::log(self.flexibility * self.scaled[lane] / flow));
                } else {
                    total += flow * open;
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

    /// The common scale, column factors, flows and what each limit carries, for the current factors.
    pub(super) fn evaluate(&mut self, orders: &[f64]) {
        let columns = self.columns;
        self.evaluations += 1;
        let has_quotas = !self.quota_limits.is_empty();
        self.scale_pattern();
        self.scale_together(orders);
        for (column, order) in orders.iter().enumerate() {
            let (order, sum) = (order.max(0.0), self.free_sums[column] + self.binding_sums[column]);
            let mut found = if sum > 0.0 { order / sum } else { self.flexibility };
            if self.has_caps {
                found = raise(
                    &self.scaled,
                    &self.caps,
                    columns,
                    column,
                    order,
                    found,
                    self.flexibility,
                );
            }
            self.column_binds[column] = found < self.flexibility;
            self.column_factors[column] = found.min(self.flexibility);
        }
        for row in 0..self.rows {
            let line = row * columns..(row + 1) * columns;
            let lanes = self.flows[line.clone()]
                .iter_mut()
                .zip(&self.scaled[line.clone()])
                .zip(&self.column_factors);
            let mut sum = 0.0;
            if self.has_caps {
                for (((flow, scaled), factor), cap) in lanes.zip(&self.caps[line]) {
                    *flow = (scaled * factor).min(*cap);
                    sum += *flow;
                }
            } else {
                for ((flow, scaled), factor) in lanes {
                    *flow = scaled * factor;
                    sum += *flow;
                }
            }
            self.usage[row] = sum;
        }
        if has_quotas {
            self.usage[self.rows..].fill(0.0);
            for (flow, &quota) in self.flows.iter().zip(&self.quota_of_lane) {
                if quota != NONE {
                    self.usage[quota] += flow;
                }
            }
        }
    }

    /// The pattern scaled by the factors, and its sums by column.
    fn scale_pattern(&mut self) {
        let columns = self.columns;
        for sums in [&mut self.free_sums, &mut self.binding_sums] {
            sums.clear();
            sums.resize(columns, 0.0);
        }
        if self.quota_limits.is_empty() {
            for ((line, scaled), factor) in self
                .weights
                .chunks_exact(columns)
                .zip(self.scaled.chunks_exact_mut(columns))
                .zip(&self.factors)
            {
                let sums = if *factor < 1.0 {
                    &mut self.binding_sums
                } else {
                    &mut self.free_sums
                };
                for ((scaled, weight), sum) in scaled.iter_mut().zip(line).zip(sums) {
                    *scaled = weight * factor;
                    *sum += *scaled;
                }
            }
            return;
        }
        self.is_scaled.clear();
        for (lane, (scaled, weight)) in self.scaled.iter_mut().zip(&self.weights).enumerate() {
            let (seller, quota) = (self.factors[lane / columns], self.quota_of_lane[lane]);
            let quota = if quota == NONE { 1.0 } else { self.factors[quota] };
            *scaled = weight * seller * quota;
            let is_scaled = seller < 1.0 || quota < 1.0;
            self.is_scaled.push(is_scaled);
            let sums = if is_scaled {
                &mut self.binding_sums
            } else {
                &mut self.free_sums
            };
            sums[lane % columns] += *scaled;
        }
    }

    /// Largest relative violation: usage above a limit, or below it where the factor is below 1.
    pub(super) fn gap(&self) -> f64 {
        let mut worst: f64 = 0.0;
        for ((usage, limit), factor) in self.usage.iter().zip(&self.limits).zip(&self.factors) {
            if *limit > 0.0 {
                let over = (usage - limit) / limit;
                worst = worst.max(if *factor < 1.0 { over.abs() } else { over });
            }
        }
        worst
    }
}

/// The factor at which a column's flows, each at most its cap, add up to the order. Their sum is concave and piecewise linear in the factor,
/// so Newton's method from the left (`from`, exact without caps) ends after at most as many steps as there are caps.
fn raise(scaled: &[f64], caps: &[f64], columns: usize, column: usize, order: f64, from: f64, most: f64) -> f64 {
    let mut factor = from;
    for _ in 0..64 {
        if factor >= most {
            return most;
        }
        let (mut sum, mut slope) = (0.0, 0.0);
        for (value, cap) in scaled[column..]
            .iter()
            .step_by(columns)
            .zip(caps[column..].iter().step_by(columns))
        {
            if factor * value < *cap {
                sum += factor * value;
                slope += value;
            } else {
                sum += cap;
            }
        }
        if sum >= order * (1.0 - 1e-15) {
            return factor;
        }
        if slope <= 0.0 {
            return most;
        }
        factor += (order - sum) / slope;
    }
    factor.min(most)
}
