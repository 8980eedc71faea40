//! Runs that are stopped and continued come to the same results, whenever they are stopped; and only what belongs to a run is continued.

use std::path::Path;
use std::sync::atomic::Ordering;

use critmin::report::part_file::{self, PartFile, PartKind};
use critmin::study::{Error, Part, PartReport, Progress, RunListener, RunPlan, Study};

use crate::shards::scenario;
use crate::support::{load, run, simulate_part, with};

/// Stops a run at its n-th checkpoint and keeps what that holds, by way of a file's bytes.
struct Stopper<'a> {
    progress: &'a Progress,
    left: usize,
    kept: Option<Vec<u8>>,
}

/// What a checkpoint of a part holds.
fn bytes(part: &Part) -> Vec<u8> {
    let mut bytes = Vec::new();
    part_file::write(PartKind::Checkpoint, part, None, &mut bytes).unwrap();
    bytes
}

impl RunListener for Stopper<'_> {
    fn checkpoint(&mut self, part: &Part) {
        self.kept = Some(bytes(part));
        self.left = self.left.saturating_sub(1);
        let flag = if self.left == 0 {
            &self.progress.stop
        } else {
            &self.progress.pause
        };
        flag.store(true, Ordering::Relaxed);
    }
}

fn read(bytes: Vec<u8>) -> Part {
    let file = PartFile::read(Path::new("kept"), std::io::Cursor::new(bytes))
        .unwrap()
        .unwrap();
    assert_eq!(file.kind, PartKind::Checkpoint);
    file.part().unwrap()
}

/// Stopped again and again, at every checkpoint that there can be, a run comes to the same results; also one that stops early.
#[test]
fn a_run_stopped_at_every_checkpoint_comes_to_the_same_results() {
    for (design, precision, range) in [
        ("latin_hypercube", None, None),
        ("latin_hypercube", Some(0.11), None),
        // Stops and ends within batches.
        ("latin_hypercube", None, Some(700..2500)),
        ("random", None, Some(700..2500)),
        ("sobol", None, Some(700..2500)),
    ] {
        let design = format!("run.sampling=\"{design}\"");
        let document = with(&load(&scenario()), &["run.trials=9000", &design]);
        let plan = RunPlan {
            policies: vec!["stockpile".into(), "second_foundry".into()],
            precision,
            trials: range,
            block_trials: Some(200),
            ..RunPlan::default()
        };
        let uninterrupted = simulate_part(&document, &plan, None, &Progress::default(), &mut Quiet).unwrap();
        let expected = uninterrupted.part.finish();
        assert!(
            precision.is_none() || expected.manifest.trials < 9000,
            "it did not stop early"
        );
        let mut earlier = None;
        let mut stops = 0;
        let found = loop {
            let progress = Progress::default();
            progress.pause.store(true, Ordering::Relaxed);
            let mut stopper = Stopper {
                progress: &progress,
                left: 1 + stops % 2,
                kept: None,
            };
            let report = simulate_part(&document, &plan, earlier.take(), &progress, &mut stopper).unwrap();
            if report.part.is_complete() {
                break report.part;
            }
            stops += 1;
            assert!(stops < 200, "it does not come to an end");
            earlier = stopper.kept.map(read);
        };
        assert!(stops > 3, "stopped {stops} times only");
        let same = serde_json::to_string(&found.finish()).unwrap() == serde_json::to_string(&expected).unwrap();
        assert!(same, "{design}, precision {precision:?}, range {:?}", plan.trials);
        assert!(bytes(&found) == bytes(&uninterrupted.part));
    }
}

/// Keeps nothing.
pub struct Quiet;
impl RunListener for Quiet {}

/// Results of an interrupted run are those of a run of so many trials.
#[test]
fn results_of_an_interrupted_run_are_those_of_a_shorter_one() {
    let document = with(&load(&scenario()), &["run.trials=3000"]);
    let progress = Progress::default();
    progress.pause.store(true, Ordering::Relaxed);
    let plan = RunPlan {
        policies: vec!["stockpile".into()],
        block_trials: Some(100),
        ..RunPlan::default()
    };
    let mut stopper = Stopper {
        progress: &progress,
        left: 2,
        kept: None,
    };
    let report = run(&document, &plan, &progress, &mut stopper).unwrap();
    assert!(report.interrupted);
    let trials = report.results.manifest.trials;
    assert!(trials > 0 && trials < 3000, "{trials}");
    let shorter = with(&load(&scenario()), &[&format!("run.trials={trials}")]);
    let plan = RunPlan::default();
    let expected = run(&shorter, &plan, &Progress::default(), &mut Quiet).unwrap();
    // As text: a standard error may be no number, which equals nothing.
    let text = |policies| serde_json::to_string(policies).unwrap();
    assert!(text(&report.results.policies) == text(&expected.results.policies));
}

