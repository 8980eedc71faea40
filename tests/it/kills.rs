//! Runs that are killed or interrupted from outside: every file that they leave is whole, and `--resume` continues them to the bytes of an
//! uninterrupted run.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use critmin::report::part_file::PartFile;

use crate::shards::{finish, scenario};
use crate::support::{Files, Random, contents, program};

/// `critmin run` of the scenario, with a checkpoint after every block of work.
fn command(out: &Path, arguments: &[&str]) -> std::process::Command {
    let mut command = program();
    command.arg("run").arg(scenario()).arg("--out").arg(out);
    command
        .args(["--checkpoint-seconds", "0", "--block-trials", "300"])
        .args(arguments);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Every file is whole: tables have full rows, results.json is a document, charts and parts end as they should. Temporary names do not count.
fn assert_whole(folder: &Path, moment: &str) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            assert_whole(&path, moment);
            continue;
        }
        if name.starts_with('.') && name.ends_with(".part") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        match path.extension().unwrap().to_str().unwrap() {
            "csv" => {
                let mut reader = csv::Reader::from_reader(bytes.as_slice());
                let rows = reader
                    .records()
                    .map(|row| row.unwrap_or_else(|error| panic!("{moment}, {name}: {error}")));
                assert!(rows.count() > 0 && bytes.ends_with(b"\n"), "{moment}: {name}");
            }
            "json" if name == "files.json" => {
                let document: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
                assert!(document["files"].is_object(), "{moment}: {name}");
            }
            "json" if name == "datapackage.json" => {
                let document: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
                assert!(document["resources"].is_array(), "{moment}: {name}");
            }
            "json" => {
                let document: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
                assert!(document["timing"].is_array(), "{moment}: {name}");
            }
            "svg" => assert!(
                bytes.ends_with(b"</svg>\n") || bytes.ends_with(b"</svg>"),
                "{moment}: {name}"
            ),
            "critmin" => {
                PartFile::open(&path).unwrap().part().unwrap();
            }
            other => panic!("{moment}: {name} has the extension {other}"),
        }
    }
}

/// Ends a run by a signal.
fn end(child: &Child, signal: &str) {
    // It may have ended by itself.
    let _ = std::process::Command::new("kill")
        .args([signal, &child.id().to_string()])
        .stderr(Stdio::null())
        .status();
}

fn remainder(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".part") || name.ends_with(".critmin"))
        .collect();
    names.sort();
    names
}

fn same(expected: &Files, found: &Files, moment: &str) {
    let names = |files: &Files| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(expected), names(found), "{moment}");
    for (name, bytes) in expected {
        assert!(*bytes == found[name], "{name} differs: {moment}");
    }
}

/// Killed at a random moment, resumed, killed again, resumed: whole files at any time, and the same bytes in the end. A handful of times;
/// `CRITMIN_KILLS=100` for more.
#[test]
fn killed_at_any_moment_leaves_whole_files_and_resumes_to_the_same_bytes() {
    let kills: usize = std::env::var("CRITMIN_KILLS").map_or(6, |count| count.parse().unwrap());
    let scratch = tempfile::tempdir().unwrap();
    let whole_run = ["--trials", "6000", "--samples", "--formats", "svg", "--quiet"];
    let part_of_it = [
        "--trials",
        "6000",
        "--samples",
        "--trials-range",
        "1000..5500",
        "--quiet",
    ];
    let expected = [("whole", &whole_run[..]), ("part", &part_of_it[..])].map(|(name, arguments)| {
        let out = scratch.path().join(name);
        let started = Instant::now();
        let (code, _, error) = finish(&mut command(&out, arguments));
        assert_eq!(code, 0, "{error}");
        assert_eq!(
            remainder(&out)
                .iter()
                .filter(|name| name.starts_with("checkpoint"))
                .count(),
            0
        );
        (contents(&out), started.elapsed())
    });
    let mut random = Random::new(20_260_131);
    let (mut killed, mut interrupted, mut too_late, mut resumed) = (0, 0, 0, 0);
    let mut round = 0;
    while killed + interrupted < kills {
        round += 1;
        assert!(round < 20 * kills + 100, "runs end before they can be killed");
        let which = usize::from(random.chance(0.25));
        let arguments = [&whole_run[..], &part_of_it[..]][which];
        let (expected, usual) = &expected[which];
        let out = scratch.path().join(format!("round-{round}"));
        // Some rounds kill what was resumed, too.
        for attempt in 0..random.whole(1, 3) {
            let wait = usual.mul_f64(random.between(0.0, 1.1));
            let by_force = random.chance(0.7);
            let mut command = command(&out, arguments);
            if attempt > 0 {
                command.arg("--resume");
            }
            let child = command.spawn().unwrap();
            std::thread::sleep(wait);
            let signals = ["-INT", "-TERM"];
            end(&child, if by_force { "-KILL" } else { signals[interrupted % 2] });
            let output = child.wait_with_output().unwrap();
            let error = String::from_utf8_lossy(&output.stderr);
            let moment = format!("round {round}, attempt {attempt}, after {wait:?}, by force: {by_force}: {error}");
            assert_whole(&out, &moment);
            match output.status.code() {
                Some(0) => too_late += 1,
                Some(130) if !by_force => interrupted += 1,
                None => killed += 1,
                other => panic!("{other:?}, {moment}"),
            }
        }
        let has_checkpoint = remainder(&out).iter().any(|name| name.starts_with("checkpoint"));
        let mut command = command(&out, arguments);
        let (code, _, error) = finish(command.arg("--resume"));
        assert_eq!(code, 0, "round {round}: {error}");
        resumed += usize::from(has_checkpoint);
        same(expected, &contents(&out), &format!("round {round}"));
        std::fs::remove_dir_all(&out).unwrap();
    }
    println!(
        "{killed} killed, {interrupted} interrupted, {too_late} had ended before; {resumed} continued from a checkpoint"
    );
    assert!(resumed > 0, "no run left a checkpoint");
}

