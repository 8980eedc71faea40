//! What questions keep of their trials: asked again they simulate nothing that was kept, and come to the same bytes, also after they were killed.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use critmin::engine::kept::{Keep, Key};
use critmin::report::answer::Answer;
use critmin::study::{Progress, Study};
use critmin::whatif::{compare, optimize, robustness, screen, sensitivity, sweep};

use crate::sellers::{policy, sellers};
use crate::shards::finish;
use crate::support::{contents, program};

/// Keeps in memory, and counts what was simulated all the same.
#[derive(Debug, Clone, Default)]
struct Counted(Arc<Mutex<(BTreeMap<Key, Vec<u8>>, usize)>>);

impl Keep for Counted {
    fn recall(&self, key: Key) -> Option<Vec<u8>> {
        self.0.lock().unwrap().0.get(&key).cloned()
    }

    fn keep(&self, key: Key, bytes: &mut dyn FnMut() -> Option<Vec<u8>>) {
        let mut inner = self.0.lock().unwrap();
        inner.0.insert(key, bytes().unwrap());
        inner.1 += 1;
    }
}

impl Counted {
    /// What was simulated since the last time.
    fn simulated(&self) -> usize {
        std::mem::take(&mut self.0.lock().unwrap().1)
    }

    /// Cuts everything that is kept.
    fn spoil(&self) {
        for bytes in self.0.lock().unwrap().0.values_mut() {
            bytes.truncate(bytes.len() / 2);
        }
    }
}

fn study(seed: u64) -> Study {
    let policies = [
        policy("half", "cost = 1e6", "shares.metal.by_country.CHN", "0.4"),
        policy("milder", "cost = 5e5", "event.outage.severity.high", "0.5"),
    ];
    let demand = r#"
  { material = "metal", country = "USA", amount = 600 },
  { material = "metal", country = "JPN", amount = 600 },
"#;
    let focus = "[focus]\nmaterials = [\"metal\"]\ncountries = [\"USA\"]\n";
    let text = sellers(demand, "CHN = 0.8, AUS = 0.2", &(policies.concat() + focus));
    let mut study = Study::from_text("two-sellers.toml", &text).unwrap();
    study.set(&format!("run.seed={seed}")).unwrap();
    study
}

type Question = fn(&Study, &Progress) -> serde_json::Value;

const QUESTIONS: [(&str, Question); 6] = [
    ("compare", |study, progress| {
        let plan = compare::Plan {
            pairs: true,
            trials: Some(3_000),
            ..compare::Plan::default()
        };
        let asked = std::slice::from_ref(study);
        compare::compare(asked, &plan, progress).unwrap().document()
    }),
    ("sweep", |study, progress| {
        let axis = sweep::Axis::parse("shares.metal.by_country.CHN=0.2..0.8:4").unwrap();
        let plan = sweep::Plan {
            axes: vec![axis],
            trials: Some(3_000),
            ..sweep::Plan::default()
        };
        sweep::prepare(study, &plan)
            .unwrap()
            .run(&plan, progress)
            .unwrap()
            .document()
    }),
    ("screen", |study, progress| {
        let plan = screen::Plan::default();
        screen::prepare(study, &plan)
            .unwrap()
            .run(&plan, progress)
            .unwrap()
            .document()
    }),
    ("sensitivity", |study, progress| {
        let plan = sensitivity::Plan {
            trials: Some(2_048),
            ..sensitivity::Plan::default()
        };
        sensitivity::prepare(study)
            .unwrap()
            .run(&plan, progress)
            .unwrap()
            .document()
    }),
    ("optimize", |study, progress| {
        let plan = optimize::Plan {
            trials: Some(2_048),
            ..optimize::Plan::default()
        };
        optimize::prepare(study, &plan)
            .unwrap()
            .run(progress)
            .unwrap()
            .document()
    }),
    ("robustness", |study, progress| {
        let plan = robustness::Plan {
            trials: Some(2_048),
            ..robustness::Plan::default()
        };
        robustness::prepare(study, &plan)
            .unwrap()
            .run(progress)
            .unwrap()
            .document()
    }),
];

