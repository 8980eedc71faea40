//! Dates for people: the horizon in words, and the ticks of a time axis.

use jiff::civil::Date;

use crate::report::number::counted;
use crate::results::types::Manifest;
use crate::scenario::{Calendar, Step};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn month_name(date: Date) -> &'static str {
    MONTHS.get((date.month() - 1) as usize).copied().unwrap_or("")
}

/// First day of a period, counted from 0; `None` when the manifest's start is no date or the horizon leaves the calendar.
fn period_start(manifest: &Manifest, period: usize) -> Option<Date> {
    let start: Date = manifest.start.parse().ok()?;
    let step = Step::named(&manifest.step)?;
    Calendar { start, step }.first_day(period)
}

/// The first day of a period, `2026-01-01`; its number where it has none.
pub(super) fn period(manifest: &Manifest, period: usize) -> String {
    period_start(manifest, period).map_or_else(|| format!("period {}", period + 1), |date| date.to_string())
}

/// "January 2026 to December 2030"; with days when the steps are weeks or begin within a month.
pub(super) fn horizon(manifest: &Manifest) -> String {
    let ends = || -> Option<(Date, Date)> {
        let first = period_start(manifest, 0)?;
        let last = period_start(manifest, manifest.periods.max(1))?.yesterday().ok()?;
        Some((first, last))
    };
    let Some((first, last)) = ends() else {
        return format!("{} from {}", counted(manifest.periods as u64, "period"), manifest.start);
    };
    let with_days = manifest.step == "week" || first.day() > 1;
    let say = |date: Date| {
        if with_days {
            format!("{} {} {}", date.day(), month_name(date), date.year())
        } else {
            format!("{} {}", month_name(date), date.year())
        }
    };
    let (a, b) = (say(first), say(last));
    if a == b { a } else { format!("{a} to {b}") }
}

/// Ticks of a time axis in units of periods (0 = start of the first, `periods` = end of the last): the start of a year, half-year,
/// quarter, month or a date, so that about `count` of them fit.
pub(super) fn ticks(manifest: &Manifest, count: usize) -> Vec<(f64, String)> {
    let periods = manifest.periods.max(1);
    let starts: Vec<Date> = (0..=periods).map_while(|p| period_start(manifest, p)).collect();
    let (Some(&first), Some(&last)) = (starts.first(), starts.last()) else {
        return vec![(0.0, manifest.start.clone())];
    };
    let months = 12 * i32::from(last.year() - first.year()) + i32::from(last.month()) - i32::from(first.month());
    let count = count.max(2) as i32;
    let every = [1, 3, 6, 12, 24, 60, 120, 240, 600, 1200]
        .into_iter()
        .find(|e| months / e <= count)
        .unwrap_or(2400);
    if months < 2 {
        let step = starts.len().div_ceil(count as usize).max(1);
        let say = |d: &Date| format!("{} {}", d.day(), &month_name(*d)[..3]);
        return starts
            .iter()
            .enumerate()
            .step_by(step)
            .map(|(i, d)| (i as f64, say(d)))
            .collect();
    }
    let mut out = Vec::new();
    let mut index = 12 * i32::from(first.year()) + i32::from(first.month()) - 1;
    if first.day() > 1 {
        index += 1;
    }
    index = index.div_euclid(every) * every + if index.rem_euclid(every) == 0 { 0 } else { every };
    let end = 12 * i32::from(last.year()) + i32::from(last.month()) - 1;
    while index <= end {
        let (year, month) = (index.div_euclid(12), index.rem_euclid(12) + 1);
        if let Ok(date) = Date::new(year as i16, month as i8, 1)
            && let Some(at) = position(&starts, date)
        {
            let text = if every >= 12 {
                format!("{year}")
            } else {
                format!("{}\u{A0}{year}", &month_name(date)[..3])
            };
            out.push((at, text));
        }
        index += every;
    }
    out
}

/// Where a date lies among the starts of periods, in periods.
fn position(starts: &[Date], date: Date) -> Option<f64> {
    let after = starts.partition_point(|s| *s <= date);
    let before = starts.get(after.checked_sub(1)?)?;
    let at = (after - 1) as f64;
    if *before == date {
        return Some(at);
    }
    let next = starts.get(after)?;
    let days = |a: Date, b: Date| a.until(b).map(|s| f64::from(s.get_days())).unwrap_or(0.0);
    Some(at + days(*before, date) / days(*before, *next).max(1.0))
}
