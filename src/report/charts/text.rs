//! Text that fits: wrapping, shortening, lists of names, escaping.

use super::font;
use crate::report::harmless;

/// Escapes text for XML and drops characters that act instead of being seen.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\r' | '\t' => out.push(' '),
            c if harmless::acts(c) => {}
            c => out.push(c),
        }
    }
    out
}

/// One line with every run of white space or of characters that act instead of being seen as one space (no-break spaces are kept).
fn tidy(text: &str) -> String {
    let gap = |c: char| c != '\u{A0}' && (c.is_whitespace() || harmless::acts(c));
    text.split(gap).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Shortens to a width, at the end, with an ellipsis.
pub(super) fn shorten(text: &str, size: f64, bold: bool, max_width: f64) -> String {
    let text = tidy(text);
    if font::width(&text, size, bold) <= max_width {
        return text;
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if font::width(&kept, size, bold) + font::width("…", size, bold) > max_width {
            kept.pop();
            break;
        }
    }
    format!("{}…", kept.trim_end())
}

/// Wraps to a width in at most `max_lines` lines; what does not fit is shortened. Never empty.
pub(super) fn wrap(text: &str, size: f64, bold: bool, max_width: f64, max_lines: usize) -> Vec<String> {
    let text = tidy(text);
    let mut lines: Vec<String> = Vec::new();
    let mut rest = text.as_str();
    while lines.len() + 1 < max_lines && font::width(rest, size, bold) > max_width {
        let cut = cut_at(rest, size, bold, max_width);
        lines.push(rest[..cut].trim_end().to_owned());
        rest = rest[cut..].trim_start_matches(' ');
    }
    lines.push(shorten(rest, size, bold, max_width));
    lines
}

/// Wraps like [`wrap`] into lines of about the same width.
pub(super) fn balance(text: &str, size: f64, bold: bool, max_width: f64, max_lines: usize) -> Vec<String> {
    let mut best = wrap(text, size, bold, max_width, max_lines);
    let mut narrower = max_width;
    // Only where nothing has been cut off, or inside a word.
    let uncut = |lines: &[String]| lines.join(" ") == tidy(text);
    while best.len() > 1 && uncut(&best) && narrower > max_width / 2.0 {
        narrower -= 4.0;
        let tried = wrap(text, size, bold, narrower, max_lines);
        if tried.len() > best.len() {
            break;
        }
        if uncut(&tried) {
            best = tried;
        }
    }
    best
}

/// Byte at which a text that is too wide is cut: after a space, hyphen or slash, else inside the word.
fn cut_at(text: &str, size: f64, bold: bool, max_width: f64) -> usize {
    let mut width = 0.0;
    let mut good = 0;
    let mut hard = 0;
    for (at, c) in text.char_indices() {
        let next = at + c.len_utf8();
        if c == ' ' {
            good = next;
        }
        width += font::width(c.encode_utf8(&mut [0; 4]), size, bold);
        if width > max_width && hard > 0 {
            break;
        }
        hard = next;
        if matches!(c, '-' | '/' | '–') {
            good = next;
        }
    }
    if good > 0 { good } else { hard }
}

/// Widest of some lines.
pub(super) fn widest<S: AsRef<str>>(lines: &[S], size: f64, bold: bool) -> f64 {
    lines
        .iter()
        .map(|l| font::width(l.as_ref(), size, bold))
        .fold(0.0, f64::max)
}

/// "A, B and C", or "A, B and 7 more" when it would be wider than `max_width`.
pub(super) fn list(names: &[String], size: f64, bold: bool, max_width: f64) -> String {
    let full = joined(names, "");
    if names.len() < 3 || font::width(&full, size, bold) <= max_width {
        return full;
    }
    for kept in (1..names.len() - 1).rev() {
        let candidate = joined(&names[..kept], &format!("{} more", names.len() - kept));
        if font::width(&candidate, size, bold) <= max_width || kept == 1 {
            return candidate;
        }
    }
    full
}

fn joined(names: &[String], last: &str) -> String {
    let mut parts: Vec<&str> = names.iter().map(String::as_str).collect();
    if !last.is_empty() {
        parts.push(last);
    }
    match parts.split_last() {
        None => String::new(),
        Some((only, [])) => (*only).to_owned(),
        Some((end, rest)) => format!("{} and {end}", rest.join(", ")),
    }
}
