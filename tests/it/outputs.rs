//! No output replaces or removes a file that critmin did not write, or that was changed since; none is written over an input; inputs that are no
//! files are refused. By tables of every output option and every input.

use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::bench::{Bench, INLINE, SHARES_CSV, scenario};
use crate::support::program;

const RUN: &str = "run SCENARIO --samples --formats svg,png,xlsx --quiet --out .";
const PART: &str = "run SCENARIO --trials-range 0..50 --quiet --out .";
const NAMED_PART: &str = "run SCENARIO --trials-range 0..50 --quiet --out x.critmin";
const REPLAY: &str = "replay SCENARIO --trial 3 --out .";
const JUNIT: &str = "check SCENARIO --against golden.json --junit report.xml";

/// Every command with an output option, and the files that it may write.
const OUTPUTS: [(&str, &[&str]); 5] = [
    (
        RUN,
        &[
            "summary.csv",
            "exceedance.csv",
            "timeline.csv",
            "years.csv",
            "return_periods.csv",
            "events.csv",
            "event_classes.csv",
            "attribution.csv",
            "supply.csv",
            "samples.csv",
            "results.json",
            "results.xlsx",
            "datapackage.json",
            "files.json",
            "charts/fan-metal.svg",
            "charts/supply-shares.png",
            "interrupted/summary.csv",
            "interrupted/files.json",
            "interrupted/charts/fan-metal.svg",
            "checkpoint.critmin",
        ],
    ),
    (PART, &["partial-0-50.critmin", "checkpoint-0-50.critmin"]),
    (NAMED_PART, &["x.critmin", "checkpoint-0-50.critmin"]),
    (
        REPLAY,
        &[
            "trace-events.csv",
            "trace-inputs.csv",
            "trace-markets.csv",
            "trace-supplies.csv",
            "trace-flows.csv",
            "trace-stockpiles.csv",
            "trace-lane-capacities.csv",
            "files.json",
        ],
    ),
    (JUNIT, &["report.xml"]),
];

/// Every output option against every input of a run: the scenario, what it extends, its data.
#[test]
fn no_output_is_written_over_an_input() {
    for (line, names) in OUTPUTS {
        for name in names {
            let with_golden = |bench: &Bench, scenario: &str| {
                if line == JUNIT {
                    bench.succeed(&format!(
                        "check {scenario} --against golden.json --update --trials 64 --quiet"
                    ));
                }
            };
            // The scenario itself; the file extensions do not matter to it.
            let bench = Bench::new();
            bench.write(name, &scenario(INLINE));
            with_golden(&bench, name);
            bench.refuse(
                &line.replace("SCENARIO", name),
                3,
                &["which is read here", name, "hint: "],
            );
            // What it extends.
            let bench = Bench::new();
            bench.write(name, &scenario(INLINE));
            bench.write("scenario.toml", &format!("extends = \"{name}\"\n"));
            with_golden(&bench, "scenario.toml");
            bench.refuse(
                &line.replace("SCENARIO", "scenario.toml"),
                3,
                &["which is read here", name],
            );
            // Its data; under another name, by a link, where the name must end otherwise.
            for link in [false, true] {
                let bench = Bench::new();
                let data = if link { "data.csv" } else { *name };
                if !data.ends_with(".csv") {
                    continue;
                }
                bench.write(data, SHARES_CSV);
                if link {
                    std::fs::create_dir_all(bench.path(name).parent().unwrap()).unwrap();
                    std::fs::hard_link(bench.path(data), bench.path(name)).unwrap();
                }
                bench.write("scenario.toml", &scenario(&format!("data = \"{data}\"")));
                with_golden(&bench, "scenario.toml");
                bench.refuse(
                    &line.replace("SCENARIO", "scenario.toml"),
                    3,
                    &["which is read here", data],
                );
            }
        }
    }
    // The data of a policy, too.
    let bench = Bench::new();
    bench.write("supply.csv", SHARES_CSV);
    let policy = "[[policy]]\nid = \"other\"\n[[policy.set]]\nkey = \"shares.metal.data\"\nvalue = \"supply.csv\"\n";
    bench.write("data.csv", SHARES_CSV);
    bench.write("scenario.toml", &format!("{}{policy}", scenario("data = \"data.csv\"")));
    bench.refuse(
        "run scenario.toml --quiet --out .",
        3,
        &["supply.csv", "which is read here"],
    );
}

