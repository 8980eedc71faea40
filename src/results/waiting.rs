//! Rows' trials on their way into the totals, many at a time: one at a time, nearly every step would miss the processor's cache.

use std::borrow::Cow;

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
            reference_t,
            totals,
            waiting: Vec::new(),
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.totals.len()
    }

    /// Adds a row's trial.
    #[inline]
    pub fn add(&mut self, row: usize, trial: RowTrial) {
        if self.waiting.is_empty() {
            self.waiting.resize(self.totals.len() * ROOM, RowTrial::default());
        }
        let count = &mut self.counts[row];
        self.waiting[row * ROOM + *count] = trial;
        *count += 1;
        if *count == ROOM {
            *count = 0;
            self.totals[row].add(&self.waiting[row * ROOM..][..ROOM], self.reference_t[row]);
        }
    }

    /// Those that wait for a row.
    fn waiting(&self, row: usize) -> &[RowTrial] {
        let count = self.counts[row];
        if count == 0 {
            return &[];
        }
        &self.waiting[row * ROOM..][..count]
    }

    /// The totals with every trial in them.
    pub fn settled(&self) -> Cow<'_, [RowTotals]> {
        if self.counts.iter().all(|count| *count == 0) {
            return Cow::Borrowed(&self.totals);
        }
        Cow::Owned((0..self.len()).map(|row| self.row(row)).collect())
    }

    /// The totals of one row with every trial in them.
    pub fn row(&self, row: usize) -> RowTotals {
        let mut totals = self.totals[row].clone();
        totals.add(self.waiting(row), self.reference_t[row]);
        totals
    }

    /// Adds what others have seen.
    pub fn merge(&mut self, other: &Self) {
        for (row, (totals, added)) in self.totals.iter_mut().zip(&other.totals).enumerate() {
            totals.merge(added);
            totals.add(other.waiting(row), other.reference_t[row]);
        }
    }
}
