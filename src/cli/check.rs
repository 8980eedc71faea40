//! `critmin check`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::arguments::CheckOptions;
use super::failure::Failure;
use super::progress::Bar;
use super::run::{stop_on_interrupt, thread_pool};
use super::{EXIT_INTERRUPTED, EXIT_INVALID, Outcome as Exit, load, terminal};
use crate::regression::{FORMAT, Golden, GoldenError, RELATIVE_TOLERANCE, compare};
use crate::report::harmless;
use crate::report::json::print;
use crate::report::regression::{Check, Entry, Failed, Outcome, is_junit, json, junit, text};
use crate::report::results_folder::{Obstruction, is_no_input};
use crate::report::write::{OutputFolder, WriteError};
use crate::scenario::{Document, read_text};
use crate::study::{Error, Progress, RunListener, Study};
use crate::whatif::golden::{PinPlan, pin};

/// Policy id that stands for no policy.
const BASELINE: &str = "baseline";

/// Compares runs with golden files, or writes these.
pub fn check(options: &CheckOptions) -> Exit {
    let files = golden_files(options)?;
    let mut log = Log {
        options,
        code: 0,
        entries: options.scenarios.iter().map(|_| None).collect(),
    };
    // Everything is read before anything is simulated: a missing file must not show after minutes. What can be checked is, whatever the others are.
    let mut jobs: Vec<(usize, Job)> = Vec::new();
    let mut inputs = files.clone();
    for (number, (scenario, against)) in options.scenarios.iter().zip(&files).enumerate() {
        let started = Instant::now();
        inputs.push(scenario.clone());
        match Job::read(options, scenario, against.clone()) {
            Ok(job) => {
                inputs.extend(job.study.document().files());
                jobs.push((number, job));
            }
            Err(failure) => log.failed(number, against, started, &failure)?,
        }
    }
    if let Some(path) = &options.junit {
        folder_of(path, options.json)?;
        may_be_junit(path, &inputs, options.json)?;
    }
    let progress = Arc::new(Progress::default());
    stop_on_interrupt(&progress);
    let pool = thread_pool(options.threads)?;
    for (number, job) in jobs {
        let started = Instant::now();
        progress.done.store(0, Ordering::Relaxed);
        let mut listener = Listener {
            bar: Bar::new(&progress, options.quiet),
            scenario: job.study.name().to_owned(),
        };
        let now = pool.install(|| pin(&job.study, &job.plan, &progress, &mut listener));
        drop(listener);
        let now = match now {
            Ok(now) => now,
            Err(Error::Interrupted) => {
                terminal::say(&format!(
                    "interrupted after {} of {} scenarios; golden files are whole",
                    log.entries.iter().flatten().count(),
                    options.scenarios.len()
                ))?;
                return Ok(EXIT_INTERRUPTED);
            }
            Err(error) => {
                log.failed(number, &job.against, started, &Failure::of_run(error, options.json))?;
                continue;
            }
        };
        let against = job.against.clone();
        match job.conclude(options, now, started) {
            Ok(check) => log.done(number, check)?,
            Err(failure) => log.failed(number, &against, started, &failure)?,
        }
    }
    let Log { code, entries, .. } = log;
    let entries: Vec<Entry> = entries.into_iter().flatten().collect();
    if options.json {
        print(&json(&entries), std::io::stdout().lock())?;
    }
    if let Some(path) = &options.junit {
        // It may have come there while scenarios were simulated.
        may_be_junit(path, &inputs, options.json)?;
        write_whole(path, &junit(&entries), options.json)?;
    }
    Ok(code)
}

/// What has come of each scenario so far, told as it comes.
struct Log<'a> {
    options: &'a CheckOptions,
    /// The worst exit code.
    code: u8,
    entries: Vec<Option<Entry>>,
}

impl Log<'_> {
    fn done(&mut self, number: usize, check: Check) -> io::Result<()> {
        if check.outcome.is_failure() {
            self.code = self.code.max(EXIT_INVALID);
        }
        if !self.options.quiet && !self.options.json {
            write!(io::stdout(), "{}", text(&check, terminal::width()))?;
        }
        self.entries[number] = Some(check.into());
        Ok(())
    }

    fn failed(&mut self, number: usize, against: &Path, started: Instant, failure: &Failure) -> io::Result<()> {
        self.code = self.code.max(failure.exit_code());
        let scenario = self.options.scenarios[number].display().to_string();
        if !self.options.json {
            if !self.options.quiet && self.options.scenarios.len() > 1 {
                writeln!(io::stdout(), "{}: ERROR, not checked", harmless::line(&scenario))?;
            }
            failure.tell();
        }
        self.entries[number] = Some(Entry::Failed(Failed {
            scenario,
            against: against.display().to_string(),
            seconds: started.elapsed().as_secs_f64(),
            kind: failure.kind(),
            text: failure.text(),
            errors: failure.errors(),
        }));
        Ok(())
    }
}

