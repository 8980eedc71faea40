//! For spreadsheets and other programs: `--csv-dialect semicolon` says the same, cell by cell; a workbook has every table with every digit and is the same each time;
//! `datapackage.json` describes every table of every command as it is.

use std::io::Cursor;
use std::path::Path;

use calamine::{Data, Reader, Xlsx};
use serde_json::Value;

use crate::bench::Bench;
use crate::sellers::{policy, sellers};

/// A name that a spreadsheet would take for a formula, in CSV.
const FORMULA: &str = "=1+1";

/// A scenario with policies, stocks, a name that looks like a formula, and a plant to choose the size of.
fn scenario() -> String {
    let demand = r#"{ material = "metal", country = "USA", amount = 1200 }"#;
    let half = policy(
        "half",
        &format!("name = \"{FORMULA}\"\ncost = 3e6"),
        "shares.metal.by_country.CHN",
        "0.4",
    );
    let milder = policy("milder", "cost = 2e6", "event.outage.severity.high", "0.5");
    let plant = r#"
[[supply]]
id = "plant"
material = "metal"
country = "USA"
capacity = 0
[[policy]]
id = "plant"
name = "Plant; or 1,5 of it"
scale = { key = "supply.plant.capacity", low = 100, high = 600, usd_per_unit = 1_000 }
"#;
    sellers(demand, "CHN = 0.8, AUS = 0.2", &format!("{plant}{half}{milder}"))
}

fn bench() -> Bench {
    let bench = Bench::new();
    bench.write("s.toml", &scenario());
    bench
}

/// Every command that writes a folder of tables, with all its tables. The last ones are of no scenario.
const COMMANDS: [(&str, &str); 9] = [
    ("run", "run s.toml --trials 1100 --samples"),
    ("compare", "compare s.toml --trials 1100 --pairs --equivalent"),
    (
        "sweep",
        "sweep s.toml --trials 64 --vary shares.metal.by_country.CHN=0.1..0.9:5 --level 10",
    ),
    ("screen", "screen s.toml --pairs"),
    ("optimize", "optimize s.toml --trials 64 --steps 2"),
    ("robustness", "robustness s.toml --trials 64"),
    ("sensitivity", "sensitivity s.toml --trials 512"),
    ("indices", "indices s.toml"),
    ("screen-country", "screen --country India"),
];

fn table(text: &str, delimiter: u8) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let rows = reader
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect());
    rows.collect()
}

fn package(bench: &Bench, folder: &str) -> Value {
    serde_json::from_str(&bench.read(&format!("{folder}/datapackage.json"))).unwrap()
}

/// Names of the CSV files of a folder.
fn tables_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".csv")).collect();
    names.sort();
    names
}

/// Whether a cell is what its field says.
fn is_of(kind: &str, cell: &str) -> bool {
    cell.is_empty()
        || match kind {
            "number" => cell.parse::<f64>().is_ok(),
            "integer" => cell.parse::<u64>().is_ok(),
            "boolean" => ["true", "false"].contains(&cell),
            "date" => cell.len() == 10 && cell.parse::<jiff::civil::Date>().is_ok(),
            _ => true,
        }
}

