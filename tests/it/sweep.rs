//! `critmin sweep`: what it finds in closed form, that every point is a run of its own, what it writes, and what it refuses.

use serde_json::Value;

use critmin::study::{Progress, Statistic, Study};
use critmin::whatif::Unanswered;
use critmin::whatif::sweep::{Axis, Plan, Sweep, sweep};

use crate::bench::Bench;
use crate::sellers::{policy, sellers};
use crate::support::{close, read, simulate, with};

/// Three sellers of one good, and a policy.
fn without_third() -> String {
    let milder = policy(
        "milder",
        "name = \"Milder\"\ncost = 5e5",
        "event.outage.severity.high",
        "0.5",
    );
    let demand = r#"
  { material = "metal", country = "USA", amount = 600 },
  { material = "metal", country = "JPN", amount = 600 },
"#;
    let text = sellers(demand, "CHN = 0.6, AUS = 0.3, IND = 0.1", &milder);
    text.replace("title = \"Sellers\"", "title = \"Three sellers\"")
        .replace("trials = 2560", "trials = 2304")
}

/// The same with a policy that sets the share. A run checks every policy, and with shares set one by one that policy has no sum of 1.
fn text() -> String {
    without_third() + &policy("third", "", SHARE, "0.3")
}

const SHARE: &str = "shares.metal.by_country.CHN";

fn plan(axes: &[&str]) -> Plan {
    Plan {
        axes: axes.iter().map(|axis| Axis::parse(axis).unwrap()).collect(),
        ..Plan::default()
    }
}

fn swept(plan: &Plan) -> Sweep {
    let study = Study::from_text("three-sellers.toml", &text()).unwrap();
    sweep(&study, plan, &Progress::default()).unwrap()
}

#[test]
fn the_shortfall_is_proportional_to_the_share() {
    let plan = Plan {
        level: Some(12.5),
        trials: Some(8_192),
        ..plan(&[&format!("{SHARE}=0.2..0.8:4")])
    };
    let found = swept(&plan);
    assert_eq!(found.statistic, Statistic::ExpectedShortfallPct);
    assert_eq!(found.stands, [Some(0.6)]);
    let cells = found.at("metal", "USA");
    assert_eq!(cells.len(), 4);
    let slope = cells[0].found.value().unwrap() / 0.2;
    let error = cells[0].found.estimate().unwrap().standard_error / 0.2;
    assert!((slope - 25.0).abs() <= 4.0 * error, "{slope} {error}");
    for (cell, share) in cells.iter().zip([0.2, 0.4, 0.6, 0.8]) {
        let estimate = cell.found.estimate().unwrap();
        assert!(close(estimate.value, slope * share, 1e-9, 0.0), "{cell:?}");
        // The same trials: the difference from 0.6 is known to |share - 0.6| of the slope's error, not to the sum of two runs'.
        let difference = cell.difference.unwrap().estimate;
        assert!(close(difference.value, slope * (share - 0.6), 1e-9, 1e-9), "{cell:?}");
        assert!(
            close(difference.standard_error, error * (share - 0.6_f64).abs(), 1e-6, 1e-9),
            "{cell:?} {error}"
        );
        // The others share what is left as 3 to 1.
        let rest = 1.0 - share;
        let hhi = share * share + rest * rest * (9.0 + 1.0) / 16.0;
        let told = found.points[cell.point].concentration[0].unwrap();
        assert!(close(told, hhi, 1e-9, 0.0), "{told} {hhi}");
    }
    // The level where the line meets it; the band's ends are lines through 0, too.
    let here: Vec<_> = found.crossings.iter().filter(|found| found.country == "USA").collect();
    let [one] = here[..] else { panic!("{here:?}") };
    let reach = {
        let estimate = cells[3].found.estimate().unwrap();
        (estimate.high - estimate.value) / 0.8
    };
    assert!(
        close(one.crossing.at, 12.5 / slope, 1e-9, 0.0) && one.crossing.rises,
        "{one:?}"
    );
    assert!(
        close(one.crossing.low.unwrap(), 12.5 / (slope + reach), 1e-6, 0.0),
        "{one:?}"
    );
    assert!(
        close(one.crossing.high.unwrap(), 12.5 / (slope - reach), 1e-6, 0.0),
        "{one:?}"
    );
    // From the first point: the same slope.
    let found = swept(&Plan {
        from_first: true,
        ..plan
    });
    let cell = found.at("metal", "USA")[3];
    assert!(close(cell.difference.unwrap().estimate.value, slope * 0.6, 1e-9, 0.0));
    assert_eq!(found.at("metal", "USA")[0].difference.unwrap().estimate.value, 0.0);
}

