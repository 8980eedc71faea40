//! `critmin robustness`: alternatives are runs with other settings, what flips is found, and what it writes and refuses.

use serde_json::Value;

use critmin::study::{Progress, Study};
use critmin::whatif::compare;
use critmin::whatif::robustness::{Alternative, Flip, Plan, Robustness, prepare};

use crate::bench::Bench;
use crate::sellers::{policy, sellers};
use crate::support::close;

/// Two users of one good, who have no output of their own. With a plant of 240 t/yr in the USA, its users are served first or share it with Japan's.
fn text() -> String {
    let plant = r#"
[[supply]]
id = "plant"
material = "metal"
country = "USA"
capacity = 0
[[stockpile]]
id = "stock"
material = "metal"
country = "USA"
days = 1
refill = false
"#;
    let policies = [
        policy("plant", "", "supply.plant.capacity", "240"),
        policy("stock", "", "stockpile.stock.days", "68"),
    ];
    let demand = r#"
  { material = "metal", country = "USA", amount = 600 },
  { material = "metal", country = "JPN", amount = 600 },
"#;
    let focus = "[focus]\nmaterials = [\"metal\"]\ncountries = [\"USA\"]\n";
    sellers(
        demand,
        "CHN = 0.8, AUS = 0.2",
        &(plant.to_owned() + &policies.concat() + focus),
    )
}

fn look(text: &str, plan: &Plan) -> Robustness {
    let study = Study::from_text("sellers.toml", text).unwrap();
    prepare(&study, plan).unwrap().run(&Progress::default()).unwrap()
}

fn value(found: &Robustness, alternative: Alternative, policy: &str) -> f64 {
    let mut settings = found.settings.iter();
    let setting = settings.find(|setting| setting.alternative == alternative).unwrap();
    setting.of(policy).unwrap().value.value
}

#[test]
fn who_is_served_first_decides_between_plant_and_stock() {
    let found = look(&text(), &Plan::default());
    let of = |alternative, policy| value(&found, alternative, policy);
    // Nobody has output of his own: 20 % are short under either rule, less what the stock of a day makes up.
    let [first, pro_rata] = [Alternative::OwnUsersFirst, Alternative::ProRata];
    assert!(
        close(of(first, "baseline"), 20.0, 0.05, 0.0),
        "{}",
        of(first, "baseline")
    );
    assert!(close(of(pro_rata, "baseline"), of(first, "baseline"), 1e-9, 0.0));
    assert!(
        of(first, "plant") < of(first, "stock"),
        "{} {}",
        of(first, "plant"),
        of(first, "stock")
    );
    assert!(of(pro_rata, "stock") < of(pro_rata, "plant"));
    let setting = |alternative: Alternative| {
        let mut settings = found.settings.iter();
        settings.find(|setting| setting.alternative == alternative).unwrap()
    };
    assert_eq!(setting(Alternative::AsWritten).best.as_deref(), Some("plant"));
    assert_eq!(setting(pro_rata).best.as_deref(), Some("stock"));
    assert!(setting(first).is_the_same && !setting(pro_rata).is_the_same);
    // Nothing ties events, no producer responds, nothing is refilled: these change nothing.
    for alternative in [Alternative::Independent, Alternative::NoRefill] {
        assert!(setting(alternative).is_the_same, "{alternative:?}");
    }
    let flips: Vec<(&Alternative, &str, &str)> = found
        .flips
        .iter()
        .filter_map(|flip| match flip {
            Flip::Best {
                alternative,
                instead_of,
                policy,
                ..
            } => Some((alternative, instead_of.as_str(), policy.as_str())),
            _ => None,
        })
        .collect();
    assert!(flips.contains(&(&pro_rata, "plant", "stock")), "{flips:?}");
    let [(_, least), (_, most)] = found.range("plant").unwrap();
    assert!(least <= of(first, "plant") && of(pro_rata, "plant") <= most);
    assert_eq!(found.settings.len(), Alternative::ALL.len());
}

