//! From occurrences to severities by period: each severity curve is averaged over each period exactly, so no result depends on
//! where in a period an event starts.

use std::ops::Range;

use super::draws::{Strike, Strikes, Tail};
use super::notice::{Announced, Announcement};
use crate::model::{EffectModel, Model};
use crate::scenario::Overlap;

/// Time constants after which an exponential recovery counts as complete (e^-36 is below rounding).
const EXPONENTIAL_END: f64 = 36.0;

/// An instant that lies within this share of a period from where a period begins is meant to be there: dates and durations are rounded numbers
/// of months.
const ON_BOUNDARY: f64 = 1e-9;

/// Periods from the start to an instant; a whole number where it is meant to be where a period begins.
fn in_periods(months: f64, step_months: f64) -> f64 {
    let periods = months / step_months;
    let whole = libm::round(periods);
    if (periods - whole).abs() <= ON_BOUNDARY {
        whole
    } else {
        periods
    }
}

/// The instant, in months; exactly where a period begins if it is meant to be there.
pub(super) fn exact(months: f64, step_months: f64) -> f64 {
    let periods = in_periods(months, step_months);
    if periods == libm::round(periods) {
        periods * step_months
    } else {
        months
    }
}

/// Severity of a restriction all of which leaks: it takes nothing away, but it is there, and what passes is dearer.
const LEAKED_OUT: f64 = 1e-15;

/// The largest increase that overlapping surges or cost shocks make together.
pub(super) const LARGEST_GROWTH: f64 = 1e30;

/// Severity of every event by period.
#[derive(Debug, Clone, Default)]
pub struct Severities {
    values: Vec<f64>,
    active: Vec<u32>,
    touched: Vec<(usize, usize, usize)>,
    /// (Event, period, part of the period before) of occurrences that begin inside a period.
    inside: Vec<(usize, usize, f64)>,
    /// Events with an occurrence in this trial, ascending.
    pub struck: Vec<usize>,
    announcements: Vec<Announcement>,
    /// (Event, period, severity that its leak has taken off).
    leaks: Vec<(usize, usize, f64)>,
    step_months: f64,
    periods: usize,
}

impl Severities {
    /// Severity of an event in a period: 0 to 1 (any size >= 0 for surges and cost shocks).
    #[inline]
    pub fn of(&self, event: usize, period: usize) -> f64 {
        self.values[event * self.periods + period]
    }

    /// The part of a period before the first of the events that can reach a material began; 0 where one of them was in force before. `None`: a period
    /// before the start.
    pub(super) fn onset(&self, model: &Model, material: usize, period: Option<usize>) -> f64 {
        let Some(period) = period.filter(|period| self.inside.iter().any(|(_, own, _)| own == period)) else {
            return 0.0;
        };
        let mut onset: Option<f64> = None;
        for &cause in &model.links[material].causes {
            let event = model.causes[cause].0;
            if self.of(event, period) <= 0.0 {
                continue;
            }
            let before = period > 0 && self.of(event, period - 1) > 0.0;
            let own = self.inside.iter();
            let own = own.filter(|(other, own, _)| !before && (*other, *own) == (event, period));
            let began = own.map(|(.., part)| *part).fold(f64::INFINITY, f64::min);
            if began.is_infinite() {
                // In force before, or from where the period begins.
                return 0.0;
            }
            onset = Some(onset.map_or(began, |onset| onset.min(began)));
        }
        onset.unwrap_or(0.0)
    }

    /// Whether any event is active in a period.
    #[inline]
    pub fn any(&self, period: usize) -> bool {
        self.active[period] > 0
    }

    /// What leaks in a period: (event, share of normal flows that comes through third countries), one for each occurrence.
    pub fn leaks(&self, period: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let of_period = self.leaks.iter().filter(move |(_, of, _)| *of == period);
        of_period.map(|&(event, _, leaked)| (event, leaked))
    }

