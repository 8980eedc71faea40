//! The words and files of a small back-test, whole.

use super::{csv, json, words};
use crate::study::Progress;
use crate::whatif::backtest::{Backtest, Plan, chosen, prepare, run};

fn small() -> Backtest {
    let plan = Plan {
        episodes: vec!["palladium-2022".to_owned()],
        trials: Some(64),
        seed: None,
    };
    let prepared = prepare(&chosen(&plan.episodes).unwrap(), &plan).unwrap();
    run(&prepared, &Progress::default()).unwrap()
}

#[test]
fn a_small_episode_in_words() {
    let found = small();
    let text = words::terminal(&found, 80);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn a_small_episode_in_files() {
    let found = small();
    let text = |write: &dyn Fn(&mut Vec<u8>) -> Result<(), ::csv::Error>| {
        let mut bytes = Vec::new();
        write(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    let observations = text(&|bytes| csv::observations(&found, bytes));
    let scores = text(&|bytes| csv::scores(&found, bytes));
    insta::assert_snapshot!(format!("{observations}\n{scores}"));
    let bands = text(&|bytes| csv::bands(&found, bytes));
    assert_eq!(bands.lines().count(), 1 + 12 * found.episodes[0].bands.len());
    let document = json::document(&found);
    let one = &document["episodes"][0]["observations"][0];
    assert_eq!(one["p95"].as_f64(), Some(found.episodes[0].compared[0].simulated[2]));
    assert_eq!(document["all"]["inside"].as_u64(), Some(found.all.inside as u64));
}
