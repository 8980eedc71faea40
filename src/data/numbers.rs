//! Numbers as tables write them: separators of thousands, decimal commas. What can be read in two ways is refused.

/// A number that was read.
pub(super) struct Read {
    pub value: f64,
    /// Whether separators had to be taken out or a decimal comma read.
    pub rewritten: bool,
}

/// Why a text is no number.
#[derive(Debug, PartialEq)]
pub(super) enum Fault {
    /// It is none.
    NotANumber,
    /// It can be read in two ways.
    Ambiguous,
}

/// What a number's marks say by themselves.
#[derive(Clone, Copy, PartialEq)]
enum Marks {
    /// No point and no comma.
    None,
    /// This mark stands before the decimals; the other, if any, parts thousands.
    Decimal(char),
    /// This mark, more than once, parts thousands.
    Thousands(char),
    /// One mark with three digits after it: thousands or decimals.
    Unclear(char),
    /// No number has such marks.
    Wrong,
}

/// What the numbers of a file say of each other.
#[derive(Default)]
pub(super) struct Style {
    /// Cells are parted by something other than commas, as where decimals have commas.
    pub continental: bool,
    decimal_comma: bool,
    decimal_point: bool,
    comma_thousands: bool,
    point_thousands: bool,
}

impl Style {
    /// Reads the marks of all numbers.
    pub fn of<'a>(continental: bool, cells: impl Iterator<Item = &'a str>) -> Self {
        let mut style = Self {
            continental,
            ..Self::default()
        };
        for text in cells {
            let Some(bare) = without_gaps(text) else { continue };
            let both = bare.contains(',') && bare.contains('.');
            match marks(&bare) {
                Marks::Decimal(',') if continental || both => {
                    style.decimal_comma = true;
                    style.point_thousands |= both;
                }
                Marks::Decimal('.') => {
                    style.decimal_point = true;
                    style.comma_thousands |= both;
                }
                Marks::Thousands(',') => style.comma_thousands = true,
                Marks::Thousands('.') => style.point_thousands = true,
                _ => {}
            }
        }
        style
    }

    /// Reads one number.
    pub fn read(&self, text: &str) -> Result<Read, Fault> {
        let bare = without_gaps(text).ok_or(Fault::NotANumber)?;
        let gaps = bare != text;
        let commas = self.decimal_comma || self.point_thousands;
        let points = self.decimal_point || self.comma_thousands;
        // The mark before the decimals, if any.
        let decimal = match marks(&bare) {
            Marks::None => '.',
            Marks::Wrong => return Err(Fault::NotANumber),
            Marks::Decimal(',') if !self.continental && !bare.contains('.') => return Err(Fault::NotANumber),
            Marks::Decimal(',') | Marks::Thousands('.') if points => return Err(Fault::Ambiguous),
            Marks::Decimal('.') | Marks::Thousands(',') if commas => return Err(Fault::Ambiguous),
            Marks::Decimal(mark) => mark,
            Marks::Thousands(mark) => other(mark),
            Marks::Unclear(',') if self.continental && self.decimal_comma && !points => ',',
            Marks::Unclear(',') if !self.continental && self.comma_thousands && !commas => '.',
            Marks::Unclear('.') if !commas && (self.decimal_point || !self.continental) => '.',
            Marks::Unclear(_) => return Err(Fault::Ambiguous),
        };
        let plain: String = bare
            .chars()
            .filter(|letter| *letter != other(decimal))
            .map(|letter| if letter == decimal { '.' } else { letter })
            .collect();
        let value = plain.parse().map_err(|_| Fault::NotANumber)?;
        Ok(Read {
            value,
            rewritten: gaps || plain != bare,
        })
    }
}

/// Whether a number has one point and three digits after it, as thousands have where decimals have commas.
pub(super) fn looks_like_thousands(text: &str) -> bool {
    marks(text) == Marks::Unclear('.')
}

fn other(mark: char) -> char {
    if mark == ',' { '.' } else { ',' }
}

fn marks(text: &str) -> Marks {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.contains([',', '.'])
        || !digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b",.".contains(&byte))
    {
        return if digits.contains(',') {
            Marks::Wrong
        } else {
            Marks::None
        };
    }
    let count = |mark: char| digits.matches(mark).count();
    match (count(','), count('.')) {
        (1, 0) | (0, 1) => {
            let mark = if count(',') == 1 { ',' } else { '.' };
            let (whole, decimals) = digits.split_once(mark).unwrap_or_default();
            if decimals.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0') {
                Marks::Unclear(mark)
            } else {
                Marks::Decimal(mark)
            }
        }
        (_, 0) => thousands(digits, ','),
        (0, _) => thousands(digits, '.'),
        _ => {
            let last = digits.rfind([',', '.']).unwrap_or_default();
            let decimal = if digits[last..].starts_with(',') { ',' } else { '.' };
            match thousands(&digits[..last], other(decimal)) {
                Marks::Thousands(_) => Marks::Decimal(decimal),
                _ => Marks::Wrong,
            }
        }
    }
}

