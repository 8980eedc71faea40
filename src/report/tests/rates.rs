//! `critmin rates` as it is printed.

use unicode_width::UnicodeWidthStr;

use crate::rates::Question;
use crate::report::rates;

fn question(kind: &str, country: &str) -> Question {
    Question {
        kind: kind.to_owned(),
        country: Some(country.to_owned()),
        ..Question::default()
    }
}

fn shown(question: &Question, width: usize) -> String {
    let rate = question.answer().unwrap_or_else(|errors| panic!("{errors:?}"));
    let text = rates::text(question, &rate, width);
    assert!(text.lines().all(|line| line.width() <= width), "{width}:\n{text}");
    text
}

#[test]
fn a_rate() {
    insta::assert_snapshot!(shown(&question("export_restriction", "CHN"), 80));
}

#[test]
fn a_rate_of_what_is_aimed_at_one_country() {
    let aimed = Question {
        target: Some("JPN".to_owned()),
        until: Some(2026),
        ..question("export_ban", "CHN")
    };
    insta::assert_snapshot!(shown(&aimed, 80));
}

#[test]
fn insufficient_data() {
    insta::assert_snapshot!(shown(&question("conflict", "CHN"), 80));
}

#[test]
fn fits_of_severity_and_duration() {
    insta::assert_snapshot!(shown(&question("strike", "CHL"), 80));
}

#[test]
fn what_may_be_asked() {
    insta::assert_snapshot!(rates::overview(80));
}

#[test]
fn narrow_terminals() {
    for width in [32, 40, 60] {
        shown(&question("export_restriction", "CHN"), width);
        let overview = rates::overview(width);
        assert!(
            overview.lines().all(|line| line.width() <= width),
            "{width}:\n{overview}"
        );
    }
}
