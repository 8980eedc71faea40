//! A run cut into parts and put together again is the same run: the same bytes for any threads, blocks and ranges of trials, in debug and
//! release builds. And parts that make up no run are refused with a reason.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use critmin::engine::observe::{Observer, PeriodOutcome, TrialOutcome};
use critmin::engine::run::{Gather, Progress, simulate_in_blocks};
use sha2::{Digest, Sha256};

use crate::support::{Files, Random, contents, in_repository, load, program};

/// The scenario that all of it is about.
pub fn scenario() -> PathBuf {
    in_repository("tests/repeatable/high-variance.toml")
}

/// Exit code, stdout, stderr.
pub fn finish(command: &mut std::process::Command) -> (i32, String, String) {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = output.status.code().unwrap_or(-1);
    (code, text(&output.stdout), text(&output.stderr))
}

/// Runs the scenario; gives what it prints on stdout.
pub fn run(out: &Path, arguments: &[&str]) -> String {
    run_file(&scenario(), out, arguments)
}

fn run_file(scenario: &Path, out: &Path, arguments: &[&str]) -> String {
    let mut command = program();
    command.arg("run").arg(scenario).arg("--out").arg(out);
    let (code, printed, error) = finish(command.args(["--quiet", "--json"]).args(arguments));
    assert_eq!(code, 0, "{arguments:?}: {error}");
    printed
}

/// Exit code, stdout and stderr of `critmin merge`.
pub fn merge(out: &Path, parts: &[PathBuf], arguments: &[&str]) -> (i32, String, String) {
    let mut command = program();
    command.arg("merge").args(parts).arg("--out").arg(out);
    finish(command.args(arguments))
}

fn assert_same(expected: &Files, found: &Files, what: &str) {
    let names = |files: &Files| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(expected), names(found), "{what}");
    for (name, bytes) in expected {
        assert!(*bytes == found[name], "{name} differs: {what}");
    }
}

/// Parts and what is merged from them have no headline under another rule of allocation.
const ALL: [&str; 4] = ["--samples", "--formats", "svg", "--no-band"];

#[test]
fn threads_blocks_and_shards_give_the_same_bytes() {
    let scratch = tempfile::tempdir().unwrap();
    let whole = scratch.path().join("whole");
    let printed = run(&whole, &ALL);
    let expected = contents(&whole);
    assert!(expected.contains_key("samples.csv") && expected.contains_key("charts/fan-metal.svg"));
    for (threads, block) in [
        ("1", "128"),
        ("2", "1"),
        ("7", "128"),
        ("7", "37"),
        ("2", "5000"),
        ("1", "999"),
    ] {
        let out = scratch.path().join(format!("{threads}-{block}"));
        let what = format!("{threads} threads, blocks of {block}");
        let said = run(
            &out,
            &[&ALL[..], &["--threads", threads, "--block-trials", block]].concat(),
        );
        assert!(printed == said, "{what}");
        assert_same(&expected, &contents(&out), &what);
    }
    // Two, three and seven parts, even and uneven, at any boundary, each by other threads and blocks, given in any order.
    let cuts: [&[u64]; 4] = [&[1500], &[1, 2111], &[128, 1024], &[399, 400, 401, 1000, 1001, 2999]];
    let mut random = Random::new(7);
    for cuts in cuts {
        let folder = scratch.path().join(format!("{cuts:?}"));
        let bounds: Vec<u64> = [&[0], cuts, &[3000]].concat();
        let mut parts = Vec::new();
        for (number, bound) in bounds.windows(2).enumerate() {
            let range = format!("{}..{}", bound[0], bound[1]);
            let [threads, block] = [["1", "2", "7"], ["128", "50", "1"]].map(|choices| choices[number % 3]);
            let part = [
                "--samples",
                "--trials-range",
                &range,
                "--threads",
                threads,
                "--block-trials",
                block,
            ];
            run(&folder, &part);
            parts.push(folder.join(format!("partial-{}-{}.critmin", bound[0], bound[1])));
        }
        for attempt in 0..2 {
            let given: Vec<PathBuf> = random
                .order(parts.len())
                .into_iter()
                .map(|part| parts[part].clone())
                .collect();
            let out = folder.join(format!("merged-{attempt}"));
            let (code, said, error) = merge(&out, &given, &["--formats", "svg", "--json", "--quiet"]);
            assert_eq!(code, 0, "{error}");
            assert!(printed == said, "{cuts:?}");
            assert_same(&expected, &contents(&out), &format!("{given:?}"));
        }
        // Nothing but the parts is left beside them.
        let left = std::fs::read_dir(&folder).unwrap().count();
        assert_eq!(left, parts.len() + 2, "{cuts:?}");
    }
}