/// Golden files and parts are inputs, too.
#[test]
fn no_output_is_written_over_a_golden_file_or_a_part() {
    let bench = Bench::new();
    bench.succeed("check scenario.toml --against golden.json --update --trials 64 --quiet");
    bench.refuse(
        "check scenario.toml --against golden.json --junit golden.json",
        3,
        &["golden.json", "which is read here"],
    );
    for name in ["summary.csv", "results.json", "files.json", "charts/fan-metal.png"] {
        let bench = Bench::new();
        bench.succeed("run scenario.toml --trials-range 0..200 --quiet --out part.critmin");
        std::fs::create_dir_all(bench.path(name).parent().unwrap()).unwrap();
        std::fs::rename(bench.path("part.critmin"), bench.path(name)).unwrap();
        bench.refuse(&format!("merge {name} --out ."), 3, &[name, "which is read here"]);
    }
    // Parts inside the folder, under their own names, stay.
    let bench = Bench::new();
    bench.succeed("run scenario.toml --trials-range 0..50 --quiet --out shards");
    bench.succeed("run scenario.toml --trials-range 50..200 --quiet --out shards");
    let before = bench.everything();
    bench.succeed("merge shards/partial-0-50.critmin shards/partial-50-200.critmin --quiet --out shards");
    let after = bench.everything();
    assert!(before.iter().all(|(name, bytes)| after.get(name) == Some(bytes)));
    assert!(bench.path("shards/summary.csv").is_file());
    // What is to hold a golden file, and holds something else.
    for name in [
        "scenario.toml",
        "shards/partial-0-50.critmin",
        "shards/summary.csv",
        "shards/results.json",
    ] {
        bench.refuse(&format!("check scenario.toml --against {name} --update"), 3, &[name]);
    }
    bench.refuse("new scenario.toml", 1, &["scenario.toml exists already"]);
}

/// Every output against a file of the user's that has its name: text, a link, a pipe.
#[test]
fn no_output_replaces_what_critmin_did_not_write() {
    for (line, names) in OUTPUTS {
        for name in names {
            let line = line.replace("SCENARIO", "scenario.toml");
            let prepare = || {
                let bench = Bench::new();
                if line.starts_with("check") {
                    bench.succeed("check scenario.toml --against golden.json --update --trials 64 --quiet");
                }
                std::fs::create_dir_all(bench.path(name).parent().unwrap()).unwrap();
                bench
            };
            let last = name.rsplit('/').next().unwrap();
            let bench = prepare();
            bench.write(name, "my own\n");
            bench.refuse(&line, 3, &[last, "nothing has been written", "hint: "]);
            #[cfg(unix)]
            {
                let bench = prepare();
                bench.write("elsewhere/mine", "my own\n");
                std::os::unix::fs::symlink(bench.path("elsewhere/mine"), bench.path(name)).unwrap();
                bench.refuse(&line, 3, &[last, "symbolic link"]);
                let bench = prepare();
                std::os::unix::fs::symlink("nowhere", bench.path(name)).unwrap();
                bench.refuse(&line, 3, &[last, "symbolic link"]);
                let bench = prepare();
                make_pipe(&bench.path(name));
                bench.refuse(&line, 3, &[last, "a pipe, not a file"]);
            }
        }
    }
}