#[test]
fn what_a_share_gives_up_goes_to_those_named() {
    let plain = without_third();
    let to = |names: &[&str], text: &str, axis: &str| {
        let study = Study::from_text("three-sellers.toml", text).unwrap();
        let plan = Plan {
            to: names.iter().map(ToString::to_string).collect(),
            trials: Some(256),
            ..plan(&[axis])
        };
        sweep(&study, &plan, &Progress::default())
    };
    let shares = |found: &Sweep, point: usize| {
        let policy = &found.results.run.policies[point + 1];
        let mut shares: Vec<(String, f64)> = policy
            .supply_shares
            .iter()
            .map(|share| (share.country.clone(), share.share_pct))
            .collect();
        shares.sort_by(|one, other| one.0.cmp(&other.0));
        shares
    };
    let same = |found: Vec<(String, f64)>, wanted: &[(&str, f64)]| {
        assert_eq!(found.len(), wanted.len(), "{found:?}");
        for ((country, share), (code, value)) in found.iter().zip(wanted) {
            assert!(country == code && close(*share, *value, 1e-9, 0.0), "{found:?}");
        }
    };
    let axis = &format!("{SHARE}=0.4,0.8");
    let found = to(&["AUS"], &plain, axis).unwrap();
    same(shares(&found, 0), &[("AUS", 50.0), ("CHN", 40.0), ("IND", 10.0)]);
    same(shares(&found, 1), &[("AUS", 10.0), ("CHN", 80.0), ("IND", 10.0)]);
    // In proportion to their own shares, 3 to 1; who is new and alone takes all; where none has any, equal parts.
    let found = to(&["AUS", "IND"], &plain, axis).unwrap();
    same(shares(&found, 0), &[("AUS", 45.0), ("CHN", 40.0), ("IND", 15.0)]);
    let down = &format!("{SHARE}=0.4,0.5");
    let found = to(&["CAN"], &plain, down).unwrap();
    same(
        shares(&found, 0),
        &[("AUS", 30.0), ("CAN", 20.0), ("CHN", 40.0), ("IND", 10.0)],
    );
    let found = to(&["CAN", "VNM"], &plain, down).unwrap();
    same(
        shares(&found, 0),
        &[
            ("AUS", 30.0),
            ("CAN", 10.0),
            ("CHN", 40.0),
            ("IND", 10.0),
            ("VNM", 10.0),
        ],
    );
    let refused = |names: &[&str], text: &str, axis: &str, words: &str| match to(names, text, axis) {
        Err(Unanswered::Refused(refusal)) => assert!(refusal.message.contains(words), "{refusal:?}"),
        other => panic!("{other:?}"),
    };
    refused(
        &["IND"],
        &plain,
        axis,
        "IND has 0.1 of `metal`, and cannot give the 0.2",
    );
    refused(&["CHN"], &plain, axis, "CHN is varied");
    refused(
        &["IND"],
        &plain,
        "event.outage.severity.high=0.2,0.4",
        "no share is varied",
    );
    let uncertain = plain.replace("IND = 0.1", "IND = { dist = \"uniform\", low = 0.05, high = 0.15 }");
    refused(&["IND"], &uncertain, axis, "the share of IND in `metal` is uncertain");
}

