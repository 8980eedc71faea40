//! The explorer: what its session says is what `run --set` and `compare` say, every lever can be turned to both ends, and nobody reads a file by it.

use std::collections::BTreeMap;
use std::path::Path;

use critmin::explore::{Limits, Session};
use critmin::study::{Input, Progress, Study};
use serde_json::{Value, json};

use crate::support::{program, said};

/// Trials of the comparisons: enough for stated errors.
const TRIALS: u64 = 2_048;

fn session(scenario: &str) -> Session {
    let study = Study::open(scenario).unwrap();
    Session::new(study, scenario, Limits::default()).unwrap()
}

fn ask(session: &Session, request: &Value) -> Vec<Value> {
    let mut messages = Vec::new();
    session.answer(&request.to_string(), &Progress::default(), |message| {
        messages.push(message)
    });
    messages
}

fn of_kind<'a>(messages: &'a [Value], kind: &str) -> &'a Value {
    let mut found = messages.iter().filter(|message| message["kind"] == kind);
    found.next_back().unwrap_or_else(|| panic!("no {kind} in {messages:?}"))
}

/// Rows of a CSV by their first three cells, columns by name.
fn table(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        header
            .iter()
            .map(str::to_owned)
            .zip(row.iter().map(str::to_owned))
            .collect()
    });
    rows.collect()
}

/// What says which scenario and policy a row is of, beside its figures.
const OF_THE_RUN: [&str; 5] = ["policy", "policy_name", "scenario", "scenario_sha256", "cost"];

fn figures(rows: Vec<BTreeMap<String, String>>, policy: &str) -> Vec<BTreeMap<String, String>> {
    let own = rows.into_iter().filter(|row| row["policy"] == policy);
    own.map(|mut row| {
        OF_THE_RUN.iter().for_each(|column| drop(row.remove(*column)));
        row
    })
    .collect()
}

/// Runs the command of the page, split as a shell splits it.
fn run_command(command: &str, out: &Path) {
    let words: Vec<String> = shell_words(command);
    let mut command = program();
    command
        .args(&words[1..])
        .arg("--out")
        .arg(out)
        .args(["--formats", "none", "--quiet"]);
    let (code, _, errors) = said(&command.output().unwrap());
    assert_eq!(code, 0, "{words:?}: {errors}");
}

/// Words of a command in which only single quotes are special.
fn shell_words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for letter in command.chars() {
        match letter {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            letter => word.push(letter),
        }
    }
    words.push(word);
    words
}

#[test]
fn what_the_page_shows_is_what_run_with_set_gives_to_the_byte() {
    let scenario = "scenarios/us-india-partnership.toml";
    let session = session(scenario);
    let severity = session
        .inputs()
        .iter()
        .find(|input| input.key.ends_with(".severity"))
        .unwrap();
    let choice = json!({
        "policies": [{ "id": "stockpile", "size": 90 }, { "id": "recycling" }],
        "set": [{ "key": severity.key, "value": 0.25 }, { "key": "material.magnet_heat.flexibility", "value": 1.8 }],
    });
    let messages = ask(
        &session,
        &json!({ "do": "run", "choice": choice, "trials": 512, "charts": false }),
    );
    let command = of_kind(&messages, "repeat")["command"].as_str().unwrap().to_owned();
    let scratch = tempfile::tempdir().unwrap();
    let out = scratch.path().join("run");
    run_command(&command, &out);
    for name in ["summary", "exceedance", "timeline", "events", "attribution", "supply"] {
        let messages = ask(
            &session,
            &json!({ "do": "table", "choice": choice, "trials": 512, "table": name }),
        );
        let page = figures(table(of_kind(&messages, "table")["csv"].as_str().unwrap()), "changed");
        let run = figures(
            table(&std::fs::read_to_string(out.join(format!("{name}.csv"))).unwrap()),
            "baseline",
        );
        assert!(
            !page.is_empty() && page == run,
            "{name}: {:?}",
            page.iter().zip(&run).find(|(one, other)| one != other)
        );
    }
    // The figures of the sentence are those of the table.
    let answer = of_kind(&messages, "answer");
    let at = &answer["at"];
    let summary = table(&std::fs::read_to_string(out.join("summary.csv")).unwrap());
    let row = summary.iter().find(|row| {
        at["material"] == row["material"].as_str() && at["place"] == row["country"].as_str() && row["sector"] == "all"
    });
    let shown = answer["figures"][0]["changed"]["value"].as_f64().unwrap();
    let written: f64 = row.unwrap()["expected_shortfall_pct"].parse().unwrap();
    assert!((shown - written).abs() <= 1e-5 * written, "{shown} {written}");
}

