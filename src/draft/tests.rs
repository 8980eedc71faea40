//! Drafts of every mineral for four importers load without a warning, run, or say what is missing.

use std::collections::BTreeMap;

use super::{Request, draft};
use crate::data;
use crate::scenario::Document;
use crate::study::{Error, Progress, RunPlan, Study, Variant};

const IMPORTERS: [&str; 4] = ["USA", "IND", "DEU", "JPN"];

pub(super) fn request(minerals: &str, countries: &str) -> Request {
    let list = |text: &str| text.split(',').map(str::to_owned).collect();
    Request {
        minerals: list(minerals),
        countries: list(countries),
        years: 5,
        ..Request::default()
    }
}

pub(super) fn text(request: &Request) -> String {
    draft(request).unwrap_or_else(|complaints| panic!("{request:?}: {complaints:?}"))
}

fn load(text: &str) -> Document {
    Document::from_text("draft.toml", text).unwrap_or_else(|errors| panic!("{errors}\n{text}"))
}

fn number(value: &toml::Value) -> f64 {
    value.as_float().unwrap_or_else(|| value.as_integer().unwrap() as f64)
}

/// Demand for a material by country, in t/yr.
pub(super) fn amounts(text: &str, material: &str) -> BTreeMap<String, f64> {
    let file: toml::Table = toml::from_str(text).unwrap();
    let demand = file["demand"].as_array().unwrap().iter();
    demand
        .filter(|row| row["material"].as_str() == Some(material))
        .map(|row| (row["country"].as_str().unwrap().to_owned(), number(&row["amount"])))
        .collect()
}

/// The messages and hints of a request that cannot be met.
pub(super) fn complaints(request: &Request) -> String {
    let list = draft(request).expect_err("it was written");
    let lines = list
        .into_iter()
        .map(|complaint| format!("{} [{}]\n", complaint.message, complaint.hint.unwrap_or_default()));
    lines.collect()
}

fn baseline(text: &str) -> Result<Variant, Error> {
    Study::of(load(text), "draft").baseline()
}

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
                        baseline(&text).unwrap_or_else(|error| panic!("{mineral} {importer}: {error}\n{text}"));
                    let said = prepared.warnings().render(false);
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
    assert!(written >= 158, "{written} of 212");
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
        let asked = Request {
            years: 1,
            ..request(&mineral, IMPORTERS[at % 4])
        };
        let Ok(text) = draft(&asked) else {
            continue;
        };
        let mut document = load(&text);
        document.set("run.trials=4").unwrap_or_else(|errors| panic!("{errors}"));
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
        let whole = Study::of(document, "draft").run(&plan, &Progress::default());
        let results = whole.unwrap_or_else(|error| panic!("{mineral}: {error}")).run;
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
            (sum - recycled - output).abs() < 1e-4 * output,
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
    let prepared = baseline(&beside).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(prepared.warnings().render(false), "");
    let (scenario, _) = load(&beside).check(None).unwrap();
    let rest = scenario
        .countries
        .iter()
        .find(|country| country.code == "EU27")
        .unwrap();
    assert_eq!(rest.name, "Rest of EU27");
}

