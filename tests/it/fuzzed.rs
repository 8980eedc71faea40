//! What fuzzing found, replayed: each file of `tests/fuzzed` is refused with a message or simulated with every period in balance. A new find of
//! the targets in `fuzz/` goes there under a name that says what it showed: `.toml` is a scenario, `.csv` a user's data, `.set`
//! lines of `--set` on `fuzz/every-table.toml`.

use critmin::data::{Selection, shares_from_csv, trade_from_csv};
use critmin::scenario::Document;

use crate::extremes::{Outcome, outcome, set};
use crate::support::{in_repository, read};

/// What became of a CSV: the errors it gave, or that all is in range.
fn csv(text: &str) -> Result<(), String> {
    for (mineral, stage) in [(None, None), (Some("gallium"), Some("refining"))] {
        let wanted = Selection {
            mineral,
            stage,
            ..Selection::default()
        };
        match shares_from_csv("user.csv", text, &wanted) {
            Ok(table) => {
                if let Some(row) = table.rows.iter().find(|row| !(0.0..=1.0 + 1e-9).contains(&row.share)) {
                    return Err(format!("{row:?}"));
                }
            }
            Err(errors) => assert!(!errors.is_empty() && errors.iter().all(|error| !error.to_string().is_empty())),
        }
    }
    for importer in [None, Some("USA")] {
        let wanted = Selection {
            importer,
            ..Selection::default()
        };
        match trade_from_csv("user.csv", text, &wanted) {
            Ok(table) => {
                if let Some(row) = table.rows.iter().find(|row| !(0.0..=1.0 + 1e-9).contains(&row.share)) {
                    return Err(format!("{row:?}"));
                }
            }
            Err(errors) => assert!(!errors.is_empty() && errors.iter().all(|error| !error.to_string().is_empty())),
        }
    }
    Ok(())
}

fn replay(kind: &str, bytes: &[u8]) -> Result<(), String> {
    // Targets read text; what is not text is refused before (`files_that_cannot_be_read`).
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Ok(());
    };
    let judged = |document: &Document| match outcome(document, 3)? {
        Outcome::Refused(told) if told.is_empty() => Err("refused without a word".to_owned()),
        _ => Ok(()),
    };
    match kind {
        "toml" => match Document::from_text("tests/fuzzed/input.toml", text) {
            Ok(document) => judged(&document),
            Err(errors) if errors.has_errors() => Ok(()),
            Err(_) => Err("refused without an error".to_owned()),
        },
        "csv" => csv(text),
        "set" => {
            let document = read(include_str!("../../fuzz/every-table.toml"));
            let changes: Vec<&str> = text.lines().collect();
            match set(&document, &changes) {
                Ok(document) => judged(&document),
                Err(told) if told.contains("--set") => Ok(()),
                Err(told) => Err(format!("refused without its place: {told}")),
            }
        }
        other => Err(format!("`.{other}` is none of .toml, .csv, .set")),
    }
}

#[test]
fn what_fuzzing_found_stays_mended() {
    let mut failures = Vec::new();
    let mut files = 0;
    // `FUZZED=FOLDER cargo test --test it fuzzed` replays another folder.
    let folder = std::env::var_os("FUZZED").map_or_else(|| in_repository("tests/fuzzed"), Into::into);
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder of finds")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    entries.sort();
    for path in entries {
        let kind = path
            .extension()
            .and_then(|extension| extension.to_str())
            .unwrap_or_default();
        let bytes = std::fs::read(&path).expect("a find can be read");
        files += 1;
        if let Err(why) = replay(kind, &bytes) {
            failures.push(format!("{}: {why}", path.display()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(files > 0, "no finds are there");
}
