//! The search for the factors of a balanced table, over those of its shorter side: Newton steps, and proportional ones where none comes closer.

use crate::model::fours::{self, EMPTY, Four, each};
use crate::model::linear::solve_symmetric;

/// Largest relative error of a sum on the side searched over (the other side is met exactly).
pub(super) const TOLERANCE: f64 = 1e-10;
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

/// A search for factors. Lines are those of the longer side, entries those of the shorter one, in fours.
#[derive(Debug, Clone, Default)]
pub(super) struct Search {
    pub(super) entries: usize,
    /// How many fours hold the entries.
    pub(super) width: usize,
    /// The sum that each line and each entry is to have, and the inverse of these.
    line_sums: Vec<f64>,
    line_inverses: Vec<f64>,
    pub(super) entry_sums: Vec<Four>,
    entry_inverses: Vec<Four>,
    /// By line and entry.
    seed: Vec<Four>,
    /// The flows that the factors give: every line has its sum.
    pub(super) flows: Vec<Four>,
    /// Sums of the flows by entry.
    pub(super) sums: Vec<Four>,
    pub(super) line_factors: Vec<f64>,
    pub(super) factors: Vec<Four>,
    /// The factors before a step.
    kept: Vec<Four>,
    pub(super) step: Vec<Four>,
    matrix: Vec<Four>,
    /// Largest relative error of the entries' sums.
    pub(super) worst: f64,
}

/// How many fours hold the entries: known to the compiler where it is `W`, else (0) only to the search.
#[derive(Clone, Copy)]
struct Width<const W: usize>(usize);

impl<const W: usize> Width<W> {
    #[inline(always)]
    fn get(self) -> usize {
        if W > 0 { W } else { self.0 }
    }
}

/// The inverse of a sum; 0 of none.
fn inverse(sum: f64) -> f64 {
    if sum > 0.0 { 1.0 / sum } else { 0.0 }
}

impl Search {
    /// Prepares for these sums, with a seed by line and entry, and the factors from which to start, if their number fits.
    pub(super) fn prepare(
        &mut self,
        line_sums: &[f64],
        entry_sums: &[f64],
        start: &[f64],
        seed: impl Fn(usize, usize) -> f64,
    ) {
        let (lines, entries) = (line_sums.len(), entry_sums.len());
        self.entries = entries;
        self.width = fours::count(entries);
        for values in [
            &mut self.entry_sums,
            &mut self.entry_inverses,
            &mut self.factors,
            &mut self.sums,
            &mut self.kept,
            &mut self.step,
        ] {
            fours::clear(values, entries);
        }
        self.line_sums.clear();
        self.line_sums.extend_from_slice(line_sums);
        self.line_inverses.clear();
        self.line_inverses.extend(line_sums.iter().map(|sum| inverse(*sum)));
        self.line_factors.clear();
        self.line_factors.resize(lines, 0.0);
        for (entry, target) in entry_sums.iter().enumerate() {
            let (four, at) = (entry / 4, entry % 4);
            self.entry_sums[four][at] = *target;
            self.entry_inverses[four][at] = inverse(*target);
            let factor = if start.len() == entries { start[entry] } else { 1.0 };
            self.factors[four][at] = if *target > 0.0 { factor } else { 0.0 };
        }
        self.seed.clear();
        self.seed.resize(lines * self.width, EMPTY);
        self.flows.resize(lines * self.width, EMPTY);
        for (line, own) in self.seed.chunks_exact_mut(self.width).enumerate() {
            for entry in 0..entries {
                own[entry / 4][entry % 4] = seed(line, entry);
            }
        }
    }

    /// The flows for the current factors, with the lines' factors that reach their sums, and how far the entries' sums are off.
    #[inline(always)]
    fn evaluate<const W: usize>(&mut self, width: Width<W>) {
        let width = width.get();
        let (sums, factors) = (&mut self.sums[..width], &self.factors[..width]);
        sums.fill(EMPTY);
        let lines = self.seed.chunks_exact(width).zip(self.flows.chunks_exact_mut(width));
        let targets = self.line_sums.iter().zip(&mut self.line_factors);
        for ((seed, flows), (target, line_factor)) in lines.zip(targets) {
            let mut sum = EMPTY;
            for at in 0..width {
                let (seed, factors) = (seed[at], factors[at]);
                let scaled: Four = each(|at| seed[at] * factors[at]);
                flows[at] = scaled;
                sum = each(|at| sum[at] + scaled[at]);
            }
            let sum = fours::sum(sum);
            let factor = if sum > 0.0 { target / sum } else { 0.0 };
            *line_factor = factor;
            for at in 0..width {
                let (flow, total) = (flows[at].map(|flow| factor * flow), sums[at]);
                flows[at] = flow;
                sums[at] = each(|at| total[at] + flow[at]);
            }
        }
        let mut worst = EMPTY;
        let targets = self.entry_sums.iter().zip(&self.entry_inverses);
        for (sum, (target, inverse)) in sums.iter().zip(targets) {
            worst = each(|at| {
                let error = ((sum[at] - target[at]) * inverse[at]).abs();
                if error > worst[at] { error } else { worst[at] }
            });
        }
        self.worst = worst.into_iter().fold(0.0, f64::max);
    }

