//! The strictly convex programme behind the allocation: least Kullback-Leibler divergence from flexibility x B under limits on sellers,
//! quotas, buyers and lanes.
//!
//! T = min(cap, a_row q_quota b_column B). Buyers' factors b follow from the others in closed form, and so does the common scale of the
//! limits that bind (`common_scale.rs`); the search is over what remains of the sellers' and quotas' factors: projected Newton steps, which
//! converge quadratically and are kept only where they come closer, and sweeps of proportional fitting (Deming and Stephan 1940;
//! Bregman 1967), which always converge but slowly, where no Newton step does.
//!
//! The pattern is held as lines with one factor each: a line for each seller, and one for each seller whose lanes are under a quota, which takes these
//! lanes from its seller's line. So
//! a line is a row of numbers times its factor, whatever limits there are. Lanes with caps are taken out of the lines and listed by column: there are
//! few of them, and they alone need a look at each lane. Markets are small (some six sellers and six buyers): what counts is that loops are few and
//! plain.

mod common_scale;
mod evaluation;
mod newton;
mod search;

use crate::model::fours::{self, EMPTY, Four};

const NONE: usize = usize::MAX;

/// A lane that carries at most its cap.
#[derive(Debug, Clone)]
struct CappedLane {
    line: usize,
    column: usize,
    weight: f64,
    /// t.
    cap: f64,
    /// The weight scaled by the line's factor, in the same two parts.
    value: LineFactor,
    /// Whether it carries less than its cap.
    can_grow: bool,
}

/// What scales a line, the seller's factor times the quota's: in the one part where a limit binds, else in the other.
#[derive(Debug, Clone, Copy, Default)]
struct LineFactor {
    binding: f64,
    free: f64,
}

impl LineFactor {
    fn whole(self) -> f64 {
        self.binding + self.free
    }
}

/// A column some of whose lanes have caps.
#[derive(Debug, Clone)]
struct CappedColumn {
    column: usize,
    /// Its capped lanes: those from the first to before the end.
    first: usize,
    end: usize,
    /// Sums of its other lanes' scaled pattern: of lanes that a binding limit scales, and the others.
    binding: f64,
    free: f64,
    /// The same with its capped lanes.
    all_binding: f64,
    all_free: f64,
    /// The buyer's factor.
    factor: f64,
    /// Sum of the scaled pattern of all lanes below their caps.
    moving: f64,
}

/// One problem and its solution; memory is reused.
#[derive(Debug, Clone, Default)]
pub struct Projection {
    rows: usize,
    columns: usize,
    flexibility: f64,
    /// The pattern of lanes without caps, by line: the sellers', then the quotas'.
    pattern: Vec<f64>,
    /// The same: the first four columns of all lines, then the next four.
    weights: Vec<Four>,
    capped_lanes: Vec<CappedLane>,
    capped_columns: Vec<CappedColumn>,
    /// The seller of each line of a quota, and its quota: a limit that several sellers share has several lines.
    quota_rows: Vec<usize>,
    line_quotas: Vec<usize>,
    /// Whether a quota has several lines: then the common scale is left to the search.
    spans_sellers: bool,
    quota_limits: Vec<f64>,
    /// Orders by column, none below 0.
    orders: Vec<Four>,
    /// By seller, then by quota; so are factors and usage.
    limits: Vec<f64>,
    /// 1 / limit; 0 where nothing may be carried.
    limit_inverses: Vec<f64>,
    factors: Vec<f64>,
    trial_factors: Vec<f64>,
    line_factors: Vec<LineFactor>,
    /// What trimming leaves of each line.
    line_cuts: Vec<f64>,
    /// Sums of the scaled pattern by column: lanes that a binding limit scales, and the others; without columns that have caps.
    binding_sums: Vec<Four>,
    free_sums: Vec<Four>,
    column_factors: Vec<Four>,
    usage: Vec<f64>,
    line_usage: Vec<f64>,
    gap: f64,
    active: Vec<usize>,
    excess: Vec<f64>,
    position: Vec<usize>,
    /// The scaled pattern of what active limits move, in four columns.
    moving: Vec<Four>,
    /// The same of each line of a quota.
    line_moving: Vec<Four>,
    matrix: Vec<Four>,
    step: Vec<f64>,
    flows: Vec<f64>,
    evaluations: usize,
}

impl Projection {
    /// Starts a problem with this pattern: all lanes open, no quotas.
    pub fn prepare(&mut self, rows: usize, columns: usize, normal: &[f64], flexibility: f64) {
        self.rows = rows;
        self.columns = columns;
        self.flexibility = flexibility;
        self.pattern.clear();
        self.pattern.extend_from_slice(normal);
        self.capped_lanes.clear();
        self.quota_limits.clear();
        self.quota_rows.clear();
        self.line_quotas.clear();
        self.spans_sellers = false;
    }

    /// A restricted lane carries at most this share of its pattern and does not grow. Restrictions come before quotas, one for a lane.
    pub fn restrict(&mut self, lane: usize, openness: f64) {
        let (line, column) = (lane / self.columns, lane % self.columns);
        let weight = std::mem::take(&mut self.pattern[lane]);
        if openness > 0.0 && weight > 0.0 {
            self.capped_lanes.push(CappedLane {
                line,
                column,
                weight,
                cap: openness * weight,
                value: LineFactor::default(),
                can_grow: true,
            });
        }
    }

