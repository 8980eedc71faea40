//! `extends`, `--set`, policies, hash.

use super::good::load;
use crate::scenario::*;

fn document(text: &str) -> Document {
    Document::from_text("test.toml", text).unwrap_or_else(|errors| panic!("{errors}"))
}

fn scenario(document: &Document, policy: Option<&str>) -> Scenario {
    document.check(policy).unwrap_or_else(|errors| panic!("{errors}")).0
}

fn supply<'a>(scenario: &'a Scenario, id: &str) -> &'a Supply {
    scenario.supplies.iter().find(|supply| supply.id == id).unwrap()
}

fn share(scenario: &Scenario, id: &str) -> f64 {
    match &supply(scenario, id).size {
        Size::Share {
            share: Share::Own(number),
            ..
        } => number.mean(),
        other => panic!("{other:?}"),
    }
}

fn capacity(scenario: &Scenario, id: &str) -> f64 {
    match &supply(scenario, id).size {
        Size::Capacity(Quantity::Constant(number)) => number.mean(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn extending_merges_by_key_and_address() {
    let scenario = scenario(&load("interface.toml"), None);
    let oxide = scenario
        .materials
        .iter()
        .find(|material| material.id == "magnet_ree_oxide")
        .unwrap();
    // From the base, from the file, and changed by the file.
    assert_eq!(oxide.unit, "t REO");
    assert_eq!(oxide.lead_time_periods, 1);
    assert_eq!(oxide.price, Some(Number::Fixed(60_000.0)));
    assert_eq!(scenario.time.periods, 60);
    assert!((share(&scenario, "magnet_ree_oxide.CHN") - 0.91).abs() < 1e-12);
    assert!((share(&scenario, "magnet_ree_oxide.MYS") - 0.05).abs() < 1e-12);
}

#[test]
fn alternatives_give_way_and_distributions_are_replaced_whole() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("base.toml"), starter("base")).unwrap();
    std::fs::write(
        folder.path().join("over.toml"),
        "extends = \"base.toml\"\n[shares.magnet]\noutput = { dist = \"normal\", mean = 9, sd = 1, low = 0 }\n\
         [[stockpile]]\nmaterial = \"magnet\"\ncountry = \"USA\"\ntonnes = 7\n[[event]]\nid = \"licensing\"\n\
         arrival = { process = \"fixed\", at = \"2027\" }\n",
    )
    .unwrap();
    let scenario = scenario(&Document::load(&folder.path().join("over.toml")).unwrap(), None);
    assert_eq!(
        scenario.stockpiles[0].level,
        StockLevel::Tonnes(Quantity::Constant(Number::Fixed(7.0)))
    );
    assert_eq!(scenario.stockpiles.len(), 1);
    let fixed = Arrival::Fixed {
        at_months: Number::Fixed(12.0),
        probability: Number::Fixed(1.0),
    };
    assert_eq!(scenario.events[0].arrival, fixed);
    assert_eq!(scenario.title, "base");
}

#[test]
fn errors_in_a_base_name_the_base() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("b")).unwrap();
    std::fs::write(
        folder.path().join("b/base.toml"),
        starter("base").replace("0.90", "0.80"),
    )
    .unwrap();
    std::fs::write(folder.path().join("over.toml"), "extends = [\"b/base.toml\"]\n").unwrap();
    let errors = Document::load(&folder.path().join("over.toml"))
        .unwrap()
        .check(None)
        .unwrap_err();
    let first = errors.iter().next().unwrap();
    assert!(first.file.ends_with("/b/base.toml"), "{errors}");
    assert!(first.line > 20);
}

#[test]
fn files_that_extend_each_other_are_an_error() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.toml"), "extends = \"b.toml\"\n").unwrap();
    std::fs::write(folder.path().join("b.toml"), "extends = \"./a.toml\"\n").unwrap();
    let errors = Document::load(&folder.path().join("a.toml")).unwrap_err();
    assert_eq!(errors.len(), 1);
    assert!(errors.iter().next().unwrap().message.contains("circle"), "{errors}");
}

#[test]
fn set_reaches_every_kind_of_key() {
    let mut document = document(&starter("x"));
    for assignment in [
        "run.trials=5e3",
        "time.start=2027-03",
        "time.step=quarter",
        "shares.oxide.by_country.CHN=0.45",
        "event.licensing.duration.median=6",
        "event.licensing.arrival.per_year = 0.5",
        "event.licensing.recovery={ shape = \"linear\", months = 2 }",
        "demand.magnet.USA.defence.amount={ dist = \"uniform\", low = 1, high = 3 }",
        "demand.magnet.EU27.final.growth=0.1",
        "stockpile.magnet.USA.tonnes=5",
        "stockpile.magnet.USA.release.trigger=0.2",
        "material.magnet.inputs.oxide.per_tonne=0.5",
        "material.magnet.flexibility=coordinated",
    ] {
        document.set(assignment).unwrap_or_else(|errors| panic!("{errors}"));
    }
    let scenario = scenario(&document, None);
    assert_eq!(scenario.run.trials, 5_000);
    assert_eq!(scenario.time.start, jiff::civil::date(2027, 3, 1));
    assert_eq!(scenario.time.step, Step::Quarter);
    assert_eq!(scenario.materials[1].flexibility, Flexibility::Coordinated);
    assert_eq!(scenario.materials[1].inputs[0].per_tonne, Number::Fixed(0.5));
    assert_eq!(scenario.stockpiles[0].trigger, Number::Fixed(0.2));
    assert_eq!(
        scenario.stockpiles[0].level,
        StockLevel::Tonnes(Quantity::Constant(Number::Fixed(5.0)))
    );
    assert_eq!(scenario.demands[1].growth, Number::Fixed(0.1));
    match &scenario.demands[0].amount {
        Quantity::Constant(Number::Uncertain { driver, .. }) => assert_eq!(driver, "demand.magnet.USA.defence.amount"),
        other => panic!("{other:?}"),
    }
    // The shares that were not set give way in proportion.
    assert!((share(&scenario, "oxide.CHN") - 0.45).abs() < 1e-12);
    assert!((share(&scenario, "oxide.MYS") - 0.33).abs() < 1e-12);
    assert!((share(&scenario, "oxide.OTH") - 0.22).abs() < 1e-12);
}

