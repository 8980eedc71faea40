//! Biproportional balancing (RAS): scales the rows and the columns of a table of flows until both have given sums.
//!
//! Flow = row factor x seed x column factor. For given factors of one side those of the other follow in closed form, so the search is over
//! the side with fewer members, by Newton's method on the logarithms of its factors (the problem is the minimum of a convex function); where
//! no Newton step comes closer, by the proportional steps of Deming and Stephan (1940), which always converge but slowly. Bacharach (1970)
//! says when the sums can be reached.

use super::linear::{dot, solve_symmetric};

/// Largest relative error of a sum on the side searched over (the other side is met exactly).
const TOLERANCE: f64 = 1e-10;
/// Steps after which the search stops; patterns with zeros may have no exact solution.
const STEPS: usize = 2_000;
/// Relative error above which a proportional step comes before the first Newton step.
const FAR: f64 = 2.0;
/// Largest step of a factor's logarithm.
const LARGEST_STEP: f64 = 3.0;
/// Least and largest factor: without an exact solution they drift apart for ever.
const FACTORS: (f64, f64) = (1e-100, 1e100);
/// Share of the steepness at its start that a step may leave at its end to be kept though the largest error rises.
const LESS_STEEP: f64 = 0.999;
/// Lengths tried of a Newton step.
const STEP_LENGTHS: usize = 4;
/// Rounds in which what the search left over is dealt out; one is enough where all lanes are in use.
const REST_ROUNDS: usize = 4;

/// Memory of [`ras`], and the factors that it found.
#[derive(Debug, Clone, Default)]
pub struct Balancing {
    /// Factors of the shorter side (columns, where rows are as many); the next search starts from them.
    pub factors: Vec<f64>,
    /// Factors of the longer side.
    line_factors: Vec<f64>,
    /// Whether columns are the shorter side.
    by_columns: bool,
    /// The seed by lines of the longer side; entries are those of the shorter side.
    seed: Vec<f64>,
    /// The flows that the factors give, in the same order: every line has its sum.
    flows: Vec<f64>,
    /// Sums of the flows by entry.
    sums: Vec<f64>,
    kept: Vec<f64>,
    matrix: Vec<f64>,
    step: Vec<f64>,
}

impl Balancing {
    /// What the last balancing multiplied a row's flow to a column by.
    pub fn factor(&self, row: usize, column: usize) -> f64 {
        let (line, entry) = if self.by_columns { (row, column) } else { (column, row) };
        self.line_factors[line] * self.factors[entry]
    }

    /// The flows for the current factors, with the lines' factors that reach their sums; gives the largest relative error of the entries' sums.
    fn evaluate(&mut self, line_sums: &[f64], entry_sums: &[f64]) -> f64 {
        let entries = entry_sums.len();
        self.sums.clear();
        self.sums.resize(entries, 0.0);
        self.line_factors.clear();
        let lines = self
            .seed
            .chunks_exact(entries)
            .zip(self.flows.chunks_exact_mut(entries));
        for ((seed, flows), target) in lines.zip(line_sums) {
            let sum = dot(seed, &self.factors);
            let factor = if sum > 0.0 { target / sum } else { 0.0 };
            self.line_factors.push(factor);
            for (((flow, total), seed), entry) in flows.iter_mut().zip(&mut self.sums).zip(seed).zip(&self.factors) {
                *flow = factor * (seed * entry);
                *total += *flow;
            }
        }
        let mut worst: f64 = 0.0;
        for (sum, target) in self.sums.iter().zip(entry_sums) {
            if *target > 0.0 {
                worst = worst.max((sum - target).abs() / target);
            }
        }
        worst
    }

    /// Factors that reach the entries' sums for the lines' current factors.
    fn fit_entries(&mut self, entry_sums: &[f64]) {
        for ((factor, sum), target) in self.factors.iter_mut().zip(&self.sums).zip(entry_sums) {
            if *sum > 0.0 {
                *factor = (*factor * target / sum).min(FACTORS.1);
                if *target > 0.0 {
                    *factor = factor.max(FACTORS.0);
                }
            }
        }
    }