    /// Factors that reach the entries' sums for the lines' current factors.
    fn fit_entries(&mut self) {
        let sums = self.sums.as_flattened().iter().zip(self.entry_sums.as_flattened());
        for (factor, (sum, target)) in self.factors.as_flattened_mut().iter_mut().zip(sums) {
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
    #[inline(always)]
    fn newton<const W: usize>(&mut self, size: Width<W>) -> bool {
        let (width, entries) = (size.get(), self.entries);
        self.fill_matrix(size);
        let (sums, targets) = (self.sums.as_flattened(), self.entry_sums.as_flattened());
        for (entry, step) in self.step.as_flattened_mut()[..entries].iter_mut().enumerate() {
            let (sum, target) = (sums[entry], targets[entry]);
            // The common scale of all factors is free, and an empty entry's factor too: a trace of the diagonal keeps both still.
            self.matrix[entry * width + entry / 4][entry % 4] += sum * (1.0 + 1e-12) + f64::MIN_POSITIVE;
            *step = if sum > 0.0 { target - sum } else { 0.0 };
        }
        let step = &mut self.step.as_flattened_mut()[..entries];
        if !solve_symmetric(&mut self.matrix, step) {
            return false;
        }
        // Only differences between entries matter.
        let middle = step.iter().sum::<f64>() / entries as f64;
        for step in step {
            *step = (*step - middle).clamp(-LARGEST_STEP, LARGEST_STEP);
        }
        self.kept.copy_from_slice(&self.factors);
        let (worst, fall) = (self.worst, self.fall());
        let mut length = 1.0;
        for _ in 0..STEP_LENGTHS {
            for at in 0..width {
                let (kept, step) = (self.kept[at], self.step[at]);
                self.factors[at] = each(|at| {
                    let moved = (kept[at] * growth(length * step[at])).clamp(FACTORS.0, FACTORS.1);
                    if kept[at] > 0.0 { moved } else { kept[at] }
                });
            }
            self.evaluate(size);
            let fall_there = self.fall();
            if self.worst < worst || fall_there > 0.0 && fall_there < LESS_STEEP * fall {
                return true;
            }
            // Where the fall would end if it changed evenly.
            length *= (fall / (fall - fall_there)).clamp(0.1, 0.5);
        }
        self.factors.copy_from_slice(&self.kept);
        self.evaluate(size);
        false
    }

    /// The lower triangle of what changes of the factors' logarithms take from other entries: for each line, flows times flows over its sum.
    #[inline(always)]
    fn fill_matrix<const W: usize>(&mut self, width: Width<W>) {
        let width = width.get();
        self.matrix.resize(4 * width * width, EMPTY);
        for row in 0..width {
            for column in 0..=row {
                // Four rows and four columns at once.
                let mut tile = [EMPTY; 4];
                for (flows, inverse) in self.flows.chunks_exact(width).zip(&self.line_inverses) {
                    let (own, others) = (flows[row], flows[column]);
                    let shares = own.map(|flow| flow * inverse);
                    for (entries, share) in tile.iter_mut().zip(shares) {
                        let before = *entries;
                        *entries = each(|at| before[at] - share * others[at]);
                    }
                }
                for (at, entries) in tile.into_iter().enumerate() {
                    self.matrix[(4 * row + at) * width + column] = entries;
                }
            }
        }
    }

    /// How steeply the function falls along the step.
    fn fall(&self) -> f64 {
        let mut fall = EMPTY;
        for (step, (target, sum)) in self.step.iter().zip(self.entry_sums.iter().zip(&self.sums)) {
            fall = each(|at| fall[at] + step[at] * (target[at] - sum[at]));
        }
        fours::sum(fall)
    }

    /// Searches for the factors.
    pub(super) fn find(&mut self) {
        // Most tables are small, and loops of known length are unrolled.
        match self.width {
            1 => self.run(Width::<1>(1)),
            2 => self.run(Width::<2>(2)),
            3 => self.run(Width::<3>(3)),
            4 => self.run(Width::<4>(4)),
            width => self.run(Width::<0>(width)),
        }
        // A factor of 0 could not be started from.
        for factor in self.factors.as_flattened_mut().iter_mut().chain(&mut self.line_factors) {
            if *factor <= 0.0 || !factor.is_finite() {
                *factor = 1.0;
            }
        }
    }

    fn run<const W: usize>(&mut self, width: Width<W>) {
        self.evaluate(width);
        let mut is_far = self.worst > FAR;
        for _ in 0..STEPS {
            if self.worst <= TOLERANCE {
                break;
            }
            if !is_far && self.newton(width) {
                continue;
            }
            is_far = false;
            self.fit_entries();
            self.evaluate(width);
        }
    }
}

/// The exponential of a step, near enough (Padé's approximation, positive throughout): a Newton step is no more exact than that.
fn growth(step: f64) -> f64 {
    let even = 1.0 + step * step / 12.0;
    (even + 0.5 * step) / (even - 0.5 * step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_hardly_trade_with_others_are_balanced_in_a_few_steps() {
        // Each seller has a buyer of its own and traces of lanes elsewhere, which have to carry 3 % of what is sold.
        let seed = [1.0, 1e-7, 1e-7, 1e-7, 1.0, 1e-7, 1e-7, 1e-7, 1.0];
        let (row_sums, column_sums) = ([103.0, 98.0, 99.0], [100.0, 100.0, 100.0]);
        let mut search = Search::default();
        search.prepare(&row_sums, &column_sums, &[], |row, column| seed[3 * row + column]);
        search.evaluate(Width::<1>(1));
        let mut steps = 0;
        while search.worst > TOLERANCE {
            assert!(search.newton(Width::<1>(1)));
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
}