/// Neighbouring parts make a larger part, by any tree of merges; the whole is the same.
#[test]
fn parts_are_merged_in_several_levels() {
    let scratch = tempfile::tempdir().unwrap();
    let at = |name: &str| scratch.path().join(name);
    run(&at("whole"), &ALL);
    for range in ["0..700", "700..1024", "1024..2000", "2000..3000"] {
        run(
            &at(&format!("{range}.critmin")),
            &["--samples", "--trials-range", range],
        );
    }
    let part = |name: &str| at(&format!("{name}.critmin"));
    let quiet = |out: &Path, parts: &[PathBuf]| {
        let (code, _, error) = merge(out, parts, &["--quiet"]);
        assert_eq!(code, 0, "{error}");
    };
    quiet(&part("middle"), &[part("1024..2000"), part("700..1024")]);
    quiet(&part("end"), &[part("middle"), part("2000..3000")]);
    let parts = [part("end"), part("0..700")];
    let (code, _, error) = merge(&at("merged"), &parts, &["--formats", "svg", "--quiet"]);
    assert_eq!(code, 0, "{error}");
    assert_same(&contents(&at("whole")), &contents(&at("merged")), "three levels");
    // The same larger part by another tree, or in one step, is the same file.
    let middle = std::fs::read(part("end")).unwrap();
    quiet(
        &part("end"),
        &[part("2000..3000"), part("700..1024"), part("1024..2000")],
    );
    assert!(std::fs::read(part("end")).unwrap() == middle);
    // What it says of itself.
    let (_, said, _) = merge(
        &part("middle"),
        &[part("1024..2000"), part("700..1024")],
        &["--quiet", "--json"],
    );
    assert!(
        said.contains("\"first_trial\": 700") && said.contains("\"end_trial\": 2000"),
        "{said}"
    );
    // A gap, trials twice, one of the parts as the result, and another kind of file in its place.
    let refused = |out: &Path, parts: &[PathBuf], expected: i32, why: &str| {
        let (code, _, error) = merge(out, parts, &[]);
        assert!(code == expected && error.contains(why), "{code}: {error}");
    };
    let missing = "trials 700 to 1023 of 3000 are missing";
    refused(&part("gap"), &[part("0..700"), part("1024..2000")], 1, missing);
    refused(&part("twice"), &[part("middle"), part("end")], 1, "are in both");
    let one_of_them = "is one of the parts to be merged";
    refused(&part("end"), &[part("end"), part("0..700")], 3, one_of_them);
    std::fs::write(part("note"), "mine").unwrap();
    refused(
        &part("note"),
        &[part("0..700"), part("700..1024")],
        3,
        "will not replace",
    );
    assert_eq!(std::fs::read_to_string(part("note")).unwrap(), "mine");
}

/// `SHA-256  file` for every table and chart, and results.json without timing.
fn digests(files: &Files) -> String {
    let line = |(name, bytes): (&String, &Vec<u8>)| {
        let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{digest}  {name}\n")
    };
    files.iter().map(line).collect()
}

/// Both builds are held to the same digests: `cargo test` to those of the debug build, `.ci/run` to those of the release build, by
/// `CRITMIN_BINARY`. After a change of values (see CONTRIBUTING.md): `CRITMIN_UPDATE_DIGESTS=1 cargo test --test it digests`.
#[test]
fn digests_are_as_stored() {
    let scratch = tempfile::tempdir().unwrap();
    run(scratch.path(), &ALL);
    assert_stored("tests/repeatable/high-variance.sha256", &contents(scratch.path()));
}