#[test]
fn the_file_of_the_page_gives_its_differences_by_compare_to_the_byte() {
    let session = session("scenarios/quickstart.toml");
    let inputs = session.inputs();
    let key = |end: &str| {
        inputs
            .iter()
            .find(|input| input.key.ends_with(end))
            .unwrap()
            .key
            .clone()
    };
    let first = json!({ "set": [{ "key": key(".probability"), "value": 0.6 }] });
    let second = json!({ "set": [{ "key": key(".flexibility"), "value": 2 }] });
    let kept = json!([{ "name": "More \"probable\"", "choice": first }, { "name": "Flexible", "choice": second }]);
    let compared = ask(&session, &json!({ "do": "compare", "kept": kept, "trials": TRIALS }));
    let compared = of_kind(&compared, "compared").clone();
    let file = ask(&session, &json!({ "do": "file", "kept": kept, "trials": TRIALS }));
    let text = of_kind(&file, "file")["text"].as_str().unwrap().to_owned();
    let scratch = tempfile::tempdir().unwrap();
    std::fs::copy("scenarios/quickstart.toml", scratch.path().join("quickstart.toml")).unwrap();
    let path = scratch.path().join("explored.toml");
    std::fs::write(&path, &text).unwrap();
    let line = text.lines().find(|line| line.contains("critmin compare")).unwrap();
    let mut arguments = shell_words(line.trim_start_matches("#   "));
    arguments[2] = path.display().to_string();
    let out = scratch.path().join("out");
    let mut command = program();
    command
        .args(&arguments[1..])
        .arg("--out")
        .arg(&out)
        .args(["--formats", "none", "--quiet"]);
    let (code, _, errors) = said(&command.output().unwrap());
    assert_eq!(code, 0, "{errors}");
    let written = table(&std::fs::read_to_string(out.join("compare.csv")).unwrap());
    let shown = table(compared["csv"].as_str().unwrap());
    for id in ["explored_1", "explored_2"] {
        let (shown, written) = (figures(shown.clone(), id), figures(written.clone(), id));
        assert!(!shown.is_empty() && shown == written, "{id}");
    }
    // One run of the same changes has the same difference.
    let run = ask(&session, &json!({ "do": "run", "choice": first, "trials": TRIALS }));
    let alone = &of_kind(&run, "answer")["figures"][0];
    let beside = &compared["columns"][0]["figures"][0];
    assert_eq!(alone["difference"], beside["difference"]);
    assert!(alone["difference"]["standard_error"].as_f64().unwrap() > 0.0);
}

