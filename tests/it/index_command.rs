//! `critmin indices`: two countries by hand from a scenario, published values from the shipped tables, that files, words and JSON agree, refusals, threads.

use serde_json::Value;

use critmin::data::Governance;
use critmin::study::Study;
use critmin::whatif::indices::{Found, Index, Indices, of_mineral, of_scenario};

use crate::bench::Bench;
use crate::support::close;

/// Two makers, three buyers; the USA makes a tenth itself and recycles 60 t of its use of 600 t; it holds 100 t.
const TEXT: &str = r#"
format = 1
title = "Two makers"
assumption = "made up for a test"
time = { start = "2026-01", periods = 12 }
run = { trials = 8 }
focus = { materials = ["metal"], countries = ["USA", "JPN"] }
demand = [
  { material = "metal", country = "USA", amount = 600 },
  { material = "metal", country = "JPN", amount = 160 },
  { material = "metal", country = "CHN", amount = 300 },
]
inventory = [{ material = "metal", country = "USA", tonnes = 100 }]
recycling = [{ material = "metal", country = "USA", rate = 0.1, lag_years = 0 }]
[[material]]
id = "metal"
[shares.metal]
output = 1000
by_country = { CHN = 0.9, USA = 0.1 }
"#;

/// Scaled: China 6 of 10 and 0.6 of 1, the USA 2 and 0.2.
const SCORES: &str = "country,score\nCHN,-0.5\nUSA,1.5\n";

fn scores() -> Governance {
    Governance::from_csv("own.csv", SCORES).unwrap()
}

fn two_makers() -> Indices {
    let study = Study::from_text("two-makers.toml", TEXT).unwrap();
    of_scenario(&study, &[], &scores()).unwrap()
}

fn at<'a>(found: &'a Indices, stage: &str, place: &str, index: Index) -> &'a Found {
    let mut all = found.found.iter();
    all.find(|row| row.stage == stage && row.place == place && row.index == index)
        .unwrap_or_else(|| panic!("{stage} {place} {index:?}"))
}

fn value(found: &Indices, stage: &str, place: &str, index: Index) -> f64 {
    let row = at(found, stage, place, index);
    row.figure.as_ref().unwrap().value.unwrap_or_else(|| panic!("{row:?}"))
}

#[test]
fn two_makers_by_hand() {
    let found = two_makers();
    let world = |index| value(&found, "", "WLD", index);
    assert!(close(world(Index::Top1), 0.9, 1e-12, 0.0));
    assert!(close(world(Index::Top3), 1.0, 1e-12, 0.0));
    assert!(close(world(Index::Concentration), 0.82, 1e-12, 0.0));
    // 0.81 x 6 + 0.01 x 2.
    assert!(close(world(Index::WeightedConcentration), 4.88, 1e-12, 0.0));
    // The USA has 100 t of its own, 60 t recycled, and buys 440 t in China: it makes 100 of 540 t that are not recycled.
    let usa = |index| value(&found, "", "USA", index);
    assert!(close(usa(Index::NetImportReliance), 440.0 / 600.0, 1e-9, 0.0));
    let risk = 0.6 * 440.0 / 540.0;
    assert!(close(usa(Index::ImportRisk), risk, 1e-9, 0.0));
    assert!(close(usa(Index::GeoPolRisk), 0.82 * risk, 1e-9, 0.0));
    assert!(close(usa(Index::DaysOfCover), 100.0 / 600.0 * 365.25, 1e-9, 0.0));
    let (own, bought) = (100.0 / 540.0, 440.0 / 540.0);
    let sourcing = bought * bought * 6.0 + own * own * 2.0;
    let reliance = 440.0 / 540.0;
    let expected = (4.88 * reliance / 2.0 + sourcing * (1.0 - reliance / 2.0)) * (1.0 - 0.1);
    assert!(
        close(usa(Index::SupplyRisk), expected, 1e-9, 0.0),
        "{} {expected}",
        usa(Index::SupplyRisk)
    );
    // Japan buys all of it from China.
    let japan = |index| value(&found, "", "JPN", index);
    assert_eq!(japan(Index::NetImportReliance), 1.0);
    assert!(close(japan(Index::GeoPolRisk), 0.82 * 0.6, 1e-9, 0.0));
    assert_eq!(japan(Index::DaysOfCover), 0.0);
    assert_eq!(at(&found, "", "JPN", Index::ImportRisk).who, ["CHN"]);
}