#[test]
fn errors_of_set_show_the_argument() {
    let draw = |assignment: &str| {
        let mut document = document(&starter("x"));
        match document.set(assignment) {
            Err(errors) => errors.render(false),
            Ok(()) => document.check(None).unwrap_err().render(false),
        }
    };
    let wrong = [
        "event.licencing.severity=0.5",
        "event.licensing.severity=50",
        "event.licensing.arrival.at=2027",
        "run.trials=many",
        "run.trials",
        "run.trials=[1,",
        "stockpile.oxide.USA.days=5",
        "shares.oxid.output=5",
        "shares.oxide.by_country.CHN=1.2",
        "demand.magnet.USA.defence.amount.low=5",
        "title.x=5",
        "tme.periods=5",
    ];
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        let drawn: Vec<String> = wrong.into_iter().map(draw).collect();
        insta::assert_snapshot!("set-errors", drawn.join("\n----\n"));
    });
}

#[test]
fn policies_change_what_they_say_and_nothing_else() {
    let document = load("interface.toml");
    let labels = document.policies();
    assert_eq!(labels.len(), 1);
    assert_eq!(labels[0].cost, Some(1.2e9));
    let (before, after) = (
        scenario(&document, None),
        scenario(&document, Some("us_india_processing")),
    );
    assert_eq!(before.policy.id, "baseline");
    assert_eq!(after.policy.name, "US-India separation partnership");
    assert_eq!(capacity(&before, "ind_separation"), 3_000.0);
    assert_eq!(capacity(&after, "ind_separation"), 12_000.0);
    assert!((share(&after, "magnet_ree_oxide.CHN") - 0.8).abs() < 1e-12);
    let sum: f64 = after
        .supplies
        .iter()
        .filter(|s| s.id.starts_with("magnet_ree_oxide."))
        .map(|s| share(&after, &s.id))
        .sum();
    assert!((sum - 1.0).abs() < 1e-12);
    assert_eq!(before.events, after.events);
    let errors = document.check(Some("us_indian_processing")).unwrap_err();
    assert!(
        errors.render(false).contains("did you mean `us_india_processing`?"),
        "{errors}"
    );
}

#[test]
fn a_share_of_shipped_data_can_be_set() {
    let mut document = load("data.toml");
    let before = scenario(&document, None);
    document.set("shares.gallium.by_country.CHN=0.5").unwrap();
    let after = scenario(&document, None);
    assert!((share(&after, "gallium.CHN") - 0.5).abs() < 1e-12);
    assert!(share(&before, "gallium.CHN") > 0.9);
    let cites = |scenario: &Scenario| {
        scenario
            .citations
            .iter()
            .any(|citation| citation.address == "shares.gallium")
    };
    assert!(cites(&before) && cites(&after));
}

#[test]
fn the_hash_sees_figures_and_data_but_not_layout() {
    let text = starter("x");
    let hash = document(&text).hash();
    assert_eq!(hash.len(), 64);
    assert_eq!(
        hash,
        document(&text.replace("seed = 42\n", "seed = 42 # the answer\n\n")).hash()
    );
    assert_eq!(hash, document(&text.replace("10_000", "1e4")).hash());
    assert_ne!(hash, document(&text.replace("seed = 42", "seed = 43")).hash());
    assert_ne!(hash, document(&text.replace("value = 180", "value = 181")).hash());
    let folder = tempfile::tempdir().unwrap();
    for file in ["data.toml", "oxide.csv"] {
        std::fs::copy(format!("tests/good-scenarios/{file}"), folder.path().join(file)).unwrap();
    }
    let path = folder.path().join("data.toml");
    let before = Document::load(&path).unwrap().hash();
    assert_eq!(before, load("data.toml").hash());
    std::fs::write(
        folder.path().join("oxide.csv"),
        "country,share,source\nCHN,0.9,x\nrest,0.1,x\n",
    )
    .unwrap();
    assert_ne!(before, Document::load(&path).unwrap().hash());
}

#[test]
fn resolved_is_the_scenario_after_all_layers() {
    let mut document = document(&starter("x"));
    document.set("run.trials=7").unwrap();
    let json = document.resolved(Some("larger_stockpile"));
    assert_eq!(json["run"]["trials"], 7);
    assert_eq!(json["stockpile"][0]["days"], 180);
    assert!(json.get("policy").is_none());
    assert!(document.resolved(None).get("policy").is_some());
}
