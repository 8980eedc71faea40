//! Values of options, as people write them.

use std::ops::Range;
use std::time::Duration;

/// A share such as `1%` or `0.01`.
pub(super) fn parse_precision(text: &str) -> Result<f64, String> {
    let (number, scale) = match text.trim().strip_suffix('%') {
        Some(number) => (number.trim(), 0.01),
        None => (text.trim(), 1.0),
    };
    let value = number
        .replace('_', "")
        .parse::<f64>()
        .map_err(|_| "expected a share such as 1% or 0.01, with a decimal point".to_owned())?
        * scale;
    if value > 0.0 && value < 1.0 {
        Ok(value)
    } else {
        Err("expected a share above 0 and below 100 %".to_owned())
    }
}

/// A whole number as people write it: `1000000`, `1_000_000` or `1e6`.
pub(super) fn parse_count(text: &str) -> Result<u64, String> {
    let digits = text.trim().replace('_', "");
    if let Ok(count) = digits.parse::<u64>() {
        return Ok(count);
    }
    let is_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    match digits.parse::<f64>() {
        // Only up to here are all whole numbers exact.
        Ok(value) if !is_digits && value.fract() == 0.0 && (0.0..=9e15).contains(&value) => Ok(value as u64),
        Ok(value) if is_digits || (value.fract() == 0.0 && value > 9e15) => {
            Err(format!("it is too large: at most {}", i64::MAX))
        }
        Ok(value) if value < 0.0 => Err("expected 0 or more".to_owned()),
        Ok(value) if value.is_finite() && value.fract() != 0.0 => Err("expected a whole number".to_owned()),
        _ => Err("expected a whole number such as 10000, 10_000 or 1e4".to_owned()),
    }
}

/// A whole number from `low` to `high`.
pub(super) fn parse_within(text: &str, low: u64, high: u64) -> Result<u64, String> {
    match parse_count(text)? {
        count if count < low => Err(format!("expected {low} or more")),
        count if count > high => Err(format!("expected {high} at most")),
        count => Ok(count),
    }
}

/// A return period in years: above 1, since no level is exceeded by more than every year.
pub(super) fn parse_return_period(text: &str) -> Result<f64, String> {
    let wanted = "expected years above 1, at most 1_000_000, such as 10 or 5,10,20,50";
    match text.trim().replace('_', "").parse::<f64>() {
        Ok(years) if years > 1.0 && years <= 1e6 => Ok(years),
        Ok(years) if years <= 1.0 => Err(format!("{wanted}; what is exceeded every year has no return period")),
        _ => Err(wanted.to_owned()),
    }
}

/// A level of a statistic: any number.
pub(super) fn parse_level(text: &str) -> Result<f64, String> {
    let number = text.trim().replace('_', "").parse::<f64>().ok();
    let number = number.filter(|number| number.is_finite());
    number.ok_or_else(|| "expected a number in the statistic's unit, such as 10".to_owned())
}

/// An amount of money: 0 or more USD.
pub(super) fn parse_money(text: &str) -> Result<f64, String> {
    let number = text.trim().replace('_', "").parse::<f64>().ok();
    let number = number.filter(|number| number.is_finite() && *number >= 0.0);
    number.ok_or_else(|| "expected an amount in USD, 0 or more, such as 2e9 or 500_000_000".to_owned())
}

/// A largest share: above 0, at most 1.
pub(super) fn parse_cap(text: &str) -> Result<f64, String> {
    let number = text.trim().parse::<f64>().ok();
    let number = number.filter(|number| *number > 0.0 && *number <= 1.0);
    number.ok_or_else(|| "expected a share above 0, at most 1, such as 0.65 for 65 %".to_owned())
}

pub(super) fn parse_years(text: &str) -> Result<u32, String> {
    // The limit fits.
    parse_within(text, 1, 50).map(|years| years as u32)
}

/// A name with tonnes a year, such as `JPN=167`.
pub(super) fn parse_tonnes(text: &str) -> Result<(String, f64), String> {
    let wanted = "expected a name and tonnes a year, such as JPN=167";
    let (name, number) = text.split_once('=').ok_or(wanted)?;
    match number.trim().replace('_', "").parse::<f64>() {
        Ok(tonnes) if tonnes > 0.0 && tonnes < 1e12 && !name.trim().is_empty() => Ok((name.trim().to_owned(), tonnes)),
        _ => Err(wanted.to_owned()),
    }
}

pub(super) fn parse_threads(text: &str) -> Result<u16, String> {
    // The limit fits.
    parse_within(text, 1, 1024).map(|threads| threads as u16)
}

