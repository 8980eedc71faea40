//! `critmin backtest`: figures of a course against the replay of each trial, that files, words and JSON agree, refusals, threads, the page of docs.

use serde_json::Value;

use critmin::study::{Progress, Quantity, Study, Watched};

use crate::bench::Bench;
use crate::support::{close, in_repository, program, said};

/// Trials of the figures and pictures of docs/backtest.md.
const SHOWN_TRIALS: &str = "512";

fn rows(table: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = reader
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect());
    std::iter::once(header).chain(rows).collect()
}

fn at<'a>(rows: &'a [Vec<String>], row: usize, column: &str) -> &'a str {
    &rows[row][rows[0].iter().position(|name| name == column).unwrap()]
}

#[test]
fn courses_are_those_of_replays() {
    let path = in_repository("scenarios/backtest/cobalt-2025.toml");
    let study = Study::open(&path).unwrap();
    let variant = study.baseline().unwrap();
    let watched = |quantity, materials: &str, from: &str, to: Option<&str>| Watched {
        quantity,
        materials: vec![materials.to_owned()],
        from: from.to_owned(),
        to: to.map(str::to_owned),
    };
    let all = [
        watched(Quantity::Exports, "cobalt_intermediate", "COD", None),
        watched(Quantity::Imports, "cobalt_intermediate", "COD", Some("CHN")),
        watched(Quantity::Output, "cobalt", "CHN", None),
        watched(Quantity::Use, "cobalt", "", Some("USA")),
        watched(Quantity::Stock, "cobalt", "", Some("USA")),
        watched(Quantity::Price, "cobalt", "", Some("USA")),
    ];
    let found = variant.courses(&all, 4, &Progress::default()).unwrap();
    assert_eq!(found.dates.len(), 18);
    for trial in 0..4_u64 {
        let mut command = program();
        command
            .arg("replay")
            .arg(&path)
            .args(["--json", "--trial", &trial.to_string()]);
        let (code, out, error) = said(&command.output().unwrap());
        assert_eq!(code, 0, "{error}");
        let replay: Value = serde_json::from_str(&out).unwrap();
        let sum = |table: &str, column: &str, period: usize, wanted: &dyn Fn(&Value) -> bool| -> f64 {
            let rows = replay[table].as_array().unwrap().iter();
            let of = rows.filter(|row| row["period"].as_u64() == Some(period as u64) && wanted(row));
            of.map(|row| row[column].as_f64().unwrap()).sum()
        };
        for period in 0..18 {
            let lane = |row: &Value, to: &str| {
                row["material"] == "cobalt_intermediate"
                    && row["from"] == "COD"
                    && row["to"] != "COD"
                    && (to.is_empty() || row["to"] == to)
            };
            let market = |row: &Value| row["material"] == "cobalt" && row["country"] == "USA";
            // Three months under way; the undisrupted pipeline before that.
            let arrived = match period {
                0..3 => sum("flows", "undisrupted", 0, &|row| lane(row, "CHN")),
                _ => sum("flows", "flow", period - 3, &|row| lane(row, "CHN")),
            };
            let made = |row: &Value| row["material"] == "cobalt" && row["country"] == "CHN";
            let expected = [
                sum("flows", "flow", period, &|row| lane(row, "")),
                arrived,
                sum("supplies", "output", period, &made),
                sum("markets", "need", period, &market) - sum("markets", "shortfall", period, &market),
                sum("markets", "commercial_stock", period, &market),
                sum("markets", "price_index", period, &market),
            ];
            for (number, expected) in expected.into_iter().enumerate() {
                let value = found.courses[number].trials[trial as usize][period];
                assert!(
                    close(value, expected, 1e-9, 1e-9),
                    "{trial} {period} {number}: {value} {expected}"
                );
            }
        }
    }
    assert!(
        found.courses[4]
            .normal
            .iter()
            .all(|level| close(*level, 990.0, 1e-9, 0.0))
    );
    assert!(found.courses[5].normal.iter().all(|price| *price == 1.0));
}

#[test]
fn files_words_and_json_agree_for_any_number_of_threads() {
    let bench = Bench::new();
    for threads in [1, 3] {
        let line = format!(
            "backtest graphite-2023 tungsten-2025 --trials 100 --formats svg --threads {threads} --out t{threads}"
        );
        let words = bench.succeed(&line);
        assert!(
            words.contains("Back-test: graphite, 2023 and 2024: observed and simulated"),
            "{words}"
        );
    }
    for file in [
        "observations.csv",
        "scores.csv",
        "bands.csv",
        "backtest.json",
        "charts/backtest-graphite-2023.svg",
        "charts/backtest-tungsten-2025.svg",
    ] {
        assert_eq!(
            bench.read(&format!("t1/{file}")),
            bench.read(&format!("t3/{file}")),
            "{file}"
        );
    }
    let observations = rows(&bench.read("t1/observations.csv"));
    let document: Value = serde_json::from_str(&bench.read("t1/backtest.json")).unwrap();
    let episodes = document["episodes"].as_array().unwrap();
    let told: Vec<&Value> = episodes
        .iter()
        .flat_map(|one| one["observations"].as_array().unwrap())
        .collect();
    assert_eq!(told.len(), observations.len() - 1);
    let (mut inside, mut score) = (0, 0.0);
    for (number, one) in told.iter().enumerate() {
        let number = number + 1;
        for column in ["observed", "p5", "p50", "p95", "crps", "naive_crps"] {
            let csv: f64 = at(&observations, number, column).parse().unwrap();
            assert!(
                close(csv, one[column].as_f64().unwrap(), 1e-5, 1e-9),
                "{number} {column}"
            );
        }
        let [observed, low, high] = ["observed", "p5", "p95"].map(|column| one[column].as_f64().unwrap());
        assert_eq!(
            one["inside"].as_bool(),
            Some(low - 1e-6 <= observed && observed <= high + 1e-6)
        );
        assert_eq!(one["inside"].to_string(), at(&observations, number, "inside"));
        inside += u64::from(one["inside"].as_bool().unwrap());
        score += one["crps"].as_f64().unwrap() / told.len() as f64;
    }
    assert_eq!(document["all"]["inside"].as_u64(), Some(inside));
    assert!(close(document["all"]["crps"].as_f64().unwrap(), score, 1e-12, 0.0));
    // Each episode is what it is alone.
    bench.succeed("backtest tungsten-2025 --trials 100 --formats none --out alone --quiet");
    let alone = rows(&bench.read("alone/observations.csv"));
    let both: Vec<&Vec<String>> = observations.iter().filter(|row| row[0] == "tungsten-2025").collect();
    assert_eq!(alone.iter().skip(1).collect::<Vec<_>>(), both);
    // A seed of one's own.
    bench.succeed("backtest tungsten-2025 --trials 100 --seed 7 --formats none --out other --quiet");
    let other = rows(&bench.read("other/observations.csv"));
    assert_eq!(at(&other, 1, "seed"), "7");
    assert_ne!(at(&other, 1, "p5"), at(&alone, 1, "p5"));
}