fn assert_stored(stored: &str, files: &Files) {
    let (stored, found) = (in_repository(stored), digests(files));
    if std::env::var_os("CRITMIN_UPDATE_DIGESTS").is_some() {
        std::fs::write(&stored, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&stored).unwrap();
    assert!(found == expected, "stored:\n{expected}found:\n{found}");
}

/// The small problem of the benches, whose trials are simulated side by side: its digests too, for any threads, blocks and parts.
#[test]
fn trials_side_by_side_give_the_digests_stored() {
    let scratch = tempfile::tempdir().unwrap();
    let small = in_repository("benches/peers/small.toml");
    let common = ["--trials", "700", "--formats", "none", "--samples"];
    for (threads, block) in [("1", "128"), ("2", "37"), ("7", "1")] {
        let out = scratch.path().join(threads);
        let arguments = [&common[..], &["--threads", threads, "--block-trials", block]].concat();
        run_file(&small, &out, &arguments);
        assert_stored("tests/repeatable/side-by-side.sha256", &contents(&out));
    }
    let parts: Vec<PathBuf> = [(0, 5), (5, 300), (300, 700)]
        .iter()
        .map(|(first, end)| {
            let file = scratch.path().join(format!("{first}.critmin"));
            let range = format!("{first}..{end}");
            run_file(&small, &file, &[&common[..], &["--trials-range", &range]].concat());
            file
        })
        .collect();
    let merged = scratch.path().join("merged");
    let (code, _, error) = merge(&merged, &parts, &["--formats", "none", "--quiet"]);
    assert_eq!(code, 0, "{error}");
    assert_stored("tests/repeatable/side-by-side.sha256", &contents(&merged));
}

#[test]
fn every_sampling_design_can_be_cut_anywhere() {
    let scratch = tempfile::tempdir().unwrap();
    for design in ["random", "antithetic", "latin_hypercube", "sobol"] {
        let set = format!("run.sampling={design}");
        let common = [
            "--set",
            &set,
            "--trials",
            "500",
            "--policy",
            "stockpile",
            "--samples",
            "--formats",
            "none",
        ];
        let folder = scratch.path().join(design);
        run(&folder.join("whole"), &common);
        let parts: Vec<PathBuf> = [(0, 77), (77, 256), (256, 301), (301, 500)]
            .iter()
            .map(|(first, end)| {
                let file = folder.join(format!("{first}.critmin"));
                run(
                    &file,
                    &[&common[..], &["--trials-range", &format!("{first}..{end}")]].concat(),
                );
                assert!(file.is_file(), "--out names the file");
                file
            })
            .collect();
        let (code, _, error) = merge(&folder.join("merged"), &parts, &["--formats", "none", "--quiet"]);
        assert_eq!(code, 0, "{error}");
        assert_same(
            &contents(&folder.join("whole")),
            &contents(&folder.join("merged")),
            design,
        );
    }
}

/// Parts in a folder: `NAME.critmin` by range and further arguments.
pub fn parts(folder: &Path, wanted: &[(&str, &str, &[&str])]) -> BTreeMap<String, PathBuf> {
    let made = wanted.iter().map(|(name, range, arguments)| {
        let file = folder.join(format!("{name}.critmin"));
        let common = ["--trials", "300", "--policy", "baseline", "--trials-range", range];
        // The last of several --trials counts.
        let common = if arguments.contains(&"--trials") {
            &common[2..]
        } else {
            &common[..]
        };
        run(&file, &[common, arguments].concat());
        ((*name).to_owned(), file)
    });
    made.collect()
}

#[test]
fn parts_that_make_up_no_run_are_refused_with_the_reason() {
    let scratch = tempfile::tempdir().unwrap();
    let parts = parts(
        scratch.path(),
        &[
            ("a", "0..100", &[]),
            ("b", "100..200", &[]),
            ("c", "200..300", &[]),
            ("wide", "50..250", &[]),
            ("seed", "200..300", &["--seed", "6"]),
            ("trials", "200..300", &["--trials", "400"]),
            ("severity", "200..300", &["--set", "event.war.severity=1"]),
            ("samples", "200..300", &["--samples"]),
            ("years", "200..300", &["--return-periods", "100,10"]),
        ],
    );
    let with_policy = scratch.path().join("policy.critmin");
    run(
        &with_policy,
        &["--trials", "300", "--policy", "stockpile", "--trials-range", "200..300"],
    );
    let out = scratch.path().join("out");
    let refuse = |names: &[&str], reasons: &[&str]| {
        let given: Vec<PathBuf> = names
            .iter()
            .map(|name| parts.get(*name).cloned().unwrap_or_else(|| scratch.path().join(name)))
            .collect();
        let (code, printed, error) = merge(&out, &given, &[]);
        assert_eq!((code, printed.as_str()), (1, ""), "{names:?}: {error}");
        for reason in reasons {
            assert!(error.contains(reason), "{names:?}: `{reason}` is not in\n{error}");
        }
        assert!(!out.exists(), "{names:?}");
    };
    refuse(
        &["a", "b"],
        &["trials 200 to 299 of 300 are missing (--trials-range 200..300)"],
    );
    refuse(&["b", "c"], &["trials 0 to 99 of 300 are missing"]);
    refuse(&["c", "a"], &["trials 100 to 199 of 300 are missing"]);
    refuse(&["b"], &["trials 0 to 99 of", "trials 200 to 299 of"]);
    refuse(&["a", "b", "c", "b"], &["trials 100 to 199 are in both", "b.critmin"]);
    refuse(
        &["a", "wide", "c"],
        &[
            "trials 50 to 99 are in both",
            "trials 200 to 249 are in both",
            "wide.critmin",
            "a.critmin",
        ],
    );
    refuse(
        &["a", "b", "seed"],
        &[
            "seed.critmin is part of another run",
            "the seed is 6 there and 20260131 here",
        ],
    );
    refuse(
        &["a", "b", "trials"],
        &["number of trials of the whole run is 400 there and 300 here"],
    );
    refuse(&["a", "b", "severity"], &["the scenario (SHA-256) is"]);
    refuse(
        &["a", "b", "years"],
        &["the --return-periods is 10,100 there and 5,10,20,50 here"],
    );
    refuse(&["a", "b", "samples"], &["the --samples is on there and off here"]);
    refuse(
        &["a", "b", "policy.critmin"],
        &["the list of policies is baseline, stockpile there and baseline here"],
    );
    refuse(
        &["a", "absent.critmin"],
        &["cannot read", "absent.critmin", "No such file"],
    );
    let (code, printed, _) = merge(&out, &[parts["a"].clone()], &["--json"]);
    assert_eq!(code, 1);
    let document: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let message = document["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("trials 100 to 299 of 300 are missing"), "{message}");
    // With the last one there is a run.
    let whole = ["c", "a", "b"].map(|name| parts[name].clone());
    assert_eq!(merge(&out, &whole, &["--formats", "none"]).0, 0);
    assert!(out.join("summary.csv").exists());
}

/// Records which trials it is given; asks for a stop or a pause after so many.
struct Counting<'a> {
    seen: Vec<u64>,
    progress: &'a Progress,
    stop_after: usize,
    pauses: bool,
}

impl Observer for Counting<'_> {
    fn period(&mut self, _: &PeriodOutcome<'_>) {}

    fn end_trial(&mut self, outcome: &TrialOutcome<'_>) {
        self.seen.push(outcome.trial);
        if self.seen.len() == self.stop_after {
            let flag = if self.pauses {
                &self.progress.pause
            } else {
                &self.progress.stop
            };
            flag.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    }
}

impl Gather for Counting<'_> {
    fn absorb(&mut self, other: Self) {
        self.seen.extend(other.seen);
    }
}

/// What a stopped or paused run has gathered are the first trials, without a gap: what checkpoints rest on.
#[test]
fn a_stopped_run_has_the_first_trials() {
    let document = load(&scenario());
    let prepared = critmin::study::inside::prepare(&document, None).unwrap();
    let mut random = Random::new(3);
    for attempt in 0..60 {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(random.whole(1, 7))
            .build()
            .unwrap();
        let progress = Progress::default();
        let block = random.whole(1, 40) as u64;
        let stop_after = random.whole(1, 150);
        let gathered = pool.install(|| {
            simulate_in_blocks(&prepared.model, 100..800, Some(block), &progress, || Counting {
                seen: Vec::new(),
                progress: &progress,
                stop_after,
                pauses: attempt % 2 == 0,
            })
        });
        let mut seen = gathered.unwrap().seen;
        seen.sort_unstable();
        assert!(seen.iter().copied().eq(100..100 + seen.len() as u64), "{seen:?}");
        assert_eq!(
            progress.done.load(std::sync::atomic::Ordering::Relaxed),
            seen.len() as u64
        );
    }
}

#[test]
fn a_range_that_makes_no_sense_is_wrong_usage() {
    let scratch = tempfile::tempdir().unwrap();
    for (arguments, reason) in [
        (vec!["--trials-range", "5..5"], "empty"),
        (vec!["--trials-range", "9..5"], "empty"),
        (
            vec!["--trials-range", "all"],
            "expected a range of trials such as 0..500000",
        ),
        (
            vec!["--trials-range", "0..3001"],
            "the trials 0..3001 are not among the 3000 trials of the run",
        ),
        (vec!["--trials-range", "0..9", "--precision", "1%"], "--precision"),
    ] {
        let mut command = program();
        command
            .arg("run")
            .arg(scenario())
            .arg("--out")
            .arg(scratch.path().join("out"));
        let (code, _, error) = finish(command.args(&arguments));
        assert_eq!(code, 2, "{arguments:?}: {error}");
        assert!(error.contains(reason), "{arguments:?}: {error}");
    }
    let (code, _, error) = finish(program().arg("merge"));
    assert_eq!(code, 2, "{error}");
}