/// Groups of three digits, but for the first.
fn thousands(digits: &str, mark: char) -> Marks {
    let mut groups = digits.split(mark);
    let first = groups.next().unwrap_or_default();
    let grouped = (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && groups.all(|group| group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit()));
    if grouped { Marks::Thousands(mark) } else { Marks::Wrong }
}

/// A number without spaces or apostrophes between thousands; nothing if they stand elsewhere.
fn without_gaps(text: &str) -> Option<String> {
    let text = match text.strip_prefix(['\u{2212}', '\u{2013}']) {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => format!("-{rest}"),
        _ => text.to_owned(),
    };
    let gap = |letter: char| letter.is_whitespace() || ['\'', '\u{2019}'].contains(&letter);
    if !text.contains(gap) {
        return Some(text);
    }
    let end = text.find([',', '.']).unwrap_or(text.len());
    let (whole, decimals) = text.split_at(end);
    let (sign, digits) = match whole.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", whole),
    };
    let groups: Vec<&str> = digits.split(gap).collect();
    let right = groups
        .iter()
        .all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()))
        && groups[0].len() <= 3
        && groups[1..].iter().all(|group| group.len() == 3);
    (right && !decimals.contains(gap) && decimals.matches([',', '.']).count() <= 1)
        .then(|| format!("{sign}{}{decimals}", groups.concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(continental: bool, cells: &[&str]) -> Vec<String> {
        let style = Style::of(continental, cells.iter().copied());
        cells
            .iter()
            .map(|text| match style.read(text) {
                Ok(read) => format!("{}{}", read.value, if read.rewritten { "*" } else { "" }),
                Err(fault) => format!("{fault:?}"),
            })
            .collect()
    }

    #[test]
    fn in_files_with_commas_between_cells() {
        assert_eq!(
            read(false, &["220000", "0.123", "5e3", "1.234"]),
            ["220000", "0.123", "5000", "1.234"]
        );
        assert_eq!(read(false, &["1,000"]), ["Ambiguous"]);
        assert_eq!(read(false, &["75,5"]), ["NotANumber"]);
        assert_eq!(read(false, &["1,000", "1,234,567"]), ["1000*", "1234567*"]);
        assert_eq!(read(false, &["1,000", "1,234.5"]), ["1000*", "1234.5*"]);
        assert_eq!(read(false, &["1.234.567", "1.234"]), ["1234567*", "Ambiguous"]);
        assert_eq!(read(false, &["1.234,5", "2.5"]), ["Ambiguous", "Ambiguous"]);
    }

    #[test]
    fn in_files_with_decimal_commas() {
        assert_eq!(read(true, &["75,5", "24,5", "1"]), ["75.5*", "24.5*", "1"]);
        assert_eq!(read(true, &["1,234"]), ["Ambiguous"]);
        assert_eq!(read(true, &["1,234", "75,5"]), ["1.234*", "75.5*"]);
        assert_eq!(read(true, &["1.234", "75,5"]), ["Ambiguous", "75.5*"]);
        assert_eq!(read(true, &["1.234"]), ["Ambiguous"]);
        assert_eq!(read(true, &["1.234", "2.5"]), ["1.234", "2.5"]);
        assert_eq!(read(true, &["75,5", "2.5"]), ["Ambiguous", "Ambiguous"]);
        assert_eq!(read(true, &["1.234.567,5", "0,123"]), ["1234567.5*", "0.123*"]);
    }

    #[test]
    fn gaps_between_thousands() {
        for text in ["220 000", "220\u{a0}000", "220\u{202f}000", "220'000", "220\u{2019}000"] {
            assert_eq!(read(false, &[text]), ["220000*"], "{text:?}");
        }
        assert_eq!(
            read(true, &["1 234,567", "22 0000", "2 20"]),
            ["1234.567*", "NotANumber", "NotANumber"]
        );
        assert_eq!(
            read(false, &["-5", "\u{2212}5", "- 5", "5e", "e5", "--"])[..3],
            ["-5", "-5*", "NotANumber"]
        );
        assert_eq!(
            read(false, &["5e", "--", "12 345 678"]),
            ["NotANumber", "NotANumber", "12345678*"]
        );
    }
}
