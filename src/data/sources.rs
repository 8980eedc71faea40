//! Publishers of the shipped figures, with the licence of each and the credit that it asks for.

use std::sync::OnceLock;

use serde::Deserialize;

use super::tables;

/// A source of shipped figures: a row of `sources.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ShippedSource {
    /// Its name, as rows of the tables have it.
    pub source: String,
    /// Who publishes it.
    pub publisher: String,
    /// Which edition.
    pub edition: String,
    /// Where it is.
    pub reference: String,
    /// Under which licence its figures ship.
    pub licence: String,
    /// Whom to name.
    pub credit: String,
}

impl ShippedSource {
    /// Words of its name that stand for it: `USGS`, `BACI`.
    fn marks(&self) -> impl Iterator<Item = &str> {
        self.source
            .split_whitespace()
            .filter(|word| word.len() >= 3 && word.bytes().all(|byte| byte.is_ascii_uppercase()))
    }
}

fn shipped() -> &'static [ShippedSource] {
    static ROWS: OnceLock<Vec<ShippedSource>> = OnceLock::new();
    ROWS.get_or_init(|| tables::read("sources.csv"))
}

/// The sources of shipped figures that texts name: by their whole names; or by a word that stands for them (`IEA`), then all of that word, unless the texts
/// name one of these in full.
pub fn sources_named_in(texts: &[&str]) -> Vec<&'static ShippedSource> {
    let in_full = |source: &ShippedSource| texts.iter().any(|text| text.contains(&source.source));
    let is_word = |mark: &str| {
        texts.iter().any(|text| {
            text.split(|character: char| !character.is_ascii_alphanumeric())
                .any(|word| word == mark)
        })
    };
    let is_in_full = |mark: &str| {
        let mut of_mark = shipped().iter().filter(|source| source.marks().any(|own| own == mark));
        of_mark.any(in_full)
    };
    let is_named =
        |source: &ShippedSource| in_full(source) || source.marks().any(|mark| is_word(mark) && !is_in_full(mark));
    shipped()
        .iter()
        .filter(|source| !source.licence.is_empty() && is_named(source))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<&'static str> {
        sources_named_in(&[text])
            .iter()
            .map(|source| source.source.as_str())
            .collect()
    }

    #[test]
    fn sources_are_found_by_their_names_and_by_words_that_stand_for_them() {
        assert_eq!(
            names("China: IEA Global Critical Minerals Outlook 2025; a judgement"),
            ["IEA Global Critical Minerals Outlook 2025"]
        );
        assert_eq!(
            names("trade: BACI 2024"),
            ["CEPII BACI HS17 V202601", "CEPII BACI HS92 V2026"]
        );
        assert!(names("IEA's figure").len() == 3);
        assert!(names("made up, IEAX").is_empty());
    }
}
