//! The Newton direction of the limits that bind.

use super::fours::{self, EMPTY, each};
use super::{NONE, Projection};
use crate::model::linear::solve_symmetric;

/// Least share of the diagonal that keeps the Jacobian regular.
const RIDGE: f64 = 1e-12;

impl Projection {
    /// The Newton direction of the binding limits in the factors' logarithms, into `step`. The Jacobian is diag(flows) - sum over met buyers of t t^T / sum(t):
    /// a symmetric, diagonally dominant M-matrix. Returns false when it is singular.
    pub(super) fn newton_direction(&mut self) -> bool {
        self.active.clear();
        self.position.clear();
        self.excess.clear();
        self.step.clear();
        for (variable, ((usage, limit), factor)) in self.usage.iter().zip(&self.limits).zip(&self.factors).enumerate() {
            let binds = *factor < 1.0 || usage > limit;
            if *limit > 0.0 && *usage > 0.0 && binds {
                self.position.push(self.active.len());
                self.active.push(variable);
                self.excess.push(usage - limit);
                self.step.push(limit - usage);
            } else {
                self.position.push(NONE);
            }
        }
        let (size, width) = (self.active.len(), self.width);
        if size == 0 {
            return false;
        }
        self.collect_moving();
        self.matrix.clear();
        self.matrix.resize(size * size, 0.0);
        // Where all buyers are met the common scale is free. As in Levenberg's method (1944) a part of the diagonal, as large as the
        // gap, keeps steps sensible; it vanishes with the gap, so that convergence stays quadratic.
        let ridge = (0.1 * self.gap).clamp(RIDGE, 0.01);
        for (place, &variable) in self.active.iter().enumerate() {
            let line = &self.moving[place * width..(place + 1) * width];
            // What the other lanes of a met column give way.
            let fours = self.shared.iter_mut().zip(line).zip(&self.met_shares);
            for ((shared, moving), share) in fours {
                *shared = each(|at| moving[at] * share[at]);
            }
            let entries = &mut self.matrix[place * size..place * size + place + 1];
            for (entry, other) in entries.iter_mut().zip(self.moving.chunks_exact(width)) {
                *entry = -fours::dot(&self.shared, other);
            }
            entries[place] += fours::dot(line, &self.column_factors) + ridge * self.usage[variable];
        }
        // A quota and its seller both move the quota's line.
        for (place, &variable) in self.active.iter().enumerate() {
            if variable >= self.rows {
                let seller = self.position[self.quota_rows[variable - self.rows]];
                if seller != NONE {
                    let line = &self.moving[place * width..(place + 1) * width];
                    self.matrix[place * size + seller] += fours::dot(line, &self.column_factors);
                }
            }
        }
        solve_symmetric(&mut self.matrix, &mut self.step, size)
    }

    /// The scaled pattern of what each active limit moves (lanes at their caps do not), and by column the buyer's factor over the scaled pattern of all
    /// lanes that move, where the buyer is met.
    fn collect_moving(&mut self) {
        let width = self.width;
        self.moving.clear();
        for &variable in &self.active {
            let (line, factor) = (&self.weights[variable * width..], self.line_factors[variable]);
            self.moving.extend(line[..width].iter().map(|four| four.map(|weight| weight * factor)));
        }
        for (quota, &row) in self.quota_rows.iter().enumerate() {
            let (line, seller) = (self.rows + quota, self.position[row]);
            if seller != NONE {
                let moving = &mut self.moving[seller * width..(seller + 1) * width];
                fours::add_scaled(moving, &self.weights[line * width..(line + 1) * width], self.line_factors[line]);
            }
        }
        self.shared.clear();
        self.shared.resize(width, EMPTY);
        let sums = self.binding_sums.iter().zip(&self.free_sums);
        for (shared, (binding, free)) in self.shared.iter_mut().zip(sums) {
            *shared = each(|at| binding[at] + free[at]);
        }
        for capped in &self.capped_columns {
            let mut sum = capped.binding + capped.free;
            for lane in &self.capped_lanes[capped.first..capped.end] {
                if capped.factor * lane.value >= lane.cap {
                    continue;
                }
                sum += lane.value;
                let seller = lane.line.checked_sub(self.rows).map(|quota| self.quota_rows[quota]);
                for variable in [Some(lane.line), seller].into_iter().flatten() {
                    let place = self.position[variable];
                    if place != NONE {
                        self.moving[place * width..].as_flattened_mut()[capped.column] += lane.value;
                    }
                }
            }
            self.shared.as_flattened_mut()[capped.column] = sum;
        }
        let most = self.flexibility;
        self.met_shares.clear();
        self.met_shares
            .extend(self.shared.iter().zip(&self.column_factors).map(|(sum, factor)| {
                each(|at| if factor[at] < most && sum[at] > 0.0 { factor[at] / sum[at] } else { 0.0 })
            }));
    }
}
