//! `critmin sensitivity`: indices and bars in closed form, that a bar's end is a run with its `--set`, what it writes and refuses.

use serde_json::Value;

use critmin::study::{FactorKind, Progress, Statistic, Study};
use critmin::whatif::sensitivity::{Plan, Sensitivity, sensitivity};

use crate::bench::Bench;
use crate::sellers::sellers;
use crate::support::close;

/// Two plants that together never make what is wanted: what is short is 1 - (A + B) / 1,200, with A from 600 to 800 and B from 300 to 400.
const ADDITIVE: &str = r#"
format = 1
title = "Two plants"
assumption = "made up for a test"
time = { start = "2026-01", periods = 12 }
run = { trials = 2560, balance = "as given" }
demand = [ { material = "metal", country = "USA", amount = 1200 } ]
[[material]]
id = "metal"
[[supply]]
id = "one"
country = "USA"
material = "metal"
capacity = { dist = "uniform", low = 600, high = 800 }
[[supply]]
id = "other"
country = "USA"
material = "metal"
capacity = { dist = "uniform", low = 300, high = 400 }
"#;

fn study(text: &str) -> Study {
    Study::from_text("s.toml", text).unwrap()
}

fn analysed(text: &str, plan: &Plan) -> Sensitivity {
    sensitivity(&study(text), plan, &Progress::default()).unwrap()
}

#[test]
fn two_additive_inputs_in_closed_form() {
    let found = analysed(ADDITIVE, &Plan::default());
    // Variances as the squares of the ranges: 4 to 1, and nothing together.
    let indices = found.indices.as_ref().unwrap();
    let ids: Vec<&str> = found.factors.iter().map(|factor| factor.id.as_str()).collect();
    assert_eq!(ids, ["supply.one.capacity", "supply.other.capacity"]);
    for (factor, exact) in [(0, 0.8), (1, 0.2)] {
        for index in [indices.first[factor], indices.total[factor]] {
            assert!(
                (index.value - exact).abs() < 4.0 * index.standard_error,
                "{index:?} for {exact}"
            );
        }
    }
    assert!(found.widest_interval() <= 0.1);
    let variance = (200.0_f64 * 200.0 + 100.0 * 100.0) / 12.0 / 144.0;
    assert!(close(indices.variance, variance, 0.1, 0.0), "{}", indices.variance);
    assert!(close(indices.mean, 12.5, 0.02, 0.0), "{}", indices.mean);
    // A tenth of the range from its ends, against the mean in the middle: 80 t and 40 t of 1,200.
    let widest: Vec<&str> = found.bars.iter().map(|bar| bar.key.as_str()).collect();
    assert_eq!(widest, ids);
    for (bar, half) in found.bars.iter().zip([80.0 / 12.0, 40.0 / 12.0]) {
        for (end, exact) in bar.ends.iter().zip([half, -half]) {
            let change = end.difference.unwrap().estimate;
            assert!(
                (change.value - exact).abs() < 4.0 * change.standard_error + 1e-3,
                "{change:?} for {exact}"
            );
        }
    }
    assert_eq!(found.bars[0].ends[0].set, "supply.one.capacity=620");
    for width in [80, 40] {
        let words = critmin::report::sensitivity::words::terminal(&found, width);
        assert!(words.lines().all(|line| line.chars().count() <= width), "{words}");
        assert!(words.contains("supply.one"), "{words}");
    }
    // The worst tenth are the trials in which little is made.
    let discovery = found.discovery.as_ref().unwrap();
    let best = &discovery.boxes[0];
    assert!(best.density > 0.6 && best.coverage > 0.6, "{best:?}");
    let one = best.ranges.iter().find(|range| range.column == 0).unwrap();
    assert!(one.low.is_none() && one.high.unwrap() < 660.0, "{best:?}");
}

/// Half of the trials have the outage: its severity is uniform, and nothing else is left to chance.
#[test]
fn an_event_is_one_factor_and_marks_the_worst() {
    let text = sellers(
        "{ material = \"metal\", country = \"USA\", amount = 1200 }",
        "CHN = 0.8, AUS = 0.2",
        "",
    );
    let found = analysed(&text, &Plan::default());
    let indices = found.indices.as_ref().unwrap();
    assert_eq!((found.factors.len(), found.factors[0].kind), (1, FactorKind::Event));
    // All of the variance, whatever is estimated.
    assert!((indices.first[0].value - 1.0).abs() < 0.1 && (indices.total[0].value - 1.0).abs() < 0.1);
    assert_eq!(found.bars, []);
    let discovery = found.discovery.as_ref().unwrap();
    let best = &discovery.boxes[0];
    assert!(best.coverage > 0.95 && best.density > 0.95, "{best:?}");
    // The tenth from the top of half the trials: severities above 0.8 for twelve months.
    let low = best
        .ranges
        .iter()
        .find_map(|range| range.low.filter(|low| *low > 1.0))
        .unwrap();
    assert!((low - 9.6).abs() < 0.5, "{best:?}");
    assert!((discovery.threshold_pct - 64.0).abs() < 4.0, "{discovery:?}");
}

