//! Shortfall over time: mean and quantiles per period of every row with sector `all`.
//!
//! Only shortfalls are stored; the zeros of all other trials are implied. A period's quantiles are exact while its trials have at most 32 different
//! shortfalls. More go into bins 1/32 wide, so a quantile's relative error is below 3.2 % then, and none where all trials of a bin share one value.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::binned::CountAndSum;
use super::errors::Errors;
use super::estimate::Bounds;
use super::fixed::Moments;
use super::grid::exceeds_pct;
use super::groups::{ByGroup, Sum, steps_of_share, value_of_steps};
use super::histogram::NEGLIGIBLE;
use super::order_statistics::Level;
use super::types::{Estimate, FanPoint};
use super::values::Values;

/// Levels of a fan's quantiles.
const FAN_LEVELS: [Level; 5] = [Level(50), Level(250), Level(500), Level(750), Level(950)];

/// Distribution of one row's shortfall in one period.
type FanHistogram = Values<CountAndSum, 5, 96, 32>;

/// Values at ascending ranks from 1 among `trials`, those not added being 0.
fn at_ranks<const N: usize>(histogram: &FanHistogram, ranks: [u64; N], trials: u64) -> [f64; N] {
    let mut seen = trials.saturating_sub(histogram.count().unwrap_or(trials));
    let mut values = [0.0; N];
    let mut next = ranks.iter().take_while(|rank| **rank <= seen).count();
    for bunch in histogram.bunches() {
        seen += bunch.count;
        while next < N && ranks[next] <= seen {
            values[next] = bunch.mean;
            next += 1;
        }
    }
    values
}

/// Trials of a group that are short in a period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct PeriodSums {
    /// Sum of shares, in steps.
    steps: u64,
    /// How many.
    short: u32,
    /// How many of them by more than 10 %.
    beyond_10: u32,
}

impl Sum for PeriodSums {
    fn add(&mut self, other: &Self) {
        self.steps = self.steps.saturating_add(other.steps);
        self.short = self.short.saturating_add(other.short);
        self.beyond_10 = self.beyond_10.saturating_add(other.beyond_10);
    }
}

/// One row over time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct RowFan {
    moments: Vec<Moments>,
    /// Sums by group of batches; all in the first where trials are independent.
    by_group: Vec<ByGroup<PeriodSums>>,
    histograms: Vec<Option<Box<FanHistogram>>>,
}

/// Probability of being among the counted.
fn probability(errors: &Errors, by_group: &ByGroup<PeriodSums>, count: fn(&PeriodSums) -> u32) -> Estimate {
    let counts = by_group.map(|sums| f64::from(count(sums)));
    // Whole numbers below 2^53.
    let hits = counts.map(|count| count as u64);
    errors.probability(hits.iter().sum(), || hits)
}

/// Shortfall per (row, period).
///
/// Each row has a journal of shares, which are put into their histograms many at a time: one at a time, nearly every step would miss the
/// processor's cache. What is in a journal counts as added in every respect.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Timeline {
    periods: usize,
    fans: Vec<RowFan>,
    /// By row.
    #[serde(skip)]
    journals: Vec<Vec<Entry>>,
    #[serde(skip)]
    room: usize,
    /// Memory of [`Timeline::settle_row`]: shares by period, and where each period's end.
    #[serde(skip)]
    sorted: Vec<f64>,
    #[serde(skip)]
    groups: Vec<u8>,
    #[serde(skip)]
    ends: Vec<usize>,
}

/// A share in a journal.
#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    share: f64,
    period: u32,
    /// The group of batches of its trial; the first where trials are independent.
    group: u8,
}

/// Most shares in a row's journal.
const ROOM: usize = 1 << 14;
/// Most shares in all journals: 32 MiB.
const ROOM_IN_ALL: usize = 1 << 21;

impl PartialEq for Timeline {
    fn eq(&self, other: &Self) -> bool {
        let settled = |timeline: &Self| {
            let mut settled = timeline.clone();
            settled.settle();
            settled.fans
        };
        settled(self) == settled(other)
    }
}

impl Timeline {
    /// For that many rows and periods.
    pub fn new(rows: usize, periods: usize) -> Self {
        let fan = RowFan {
            moments: vec![Moments::default(); periods],
            by_group: vec![ByGroup::default(); periods],
            histograms: vec![None; periods],
        };
        let room = (ROOM_IN_ALL / rows.max(1)).clamp(1, ROOM);
        Self {
            periods,
            fans: vec![fan; rows],
            journals: (0..rows).map(|_| Vec::with_capacity(room)).collect(),
            room,
            sorted: Vec::with_capacity(room),
            groups: Vec::with_capacity(room),
            ends: Vec::with_capacity(periods + 1),
        }
    }

