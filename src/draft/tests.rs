//! Drafts of every mineral for four importers load without a warning, run, or say what is missing.

use std::collections::BTreeMap;

use super::{Request, draft};
use crate::analysis::examine::examine;
use crate::analysis::run::{RunListener, RunPlan, run};
use crate::data;
use crate::engine::run::Progress;
use crate::scenario::Document;

const IMPORTERS: [&str; 4] = ["USA", "IND", "DEU", "JPN"];

fn request(minerals: &str, countries: &str) -> Request {
    let list = |text: &str| text.split(',').map(str::to_owned).collect();
    Request {
        minerals: list(minerals),
        countries: list(countries),
        years: 5,
        ..Request::default()
    }
}

fn text(request: &Request) -> String {
    draft(request).unwrap_or_else(|complaints| panic!("{request:?}: {complaints:?}"))
}

fn load(text: &str) -> Document {
    Document::from_text("draft.toml", text).unwrap_or_else(|errors| panic!("{errors}\n{text}"))
}

fn number(value: &toml::Value) -> f64 {
    value.as_float().unwrap_or_else(|| value.as_integer().unwrap() as f64)
}

/// Demand for a material by country, in t/yr.
fn amounts(text: &str, material: &str) -> BTreeMap<String, f64> {
    let file: toml::Table = toml::from_str(text).unwrap();
    let demand = file["demand"].as_array().unwrap().iter();
    demand
        .filter(|row| row["material"].as_str() == Some(material))
        .map(|row| (row["country"].as_str().unwrap().to_owned(), number(&row["amount"])))
        .collect()
}

/// The messages and hints of a request that cannot be met.
fn complaints(request: &Request) -> String {
    let list = draft(request).expect_err("it was written");
    let lines = list
        .into_iter()
        .map(|complaint| format!("{} [{}]\n", complaint.message, complaint.hint.unwrap_or_default()));
    lines.collect()
}

struct Silent;
impl RunListener for Silent {}

#[test]
fn a_file_as_it_is_written() {
    insta::assert_snapshot!("cobalt_for_germany", text(&request("cobalt", "DEU")));
}

#[test]
fn every_mineral_for_four_importers_loads_without_a_warning_or_says_what_is_missing() {
    let mut written = 0;
    for (mineral, _) in data::minerals() {
        for importer in IMPORTERS {
            match draft(&request(&mineral, importer)) {
                Ok(text) => {
                    written += 1;
                    let prepared =
                        examine(&load(&text)).unwrap_or_else(|error| panic!("{mineral} {importer}: {error}\n{text}"));
                    let said = prepared.warnings.render(false);
                    assert_eq!(said, "", "{mineral} {importer}");
                    shares_are_those_of_the_tables(&mineral, &text);
                }
                Err(complaints) => {
                    assert!(!complaints.is_empty());
                    for complaint in complaints {
                        let hint = complaint.hint.unwrap_or_default();
                        assert!(hint.contains("=TONNES"), "{mineral} {importer}: {hint}");
                    }
                }
            }
        }
    }
    assert!(written >= 140, "{written} of 212");
}

/// Each stage that is written has the shipped shares, to the sixth digit, and they sum to 1.
fn shares_are_those_of_the_tables(mineral: &str, text: &str) {
    let file: toml::Table = toml::from_str(text).unwrap();
    for (_, stages) in data::minerals().into_iter().filter(|(name, _)| name == mineral) {
        for stage in stages {
            let Some(table) = file["shares"].get(format!("{mineral}_{stage}")) else {
                continue;
            };
            let written = table["by_country"].as_table().unwrap();
            let sum: f64 = written.values().map(number).sum();
            assert!((sum - 1.0).abs() < 1e-9, "{mineral} {stage}: {sum}");
            let rows = data::shares(mineral, &stage).unwrap().rows;
            let whole: f64 = rows.iter().map(|row| row.share).sum();
            for row in rows {
                let share = written.get(&row.country).map_or(0.0, number);
                assert!(
                    (share - row.share / whole).abs() < 5e-6,
                    "{mineral} {stage} {}: {share}",
                    row.country
                );
            }
        }
    }
}

