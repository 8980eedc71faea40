//! What each trial came to, as a table.

use ndarray::Array2;

use super::samples::Sample;

/// Shortfall of each trial in the rows in focus: trial x row, in % of the horizon's demand.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    /// Number of the first trial.
    pub first_trial: u64,
    /// (material, place) of each column.
    pub rows: Vec<(String, String)>,
    /// Shortfall, % of demand; trials ascend.
    pub shortfall_pct: Array2<f64>,
    /// Number of the row of each column, ascending.
    numbers: Vec<usize>,
}

impl Samples {
    /// (trial, shortfall in %) of a row by its number; `None` where it has no samples.
    pub(super) fn of_row(&self, row: usize) -> Option<impl Iterator<Item = (u64, f64)> + '_> {
        let column = self.numbers.binary_search(&row).ok()?;
        Some((self.first_trial..).zip(self.shortfall_pct.column(column).into_iter().copied()))
    }
}

/// Samples on their way: by trial and sampled row.
#[derive(Debug, Clone, Default)]
pub struct Collected {
    /// Numbers of the sampled rows, ascending.
    rows: Vec<usize>,
    values: Vec<f64>,
}

impl Collected {
    /// Adds the samples of the trials that follow those so far.
    pub fn add(&mut self, mut samples: Vec<Sample>) {
        samples.sort_by_key(|sample| (sample.trial, sample.row));
        if self.rows.is_empty() {
            let first = samples.first().map(|sample| sample.trial);
            let of_first = samples.iter().take_while(|sample| Some(sample.trial) == first);
            self.rows = of_first.map(|sample| sample.row).collect();
        }
        self.values.extend(samples.iter().map(|sample| sample.shortfall_pct));
    }

    /// As a table, with the names of all rows.
    pub fn table(self, first_trial: u64, names: &[(String, String)]) -> Samples {
        let columns = self.rows.len();
        let trials = self.values.len().checked_div(columns).unwrap_or(0);
        Samples {
            first_trial,
            rows: self.rows.iter().map(|row| names[*row].clone()).collect(),
            shortfall_pct: Array2::from_shape_vec((trials, columns), self.values)
                .unwrap_or_else(|_| Array2::zeros((0, columns))),
            numbers: self.rows,
        }
    }
}
