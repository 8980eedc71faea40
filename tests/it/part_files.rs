//! The files of parts: what they say, and that whatever else is given in their place is refused or used, but never ends in a panic.

use std::io::Cursor;
use std::path::Path;

use critmin::report::charts::render_all;
use critmin::report::part_file::{self, PartFile, PartKind};
use critmin::report::{csv, json, table};
use critmin::study::{Part, Progress, RunListener, RunPlan, Together, order};
use sha2::{Digest, Sha256};

use crate::shards::{merge, parts, run, scenario};
use crate::support::{Random, load, simulate_part, with};

#[test]
fn a_partial_result_says_what_it_is() {
    let scratch = tempfile::tempdir().unwrap();
    let printed = run(
        scratch.path(),
        &["--trials", "200", "--policy", "stockpile", "--trials-range", "50..120"],
    );
    let document: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let path = scratch.path().join("partial-50-120.critmin");
    assert_eq!(document["partial"], path.display().to_string());
    assert_eq!(
        (&document["first_trial"], &document["end_trial"], &document["trials"]),
        (&50.into(), &120.into(), &200.into())
    );
    assert_eq!(document["policies"], serde_json::json!(["baseline", "stockpile"]));
    let bytes = std::fs::read(&path).unwrap();
    let lines: Vec<&[u8]> = bytes.splitn(3, |byte| *byte == b'\n').collect();
    assert_eq!(lines[0], b"critmin part of a run, format 7");
    let header: serde_json::Value = serde_json::from_slice(lines[1]).unwrap();
    assert_eq!(header["kind"], "partial");
    assert_eq!(header["part"]["frame"]["manifest"]["seed"], 20_260_131);
    assert_eq!(header["part"]["trials"], serde_json::json!({ "start": 50, "end": 120 }));
    // The same part is the same bytes, wherever and whenever it was computed.
    run(
        &scratch.path().join("again.critmin"),
        &[
            "--trials",
            "200",
            "--policy",
            "stockpile",
            "--trials-range",
            "50..120",
            "--threads",
            "1",
            "--block-trials",
            "3",
        ],
    );
    assert!(bytes == std::fs::read(scratch.path().join("again.critmin")).unwrap());
}

#[test]
fn damaged_files_are_refused_with_the_reason() {
    let scratch = tempfile::tempdir().unwrap();
    let part = parts(scratch.path(), &[("good", "0..300", &["--samples"])])["good"].clone();
    let bytes = std::fs::read(&part).unwrap();
    let damaged = scratch.path().join("damaged.critmin");
    let refuse = |bytes: &[u8], reason: &str| {
        std::fs::write(&damaged, bytes).unwrap();
        let (code, _, error) = merge(&scratch.path().join("out"), std::slice::from_ref(&damaged), &[]);
        assert_eq!(code, 1, "{error}");
        assert!(error.contains(&format!("damaged.critmin {reason}")), "{error}");
        assert!(error.contains("hint: write it again"), "{error}");
    };
    for at in [60, bytes.len() / 3, bytes.len() / 2, bytes.len() - 40, bytes.len() - 1] {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        refuse(&changed, "is damaged or cut short");
    }
    for length in [40, bytes.len() / 2, bytes.len() - 1] {
        refuse(&bytes[..length], "is damaged or cut short");
    }
    refuse(b"", "is no partial result");
    refuse(b"policy,material\n", "is no partial result");
    refuse(&[0xff; 300], "is no partial result");
    refuse(
        b"critmin part of a run, format 9\n",
        "has format 9; this program reads format 7",
    );
    // Samples that are not what the trials give, under a right checksum.
    let mut fewer = bytes.clone();
    let at = fewer.len() - 33;
    assert_eq!(fewer[at], b'\n');
    fewer[at] = b' ';
    refuse(&sealed(fewer), "holds what no run writes: its samples");
}

/// The bytes with their checksum renewed.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = bytes.len().saturating_sub(32);
    bytes.truncate(end);
    let checksum = Sha256::digest(&bytes);
    bytes.extend_from_slice(checksum.as_slice());
    bytes
}

/// Keeps nothing.
struct Silent;
impl RunListener for Silent {}

/// A part of the scenario, as the bytes of its file.
fn part_bytes(changes: &[&str], plan: &RunPlan) -> (Part, Vec<u8>) {
    let document = with(&load(&scenario()), changes);
    let report = simulate_part(&document, plan, None, &Progress::default(), &mut Silent).unwrap();
    let mut bytes = Vec::new();
    part_file::write(PartKind::Partial, &report.part, None, &mut bytes).unwrap();
    (report.part, bytes)
}

/// What would be done with a file. Gives whether it was taken for a part.
fn use_up(bytes: &[u8]) -> bool {
    let name = Path::new("made up");
    let Ok(file) = PartFile::read(name, Cursor::new(bytes)).unwrap() else {
        return false;
    };
    let Ok(mut part) = file.part() else { return false };
    let other = part.clone();
    let _ = order(&[("one", &part.head), ("other", &other.head)], Together::Whole);
    part.absorb(&other).unwrap();
    let results = part.finish();
    csv::summary(&results, Vec::new()).unwrap();
    csv::exceedance(&results, Vec::new()).unwrap();
    csv::timeline(&results, Vec::new()).unwrap();
    csv::attribution(&results, Vec::new()).unwrap();
    json::results(&results, &[], Vec::new()).unwrap();
    table::summary(&results, "scenario.toml", 80);
    // Charts may say that they cannot be drawn.
    let _ = render_all(&results);
    true
}

/// Whatever a file holds, it is used or refused: nothing panics, overflows or asks for absurd memory.
#[test]
fn made_up_files_never_panic() {
    let plan = RunPlan {
        trials: Some(10..90),
        ..RunPlan::default()
    };
    let (part, bytes) = part_bytes(&["run.trials=100"], &plan);
    assert!(use_up(&bytes));
    let body = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let body = body + bytes[body..].iter().position(|byte| *byte == b'\n').unwrap() + 9;
    // Layout and facts come first and are all indices and lengths; then come the sums.
    let mut random = Random::new(41);
    let mut taken = 0;
    for attempt in 0..1500 {
        let mut changed = bytes.clone();
        for _ in 0..random.whole(1, 4) {
            let from = if random.chance(0.8) { body } else { 0 };
            let to = if random.chance(0.5) {
                (from + 4000).min(bytes.len() - 33)
            } else {
                bytes.len() - 33
            };
            let at = random.whole(from, to);
            changed[at] = match random.whole(0, 3) {
                0 => 0xff,
                1 => changed[at].wrapping_add(1),
                2 => changed[at] ^ (1 << random.whole(0, 7)),
                _ => random.whole(0, 255) as u8,
            };
        }
        if random.chance(0.1) {
            let at = random.whole(body, changed.len() - 33);
            changed.drain(at..(at + random.whole(1, 50)).min(changed.len() - 33));
        }
        if use_up(&sealed(changed)) {
            taken += 1;
        }
        assert!(
            attempt < 100 || taken > 0,
            "no change reaches what lies behind the first check"
        );
    }
    assert_eq!(part.trials_done(), 80);
}
