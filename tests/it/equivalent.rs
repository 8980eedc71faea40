//! What a policy is worth in perfectly secure supply and in stockpiles, against closed forms.

use serde_json::Value;

use critmin::study::{Progress, Study};
use critmin::whatif::compare::{Comparison, Plan, compare};
use critmin::whatif::firm::{Bound, Extent, Measured, Yardstick};
use critmin::whatif::optimize::Goal;

use crate::bench::Bench;
use crate::sellers::{policy, sellers};
use crate::support::close;

/// Each of two countries lacks 480 S t of 600 t, with S uniform in half of the trials and 0 in the others.
fn text(focus: &str) -> String {
    let policies = [
        policy("half", "", SHARE, "0.4"),
        policy("none", "", SHARE, "0"),
        policy("sure", "", "firm_supply.sure.tonnes_per_year", "150"),
        policy("held", "", "stockpile.pile.tonnes", "100"),
        policy("nothing", "", "stockpile.elsewhere.tonnes", "600"),
        policy("worse", "", "event.outage.arrival.probability", "0.6"),
    ];
    let demand = r#"
  { material = "metal", country = "USA", amount = 600 },
  { material = "metal", country = "JPN", amount = 600 },
  { material = "metal", country = "DEU", amount = 0 },
"#;
    let tables = format!(
        r#"
[focus]
materials = ["metal"]
countries = [{focus}]
[[firm_supply]]
id = "sure"
material = "metal"
countries = [{focus}]
tonnes_per_year = 0
[[group]]
id = "those"
members = [{focus}]
[[stockpile]]
id = "pile"
material = "metal"
country = "those"
tonnes = 0
[[stockpile]]
id = "elsewhere"
material = "metal"
country = "DEU"
tonnes = 0
"#
    );
    sellers(demand, "CHN = 0.8, AUS = 0.2", &(policies.concat() + &tables))
}

const SHARE: &str = "shares.metal.by_country.CHN";

fn found(focus: &str, yardstick: Yardstick, by: Goal, policies: &[&str]) -> Comparison {
    let study = Study::from_text("sellers.toml", &text(focus)).unwrap();
    let plan = Plan {
        policies: policies.iter().map(|id| (*id).to_owned()).collect(),
        trials: Some(2_048),
        equivalent: Some(Measured {
            yardstick,
            by,
            everywhere: focus.contains("JPN"),
        }),
        ..Plan::default()
    };
    compare(&[study], &plan, &Progress::default()).unwrap()
}

fn extent(found: &Comparison, policy: &str, place: &str) -> Extent {
    let all = found.equivalents.as_ref().unwrap();
    all.of(policy, ("metal", place)).unwrap().extent
}

/// The amount is near what it must be, and its interval holds that.
fn is(found: &Comparison, policy: &str, place: &str, expected: f64, tolerance: f64) {
    let Extent::Amount {
        value,
        interval: Some((low, Bound::At(high))),
    } = extent(found, policy, place)
    else {
        panic!("{policy}: {:?}", extent(found, policy, place));
    };
    assert!(close(value, expected, tolerance, 0.0), "{policy}: {value} {expected}");
    // The ends are known to a hundredth.
    assert!(
        low <= value && value <= high && low <= 1.01 * expected && 0.99 * expected <= high,
        "{policy}: {expected} in {low} to {high}"
    );
    assert!(high - low < 0.2 * expected, "{policy}: {low} to {high}");
}

fn is_none(found: &Comparison, policy: &str) {
    assert_eq!(
        extent(found, policy, "USA"),
        Extent::None {
            high: Some(Bound::At(0.0))
        },
        "{policy}"
    );
}

#[test]
fn secure_supply_by_the_tail_in_closed_form() {
    let found = found(
        "\"USA\"",
        Yardstick::Supply,
        Goal::Cvar95,
        &["half", "sure", "none", "nothing", "worse"],
    );
    // In the worst 5 % of trials S is 0.95 on average: 480 x 0.95 - F = 240 x 0.95.
    is(&found, "half", "USA", 228.0, 0.01);
    // 150 t of it is worth 150 t of it.
    is(&found, "sure", "USA", 150.0, 1e-3);
    // All of 480 S, whatever S: the largest of any trial.
    is(&found, "none", "USA", 480.0, 5e-3);
    is_none(&found, "nothing");
    is_none(&found, "worse");
}

