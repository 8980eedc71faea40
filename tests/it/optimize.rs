//! `critmin optimize`: what it chooses in closed form, against brute force, within budgets and caps, and what it refuses.

use serde_json::Value;

use critmin::study::{Progress, Run, Statistic, Study};
use critmin::whatif::optimize::{Goal, Optimum, Plan, Tried, prepare};

use crate::bench::Bench;
use crate::sellers::{policy, sellers};
use crate::support::close;

const SHARE: &str = "shares.metal.by_country.CHN";
const SEVERITY: &str = "event.outage.severity.high";
const PROBABILITY: &str = "event.outage.arrival.probability";

/// One buyer of China's 80 %: 20 % short on average.
fn text(policies: &str) -> String {
    let demand = r#"{ material = "metal", country = "USA", amount = 1200 }"#;
    sellers(demand, "CHN = 0.8, AUS = 0.2", policies)
}

fn three() -> String {
    [
        policy("half", "name = \"Half elsewhere\"\ncost = 3e6", SHARE, "0.4"),
        policy("milder", "cost = 2e6", SEVERITY, "0.5"),
        policy("rarer", "cost = 1e6", PROBABILITY, "0.4"),
    ]
    .concat()
}

/// A plant of 0 to 600 t/yr at 1,000 USD for each; a tonne of it is a tonne less that is short while China's outage lasts, if nobody else needs it.
fn with_plant() -> String {
    let plant = r#"
[[supply]]
id = "plant"
material = "metal"
country = "USA"
capacity = 0
[[policy]]
id = "plant"
name = "Plant"
scale = { key = "supply.plant.capacity", low = 100, high = 600, usd_per_unit = 1_000 }
"#;
    text(&(plant.to_owned() + &three()))
}

fn optimum(text: &str, plan: &Plan) -> Optimum {
    let study = Study::from_text("sellers.toml", text).unwrap();
    prepare(&study, plan).unwrap().run(&Progress::default()).unwrap()
}

fn names(found: &Optimum) -> Vec<&str> {
    let tried = found.frontier.iter().map(|number| found.tried[*number].name.as_str());
    tried.collect()
}

fn best(found: &Optimum) -> &Tried {
    &found.tried[found.best.unwrap()]
}

#[test]
fn mixes_of_three_policies_are_those_of_the_closed_form() {
    let plan = Plan {
        goal: Goal::Expected,
        budget: Some(3.5e6),
        ..Plan::default()
    };
    let found = optimum(&text(&three()), &plan);
    // Short are probability x share x mean severity: 0.5 x 0.8 x 0.5 = 20 %, times 1/2, 1/2 and 4/5 with the policies.
    let expected = [
        ("baseline", 0.0, 20.0),
        ("rarer", 1e6, 16.0),
        ("milder", 2e6, 10.0),
        ("half", 3e6, 10.0),
        ("milder+rarer", 3e6, 8.0),
        ("half+rarer", 4e6, 8.0),
        ("half+milder", 5e6, 5.0),
        ("half+milder+rarer", 6e6, 4.0),
    ];
    assert_eq!(found.tried.len(), expected.len());
    for (name, cost, goal) in expected {
        let tried = found.tried.iter().find(|tried| tried.name == name).unwrap();
        assert_eq!(tried.cost, cost, "{name}");
        assert!(close(tried.goal, goal, 0.03, 0.0), "{name}: {}", tried.goal);
    }
    assert_eq!(
        names(&found),
        [
            "baseline",
            "rarer",
            "milder",
            "milder+rarer",
            "half+milder",
            "half+milder+rarer"
        ]
    );
    assert_eq!(best(&found).name, "milder+rarer");
    assert!(found.is_exhaustive && found.mixes == 8.0);
    // The last dollar: without one of them, or with the third.
    let step = |policy: &str| found.last_dollar.iter().find(|step| step.policy == policy).unwrap();
    for (policy, cost, change) in [("milder", -2e6, 8.0), ("rarer", -1e6, 2.0), ("half", 3e6, -4.0)] {
        let step = step(policy);
        assert_eq!(step.cost, cost, "{policy}");
        let error = step.goal.estimate.standard_error;
        assert!(
            (step.goal.estimate.value - change).abs() <= 4.0 * error,
            "{policy}: {:?}",
            step.goal
        );
        assert!(step.lowers_per_million().unwrap() > 0.0, "{policy}");
    }
    assert_eq!((step("half").from, step("half").to), (None, Some(None)));
    assert_eq!((step("rarer").from, step("rarer").to), (Some(None), None));
}