    /// What is announced in a period and has not struck: one for each occurrence, by event in file order.
    pub fn announced(&self, period: usize) -> impl Iterator<Item = Announced> + '_ {
        let (from, step) = (period as f64 * self.step_months, self.step_months);
        self.announcements
            .iter()
            .filter_map(move |announcement| announcement.over(from, step))
    }

    /// Clears and fills in a trial's occurrences.
    pub fn fill(&mut self, model: &Model, strikes: &Strikes) {
        if self.periods != model.periods || self.values.len() != model.events.len() * model.periods {
            self.periods = model.periods;
            self.values.clear();
            self.values.resize(model.events.len() * model.periods, 0.0);
            self.touched.clear();
        }
        for &(event, from, to) in &self.touched {
            self.values[event * self.periods + from..event * self.periods + to].fill(0.0);
        }
        self.touched.clear();
        self.inside.clear();
        self.active.clear();
        self.active.resize(model.periods, 0);
        self.struck.clear();
        self.announcements.clear();
        self.leaks.clear();
        self.step_months = model.step_months;
        for strike in &strikes.all {
            let event = strike.occurrence.event;
            self.announcements.extend(Announcement::of(strike, model.step_months));
            if self.struck.last() != Some(&event) {
                self.struck.push(event);
            }
            let begin = strike.occurrence.start_months;
            let start = exact(begin, model.step_months);
            let full = exact(begin + strike.occurrence.duration_months, model.step_months);
            let grows = matches!(model.events[event].effect, EffectModel::Surge(_) | EffectModel::Cost(_));
            if matches!(model.events[event].effect, EffectModel::Stock { .. }) {
                // A stock loss happens at once.
                let period = in_periods(start, model.step_months) as usize;
                // Rounding may lead to the end of the horizon.
                let period = period.min(model.periods - 1);
                self.add(model, event, period, strike.occurrence.severity, false);
                self.touched.push((event, period, period + 1));
                continue;
            }
            let first = in_periods(start, model.step_months) as usize;
            let before = in_periods(start, model.step_months) - first as f64;
            if before > 0.0 {
                self.inside.push((event, first, before));
            }
            let end = in_periods(strike.end_months(), model.step_months);
            let last = libm::ceil(end).min(model.periods as f64) as usize;
            for period in first..last {
                let from = period as f64 * model.step_months;
                let to = (period + 1) as f64 * model.step_months;
                let severity = mean_severity(strike, start..full, from..to);
                let leaked = leaked_severity(strike, start..full, from..to, model.step_months);
                if leaked > 0.0 {
                    self.add(model, event, period, (severity - leaked).max(LEAKED_OUT), grows);
                    self.leaks.push((event, period, leaked));
                } else {
                    self.add(model, event, period, severity, grows);
                }
            }
            if last > first {
                self.touched.push((event, first, last));
            }
        }
    }

    fn add(&mut self, model: &Model, event: usize, period: usize, severity: f64, grows: bool) {
        if severity <= 0.0 {
            return;
        }
        let value = &mut self.values[event * self.periods + period];
        if *value == 0.0 {
            self.active[period] += 1;
        }
        *value = combine(model.overlap, *value, severity, grows);
    }
}

/// Severity of two effects on one target. `grows`: the effects enlarge (surges, costs) instead of taking away.
pub fn combine(overlap: Overlap, one: f64, other: f64, grows: bool) -> f64 {
    match (overlap, grows) {
        (Overlap::Multiply, false) => 1.0 - (1.0 - one) * (1.0 - other),
        // Hundreds of overlapping surges must not overflow.
        (Overlap::Multiply, true) => ((1.0 + one) * (1.0 + other) - 1.0).min(LARGEST_GROWTH),
        (Overlap::Max, _) => one.max(other),
        (Overlap::Sum, false) => (one + other).min(1.0),
        (Overlap::Sum, true) => one + other,
    }
}

impl Strike {
    /// When the effect ends, months from the start, recovery included.
    pub fn end_months(&self) -> f64 {
        let full = self.occurrence.start_months + self.occurrence.duration_months;
        match self.tail {
            Tail::Step => full,
            Tail::Linear(months) => full + months,
            Tail::Exponential(months) => full + EXPONENTIAL_END * months,
        }
    }
}

/// Mean severity over a stretch of time of an occurrence that is at full severity for another (months).
fn mean_severity(strike: &Strike, at_full: Range<f64>, over: Range<f64>) -> f64 {
    let occurrence = &strike.occurrence;
    let (start, full) = (at_full.start, at_full.end);
    let (from, to) = (over.start, over.end);
    let approved = (start + strike.approval_months).min(full);
    if from >= approved && to <= full {
        // The middle of most occurrences; the same bits as below.
        return occurrence.severity * (to - from) / (to - from);
    }
    let overlap = |low: f64, high: f64| (high.min(to) - low.max(from)).max(0.0);
    let mut integral = overlap(start, approved) + occurrence.severity * overlap(approved, full);
    match strike.tail {
        Tail::Step => {}
        Tail::Linear(months) => {
            let (low, high) = (from.max(full), to.min(full + months));
            if high > low {
                // Mean of the falling line over the part inside.
                let middle = 1.0 - (0.5 * (low + high) - full) / months;
                integral += occurrence.severity * middle * (high - low);
            }
        }
        Tail::Exponential(months) => {
            let low = from.max(full);
            if to > low && months > 0.0 {
                let fall = libm::exp(-(low - full) / months) - libm::exp(-(to - full) / months);
                integral += occurrence.severity * months * fall;
            }
        }
    }
    integral / (to - from)
}

