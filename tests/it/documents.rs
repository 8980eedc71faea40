//! Commands in documents are run, and what the documents show is what they print.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{close, in_repository, program, said};

/// Runs every command of the page's `console` blocks and puts what it prints below it. Renewed with `UPDATE_PAGES=1`.
fn renewed(page: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let (mut text, mut commands) = (String::new(), 0);
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        text.push_str(line);
        text.push('\n');
        if line != "```console" {
            continue;
        }
        let mut block = Vec::new();
        for line in lines.by_ref() {
            if line == "```" {
                break;
            }
            block.push(line);
        }
        for command in block.iter().filter_map(|line| line.strip_prefix("$ critmin ")) {
            // A folder of its own for each: results of one scenario do not replace those of another.
            commands += 1;
            let arguments = command.replace("out/example", &format!("{out}/{commands}"));
            let mut program = program();
            program.env("COLUMNS", "80").current_dir(in_repository("."));
            let (code, printed, error) = said(&program.args(arguments.split(' ')).output().unwrap());
            assert_eq!(code, 0, "{command}: {error}");
            text.push_str(&format!("$ critmin {command}\n{printed}"));
        }
        text.push_str("```\n");
    }
    text
}

#[test]
fn what_if_shows_what_its_commands_print() {
    let path = in_repository("docs/what-if.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let renewed = renewed(&page);
    if std::env::var_os("UPDATE_PAGES").is_some() {
        std::fs::write(&path, &renewed).unwrap();
    } else {
        assert!(
            page == renewed,
            "run the tests with UPDATE_PAGES=1 and commit docs/what-if.md"
        );
    }
}

/// One cell of the table of what headlines hang on, as `benches/assumptions.py` writes it.
fn cell(figures: &Value) -> String {
    if let Some(words) = figures.as_str() {
        return words.to_owned();
    }
    let number = |key: &str| figures[key].as_f64();
    let (mean, error) = (number("mean").unwrap(), number("standard_error").unwrap());
    let digits = if error >= 0.1 { 1 } else { 2 };
    let tail = number("tail").map_or(String::new(), |tail| format!(" ({tail:.1})"));
    let policy = match figures["policy"].as_str().unwrap() {
        "" => String::new(),
        policy => format!("<br>{policy}"),
    };
    format!("{mean:.digits$} ± {error:.digits$}{tail}{policy}")
}

/// The figures are those that `benches/assumptions.py --update` measured, and those as written are what the golden files pin: the means of the first trials
/// of the same draws.
#[test]
fn what_headlines_hang_on_is_as_measured_and_as_pinned() {
    let read = |path: &str| std::fs::read_to_string(in_repository(path)).unwrap();
    let json = |path: &str| -> Value { serde_json::from_str(&read(path)).unwrap() };
    let again = "run benches/assumptions.py --update NAME and commit what it writes";
    let measured = json("benches/assumptions.json");
    let mut expected = Vec::new();
    let mut without: BTreeSet<String> = std::fs::read_dir(in_repository("scenarios"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    for row in measured.as_array().unwrap() {
        let name = row["scenario"].as_str().unwrap();
        without.remove(name);
        let (place, trials) = (row["place"].as_str().unwrap(), row["trials"].as_u64().unwrap() as usize);
        let alone = match place {
            "focus" => String::new(),
            place => format!(", {place} alone"),
        };
        let cells: Vec<String> = row["cells"].as_array().unwrap().iter().map(cell).collect();
        expected.push(format!("| {name}{alone} | {trials} | {} |", cells.join(" | ")));

        let golden = json(&format!("tests/golden/{name}.json"));
        let (material, headline) = golden["manifest"]["headline"]
            .as_str()
            .unwrap()
            .split_once(' ')
            .unwrap();
        let place = if place == "focus" { headline } else { place };
        let groups = golden["batch_means"]["baseline"][format!("{material} {place} all expected_shortfall_pct")]
            .as_array()
            .unwrap();
        let pinned = golden["manifest"]["trials"].as_u64().unwrap() as usize;
        let (used, rest) = (trials * groups.len() / pinned, trials * groups.len() % pinned);
        assert_eq!(
            rest, 0,
            "{name}: {trials} trials are no whole groups of the golden file"
        );
        let mean = groups[..used].iter().filter_map(Value::as_f64).sum::<f64>() / used as f64;
        let written = row["cells"][0]["mean"].as_f64().unwrap();
        assert!(
            close(mean, written, 1e-5, 1e-6),
            "{name}: {written} measured, {mean} pinned: {again}"
        );
    }
    assert!(without.is_empty(), "no row of {without:?}: {again}");
    let page = read("docs/scenarios.md");
    let (_, after) = page.split_once("<!-- benches/assumptions.py: begin -->\n").unwrap();
    let (table, _) = after.split_once("<!-- benches/assumptions.py: end -->").unwrap();
    let shown: Vec<&str> = table.lines().skip(2).collect();
    assert_eq!(shown, expected, "{again}");
}
