//! Valid scenarios whose every choice is a byte of the input, through the whole engine and the summary of a run.
#![no_main]

use critmin::report::{csv, json, table};
use critmin::scenario::Document;
use critmin::study::inside::prepare;
use critmin::study::{Error, Progress, RunPlan, Study};
use critmin_fuzz::features::{Rich, rich_of};
use critmin_fuzz::support::Random;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Rich { generated, changes } = rich_of(&mut Random::from_bytes(bytes), 0);
    let text = &generated.text;
    let mut document =
        Document::from_text("generated.toml", text).unwrap_or_else(|errors| panic!("{text}\n{}", errors.render(false)));
    for change in &changes {
        document
            .set(change)
            .unwrap_or_else(|errors| panic!("{text}\n{}", errors.render(false)));
    }
    let text = &format!("{text}\n{changes:#?}");
    match prepare(&document, None) {
        Ok(prepared) => {
            critmin_fuzz::simulate(&prepared).unwrap_or_else(|complaints| panic!("{text}\n{complaints}"));
        }
        Err(Error::Invalid(errors)) => panic!("{text}\n{}", errors.render(false)),
        Err(error) => panic!("{text}\n{error}"),
    }
    let study = Study::of(document, "fuzz");
    let whole = study.run(&RunPlan::default(), &Progress::default());
    let results = &whole.unwrap_or_else(|error| panic!("{text}\n{error}")).run;
    let mut written = Vec::new();
    json::summary(results, None, &mut written).expect("JSON can be written");
    csv::summary(results, &mut written).expect("a table can be written");
    csv::exceedance(results, &mut written).expect("a table can be written");
    csv::timeline(results, &mut written).expect("a table can be written");
    csv::events(results, &mut written).expect("a table can be written");
    csv::attribution(results, &mut written).expect("a table can be written");
    csv::supply(results, &mut written).expect("a table can be written");
    written.extend_from_slice(table::summary(results, "scenario.toml", 80).as_bytes());
    let written = String::from_utf8(written).expect("UTF-8");
    let odd = |word: &&str| matches!(*word, "NaN" | "inf" | "-inf");
    let words = written.split(|letter: char| !(letter.is_alphanumeric() || letter == '-'));
    assert_eq!(words.clone().find(odd), None, "{text}");
});