#[cfg(unix)]
fn make_pipe(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

/// Files that are not in the way stay, whatever they are called; a results folder replaces its own.
#[test]
fn what_is_not_in_the_way_stays() {
    let bench = Bench::new();
    let mine = [
        "out/samples.csv",
        "out/timeline.csv",
        "out/charts/fan-harvest.svg",
        "out/charts/events-old.svg",
        "out/notes.txt",
        "out/.summary.csv.1.part",
        "out/.samples.csv.4711-0.part",
    ];
    for name in mine {
        bench.write(name, "my own\n");
    }
    let line = "run scenario.toml --formats none --without timeline --quiet --out out";
    for _ in 0..3 {
        bench.succeed(line);
        for name in mine {
            assert_eq!(bench.read(name), "my own\n");
        }
    }
    // With charts, those that are named like ours are in the way.
    bench.refuse(
        "run scenario.toml --formats svg --without timeline --quiet --out out",
        3,
        &[
            "charts/fan-harvest.svg: not listed in files.json",
            "charts/events-old.svg",
            "--out",
        ],
    );
    // Everything of the earlier run that is as it was is replaced, or removed where the new run has none.
    bench.succeed("run scenario.toml --samples --formats svg --quiet --out own");
    let charts = std::fs::read_dir(bench.path("own/charts")).unwrap().count();
    assert!(charts > 3 && bench.path("own/samples.csv").is_file());
    bench.succeed("run scenario.toml --trials 100 --formats none --without timeline --quiet --out own");
    assert_eq!(std::fs::read_dir(bench.path("own/charts")).unwrap().count(), 0);
    assert!(!bench.path("own/samples.csv").exists() && !bench.path("own/timeline.csv").exists());
    // The list says what is there.
    let list: Value = serde_json::from_str(&bench.read("own/files.json")).unwrap();
    let listed: Vec<&String> = list["files"].as_object().unwrap().keys().collect();
    let expected = [
        "attribution.csv",
        "datapackage.json",
        "event_classes.csv",
        "events.csv",
        "exceedance.csv",
        "results.json",
        "return_periods.csv",
        "summary.csv",
        "supply.csv",
        "years.csv",
    ];
    assert_eq!(listed, expected);
    assert_eq!(list["scenario"]["path"], "../scenario.toml");
}

/// A file that somebody edited after the run is theirs.
#[test]
fn what_was_edited_after_the_run_is_not_replaced() {
    let bench = Bench::new();
    let run = "run scenario.toml --samples --formats svg --quiet --out out";
    bench.succeed(run);
    for name in ["summary.csv", "samples.csv", "charts/fan-metal.svg", "results.json"] {
        let path = format!("out/{name}");
        let whole = bench.read(&path);
        bench.write(&path, &format!("{whole} "));
        bench.refuse(
            run,
            3,
            &[name, "changed since critmin wrote it", "another folder with --out"],
        );
        // Where the new run has none, it stays, and is no more ours.
        if name == "samples.csv" {
            bench.succeed("run scenario.toml --formats svg --quiet --out out");
            assert_eq!(bench.read(&path), format!("{whole} "));
            bench.refuse(run, 3, &["samples.csv: not listed in files.json"]);
            std::fs::remove_file(bench.path(&path)).unwrap();
            bench.succeed(run);
            continue;
        }
        bench.write(&path, &whole);
        bench.succeed(run);
    }
    // The list itself: damaged, somebody else's, or gone, as in results of a version that wrote none.
    let list = bench.read("out/files.json");
    for other in ["", "{}", "[1, 2]", "{ \"format\": 1 }", "files"] {
        bench.write("out/files.json", other);
        bench.refuse(run, 3, &["files.json: ", "--out"]);
    }
    std::fs::remove_file(bench.path("out/files.json")).unwrap();
    bench.refuse(
        run,
        3,
        &[
            "summary.csv: there is no files.json that lists it",
            "are those of a version before it: remove them",
        ],
    );
    bench.write("out/files.json", &list);
    bench.succeed(run);
    // A list that leads elsewhere removes nothing there.
    let list = bench.read("out/files.json");
    bench.write("precious.csv", SHARES_CSV);
    let sha256: String = Sha256::digest(SHARES_CSV)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let forged = list.replace(
        "\"files\": {",
        &format!("\"files\": {{\n    \"../precious.csv\": [\"{sha256}\"],"),
    );
    bench.write("out/files.json", &forged);
    bench.succeed(run);
    assert_eq!(bench.read("precious.csv"), SHARES_CSV);
    // Traces likewise; those of another trial are replaced, and a run leaves them alone.
    let replay = "replay scenario.toml --out out --trial";
    bench.succeed(&format!("{replay} 3"));
    bench.succeed(&format!("{replay} 4"));
    bench.succeed(run);
    bench.write("out/trace-flows.csv", "my own\n");
    bench.refuse(
        &format!("{replay} 5"),
        3,
        &["trace-flows.csv: changed since critmin wrote it"],
    );
}

/// Two scenarios of one name do not share their default folder, by run, merge or replay; one that was changed or moved is still the same.
#[test]
fn a_folder_remembers_its_scenario() {
    let bench = Bench::new();
    let other = scenario(INLINE).replace("amount = 1200", "amount = 1300");
    bench.write("a/same.toml", &scenario(INLINE));
    bench.write("b/same.toml", &other);
    bench.succeed("run a/same.toml --formats none --quiet");
    let words = [
        "out/same belongs to another scenario: to ../../a/same.toml, not to ../../b/same.toml",
        "hint: choose another folder",
    ];
    bench.refuse("run b/same.toml --formats none --quiet", 3, &words);
    bench.refuse("replay b/same.toml --trial 3 --out out/same", 3, &words);
    bench.succeed("run b/same.toml --trials-range 0..200 --quiet --out b.critmin");
    bench.refuse(
        "merge b.critmin --formats none --quiet",
        3,
        &["out/same belongs to another scenario"],
    );
    // Changed, with other options, moved.
    bench.write(
        "a/same.toml",
        &scenario(INLINE).replace("amount = 1200", "amount = 1250"),
    );
    bench.succeed("run a/same.toml --formats none --quiet");
    bench.succeed("run a/same.toml --formats none --quiet --trials 30 --set time.periods=6");
    bench.succeed("run a/same.toml --formats none --quiet --seed 4");
    std::fs::rename(bench.path("a"), bench.path("c")).unwrap();
    bench.succeed("run c/same.toml --formats none --quiet");
    bench.succeed("run c/same.toml --trials-range 0..200 --quiet --out c.critmin");
    bench.succeed("merge c.critmin --formats none --quiet");
    // An explicit folder, too.
    bench.refuse(
        "run b/same.toml --formats none --quiet --out out/same",
        3,
        &["another scenario"],
    );
    bench.refuse(
        "run scenario.toml --formats none --quiet --out out/same",
        3,
        &["another scenario"],
    );
}

/// A file of a part is replaced by the same trials of the same run, and by nothing else.
#[test]
fn a_part_is_replaced_by_the_same_part_only() {
    let bench = Bench::new();
    let part = "run scenario.toml --trials-range 0..50 --quiet --out x.critmin";
    bench.succeed(part);
    let first = bench.everything();
    bench.succeed(part);
    assert!(first == bench.everything());
    for (line, word) in [
        (
            "run scenario.toml --trials-range 50..60 --quiet --out x.critmin",
            "its range of trials is 0..50",
        ),
        (
            "run scenario.toml --trials-range 0..50 --seed 9 --quiet --out x.critmin",
            "its seed is",
        ),
        (
            "run scenario.toml --trials-range 0..50 --trials 60 --quiet --out x.critmin",
            "number of trials",
        ),
        (
            "run scenario.toml --trials-range 0..50 --set time.periods=3 --quiet --out x.critmin",
            "its scenario (SHA-256) is",
        ),
    ] {
        bench.refuse(
            line,
            3,
            &["x.critmin may not be replaced: it is a part of another run", word],
        );
    }
    // Damaged, or no longer whole.
    let bytes = std::fs::read(bench.path("x.critmin")).unwrap();
    std::fs::write(bench.path("x.critmin"), &bytes[..bytes.len() - 1]).unwrap();
    bench.refuse(part, 3, &["is damaged or cut short"]);
    // Names of checkpoints are no names of parts.
    bench.refuse(
        "run scenario.toml --trials-range 0..50 --out Checkpoint-0-50.critmin",
        2,
        &["a name for checkpoints"],
    );
    // A checkpoint is no place for a part, nor a part one for a checkpoint.
    std::fs::write(bench.path("checkpoint.critmin"), &bytes).unwrap();
    bench.refuse(
        "run scenario.toml --formats none --quiet --out .",
        3,
        &["checkpoint.critmin", "a partial result, not a checkpoint"],
    );
    std::fs::remove_file(bench.path("checkpoint.critmin")).unwrap();
}

/// A JUnit report is replaced as long as it is one, unchanged.
#[test]
fn a_report_is_replaced_by_a_report_only() {
    let bench = Bench::new();
    bench.succeed("check scenario.toml --against golden.json --update --trials 64 --quiet");
    let check = "check scenario.toml --against golden.json --quiet --junit report.xml";
    bench.succeed(check);
    bench.succeed(check);
    let report = bench.read("report.xml");
    for other in [
        report.replace("testsuite ", "testsuite  "),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"critmin check\"></testsuites>\n".to_owned(),
        report[..report.len() / 2].to_owned(),
    ] {
        bench.write("report.xml", &other);
        bench.refuse(
            check,
            3,
            &["report.xml may not be replaced: it is no JUnit report of critmin, or was changed since"],
        );
    }
    // Several scenarios, each an input.
    bench.write("second.toml", &scenario(INLINE));
    bench.succeed("check scenario.toml second.toml --against pinned/ --update --trials 64 --quiet");
    for name in ["second.toml", "pinned/second.json"] {
        bench.refuse(
            &format!("check scenario.toml second.toml --against pinned --junit {name}"),
            3,
            &[name, "which is read here"],
        );
    }
}

/// Interrupts a long run once it has a checkpoint.
#[cfg(unix)]
fn interrupt(bench: &Bench, out: &str) -> String {
    let line = format!(
        "run scenario.toml --trials 100000000 --formats none --samples --checkpoint-seconds 0 --block-trials 50 --out {out}"
    );
    let child = program()
        .args(line.split_whitespace())
        .current_dir(bench.0.path())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    while !bench.path(out).join("checkpoint.critmin").exists() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let id = child.id().to_string();
    assert!(
        std::process::Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    let output = child.wait_with_output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(130), "{error}");
    error
}

/// Complete results stay beside those of a run that was interrupted, which say that they are.
#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_complete_results_as_they_are() {
    let bench = Bench::new();
    bench.succeed("run scenario.toml --trials 300 --formats svg --quiet --samples --out out");
    let complete = bench.everything();
    let error = interrupt(&bench, "out");
    assert!(
        error.contains("out/interrupted") && error.contains("of 100000000 trials asked for"),
        "{error}"
    );
    let after = bench.everything();
    for (path, bytes) in &complete {
        assert!(after.get(path) == Some(bytes), "{} has changed", path.display());
    }
    let manifest = |name: &str| -> Value {
        let results: Value = serde_json::from_str(&bench.read(name)).unwrap();
        results["manifest"].clone()
    };
    let (whole, cut) = (manifest("out/results.json"), manifest("out/interrupted/results.json"));
    assert_eq!(
        (&whole["interrupted"], &whole["trials_asked"]),
        (&false.into(), &300.into())
    );
    assert_eq!(
        (&cut["interrupted"], &cut["trials_asked"]),
        (&true.into(), &100_000_000.into())
    );
    assert!(cut["trials"].as_u64().unwrap() < 100_000_000 && bench.path("out/interrupted/samples.csv").is_file());
    // What somebody changed or put there is theirs, here too.
    bench.write("out/interrupted/summary.csv", "my own\n");
    bench.refuse(
        "run scenario.toml --trials 50 --formats none --quiet --out out",
        3,
        &["out/interrupted holds files in the way", "summary.csv: changed since"],
    );
    std::fs::remove_file(bench.path("out/interrupted/summary.csv")).unwrap();
    // A run that is complete removes what belongs to none any more, and nothing else.
    bench.write("out/interrupted/notes.txt", "my own\n");
    bench.succeed("run scenario.toml --trials 50 --formats none --quiet --out out");
    assert!(!bench.path("out/checkpoint.critmin").exists());
    let left: Vec<_> = std::fs::read_dir(bench.path("out/interrupted")).unwrap().collect();
    assert_eq!(left.len(), 1);
    assert_eq!(bench.read("out/interrupted/notes.txt"), "my own\n");
}