#[test]
fn every_draft_runs_with_its_policies() {
    for (at, (mineral, _)) in data::minerals().into_iter().enumerate() {
        // One importer of each in turn, so that it stays quick.
        let Ok(text) = draft(&request(&mineral, IMPORTERS[at % 4])) else {
            continue;
        };
        let mut document = load(&text);
        for change in ["run.trials=4", "time.periods=12"] {
            document.set(change).unwrap_or_else(|errors| panic!("{errors}"));
        }
        let plan = RunPlan {
            policies: document
                .policies()
                .into_iter()
                .map(|policy| policy.id)
                .filter(|id| id != "baseline")
                .collect(),
            ..RunPlan::default()
        };
        assert_eq!(
            plan.policies.first().map(String::as_str),
            Some("stockpile"),
            "{mineral}"
        );
        let report = run(&document, "draft", &plan, &Progress::default(), &mut Silent);
        let results = report.unwrap_or_else(|error| panic!("{mineral}: {error}")).results;
        assert_eq!(results.policies.len(), plan.policies.len() + 1, "{mineral}");
    }
}

#[test]
fn what_users_take_is_what_is_made() {
    // Uses add up to output and what is recycled, so that nothing is short or left over without an event.
    for (minerals, countries) in [
        ("cobalt", "DEU"),
        ("copper", "JPN,IND"),
        ("nickel", "DEU,EU27"),
        ("palladium", "USA"),
        ("zinc", "IND"),
    ] {
        let text = text(&request(minerals, countries));
        let file: toml::Table = toml::from_str(&text).unwrap();
        let last = file["focus"]["materials"][0].as_str().unwrap();
        let uses = amounts(&text, last);
        let recycled: f64 = file["recycling"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| number(&row["rate"]) * uses[row["country"].as_str().unwrap()])
            .sum();
        let output = number(&file["shares"][last]["output"]);
        let sum: f64 = uses.values().sum();
        assert!(
            (sum - recycled - output).abs() < 1e-5 * output,
            "{minerals} {countries}: {sum} {recycled} {output}"
        );
    }
}

#[test]
fn imports_stand_for_use_where_exports_are_larger() {
    // trade.csv and trade_world.csv, Germany 2024. HS 810510: 2,380.38 t in, 3,414.65 t out. HS 282200: the seven rows below in, 1,869.18 t out;
    // Co3O4 is 0.7342 cobalt. In: 2,380.4 + 851.9 = 3,232.2 t; out: 3,414.7 + 1,372.4 t are more. EU recycling 22 %: 3,232.2 / 0.78 = 4,144 t.
    let oxides = 998.385 + 89.484 + 32.4 + 14.996 + 5.843 + 16.244 + 2.989;
    let cobalt = data::trade("810510", Some("DEU")).unwrap();
    let metal: f64 = cobalt.rows.iter().filter_map(|row| row.quantity_t).sum();
    assert!((metal - 2380.38).abs() < 0.2, "{metal}");
    let expected = (metal + 0.7342 * oxides) / 0.78;
    assert!((expected - 4144.0).abs() < 0.5, "{expected}");
    assert_eq!(
        amounts(&text(&request("cobalt", "DEU")), "cobalt_refining")["DEU"],
        4144.0
    );
}

#[test]
fn apparent_use_is_output_and_imports_less_exports() {
    // Bismuth in Japan 2024: 500 t of 16,270 t made (shares.csv), 267.8 t in, 190.9 t out (HS 810600): 576.9 t, nothing recycled.
    let text = text(&request("bismuth", "JPN"));
    let use_of_japan = amounts(&text, "bismuth_refining")["JPN"];
    assert!((use_of_japan - (500.0 + 267.8 - 190.9)).abs() < 0.1, "{use_of_japan}");
    assert!(text.contains("# 500 + 267.8 - 190.9 = 576.9 t"), "{text}");
}

#[test]
fn published_consumption_goes_before_customs() {
    let text = text(&request("cobalt", "USA"));
    assert_eq!(amounts(&text, "cobalt_refining")["USA"], 7960.0);
    assert!(text.contains("tonnes = 1500"), "US industry stocks of 2025: {text}");
}

