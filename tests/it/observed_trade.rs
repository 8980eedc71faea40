//! Observed trade: origins that supply nothing, and supply that changes after the trade was observed.

use std::collections::BTreeMap;
use std::path::Path;

use critmin::scenario::{Code, Document};
use critmin::study::inside::prepare;

use crate::support::{read, replay, with};

type Flows = BTreeMap<(String, String), f64>;

/// The undisrupted flows of the first period, t.
fn flows(document: &Document, policy: Option<&str>) -> Flows {
    let replay = replay(document, policy, 0).unwrap();
    let first = replay.flows.iter().filter(|flow| flow.period == 0);
    first
        .map(|flow| ((flow.from.clone(), flow.to.clone()), flow.undisrupted_t))
        .collect()
}

fn flow(flows: &Flows, from: &str, to: &str) -> f64 {
    flows.get(&(from.to_owned(), to.to_owned())).copied().unwrap_or(0.0)
}

/// Shares of a buyer's sellers, %.
fn shares(flows: &Flows, to: &str) -> BTreeMap<String, f64> {
    let to_buyer = flows.iter().filter(|((_, buyer), _)| buyer == to);
    let total: f64 = to_buyer.clone().map(|(_, flow)| flow).sum();
    to_buyer
        .map(|((from, _), flow)| (from.clone(), 100.0 * flow / total))
        .collect()
}

fn notes(document: &Document) -> Vec<String> {
    let warnings = prepare(document, None).unwrap().model.warnings;
    warnings.into_iter().map(|warning| warning.message).collect()
}

const HEAD: &str = "format = 1\ntitle = \"x\"\nassumption = \"made up\"\ntime = { start = \"2026-01\", periods = 1 }\nrun = { trials = 1 }\n";

/// Tungsten ore for Japan, whose imports are 83 % from Spain and 16 % from Portugal in the shipped table, and for all others.
fn tungsten(by_country: &str) -> Document {
    read(&format!(
        r#"{HEAD}
        demand = [ {{ material = "w", country = "JPN", amount = 500 }}, {{ material = "w", country = "OTH", amount = 99500 }} ]
        [[material]]
        id = "w"
        product = "261100"
        [shares.w]
        output = 100000
        by_country = {by_country}
        [[trade]]
        material = "w"
        to = "JPN"
        data = "trade"
        "#
    ))
}

#[test]
fn unlisted_origins_of_the_shipped_table_belong_to_others() {
    // OTH keeps what it makes for itself first: it must make more than it uses to have something to sell.
    let document = read(&format!(
        r#"{HEAD}
        demand = [ {{ material = "w", country = "JPN", amount = 500 }}, {{ material = "w", country = "USA", amount = 99500 }} ]
        [[material]]
        id = "w"
        product = "261100"
        [shares.w]
        output = 100000
        by_country = {{ CHN = 0.8, AUS = 0.02, OTH = 0.18 }}
        [[trade]]
        material = "w"
        to = "JPN"
        data = "trade"
        "#
    ));
    let found = shares(&flows(&document, None), "JPN");
    assert!(found["OTH"] > 92.0 && found["CHN"] < 8.0, "{found:?}");
    assert!(notes(&document).is_empty(), "{:?}", notes(&document));
}

#[test]
fn without_others_a_note_says_what_moves() {
    let notes = notes(&tungsten("{ CHN = 0.98, AUS = 0.02 }"));
    assert_eq!(
        notes,
        [
            "observed trade of w to JPN: 100.0 % comes from origins that supply none in the scenario (ESP 83.4 %, PRT 16.2 %, OTH 0.3 %), and no supply of OTH stands for them; it moves to the others: CHN 0 % -> 98 %, AUS 0 % -> 2 %"
        ]
    );
}

#[test]
fn what_others_cannot_make_is_said_too() {
    // OTH makes 100 t, of which Japan cannot get the 500 t that it is seen to buy from them.
    let notes = notes(&tungsten("{ CHN = 0.979, AUS = 0.02, OTH = 0.001 }"));
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(
        notes[0].starts_with("observed trade of w contradicts what the sellers have to sell")
            && notes[0].contains("to JPN OTH 100 % -> ")
            && notes[0].contains("CHN 0 % -> "),
        "{notes:?}"
    );
}

