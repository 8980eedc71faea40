//! `critmin screen --country`: each line is what `critmin new` and `critmin screen` give, what is missing has a reason, files and JSON agree, refusals, threads.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::bench::Bench;
use crate::support::close;

fn rows(table: &str) -> (csv::StringRecord, Vec<csv::StringRecord>) {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let header = reader.headers().unwrap().clone();
    (header, reader.records().map(Result::unwrap).collect())
}

fn place(header: &csv::StringRecord, name: &str) -> usize {
    header.iter().position(|column| column == name).unwrap()
}

#[test]
fn it_is_new_and_screen_for_every_mineral() {
    let bench = Bench::new();
    let printed = bench.succeed("screen --country India --formats svg --out out");
    assert!(printed.contains("What is India most exposed to?"), "{printed}");
    assert!(printed.contains("India is most exposed to"), "{printed}");
    assert!(printed.contains("Insufficient data, and why:"), "{printed}");
    let (header, all) = rows(&bench.read("out/screen.csv"));
    // The same columns as a screening of a scenario, and the mineral before them; the same figures.
    for mineral in ["lithium", "cobalt"] {
        bench.succeed(&format!("new {mineral}.toml --mineral {mineral} --for IND"));
        bench.succeed(&format!("screen {mineral}.toml --formats none --out {mineral} --quiet"));
        let (plain, alone) = rows(&bench.read(&format!("{mineral}/screen.csv")));
        let shared: Vec<usize> = (0..header.len())
            .filter(|column| !header[*column].starts_with("mineral"))
            .collect();
        let of_scenario: Vec<&str> = shared.iter().map(|column| &header[*column]).collect();
        assert_eq!(of_scenario, plain.iter().collect::<Vec<_>>());
        let of_mineral = all.iter().filter(|row| row[0] == *mineral);
        let of_mineral: Vec<Vec<&str>> = of_mineral
            .map(|row| shared.iter().map(|column| &row[*column]).collect())
            .collect();
        let alone: Vec<Vec<&str>> = alone.iter().map(|row| row.iter().collect()).collect();
        assert_eq!(of_mineral, alone, "{mineral}");
    }
    // The ranking descends, is of outages in screen.csv, and every mineral is in it, with a figure or a reason.
    let (header, ranking) = rows(&bench.read("out/ranking.csv"));
    let at = |row: &csv::StringRecord, name: &str| row[place(&header, name)].to_owned();
    let (screen_header, _) = rows(&bench.read("out/screen.csv"));
    let of = |row: &csv::StringRecord, name: &str| row[place(&screen_header, name)].to_owned();
    let mut last = f64::INFINITY;
    for row in &ranking {
        let reason = at(row, "insufficient_data");
        assert_eq!(reason.is_empty(), !at(row, "leader").is_empty(), "{row:?}");
        let Ok(lost) = at(row, "year_pct").parse::<f64>() else {
            continue;
        };
        assert!(lost <= last + 1e-9, "{row:?}");
        last = lost;
        assert_ne!(at(row, "leader"), "IND");
        let same = all.iter().find(|one| {
            of(one, "outage") == "stop"
                && of(one, "outage_material") == at(row, "stage")
                && of(one, "outage_country") == at(row, "leader")
                && of(one, "material") == at(row, "material")
                && of(one, "country") == "IND"
        });
        assert_eq!(of(same.unwrap(), "year_pct"), at(row, "year_pct"), "{row:?}");
        let worst: f64 = at(row, "worst_year_pct").parse().unwrap();
        assert!(worst >= lost - 1e-9, "{row:?}");
    }
    let told: BTreeSet<String> = ranking.iter().map(|row| at(row, "mineral")).collect();
    let shipped: BTreeSet<String> = critmin::data::minerals()
        .into_iter()
        .map(|(mineral, _)| mineral)
        .collect();
    assert_eq!(told, shipped);
    let tellurium = ranking.iter().find(|row| at(row, "mineral") == "tellurium").unwrap();
    assert!(
        at(tellurium, "insufficient_data").contains("consumption is not published"),
        "{tellurium:?}"
    );
    // A time to survive is told where a shipped scenario has stocks of India, and nowhere else.
    let with_stocks = ranking.iter().filter(|row| !at(row, "months_to_survive").is_empty());
    let surviving: BTreeSet<String> = with_stocks.map(|row| at(row, "mineral")).collect();
    assert!(
        surviving.contains("rare_earth_magnets") && !surviving.contains("tellurium"),
        "{surviving:?}"
    );
    // JSON and words.
    let document: Value = serde_json::from_str(&bench.read("out/screen.json")).unwrap();
    let entries = document["ranking"].as_array().unwrap();
    let with_rank = ranking.iter().filter(|row| !at(row, "rank").is_empty());
    for (row, entry) in with_rank.clone().zip(entries) {
        assert_eq!(at(row, "stage"), *entry["stage"].as_str().unwrap());
        if let Ok(lost) = at(row, "year_pct").parse::<f64>() {
            assert!(close(
                lost,
                entry["leader"]["year_pct"]["value"].as_f64().unwrap(),
                1e-5,
                1e-9
            ));
        }
    }
    assert_eq!(with_rank.count(), entries.len());
    for file in ["screen-ranking", "screen-matrix"] {
        assert!(bench.read(&format!("out/charts/{file}.svg")).contains("India"));
    }
}

#[test]
fn stocks_that_are_known_give_a_time_to_survive() {
    let bench = Bench::new();
    for threads in [1, 3] {
        bench.succeed(&format!(
            "screen --country USA --formats svg --out t{threads} --threads {threads} --quiet"
        ));
    }
    for file in [
        "ranking.csv",
        "screen.csv",
        "screen.json",
        "charts/screen-ranking.svg",
        "charts/screen-matrix.svg",
    ] {
        assert_eq!(
            bench.read(&format!("t1/{file}")),
            bench.read(&format!("t3/{file}")),
            "{file}"
        );
    }
    let (header, ranking) = rows(&bench.read("t1/ranking.csv"));
    let (stage, months) = (place(&header, "stage"), place(&header, "months_to_survive"));
    let mine = ranking.iter().find(|row| row[stage] == *"cobalt_mine").unwrap();
    assert!(mine[months].parse::<f64>().unwrap() > 0.0, "{mine:?}");
}

#[test]
fn what_cannot_be_is_refused() {
    let bench = Bench::new();
    bench.refuse("screen --country Indja", 1, &["Indja", "IND"]);
    bench.refuse("screen --country WLD", 1, &["WLD"]);
    bench.refuse("screen scenario.toml --country IND", 2, &["cannot be used with"]);
    bench.refuse("screen --country IND --pairs", 2, &["cannot be used with"]);
    bench.refuse("screen --country IND --set run.seed=1", 2, &["cannot be used with"]);
    bench.refuse("screen", 2, &["--country"]);
    bench.write("out/ranking.csv", "mine");
    bench.refuse(
        "screen --country IND --formats none --out out",
        3,
        &["ranking.csv", "did not write"],
    );
}