#[test]
fn others_and_missing_scores_are_ranges() {
    let text = TEXT.replace("CHN = 0.9, USA = 0.1", "CHN = 0.5, USA = 0.1, OTH = 0.4");
    let study = Study::from_text("others.toml", &text).unwrap();
    let found = of_scenario(&study, &[], &scores()).unwrap();
    let hhi = at(&found, "", "WLD", Index::Concentration).figure.as_ref().unwrap();
    assert!(
        close(hhi.value.unwrap(), 0.26, 1e-12, 0.0) && close(hhi.high, 0.42, 1e-12, 0.0),
        "{hhi:?}"
    );
    // The others could score as well as the USA, or as badly as China.
    let weighted = at(&found, "", "WLD", Index::WeightedConcentration)
        .figure
        .as_ref()
        .unwrap();
    assert!(close(weighted.value.unwrap(), 1.52, 1e-12, 0.0) && close(weighted.high, 1.52 + 0.96, 1e-12, 0.0));
    let row = at(&found, "", "JPN", Index::ImportRisk);
    let risk = row.figure.as_ref().unwrap();
    assert!(risk.value.is_none() && risk.low < risk.high, "{row:?}");
    // Nobody's score is known: no figure, and why.
    let none = Governance::from_csv("own.csv", "country,score\nDEU,1\n").unwrap();
    let study = Study::from_text("two-makers.toml", TEXT).unwrap();
    let found = of_scenario(&study, &[], &none).unwrap();
    let row = at(&found, "", "WLD", Index::WeightedConcentration);
    assert_eq!(
        row.figure.as_ref().unwrap_err(),
        "no governance score of any country named"
    );
}

/// A trade factor enters as in the EU's method.
#[test]
fn a_trade_factor_counts() {
    let own = Governance::from_csv("own.csv", "country,score,trade\nCHN,-0.5,1.1\nUSA,1.5,1\n").unwrap();
    let study = Study::from_text("two-makers.toml", TEXT).unwrap();
    let found = of_scenario(&study, &[], &own).unwrap();
    let weighted = value(&found, "", "WLD", Index::WeightedConcentration);
    assert!(close(weighted, 0.81 * 6.0 * 1.1 + 0.02, 1e-12, 0.0), "{weighted}");
}

/// E14: US cobalt 2025, and shares that `data/README.md` states.
#[test]
fn published_values_come_out() {
    let shipped = Governance::shipped();
    let cobalt = of_mineral("cobalt", &["USA".to_owned(), "India".to_owned()], &shipped).unwrap();
    assert_eq!(value(&cobalt, "refining", "USA", Index::NetImportReliance), 0.79);
    let mine = value(&cobalt, "mine", "WLD", Index::Top1);
    assert!((0.745..0.755).contains(&mine), "{mine}");
    assert_eq!(at(&cobalt, "mine", "WLD", Index::Top1).who, ["COD"]);
    // Ore shares its code with metal: no figure, and why.
    let why = at(&cobalt, "mine", "IND", Index::NetImportReliance)
        .figure
        .as_ref()
        .unwrap_err();
    assert!(why.contains("share codes with metal"), "{why}");
    assert!(at(&cobalt, "refining", "IND", Index::DaysOfCover).figure.is_err());
    // Lithium of the USA is withheld: a range for the world, nothing for the buyer.
    let lithium = of_mineral("lithium", &["USA".to_owned()], &shipped).unwrap();
    let row = at(&lithium, "mine", "WLD", Index::Concentration);
    let bounds = row.figure.as_ref().unwrap();
    // It can only be less concentrated than the rest of the world.
    assert!(
        bounds.low < 0.95 * bounds.value.unwrap() && bounds.high >= bounds.value.unwrap(),
        "{bounds:?}"
    );
    assert!(row.notes.iter().any(|note| note.contains("output of USA")), "{row:?}");
}

