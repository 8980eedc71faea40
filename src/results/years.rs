//! Shortfall by calendar year, and the worst whole year of each trial, of every row with sector `all`.
//!
//! A year's shortfall is a share of that year's demand in the same trial. Only shortfalls are stored; the zeros of all other trials are implied.

use serde::{Deserialize, Serialize};

use super::cells::GroupCells;
use super::errors::Errors;
use super::estimate::Bounds;
use super::fixed::Moments;
use super::grid::position_of_whole_pct;
use super::groups::{ByGroup, GROUPS, steps_of_share, value_of_steps};
use super::histogram::{Distribution, NEGLIGIBLE, SpellHistogram};
use super::order_statistics::{Level, QuantileRanks};
use super::types::{FAN_QUANTILES, YearPoint};
use crate::model::CalendarYears;

/// Levels of a year's quantiles: [`FAN_QUANTILES`].
const LEVELS: [Level; 5] = [Level(50), Level(250), Level(500), Level(750), Level(950)];

const _: () = assert!(FAN_QUANTILES.len() == LEVELS.len());

/// Where a share of demand lies over trials.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    histogram: SpellHistogram,
    /// By group of batches; all in the first where trials are independent.
    cells: GroupCells,
}

impl Spread {
    fn add(&mut self, group: usize, share: f64) {
        self.histogram.add(share);
        self.cells.add(group, share);
    }

    fn merge(&mut self, other: &Self) {
        self.histogram.merge(&other.histogram);
        self.cells.merge(&other.cells);
    }

    fn fits(&self, trials: u64, by_group: &[u64; GROUPS]) -> bool {
        self.histogram.fits_at_most(trials) && self.cells.fits(by_group)
    }

    /// Of so many trials.
    pub fn distribution(&self, trials: u64) -> Distribution {
        self.histogram.distribution_among(trials)
    }

    /// By group of batches.
    pub fn cells(&self) -> &GroupCells {
        &self.cells
    }
}

/// One row in one year.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Year {
    moments: Moments,
    /// Sums by group of batches; all in the first where trials are independent.
    by_group: ByGroup<u64>,
    spread: Spread,
}

/// One row.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct RowYears {
    years: Vec<Year>,
    worst: Spread,
}

/// Shortfall per (row, calendar year).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct YearsRecorder {
    rows: Vec<RowYears>,
    /// Whether the horizon has all of a year.
    whole: Vec<bool>,
}

impl YearsRecorder {
    /// For that many rows, over these years.
    pub fn new(rows: usize, years: &CalendarYears, step_months: f64) -> Self {
        let row = RowYears {
            years: vec![Year::default(); years.len()],
            worst: Spread::default(),
        };
        Self {
            rows: vec![row; rows],
            whole: (0..years.len()).map(|year| years.is_whole(year, step_months)).collect(),
        }
    }

    /// Adds a row's trial of a group of batches (`None`: trials are independent): what is short by year, as a share of the year's demand.
    pub fn add(&mut self, row: usize, group: Option<usize>, shares: impl Iterator<Item = f64>) {
        let row = &mut self.rows[row];
        let group = group.unwrap_or(0);
        let mut worst = 0.0_f64;
        for ((year, whole), share) in row.years.iter_mut().zip(&self.whole).zip(shares) {
            if share.is_nan() || share <= NEGLIGIBLE {
                continue;
            }
            let share = share.min(1.0);
            year.moments.add_all(std::iter::once(share));
            let sum = year.by_group.at(group);
            *sum = sum.saturating_add(steps_of_share(share));
            year.spread.add(group, share);
            if *whole {
                worst = worst.max(share);
            }
        }
        if worst > 0.0 {
            row.worst.add(group, worst);
        }
    }

    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.rows.iter_mut().zip(&other.rows) {
            for (year, added) in mine.years.iter_mut().zip(&theirs.years) {
                year.moments.merge(&added.moments);
                year.by_group.merge(&added.by_group);
                year.spread.merge(&added.spread);
            }
            mine.worst.merge(&theirs.worst);
        }
    }

    /// Whether it can be of that many rows, of these years and trials, so many of each group (`None`: trials are independent).
    pub fn fits(
        &self,
        rows: usize,
        years: &CalendarYears,
        step_months: f64,
        trials: u64,
        by_group: Option<&[u64; GROUPS]>,
    ) -> bool {
        let mut independent = [0; GROUPS];
        independent[0] = trials;
        let by_group = by_group.unwrap_or(&independent);
        self.rows.len() == rows
            && self.whole == Self::new(0, years, step_months).whole
            && self.rows.iter().all(|row| {
                row.years.len() == years.len()
                    && row.worst.fits(trials, by_group)
                    && row
                        .years
                        .iter()
                        .all(|year| year.moments.are_of(trials, 0) && year.spread.fits(trials, by_group))
            })
    }

    /// A row by year.
    pub fn points(&self, row: usize, errors: &Errors, years: &CalendarYears, step_months: f64) -> Vec<YearPoint> {
        let trials = errors.trials();
        let ranks = LEVELS.map(|level| QuantileRanks::new(level, trials));
        let of_years = self.rows[row].years.iter().zip(&years.numbers).enumerate();
        of_years
            .map(|(number, (year, calendar))| {
                let distribution = year.spread.distribution(trials);
                let cells = &year.spread.cells;
                let beyond = cells.beyond(position_of_whole_pct(10), false);
                let quantile = |at: usize| distribution.quantile(LEVELS[at], &ranks[at], errors, cells, 100.0);
                YearPoint {
                    year: *calendar,
                    months: years.months(number, step_months),
                    mean_pct: errors.mean_of(
                        &year.moments,
                        || year.by_group.map(|steps| value_of_steps(*steps)),
                        100.0,
                        Bounds::PERCENT,
                    ),
                    sd_pct: year.moments.variance(trials).map(|variance| variance.sqrt() * 100.0),
                    quantiles_pct: std::array::from_fn(quantile),
                    prob_gt_10: errors.probability(beyond.iter().sum(), || beyond),
                    cvar95_pct: distribution.tail_mean(Level(950), errors, cells, 100.0),
                }
            })
            .collect()
    }

    /// How many whole years the horizon has.
    pub fn whole_years(&self) -> u64 {
        self.whole.iter().filter(|whole| **whole).count() as u64
    }

    /// All whole years of a row's trials together, and where they lie by group; of so many trials.
    pub fn pooled(&self, row: usize, trials: u64) -> (Distribution, GroupCells) {
        let years = || {
            self.rows[row]
                .years
                .iter()
                .zip(&self.whole)
                .filter(|(_, whole)| **whole)
        };
        let mut cells = GroupCells::default();
        years().for_each(|(year, _)| cells.merge(&year.spread.cells));
        let distributions = years().map(|(year, _)| year.spread.distribution(trials));
        (Distribution::pooled(distributions.collect()), cells)
    }

    /// The worst whole year of a row's trials.
    pub fn worst(&self, row: usize) -> &Spread {
        &self.rows[row].worst
    }
}