/// Interrupts a run once it has saved a checkpoint. Gives what it says.
fn interrupted(out: &Path, arguments: &[&str], checkpoint: &str) -> String {
    ended_by("-INT", out, arguments, checkpoint)
}

fn ended_by(signal: &str, out: &Path, arguments: &[&str], checkpoint: &str) -> String {
    let child = command(out, arguments).spawn().unwrap();
    while !out.join(checkpoint).exists() {
        std::thread::sleep(Duration::from_millis(2));
    }
    end(&child, signal);
    let output = child.wait_with_output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(130), "{error}");
    error
}

const LONG: [&str; 4] = ["--trials", "400000", "--formats", "none"];

/// What batch systems send when the time is up.
#[test]
fn a_request_to_end_interrupts_like_the_keyboard() {
    let scratch = tempfile::tempdir().unwrap();
    let out = scratch.path().join("out");
    let error = ended_by("-TERM", &out, &LONG, "checkpoint.critmin");
    assert!(error.contains("interrupted: the results hold "), "{error}");
    assert!(out.join("interrupted/results.json").exists() && out.join("checkpoint.critmin").exists());
}

#[test]
fn an_interrupted_run_says_what_it_did_and_how_to_go_on() {
    let scratch = tempfile::tempdir().unwrap();
    let out = scratch.path().join("out");
    let arguments = [&LONG[..], &["--samples"]].concat();
    let error = interrupted(&out, &arguments, "checkpoint.critmin");
    for said in [
        "interrupted: the results hold ",
        " trials of 1 of 3 policies",
        "--resume continues it",
        "checkpoint.critmin",
    ] {
        assert!(error.contains(said), "`{said}` is not in {error}");
    }
    // The results are whole, and samples belong to them.
    let results: serde_json::Value =
        serde_json::from_slice(&std::fs::read(out.join("interrupted/results.json")).unwrap()).unwrap();
    let trials = results["manifest"]["trials"].as_u64().unwrap();
    assert!(trials > 0 && trials < 400_000);
    let mut samples = csv::Reader::from_path(out.join("interrupted/samples.csv")).unwrap();
    let rows: Vec<csv::StringRecord> = samples.records().map(Result::unwrap).collect();
    let last: u64 = rows.last().unwrap()[0].parse().unwrap();
    assert_eq!(last, trials - 1);
    assert!(rows.iter().all(|row| &row[1] == "baseline"));
    // Another seed, another scenario, other options: not continued, and the checkpoint stays.
    let before = contents(&out);
    for (changes, reason) in [
        (vec!["--seed", "1"], "its seed is 20260131, that of this run is 1"),
        (vec!["--set", "event.war.severity=1"], "its scenario (SHA-256) is"),
        (
            vec!["--policy", "stockpile"],
            "its list of policies is baseline, stockpile, second_foundry, that of this run is",
        ),
        (
            vec!["--precision", "5%"],
            "its --precision is none, that of this run is 0.05",
        ),
    ] {
        let (code, _, error) = finish(command(&out, &arguments).args(&changes).arg("--resume"));
        assert_eq!(code, 1, "{error}");
        assert!(
            error.contains(reason) && error.contains("checkpoint.critmin cannot be continued"),
            "{error}"
        );
        assert!(error.contains("hint: run without --resume to start anew"), "{error}");
    }
    same(&before, &contents(&out), "refused");
    // Without its samples, or with others, it cannot be continued either.
    let noted = remainder(&out)
        .into_iter()
        .find(|name| name.starts_with(".samples"))
        .unwrap();
    let companion = out.join(&noted);
    let rows = std::fs::read(&companion).unwrap();
    let mut changed = rows.clone();
    changed[200] ^= 1;
    std::fs::write(&companion, changed).unwrap();
    let (code, _, error) = finish(command(&out, &arguments).arg("--resume"));
    assert_eq!(code, 1, "{error}");
    assert!(error.contains("it is not what the checkpoint says it is"), "{error}");
    std::fs::remove_file(&companion).unwrap();
    let (code, _, error) = finish(command(&out, &arguments).arg("--resume"));
    assert_eq!(code, 1, "{error}");
    assert!(error.contains(&noted), "{error}");
    std::fs::write(&companion, rows).unwrap();
    // A damaged checkpoint is told as such.
    let checkpoint = out.join("checkpoint.critmin");
    let bytes = std::fs::read(&checkpoint).unwrap();
    std::fs::write(&checkpoint, &bytes[..bytes.len() / 2]).unwrap();
    let (code, _, error) = finish(command(&out, &arguments).arg("--resume"));
    assert_eq!(code, 1, "{error}");
    assert!(
        error.contains("is damaged or cut short") && error.contains("remove it to start anew"),
        "{error}"
    );
    std::fs::write(&checkpoint, bytes).unwrap();
    // Anew, it says what becomes of the checkpoint; in the end nothing is left of it or its samples.
    let (code, _, error) = finish(&mut command(&out, &["--trials", "300", "--formats", "none"]));
    assert_eq!(code, 0, "{error}");
    assert!(
        error.contains("checkpoint.critmin of an earlier run is not continued"),
        "{error}"
    );
    assert_eq!(remainder(&out), Vec::<String>::new());
    let (code, _, error) = finish(command(&out, &["--trials", "300", "--formats", "none"]).arg("--resume"));
    assert_eq!(code, 0, "{error}");
    assert!(
        error.contains("there is no ") && error.contains("starting with the first trial"),
        "{error}"
    );
}

