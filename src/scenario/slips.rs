//! Numbers and dates as people write them elsewhere, and how they are written in TOML. For hints only.

use super::values::show;

/// How a value was meant, as a sentence with the right spelling, if it is one of the usual slips.
pub(crate) fn meant(text: &str) -> Option<String> {
    let text = text.trim();
    if text.contains(['\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '\u{2019}']) {
        return Some("these quotes are curly: text stands in straight ones, \"...\"".to_string());
    }
    match text {
        "True" | "TRUE" | "yes" | "Yes" | "on" => return Some("write `true`".to_string()),
        "False" | "FALSE" | "no" | "No" | "off" => return Some("write `false`".to_string()),
        _ => {}
    }
    percent(text)
        .or_else(|| date(text))
        .or_else(|| decimal_comma(text))
        .or_else(|| thousands(text))
        .or_else(|| with_unit(text))
}

fn percent(text: &str) -> Option<String> {
    let number = text.strip_suffix('%')?.trim_end().replace(',', ".");
    let value: f64 = number.parse().ok()?;
    let fraction = show(value / 100.0);
    Some(format!(
        "shares are written as fractions: {} % is {fraction}",
        show(value)
    ))
}

/// Dates that begin with the day or the month, or have other signs between their parts.
pub(crate) fn date(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(['.', '/', '-']).map(str::trim).collect();
    if !parts.iter().all(|part| is_digits(part) && part.len() <= 4) {
        return quarter(text);
    }
    let padded = |part: &str| format!("{part:0>2}");
    let date = match parts.as_slice() {
        [year, month] if year.len() == 4 => format!("{year}-{}", padded(month)),
        [month, year] if year.len() == 4 => format!("{year}-{}", padded(month)),
        [year, month, day] if year.len() == 4 => format!("{year}-{}-{}", padded(month), padded(day)),
        [day, month, year] if year.len() == 4 && text.contains('.') => {
            format!("{year}-{}-{}", padded(month), padded(day))
        }
        [_, _, year] if year.len() == 4 => format!("{year}-MM-DD"),
        _ => return None,
    };
    Some(format!("dates are written year first and in quotes: \"{date}\""))
}

/// `2026-Q3` or `Q3 2026`.
fn quarter(text: &str) -> Option<String> {
    let parts: Vec<&str> = text
        .split(['-', ' ', '/'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let [one, other] = parts.as_slice() else { return None };
    let (year, quarter) = if is_digits(one) { (one, other) } else { (other, one) };
    let number: u32 = quarter.strip_prefix(['Q', 'q'])?.parse().ok()?;
    if !is_digits(year) || year.len() != 4 || !(1..=4).contains(&number) {
        return None;
    }
    Some(format!(
        "a quarter is written as its first month: \"{year}-{:02}\"",
        3 * number - 2
    ))
}

fn decimal_comma(text: &str) -> Option<String> {
    let (whole, after) = text.split_once(',')?;
    let whole_digits = whole.trim_start_matches('-');
    if !is_digits(whole_digits) || !is_digits(after) {
        return None;
    }
    let point = format!("{whole}.{after}");
    Some(if after.len() == 3 && !whole_digits.starts_with('0') {
        format!("numbers have a decimal point and no commas: write {whole}_{after} for thousands, or {point}")
    } else {
        format!("numbers have a decimal point: write {point}")
    })
}

/// `1 000`, `1'000`, `1,000,000`, `1.000.000`.
fn thousands(text: &str) -> Option<String> {
    let signs = [' ', '\'', ',', '.', '\u{a0}', '\u{202f}'];
    let parts: Vec<&str> = text.split(signs).collect();
    let grouped = parts.len() > 1 && parts[1..].iter().all(|part| part.len() == 3);
    if !grouped || !parts.iter().all(|part| is_digits(part)) || parts[0].len() > 3 {
        return None;
    }
    Some(format!("thousands may be parted by `_`: write {}", parts.join("_")))
}

/// `6months`, `20 kt`.
fn with_unit(text: &str) -> Option<String> {
    let digits = text.len()
        - text
            .trim_start_matches(|c: char| c.is_ascii_digit() || "._-+".contains(c))
            .len();
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim();
    number.replace('_', "").parse::<f64>().ok()?;
    let is_unit = unit.chars().next().is_some_and(char::is_alphabetic) && unit.chars().count() <= 12;
    let letters = unit.chars().all(|c| c.is_alphabetic() || " /%".contains(c));
    (is_unit && letters).then(|| {
        format!(
            "numbers stand without a unit: write {number}, in the unit that docs/scenario-format.md states for the key"
        )
    })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The value that stands around a place of a TOML text: what follows the last `=` before it on its line.
pub(crate) fn value_at(text: &str, at: usize) -> Option<&str> {
    let start = text.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
    let end = text.get(at..)?.find('\n').map_or(text.len(), |newline| at + newline);
    let line = text.get(start..end)?;
    let before = line.get(..(at - start).max(1).min(line.len()))?;
    let value = match before.rfind('=').or_else(|| line.find('=')) {
        Some(equals) => line.get(equals + 1..)?,
        // A value of --set alone.
        None => line,
    };
    let value = value.split(['#', '}', ']']).next().unwrap_or_default();
    // In an inline table another key may follow.
    let value = match value.find('=') {
        Some(next) => value.get(..value.get(..next)?.rfind(',')?)?,
        None => value,
    };
    Some(value.trim().trim_end_matches(',')).filter(|value| !value.is_empty())
}

/// Another format that a text looks like, which is no TOML.
pub(crate) fn other_format(text: &str) -> Option<&'static str> {
    let mut lines = text
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    let first = lines.next()?;
    let start = first.trim_start();
    if start.starts_with('{') || start == "[" || start.starts_with("[{") {
        return Some("JSON");
    }
    let is_yaml = |line: &str| {
        let key = line
            .split_once(':')
            .map(|(key, rest)| (key.trim_start_matches("- ").trim(), rest));
        key.is_some_and(|(key, rest)| {
            !key.is_empty()
                && key.chars().all(|c| c.is_alphanumeric() || "_-\"'".contains(c))
                && (rest.is_empty() || rest.starts_with(' '))
        })
    };
    if start == "---" || start.starts_with("%YAML") || (is_yaml(first) && !first.contains('=')) {
        return Some("YAML");
    }
    if start.starts_with('<') {
        return Some("XML");
    }
    let parted = |sign: char| first.matches(sign).count() >= 1 && lines.next().is_some_and(|line| line.contains(sign));
    let is_csv = !first.contains('=')
        && !start.starts_with('[')
        && [',', ';', '\t'].into_iter().any({
            let mut parted = parted;
            move |sign| parted(sign)
        });
    is_csv.then_some("CSV")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_told() {
        let told = |text: &str| meant(text).unwrap_or_else(|| panic!("{text}"));
        for (text, words) in [
            ("80%", "80 % is 0.8"),
            ("12,5 %", "12.5 % is 0.125"),
            ("6months", "write 6,"),
            ("20_000 kt", "write 20_000,"),
            ("01.07.2026", "\"2026-07-01\""),
            ("1/7/2026", "\"2026-MM-DD\""),
            ("2026/7", "\"2026-07\""),
            ("7/2026", "\"2026-07\""),
            ("Q3 2026", "\"2026-07\""),
            ("2026-Q1", "\"2026-01\""),
            ("0,25", "write 0.25"),
            ("1,250", "1_250 for thousands, or 1.250"),
            ("1 000 000", "1_000_000"),
            ("1.000.000", "1_000_000"),
            ("1'000", "1_000"),
            ("\u{201c}2026\u{201d}", "curly"),
            ("True", "`true`"),
        ] {
            assert!(told(text).contains(words), "{text}: {}", told(text));
        }
        for text in ["20_000", "0.4", "magnet", "1,2,3", "", "12 34", "x%"] {
            assert_eq!(meant(text), None, "{text}");
        }
    }

    #[test]
    fn the_value_around_a_place() {
        let text = "a = 1\nb = { p = 0,25, q = 80% } # c\n";
        let at = |what: &str| text.find(what).unwrap();
        assert_eq!(value_at(text, at("25,")), Some("0,25"));
        assert_eq!(value_at(text, at("%")), Some("80%"));
        assert_eq!(value_at(text, 0), Some("1"));
    }

    #[test]
    fn other_formats_are_known() {
        assert_eq!(other_format("{\n  \"format\": 1\n}"), Some("JSON"));
        assert_eq!(other_format("# x\nformat: 1\ntitle: x\n"), Some("YAML"));
        assert_eq!(other_format("---\nformat: 1\n"), Some("YAML"));
        assert_eq!(other_format("country,share\nCHN,1\n"), Some("CSV"));
        assert_eq!(other_format("country;share\nCHN;1\n"), Some("CSV"));
        assert_eq!(other_format("<scenario>\n"), Some("XML"));
        assert_eq!(other_format("format = 1\ntitle = x\n"), None);
        assert_eq!(other_format("[[material]]\nid = x\n"), None);
    }
}
