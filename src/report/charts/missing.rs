//! Letters that no font has a shape for.

use crate::results::types::{Label, RunResults};

use super::WithoutShape;
use super::png_fonts::Fonts;

/// The texts of a run with such letters, each once.
pub(super) fn find(results: &RunResults) -> Vec<WithoutShape> {
    let labels = results.materials.iter().chain(&results.places);
    let names = labels.flat_map(|Label { id, name, unit }| [if name.is_empty() { id } else { name }, unit]);
    let policies = results.policies.iter();
    let of_policies = policies.map(|policy| {
        if policy.name.is_empty() {
            &policy.policy
        } else {
            &policy.name
        }
    });
    let events = results.policies.iter().flat_map(|policy| &policy.events);
    let of_events = events.map(|event| {
        if event.name.is_empty() {
            &event.event
        } else {
            &event.name
        }
    });
    let texts = [&results.title, &results.manifest.scenario].into_iter();
    let texts = texts.chain(names).chain(of_policies).chain(of_events);
    in_texts(texts.map(String::as_str), Fonts::of)
}

fn in_texts<'a>(texts: impl Iterator<Item = &'a str>, fonts: impl Fn(&str) -> &'static Fonts) -> Vec<WithoutShape> {
    let mut found: Vec<WithoutShape> = Vec::new();
    for text in texts {
        let letters = fonts(text).missing(text);
        if !letters.is_empty() && !found.iter().any(|known| known.text == text) {
            let text = text.to_owned();
            found.push(WithoutShape { text, letters });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::charts::png::render;
    use crate::report::charts::tests::gallery::magnets;
    use crate::report::charts::{render_all, to_png};

    #[test]
    fn texts_without_shapes_are_named_with_their_letters() {
        let texts = [
            "Nd magnets",
            "稀土永磁 (稀土)",
            "नियोडिमियम",
            "مغناطيس",
            "稀土永磁 (稀土)",
            "Ндр\u{200D}",
        ];
        let found = in_texts(texts.into_iter(), |_| Fonts::embedded());
        let found: Vec<(&str, &str)> = found.iter().map(|w| (w.text.as_str(), w.letters.as_str())).collect();
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(found[0], ("稀土永磁 (稀土)", "稀土永磁"));
    }

    #[test]
    fn fonts_of_the_system_are_used_only_where_they_are_needed() {
        assert!(std::ptr::eq(Fonts::of("Nd\u{A0}€ −→ Ж"), Fonts::embedded()));
        assert!(std::ptr::eq(Fonts::of("稀"), Fonts::with_system()));
        // A private letter: no font has it.
        let mut results = magnets().results();
        assert_eq!(find(&results), []);
        results.title = "Salt \u{10FFFD}".into();
        assert_eq!(find(&results)[0].letters, "\u{10FFFD}");
    }

    #[test]
    fn a_letter_is_a_box_only_if_it_is_said_to_be_one() {
        // One letter per script, each against what the embedded fonts alone would draw.
        for letter in ["稀", "ネ", "य", "م", "ა", "א"] {
            let mut results = magnets().results();
            results.title = letter.repeat(3);
            let svg = &render_all(&results).unwrap()[0].svg;
            let boxes = render(svg, Fonts::embedded()).unwrap();
            let is_box = boxes == to_png(svg).unwrap();
            assert_eq!(is_box, find(&results).iter().any(|w| w.letters == letter), "{letter}");
        }
    }

    #[test]
    fn other_letters_do_not_change_the_rest_of_the_picture() {
        let svg = &render_all(&magnets().results()).unwrap()[1].svg;
        assert_eq!(
            render(svg, Fonts::embedded()).unwrap(),
            render(svg, Fonts::with_system()).unwrap()
        );
    }
}
