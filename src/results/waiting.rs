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
    /// `ROOM` trials for each row, of which `count` are in use.
    waiting: Vec<RowTrial>,
    count: usize,
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
            reference_t,
            totals,
            waiting: Vec::new(),
            count: 0,
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.totals.len()
    }

    /// Makes room for so many trials (a few), which [`WaitingTotals::put`] then writes, one for every row.
    pub fn make_room(&mut self, trials: usize) {
        if self.waiting.is_empty() {
            self.waiting.resize(self.totals.len() * ROOM, RowTrial::default());
        }
        if self.count + trials > ROOM {
            settle(&mut self.totals, &self.reference_t, &self.waiting, self.count);
            self.count = 0;
        }
    }

    /// Writes a row's trial, one of those for which there is room.
    #[inline]
    pub fn put(&mut self, row: usize, number: usize, trial: RowTrial) {
        self.waiting[row * ROOM + self.count + number] = trial;
    }

    /// All rows have so many more trials.
    pub fn end_trials(&mut self, trials: usize) {
        self.count += trials;
        if self.count == ROOM {
            let Self {
                reference_t,
                totals,
                waiting,
                ..
            } = self;
            settle(totals, reference_t, waiting, ROOM);
            self.count = 0;
        }
    }

    /// The totals with every trial in them.
    pub fn settled(&self) -> Cow<'_, [RowTotals]> {
        if self.count == 0 {
            return Cow::Borrowed(&self.totals);
        }
        let mut totals = self.totals.clone();
        settle(&mut totals, &self.reference_t, &self.waiting, self.count);
        Cow::Owned(totals)
    }

    /// The totals of one row with every trial in them.
    pub fn row(&self, row: usize) -> RowTotals {
        let mut totals = self.totals[row].clone();
        if self.count > 0 {
            totals.add(&self.waiting[row * ROOM..][..self.count], self.reference_t[row]);
        }
        totals
    }

    /// Adds what others have seen.
    pub fn merge(&mut self, other: &Self) {
        for (totals, added) in self.totals.iter_mut().zip(&other.totals) {
            totals.merge(added);
        }
        settle(&mut self.totals, &other.reference_t, &other.waiting, other.count);
    }
}

/// Adds the first `count` waiting trials of each row to its totals.
fn settle(totals: &mut [RowTotals], reference_t: &[f64], waiting: &[RowTrial], count: usize) {
    for ((totals, reference_t), trials) in totals.iter_mut().zip(reference_t).zip(waiting.chunks_exact(ROOM)) {
        totals.add(&trials[..count], *reference_t);
    }
}
