//! The strictly convex programme behind the allocation: least Kullback-Leibler divergence from flexibility x B under limits on sellers,
//! quotas, buyers and lanes.
//!
//! T = min(cap, a_row q_quota b_column B). Buyers' factors b follow from the others in closed form, and so does the common scale of the
//! limits that bind (`common_scale.rs`); the search is over what remains of the sellers' and quotas' factors: projected Newton steps, which
//! converge quadratically and are kept only where they come closer, and sweeps of proportional fitting (Deming and Stephan 1940;
//! Bregman 1967), which always converge but slowly, where no Newton step does.

mod common_scale;
mod evaluation;

use super::tolerance::SEARCH;
use crate::model::linear::solve_symmetric;

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
/// Largest gap of a similar problem's factors from which the search starts.
const CLOSE: f64 = 0.3;
/// Least factor of a seller at the start of a search.
const LEAST_FACTOR: f64 = 1e-6;
/// Share of the gap that a Newton step may leave to be kept without a look at the dual.
const CLOSER: f64 = 0.25;
/// By how much a Newton step that came no closer is shortened.
const SHORTER: f64 = 0.35;
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
    /// The seller of each quota.
    quota_rows: Vec<usize>,
    /// Whether a limit has lanes of several sellers: then the common scale is left to the search.
    spans_sellers: bool,
    limits: Vec<f64>,
    factors: Vec<f64>,
    trial_factors: Vec<f64>,
    trial_usage: Vec<f64>,
    scaled: Vec<f64>,
    /// Sums of the scaled pattern by column: lanes that a binding limit scales, and the others.
    binding_sums: Vec<f64>,
    free_sums: Vec<f64>,
    /// With quotas: whether a binding limit scales the lane.
    is_scaled: Vec<bool>,
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
    evaluations: usize,
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
        self.quota_rows.clear();
        self.spans_sellers = false;
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

    /// Lanes that together carry at most `limit`.
    pub fn limit_together(&mut self, lanes: &[usize], limit: f64) {
        let Some(first) = lanes.first() else { return };
        self.quota_rows.push(first / self.columns);
        self.spans_sellers |= lanes.iter().any(|lane| lane / self.columns != first / self.columns);
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
        self.evaluations = 0;
        self.evaluate(orders);
        // Where supply is ample nothing binds, and the search is over before it begins.
        if self.gap() > SEARCH {
            self.begin(start, orders);
            self.search(orders);
        }
        self.trim(supply, orders);
        start.clear();
        start.extend_from_slice(&self.factors[..self.rows]);
    }

    /// The factors found: sellers', then quotas'.
    pub fn factors(&self) -> &[f64] {
        &self.factors
    }

    /// How often the last [`Self::solve`] computed all flows.
    pub fn evaluations(&self) -> usize {
        self.evaluations
    }

    /// The first guess: the factors of a similar problem where they come close, else one proportional fit from the pattern, whose flows are known.
    fn begin(&mut self, start: &[f64], orders: &[f64]) {
        if start.len() == self.rows {
            self.trial_usage.clone_from(&self.usage);
            // A factor of 0 could never rise again.
            self.factors[..self.rows].clone_from_slice(start);
            self.factors
                .iter_mut()
                .for_each(|factor| *factor = factor.clamp(LEAST_FACTOR, 1.0));
            self.close_empty();
            self.evaluate(orders);
            if self.gap() <= CLOSE {
                return;
            }
            self.usage.clone_from(&self.trial_usage);
            self.factors.fill(1.0);
            self.close_empty();
        }
        self.fit(0..self.rows);
        self.evaluate(orders);
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
        // A seller without lanes to buyers who order binds nothing.
        for ((factor, usage), limit) in self.factors.iter_mut().zip(&self.usage).zip(&self.limits) {
            if *usage <= 0.0 && *limit > 0.0 {
                *factor = 1.0;
            }
        }
        for _ in 0..NEWTON_STEPS {
            if self.gap() <= SEARCH {
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
            if self.gap() <= SEARCH {
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
        let mut slope = self.move_by(length);
        self.evaluate(orders);
        if self.gap() <= CLOSER * gap {
            return true;
        }
        let mut reached = self.dual();
        self.return_to_trial(orders);
        let before = self.dual();
        // The flows of the whole step are gone; those of a shorter one stand.
        if reached <= before + ARMIJO * slope {
            self.move_by(length);
            self.evaluate(orders);
            return true;
        }
        for _ in 1..STEP_LENGTHS {
            length *= SHORTER;
            self.factors.clone_from(&self.trial_factors);
            slope = self.move_by(length);
            self.evaluate(orders);
            reached = self.dual();
            // Close to the answer the dual's change drowns in rounding: the gap decides.
            if reached <= before + ARMIJO * slope || self.gap() <= CLOSER * gap {
                return true;
            }
        }
        self.return_to_trial(orders);
        false
    }

    /// Back to where the Newton step began.
    fn return_to_trial(&mut self, orders: &[f64]) {
        self.factors.clone_from(&self.trial_factors);
        self.evaluate(orders);
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