#[test]
fn what_belongs_to_another_run_is_not_continued() {
    let document = with(&load(&scenario()), &["run.trials=600"]);
    let plan = RunPlan {
        policies: vec!["stockpile".into()],
        block_trials: Some(50),
        ..RunPlan::default()
    };
    let progress = Progress::default();
    progress.pause.store(true, Ordering::Relaxed);
    let mut stopper = Stopper {
        progress: &progress,
        left: 1,
        kept: None,
    };
    simulate_part(&document, &plan, None, &progress, &mut stopper).unwrap();
    let kept = read(stopper.kept.unwrap());
    let refused = |document: &_, plan: &RunPlan, what: &str| {
        let report = simulate_part(document, plan, Some(kept.clone()), &Progress::default(), &mut Quiet);
        match report {
            Err(Error::AnotherRun(difference)) => assert_eq!(difference.what, what),
            other => panic!("{what}: {other:?}"),
        }
    };
    refused(&with(&document, &["run.seed=1"]), &plan, "seed");
    refused(
        &with(&document, &["run.trials=700"]),
        &plan,
        "number of trials of the whole run",
    );
    refused(&with(&document, &["event.war.severity=1"]), &plan, "scenario (SHA-256)");
    refused(&document, &RunPlan::default(), "list of policies");
    let but = |change: fn(&mut RunPlan)| {
        let mut plan = plan.clone();
        change(&mut plan);
        plan
    };
    refused(&document, &but(|plan| plan.samples = true), "--samples");
    refused(&document, &but(|plan| plan.precision = Some(0.1)), "--precision");
    refused(&document, &but(|plan| plan.trials = Some(0..500)), "range of trials");
    let mut newer = kept.clone();
    newer.head.frame.manifest.program = "critmin 99.0.0".into();
    let report = simulate_part(&document, &plan, Some(newer), &Progress::default(), &mut Quiet);
    assert!(matches!(report, Err(Error::AnotherRun(difference)) if difference.what == "program version"));
    // The file's name does not matter.
    let renamed = Study::of(document, "renamed");
    let baseline = renamed.baseline().unwrap();
    renamed
        .simulate(&baseline, &plan, Some(kept), &Progress::default(), &mut Quiet)
        .unwrap();
}

/// What a stopped run has done is told by its part.
#[test]
fn a_stop_before_the_first_trial_is_no_part() {
    let progress = Progress::default();
    progress.stop.store(true, Ordering::Relaxed);
    let document = load(&scenario());
    let report: Result<PartReport, Error> = simulate_part(&document, &RunPlan::default(), None, &progress, &mut Quiet);
    assert!(matches!(report, Err(Error::Interrupted)));
}

/// Asks for a look after every block, and counts those of the baseline before it was complete.
struct Looker<'a> {
    progress: &'a Progress,
    looks: usize,
    is_complete: bool,
}

impl RunListener for Looker<'_> {
    fn look(&mut self, part: &Part) {
        let baseline = &part.policies[0];
        let estimate = baseline.recorder.headline().unwrap();
        assert!(estimate.value >= 0.0 && baseline.recorder.trials() > 0);
        self.looks += usize::from(!baseline.complete);
        self.is_complete |= baseline.complete;
        self.progress.look.store(true, Ordering::Relaxed);
    }
}

/// A run that is looked at as often as can be comes to the same, to the last bit.
#[test]
fn looks_change_nothing() {
    for (precision, samples) in [(None, false), (None, true), (Some(0.11), false)] {
        let document = with(&load(&scenario()), &["run.trials=9000"]);
        let plan = RunPlan {
            policies: vec!["stockpile".into()],
            precision,
            samples,
            block_trials: Some(100),
            ..RunPlan::default()
        };
        let undisturbed = simulate_part(&document, &plan, None, &Progress::default(), &mut Quiet).unwrap();
        let progress = Progress::default();
        progress.look.store(true, Ordering::Relaxed);
        let mut looker = Looker {
            progress: &progress,
            looks: 0,
            is_complete: false,
        };
        let looked_at = simulate_part(&document, &plan, None, &progress, &mut looker).unwrap();
        assert!(looker.looks > 3, "looked at {} times only", looker.looks);
        assert!(looker.is_complete, "the end is told, too");
        assert!(
            bytes(&looked_at.part) == bytes(&undisturbed.part),
            "{precision:?} {samples}"
        );
    }
}
