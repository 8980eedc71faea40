//! Any text as a user's CSV of shares and of trade, alone and named by a scenario.
#![no_main]

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use critmin::data::{Selection, shares_from_csv, trade_from_csv};
use critmin::scenario::Document;
use libfuzzer_sys::fuzz_target;

const SCENARIO: &str = r#"
format = 1
title = "A user's data"
assumption = "fuzzing"
[time]
start = "2026-01"
periods = 4
[[material]]
id = "metal"
mineral = "gallium"
stage = "refining"
[shares.metal]
output = 100
data = "user.csv"
[[demand]]
material = "metal"
country = "USA"
amount = 50
[[trade]]
material = "metal"
to = "USA"
data = "user.csv"
[[event]]
id = "outage"
kind = "production_loss"
country = "all"
materials = ["metal"]
arrival = { process = "poisson", per_year = 6 }
duration = 2
severity = 0.5
"#;

/// A folder of this process in which the scenario looks for its data.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = std::env::temp_dir().join(format!("critmin-fuzz-csv-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for temporary files");
        folder
    })
}

fuzz_target!(|text: &str| {
    for (mineral, stage) in [(None, None), (Some("gallium"), Some("refining"))] {
        let wanted = Selection {
            mineral,
            stage,
            ..Selection::default()
        };
        match shares_from_csv("user.csv", text, &wanted) {
            Ok(table) => {
                let sum: f64 = table.rows.iter().map(|row| row.share).sum();
                assert!(
                    table.rows.iter().all(|row| (0.0..=1.0 + 1e-9).contains(&row.share)),
                    "{:?}",
                    table.rows
                );
                assert!(table.rows.is_empty() || sum <= 1.0 + 0.01, "shares sum to {sum}");
                assert!(
                    table.total_t.is_none_or(|total| total.is_finite() && total >= 0.0),
                    "{:?}",
                    table.total_t
                );
            }
            Err(errors) => assert!(
                !errors.is_empty()
                    && errors
                        .iter()
                        .all(|error| !error.to_string().is_empty() && error.hint().is_none_or(|hint| !hint.is_empty()))
            ),
        }
    }
    for importer in [None, Some("USA")] {
        let wanted = Selection {
            importer,
            ..Selection::default()
        };
        match trade_from_csv("user.csv", text, &wanted) {
            Ok(table) => {
                assert!(
                    table.rows.iter().all(|row| (0.0..=1.0 + 1e-9).contains(&row.share)),
                    "{:?}",
                    table.rows
                );
            }
            Err(errors) => assert!(!errors.is_empty() && errors.iter().all(|error| !error.to_string().is_empty())),
        }
    }
    let file = folder().join("user.csv");
    std::fs::write(&file, text).expect("a temporary file");
    let name = folder().join("scenario.toml").to_string_lossy().into_owned();
    for part in [
        "[[trade]]\nmaterial = \"metal\"\nto = \"USA\"\ndata = \"user.csv\"",
        "data = \"user.csv\"\n[[demand]]",
    ] {
        let other = if part.starts_with("data") {
            "by_country = { CHN = 0.9, OTH = 0.1 }\n[[demand]]"
        } else {
            ""
        };
        let scenario = SCENARIO.replace(part, other);
        let document = Document::from_text(&name, &scenario).expect("the scenario around the data can be read");
        critmin_fuzz::exercise(&document);
    }
});
