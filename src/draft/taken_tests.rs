//! What drafts take of the shipped scenarios, and how: by rules, each with a case that can be worked out by hand.

use std::collections::BTreeMap;

use super::tests::{amounts, complaints, request, text};
use super::{Request, draft};
use crate::data;

fn tables(text: &str, kind: &str) -> Vec<toml::Table> {
    let file: toml::Table = toml::from_str(text).unwrap();
    let list = file
        .get(kind)
        .and_then(toml::Value::as_array)
        .cloned()
        .unwrap_or_default();
    list.into_iter().map(|row| row.as_table().unwrap().clone()).collect()
}

fn events(text: &str) -> BTreeMap<String, toml::Table> {
    let all = tables(text, "event").into_iter();
    all.map(|event| (event["id"].as_str().unwrap().to_owned(), event))
        .collect()
}

/// Comments without their line ends.
fn words(text: &str) -> String {
    text.replace("\n#   ", " ")
}

#[test]
fn sellers_who_serve_all_alike_do_so_in_drafts() {
    for (mineral, stage, file) in [
        ("lithium", "lithium_chemical_refining", "scenarios/base/lithium.toml"),
        ("cobalt", "cobalt_refining", "scenarios/base/cobalt.toml"),
    ] {
        let text = text(&request(mineral, "JPN"));
        let material = tables(&text, "material")
            .into_iter()
            .find(|material| material["id"].as_str() == Some(stage))
            .unwrap();
        assert_eq!(material["domestic_first"].as_bool(), Some(false), "{mineral}");
        assert!(
            words(&text).contains(&format!("Buyers abroad are served as those at home, as in {file}")),
            "{text}"
        );
    }
    assert!(!text(&request("zinc", "JPN")).contains("domestic_first"));
}

#[test]
fn uses_are_those_of_the_shipped_scenarios_where_customs_mislead() {
    // nickel.toml: Indonesia 430,000 t; China 1,770,000 t, and 230,000 t in batteries (indonesia-nickel.toml).
    let nickel = amounts(&text(&request("nickel", "DEU")), "nickel_refining");
    assert_eq!((nickel["IDN"], nickel["CHN"]), (430_000.0, 2_000_000.0));
    // cobalt.toml: Japan 1,500 + 3,500 t, and 4,000 t in vehicles.
    let cobalt = amounts(&text(&request("cobalt", "JPN")), "cobalt_refining");
    assert_eq!(cobalt["JPN"], 9000.0);
    // Platinum by value: 176 t of metal for 6 USD/g are not platinum.
    let platinum = amounts(&text(&request("platinum", "IND")), "platinum_refining");
    assert!(platinum["IND"] > 30.0 && platinum["IND"] < 60.0, "{platinum:?}");
    // Oxide inside magnets says so at the head.
    let oxides = words(&text(&request("magnet_rare_earths", "IND")));
    let head = oxides.split("format = 1").next().unwrap();
    assert!(
        head.contains("For India use of separated oxides is what is inside the magnets that it uses")
            && head.contains("--mineral rare_earth_magnets --for IND"),
        "{head}"
    );
}

#[test]
fn mines_that_stop_are_counted_once() {
    let copper = text(&request("copper", "IND"));
    let file: toml::Table = toml::from_str(&copper).unwrap();
    assert_eq!(file["shares"]["copper_mine"]["utilisation"].as_float(), Some(0.965));
    let events = events(&copper);
    assert!(
        events.contains_key("copper_copper_outages") || events.contains_key("copper_outages"),
        "{copper}"
    );
    for id in [
        "copper_drc_mine_outage",
        "copper_indonesian_concentrate",
        "copper_CHN_licences",
    ] {
        assert!(!events.contains_key(id), "{id}");
    }
    let words = words(&copper);
    for id in ["drc_mine_outage", "indonesian_concentrate"] {
        assert!(
            words.contains(&format!("No event for `{id}` of scenarios/")),
            "{id}: {words}"
        );
    }
}

#[test]
fn a_measure_on_a_part_stops_no_whole() {
    for (mineral, _) in data::minerals() {
        for place in ["IND", "USA"] {
            let Ok(text) = draft(&request(&mineral, place)) else {
                continue;
            };
            let mut above = String::new();
            for block in words(&text).split("\n\n") {
                if block.contains("[[event]]") && block.contains("the part of") && block.contains("`severity`, times") {
                    above.push_str(block);
                    assert!(
                        !block.contains("form = \"licensing\"") && !block.contains("approval_months ="),
                        "{mineral}: {block}"
                    );
                }
            }
            assert_eq!(
                above.contains("china_licensing_heavy"),
                mineral == "magnet_rare_earths",
                "{mineral}"
            );
        }
    }
}

