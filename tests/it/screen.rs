//! `critmin screen`: what an outage costs in closed form, that it is what the Monte Carlo finds with that event certain, what it writes and refuses.

use serde_json::Value;

use critmin::study::{Change, Error, Progress, Run, Statistic, Study, Taken};
use critmin::whatif::screen::{Consequence, Plan, Screening, screen};

use crate::bench::Bench;
use crate::support::close;

/// Two sellers of one good over two years; China's exports may stop, and its output may.
const TEXT: &str = r#"
format = 1
title = "Two sellers"
assumption = "made up for a test"
time = { start = "2026-01", periods = 24 }
run = { trials = 2560 }
focus = { materials = ["metal"], countries = ["USA", "JPN"] }
demand = [
  { material = "metal", country = "USA", amount = 600, value_added = 600_000 },
  { material = "metal", country = "JPN", amount = 300 },
  { material = "metal", country = "CHN", amount = 300 },
]
[[material]]
id = "metal"
flexibility = 1
domestic_first = false
[shares.metal]
output = 1200
by_country = { CHN = 0.8, AUS = 0.2 }
[[event]]
id = "stop"
kind = "production_loss"
country = "CHN"
arrival = { process = "fixed", at = "2026-01", probability = 0.3 }
duration = 12
[[event]]
id = "embargo"
kind = "export_restriction"
from = "CHN"
to = ["JPN"]
materials = ["metal"]
arrival = { process = "fixed", at = "2026-07", probability = 0.5 }
[[event]]
id = "in_force"
kind = "export_restriction"
from = "CHN"
to = "all"
materials = ["metal"]
severity = 0.1
arrival = { process = "in_force", since = "2025-07" }
"#;

fn study() -> Study {
    Study::from_text("two-sellers.toml", TEXT).unwrap()
}

fn screened(study: &Study, plan: &Plan) -> Screening {
    screen(study, plan, &Progress::default()).unwrap()
}

fn at<'a>(found: &'a Screening, taken: Taken, (material, country): (&str, &str), place: &'a str) -> &'a Consequence {
    let mut all = found.at("metal", place);
    all.find(|one| {
        let outage = &found.outages[one.outage];
        outage.taken == taken && outage.material == material && outage.country == country
    })
    .unwrap()
}

/// Everybody buys four fifths from China and a fifth from Australia, and no buyer can get more elsewhere.
#[test]
fn two_sellers_in_closed_form() {
    let study = study();
    let plan = Plan {
        pairs: true,
        ..Plan::default()
    };
    let found = screened(&study, &plan);
    assert!(found.is_at_means && found.outage_months == 12.0);
    assert_eq!(found.results.trials(), 1);
    assert_eq!(found.outages.len(), 4);
    for (taken, country, place, percent, rank) in [
        (Taken::Output, "CHN", "USA", 80.0, 1),
        (Taken::Exports, "CHN", "USA", 80.0, 1),
        (Taken::Output, "AUS", "USA", 20.0, 3),
        (Taken::Exports, "AUS", "USA", 20.0, 3),
        (Taken::Output, "CHN", "JPN", 80.0, 1),
    ] {
        let one = at(&found, taken, ("metal", country), place);
        assert!(close(one.year_pct.value, percent, 1e-9, 0.0), "{one:?}");
        assert!(close(one.horizon_pct.value, percent / 2.0, 1e-9, 0.0), "{one:?}");
        assert_eq!((one.year_pct.standard_error, one.rank), (0.0, rank), "{one:?}");
        assert!(close(one.months_short.value, 12.0, 1e-9, 0.0), "{one:?}");
        assert_eq!(one.months_to_survive.unwrap().value, 0.0);
    }
    let stop = at(&found, Taken::Output, ("metal", "CHN"), "USA");
    assert!(close(stop.quantity.value, 480.0, 1e-9, 0.0), "{stop:?}");
    assert!(close(stop.value_musd.unwrap().value, 0.48, 1e-6, 0.0), "{stop:?}");
    // The rest makes 240 t for the 900 t that all but China need; without Australia 960 t for 1,200 t.
    let rest = |country: &str| {
        let mut outages = found.outages.iter();
        outages
            .find(|one| one.country == country)
            .unwrap()
            .coverage_of_rest
            .unwrap()
    };
    assert!(close(rest("CHN"), 240.0 / 900.0, 1e-9, 0.0));
    assert!(close(rest("AUS"), 960.0 / 1200.0, 1e-9, 0.0));
    // Both at once take everything, no more than the sum.
    assert_eq!(found.pairs.len(), 1);
    let both = found.pairs_at("metal", "USA").next().unwrap();
    assert!(close(both.year_pct.value, 100.0, 1e-9, 0.0), "{both:?}");
    assert!(both.beyond_the_sum_pct.unwrap().value.abs() < 1e-9, "{both:?}");
    assert_eq!((both.probability, both.risk_pct), (None, None));
}