/// Checks that a JUnit report may be written there: over a report that is as it was written, or nothing.
fn may_be_junit(path: &Path, inputs: &[PathBuf], json: bool) -> Result<(), Failure> {
    let refused = |obstruction: Obstruction| Failure::of_place(obstruction, json);
    is_no_input(path, inputs).map_err(refused)?;
    let why = match std::fs::symlink_metadata(path) {
        Err(_) => return Ok(()),
        Ok(about) if about.is_symlink() => "it is a symbolic link".to_owned(),
        Ok(_) => match read_text(path) {
            Ok(text) if is_junit(&text) => return Ok(()),
            Ok(_) => "it is no JUnit report of critmin, or was changed since".to_owned(),
            Err(unreadable) => unreadable.why,
        },
    };
    let path = path.to_owned();
    Err(refused(Obstruction::File { path, why }))
}

/// One scenario and what it is compared with.
struct Job {
    study: Study,
    scenario: PathBuf,
    against: PathBuf,
    golden: Option<Golden>,
    /// The text that it was read from.
    pinned: Option<String>,
    plan: PinPlan,
}

impl Job {
    fn read(options: &CheckOptions, scenario: &Path, against: PathBuf) -> Result<Self, Failure> {
        let read = read_golden(options, scenario, &against)?;
        let (golden, text) = read.unzip();
        let mut document = load::open(scenario, options.json)?;
        // The golden file states the run; what the user asks for comes after it and so overrides it.
        let pinned = golden
            .as_ref()
            .map(|golden| (golden.settings.seed, golden.settings.trials));
        let mut changes: Vec<String> = Vec::new();
        let mut set = |key: &str, value: Option<u64>| changes.extend(value.map(|value| format!("run.{key}={value}")));
        set("seed", pinned.map(|(seed, _)| seed));
        set("trials", pinned.map(|(_, trials)| trials));
        changes.extend(options.set.iter().cloned());
        load::set(&mut document, &changes, options.json)?;
        load::set_run(&mut document, options.seed, options.trials, options.json)?;
        document.check(None).map_err(|diagnostics| Failure::Invalid {
            diagnostics: Box::new(diagnostics),
            json: options.json,
        })?;
        let (policies, every_policy) = policies(options, golden.as_ref(), &document);
        let stated = golden.as_ref().map(|golden| golden.relative_tolerance);
        Ok(Job {
            plan: PinPlan {
                policies,
                every_policy,
                relative_tolerance: options.relative_tolerance.or(stated).unwrap_or(RELATIVE_TOLERANCE),
            },
            study: Study::of(document, &load::file_name(scenario)),
            scenario: scenario.to_owned(),
            against,
            golden,
            pinned: text,
        })
    }

    /// Compares, and writes the golden file where that is asked for.
    fn conclude(self, options: &CheckOptions, now: Golden, started: Instant) -> Result<Check, Failure> {
        let chosen = !options.policies.is_empty() && !options.update;
        let comparison = self
            .golden
            .as_ref()
            .map(|golden| compare(golden, &now, chosen, now.relative_tolerance));
        let outcome = match &comparison {
            None => Outcome::Created,
            Some(_) if options.update => Outcome::Updated,
            Some(comparison) if !comparison.is_changed() => Outcome::Same,
            Some(comparison) if options.allow_noise && !comparison.is_changed_beyond_noise() => Outcome::WithinNoise,
            Some(_) => Outcome::Changed,
        };
        let text = harmless::json(&now.to_text()).into_owned();
        if options.update && self.pinned.as_ref() != Some(&text) {
            self.may_be_written(options)?;
            // A link stays one: it leads to the file that is written.
            let path = std::fs::canonicalize(&self.against).unwrap_or_else(|_| self.against.clone());
            write_whole(&path, &text, options.json)?;
        }
        Ok(Check {
            scenario: self.scenario.display().to_string(),
            against: self.against.display().to_string(),
            outcome,
            allow_noise: options.allow_noise,
            seconds: started.elapsed().as_secs_f64(),
            now,
            comparison,
        })
    }
}

impl Job {
    /// Whether the golden file is still what it was when it was read.
    fn may_be_written(&self, options: &CheckOptions) -> Result<(), Failure> {
        let there = std::fs::symlink_metadata(&self.against).is_ok();
        let is_as_read = match &self.pinned {
            Some(text) => read_text(&self.against).is_ok_and(|now| now == *text),
            None => !there,
        };
        if is_as_read {
            return Ok(());
        }
        let path = self.against.clone();
        let why = "it was changed while the scenario was simulated".to_owned();
        Err(Failure::of_place(Obstruction::File { path, why }, options.json))
    }
}

/// What a golden file held when it was read, and its text.
type ReadGolden = Option<(Golden, String)>;

/// The golden file of each scenario: `--against` itself, or `NAME.json` in it.
fn golden_files(options: &CheckOptions) -> Result<Vec<PathBuf>, Failure> {
    let against = &options.against;
    let is_folder = against.is_dir() || against.to_string_lossy().ends_with(std::path::is_separator);
    if !is_folder && options.scenarios.len() > 1 {
        return Err(Failure::Usage(format!(
            "several scenarios need a folder of golden files, and --against {} is no folder",
            against.display()
        )));
    }
    let mut files = Vec::new();
    for scenario in &options.scenarios {
        let file = match scenario.file_stem() {
            Some(stem) if is_folder => {
                let mut name = stem.to_os_string();
                name.push(".json");
                against.join(name)
            }
            _ => against.clone(),
        };
        if files.contains(&file) {
            return Err(Failure::Usage(format!(
                "two scenarios would share the golden file {}: check them one by one",
                file.display()
            )));
        }
        files.push(file);
    }
    Ok(files)
}

