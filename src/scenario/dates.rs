//! Dates as people write them, and months between them.

use jiff::civil::Date;

use super::checked::Step;
use super::diagnostics::Problem;
use super::source::Span;
use super::tree::{Node, Value};
use super::values::Problems;

/// "2026", "2026-01" or "2026-01-15"; the first day of what is not stated.
pub(crate) fn parse(text: &str) -> Option<Date> {
    let mut parts = text.trim().split('-');
    let year = digits(parts.next()?, 4)?;
    let month = parts.next().map_or(Some(1), |part| digits(part, 2))?;
    let day = parts.next().map_or(Some(1), |part| digits(part, 2))?;
    if parts.next().is_some() || !(1..=9000).contains(&year) {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn digits(text: &str, most: usize) -> Option<i16> {
    let good = !text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
    if good { text.parse().ok() } else { None }
}

/// The calendar of a simulation: on which day each period begins, and at which instant, in months from the start, each day begins. The two
/// are one rule read in both directions, so that a printed first day of a period is exactly the instant at which the period begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    /// First day of the first period.
    pub start: Date,
    /// Length of a period.
    pub step: Step,
}

impl Calendar {
    /// One for checks that need any.
    pub(crate) const ANY: Calendar = Calendar {
        start: jiff::civil::date(2000, 1, 1),
        step: Step::Month,
    };

    /// First day of a period, counted from 0: so many weeks of seven days, or whole calendar months, after the start (the last day of a month that
    /// is too short). `None` beyond the year 9999.
    pub fn first_day(self, period: usize) -> Option<Date> {
        let count = i64::try_from(period).ok()?;
        match self.step {
            Step::Week => {
                let span = jiff::Span::new().try_weeks(count).ok()?;
                self.start.checked_add(span).ok()
            }
            Step::Month => self.months_on(count),
            Step::Quarter => self.months_on(count.checked_mul(3)?),
            Step::Year => self.months_on(count.checked_mul(12)?),
        }
    }

    /// The day so many calendar months after the start (before it, where negative).
    fn months_on(self, count: i64) -> Option<Date> {
        let span = jiff::Span::new().try_months(count).ok()?;
        self.start.checked_add(span).ok()
    }

    /// Months from the start to the beginning of a day. Weekly steps count days: a month is 365.25 / 12 days. With the other steps the day so
    /// many calendar months after the start is as many months from it, and the days in between are equal parts of a month.
    pub fn months(self, date: Date) -> f64 {
        if self.step == Step::Week {
            let days = days(self.start, date);
            // Whole weeks are whole steps, to the last bit.
            let weeks = days.div_euclid(7);
            let rest = days.rem_euclid(7);
            return f64::from(weeks) * Step::Week.months() + f64::from(rest) * (Step::Week.months() / 7.0);
        }
        let calendar_months = |date: Date| 12 * i64::from(date.year()) + i64::from(date.month());
        let mut whole = calendar_months(date) - calendar_months(self.start);
        if self.months_on(whole).is_some_and(|from| from > date) {
            whole -= 1;
        }
        let part = match (self.months_on(whole), self.months_on(whole + 1)) {
            (Some(from), Some(to)) => f64::from(days(from, date)) / f64::from(days(from, to).max(1)),
            _ => 0.0,
        };
        whole as f64 + part
    }

    /// The day in which an instant lies, given in months from the start: the inverse of [`Calendar::months`].
    pub fn day(self, months: f64) -> Option<Date> {
        // Rounding must not push the beginning of a day into the day before.
        let months = months + 1e-9;
        if self.step == Step::Week {
            let days = libm::floor(months * (365.25 / 12.0));
            let span = jiff::Span::new().try_days(days as i64).ok()?;
            return self.start.checked_add(span).ok();
        }
        let whole = libm::floor(months);
        let from = self.months_on(whole as i64)?;
        let to = self.months_on(whole as i64 + 1)?;
        let into = libm::floor((months - whole) * f64::from(days(from, to)));
        from.checked_add(jiff::Span::new().try_days(into as i64).ok()?).ok()
    }
}

/// Days from one date to another.
fn days(from: Date, to: Date) -> i32 {
    // The span of two dates is in days.
    from.until(to).map_or(0, |span| span.get_days())
}

/// Reads a date: a string, a TOML date, or a year as a number.
pub(crate) fn read(key: &str, node: &Node, out: &mut Problems) -> Option<Date> {
    let text = match &node.value {
        Value::Text(text) | Value::Date(text) => text.clone(),
        Value::Integer(year) => year.to_string(),
        _ => {
            let message = format!("`{key}` must be a date, not {}", node.kind());
            out.error(node.span, message, "expected e.g. \"2026-01\"");
            return None;
        }
    };
    let date = parse(&text);
    if date.is_none() {
        out.push(not_a_date(&text, node.span));
    }
    date
}

pub(crate) fn not_a_date(text: &str, span: Span) -> Problem {
    Problem::error(
        span,
        format!("`{text}` is not a date"),
        "expected \"2026\", \"2026-01\" or \"2026-01-15\"",
    )
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// Starts in every part of a month, in leap years and others.
    fn calendars() -> impl Iterator<Item = Calendar> {
        let starts = [2023, 2024, 2100].into_iter().flat_map(|year| {
            (1..=12).flat_map(move |month| {
                let days = date(year, month, 1).days_in_month();
                [1, 2, 15, 28, 29, 30, 31]
                    .into_iter()
                    .filter(move |day| *day <= days)
                    .map(move |day| date(year, month, day))
            })
        });
        let steps = [Step::Week, Step::Month, Step::Quarter, Step::Year];
        starts.flat_map(move |start| steps.into_iter().map(move |step| Calendar { start, step }))
    }

    #[test]
    fn a_period_begins_at_the_instant_of_its_printed_first_day() {
        for calendar in calendars() {
            for period in 0..1_200 {
                let day = calendar.first_day(period).unwrap();
                let exact = period as f64 * calendar.step.months();
                assert_eq!(calendar.months(day), exact, "{calendar:?} {period} {day}");
                assert_eq!(calendar.day(exact), Some(day), "{calendar:?} {period}");
            }
        }
    }

    #[test]
    fn time_moves_on_from_day_to_day() {
        for calendar in calendars() {
            let mut day = calendar.start;
            let mut before = -1.0;
            for _ in 0..800 {
                let months = calendar.months(day);
                assert!(months > before, "{calendar:?} {day}");
                assert_eq!(calendar.day(months), Some(day), "{calendar:?} {day}");
                (before, day) = (months, day.tomorrow().unwrap());
            }
        }
    }

    #[test]
    fn days_before_the_start_are_negative() {
        for calendar in calendars() {
            let day = calendar.start.yesterday().unwrap();
            let months = calendar.months(day);
            assert!((-0.04..-0.03).contains(&months), "{calendar:?} {months}");
        }
        let monthly = Calendar {
            start: date(2024, 3, 31),
            step: Step::Month,
        };
        assert_eq!(monthly.months(date(2024, 2, 29)), -1.0);
        assert_eq!(monthly.months(date(2023, 3, 31)), -12.0);
    }

    #[test]
    fn a_month_from_the_first_day_keeps_equal_days() {
        let monthly = Calendar {
            start: date(2026, 1, 1),
            step: Step::Month,
        };
        assert_eq!(monthly.months(date(2026, 3, 16)), 2.0 + 15.0 / 31.0);
        let weekly = Calendar {
            step: Step::Week,
            ..monthly
        };
        // 74 days of 365.25 / 12 a month.
        assert!((weekly.months(date(2026, 3, 16)) - 74.0 * 12.0 / 365.25).abs() < 1e-14);
    }
}