/// Every point, in every sampling design, under a policy, with two keys, to those named, and where who is in focus follows what is varied.
#[test]
fn a_point_is_a_run_with_its_set_to_the_byte() {
    for sampling in ["latin_hypercube", "random", "antithetic", "sobol"] {
        let text = without_third().replace("trials = 2304", &format!("trials = 2304, sampling = \"{sampling}\""));
        let document = read(&text);
        let study = Study::from_text("generated.toml", &text).unwrap();
        let share = format!("{SHARE}=0,0.3,0.9");
        for (axes, to, policy) in [
            (vec![share.as_str()], vec![], None),
            (vec![share.as_str()], vec!["AUS", "IND"], Some("milder")),
            (
                vec!["event.outage.arrival.probability=0,0.01,1"],
                vec![],
                Some("baseline"),
            ),
            (
                vec![share.as_str(), "demand.metal.JPN.final.amount=0..900:2"],
                vec![],
                None,
            ),
        ] {
            let plan = Plan {
                to: to.into_iter().map(str::to_owned).collect(),
                policy: policy.map(str::to_owned),
                of: Some(Statistic::Cvar95Pct),
                ..plan(&axes)
            };
            let found = sweep(&study, &plan, &Progress::default()).unwrap();
            for point in &found.points {
                let set = found.results.run.manifest.set.iter().chain(&point.set);
                let set: Vec<&str> = set.map(String::as_str).collect();
                let named: Vec<&str> = policy.into_iter().filter(|id| *id != "baseline").collect();
                let report = simulate(&with(&document, &set), &named);
                let run = report.results.policies.last().unwrap();
                let here = found.results.variant(&point.name).unwrap();
                let as_text = |summary: &[critmin::study::SummaryRow]| serde_json::to_string(summary).unwrap();
                assert_eq!(
                    as_text(&here.summary),
                    as_text(&run.summary),
                    "{sampling} {set:?} {policy:?}"
                );
                assert_eq!(here.exceedance, run.exceedance, "{sampling} {set:?}");
            }
        }
    }
}

#[test]
fn tables_words_json_and_runs_say_the_same() {
    let bench = Bench::new();
    bench.write("three.toml", &text());
    let line = format!("sweep three.toml --vary {SHARE}=0.2..0.8:4 --policy milder --level 5 --formats none --out out");
    let printed = bench.succeed(&line);
    for words in [
        "varied: shares.metal.by_country.CHN",
        "policy: milder",
        "HHI",
        "is lowest at share of CHN = 0.2",
        "The scenario as it is has share of CHN = 0.6, under the policy `milder`",
        "It rises through 5 % at share of CHN = 0.4 (",
        "critmin run three.toml --set shares.metal.by_country.CHN=0.8",
    ] {
        assert!(printed.contains(words), "{words}\n{printed}");
    }
    let document: Value = serde_json::from_str(&bench.read("out/sweep.json")).unwrap();
    let told = bench.succeed(&format!("{line} --json"));
    assert_eq!(serde_json::from_str::<Value>(&told).unwrap(), document);
    let mut rows = csv::Reader::from_path(bench.path("out/sweep.csv")).unwrap();
    let header = rows.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|column| column == name).unwrap();
    let mut checked = 0;
    for row in rows.records().map(Result::unwrap) {
        let point = &document["points"][row[at("point")].parse::<usize>().unwrap() - 1];
        assert_eq!(point["at"][0].as_f64(), row[at("at")].parse().ok());
        assert_eq!(point["run_options"], row[at("run_options")]);
        let mut cells = point["cells"].as_array().unwrap().iter();
        let cell = cells
            .find(|cell| cell["material"] == row[at("material")] && cell["country"] == row[at("country")])
            .unwrap();
        for (column, value) in [
            ("value", &cell["value"]["value"]),
            ("value_se", &cell["value"]["standard_error"]),
            ("value_low", &cell["value"]["low"]),
            ("difference", &cell["difference"]["value"]),
            ("difference_se", &cell["difference"]["standard_error"]),
            ("hhi", &point["hhi"][0]),
        ] {
            let written: f64 = row[at(column)].parse().unwrap();
            assert!(close(written, value.as_f64().unwrap(), 1e-5, 1e-12), "{column} {row:?}");
        }
        checked += 1;
    }
    assert_eq!(checked, 4 * 3);
    assert!(
        bench
            .read("out/crossings.csv")
            .contains("metal,USA,expected_shortfall_pct,5,")
    );
    // The options printed for a point give its figures, digit for digit.
    for (number, point) in document["points"].as_array().unwrap().iter().enumerate() {
        let options = point["run_options"].as_str().unwrap();
        let run = bench.succeed(&format!(
            "run three.toml {options} --formats none --out run{number} --json"
        ));
        let run: Value = serde_json::from_str(&run).unwrap();
        let summary = run["policies"][1]["summary"].as_array().unwrap();
        for cell in point["cells"].as_array().unwrap() {
            let is_here = |row: &&Value| {
                row["material"] == cell["material"] && row["country"] == cell["country"] && row["sector"] == "all"
            };
            let row = summary.iter().find(is_here).unwrap();
            assert_eq!(row["expected_shortfall_pct"].to_string(), cell["value"].to_string());
        }
    }
    // The same bytes for any number of threads.
    bench.succeed(&format!(
        "{} --threads 1 --quiet",
        line.replace("--out out", "--out one")
    ));
    for file in ["sweep.csv", "crossings.csv", "sweep.json"] {
        assert_eq!(
            bench.read(&format!("one/{file}")),
            bench.read(&format!("out/{file}")),
            "{file}"
        );
    }
}