/// The chance is that of the scenario's own events of the kind: of bans those that reach the place; what is in force is none.
#[test]
fn chances_are_the_scenarios_own() {
    let study = study();
    let found = screened(&study, &Plan::default());
    let stop = at(&found, Taken::Output, ("metal", "CHN"), "USA");
    assert_eq!(stop.events, ["stop"]);
    assert!(close(stop.probability.unwrap(), 0.3, 2e-3, 0.0), "{stop:?}");
    assert_eq!(stop.risk_pct.unwrap(), stop.probability.unwrap() * stop.year_pct.value);
    assert_eq!(stop.risk_rank, Some(1));
    let ban = at(&found, Taken::Exports, ("metal", "CHN"), "USA");
    assert_eq!(
        (ban.probability, ban.risk_pct, ban.risk_rank, ban.events.len()),
        (None, None, None, 0)
    );
    let ban = at(&found, Taken::Exports, ("metal", "CHN"), "JPN");
    assert_eq!(ban.events, ["embargo"]);
    assert!(close(ban.probability.unwrap(), 0.5, 1e-3, 0.0), "{ban:?}");
    let australia = at(&found, Taken::Output, ("metal", "AUS"), "USA");
    assert_eq!(australia.probability, None);
    // With nothing but that event, what the scenario expects to lose is the outage times its chance, on the same draws.
    let changes = ["embargo", "in_force"].map(|id| Change::remove(format!("event.{id}")));
    let alone = study.variant("alone", &changes).unwrap();
    let results = Run::new(&alone).trials(2_560).results().unwrap();
    let expected = results
        .get("alone", ("metal", "USA"), Statistic::ExpectedShortfallPct)
        .unwrap();
    assert!(
        close(
            expected.value,
            stop.horizon_pct.value * stop.probability.unwrap(),
            1e-9,
            0.0
        ),
        "{expected:?} {stop:?}"
    );
}

/// A shipped scenario and one with uncertain inputs: the outage, written as an event that is certain, gives the same to the last bit, at the means and drawn.
#[test]
fn it_is_the_monte_carlo_with_that_event_certain() {
    let uncertain = TEXT.replace(
        "country = \"USA\", amount = 600",
        "country = \"USA\", amount = { dist = \"uniform\", low = 400, high = 800 }",
    );
    let stocked = format!("inventory = [{{ material = \"metal\", country = \"USA\", days = 60 }}]\n{uncertain}");
    let mut quickstart = Study::open(crate::support::in_repository("scenarios/quickstart.toml")).unwrap();
    quickstart.set("run.trials=512").unwrap();
    let studies = [
        (Study::from_text("uncertain.toml", &stocked).unwrap(), "metal"),
        (quickstart, "magnet"),
    ];
    for (study, material) in studies {
        let drawn = screened(
            &study,
            &Plan {
                trials: Some(512),
                ..Plan::default()
            },
        );
        let at_means = screened(&study, &Plan::default());
        for found in [&drawn, &at_means] {
            let worst = found.at(material, "USA").next().unwrap();
            let outage = &found.outages[worst.outage];
            assert_eq!(outage.country, "CHN");
            let what = match outage.taken {
                Taken::Output => "kind = \"production_loss\"\ncountry = \"CHN\"",
                Taken::Exports => "kind = \"export_restriction\"\nfrom = \"CHN\"\nto = \"all\"",
            };
            // As a user would write it.
            let certain = format!(
                "[[event]]\nid = \"certain\"\n{what}\nmaterial = \"{material}\"\nduration = 12\nassumption = \"test\"\n\
                 arrival = {{ process = \"fixed\", at = \"2026-01\", probability = 1 }}"
            );
            let mut changes = study.baseline().unwrap().without_events();
            let quiet = study.variant("quiet", &changes).unwrap();
            changes.push(Change::add(certain));
            let variant = study.variant("certain", &changes).unwrap();
            let (quiet, variant) = match found.is_at_means {
                true => (quiet.at_means(), variant.at_means()),
                false => (quiet, variant),
            };
            let results = Run::new(&quiet).against([&variant]).trials(512).results().unwrap();
            let row = (material, "USA");
            let lost = results.difference("certain", row, found.measure).unwrap().estimate;
            // In one trial no error is known.
            assert_eq!(format!("{lost:?}"), format!("{:?}", worst.horizon_pct));
            let survive = results.get("certain", row, Statistic::TimeToSurviveMonths);
            assert_eq!(survive, worst.months_to_survive);
        }
    }
}

