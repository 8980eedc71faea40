//! The strictly convex programme behind the allocation: least Kullback-Leibler divergence from flexibility x B under limits on sellers,
//! quotas, buyers and lanes.
//!
//! T = min(cap, a_row q_quota b_column B). Buyers' factors b follow from the others in closed form (one column at a time), so the search is
//! over sellers' and quotas' factors alone: sweeps of proportional fitting (Deming and Stephan 1940; Bregman 1967), which always
//! converge but slowly, and Newton steps on the binding limits, which converge quadratically and are kept only where they come closer.

use crate::model::linear::solve_symmetric;

/// Relative excess or slack of binding limits at which the search stops.
const TOLERANCE: f64 = 1e-10;
/// Least share of the diagonal that keeps the Jacobian regular.
const RIDGE: f64 = 1e-12;
/// Lengths tried of a Newton step.
const STEP_LENGTHS: usize = 8;
/// Newton steps at most.
const NEWTON_STEPS: usize = 60;
/// Sweeps after a Newton step that came no closer.
const SWEEPS: usize = 4;
/// Sweeps in all at most; what remains open then is left undelivered, never over-delivered.
const SWEEPS_AT_MOST: usize = 3_000;
/// Largest step of a factor's logarithm.
const LARGEST_STEP: f64 = 2.0;
/// Share of the predicted fall of the dual that a step must achieve (Armijo 1966).
const ARMIJO: f64 = 1e-4;

const NONE: usize = usize::MAX;

/// One problem and its solution; memory is reused.
#[derive(Debug, Clone, Default)]
pub struct Projection {
    rows: usize,
    columns: usize,
    flexibility: f64,
    weights: Vec<f64>,
    caps: Vec<f64>,
    has_caps: bool,
    quota_of_lane: Vec<usize>,
    quota_limits: Vec<f64>,
    limits: Vec<f64>,
    factors: Vec<f64>,
    trial_factors: Vec<f64>,
    scaled: Vec<f64>,
    column_factors: Vec<f64>,
    column_binds: Vec<bool>,
    flows: Vec<f64>,
    usage: Vec<f64>,
    active: Vec<usize>,
    excess: Vec<f64>,
    position: Vec<usize>,
    matrix: Vec<f64>,
    step: Vec<f64>,
    column_flows: Vec<f64>,
}

impl Projection {
    /// Starts a problem with this pattern: all lanes open, no quotas.
    pub fn prepare(&mut self, rows: usize, columns: usize, normal: &[f64], flexibility: f64) {
        self.rows = rows;
        self.columns = columns;
        self.flexibility = flexibility;
        self.weights.clear();
        self.weights.extend_from_slice(normal);
        self.has_caps = false;
        self.quota_limits.clear();
    }

    /// A restricted lane carries at most this share of its pattern and does not grow.
    pub fn restrict(&mut self, lane: usize, openness: f64) {
        if openness <= 0.0 {
            self.weights[lane] = 0.0;
            return;
        }
        if !self.has_caps {
            self.has_caps = true;
            self.caps.clear();
            self.caps.resize(self.weights.len(), f64::INFINITY);
        }
        self.caps[lane] = openness * self.weights[lane];
    }

    /// Lanes of one seller that together carry at most `limit`.
    pub fn limit_together(&mut self, lanes: &[usize], limit: f64) {
        if self.quota_limits.is_empty() {
            self.quota_of_lane.clear();
            self.quota_of_lane.resize(self.weights.len(), NONE);
        }
        for &lane in lanes {
            self.quota_of_lane[lane] = self.rows + self.quota_limits.len();
        }
        self.quota_limits.push(limit);
    }

    /// The flows found (row-major).
    pub fn flows(&self) -> &[f64] {
        &self.flows
    }

    /// Solves for these supplies and orders. See [`super::allocation::allocate`] for `start`.
    pub fn solve(&mut self, supply: &[f64], orders: &[f64], start: &mut Vec<f64>) {
        let variables = self.rows + self.quota_limits.len();
        self.limits.clear();
        self.limits.extend(supply.iter().map(|supply| supply.max(0.0)));
        self.limits.extend(self.quota_limits.iter().map(|limit| limit.max(0.0)));
        self.factors.clear();
        self.factors.resize(variables, 1.0);
        self.usage.resize(variables, 0.0);
        self.scaled.resize(self.weights.len(), 0.0);
        self.flows.resize(self.weights.len(), 0.0);
        self.column_factors.resize(self.columns, 0.0);
        self.column_binds.resize(self.columns, false);
        self.close_empty();
        self.evaluate(orders);
        // Where supply is ample nothing binds, and the search is over before it begins.
        if self.gap() > TOLERANCE {
            self.begin(start);
            self.search(orders);
        }
        self.trim(supply, orders);
        start.clear();
        start.extend_from_slice(&self.factors[..self.rows]);
    }