    /// Lanes, by seller, that together carry at most `limit`. A lane belongs to one quota.
    pub fn limit_together(&mut self, lanes: &[usize], limit: f64) {
        if lanes.is_empty() {
            return;
        }
        let quota = self.quota_limits.len();
        self.quota_limits.push(limit);
        for &lane in lanes {
            let (row, column) = (lane / self.columns, lane % self.columns);
            let is_begun = self.line_quotas.last() == Some(&quota);
            if !(is_begun && self.quota_rows.last() == Some(&row)) {
                self.spans_sellers |= is_begun;
                self.quota_rows.push(row);
                self.line_quotas.push(quota);
                self.pattern
                    .resize((self.rows + self.quota_rows.len()) * self.columns, 0.0);
            }
            let line = self.rows + self.quota_rows.len() - 1;
            self.pattern[line * self.columns + column] += std::mem::take(&mut self.pattern[lane]);
            let capped = self.capped_lanes.iter_mut();
            for capped in capped.filter(|capped| capped.line == row && capped.column == column) {
                capped.line = line;
            }
        }
    }

    /// The flows found (row-major).
    pub fn flows(&self) -> &[f64] {
        &self.flows
    }

    /// Solves for these supplies and orders. See [`super::allocation::allocate`] for `start`.
    pub fn solve(&mut self, supply: &[f64], orders: &[f64], start: &mut Vec<f64>) {
        self.limits.clear();
        let limits = supply.iter().chain(&self.quota_limits);
        self.limits.extend(limits.map(|limit| limit.max(0.0)));
        self.limit_inverses.clear();
        let inverse = |limit: &f64| if *limit > 0.0 { 1.0 / limit } else { 0.0 };
        self.limit_inverses.extend(self.limits.iter().map(inverse));
        self.lay_out(orders);
        self.list_capped_columns();
        self.evaluations = 0;
        self.begin(start);
        self.search();
        self.write_flows();
        start.clear();
        start.extend_from_slice(&self.factors[..self.rows]);
    }

    /// Orders and pattern in fours of columns.
    fn lay_out(&mut self, orders: &[f64]) {
        let width = fours::count(self.columns);
        self.orders.clear();
        self.weights.clear();
        for first in (0..self.columns).step_by(4) {
            let most = (self.columns - first).min(4);
            self.orders
                .push(fours::padded(&orders[first..first + most]).map(|order| order.max(0.0)));
            let lines = self.pattern.chunks_exact(self.columns);
            self.weights
                .extend(lines.map(|line| fours::padded(&line[first..first + most])));
        }
        for sums in [&mut self.binding_sums, &mut self.free_sums, &mut self.column_factors] {
            sums.resize(width, EMPTY);
        }
    }

    /// Puts the capped lanes of a column side by side.
    fn list_capped_columns(&mut self) {
        self.capped_lanes.sort_unstable_by_key(|lane| (lane.column, lane.line));
        self.capped_columns.clear();
        let mut first = 0;
        for lanes in self.capped_lanes.chunk_by(|one, other| one.column == other.column) {
            let end = first + lanes.len();
            self.capped_columns.push(CappedColumn {
                column: lanes[0].column,
                first,
                end,
                binding: 0.0,
                free: 0.0,
                all_binding: 0.0,
                all_free: 0.0,
                factor: 0.0,
                moving: 0.0,
            });
            first = end;
        }
    }

    /// The factors found: sellers', then quotas'.
    pub fn factors(&self) -> &[f64] {
        &self.factors
    }

    /// How often the last [`Self::solve`] computed all flows.
    pub fn evaluations(&self) -> usize {
        self.evaluations
    }

    /// The flows of the factors found. What rounding or an unfinished search leaves above a limit is trimmed; buyers' factors leave nothing above
    /// orders.
    fn write_flows(&mut self) {
        let columns = self.columns;
        let row_of = |line: usize| line.checked_sub(self.rows).map_or(line, |quota| self.quota_rows[quota]);
        let cut = |usage: f64, limit: f64| if usage > limit { limit / usage } else { 1.0 };
        self.line_cuts.clear();
        let sellers = self.usage.iter().zip(&self.limits).take(self.rows);
        self.line_cuts.extend(sellers.map(|(usage, limit)| cut(*usage, *limit)));
        // A quota's lanes are cut with all its sellers' lanes before.
        for (&row, &quota) in self.quota_rows.iter().zip(&self.line_quotas) {
            let lines = self.line_quotas.iter().zip(&self.quota_rows).enumerate();
            let own = lines.filter(|(_, (other, _))| **other == quota);
            let usage: f64 = own
                .map(|(line, (_, &row))| self.line_usage[self.rows + line] * self.line_cuts[row])
                .sum();
            let own = cut(usage, self.limits[self.rows + quota]);
            self.line_cuts.push(self.line_cuts[row] * own);
        }
        let factors = &self.column_factors.as_flattened()[..columns];
        self.flows.clear();
        for (line, weights) in self.pattern.chunks_exact(columns).enumerate() {
            let own = self.line_factors[line].whole() * self.line_cuts[line];
            let lanes = weights.iter().zip(factors);
            if line < self.rows {
                self.flows.extend(lanes.map(|(weight, factor)| weight * own * factor));
            } else {
                let first = row_of(line) * columns;
                for (flow, (weight, factor)) in self.flows[first..first + columns].iter_mut().zip(lanes) {
                    *flow += weight * own * factor;
                }
            }
        }
        for capped in &self.capped_columns {
            for lane in &self.capped_lanes[capped.first..capped.end] {
                let flow = (capped.factor * lane.value.whole()).min(lane.cap) * self.line_cuts[lane.line];
                self.flows[row_of(lane.line) * columns + capped.column] += flow;
            }
        }
    }
}
