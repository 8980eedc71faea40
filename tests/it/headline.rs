//! The headline before or after substitution and thrift: what speaks of it follows the choice, and tables hold both.

use critmin::report::prose::headline_sentence;
use critmin::report::{comparison, csv as tables, json, table};
use critmin::results::types::RunResults;
use critmin::scenario::Document;

use crate::support::{load, read, simulate, with};

/// Half of supply is lost for eight months, a third of demand; substitution grows while the shortage lasts and covers part of it.
fn certain() -> Document {
    load(&crate::support::in_repository("tests/cases/substitution.toml"))
}

/// The same with a random severity and two policies: one lowers the shortfall a little, the other substitutes more and leaves it as it is.
fn random() -> Document {
    let text = r#"
    format = 1
    title = "substitution"
    assumption = "made up"
    time = { start = "2026-01", periods = 12 }
    run = { trials = 3000 }
    demand = [ { material = "metal", country = "USA", amount = 1200 } ]
    [[material]]
    id = "metal"
    [[supply]]
    id = "plant"
    country = "CHN"
    material = "metal"
    capacity = 1200
    [[event]]
    id = "loss"
    kind = "production_loss"
    supply = "plant"
    arrival = { process = "fixed", at = "2026-01", probability = 0.5 }
    severity = { dist = "uniform", low = 0.4, high = 0.6 }
    duration = 8
    [[substitution]]
    material = "metal"
    country = "all"
    maximum = 0.2
    per_year = 0.6
    [[policy]]
    id = "shorter"
    set = [ { key = "event.loss.duration", value = 7.9 } ]
    [[policy]]
    id = "substitutes"
    set = [ { key = "substitution.metal.all.per_year", value = 2.4 } ]
    "#;
    read(text)
}

fn after(document: &Document) -> Document {
    with(document, &["run.headline=\"after_adaptation\""])
}

fn terminal(run: &RunResults) -> String {
    table::summary(run, "x.toml", 200)
}

#[test]
fn the_sentence_says_which_one_it_is_and_gives_the_other() {
    let before = simulate(&certain(), &[]).results;
    let unmet_pct = before.policies[0].summary[0].unmet_after_adaptation_pct.value;
    assert!(20.0 < unmet_pct && unmet_pct < 30.0, "{unmet_pct}");
    let sentence = headline_sentence(&before, &before.policies[0]);
    let expected =
        format!("The shortfall of metal in buyer is 33.3 % of demand, {unmet_pct:.1} % after substitution and thrift.");
    assert!(sentence.contains(&expected), "{sentence}");
    let after = simulate(&after(&certain()), &[]).results;
    let sentence = headline_sentence(&after, &after.policies[0]);
    let expected = format!(
        "The shortfall of metal in buyer after substitution and thrift is {unmet_pct:.1} % of demand, 33.3 % before them."
    );
    assert!(sentence.contains(&expected), "{sentence}");
    let cause = "causes 100 % of the shortfall before them";
    assert!(sentence.contains(cause), "{sentence}");
    // Both stand in the table, in either case.
    for run in [&before, &after] {
        let text = terminal(run);
        let holds = |what: &str| text.contains(what);
        assert!(
            holds("33.3") && holds(&format!("{unmet_pct:.1}")) && holds("unmet"),
            "{text}"
        );
    }
    // Only the trials to replay speak of the headline.
    let mut policies = after.policies.clone();
    policies[0].replayable.clone_from(&before.policies[0].replayable);
    assert_eq!(before.policies, policies);
    let replayable = |run: &RunResults| run.policies[0].replayable[0].shortfall_pct;
    assert!((replayable(&after) - unmet_pct).abs() < 1e-9);
    assert!((replayable(&before) - 100.0 / 3.0).abs() < 1e-9);
}

#[test]
fn policies_are_compared_by_the_headline() {
    let (before, after) = (random(), after(&random()));
    let policies = ["shorter", "substitutes"];
    let [before, after] = [before, after].map(|document| simulate(&document, &policies).results);
    let words = |run: &RunResults| comparison::in_words(run).unwrap();
    let (of_before, of_after) = (words(&before), words(&after));
    let lead = "\"shorter\" helps most: it lowers the expected shortfall of metal in ";
    assert!(of_before.contains(lead), "{of_before}");
    assert!(of_before.contains("\"substitutes\" changes nothing"), "{of_before}");
    let lead = "\"substitutes\" helps most: it lowers the expected shortfall of metal in ";
    assert!(of_after.contains(lead), "{of_after}");
    assert!(of_after.contains(" after substitution and thrift by "), "{of_after}");
    // A loss of 0.4 to 0.6 for eight months of twelve, in every other trial: the worst twentieth of trials are those of 0.58 to 0.6.
    let row = &after.policies[0].summary[0];
    let (unmet, short) = (row.unmet_after_adaptation_cvar95_pct.estimate, row.cvar_pct[1].estimate);
    assert!((short.value - 100.0 * 8.0 * 0.59 / 12.0).abs() < 0.2, "{short:?}");
    // Substitution covers the same part of demand in each of them, and the largest trial to replay is that of what is unmet.
    let maximum = after.policies[0].replayable.last().unwrap().shortfall_pct;
    let covered = row.max_pct - maximum;
    assert!(covered > 5.0, "{covered}");
    assert!(
        (short.value - unmet.value - covered).abs() < 0.1,
        "{short:?} {unmet:?} {covered}"
    );
}

#[test]
fn files_name_the_measure_and_hold_both() {
    let run = simulate(&after(&random()), &[]).results;
    assert_eq!(run.manifest.headline_measure, "after_adaptation");
    let mut text = Vec::new();
    json::summary(&run, None, &mut text).unwrap();
    let document: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let policy = &document["policies"][0];
    assert_eq!(policy["headline"]["measure"], "after_adaptation");
    let of = |key: &str| policy["summary"][0][key]["value"].as_f64().unwrap();
    assert!(of("unmet_after_adaptation_pct") < of("expected_shortfall_pct"));
    let mut text = Vec::new();
    tables::summary(&run, &mut text).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_slice());
    let header = reader.headers().unwrap().clone();
    let row = reader.records().next().unwrap().unwrap();
    let cell = |name: &str| -> f64 {
        let at = header.iter().position(|column| column == name).unwrap();
        row[at].parse().unwrap()
    };
    assert!(cell("unmet_after_adaptation_pct") < cell("expected_shortfall_pct"));
    assert!(cell("unmet_after_adaptation_cvar95_pct") < cell("cvar95_pct"));
    assert!(cell("unmet_after_adaptation_pct_se") > 0.0);
}

#[test]
fn without_adaptation_both_are_the_same() {
    let document = with(&certain(), &["substitution.metal.all.maximum=0"]);
    let [before, after] = [document.clone(), after(&document)].map(|document| simulate(&document, &[]).results);
    let row = &before.policies[0].summary[0];
    assert_eq!(row.unmet_after_adaptation_cvar95_pct, row.cvar_pct[1]);
    assert!(!terminal(&before).contains("unmet"), "{}", terminal(&before));
    let sentence = headline_sentence(&after, &after.policies[0]);
    assert!(
        sentence.contains("after substitution and thrift is 33.3 % of demand."),
        "{sentence}"
    );
}