#[test]
fn packages_describe_every_table_and_semicolons_say_the_same() {
    let bench = bench();
    for (name, command) in COMMANDS {
        bench.succeed(&format!("{command} --formats none --quiet --out {name}"));
        bench.succeed(&format!(
            "{command} --formats none --quiet --csv-dialect semicolon --out {name}-semicolon"
        ));
        let files = tables_in(&bench.path(name));
        assert_eq!(files, tables_in(&bench.path(&format!("{name}-semicolon"))));
        let (package, other) = (package(&bench, name), package(&bench, &format!("{name}-semicolon")));
        let resources = package["resources"].as_array().unwrap();
        let mut paths: Vec<&str> = resources.iter().map(|one| one["path"].as_str().unwrap()).collect();
        paths.sort_unstable();
        assert_eq!(paths, files, "{name}");
        for (resource, other) in resources.iter().zip(other["resources"].as_array().unwrap()) {
            let file = resource["path"].as_str().unwrap();
            assert_eq!(other["path"], file);
            assert_eq!(
                (&resource["dialect"]["delimiter"], &other["dialect"]["delimiter"]),
                (&",".into(), &";".into())
            );
            let rows = table(&bench.read(&format!("{name}/{file}")), b',');
            let text = bench.read(&format!("{name}-semicolon/{file}"));
            let text = text
                .strip_prefix('\u{feff}')
                .unwrap_or_else(|| panic!("{file} has no mark"));
            let semicolons = table(text, b';');
            assert_eq!(rows.len(), semicolons.len(), "{name}/{file}");
            assert!(
                rows.len() > 1 || ["crossings.csv", "pairs.csv", "last_dollar.csv"].contains(&file),
                "{name}/{file} is empty"
            );
            let fields = resource["schema"]["fields"].as_array().unwrap();
            let names: Vec<&str> = fields.iter().map(|field| field["name"].as_str().unwrap()).collect();
            assert_eq!(names, rows[0], "{name}/{file}");
            assert_eq!(rows[0], semicolons[0]);
            for (row, other) in rows.iter().zip(&semicolons).skip(1) {
                for ((cell, other), field) in row.iter().zip(other).zip(fields) {
                    let kind = field["type"].as_str().unwrap();
                    assert!(is_of(kind, cell), "{name}/{file}: `{cell}` in {field}");
                    let number = kind == "number" || kind == "any" && cell.parse::<f64>().is_ok();
                    let expected = if number { cell.replace('.', ",") } else { cell.clone() };
                    assert_eq!(*other, expected, "{name}/{file}: {field}");
                }
            }
        }
    }
    // Some numbers did change their point.
    assert!(
        bench
            .read("run-semicolon/samples.csv")
            .lines()
            .skip(1)
            .any(|line| line.contains(','))
    );
}

type Book = Xlsx<Cursor<Vec<u8>>>;

fn book(bench: &Bench, name: &str) -> Book {
    let bytes = std::fs::read(bench.path(name)).unwrap();
    calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap()
}

fn cells(book: &mut Book, sheet: &str) -> Vec<Vec<Data>> {
    let range = book.worksheet_range(sheet).unwrap();
    range.rows().map(<[Data]>::to_vec).collect()
}

/// The number of a cell.
fn number(cell: &Data) -> Option<f64> {
    match cell {
        Data::Float(value) => Some(*value),
        Data::Int(value) => Some(*value as f64),
        _ => None,
    }
}

/// Cells of a sheet say what those of the CSV file say, in full: a CSV file has six digits.
fn assert_same(sheet: &[Vec<Data>], text: &str, what: &str) {
    let rows = table(text, b',');
    assert_eq!(sheet.len(), rows.len(), "{what}");
    for (row, cells) in rows.iter().zip(sheet) {
        for (position, (expected, cell)) in row.iter().zip(cells).enumerate() {
            let column = &rows[0][position];
            let is_same = match cell {
                Data::Empty => expected.is_empty(),
                Data::Bool(value) => *expected == value.to_string(),
                Data::DateTime(date) => {
                    let (year, month, day, ..) = date.to_ymd_hms_milli();
                    *expected == format!("{year:04}-{month:02}-{day:02}")
                }
                Data::String(text) => text == expected || *expected == format!("'{text}"),
                other => number(other).is_some_and(|value| {
                    critmin::report::six_digits(value) == *expected || value.to_string() == *expected
                }),
            };
            assert!(is_same, "{what}, {column}: `{expected}` is {cell:?}");
        }
    }
}