#[test]
fn in_every_sampling_design_the_figures_are_those_of_run() {
    for sampling in ["random", "antithetic", "sobol"] {
        let mut study = Study::open("scenarios/quickstart.toml").unwrap();
        study.set(&format!("run.sampling=\"{sampling}\"")).unwrap();
        let session = Session::new(study, "scenarios/quickstart.toml", Limits::default()).unwrap();
        let key = &session
            .inputs()
            .iter()
            .find(|input| input.key.ends_with(".probability"))
            .unwrap()
            .key;
        let choice = json!({ "set": [{ "key": key, "value": 0.5 }] });
        let messages = ask(
            &session,
            &json!({ "do": "table", "choice": choice, "trials": 1_024, "table": "summary" }),
        );
        let csv = table(of_kind(&messages, "table")["csv"].as_str().unwrap());
        for (policy, changes) in [("baseline", vec![]), ("changed", vec![format!("{key}=0.5")])] {
            let scratch = tempfile::tempdir().unwrap();
            let mut command = program();
            command.args([
                "run",
                "scenarios/quickstart.toml",
                "--trials",
                "1024",
                "--policy",
                "baseline",
                "--formats",
                "none",
                "--quiet",
            ]);
            command
                .arg("--set")
                .arg(format!("run.sampling={sampling}"))
                .arg("--out")
                .arg(scratch.path());
            for change in &changes {
                command.arg("--set").arg(change);
            }
            assert_eq!(said(&command.output().unwrap()).0, 0);
            let run = figures(
                table(&std::fs::read_to_string(scratch.path().join("summary.csv")).unwrap()),
                "baseline",
            );
            assert_eq!(figures(csv.clone(), policy), run, "{sampling} {policy}");
        }
    }
}

#[test]
fn answers_are_sharpened_and_each_is_that_of_a_run_of_so_many_trials() {
    let session = session("scenarios/quickstart.toml");
    let key = &session
        .inputs()
        .iter()
        .find(|input| input.key.ends_with(".probability"))
        .unwrap()
        .key;
    let choice = json!({ "set": [{ "key": key, "value": 0.5 }] });
    let messages = ask(&session, &json!({ "do": "run", "choice": choice, "trials": 3_000 }));
    let answers: Vec<&Value> = messages.iter().filter(|message| message["kind"] == "answer").collect();
    let trials: Vec<u64> = answers
        .iter()
        .map(|answer| answer["trials"].as_u64().unwrap())
        .collect();
    assert_eq!(trials, [64, 256, 1_024, 2_048, 3_000]);
    for (answer, trials) in answers.iter().zip(trials) {
        let fresh = self::session("scenarios/quickstart.toml");
        let alone = ask(&fresh, &json!({ "do": "run", "choice": choice, "trials": trials }));
        let alone = of_kind(&alone, "answer");
        for part in ["figures", "sentence", "replayable"] {
            assert_eq!(answer[part], alone[part], "{trials} {part}");
        }
    }
    // To a stated error: it stops early, and says after how many.
    let precise = ask(&session, &json!({ "do": "run", "choice": choice, "precision": 0.05 }));
    let last = of_kind(&precise, "answer");
    assert!(last["final"] == true && last["trials"].as_u64().unwrap() < 100_000);
    let mean = last["figures"][0]["baseline"]["value"].as_f64().unwrap();
    assert!(last["figures"][0]["difference"]["standard_error"].as_f64().unwrap() <= 0.05 * mean);
}

#[test]
fn without_changes_the_baseline_is_told_and_a_trial_is_that_of_replay() {
    let session = session("scenarios/quickstart.toml");
    let messages = ask(
        &session,
        &json!({ "do": "run", "choice": {}, "trials": TRIALS, "charts": true }),
    );
    let answer = of_kind(&messages, "answer");
    assert!(answer["figures"][0]["changed"].is_null());
    let charts = of_kind(&messages, "charts")["charts"].as_array().unwrap();
    assert!(
        charts.len() >= 4
            && charts
                .iter()
                .all(|chart| chart["svg"].as_str().unwrap().starts_with("<svg"))
    );
    let worst = answer["replayable"]["baseline"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["rank"] == "maximum")
        .unwrap();
    let trial = worst["trial"].as_u64().unwrap();
    let told = ask(&session, &json!({ "do": "trial", "choice": {}, "trial": trial }));
    let told = of_kind(&told, "trial");
    let mut replay = program();
    replay
        .args(["replay", "scenarios/quickstart.toml", "--trial", &trial.to_string()])
        .env("COLUMNS", "96");
    let (code, printed, _) = said(&replay.output().unwrap());
    assert_eq!((code, told["story"].as_str().unwrap()), (0, printed.as_str()));
    let percent = told["shortfall_pct"].as_f64().unwrap();
    assert!((percent - worst["shortfall_pct"].as_f64().unwrap()).abs() < 1e-9);
}