/// `m`, of which Japan cannot get from AUS what it is seen to buy there, and `n`, whose trade fits.
const TWO: &str = "
demand = [ { material = \"m\", country = \"JPN\", amount = 50 }, { material = \"m\", country = \"OTH\", amount = 50 },
           { material = \"n\", country = \"JPN\", amount = 50 }, { material = \"n\", country = \"OTH\", amount = 50 } ]
material = [ { id = \"m\" }, { id = \"n\" } ]
shares = { m = { output = 100, by_country = { CHN = 0.9, AUS = 0.1 } }, n = { output = 100, by_country = { CHN = 0.5, AUS = 0.5 } } }
trade = [ { material = \"m\", to = \"JPN\", shares = { AUS = 1 } }, { material = \"n\", to = \"JPN\", shares = { CHN = 0.5, AUS = 0.5 } } ]
";

#[test]
fn a_contradiction_is_said_of_a_material_whose_own_supply_is_as_it_was() {
    let of = |changes: &[&str]| {
        let warnings = prepare(&with(&read(&format!("{HEAD}{TWO}")), changes), None)
            .unwrap()
            .model
            .warnings;
        let of_trade = warnings.into_iter().filter(|warning| warning.code == Code::TradeMoves);
        of_trade.map(|warning| warning.address).collect::<Vec<_>>()
    };
    assert_eq!(of(&[]), ["material.m"]);
    // That supply of another material has changed since its trade was observed tells nothing of this one.
    assert_eq!(of(&["shares.n.by_country.CHN=0.6"]), ["material.m"]);
    // Where the trade of the material itself follows, its shares move by that.
    assert_eq!(of(&["shares.m.by_country.CHN=0.95"]), [""; 0]);
    // A supply that is stated anew as it was is no change.
    assert_eq!(of(&["shares.m.by_country.CHN=0.9"]), ["material.m"]);
}

#[test]
fn other_import_sources_of_the_usa_belong_to_others() {
    let document = read(&format!(
        r#"{HEAD}
        demand = [ {{ material = "w", country = "USA", amount = 1200 }} ]
        [[material]]
        id = "w"
        mineral = "tungsten"
        openness = 0
        [shares.w]
        output = 1200
        by_country = {{ CHN = 0.26, EU27 = 0.14, OTH = 0.60 }}
        [[trade]]
        material = "w"
        to = "USA"
        data = "us_import_sources"
        "#
    ));
    // 26 % China, 14 % Germany; Bolivia, Viet Nam and the rest are 60 %.
    let found = shares(&flows(&document, None), "USA");
    for (seller, share) in [("CHN", 26.0), ("EU27", 14.0), ("OTH", 60.0)] {
        assert!((found[seller] - share).abs() < 1e-6, "{found:?}");
    }
    assert!(notes(&document).is_empty(), "{:?}", notes(&document));
}

/// Two importers with observed trade, three sellers.
fn three(by_country: &str, jpn: &str, more: &str) -> String {
    format!(
        r#"{HEAD}
        demand = [ {{ material = "m", country = "JPN", amount = 1200 }}, {{ material = "m", country = "KOR", amount = 10800 }} ]
        [[material]]
        id = "m"
        openness = 0
        [shares.m]
        output = 12000
        by_country = {by_country}
        [[trade]]
        material = "m"
        to = "JPN"
        shares = {jpn}
        {more}
        "#
    )
}

#[test]
fn the_union_stands_for_its_members_and_they_for_it() {
    let members = read(&three(
        "{ DEU = 0.3, FRA = 0.1, CHN = 0.6 }",
        "{ EU27 = 0.4, CHN = 0.6 }",
        "",
    ));
    let found = shares(&flows(&members, None), "JPN");
    for (seller, share) in [("DEU", 30.0), ("FRA", 10.0), ("CHN", 60.0)] {
        assert!((found[seller] - share).abs() < 1e-6, "{found:?}");
    }
    let union = read(&three(
        "{ EU27 = 0.4, CHN = 0.6 }",
        "{ DEU = 0.3, FRA = 0.1, CHN = 0.6 }",
        "",
    ));
    let found = shares(&flows(&union, None), "JPN");
    assert!((found["EU27"] - 40.0).abs() < 1e-6, "{found:?}");
}

#[test]
fn a_supplier_of_another_stage_or_the_importer_itself_belongs_to_others() {
    let text = three("{ CHN = 0.6, OTH = 0.4 }", "{ CHN = 0.6, JPN = 0.3, VNM = 0.1 }", "").replace(
        "demand = [",
        "demand = [ { material = \"ore\", country = \"KOR\", amount = 12 },",
    ) + "[[material]]\nid = \"ore\"\n[shares.ore]\noutput = 12\nby_country = { VNM = 1 }\n";
    let found = shares(&flows(&read(&text), None), "JPN");
    assert!((found["OTH"] - 40.0).abs() < 1e-6, "{found:?}");
}

/// Shares of China as a policy, on the structure as written: 90 % and all of JPN's imports.
fn with_policies(openness: &str, demand: &str) -> String {
    let policy = |id: &str, china: f64| {
        let others = 1.0 - china;
        format!(
            "[[policy]]\nid = \"{id}\"\nset = [ {{ key = \"shares.m.by_country\", value = {{ CHN = {china}, AUS = {others} }} }} ]\n"
        )
    };
    format!(
        r#"{HEAD}
        demand = [ {demand} ]
        [[material]]
        id = "m"
        openness = {openness}
        [shares.m]
        output = 12000
        by_country = {{ CHN = 0.9, AUS = 0.1 }}
        [[trade]]
        material = "m"
        to = "JPN"
        shares = {{ CHN = 1 }}
        {}{}{}{}"#,
        policy("half", 0.45),
        policy("between", 0.675),
        policy("little", 0.9 - 1e-9),
        policy("same", 0.9),
    )
}

const BUYERS: &str =
    r#"{ material = "m", country = "JPN", amount = 1200 }, { material = "m", country = "KOR", amount = 10800 }"#;
const OWN_USERS: &str = r#"{ material = "m", country = "JPN", amount = 1200 }, { material = "m", country = "CHN", amount = 5400 }, { material = "m", country = "AUS", amount = 600 }, { material = "m", country = "KOR", amount = 4800 }"#;

#[test]
fn what_follows_is_continuous_and_loses_nothing() {
    for (openness, demand) in [
        ("0", BUYERS),
        ("0.05", BUYERS),
        ("0.3", BUYERS),
        ("0.05", OWN_USERS),
        ("0.3", OWN_USERS),
    ] {
        let document = read(&with_policies(openness, demand));
        let of = |policy: &str| flows(&document, Some(policy));
        let (written, half, between) = (flows(&document, None), of("half"), of("between"));
        for (policy, tolerance) in [("same", 1e-9), ("little", 1e-4)] {
            for (lane, amount) in of(policy) {
                let before = written.get(&lane).copied().unwrap_or(0.0);
                assert!(
                    (amount - before).abs() < tolerance,
                    "{openness} {policy} {lane:?} {amount} {before}"
                );
            }
        }
        let bought = |flows: &Flows| flow(flows, "CHN", "JPN");
        assert!(
            bought(&half) < bought(&between) - 1.0 && bought(&between) < bought(&written) - 1.0,
            "{openness}: {half:?} {between:?} {written:?}"
        );
        for found in [&written, &half, &between] {
            let to_japan = flow(found, "CHN", "JPN") + flow(found, "AUS", "JPN");
            assert!((to_japan - 100.0).abs() < 1e-6, "{openness} {found:?}");
            let sold: f64 = found.values().sum();
            assert!((sold - 1000.0).abs() < 1e-6, "{openness} {found:?}");
        }
    }
}

#[test]
fn with_own_users_first_exports_are_what_shrinks() {
    let document = read(&with_policies("0.05", OWN_USERS));
    // China makes 450 t and uses 450 t itself: nothing is left for Japan.
    let found = flows(&document, Some("half"));
    assert!((flow(&found, "CHN", "CHN") - 450.0).abs() < 1e-6, "{found:?}");
    assert!((flow(&found, "AUS", "JPN") - 100.0).abs() < 1e-6, "{found:?}");
}

#[test]
fn a_new_seller_is_bought_from_by_those_who_lost_theirs() {
    let text = three(
        "{ CHN = 1 }",
        "{ CHN = 1 }",
        r#"
        [[supply]]
        id = "plant"
        material = "m"
        country = "USA"
        capacity = 0
        [[policy]]
        id = "plant"
        set = [ { key = "supply.plant.capacity", value = 3000 }, { key = "shares.m.output", value = 9000 } ]
        "#,
    );
    let document = read(&text);
    let found = flows(&document, Some("plant"));
    // A quarter of the supply is new, a quarter of every purchase goes over.
    for (lane, amount) in [(("USA", "JPN"), 25.0), (("CHN", "JPN"), 75.0), (("USA", "KOR"), 225.0)] {
        assert!((flow(&found, lane.0, lane.1) - amount).abs() < 1e-6, "{found:?}");
    }
}

#[test]
fn a_file_that_extends_another_and_changes_its_supply_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("base.toml", &with_policies("0.05", BUYERS));
    write(
        "child.toml",
        "extends = \"base.toml\"\n[shares.m]\nby_country = { CHN = 0.45, AUS = 0.55 }\n",
    );
    write(
        "anew.toml",
        "extends = \"base.toml\"\n[shares.m]\nby_country = { CHN = 0.45, AUS = 0.55 }\n[[trade]]\nmaterial = \"m\"\nto = \"JPN\"\nshares = { CHN = 1 }\n",
    );
    let load = |name: &str| Document::load(Path::new(&folder.path().join(name))).unwrap();
    let base = load("base.toml");
    let (under_policy, child) = (flows(&base, Some("half")), flows(&load("child.toml"), None));
    for (lane, amount) in &under_policy {
        assert!((amount - child[lane]).abs() < 1e-9, "{lane:?}");
    }
    let mut set = load("base.toml");
    set.set("shares.m.by_country.CHN=0.45").unwrap();
    let set = flows(&set, None);
    for (lane, amount) in &under_policy {
        assert!((amount - set[lane]).abs() < 1e-9, "{lane:?}");
    }
    // What states the trade again states under which supply it was observed: nothing is to follow.
    let anew = flows(&load("anew.toml"), None);
    assert!(flow(&anew, "CHN", "JPN") > 90.0, "{anew:?}");
}