#[test]
fn a_workbook_has_every_table_with_every_digit() {
    let bench = bench();
    bench.succeed("run s.toml --trials 4096 --formats xlsx --quiet --out out");
    let mut book = book(&bench, "out/results.xlsx");
    let sheets = book.sheet_names();
    let expected = [
        "Read me",
        "Charts",
        "Summary",
        "Differences",
        "Timeline",
        "Exceedance",
        "Years",
        "Return periods",
        "Events",
        "Event classes",
        "Attribution",
        "Supply",
        "Allocation rules",
        "Sources",
        "Assumptions",
        "Columns",
    ];
    // One maker alone serves all alike or not: the band may say nothing, and has no table then.
    let expected: Vec<&str> = expected
        .into_iter()
        .filter(|name| *name != "Allocation rules" || bench.path("out/allocation_rules.csv").exists())
        .collect();
    assert_eq!(sheets, expected);
    let package = package(&bench, "out");
    for resource in package["resources"].as_array().unwrap() {
        let (file, sheet) = (resource["path"].as_str().unwrap(), resource["title"].as_str().unwrap());
        let found = cells(&mut book, sheet);
        assert_same(&found, &bench.read(&format!("out/{file}")), file);
    }
    // Every digit: the document has them, too.
    let document: Value = serde_json::from_str(&bench.read("out/results.json")).unwrap();
    let summary = cells(&mut book, "Summary");
    let column = |name: &str| {
        let is = |cell: &Data| matches!(cell, Data::String(text) if text == name);
        summary[0].iter().position(is).unwrap()
    };
    let policies = document["policies"].as_array().unwrap();
    let rows = policies.iter().flat_map(|policy| policy["summary"].as_array().unwrap());
    let mut long = 0;
    for (row, cells) in rows.zip(&summary[1..]) {
        for (name, value) in [
            ("expected_shortfall_pct", &row["expected_shortfall_pct"]["value"]),
            (
                "expected_shortfall_pct_se",
                &row["expected_shortfall_pct"]["standard_error"],
            ),
            ("cvar95_pct", &row["cvar95_pct"]["value"]),
            ("prob_any_low", &row["prob_any"]["low"]),
        ] {
            let found = number(&cells[column(name)]);
            assert_eq!(found, value.as_f64(), "{name}");
            long += usize::from(found.is_some_and(|found| found.to_string().len() > 12));
        }
    }
    assert!(long > 0);
    // What policies change is what `compare` finds on the same draws, errors of means included.
    bench.succeed("compare s.toml --trials 4096 --formats none --quiet --no-band --out compared");
    let compared = table(&bench.read("compared/compare.csv"), b',');
    let differences = cells(&mut book, "Differences");
    let of = |row: &[String], name: &str| {
        let position = compared[0].iter().position(|column| column == name).unwrap();
        row[position].clone()
    };
    let in_sheet = |row: &[Data], name: &str| {
        let is = |cell: &Data| matches!(cell, Data::String(text) if text == name);
        row[differences[0].iter().position(is).unwrap()].clone()
    };
    let mut checked = 0;
    for row in &compared[1..] {
        let same = differences[1..].iter().find(|found| {
            ["policy", "material", "country", "statistic"]
                .into_iter()
                .all(|name| in_sheet(found, name) == Data::String(of(row, name)))
                && in_sheet(found, "sector") == Data::String("all".to_owned())
        });
        let same = same.unwrap_or_else(|| panic!("{row:?}"));
        for name in ["value", "baseline", "difference", "difference_se", "difference_low"] {
            let cell = number(&in_sheet(same, name)).map_or_else(String::new, critmin::report::six_digits);
            let is_tail = of(row, "statistic") == "cvar95_pct" && name.starts_with("difference_");
            assert_eq!(
                cell,
                if is_tail { String::new() } else { of(row, name) },
                "{name} of {row:?}"
            );
            checked += 1;
        }
    }
    assert!(checked > 50);
    // Names stay text, and nothing is a formula.
    let names: Vec<Data> = summary[1..]
        .iter()
        .map(|row| row[column("policy_name")].clone())
        .collect();
    assert!(names.contains(&Data::String(FORMULA.to_owned())));
    for sheet in sheets {
        let formulas = book.worksheet_formula(&sheet).unwrap();
        assert!(
            formulas.used_cells().all(|(_, _, formula)| formula.is_empty()),
            "{sheet}"
        );
    }
    // The first sheet says what it is, and how to get it again.
    let read_me: Vec<String> = cells(&mut book, "Read me")
        .concat()
        .iter()
        .map(ToString::to_string)
        .collect();
    let read_me = read_me.join("\n");
    for text in [
        "of demand",
        "critmin run s.toml --trials 4096",
        "SHA-256",
        "sampling version",
        "Summary: one row per policy",
    ] {
        assert!(read_me.contains(text), "{text}");
    }
    // Every column of every sheet is explained.
    let explained = cells(&mut book, "Columns");
    let tables: usize = book
        .sheet_names()
        .iter()
        .skip(2)
        .map(|sheet| cells(&mut self::book(&bench, "out/results.xlsx"), sheet)[0].len())
        .sum();
    assert_eq!(explained.len() - 1, tables - explained[0].len());
}