/// Every mineral for five buyers gives bounds in order, within their scales, and a reason wherever there is no figure.
#[test]
fn every_mineral_has_bounds_or_a_reason() {
    let shipped = Governance::shipped();
    let buyers = ["USA", "IND", "EU27", "DEU", "JPN"].map(str::to_owned);
    let mut figures = 0;
    for (mineral, stages) in critmin::data::minerals() {
        let found = of_mineral(&mineral, &buyers, &shipped).unwrap();
        assert_eq!(found.found.len(), stages.len() * (4 + 5 * buyers.len()), "{mineral}");
        for row in &found.found {
            match &row.figure {
                Err(why) => assert!(!why.is_empty(), "{row:?}"),
                Ok(bounds) => {
                    figures += 1;
                    let value = bounds.value.unwrap_or(bounds.low);
                    let room = 1e-12;
                    assert!(bounds.low <= value + room && value <= bounds.high + room, "{row:?}");
                    let most = match row.index {
                        Index::WeightedConcentration | Index::SupplyRisk => 10.0,
                        Index::DaysOfCover => f64::INFINITY,
                        _ => 1.0,
                    };
                    assert!(bounds.high <= most + 1e-9, "{row:?}");
                }
            }
        }
    }
    assert!(figures > 500, "{figures}");
}

#[test]
fn tables_words_and_json_say_the_same() {
    let bench = Bench::new();
    bench.write("two.toml", TEXT);
    bench.write("own.csv", SCORES);
    for (line, words) in [
        (
            "indices two.toml --governance own.csv",
            "Two makers: concentration and dependence at the start",
        ),
        ("indices --mineral lithium --country IND,USA", "Insufficient data for"),
    ] {
        let printed = bench.succeed(&format!("{line} --formats svg --out out"));
        assert!(printed.contains(words), "{printed}");
        let document: Value = serde_json::from_str(&bench.read("out/indices.json")).unwrap();
        let told = bench.succeed(&format!("{line} --formats none --out out --json"));
        assert_eq!(serde_json::from_str::<Value>(&told).unwrap(), document);
        let table = bench.read("out/indices.csv");
        let mut reader = csv::Reader::from_reader(table.as_bytes());
        let header = reader.headers().unwrap().clone();
        let place = |name: &str| header.iter().position(|column| column == name).unwrap();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let told = document["indices"].as_array().unwrap();
        assert_eq!(rows.len(), told.len());
        for (row, entry) in rows.iter().zip(told) {
            assert_eq!(row[place("index")], *entry["index"].as_str().unwrap());
            for number in ["value", "low", "high"] {
                // Empty where there is none, never 0.
                let written = row[place(number)].parse::<f64>().ok();
                assert_eq!(written.is_some(), !entry[number].is_null(), "{row:?}");
                if let Some(written) = written {
                    assert!(close(written, entry[number].as_f64().unwrap(), 1e-5, 1e-9), "{row:?}");
                }
            }
            assert_eq!(
                row[place("insufficient_data")].is_empty(),
                !entry["high"].is_null(),
                "{row:?}"
            );
        }
        for threads in [1, 3] {
            bench.succeed(&format!(
                "{line} --formats svg --out t{threads} --threads {threads} --quiet"
            ));
        }
        for file in ["indices.csv", "indices.json", "charts/indices-concentration.svg"] {
            assert_eq!(
                bench.read(&format!("t1/{file}")),
                bench.read(&format!("t3/{file}")),
                "{file}"
            );
        }
        for folder in ["out", "t1", "t3"] {
            std::fs::remove_dir_all(bench.path(folder)).unwrap();
        }
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let bench = Bench::new();
    bench.write("two.toml", TEXT);
    bench.write("bad.csv", "country,score\nCHN,40\nUSA,1\n");
    bench.refuse("indices --mineral lithum", 1, &["lithum", "did you mean `lithium`"]);
    bench.refuse("indices two.toml --mineral lithium", 2, &["cannot be used with"]);
    bench.refuse("indices", 2, &["--mineral"]);
    bench.refuse(
        "indices --mineral lithium --set run.seed=1",
        2,
        &["cannot be used with"],
    );
    bench.refuse("indices --mineral lithium --country Indja", 1, &["Indja", "IND"]);
    bench.refuse(
        "indices two.toml --country DEU",
        1,
        &["no country or group `DEU`", "USA"],
    );
    bench.refuse("indices --mineral sulfur", 1, &["no shares by country of sulfur"]);
    bench.refuse(
        "indices two.toml --governance bad.csv",
        1,
        &["bad.csv, line 2", "not percentiles"],
    );
    bench.refuse(
        "indices two.toml --governance none.csv",
        1,
        &["none.csv cannot be read"],
    );
    bench.refuse("indices none.toml", 1, &["none.toml", "cannot be read"]);
    bench.write("out/indices.csv", "mine");
    bench.refuse(
        "indices two.toml --formats none --out out",
        3,
        &["indices.csv", "did not write"],
    );
}