#[test]
fn the_rule_of_october_is_not_on_all_rare_earths() {
    for mineral in ["rare_earths", "rare_earths_light"] {
        let mut asked = request(mineral, "IND");
        if mineral == "rare_earths_light" {
            asked.uses = vec![("IND".to_owned(), 100.0)];
            asked.outputs = vec![("separation_refining".to_owned(), 80_000.0)];
        }
        let text = text(&asked);
        let events = events(&text);
        assert!(
            !events
                .keys()
                .any(|id| id.contains("october_rule_returns") || id.ends_with("_licences")),
            "{mineral}: {:?}",
            events.keys()
        );
        assert!(
            words(&text).contains("holmium, erbium, thulium, europium and ytterbium"),
            "{mineral}"
        );
    }
}

#[test]
fn measures_in_tonnes_are_of_what_is_made_here() {
    // 14 % of 62,000 t are 21 % of the 41,400 t that the shares have.
    let lithium = text(&request("lithium", "JPN"));
    let severity = events(&lithium)["lithium_chinese_lithium"]["severity"].clone();
    assert_eq!(severity["mode"].as_float(), Some(0.21));
    assert!(
        words(&lithium).contains("of 62,000 t there, of 41,400 t here"),
        "{lithium}"
    );
    // 86,600 to 105,000 t of 226,000 t.
    let cobalt = words(&text(&request("cobalt", "DEU")));
    assert!(
        cobalt.contains("output, 226,000 t here against the 142,332 t used there, so that the same quota cuts 54 to 62 % here, 26 to 39 % there"),
        "{cobalt}"
    );
}

#[test]
fn what_is_shipped_at_another_stage_or_under_the_same_ban_goes_before_what_is_not() {
    let graphite = text(&request("graphite", "USA"));
    let regime = &events(&graphite)["graphite_crisis_takes_the_rest"];
    assert_eq!(regime["arrival"]["per_year"].as_float(), Some(0.028));
    assert!(!events(&graphite).contains_key("graphite_china_ban"));
    let said = words(&graphite);
    assert!(
        said.contains("while the file has it of battery grade, which is not in this draft"),
        "{said}"
    );
    assert!(
        said.contains("as scenarios/india-critical-minerals-mission.toml adds them"),
        "{said}"
    );
    // The decree of December 2024 names gallium, germanium and antimony.
    let antimony = text(&request("antimony", "USA"));
    let ban = &events(&antimony)["antimony_gallium_ban_usa"];
    assert_eq!(ban["arrival"]["at"].as_str(), Some("2026-11-27"));
    assert_eq!(ban["arrival"]["probability"].as_float(), Some(0.25));
    assert!(
        words(&antimony).contains("Gap: whose ore most of it was made from"),
        "{antimony}"
    );
}

#[test]
fn stocks_are_those_of_the_shipped_scenarios() {
    for (mineral, place, days) in [
        ("rare_earth_magnets", "IND", 60),
        ("gallium", "JPN", 65),
        ("copper", "IND", 20),
        ("lithium", "JPN", 45),
        // The Union's days for a member.
        ("nickel", "DEU", 45),
    ] {
        let text = text(&request(mineral, place));
        let stock = tables(&text, "inventory")
            .into_iter()
            .find(|row| row["country"].as_str() == Some(place))
            .unwrap_or_else(|| panic!("{mineral} {place}: {text}"));
        assert_eq!(stock["days"].as_integer(), Some(days), "{mineral}");
        assert!(stock["assumption"].as_str().unwrap().starts_with("As in scenarios/"));
    }
    let zinc = words(&text(&request("zinc", "IND")));
    assert!(
        zinc.contains("Gap: stocks at users in India are in neither the tables nor a shipped scenario"),
        "{zinc}"
    );
}

#[test]
fn all_that_is_missing_is_said_at_once() {
    let said = complaints(&request("germanium", "JPN"));
    assert!(
        said.contains("--output refining=TONNES") && said.contains("--use JPN=TONNES"),
        "{said}"
    );
    // US consumption is published, of 2021.
    let asked = Request {
        outputs: vec![("refining".to_owned(), 130.0)],
        ..request("germanium", "USA")
    };
    assert_eq!(amounts(&text(&asked), "germanium_refining")["USA"], 30.0);
    let said = complaints(&request("germanium", "USA"));
    assert!(!said.contains("--use USA"), "{said}");
}