    /// The first guess: the factors of a similar problem.
    fn begin(&mut self, start: &[f64]) {
        let variables = self.factors.len();
        if start.len() == self.rows {
            self.factors.clear();
            // A factor of 0 could never rise again. Where all buyers are met the common scale is free: the largest factor is 1.
            let largest = start.iter().copied().fold(1e-6, f64::max);
            self.factors
                .extend(start.iter().map(|factor| (factor / largest).clamp(1e-6, 1.0)));
            self.factors.resize(variables, 1.0);
            self.close_empty();
        }
    }

    /// What may carry nothing has factor 0.
    fn close_empty(&mut self) {
        for (factor, limit) in self.factors.iter_mut().zip(&self.limits) {
            if *limit <= 0.0 {
                *factor = 0.0;
            }
        }
    }

    fn search(&mut self, orders: &[f64]) {
        self.evaluate(orders);
        // A seller without lanes to buyers who order binds nothing.
        for ((factor, usage), limit) in self.factors.iter_mut().zip(&self.usage).zip(&self.limits) {
            if *usage <= 0.0 && *limit > 0.0 {
                *factor = 1.0;
            }
        }
        for _ in 0..NEWTON_STEPS {
            if self.gap() <= TOLERANCE {
                return;
            }
            if self.newton(orders) {
                continue;
            }
            for _ in 0..SWEEPS {
                self.sweep(orders);
            }
        }
        for _ in 0..SWEEPS_AT_MOST {
            if self.gap() <= TOLERANCE {
                return;
            }
            self.sweep(orders);
        }
    }

    /// A projected Newton step (Bertsekas 1982) on the dual, shortened until the dual falls enough; false (and nothing changed) when it does
    /// not.
    fn newton(&mut self, orders: &[f64]) -> bool {
        let gap = self.gap();
        if !self.newton_direction(gap) {
            return false;
        }
        let largest = self.step.iter().fold(0.0_f64, |largest, step| largest.max(step.abs()));
        let mut length = if largest > LARGEST_STEP {
            LARGEST_STEP / largest
        } else {
            1.0
        };
        self.trial_factors.clone_from(&self.factors);
        self.move_by(length);
        self.evaluate(orders);
        if self.gap() <= 0.25 * gap {
            return true;
        }
        self.factors.clone_from(&self.trial_factors);
        self.evaluate(orders);
        let before = self.dual();
        for _ in 0..STEP_LENGTHS {
            self.factors.clone_from(&self.trial_factors);
            let slope = self.move_by(length);
            self.evaluate(orders);
            // Close to the answer the dual's change drowns in rounding: the gap decides.
            if self.dual() <= before + ARMIJO * slope || self.gap() <= 0.25 * gap {
                return true;
            }
            length *= 0.35;
        }
        self.factors.clone_from(&self.trial_factors);
        self.evaluate(orders);
        false
    }

    /// Moves the active factors along the direction; gives the fall of the dual that its gradient predicts (negative).
    fn move_by(&mut self, length: f64) -> f64 {
        let mut slope = 0.0;
        for (step, &variable) in self.step.iter().zip(&self.active) {
            let step = length * step;
            let moved = self.factors[variable] * libm::exp(step);
            if moved < 1.0 {
                slope += self.excess[variable] * step;
                self.factors[variable] = moved;
            } else {
                slope -= self.excess[variable] * libm::log(self.factors[variable]);
                self.factors[variable] = 1.0;
            }
        }
        slope
    }

