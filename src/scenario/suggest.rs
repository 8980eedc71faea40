//! The nearest valid name, for hints.

use crate::data::{self, CountryMeant};

/// The name that was probably meant, if one is near enough.
pub(crate) fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let (typed, wrong) = (wrong, wrong.to_lowercase());
    let mut best: Option<(f64, &str)> = None;
    for name in names {
        if another_country(typed, name) {
            continue;
        }
        let lower = name.to_lowercase();
        if lower == wrong {
            return Some(name);
        }
        let score = strsim::jaro_winkler(&wrong, &lower).max(1.0 - typos(&wrong, &lower));
        if best.is_none_or(|(most, _)| score > most) {
            best = Some((score, name));
        }
    }
    best.filter(|(score, _)| *score >= 0.75).map(|(_, name)| name)
}

/// Whether a part of the name is the code of a country that the text does not mean: one letter makes another country, so codes
/// are never near each other.
fn another_country(typed: &str, name: &str) -> bool {
    typed.split('.').zip(name.split('.')).any(|(typed, part)| {
        data::country_name(part).is_some()
            && !typed.eq_ignore_ascii_case(part)
            && match data::country_meant(typed) {
                Some(CountryMeant::One(code)) => code != part,
                Some(CountryMeant::Rest) => part != "OTH",
                _ => true,
            }
    })
}

/// Typing errors as a share of the length.
fn typos(a: &str, b: &str) -> f64 {
    strsim::damerau_levenshtein(a, b) as f64 / a.chars().count().max(b.chars().count()).max(1) as f64
}

/// "did you mean `x`?", or the list of names when it is short, or nothing.
pub(crate) fn hint<'a>(wrong: &str, what: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let names: Vec<&str> = names.into_iter().collect();
    match nearest(wrong, names.iter().copied()) {
        Some(name) => vec![format!("did you mean `{name}`?")],
        None if names.is_empty() => vec![format!("there is no {what} in this scenario")],
        None if names.len() <= 12 => vec![format!("known: {}", quoted(&names))],
        None => Vec::new(),
    }
}

/// `a`, `b`, `c`
pub(crate) fn quoted<S: AsRef<str>>(names: &[S]) -> String {
    names
        .iter()
        .map(|name| format!("`{}`", name.as_ref()))
        .collect::<Vec<_>>()
        .join(", ")
}