#[test]
fn tables_words_and_json_say_the_same() {
    let bench = Bench::new();
    bench.write("two.toml", TEXT);
    let printed = bench.succeed("screen two.toml --pairs --formats svg --out out");
    assert!(printed.contains("whose failure costs"), "{printed}");
    assert!(
        printed.contains("Each outage alone, certain, total, for 12 months"),
        "{printed}"
    );
    let document: Value = serde_json::from_str(&bench.read("out/screen.json")).unwrap();
    let told = bench.succeed("screen two.toml --pairs --formats none --out out --json");
    assert_eq!(serde_json::from_str::<Value>(&told).unwrap(), document);
    for (file, key, rows) in [("screen.csv", "consequences", 12), ("pairs.csv", "pairs", 3)] {
        let table = bench.read(&format!("out/{file}"));
        let mut reader = csv::Reader::from_reader(table.as_bytes());
        let header = reader.headers().unwrap().clone();
        let at = |name: &str| header.iter().position(|column| column == name).unwrap();
        let told = document[key].as_array().unwrap();
        let rows_found: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!((rows_found.len(), told.len()), (rows, rows), "{file}");
        for (row, entry) in rows_found.iter().zip(told) {
            assert_eq!(row[at("country")], *entry["country"].as_str().unwrap());
            for number in ["year_pct", "horizon_pct", "quantity", "months_short"] {
                let written: f64 = row[at(number)].parse().unwrap();
                assert!(
                    close(written, entry[number]["value"].as_f64().unwrap(), 1e-5, 1e-9),
                    "{row:?}"
                );
            }
            if key == "consequences" {
                // Empty where there is none, never 0.
                let written = row[at("probability")].parse::<f64>().ok();
                assert_eq!(written.is_some(), !entry["probability"].is_null(), "{row:?}");
            }
        }
    }
    // The same bytes for any number of threads, with inputs drawn too.
    for more in ["", " --trials 700"] {
        for threads in [1, 3] {
            bench.succeed(&format!(
                "screen two.toml --pairs --formats none --out t{threads} --threads {threads} --quiet{more}"
            ));
        }
        for file in ["screen.csv", "pairs.csv", "screen.json"] {
            assert_eq!(
                bench.read(&format!("t1/{file}")),
                bench.read(&format!("t3/{file}")),
                "{file}"
            );
        }
    }
}

#[test]
fn wrong_scenarios_and_folders_are_refused() {
    let bench = Bench::new();
    bench.write("two.toml", TEXT);
    bench.refuse("screen none.toml", 1, &["none.toml", "cannot be read"]);
    bench.refuse("screen two.toml --set shares.metal.output=-1 --out refused", 1, &["-1"]);
    bench.write("out/screen.csv", "mine");
    bench.refuse(
        "screen two.toml --formats none --out out",
        3,
        &["screen.csv", "did not write"],
    );
    let wrong = study().variants(&[("x".to_owned(), vec![Change::remove("event.none")])]);
    assert!(matches!(wrong, Err(Error::Invalid(_))));
}

#[test]
fn levers_of_events_that_are_taken_away_go_with_them() {
    let lever =
        "[[lever]]\nkey = \"event.stop.arrival.probability\"\nlow = 0.1\nhigh = 0.5\nassumption = \"made up\"\n";
    let with = Study::from_text("two-sellers.toml", &format!("{TEXT}{lever}")).unwrap();
    assert_eq!(with.levers().len(), 1);
    let figures = |study: &Study| {
        let found = screened(study, &Plan::default());
        let of_all = found.consequences.iter();
        of_all.map(|one| one.year_pct.value).collect::<Vec<f64>>()
    };
    let found = figures(&with);
    assert!(!found.is_empty() && found == figures(&study()));
}
