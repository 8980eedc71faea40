//! How often stated 95 % intervals hold the truth, counted.

use std::ops::Range;

use critmin::sampling::special::{Tails, inverse_beta};
use critmin::study::Estimate;

/// What is said of an interval that holds the truth less often than it says.
pub const TOO_NARROW: &str = "too narrow";
/// What is said where most runs find the truth itself: a quantile on which many trials lie, or what never happens. No interval around it could be
/// right in 95 runs of 100 only.
const EXACT: &str = "exact";
/// The coverage that intervals are held to.
pub const GOOD: Range<f64> = 0.93..0.97;
/// What the interval of the coverage itself leaves out at either end: half of 0.1 %.
const LEFT_OUT: f64 = 0.000_5;

/// What the runs said of a figure.
#[derive(Clone, Default)]
pub struct Tally {
    runs: u64,
    held: u64,
    /// Runs that found the truth itself.
    exact: u64,
    squared_errors: f64,
    stated: f64,
}

impl Tally {
    /// What all runs said of each figure.
    pub fn of(runs: &[Vec<Option<Estimate>>], truth: &[Option<Estimate>]) -> Vec<Self> {
        let mut tallies = vec![Self::default(); truth.len()];
        for run in runs {
            let all = tallies.iter_mut().zip(run).zip(truth);
            all.for_each(|((tally, found), truth)| tally.add(*found, *truth));
        }
        tallies
    }

    /// Adds what a run said, where it said anything.
    pub fn add(&mut self, found: Option<Estimate>, truth: Option<Estimate>) {
        let Some((found, truth)) = found.zip(truth.map(|truth| truth.value)) else {
            return;
        };
        // Rounding of what should be equal is no error.
        let slack = 1e-9 * truth.abs();
        self.runs += 1;
        self.held += u64::from(found.low - slack <= truth && truth <= found.high + slack);
        self.exact += u64::from((found.value - truth).abs() <= slack);
        self.squared_errors += (found.value - truth) * (found.value - truth);
        self.stated += found.standard_error;
    }

    /// Of the runs' errors.
    pub fn root_mean_square(&self) -> f64 {
        (self.squared_errors / self.runs as f64).sqrt()
    }

    /// An error over the mean stated one of the runs.
    pub fn over_stated(&self, error: f64) -> String {
        match self.stated > 0.0 {
            true => format!("{:.2}", error / (self.stated / self.runs as f64)),
            false => "-".to_owned(),
        }
    }

    /// The coverage, and what is to be said of it: a number of runs can prove that it is bad, never that it is good.
    pub fn verdict(&self) -> (String, &'static str) {
        if self.runs == 0 {
            return ("-".to_owned(), "-");
        }
        let (low, high) = binomial_interval(self.held, self.runs);
        let coverage = self.held as f64 / self.runs as f64;
        let verdict = if high < GOOD.start {
            TOO_NARROW
        } else if low > GOOD.end && 2 * self.exact > self.runs {
            EXACT
        } else if low > GOOD.end {
            "too wide"
        } else {
            "good"
        };
        let shown = format!("{:.1} [{:.1}, {:.1}]", 100.0 * coverage, 100.0 * low, 100.0 * high);
        (shown, verdict)
    }
}

/// The interval of Clopper and Pearson (1934) that holds 99.9 %.
fn binomial_interval(hits: u64, runs: u64) -> (f64, f64) {
    let (hits, misses) = (hits as f64, (runs - hits) as f64);
    let point = |a: f64, b: f64, lower: f64| {
        let target = Tails {
            lower,
            upper: 1.0 - lower,
        };
        inverse_beta(a, b, target).0
    };
    let low = if hits > 0.0 {
        point(hits, misses + 1.0, LEFT_OUT)
    } else {
        0.0
    };
    let high = if misses > 0.0 {
        point(hits + 1.0, misses, 1.0 - LEFT_OUT)
    } else {
        1.0
    };
    (low, high)
}
