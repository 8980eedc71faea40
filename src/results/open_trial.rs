//! The trial that is being recorded.

use std::ops::Range;

use super::histogram::NEGLIGIBLE;
use super::spells::{SpellTracker, TrialSpells};
use crate::engine::observe::PeriodOutcome;
use crate::model::layout::Layout;

/// Where a material's cells and rows lie, and the first of its fans and of its attributed rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parts {
    pub(super) cells: Range<usize>,
    pub(super) rows: Range<usize>,
    pub(super) first_fan: usize,
    /// The first of its attributed rows, among all of them.
    pub(super) first_attributed: usize,
}

/// The open trial: what cells were in the periods in which something was missing. Rows are followed through them when the trial ends, one after
/// the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OpenTrial {
    pub(super) materials: Vec<OpenMaterial>,
    /// Over the horizon by cell; zero unless something was missing.
    pub(super) shortfall_t: Vec<f64>,
    pub(super) unmet_t: Vec<f64>,
    pub(super) exposed_usd: Vec<f64>,
    /// Of the row that is being followed, what is short by calendar year.
    pub(super) short_by_year_t: Vec<f64>,
}

/// A material in the open trial.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OpenMaterial {
    /// Periods in which something was missing.
    pub(super) periods: Vec<usize>,
    /// By period, then by cell.
    demand_t: Vec<f64>,
    missing_t: Vec<f64>,
    shortfall_t: Vec<f64>,
    carried: Vec<f64>,
    /// By period.
    onset: Vec<f64>,
}

impl OpenTrial {
    pub(super) fn new(layout: &Layout) -> Self {
        let cells = vec![0.0; layout.cells.len()];
        Self {
            materials: vec![OpenMaterial::default(); layout.materials.len()],
            shortfall_t: cells.clone(),
            unmet_t: cells.clone(),
            exposed_usd: cells,
            short_by_year_t: vec![0.0; layout.years.len()],
        }
    }

    /// Adds a period.
    pub(super) fn add(&mut self, parts: &[Parts], outcome: &PeriodOutcome<'_>) {
        for &material in outcome.short {
            let cells = parts[material].cells.clone();
            let open = &mut self.materials[material];
            open.periods.push(outcome.period);
            open.demand_t.extend_from_slice(&outcome.demand_t[cells.clone()]);
            open.missing_t.extend_from_slice(&outcome.missing_t[cells.clone()]);
            open.shortfall_t.extend_from_slice(&outcome.shortfall_t[cells.clone()]);
            open.carried.extend_from_slice(&outcome.carried[cells.clone()]);
            open.onset.push(outcome.onset[material]);
            for (sums, period) in [
                (&mut self.shortfall_t, outcome.shortfall_t),
                (&mut self.unmet_t, outcome.unmet_t),
                (&mut self.exposed_usd, outcome.exposed_usd),
            ] {
                for (sum, value) in sums[cells.clone()].iter_mut().zip(&period[cells.clone()]) {
                    *sum += value;
                }
            }
        }
    }

    /// Makes room for the next trial.
    pub(super) fn clear(&mut self, parts: &[Parts]) {
        for (open, parts) in self.materials.iter_mut().zip(parts) {
            if open.periods.is_empty() {
                continue;
            }
            open.periods.clear();
            for values in [
                &mut open.demand_t,
                &mut open.missing_t,
                &mut open.shortfall_t,
                &mut open.carried,
                &mut open.onset,
            ] {
                values.clear();
            }
            for sums in [&mut self.shortfall_t, &mut self.unmet_t, &mut self.exposed_usd] {
                sums[parts.cells.clone()].fill(0.0);
            }
        }
    }
}

impl OpenMaterial {
    /// The spells of a row of these of the material's cells; `short` is told every period in which the row is short, by how much and of
    /// what demand.
    pub(super) fn follow(
        &self,
        row: &[usize],
        cells: &Range<usize>,
        short: impl FnMut(usize, f64, f64),
    ) -> TrialSpells {
        let (of, first) = (cells.len(), cells.start);
        let Self {
            demand_t,
            missing_t,
            shortfall_t,
            carried,
            ..
        } = self;
        match row {
            [cell] => {
                let own = cell - first;
                let at = |values: &[f64], position: usize| values[position * of + own];
                self.follow_sums(
                    short,
                    |position| at(missing_t, position),
                    |position| (at(shortfall_t, position), at(demand_t, position)),
                    |position| at(carried, position),
                )
            }
            _ => {
                let whole = row.len() == of;
                let sum = |values: &[f64], position: usize| -> f64 {
                    let of_period = &values[position * of..(position + 1) * of];
                    if whole {
                        of_period.iter().sum()
                    } else {
                        row.iter().map(|cell| of_period[cell - first]).sum()
                    }
                };
                self.follow_sums(
                    short,
                    |position| sum(missing_t, position),
                    |position| (sum(shortfall_t, position), sum(demand_t, position)),
                    |position| {
                        let places = row.iter().map(|cell| position * of + cell - first);
                        let short = places.filter(|place| shortfall_t[*place] > 0.0);
                        short.map(|place| carried[place]).fold(1.0, f64::min)
                    },
                )
            }
        }
    }

    /// The same, with the tonnes that the row misses, those that it is short of and demands, and how far stocks carried it, by position of the period.
    #[inline]
    fn follow_sums(
        &self,
        mut short: impl FnMut(usize, f64, f64),
        missing_t: impl Fn(usize) -> f64,
        short_and_demanded_t: impl Fn(usize) -> (f64, f64),
        carried: impl Fn(usize) -> f64,
    ) -> TrialSpells {
        let mut spells = SpellTracker::default();
        let mut next = 0;
        for (position, &period) in self.periods.iter().enumerate() {
            let missing_t = missing_t(position);
            if missing_t <= 0.0 {
                continue;
            }
            let (shortfall_t, demand_t) = short_and_demanded_t(position);
            if period != next {
                // Nothing was missing in the period before.
                spells.quiet();
            }
            next = period + 1;
            let is_short = shortfall_t > NEGLIGIBLE * demand_t;
            let carried = if is_short { carried(position) } else { 1.0 };
            spells.period(demand_t, missing_t, shortfall_t, carried, self.onset[position]);
            if is_short {
                short(period, shortfall_t, demand_t);
            }
        }
        spells.end_trial()
    }
}