#[test]
fn an_alternative_is_a_comparison_with_its_settings() {
    let plan = Plan {
        trials: Some(2_560),
        ..Plan::default()
    };
    let found = look(&text(), &plan);
    for (alternative, set) in [
        (Alternative::ProRata, "material.metal.domestic_first=false"),
        (Alternative::Flexible, "material.metal.flexibility=3"),
        (Alternative::Coordinated, "material.metal.flexibility=\"coordinated\""),
        (Alternative::NoPriceResponse, "run.price_response=false"),
        (Alternative::NoRefill, "run.refill=false"),
    ] {
        let mut study = Study::from_text("sellers.toml", &text()).unwrap();
        study.set(set).unwrap();
        let compared = compare::compare(&[study], &compare::Plan::default(), &Progress::default()).unwrap();
        for policy in ["baseline", "plant", "stock"] {
            let row = ("metal", "USA");
            let own = compared.results.get(policy, row, found.measure).unwrap();
            assert_eq!(
                value(&found, alternative, policy),
                own.value,
                "{alternative:?} {policy}"
            );
        }
    }
}

#[test]
fn ties_are_taken_away() {
    let tied = text()
        + "[[event]]\nid = \"other\"\nkind = \"production_loss\"\ncountry = \"AUS\"\nseverity = 1\narrival = { process = \"poisson\", per_year = 0.4 }\n\
           duration = 3\n[[event]]\nid = \"third\"\nkind = \"production_loss\"\ncountry = \"CHN\"\nseverity = 1\narrival = { process = \"poisson\", per_year = 0.4 }\n\
           duration = 3\n[[frailty]]\nid = \"tension\"\nevents = [\"other\", \"third\"]\nfactor = { dist = \"gamma\", mean = 1, sd = 1.4 }\n";
    let found = look(&tied, &Plan::default());
    let setting = found
        .settings
        .iter()
        .find(|setting| setting.alternative == Alternative::Independent);
    assert!(!setting.unwrap().is_the_same);
}

#[test]
fn tables_words_and_json_say_the_same() {
    let bench = Bench::new();
    bench.write("sellers.toml", &text());
    let told = bench.succeed("robustness sellers.toml --out out");
    let printed = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        printed.contains("as written \"plant\", but \"stock\" (pro rata, by"),
        "{printed}"
    );
    assert!(printed.contains("\"stock\" help under every alternative"), "{printed}");
    let document: Value = serde_json::from_str(&bench.read("out/robustness.json")).unwrap();
    let again = bench.succeed("robustness sellers.toml --formats none --out again --json --threads 1");
    assert_eq!(serde_json::from_str::<Value>(&again).unwrap(), document);
    assert_eq!(bench.read("out/robustness.csv"), bench.read("again/robustness.csv"));
    let table = bench.read("out/robustness.csv");
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    let header = rows.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|column| column == name).unwrap();
    let mut checked = 0;
    for row in rows.records().map(Result::unwrap) {
        let alternatives = document["alternatives"].as_array().unwrap();
        let setting = alternatives
            .iter()
            .find(|one| one["alternative"] == row[at("alternative")])
            .unwrap();
        let policies = setting["policies"].as_array().unwrap();
        let own = policies.iter().find(|one| one["policy"] == row[at("policy")]).unwrap();
        let written: f64 = row[at("value")].parse().unwrap();
        assert!(
            close(written, own["value"]["value"].as_f64().unwrap(), 1e-5, 1e-9),
            "{row:?}"
        );
        assert_eq!(&row[at("flips")], own["flips"].as_str().unwrap());
        checked += 1;
    }
    assert_eq!(checked, 27);
    assert!(bench.path("out/charts/robustness-metal.svg").exists());
    bench.refuse(
        "robustness sellers.toml --policy hlaf --out refused",
        1,
        &["there is no policy `hlaf`"],
    );
    let few = bench.succeed("robustness sellers.toml --trials 512 --formats none --out few");
    let few = few.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(few.contains("With fewer than 2,048 trials"), "{few}");
}
