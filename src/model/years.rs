//! Which calendar year a period counts to.

use serde::{Deserialize, Serialize};

use crate::scenario::TimeAxis;

/// The calendar years that a horizon touches. A period counts to the year in which its first day lies, also where it reaches into the next one: a
/// week over New Year, or a step of a year that begins in July.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarYears {
    /// Their numbers, ascending.
    pub numbers: Vec<i16>,
    /// Of each period, its year's position in `numbers`.
    pub of_period: Vec<usize>,
}

impl CalendarYears {
    /// Of a simulated time.
    pub fn new(time: &TimeAxis) -> Self {
        let calendar = time.calendar();
        // Beyond the last year that has a name nothing ends any more.
        let year = |period| calendar.first_day(period).map_or(9999, |day| day.year());
        Self::of((0..time.periods).map(year))
    }

    /// Of periods that begin in these years, ascending.
    pub fn of(years: impl Iterator<Item = i16>) -> Self {
        let mut found = Self::default();
        for year in years {
            if found.numbers.last() != Some(&year) {
                found.numbers.push(year);
            }
            found.of_period.push(found.numbers.len() - 1);
        }
        found
    }

    /// How many years.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Months of a year that lie within the horizon.
    pub fn months(&self, year: usize, step_months: f64) -> f64 {
        self.of_period.iter().filter(|own| **own == year).count() as f64 * step_months
    }

    /// Whether the horizon has the whole year: no further step would fit into it. (Of weeks a year has 52 or 53.)
    pub fn is_whole(&self, year: usize, step_months: f64) -> bool {
        self.months(year, step_months) > 12.0 - step_months + 1e-6
    }

    /// Whether it can be of so many periods: what is read from a file may be anything.
    pub fn fits(&self, periods: usize) -> bool {
        self.of_period.len() == periods
            && self.numbers.len() <= periods
            && self.of_period.iter().all(|year| *year < self.numbers.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Step;

    fn of(start: (i16, i8, i8), step: Step, periods: usize) -> CalendarYears {
        let (year, month, day) = start;
        CalendarYears::new(&TimeAxis {
            start: jiff::civil::date(year, month, day),
            step,
            periods,
        })
    }

    #[test]
    fn first_and_last_years_may_be_in_part() {
        let years = of((2026, 7, 1), Step::Month, 24);
        assert_eq!(years.numbers, [2026, 2027, 2028]);
        assert_eq!([0, 1, 2].map(|year| years.months(year, 1.0)), [6.0, 12.0, 6.0]);
        assert_eq!([0, 1, 2].map(|year| years.is_whole(year, 1.0)), [false, true, false]);
        // Eleven months are no year, nor are three quarters.
        assert!(!of((2026, 2, 1), Step::Month, 11).is_whole(0, 1.0));
        assert!(!of((2026, 4, 1), Step::Quarter, 3).is_whole(0, 3.0));
        assert!(of((2026, 1, 1), Step::Quarter, 4).is_whole(0, 3.0));
    }

    #[test]
    fn steps_of_weeks_and_years_count_by_their_first_day() {
        let week = Step::Week.months();
        let years = of((2026, 1, 1), Step::Week, 157);
        assert_eq!(years.numbers, [2026, 2027, 2028]);
        assert!((0..3).all(|year| years.is_whole(year, week)), "{years:?}");
        assert!(!of((2026, 1, 15), Step::Week, 45).is_whole(0, week));
        let years = of((2026, 7, 1), Step::Year, 3);
        assert_eq!(years.numbers, [2026, 2027, 2028]);
        assert!((0..3).all(|year| years.is_whole(year, 12.0)));
    }
}