/// Reads a golden file. `None` where there is none and it is to be written.
fn read_golden(options: &CheckOptions, scenario: &Path, path: &Path) -> Result<ReadGolden, Failure> {
    let failure = |message: String, hint: String| Failure::File {
        message,
        hint: Some(hint),
        json: options.json,
    };
    let shown = path.display();
    if std::fs::symlink_metadata(path).is_err() {
        if options.update {
            return Ok(None);
        }
        return Err(failure(
            format!("there is no golden file {shown}"),
            format!(
                "write it with: critmin check {} --against {shown} --update",
                scenario.display()
            ),
        ));
    }
    let text = read_text(path).map_err(|unreadable| {
        failure(
            format!("the golden file {shown} cannot be used: {}", unreadable.why),
            "check the name after --against".to_owned(),
        )
    })?;
    let read = match Golden::from_text(&text) {
        Err(GoldenError::Format { found }) if options.update && found < FORMAT => Golden::from_older_text(&text),
        read => read,
    };
    read.map(|golden| Some((golden, text))).map_err(|error| match &error {
        GoldenError::Syntax { line, column, what } => failure(
            format!("{shown}:{line}:{column}: this is no golden file, or a damaged one: {what}"),
            DAMAGED.to_owned(),
        ),
        GoldenError::Content { line, column, what } => failure(
            format!("{shown}:{line}:{column}: this is not what a golden file holds: {what}"),
            DAMAGED.to_owned(),
        ),
        GoldenError::Format { found } if *found < FORMAT => failure(
            format!("{shown}: {error}: an earlier one did not hold the keys of the scenario"),
            format!(
                "bring it to this format, with the trials, seed and policies that it has: critmin check {} --against {shown} --update",
                scenario.display()
            ),
        ),
        GoldenError::Format { .. } => failure(
            format!("{shown}: {error}"),
            "use the version of critmin that wrote it; or remove it and write it anew with --update".to_owned(),
        ),
        GoldenError::NoFormat => failure(format!("{shown}: {error}"), "check the name after --against".to_owned()),
    })
}

const DAMAGED: &str = "take it back from version control (after a merge: either side of it, then run with --update); or remove it and write it \
                       anew with --update and the --trials and --seed that it had";

/// The policies to run beside the baseline, and whether these are all: those named, else those of the golden file, else all.
fn policies(options: &CheckOptions, golden: Option<&Golden>, document: &Document) -> (Vec<String>, bool) {
    let all = || document.policies().into_iter().map(|policy| policy.id);
    let named = |policies: &[String], keep: &dyn Fn(&String) -> bool| {
        let mut chosen: Vec<String> = Vec::new();
        for policy in policies {
            if policy != BASELINE && !chosen.contains(policy) && keep(policy) {
                chosen.push(policy.clone());
            }
        }
        chosen
    };
    if !options.policies.is_empty() {
        return (named(&options.policies, &|_| true), false);
    }
    match golden {
        Some(golden) if !golden.settings.every_policy => {
            let there: Vec<String> = all().collect();
            let policies = &golden.settings.policies;
            (named(policies, &|policy| there.contains(policy)), false)
        }
        _ => (all().collect(), true),
    }
}

/// The folder that a file is to be written to, made where it is missing.
fn folder_of(path: &Path, json: bool) -> Result<OutputFolder, Failure> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    OutputFolder::create(parent.unwrap_or(Path::new("."))).map_err(|error| cannot_write(&error, json))
}

/// Writes a file whole or not at all.
fn write_whole(path: &Path, text: &str, json: bool) -> Result<(), Failure> {
    let folder = folder_of(path, json)?;
    let name = load::file_name(path);
    folder
        .write(&name, |file| file.write_all(text.as_bytes()))
        .map(|_| ())
        .map_err(|error| cannot_write(&error, json))
}

fn cannot_write(error: &WriteError, json: bool) -> Failure {
    let message = match error {
        WriteError::Folder { path, source } => format!("cannot make the folder {}: {source}", path.display()),
        WriteError::NotAFolder { path } => format!("{} is a file, not a folder", path.display()),
        WriteError::Obstructed(obstruction) => obstruction.to_string(),
        WriteError::File { path, source } => format!("cannot write {}: {source}", path.display()),
    };
    Failure::File {
        message,
        hint: Some("check free space and permissions, or choose another file".to_owned()),
        json,
    }
}

struct Listener {
    bar: Bar,
    scenario: String,
}

impl RunListener for Listener {
    fn policy_begins(&mut self, policy: &str, number: usize, policies: usize, trials: u64) {
        let what = format!("{}: {policy} ({}/{policies})", self.scenario, number + 1);
        self.bar.begin(&what, trials * policies as u64);
    }
}