#[test]
fn every_lever_of_every_shipped_scenario_can_be_turned_to_both_ends() {
    let mut wrong = Vec::new();
    let mut turned = 0;
    for entry in std::fs::read_dir("scenarios").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let study = Study::open(&path).unwrap();
        let baseline = study.baseline().unwrap();
        let inputs = study.inputs(&baseline);
        assert!(!inputs.is_empty(), "{}", path.display());
        for input in &inputs {
            let value = input.basis.value();
            assert!(
                input.low <= value && value <= input.high && input.low < input.high && input.step > 0.0,
                "{input:?}"
            );
            turned += 1;
        }
        // All at one end together; where that is wrong, each for itself tells which.
        let check = |changes: &[String]| {
            study
                .document()
                .point(changes, None)
                .and_then(|point| point.check(None))
        };
        for end in [|input: &Input| input.low, |input: &Input| input.high] {
            let changes: Vec<String> = inputs
                .iter()
                .map(|input| format!("{}={}", input.key, end(input)))
                .collect();
            if check(&changes).is_ok() {
                continue;
            }
            for change in changes {
                if let Err(error) = check(std::slice::from_ref(&change)) {
                    wrong.push(format!(
                        "{}: {change}: {}",
                        path.display(),
                        error.render(false).lines().next().unwrap_or("")
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty() && turned > 200, "{turned}\n{}", wrong.join("\n"));
}

#[test]
fn a_session_reads_no_file_and_takes_no_key_that_is_no_lever() {
    let session = session("scenarios/quickstart.toml");
    let refused = |request: Value| {
        of_kind(&ask(&session, &request), "refused")["message"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let set = |key: &str| json!({ "do": "run", "choice": { "set": [{ "key": key, "value": 1 }] } });
    assert_eq!(
        refused(set("run.trials")),
        "there is nothing to turn called `run.trials`"
    );
    assert_eq!(refused(set("extends")), "there is nothing to turn called `extends`");
    assert!(
        refused(json!({ "do": "run", "choice": { "policies": [{ "id": "/etc/passwd" }] } }))
            .contains("there is no policy")
    );
    assert!(refused(json!({ "do": "run", "choice": {}, "trials": 2_000_000 })).contains("from 1 to 1000000 trials"));
    // Beneath it, too: a sealed study, and one from memory, read nothing, whatever is set.
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "country,share\nUSA,0.123456\n").unwrap();
    let path = secret.path().with_extension("csv");
    std::fs::copy(secret.path(), &path).unwrap();
    let mut study = Study::open("scenarios/quickstart.toml").unwrap().sealed();
    let result = study.set(&format!(
        "shares.magnet={{ output = 1, data = \"{}\", source = \"x\" }}",
        path.display()
    ));
    let told = match result {
        Err(error) => error.to_string(),
        Ok(()) => study.baseline().map(drop).unwrap_err().to_string(),
    };
    assert!(
        told.contains("not among the files that came with the scenario") && !told.contains("0.123456"),
        "{told}"
    );
    let text = format!("format = 1\nextends = \"{}\"\n", path.display());
    let error = Study::from_files("t.toml", BTreeMap::from([("t.toml".to_owned(), text)]))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("not among the files") && !error.contains("0.123456"),
        "{error}"
    );
    std::fs::remove_file(path).unwrap();
}

#[test]
fn a_scenario_out_of_memory_gives_what_the_same_files_on_disk_give() {
    for scenario in [
        "scenarios/us-india-partnership.toml",
        "scenarios/india-critical-minerals-mission.toml",
    ] {
        let study = Study::open(scenario).unwrap();
        let (name, texts) = study.document().texts();
        assert!(texts.len() > 1 && name == scenario);
        let again = Study::from_files(&name, texts).unwrap();
        assert_eq!(again.document().hash(), study.document().hash());
        assert_eq!(again.document().resolved(None), study.document().resolved(None));
        let warnings = |study: &Study| study.baseline().unwrap().warnings().render(false);
        assert_eq!(warnings(&again), warnings(&study));
    }
}
