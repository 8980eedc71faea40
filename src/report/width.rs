//! Text within a width, measured in the columns of a terminal: letters of Chinese, Japanese and Korean take two.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::harmless;

/// Columns where nothing is known of a terminal.
pub const UNKNOWN: usize = 80;
/// Fewer than these are taken for so many: a table needs some room.
const LEAST: usize = 32;
/// Prose of results is not set wider, even where there is room.
pub(super) const PROSE: usize = 100;

/// Columns that a text takes.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

/// Columns to use of those that there are.
pub(super) fn usable(width: usize) -> usize {
    width.max(LEAST)
}

/// A text cut to so many columns, with an ellipsis where something is missing.
pub(super) fn shortened(text: &str, most: usize) -> String {
    if columns(text) <= most {
        return text.to_owned();
    }
    let mut kept = split_at(text, most.saturating_sub(1)).0.trim_end().to_owned();
    kept.push('…');
    kept
}

/// A line made harmless and cut to so many columns.
pub fn fitted(line: &str, width: usize) -> String {
    shortened(&harmless::line(line), width)
}

/// The first so many columns, and the rest.
fn split_at(text: &str, most: usize) -> (&str, &str) {
    let mut taken = 0;
    for (position, character) in text.char_indices() {
        taken += character.width().unwrap_or(0);
        if taken > most {
            return text.split_at(position);
        }
    }
    (text, "")
}

/// A text made harmless and wrapped between words (a number keeps its `%`); the first line begins with `first`, the others with `next`. A word
/// that is wider than a line is cut. No line feed at the end.
pub fn wrapped(text: &str, first: &str, next: &str, width: usize) -> String {
    let mut lines = vec![first.to_owned()];
    for (number, line) in pieces(text, |number| {
        let lead = columns(if number == 0 { first } else { next });
        usable(width).saturating_sub(lead).max(8)
    })
    .into_iter()
    .enumerate()
    {
        if number > 0 {
            lines.push(next.to_owned());
        }
        if let Some(last) = lines.last_mut() {
            last.push_str(&line);
        }
    }
    lines.join("\n")
}

/// A text in lines of at most so many columns each.
pub(super) fn broken(text: &str, width: usize) -> Vec<String> {
    pieces(text, |_| width.max(1))
}

/// The lines of a text; `room` has the columns of each.
fn pieces(text: &str, room: impl Fn(usize) -> usize) -> Vec<String> {
    let text = harmless::line(text).replace(" %", "\u{a0}%");
    let mut lines = vec![String::new()];
    let mut taken = 0;
    for mut word in text.split(' ').filter(|word| !word.is_empty()) {
        let space = usize::from(taken > 0);
        if taken + space + columns(word) > room(lines.len() - 1) && taken > 0 {
            lines.push(String::new());
            taken = 0;
        }
        while columns(word) > room(lines.len() - 1) {
            let (head, rest) = split_at(word, room(lines.len() - 1));
            if head.is_empty() {
                break;
            }
            if let Some(line) = lines.last_mut() {
                line.push_str(head);
            }
            lines.push(String::new());
            word = rest;
        }
        if let Some(line) = lines.last_mut() {
            if taken > 0 {
                line.push(' ');
                taken += 1;
            }
            line.push_str(word);
            taken += columns(word);
        }
    }
    lines.into_iter().map(|line| line.replace('\u{a0}', " ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_letters_count_twice() {
        assert_eq!(columns("稀土 x"), 6);
        assert_eq!(shortened("稀土磁体", 8), "稀土磁体");
        assert_eq!(shortened("稀土磁体", 6), "稀土…");
        assert_eq!(shortened("magnets", 5), "magn…");
    }

    #[test]
    fn text_is_wrapped_between_words() {
        let text = wrapped("the shortfall is there, 12.5 % of demand\non average", "a: ", "   ", 32);
        assert_eq!(text, "a: the shortfall is there,\n   12.5 % of demand on average");
        let text = wrapped("稀土磁体出口管制措施收紧与许可证审批延迟", "", "", 32);
        assert!(
            text.lines().all(|line| columns(line) <= 32) && text.lines().count() == 2,
            "{text}"
        );
        let path = wrapped("wrote out/a-name-that-is-longer-than-the-line/x in 1.2 s", "", "", 32);
        assert!(path.lines().all(|line| columns(line) <= 32), "{path}");
        assert_eq!(path.replace(['\n', ' '], "").len(), 52);
    }
}