#[test]
fn secure_supply_by_the_mean_in_closed_form() {
    let found = found("\"USA\"", Yardstick::Supply, Goal::Expected, &["half", "sure", "worse"]);
    // (480 - F)^2 / (2 x 480) = 240 / 2.
    is(&found, "half", "USA", 480.0 - f64::sqrt(115_200.0), 0.03);
    is(&found, "sure", "USA", 150.0, 1e-3);
    is_none(&found, "worse");
}

#[test]
fn stockpiles_in_closed_form() {
    let found = found(
        "\"USA\"",
        Yardstick::Stockpile,
        Goal::Cvar95,
        &["half", "held", "nothing"],
    );
    // Nobody makes more than is used, so what is held serves once: as much as the same supply in this one year.
    is(&found, "half", "USA", 228.0, 0.01);
    is(&found, "held", "USA", 100.0, 1e-3);
    is_none(&found, "nothing");
}

#[test]
fn several_countries_share_what_is_added() {
    for yardstick in [Yardstick::Supply, Yardstick::Stockpile] {
        let own = match yardstick {
            Yardstick::Supply => "sure",
            Yardstick::Stockpile => "held",
        };
        let found = found("\"USA\", \"JPN\"", yardstick, Goal::Cvar95, &["half", own]);
        is(&found, "half", "focus", 456.0, 0.01);
        is(&found, own, "focus", if own == "sure" { 150.0 } else { 100.0 }, 1e-3);
        for place in ["USA", "JPN"] {
            is(&found, "half", place, 228.0, 0.01);
        }
    }
}

#[test]
fn tables_words_and_json_say_what_policies_are_worth() {
    let bench = Bench::new();
    bench.write("two.toml", &text("\"USA\""));
    let few = "--trials 2048 --policy half --policy sure --policy nothing --policy worse --no-band --formats none";
    let told = bench.succeed(&format!("compare two.toml --equivalent {few} --out out"));
    let printed = told.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "\"half\" lowers the mean of the worst 5 % of trials (CVaR 95) of metal in United States as much as 228 ",
        "t a year of perfectly secure supply would there. Then: \"sure\" 150",
        "\"nothing\" and \"worse\" are worth none.",
        "worth, sure supply",
    ] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    let document: Value = serde_json::from_str(&bench.read("out/compare.json")).unwrap();
    let table = bench.read("out/compare.csv");
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    let header = rows.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|column| column == name).unwrap();
    let mut checked = 0;
    for row in rows.records().map(Result::unwrap) {
        let of_row = |effect: &&Value| {
            ["policy", "material", "country"]
                .iter()
                .all(|key| effect[*key] == row[at(key)])
        };
        let effects = document["effects"].as_array().unwrap();
        let exact = &effects.iter().find(of_row).unwrap()["equivalent"];
        if &row[at("country")] != "USA" || &row[at("statistic")] != "cvar95_pct" {
            assert_eq!(&row[at("equivalent")], "");
            continue;
        }
        for (column, key) in [
            ("equivalent", "value"),
            ("equivalent_low", "low"),
            ("equivalent_high", "high"),
        ] {
            let written: f64 = row[at(column)].parse().unwrap();
            assert!(close(written, exact[key].as_f64().unwrap(), 1e-5, 1e-9), "{row:?}");
        }
        assert_eq!(exact["unit"], row[at("equivalent_unit")]);
        assert_eq!(&row[at("equivalent_unit")], "t/yr");
        assert_eq!(exact["note"], row[at("equivalent_note")]);
        checked += 1;
    }
    assert_eq!(checked, 4);
    // The same bytes for any number of threads; all else as without it.
    bench.succeed(&format!(
        "compare two.toml --equivalent {few} --out one --threads 1 --quiet"
    ));
    for file in ["compare.csv", "compare.json"] {
        assert_eq!(
            bench.read(&format!("one/{file}")),
            bench.read(&format!("out/{file}")),
            "{file}"
        );
    }
    bench.succeed(&format!("compare two.toml {few} --out plain --quiet"));
    let plain: Value = serde_json::from_str(&bench.read("plain/compare.json")).unwrap();
    assert_eq!(plain["policies"], document["policies"]);
    assert!(plain["effects"][0]["equivalent"].is_null());
    let few = bench.succeed("compare two.toml --equivalent --trials 100 --formats none --out few");
    let few = few.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(few.contains("too few to tell what policies are worth"), "{few}");
    bench.refuse("compare two.toml --equivalent-of expected", 2, &["--equivalent"]);
    bench.refuse("compare two.toml --equivalent plants", 2, &["supply", "stockpile"]);
    bench.refuse(
        "run two.toml --set firm_supply.sure.tonnes_per_year=-1",
        1,
        &["tonnes_per_year"],
    );
}