#[test]
fn goals_are_the_statistics_of_a_run_of_the_mix() {
    let text = text(&three());
    let study = Study::from_text("sellers.toml", &text).unwrap();
    let baseline = study.baseline().unwrap();
    let mix = study.mix(&["half", "rarer"]).unwrap();
    let run = Run::new(&baseline).against([&mix]).results().unwrap();
    for (goal, statistic) in [
        (Goal::Cvar95, Statistic::Cvar95Pct),
        (Goal::Expected, Statistic::ExpectedShortfallPct),
        (Goal::ProbGt10, Statistic::ProbGt10),
    ] {
        // In a race all that are left have all trials; these are few enough that none drops out.
        let plan = Plan {
            goal,
            policies: vec!["half".to_owned(), "rarer".to_owned()],
            trials: Some(512),
            ..Plan::default()
        };
        let found = optimum(&text, &plan);
        let few = Run::new(&baseline).against([&mix]).trials(512).results().unwrap();
        let of = |results: &critmin::study::Results| {
            let found = results.get("half+rarer", ("metal", "USA"), statistic);
            found.map_or(f64::NAN, |found| found.value)
        };
        let tried = found.tried.iter().find(|tried| tried.name == "half+rarer").unwrap();
        assert!(
            close(tried.goal, of(&few), 1e-6, 1e-9),
            "{goal:?}: {} {}",
            tried.goal,
            of(&few)
        );
        assert!(of(&run) > 0.0);
    }
}

/// Seven policies, of which most pairs interact: shares, severities, probabilities, stocks.
fn seven() -> String {
    let stock = |number: usize| {
        format!("[[stockpile]]\nid = \"s{number}\"\nmaterial = \"metal\"\ncountry = \"USA\"\ndays = 0\n")
            + &policy(
                &format!("stock_{number}"),
                &format!("cost = {}e5", 7 + 4 * number),
                &format!("stockpile.s{number}.days"),
                &format!("{}", 20 * (number + 1)),
            )
    };
    text(&(three() + &stock(0) + &stock(1) + &stock(2) + &policy("quarter", "cost = 4.5e6", SHARE, "0.2")))
}

#[test]
fn the_frontier_is_that_of_brute_force() {
    let text = seven();
    let plan = Plan {
        trials: Some(2_560),
        ..Plan::default()
    };
    let found = optimum(&text, &plan);
    assert!(found.is_exhaustive);
    // Every mix with all trials, one by one.
    let study = Study::from_text("sellers.toml", &text).unwrap();
    let baseline = study.baseline().unwrap();
    let ids: Vec<String> = study.policies().into_iter().map(|label| label.id).collect();
    let mut all = Vec::new();
    for bits in 0..1_usize << ids.len() {
        let mix: Vec<&str> = (0..ids.len())
            .filter(|bit| bits >> bit & 1 == 1)
            .map(|bit| ids[bit].as_str())
            .collect();
        let Ok(variant) = study.mix(&mix) else { continue };
        let run = Run::new(&variant).trials(2_560).results().unwrap();
        let name = if mix.is_empty() {
            "baseline".to_owned()
        } else {
            mix.join("+")
        };
        let goal = run
            .get(variant.id(), ("metal", "USA"), Statistic::Cvar95Pct)
            .unwrap()
            .value;
        let cost = study
            .cost_of(&mix.iter().map(|id| (*id, None)).collect::<Vec<_>>())
            .unwrap();
        all.push((cost, goal, name));
    }
    drop(baseline);
    // `half` and `quarter` set one key to different values.
    assert_eq!(all.len(), 96);
    assert_eq!(found.excluded.len(), 1);
    all.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1)));
    let (mut least, mut frontier) = (f64::INFINITY, Vec::new());
    for (_, goal, name) in &all {
        if *goal < least * (1.0 - 1e-9) {
            least = *goal;
            frontier.push(name.as_str());
        }
    }
    assert_eq!(names(&found), frontier);
    // A search that may look at two thirds of them finds the same.
    let plan = Plan { most_mixes: 80, ..plan };
    let searched = optimum(&text, &plan);
    assert!(!searched.is_exhaustive && searched.tried.len() <= 80);
    assert_eq!(names(&searched), frontier);
}

