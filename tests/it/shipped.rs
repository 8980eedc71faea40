//! The shipped scenarios agree with one another.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::support::{in_repository, load, row, simulate, with};

/// Lists of the format whose tables are one thing wherever their id is used.
const KINDS: [&str; 3] = ["event", "policy", "supply"];
/// Keys that say what a table is, not what it does.
const WORDS: [&str; 4] = ["name", "description", "source", "assumption"];
/// What a comment above a table says before the file that it differs from.
const DIFFERS: &str = "Differs from ";

/// A table with an id in one file.
struct Stated {
    file: String,
    keys: toml::Table,
    /// The files that the comment above it says it differs from.
    differs_from: BTreeSet<String>,
}

/// Scenario files by their path below `scenarios/`.
fn files() -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    for folder in ["", "base/", "what-if/"] {
        for entry in std::fs::read_dir(in_repository("scenarios").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                found.insert(format!("{folder}{name}"), path);
            }
        }
    }
    found
}

/// What the comments right above each `[[KIND]]` say that it differs from, in the order of the file.
fn differences(text: &str, kind: &str) -> Vec<BTreeSet<String>> {
    let header = format!("[[{kind}]]");
    let mut comment = String::new();
    let mut found = Vec::new();
    for line in text.lines() {
        if let Some(words) = line.strip_prefix('#') {
            comment.push_str(words);
        } else {
            if line == header {
                let named = comment.split(DIFFERS).skip(1);
                let named = named.filter_map(|after| after.split_once(':').map(|(file, _)| file.trim()));
                // A reason follows the colon.
                let files = named.flat_map(|list| list.split(" and ")).map(str::to_owned).collect();
                found.push(files);
            }
            comment.clear();
        }
    }
    found
}

/// Every table of a kind, by id.
fn tables(kind: &str) -> BTreeMap<String, Vec<Stated>> {
    let mut found: BTreeMap<String, Vec<Stated>> = BTreeMap::new();
    for (file, path) in files() {
        let text = std::fs::read_to_string(&path).unwrap();
        let tree: toml::Table = toml::from_str(&text).unwrap();
        let list = tree
            .get(kind)
            .and_then(toml::Value::as_array)
            .cloned()
            .unwrap_or_default();
        let mut differences = differences(&text, kind);
        // An inline list has no comments of its own.
        if differences.is_empty() {
            differences.resize(list.len(), BTreeSet::new());
        }
        assert_eq!(
            list.len(),
            differences.len(),
            "{file}: write [[{kind}]] at the head of a line"
        );
        for (table, differs_from) in list.into_iter().zip(differences) {
            let keys = table.as_table().unwrap().clone();
            let id = keys["id"].as_str().unwrap().to_owned();
            let file = file.clone();
            found.entry(id).or_default().push(Stated {
                file,
                keys,
                differs_from,
            });
        }
    }
    found
}

/// What a file extends, with all that this extends.
fn extended(file: &str) -> BTreeSet<String> {
    let path = in_repository("scenarios").join(file);
    let tree: toml::Table = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let names: Vec<String> = match tree.get("extends") {
        Some(toml::Value::String(name)) => vec![name.clone()],
        Some(toml::Value::Array(list)) => list.iter().map(|name| name.as_str().unwrap().to_owned()).collect(),
        _ => Vec::new(),
    };
    let mut found = BTreeSet::new();
    for name in names {
        let target = std::fs::canonicalize(path.parent().unwrap().join(name)).unwrap();
        let root = std::fs::canonicalize(in_repository("scenarios")).unwrap();
        let name = target.strip_prefix(&root).unwrap();
        let name = name
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/");
        found.extend(extended(&name));
        found.insert(name);
    }
    found
}

/// The keys in which two tables of one id differ. A table that lies over another states only what it changes, so does one of two files that both
/// extend what states the rest.
fn unlike(one: &Stated, other: &Stated) -> Vec<String> {
    if one.keys == other.keys {
        return Vec::new();
    }
    let related = |one: &Stated, other: &Stated| extended(&one.file).contains(&other.file);
    let shared: BTreeSet<String> = extended(&one.file)
        .intersection(&extended(&other.file))
        .cloned()
        .collect();
    let is_overlay = related(one, other) || related(other, one) || !shared.is_empty();
    let keys: BTreeSet<&String> = one.keys.keys().chain(other.keys.keys()).collect();
    keys.into_iter()
        .filter(|key| !WORDS.contains(&key.as_str()))
        .filter(|key| match (one.keys.get(*key), other.keys.get(*key)) {
            (Some(one), Some(other)) => one != other,
            _ => !is_overlay,
        })
        .cloned()
        .collect()
}