    /// A Newton step in the factors' logarithms; false (and nothing changed) when it leads nowhere.
    ///
    /// A step is kept where it lessens the largest error, or where the function to be minimised still falls at its end, less steeply (it is
    /// convex, so it has fallen all the way): where a buyer and a seller deal almost only with each other, the largest error may rise at first. Otherwise a
    /// shorter step is tried.
    fn newton(&mut self, line_sums: &[f64], entry_sums: &[f64], worst: &mut f64) -> bool {
        let entries = entry_sums.len();
        self.matrix.clear();
        self.matrix.resize(entries * entries, 0.0);
        for (flows, target) in self.flows.chunks_exact(entries).zip(line_sums) {
            if *target <= 0.0 {
                continue;
            }
            let inverse = 1.0 / target;
            for (entry, flow) in flows.iter().enumerate() {
                if *flow > 0.0 {
                    let share = flow * inverse;
                    let start = entry * entries;
                    for (value, other) in self.matrix[start..start + entry + 1].iter_mut().zip(flows) {
                        *value -= share * other;
                    }
                }
            }
        }
        self.step.clear();
        for (entry, (sum, target)) in self.sums.iter().zip(entry_sums).enumerate() {
            // The common scale of all factors is free, and an empty entry's factor too: a trace of the diagonal keeps both still.
            self.matrix[entry * entries + entry] += sum * (1.0 + 1e-12) + f64::MIN_POSITIVE;
            self.step.push(if *sum > 0.0 { target - sum } else { 0.0 });
        }
        if !solve_symmetric(&mut self.matrix, &mut self.step, entries) {
            return false;
        }
        // Only differences between entries matter.
        let middle = self.step.iter().sum::<f64>() / entries as f64;
        for step in &mut self.step {
            *step = (*step - middle).clamp(-LARGEST_STEP, LARGEST_STEP);
        }
        self.kept.clone_from(&self.factors);
        let fall = self.fall(entry_sums);
        let mut length = 1.0;
        for _ in 0..STEP_LENGTHS {
            for ((factor, kept), step) in self.factors.iter_mut().zip(&self.kept).zip(&self.step) {
                if *kept > 0.0 {
                    *factor = (kept * growth(length * step)).clamp(FACTORS.0, FACTORS.1);
                }
            }
            let next = self.evaluate(line_sums, entry_sums);
            let fall_there = self.fall(entry_sums);
            if next < *worst || fall_there > 0.0 && fall_there < LESS_STEEP * fall {
                *worst = next;
                return true;
            }
            // Where the fall would end if it changed evenly.
            length *= (fall / (fall - fall_there)).clamp(0.1, 0.5);
        }
        self.factors.clone_from(&self.kept);
        self.evaluate(line_sums, entry_sums);
        false
    }

    /// How steeply the function falls along the step.
    fn fall(&self, entry_sums: &[f64]) -> f64 {
        let gaps = entry_sums.iter().zip(&self.sums).map(|(target, sum)| target - sum);
        self.step.iter().zip(gaps).map(|(step, gap)| step * gap).sum()
    }

    /// Searches for the factors; gives the largest relative error that is left.
    fn search(&mut self, line_sums: &[f64], entry_sums: &[f64]) -> f64 {
        let entries = entry_sums.len();
        if self.factors.len() != entries {
            self.factors.clear();
            self.factors.resize(entries, 1.0);
        }
        for (factor, target) in self.factors.iter_mut().zip(entry_sums) {
            if *target <= 0.0 {
                *factor = 0.0;
            }
        }
        self.flows.resize(self.seed.len(), 0.0);
        let mut worst = self.evaluate(line_sums, entry_sums);
        let mut is_far = worst > FAR;
        for _ in 0..STEPS {
            if worst <= TOLERANCE {
                break;
            }
            if !is_far && self.newton(line_sums, entry_sums, &mut worst) {
                continue;
            }
            is_far = false;
            self.fit_entries(entry_sums);
            worst = self.evaluate(line_sums, entry_sums);
        }
        // A factor of 0 could not be started from.
        for factor in self.factors.iter_mut().chain(&mut self.line_factors) {
            if *factor <= 0.0 || !factor.is_finite() {
                *factor = 1.0;
            }
        }
        worst
    }

