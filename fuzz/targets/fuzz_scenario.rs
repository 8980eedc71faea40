//! Any text as a scenario: read, checked, compiled and, where small, simulated.
#![no_main]

use critmin::scenario::Document;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Document::from_text("fuzz/corpus/input.toml", text) {
        Ok(document) => critmin_fuzz::exercise(&document),
        Err(diagnostics) => {
            assert!(diagnostics.has_errors(), "refused without an error");
            assert!(!diagnostics.render(false).is_empty());
        }
    }
});
