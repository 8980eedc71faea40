//! Dates as people write them, and months between them.

use jiff::civil::Date;

use super::codes::Code;
use super::diagnostics::Problem;
use super::slips;
use super::source::Span;
use super::tree::{Node, Value};
use super::values::Problems;

/// "2026", "2026-01" or "2026-01-15"; the first day of what is not stated.
pub(crate) fn parse(text: &str) -> Option<Date> {
    any_year(text).filter(|date| YEARS.contains(&date.year()))
}

/// The years that a date may be of: others are slips, such as `26` for 2026.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2999;

fn any_year(text: &str) -> Option<Date> {
    let mut parts = text.trim().split('-');
    let year = digits(parts.next()?, 4)?;
    let month = parts.next().map_or(Some(1), |part| digits(part, 2))?;
    let day = parts.next().map_or(Some(1), |part| digits(part, 2))?;
    if parts.next().is_some() {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn digits(text: &str, most: usize) -> Option<i16> {
    let good = !text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
    if good { text.parse().ok() } else { None }
}

/// Months from `start` to `date`; the days of a month are equal parts of it.
pub(crate) fn months(start: Date, date: Date) -> f64 {
    position(date) - position(start)
}

fn position(date: Date) -> f64 {
    let whole = f64::from(date.year()) * 12.0 + f64::from(date.month()) - 1.0;
    whole + (f64::from(date.day()) - 1.0) / f64::from(date.days_in_month())
}

/// Reads a date: a string, a TOML date, or a year as a number.
pub(crate) fn read(key: &str, node: &Node, out: &mut Problems) -> Option<Date> {
    let text = match &node.value {
        Value::Text(text) | Value::Date(text) => text.clone(),
        Value::Integer(year) => year.to_string(),
        _ => {
            let message = format!("`{key}` must be a date, not {}", node.kind());
            out.error(Code::WrongType, node.span, message, "expected e.g. \"2026-01\"");
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
    let problem = |message: String| {
        Problem::error(
            Code::NotADate,
            span,
            message,
            "expected \"2026\", \"2026-01\" or \"2026-01-15\"",
        )
    };
    match any_year(text) {
        Some(date) if date.year() < 100 => {
            let year = 2000 + date.year();
            let rest = text
                .trim()
                .split_once('-')
                .map_or(String::new(), |(_, rest)| format!("-{rest}"));
            problem(format!("`{text}` is a date of the year {}", date.year()))
                .hint(format!("write the year with four digits: \"{year}{rest}\""))
        }
        Some(date) => problem(format!("`{text}` is a date of the year {}", date.year())).hint(format!(
            "years are from {} to {}",
            YEARS.start(),
            YEARS.end()
        )),
        None => problem(format!("`{text}` is not a date")).hints(slips::date(text)),
    }
}