#[test]
fn two_keys_make_a_table_and_a_map() {
    let bench = Bench::new();
    bench.write("three.toml", &text());
    let line = format!(
        "sweep three.toml --vary {SHARE}=0.2,0.4,0.8 --vary event.outage.arrival.probability=0.25..1:4 --of prob_gt_10 --level 0.3 --out out"
    );
    let printed = bench.succeed(&line);
    assert!(
        printed.contains("across: event.outage.arrival.probability"),
        "{printed}"
    );
    let document: Value = serde_json::from_str(&bench.read("out/sweep.json")).unwrap();
    assert_eq!(document["points"].as_array().unwrap().len(), 12);
    // P(0.8 S > 0.1) = p (1 - 1/8), S uniform: 0.875 where the event is certain.
    let last = &document["points"][11]["cells"][0]["value"];
    let (value, error) = (
        last["value"].as_f64().unwrap(),
        last["standard_error"].as_f64().unwrap(),
    );
    assert!((value - 0.875).abs() <= 4.0 * error + 1e-3, "{last}");
    let map = bench.read("out/charts/sweep-metal.svg");
    assert!(map.contains("To the right: event.outage.arrival.probability"), "{map}");
    let curve = format!("sweep three.toml --vary {SHARE}=0.2..0.8:4 --level 8 --out out");
    bench.succeed(&curve);
    let map = bench.read("out/charts/sweep-metal.svg");
    assert!(
        map.contains("HHI 0.") && map.contains("as it is: 0.6") && map.contains("level 8"),
        "{map}"
    );
}