#[test]
fn a_size_is_as_large_as_the_budget_allows() {
    let plan = Plan {
        goal: Goal::Expected,
        budget: Some(437_500.0),
        policies: vec!["plant".to_owned()],
        ..Plan::default()
    };
    let found = optimum(&with_plant(), &plan);
    let best = best(&found);
    let size = best.policies[0].1.unwrap();
    assert!(close(size, 437.5, 1e-6, 0.0) && best.cost <= 437_500.0, "{size}");
    // The plant's whole output is there whatever happens: of every trial's loss 437.5 t a year are made up, as far as it reaches.
    let goal = |name: &str| {
        found
            .tried
            .iter()
            .find(|tried| tried.name == name)
            .map(|tried| tried.goal)
    };
    assert!(
        best.goal
            < goal("plant@433.3333333333333")
                .or(goal("plant@266.66666666666663"))
                .unwrap()
    );
    // Up and down by a step, and without.
    let sizes: Vec<Option<Option<f64>>> = found.last_dollar.iter().map(|step| step.to).collect();
    assert_eq!(sizes[0], None);
    assert_eq!(sizes[2], Some(Some(600.0)));
    assert_eq!(sizes.len(), 3);
}

#[test]
fn bundles_cost_and_do_what_their_parts_do() {
    let bundle = "[[policy]]\nid = \"both\"\nincludes = [\"half\", \"rarer\"]\n[[policy]]\nid = \"more\"\ncost = 5e5\nincludes = [\"both\"]\n\
                  [[policy.set]]\nkey = \"event.outage.severity.high\"\nvalue = 0.25\n";
    let text = text(&(three() + bundle));
    let study = Study::from_text("sellers.toml", &text).unwrap();
    let costs: Vec<Option<f64>> = study.policies().into_iter().map(|label| label.cost).collect();
    assert_eq!(costs, [Some(3e6), Some(2e6), Some(1e6), Some(4e6), Some(4.5e6)]);
    assert_eq!(
        study.cost_of(&[("both", None), ("rarer", None), ("milder", None)]),
        Some(6e6)
    );
    let baseline = study.baseline().unwrap();
    let (both, parts) = (study.policy("both").unwrap(), study.mix(&["half", "rarer"]).unwrap());
    let run = Run::new(&baseline)
        .against([&both, &parts])
        .trials(512)
        .results()
        .unwrap();
    assert_eq!(run.run.policies[1].summary, run.run.policies[2].summary);
    let found = optimum(&text, &Plan::default());
    assert_eq!(found.left_out.len(), 1);
    assert_eq!(found.left_out[0].0, "both");
    // `more` excludes its parts, and `milder`, which sets the same key.
    let why: Vec<(&str, &str)> = found
        .excluded
        .iter()
        .map(|(one, other, _)| (one.as_str(), other.as_str()))
        .collect();
    assert_eq!(why, [("half", "more"), ("milder", "more"), ("rarer", "more")]);
    assert_eq!(found.tried.len(), 9);
}

#[test]
fn no_country_makes_more_than_the_cap() {
    let text = text(&three());
    let of = |cap: f64| {
        let plan = Plan {
            cap: Some(cap),
            ..Plan::default()
        };
        optimum(&text, &plan)
    };
    // With half elsewhere China makes 40 %, Australia 60 %.
    let found = of(0.65);
    assert!(
        names(&found).iter().all(|name| name.starts_with("half")),
        "{:?}",
        names(&found)
    );
    assert_eq!(best(&found).name, "half+milder+rarer");
    let (material, country, share) = best(&found).largest_share.clone().unwrap();
    assert_eq!((material.as_str(), country.as_str()), ("metal", "AUS"));
    assert!(close(share, 0.6, 1e-9, 0.0));
    let none = of(0.5);
    assert_eq!((none.best, none.frontier.len()), (None, 0));
}

