//! Numbers as text.

/// Six significant digits in the shortest form that reads back the same: `0.0102375`, `12`, `1234570`, `3e-9`. Empty for NaN and
/// infinity (not available).
pub fn six_digits(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    // Most numbers of a table are 0, or whole and short: they need no rounding.
    if value.abs() < 1e6 && value as i32 as f64 == value {
        return (value as i32).to_string();
    }
    let rounded: f64 = format!("{value:.5e}").parse().unwrap_or(value);
    match rounded.abs() {
        0.0 => "0".to_owned(),
        1e-6..1e15 => format!("{rounded}"),
        _ => format!("{rounded:e}"),
    }
}

/// A whole number with commas between thousands.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 period`, `2 periods`.
pub fn counted(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", grouped(count))
}

/// Tonnes for people: whole numbers with commas from 100 up, three significant digits below.
pub(super) fn tonnes(value: f64) -> String {
    if value >= 99.95 {
        grouped(libm::round(value) as u64)
    } else {
        significant(value, 3)
    }
}

/// A percentage for people: two digits after the point below 1, one below 100, without the sign.
pub(super) fn percent(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size < 0.005 => "<0.01".to_owned(),
        size if size < 0.995 => format!("{value:.2}"),
        size if size < 99.95 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// Some significant digits without trailing zeros.
pub(super) fn significant(value: f64, digits: usize) -> String {
    let rounded: f64 = format!("{value:.*e}", digits.saturating_sub(1))
        .parse()
        .unwrap_or(value);
    if rounded == 0.0 {
        "0".to_owned()
    } else {
        format!("{rounded}")
    }
}

/// The same of something short: what is below a thousand-millionth is rounding of flows, and told as 0.
pub(super) fn short(value: f64, digits: usize) -> String {
    match value.abs() < 1e-9 {
        true => "0".to_owned(),
        false => significant(value, digits),
    }
}

/// A difference with its sign: `+1.2`, `-0.4`, `0`; digits as `shown` has them.
pub(super) fn signed(value: f64, shown: impl Fn(f64) -> String) -> String {
    match value {
        0.0 => "0".to_owned(),
        below if below < 0.0 => format!("-{}", shown(-below)),
        above => format!("+{}", shown(above)),
    }
}

/// Bytes as hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_are_short_and_stable() {
        let cases = [
            (0.0, "0"),
            (-0.0, "0"),
            (0.010_237_5, "0.0102375"),
            (100.0, "100"),
            (7.000_000_000_000_001, "7"),
            (1_234_567.0, "1234570"),
            (-2.5, "-2.5"),
            (3e-9, "3e-9"),
            (2.222_222_22, "2.22222"),
            (f64::NAN, ""),
            (f64::INFINITY, ""),
        ];
        for (value, text) in cases {
            assert_eq!(six_digits(value), text);
        }
    }

    #[test]
    fn numbers_for_people() {
        assert_eq!(grouped(20_000), "20,000");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(tonnes(1234.4), "1,234");
        assert_eq!(tonnes(12.345), "12.3");
        assert_eq!(
            [0.0, 0.001, 0.034, 3.06, 100.0].map(percent),
            ["0", "<0.01", "0.03", "3.1", "100"]
        );
    }
}
