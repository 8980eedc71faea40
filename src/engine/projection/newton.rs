//! The Newton direction of the limits that bind.

use super::{NONE, Projection};
use crate::model::fours::{self, EMPTY, each};
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
        let (size, lines) = (self.active.len(), self.line_factors.len());
        if size == 0 {
            return false;
        }
        let width = fours::count(size);
        self.matrix.clear();
        self.matrix.resize(size * width, EMPTY);
        // Where all buyers are met the common scale is free. As in Levenberg's method (1944) a part of the diagonal, as large as the
        // gap, keeps steps sensible; it vanishes with the gap, so that convergence stays quadratic.
        let ridge = (0.1 * self.gap).clamp(RIDGE, 0.01);
        for (place, &variable) in self.active.iter().enumerate() {
            self.matrix[place * width + place / 4][place % 4] = ridge * self.usage[variable];
        }
        for at in 0..self.column_factors.len() {
            self.collect_moving(at, lines);
            self.add_to_matrix(at, 4 * width);
        }
        solve_symmetric(&mut self.matrix, &mut self.step)
    }

    /// The scaled pattern of what each active limit moves in these four columns; lanes at their caps do not move.
    fn collect_moving(&mut self, at: usize, lines: usize) {
        let fours = &self.weights[at * lines..(at + 1) * lines];
        let scaled = |line: usize| {
            let factor = self.line_factors[line].whole();
            fours[line].map(|weight| weight * factor)
        };
        let of_variable = |&variable: &usize| if variable < self.rows { scaled(variable) } else { EMPTY };
        self.moving.clear();
        self.moving.extend(self.active.iter().map(of_variable));
        self.line_moving.clear();
        self.line_moving
            .extend((self.rows..self.line_factors.len()).map(scaled));
        for lane in self
            .capped_lanes
            .iter()
            .filter(|lane| lane.column / 4 == at && lane.can_grow)
        {
            let value = lane.value.whole();
            if let Some(line) = lane.line.checked_sub(self.rows) {
                self.line_moving[line][lane.column % 4] += value;
            } else if self.position[lane.line] != NONE {
                self.moving[self.position[lane.line]][lane.column % 4] += value;
            }
        }
        // A line of a quota is moved by the quota and by its seller.
        for (line, (&row, &quota)) in self.quota_rows.iter().zip(&self.line_quotas).enumerate() {
            for place in [self.position[row], self.position[self.rows + quota]] {
                if place != NONE {
                    let (all, line) = (self.moving[place], self.line_moving[line]);
                    self.moving[place] = each(|at| all[at] + line[at]);
                }
            }
        }
    }

    /// What these four columns add to the Jacobian, of which the lower triangle is used; its lines are `length` long.
    fn add_to_matrix(&mut self, at: usize, length: usize) {
        let most = self.flexibility;
        let (binding, free, factors) = (&self.binding_sums[at], &self.free_sums[at], &self.column_factors[at]);
        let mut sums = each(|at| binding[at] + free[at]);
        for capped in self.capped_columns.iter().filter(|capped| capped.column / 4 == at) {
            sums[capped.column % 4] = capped.moving;
        }
        // By how much the other lanes of a met buyer give way.
        let shares = each(|at| {
            if factors[at] < most && sums[at] > 0.0 {
                factors[at] / sums[at]
            } else {
                0.0
            }
        });
        let matrix = self.matrix.as_flattened_mut();
        for (place, own) in self.moving.iter().enumerate() {
            let giving = each(|at| own[at] * shares[at]);
            let entries = &mut matrix[place * length..place * length + place + 1];
            for (entry, other) in entries.iter_mut().zip(&self.moving) {
                *entry -= fours::sum(each(|at| giving[at] * other[at]));
            }
            let carried = fours::sum(each(|at| own[at] * factors[at]));
            entries[place] += carried;
        }
        // A quota and its seller both move the quota's line; quotas come after sellers.
        let lines = self
            .line_moving
            .iter()
            .zip(self.quota_rows.iter().zip(&self.line_quotas));
        for (line, (&row, &quota)) in lines {
            let (seller, quota) = (self.position[row], self.position[self.rows + quota]);
            if seller != NONE && quota != NONE {
                matrix[quota * length + seller] += fours::sum(each(|at| line[at] * factors[at]));
            }
        }
    }
}