#[test]
fn several_minerals_share_what_they_come_with() {
    let text = text(&request("cobalt,nickel", "Germany,JPN"));
    let prepared = baseline(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(prepared.warnings().render(false), "");
    let (scenario, _) = load(&text).check(None).unwrap();
    let nickel = scenario
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
    assert!(baseline(&text(&asked)).is_ok());
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
    let said = complaints(&request("tellurium", "JPN,IND"));
    assert!(
        said.contains("--use JPN=TONNES") && said.contains("--use IND=TONNES"),
        "{said}"
    );
    // What a shipped scenario has is named, where a draft cannot take it.
    let said = complaints(&request("gallium", "DEU"));
    assert!(
        said.contains("scenarios/base/gallium.toml takes 10 t for EU27 as a whole"),
        "{said}"
    );
    let said = complaints(&request("germanium", "USA"));
    assert!(said.contains("scenarios/base/germanium.toml takes 130 t"), "{said}");
}

#[test]
fn the_recipes_and_rates_are_those_stated() {
    let text = text(&request("cobalt", "DEU"));
    // 301,590 t mined over 250,149 t refined; events are those of the shipped scenarios.
    assert!(text.contains("per_tonne = 1.205641"), "{text}");
    for line in [
        "rate = \"history\", kind = \"country_stop\", country = \"COD\", mineral = \"cobalt\"",
        "tonnes_per_year = { dist = \"uniform\", low = 86600, high = 105000 }",
        "arrival = { process = \"poisson\", per_year = 0.05 }",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

/// Comments right above each event, joined, by its id.
fn comments_above_events(text: &str) -> BTreeMap<String, String> {
    let (mut comment, mut found, mut is_event) = (String::new(), BTreeMap::new(), false);
    for line in text.lines() {
        if let Some(words) = line.strip_prefix('#') {
            comment.push(' ');
            comment.push_str(words.trim());
        } else if line == "[[event]]" {
            is_event = true;
        } else if let Some(id) = line.strip_prefix("id = ").filter(|_| is_event) {
            found.insert(id.trim_matches('"').to_owned(), std::mem::take(&mut comment));
            is_event = false;
        } else if line.is_empty() {
            comment.clear();
        }
    }
    found
}

/// Rows of `scenario_events.csv` by the name of their column.
fn shipped_events() -> Vec<BTreeMap<String, String>> {
    let table = data::table("scenario_events.csv").unwrap();
    let header = table.header();
    let row = |cells: Vec<String>| header.iter().cloned().zip(cells).collect();
    table.records().map(row).collect()
}

fn value(text: &str) -> toml::Value {
    let file: toml::Table = format!("value = {text}").parse().unwrap();
    file["value"].clone()
}

/// Over all drafts: an event either names the shipped scenario that it is of and has its parameters, or no shipped scenario has one for the same
/// country, mineral and kind of measure.
#[test]
fn events_have_the_parameters_of_the_shipped_scenarios() {
    let shipped = shipped_events();
    let (mut taken, mut counted) = (0, 0);
    for (mineral, _) in data::minerals() {
        for importer in IMPORTERS {
            let Ok(text) = draft(&request(&mineral, importer)) else {
                continue;
            };
            let file: toml::Table = toml::from_str(&text).unwrap();
            let comments = comments_above_events(&text);
            for event in file.get("event").and_then(toml::Value::as_array).into_iter().flatten() {
                let id = event["id"].as_str().unwrap();
                let about = format!("{mineral} {importer} {id}");
                let named = comments[id]
                    .split_once("As in scenarios/")
                    .and_then(|(_, rest)| rest.split('`').nth(1).map(|name| (rest, name)));
                if let Some((rest, name)) = named {
                    taken += 1;
                    // Of this mineral, else one that stands for others: the change of regime, bans aimed at one importer.
                    let of_file =
                        |row: &&BTreeMap<String, String>| row["event"] == name && rest.starts_with(&row["file"]);
                    let row = shipped
                        .iter()
                        .filter(of_file)
                        .find(|row| row["mineral"] == mineral)
                        .or_else(|| {
                            assert!(comments[id].contains("about other minerals there"), "{about}");
                            let of_others = |row: &&BTreeMap<String, String>| {
                                ["rare_earths", "gallium"].contains(&row["mineral"].as_str())
                            };
                            shipped.iter().filter(of_file).find(of_others)
                        })
                        .unwrap_or_else(|| panic!("{about}: no row"));
                    for key in [
                        "notice",
                        "approval_months",
                        "duration",
                        "severity",
                        "tonnes_per_year",
                        "recovery",
                        "leak",
                        "form",
                    ] {
                        let stated = match (key, row[key].as_str()) {
                            (_, "") => None,
                            ("form", form) => Some(toml::Value::String(form.to_owned())),
                            (_, text) => Some(value(text)),
                        };
                        if key == "severity" && rest.contains("since it is of tonnes") {
                            continue;
                        }
                        assert_eq!(event.get(key), stated.as_ref(), "{about}: {key}");
                    }
                    let arrival = value(&row["arrival"]);
                    if arrival["process"].as_str() != Some("after") {
                        assert_eq!(event["arrival"], arrival, "{about}");
                    }
                    assert!(rest.contains(&row["differs"]), "{about}: {}", row["differs"]);
                    assert!(
                        !row["differs"].contains("`severity`, times") || row["form"] != "licensing",
                        "{about}"
                    );
                    continue;
                }
                counted += 1;
                let from = event["from"].as_str().unwrap();
                let form = event["form"].as_str();
                let to = event["to"].as_str();
                for row in shipped
                    .iter()
                    .filter(|row| row["mineral"] == mineral && row["from"] == from)
                {
                    let is_of_many = row["targets"] == "all" || row["targets"].contains(';');
                    let is_same = match (to, form) {
                        (Some("all"), _) if id.ends_with("_licences") => is_of_many && row["form"] == "licensing",
                        (Some("all"), Some("licensing")) => is_of_many && row["form"] == "licensing",
                        (Some("all"), _) => is_of_many,
                        (Some(place), _) => row["targets"] == place,
                        _ => false,
                    };
                    assert!(!is_same, "{about} beside {row:?}");
                }
            }
        }
    }
    assert!(taken > 200 && counted > 100, "{taken} {counted}");
}

#[test]
fn what_a_reader_found_wrong_stays_right() {
    // Seven elements were listed in April 2025, not all rare earths.
    let whole = text(&request("rare_earths", "IND")).replace("\n#   ", " ");
    assert!(!whole.contains("process = \"in_force\""), "{whole}");
    assert!(
        whole.contains("names dysprosium, gadolinium, lutetium, samarium, scandium, terbium, yttrium"),
        "{whole}"
    );
    // Magnets by value, with what the shipped scenario has in force and after closure.
    let magnets = text(&request("rare_earth_magnets", "IND"));
    assert_eq!(amounts(&magnets, "rare_earth_magnets_sintered_magnet")["IND"], 3600.0);
    assert!(
        magnets.contains("severity = { dist = \"pert\", low = 0, mode = 0, high = 0.05 }"),
        "{magnets}"
    );
    assert!(!magnets.contains("Gap: no control on exports"), "{magnets}");
    // Tungsten: all products, not APT alone, and not the mine.
    let tungsten = text(&request("tungsten", "USA"));
    assert!(
        tungsten.contains("severity = { dist = \"pert\", low = 0.05, mode = 0.13, high = 0.35 }"),
        "{tungsten}"
    );
    assert!(!tungsten.contains("severity = 0.69"), "{tungsten}");
    let file: toml::Table = toml::from_str(&tungsten).unwrap();
    for event in file["event"].as_array().unwrap() {
        let mined = event["materials"]
            .as_array()
            .unwrap()
            .iter()
            .any(|name| name.as_str() == Some("tungsten_mine"));
        let id = event["id"].as_str().unwrap();
        assert!(!mined || id == "tungsten_china_ban" || id.contains("_stop"), "{id}");
    }
    // US lithium: what comes in, since own output is withheld; 15,580 t of carbonate and 740.5 t of hydroxide.
    let lithium = text(&request("lithium", "USA"));
    let used = amounts(&lithium, "lithium_chemical_refining")["USA"];
    assert!((used - (15_580.0 * 0.1879 + 740.5 * 0.1654)).abs() < 2.0, "{used}");
    for id in [
        "lithium_battery_metal_licensing",
        "lithium_chinese_lithium",
        "lithium_zimbabwe_suspends",
    ] {
        assert!(lithium.contains(&format!("id = \"{id}\"")), "{id}");
    }
    // Gallium without a figure of one's own: the shipped balance, and its host.
    let gallium = text(&request("gallium", "JPN"));
    let uses = amounts(&gallium, "gallium_primary_low_purity");
    assert_eq!((uses["JPN"], uses["CHN"]), (27.0, 778.1));
    assert!(
        gallium.contains("host = \"aluminium_alumina_refining.CHN\"\nuse_of_cap = 0.524"),
        "{gallium}"
    );
    // Magnet rare earths: what is in the magnets, 1,532 t x 0.2668 + 2,068 t x 0.267.
    let oxides = text(&request("magnet_rare_earths", "IND"));
    assert_eq!(amounts(&oxides, "magnet_rare_earths_separation_refining")["IND"], 960.9);
}