#[test]
fn workbooks_are_the_same_each_time_and_of_parts_as_of_the_whole() {
    let bench = bench();
    let run = "run s.toml --trials 512 --no-band --quiet --formats xlsx";
    bench.succeed(&format!("{run} --out one --threads 1"));
    bench.succeed(&format!("{run} --out two --threads 2"));
    for range in ["0..100", "100..512"] {
        bench.succeed(&format!("{run} --trials-range {range} --out {range}.critmin"));
    }
    bench.succeed("merge 0..100.critmin 100..512.critmin --formats xlsx --quiet --out merged");
    let bytes = |name: &str| std::fs::read(bench.path(name)).unwrap();
    let one = bytes("one/results.xlsx");
    assert!(one == bytes("two/results.xlsx") && one == bytes("merged/results.xlsx"));
    // They are listed with the other files, and go when they are not asked for any more.
    assert!(bench.read("one/files.json").contains("results.xlsx"));
    bench.succeed("run s.toml --trials 512 --no-band --quiet --formats none --out one");
    assert!(!bench.path("one/results.xlsx").exists());
}

#[test]
fn every_command_writes_its_workbook() {
    let bench = bench();
    for (name, command) in COMMANDS.into_iter().filter(|(name, _)| *name != "run") {
        bench.succeed(&format!("{command} --formats xlsx --quiet --out {name}"));
        let file = format!("{name}/{}.xlsx", command.split(' ').next().unwrap());
        let mut book = book(&bench, &file);
        let package = package(&bench, name);
        let resources = package["resources"].as_array().unwrap();
        let titles = resources.iter().map(|resource| resource["title"].as_str().unwrap());
        let expected: Vec<&str> = ["Read me"].into_iter().chain(titles).chain(["Columns"]).collect();
        assert_eq!(book.sheet_names(), expected, "{name}");
        for resource in resources {
            let (path, sheet) = (resource["path"].as_str().unwrap(), resource["title"].as_str().unwrap());
            let found = cells(&mut book, sheet);
            assert_same(
                &found,
                &bench.read(&format!("{name}/{path}")),
                &format!("{name}/{path}"),
            );
        }
        let read_me = cells(&mut book, "Read me").concat();
        let says = |words: &str| read_me.iter().any(|cell| cell.to_string().contains(words));
        assert!(
            says("Answer") && says(&format!("critmin {}", command.split(' ').next().unwrap())),
            "{name}"
        );
    }
}