#[test]
fn the_rest_of_the_union_has_what_its_members_do_not() {
    let alone = text(&request("aluminium", "EU27"));
    let beside = text(&request("aluminium", "DEU,EU27"));
    let (whole, parts) = (
        amounts(&alone, "aluminium_primary_smelting"),
        amounts(&beside, "aluminium_primary_smelting"),
    );
    // consumption.csv: EU27 2,944,373 t of which Germany 663,277 t; both with the EU's recycling rate of 32 %.
    let sum = parts["DEU"] + parts["EU27"];
    assert!((sum - whole["EU27"]).abs() <= 1.0, "{sum} {}", whole["EU27"]);
    assert!((whole["EU27"] - 2_944_373.0 / 0.68).abs() < 1.0);
    let file: toml::Table = toml::from_str(&beside).unwrap();
    let makers = file["shares"]["aluminium_primary_smelting"]["by_country"]
        .as_table()
        .unwrap();
    assert!(
        makers
            .keys()
            .all(|code| code == "EU27" || code == "DEU" || !data::is_member(code)),
        "{makers:?}"
    );
    let prepared = examine(&load(&beside)).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(prepared.warnings.render(false), "");
    let rest = prepared
        .scenario
        .countries
        .iter()
        .find(|country| country.code == "EU27")
        .unwrap();
    assert_eq!(rest.name, "Rest of EU27");
}

#[test]
fn several_minerals_share_what_they_come_with() {
    let text = text(&request("cobalt,nickel", "Germany,JPN"));
    let prepared = examine(&load(&text)).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(prepared.warnings.render(false), "");
    let nickel = prepared
        .scenario
        .materials
        .iter()
        .filter(|material| material.id == "nickel_mine")
        .count();
    assert_eq!(nickel, 1);
}

#[test]
fn stages_years_use_and_output_as_asked() {
    let mut asked = request("gallium", "JPN");
    asked.uses = vec![("Japan".to_owned(), 167.0)];
    asked.years = 2;
    let gallium = text(&asked);
    assert_eq!(amounts(&gallium, "gallium_primary_low_purity")["JPN"], 167.0);
    assert!(gallium.contains("periods = 24"));
    let mut asked = request("germanium", "USA");
    asked.uses = vec![("USA".to_owned(), 30.0)];
    asked.outputs = vec![("refining".to_owned(), 220.0)];
    assert!(examine(&load(&text(&asked))).is_ok());
    let mut asked = request("tungsten", "DEU");
    asked.stages = vec!["APT processing".to_owned()];
    assert!(!text(&asked).contains("tungsten_mine"));
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let mut asked = request("cobolt,unobtainium,iron_ore", "Germny,DEU,WLD");
    asked.years = 0;
    let said = complaints(&asked);
    for words in [
        "did you mean `cobalt`",
        "unobtainium",
        "no shares by country of iron_ore",
        "Germny",
        "did you mean DEU",
        "WLD",
        "from 1 to 50",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let mut asked = request("cobalt", "DEU");
    asked.stages = vec!["smelting".to_owned()];
    asked.uses = vec![("FRA".to_owned(), 5.0)];
    let said = complaints(&asked);
    for words in [
        "no shares at the stage `smelting`",
        "cobalt: mine, refining",
        "--for DEU,FRA",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let said = complaints(&request("gallium", "JPN,IND"));
    assert!(
        said.contains("--use JPN=TONNES") && said.contains("--use IND=TONNES"),
        "{said}"
    );
}

#[test]
fn the_recipes_and_rates_are_those_stated() {
    let text = text(&request("cobalt", "DEU"));
    // 301,590 t mined over 250,149 t refined; rates are those of the shipped events.
    assert!(text.contains("per_tonne = 1.205641"), "{text}");
    assert!(
        text.contains("rate = \"history\", kind = \"export_restriction\""),
        "{text}"
    );
    assert!(text.contains("tonnes_per_year = 96_600"), "{text}");
}