#[test]
fn tied_events_are_one_factor() {
    let event = |id: &str| {
        format!(
            "[[event]]\nid = \"{id}\"\nkind = \"production_loss\"\ncountry = \"AUS\"\n\
             severity = {{ dist = \"uniform\", low = 0, high = 1 }}\narrival = {{ process = \"poisson\", per_year = 0.5 }}\nduration = 2\n"
        )
    };
    let tie = "[[copula]]\nid = \"tie\"\nfamily = \"gaussian\"\nevents = [\"outage\", \"b\"]\non = \"severity\"\ncorrelation = 0.5\n\
               [[frailty]]\nid = \"tension\"\nevents = [\"b\", \"d\"]\nfactor = { dist = \"gamma\", mean = 1, sd = 0.5 }\n";
    let text = sellers(
        "{ material = \"metal\", country = \"USA\", amount = 1200 }",
        "CHN = 0.8, AUS = 0.2",
        &format!("{}{}{}{tie}", event("b"), event("c"), event("d")),
    );
    let factors = study(&text).baseline().unwrap().factors();
    let ids: Vec<&str> = factors.iter().map(|factor| factor.id.as_str()).collect();
    assert_eq!(ids, ["outage+b+d", "c"]);
    assert_eq!(
        (factors[0].kind, factors[1].kind),
        (FactorKind::Events, FactorKind::Event)
    );
}

const LEVER: &str = "[[lever]]\nkey = \"demand.metal.USA.final.amount\"\nlow = 1150\nhigh = 1300\nname = \"Demand\"\n";

#[test]
fn an_end_is_a_run_with_its_set() {
    let bench = Bench::new();
    let text = format!("{ADDITIVE}{LEVER}");
    bench.write("s.toml", &text);
    bench.succeed("sensitivity s.toml --of cvar95_pct --trials 2560 --formats none --out out --quiet");
    let document: Value = serde_json::from_str(&bench.read("out/sensitivity.json")).unwrap();
    let bars = document["tornado"].as_array().unwrap();
    assert_eq!(bars.len(), 3);
    let lever = bars.iter().find(|bar| bar["kind"] == "lever").unwrap();
    assert_eq!(
        (&lever["name"], &lever["ends"][1]["at"]),
        (&Value::from("Demand"), &Value::from("1300"))
    );
    for bar in bars {
        for end in bar["ends"].as_array().unwrap() {
            let set = end["set"].as_str().unwrap();
            bench.succeed(&format!(
                "run s.toml --set {set} --trials 2560 --policy baseline --formats none --out run --quiet"
            ));
            let run: Value = serde_json::from_str(&bench.read("run/results.json")).unwrap();
            let row = &run["policies"][0]["summary"][0];
            assert_eq!(row["cvar95_pct"]["value"], end["value"], "{set}");
        }
    }
}

/// What only this command uses changes no figure of a run.
#[test]
fn a_lever_changes_no_run() {
    let bench = Bench::new();
    bench.write("s.toml", ADDITIVE);
    bench.write("with/s.toml", &format!("{ADDITIVE}{LEVER}"));
    bench.succeed("run s.toml --formats none --out one --quiet");
    bench.succeed("run with/s.toml --formats none --out other --quiet");
    for file in ["summary.csv", "timeline.csv", "exceedance.csv"] {
        assert_eq!(
            bench.read(&format!("one/{file}")),
            bench.read(&format!("other/{file}")),
            "{file}"
        );
    }
}