#[test]
fn what_was_kept_is_not_simulated_again_and_changes_nothing() {
    for (name, ask) in QUESTIONS {
        let plain = ask(&study(5), &Progress::default());
        let kept = Counted::default();
        let first = ask(&study(5), &Progress::keeping(kept.clone()));
        assert!(kept.simulated() > 0, "{name} kept nothing");
        let again = ask(&study(5), &Progress::keeping(kept.clone()));
        assert_eq!(kept.simulated(), 0, "{name} simulated again");
        assert!(plain == first && first == again, "{name}");
        // What cannot be read is simulated again.
        kept.spoil();
        assert!(first == ask(&study(5), &Progress::keeping(kept.clone())), "{name}");
        assert!(kept.simulated() > 0, "{name} took what was cut");
        // Other draws are other trials.
        let other = ask(&study(6), &Progress::keeping(kept.clone()));
        assert!(other == ask(&study(6), &Progress::default()), "{name}");
        if name != "screen" {
            assert!(kept.simulated() > 0, "{name} took the trials of another seed");
        }
    }
}

/// `critmin compare` of a scenario whose trials are worth keeping.
fn command(out: &Path, trials: &str, more: &[&str]) -> Command {
    let mut command = program();
    command
        .arg("compare")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/gallium-germanium.toml"));
    command.args([
        "--policy",
        "us_stockpile",
        "--trials",
        trials,
        "--formats",
        "none",
        "--no-band",
    ]);
    command.arg("--out").arg(out).args(more);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

#[test]
fn a_command_that_was_killed_or_interrupted_is_continued_to_the_same_bytes() {
    let scratch = tempfile::tempdir().unwrap();
    let whole = scratch.path().join("whole");
    let (code, _, error) = finish(&mut command(&whole, "4096", &[]));
    assert_eq!(code, 0, "{error}");
    let name = "unfinished-compare.critmin";
    assert!(!whole.join(name).exists());
    for signal in ["-KILL", "-INT"] {
        let out = scratch.path().join(signal);
        let mut child = command(&out, "4096", &[]).spawn().unwrap();
        let file = out.join(name);
        while !std::fs::metadata(&file).is_ok_and(|about| about.len() > 200) && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(2));
        }
        let _ = Command::new("kill").args([signal, &child.id().to_string()]).status();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        match signal {
            "-KILL" => assert_eq!(output.status.code(), None, "{said}"),
            _ => {
                assert_eq!(output.status.code(), Some(130), "{said}");
                assert!(said.contains("the same command with --resume continues it"), "{said}");
            }
        }
        assert!(file.exists(), "nothing was kept: {said}");
        if signal == "-INT" {
            // Another seed has no use for it, and says so.
            let other = scratch.path().join("other");
            std::fs::create_dir(&other).unwrap();
            std::fs::copy(&file, other.join(name)).unwrap();
            let (code, _, error) = finish(&mut command(&other, "256", &["--resume", "--seed", "7"]));
            assert_eq!(code, 0, "{error}");
            assert!(error.contains("belonged to this question"), "{error}");
        }
        // With one thread, which changes nothing.
        let (code, _, error) = finish(&mut command(&out, "4096", &["--resume", "--threads", "1"]));
        assert_eq!(code, 0, "{error}");
        assert!(!error.contains("belonged to this question"), "{error}");
        assert!(!file.exists());
        assert!(contents(&out) == contents(&whole), "{signal}");
    }
}

#[test]
fn what_is_not_continued_is_said() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("unfinished-compare.critmin");
    let (code, _, error) = finish(&mut command(scratch.path(), "256", &["--resume"]));
    assert_eq!(code, 0, "{error}");
    assert!(
        error.contains("there is no ") && error.contains("starting with the first trial"),
        "{error}"
    );
    std::fs::write(&file, "critmin trials of an open question, format 1\n").unwrap();
    let (code, _, error) = finish(&mut command(scratch.path(), "256", &[]));
    assert_eq!(code, 0, "{error}");
    assert!(
        error.contains("of an earlier attempt is not continued, which --resume would do"),
        "{error}"
    );
    assert!(!file.exists());
    std::fs::write(&file, "mine").unwrap();
    let (code, _, error) = finish(&mut command(scratch.path(), "256", &[]));
    assert_eq!(code, 3, "{error}");
    assert!(
        error.contains("it is not what critmin keeps of a question") && error.contains("hint: move it away"),
        "{error}"
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
}
