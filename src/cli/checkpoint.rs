//! Checkpoints of a run: saved while it goes on and when it is interrupted, found again by `--resume`. Samples are written along the way.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::arguments::RunOptions;
use super::failure::Failure;
use super::place::Place;
use super::progress::Bar;
use super::results::SAMPLES;
use super::so_far::so_far;
use super::terminal;
use crate::report::csv::SamplesContext;
use crate::report::part_file::{self, PartFile, PartKind};
use crate::report::samples_file::SamplesFile;
use crate::report::write::{OutputFolder, WriteError};
use crate::study::{Frame, Part, Progress, RunListener, Sample};

/// What to do about a checkpoint that does not fit.
const START_ANEW: &str = "run without --resume to start anew, or choose another folder with --out";

/// What to do about one that cannot be read.
const REMOVE_IT: &str = "remove it to start anew, or choose another folder with --out";

/// How the names of files of samples begin.
const SAMPLES_STEM: &str = "samples";

/// What the files of a run are called. Those of a part of it tell its range, so that parts can share a folder.
#[derive(Debug, Clone)]
pub struct Names {
    /// The checkpoint.
    pub checkpoint: String,
    /// The samples.
    pub samples: String,
    /// The partial result.
    pub partial: String,
}

impl Names {
    /// For a run with these options.
    pub fn of(options: &RunOptions) -> Self {
        let range = options
            .trials_range
            .as_ref()
            .map(|range| format!("-{}-{}", range.start, range.end))
            .unwrap_or_default();
        Self {
            checkpoint: format!("checkpoint{range}.critmin"),
            samples: match range.as_str() {
                "" => SAMPLES.to_owned(),
                range => format!("samples{range}.csv"),
            },
            partial: format!("partial{range}.critmin"),
        }
    }

    /// Removes what killed runs have left in the folder, but for samples that may belong to the checkpoint of another part.
    pub fn remove_stale(&self, folder: &OutputFolder) {
        folder.remove_stale(|name| name == self.samples || !name.starts_with(SAMPLES_STEM));
    }
}

/// What an earlier run has left.
pub struct Earlier {
    /// What its checkpoint holds.
    pub part: Part,
    /// The samples up to there.
    pub samples: Option<SamplesFile>,
}

/// Finds the checkpoint to continue, and tells what becomes of one that is not continued. Removes what else killed runs have left.
pub fn find(options: &RunOptions, place: &Place) -> Result<Option<Earlier>, Failure> {
    let (folder, names) = (place.folder(), &place.names);
    let path = folder.path().join(&names.checkpoint);
    let tell = |note: String| match options.quiet {
        true => Ok(()),
        false => terminal::say(&format!("note: {note}")),
    };
    let about = std::fs::symlink_metadata(&path);
    if about.is_err() {
        names.remove_stale(folder);
        if options.resume {
            tell(format!("there is no {}: starting with the first trial", path.display()))?;
        }
        return Ok(None);
    }
    // The samples that belong to it stay with it.
    folder.remove_stale(|name| !name.starts_with(SAMPLES_STEM));
    if !options.resume {
        tell(format!(
            "{} of an earlier run is not continued, which --resume would do; this run starts anew and replaces it",
            path.display()
        ))?;
        return Ok(None);
    }
    let wrong = |message| Failure::Input {
        message,
        hint: Some(START_ANEW.to_owned()),
        json: options.json,
    };
    let of_file = |error| Failure::of_part_file(&error, REMOVE_IT, options.json);
    let file = PartFile::open(&path).map_err(of_file)?;
    if about.is_ok_and(|about| about.is_symlink()) {
        return Err(Failure::Input {
            message: format!(
                "{} is a symbolic link, which the next checkpoint would replace",
                path.display()
            ),
            hint: Some("move the checkpoint itself here".to_owned()),
            json: options.json,
        });
    }
    if file.kind != PartKind::Checkpoint {
        return Err(wrong(format!(
            "{} is a partial result, not a checkpoint",
            path.display()
        )));
    }
    let part = file.part().map_err(of_file)?;
    // A run that differs has no use for the samples, and says so later.
    let samples = match file.samples.as_ref().filter(|_| options.samples) {
        Some(note) => {
            let resumed = SamplesFile::resume(folder, &names.samples, note, place.is_ours(&names.samples));
            Some(resumed.map_err(|error| match error {
                WriteError::File { path: samples, source } => wrong(format!(
                    "{} cannot be continued: the samples that belong to it are not in {}: {source}",
                    path.display(),
                    samples.display()
                )),
                error => error.into(),
            })?)
        }
        None => None,
    };
    Ok(Some(Earlier { part, samples }))
}