/// A checkpoint of another scenario, even of the same name, is not replaced.
#[cfg(unix)]
#[test]
fn a_checkpoint_of_another_scenario_stays() {
    let bench = Bench::new();
    interrupt(&bench, "out");
    std::fs::create_dir(bench.path("alone")).unwrap();
    std::fs::copy(
        bench.path("out/checkpoint.critmin"),
        bench.path("alone/checkpoint.critmin"),
    )
    .unwrap();
    bench.write(
        "b/scenario.toml",
        &scenario(INLINE).replace("amount = 1200", "amount = 1300"),
    );
    bench.refuse(
        "run b/scenario.toml --formats none --quiet --out out",
        3,
        &["out belongs to another scenario"],
    );
    let words = ["alone/checkpoint.critmin may not be replaced: it is the checkpoint of another scenario"];
    bench.refuse("run b/scenario.toml --formats none --quiet --out alone", 3, &words);
    // Of this scenario it is replaced, as it is said.
    let (code, _, error) = bench.run("run scenario.toml --trials 20 --formats none --out alone");
    assert!(
        code == 0 && error.contains("of an earlier run is not continued"),
        "{error}"
    );
    assert!(!bench.path("alone/checkpoint.critmin").exists());
}

/// Inputs that are no files are refused at once; a pipe would wait for ever.
#[cfg(unix)]
#[test]
fn inputs_that_are_no_files_are_refused() {
    let bench = Bench::new();
    make_pipe(&bench.path("pipe.csv"));
    let _socket = std::os::unix::net::UnixListener::bind(bench.path("socket.csv")).unwrap();
    std::os::unix::fs::symlink("/dev/null", bench.path("device.csv")).unwrap();
    std::fs::create_dir(bench.path("folder.csv")).unwrap();
    std::os::unix::fs::symlink("pipe.csv", bench.path("link.csv")).unwrap();
    for (name, what) in [
        (
            "pipe.csv",
            "it is a pipe, not a file (process substitution, `<(...)`, gives a pipe too)",
        ),
        ("link.csv", "it is a pipe, not a file"),
        ("socket.csv", "it is a socket, not a file"),
        ("device.csv", "it is a device, not a file"),
        ("folder.csv", "it is a folder, not a file"),
    ] {
        bench.write("extends.toml", &format!("extends = \"{name}\"\n{}", scenario(INLINE)));
        bench.write("data.toml", &scenario(&format!("data = \"{name}\"")));
        bench.write("whole.csv", SHARES_CSV);
        bench.write("whole.toml", &scenario("data = \"whole.csv\""));
        bench.succeed("run scenario.toml --trials-range 0..100 --quiet --out part.critmin");
        for (line, code) in [
            (format!("run {name}"), 1),
            (format!("validate {name} scenario.toml"), 1),
            (format!("replay {name} --trial 1"), 1),
            ("run extends.toml".to_owned(), 1),
            ("run data.toml".to_owned(), 1),
            ("validate data.toml".to_owned(), 1),
            (format!("run whole.toml --set shares.metal.data={name}"), 1),
            (format!("merge part.critmin {name}"), 3),
        ] {
            bench.refuse(&line, code, &[what]);
        }
        if name != "folder.csv" {
            bench.refuse(&format!("check scenario.toml --against {name}"), 3, &[what]);
            bench.refuse(&format!("check scenario.toml --against {name} --update"), 3, &[what]);
        }
        std::fs::remove_file(bench.path("part.critmin")).unwrap();
    }
    // A checkpoint.
    std::fs::create_dir(bench.path("out")).unwrap();
    make_pipe(&bench.path("out/checkpoint.critmin"));
    bench.refuse(
        "run scenario.toml --resume --formats none --out out",
        3,
        &["checkpoint.critmin cannot be used: it is a pipe"],
    );
    bench.refuse(
        "run scenario.toml --formats none --out out",
        3,
        &["checkpoint.critmin may not be replaced: it is a pipe"],
    );
}

/// The samples of a checkpoint are not written through a link that was put in their place, nor into a file that has another name too.
#[cfg(unix)]
#[test]
fn temporary_files_are_not_opened_through_links() {
    let bench = Bench::new();
    interrupt(&bench, "out");
    let entries = std::fs::read_dir(bench.path("out")).unwrap();
    let names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let noted = names
        .iter()
        .find(|name| name.starts_with(".samples.csv.critmin-"))
        .unwrap();
    let companion = bench.path("out").join(noted);
    let resume = "run scenario.toml --trials 100000000 --formats none --samples --out out --resume";
    std::fs::rename(&companion, bench.path("mine.csv")).unwrap();
    std::os::unix::fs::symlink(bench.path("mine.csv"), &companion).unwrap();
    bench.refuse(resume, 1, &["cannot be continued", "it is a link, or no file"]);
    std::fs::remove_file(&companion).unwrap();
    std::fs::hard_link(bench.path("mine.csv"), &companion).unwrap();
    bench.refuse(resume, 1, &["cannot be continued", "it is a link, or no file"]);
}
