//! Commands in documents are run, and what the documents show is what they print.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::support::{close, in_repository, program, said};

/// A folder to run commands in, with the scenarios of the repository: what one command writes another can read, under the names that the page has.
fn workplace() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    for folder in ["scenarios", "scenarios/base", "scenarios/what-if", "docs/teaching"] {
        std::fs::create_dir_all(place.path().join(folder)).unwrap();
        for entry in std::fs::read_dir(in_repository(folder)).unwrap() {
            let file = entry.unwrap().path();
            if file.is_file() {
                std::fs::copy(&file, place.path().join(folder).join(file.file_name().unwrap())).unwrap();
            }
        }
    }
    place
}

/// Runs every command of the page's `console` blocks in the folder and puts what it prints below it.
fn renewed(page: &str, place: &Path) -> String {
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
            let arguments = command.replace("out/example", &format!("out/{commands}"));
            let mut program = program();
            program.env("COLUMNS", "80").current_dir(place);
            let (code, printed, error) = said(&program.args(arguments.split(' ')).output().unwrap());
            assert_eq!(code, 0, "{command}: {error}");
            text.push_str(&format!("$ critmin {command}\n{printed}"));
        }
        text.push_str("```\n");
    }
    text
}

/// The file holds what it is to hold, or is renewed with `UPDATE_PAGES=1`.
fn holds(file: &str, expected: &str) {
    let path = in_repository(file);
    if std::env::var_os("UPDATE_PAGES").is_some() {
        std::fs::write(&path, expected).unwrap();
    } else {
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(found == expected, "run the tests with UPDATE_PAGES=1 and commit {file}");
    }
}

/// The page shows what its commands print; the folder in which they ran.
fn shows_what_its_commands_print(file: &str) -> tempfile::TempDir {
    let place = workplace();
    let page = std::fs::read_to_string(in_repository(file)).unwrap();
    holds(file, &renewed(&page, place.path()));
    place
}

#[test]
fn what_if_shows_what_its_commands_print() {
    shows_what_its_commands_print("docs/what-if.md");
}

#[test]
fn cookbook_shows_what_its_commands_print() {
    shows_what_its_commands_print("docs/cookbook.md");
}

/// The pictures, too, are those of the page's commands: each is the only chart of that name.
#[test]
fn tutorial_shows_what_its_commands_print_and_draw() {
    let place = shows_what_its_commands_print("docs/tutorial.md");
    let mut drawn = BTreeSet::new();
    for entry in std::fs::read_dir(place.path().join("out")).unwrap() {
        let charts = entry.unwrap().path().join("charts");
        for chart in std::fs::read_dir(charts).into_iter().flatten() {
            let chart = chart.unwrap().path();
            let name = format!("tutorial-{}", chart.file_name().unwrap().to_string_lossy());
            holds(
                &format!("docs/pictures/{name}"),
                &std::fs::read_to_string(&chart).unwrap(),
            );
            assert!(drawn.insert(name.clone()), "{name} is drawn twice");
        }
    }
    let page = std::fs::read_to_string(in_repository("docs/tutorial.md")).unwrap();
    let shown: BTreeSet<String> = page
        .split("](pictures/")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|name| name.starts_with("tutorial-"))
        .map(str::to_owned)
        .collect();
    assert_eq!(shown, drawn);
}

/// Pages in `docs/teaching/`, from the repository's root.
fn teaching() -> Vec<String> {
    let mut pages: Vec<String> = std::fs::read_dir(in_repository("docs/teaching"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| format!("docs/teaching/{}", path.file_name().unwrap().to_string_lossy()))
        .collect();
    pages.sort();
    assert!(pages.len() > 7, "{pages:?}");
    pages
}

#[test]
fn exercises_show_what_their_commands_print() {
    for page in teaching() {
        shows_what_its_commands_print(&page);
    }
}

/// Commands in `sh` blocks are shown without what they print: they run, in a few trials; those that would go on or take long are parsed.
#[test]
fn commands_shown_without_output_run() {
    let mut pages = teaching();
    pages.extend(["docs/tutorial.md", "docs/cookbook.md"].map(str::to_owned));
    for page in pages {
        let place = workplace();
        let text = std::fs::read_to_string(in_repository(&page)).unwrap();
        let mut inside = false;
        for line in text.lines() {
            match line {
                "```sh" => inside = true,
                "```" => inside = false,
                _ => {}
            }
            // What is drafted with its output shown is what later commands read.
            let drafted = line
                .strip_prefix("$ critmin ")
                .filter(|command| command.starts_with("new "));
            let Some(command) = line.strip_prefix("critmin ").filter(|_| inside).or(drafted) else {
                continue;
            };
            let command = command.split(" #").next().unwrap().trim_end();
            let mut arguments: Vec<&str> = command.split(' ').collect();
            let name = arguments[0];
            match name {
                "explore" => arguments.push("--help"),
                // All minerals of a country take long; docs/what-if.md has that of another one.
                "screen" if arguments.contains(&"--country") => arguments.push("--help"),
                "run" | "compare" | "sweep" | "optimize" | "robustness" | "sensitivity" => {
                    if let Some(at) = arguments.iter().position(|argument| *argument == "--trials") {
                        arguments.drain(at..at + 2);
                    }
                    arguments.extend(["--trials", "16"]);
                    if !arguments.contains(&"--formats") {
                        arguments.extend(["--formats", "none"]);
                    }
                }
                _ => {}
            }
            let mut program = program();
            let (code, _, error) = said(&program.current_dir(place.path()).args(&arguments).output().unwrap());
            assert_eq!(code, 0, "{page}: {command}: {error}");
            for scenario in arguments.iter().filter(|argument| argument.ends_with(".toml")) {
                assert!(place.path().join(scenario).is_file(), "{page}: no {scenario}");
            }
        }
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
