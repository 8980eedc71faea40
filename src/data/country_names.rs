//! Countries by whatever name: the names and codes that publishers and people use, from `country_names.csv`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde::Deserialize;

use super::countries::{self, country_name};
use super::tables;

/// What a text in the place of a country means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CountryMeant {
    /// One country or region, by its code.
    One(&'static str),
    /// It fits more than one, or stands for a state that is no more: the codes of all.
    Several(Vec<&'static str>),
    /// All other countries together: OTH.
    Rest,
    /// The total of all countries, which is no country: WLD.
    Total,
}

#[derive(Deserialize)]
struct Record {
    name: String,
    codes: String,
    what: What,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
enum What {
    Country,
    Several,
    Rest,
    Total,
}

/// Codes and kind by name, as [`plain`] writes it. What the table says goes before the short names of charts.
fn names() -> &'static BTreeMap<String, (String, What)> {
    static NAMES: OnceLock<BTreeMap<String, (String, What)>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let short = countries::countries().iter().map(|row| {
            let what = match row.code.as_str() {
                "OTH" => What::Rest,
                "WLD" => What::Total,
                _ => What::Country,
            };
            (plain(&row.name), (row.code.clone(), what))
        });
        let listed = tables::read::<Record>("country_names.csv").into_iter();
        short
            .chain(listed.map(|row| (plain(&row.name), (row.codes, row.what))))
            .collect()
    })
}

/// What a text means: a code in any case, a name in one of four languages, or what a publisher writes. Nothing is guessed.
pub fn country_meant(text: &str) -> Option<CountryMeant> {
    let text = text.trim();
    let code = text.to_uppercase();
    if let Some(row) = countries::find(&code) {
        return Some(match row.code.as_str() {
            "OTH" => CountryMeant::Rest,
            "WLD" => CountryMeant::Total,
            code => CountryMeant::One(code),
        });
    }
    let found = names().get(&plain(text)).or_else(|| {
        let bare = without_footnote(text);
        (bare != text).then(|| names().get(&plain(bare))).flatten()
    });
    let (codes, what) = found?;
    Some(match what {
        What::Rest => CountryMeant::Rest,
        What::Total => CountryMeant::Total,
        What::Several => CountryMeant::Several(codes.split(';').collect()),
        What::Country => CountryMeant::One(codes),
    })
}

/// The country whose name is written with a typing error or two, if no other name is as near. Codes and short words are never
/// near anything: a letter makes another country of them.
pub fn country_nearly(text: &str) -> Option<&'static str> {
    let wanted = plain(text);
    let length = wanted.chars().count();
    if length < 5 || wanted.chars().any(|letter| letter.is_ascii_digit()) {
        return None;
    }
    let most = if length < 9 { 1 } else { 2 };
    let mut best = most + 1;
    let mut codes: BTreeSet<&str> = BTreeSet::new();
    for (name, (code, what)) in names() {
        let long = name.chars().count();
        if long < 4 || long.abs_diff(length) > most || *what == What::Total {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&wanted, name);
        if distance < best {
            best = distance;
            codes.clear();
        }
        if distance == best && best <= most {
            codes.insert(code);
        }
    }
    match codes.into_iter().collect::<Vec<_>>().as_slice() {
        [one] if !one.contains(';') => countries::find(one).map(|row| row.code.as_str()),
        _ => None,
    }
}

/// What to write instead of a text that is no code, in a sentence. Nothing if no country is meant for sure.
pub fn country_advice(text: &str) -> Option<String> {
    let called = |code: &str| match country_name(code) {
        Some(name) => format!("{code} ({name})"),
        None => code.to_owned(),
    };
    Some(match country_meant(text) {
        Some(CountryMeant::One(code)) => format!("write {}", called(code)),
        Some(CountryMeant::Rest) => "write OTH, all other countries together".to_owned(),
        Some(CountryMeant::Total) => "a total is no country: leave it out".to_owned(),
        Some(CountryMeant::Several(codes)) if codes.len() > 4 => {
            format!("it stands for more than one country: write one of {}", codes.join(", "))
        }
        Some(CountryMeant::Several(codes)) => {
            let all: Vec<String> = codes.into_iter().map(called).collect();
            format!("it fits more than one country: write {}", all.join(" or "))
        }
        None => format!("did you mean {}?", called(country_nearly(text)?)),
    })
}

/// A name without accents, case, punctuation, articles and the order of its words: `Congo, Democratic Republic of the` and
/// `Democratic Rep. of the Congo` are one.
pub(super) fn plain(text: &str) -> String {
    let mut letters = String::new();
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            '\u{300}'..='\u{36f}' | '.' | '\'' | '\u{2019}' | '\u{2018}' | '\u{2bc}' | '\u{b4}' | '`' => {}
            '&' => letters.push_str(" and "),
            _ if letter.is_ascii_alphanumeric() => letters.push(letter),
            _ => letters.push_str(without_accent(letter)),
        }
    }
    let words = letters.split_whitespace().filter_map(|word| match word {
        "the" | "of" | "and" => None,
        "rep" => Some("republic"),
        "dem" => Some("democratic"),
        "st" => Some("saint"),
        "isds" | "isl" | "isls" | "is" => Some("islands"),
        word => Some(word),
    });
    let mut words: Vec<&str> = words.collect();
    words.sort_unstable();
    if let [number] = words.as_slice()
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        // 4 and 004 are one code.
        let number = number.trim_start_matches('0');
        return if number.is_empty() { "0" } else { number }.to_owned();
    }
    words.join(" ")
}

fn without_accent(letter: char) -> &'static str {
    match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì'..='ï' | 'ī' | 'ĩ' | 'ı' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => "o",
        'œ' => "oe",
        'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ß' => "ss",
        'ť' | 'ţ' | 'ț' => "t",
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => " ",
    }
}

/// `China e/`, `China (1)`, `China [2]`, `China*`, `China¹` and `China1` are China with a mark of a footnote.
fn without_footnote(text: &str) -> &str {
    let marks = ['*', '†', '‡', '§', '¹', '²', '³', '⁰', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let mut rest = text;
    loop {
        let before = rest;
        rest = rest.trim_end_matches(|c: char| c.is_whitespace() || c == ',' || marks.contains(&c));
        let short = |mark: &str| (1..=2).contains(&mark.len()) && mark.bytes().all(|byte| byte.is_ascii_alphanumeric());
        for (open, close) in [('(', ')'), ('[', ']')] {
            if let Some((name, mark)) = rest.strip_suffix(close).and_then(|inside| inside.rsplit_once(open))
                && short(mark)
                && (mark.len() == 1 || mark.bytes().all(|byte| byte.is_ascii_digit()))
            {
                rest = name;
            }
        }
        if let Some((name, mark)) = rest.strip_suffix('/').and_then(|inside| inside.rsplit_once(' '))
            && mark.split([',', '/']).all(short)
        {
            rest = name;
        }
        let digits = rest.trim_end_matches(|c: char| c.is_ascii_digit());
        // A short word with digits is a code of its own, such as EU28.
        if digits.len() < rest.len() && digits.len() + 2 >= rest.len() {
            let word = digits.rsplit(' ').next().unwrap_or_default();
            if word.chars().count() >= 4 && word.chars().all(char::is_alphabetic) {
                rest = digits;
            }
        }
        if rest == before {
            return rest;
        }
    }
}