/// What a leak takes off the mean severity over a period: its share of the severity from when on it leaks.
pub(super) fn leaked_severity(strike: &Strike, at_full: Range<f64>, over: Range<f64>, step_months: f64) -> f64 {
    let (share, leaks_from) = strike.leak;
    let from = exact(leaks_from, step_months).max(over.start);
    if share <= 0.0 || from >= over.end {
        return 0.0;
    }
    let part = (over.end - from) / (over.end - over.start);
    share * part * mean_severity(strike, at_full, from..over.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::observe::Occurrence;
    use crate::scenario::Step;

    fn mean(strike: &Strike, from: f64, to: f64) -> f64 {
        let start = strike.occurrence.start_months;
        mean_severity(strike, start..start + strike.occurrence.duration_months, from..to)
    }

    fn total(start: f64, duration: f64, tail: Tail) -> f64 {
        let strike = Strike {
            occurrence: Occurrence {
                event: 0,
                start_months: start,
                duration_months: duration,
                severity: 0.8,
            },
            approval_months: 0.0,
            notice_months: 0.0,
            leak: (0.0, 0.0),
            tail,
        };
        (0..200)
            .map(|month| mean(&strike, f64::from(month), f64::from(month + 1)))
            .sum()
    }

    #[test]
    fn what_is_lost_does_not_depend_on_the_day_of_the_month() {
        for start in [0.0, 0.25, 3.5, 7.999] {
            assert!((total(start, 1.5, Tail::Step) - 1.2).abs() < 1e-12);
            // E4: full for 3, then a triangle of 6, or an exponential tail of time constant 2.
            assert!((total(start, 3.0, Tail::Linear(6.0)) - 0.8 * 6.0).abs() < 1e-12);
            assert!((total(start, 3.0, Tail::Exponential(2.0)) - 0.8 * 5.0).abs() < 1e-12);
        }
    }

    #[test]
    fn in_the_middle_it_is_the_severity() {
        let mut strike = Strike {
            occurrence: Occurrence {
                event: 0,
                start_months: 0.75,
                duration_months: 9.5,
                severity: 0.3,
            },
            approval_months: 1.5,
            notice_months: 0.0,
            leak: (0.0, 0.0),
            tail: Tail::Linear(3.0),
        };
        assert_eq!(mean(&strike, 2.25, 3.25), 0.3);
        assert_eq!(mean(&strike, 9.25, 10.25), 0.3);
        assert!((mean(&strike, 2.0, 3.0) - (0.25 + 0.75 * 0.3)).abs() < 1e-15);
        assert!(mean(&strike, 9.5, 10.5) < 0.3);
        // A step that is no whole number of months.
        strike.approval_months = 0.0;
        for step in [0.229_979_466_119_096_5, 3.0, 1.0 / 3.0] {
            let mean = mean(&strike, 2.0 * step + 1.0, 3.0 * step + 1.0);
            assert!((mean - 0.3).abs() < 1e-15, "{mean}");
        }
    }

    #[test]
    fn an_instant_beside_a_boundary_is_on_it() {
        for step in [Step::Week, Step::Month, Step::Quarter, Step::Year] {
            let step = step.months();
            for period in 0..5_000 {
                let begin = f64::from(period) * step;
                assert_eq!(in_periods(begin, step), f64::from(period));
                for months in [begin.next_down(), begin, begin.next_up()] {
                    assert_eq!(exact(months, step), begin);
                }
                // Adding the step to a boundary is rounded otherwise than counting the steps.
                assert_eq!(exact(begin + step, step), f64::from(period + 1) * step);
                let within = begin + 0.3 * step;
                assert_eq!(exact(within, step), within);
            }
        }
    }

    #[test]
    fn overlaps_combine_by_rule() {
        // E8.
        assert!((combine(Overlap::Multiply, 0.6, 0.5, false) - 0.8).abs() < 1e-15);
        assert_eq!(combine(Overlap::Max, 0.6, 0.5, false), 0.6);
        assert_eq!(combine(Overlap::Sum, 0.6, 0.5, false), 1.0);
        assert!((combine(Overlap::Multiply, 0.5, 0.2, true) - 0.8).abs() < 1e-15);
    }

    #[test]
    fn a_leak_takes_its_share_from_when_on_it_leaks() {
        let strike = Strike {
            occurrence: Occurrence {
                event: 0,
                start_months: 1.0,
                duration_months: 4.0,
                severity: 0.8,
            },
            approval_months: 0.0,
            notice_months: 0.0,
            tail: Tail::Linear(2.0),
            leak: (0.25, 2.5),
        };
        let leaked = |from: f64, to: f64| leaked_severity(&strike, 1.0..5.0, from..to, 1.0);
        assert_eq!((leaked(1.0, 2.0), leaked(2.0, 3.0), leaked(3.0, 4.0)), (0.0, 0.1, 0.2));
        // Step length moves nothing, and what recovers leaks too.
        assert!((6.0 * leaked(1.0, 7.0) - (2.5 + 1.0) * 0.2).abs() < 1e-12);
    }

    #[test]
    fn licensing_stops_everything_until_the_first_licences() {
        let strike = Strike {
            occurrence: Occurrence {
                event: 0,
                start_months: 1.0,
                duration_months: 6.0,
                severity: 0.5,
            },
            approval_months: 2.0,
            notice_months: 0.0,
            leak: (0.0, 0.0),
            tail: Tail::Step,
        };
        assert_eq!(mean(&strike, 1.0, 2.0), 1.0);
        assert_eq!(mean(&strike, 3.0, 4.0), 0.5);
        assert_eq!(mean(&strike, 2.0, 4.0), 0.75);
        assert_eq!(mean(&strike, 7.0, 8.0), 0.0);
    }
}