    /// Adds a row's shortfall in a period of a trial of a group of batches (`None`: trials are independent), as a share of the period's demand.
    #[inline]
    pub fn add(&mut self, row: usize, group: Option<usize>, period: usize, share: f64) {
        if share.is_nan() || share <= NEGLIGIBLE {
            return;
        }
        let journal = &mut self.journals[row];
        journal.push(Entry {
            share: share.min(1.0),
            period: period as u32,
            group: group.unwrap_or(0) as u8,
        });
        if journal.len() == self.room {
            self.settle_row(row);
        }
    }

    /// Puts what is in the journals into the histograms.
    pub fn settle(&mut self) {
        for row in 0..self.fans.len() {
            self.settle_row(row);
        }
    }

    fn settle_row(&mut self, row: usize) {
        let Self {
            periods,
            fans,
            journals,
            sorted,
            groups,
            ends,
            ..
        } = self;
        let (fan, journal) = (&mut fans[row], &mut journals[row]);
        if journal.is_empty() {
            return;
        }
        // Sorted by counting: `ends` holds where each period's shares begin, and after them where they end.
        ends.clear();
        ends.resize(*periods + 1, 0);
        for entry in journal.iter() {
            ends[entry.period as usize + 1] += 1;
        }
        for period in 0..*periods {
            ends[period + 1] += ends[period];
        }
        sorted.clear();
        sorted.resize(journal.len(), 0.0);
        groups.clear();
        groups.resize(journal.len(), 0);
        for entry in journal.drain(..) {
            let next = &mut ends[entry.period as usize];
            sorted[*next] = entry.share;
            groups[*next] = entry.group;
            *next += 1;
        }
        let mut first = 0;
        for (period, &end) in ends[..*periods].iter().enumerate() {
            let shares = &sorted[first..end];
            if !shares.is_empty() {
                fan.moments[period].add_all(shares.iter().copied());
                let histogram = fan.histograms[period].get_or_insert_default();
                shares.iter().for_each(|share| histogram.add(*share));
                let sums = fan.by_group[period].all();
                for (share, group) in shares.iter().zip(&groups[first..end]) {
                    let sums = &mut sums[usize::from(*group)];
                    sums.steps = sums.steps.saturating_add(steps_of_share(*share));
                    sums.short += 1;
                    sums.beyond_10 += u32::from(exceeds_pct(*share, 10.0));
                }
            }
            first = end;
        }
    }

