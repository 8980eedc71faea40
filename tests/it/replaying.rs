//! The trial that a run names is the one that the printed command shows.

use serde_json::Value;

use crate::bench::{Bench, INLINE, scenario};
use crate::support::{program, said};

/// The trial that a run names is the trial that replay shows, in every design, with what the run was given.
#[test]
fn a_named_trial_is_replayed_as_it_was() {
    for design in ["random", "antithetic", "latin_hypercube", "sobol"] {
        let bench = Bench::new();
        let text = scenario(INLINE).replace("trials = 200", &format!("trials = 200, sampling = \"{design}\""));
        bench.write("scenario.toml", &text);
        for given in [
            "--trials 1000",
            "",
            "--trials 777 --seed 8 --set time.periods=6 --set event.outage.severity=0.7",
        ] {
            let line = format!("run scenario.toml --formats none --quiet --json --out out {given}");
            let summary: Value = serde_json::from_str(&bench.succeed(&line)).unwrap();
            let named = summary["policies"][0]["replayable"].as_array().unwrap().clone();
            assert!(!named.is_empty());
            let printed = bench.succeed(&format!("run scenario.toml --formats none --out out {given}"));
            let command = printed
                .lines()
                .find_map(|line| line.trim().strip_prefix("critmin "))
                .unwrap();
            assert!(command.starts_with("replay scenario.toml "), "{command}");
            let (before, last) = command.split_once("--trial ").unwrap();
            assert_eq!(last, named.last().unwrap()["trial"].to_string());
            for trial in &named {
                let replay: Value =
                    serde_json::from_str(&bench.succeed(&format!("{before} --trial {} --json", trial["trial"])))
                        .unwrap();
                let (told, shown) = (
                    trial["shortfall_pct"].as_f64().unwrap(),
                    replay["headline_pct"].as_f64().unwrap(),
                );
                assert!((told - shown).abs() < 1e-9, "{design} {given}: {told} {shown}");
            }
        }
        // A trial is the same whatever number of trials is asked for, and whether or not it is among them.
        let shown = |changes: &str| -> Value {
            let mut shown: Value =
                serde_json::from_str(&bench.succeed(&format!("replay scenario.toml --trial 150 --json {changes}")))
                    .unwrap();
            // Of the scenario with its number of trials.
            shown.as_object_mut().unwrap().remove("scenario_sha256").unwrap();
            shown
        };
        let expected = shown("");
        for trials in [1, 77, 151, 256, 1_000_000] {
            assert_eq!(
                shown(&format!("--set run.trials={trials}")),
                expected,
                "{design} {trials}"
            );
        }
    }
}

/// The command holds what the trial depends on, quoted for a shell: under a policy, of parts that were merged, of a run that stopped early.
#[test]
fn the_command_to_replay_holds_everything() {
    let bench = Bench::new();
    let policy = "[[policy]]\nid = \"less\"\n[[policy.set]]\nkey = \"event.outage.severity\"\nvalue = 0.5\n";
    bench.write("my scenario.toml", &format!("{}{policy}", scenario(INLINE)));
    std::fs::copy(bench.path("my scenario.toml"), bench.path("plain.toml")).unwrap();
    let mut command = program();
    command
        .current_dir(bench.0.path())
        .args(["run", "my scenario.toml", "--formats", "none", "--seed", "3"]);
    let (code, printed, error) = said(&command.args(["--set", "title=mine in four words"]).output().unwrap());
    assert_eq!(code, 0, "{error}");
    let begin = "    critmin replay 'my scenario.toml' --set 'title=mine in four words' --seed 3 --trial ";
    let commands: Vec<&str> = printed.lines().filter(|line| line.starts_with(begin)).collect();
    assert_eq!(commands.len(), 1, "{printed}");
    // The same of parts.
    let set = "--set time.periods=6";
    bench.succeed(&format!(
        "run plain.toml {set} --trials-range 0..80 --quiet --out shards"
    ));
    bench.succeed(&format!(
        "run plain.toml {set} --trials-range 80..200 --quiet --out shards"
    ));
    let merged =
        bench.succeed("merge shards/partial-0-80.critmin shards/partial-80-200.critmin --formats none --out merged");
    let whole = bench.succeed(&format!("run plain.toml {set} --formats none --out whole"));
    assert_eq!(merged, whole);
    assert!(
        whole.contains("critmin replay plain.toml --set time.periods=6 --seed "),
        "{whole}"
    );
}