/// That a checkpoint belongs to another run.
pub fn not_this_run(path: &std::path::Path, why: &dyn std::fmt::Display, json: bool) -> Failure {
    Failure::Input {
        message: format!("{} cannot be continued: {why}", path.display()),
        hint: Some(START_ANEW.to_owned()),
        json,
    }
}

/// Follows a run: draws its progress, writes its samples, saves its checkpoints.
pub struct Keeper {
    bar: Bar,
    folder: OutputFolder,
    names: Names,
    wants_samples: bool,
    /// The policy under way.
    policy: usize,
    /// What samples are written with, once known.
    context: Option<SamplesContext>,
    /// Samples so far, if wanted and begun.
    pub samples: Option<SamplesFile>,
    /// Whether there is a checkpoint of this run.
    pub is_saved: bool,
    has_warned: bool,
    timer: Timer,
}

impl Keeper {
    /// For a run that begins now, or goes on.
    pub fn new(options: &RunOptions, place: &Place, progress: &Arc<Progress>, earlier: Option<&mut Earlier>) -> Self {
        Self {
            bar: Bar::new(progress, options.quiet),
            folder: place.folder().clone(),
            names: place.names.clone(),
            wants_samples: options.samples,
            policy: 0,
            context: None,
            is_saved: earlier.is_some(),
            samples: earlier.and_then(|earlier| earlier.samples.take()),
            has_warned: false,
            timer: Timer::start(progress, options.checkpoint_seconds),
        }
    }

    fn save(&mut self, part: &Part) -> Result<(), WriteError> {
        let note = match &mut self.samples {
            Some(samples) => {
                (0..part.policies.len()).for_each(|policy| samples.policy_begins(policy));
                Some(samples.note()?)
            }
            None => None,
        };
        let mut nothing = std::io::empty();
        self.folder.write(&self.names.checkpoint, |file| {
            let samples = note.map(|note| (note, &mut nothing as &mut dyn std::io::Read));
            part_file::write(PartKind::Checkpoint, part, samples, file)
        })?;
        Ok(())
    }
}

impl RunListener for Keeper {
    fn begins(&mut self, frame: &Frame) {
        self.context = Some(SamplesContext::of(frame));
    }

    fn policy_begins(&mut self, policy: &str, number: usize, policies: usize, trials: u64) {
        self.policy = number;
        let what = if policies > 1 {
            format!("{policy} ({}/{policies})", number + 1)
        } else {
            "simulating".to_owned()
        };
        self.bar.begin(&what, trials * policies as u64);
        // Policies are told of at the end, beside it.
        self.bar.look_for_headline(number == 0);
    }

    fn look(&mut self, part: &Part) {
        self.bar.tell(so_far(part));
    }

    fn samples(
        &mut self,
        policy: &str,
        rows: &[(String, String)],
        samples: &[Sample],
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        if self.wants_samples
            && let Some(context) = &self.context
        {
            let file = match &mut self.samples {
                Some(file) => file,
                none => none.insert(SamplesFile::begin(&self.folder, &self.names.samples)?),
            };
            file.policy_begins(self.policy);
            file.write(context, policy, rows, samples)?;
        }
        Ok(())
    }

    fn checkpoint(&mut self, part: &Part) {
        match self.save(part) {
            Ok(()) => {
                self.is_saved = true;
                // Those of a checkpoint that this one has replaced.
                self.names.remove_stale(&self.folder);
            }
            Err(error) => {
                if !std::mem::replace(&mut self.has_warned, true) {
                    // The run itself may well succeed: it goes on.
                    let _ = terminal::say(&format!("warning: no checkpoint can be saved: {error}"));
                }
            }
        }
        self.timer.again();
    }
}

/// Asks the run for a pause now and then, in which it is saved.
struct Timer {
    progress: Arc<Progress>,
    interval: Duration,
    thread: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Timer {
    fn start(progress: &Arc<Progress>, interval: Duration) -> Self {
        let thread = (!interval.is_zero()).then(|| {
            let (ended, ends) = channel();
            let progress = Arc::clone(progress);
            let thread = std::thread::spawn(move || {
                while ends.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
                    progress.pause.store(true, Ordering::Relaxed);
                }
            });
            (ended, thread)
        });
        let timer = Self {
            progress: Arc::clone(progress),
            interval,
            thread,
        };
        timer.again();
        timer
    }

    /// After a pause: without an interval the next one is due at once.
    fn again(&self) {
        if self.interval.is_zero() {
            self.progress.pause.store(true, Ordering::Relaxed);
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some((ended, thread)) = self.thread.take() {
            drop(ended);
            let _ = thread.join();
        }
    }
}