#[test]
fn one_event_policy_or_plant_has_one_set_of_parameters_or_its_file_says_why_not() {
    let mut wrong = Vec::new();
    for kind in KINDS {
        for (id, list) in tables(kind) {
            for (at, one) in list.iter().enumerate() {
                let mut said = one.differs_from.clone();
                for (place, other) in list.iter().enumerate() {
                    let unlike = unlike(one, other);
                    if place == at || unlike.is_empty() {
                        continue;
                    }
                    said.remove(&other.file);
                    let is_said = one.differs_from.contains(&other.file) || other.differs_from.contains(&one.file);
                    // Once for each pair. What a what-if changes it changes in all that it extends.
                    if place > at && !is_said && !is_what_if(one) && !is_what_if(other) {
                        wrong.push(format!(
                            "{kind} `{id}` of {} and of {} differ in {}: state it once in scenarios/base/, or write `# {DIFFERS}{}: why` above [[{kind}]]",
                            one.file,
                            other.file,
                            unlike.join(", "),
                            one.file
                        ));
                    }
                }
                for file in said {
                    wrong.push(format!(
                        "{kind} `{id}` of {} says that it differs from {file}, and does not",
                        one.file
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn is_what_if(stated: &Stated) -> bool {
    stated.file.starts_with("what-if/")
}

/// The test above sees what it should.
#[test]
fn comments_name_what_a_table_differs_from() {
    let text = "# Differs from a.toml: why.\n[[event]]\nid = \"x\"\n\n# Differs from b.toml and base/c.toml:\n# because.\n[[event]]\nid = \"y\"\n# Differs from d.toml: of something else\n\n[[event]]\n";
    let named = |files: &[&str]| files.iter().map(|file| (*file).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(
        differences(text, "event"),
        [named(&["a.toml"]), named(&["b.toml", "base/c.toml"]), named(&[])]
    );
    let stated = |file: &str, keys: &str| Stated {
        file: file.to_owned(),
        keys: toml::from_str(keys).unwrap(),
        differs_from: BTreeSet::new(),
    };
    let (one, other) = (
        stated("quickstart.toml", "id = \"x\"\nduration = 3\nsource = \"a\""),
        stated(
            "drc-cobalt.toml",
            "id = \"x\"\nduration = 4\nseverity = 1\nsource = \"b\"",
        ),
    );
    assert_eq!(unlike(&one, &other), ["duration", "severity"]);
    let over = stated("base/gallium.toml", "id = \"x\"\nduration = 4");
    let under = stated("base/china-power.toml", "id = \"x\"\nduration = 4\nseverity = 1");
    assert_eq!(unlike(&over, &under), [""; 0]);
}

#[test]
fn what_ifs_are_valid_and_not_ranked_among_policies() {
    for (file, path) in files().into_iter().filter(|(file, _)| file.starts_with("what-if/")) {
        let document = load(&path);
        let warnings = critmin::study::Study::of(document.clone(), "shipped").check().unwrap();
        assert_eq!(warnings.render(false), "", "{file}");
    }
    let tree: toml::Table =
        toml::from_str(&std::fs::read_to_string(in_repository("scenarios/gallium-germanium.toml")).unwrap()).unwrap();
    for policy in tree["policy"].as_array().unwrap() {
        assert!(policy.get("cost").is_some(), "{policy}");
    }
}

/// US consumption was 19.7, 17.8 and 18.7 t in 2022 to 2024, and US stocks rose: nobody there went short of gallium.
#[test]
fn the_gallium_licences_of_2023_leave_us_users_as_they_were() {
    let document = load(Path::new(&in_repository("scenarios/what-if/gallium-as-2023.toml")));
    let report = simulate(&with(&document, &["run.trials=64"]), &[]);
    let usa = row(&report, "baseline", "gallium_refined", "USA", "all").unwrap();
    assert!(
        usa.expected_shortfall_pct.value < 0.01,
        "{}",
        usa.expected_shortfall_pct.value
    );
}

/// The tables that drafts read say what the files of the scenarios say: `python3 data/compile.py` writes them anew.
#[test]
fn tables_for_drafts_are_those_of_the_files() {
    let table = critmin::data::table("scenario_events.csv").unwrap();
    let header = table.header();
    let mut seen = BTreeSet::new();
    for cells in table.records() {
        let row: BTreeMap<&str, &str> = header
            .iter()
            .map(String::as_str)
            .zip(cells.iter().map(String::as_str))
            .collect();
        let (file, id) = (row["file"], row["event"]);
        seen.insert((file.to_owned(), id.to_owned()));
        let event = full_events(file)
            .remove(id)
            .unwrap_or_else(|| panic!("{file}: no event {id}"));
        let differs = |key: &str| row["differs"].contains(&format!("`{key}`"));
        for key in [
            "arrival",
            "notice",
            "approval_months",
            "duration",
            "severity",
            "tonnes_per_year",
            "recovery",
            "leak",
        ] {
            let stated = (!row[key].is_empty()).then(|| {
                let file: toml::Table = format!("value = {}", row[key]).parse().unwrap();
                file["value"].clone()
            });
            assert!(
                differs(key) || stated.as_ref() == event.get(key),
                "{file} {id} {}: {key} is {stated:?}, in the file {:?}; run python3 data/compile.py",
                row["mineral"],
                event.get(key)
            );
        }
        for key in ["name", "kind", "form"] {
            let stated = event.get(key).and_then(toml::Value::as_str).unwrap_or_default();
            assert!(differs(key) || row[key] == stated, "{file} {id}: {key}");
        }
        let words = event.get("source").or_else(|| event.get("assumption"));
        assert_eq!(Some(row["text"]), words.and_then(toml::Value::as_str), "{file} {id}");
    }
    // Every restriction and loss of output of these files is there, but for the stop that was over before drafts begin and plants of no country
    // of the tables.
    let files: BTreeSet<String> = seen.iter().map(|(file, _)| file.clone()).collect();
    for file in files {
        for (id, event) in full_events(&file) {
            let kind = event["kind"].as_str().unwrap();
            let is_left_out = ["drc_export_stop", "gulf_smelters", "indonesian_concentrate"].contains(&id.as_str())
                || !["export_restriction", "production_loss"].contains(&kind);
            assert!(
                is_left_out || seen.contains(&(file.clone(), id.clone())),
                "{file}: {id} is in no row"
            );
        }
    }
}

/// Events that a file states in full, by id.
fn full_events(file: &str) -> BTreeMap<String, toml::Table> {
    let path = in_repository("scenarios").join(file);
    let tree: toml::Table = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let list = tree
        .get("event")
        .and_then(toml::Value::as_array)
        .cloned()
        .unwrap_or_default();
    list.into_iter()
        .map(|event| event.as_table().unwrap().clone())
        .filter(|event| event.contains_key("kind"))
        .map(|event| (event["id"].as_str().unwrap().to_owned(), event))
        .collect()
}

/// Uses of the shipped scenarios are the sums of their rows.
#[test]
fn uses_for_drafts_are_those_of_the_files() {
    let table = critmin::data::table("scenario_figures.csv").unwrap();
    let header = table.header();
    let mut compared = 0;
    for cells in table.records() {
        let row: BTreeMap<&str, &str> = header
            .iter()
            .map(String::as_str)
            .zip(cells.iter().map(String::as_str))
            .collect();
        let materials: &[&str] = match (row["measure"], row["mineral"]) {
            ("use", "gallium") => &["gallium", "gallium_refined"],
            ("use", "germanium") => &["germanium_refined"],
            ("use", "rare_earth_magnets") => &["magnet_heat", "magnet_standard"],
            ("use", "tungsten") => &["tungsten"],
            ("use", "rhenium") => &["rhenium"],
            ("use", "nickel") => &["nickel"],
            ("use", "cobalt") => &["cobalt"],
            _ => continue,
        };
        let number = |value: &toml::Value| value.as_float().unwrap_or_else(|| value.as_integer().unwrap() as f64);
        let of_file = |file: &str| {
            let text = std::fs::read_to_string(in_repository(file)).unwrap();
            let tree: toml::Table = toml::from_str(&text).unwrap();
            tree["demand"].as_array().unwrap().clone()
        };
        let sum: f64 = row["source"]
            .split(" and ")
            .flat_map(of_file)
            .filter(|demand| materials.contains(&demand["material"].as_str().unwrap()))
            .filter(|demand| demand["country"].as_str() == Some(row["country"]))
            .map(|demand| number(&demand["amount"]))
            .sum();
        let stated: f64 = row["value"].parse().unwrap();
        assert!((stated - sum).abs() <= 5e-4 * sum, "{row:?}: {sum}");
        compared += 1;
    }
    assert!(compared > 25, "{compared}");
}
