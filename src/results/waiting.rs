//! Rows' trials on their way into the totals, many at a time: one at a time, nearly every step would miss the processor's cache.

use std::borrow::Cow;

use rayon::prelude::*;

use super::row_totals::{RowTotals, RowTrial};

/// Trials that wait at most.
const ROOM: usize = 32;

/// The totals of all rows. Trials that wait count as added in every respect.
#[derive(Debug, Clone, Default)]
pub struct WaitingTotals {
    /// Reference demand of each row, t.
    reference_t: Vec<f64>,
    totals: Vec<RowTotals>,
    /// `ROOM` trials for each row, and how many of them are in use.
    waiting: Vec<RowTrial>,
    counts: Vec<usize>,
    /// The group of batches that they all belong to, by row; `None` where trials are independent.
    groups: Vec<Option<usize>>,
    /// By row, trials in which nothing was short.
    quiet: Vec<Quiet>,
}

/// Trials in which nothing was short, all of one demand.
#[derive(Debug, Clone, Copy, Default)]
struct Quiet {
    demand_t: f64,
    trials: u64,
}

impl PartialEq for WaitingTotals {
    fn eq(&self, other: &Self) -> bool {
        self.settled() == other.settled()
    }
}

impl WaitingTotals {
    /// For rows of these reference demands, t.
    pub fn new(reference_t: Vec<f64>) -> Self {
        let rows = reference_t.len();
        Self::of(reference_t, vec![RowTotals::default(); rows])
    }

    /// For rows with known totals, to be merged and read.
    pub fn of(reference_t: Vec<f64>, totals: Vec<RowTotals>) -> Self {
        Self {
            counts: vec![0; totals.len()],
            groups: vec![None; totals.len()],
            quiet: vec![Quiet::default(); totals.len()],
            reference_t,
            totals,
            waiting: Vec::new(),
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.totals.len()
    }

    /// Adds a row's trial, of a group of batches.
    #[inline]
    pub fn add(&mut self, row: usize, group: Option<usize>, trial: RowTrial) {
        if trial.is_quiet() {
            let quiet = &mut self.quiet[row];
            if quiet.demand_t != trial.demand_t {
                self.totals[row].add_quiet(quiet.demand_t, quiet.trials, self.reference_t[row]);
                *quiet = Quiet {
                    demand_t: trial.demand_t,
                    trials: 0,
                };
            }
            quiet.trials += 1;
            return;
        }
        if self.waiting.is_empty() {
            self.waiting.resize(self.totals.len() * ROOM, RowTrial::default());
        }
        if self.groups[row] != group {
            self.put(row);
            self.groups[row] = group;
        }
        let count = &mut self.counts[row];
        self.waiting[row * ROOM + *count] = trial;
        *count += 1;
        if *count == ROOM {
            self.put(row);
        }
    }

    /// Puts the trials that wait for a row into its totals.
    fn put(&mut self, row: usize) {
        let count = std::mem::take(&mut self.counts[row]);
        let trials = &self.waiting[row * ROOM..][..count];
        self.totals[row].add(trials, self.reference_t[row], self.groups[row]);
    }

    /// Puts all that wait into the totals.
    pub fn settle(&mut self) {
        let mut totals = std::mem::take(&mut self.totals);
        for (row, totals) in totals.iter_mut().enumerate() {
            self.settle_into(row, totals);
        }
        self.totals = totals;
        self.counts.fill(0);
        self.quiet.fill(Quiet::default());
    }

    /// Adds those that wait for a row to some totals.
    fn settle_into(&self, row: usize, totals: &mut RowTotals) {
        let (count, quiet, reference_t) = (self.counts[row], self.quiet[row], self.reference_t[row]);
        totals.add_quiet(quiet.demand_t, quiet.trials, reference_t);
        if count > 0 {
            totals.add(&self.waiting[row * ROOM..][..count], reference_t, self.groups[row]);
        }
    }

    /// The totals with every trial in them.
    pub fn settled(&self) -> Cow<'_, [RowTotals]> {
        if self.counts.iter().all(|count| *count == 0) && self.quiet.iter().all(|quiet| quiet.trials == 0) {
            return Cow::Borrowed(&self.totals);
        }
        Cow::Owned((0..self.len()).map(|row| self.row(row)).collect())
    }

    /// The totals of one row with every trial in them.
    pub fn row(&self, row: usize) -> RowTotals {
        let mut totals = self.totals[row].clone();
        self.settle_into(row, &mut totals);
        totals
    }

    /// Takes over a row of others, in place of its own. Both have settled.
    pub fn take_row(&mut self, row: usize, of: &Self, their_row: usize) {
        debug_assert!(of.counts[their_row] == 0 && self.counts[row] == 0, "trials wait");
        self.totals[row].clone_from(&of.totals[their_row]);
    }

    /// Adds what others have seen.
    pub fn merge(&mut self, other: &Self) {
        let pairs = self.totals.par_iter_mut().zip(&other.totals);
        pairs.enumerate().for_each(|(row, (totals, added))| {
            totals.merge(added);
            other.settle_into(row, totals);
        });
    }
}