    /// What rows still have (into `sums`) and columns still need (into `kept`).
    fn find_rest(&mut self, row_sums: &[f64], column_sums: &[f64], flows: &[f64]) {
        let columns = column_sums.len();
        self.sums.clear();
        self.sums.extend(
            flows
                .chunks_exact(columns)
                .zip(row_sums)
                .map(|(line, target)| (target - line.iter().sum::<f64>()).max(0.0)),
        );
        self.kept.clear();
        self.kept.extend((0..columns).map(|column| {
            let sum: f64 = flows.iter().skip(column).step_by(columns).sum();
            (column_sums[column] - sum).max(0.0)
        }));
    }
}

/// The exponential of a step, near enough (Padé's approximation, positive throughout): a Newton step is no more exact than that.
fn growth(step: f64) -> f64 {
    let even = 1.0 + step * step / 12.0;
    (even + 0.5 * step) / (even - 0.5 * step)
}

/// Balances `flows` (the seed) in place to these row and column sums, which have the same total, starting from the factors in `memory` where
/// their number fits (those of a similar problem). Where zeros in the seed make the sums unreachable, rows and columns stay below them.
pub fn ras(row_sums: &[f64], column_sums: &[f64], memory: &mut Balancing, flows: &mut [f64]) {
    let (rows, columns) = (row_sums.len(), column_sums.len());
    let total: f64 = row_sums.iter().sum();
    if total <= 0.0 || columns == 0 {
        flows.fill(0.0);
        return;
    }
    let by_columns = columns <= rows;
    memory.by_columns = by_columns;
    let (line_sums, entry_sums) = if by_columns {
        (row_sums, column_sums)
    } else {
        (column_sums, row_sums)
    };
    let entries = entry_sums.len();
    memory.seed.clear();
    if by_columns {
        memory.seed.extend_from_slice(flows);
    } else {
        memory
            .seed
            .extend((0..columns).flat_map(|column| flows.iter().skip(column).step_by(columns)));
    }
    let worst = memory.search(line_sums, entry_sums);
    // An entry may exceed its sum by what the search left open, by more where there is no exact solution.
    memory.step.clear();
    memory.step.extend(
        memory
            .sums
            .iter()
            .zip(entry_sums)
            .map(|(sum, target)| if sum > target { target / sum } else { 1.0 }),
    );
    for (line, found) in memory.flows.chunks_exact(entries).enumerate() {
        for (entry, (flow, scale)) in found.iter().zip(&memory.step).enumerate() {
            let at = if by_columns {
                line * columns + entry
            } else {
                entry * columns + line
            };
            flows[at] = flow * scale;
        }
    }
    if worst > TOLERANCE {
        deal_out_rest(row_sums, column_sums, memory, flows);
    }
}

/// Where the sweeps end before both margins are met (an exact solution with lanes of 0 is approached ever more slowly), deals out what is left
/// over the lanes in use, in proportion to what rows still have and columns still need; then by swaps between sellers.
fn deal_out_rest(row_sums: &[f64], column_sums: &[f64], memory: &mut Balancing, flows: &mut [f64]) {
    let columns = column_sums.len();
    for _ in 0..REST_ROUNDS {
        memory.find_rest(row_sums, column_sums, flows);
        let Balancing { sums, kept, .. } = memory;
        let total = kept.iter().sum::<f64>().max(sums.iter().sum());
        if total <= 0.0 {
            return;
        }
        for (line, left) in flows.chunks_exact_mut(columns).zip(sums.iter()) {
            for (flow, need) in line.iter_mut().zip(kept.iter()) {
                if *flow > 0.0 {
                    *flow += left * (need / total);
                }
            }
        }
    }
    memory.find_rest(row_sums, column_sums, flows);
    let Balancing { sums, kept, .. } = memory;
    let small = 1e-13 * row_sums.iter().sum::<f64>();
    for (column, need) in kept.iter_mut().enumerate() {
        for (row, left) in sums.iter_mut().enumerate() {
            if *need > small && *left > small {
                swap_in(row, column, left, need, columns, flows);
            }
        }
    }
}

