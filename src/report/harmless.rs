//! Text from a scenario, made harmless for where it is shown. Titles, names and sources may hold anything: characters that steer a terminal or turn the
//! order of letters round, line breaks, or what a spreadsheet takes for a formula. Every output shows such text through one of these functions.
//!
//! Control characters become their symbols (ESC is ␛), as in error messages; those without a symbol, and marks that change the direction of
//! writing, become �.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Stands for characters that have no symbol.
const NO_SYMBOL: char = '\u{fffd}';

/// Whether a character ends a line, or moves within it.
fn is_gap(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What is shown in place of a character that acts instead of being seen; `None` for all others.
fn symbol(character: char) -> Option<char> {
    match character {
        '\0'..='\u{1f}' => char::from_u32(0x2400 + character as u32),
        '\u{7f}' => Some('\u{2421}'),
        // The second set of control characters: 9B begins a command as ESC [ does.
        '\u{80}'..='\u{9f}'
        // Marks of direction, and embeddings, overrides and isolates of it.
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
        // Separators of lines and paragraphs.
        | '\u{2028}' | '\u{2029}'
        // Marks of byte order and annotation, tags, and what is no character.
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}' => Some(NO_SYMBOL),
        _ => None,
    }
}

/// Whether a character acts instead of being seen: pictures do without it.
pub fn acts(character: char) -> bool {
    symbol(character).is_some()
}

/// For one line of text, on a terminal or in a picture: line breaks and tabs become a space each, other characters that act their symbols.
pub fn line(text: &str) -> Cow<'_, str> {
    replaced(text, |character| match character {
        _ if is_gap(character) => Some(' '),
        _ => symbol(character),
    })
}

/// For text of several lines that the program has put together: the same, but its line feeds stay.
pub fn lines(text: &str) -> Cow<'_, str> {
    replaced(text, |character| match character {
        '\n' => None,
        _ if is_gap(character) => Some(' '),
        _ => symbol(character),
    })
}

fn replaced(text: &str, replacement: impl Fn(char) -> Option<char>) -> Cow<'_, str> {
    // Nearly every text is as it should be.
    if text.bytes().all(|byte| (b' '..0x7f).contains(&byte)) || !text.chars().any(|c| replacement(c).is_some()) {
        return Cow::Borrowed(text);
    }
    // A line break of two characters is one gap.
    let text = text.replace("\r\n", "\n");
    Cow::Owned(text.chars().map(|c| replacement(c).unwrap_or(c)).collect())
}

/// For a text cell of a CSV file. One that a spreadsheet would take for a formula, because it begins with = + - or @ (blanks before it do not
/// count, nor does it matter whether the sign is of full width), gets an apostrophe before it, which spreadsheets take for "this is text". So
/// does what follows a semicolon, at which some of them begin a new cell. Plain numbers stay as they are.
pub fn cell(text: &str) -> Cow<'_, str> {
    let text = line(text);
    if !text.split(';').any(is_formula) || is_number(&text) {
        return text;
    }
    let parts = text.split(';').map(|part| match is_formula(part) {
        true => format!("'{part}"),
        false => part.to_owned(),
    });
    Cow::Owned(parts.collect::<Vec<_>>().join(";"))
}

fn is_formula(text: &str) -> bool {
    let first = text
        .trim_start_matches(|c: char| c.is_whitespace() || c == '\u{200b}')
        .chars()
        .next();
    first.is_some_and(|first| "=+-@＝＋－＠−".contains(first))
}

/// Whether a text is a number and nothing else.
fn is_number(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte))
        && text.parse::<f64>().is_ok()
}

/// For XML 1.0, in attributes too; line feeds stay.
pub fn xml(text: &str) -> String {
    let mut found = String::with_capacity(text.len());
    for character in lines(text).chars() {
        match character {
            '&' => found.push_str("&amp;"),
            '<' => found.push_str("&lt;"),
            '>' => found.push_str("&gt;"),
            '"' => found.push_str("&quot;"),
            '\'' => found.push_str("&apos;"),
            _ => found.push(character),
        }
    }
    found
}

/// For a JSON document: what a terminal would act on stands as its code, `\u009b`, which means the same. JSON itself asks for that below U+0020 alone.
pub fn json(document: &str) -> Cow<'_, str> {
    let acts = |character: char| character != '\n' && acts(character);
    if document.is_ascii() && !document.contains('\u{7f}') || !document.chars().any(acts) {
        return Cow::Borrowed(document);
    }
    let mut found = String::with_capacity(document.len());
    for character in document.chars() {
        if acts(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(found, "\\u{unit:04x}");
            }
        } else {
            found.push(character);
        }
    }
    Cow::Owned(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_acts_is_shown_as_a_symbol() {
        for (text, shown) in [
            ("plain, even with ü and 稀土", "plain, even with ü and 稀土"),
            ("\u{1b}[2Jred \u{202e}txet", "␛[2Jred �txet"),
            ("bell\u{7} delete\u{7f} null\0", "bell␇ delete␡ null␀"),
            ("two\r\nlines\tand a tab\u{2028}", "two lines and a tab "),
            ("\u{9b}31m next\u{85}line", "�31m next line"),
            ("\u{200f}\u{61c}\u{2067}\u{feff}\u{e0041}", "�����"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
        ] {
            assert_eq!(line(text), shown);
        }
        assert_eq!(lines("one\ntwo\r\nthree\u{1b}\tx"), "one\ntwo\nthree␛ x");
    }

    #[test]
    fn cells_are_no_formulas() {
        for (text, shown) in [
            ("=1+1", "'=1+1"),
            ("+49 30 1234", "'+49 30 1234"),
            ("-2+3", "'-2+3"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("  =1", "'  =1"),
            ("\t=1", "' =1"),
            ("\r\n=1", "' =1"),
            ("＝1", "'＝1"),
            ("-", "'-"),
            ("-inf", "'-inf"),
            ("name;=1;b; @c", "name;'=1;b;' @c"),
            ("-2.5", "-2.5"),
            ("+1e-9", "+1e-9"),
            ("2026-01", "2026-01"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!(cell(text), shown);
        }
    }

    #[test]
    fn xml_holds_nothing_that_it_must_not() {
        assert_eq!(
            xml("<a href=\"x\">'&\u{1b}\u{ffff}\n"),
            "&lt;a href=&quot;x&quot;&gt;&apos;&amp;␛�\n"
        );
    }

    proptest! {
        #[test]
        fn nothing_acts_any_more(text in "\\PC*|[\\x00-\\x{3ff}\\x{2000}-\\x{2070}\\x{fef0}-\\x{ffff}=+@-]*") {
            let is_calm = |c: char| !c.is_control() && symbol(c).is_none();
            prop_assert!(line(&text).chars().all(is_calm));
            prop_assert!(lines(&text).chars().all(|c| c == '\n' || is_calm(c)));
            let cell = cell(&text).into_owned();
            prop_assert!(is_number(&cell) || !cell.split(';').any(is_formula), "{cell}");
            // Twice is once.
            let once = line(&text).into_owned();
            prop_assert_eq!(&*line(&once), &once);
        }

        #[test]
        fn json_means_the_same(text in "\\PC*|[\\x00-\\x{3ff}\\x{2000}-\\x{2070}\\x{e0000}-\\x{e007f}]*") {
            let document = serde_json::to_string(&text).unwrap();
            let shown = json(&document).into_owned();
            prop_assert!(shown.chars().all(|c| symbol(c).is_none()));
            prop_assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), text);
        }
    }
}
