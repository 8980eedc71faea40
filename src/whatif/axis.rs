//! What is varied: a key and the values that it takes.

use std::fmt;

/// Points of a sweep, at most: all keys' values multiplied.
pub const MOST_POINTS: usize = 400;

const WANTED: &str = "expected KEY=FROM..TO:STEPS (such as event.ban.severity=0.1..0.9:5, ;log after it for equal factors) or KEY=a,b,c; dates as 2027-03";

/// A key and its values, ascending.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// The key, as `--set` takes it.
    pub key: String,
    /// Its values: at least two, all different.
    pub values: Vec<f64>,
    /// Whether steps are equal factors.
    pub is_log: bool,
    /// Whether the values are dates: months, from January of the year 0 on.
    pub is_date: bool,
}

impl Axis {
    /// Reads `KEY=FROM..TO:STEPS`, the same with `;log`, or `KEY=a,b,c`. STEPS is the number of points, both ends among them.
    ///
    /// # Errors
    /// What is wrong with it, and what is expected.
    pub fn parse(text: &str) -> Result<Axis, String> {
        let (key, values) = text.split_once('=').ok_or(WANTED)?;
        let (key, values) = (key.trim(), values.trim());
        if key.is_empty() || values.is_empty() {
            return Err(WANTED.to_owned());
        }
        let (values, is_log) = match values.split_once(';') {
            None => (values, false),
            Some((values, how)) if how.trim() == "log" => (values.trim(), true),
            Some((_, how)) => return Err(format!("`;{how}` is not known: only `;log` may follow a range")),
        };
        let is_date = values
            .split(',')
            .flat_map(|value| value.split(".."))
            .any(|value| month(value).is_some());
        if is_date && is_log {
            return Err("dates have no equal factors: leave `;log` out".to_owned());
        }
        let values = match values.split_once("..") {
            Some((from, rest)) => range(from, rest, is_log, is_date)?,
            None if is_log => return Err("`;log` goes with a range, not with a list".to_owned()),
            None => list(values, is_date)?,
        };
        Ok(Axis {
            key: key.to_owned(),
            values,
            is_log,
            is_date,
        })
    }

    /// A value as a date, `2027-03`, to the nearest month; `None` where values are numbers.
    pub fn date(&self, value: f64) -> Option<String> {
        let month = libm::round(value) as i64;
        self.is_date
            .then(|| format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1))
    }

    /// What is put at the key for a value.
    pub fn assignment(&self, value: f64) -> String {
        match self.date(value) {
            Some(date) => format!("{}=\"{date}\"", self.key),
            None => format!("{}={value}", self.key),
        }
    }

    /// Material and country, where the key is a country's share of a material.
    pub fn share(&self) -> Option<(&str, &str)> {
        let parts: Vec<&str> = self.key.split('.').map(str::trim).collect();
        match parts[..] {
            ["shares", material, "by_country", country] => Some((material, country)),
            _ => None,
        }
    }
}

impl fmt::Display for Axis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = |value: &f64| self.date(*value).unwrap_or_else(|| value.to_string());
        let values: Vec<String> = self.values.iter().map(value).collect();
        write!(f, "{}={}", self.key, values.join(","))
    }
}

fn number(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let number = text.replace('_', "").parse::<f64>().ok();
    let number = number.filter(|number| number.is_finite());
    number.ok_or_else(|| format!("`{text}` is not a number; {WANTED}"))
}

/// The month of a date such as `2027-03`, counted from January of the year 0.
fn month(text: &str) -> Option<f64> {
    let text = text.split(':').next().unwrap_or_default().trim();
    let (year, month) = text.split_once('-')?;
    let is_digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    let month = month
        .parse::<u32>()
        .ok()
        .filter(|number| is_digits(month, 2) && (1..=12).contains(number))?;
    let year = year.parse::<u32>().ok().filter(|_| is_digits(year, 4))?;
    Some(f64::from(year * 12 + month - 1))
}

/// A value: a number, or a date where others are.
fn value(text: &str, is_date: bool) -> Result<f64, String> {
    match is_date {
        true => month(text).ok_or_else(|| format!("`{}` is not a date such as 2027-03", text.trim())),
        false => number(text),
    }
}

