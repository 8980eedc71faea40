//! Words that results use as keys, so that no id may be one of them.

pub(crate) use crate::data::WORLD;
/// Each with what it stands for.
const WORDS: &[(&str, &str)] = &[
    ("all", "every country, sector or material"),
    ("baseline", "the scenario without a policy"),
    ("feed", "what processors order for their recipes"),
    ("focus", "all places in focus together"),
    ("several", "what several events cause together"),
    ("structural", "what is short without any event"),
    (WORLD, "the total of all places"),
];

/// What a word stands for, if it is reserved. Case does not matter: rows that differ by it alone would be taken for one.
pub(crate) fn meaning(word: &str) -> Option<&'static str> {
    let mut words = WORDS.iter();
    words
        .find(|(reserved, _)| reserved.eq_ignore_ascii_case(word.trim()))
        .map(|(_, meaning)| *meaning)
}
