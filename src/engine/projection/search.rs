//! The search for factors: where it begins, Newton steps and sweeps.

use super::Projection;
use crate::engine::tolerance::SEARCH;

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

impl Projection {
    /// The first guess: the factors of a similar problem where they come close, else those with which nothing binds, with one proportional fit where
    /// something does.
    pub(super) fn begin(&mut self, start: &[f64]) {
        self.factors.clear();
        // Factors of 1 alone tell nothing.
        if start.len() == self.rows && start.iter().any(|factor| *factor < 1.0) {
            // A factor of 0 could never rise again.
            self.factors
                .extend(start.iter().map(|factor| factor.clamp(LEAST_FACTOR, 1.0)));
            self.factors.resize(self.limits.len(), 1.0);
            self.close_empty();
            self.evaluate();
            if self.gap <= CLOSE {
                return;
            }
            self.factors.clear();
        }
        self.factors.resize(self.limits.len(), 1.0);
        self.close_empty();
        self.evaluate();
        if self.gap > SEARCH {
            self.fit(0..self.rows);
            self.evaluate();
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

    /// Newton steps, and sweeps where none helps, until the gap is closed.
    pub(super) fn search(&mut self) {
        // A seller without lanes to buyers who order binds nothing.
        for ((factor, usage), limit) in self.factors.iter_mut().zip(&self.usage).zip(&self.limits) {
            if *usage <= 0.0 && *limit > 0.0 {
                *factor = 1.0;
            }
        }
        for _ in 0..NEWTON_STEPS {
            if self.gap <= SEARCH {
                return;
            }
            if self.newton() {
                continue;
            }
            for _ in 0..SWEEPS {
                self.sweep();
            }
        }
        for _ in 0..SWEEPS_AT_MOST {
            if self.gap <= SEARCH {
                return;
            }
            self.sweep();
        }
    }

    /// A projected Newton step (Bertsekas 1982) on the dual, shortened until the dual falls enough; false (and nothing changed) when it does
    /// not.
    fn newton(&mut self) -> bool {
        let gap = self.gap;
        if !self.newton_direction() {
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
        self.evaluate();
        if self.gap <= CLOSER * gap {
            return true;
        }
        let mut reached = self.dual();
        self.return_to_trial();
        let before = self.dual();
        // The flows of the whole step are gone; those of a shorter one stand.
        if reached <= before + ARMIJO * self.predicted_fall(length) {
            self.move_by(length);
            self.evaluate();
            return true;
        }
        for _ in 1..STEP_LENGTHS {
            length *= SHORTER;
            self.factors.clone_from(&self.trial_factors);
            self.move_by(length);
            self.evaluate();
            reached = self.dual();
            // Close to the answer the dual's change drowns in rounding: the gap decides.
            if reached <= before + ARMIJO * self.predicted_fall(length) || self.gap <= CLOSER * gap {
                return true;
            }
        }
        self.return_to_trial();
        false
    }

    /// Back to where the Newton step began.
    fn return_to_trial(&mut self) {
        self.factors.clone_from(&self.trial_factors);
        self.evaluate();
    }

    /// Moves the active factors along the direction.
    fn move_by(&mut self, length: f64) {
        for (step, &variable) in self.step.iter().zip(&self.active) {
            let moved = self.factors[variable] * growth(length * step);
            self.factors[variable] = if moved < 1.0 { moved } else { 1.0 };
        }
    }

    /// The fall of the dual that its gradient predicts for such a move (negative).
    fn predicted_fall(&self, length: f64) -> f64 {
        let moves = self.step.iter().zip(&self.excess).zip(&self.active);
        moves
            .map(|((step, excess), &variable)| {
                // No factor rises above 1.
                excess * (length * step).min(-libm::log(self.trial_factors[variable]))
            })
            .sum()
    }

    /// One sweep of proportional fitting: quotas, then sellers.
    fn sweep(&mut self) {
        if !self.quota_limits.is_empty() {
            self.fit(self.rows..self.limits.len());
            self.evaluate();
        }
        self.fit(0..self.rows);
        self.evaluate();
    }

    fn fit(&mut self, variables: std::ops::Range<usize>) {
        for variable in variables {
            if self.usage[variable] > 0.0 {
                let factor = self.factors[variable] * self.limits[variable] / self.usage[variable];
                self.factors[variable] = factor.min(1.0);
            }
        }
    }
}

/// The exponential of a step; near the answer steps are small, and a few terms of the series are it to the last digit but one.
fn growth(step: f64) -> f64 {
    if step.abs() < 5e-3 {
        1.0 + step * (1.0 + step * (0.5 + step * (1.0 / 6.0 + step * (1.0 / 24.0 + step * (1.0 / 120.0)))))
    } else {
        libm::exp(step)
    }
}