#[test]
fn wrong_keys_ranges_policies_and_folders_are_refused() {
    let bench = Bench::new();
    bench.write("three.toml", &text());
    let refuse = |options: &str, code: i32, words: &[&str]| {
        bench.refuse(
            &format!("sweep three.toml {options} --formats none --out refused"),
            code,
            words,
        );
    };
    refuse(
        "--vary shares.metl.by_country.CHN=0.2,0.4",
        1,
        &["there is no `shares.metl`", "did you mean"],
    );
    refuse(
        "--vary event.outage.severty=0.2,0.4",
        1,
        &["severty", "did you mean `event.outage.severity`?"],
    );
    refuse(&format!("--vary {SHARE}=0.5,1.5"), 1, &["1.5"]);
    refuse("--vary event.outage.kind=1,2", 1, &["event.outage.kind=1"]);
    refuse(
        "--vary run.seed=1,2",
        1,
        &["a sweep cannot vary `run.seed`", "--set run.seed=VALUE"],
    );
    refuse(
        "--vary time.periods=12..24:3",
        1,
        &["a sweep cannot vary `time.periods`"],
    );
    refuse(&format!("--vary {SHARE}=a..0.5:3"), 2, &["`a` is not a number"]);
    refuse(&format!("--vary {SHARE}=0.9..0.1:3"), 2, &["ends before it begins"]);
    refuse(
        &format!("--vary {SHARE}=0.1..0.9:401"),
        2,
        &["401 points are too many: 400 at most"],
    );
    refuse(
        &format!("--vary {SHARE}=0.1..0.9:30 --vary event.outage.arrival.probability=0..1:30"),
        1,
        &["900 points are too many: 400 at most"],
    );
    refuse(
        &format!("--vary {SHARE}=0.1,0.2 --vary {SHARE}=0.3,0.4"),
        1,
        &["is varied twice"],
    );
    refuse(
        &format!("--vary {SHARE}=0.1,0.2 --policy third"),
        1,
        &["the policy `third` sets `shares.metal.by_country.CHN` itself"],
    );
    refuse(
        &format!("--vary {SHARE}=0.1,0.2 --policy thrid"),
        1,
        &["there is no policy `thrid`", "third"],
    );
    refuse(
        &format!("--vary {SHARE}=0.1,0.2 --of cvar_95"),
        1,
        &["there is no statistic `cvar_95`", "did you mean `cvar95_pct`?"],
    );
    refuse(
        &format!("--vary {SHARE}=0.1,0.2 --level x"),
        2,
        &["expected a number in the statistic's unit"],
    );
    bench.write("out/sweep.csv", "mine");
    bench.refuse(
        &format!("sweep three.toml --vary {SHARE}=0.1,0.2 --formats none --out out"),
        3,
        &["sweep.csv", "did not write"],
    );
    // Few trials: it is said whose error is told.
    let printed = bench.succeed(&format!(
        "sweep three.toml --vary {SHARE}=0.1,0.2 --trials 500 --formats none --out few"
    ));
    assert!(
        printed
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .contains("With fewer than 2,048 trials a difference has the error of independent trials"),
        "{printed}"
    );
}

#[test]
fn dates_are_varied_month_by_month() {
    let bench = Bench::new();
    let plant =
        "[[supply]]\nid = \"plant\"\nmaterial = \"metal\"\ncountry = \"USA\"\ncapacity = 600\nopens = \"2027-01\"\n";
    let demand = "{ material = \"metal\", country = \"USA\", amount = 1200 }";
    bench.write("dates.toml", &sellers(demand, "CHN = 0.8, AUS = 0.2", plant));
    let line = "sweep dates.toml --vary supply.plant.opens=2026-01..2026-07:3 --level 13 --out out";
    let told = bench.succeed(line);
    assert!(
        told.contains("2026-04") && told.contains("at plant.opens = 2026-05"),
        "{told}"
    );
    let table = bench.read("out/sweep.csv");
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    let header = rows.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|column| column == name).unwrap();
    let (mut dates, mut values) = (Vec::new(), Vec::new());
    for row in rows
        .records()
        .map(Result::unwrap)
        .filter(|row| &row[at("country")] == "USA")
    {
        dates.push(row[at("at")].to_owned());
        values.push(row[at("value")].parse::<f64>().unwrap());
        assert!(
            row[at("run_options")].contains("supply.plant.opens=\"2026-0"),
            "{row:?}"
        );
    }
    assert_eq!(dates, ["2026-01", "2026-04", "2026-07"]);
    assert!(values[0] < values[1] && values[1] < values[2], "{values:?}");
    // Half a year without the plant is short as ever, half a year with it as if it had always been there.
    assert!(close(values[2], 0.5 * (values[0] + 20.0), 0.03, 0.0), "{values:?}");
    let document: serde_json::Value = serde_json::from_str(&bench.read("out/sweep.json")).unwrap();
    assert_eq!(document["points"][1]["at"][0], "2026-04");
    bench.succeed("run dates.toml --set supply.plant.opens=\"2026-04\" --policy baseline --formats none --out run");
}