#[test]
fn tables_words_and_json_say_the_same_for_any_threads() {
    let bench = Bench::new();
    let event = "[[event]]\nid = \"fire\"\nname = \"Fire\"\nkind = \"production_loss\"\nsupply = \"one\"\n\
                 arrival = { process = \"poisson\", per_year = { dist = \"gamma\", mean = 0.5, sd = 0.3 } }\nduration = 3\n";
    bench.write("s.toml", &format!("{ADDITIVE}{event}"));
    let printed = bench.succeed("sensitivity s.toml --trials 2560 --formats svg --out out");
    for words in [
        "what drives",
        "Fire: times a year",
        "Shares of the variance of the shortfall",
        " of the shortfall over the horizon (mean ",
        "What marks the worst tenth of trials",
    ] {
        assert!(printed.contains(words), "{words}: {printed}");
    }
    let document: Value = serde_json::from_str(&bench.read("out/sensitivity.json")).unwrap();
    let told = bench.succeed("sensitivity s.toml --trials 2560 --formats none --out again --json");
    assert_eq!(serde_json::from_str::<Value>(&told).unwrap(), document);
    let table = bench.read("out/sensitivity.csv");
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let header = reader.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|column| column == name).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let cell = |method: &str, factor: &str, what: &str, column: &str| -> f64 {
        let mut found = rows
            .iter()
            .filter(|row| &row[at("method")] == method && &row[at("factor")] == factor && &row[at("what")] == what);
        found.next().unwrap()[at(column)].parse().unwrap()
    };
    let same = |written: f64, told: &Value| close(written, told.as_f64().unwrap(), 1e-5, 1e-9);
    for bar in document["tornado"].as_array().unwrap() {
        for end in bar["ends"].as_array().unwrap() {
            let (key, what) = (bar["key"].as_str().unwrap(), end["end"].as_str().unwrap());
            assert!(same(cell("tornado", key, what, "value"), &end["difference"]["value"]));
            assert!(same(
                cell("tornado", key, what, "standard_error"),
                &end["difference"]["standard_error"]
            ));
        }
    }
    let factors = document["indices"]["factors"].as_array().unwrap();
    assert_eq!(factors.len(), 4);
    for factor in factors {
        for what in ["first_order", "total"] {
            let id = factor["factor"].as_str().unwrap();
            assert!(same(cell("sobol", id, what, "value"), &factor[what]["value"]));
            assert!(same(cell("sobol", id, what, "low"), &factor[what]["low"]));
        }
    }
    let best = &document["discovery"]["boxes"][0];
    assert!(same(cell("discovery", "", "coverage", "value"), &best["coverage"]));
    for name in ["tornado", "variance", "worst"] {
        assert!(
            bench.path(&format!("out/charts/sensitivity-{name}-metal.svg")).exists(),
            "{name}"
        );
    }
    for threads in [1, 3] {
        bench.succeed(&format!(
            "sensitivity s.toml --trials 2560 --formats svg --out t{threads} --threads {threads} --quiet"
        ));
    }
    for file in [
        "sensitivity.csv",
        "sensitivity.json",
        "charts/sensitivity-variance-metal.svg",
    ] {
        assert_eq!(
            bench.read(&format!("t1/{file}")),
            bench.read(&format!("t3/{file}")),
            "{file}"
        );
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    let bench = Bench::new();
    bench.write("s.toml", ADDITIVE);
    bench.refuse("sensitivity none.toml", 1, &["none.toml", "cannot be read"]);
    bench.refuse(
        "sensitivity s.toml --of cvar95",
        1,
        &["there is no statistic `cvar95`", "cvar95_pct"],
    );
    let certain = "--set supply.one.capacity=600 --set supply.other.capacity=300";
    bench.refuse(
        &format!("sensitivity s.toml {certain} --out refused"),
        1,
        &["nothing in this scenario is uncertain", "[[lever]]"],
    );
    bench.write(
        "lever.toml",
        &format!("{ADDITIVE}{}", LEVER.replace("final.amount", "final.amounts")),
    );
    bench.refuse(
        "sensitivity lever.toml --out refused",
        1,
        &["lever.toml:21", "demand.metal.USA.final.amounts"],
    );
    assert!(!bench.path("refused").exists());
    bench.write("out/sensitivity.csv", "mine");
    bench.refuse(
        "sensitivity s.toml --formats none --out out",
        3,
        &["sensitivity.csv", "did not write"],
    );
}

/// Without any demand in focus, or without a shortfall, it says so.
#[test]
fn nothing_short_is_said() {
    let text = ADDITIVE.replace("amount = 1200", "amount = 100");
    let found = analysed(
        &text,
        &Plan {
            trials: Some(256),
            ..Plan::default()
        },
    );
    assert_eq!((found.indices.as_ref(), found.discovery.as_ref()), (None, None));
    assert_eq!(found.measure, Statistic::ExpectedShortfallPct);
    let words = critmin::report::sensitivity::words::terminal(&found, 80);
    assert!(words.contains("None of these numbers alone moves"), "{words}");
    assert!(words.contains("the same in all trials"), "{words}");
}