/// Brings what a row has left to a column in need to which it has no lane: the row sells it to another column, one of whose sellers
/// sells as much less there and more to the column in need.
fn swap_in(row: usize, column: usize, left: &mut f64, need: &mut f64, columns: usize, flows: &mut [f64]) {
    for between in 0..columns {
        if flows[row * columns + between] <= 0.0 {
            continue;
        }
        for other in 0..flows.len() / columns {
            let (from, to) = (other * columns + between, other * columns + column);
            if other == row || flows[from] <= 0.0 || flows[to] <= 0.0 {
                continue;
            }
            let amount = left.min(*need).min(flows[from]);
            flows[from] -= amount;
            flows[to] += amount;
            flows[row * columns + between] += amount;
            *left -= amount;
            *need -= amount;
            if *left <= 0.0 || *need <= 0.0 {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ras_reaches_both_margins() {
        let mut flows = [1.0, 2.0, 3.0, 1.0];
        ras(&[60.0, 40.0], &[30.0, 70.0], &mut Balancing::default(), &mut flows);
        assert!((flows[0] + flows[1] - 60.0).abs() < 1e-8 && (flows[0] + flows[2] - 30.0).abs() < 1e-8);
        // Biproportional: the cross ratio of the seed is kept.
        assert!(((flows[0] * flows[3]) / (flows[1] * flows[2]) - 1.0 / 6.0).abs() < 1e-9);
    }

    /// Sums of rows and of columns.
    fn margins(flows: &[f64], columns: usize) -> (Vec<f64>, Vec<f64>) {
        let rows = flows.chunks_exact(columns).map(|line| line.iter().sum()).collect();
        let columns = (0..columns).map(|column| flows.iter().skip(column).step_by(columns).sum());
        (rows, columns.collect())
    }

    /// A table of arbitrary numbers, some of them 0, and another with the same zeros whose sums it is to reach.
    fn tables(rows: usize, columns: usize) -> (Vec<f64>, Vec<f64>) {
        let value = |at: usize| ((7919 * (at + 1)) % 101) as f64;
        let seed: Vec<f64> = (0..rows * columns)
            .map(|at| if at % 5 == 3 { 0.0 } else { 1.0 + value(at) })
            .collect();
        let goal = seed
            .iter()
            .enumerate()
            .map(|(at, seed)| if *seed > 0.0 { 1.0 + value(at + 57) } else { 0.0 });
        let goal = goal.collect();
        (seed, goal)
    }

    #[test]
    fn tables_of_all_shapes_reach_their_sums_and_keep_their_cross_ratios() {
        for rows in 1..=9 {
            for columns in 1..=9 {
                let (seed, goal) = tables(rows, columns);
                let (row_sums, column_sums) = margins(&goal, columns);
                let mut flows = seed.clone();
                let mut memory = Balancing::default();
                ras(&row_sums, &column_sums, &mut memory, &mut flows);
                let found = margins(&flows, columns);
                for (sum, target) in found.0.iter().chain(&found.1).zip(row_sums.iter().chain(&column_sums)) {
                    assert!(
                        (sum - target).abs() <= 1e-9 * target,
                        "{rows} x {columns}: {sum} for {target}"
                    );
                }
                for (at, (flow, seed)) in flows.iter().zip(&seed).enumerate() {
                    let expected = memory.factor(at / columns, at % columns) * seed;
                    assert!(
                        (flow - expected).abs() <= 1e-9 * expected,
                        "{rows} x {columns}: {flow} for {expected}"
                    );
                }
            }
        }
    }

    #[test]
    fn rows_and_columns_are_treated_alike() {
        for (rows, columns) in [(3, 5), (7, 2), (8, 8), (12, 5)] {
            let (seed, goal) = tables(rows, columns);
            let (row_sums, column_sums) = margins(&goal, columns);
            let turned = |flows: &[f64]| -> Vec<f64> {
                (0..columns)
                    .flat_map(|column| flows.iter().copied().skip(column).step_by(columns))
                    .collect()
            };
            let (mut flows, mut other) = (seed.clone(), turned(&seed));
            ras(&row_sums, &column_sums, &mut Balancing::default(), &mut flows);
            ras(&column_sums, &row_sums, &mut Balancing::default(), &mut other);
            for (one, other) in turned(&flows).iter().zip(&other) {
                assert!((one - other).abs() <= 1e-9 * one, "{one} and {other}");
            }
        }
    }

    #[test]
    fn those_who_hardly_trade_with_others_are_balanced_in_a_few_steps() {
        // Each seller has a buyer of its own and traces of lanes elsewhere, which have to carry 3 % of what is sold.
        let seed = [1.0, 1e-7, 1e-7, 1e-7, 1.0, 1e-7, 1e-7, 1e-7, 1.0];
        let (row_sums, column_sums) = ([103.0, 98.0, 99.0], [100.0, 100.0, 100.0]);
        let mut memory = Balancing::default();
        memory.seed.extend(seed);
        memory.flows.resize(9, 0.0);
        memory.factors.resize(3, 1.0);
        let mut worst = memory.evaluate(&row_sums, &column_sums);
        let mut steps = 0;
        while worst > TOLERANCE {
            assert!(memory.newton(&row_sums, &column_sums, &mut worst));
            steps += 1;
        }
        assert!(steps <= 16, "{steps}");
    }

    #[test]
    fn a_factor_grows_as_the_exponential_does() {
        for (step, tolerance) in [(1e-3, 1e-15), (0.1, 2e-8), (1.0, 2e-3)] {
            for step in [step, -step] {
                assert!((growth(step) / libm::exp(step) - 1.0).abs() <= tolerance, "{step}");
            }
        }
        assert!(growth(LARGEST_STEP) > 10.0 && growth(-LARGEST_STEP) > 0.0);
    }

    #[test]
    fn ras_starts_from_known_factors() {
        let seed = [1.0, 2.0, 3.0, 1.0];
        let (rows, columns) = ([60.0, 40.0], [30.0, 70.0]);
        let mut memory = Balancing::default();
        let mut flows = seed;
        ras(&rows, &columns, &mut memory, &mut flows);
        let mut again = seed;
        ras(&rows, &columns, &mut memory, &mut again);
        for (one, other) in flows.iter().zip(&again) {
            assert!((one - other).abs() < 1e-8);
        }
    }

    #[test]
    fn what_has_no_lane_is_swapped_in() {
        // The first row has 10 left and no lane to the second column, which needs 10.
        let mut flows = [50.0, 0.0, 30.0, 20.0];
        deal_out_rest(&[60.0, 50.0], &[80.0, 30.0], &mut Balancing::default(), &mut flows);
        assert_eq!(flows, [60.0, 0.0, 20.0, 30.0]);
    }

    #[test]
    fn ras_without_exact_solution_never_oversells() {
        let mut flows = [1.0, 0.0, 0.0, 1.0];
        ras(&[80.0, 20.0], &[50.0, 50.0], &mut Balancing::default(), &mut flows);
        assert!(flows[0] <= 50.0 + 1e-9 && flows[3] <= 20.0 + 1e-9, "{flows:?}");
    }
}