#[test]
fn what_cannot_be_is_refused() {
    let bench = Bench::new();
    bench.refuse(
        "backtest galium-2023",
        1,
        &["no episode `galium-2023`", "did you mean `gallium-2023`?"],
    );
    bench.refuse(
        "backtest xyz abc",
        1,
        &["no episode `xyz`", "no episode `abc`", "rare-earths-2010"],
    );
    bench.refuse("backtest gallium-2023 --trials 0", 1, &["`trials` must be"]);
    bench.write("out/observations.csv", "mine");
    bench.refuse(
        "backtest tungsten-2025 --trials 2 --formats none --out out",
        3,
        &["observations.csv"],
    );
}

/// Figures and pictures of docs/backtest.md are those of the command. Renewed with `UPDATE_PAGES=1`.
#[test]
fn the_page_shows_what_the_command_finds() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut command = program();
    command.env("COLUMNS", "80").current_dir(in_repository("."));
    command.args(["backtest", "--trials", SHOWN_TRIALS, "--formats", "svg", "--out"]);
    let (code, printed, error) = said(&command.arg(&out).output().unwrap());
    assert_eq!(code, 0, "{error}");
    let is_update = std::env::var_os("UPDATE_PAGES").is_some();
    let document: Value = serde_json::from_str(&std::fs::read_to_string(out.join("backtest.json")).unwrap()).unwrap();
    let path = in_repository("docs/backtest.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let mut renewed = put(
        &page,
        "all",
        &format!("```console\n$ critmin backtest --trials {SHOWN_TRIALS}\n{printed}```\n"),
    );
    for episode in document["episodes"].as_array().unwrap() {
        let name = episode["episode"].as_str().unwrap();
        renewed = put(&renewed, name, &table(episode));
        let file = format!("backtest-{name}.svg");
        let picture = in_repository(&format!("docs/pictures/{file}"));
        let drawn = std::fs::read_to_string(out.join("charts").join(&file)).unwrap();
        if is_update {
            std::fs::write(&picture, &drawn).unwrap();
        }
        assert!(
            std::fs::read_to_string(&picture).unwrap_or_default() == drawn,
            "run the tests with UPDATE_PAGES=1 and commit {file}"
        );
        assert!(
            page.contains(&format!("pictures/{file}")),
            "docs/backtest.md does not show {file}"
        );
    }
    if is_update {
        std::fs::write(&path, &renewed).unwrap();
    } else {
        assert!(
            page == renewed,
            "run the tests with UPDATE_PAGES=1 and commit docs/backtest.md"
        );
    }
}

/// The page with another text between the marks of a part.
fn put(page: &str, part: &str, text: &str) -> String {
    let (begin, end) = (
        format!("<!-- backtest {part}: begin -->\n"),
        format!("<!-- backtest {part}: end -->"),
    );
    let (before, rest) = page.split_once(&begin).unwrap_or_else(|| panic!("no {begin}"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("no {end}"));
    format!("{before}{begin}{text}{end}{after}")
}

/// An episode's observations as a table.
fn table(episode: &Value) -> String {
    let mut text =
        "| observed | months | value | simulated 5 % | 50 % | 95 % | |\n|---|---|---:|---:|---:|---:|---|\n".to_owned();
    for one in episode["observations"].as_array().unwrap() {
        let word = |key: &str| one[key].as_str().unwrap().to_owned();
        let number = |key: &str| format!("{:.2}", one[key].as_f64().unwrap());
        let whom = match (word("from").as_str(), word("to").as_str()) {
            (from, "all" | "") => from.to_owned(),
            ("", to) => to.to_owned(),
            (from, to) => format!("{from} to {to}"),
        };
        let materials = one["materials"].as_array().unwrap();
        let material = materials.last().unwrap().as_str().unwrap().replace('_', " ");
        let months = match word("first_month") == word("last_month") {
            true => word("first_month"),
            false => format!("{} to {}", word("first_month"), word("last_month")),
        };
        let inside = if one["inside"].as_bool().unwrap() {
            "inside"
        } else {
            "**outside**"
        };
        text.push_str(&format!(
            "| {} {whom}, {material} | {months} | {} | {} | {} | {} | {inside} |\n",
            word("measure"),
            number("observed"),
            number("p5"),
            number("p50"),
            number("p95")
        ));
    }
    text
}