#[test]
fn tables_words_and_json_say_the_same() {
    let bench = Bench::new();
    bench.write("sellers.toml", &with_plant());
    let told = bench.succeed("optimize sellers.toml --budget 3_500_000 --goal expected --out out");
    let printed = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(printed.contains("Within 3.5 million USD, \"Plant at "), "{printed}");
    assert!(printed.contains("one step further or back"), "{printed}");
    let document: Value = serde_json::from_str(&bench.read("out/optimize.json")).unwrap();
    let told = bench
        .succeed("optimize sellers.toml --budget 3.5e6 --goal expected --formats none --out again --json --threads 1");
    assert_eq!(serde_json::from_str::<Value>(&told).unwrap(), document);
    for file in ["optimize.csv", "last_dollar.csv", "optimize.json"] {
        assert_eq!(
            bench.read(&format!("out/{file}")),
            bench.read(&format!("again/{file}")),
            "{file}"
        );
    }
    let table = bench.read("out/optimize.csv");
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    let header = rows.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|column| column == name).unwrap();
    let tried = document["tried"].as_array().unwrap();
    let (mut frontier, mut checked) = (Vec::new(), 0);
    for row in rows.records().map(Result::unwrap) {
        let mix = tried.iter().find(|mix| mix["mix"] == row[at("mix")]).unwrap();
        let number = |column: &str| row[at(column)].parse::<f64>().unwrap();
        assert!(
            close(number("cost"), mix["cost"].as_f64().unwrap(), 1e-5, 1e-9),
            "{row:?}"
        );
        assert!(
            close(number("goal"), mix["goal"].as_f64().unwrap(), 1e-5, 1e-9),
            "{row:?}"
        );
        if &row[at("is_on_frontier")] == "true" {
            frontier.push(row[at("mix")].to_owned());
            let change = mix["change"]["value"].as_f64().unwrap_or(0.0);
            assert!(row[at("change")].is_empty() || close(number("change"), change, 1e-5, 1e-9));
        }
        assert_eq!(&row[at("is_best")] == "true", document["best"] == row[at("mix")]);
        checked += 1;
    }
    assert_eq!(checked, tried.len());
    let said: Vec<&str> = document["frontier"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(said, frontier);
    assert!(bench.path("out/charts/optimize-frontier-metal.svg").exists());
}

#[test]
fn wrong_budgets_policies_and_caps_are_refused() {
    let bench = Bench::new();
    bench.write("sellers.toml", &text(&three()));
    bench.write("free.toml", &text(&policy("half", "", SHARE, "0.4")));
    bench.refuse("optimize sellers.toml --budget=-5", 2, &["expected an amount in USD"]);
    bench.refuse("optimize sellers.toml --budget much", 2, &["expected an amount in USD"]);
    bench.refuse(
        "optimize sellers.toml --cap 65",
        2,
        &["expected a share above 0, at most 1"],
    );
    bench.refuse(
        "optimize sellers.toml --policy hlaf --out refused",
        1,
        &["there is no policy `hlaf`", "half"],
    );
    bench.refuse(
        "optimize free.toml --out refused",
        1,
        &["nothing to choose from", "`half`: it has no cost"],
    );
}

#[test]
fn a_precision_gives_as_many_trials_as_each_policy_alone_needs() {
    let text = text(&three());
    let plan = |precision, trials| Plan {
        goal: Goal::Expected,
        trials: Some(trials),
        precision,
        ..Plan::default()
    };
    let found = optimum(&text, &plan(Some(0.02), 20_000));
    let trials = found.results.trials();
    assert!((2_048..20_000).contains(&trials), "{trials}");
    // The same as with so many trials, and no more than needed: four batches before, an error was larger.
    let error = |of: &Optimum, policy: &str| {
        let row = ("metal", "USA");
        let mean = of
            .results
            .get("baseline", row, Statistic::ExpectedShortfallPct)
            .unwrap();
        match policy {
            "baseline" => mean.standard_error / mean.value,
            policy => {
                let less = of.results.difference(policy, row, Statistic::ExpectedShortfallPct);
                less.map_or(0.0, |less| less.estimate.standard_error / mean.value)
            }
        }
    };
    let policies = ["baseline", "half", "milder", "rarer"];
    assert!(policies.iter().all(|policy| error(&found, policy) <= 0.02));
    let same = optimum(&text, &plan(None, trials));
    assert_eq!(found.tried, same.tried);
    assert!(found.results.run == same.results.run);
    let most = optimum(&text, &plan(Some(1e-6), 2_560));
    assert_eq!(most.results.trials(), 2_560);
}