/// Parts that share a folder leave each other's checkpoints and samples alone.
#[test]
fn an_interrupted_part_is_continued_beside_others() {
    let scratch = tempfile::tempdir().unwrap();
    let out = scratch.path().join("out");
    let part = |range| {
        [
            &[
                "--trials",
                "400000",
                "--samples",
                "--policy",
                "baseline",
                "--trials-range",
            ][..],
            &[range],
        ]
        .concat()
    };
    let error = interrupted(&out, &part("100..200000"), "checkpoint-100-200000.critmin");
    assert!(
        error.contains("no partial result has been written") && error.contains("--resume continues it"),
        "{error}"
    );
    assert_eq!(remainder(&out).len(), 2, "{:?}", remainder(&out));
    // A stale file of a killed run, and one that is no business of ours.
    std::fs::write(out.join(".summary.csv.critmin-0123456789ab.part"), "policy").unwrap();
    std::fs::write(out.join(".notes.txt.1.part"), "mine").unwrap();
    let (code, _, error) = finish(&mut command(&out, &part("0..100")));
    assert_eq!(code, 0, "{error}");
    let left = remainder(&out);
    assert_eq!(left.len(), 4, "{left:?}");
    assert!(left.contains(&".notes.txt.1.part".to_owned()) && left.contains(&"partial-0-100.critmin".to_owned()));
    let (code, _, error) = finish(command(&out, &part("100..200000")).arg("--resume"));
    assert_eq!(code, 0, "{error}");
    let left = remainder(&out);
    assert_eq!(
        left,
        [
            ".notes.txt.1.part",
            "partial-0-100.critmin",
            "partial-100-200000.critmin"
        ]
    );
    let again: PathBuf = scratch.path().join("again.critmin");
    let mut uninterrupted = program();
    uninterrupted
        .arg("run")
        .arg(scenario())
        .args(part("100..200000"))
        .arg("--out")
        .arg(&again);
    let (code, _, error) = finish(&mut uninterrupted);
    assert_eq!(code, 0, "{error}");
    let bytes = |path: PathBuf| std::fs::read(path).unwrap();
    assert!(bytes(out.join("partial-100-200000.critmin")) == bytes(again));
    // A checkpoint is not something to merge.
    let error = interrupted(&out, &part("300000..400000"), "checkpoint-300000-400000.critmin");
    assert!(error.contains("interrupted"));
    let (code, _, error) = finish(
        program()
            .arg("merge")
            .arg(out.join("checkpoint-300000-400000.critmin"))
            .arg("--out")
            .arg(&out),
    );
    assert_eq!(code, 1, "{error}");
    assert!(
        error.contains("is the checkpoint of a run that is not complete"),
        "{error}"
    );
}