    /// The dual to be made least over factors up to 1: sum over flows of T (1 + log(flexibility x scaled pattern / T)), less the limits times the
    /// factors' logarithms. It is convex in these logarithms; its gradient is what each limit carries less the limit.
    fn dual(&self) -> f64 {
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

    /// Column factors, flows and what each limit carries, for the current factors.
    fn evaluate(&mut self, orders: &[f64]) {
        let columns = self.columns;
        let has_quotas = !self.quota_limits.is_empty();
        // One pass scales the pattern by the sellers' factors and sums the columns.
        self.column_factors.fill(0.0);
        for ((line, scaled), factor) in self
            .weights
            .chunks_exact(columns)
            .zip(self.scaled.chunks_exact_mut(columns))
            .zip(&self.factors)
        {
            for ((scaled, weight), sum) in scaled.iter_mut().zip(line).zip(&mut self.column_factors) {
                *scaled = weight * factor;
                *sum += *scaled;
            }
        }
        if has_quotas {
            self.column_factors.fill(0.0);
            for (lane, scaled) in self.scaled.iter_mut().enumerate() {
                let quota = self.quota_of_lane[lane];
                if quota != NONE {
                    *scaled *= self.factors[quota];
                }
                self.column_factors[lane % columns] += *scaled;
            }
        }
        for (column, order) in orders.iter().enumerate() {
            let (order, sum) = (order.max(0.0), self.column_factors[column]);
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

    /// Largest relative violation: usage above a limit, or below it where the factor is below 1.
    fn gap(&self) -> f64 {
        let mut worst: f64 = 0.0;
        for ((usage, limit), factor) in self.usage.iter().zip(&self.limits).zip(&self.factors) {
            if *limit > 0.0 {
                let over = (usage - limit) / limit;
                worst = worst.max(if *factor < 1.0 { over.abs() } else { over });
            }
        }
        worst
    }

    /// One sweep of proportional fitting: quotas, then sellers.
    fn sweep(&mut self, orders: &[f64]) {
        if !self.quota_limits.is_empty() {
            self.fit(self.rows..self.limits.len());
            self.evaluate(orders);
        }
        self.fit(0..self.rows);
        self.evaluate(orders);
    }

    fn fit(&mut self, variables: std::ops::Range<usize>) {
        for variable in variables {
            if self.usage[variable] > 0.0 {
                let factor = self.factors[variable] * self.limits[variable] / self.usage[variable];
                self.factors[variable] = factor.min(1.0);
            }
        }
    }

    /// The Newton direction of the binding limits in the factors' logarithms, into `step`. The Jacobian is diag(flows) - sum over met buyers of t t^T / sum(t):
    /// a symmetric, diagonally dominant M-matrix. Returns false when it is singular.
    fn newton_direction(&mut self, gap: f64) -> bool {
        self.active.clear();
        self.position.clear();
        self.position.resize(self.limits.len(), NONE);
        for variable in 0..self.limits.len() {
            let binds = self.factors[variable] < 1.0 || self.usage[variable] > self.limits[variable];
            if self.limits[variable] > 0.0 && self.usage[variable] > 0.0 && binds {
                self.position[variable] = self.active.len();
                self.active.push(variable);
            }
        }
        let size = self.active.len();
        if size == 0 {
            return false;
        }
        self.matrix.clear();
        self.matrix.resize(size * size, 0.0);
        for column in 0..self.columns {
            self.column_flows.clear();
            self.column_flows.resize(size, 0.0);
            let mut total = 0.0;
            for row in 0..self.rows {
                let lane = row * self.columns + column;
                let flow = self.flows[lane];
                if flow <= 0.0 || (self.has_caps && flow >= self.caps[lane]) {
                    continue;
                }
                total += flow;
                let seller = self.position[row];
                if seller != NONE {
                    self.column_flows[seller] += flow;
                    self.matrix[seller * size + seller] += flow;
                }
                if !self.quota_limits.is_empty() && self.quota_of_lane[lane] != NONE {
                    let quota = self.position[self.quota_of_lane[lane]];
                    if quota != NONE {
                        self.column_flows[quota] += flow;
                        self.matrix[quota * size + quota] += flow;
                        if seller != NONE {
                            // Only the lower triangle is used; quotas come after sellers.
                            self.matrix[quota * size + seller] += flow;
                        }
                    }
                }
            }
            if self.column_binds[column] && total > 0.0 {
                for one in 0..size {
                    let share = self.column_flows[one] / total;
                    if share > 0.0 {
                        let line = &mut self.matrix[one * size..one * size + one + 1];
                        for (entry, flow) in line.iter_mut().zip(&self.column_flows) {
                            *entry -= share * flow;
                        }
                    }
                }
            }
        }
        self.excess.clear();
        self.excess
            .extend(self.usage.iter().zip(&self.limits).map(|(usage, limit)| usage - limit));
        self.step.clear();
        self.step.extend(
            self.active
                .iter()
                .map(|&variable| self.limits[variable] - self.usage[variable]),
        );
        for (place, &variable) in self.active.iter().enumerate() {
            // Where all buyers are met the common scale is free. As in Levenberg's method (1944) a part of the diagonal, as large as the
            // gap, keeps steps sensible; it vanishes with the gap, so that convergence stays quadratic.
            self.matrix[place * size + place] += (0.1 * gap).clamp(RIDGE, 0.01) * self.usage[variable];
        }
        solve_symmetric(&mut self.matrix, &mut self.step, size)
    }

    /// Trims what rounding or an unfinished search leaves above a limit, so that no limit is ever exceeded.
    fn trim(&mut self, supply: &[f64], orders: &[f64]) {
        let columns = self.columns;
        for (row, supply) in supply.iter().enumerate() {
            if self.usage[row] > *supply {
                let factor = supply.max(0.0) / self.usage[row];
                self.flows[row * columns..(row + 1) * columns]
                    .iter_mut()
                    .for_each(|flow| *flow *= factor);
            }
        }
        for (index, limit) in self.quota_limits.iter().enumerate() {
            let members = || {
                self.quota_of_lane
                    .iter()
                    .enumerate()
                    .filter(|&(_, &quota)| quota == self.rows + index)
            };
            let sum: f64 = members().map(|(lane, _)| self.flows[lane]).sum();
            if sum > *limit {
                let factor = limit.max(0.0) / sum;
                for (flow, quota) in self.flows.iter_mut().zip(&self.quota_of_lane) {
                    if *quota == self.rows + index {
                        *flow *= factor;
                    }
                }
            }
        }
        self.column_flows.clear();
        self.column_flows.resize(columns, 0.0);
        for line in self.flows.chunks_exact(columns) {
            for (sum, flow) in self.column_flows.iter_mut().zip(line) {
                *sum += flow;
            }
        }
        for (column, order) in orders.iter().enumerate() {
            if self.column_flows[column] > *order {
                let factor = order.max(0.0) / self.column_flows[column];
                for row in 0..self.rows {
                    self.flows[row * columns + column] *= factor;
                }
            }
        }
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