#[test]
fn licences_of_shipped_figures_go_with_the_package() {
    let bench = bench();
    bench.succeed("screen --country India --formats none --quiet --out india");
    let package = package(&bench, "india");
    let sources: Vec<&str> = package["sources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|source| source["title"].as_str().unwrap())
        .collect();
    assert!(sources.contains(&"USGS MCS 2026"), "{sources:?}");
    let licences = package["licenses"].to_string();
    assert!(
        licences.contains("CC0-1.0") && licences.contains("CC-BY-4.0"),
        "{licences}"
    );
    // A scenario that names none has none.
    bench.succeed("run s.toml --trials 16 --formats none --quiet --out out");
    assert!(self::package(&bench, "out")["licenses"].is_null());
}

#[test]
fn samples_have_the_dialect_also_when_they_were_resumed_or_merged() {
    let bench = bench();
    let run = "run s.toml --trials 300 --samples --no-band --quiet --formats none";
    bench.succeed(&format!("{run} --csv-dialect semicolon --out whole"));
    for range in ["0..100", "100..300"] {
        bench.succeed(&format!("{run} --trials-range {range} --out {range}.critmin"));
    }
    bench.succeed("merge 0..100.critmin 100..300.critmin --quiet --formats none --csv-dialect semicolon --out merged");
    let whole = bench.read("whole/samples.csv");
    assert!(whole.starts_with('\u{feff}') && whole == bench.read("merged/samples.csv"));
    // Nothing of the file with commas is left.
    let entries = std::fs::read_dir(bench.path("whole")).unwrap();
    assert!(
        entries
            .into_iter()
            .all(|entry| !entry.unwrap().file_name().to_string_lossy().contains(".part"))
    );
}

#[test]
fn what_cannot_be_is_refused() {
    let bench = bench();
    let refused = ["a partial result has no tables", "--csv-dialect"];
    bench.refuse(
        "run s.toml --trials-range 0..10 --csv-dialect semicolon --out x",
        2,
        &refused,
    );
    for range in ["0..100", "100..200"] {
        bench.succeed(&format!(
            "run s.toml --trials 200 --no-band --quiet --trials-range {range} --out {range}.critmin"
        ));
    }
    bench.refuse(
        "merge 0..100.critmin 100..200.critmin --csv-dialect semicolon --out y.critmin",
        2,
        &refused,
    );
    bench.refuse("run s.toml --csv-dialect tabs", 2, &["tabs", "comma", "semicolon"]);
    // Files of others are not replaced.
    for (command, file) in [
        ("run s.toml --trials 16 --formats xlsx --out mine", "mine/results.xlsx"),
        (
            "run s.toml --trials 16 --formats none --out mine",
            "mine/datapackage.json",
        ),
        (
            "sweep s.toml --vary shares.metal.by_country.CHN=0.8,0.5 --trials 16 --formats xlsx --out mine",
            "mine/sweep.xlsx",
        ),
        ("indices s.toml --formats none --out mine", "mine/datapackage.json"),
    ] {
        bench.write(file, "mine");
        bench.refuse(command, 3, &[file.trim_start_matches("mine/")]);
        std::fs::remove_file(bench.path(file)).unwrap();
    }
}

#[test]
fn a_new_scenario_names_the_schema_that_stands_beside_it() {
    let bench = bench();
    bench.succeed("new folder-less.toml");
    bench.succeed("new gallium.toml --mineral gallium --for USA");
    let schema = bench.read("critmin.schema.json");
    assert_eq!(schema, bench.succeed("schema"));
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let valid = jsonschema::validator_for(&schema).unwrap();
    for name in ["folder-less.toml", "gallium.toml"] {
        let text = bench.read(name);
        assert_eq!(text.lines().next(), Some("#:schema ./critmin.schema.json"), "{name}");
        let document: toml::Value = toml::from_str(&text).unwrap();
        let document = serde_json::to_value(document).unwrap();
        let wrong: Vec<String> = valid.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
        bench.succeed(&format!("validate {name}"));
    }
    // One that is there stays, and a note says so.
    bench.write("other/critmin.schema.json", "{}");
    let (code, _, note) = bench.run("new other/x.toml");
    assert!(
        code == 0 && note.contains("critmin schema > other/critmin.schema.json"),
        "{note}"
    );
    assert_eq!(bench.read("other/critmin.schema.json"), "{}");
}