fn range(from: &str, rest: &str, is_log: bool, is_date: bool) -> Result<Vec<f64>, String> {
    let (to, steps) = rest
        .split_once(':')
        .ok_or_else(|| format!("a range needs its number of points, such as {from}..{rest}:5"))?;
    let (low, high) = (value(from, is_date)?, value(to, is_date)?);
    let count = steps.trim().parse::<usize>().ok().filter(|count| *count >= 2);
    let count = count.ok_or_else(|| {
        format!(
            "`{}` points: expected a whole number of 2 or more, both ends among them",
            steps.trim()
        )
    })?;
    if count > MOST_POINTS {
        return Err(format!("{count} points are too many: {MOST_POINTS} at most"));
    }
    if low >= high {
        return Err(format!(
            "the range ends before it begins: expected FROM below TO, such as {}..{}:{count}",
            to.trim(),
            from.trim()
        ));
    }
    if is_log && low <= 0.0 {
        return Err(format!("a logarithmic range begins above 0, not at {low}"));
    }
    let last = (count - 1) as f64;
    let between = |step: usize| {
        let part = step as f64 / last;
        match (step, is_log) {
            (0, _) => low,
            (step, _) if step == count - 1 => high,
            (_, false) => low + (high - low) * part,
            (_, true) => low * libm::pow(high / low, part),
        }
    };
    let rounded = |value: f64| if is_date { libm::round(value) } else { short(value) };
    let values: Vec<f64> = (0..count).map(|step| rounded(between(step))).collect();
    match values.windows(2).all(|pair| pair[0] < pair[1]) {
        true => Ok(values),
        false => Err(format!(
            "{count} points between {} and {} are too close to be told apart",
            from.trim(),
            to.trim()
        )),
    }
}

fn list(text: &str, is_date: bool) -> Result<Vec<f64>, String> {
    let values = text.split(',').map(|text| value(text, is_date));
    let mut values = values.collect::<Result<Vec<f64>, String>>()?;
    values.sort_by(f64::total_cmp);
    if values.len() < 2 {
        return Err(format!("one value is no sweep; {WANTED}"));
    }
    if let Some(pair) = values.windows(2).find(|pair| pair[0] == pair[1]) {
        let is_it = |text: &&str| value(text, is_date).is_ok_and(|value| value == pair[0]);
        let twice = text.split(',').find(is_it).unwrap_or_default();
        return Err(format!("{} is there twice", twice.trim()));
    }
    Ok(values)
}

/// Twelve significant digits: what rounding adds in computing a step is not part of a key's value.
fn short(value: f64) -> f64 {
    format!("{value:.11e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_lists_are_read() {
        let axis = Axis::parse("shares.m.by_country.CHN=0.1..0.7:7").unwrap();
        assert_eq!(axis.values, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
        assert_eq!(axis.share(), Some(("m", "CHN")));
        assert_eq!(axis.assignment(0.3), "shares.m.by_country.CHN=0.3");
        let axis = Axis::parse("event.e.arrival.per_year=0.01..1:3;log").unwrap();
        assert_eq!((axis.values, axis.is_log), (vec![0.01, 0.1, 1.0], true));
        assert_eq!(Axis::parse("a.b = 3, 1,2_000").unwrap().values, [1.0, 3.0, 2000.0]);
        assert_eq!(Axis::parse("a.b=-1..1:3").unwrap().values, [-1.0, 0.0, 1.0]);
        let axis = Axis::parse("supply.plant.opens=2027-11..2028-05:3").unwrap();
        let dates: Vec<String> = axis.values.iter().map(|value| axis.assignment(*value)).collect();
        let expected = ["2027-11", "2028-02", "2028-05"].map(|date| format!("supply.plant.opens=\"{date}\""));
        assert_eq!(dates, expected);
        let axis = Axis::parse("supply.plant.opens=2030-01,2027-12").unwrap();
        assert_eq!(axis.to_string(), "supply.plant.opens=2027-12,2030-01");
    }

    #[test]
    fn wrong_ones_say_why() {
        for (text, words) in [
            ("key", "expected KEY=FROM..TO:STEPS"),
            ("=1..2:3", "expected KEY=FROM..TO:STEPS"),
            ("k=", "expected KEY=FROM..TO:STEPS"),
            ("k=a..2:3", "`a` is not a number"),
            ("k=1,x", "`x` is not a number"),
            ("k=1..inf:3", "`inf` is not a number"),
            (
                "k=0.9..0.1:5",
                "ends before it begins: expected FROM below TO, such as 0.1..0.9:5",
            ),
            ("k=1..2", "a range needs its number of points, such as 1..2:5"),
            ("k=1..2:1", "2 or more"),
            ("k=1..2:1.5", "whole number"),
            ("k=1..2:401", "401 points are too many: 400 at most"),
            ("k=0..2:3;log", "begins above 0"),
            ("k=1..2:3;cubic", "only `;log`"),
            ("k=1,2;log", "goes with a range"),
            ("k=1", "one value is no sweep"),
            ("k=1,2,1", "1 is there twice"),
            ("k=2027-01..2028-01:3;log", "dates have no equal factors"),
            ("k=2027-01..5:3", "`5` is not a date such as 2027-03"),
            ("k=2028-01..2027-01:3", "such as 2027-01..2028-01:3"),
            ("k=2027-01..2027-03:9", "too close to be told apart"),
            ("k=2027-01,2027-01", "2027-01 is there twice"),
            ("k=2027-13,2027-14", "`2027-13` is not a number"),
        ] {
            let error = Axis::parse(text).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
