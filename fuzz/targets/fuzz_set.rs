//! Any lines as `--set key=value`, on a scenario that has every kind of table.
#![no_main]

use std::sync::OnceLock;

use critmin::scenario::Document;
use libfuzzer_sys::fuzz_target;

fn scenario() -> &'static Document {
    static DOCUMENT: OnceLock<Document> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        let text = include_str!("../every-table.toml");
        Document::from_text("every-table.toml", text).unwrap_or_else(|errors| panic!("{}", errors.render(false)))
    })
}

fuzz_target!(|text: &str| {
    let mut document = scenario().clone();
    for assignment in text.split('\u{1f}').flat_map(str::lines).take(4) {
        if let Err(errors) = document.set(assignment) {
            assert!(
                errors.has_errors() && errors.render(false).contains("--set"),
                "{assignment}"
            );
        }
    }
    critmin_fuzz::exercise(&document);
});