pub(super) fn parse_block(text: &str) -> Result<u64, String> {
    parse_within(text, 1, u64::MAX)
}

pub(super) fn parse_trial(text: &str) -> Result<u64, String> {
    parse_within(text, 0, (1 << 40) - 1)
}

/// A range of trials such as `0..500000`: the end is not part of it.
pub(super) fn parse_range(text: &str) -> Result<Range<u64>, String> {
    let wanted = "expected a range of trials such as 0..500000 (trial 500000 is not part of it)";
    let number = |text: &str| parse_count(text).map_err(|_| wanted.to_owned());
    let (first, end) = text.split_once("..").ok_or(wanted)?;
    let range = number(first)?..number(end)?;
    if range.is_empty() {
        Err(format!("{wanted}; this one is empty"))
    } else {
        Ok(range)
    }
}

pub(super) fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok();
    seconds
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "expected a number of seconds".to_owned())
}

/// A relative tolerance: at least 0, below 1.
pub(super) fn parse_tolerance(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(value) if (0.0..1.0).contains(&value) => Ok(value),
        _ => Err("expected a number from 0 to below 1, such as 1e-9".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precision_takes_percent_or_share_and_tolerance_a_number() {
        assert_eq!(parse_precision("1%"), Ok(0.01));
        assert_eq!(parse_precision("0.02"), Ok(0.02));
        assert_eq!(parse_tolerance("1e-9"), Ok(1e-9));
        assert!(parse_tolerance("1").is_err() && parse_tolerance("-1e-9").is_err() && parse_tolerance("nan").is_err());
        assert!(parse_precision("0").is_err() && parse_precision("100%").is_err() && parse_precision("x").is_err());
    }

    #[test]
    fn counts_are_read_as_people_write_them() {
        for (text, count) in [
            ("10000", 10_000),
            ("10_000", 10_000),
            ("1e6", 1_000_000),
            ("2.5e3", 2_500),
            ("0", 0),
            (" 7 ", 7),
            ("1.0", 1),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(parse_count(text), Ok(count), "{text}");
        }
        for (text, words) in [
            ("-1", "0 or more"),
            ("1.5", "whole number"),
            ("1,000", "such as 10000, 10_000 or 1e4"),
            ("many", "such as"),
            ("", "such as"),
            ("nan", "such as"),
            ("99999999999999999999", "too large: at most 9223372036854775807"),
            ("1e300", "too large"),
        ] {
            let error = parse_count(text).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
        assert_eq!(parse_threads("1_0"), Ok(10));
        assert_eq!(parse_threads("0"), Err("expected 1 or more".to_owned()));
        assert_eq!(parse_threads("2e3"), Err("expected 1024 at most".to_owned()));
        assert_eq!(parse_trial("1e3"), Ok(1_000));
        assert_eq!(parse_block("0"), Err("expected 1 or more".to_owned()));
    }

    #[test]
    fn tonnes_go_with_a_name() {
        assert_eq!(parse_tonnes("JPN=167"), Ok(("JPN".to_owned(), 167.0)));
        assert_eq!(
            parse_tonnes(" South Korea = 1_200.5"),
            Ok(("South Korea".to_owned(), 1200.5))
        );
        for wrong in ["JPN", "JPN=", "=5", "JPN=0", "JPN=-1", "JPN=nan", "JPN=inf", "JPN=1,5"] {
            assert!(parse_tonnes(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse_years("51"), Err("expected 50 at most".to_owned()));
    }

    #[test]
    fn return_periods_are_above_one() {
        assert_eq!(parse_return_period("20"), Ok(20.0));
        assert_eq!(parse_return_period(" 1.5"), Ok(1.5));
        assert_eq!(parse_return_period("1_000"), Ok(1000.0));
        for wrong in ["1", "0", "-5", "nan", "inf", "1e7", "ten", ""] {
            let error = parse_return_period(wrong).unwrap_err();
            assert!(error.starts_with("expected years above 1"), "{wrong}: {error}");
        }
        assert!(
            parse_return_period("0.5")
                .unwrap_err()
                .ends_with("has no return period")
        );
    }

    #[test]
    fn ranges_leave_their_end_out() {
        assert_eq!(parse_range("0..5_000"), Ok(0..5_000));
        assert_eq!(parse_range("5e2..1e3"), Ok(500..1_000));
        for wrong in ["5", "5..5", "7..3", "a..b", "0..=5", "..5", "5..", "-1..5"] {
            assert!(parse_range(wrong).is_err(), "{wrong}");
        }
    }
}
