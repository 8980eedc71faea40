//! The page that is written: lines, comments at a readable width, numbers and text as TOML has them.

use std::fmt::Write as _;

/// Comments are wrapped here.
const WIDTH: usize = 118;

/// The text so far.
#[derive(Debug, Default)]
pub(super) struct Page(String);

impl Page {
    pub fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    pub fn blank(&mut self) {
        if !self.0.is_empty() && !self.0.ends_with("\n\n") {
            self.0.push('\n');
        }
    }

    /// A comment, wrapped between words; what follows the first line is indented.
    pub fn comment(&mut self, text: &str) {
        let mut line = String::from("#");
        for word in text.split_whitespace() {
            if line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.line(&line);
                line = String::from("#  ");
            }
            line.push(' ');
            line.push_str(word);
        }
        self.line(&line);
    }

    /// The title of a part.
    pub fn rule(&mut self, title: &str) {
        self.blank();
        let _ = writeln!(self.0, "# {} {title}", "-".repeat(60));
        self.blank();
    }

    /// A key with a text.
    pub fn text(&mut self, key: &str, value: &str) {
        let line = format!("{key} = {}", quoted(value));
        self.line(&line);
    }

    pub fn finish(self) -> String {
        self.0
    }
}

/// A text in quotation marks.
pub(super) fn quoted(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Rounded to significant digits.
pub(super) fn significant(value: f64, digits: usize) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return 0.0;
    }
    format!("{value:.*e}", digits.saturating_sub(1))
        .parse()
        .unwrap_or(value)
}

/// A number for the file: thousands apart by `_`, no exponent, no trailing zeros, six decimals at most, nine below a tenth.
pub(super) fn number(value: f64) -> String {
    let plain = if value.abs() < 0.1 {
        format!("{value:.9}")
    } else {
        format!("{value:.6}")
    };
    let (whole, part) = plain.split_once('.').unwrap_or((&plain, ""));
    let part = part.trim_end_matches('0');
    let mut out = String::new();
    for (place, digit) in whole.char_indices() {
        let left = whole.len() - place;
        if place > 0 && left.is_multiple_of(3) && whole.len() > 4 && !whole[..place].ends_with('-') {
            out.push('_');
        }
        out.push(digit);
    }
    match part.len() {
        0 => out,
        // Exactly three decimals look like a thousand with a point.
        3 => format!("{out}.{part}0"),
        _ => format!("{out}.{part}"),
    }
}

/// Tonnes as they are worth writing: whole from a thousand on, five significant digits below.
pub(super) fn tonnes(value: f64) -> f64 {
    if value >= 1000.0 {
        value.round()
    } else {
        significant(value, 5)
    }
}

/// A number for a comment: thousands apart by commas, four significant digits at least.
pub(super) fn spoken(value: f64) -> String {
    let digits = if value.abs() >= 1000.0 {
        value.round()
    } else {
        significant(value, 4)
    };
    let text = number(digits).replace('_', ",");
    if text.contains('.') {
        text.trim_end_matches('0').to_owned()
    } else {
        text
    }
}

/// A share in percent.
pub(super) fn percent(share: f64) -> String {
    let value = 100.0 * share;
    if !(0.05..99.95).contains(&value) {
        format!("{value:.0} %")
    } else {
        format!("{value:.1} %")
    }
}