    /// Takes over another's fan in place of one. Both have settled.
    pub fn take_fan(&mut self, row: usize, of: &Self, their_row: usize) {
        debug_assert!(
            self.journals[row].is_empty() && of.journals[their_row].is_empty(),
            "shares wait"
        );
        self.fans[row].clone_from(&of.fans[their_row]);
    }

    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.fans.iter_mut().zip(&other.fans) {
            mine.moments
                .iter_mut()
                .zip(&theirs.moments)
                .for_each(|(moments, added)| moments.merge(added));
            mine.by_group
                .iter_mut()
                .zip(&theirs.by_group)
                .for_each(|(sums, added)| sums.merge(added));
            for (histogram, added) in mine.histograms.iter_mut().zip(&theirs.histograms) {
                if let Some(added) = added {
                    histogram.get_or_insert_default().merge(added);
                }
            }
        }
        for (row, journal) in other.journals.iter().enumerate() {
            for entry in journal {
                self.add(row, Some(usize::from(entry.group)), entry.period as usize, entry.share);
            }
        }
    }

    /// With everything in its histogram: what is written to files.
    pub fn in_full(&self) -> Cow<'_, Self> {
        if self.journals.iter().all(Vec::is_empty) {
            return Cow::Borrowed(self);
        }
        let mut settled = self.clone();
        settled.settle();
        Cow::Owned(settled)
    }

    /// Whether it can be of that many rows, periods and trials.
    pub fn fits(&self, rows: usize, periods: usize, trials: u64) -> bool {
        self.fans.len() == rows
            && self.periods == periods
            && self.fans.iter().all(|fan| {
                fan.moments.len() == periods
                    && fan.histograms.len() == periods
                    && fan.by_group.len() == periods
                    && fan.moments.iter().all(|moments| moments.are_of(trials, 0))
                    && fan.histograms.iter().flatten().all(|histogram| histogram.fits(trials))
                    && fan.by_group.iter().zip(&fan.histograms).all(|(by_group, histogram)| {
                        let sums = by_group.total();
                        let short = histogram.as_ref().map_or(Some(0), |histogram| histogram.count());
                        short == Some(u64::from(sums.short)) && sums.beyond_10 <= sums.short
                    })
            })
    }

    /// The fan of a row.
    pub fn points(&self, row: usize, errors: &Errors, dates: &[String]) -> Vec<FanPoint> {
        let trials = errors.trials();
        let ranks = FAN_LEVELS.map(|level| level.rank(trials));
        let fan = self.settled(row);
        let of_periods = fan.moments.iter().zip(&fan.by_group).zip(&fan.histograms).enumerate();
        of_periods
            .map(|(period, ((moments, by_group), histogram))| FanPoint {
                period,
                date: dates.get(period).cloned().unwrap_or_default(),
                mean_pct: errors.mean_of(
                    moments,
                    || by_group.map(|sums| value_of_steps(sums.steps)),
                    100.0,
                    Bounds::PERCENT,
                ),
                quantiles_pct: match histogram {
                    Some(histogram) => at_ranks(histogram, ranks, trials).map(|share| share * 100.0),
                    None => [0.0; 5],
                },
                prob_any: probability(errors, by_group, |sums| sums.short),
                prob_gt_10: probability(errors, by_group, |sums| sums.beyond_10),
            })
            .collect()
    }

    /// A row with everything in its histograms.
    fn settled(&self, row: usize) -> Cow<'_, RowFan> {
        if self.journals.get(row).is_none_or(Vec::is_empty) {
            return Cow::Borrowed(&self.fans[row]);
        }
        let mut one = Self::new(1, self.periods);
        one.fans[0] = self.fans[row].clone();
        one.journals[0].clone_from(&self.journals[row]);
        one.settle_row(0);
        Cow::Owned(one.fans.swap_remove(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::groups::GROUPS;
    use proptest::prelude::*;

    fn points(timeline: &Timeline, trials: u64, dates: &[String]) -> Vec<FanPoint> {
        timeline.points(0, &Errors::new(trials, None), dates)
    }

    #[test]
    fn atoms_come_back_and_zeros_are_implied() {
        let mut timeline = Timeline::new(1, 2);
        // 100 trials: 30 short by 0.7, 10 by 0.9, 4 by 1, 2 by 0.0004, the rest by nothing.
        for (count, share) in [(30, 0.7), (10, 0.9), (4, 1.0), (2, 0.0004)] {
            (0..count).for_each(|_| timeline.add(0, None, 1, share));
        }
        let points = points(&timeline, 100, &["2026-01-01".into(), "2026-02-01".into()]);
        assert_eq!(points[0].quantiles_pct, [0.0; 5]);
        assert_eq!(points[1].quantiles_pct, [0.0, 0.0, 0.0, 70.0, 90.0]);
        assert!((points[1].mean_pct.value - 34.0008).abs() < 1e-12);
        assert_eq!(points[1].date, "2026-02-01");
    }

    #[test]
    fn small_and_close_values_have_quantiles_of_their_own() {
        let mut timeline = Timeline::new(1, 1);
        for trial in 0..100 {
            timeline.add(0, None, 0, if trial < 60 { 0.0005 } else { 0.000_501 });
        }
        let quantiles = points(&timeline, 100, &[])[0].quantiles_pct;
        assert_eq!(
            quantiles,
            [0.05, 0.05, 0.05, 0.0501, 0.0501].map(|pct| pct / 100.0 * 100.0)
        );
        // As many values as trials: from bins, but of each size.
        let mut timeline = Timeline::new(1, 1);
        (1..=1000).for_each(|trial| timeline.add(0, None, 0, 1e-7 * f64::from(trial)));
        let found = points(&timeline, 1000, &[])[0].quantiles_pct;
        for (found, exact) in found.iter().zip([5e-4, 2.5e-3, 5e-3, 7.5e-3, 9.5e-3]) {
            assert!((found / exact - 1.0).abs() < 1.0 / 32.0, "{found} for {exact}");
        }
    }

    #[test]
    fn errors_come_from_groups() {
        // 16 batches; the period's shortfall is 0.5 in every other one.
        let (mut timeline, mut trials) = (Timeline::new(1, 1), [0; GROUPS]);
        for trial in 0..16 * 256 {
            let group = crate::results::groups::group_of(trial);
            trials[group] += 1;
            if group.is_multiple_of(2) {
                timeline.add(0, Some(group), 0, 0.5);
            }
        }
        let errors = Errors::new(16 * 256, Some(&trials));
        let found = timeline.points(0, &errors, &[])[0].mean_pct;
        // Sample variance of 16 batch means 0 and 50: 25^2 x 16/15.
        assert!(
            (found.standard_error - 25.0 * (1.0_f64 / 15.0).sqrt()).abs() < 1e-9,
            "{found:?}"
        );
    }

    proptest! {
        #[test]
        fn quantiles_are_within_a_bin(values in prop::collection::vec(prop_oneof![Just(0.0), 0.002..1.0f64, 1e-7..1e-4f64], 1..200)) {
            let mut timeline = Timeline::new(1, 1);
            values.iter().for_each(|value| timeline.add(0, None, 0, *value));
            let found = points(&timeline, values.len() as u64, &[])[0].quantiles_pct;
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            for (level, found) in FAN_LEVELS.iter().zip(found) {
                let exact = 100.0 * sorted[level.rank(values.len() as u64) as usize - 1];
                prop_assert!((found - exact).abs() <= exact / 32.0, "{found} for {exact}");
            }
        }
    }
}
